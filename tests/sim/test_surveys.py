"""Surveys: identity-keyed, bent by wording and order as declared, and answered from the extremes."""

import numpy as np
import pandas as pd
import pytest

from sim import tables
from sim.errors import InputError
from sim.instruments import survey_words, surveys
from sim.instruments.surveys import SurveyPlan
from sim.streams import Streams
from sim.value import servqual

S = Streams(4)


def people(n: int = 20_000, seed: int = 1) -> pd.DataFrame:
    """Customers of normal satisfaction; every 2nd agreed to be written to."""
    feeling = Streams(seed).normals("feeling", np.arange(n))
    return pd.DataFrame(
        {
            "customer_id": np.arange(n),
            "satisfaction": feeling,
            "consent": np.arange(n) % 2 == 0,
            "tier": np.where(np.arange(n) % 10 == 0, "gold", "none"),
            "orders": np.arange(n) % 7,
        }
    )


def scores(work: surveys.Fieldwork, item: str) -> pd.Series:
    answers = work.answers[work.answers["item"] == item]
    return answers.set_index("customer_id")["score"]


def test_tables_are_what_their_dictionary_says() -> None:
    plan = SurveyPlan(ask=("csat", "nps", "ces", "index", "servqual"), mode="phone")
    work = surveys.fieldwork(people(3000), plan, S)
    tables.check(work.invitations, "survey_invitations")
    tables.check(work.answers, "survey_answers")
    tables.check(surveys.truth(people(50), plan, S), "truth_survey")
    answered = set(work.invitations.loc[work.invitations["answered"], "customer_id"])
    assert set(work.answers["customer_id"]) == answered


def test_others_and_samples_change_nobodys_answer() -> None:
    whole = surveys.fieldwork(people(4000), SurveyPlan(mode="phone"), S)
    part = surveys.fieldwork(people(4000).iloc[1000:2000], SurveyPlan(mode="phone"), S)
    mine = whole.answers["customer_id"].between(1000, 1999)
    assert whole.answers[mine].reset_index(drop=True).equals(part.answers)
    small, large = (
        set(surveys.fieldwork(people(4000), SurveyPlan(sample=n), S).invitations["customer_id"])
        for n in (100, 300)
    )
    assert small < large and len(large) == 300


def test_frame_strata_and_convenience() -> None:
    asked = surveys.fieldwork(people(), SurveyPlan(frame="consent"), S).invitations["customer_id"]
    assert (asked % 2 == 0).all()
    plan = SurveyPlan(sample=1000, draw="stratified", strata="tier")
    asked = surveys.fieldwork(people(), plan, S).invitations["customer_id"]
    assert (asked % 10 == 0).sum() == 100
    met = surveys.fieldwork(people(), SurveyPlan(sample=1000, draw="convenience"), S).invitations[
        "customer_id"
    ]
    assert (met % 7).mean() > 3.5 > 3.1  # who buys often is met often; all on average order 3 times


def test_answers_come_from_the_extremes_and_from_the_pleased() -> None:
    customers = people()
    work = surveys.fieldwork(customers, SurveyPlan(mode="phone"), S)
    rate = work.invitations.set_index("customer_id")["answered"]
    feeling = customers["satisfaction"]
    middle, low, high = (rate[m].mean() for m in (feeling.abs() < 0.5, feeling < -1.5, feeling > 1.5))
    assert middle < low < high
    assert 0.2 < rate.mean() < 0.45  # a live call (Vocalabs 2010: 20-40 %, who feel strongly more)
    true = surveys.truth(customers, SurveyPlan(ask=("csat",)), S)["score"].mean()
    assert scores(work, "csat").mean() > true + 0.05


@pytest.mark.parametrize(
    ("change", "sign"),
    [({"wording": "leading"}, 1), ({"wording": "negative"}, -1), ({"order": "trouble_first"}, -1)],
)
def test_wording_and_order_push_the_same_people(change: dict[str, str], sign: int) -> None:
    plain = scores(surveys.fieldwork(people(), SurveyPlan(mode="phone"), S), "csat")
    pushed = scores(surveys.fieldwork(people(), SurveyPlan(mode="phone", **change), S), "csat")
    both = plain.index.intersection(pushed.index)
    assert len(both) == len(plain)  # who answers hangs on the person, not on the wording
    assert sign * (pushed[both] - plain[both]).mean() > 0.1


