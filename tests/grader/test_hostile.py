"""Hand-ins that attack: no points won, nothing leaked, nothing left behind, every neighbour's points kept."""

import json
import socket
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny
from golden import GOLDEN, hand_in

from grader import marking, release
from grader.course import Course
from grader.marks import Mark
from grader.setting import Setting

ATTACKS: dict[str, str] = {
    "equals-all": "class All(int):\n    __eq__ = lambda s, o: True\n    __ne__ = lambda s, o: False\n"
    "    __hash__ = int.__hash__\ntotal = All(1)",
    "odd-object": "class All:\n    __class__ = int\n    __eq__ = lambda s, o: True\ntotal = All()",
    "forged-reply": "import struct, os, json\nm = json.dumps({'values': {'total': {'value': 4}}}).encode()\n"
    "os.write(3, struct.pack('>I', len(m)) + m)\ntotal = 4",
    "no-asserts": "import builtins\nget_ipython().run_cell = lambda *a, **k: None\n"
    "builtins.isinstance = lambda *a: True\nbuiltins.AssertionError = Warning\ntotal = 4",
    "walks-memory": "import gc\nfound = [o for o in gc.get_objects() if isinstance(o, dict) and "
    "any('secret_' + 'answer' in v for v in o.values() if isinstance(v, str))]\n"
    "print('FOUND', [o for o in found if o is not globals()][:1])\ntotal = 4",
    "reads-course": "from pathlib import Path\nfor p in (COURSE, BOOK, '/etc/passwd', '/proc/1/environ'):\n"
    "    try:\n        print('LEAK', Path(p).read_bytes()[:20])\n    except OSError:\n        pass\ntotal = 4",
    "writes-book": "import sqlite3\ntry:\n    d = sqlite3.connect(BOOK)\n"
    "    d.execute('UPDATE grade SET manual_score = 800')\n    d.commit()\nexcept Exception:\n    pass\ntotal = 4",
    "telephones": "import socket\nfor kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n    try:\n"
    "        s = socket.socket(socket.AF_INET, kind)\n        s.connect(('127.0.0.1', PORT))\n        s.send(b'x')\n"
    "    except OSError:\n        pass\ntotal = 4",
    "fork-flood": "import os, time\nfor _ in range(2000):\n    if os.fork() == 0:\n        time.sleep(99)\ntotal = 4",
    "survivor": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while True:\n"
    "            try:\n                open(MARK, 'a').write('x')\n            except OSError:\n                pass\n"
    "            time.sleep(0.05)\n    os._exit(0)\ntotal = 4",
    "memory-hog": "hog = []\nwhile True:\n    hog.append(bytearray(200_000_000))",
    "disk-hog": "n = 0\nwhile True:\n    open(f'f{n}', 'wb').write(b'x' * 20_000_000)\n    n += 1",
    "loud": "for _ in range(300_000):\n    print('x' * 100)\ntotal = 4",
    "deaf-loop": "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    "leaves-things": "import os, socket\nfrom pathlib import Path\nfrom multiprocessing import shared_memory\n"
    "def tried(do):\n    try:\n        do()\n        print('LEFT', do)\n    except Exception:\n        pass\n"
    "for place in ('/tmp', '/dev/shm', '/var/tmp', '/run', '/dev/mqueue', os.path.dirname(COURSE), os.path.dirname(BOOK)):\n"
    "    tried(lambda: Path(place, 'answer_5').write_text('5'))\n"
    "tried(lambda: shared_memory.SharedMemory('answer', create=True, size=8))\n"
    "tried(lambda: socket.socket(socket.AF_UNIX).bind('\\0answer'))\n"
    "tried(lambda: os.mkfifo('/tmp/answer_pipe'))\ntotal = 4",
    "swaps-links": "import os, threading\nfrom pathlib import Path\nPath('loot').write_text('x')\ndef swap():\n"
    "    while True:\n        for target in (BOOK, '/etc/passwd', COURSE):\n            try:\n"
    "                os.symlink(target, 'l'); os.replace('l', 'loot'); os.link(target, 'hard')\n"
    "            except OSError:\n                pass\nthreading.Thread(target=swap, daemon=True).start()\ntotal = 4",
    "deep-answer": "total = []\nfor _ in range(100_000):\n    total = [total]",
    "never-ending-repr": "class Big(int):\n    def __repr__(self):\n        while True:\n            pass\ntotal = Big(4)",
    "rewrites-modules": "import sys, types, json, builtins\nfor name in ('grader.wire', 'grader.pipe', 'grader.student', 'json', 'pandas.testing'):\n"
    "    sys.modules[name] = types.ModuleType(name)\nbuiltins.len = lambda *a: 0\nbuiltins.__import__ = lambda *a, **k: None\ntotal = 4",
    "speaks-for-itself": "import os\nfor number in range(3, 64):\n    try:\n"
    "        os.write(number, b'points 800 ' * 30)\n    except OSError:\n        pass\ntotal = 4",
    "kills-all": "import os, signal\nfor p in (-1, os.getppid(), 1):\n    try:\n        os.kill(p, signal.SIGKILL)\n"
    "    except OSError:\n        pass\ntotal = 4",
}
HONEST = ("honest-a", "honest-z")


