"""Surveys as they go in life: a frame, a sample, those who answer, and answers bent by wording, order and mode."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.checked import count, need, numbers, once, refuse
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

SOURCE = Path(__file__).resolve().parents[2] / "datasets" / "retail" / "surveys.toml"
DRAWS = ("random", "stratified", "convenience")
FACET_SHARE = 0.7  # how much of a facet nobody measured is general satisfaction
FURTHEST = 6.0  # standard units; nobody is further from the middle
SURE = 3  # questions everyone bears


@dataclass(frozen=True)
class SurveyPlan:
    """How a survey is done. `ask` names instruments (csat, nps, ces, index, servqual) or single items.

    `frame` is a column of True and False that says who can be reached ("" for everybody), `sample` how many are
    asked (None for all of the frame), `draw` how they are chosen: random, stratified in proportion to `strata` (a
    column), or convenience (who shops often is met often: needs the column `orders`). Raises InputError by name.
    """

    survey_id: int = 1
    ask: tuple[str, ...] = ("csat", "nps", "ces")
    mode: str = "e_mail"
    wording: str = "neutral"
    order: str = "listed"
    frame: str = ""
    sample: int | None = None
    draw: str = "random"
    strata: str = ""
    late: bool = False
    reminder: bool = False
    reward: bool = False

    def __post_init__(self) -> None:
        count(self.survey_id, "survey_id", low=0)
        told = settings()
        for name, allowed in (("mode", "modes"), ("wording", "wordings"), ("order", "orders")):
            _among(name, getattr(self, name), told[allowed])
        _among("draw", self.draw, DRAWS)
        if self.sample is not None:
            count(self.sample, "sample")
        if not self.ask:
            refuse("ask", "()", "a survey asks at least one question", "name an instrument, e.g. csat")
        for name in self.ask:
            _among("ask", name, [*{item.instrument: 0 for item in items()}, *[item.id for item in items()]])
        if (self.draw == "stratified") != bool(self.strata):
            refuse(
                "strata", self.strata, "belongs to draw = stratified and to no other", "give both or neither"
            )


class Item(NamedTuple):
    """One question: what it looks at, how closely, on which scale, in two languages; aspect for SERVQUAL only."""

    id: str
    instrument: str
    dimension: str
    aspect: str
    facet: str
    loading: float
    scale: str
    zh: str
    en: str


class Fieldwork(NamedTuple):
    """What a survey leaves: table `survey_invitations` (who was asked) and `survey_answers` (what came back)."""

    invitations: "pd.DataFrame"
    answers: "pd.DataFrame"


def fieldwork(customers: "pd.DataFrame", plan: SurveyPlan, streams: Streams) -> Fieldwork:
    """Return invitations and answers of one survey.

    `customers` has customer_id (whole, from 0) and satisfaction (standard units, 0 is middling), one row each, and
    may have: ease, quality, value, range and the five SERVQUAL dimensions (what they think of each, standard
    units), expected_<dimension> (the same for what they expect), orders, and the columns that `plan` names. Every number drawn belongs to
    customer and question, so other customers, another wording or a larger sample change nobody's opinion or luck.
    Raises InputError for a missing or odd column and a sample larger than the frame.
    """
    import pandas as pd

    ids = _checked(customers)
    asked = np.flatnonzero(_frame(customers, plan))
    asked = asked[_sampled(customers.iloc[asked], ids[asked], plan, streams)]
    chance = _response(customers, plan)[asked]
    answered = streams.under("survey", plan.survey_id).uniforms("answers", ids[asked]) < chance
    invitations = pd.DataFrame(
        {"survey_id": plan.survey_id, "customer_id": ids[asked], "mode": plan.mode, "answered": answered}
    )
    return Fieldwork(
        invitations, _answers(customers.iloc[asked[answered]], ids[asked[answered]], plan, streams)
    )


def truth(customers: "pd.DataFrame", plan: SurveyPlan, streams: Streams) -> "pd.DataFrame":
    """Return table `truth_survey`: what every customer would say to each question asked plainly and alone, and how
    likely each is to answer this survey at all. Columns and errors as in `fieldwork`.
    """
    import pandas as pd

    ids, told = _checked(customers), chosen(plan)
    opinions = _opinions(customers, ids, told, streams)
    scores = np.column_stack([_score(item, z) for item, z in zip(told, opinions.T, strict=True)])
    n = len(told)
    return pd.DataFrame(
        {
            "survey_id": plan.survey_id,
            "customer_id": np.repeat(ids, n),
            "item": np.tile(np.array([item.id for item in told], dtype=object), len(ids)),
            "aspect": np.tile(np.array([item.aspect for item in told], dtype=object), len(ids)),
            "score": scores.ravel(),
            "response_chance": np.repeat(_response(customers, plan), n),
        }
    )


def servqual_form(answers: "pd.DataFrame") -> "pd.DataFrame":
    """Return SERVQUAL answers as `sim.value.servqual.gaps` wants them, those with both halves answered."""
    part = answers[answers["instrument"] == "servqual"]
    wide = part.pivot(index=["customer_id", "dimension", "item"], columns="aspect", values="score").dropna()
    made = wide.reset_index().rename(columns={"customer_id": "respondent_id"})
    made.columns.name = None
    if "expectation" not in made or "perception" not in made:
        refuse("answers", "no SERVQUAL pairs", "needs expectation and perception", "ask = ('servqual',)")
    return made


@cache
def settings() -> dict[str, Any]:
    """Return the settings of surveys, from datasets/retail/surveys.toml."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


