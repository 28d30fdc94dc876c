"""Plain data read with care: every refusal gives source, name, value, rule and cure."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NoReturn

from sim.errors import InputError


class Reader:
    """One table of plain data; it hands out checked values and knows which names nobody asked for."""

    def __init__(self, plain: Mapping[str, Any], source: str, where: str = "") -> None:
        self.plain = plain
        self.source = source
        self.where = where
        self.asked: set[str] = set()

    def refuse(self, name: str, rule: str, cure: str) -> NoReturn:
        """Raise the InputError of one name."""
        value = self.plain.get(name, "(missing)") if isinstance(self.plain, Mapping) else self.plain
        raise InputError(f"{self.source}: {self.where}{name} = {str(value)[:80]}: {rule}; {cure}")

    def take(self, name: str, rule: str) -> Any:
        """Return the value of `name`; InputError when it is missing."""
        self.asked.add(name)
        if name not in self.plain:
            self.refuse(name, rule, "add this key")
        return self.plain[name]

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        rule = "must be a text that is not empty"
        value = self.take(name, rule)
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, rule, "write it in quotation marks")
        return value

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """Return one of the allowed words."""
        rule = f"must be one of {', '.join(allowed)}"
        value = self.take(name, rule)
        if value not in allowed:
            self.refuse(name, rule, "correct the spelling")
        return value

    def number(self, name: str, *, low: float = 0.0, high: float = math.inf, above: bool = False) -> float:
        """Return a finite number from `low` (or above it) to `high`."""
        rule = f"must be a number {_range(low, high, above)}"
        value = self.take(name, rule)
        if not _is_number(value) or not math.isfinite(value) or not low <= value <= high:
            self.refuse(name, rule, "correct the number")
        if above and value == low:
            self.refuse(name, rule, "correct the number")
        return float(value)

    def share(self, name: str) -> float:
        """Return a share, 0 to 1."""
        return self.number(name, high=1.0)

    def whole(self, name: str, *, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        rule = f"must be a whole number from {low} to {high}"
        value = self.take(name, rule)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.refuse(name, rule, "correct the number")
        return value

    def clock(self, name: str) -> int:
        """Return a time of day, written "08:30", as minutes since midnight; "24:00" is the end of the day."""
        rule = 'must be a time of day like "08:30", from "00:00" to "24:00"'
        value = self.take(name, rule)
        hours, colon, minutes = value.partition(":") if isinstance(value, str) else ("", "", "")
        if not (colon and hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit()):
            self.refuse(name, rule, "write hours and minutes in quotation marks")
        if len(minutes) != 2 or int(minutes) > 59 or int(hours) * 60 + int(minutes) > 24 * 60:
            self.refuse(name, rule, "correct the time")
        return int(hours) * 60 + int(minutes)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        rule = "must be true or false"
        value = self.take(name, rule)
        if not isinstance(value, bool):
            self.refuse(name, rule, "write it without quotation marks")
        return value

    def date(self, name: str) -> str:
        """Return a date, written 2026-09-01, as text."""
        rule = "must be a date like 2026-09-01"
        value = self.take(name, rule)
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            self.refuse(name, rule, "write year, month and day with hyphens")

    def rising(self, name: str) -> tuple[float, ...]:
        """Return a list of at least two numbers from 0 up, none smaller than the one before."""
        rule = "must be a list of at least two numbers from 0 up, none smaller than the one before"
        value = self.take(name, rule)
        if not isinstance(value, list | tuple) or len(value) < 2:
            self.refuse(name, rule, "write them in square brackets")
        for before, one in zip([0, *value], value, strict=False):
            if not _is_number(one) or not math.isfinite(one) or one < before:
                self.refuse(name, f"{rule}, and it holds {one!r}", "correct this number")
        return tuple(map(float, value))

    def numbers(
        self, name: str, length: int, *, whole: bool = False, high: float = math.inf, each: str = "interval"
    ) -> tuple:
        """Return a list of exactly `length` numbers, each from 0 to `high`; `each` says what one is for."""
        kind = "whole numbers" if whole else "numbers"
        rule = f"must be a list of {length} {kind} {_range(0, high, False)}, one for each {each}"
        value = self.take(name, rule)
        if not isinstance(value, list | tuple):
            self.refuse(name, rule, "write them in square brackets")
        if len(value) != length:
            self.refuse(name, f"{rule}, and this one has {len(value)}", f"give one number for each {each}")
        for one in value:
            fits = _is_number(one) and math.isfinite(one) and 0 <= one <= high
            if not fits or (whole and not isinstance(one, int)):
                self.refuse(name, f"{rule}, and it holds {one!r}", "correct this number")
        return tuple(value if whole else map(float, value))

    def texts(self, name: str, allowed: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of different words, each one of `allowed` where that is given, at least one."""
        rule = "must be a list of different words" + (f" out of {', '.join(allowed)}" if allowed else "")
        value = self.take(name, rule)
        if not isinstance(value, list | tuple) or not value:
            self.refuse(name, rule, "name at least one")
        for one in value:
            if not isinstance(one, str) or (allowed is not None and one not in allowed):
                self.refuse(name, f"{rule}, and {one!r} is none of them", "correct the spelling or add it")
        if len(set(value)) < len(value):
            self.refuse(name, rule, "name each only once")
        return tuple(value)

    def table(self, name: str) -> "Reader":
        """Return the reader of a table inside this one."""
        rule = "must be a table of settings"
        value = self.take(name, rule)
        if not isinstance(value, Mapping):
            self.refuse(name, rule, f"begin it with [{self.where}{name}]")
        return Reader(value, self.source, f"{self.where}{name}.")

    def tables(self, name: str) -> dict[str, "Reader"]:
        """Return the readers of a table of named tables, at least one."""
        inside = self.table(name)
        if not inside.plain:
            self.refuse(name, "must hold at least one entry", f"add one, e.g. [{self.where}{name}.first]")
        return {key: inside.table(key) for key in inside.plain}

    def rows(self, name: str) -> "list[Reader]":
        """Return the readers of a list of tables."""
        rule = "must be a list of tables of settings"
        value = self.take(name, rule)
        if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
            self.refuse(name, rule, f"begin each with [[{self.where}{name}]]")
        return [Reader(one, self.source, f"{self.where}{name}[{k}].") for k, one in enumerate(value)]

    def done(self) -> None:
        """Raise InputError when a name was given that nobody asked for."""
        unknown = sorted(set(self.plain) - self.asked)
        if unknown:
            self.refuse(
                unknown[0],
                f"unknown name here; the names are {', '.join(sorted(self.asked))}",
                "correct the spelling or take it out",
            )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _range(low: float, high: float, above: bool) -> str:
    if math.isinf(high):
        return f"above {low:g}" if above else f"from {low:g} up"
    return f"{'above' if above else 'from'} {low:g} to {high:g}"
