"""Click-streams: a visit belongs to itself, walks are walks of their design, and counted shares meet the worked-out truth."""

import numpy as np
import pandas as pd
import pytest

from sim import tables
from sim.errors import InputError
from sim.instruments import clicks
from sim.streams import Streams

S = Streams(9)


def trial(customers: int = 500, visits: int = 4) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = np.arange(customers)
    known = pd.DataFrame({"customer_id": ids, "interest": Streams(2).normals("interest", ids)})
    who = np.repeat(ids, visits)
    arrivals = pd.DataFrame(
        {"session_id": np.arange(len(who)), "customer_id": who, "day": who % 30, "at": 36_000 + who % 1000}
    )
    return known, arrivals


def test_tables_are_what_their_dictionary_says_and_fit_together() -> None:
    known, arrivals = trial()
    sessions, pages = clicks.visits(known, arrivals, S)
    for frame, name in ((sessions, "sessions"), (pages, "clicks"), (clicks.truth(known), "truth_clicks")):
        tables.check(frame, name)
    assert (pages.groupby("session_id").size().to_numpy() == sessions["pages"].to_numpy()).all()
    assert set(pages.loc[pages["page"] == "done", "session_id"]) == set(
        sessions.loc[sessions["bought"], "session_id"]
    )
    ahead = pages.groupby("session_id")["after"].diff().dropna()
    assert (ahead >= 1).all()
    assert sessions.groupby("customer_id")["design"].nunique().max() == 1


def test_every_step_is_one_its_design_allows() -> None:
    known, arrivals = trial()
    sessions, pages = clicks.visits(known, arrivals, S)
    rows = pages.merge(sessions[["session_id", "design"]])
    rows["next"] = rows.groupby("session_id")["page"].shift(-1)
    told = clicks.settings()["designs"]
    for design, page, following in (
        rows.dropna()[["design", "page", "next"]].drop_duplicates().itertuples(index=False)
    ):
        assert following in told[design][page], (design, page, following)
    assert not rows[(rows["design"] == "classic")]["page"].isin(["consult", "experience", "recommend"]).any()


def test_other_visits_change_none_and_both_designs_meet_the_same_people() -> None:
    known, arrivals = trial()
    whole = clicks.visits(known, arrivals, S).sessions
    part = clicks.visits(known, arrivals.iloc[100:300], S).sessions
    assert whole.iloc[100:300].reset_index(drop=True).equals(part)
    classic, guided = (clicks.visits(known, arrivals, S, guided_share=share).sessions for share in (0, 1))
    assert classic["device"].equals(guided["device"]) and classic["source"].equals(guided["source"])
    assert set(classic["design"]) == {"classic"} and set(guided["design"]) == {"guided"}


def test_counted_shares_meet_the_truth() -> None:
    """24,000 visits each: the counted share is within 4 standard errors of what the chances of the pages give."""
    known, arrivals = trial(3000, 8)
    truth = clicks.truth(known).set_index("customer_id")
    for share, name in ((0, "classic"), (1, "guided")):
        sessions = clicks.visits(known, arrivals, S, guided_share=share).sessions
        expected = truth.loc[sessions["customer_id"], f"chance_{name}"].to_numpy()
        error = np.sqrt((expected * (1 - expected)).sum()) / len(expected)
        assert abs(sessions["bought"].mean() - expected.mean()) < 4 * error
    assert truth["uplift"].mean() > 0.01


def test_a_given_design_is_kept() -> None:
    known, arrivals = trial(40)
    told = np.where(known["customer_id"] % 2, "guided", "classic")
    sessions = clicks.visits(known.assign(design=told), arrivals, S).sessions
    assert (sessions["design"] == told[sessions["customer_id"]]).all()


@pytest.mark.parametrize(
    ("known", "arrivals", "words"),
    [
        ({"design": "round"}, {}, "design"),
        ({"interest": np.nan}, {}, "interest"),
        ({}, {"customer_id": 10**6}, "is not among the customers"),
        ({}, {"at": -1}, "at"),
        ({}, {"session_id": 1}, "session_id"),
    ],
)
def test_odd_columns_are_refused(known: dict, arrivals: dict, words: str) -> None:
    first, second = trial(10)
    with pytest.raises(InputError, match=words):
        clicks.visits(first.assign(**known), second.assign(**arrivals), S)


def test_an_impossible_share_is_refused() -> None:
    with pytest.raises(InputError, match="guided_share = 2"):
        clicks.visits(*trial(10), S, guided_share=2)
