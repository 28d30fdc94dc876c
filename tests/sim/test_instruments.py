"""The instruments read from a story: they see who can be seen, and their answers tell of the story."""

import numpy as np
import pytest

from sim import dataset, instruments, tables
from sim.market import Market, blocks

pytestmark = pytest.mark.slow  # a whole market behind every test

SIZE, MONTHS, SEED = 1500, 12, 2


@pytest.fixture(scope="module")
def data() -> dataset.Dataset:
    return dataset.build("retail", customers=SIZE, months=MONTHS, seed=SEED, with_truth=True, replications=0)


def test_every_instrument_left_its_tables(data: dataset.Dataset) -> None:
    for frames, names in ((data.visible, instruments.SEEN), (data.truth, instruments.TRUTH)):
        for name in names:
            assert len(frames[name]) > 0, name
            tables.check(frames[name], name)


def test_only_those_who_agreed_are_asked_or_watched(data: dataset.Dataset) -> None:
    agreed = data.visible["customers"].set_index("customer_id")["consent"]
    for name in ("survey_invitations", "sessions"):
        assert agreed.loc[data.visible[name]["customer_id"].unique()].all(), name


def test_answers_follow_what_people_think(data: dataset.Dataset) -> None:
    answers = data.visible["survey_answers"]
    csat = answers[answers["item"] == "csat"].merge(
        data.truth["truth_opinion"], on=["survey_id", "customer_id"]
    )
    assert np.corrcoef(csat["score"], csat["satisfaction"])[0, 1] > 0.5


def test_surveys_are_equal_in_blocks() -> None:
    whole, parts = Market(600, 3).run(9), blocks.run(600, 3, 9, blocks=3)
    one, other = (story.arrays("truth_opinion") for story in (whole, parts))
    first, second = (np.lexsort((told["customer_id"], told["survey_id"])) for told in (one, other))
    for name in one:
        assert (one[name][first] == other[name][second]).all(), name


def test_a_story_too_short_for_surveys_has_empty_tables_of_the_right_types() -> None:
    data = dataset.build("retail", customers=30, months=1, seed=1)
    for name in instruments.SEEN:
        tables.check(data.visible[name], name)
    assert len(data.visible["survey_answers"]) == 0 == len(data.visible["survey_invitations"])
