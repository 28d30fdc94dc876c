"""Bad input to a market: each refusal names the thing, its value, the rule and the cure; a policy's is the policy's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import dataset, people, truth
from sim.company import Company
from sim.errors import InputError
from sim.market import Market, targets
from sim.market import settings as market_settings
from sim.market.scene import Levers
from sim.market.tables import frame
from sim.policy import Actions, Selling, Steady, View
from sim.scenario import load
from sim.streams import Streams


@pytest.mark.parametrize("customers", [0, -1, 1.5, True, 10_000_000, "many"])
def test_an_impossible_number_of_customers(customers: Any) -> None:
    with pytest.raises(InputError, match=r"customers = .*whole number from 1 to 9999999; correct"):
        Market(customers, 1)


@pytest.mark.parametrize("months", [0, -3, 121, 2.0, True])
def test_an_impossible_number_of_months(months: Any) -> None:
    with pytest.raises(InputError, match=r"months = .*whole number from 1 to 120; correct"):
        Market(10, 1).run(months)


def act(actions: Any, budget: float | None = None) -> Any:
    class One:
        name = "mine"

        def act(self, view: View) -> Any:
            return actions

    One.budget = budget  # type: ignore[attr-defined]
    return One()


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        (None, "it returned NoneType; return sim.policy.Actions"),
        (Actions(care=[999]), r"care = 999: the firm knows nobody of this number; take ids"),
        (Actions(calls=[1]), r"calls = 1: the firm knows nobody"),
        (Actions(save=[1.5]), r"save = \[1.5\]: must be a list of whole numbers; give ids"),
        (Actions(campaigns={"gift": [1]}), r"campaigns = 'gift': is none of newsletter, coupon, novelty"),
        (Actions(winback={"gift": [1]}), r"winback = 'gift': is none of call, voucher, bundle"),
        (Actions(prospecting={"moon": 1.0}), r"prospecting = 'moon': is none of web_search"),
        (Actions(prospecting={"blog": -1.0}), r"prospecting\[blog\] = -1.0: must be a number from 0 to 10"),
        (Actions(campaigns=[1]), r"campaigns = \[1\]: is none of"),  # type: ignore[arg-type]
        (Actions(levers=Levers(price=0.0)), r"price = 0.0: must be a number from 0.5 to 2"),
        (Actions(levers=Levers(faq=2)), r"faq = 2: must be a number from 0 to 1"),
        (Actions(levers=None), r"levers = None: must be sim.market.scene.Levers"),  # type: ignore[arg-type]
        (Actions(levers=Levers(follow_up="yes")), r"follow_up = 'yes': must be True or False"),  # type: ignore[arg-type]
        (Actions(chances={"gift": 0.5}), r"chances = 'gift': is none of newsletter"),
        (Actions(chances={"coupon": 0}), r"chances\[coupon\] = 0: must be a number above 0 to 1; correct it"),
        (Actions(chances={"coupon": 2.0}), r"chances\[coupon\] = 2.0: must be a number above 0 to 1"),
        (Actions(care="all"), r"care = all: must be a list of whole numbers"),
        (Actions(levers=Levers(price=float("nan"))), r"price = nan: must be a number from 0.5"),
        (Actions(levers=Levers(mode=["own"])), r"mode = \['own'\]: must be empty or one of own"),  # type: ignore[arg-type]
        (Actions(care=[[1, 2], [3]]), r"care = \[\[1, 2\], \[3\]\]: must be a list of whole numbers"),  # type: ignore[list-item]
        (Actions(alerts=[[1, 2], [3]]), "terms or alerts: this market has no contracts"),  # type: ignore[list-item]
        (
            Actions(selling=Selling(programme=[[1, 2], [3]])),
            "selling: the customers of this market are no firms",
        ),  # type: ignore[list-item]
        (Actions(campaigns={1: [1], "gift": [2]}), r"campaigns = 1: is none of newsletter"),  # type: ignore[dict-item]
        (Actions(prospecting={"blog": True}), r"prospecting\[blog\] = True: must be a number from 0 to 10"),
        (Actions(levers=Levers(mode="stamps")), r"mode = 'stamps': must be empty or one of own, alliance"),
    ],
)
def test_a_wrong_action_is_refused_in_the_policys_name(actions: Any, words: str) -> None:
    with pytest.raises(InputError, match="policy 'mine', month 0: " + words):
        Market(50, 1).run(2, act(actions))


def test_numbers_of_numpy_are_numbers() -> None:
    plain = Actions(levers=Levers(agents=2.0, price=1.25), prospecting={"blog": 2.0})
    numpy = Actions(
        levers=Levers(agents=np.int64(2), price=np.float32(1.25)),  # type: ignore[arg-type]
        prospecting={"blog": np.float32(2.0)},  # type: ignore[dict-item]
    )
    one, two = (Market(50, 1).run(3, act(actions)) for actions in (plain, numpy))
    for name in ("orders", "service_contacts", "prospects", "costs"):
        assert one.frame(name).equals(two.frame(name)), name


def test_what_a_policy_sees_is_a_copy_even_for_who_looks_behind_it() -> None:
    class Burglar:
        name, budget = "burglar", None

        def act(self, view: View) -> Actions:
            seen = [view.customers["points"], view.prospects["need_seen"], *view.history("orders").values()]
            for column in seen:
                column = column if column.base is None else column.base
                column.flags.writeable = True
                column[:] = 10**6 if column.dtype.itemsize > 2 else 1
            return Actions(levers=Levers(mode="own"))

    honest, broken = (
        Market(100, 1).run(6, policy) for policy in (Steady(Actions(levers=Levers(mode="own"))), Burglar())
    )
    for name in ("orders", "loyalty_ledger", "prospects"):
        assert honest.frame(name).equals(broken.frame(name)), name


def test_a_policy_that_spoils_what_it_is_shown_pays_as_before() -> None:
    class Forger:
        name, budget = "forger", None

        def __init__(self, forges: bool) -> None:
            self.forges = forges

        def act(self, view: View) -> Actions:
            ids = view.customers["customer_id"].copy()
            if self.forges:
                for name, lie in (("consent", False), ("customer_id", 1)):
                    column = view.customers[name]
                    column.flags.writeable = True
                    column[:] = lie
            return Actions(campaigns={"coupon": ids})

    honest, forged = (Market(100, 1).run(3, Forger(forges)) for forges in (False, True))
    assert honest.frame("costs").equals(forged.frame("costs"))
    assert honest.frame("exposures").equals(forged.frame("exposures"))


def test_a_policy_that_breaks_its_budget_is_told_what_costs_most() -> None:
    with pytest.raises(
        InputError, match=r"costs = .* yuan: at most its budget of 100.00; do less, .* winback bundle"
    ):
        Market(50, 1).run(2, act(Actions(winback={"bundle": list(range(1, 51))}), budget=100.0))


@pytest.mark.parametrize("budget", ["much", float("nan"), -1.0, True])
def test_a_budget_that_is_none_is_refused_in_the_policys_name(budget: Any) -> None:
    with pytest.raises(
        InputError, match=r"policy 'mine', month 0: budget = .*must be a number of yuan from 0"
    ):
        Market(50, 1).run(2, act(Actions(), budget))


@pytest.mark.parametrize("leaving", [SystemExit(0), KeyError("care"), MemoryError()])
def test_whatever_a_policy_raises_is_the_policys(leaving: BaseException) -> None:
    class Leaver:
        name, budget = "leaver", None

        def act(self, view: View) -> Actions:
            raise leaving

    with pytest.raises(
        InputError, match=f"policy 'leaver', month 0: it failed with {type(leaving).__name__}"
    ):
        Market(50, 1).run(1, Leaver())


def test_a_policy_that_fails_is_reported_as_the_policys_failure() -> None:
    class Careless:
        name, budget = "careless", None

        def act(self, view: View) -> Actions:
            return Actions(care=[] if view.month == 0 else [1 // (view.month - 1)])

    with pytest.raises(InputError, match="policy 'careless', month 1: it failed with ZeroDivisionError"):
        Market(50, 1).run(3, Careless())


def test_a_policy_sees_no_truth_and_cannot_write() -> None:
    class Spy:
        name, budget = "spy", None

        def act(self, view: View) -> Actions:
            with pytest.raises(
                InputError, match="table = 'truth_loss': cannot be seen; choose one of orders"
            ):
                view.history("truth_loss")
            for column in (
                view.customers["spent"],
                view.prospects["need_seen"],
                *view.history("orders").values(),
            ):
                with pytest.raises(ValueError, match="read-only"):
                    column[:] = 0
            return Actions()

    Market(50, 1).run(3, Spy())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"failures__chance": "often"}, r"failures.chance = often: must be a number from 0; correct"),
        ({"failures__chance": -1.0}, r"failures.chance = -1.0: must be a number from 0"),
        ({"buying__online_share": 1.5}, r"buying.online_share = 1.5: must be a number from 0 to 1"),
        ({"rivals__count": 2.5}, r"rivals.count = 2.5: must be a whole number from 0"),
        ({"failures__luck": 1.0}, r"failures.luck = 1.0: there is no such name"),
        ({"failures__shock": [1.0]}, r"failures.shock = \[1.0\]: must be a list of 2 values"),
        ({"title_zh": ""}, r"title_zh = : must be a text that is not empty"),
        ({"failures": {"chance": 1.0}}, r"failures.leaving = \(missing\): must be there; add"),
        (
            {"rivals__count": 6, "staff": {"count": 1, "leaving": 0.1, "takes": 0.1, "more": 1}},
            "staff.more = 1: is unknown",
        ),
    ],
)
def test_a_wrong_setting_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match="market: " + words):
        market_settings.load("retail", **changes)


def test_a_market_that_is_not_there_or_no_toml(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"market = 'moon': there is no ready market .* choose business, retail"
    ):
        market_settings.load("moon")
    broken = tmp_path / "broken.toml"
    broken.write_text("a = ")
    with pytest.raises(InputError, match=r"broken.toml: not a TOML file"):
        market_settings.load(broken)


def test_settings_are_frozen_and_survive_a_round_trip() -> None:
    import pickle

    settings = market_settings.load("retail")
    with pytest.raises(AttributeError, match="frozen"):
        settings.most_years = 3
    with pytest.raises(AttributeError):
        settings.nothing  # noqa: B018
    assert pickle.loads(pickle.dumps(settings)).plain() == settings.plain()


def test_other_refusals_of_the_market(tmp_path: Path) -> None:
    story = Market(20, 1).run(1)
    with pytest.raises(InputError, match="table = 'secrets': a market has no such table"):
        frame(story, "secrets")
    with pytest.raises(InputError, match=r"replications = 0: must be a whole number from 1"):
        truth.clv(Market(20, 1), story.final, 2, replications=0)
    with pytest.raises(InputError, match=r"customers = 10: the check needs at least 5000"):
        targets.check(1, customers=10)
    with pytest.raises(InputError, match="lang = 'de': must be one of zh, en"):
        people.persons(Streams(1), [1], lang="de")
    with pytest.raises(InputError, match="format = 'pdf': must be one of parquet"):
        dataset.write(dataset.build("retail", customers=20, months=1, seed=1), tmp_path, form="pdf")
    with pytest.raises(InputError, match="at most 100000 a channel and month"):
        Market(9_999_999, 1, block=(0, 500_000)).run(1, Steady(Actions(prospecting={"social_media": 10.0})))
    with pytest.raises(ValueError, match="not closed yet"):
        type(story)(story.settings, story.almanac, story.surroundings, 1).customers()


def test_a_centre_that_does_not_fit_the_market() -> None:
    with pytest.raises(InputError, match="skill 'complaint' is missing in the centre"):
        Company(50, 1, scenario=load("ssj_callcenter"))
    late = market_settings.load("retail", calendar__office_hours=[7, 20])
    with pytest.raises(InputError, match="office_hours = 7-20: the centre is open from 8 to 20; make"):
        Company(50, 1, settings=late)
