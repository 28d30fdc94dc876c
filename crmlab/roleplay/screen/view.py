"""What the screen shows of a call, as plain values: one picture for the notebook and for the page of its own."""

from dataclasses import asdict, dataclass
from typing import Any

from crmlab.language import Words, translator
from crmlab.roleplay import voice
from crmlab.roleplay.appraisal import rules_of
from crmlab.roleplay.engine import MOST_TURNS
from crmlab.roleplay.screen.call import HINT_COST, Call
from crmlab.roleplay.screen.chips import chips
from crmlab.roleplay.screen.steps import progress
from crmlab.roleplay.tagging.acts import acts

TICKED = 0.5  # from here on a guess is ticked before the trainee looks


@dataclass(frozen=True)
class Bubble:
    """One thing said: `who` is agent, customer or system; `note` is what practice tells about it."""

    who: str
    name: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Guess:
    """One way to understand free words."""

    act: str
    label: str
    what: str
    sure: int
    """Percent."""
    chosen: bool
    """Whether it is ticked at first: what is likely, else the first that alleges nothing."""


@dataclass(frozen=True)
class Feeling:
    """How the customer feels: a word always, a value 0-100 only where the level tells it (else -1)."""

    name: str
    label: str
    word: str
    value: int
    change: int
    bad: bool
    """Whether more of it is worse."""


