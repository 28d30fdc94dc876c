"""What a negotiation came to: one score for the group, one for each seat, every line with the words it stands on."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from crmlab.language import Words, translator
from crmlab.roleplay.clarity import length
from crmlab.roleplay.negotiation.case import SIDES, Terms
from crmlab.roleplay.negotiation.talk import Move, Talk
from crmlab.roleplay.reading import SURE_OF_VIOLATION
from crmlab.roleplay.tagging.tagger import tag

ASKING = ("?", "？", "吗", "呢")
WONDERING = ("什么", "哪", "多少", "为何", "what", "which", "why", "how much", "how many")
REASON = 12  # signs; a shorter statement gives no reason
UNKIND = ("blame", "interrupt", "rude")
ZONE = 40  # of the group's 100 points: both sides are better off than without a deal


@dataclass(frozen=True)
class Part:
    """One line of a score: `points` of `of`, why, and the move it stands on (0: none)."""

    name: str
    points: int
    of: int
    why: str
    turn: int = 0
    quote: str = ""


@dataclass(frozen=True)
class Result:
    """The end of a negotiation: `deal`, the gain of each side in its own points, the group's score, each seat's parts."""

    ended: str
    deal: Terms | None
    gains: dict[str, float]
    group: int
    seats: dict[str, tuple[Part, ...]]

    def points(self, seat: str) -> int:
        """Return a seat's score, 0-100."""
        return sum(part.points for part in self.seats[seat])

    def plain(self) -> dict[str, Any]:
        """Return the result as plain values."""
        seats = {
            seat: {"points": self.points(seat), "parts": [asdict(part) for part in parts]}
            for seat, parts in self.seats.items()
        }
        return {
            "ended": self.ended,
            "deal": self.deal,
            "gains": self.gains,
            "group": self.group,
            "seats": seats,
        }


def result(talk: Talk) -> Result:
    """Return what a negotiation came to so far; without a deal nobody gains.

    Group: 40 points when neither side is worse off than without a deal, 60 by the share of what both together could gain.
    Seat: 30 for what the own side gained of what it could, 10 for the group, 20 for questions before offers, 20 for the
    way of giving in (leaders) or for reasons (experts), 10 for the own secret kept, 10 for manner.
    """
    case, deal, _ = talk.case, talk.deal, translator(talk.lang)
    gains = {side: case.gain(side, deal) if deal else 0.0 for side in SIDES}
    fair = deal is not None and min(gains.values()) >= 0
    group = round(ZONE + (100 - ZONE) * sum(gains.values()) / case.most_together) if fair else 0
    seats = {}
    for seat in case.seats:
        mine = [move for move in talk.moves if move.seat == seat]
        side = case.side(seat)
        parts = [_gained(gains[side], case.most(side), deal, _)]
        parts.append(Part("group", round(group / 10), 10, _("两边一起做大了多少")))
        parts.append(_questions(mine, _, lead=case.leads(seat)))
        parts.append(_giving(talk, mine, _) if case.leads(seat) else _reasons(mine, _))
        parts += [_secret(talk, seat, mine, _), _manner(talk, mine, _)]
        seats[seat] = tuple(parts)
    return Result(talk.ended, deal, gains, group, seats)


def _gained(gain: float, most: float, deal: Terms | None, _: Words) -> Part:
    if deal is None:
        return Part("gain", 0, 30, _("没有谈成，自己一方什么也没得到"))
    if gain < 0:
        return Part("gain", 0, 30, _("签得还不如不签：低于自己一方的底线"))
    return Part("gain", round(30 * min(gain / most, 1.0)), 30, _("自己一方得到的，占可能得到的多少"))


