"""The formats of import and export: CSV in whatever encoding Excel left it, XLSX, vCard 3 and 4."""

import csv
import io
from typing import Any

import tablib
from import_export.formats.base_formats import XLSX, Format

from crmlab.crm.words import _
from crmlab.errors import LabError

ENCODINGS = ("utf-8-sig", "gb18030")
MOST_ROWS = 200_000
CARD = ("name", "phone", "e_mail", "address", "position", "account", "birth_date", "notes", "wechat")
"""Fields of ours that an address card tells."""
OWN = "own:"
"""Before the name of an own field, in the rows that become cards; on a card each is a line of its own."""
OWN_LINE, WECHAT_LINE = "x-crm-field", "x-wechat"


def text_of(data: bytes) -> str:
    """Return text that is UTF-8 or, as Chinese Excel saves it, GBK; raise LabError for neither."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LabError(str(_("这个文件的编码不认识；请另存为 UTF-8 或 GBK 的文本再导入")))


class Csv(Format):
    """A table as text; what we write has the mark by which Excel knows UTF-8."""

    def get_title(self) -> str:
        """Return its name in the list of formats."""
        return "CSV"

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = None

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Return the rows; blank ones are left out, short ones filled up."""
        lines = [line for line in csv.reader(io.StringIO(text_of(in_stream), newline="")) if any(line)]
        if not lines:
            return tablib.Dataset()
        heads = [head.strip() for head in lines[0]]
        rows = [[*line, *[""] * len(heads)][: len(heads)] for line in lines[1 : MOST_ROWS + 1]]
        return tablib.Dataset(*rows, headers=heads)

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        """Return the file."""
        return b"\xef\xbb\xbf" + dataset.export("csv").encode()

    def get_extension(self) -> str:
        """Return the ending of its files."""
        return "csv"

    def get_content_type(self) -> str:
        """Return what a browser calls it."""
        return "text/csv"

    def can_import(self) -> bool:
        """Return yes."""
        return True

    def can_export(self) -> bool:
        """Return yes."""
        return True


class Xlsx(XLSX):
    """A workbook's first sheet; numbers of telephones come as Excel shows them."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Return the rows as texts; a whole number stays without ".0"."""
        raw = super().create_dataset(in_stream)
        rows = [[_plain(value) for value in row] for row in raw]
        return tablib.Dataset(
            *[row for row in rows if any(row)], headers=[_plain(head) for head in raw.headers]
        )


class VCard3(Csv):
    """Address cards, version 3."""

    VERSION = "3.0"

    def get_title(self) -> str:
        """Return its name in the list of formats."""
        return f"vCard {self.VERSION[0]}"

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Return one row a card, whatever its version."""
        import vobject

        found = vobject.readComponents(text_of(in_stream), ignoreUnreadable=True, allowQP=True)
        cards = [card for card in found if card.name == "VCARD"]
        owns = [_own_of(card) for card in cards]
        names = list(dict.fromkeys(name for own in owns for name in own))
        rows = [
            [*_row(card), *(own.get(name, "") for name in names)]
            for card, own in zip(cards, owns, strict=True)
        ]
        return tablib.Dataset(*rows, headers=[*CARD, *names])

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        """Return one card a row."""
        return "".join(_card(row, self.VERSION) for row in dataset.dict).encode()

    def get_extension(self) -> str:
        """Return the ending of its files."""
        return "vcf"

    def get_content_type(self) -> str:
        """Return what a browser calls it."""
        return "text/vcard"


class VCard4(VCard3):
    """Address cards, version 4; read as those of version 3 are."""

    VERSION = "4.0"

    def can_import(self) -> bool:
        """Return no: one reader knows both."""
        return False


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00").strip()


def _row(card: Any) -> list[str]:
    def every(name: str) -> list[str]:
        values = [line.value for line in card.contents.get(name, ())]
        return [str((value or [""])[0] if isinstance(value, list) else value).strip() for value in values]

    def first(name: str) -> str:
        return next(iter(every(name)), "")

    name = first("fn")
    if not name and "n" in card.contents:
        told = card.contents["n"][0].value
        name = f"{told.family}{told.given}".strip()
    address = card.contents.get("adr")
    where = address[0].value if address else None
    parts = [where.region, where.city, where.street] if where is not None else []
    street = "".join(part if isinstance(part, str) else "".join(part) for part in parts)
    birth = first("bday").replace("-", "")[:8]
    born = f"{birth[:4]}-{birth[4:6]}-{birth[6:8]}" if len(birth) == 8 and birth.isdigit() else ""
    phones = [phone.removeprefix("tel:") for phone in every("tel")]
    notes = [first("note"), *phones[1:], *every("email")[1:]]  # a second number has no field, and is not lost
    return [
        name, next(iter(phones), ""), first("email"), street, first("title"), first("org"), born,
        "；".join(filter(None, notes)), first(WECHAT_LINE),
    ]  # fmt: skip


def _own_of(card: Any) -> dict[str, str]:
    """Return the own fields on a card, name → value."""
    told = [str(line.value).partition("=") for line in card.contents.get(OWN_LINE, ())]
    return {name.strip(): value for name, sign, value in told if sign and name.strip()}


def _card(row: dict[str, Any], version: str) -> str:
    import vobject

    told = {key: str(value or "") for key, value in row.items()}
    card = vobject.vCard()
    card.add("version").value = version
    name = told.get("name", "")
    card.add("fn").value = name
    cut = 1 if name and "\u4e00" <= name[0] <= "\u9fff" else 0  # most Chinese surnames are one character
    card.add("n").value = vobject.vcard.Name(family=name[:cut], given=name[cut:])
    for field, line in (
        ("phone", "tel"),
        ("e_mail", "email"),
        ("position", "title"),
        ("birth_date", "bday"),
        ("notes", "note"),
        ("wechat", WECHAT_LINE),
    ):
        if told.get(field):
            card.add(line).value = told[field]
    if told.get("account"):
        card.add("org").value = [told["account"]]
    if told.get("address"):
        card.add("adr").value = vobject.vcard.Address(street=told["address"])
    for key, value in told.items():
        if key.startswith(OWN) and value:
            card.add(OWN_LINE).value = f"{key.removeprefix(OWN)}={value}"
    return str(card.serialize(validate=False))


FORMATS = [Csv, Xlsx, VCard3, VCard4]
TABLES = [Csv, Xlsx]
