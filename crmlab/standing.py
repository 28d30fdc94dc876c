"""How far a student is in one lab: the forms, the best of each call, what the teacher marks, the extension."""

import re
from typing import TYPE_CHECKING

from crmlab import cards
from crmlab.language import translator

if TYPE_CHECKING:
    from crmlab.notebook import Lab

SIGNS = {"star": "★", "passed": "✓", "failed": "✗"}
ENOUGH = 60
"""Points of 100 from which a call counts where the lab tells no `enough` of its own."""


def done(lab: "Lab") -> tuple[int, int]:
    """Return how many of the core's forms are answered, and how many there are."""
    kept = {**lab.answers.of(lab.name), **lab.answers.of(lab.name, part="crm")}
    forms = [name for name in lab.words.forms if name not in lab.told().get("extension", [])]
    return sum(kept.get(name) not in (None, "", {}, []) for name in forms), len(forms)


def show(lab: "Lab") -> None:
    """Show forms, calls, the written note and the extension, a line each; the bar counts forms and calls."""
    _ = translator(lab.lang)
    told, checked = lab.told(), lab.answers.of(lab.name, part="checked")
    named = {
        name: f"{SIGNS.get(str(checked.get(name)), '●') if lab.kept(name) is not None else '○'} {spec.title}"
        for name, spec in lab.words.forms.items()
    }
    further, rung, enough = told.get("extension", []), calls(lab), int(told.get("enough", ENOUGH))
    lines = [line for name, line in named.items() if name not in further]
    lines += [_call(name, points, enough, lab.lang) for name, points in rung.items()]
    if marked := told.get("by_hand"):
        lines.append(_("✎ {what}：老师批改，这里看不出写了没有").format(what=marked))
    if bonus := told.get("bonus"):
        lines.append(_("进阶（附加分最多 {points:g} 分，不做不扣分）").format(points=bonus))
        lines += [line for name, line in named.items() if name in further]
    answered, forms = done(lab)
    made = sum(points >= enough for points in rung.values())
    parts = [_("表单已填 {done} / {total}").format(done=answered, total=forms)]
    if rung:
        parts.append(
            _("通话 {made} / {total} 到了 {enough} 分").format(made=made, total=len(rung), enough=enough)
        )
    title = " · ".join(parts)
    bar = cards.bar(answered + made, forms + len(rung))
    cards.show(
        cards.card(title, bar + cards.paragraphs("\n".join(lines))),
        "\n".join([title, *lines]),
    )


def calls(lab: "Lab") -> dict[str, int]:
    """Return the best score of each call of the core, by scenario, 0 where none was rung."""
    from crmlab import mirror

    return {name: max(mirror.best_of(lab, name).values()) for name in lab.told().get("calls", [])}


def _call(scenario: str, points: int, enough: int, lang: str) -> str:
    from crmlab.roleplay.scenario import load

    _ = translator(lang)
    plain = load(scenario).plain["title"]
    name = re.sub(r"[\n\r]+", " ", str(plain.get(lang, plain) if isinstance(plain, dict) else plain))
    if not points:
        return _("○ 通话“{name}”，还没有接").format(name=name)
    sign = "✓" if points >= enough else "✗"
    return _("{sign} 通话“{name}”，最好 {points} 分").format(sign=sign, name=name, points=points)
