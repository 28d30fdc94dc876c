"""A small page on this machine only, where a person marks the answers that no test can judge."""

import json
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader import harmless, manual, repair, roster
from grader.asked import tasks
from grader.course import Course
from grader.errors import GraderError

if TYPE_CHECKING:
    from tornado.web import Application, RequestHandler

HERE = Path(__file__).resolve().parent
STATIC = HERE / "templates"
HOST = "127.0.0.1"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILES = {"by_hand.js": "text/javascript", "by_hand.css": "text/css"}
MOST_BYTES = 100_000
BEFORE = 3
"""How many cells above an answer may show something that belongs to it."""


@dataclass(frozen=True)
class Desk:
    """One marking session: which project, in which language, and the word that opens it."""

    course: Course
    project: str
    lang: str = "zh"
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def cookie(self) -> str:
        """The name under which a browser keeps the word, one for each session."""
        return f"crmlab-by-hand-{self.token[:6]}"


def serve(desk: Desk, *, port: int = 0, ready: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C or its own end button; call `ready` with its address.

    Raises GraderError when the port is taken, or the project has no answers to mark by hand.
    """
    import asyncio

    if not manual.answers(desk.course, desk.project):
        raise GraderError(f"{desk.project} 里没有等人工评分的回答；请先收作业（collect）并评分（grade）")

    async def run() -> None:
        ended = asyncio.Event()
        server, address = listen(desk, port=port, end=ended.set)
        ready(address)
        await ended.wait()
        server.stop()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        return


def listen(desk: Desk, *, port: int = 0, end: Callable[[], None]) -> tuple[Any, str]:
    """Return the listening server and its address with the word in it; raise GraderError for a taken port."""
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets

    try:
        sockets = bind_sockets(port, address=HOST)
    except OSError as error:
        raise GraderError(f"端口 {port} 已被占用；请换一个 --port，或不写，让程序自己找") from error
    server = HTTPServer(application(desk, end=end), max_buffer_size=MOST_BYTES * 4)
    server.add_sockets(sockets)
    return server, f"http://{HOST}:{sockets[0].getsockname()[1]}/?token={desk.token}"


def application(desk: Desk, *, end: Callable[[], None]) -> "Application":
    """Return the web application of a session."""
    from tornado.web import Application

    from grader import by_hand_pages as pages

    about = {"desk": desk, "end": end}
    return Application(
        [
            (r"/", pages.Front, about),
            (r"/(by_hand\.(?:js|css))", pages.File, about),
            (r"/api/answers", pages.Answers, about),
            (r"/api/around", pages.Around, about),
            (r"/api/mark", pages.Mark, about),
            (r"/api/end", pages.End, about),
        ],
        default_handler_class=pages.Nothing,
        default_handler_args=about,
        log_function=_quiet,
    )


def _quiet(handler: "RequestHandler") -> None:
    return None


@lru_cache
def words_of(lang: str) -> dict[str, str]:
    """Return what the page says in `lang`; raise GraderError for a language it has not."""
    known = tomllib.loads((HERE / "by_hand_words.toml").read_text(encoding="utf-8"))
    if lang not in known:
        raise GraderError(f"没有语言 {lang}；可用的语言：{'、'.join(known)}")
    words: dict[str, str] = known[lang]
    return words


def listing(desk: Desk) -> dict[str, Any]:
    """Return all answers with their marks, and who their students are."""
    names = {one.id: one.name for one in roster.read(desk.course.home / "roster.csv")}
    found = manual.answers(desk.course, desk.project)
    return {"answers": [{**asdict(one), "name": names.get(one.student, "")} for one in found]}


def around(desk: Desk, place: manual.Place) -> dict[str, str]:
    """Return, as harmless HTML, what was asked, what stood just above the answer, the rubric and the model answer."""
    student, notebook, task = place
    return {
        "asked": harmless.markdown(_asked(desk, notebook, task)),
        "above": _above(desk.course.step("autograded", student, desk.project) / f"{notebook}.ipynb", task),
        "rubric": harmless.markdown(_rubric(desk.course.source / desk.project / "teacher", notebook)),
        "model": harmless.markdown(_model(desk.course.source / desk.project / f"{notebook}.ipynb", task)),
    }


def mark(desk: Desk, told: dict[str, Any]) -> dict[str, Any]:
    """Keep one mark as the page tells it; raise GraderError for words that are none, Conflict as `manual.give`."""
    try:
        place = (str(told["student"]), str(told["notebook"]), str(told["task"]))
        score = None if told["score"] is None else float(told["score"])
        comment, version, words_only = (
            str(told["comment"]),
            str(told["version"]),
            told.get("words_only") is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise GraderError(f"这次评分没有收到完整的内容（{error}）；请刷新页面再试") from error
    done = manual.give(
        desk.course,
        desk.project,
        place,
        score=score,
        comment=comment,
        version=version,
        words_only=words_only,
    )
    return asdict(done)


def plain(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a request; raise GraderError when it is none."""
    try:
        told = json.loads(body)
    except ValueError as error:
        raise GraderError("收到的不是 JSON；请刷新页面再试") from error
    if not isinstance(told, dict):
        raise GraderError("收到的不是一组键和值；请刷新页面再试")
    return told


def _asked(desk: Desk, notebook: str, task: str) -> str:
    released = desk.course.home / "release" / desk.project
    found = [one for one in tasks(released) if (one.notebook, one.name) == (notebook, task)]
    return found[0].asked if found else ""


def _above(path: Path, task: str) -> str:
    """Return what the few cells above an answer showed: the sheets it speaks of."""
    try:
        cells = repair.read(path)["cells"]
    except (GraderError, OSError):
        return ""
    place = next((number for number, cell in enumerate(cells) if repair.task(cell) == task), 0)
    near = [cell for cell in cells[max(0, place - BEFORE) : place] if not _graded(cell)]
    shown = [harmless.shown(output) for cell in near for output in cell.get("outputs", [])]
    return "".join(shown)


def _graded(cell: dict[str, Any]) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("grade"))


def _rubric(folder: Path, notebook: str) -> str:
    """Return the rubric of a lab: `lab1_rubric.md` for `lab1_receiving_calls`, with its sample answers."""
    for name in (notebook, notebook.split("_")[0]):
        path = folder / f"{name}_rubric.md"
        if path.exists():
            return path.read_text(encoding="utf-8")
    return ""


def _model(path: Path, task: str) -> str:
    try:
        cell = repair.by_task(repair.read(path)).get(task)
    except (GraderError, OSError):
        return ""
    return str(cell["source"]) if cell else ""