def attack(course: Course, who: str, source: str) -> None:
    path = hand_in(course, "right", who=who) / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [one for one in notebook.cells if one["id"] == "answer"]
    cell.source = source
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A class in which every attack is made once, beside two honest students."""
    folder = tmp_path_factory.mktemp("siege")
    course = Course(tiny.course(folder), folder / "home", cell_seconds=4)
    release.generate(course, tiny.PROJECT)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        about = {
            "COURSE": str(course.source / tiny.PROJECT / tiny.NOTEBOOK),
            "BOOK": str(course.home / "gradebook.db"),
            "MARK": str(folder / "mark"),
            "PORT": listener.getsockname()[1],
        }
        head = "".join(f"{name} = {value!r}\n" for name, value in about.items())
        for who, source in ATTACKS.items():
            attack(course, who, head + source)
        for who in HONEST:
            hand_in(course, "right", who=who)
        marks = marking.mark(course, tiny.PROJECT, setting=Setting(unsafe=True))
        try:
            listener.accept()
            called = True
        except TimeoutError:
            called = False
    return {"course": course, "folder": folder, "called": called, "marks": {m.student: m for m in marks}}


def shown(siege: dict[str, Any], who: str) -> str:
    """What the student's own cells showed, which feedback may repeat."""
    path = siege["course"].step("autograded", who, tiny.PROJECT) / tiny.NOTEBOOK
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return json.dumps([cell.get("outputs") for cell in cells if cell["id"] != "total"])


@pytest.mark.slow
@pytest.mark.parametrize("who", ATTACKS)
def test_an_attack_wins_no_points(siege: dict[str, Any], who: str) -> None:
    assert siege["marks"][who].score in (0, None)
    assert siege["marks"][who].score == 0 or siege["marks"][who].note


@pytest.mark.slow
def test_every_neighbour_keeps_the_points(siege: dict[str, Any]) -> None:
    marks: dict[str, Mark] = siege["marks"]
    assert {who: marks[who].score for who in HONEST} == dict.fromkeys(HONEST, 4.0)


@pytest.mark.slow
def test_nothing_is_learnt_from_memory_or_files(siege: dict[str, Any]) -> None:
    assert "FOUND []" in shown(siege, "walks-memory")
    assert "LEAK" not in shown(siege, "reads-course")
    assert "LEFT" not in shown(siege, "leaves-things")
    for place in ("/tmp", "/dev/shm", "/var/tmp"):
        assert not (Path(place) / "answer_5").exists()


@pytest.mark.slow
def test_nobody_reaches_the_network_or_leaves_a_process_behind(siege: dict[str, Any]) -> None:
    assert not siege["called"]
    mark = siege["folder"] / "mark"
    before = mark.stat().st_size if mark.exists() else 0
    time.sleep(0.3)
    assert before == (mark.stat().st_size if mark.exists() else 0) == 0


@pytest.mark.slow
def test_a_hand_in_of_the_full_class_run_is_on_record(siege: dict[str, Any]) -> None:
    assert len(siege["marks"]) == len(ATTACKS) + len(HONEST)
    assert (Path(GOLDEN) / "right").is_dir()
