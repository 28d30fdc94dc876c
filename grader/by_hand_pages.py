"""What the marking page answers to a browser; every door asks for the session's word first."""

from collections.abc import Callable
from dataclasses import asdict
from hmac import compare_digest
from typing import Any

from tornado.web import RequestHandler

from grader import by_hand, manual
from grader.by_hand import FILES, HOST, MOST_BYTES, POLICY, STATIC, Desk
from grader.errors import GraderError
from grader.manual import Conflict


class Door(RequestHandler):
    """Lets in who has the word, from this machine and this page only."""

    def initialize(self, desk: Desk, end: Callable[[], None]) -> None:
        """Keep the session."""
        self.desk, self.end = desk, end

    def set_default_headers(self) -> None:
        """Say what a browser may do with the page: run our script, and talk to us."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def prepare(self) -> None:
        """Refuse another host name (a rebound address), another page's request, and who has no word."""
        here = self.request.host.split(":")[0]
        origin = self.request.headers.get("Origin")
        foreign = origin is not None and origin != f"http://{self.request.host}"
        if here not in (HOST, "localhost") or foreign or not self.known():
            self.refuse(403, by_hand.words_of(self.desk.lang)["closed"])

    def known(self) -> bool:
        """Tell whether the browser carries the word."""
        return compare_digest(self.get_cookie(self.desk.cookie, "") or "", self.desk.token)

    def refuse(self, status: int, said: str, **more: Any) -> None:
        """End the request with one sentence."""
        self.set_status(status)
        self.finish({"error": said, **more})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer our own fault without a traceback; what was saved stays saved."""
        self.finish({"error": by_hand.words_of(self.desk.lang)["fault"].format(status=status_code)})


class Nothing(Door):
    """An address that is none of ours."""

    def get(self) -> None:
        """Say so."""
        self.refuse(404, by_hand.words_of(self.desk.lang)["fault"].format(status=404))


class Front(Door):
    """The page itself; the address with the word in it hands over a cookie and leads here."""

    def known(self) -> bool:
        """Take the word from the address once."""
        if compare_digest(self.get_query_argument("token", ""), self.desk.token):
            self.set_cookie(self.desk.cookie, self.desk.token, httponly=True, samesite="Strict", path="/")
            return True
        return super().known()

    def refuse(self, status: int, said: str, **more: Any) -> None:
        """Say it in plain text: a person reads it."""
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(said)

    def get(self) -> None:
        """Send the page, in the language asked for by `?lang=`."""
        from jinja2 import Environment, FileSystemLoader

        if self.get_query_argument("token", ""):
            self.redirect("/")
            return
        lang = self.get_query_argument("lang", self.desk.lang)
        lang = lang if lang in ("zh", "en") else self.desk.lang
        pages = Environment(loader=FileSystemLoader(STATIC), autoescape=True)
        words = by_hand.words_of(lang)
        page = pages.get_template("by_hand.html.j2").render(words=words, lang=lang, project=self.desk.project)
        self.finish(page)


class File(Door):
    """The page's script and style."""

    def get(self, name: str) -> None:
        """Send one of the two."""
        self.set_header("Content-Type", f"{FILES[name]}; charset=utf-8")
        self.finish((STATIC / name).read_bytes())


class Answers(Door):
    """All answers with their marks."""

    def get(self) -> None:
        """Send them."""
        self.finish(by_hand.listing(self.desk))


class Around(Door):
    """What belongs to one answer: task, sheets above it, rubric, model answer."""

    def get(self) -> None:
        """Send it as harmless HTML."""
        place = tuple(self.get_query_argument(name, "") for name in ("student", "notebook", "task"))
        if place not in {
            one.place for one in manual.answers(self.desk.course, self.desk.project, only=place[0])
        }:
            self.refuse(404, by_hand.words_of(self.desk.lang)["fault"].format(status=404))
            return
        self.finish(by_hand.around(self.desk, (place[0], place[1], place[2])))


class Mark(Door):
    """One mark, kept at once."""

    def post(self) -> None:
        """Keep it; 409 with the other mark when somebody else was faster, 400 for what is no mark."""
        try:
            if len(self.request.body) > MOST_BYTES:
                raise GraderError("评语太长；请写短一些")
            self.finish(by_hand.mark(self.desk, by_hand.plain(self.request.body)))
        except Conflict as conflict:
            self.refuse(409, str(conflict), now=asdict(conflict.now))
        except GraderError as error:
            self.refuse(400, str(error))


class End(Door):
    """The end of the session."""

    def post(self) -> None:
        """Say good-bye and stop."""
        self.finish({"ended": True})
        self.end()
