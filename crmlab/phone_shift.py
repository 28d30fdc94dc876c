"""What a training of the whole shift does to the board: the day run again with other talk and other solving.

Contacts and draws stay the same under every training, so what differs is the training's doing alone.
"""

from typing import TYPE_CHECKING, Any

from crmlab import phone_skills
from crmlab.errors import LabError
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.notebook import Lab
    from sim.scenario import Scenario

BEST_OF_SAVING = 0.4  # of what the best training saves, this much is left when its price is paid
BEHIND = (0.35, 0.75)  # of the best one's gain, by which the others stay behind
GOOD = 0.8  # share of the best one's gain that a choice must win
CLEAR = 0.6  # of the gap of a week, which Friday taken five times must show as well
LEAST_SAVING = 400  # yuan a week
ROUNDS = 40
COLUMNS = ("talk_s", "service_level", "abandonment_rate", "fcr", "unsolved")


def under(
    contacts: "pd.DataFrame", draws: "pd.DataFrame", talk: float, solved: float, scenario: "Scenario"
) -> dict[str, float]:
    """Return the board of the days of `contacts` when talks take `talk` times as long and `solved` more are solved.

    Shares 0 to 1, `talk_s` in seconds; `unsolved` counts customers whose matter no
    call settled, those who gave up waiting among them.
    """
    from crmlab.replay import run_days
    from sim import metrics
    from sim.staffing import Staffing

    shares = {
        f"skills__{skill.name}__solved_share": min(0.99, max(0.05, skill.solved_share + solved))
        for skill in scenario.skills
    }
    trained = scenario.with_(**shares)
    calls = run_days(contacts, draws.assign(talk=draws["talk"] * talk), Staffing.of(trained), trained)
    seen = metrics.board(calls, seconds=trained.service_level_seconds)
    asked = calls[calls["outcome"].isin(("answered", "abandoned", "balked"))]
    settled = asked.groupby(["day", "contact_id"])["solved"].any()
    return {
        "talk_s": round(float(calls.loc[calls["outcome"] == "answered", "talk"].mean()), 1),
        "fcr": round(seen.fcr, 4),
        "service_level": round(seen.service_level, 4),
        "abandonment_rate": round(seen.abandonment_rate, 4),
        "unsolved": int((~settled).sum()),
    }


def deal(
    streams: Streams,
    today: tuple["pd.DataFrame", "pd.DataFrame"],
    next_week: tuple["pd.DataFrame", "pd.DataFrame"],
    scenario: "Scenario",
) -> tuple["pd.DataFrame", dict[str, Any]]:
    """Return the offer of trainings one student sees, and the facts: what each gains next week in yuan.

    The best one is never the one that solves most, so that one number alone does not find it; no two do the same.
    """
    import pandas as pd

    streams = streams.under("phone shift")
    law = phone_skills.book()["training"]
    for use in range(ROUNDS):
        effects = _effects(streams.under("round", use), law)
        if len(set(effects.values())) < len(effects):
            continue  # two that do the same would show the same board, and look like a mistake
        friday = {
            name: law["days"] * under(*today, *one, scenario)["unsolved"] for name, one in effects.items()
        }
        week_boards = {name: under(*next_week, *one, scenario) for name, one in effects.items()}
        week = {name: board["unsolved"] for name, board in week_boards.items()}
        made = _priced(streams.under("round", use), friday, week, week_boards, law["yuan_a_failure"])
        if made:
            break
    else:
        raise LabError(f"{ROUNDS} 轮都没有做出分得开的培训方案；请看 phone_skills.toml 的 [training]")
    prices, best = made
    offer = pd.DataFrame(
        [
            {
                "training": name,
                **{f"cause_{lang}": law["names"][name][lang] for lang in phone_skills.LANGUAGES},
                "talk": one[0],
                "solved": one[1],
                "yuan_a_week": prices[name],
            }
            for name, one in effects.items()
        ]
    )
    gain, friday_gain = (
        {name: round(gained(name, unsolved, prices, law["yuan_a_failure"])) for name in effects}
        for unsolved in (week, friday)
    )
    return offer, {"gain": gain, "friday": friday_gain, "best": best}


