"""Arrays and tables on the wire: dtypes from an allow-list, never a pickle; loads pandas only when asked."""

import base64
import re
from collections.abc import Callable
from typing import Any

Inner = Callable[[Any], Any]
MOST_ITEMS = 20_000_000
BYTES = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|c(8|16)|[mM]8(\[(\d+)?(Y|M|W|D|h|m|s|ms|us|ns)\])?)")
NAMED = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean|string|str|period\[[A-Za-z-]+\]")


def encode(value: Any, inner: Inner) -> Any:
    """Return a numpy or pandas value as tagged JSON, None when it is of no kind that crosses."""
    import numpy as np

    if isinstance(value, np.generic):
        return _scalar(value, inner)
    if isinstance(value, np.ndarray):
        return _array(value, inner)
    import pandas as pd

    if value is pd.NA or value is pd.NaT:
        return {"t": "NA" if value is pd.NA else "NaT", "v": 0}
    if isinstance(value, pd.Timestamp):
        text = value.tz_localize(None).isoformat()
        return {"t": "Timestamp", "v": [text, None if value.tz is None else str(value.tz), value.unit]}
    if isinstance(value, pd.Timedelta):
        return {"t": "Timedelta", "v": [int(value.as_unit(value.unit)._value), value.unit]}
    if isinstance(value, pd.Interval):
        return {"t": "Interval", "v": [inner(value.left), inner(value.right), value.closed]}
    if isinstance(value, pd.Period):
        return {"t": "Period", "v": [int(value.ordinal), value.freqstr]}
    if isinstance(value, pd.DataFrame):
        columns = [_values(value.iloc[:, place].array, inner) for place in range(value.shape[1])]
        about = [_index(value.columns, inner), _index(value.index, inner)]
        return {"t": "DataFrame", "v": [*about, columns]}
    if isinstance(value, pd.Series):
        about = [_index(value.index, inner), inner(value.name)]
        return {"t": "Series", "v": [*about, _values(value.array, inner)]}
    return _index(value, inner) if isinstance(value, pd.Index) else None


def decode(message: dict[str, Any], inner: Inner) -> Any:
    """Return the array or table of a message; raise whatever a forged one provokes."""
    return _READ[message["t"]](message["v"], inner)


def _scalar(value: Any, inner: Inner) -> Any:
    dtype = value.dtype.str
    if not BYTES.fullmatch(dtype):
        return None  # numpy's own strings and bytes cross as Python's
    return {"t": "scalar", "v": [dtype, base64.b64encode(value.tobytes()).decode()]}


def _array(value: Any, inner: Inner) -> Any:
    import numpy as np

    value = np.asarray(value)
    dtype = value.dtype.str
    if BYTES.fullmatch(dtype):
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"t": "array", "v": [dtype, list(value.shape), data]}
    if value.dtype.kind in "OUS":
        items = [inner(one) for one in value.ravel().tolist()]
        return {"t": "array", "v": [dtype if value.dtype.kind in "US" else "O", list(value.shape), items]}
    return None


def _read_array(parts: Any, inner: Inner) -> Any:
    import numpy as np

    dtype, shape, data = parts
    shape = tuple(int(size) for size in shape)
    if any(size < 0 for size in shape) or len(shape) > 16 or int(np.prod(shape, dtype=float)) > MOST_ITEMS:
        raise ValueError("shape")
    if isinstance(data, str):
        _allow(BYTES, dtype)
        return np.frombuffer(base64.b64decode(data, validate=True), dtype=dtype).reshape(shape).copy()
    _allow(re.compile(r"O|[<>|=]?[US]\d{1,6}"), dtype)
    made = np.empty(len(data), dtype=object)
    for place, one in enumerate(data):
        made[place] = inner(one)
    return (made if dtype == "O" else made.astype(dtype)).reshape(shape)


def _read_scalar(parts: Any, inner: Inner) -> Any:
    import numpy as np

    dtype, data = parts
    _allow(BYTES, dtype)
    return np.frombuffer(base64.b64decode(data, validate=True), dtype=dtype)[0]


def _allow(pattern: re.Pattern[str], name: Any) -> None:
    if not isinstance(name, str) or not pattern.fullmatch(name):
        raise ValueError(f"dtype {name!r:.40}")


