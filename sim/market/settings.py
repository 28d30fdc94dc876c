"""The settings of a market: read from TOML, frozen, with the shipped market of its kind as the list of names."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import InputError

READY = Path(__file__).resolve().parents[2] / "datasets"
FIRST = "retail"  # the kind of a market that names none
WHOLE = ("reasons_enquiry", "reasons_complaint", "faq_covers", "plans")  # never mixed with those of the base


class Section(Mapping[str, Any]):
    """A frozen table of settings: `section.name` or `section["name"]`; tables inside are sections too."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        made = {n: Section(v) if isinstance(v, Mapping) else _frozen(v) for n, v in plain.items()}
        object.__setattr__(self, "_plain", made)
        # Also as plain attributes, which are found without a call; a method is never hidden.
        self.__dict__.update({n: v for n, v in made.items() if not hasattr(Section, n)})

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_plain"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name}: settings are frozen; use with_")

    def __getitem__(self, name: str) -> Any:
        return self.__dict__["_plain"][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__["_plain"])

    def __len__(self) -> int:
        return len(self.__dict__["_plain"])

    def __reduce__(self) -> tuple[type["Section"], tuple[dict[str, Any]]]:
        return Section, (self.plain(),)

    def plain(self) -> dict[str, Any]:
        """Return the settings as plain data, the form of their file."""
        return {n: v.plain() if isinstance(v, Section) else _thawed(v) for n, v in self.items()}


def load(name_or_path: str | Path = "retail", **changes: Any) -> Section:
    """Return the settings of a ready market or of a TOML file, with `changes` as in `with_`.

    Raises InputError for an unknown market, an unknown or missing name, or an impossible value.
    """
    path = Path(name_or_path)
    if _is_ready(str(name_or_path)):
        path = READY / str(name_or_path) / "market.toml"
    elif not path.is_file():
        raise InputError(
            f"market = {str(name_or_path)!r}: there is no ready market and no file of this name; "
            f"choose {', '.join(ready())}, or give the path of a .toml file"
        )
    if path.parent.parent == READY:
        return with_(_ready(path), **changes)
    return with_(_read(path), **changes)


@cache
def _ready(path: Path) -> Section:
    return _read(path)  # frozen, so one copy serves everybody


def _read(path: Path) -> Section:
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as refusal:
        raise InputError(
            f"{path.name}: not a TOML file in UTF-8 ({refusal}); begin with a copy of datasets/retail/market.toml"
        ) from refusal
    plain = _based(plain, path.name)
    check(plain, path.name)
    return Section(plain)


def _based(plain: dict[str, Any], source: str) -> dict[str, Any]:
    """Return the settings with what they leave to the ready market they call their base."""
    if "base" not in plain:
        return plain
    if not _is_ready(plain["base"]):
        raise _refusal(source, "base", plain["base"], f"must be one of {', '.join(ready())}", "correct it")
    return _over(load(plain["base"]).plain(), {n: v for n, v in plain.items() if n != "base"})


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(base)
    for name, value in own.items():
        both = isinstance(value, Mapping) and isinstance(made.get(name), Mapping) and name not in WHOLE
        made[name] = _over(made[name], value) if both else value
    return made


def kind_of(settings: Mapping[str, Any]) -> str:
    """Return which kind of market settings describe."""
    return str(settings.get("kind", FIRST))


def ready() -> tuple[str, ...]:
    """Return the names of the markets that come with crmlab."""
    return tuple(sorted(path.parent.name for path in READY.glob("*/market.toml")))


def _is_ready(name: Any) -> bool:
    """Whether a market of this name comes with crmlab, asked without listing the folder: a sandbox forbids that."""
    return (
        isinstance(name, str) and Path(name).name == name != "" and (READY / name / "market.toml").is_file()
    )


def with_(settings: Section, **changes: Any) -> Section:
    """Return a changed copy, checked like a file; `__` goes inside: `with_(s, failures__chance=0.1)`."""
    if not changes:
        return settings
    plain = settings.plain()
    for path, value in changes.items():
        *outer, last = path.split("__")
        inside: Any = plain
        for step in outer:
            inside = inside.get(step) if isinstance(inside, dict) else None
        if not isinstance(inside, dict) or last not in inside:
            raise InputError(
                f"market: {'.'.join([*outer, last])} = {value!r}: there is no such name; "
                "use the names of the market file, with __ between the levels"
            )
        inside[last] = value
    check(plain, "market")
    return Section(plain)


def check(plain: Mapping[str, Any], source: str) -> None:
    """Raise InputError unless `plain` has the names of the shipped market of its kind, and values to match."""
    if not _is_ready(plain.get("kind", FIRST)):
        raise _refusal(source, "kind", plain["kind"], f"must be one of {', '.join(ready())}", "correct it")
    _compare(plain, _template(kind_of(plain)), source, "")


@cache
def _template(kind: str) -> Mapping[str, Any]:
    path = READY / kind / "market.toml"
    return _based(tomllib.loads(path.read_text(encoding="utf-8")), path.name)


def _compare(given: Any, wanted: Any, source: str, where: str) -> None:
    if isinstance(wanted, Mapping):
        _compare_tables(given, wanted, source, where)
    elif isinstance(wanted, list):
        if not isinstance(given, list) or len(given) != len(wanted):
            raise _refusal(
                source, where, given, f"must be a list of {len(wanted)} values", "give one for each"
            )
        for one, like in zip(given, wanted, strict=True):
            _compare(one, like, source, where)
    elif isinstance(wanted, str):
        if not isinstance(given, str) or not given.strip():
            raise _refusal(
                source, where, given, "must be a text that is not empty", "write it in quotation marks"
            )
    else:
        _check_number(given, wanted, source, where)


def _compare_tables(given: Any, wanted: Mapping[str, Any], source: str, where: str) -> None:
    names = set(given) if isinstance(given, Mapping) else set()
    for name in sorted(set(wanted) - names):
        raise _refusal(source, f"{where}{name}", "(missing)", "must be there", "add this name")
    for name in sorted(names - set(wanted)):
        raise _refusal(
            source, f"{where}{name}", given[name], "is unknown here", "correct the spelling or take it out"
        )
    for name, like in wanted.items():
        _compare(
            given[name], like, source, f"{where}{name}." if isinstance(like, Mapping) else f"{where}{name}"
        )


def _check_number(given: Any, wanted: float, source: str, where: str) -> None:
    low = 0.0 if wanted >= 0 else -math.inf
    high = 1.0 if where.endswith(("_share", "_keep")) else math.inf
    numeric = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
    whole = not isinstance(wanted, int) or isinstance(given, int)
    if not numeric or not whole or not low <= given <= high:
        kind = "whole number" if isinstance(wanted, int) else "number"
        rule = f"must be a {kind}" + (" from 0" if low == 0 else "") + (" to 1" if high == 1 else "")
        raise _refusal(source, where, given, rule, "correct the number")


def _refusal(source: str, where: str, value: object, rule: str, cure: str) -> InputError:
    return InputError(f"{source}: {where} = {str(value)[:80]}: {rule}; {cure}")


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _thawed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
