"""What does not fit a JSON Schema, said in words: where it stands, what is wrong, what may be written."""

from collections.abc import Iterator
from typing import Any


def place(error: Any) -> tuple[Any, ...]:
    """Return where the fault is: of a name that does not belong there, its own place."""
    place = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        return (*place, _strangers(error)[0])
    return place


def _strangers(error: Any) -> list[str]:
    return [name for name in error.instance if name not in _belonging(error)]


def _belonging(error: Any) -> list[str]:
    return list(dict.fromkeys([*error.schema.get("properties", {}), *error.schema.get("required", [])]))


def sentence(error: Any) -> str:
    """Return what is wrong and what may be written instead."""
    return next(_sentences(error), "不合规定；请对照说明改正")


def _sentences(error: Any) -> Iterator[str]:
    """Yield the sentence for an error of the validator, when we have one for its kind."""
    rule, found, told = error.validator_value, str(error.instance)[:40], error.validator
    if told == "required":
        missing = [name for name in rule if name not in error.instance]
        yield f"缺少 {'、'.join(missing)}；请补上"
    elif told == "additionalProperties":
        yield f"不认识 {'、'.join(_strangers(error))}；这里可以写 {'、'.join(_belonging(error))}"
    elif told == "type":
        kinds = {
            "object": "一组“名字: 内容”",
            "array": "列表",
            "string": "文字（数字请加引号）",
            "integer": "整数",
            "number": "数",
            "boolean": "true 或 false",
        }
        yield f"写的是 {found}，应是{kinds.get(str(rule), str(rule))}"
    elif told == "enum":
        yield f"没有 {found}；可以写 {'、'.join(map(str, rule))}"
    elif told in ("minimum", "maximum"):
        yield f"写的是 {found}，应在 {error.schema.get('minimum', 0)} 到 {error.schema.get('maximum', '不限')} 之间"
    elif told in ("minItems", "minProperties"):
        yield f"只有 {len(error.instance)} 项，至少要 {rule} 项；请补足"
    elif told in ("maxItems", "maxProperties", "maxLength"):
        yield f"太长，最多 {rule}；请删短"
    elif told == "uniqueItems":
        yield "有两项完全一样；请改掉一项"
    elif told == "minLength":
        yield "是空的；请写上文字"
    elif told == "pattern":
        yield f"{found} 不能用作名字；请只用小写英文字母、数字和下划线，并以字母开头"