def _values(array: Any, inner: Inner) -> Any:
    """Return a column: numpy's as bytes, pandas' own kinds by parts."""
    import numpy as np
    import pandas as pd

    dtype = array.dtype
    if isinstance(dtype, np.dtype) or type(array) is pd.arrays.NumpyExtensionArray:
        return inner(np.asarray(array))
    if isinstance(dtype, pd.CategoricalDtype):
        return {"t": "cat", "v": [_index(dtype.categories, inner), inner(array.codes), bool(dtype.ordered)]}
    if isinstance(dtype, pd.DatetimeTZDtype):
        stamps = inner(np.asarray(array.tz_convert("UTC").tz_localize(None)))
        return {"t": "zoned", "v": [stamps, str(dtype.tz)]}
    if isinstance(dtype, pd.IntervalDtype):
        return {"t": "spans", "v": [_index(array.left, inner), _index(array.right, inner), array.closed]}
    if NAMED.fullmatch(str(dtype)):
        return {"t": "named", "v": [str(dtype), [inner(one) for one in array]]}
    return inner(np.asarray(array, dtype=object))


def _read_cat(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    categories, codes, ordered = parts
    return pd.Categorical.from_codes(inner(codes), categories=inner(categories), ordered=ordered is True)


def _read_zoned(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    return pd.DatetimeIndex(inner(parts[0])).tz_localize("UTC").tz_convert(parts[1]).array


def _read_spans(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    return pd.arrays.IntervalArray.from_arrays(inner(parts[0]), inner(parts[1]), closed=parts[2])


def _read_named(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    _allow(NAMED, parts[0])
    return pd.array([inner(one) for one in parts[1]], dtype=parts[0])


def _index(index: Any, inner: Inner) -> Any:
    import pandas as pd

    names = [inner(name) for name in index.names]
    if isinstance(index, pd.RangeIndex):
        return {"t": "RangeIndex", "v": [index.start, index.stop, index.step, *names]}
    if isinstance(index, pd.MultiIndex):
        levels = [_index(level, inner) for level in index.levels]
        return {"t": "MultiIndex", "v": [levels, [inner(code) for code in index.codes], names]}
    freq = (
        getattr(index, "freqstr", None) if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) else None
    )
    return {"t": "Index", "v": [_values(index.array, inner), *names, freq]}


def _read_multi(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    levels, codes, names = parts
    named = [inner(name) for name in names]
    return pd.MultiIndex([inner(one) for one in levels], [inner(one) for one in codes], names=named)


def _read_index(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    values, name, freq = parts
    made = inner(values)
    dtype = getattr(made, "dtype", None)
    index = pd.Index(made, name=inner(name), dtype=dtype)
    if freq is not None:
        index.freq = freq
    return index


def _read_frame(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    columns, index, values = parts
    made = pd.DataFrame({place: inner(one) for place, one in enumerate(values)}, index=inner(index))
    made.columns = inner(columns)
    return made


def _read_series(parts: Any, inner: Inner) -> Any:
    import pandas as pd

    index, name, values = parts
    made = inner(values)
    return pd.Series(made, index=inner(index), name=inner(name), dtype=made.dtype)


def _pandas(name: str) -> Any:
    import pandas as pd

    return getattr(pd, name)


def _read_range(parts: Any, inner: Inner) -> Any:
    start, stop, step, name = parts
    return _pandas("RangeIndex")(start, stop, step, name=inner(name))


def _read_stamp(parts: Any, inner: Inner) -> Any:
    stamp = _pandas("Timestamp")(parts[0]).as_unit(parts[2])
    return stamp if parts[1] is None else stamp.tz_localize(parts[1])


_READ: dict[str, Callable[[Any, Inner], Any]] = {
    "array": _read_array,
    "scalar": _read_scalar,
    "cat": _read_cat,
    "zoned": _read_zoned,
    "spans": _read_spans,
    "named": _read_named,
    "RangeIndex": _read_range,
    "MultiIndex": _read_multi,
    "Index": _read_index,
    "DataFrame": _read_frame,
    "Series": _read_series,
    "Timestamp": _read_stamp,
    "NA": lambda v, _: _pandas("NA"),
    "NaT": lambda v, _: _pandas("NaT"),
    "Timedelta": lambda v, _: _pandas("Timedelta")(v[0], unit=v[1]).as_unit(v[1]),
    "Interval": lambda v, inner: _pandas("Interval")(inner(v[0]), inner(v[1]), closed=v[2]),
    "Period": lambda v, _: _pandas("Period")(ordinal=v[0], freq=v[1]),
}
