"""Why customers leave: hazards and blows of each cause add up to its losses, in every market."""

import numpy as np
import pandas as pd
import pytest

from sim.market import Market
from sim.market.settings import load
from sim.market.story import Story
from sim.market.usual import usual

ERRORS = 4.0  # standard errors within which a sum must lie; eight causes in three markets are asked


def told(market: str, customers: int, months: int, seed: int) -> Story:
    settings = load(market)
    return Market(customers, seed, settings=settings).run(months, usual(settings), truth=True)


def sums(story: Story) -> pd.DataFrame:
    """Return for each cause what its hazards and blows come to, and how many were lost by it.

    Losses are counted when they are decided, which under a contract is the wish, not the end.
    """
    months, blows = story.frame("truth_month"), story.frame("truth_blow")
    lost = story.frame("truth_wish" if "contract" in story.settings else "truth_loss")
    causes = list(story.settings.churn.causes)
    hazard = {cause: (months[f"hazard_{cause}"] * months["at_risk"]).sum() for cause in causes}
    made = pd.DataFrame({"hazard": hazard, "blows": blows.groupby("cause")["borne"].sum()}).fillna(0.0)
    return made.assign(lost=lost["cause"].value_counts()).fillna(0.0)


@pytest.mark.parametrize(
    ("market", "customers"), [("retail", 3000), ("subscription", 3000), ("business", 3000)]
)
def test_hazards_and_blows_of_each_cause_add_up_to_its_losses(market: str, customers: int) -> None:
    """Lost minus borne is a martingale: its variance is what was borne (Aalen 1978), so errors are known."""
    made = sums(told(market, customers, 18, 7))
    borne = made["hazard"] + made["blows"]
    error = (made["lost"] - borne) / np.sqrt(np.maximum(borne, 1.0))
    assert (error.abs() < ERRORS).all(), made.assign(error=error)
    total = (made["lost"].sum() - borne.sum()) / np.sqrt(borne.sum())
    assert abs(total) < ERRORS and made["lost"].sum() > 300
    assert made["blows"]["staff"] > 0 and made["hazard"]["natural"] > 0


def test_the_natural_constant_weighs_on_those_whom_little_else_presses() -> None:
    story = told("retail", 4000, 18, 3)
    frailty = story.frame("truth_customer").set_index("customer_id")["frailty"]
    months, lost = story.frame("truth_month"), story.frame("truth_loss")
    calm = frailty.index[frailty < frailty.median()]
    mine = months[months["customer_id"].isin(calm)]
    borne = (mine["hazard_natural"] * mine["at_risk"]).sum()
    seen = (lost.loc[lost["customer_id"].isin(calm), "cause"] == "natural").sum()
    assert abs(seen - borne) < ERRORS * np.sqrt(borne) and borne > 50
    constant = story.settings.churn.constant * mine["at_risk"].sum()
    assert constant > borne / 4  # left out of the draw, a quarter of them would have had another cause


def test_blows_are_told_with_the_truth_only_and_change_nothing() -> None:
    with_truth, without = told("retail", 200, 6, 1), Market(200, 1).run(6, usual(load("retail")))
    assert len(with_truth.frame("truth_blow")) and not len(without.frame("truth_blow"))
    assert with_truth.frame("orders").equals(without.frame("orders"))
    assert with_truth.frame("truth_loss").equals(without.frame("truth_loss"))


def test_what_is_borne_of_a_blow_is_at_most_the_blow() -> None:
    blows = told("retail", 400, 8, 1).frame("truth_blow")
    assert (blows["borne"] <= blows["hazard"]).all() and (blows["borne"] < blows["hazard"]).any()
    assert not blows.duplicated(["customer_id", "month", "cause"]).any()