@cache
def items() -> tuple[Item, ...]:
    """Return every question there is; a SERVQUAL statement makes two, of what is expected and what is got."""
    told = settings()
    made = [
        Item(
            q["id"],
            q["instrument"],
            q["facet"],
            "",
            q["facet"],
            q["loading"],
            q["instrument"],
            q["zh"],
            q["en"],
        )
        for q in told["items"]
    ]
    for aspect in ("expectation", "perception"):
        for group in told["statements"]:
            name = group["dimension"]
            facet = name if aspect == "perception" else f"expected_{name}"
            for k, (zh, en) in enumerate(zip(group["zh"], group["en"], strict=True), start=1):
                made.append(Item(f"{name}_{k}", "servqual", name, aspect, facet, 0.8, aspect, zh, en))
    return tuple(made)


def chosen(plan: SurveyPlan) -> list[Item]:
    """Return the questions of a plan in the order they stand on the form."""
    return [q for name in dict.fromkeys(plan.ask) for q in items() if name in (q.instrument, q.id)]


def _checked(customers: "pd.DataFrame") -> NDArray[np.int64]:
    need(customers, ["customer_id", "satisfaction"], "customers")
    numbers(customers["satisfaction"], "satisfaction")
    ids = numbers(once(customers, "customer_id", "customers"), "customer_id", low=0, whole=True)
    return ids.astype(np.int64)


def _frame(customers: "pd.DataFrame", plan: SurveyPlan) -> NDArray[np.bool_]:
    if not plan.frame:
        return np.ones(len(customers), dtype=bool)
    need(customers, [plan.frame], "customers")
    inside = numbers(customers[plan.frame], plan.frame, low=0, high=1, whole=True) > 0
    if not inside.any():
        refuse("frame", plan.frame, "holds nobody", "choose another frame")
    return inside


def _sampled(
    frame: "pd.DataFrame", ids: NDArray[np.int64], plan: SurveyPlan, streams: Streams
) -> NDArray[np.int64]:
    """Return the places in the frame that are asked, rising; a larger sample holds the smaller one."""
    if plan.sample is None:
        return np.arange(len(frame))
    if plan.sample > len(frame):
        refuse(
            "sample", plan.sample, f"the frame holds {len(frame)} customers", "ask fewer or widen the frame"
        )
    luck = streams.under("survey", plan.survey_id).exponentials("sample", ids)
    if plan.draw == "convenience":
        need(frame, ["orders"], "customers")
        luck = luck / (numbers(frame["orders"], "orders", low=0) + 0.05)
    if plan.draw != "stratified":
        return np.sort(np.lexsort((ids, luck))[: plan.sample])
    need(frame, [plan.strata], "customers")
    names = frame[plan.strata].astype(str).to_numpy()
    kinds, sizes = np.unique(names, return_counts=True)
    share = plan.sample * sizes / len(frame)
    takes = np.floor(share).astype(int)
    takes[np.argsort(-(share - takes), kind="stable")[: plan.sample - takes.sum()]] += 1
    places = np.lexsort((ids, luck))
    return np.sort(
        np.concatenate([places[names[places] == k][:n] for k, n in zip(kinds, takes, strict=True)])
    )


def _response(customers: "pd.DataFrame", plan: SurveyPlan) -> NDArray[np.float64]:
    told, base = settings()["response"], settings()["modes"][plan.mode]["response"]
    feeling = np.clip(np.asarray(customers["satisfaction"], dtype=float), -FURTHEST, FURTHEST)
    pull = told["extremity"] * np.minimum(np.abs(feeling), 3.0) + told["tilt"] * feeling
    pull = pull * (told["reward_evens"] if plan.reward else 1.0)
    odds = np.log(base / (1 - base)) + pull + told["reminder"] * plan.reminder + told["reward"] * plan.reward
    return (told["late_factor"] if plan.late else 1.0) / (1 + np.exp(-odds))


