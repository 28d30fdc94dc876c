"""The linter of scenarios: what the schema cannot see, found by reading and by playing bots."""

import itertools

from crmlab.roleplay.bots import play_bot
from crmlab.roleplay.engine import LEVELS
from crmlab.roleplay.judge import judge_play, rubric
from crmlab.roleplay.scenario import Scenario

GAP = 12
ORDER = ("good", "mediocre", "polite_only", "rude")
SEEDS = range(6)


def faults(scenario: Scenario) -> list[str]:
    """Return what is wrong with `scenario`, one sentence each; an empty list when nothing is."""
    return _names(scenario) or [*_levels(scenario), *_plays(scenario)]


def _names(scenario: Scenario) -> list[str]:
    plain, offers = scenario.plain, set(scenario.plain["offers"])
    rubric(plain["rubric"])
    found = [f"goal.accept 里的 {x} 不在 offers 里" for x in plain["goal"]["accept"] if x not in offers]
    used = {name: line["offer"] for name, line in scenario.lines.items() if "offer" in line}
    found += [f"lines.{name} 的方案 {x} 不在 offers 里" for name, x in used.items() if x not in offers]
    acts = {act for line in scenario.lines.values() for act in line["acts"]}
    found += [
        f"facts.{n} 没有一句建议语句问得到" for n, f in scenario.facts.items() if not acts & set(f["asked"])
    ]
    return found


def _levels(scenario: Scenario) -> list[str]:
    rows = [scenario.plain["levels"][str(level)] for level in LEVELS]
    easier = [
        f"levels.{n + 1} 的 {key} 比低一级还容易"
        for n, (low, high) in enumerate(itertools.pairwise(rows), 1)
        for key in low
        if (high[key] < low[key] if key == "anger" else high[key] > low[key])
    ]
    return easier


def _plays(scenario: Scenario) -> list[str]:
    found, told, endings = [], set(), set()
    for level in LEVELS:
        means = []
        for bot in ORDER:
            plays = [play_bot(scenario, bot, seed=seed, level=level) for seed in SEEDS]
            told |= {name for play in plays for name in play.state.told}
            endings |= {play.state.ended for play in plays}
            means.append(sum(judge_play(play).overall for play in plays) / len(plays))
        if any(high - low < GAP for high, low in itertools.pairwise(means)):
            named = "、".join(f"{bot} {mean:.0f}" for bot, mean in zip(ORDER, means, strict=True))
            found.append(f"难度 {level} 的试演分差不到 {GAP}：{named}")
    found += [f"facts.{name} 在试演里从没说出来" for name in scenario.facts if name not in told]
    return found + [f"结局 {end} 在试演里从没出现" for end in ("farewell", "hang_up") if end not in endings]
