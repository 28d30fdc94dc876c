"""The linter of scenarios: what the schema cannot see, found by reading and by playing bots."""

import itertools
import re
from statistics import mean

from crmlab.errors import LabError
from crmlab.roleplay.bots import play_bot
from crmlab.roleplay.clarity import HAN
from crmlab.roleplay.engine import LEVELS, Play
from crmlab.roleplay.judge import judge_play, rubric
from crmlab.roleplay.scenario import Scenario
from crmlab.roleplay.tagging.acts import violations

GAP = 12
ORDER = ("good", "mediocre", "polite_only", "rude")
TRICKS = ("parrot", "over_promiser", "keyword_stuffer", "long_talker")
SEEDS = range(200)  # among which every mood is found
ENDINGS = ("farewell", "hang_up")
SLOT = re.compile(r"\{[^{}]*\}")


def faults(scenario: Scenario) -> list[str]:
    """Return what is wrong with `scenario`, one sentence each with its line; an empty list when nothing is."""
    return _names(scenario) or [*_wordings(scenario), *_levels(scenario)] or _plays(scenario)


def moods(scenario: Scenario) -> list[int]:
    """Return one seed for each mood a customer can have, so that a few plays stand for all."""
    first: dict[tuple[int, int, int], int] = {}
    for seed in SEEDS:
        state = Play(scenario, seed=seed, level=2).state
        first.setdefault((state.anger, state.trust, state.patience), seed)
    return sorted(first.values())


def _names(scenario: Scenario) -> list[str]:
    """Return names that lead nowhere, and what nobody could ever hear or say."""
    plain, at = scenario.plain, scenario.page.at
    try:
        steps = rubric(plain["rubric"])["steps"]
    except LabError as error:
        return [f"{at('rubric')}：{error}"]
    offers, lines = set(plain["offers"]), scenario.lines
    said = {row["offer"] for row in lines.values() if "offer" in row}
    acts = {act for row in lines.values() for act in row["acts"]}
    right = {act for row in lines.values() if not violations() & set(row["acts"]) for act in row["acts"]}
    wanted: list[tuple[tuple[str, ...], str]] = [
        (("goal", "accept"), name) for name in plain["goal"]["accept"]
    ]
    wanted += [(("beyond",), name) for name in plain.get("beyond", ())]
    wanted += [(("lines", name), row["offer"]) for name, row in lines.items() if "offer" in row]
    found = [
        f"{at(*where)}：方案 {name} 不在 offers 里；请改名或补上"
        for where, name in wanted
        if name not in offers
    ]
    if not plain["goal"]["accept"] and not scenario.parting:
        found.append(
            f"{at('goal', 'accept')}：是空的；请写上客户会接受的方案，或加 part: true，让好好告别也算办成"
        )
    elif not found and not any(scenario.fits(offer) for offer in said):
        found.append(f"{at('goal', 'accept')}：没有一句建议语句提出客户会接受的方案；请在 lines 里加一句")
    found += [
        f"{at('lines', name, 'after')}：没有事实或方案 {waits}；请改名，或在 facts、offers 里补上"
        for name, row in lines.items()
        for waits in row.get("after", ())
        if waits not in scenario.facts and waits not in offers
    ]
    found += [
        f"{at('facts', name)}：没有一句建议语句问得到；请在 lines 里加一句带 {'、'.join(fact['asked'])} 的话"
        for name, fact in scenario.facts.items()
        if not acts & set(fact["asked"])
    ]
    found += [
        f"{at('lines')}：评分表的步骤 {step['id']} 没有一句建议语句；请加一句带 {'、'.join(step['acts'])} 的话"
        for step in steps
        if not right & set(step["acts"])
    ]
    if not acts & violations():
        found.append(
            f"{at('lines')}：没有一句诱人犯错的话；请加一句带 {'、'.join(sorted(violations()))} 之一的话"
        )
    return found


def _wordings(scenario: Scenario) -> list[str]:
    """Return texts in the wrong language, and slots that nothing fills."""
    found = []
    for place, lang, text in _texts(scenario.plain, ()):
        where = scenario.page.at(*place)
        if lang == "zh" and not HAN.search(text):
            found.append(f"{where}：这里要写中文")
        if lang == "en" and HAN.search(text):
            found.append(f"{where}：这里要写英文")
        slots = set(SLOT.findall(text)) - ({"{offer}"} if place[:1] == ("replies",) else set())
        if slots:
            found.append(f"{where}：不认识 {'、'.join(sorted(slots))}；只有 replies 里可以写 {{offer}}")
    return found


def _texts(plain: object, place: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], str, str]]:
    """Return (place, language, text) of every wording in `plain`."""
    if isinstance(plain, dict):
        pairs: list[tuple[str | int, object]] = list(plain.items())
    elif isinstance(plain, list):
        pairs = list(enumerate(plain))
    else:
        return []
    found = []
    for key, value in pairs:
        inside = (*place, key)
        lang = next((str(part) for part in reversed(inside) if part in ("zh", "en")), "")
        if isinstance(value, str) and lang:
            found.append((inside, lang, value))
        found += _texts(value, inside)
    return found


def _levels(scenario: Scenario) -> list[str]:
    rows = [scenario.plain["levels"][str(level)] for level in LEVELS]
    return [
        f"{scenario.page.at('levels', str(n + 1), key)}：比难度 {n} 还容易；anger 应不小于、trust 和 patience 应不大于低一级的"
        for n, (low, high) in enumerate(itertools.pairwise(rows), 1)
        for key in low
        if (high[key] < low[key] if key == "anger" else high[key] > low[key])
    ]


def _plays(scenario: Scenario) -> list[str]:
    """Play the bots at every level; return what they never reach and where better habits do not pay."""
    found, told, endings = [], set(), set()
    seeds = moods(scenario)
    for level in LEVELS:
        means = {}
        for bot in (*ORDER, *TRICKS, "thorough"):
            plays = [play_bot(scenario, bot, seed=seed, level=level) for seed in seeds]
            told |= {name for play in plays for name in play.state.told}
            endings |= {play.state.ended for play in plays}
            means[bot] = mean(judge_play(play).overall for play in plays)
        found += _order(scenario, level, means)
    at = scenario.page.at
    found += [
        f"{at('facts', name)}：试演里从没说出来；请降低 trust，或在 asked 里多写几种问法"
        for name in scenario.facts
        if name not in told
    ]
    return found + [
        f"{at('levels')}：试演里从没有这个结局：{end}；请调整开始时的心情"
        for end in ENDINGS
        if end not in endings
    ]


def _order(scenario: Scenario, level: int, means: dict[str, float]) -> list[str]:
    where = scenario.page.at("levels", str(level))
    named = "、".join
    found = []
    if any(means[high] - means[low] < GAP for high, low in itertools.pairwise(ORDER)):
        told = named(f"{bot} {means[bot]:.0f}" for bot in ORDER)
        found.append(
            f"{where}：试演的平均分应依次相差 {GAP} 分以上，现在是 {told}；请调整开始时的心情或建议语句"
        )
    if near := [f"{bot} {means[bot]:.0f}" for bot in TRICKS if means["good"] - means[bot] < GAP]:
        found.append(f"{where}：取巧的试演者离好的（{means['good']:.0f} 分）太近：{named(near)}")
    return found
