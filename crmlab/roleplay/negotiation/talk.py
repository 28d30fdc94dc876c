"""One negotiation under way: who spoke, what was offered, and how it ended; kept as a list of actions, played again from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay import log
from crmlab.roleplay.engine import clean
from crmlab.roleplay.negotiation.case import Case, Terms, load

VERSION = 1
KINDS = ("say", "offer", "accept", "walk")
MOST_SIGNS = 500


@dataclass(frozen=True)
class Move:
    """What one seat did in its turn; `terms` are those it offered, or took."""

    n: int
    seat: str
    kind: str
    text: str
    terms: Terms | None = None


@dataclass
class Talk:
    """A negotiation: `people` names the seats of people, partners of ours sit on the others."""

    case: Case
    people: tuple[str, ...]
    seed: int = 0
    lang: str = "zh"
    moves: list[Move] = field(default_factory=list)

    def __post_init__(self) -> None:
        strange = [seat for seat in self.people if seat not in self.case.seats]
        if strange or len(set(self.people)) != len(self.people):
            raise LabError(
                f"席位 {'、'.join(strange) or '重复'}：没有这样的席；可用的席：{'、'.join(self.case.seats)}"
            )
        if self.lang not in ("zh", "en"):
            raise LabError(f"没有语言 {str(self.lang)[:20]}；可用 zh、en")

    @property
    def seat(self) -> str:
        """Whose turn it is."""
        return self.case.seats[len(self.moves) % len(self.case.seats)]

    @property
    def round(self) -> int:
        """Which round it is, from 1."""
        return len(self.moves) // len(self.case.seats) + 1

    @property
    def ended(self) -> str:
        """How it ended: deal, walk, late (no rounds left); "" while it goes on."""
        last = self.moves[-1].kind if self.moves else ""
        if last in ("accept", "walk"):
            return "deal" if last == "accept" else "walk"
        return "late" if len(self.moves) >= self.case.rounds * len(self.case.seats) else ""

    @property
    def deal(self) -> Terms | None:
        """The terms agreed on, None without a deal."""
        return self.moves[-1].terms if self.ended == "deal" else None

    def standing(self, side: str) -> Terms | None:
        """Return the last offer of a side, None before its first."""
        offers = [
            move.terms for move in self.moves if move.kind == "offer" and self.case.side(move.seat) == side
        ]
        return offers[-1] if offers else None

    def on_table(self) -> Terms | None:
        """Return what the other side of whoever's turn it is has offered last."""
        return self.standing(_other(self.case.side(self.seat)))

    def do(self, kind: str, text: str, terms: Mapping[str, Any] | None = None) -> Move:
        """Let the seat whose turn it is speak, and perhaps offer, accept or walk out; return the move.

        Raises LabError for what cannot be done now.
        """
        self._require(kind)
        if len(text) > MOST_SIGNS:
            raise LabError(f"这段话有 {len(text)} 个字，最多 {MOST_SIGNS} 个；请说短一点")
        agreed = self.on_table() if kind == "accept" else self._known(terms) if kind == "offer" else None
        move = Move(len(self.moves) + 1, self.seat, kind, clean(text), agreed)
        self.moves.append(move)
        return move

    def _require(self, kind: str) -> None:
        if self.ended:
            raise LabError("这场谈判已经结束；可以看结果，或重新开始一场")
        if kind not in KINDS:
            raise LabError(f"没有动作 {str(kind)[:20]}；可用 {'、'.join(KINDS)}")
        if kind != "say" and not self.case.leads(self.seat):
            raise LabError("报条件、接受和离席只有主谈能做；专家请提问或说明")
        if kind == "accept" and self.on_table() is None:
            raise LabError("对方还没有报过条件，没什么可接受的；请先说话或报条件")

    def _known(self, terms: Mapping[str, Any] | None) -> Terms:
        rows = self.case.plain["terms"]
        if not isinstance(terms, Mapping) or set(terms) != set(rows):
            raise LabError(f"报条件要把 {'、'.join(rows)} 都写上；请补全")
        for name, row in rows.items():
            value, allowed = terms[name], range(row["from"], row["to"] + 1, row["step"])
            if type(value) is not int or value not in allowed:
                raise LabError(
                    f"{name} = {str(value)[:20]}：只能是 {row['from']} 到 {row['to']}、每 {row['step']} 一档；请改一下"
                )
        return {name: terms[name] for name in rows}

    def record(self) -> dict[str, Any]:
        """Return the log: what was done, never how it is scored."""
        events = [
            {"n": one.n, "seat": one.seat, "k": one.kind, "text": one.text}
            | ({"terms": one.terms} if one.kind == "offer" else {})
            for one in self.moves
        ]
        head = {
            "v": VERSION,
            "negotiation": f"{self.case.id}@{self.case.sha}",
            "people": list(self.people),
            "seed": self.seed,
            "lang": self.lang,
            "events": events,
        }
        return {**head, "chain": log.chain(head)}


def save(talk: Talk, path: Path) -> None:
    """Write the log of a negotiation, whole or not at all."""
    log.save(talk.record(), path)


def taken_up(path: Path, case: Case | None = None) -> Talk:
    """Return the negotiation that a log tells; `case` is for one that is not shipped.

    Partners of ours are asked again what they say: a log that puts other words into their mouths is refused. Raises
    LabError for what was edited, is of another case, or cannot be done.
    """
    from crmlab.roleplay.negotiation.partners import speak

    plain = log.read(path)
    if plain.get("v") != VERSION or plain.get("chain") != log.chain(plain):
        raise LabError(f"{path.name} 不是谈判记录，或被改动过；请交自动保存的原文件")
    name, _, sha = str(plain.get("negotiation")).partition("@")
    case = case or load(name)
    if (name, sha) != (case.id, case.sha):
        raise LabError(f"{path.name} 用的是另一版谈判 {name[:40]}；请用当时的版本，或重谈一次")
    people, events, seed = plain.get("people"), plain.get("events"), plain.get("seed")
    if not isinstance(people, list) or not isinstance(events, list) or type(seed) is not int or seed < 0:
        raise LabError(f"{path.name} 里的 people、events、seed 不完整；请交自动保存的原文件")
    talk = Talk(case, tuple(map(str, people)), seed, str(plain.get("lang")))
    for event in events:
        if not isinstance(event, dict) or event.get("seat") != talk.seat:
            raise LabError(f"{path.name} 第 {len(talk.moves) + 1} 条的席位不对；请交自动保存的原文件")
        ours = talk.seat not in talk.people
        move = (
            speak(talk) if ours else talk.do(str(event.get("k")), str(event.get("text")), event.get("terms"))
        )
        if ours and (move.kind, move.text) != (event.get("k"), event.get("text")):
            raise LabError(f"{path.name} 第 {move.n} 条不是同伴说的话；请交自动保存的原文件")
    return talk


def _other(side: str) -> str:
    return "seller" if side == "buyer" else "buyer"
