"""Personal data made unreadable: enough is left to tell two apart, not enough to reach anybody."""

import re
from typing import Any

STARS = "****"
_MAIL = re.compile(r"[^\s@<>,;，；（）()]+@[^\s@<>,;，；（）()]+")
_NUMBER = re.compile(r"(?<![\d.])(?!\d{4}-\d\d?-\d\d?(?!\d))\+?\d(?:[-\s.()（）]?\d){6,}(?![\d.]\d)")
_REACHES = re.compile(r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d){8}|0\d{2,3}[-\s)）]?\d{7,8})(?!\d)")
_MASKED = re.compile(r"\d{3}\*{4}\d{4}|\*{4}\d\d")
_WIDE = str.maketrans("０１２３４５６７８９＋＠．－", "0123456789+@.-")


def mask(value: Any) -> str:
    """Return a personal value as those without the right see it: 138****9999, z****@mail.example, 1****."""
    text = "" if value is None else str(value).translate(_WIDE).strip()
    if not text or _MASKED.fullmatch(text):  # calls of an exercise arrive with masked numbers
        return text
    if _MAIL.fullmatch(text):
        return _mail(text)
    if _NUMBER.fullmatch(text):
        return _number(text)
    return text[0] + STARS


def mask_text(text: str) -> str:
    """Return free text with every number of seven digits or more and every e-mail address masked."""
    plain = text.translate(_WIDE)
    plain = _MAIL.sub(lambda found: _mail(found.group()), plain)
    masked = _NUMBER.sub(lambda found: _number(found.group()), plain)
    return masked if masked != text.translate(_WIDE) else text


def tells(text: str) -> bool:
    """Return whether free text holds something that has to be masked."""
    return mask_text(text) != text


def reaches(text: str) -> bool:
    """Return whether a name or title holds a telephone number or an e-mail address; numbers of orders are none."""
    plain = text.translate(_WIDE)
    return _REACHES.search(plain) is not None or _MAIL.search(plain) is not None


def _mail(text: str) -> str:
    return f"{text[0]}{STARS}@{text.rsplit('@', 1)[1]}"


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if len(digits) < 9:
        return STARS + digits[-2:]
    return digits[:3] + STARS + digits[-4:]
