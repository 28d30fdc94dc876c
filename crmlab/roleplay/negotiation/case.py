"""A negotiation for four seats: what is open, what it is worth to each side, who sits where and knows what."""

import hashlib
import itertools
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay import yaml_file
from crmlab.roleplay.scenario import FOLDER, check

CASES = FOLDER / "negotiations"
WORDS = "words"
SIDES = ("buyer", "seller")
Terms = dict[str, int]


@dataclass(frozen=True)
class Case:
    """One negotiation, from its checked file; `sha` is the file's fingerprint."""

    plain: dict[str, Any]
    sha: str

    @property
    def id(self) -> str:
        """The name of the case."""
        return str(self.plain["id"])

    @property
    def seats(self) -> tuple[str, ...]:
        """The seats in the order in which they speak."""
        return tuple(self.plain["seats"])

    @property
    def rounds(self) -> int:
        """How often each seat speaks at most."""
        return int(self.plain["rounds"])

    def side(self, seat: str) -> str:
        """Return the side of a seat."""
        return str(self.plain["seats"][seat]["side"])

    def leads(self, seat: str) -> bool:
        """Return whether a seat may offer and accept."""
        return bool(self.plain["seats"][seat]["lead"])

    def points(self, side: str, terms: Terms) -> float:
        """Return what terms are worth to a side, in its own points."""
        worth = self.plain["sides"][side]["worth"]
        return float(sum(worth[name] * value for name, value in terms.items()))

    def gain(self, side: str, terms: Terms) -> float:
        """Return by how much terms are better for a side than no deal, points; below 0 they are worse."""
        return self.points(side, terms) - float(self.plain["sides"][side]["least"])

    @cached_property
    def grid(self) -> tuple[Terms, ...]:
        """All terms that can be agreed on."""
        ranges = {
            name: range(row["from"], row["to"] + 1, row["step"]) for name, row in self.plain["terms"].items()
        }
        return tuple(dict(zip(ranges, values, strict=True)) for values in itertools.product(*ranges.values()))

    @cached_property
    def zone(self) -> tuple[Terms, ...]:
        """The terms that leave neither side worse off than no deal."""
        return tuple(terms for terms in self.grid if all(self.gain(side, terms) >= 0 for side in SIDES))

    def most(self, side: str) -> float:
        """Return the most a side can gain while the other loses nothing."""
        return max(self.gain(side, terms) for terms in self.zone)

    @cached_property
    def most_together(self) -> float:
        """The most both sides can gain together while neither loses."""
        return max(sum(self.gain(side, terms) for side in SIDES) for terms in self.zone)

    def told(self, terms: Terms, lang: str) -> str:
        """Return terms in words."""
        rows = self.plain["terms"]
        sign, gap = ("、", " ") if lang == "zh" else (", ", " ")
        return sign.join(
            f"{rows[name]['name'][lang]}{gap}{value}{' ' if len(rows[name]['unit'][lang]) > 1 else ''}{rows[name]['unit'][lang]}"
            for name, value in terms.items()
        )


def names() -> list[str]:
    """Return the names of the negotiations that are shipped, sorted."""
    return sorted(path.stem for path in CASES.glob("*.yaml") if path.stem != WORDS)


def load(name_or_path: str | Path) -> Case:
    """Return the case of that name or file; LabError with file, line and cure when it is broken."""
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        if str(name_or_path) not in names():
            raise LabError(f"没有谈判 {str(name_or_path)[:60]}；可用的：{'、'.join(names())}")
        path = CASES / f"{name_or_path}.yaml"
    return _read(yaml_file.content_of(path), path.name, path.parent == CASES)


@lru_cache(maxsize=32)
def _read(content: bytes, name: str, ours: bool) -> Case:
    """Return the case in a file's content, read once, however many talks are taken up."""
    page = yaml_file.read(content, name, ours=ours)
    check(page, "negotiation")
    case = Case(page.plain, hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:12])
    _sound(case, name)
    return case


def _sound(case: Case, file: str) -> None:
    """Raise LabError for what the schema cannot see: seats, worth of every term, and that a deal is possible."""
    terms = set(case.plain["terms"])
    for side in SIDES:
        seats = [seat for seat in case.seats if case.side(seat) == side]
        if sorted(case.leads(seat) for seat in seats) != [False, True]:
            raise LabError(
                f"{file}：{side} 一方要有一位主谈（lead: true）和一位专家（lead: false）；请改 seats"
            )
        if set(case.plain["sides"][side]["worth"]) != terms:
            raise LabError(f"{file}：sides.{side}.worth 要给 {'、'.join(sorted(terms))} 各写一个分数；请补全")
    if not case.leads(case.seats[0]):
        raise LabError(f"{file}：第一席 {case.seats[0]} 不是主谈，没法开场；请把一位主谈排在 seats 的第一个")
    if not case.zone or min(case.most(side) for side in SIDES) <= 0:
        raise LabError(f"{file}：没有双方都划算的条件，谈不成；请调低 sides 里的 least")