def _opinions(
    customers: "pd.DataFrame", ids: NDArray[np.int64], told: list[Item], streams: Streams
) -> NDArray[np.float64]:
    """Return one column a question: what the customers think, standard units, whoever asks and however."""
    general = np.clip(np.asarray(customers["satisfaction"], dtype=float), -FURTHEST, FURTHEST)
    minds = streams.under("opinion")
    made = np.empty((len(ids), len(told)))
    for k, item in enumerate(told):
        if item.facet in customers:
            facet = np.clip(numbers(customers[item.facet], item.facet), -FURTHEST, FURTHEST)
        else:
            own = minds.normals(f"facet {item.facet}", ids)
            share = 0.0 if item.aspect == "expectation" else FACET_SHARE
            facet = share * general + np.sqrt(1 - share**2) * own
        noise = minds.normals(f"{item.id} {item.aspect}", ids)
        made[:, k] = item.loading * facet + np.sqrt(1 - item.loading**2) * noise
    return made


def _answers(
    customers: "pd.DataFrame", ids: NDArray[np.int64], plan: SurveyPlan, streams: Streams
) -> "pd.DataFrame":
    import pandas as pd

    told = chosen(plan)
    said, place = _said(_opinions(customers, ids, told, streams), ids, told, plan, streams)
    bears = SURE + streams.under("survey", plan.survey_id).exponentials("bears", ids) * float(
        settings()["fatigue"]["questions"]
    )
    answered = place < bears[:, None]
    scores = np.column_stack([_score(item, z) for item, z in zip(told, said.T, strict=True)])
    who, which = np.nonzero(answered)
    columns = {
        name: np.array([getattr(item, name) for item in told], dtype=object)[which]
        for name in ("item", "instrument", "dimension", "aspect")
        if name != "item"
    }
    made = pd.DataFrame(
        {
            "survey_id": np.full(len(who), plan.survey_id, dtype=np.int64),
            "customer_id": ids[who],
            "position": place[who, which] + 1,
            "item": np.array([item.id for item in told], dtype=object)[which],
            **columns,
            "score": scores[who, which],
        }
    )
    return made.sort_values(["customer_id", "position"], ignore_index=True)


def _said(
    think: NDArray[np.float64], ids: NDArray[np.int64], told: list[Item], plan: SurveyPlan, streams: Streams
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return what is ticked, standard units, and the place of each question (from 0) on each form."""
    here = streams.under("survey", plan.survey_id)
    wording, order = settings()["wordings"][plan.wording], settings()["orders"][plan.order]
    fatigue = settings()["fatigue"]
    push = wording["shift"] + order["shift"] + settings()["modes"][plan.mode]["politeness"]
    place = np.tile(np.arange(len(told)), (len(ids), 1))
    if order["shuffled"]:
        luck = np.column_stack([here.uniforms(f"place {q.id} {q.aspect}", ids) for q in told])
        place = np.argsort(np.argsort(luck, axis=1), axis=1)
    slip = np.column_stack([here.normals(f"slip {q.id} {q.aspect}", ids) for q in told])
    # a form about expectations is not pushed: nobody minds saying that much may be expected
    pushed = np.array([0.0 if item.aspect == "expectation" else push for item in told])
    said = wording["keep"] * think + np.sqrt(1 - wording["keep"] ** 2) * slip + pushed
    sequence, rows = np.argsort(place, axis=1), np.arange(len(ids))
    careless = here.uniforms("careless", ids)
    for k in range(1, len(told)):
        now, before = sequence[:, k], said[rows, sequence[:, k - 1]]
        own = said[rows, now]
        lean = np.where(
            careless < fatigue["careless"] * (k + 1 - fatigue["careless_from"]), 1.0, order["carry"]
        )
        said[rows, now] = (1 - lean) * own + lean * before
    return said, place


def _score(item: Item, z: NDArray[np.float64]) -> NDArray[np.int64]:
    low, cuts = _scale(item.scale)
    return low + np.searchsorted(cuts, z).astype(np.int64)


@cache
def _scale(name: str) -> tuple[int, NDArray[np.float64]]:
    from scipy.special import ndtri

    told = settings()["scales"][name]
    return int(told["low"]), ndtri(np.minimum(np.cumsum(told["shares"])[:-1], 1.0))


def _among(name: str, value: str, allowed: Any) -> None:
    if value not in allowed:
        refuse(name, value, f"must be one of {', '.join(allowed)}", "correct the spelling")
