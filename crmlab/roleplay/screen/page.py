"""The full-page role-play desk: a few pages that JupyterLab's own server gives, behind its own key, kept in the workspace."""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from crmlab.errors import LabError
from crmlab.language import LANGUAGES, translator
from crmlab.roleplay import scenario as scenarios
from crmlab.roleplay.screen import attempts, markup, sheet
from crmlab.roleplay.screen.call import Call, Stale
from crmlab.roleplay.screen.view import labels, view
from crmlab.student import GUEST, student_of

HERE = Path(__file__).parent
PATH = "crmlab/roleplay"
PROJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")
MOST_BYTES = 400_000
# nothing from elsewhere, no script but our own file: what a student types cannot run even if it were not escaped
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add the pages to a Jupyter server; calls are kept in `plays` of its root."""
    base = url_path_join(server.web_app.settings["base_url"], PATH)
    told = {"root": Path(server.root_dir)}
    routes = [("", Choose, told), ("/call", Talk, told), ("/act", Act, told), ("/print", Print, told),
              (r"/(page\.js|screen\.css|page\.css)", Asset, {})]  # fmt: skip
    server.web_app.add_handlers(".*$", [(base + end, handler, kept) for end, handler, kept in routes])


class Page(JupyterHandler):
    """What all pages share: who asks, in which language, and where calls are kept."""

    def initialize(self, root: Path) -> None:
        """Remember the workspace."""
        self.root = root

    @property
    def content_security_policy(self) -> str:
        """Allow our own files and nothing else."""
        return POLICY

    @property
    def lang(self) -> str:
        """The language asked for; Chinese unless told."""
        asked = self.get_query_argument("lang", "zh")
        return asked if asked in LANGUAGES else "zh"

    @property
    def folder(self) -> Path:
        """Where calls are kept: beside a project's notebooks when one is named, else in the workspace."""
        name = self.get_query_argument("project", "")
        own = self.root / name
        known = PROJECT.fullmatch(name) and (own / "project.toml").is_file()
        return (own if known else self.root) / attempts.FOLDER

    @property
    def student(self) -> str:
        """The id typed into a notebook, "" when none was."""
        known = student_of(self.folder, ask=_nobody)
        return "" if known == GUEST else known

    def call(self) -> Call:
        """Return the latest attempt at the scenario asked for; raises as `attempts.resume`."""
        return attempts.resume(self.folder, self.get_query_argument("scenario"), **self.asked())

    def asked(self) -> dict[str, Any]:
        """Return student, level and language as the address tells them."""
        level = self.get_query_argument("level", "1")
        return {
            "student": self.student,
            "level": int(level) if level in ("1", "2", "3") else 1,
            "lang": self.lang,
        }

    def write_page(self, title: str, body: str, *, script: bool = False, lang: str = "") -> None:
        """Answer with one page of ours."""
        base = url_path_join(self.base_url, PATH)
        scripts = f'<script src="{base}/page.js" defer></script>' if script else ""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.xsrf_token  # noqa: B018 - reading it sets the cookie which the script sends back
        self.finish(
            f'<!doctype html><html lang="{lang or self.lang}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
            f'<link rel="stylesheet" href="{base}/screen.css"><link rel="stylesheet" href="{base}/page.css">'
            f"{scripts}</head><body>{body}</body></html>"
        )

    def write_error(self, status_code: int, **told: Any) -> None:
        """Answer a refusal with its sentence."""
        error = told.get("exc_info", (None, None))[1]
        said = str(error) if isinstance(error, LabError) else f"{status_code}"
        back = f'<p><a href="{url_path_join(self.base_url, PATH)}?lang={self.lang}">←</a></p>'
        if isinstance(error, LabError):
            self.set_status(400)
        self.write_page(said, f'<main class="crm-page">{markup.notice(said, bad=True)}{back}</main>')


