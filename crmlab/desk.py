"""The desk: JupyterLab on this machine only, with settings of its own, opened on the start page."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from crmlab import desk_keys, places
from crmlab.errors import LabError, MissingPart
from crmlab.language import require

HOST = "127.0.0.1"
FIRST_PORT = 8888
MORE_PORTS = 100
STYLE = Path(__file__).with_name("desk.css")
SCRIPT = Path(__file__).with_name("startpage.js")
EXTENSION = "crmlab-startpage"
LOCALES = {"zh": "zh_CN", "en": "en"}
REFRESH = 5  # seconds between two looks at the student's progress
PATIENCE = 60  # seconds a slow machine may take to start JupyterLab
MOST_TRIES = 3  # how often JupyterLab is started when others take its port meanwhile
FAREWELL = 10  # seconds JupyterLab gets to close its kernels

NBGRADER = ("formgrader", "validate_assignment", "assignment_list", "course_list")
STUDENT_HIDES = ("@jupyter/nbgrader", "jupyterlab-jupytext", "@jupyter-notebook/lab-extension")
ALL_HIDE = ("@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension")


@dataclass(frozen=True)
class Desk:
    """One JupyterLab to be served: which folder, for whom, where."""

    root: Path
    own: Path
    """Folder of its settings, so that the user's own Jupyter is neither read nor written."""
    port: int
    page: str = ""
    """Page to open, as a path under `root`; "" is JupyterLab itself."""
    lang: str = "zh"
    teacher: bool = False
    retries: int = 0
    """How many ports further on JupyterLab may go when another program was faster at `port`."""
    token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def path(self) -> str:
        """The path of the first page, as a browser needs it."""
        return f"/lab/tree/{quote(self.page)}" if self.page else "/lab"

    @property
    def log(self) -> Path:
        """What JupyterLab says goes here, not on the student's screen."""
        return self.own / "jupyterlab.log"

    @property
    def url(self) -> str:
        """The address to type into a browser."""
        return f"http://{HOST}:{self.port}{self.path}?token={self.token}"


def student_desk(workspace: Path, page: str, *, port: int | None = None, lang: str = "zh") -> Desk:
    """Return the desk of a student; raise LabError when `port` is in use or `lang` unknown."""
    require(lang)
    own = workspace / ".crmlab" / "jupyter"
    return Desk(workspace.resolve(), own.resolve(), choose_port(port), page, lang, retries=_retries(port))


def teacher_desk(*, port: int | None = None, lang: str = "zh", home: Path = places.GRADING) -> Desk:
    """Return the desk of a teacher: the whole repository, with nbgrader's pages; raises as `student_desk`."""
    require(lang)
    own = home / ".crmlab" / "jupyter"
    return Desk(places.ROOT, own, choose_port(port), "", lang, teacher=True, retries=_retries(port))


def _retries(named: int | None) -> int:
    return 0 if named is not None else MORE_PORTS


def choose_port(named: int | None, *, first: int = FIRST_PORT) -> int:
    """Return the named port, or the first free one from `first` on; raise LabError when it is in use."""
    if named is not None:
        if not 1 <= named <= 65535:
            raise LabError(f"端口 {named} 不存在；端口是 1 到 65535 的整数，例如 --port {first}")
        if not _free(named):
            raise LabError(f"端口 {named} 已被占用；请用 --port 换一个，或不写 --port 让实训室自己找")
        return named
    for port in range(first, first + MORE_PORTS):
        if _free(port):
            return port
    raise LabError(
        f"端口 {first} 到 {first + MORE_PORTS - 1} 都被占用；请关掉多余的窗口，或用 --port 指定别的"
    )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere the option would let two programs share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def settle(desk: Desk) -> None:
    """Write the desk's settings; what the student arranged on screen stays."""
    config = desk.own / "config"
    hidden = ALL_HIDE if desk.teacher else ALL_HIDE + STUDENT_HIDES
    page = {"disabledExtensions": dict.fromkeys(hidden, True), "buildCheck": False, "buildAvailable": False}
    _write_json(config / "labconfig" / "page_config.json", page)
    _write_json(config / "labconfig" / "default_setting_overrides.json", _overrides(desk))
    _write_json(config / "jupyter_server_config.d" / "crmlab.json", {"ServerApp": _extensions(desk)})
    (config / "custom").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(STYLE, config / "custom" / "custom.css")
    if not desk.teacher:
        _extend(desk)
    _collapse_sidebar(desk)


def _extend(desk: Desk) -> None:
    """Give JupyterLab the script that renews an open start page, as an extension in the desk's own data folder."""
    folder = desk.own / "data" / "labextensions" / EXTENSION
    build = {"load": f"static/{SCRIPT.name}", "extension": "./extension"}
    _write_json(
        folder / "package.json", {"name": EXTENSION, "version": "1.0.0", "jupyterlab": {"_build": build}}
    )
    (folder / "static").mkdir(exist_ok=True)
    shutil.copyfile(SCRIPT, folder / "static" / SCRIPT.name)


def _overrides(desk: Desk) -> dict[str, Any]:
    return {
        **({} if desk.teacher else {desk_keys.SETTING: desk_keys.off()}),
        "@jupyterlab/translation-extension:plugin": {"locale": LOCALES[desk.lang]},
        "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
        "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
    }


