"""The market against closed forms: purchases, survival, feelings and the calendar, where theory knows the answer."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import gammaincinv

from sim.market import Market, bell, growing
from sim.market.almanac import Almanac
from sim.market.customers import born, feel, founders, gamma_quantile
from sim.market.gathering import put_rows, rows_of
from sim.market.rivals import Surroundings
from sim.market.settings import load, with_
from sim.streams import Streams

# Nobody leaves, nothing fails, no season, and feelings move nothing: what is left is a gamma-Poisson market.
PLAIN = load(
    "retail",
    churn__weights=[0.0] * 8,
    churn__constant=0.0,
    failures__chance=0.0,
    staff__leaving=0.0,
    buying__satisfaction_pull=0.0,
    calendar__weekdays=[1.0] * 7,
    calendar__months=[1.0] * 12,
    calendar__spring_festival_factor=1.0,
    calendar__before_spring_factor=1.0,
    calendar__festivals={"06-18": 1.0, "11-11": 1.0, "12-12": 1.0, "10-01": 1.0},
)


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    """Orders of each of 8,000 founders in a year."""
    orders = Market(8000, 2, settings=PLAIN).run(12).arrays("orders")["customer_id"]
    return np.bincount(orders[orders <= 8000], minlength=8001)[1:]


def test_purchases_are_negative_binomial(counts: np.ndarray) -> None:
    told = PLAIN.buying
    mean = told.rate_mean * 12 * 365 / 365.25
    spread = mean + mean**2 / told.rate_shape
    assert counts.mean() == pytest.approx(mean, abs=4 * np.sqrt(spread / len(counts)))
    none = (1 + mean / told.rate_shape) ** -told.rate_shape
    assert (counts == 0).mean() == pytest.approx(none, abs=4 * np.sqrt(none * (1 - none) / len(counts)))
    assert counts.var() == pytest.approx(spread, rel=0.15)


def test_nobody_leaves_where_nothing_presses() -> None:
    assert Market(200, 2, settings=PLAIN).run(6).customers().alive.all()


def test_a_blow_alone_can_drive_somebody_away() -> None:
    settings = with_(PLAIN, staff__leaving=0.5, staff__takes=100.0)
    story = Market(300, 2, settings=settings).run(2)
    losses = story.frame("truth_loss")
    assert len(losses) > 100 and set(losses["cause"]) == {"staff"}


def test_survival_is_paretos_where_only_frailty_presses() -> None:
    settings = load(
        "retail",
        churn__weights=[float(cause == "natural") for cause in load("retail").churn.causes],
        churn__constant=0.0,
        churn__lock_tenure=0.0,
        churn__lock_relation=0.0,
        failures__chance=0.0,
        staff__leaving=0.0,
        customers__founders_age_months=0.0,
    )
    market = Market(6000, 4, settings=settings)
    people = market.run(12).customers()
    mine = people.id <= 6000
    for months in (3, 6, 12):
        alive = np.isnan(people.lost_at[mine]) | (people.lost_at[mine] > months)
        expected = (
            settings.churn.scale_months / (settings.churn.scale_months + months)
        ) ** settings.churn.shape
        assert alive.mean() == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 6000)), months


def test_founders_are_those_who_stayed() -> None:
    settings = load("retail")
    ids = np.arange(1, 20_001)
    made = founders(settings, Streams(1), ids, np.zeros(len(ids), dtype=int))
    age = -made.joined
    # Frailty given survival is gamma with the scale made longer by the age (Schmittlein et al. 1987).
    bare = made.frailty * np.exp(settings.churn.lock_relation * made.bond)
    for low, high in ((0, 3), (10, 20), (25, 36)):
        some = (age >= low) & (age < high)
        expected = (settings.churn.shape / (settings.churn.scale_months + age[some])).mean()
        assert bare[some].mean() == pytest.approx(expected, rel=0.12)


@pytest.mark.parametrize("shape", [0.3, 0.606, 3.74])
def test_the_gamma_table_is_the_gamma_law(shape: float) -> None:
    uniform = np.linspace(0.0005, 0.9995, 1999)
    assert gamma_quantile(shape, uniform) == pytest.approx(gammaincinv(shape, uniform), rel=1e-4)


def test_the_normal_numbers_are_those_of_box_and_muller_wherever_they_stand() -> None:
    edges = np.array([1e-10, 0.2, 0.25, 0.5, 0.75, 0.9, 1 - 1e-10])
    first, second = (one.ravel() for one in np.meshgrid(edges, edges))
    many = Streams(1).quads("bell", np.arange(bell.CHUNK * 2 + 5))
    for u, v in ((first, second), (many[0], many[1])):
        radius, angle = np.sqrt(-2.0 * np.log(u)), 2.0 * np.pi * v
        one, other = bell.pair(u, v)
        np.testing.assert_allclose(one, radius * np.cos(angle), rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(other, radius * np.sin(angle), rtol=1e-13, atol=1e-14)
        assert (bell.normal(u, v) == one).all()
    some = np.array([0, 7, bell.CHUNK, len(one) - 1])
    assert (bell.normal(many[0, some], many[1, some]) == one[some]).all()


def test_a_table_grows_by_rows_and_keeps_those_it_has() -> None:
    @dataclass
    class Two:
        flat: np.ndarray
        tall: np.ndarray

    def some(numbers: list[int]) -> Two:
        return Two(np.array(numbers), np.array([numbers, numbers], dtype=float))

    mine = some([1, 2])
    for more in ([3], [], [4, 5, 6, 7], [8]):
        growing.join(mine, some(more))
    assert mine.flat.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert mine.tall.tolist() == [[1, 2, 3, 4, 5, 6, 7, 8]] * 2


def test_losses_weigh_double() -> None:
    settings, one = load("retail"), np.array([1])
    people = born(settings, Streams(1), one, joined=np.zeros(1), channel=np.zeros(1, dtype=int))
    felt = []
    for gap in (-0.5, 0.5):
        people.perceived[:] = people.expected + gap
        feel(settings, people, np.array([0]), settle=1.0)
        felt.append(float(people.product[0]))
    assert felt == pytest.approx([-1.0, 0.5])


def test_busy_days_take_their_share_and_time_only_goes_on() -> None:
    almanac = Almanac.of(load("retail"))
    part = np.linspace(0, 1, 200_001)[:-1]
    day, second = almanac.moment(10, part)  # November
    assert (np.diff(day * 86_400 + second) >= 0).all()
    assert day.min() == almanac.first[10] and day.max() == almanac.first[11] - 1
    share = np.bincount(day - almanac.first[10]) / len(part)
    busy = almanac.busy[almanac.first[10] : almanac.first[11]]
    assert share == pytest.approx(busy / busy.sum(), rel=0.02)
    assert almanac.date(int(almanac.first[10] + share.argmax())) == dt.date(2025, 11, 11)


def test_days_of_moments_in_any_order_are_those_of_their_months() -> None:
    almanac = Almanac.of(load("retail"))
    moments = np.random.default_rng(1).uniform(-3.0, 30.0, 5_000)
    told = almanac.day_of(moments)
    for month in range(30):
        mine = np.floor(moments) == month
        assert np.array_equal(told[mine], almanac.moment(month, moments[mine] - month)[0]), month
    before = moments < 0
    assert np.array_equal(told[before], np.floor(moments[before] * 365.25 / 12))
    assert almanac.day_of(np.array([0.0, 5.0])).tolist() == [0, almanac.first[5]]
    assert almanac.day_of(np.zeros(0)).size == 0


@pytest.mark.parametrize("kind", ["retail", "subscription", "business"])
def test_the_day_of_the_last_order_is_that_of_the_orders(kind: str) -> None:
    story = Market(300, 2, settings=load(kind)).run(8)
    people, orders = story.customers(), story.arrays("orders")
    last = dict.fromkeys(people.id.tolist(), -1)
    for who, day in zip(orders["customer_id"].tolist(), orders["day"].tolist(), strict=True):
        last[who] = max(last[who], day)
    assert people.last_day.tolist() == [last[one] for one in people.id.tolist()]
    assert np.array_equal(people.last_day < 0, np.isnan(people.last_order))


def test_surroundings_do_not_depend_on_how_far_one_looks() -> None:
    settings = load("retail")
    short, long = (Surroundings.of(settings, Streams(3), months) for months in (5, 50))
    for name in ("price", "quality", "campaign", "leaves"):
        assert np.array_equal(getattr(short, name), getattr(long, name)[:5]), name


def test_rows_put_back_are_rows_taken() -> None:
    matrix = np.arange(40.0).reshape(8, 5)
    which = np.array([6, 1])
    rows = rows_of(matrix, which)
    assert np.array_equal(rows, matrix[which])
    put_rows(matrix, which, rows * 10)
    assert np.array_equal(matrix[which], rows * 10) and matrix[0, 0] == 0