class Choose(Page):
    """The page on which a trainee chooses whom to talk to."""

    @web.authenticated
    def get(self) -> None:
        """Show every scenario with what was reached in it."""
        _ = translator(self.lang)
        tiles = "".join(self._tile(name) for name in scenarios.names())
        title, told = _("与客户通话"), _("选一位客户。每说一句都会自动保存，随时可以离开，再回来接着说。")
        self.write_page(
            title,
            f'<main class="crm-page"><header class="crm-top"><h1>{escape(title)}</h1><p>{escape(told)}</p></header>'
            f'<div class="crm-tiles">{tiles}</div></main>',
        )

    def _tile(self, name: str) -> str:
        _ = translator(self.lang)
        plain, here = scenarios.load(name).plain, url_path_join(self.base_url, PATH)
        levels = {"1": _("1 练习"), "2": _("2 实战"), "3": _("3 只凭声音")}
        links = "".join(
            f'<a class="crm-go" href="{here}/call?scenario={name}&amp;level={level}&amp;lang={self.lang}">{escape(label)}</a>'
            for level, label in levels.items()
        )
        reached = self._reached(name)
        return (
            f'<article class="crm-tile"><h2>{escape(plain["title"][self.lang])}</h2>'
            f'<p>{escape(plain["brief"][self.lang])}</p><p class="crm-small">{escape(reached)}</p>'
            f'<p class="crm-links">{links}</p></article>'
        )

    def _reached(self, name: str) -> str:
        _ = translator(self.lang)
        calls = []
        for path in attempts.kept(self.folder, name):
            try:
                call = attempts.taken_up(path)
                calls += [call] if call.play.turns else []
            except LabError:  # an old or spoilt attempt must not hide the others
                continue
        if not calls:
            return ""
        best = max(sheet.score(call).points for call in calls)
        return _("练过 {n} 次，最好 {best} 分").format(n=len(calls), best=best)


class Talk(Page):
    """The page of one call."""

    @web.authenticated
    def get(self) -> None:
        """Show the call as it stands; the script asks for its panes."""
        call = self.call()
        told = labels(call.play.lang, call.play.level)
        asked = {key: str(value) for key, value in self.asked().items() if key != "student"}
        asked |= {"scenario": call.scenario.id, "project": self.get_query_argument("project", "")}
        data = {"told": told, "asked": asked, "state": {**state(call), "notice": call.notice}}
        self.write_page(
            told["call"],
            f'<main class="crm-page" id="crm" data-crm="{escape(json.dumps(data, ensure_ascii=False))}">'
            f'<p class="crm-noprint"><a href="{url_path_join(self.base_url, PATH)}?lang={call.play.lang}">'
            f"← {escape(told['back'])}</a></p></main>",
            script=True,
            lang=call.play.lang,
        )


class Act(Page):
    """One action of the trainee, answered with how the call stands then."""

    @web.authenticated
    def post(self) -> None:
        """Take the action; a refusal is a sentence beside the unchanged call."""
        _ = translator(self.lang)
        try:
            if len(self.request.body) > MOST_BYTES:
                raise LabError(_("这句话太长了；请说短一点"))
            told = self._told()
            call = self._done(told)
            self._answer(call, "")
        except Stale as stale:
            self._answer(self.call(), str(stale))
        except LabError as error:
            self._answer(self.call(), str(error))

    def _told(self) -> dict[str, Any]:
        _ = translator(self.lang)
        try:
            told = json.loads(self.request.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise LabError(_("这个动作读不懂；请刷新这一页"))
        return told

    def _done(self, told: dict[str, Any]) -> Call:
        kind, seen = str(told.pop("kind", "")), told.pop("seen", None)
        name = self.get_query_argument("scenario")
        if kind == "again":
            return attempts.again(self.folder, name, **self.asked())
        call = self.call()
        known = {key: told[key] for key in ("line", "text", "acts", "field", "value") if key in told}
        call.do(kind, seen=seen if isinstance(seen, int) else 0, **known)
        return call

    def _answer(self, call: Call, notice: str) -> None:
        self.finish(json.dumps({**state(call), "notice": notice}, ensure_ascii=False))


class Print(Page):
    """The score sheet alone, for paper."""

    @web.authenticated
    def get(self) -> None:
        """Show the sheet of the latest attempt."""
        call = self.call()
        title = call.play.text(call.scenario.plain["title"])
        who = f'<p class="crm-small">{escape(self.student)} · {call.path.stem}</p>'
        self.write_page(
            title, f'<main class="crm-page"><h1>{escape(title)}</h1>{who}{sheet.html(call)}</main>',
            lang=call.play.lang,
        )  # fmt: skip


class Asset(JupyterHandler):
    """Our script and styles."""

    @web.authenticated
    def get(self, name: str) -> None:
        """Send the file; the route lets only our own names through."""
        kinds = {".js": "text/javascript", ".css": "text/css"}
        self.set_header("Content-Type", f"{kinds[Path(name).suffix]}; charset=utf-8")
        self.finish((HERE / name).read_text(encoding="utf-8"))


def state(call: Call) -> dict[str, Any]:
    """Return the view of a call with its panes in HTML, as the page's script needs them."""
    shown = view(call)
    panes = {
        "head": markup.head(shown),
        "brief": markup.brief(shown),
        "lines": [markup.bubble(one) for one in shown.bubbles],
        "card": markup.card(shown),
        "feelings": markup.feelings(shown),
        "steps": markup.steps(shown),
        "hints": markup.hints(shown),
        "after": sheet.html(call) if shown.ended else "",
    }
    return {"view": shown.plain(), "panes": panes}


def _nobody(_prompt: str) -> str:
    raise EOFError
