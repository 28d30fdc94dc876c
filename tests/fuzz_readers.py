"""Readers of what students hand in, under bytes that libFuzzer makes up: a refusal in words is fine, anything else is not.

Run by hand, for the tool has wheels for Linux on x86-64 only: `uv pip install atheris`, then
`python tests/fuzz_readers.py NAME [-max_total_time=60]`; without NAME the names are told. Seeds are hand-ins as they are.
"""

import io
import json
import random
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from copy import deepcopy
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
GOLDEN = ROOT / "tests" / "data" / "submissions"
Reader = Callable[[Path], object]


def notebook(path: Path) -> object:
    """Read and mend a notebook against the released one."""
    from grader import repair

    released = repair.plain(json.loads((GOLDEN / "right" / "lab1_sum.ipynb").read_text(encoding="utf-8")))
    found = repair.parsed(path.read_bytes(), "lab1_sum.ipynb")
    return repair.repair(found, released)


def class_list(path: Path) -> object:
    """Read a class list in a text form."""
    from grader import roster

    return roster.class_list(path.rename(path.with_suffix(".csv")))


def workbook(path: Path) -> object:
    """Read a class list in Excel's form."""
    from grader import roster

    return roster.class_list(path.rename(path.with_suffix(".xlsx")))


def answers(path: Path) -> object:
    """Read the answers of a lab, as the marker and as the feedback do."""
    from crmlab import answers as forms
    from grader import tamed

    json.dumps(tamed.json_of(path), ensure_ascii=False).encode()
    with suppress(forms.Spoilt):
        return forms.read(path)
    return None


def policy(path: Path) -> object:
    """Read a policy on paper."""
    from crmlab import policy_file

    return policy_file.read(path)


def play(path: Path) -> object:
    """Take up a telephone call from its log and judge it."""
    from crmlab.roleplay.screen import sheet
    from crmlab.roleplay.screen.call import taken_up

    call = taken_up(path)
    return sheet.score(call) if call.play.turns else None


def crm(path: Path) -> object:
    """Look into a CRM file."""
    from crmlab.crm import inspect

    return inspect(path)


def packed(path: Path) -> object:
    """Collect a zip."""
    from crmlab.collect import collect

    home = path.with_name("home")
    home.mkdir()
    path.rename(path.with_suffix(".zip"))
    return collect(path.parent, home, course=ROOT / "course")


def seed_of_zip() -> bytes:
    """Return a small hand-in."""
    slip = {"student": "2024001", "project": "project03_phone_service", "made": "2026-09-01T08:00:00+00:00"}
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr("handin.json", json.dumps(slip))
            zipped.writestr("lab1_receiving_calls.ipynb", "{}")
        return file.getvalue()


def seed_of_workbook() -> bytes:
    """Return a small class list."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["学号", "姓名"])
    book.active.append(["2024001", "王一"])
    with io.BytesIO() as file:
        book.save(file)
        return file.getvalue()


def seed_of_play() -> bytes:
    """Return a call of a few lines."""
    from crmlab.roleplay.screen import attempts
    from crmlab.roleplay.screen.chips import chips

    with tempfile.TemporaryDirectory() as folder:
        call = attempts.again(Path(folder) / "plays", "complaint_late_broken", student="A")
        for _n in range(4):
            call.do("line", line=next(iter(chips(call.play))))
        return call.path.read_bytes()


def seed_of_crm() -> bytes:
    """Return a CRM's file with one table of ours."""
    from crmlab.crm.reader import wanted

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crm.sqlite3"
        with closing(sqlite3.connect(path)) as file:
            for name, columns in list(wanted().items())[:3]:
                told = ", ".join(f'"{column}"' for column in columns)
                file.execute(f'CREATE TABLE "crm_{name}" ({told})')
            file.commit()
        return path.read_bytes()


