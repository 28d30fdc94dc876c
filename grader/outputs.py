"""Outputs that came from a student's process: kept only as far as they have nbformat's form."""

from typing import Any

MOST_LINES = 1000
MOST_TRACEBACK = 100
MOST_CHARACTERS = 5_000_000
LEFT_OUT = "……（后面的略去）"


def checked(outputs: Any) -> list[dict[str, Any]]:
    """Return the outputs that are well formed, cut to a readable length as nbgrader cuts them."""
    kept, size = [], 0
    for output in outputs if isinstance(outputs, list) else []:
        made = _one(output) if isinstance(output, dict) else None
        if made is None:
            continue
        size += len(str(made))
        if size > MOST_CHARACTERS:
            kept.append({"output_type": "stream", "name": "stdout", "text": LEFT_OUT})
            break
        kept.append(made)
    return kept


def has_error(outputs: list[dict[str, Any]], name: str = "") -> bool:
    """Return whether a cell ended in an error (of that name)."""
    return any(o["output_type"] == "error" and name in ("", o["ename"]) for o in outputs)


def _one(output: dict[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        lines = _text(output.get("text")).split("\n")
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], LEFT_OUT]
        return {"output_type": "stream", "name": name, "text": "\n".join(lines)}
    if kind == "error":
        told = output.get("traceback")
        lines = [_text(line) for line in told] if isinstance(told, list) else []
        return {
            "output_type": "error",
            "ename": _text(output.get("ename"))[:200],
            "evalue": _text(output.get("evalue"))[:10_000],
            "traceback": lines[:MOST_TRACEBACK],
        }
    if kind in ("display_data", "execute_result"):
        data = output.get("data")
        made = {"output_type": kind, "data": _data(data if isinstance(data, dict) else {}), "metadata": {}}
        if kind == "execute_result":
            count = output.get("execution_count")
            made["execution_count"] = count if type(count) is int else None
        return made
    return None


def _data(data: dict[str, Any]) -> dict[str, Any]:
    return {
        str(kind): value if "json" in str(kind) else _text(value)
        for kind, value in data.items()
        if "/" in str(kind) and (isinstance(value, str) or "json" in str(kind))
    }


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode("utf-8")