def won(training: str, gain: dict[str, float]) -> float:
    """Return how far a choice comes from no training (0) to the best one (1) in yuan gained."""
    return gain[training] / max(gain.values())


def gained(name: str, unsolved: dict[str, float], prices: dict[str, int], yuan: float) -> float:
    """Return yuan a week that a training saves against none, its price paid."""
    return yuan * (unsolved["none"] - unsolved[name]) - prices[name]


def boards(lab: "Lab", offer: "pd.DataFrame") -> "pd.DataFrame":
    """Return `offer` with the board of the student's own Friday beside every training."""
    import pandas as pd

    scenario, contacts, draws = lab.scenario(), lab.table("contacts"), lab.table("draws")
    rows = [under(contacts, draws, one.talk, one.solved, scenario) for one in offer.itertuples()]
    return pd.concat([offer, pd.DataFrame(rows)], axis="columns")


def table(lab: "Lab", seen: "pd.DataFrame") -> "pd.DataFrame":
    """Return boards as a reader wants them: trainings down, measures with their units across."""
    made = seen[[f"cause_{lab.lang}", *COLUMNS, "yuan_a_week"]].copy()
    for name in ("fcr", "service_level", "abandonment_rate"):
        made[name] = (100 * made[name]).round(1)
    made.columns = lab.words.say("board_columns").split("|")
    return made.set_index(made.columns[0])


def _effects(streams: Streams, law: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return training → factor of talk and points of solving, to two places."""
    made = {"none": (1.0, 0.0)}
    for k, name in enumerate(law["order"]):
        if name in made:
            continue
        draws = streams.uniforms("effect", (2 * k, 2 * k + 1)).tolist()
        talk, solved = (
            round(low + (high - low) * draw, 2)
            for (low, high), draw in zip((law[name]["talk"], law[name]["solved"]), draws, strict=True)
        )
        made[name] = (talk, solved)
    return made


def _priced(
    streams: Streams,
    friday: dict[str, float],
    week: dict[str, float],
    boards_of_week: dict[str, dict[str, float]],
    yuan: float,
) -> tuple[dict[str, int], str] | None:
    """Return prices under which one training is clearly the best, on Friday as in the week; None when they cannot."""
    helpful = [name for name in week if yuan * (week["none"] - week[name]) >= LEAST_SAVING]
    if len(helpful) < 3 or "pace" in helpful:
        return None
    most_solved = max(helpful, key=lambda name: boards_of_week[name]["fcr"])
    others = sorted(set(helpful) - {most_solved})
    best = others[int(streams.uniforms("best", [0])[0] * len(others))]
    gain = BEST_OF_SAVING * yuan * (week["none"] - week[best])
    behind = streams.uniforms("behind", range(len(week))).tolist()
    prices = {"none": 0, "pace": 300}
    for name, draw in zip(sorted(helpful), behind, strict=False):
        short = 0.0 if name == best else BEHIND[0] + (BEHIND[1] - BEHIND[0]) * draw
        prices[name] = int(10 * round((yuan * (week["none"] - week[name]) - gain * (1 - short)) / 10))
    if min(prices[name] for name in helpful) < 100:
        return None
    on_friday = {name: gained(name, friday, prices, yuan) for name in week}
    in_week = {name: gained(name, week, prices, yuan) for name in week}
    second = max(value for name, value in in_week.items() if name != best)
    second_friday = max(value for name, value in on_friday.items() if name != best)
    clear = on_friday[best] - second_friday >= CLEAR * (in_week[best] - second)
    return (prices, best) if clear and second < GOOD * in_week[best] else None
