"""Plain values as tagged JSON: all that may cross between a student's process and the judge."""

import base64
import datetime as dt
import decimal
import math
from collections.abc import Callable
from typing import Any

from grader import wire_tables

DEEPEST = 8
FLAVOURS = "biufc"  # kinds of numpy dtype that cross as bytes
Handles = Callable[[Callable[..., Any]], int]
Stubs = Callable[[int], Any]


class NotPlain(Exception):
    """This value cannot cross; the text is the name of its type."""


class WireError(Exception):
    """What came over the wire is none of ours."""


def encode(value: Any, *, handle: Handles | None = None, depth: int = 0) -> Any:
    """Return `value` as JSON; raise NotPlain when it, or something in it, cannot cross.

    Functions cross as the number that `handle` gives them. Subclasses of plain types cross as their value.
    """
    if depth > DEEPEST:
        raise NotPlain(f"{type(value).__name__}（嵌套超过 {DEEPEST} 层）")
    if value is None or isinstance(value, bool):
        return value
    module = type(value).__module__.partition(".")[0]
    if module in ("numpy", "pandas"):
        made = wire_tables.encode(value, lambda inner: encode(inner, handle=handle, depth=depth + 1))
        if made is not None:
            return made
    for kind, plain in _PLAIN.items():
        if isinstance(value, kind):
            return plain(value)

    def inside(one: Any) -> Any:
        return encode(one, handle=handle, depth=depth + 1)

    return _container(value, inside, handle)


def decode(message: Any, *, stub: Stubs | None = None, depth: int = 0) -> Any:
    """Return the value of a message made by `encode`; raise WireError when it is none."""
    if depth > DEEPEST + 1:
        raise WireError("too deep")
    if message is None or isinstance(message, bool | int | float | str):
        return message

    def inside(one: Any) -> Any:
        return decode(one, stub=stub, depth=depth + 1)

    try:
        if isinstance(message, list):
            return [inside(one) for one in message]
        if not isinstance(message, dict) or not isinstance(message.get("t"), str):
            raise WireError("no tag")
        if message["t"] == "fn":
            if stub is None or type(message["v"]) is not int:
                raise WireError("a function where none may be")
            return stub(message["v"])
        if message["t"] in _READ:
            return _READ[message["t"]](message["v"], inside)
        return wire_tables.decode(message, inside)
    except WireError:
        raise
    except Exception as error:  # a forged message may fail anywhere: it is refused, whatever it breaks
        raise WireError(f"{type(error).__name__}: {error}"[:200]) from error


def _tag(name: str, value: Any) -> dict[str, Any]:
    return {"t": name, "v": value}


def _float(value: float) -> Any:
    value = float.__pos__(value)
    return value if math.isfinite(value) else _tag("float", repr(value))


def _int(value: int) -> Any:
    value = int.__pos__(value)
    # the text form of very long integers is refused by Python itself
    return value if value.bit_length() < 4000 else _tag("int", hex(value))


def _moment(value: dt.datetime) -> Any:
    if value.tzinfo is not None and value.utcoffset() is None:
        raise NotPlain("datetime")
    return _tag("datetime", [dt.datetime.isoformat(value), value.fold])


_PLAIN: dict[Any, Callable[[Any], Any]] = {
    str: lambda v: str.__str__(v),
    int: _int,
    float: _float,
    complex: lambda v: _tag("complex", [repr(v.real), repr(v.imag)]),
    bytes | bytearray: lambda v: _tag("bytes", base64.b64encode(v).decode()),
    decimal.Decimal: lambda v: _tag("decimal", decimal.Decimal.__str__(v)),
    dt.datetime: _moment,
    dt.date: lambda v: _tag("date", dt.date.isoformat(v)),
    dt.time: lambda v: _tag("time", [dt.time.isoformat(v), v.fold]),
    dt.timedelta: lambda v: _tag("timedelta", [v.days, v.seconds, v.microseconds]),
    range: lambda v: _tag("range", [v.start, v.stop, v.step]),
}


def _container(value: Any, inside: Callable[[Any], Any], handle: Handles | None) -> Any:
    if isinstance(value, list):
        return [inside(one) for one in list.__iter__(value)]
    if isinstance(value, tuple):
        return _tag("tuple", [inside(one) for one in tuple.__iter__(value)])
    if isinstance(value, dict):
        return _tag("dict", [[inside(k), inside(v)] for k, v in dict.items(value)])
    if isinstance(value, set):
        return _tag("set", [inside(one) for one in set.__iter__(value)])
    if isinstance(value, frozenset):
        return _tag("frozenset", [inside(one) for one in frozenset.__iter__(value)])
    if isinstance(value, slice):
        return _tag("slice", [inside(value.start), inside(value.stop), inside(value.step)])
    if callable(value) and handle is not None:
        return _tag("fn", handle(value))
    raise NotPlain(type(value).__name__)


def _delta(parts: Any) -> dt.timedelta:
    days, seconds, micros = parts
    return dt.timedelta(days=days, seconds=seconds, microseconds=micros)


_READ: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "float": lambda v, _: float(v),
    "int": lambda v, _: int(v, 16),
    "complex": lambda v, _: complex(float(v[0]), float(v[1])),
    "bytes": lambda v, _: base64.b64decode(v, validate=True),
    "decimal": lambda v, _: decimal.Decimal(v),
    "datetime": lambda v, _: dt.datetime.fromisoformat(v[0]).replace(fold=v[1]),
    "date": lambda v, _: dt.date.fromisoformat(v),
    "time": lambda v, _: dt.time.fromisoformat(v[0]).replace(fold=v[1]),
    "timedelta": lambda v, _: _delta(v),
    "range": lambda v, _: range(*v),
    "tuple": lambda v, inside: tuple([inside(one) for one in v]),
    "dict": lambda v, inside: {inside(key): inside(one) for key, one in v},
    "set": lambda v, inside: {inside(one) for one in v},
    "frozenset": lambda v, inside: frozenset([inside(one) for one in v]),
    "slice": lambda v, inside: slice(*[inside(one) for one in v]),
}
