"""What a trainee is told of a step that earned less than all: why, and what could be said instead."""

from collections.abc import Mapping, Sequence
from typing import Any

from crmlab.language import translator
from crmlab.roleplay.crediting import Credit, Said
from crmlab.roleplay.engine import Play
from crmlab.roleplay.tagging.acts import violations


def why(
    step: Mapping[str, Any],
    credit: Credit,
    said: Sequence[Said],
    *,
    before: Mapping[str, Any] | None,
    done_at: int = 0,
    spoiled: bool,
    lang: str,
    play: Play | None,
) -> str:
    """Return in words why a step earned less than was done for it, "" when there is nothing to tell.

    `done_at` is the turn in which the step before was complete, 0 when it never was.
    """
    _ = translator(lang)
    if spoiled:
        return _("伤人的话抵掉了一部分")
    if offer := _poor_offer(step, credit, said, play):
        return _("超出权限的方案不算") if offer.sure["solution"] == 0 else _("客户不能接受的方案，只算一半")
    if credit.order < 1 and before is not None:
        name = before["rule"][lang].replace("：", ":").split(":")[0]
        if done_at:
            told = _("次序不对：“{step}”到第 {n} 轮才做完，这一步放在它后面才算全部")
            return told.format(step=name, n=done_at)
        return _("次序不对，或跳了一步：先把“{step}”做完，这一步才算全部").format(step=name)
    if credit.late:
        return _("说得晚了：前 {n} 句里说才算全部").format(n=step["within"])
    if credit.said and "solution" in credit.acts and credit.said.sure.get("solution", 1.0) < 1:
        return _("提早了：客户还没说清，或还在气头上，只算一半")
    if len(credit.acts) == step["need"] and credit.share < 1:
        return _("同一句里有伤人的话，或一次说得太长，只算一部分")
    return ""


def more_slips(turns: Sequence[int], *, lang: str) -> str:
    """Return in words in which further turns the manner was lacking, "" for none."""
    _ = translator(lang)
    return _("还有第 {turns} 轮").format(turns=_("、").join(map(str, turns))) if turns else ""


def better(
    step: Mapping[str, Any], credit: Credit, said: Sequence[Said], *, lang: str, play: Play | None
) -> str:
    """Return what could be said for a step that lacks something, "" when the words were right but not their moment.

    It is never what the trainee said: a line of the scenario that fits, else the general wording of the rubric.
    """
    lacking = _lacking(step, credit, said, play)
    if not lacking:
        return ""
    spoken = {one.text for one in said}
    rows = play.scenario.lines.values() if play else ()
    for act in lacking:
        for row in rows:
            if play and act in row["acts"] and row["text"][lang] not in spoken and _right(row, play):
                return play.text(row["text"])
    general = str(step["better"][lang])
    return "" if general in spoken else general


def _lacking(step: Mapping[str, Any], credit: Credit, said: Sequence[Said], play: Play | None) -> list[str]:
    """Return the acts a step still wants, in its order; of one shown by a poor offer a better one."""
    poor = _poor_offer(step, credit, said, play)
    if len(credit.acts) == step["need"] and not poor:
        return []
    return [act for act in step["acts"] if act not in credit.acts or (poor and act == "solution")]


def _poor_offer(
    step: Mapping[str, Any], credit: Credit, said: Sequence[Said], play: Play | None
) -> Said | None:
    """Return the offer this customer can never take and that is all the step has, None when something better counts."""
    if play is None or "solution" not in step["acts"] or (credit.acts and "solution" not in credit.acts):
        return None
    offers = [one for one in said if "solution" in one.acts]
    fitting = any(play.scenario.fits(play.turns[one.n - 1].offer) for one in offers)
    return None if fitting else max(offers, key=lambda one: one.sure.get("solution", 1.0), default=None)


def _right(row: Mapping[str, Any], play: Play) -> bool:
    fits = "offer" not in row or play.scenario.fits(row["offer"])
    return fits and not violations() & set(row["acts"])