def _extensions(desk: Desk) -> dict[str, Any]:
    on = {f"nbgrader.server_extensions.{name}": desk.teacher for name in NBGRADER}
    ours = {"crmlab.roleplay.screen.page": True}
    return {
        "jpserver_extensions": {**on, **ours, "jupyterlab_jupytext": desk.teacher, "notebook": desk.teacher}
    }


def _collapse_sidebar(desk: Desk) -> None:
    """Give the first visit a closed side bar; later visits find what the student left."""
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    folder = desk.own / "workspaces"
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return
    closed = {"collapsed": True, "visible": True, "widgets": []}
    layout = {"layout-restorer:data": {"left": closed, "right": closed}}
    WorkspacesManager(str(folder)).save(
        "default", json.dumps({"data": layout, "metadata": {"id": "default"}})
    )


def command(desk: Desk, *, browser: bool) -> list[str]:
    """Return the command line of JupyterLab."""
    options = {
        "ServerApp.ip": HOST,
        "ServerApp.port": desk.port,
        "ServerApp.port_retries": desk.retries,
        "ServerApp.root_dir": desk.root,
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,  # one Ctrl-C ends it
        "ServerApp.allow_root": getattr(os, "geteuid", lambda: 1)() == 0,
        "LabApp.default_url": desk.path,
        "LabApp.custom_css": True,
        "LabApp.extension_manager": "readonly",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.workspaces_dir": desk.own / "workspaces",
        "LabApp.user_settings_dir": desk.own / "user-settings",
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "jupyterlab", "--log-level=ERROR", *given]


def environment(desk: Desk) -> dict[str, str]:
    """Return the environment of JupyterLab: its own folders, and the token out of sight of other users."""
    config = str(desk.own / "config")
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_CONFIG_PATH": config,  # before the environment's own, where nbgrader switches itself on
        "JUPYTER_DATA_DIR": str(desk.own / "data"),
        "JUPYTER_RUNTIME_DIR": str(desk.own / "runtime"),
        "IPYTHONDIR": str(desk.own / "ipython"),
        "JUPYTER_TOKEN": desk.token,
        "CRMLAB_LANG": desk.lang,  # the tile of the CRM speaks it, too
        "CRMLAB_DESK": "1",  # kernels may link to the pages of this server
    }


def serve(
    desk: Desk,
    *,
    browser: bool = True,
    ready: Callable[[str], None],
    refresh: Callable[[], object] | None = None,
) -> None:
    """Run JupyterLab until Ctrl-C; call `ready` with its address when it answers, `refresh` now and then.

    Raises MissingPart when JupyterLab does not come up.
    """
    settle(desk)
    lab = _start(desk, browser=browser)
    try:
        with _any_end_is_ctrl_c():
            port = _await_port(lab, desk)
            for _again in range(MOST_TRIES - 1):
                if port is not None or not desk.retries or lab.poll() is None:
                    break
                desk = replace(desk, port=choose_port(None))  # another program was faster at the port
                lab = _start(desk, browser=browser)
                port = _await_port(lab, desk)
            if port is None:
                raise MissingPart(
                    f"JupyterLab 没有启动（原因见 {desk.log}）；请删去文件夹 .venv 再运行 lab.py"
                )
            ready(replace(desk, port=port).url)
            while _running(lab):
                if refresh is not None:
                    refresh()
    except KeyboardInterrupt:
        pass
    finally:
        _end(lab)


def _start(desk: Desk, *, browser: bool) -> subprocess.Popen:
    with desk.log.open("wb") as log:
        return subprocess.Popen(
            command(desk, browser=browser), env=environment(desk), cwd=desk.root, stdout=log, stderr=log
        )


@contextmanager
def _any_end_is_ctrl_c() -> Iterator[None]:
    """Let a shutdown or a closed terminal end the desk as Ctrl-C does, so that no kernel is left behind."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), signal.default_int_handler) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _await_port(lab: subprocess.Popen, desk: Desk) -> int | None:
    """Return the port at which JupyterLab answers to our token, None when it died or said nothing for too long.

    It notes the port before it takes it, and another program may be there first: so it is asked whether it is ours.
    """
    deadline = time.monotonic() + PATIENCE
    while lab.poll() is None and time.monotonic() < deadline:
        for note in (desk.own / "runtime").glob("jpserver-*.json"):
            with suppress(OSError, ValueError):  # half written, or nobody there yet
                told = json.loads(note.read_text(encoding="utf-8"))
                if told["token"] == desk.token and _answers(int(told["port"]), desk.token):
                    return int(told["port"])
        time.sleep(0.1)
    return None


def _answers(port: int, token: str) -> bool:
    """Return whether whatever listens at a port lets this token in; OSError when nothing does."""
    from urllib.request import ProxyHandler, Request, build_opener

    asked = Request(f"http://{HOST}:{port}/api/status", headers={"Authorization": f"token {token}"})
    with build_opener(ProxyHandler({})).open(asked, timeout=REFRESH) as answer:
        return bool(answer.status == 200)


def _running(lab: subprocess.Popen) -> bool:
    try:
        lab.wait(timeout=REFRESH)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end(lab: subprocess.Popen) -> None:
    """End JupyterLab in good order, and by force when it does not listen."""
    if os.name == "posix" and lab.poll() is None:
        lab.terminate()  # on Windows the same Ctrl-C has reached it
    try:
        lab.wait(timeout=FAREWELL)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        lab.kill()
        lab.wait()


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