READERS: dict[str, tuple[Reader, Callable[[], bytes]]] = {
    "notebook": (notebook, lambda: (GOLDEN / "right" / "lab1_sum.ipynb").read_bytes()),
    "class_list": (class_list, lambda: "学号,姓名\n2024001,王一\n".encode("gbk")),
    "workbook": (workbook, seed_of_workbook),
    "answers": (
        answers,
        lambda: b'{"schema": 1, "answers": {"lab1": {"a": [1, "x"]}}, "when": {"lab1": {}}}',
    ),
    "policy": (policy, lambda: b'{"schema": 1, "actions": [{"do": "care", "who": [1]}], "budget": 5}'),
    "play": (play, seed_of_play),
    "crm": (crm, seed_of_crm),
    "zip": (packed, seed_of_zip),
}


JSON = ("notebook", "answers", "policy", "play")
ODD = (None, True, -1, 0, 2**70, 1e400, "", "\ud800", "x" * 300, [], [[]], {}, {"x": 1}, 0.5, "</script>")


def another(raw: bytes, most: int, chance: int, *, sealed: bool) -> bytes:
    """Return a JSON text with something else somewhere; without knowing the form hardly a change would be read.

    `sealed` gives a call's log the fingerprint that fits, as somebody who forges one would.
    """
    import atheris

    luck = random.Random(chance)
    try:
        plain = json.loads(raw)
    except (ValueError, RecursionError):
        return bytes(atheris.Mutate(raw, most))
    for _ in range(luck.randint(1, 3)):
        _change(plain, luck)
    if sealed and isinstance(plain, dict):
        from crmlab.roleplay import log

        plain["chain"] = log.chain(plain)
    text = json.dumps(plain, ensure_ascii=luck.random() < 0.5).encode("utf-8", "surrogatepass")
    return bytes(atheris.Mutate(text, most)) if luck.random() < 0.1 else text[:most]


def _change(inside: object, luck: random.Random) -> None:
    """Replace, drop or repeat something, one level further down at most times."""
    while isinstance(inside, dict | list) and inside:
        where = luck.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
        below = inside[where]
        if isinstance(below, dict | list) and below and luck.random() < 0.7:
            inside = below
            continue
        kind = luck.randrange(4)
        if kind == 0:
            del inside[where]
        elif kind == 1 and isinstance(inside, list):
            inside.insert(where, below)
        elif kind == 2 and isinstance(below, int | float):
            inside[where] = below + luck.choice((-1, 1, 7))
        else:
            inside[where] = deepcopy(luck.choice(ODD))
        return


def main() -> None:
    """Fuzz one reader with what else is on the command line, words of libFuzzer's."""
    import atheris

    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in READERS:
        raise SystemExit(f"{name!r} is no reader; choose {', '.join(READERS)}")
    read, seed = READERS[name]
    with atheris.instrument_imports(include=["grader", "crmlab", "json", "csv"]):
        first = seed()
        tried(read, first, name)  # readers import late, and what is to be watched has to be imported here
    with tempfile.TemporaryDirectory() as corpus:
        (Path(corpus) / "seed").write_bytes(first)
        atheris.Setup(
            [sys.argv[0], corpus, "-max_len=20000", *sys.argv[2:]],
            lambda raw: tried(read, raw, name),
            **({"custom_mutator": partial(another, sealed=name == "play")} if name in JSON else {}),
        )
        atheris.Fuzz()


def tried(read: Reader, raw: bytes, name: str) -> None:
    """Let a reader read some bytes; whatever it raises but a refusal in one sentence is passed on."""
    from crmlab.errors import LabError
    from grader.errors import GraderError

    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        path = Path(folder) / ("crm.sqlite3" if name == "crm" else "handin.json")
        path.write_bytes(raw)
        try:
            read(path)
        except (LabError, GraderError) as refusal:
            assert str(refusal) and "\n" not in str(refusal).strip(), refusal


if __name__ == "__main__":
    main()
