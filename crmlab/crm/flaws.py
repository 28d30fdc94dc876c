"""What goes wrong when people write down names, numbers and addresses: each flaw a function of one text."""

import re
from collections.abc import Callable, Mapping

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
TITLES = {"zh": {"f": "女士", "m": "先生"}, "en": {"f": "Ms ", "m": "Mr "}}
Flaw = Callable[[str, float], str]
"""Takes the text and a number between 0 and 1 that says where it goes wrong."""


def _place(text: str, where: float, *, first: int = 3) -> int:
    return first + int(where * max(1, len(text) - first - 1))


def _short(text: str, where: float) -> str:
    place = _place(text, where)
    return text[:place] + text[place + 1 :]


def _swapped(text: str, where: float) -> str:
    place = _place(text, where)
    return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]


def _dashed(text: str, where: float) -> str:
    sign = "- "[int(where * 2)]
    return sign.join((text[:3], text[3:7], text[7:])) if len(text) == 11 else text


def _prefixed(text: str, where: float) -> str:
    return ("+86 ", "86-", "+86")[int(where * 3)] + text


def _spaced(text: str, where: float) -> str:
    if re.fullmatch(r"[\u4e00-\u9fff]+", text):
        return (" ".join(text), f" {text}", f"{text[0]}　{text[1:]}")[int(where * 3)]
    return (text.replace(" ", "  "), f" {text}", f"{text} ")[int(where * 3)]


def _broken(text: str, where: float) -> str:
    return (text.replace("@", ""), text.replace("@", "@@"), text.replace(".", ",", 1))[int(where * 3)]


FLAWS: Mapping[str, tuple[str, Flaw]] = {
    "name_spaced": ("name", _spaced),
    "name_wide": ("name", lambda text, _where: f"{text}　"),
    "phone_dashed": ("phone", _dashed),
    "phone_prefixed": ("phone", _prefixed),
    "phone_wide": ("phone", lambda text, _where: text.translate(WIDE)),
    "phone_short": ("phone", _short),
    "phone_swapped": ("phone", _swapped),
    "phone_none": ("phone", lambda _text, _where: ""),
    "e_mail_none": ("e_mail", lambda _text, _where: ""),
    "e_mail_broken": ("e_mail", _broken),
    "e_mail_capital": ("e_mail", lambda text, _where: text.upper()),
    "address_none": ("address", lambda _text, _where: ""),
}
"""Name of a flaw → the field it spoils, and how. `name_misheard`, `name_titled` and `phone_old` need more than the text."""


def titled(name: str, gender: str, lang: str) -> str:
    """Return a name with the polite word for its bearer."""
    title = TITLES[lang][gender if gender in ("f", "m") else "m"]
    return f"{name}{title}" if lang == "zh" else f"{title}{name}"


def misheard(name: str, alike: Mapping[str, str], lang: str) -> str:
    """Return a name with a surname that sounds like its own, where there is one."""
    if lang == "zh":
        return alike.get(name[0], name[0]) + name[1:]
    given, _blank, surname = name.rpartition(" ")
    return f"{given} {alike.get(surname, surname)}"
