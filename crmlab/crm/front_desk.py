"""A morning at the front desk as data: who is known already, what arrives, and what a good record of it holds."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab.crm.morning_variant import wording
from crmlab.errors import LabError
from crmlab.places import DATASETS

if TYPE_CHECKING:
    from sim.streams import Streams

READY = DATASETS / "crm" / "morning.toml"


@dataclass(frozen=True)
class Event:
    """One call, visit or mail, as it arrives."""

    name: str
    at: str
    kind: str
    phone: str
    text: str


@dataclass(frozen=True)
class Expected:
    """What a good record of one event holds; empty where nothing is asked."""

    name: str
    kind: tuple[str, ...]
    reason: tuple[str, ...]
    phone: str
    who: str = ""
    account: str = ""
    fresh: bool = False
    words: tuple[tuple[str, ...], ...] = ()
    next_on: bool = False
    case: bool = False
    opportunity: float | None = None
    person: str = ""
    changed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Morning:
    """One morning: its title, the records that are there before it, and its events in order of time."""

    title: str
    accounts: tuple[dict[str, Any], ...]
    persons: tuple[dict[str, Any], ...]
    events: tuple[Event, ...]


def read(path: Path = READY, *, lang: str = "zh", streams: "Streams | None" = None) -> Morning:
    """Return a morning in a language, with `streams` that of one student, other names and numbers in the same events.

    Raises LabError when its file cannot be read.
    """
    told = _toml(path)
    try:
        told = wording(told, lang=lang, streams=streams)(told)
        events = tuple(
            Event(one["name"], one["at"], one["kind"], one.get("phone", ""), one[lang])
            for one in told["event"]
        )
        title = told["title"][0 if lang == "zh" else 1]
    except (KeyError, IndexError, TypeError) as error:
        raise LabError(f"{path.name} 里缺少 {error}；请照 datasets/crm/morning.toml 补齐") from error
    if len({event.name for event in events}) < len(events):
        raise LabError(f"{path.name} 里有两个事件同名；请给每个事件一个自己的 name")
    return Morning(
        title, tuple(told.get("account", ())), tuple(told.get("person", ())), tuple(sorted(events, key=_time))
    )


def expected(
    path: Path | None = None, *, lang: str = "zh", streams: "Streams | None" = None, morning: Path = READY
) -> tuple[Expected, ...]:
    """Return what good records of a morning hold, in the language and for the student that `read` was asked for.

    Raises LabError when a file cannot be read.
    """
    path = path or READY.with_name("morning_truth.toml")
    made = []
    words = wording(_toml(morning), lang=lang, streams=streams)
    for name, told in words(_toml(path)).items():
        changed = told.pop("changed", None)
        plain: dict[str, Any] = {}
        for key, value in told.items():
            plain[key] = tuple(map(_frozen, value)) if isinstance(value, list) else value
        try:
            made.append(
                Expected(name, **plain, changed=(changed["field"], changed["value"]) if changed else None)
            )
        except (TypeError, KeyError) as error:
            raise LabError(f"{path.name} 的 {name} 不对（{error}）；请对照文件开头的说明") from error
    return tuple(made)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _time(event: Event) -> str:
    return event.at


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LabError(f"{path.name} 读不出来（{error}）；请检查文件，或重新准备实训文件夹") from error