def test_a_double_question_measures_less() -> None:
    customers = people().set_index("customer_id")["satisfaction"]
    plain, double = (
        scores(surveys.fieldwork(people(), SurveyPlan(ask=("csat",), mode="phone", wording=w), S), "csat")
        for w in ("neutral", "double")
    )
    assert (
        np.corrcoef(plain, customers[plain.index])[0, 1]
        > np.corrcoef(double, customers[double.index])[0, 1] + 0.1
    )


def test_late_half_reminder_more() -> None:
    shares = [
        surveys.fieldwork(people(), SurveyPlan(mode="phone", **change), S).invitations["answered"].mean()
        for change in ({}, {"late": True}, {"reminder": True}, {"reward": True})
    ]
    assert shares[1] == pytest.approx(shares[0] / 2, rel=0.06)
    assert shares[2] > shares[0] and shares[3] > shares[0]


def test_shares_of_the_true_answers_are_those_declared() -> None:
    """With satisfaction of mean 0 and spread 1 the true answers have the shares of the file (20,000: ± 0.015)."""
    made = surveys.truth(people(), SurveyPlan(ask=("csat", "nps")), S)
    for name in ("csat", "nps"):
        told = surveys.settings()["scales"][name]
        shares = made.loc[made["item"] == name, "score"].value_counts(normalize=True)
        for k, share in enumerate(told["shares"]):
            assert shares.get(told["low"] + k, 0.0) == pytest.approx(share, abs=0.015)


def test_servqual_forms_feed_the_measures() -> None:
    work = surveys.fieldwork(people(6000), SurveyPlan(ask=("servqual",), mode="phone", reward=True), S)
    form = surveys.servqual_form(work.answers)
    table = servqual.gaps(form)
    assert len(surveys.chosen(SurveyPlan(ask=("servqual",)))) == 44
    assert servqual.overall(table) < -0.3  # expectations run ahead (gaps are negative)
    whole = form[form["dimension"] == "reliability"].pivot(
        index="respondent_id", columns="item", values="perception"
    )
    assert servqual.cronbach_alpha(whole.dropna()) > 0.75
    with pytest.raises(InputError, match="no SERVQUAL pairs"):
        surveys.servqual_form(surveys.fieldwork(people(2000), SurveyPlan(mode="phone"), S).answers)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mode": "fax"}, "mode = fax: must be one of phone, e_mail, sms, web"),
        ({"wording": "rude"}, "wording = rude: must be one of neutral"),
        ({"order": "none"}, "order = none: must be one of listed"),
        ({"draw": "lots"}, "draw = lots: must be one of random"),
        ({"ask": ()}, "a survey asks at least one question"),
        ({"ask": ("mood",)}, "ask = mood: must be one of csat"),
        ({"sample": 0}, "sample = 0"),
        ({"survey_id": -1}, "survey_id = -1"),
        ({"strata": "tier"}, "belongs to draw = stratified"),
        ({"frame": "moon"}, "needs the column 'moon'"),
        ({"frame": "nobody"}, "holds nobody"),
        ({"sample": 10**6}, "the frame holds 100 customers"),
    ],
)
def test_what_cannot_be_asked_is_refused(change: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        surveys.fieldwork(people(100).assign(nobody=False), SurveyPlan(**change), S)


def test_customers_that_are_none_are_refused() -> None:
    for frame, words in (
        (people(10).drop(columns="satisfaction"), "needs the column 'satisfaction'"),
        (people(10).assign(customer_id=1), "customer_id"),
        (people(0), "must have at least one row"),
    ):
        with pytest.raises(InputError, match=words):
            surveys.fieldwork(frame, SurveyPlan(), S)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_market_asks_in_its_own_words(lang: str) -> None:
    asked = {market: survey_words.words(market, lang) for market in ("retail", "subscription", "business")}
    assert asked["retail"] == {(q.id, q.aspect): getattr(q, lang) for q in surveys.items()}
    for market in ("subscription", "business"):
        assert asked[market].keys() == asked["retail"].keys()
        differs = {item for item, text in asked[market].items() if text != asked["retail"][item]}
        assert len(differs) > 20 and {("csat", ""), ("index_quality", "")} <= differs
        assert set(survey_words.own(market)) <= {q.id for q in surveys.items()}
        shops = ("购物", "商品", "店面") if lang == "zh" else ("shop with", "goods arrive")
        assert not any(word in text.lower() for text in asked[market].values() for word in shops)


def test_an_unknown_market_or_language_is_refused() -> None:
    with pytest.raises(InputError, match="market = bank: must be one of business, retail, subscription"):
        survey_words.words("bank")
    with pytest.raises(InputError, match="lang = de: must be one of zh, en"):
        survey_words.words("retail", "de")