def _questions(mine: Sequence[Move], _: Words, *, lead: bool) -> Part:
    """Return points for questions: a leader's before the second offer, an expert's two of them early."""
    asked = [move for move in mine if _asks(move)]
    of = 20
    if not asked:
        return Part("questions", 0, of, _("一次也没有问对方看重什么"))
    first = asked[0]
    offers = [move.n for move in mine if move.kind == "offer"]
    early = len(offers) < 2 or first.n <= offers[1] if lead else len(asked) >= 2
    why = _("先问后谈") if early else _("问得太晚，条件已经报出去了") if lead else _("只问了一次")
    return Part("questions", of if early else 12, of, why, first.n, first.text)


def _asks(move: Move) -> bool:
    """Return whether a move asks; "would that do?" behind an offer does not."""
    if move.kind == "say":
        return move.text.endswith(ASKING) or "？" in move.text or "?" in move.text
    return move.kind == "offer" and any(word in move.text.casefold() for word in WONDERING)


def _giving(talk: Talk, mine: Sequence[Move], _: Words) -> Part:
    """Return points for a leader's pattern of concessions: small steps that grow smaller, none of them taken back."""
    side, of = talk.case.side(mine[0].seat) if mine else "buyer", 20
    offers = [move for move in mine if move.kind == "offer" and move.terms]
    if not offers:
        return Part("giving", 0, of, _("自己没有报过条件"))
    worth = [talk.case.gain(side, move.terms) for move in offers if move.terms]
    steps = [before - after for before, after in pairwise(worth)]
    most = talk.case.most(side)
    faults: list[tuple[int, int, str]] = []
    for k, step in enumerate(steps):
        if step < 0:
            faults.append((5, offers[k + 1].n, _("条件往回收，对方不再相信")))
        elif step > 0.6 * most:
            faults.append((10, offers[k + 1].n, _("一步让得太多")))
        elif k and step > steps[k - 1] > 0 and step > 0.2 * most:
            faults.append((5, offers[k + 1].n, _("越让越多，对方会等着")))
    if not steps and talk.ended != "deal":
        faults.append((10, offers[0].n, _("一步也没有让，谈不下去")))
    worst = max(faults, key=lambda fault: fault[0], default=(0, 0, _("一步比一步小，每一步都有交换")))
    quote = next((move.text for move in offers if move.n == worst[1]), "")
    return Part("giving", max(0, of - sum(fault[0] for fault in faults)), of, worst[2], worst[1], quote)


def _reasons(mine: Sequence[Move], _: Words) -> Part:
    """Return points for an expert's reasons: statements long enough to hold one, each said once."""
    said = {
        move.text: move for move in mine if not move.text.endswith(ASKING) and length(move.text) >= REASON
    }
    of, points = 20, {0: 0, 1: 12}.get(len(said), 20)
    first = next(iter(said.values()), None)
    why = _("用理由支持主谈") if points == of else _("理由太少：说说成本、质量或账期为什么要这样")
    return Part("reasons", points, of, why, first.n if first else 0, first.text if first else "")


def _secret(talk: Talk, seat: str, mine: Sequence[Move], _: Words) -> Part:
    words = talk.case.plain["seats"][seat]["secret"]["words"][talk.lang]
    told = _first(mine, lambda text: any(word.casefold() in text.casefold() for word in words))
    if told:
        return Part("secret", 0, 10, _("把自己一方的底牌说出去了"), told.n, told.text)
    return Part("secret", 10, 10, _("底牌没有说出去"))


def _manner(talk: Talk, mine: Sequence[Move], _: Words) -> Part:
    def unkind(text: str) -> bool:
        return any(name in UNKIND and sure >= SURE_OF_VIOLATION for name, sure in tag(text, talk.lang))

    hurt = _first(mine, unkind)
    if hurt:
        return Part("manner", 0, 10, _("对事不对人：这一句伤人"), hurt.n, hurt.text)
    return Part("manner", 10, 10, _("对事不对人")) if mine else Part("manner", 0, 10, _("没有发言"))


def _first(mine: Sequence[Move], holds: Callable[[str], bool]) -> Move | None:
    return next((move for move in mine if holds(move.text)), None)