@dataclass(frozen=True)
class Field:
    """One field of the ticket; without options it is free text."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class View:
    """Everything the screen shows; `seen` goes back with the next action."""

    title: str
    brief: str
    level: int
    lang: str
    clock: str
    customer: tuple[tuple[str, str], ...]
    bubbles: tuple[Bubble, ...]
    chips: tuple[tuple[str, str], ...]
    pending: str
    guesses: tuple[Guess, ...]
    feelings: tuple[Feeling, ...]
    steps: tuple[tuple[str, str], ...]
    """Name of each step, and done, part, now or open; empty outside practice."""
    ticket: tuple[Field, ...]
    hints: tuple[str, ...]
    can_hint: bool
    ended: str
    seen: int

    def plain(self) -> dict[str, Any]:
        """Return the view as values that JSON knows."""
        return asdict(self)


def view(call: Call) -> View:
    """Return what the screen shows of `call` now."""
    play, plain = call.play, call.scenario.plain
    _ = translator(play.lang)
    minutes, seconds = divmod(call.seconds, 60)
    offered = chips(play) if not call.ended and not call.pending else ()
    return View(
        title=play.text(plain["title"]),
        brief=play.text(plain["brief"]),
        level=play.level,
        lang=play.lang,
        clock=f"{minutes:02d}:{seconds:02d}",
        customer=_customer(call, _),
        bubbles=_bubbles(call, _),
        chips=tuple((name, play.text(plain["lines"][name]["text"])) for name in offered),
        pending=call.pending,
        guesses=_guesses(call),
        feelings=_feelings(call, _),
        steps=_steps(call),
        ticket=_ticket(call, _),
        hints=tuple(call.hints),
        can_hint=play.level < 3 and not call.ended,
        ended=call.ended or ("full" if len(play.turns) >= MOST_TURNS else ""),
        seen=len(call.events),
    )


def labels(lang: str, level: int = 1) -> dict[str, str]:
    """Return the words on buttons and regions, in `lang`; level 3 offers no lines to choose by their number."""
    _ = translator(lang)
    return {
        "log": _("通话记录"),
        "box": _("你要说的话"),
        "placeholder": _("输入你要说的话，按回车发送；输入 1、2、3 选用建议语句")
        if level < 3
        else _("输入你要说的话，按回车发送"),
        "send": _("发送"),
        "chips": _("建议语句"),
        "understood": _("系统理解为…"),
        "confirm": _("确认"),
        "rephrase": _("都不是，改写"),
        "hint": _("提示（扣 {cost} 分）").format(cost=HINT_COST),
        "hold": _("请稍候"),
        "transfer": _("转给班长"),
        "hang_up": _("挂断"),
        "again": _("再练一次"),
        "card": _("客户卡"),
        "ticket": _("这通电话的工单"),
        "save": _("保存工单"),
        "saved": _("工单已保存"),
        "feelings": _("客户的心情"),
        "steps": _("步骤"),
        "signs": _("✓ 做到　◐ 做到一部分　▶ 现在做　○ 还没做"),
        "clock": _("通话时间"),
        "print": _("打印成绩单"),
        "choose": _("请选择…"),
        "after": _("通话之后"),
        "call": _("与客户通话"),
        "level": _("难度"),
        "back": _("全部客户"),
        "lost": _("连不上实训室；你的通话已保存，请刷新这一页"),
    }


def _customer(call: Call, _: Words) -> tuple[tuple[str, str], ...]:
    customer = call.scenario.plain["customer"]
    named = {"name": _("姓名"), "tier": _("等级"), "firm": _("单位"), "role": _("职务"), "ltv": _("累计消费")}
    rows = []
    for key, value in customer.items():
        shown = call.play.text(value) if isinstance(value, dict) else str(value)
        rows.append((named.get(key, key), shown))
    return tuple(rows)


def _bubbles(call: Call, _: Words) -> tuple[Bubble, ...]:
    play, me = call.play, _("你")
    name = play.text(call.scenario.plain["customer"]["name"])
    shown = [Bubble("customer", name, play.text(call.scenario.plain["opening"]))]
    before = play._start()
    for turn in play.turns:
        shown.append(Bubble("agent", me, turn.text, _acts_note(turn.acts, play.lang)))
        said = voice.spoken(play, turn)
        notes = [_felt(before, turn.state, _) if play.level < 3 else ""]
        notes += [_("语言模型没有接上，这是剧本里的话")] if said.failed else []
        shown.append(Bubble("customer", name, said.text, " · ".join(note for note in notes if note)))
        before = turn.state
    if told := broken_promise(call, _):
        shown.append(Bubble("system", _("系统"), told))
    if call.left:
        shown.append(Bubble("system", _("系统"), _("你挂断了电话。")))
    if call.pending:
        shown.append(Bubble("agent", me, call.pending, _("等你确认")))
    return tuple(shown)


def broken_promise(call: Call, _: Words) -> str:
    """Return what came of a promise nobody could keep, once the call is over; "" when there was none."""
    if call.play.state.ended != "farewell" or not call.play.state.overpromised:
        return ""
    cost = rules_of(call.scenario)["cases"]["broken_promise"]["anger"]
    return _("许下的事没有兑现：客户接到回访时更生气了（生气 {change}）。").format(change=f"{cost:+d}")


def _acts_note(done: tuple[str, ...], lang: str) -> str:
    known = {act.name: act for act in acts()}
    return " · ".join(known[name].label(lang) for name in done if name in known)


def _felt(before: Any, after: Any, _: Words) -> str:
    changes = ((_("生气"), after.anger - before.anger), (_("信任"), after.trust - before.trust))
    return " · ".join(f"{name} {change:+d}".replace("-", "−") for name, change in changes if change)


def _guesses(call: Call) -> tuple[Guess, ...]:
    known, lang = {act.name: act for act in acts()}, call.play.lang
    likely = {name for name, p in call.guesses if p >= TICKED}
    kind = (name for name, _p in call.guesses if not known[name].violation)
    chosen = likely or {next(kind, call.guesses[0][0] if call.guesses else "")}
    return tuple(
        Guess(name, known[name].label(lang), known[name].definition(lang), round(100 * p), name in chosen)
        for name, p in call.guesses
    )


def _feelings(call: Call, _: Words) -> tuple[Feeling, ...]:
    """Return three feelings with figures at level 1, two without figures at level 2, none at level 3."""
    play = call.play
    if play.level == 3:
        return ()
    now = play.state
    before = play.turns[-2].state if len(play.turns) > 1 else play._start()
    anger = (_("平静"), _("不快"), _("不满"), _("很生气"), _("气极了"))
    trust = (_("不信任"), _("将信将疑"), _("有点信任"), _("比较信任"), _("很信任"))
    patience = (_("快没耐心了"), _("不耐烦"), _("还有耐心"), _("有耐心"), _("很有耐心"))
    told = (
        Feeling("anger", _("生气"), *_felt_now(now.anger, before.anger, anger), bad=True),
        Feeling("trust", _("信任"), *_felt_now(now.trust, before.trust, trust), bad=False),
        Feeling("patience", _("耐心"), *_felt_now(now.patience, before.patience, patience), bad=False),
    )
    return told if play.level == 1 else told[:2]


def _felt_now(value: int, before: int, words: tuple[str, ...]) -> tuple[str, int, int]:
    return words[min(value // 20, 4)], value, value - before


def _steps(call: Call) -> tuple[tuple[str, str], ...]:
    if call.play.level != 1:
        return ()
    return tuple(
        (step["rule"][call.play.lang], state) for step, state in progress(call.play, over=bool(call.ended))
    )


def _ticket(call: Call, _: Words) -> tuple[Field, ...]:
    kinds = (
        ("enquiry", _("咨询")), ("order", _("订购")), ("tracking", _("货品跟踪")), ("complaint", _("投诉")),
        ("special", _("特殊来电")), ("lead", _("商机")),
    )  # fmt: skip
    limits = (("now", _("当场办好")), ("24h", _("24 小时内")), ("3d", _("3 天内")), ("7d", _("7 天内")))
    spec = ((("type", _("类型"), kinds)), ("due", _("办结时限"), limits), ("summary", _("摘要"), ()))
    return tuple(Field(name, label, call.crm.get(name, ""), options) for name, label, options in spec)
