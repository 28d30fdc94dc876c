"""The desk: its own settings, its own port, and in a real browser a Chinese JupyterLab on the start page."""

import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import desk as opened
from browser import needs_browser, run_lab

from crmlab.desk import (
    FIRST_PORT,
    HOST,
    choose_port,
    command,
    environment,
    serve,
    settle,
    student_desk,
    teacher_desk,
)
from crmlab.errors import LabError, MissingPart

PROJECT = "project03_phone_service"
LAB = "lab1_receiving_calls"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port somebody else listens on."""
    with socket.create_server((HOST, 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one open lab."""
    import nbformat
    from nbformat.v4 import new_markdown_cell, new_notebook

    project = tmp_path / "实训" / PROJECT
    project.mkdir(parents=True)
    about = f'title = "服务电话客户"\n[[labs]]\nid = "{LAB}"\ntitle = "任务一"\ncheckpoints = ["parts"]\n'
    (project / "project.toml").write_text(about, encoding="utf-8")
    nbformat.write(new_notebook(cells=[new_markdown_cell("# 接待电话客户")]), project / f"{LAB}.ipynb")
    return tmp_path / "实训"


def test_a_named_port_in_use_is_refused_with_the_cure(taken: int) -> None:
    with pytest.raises(LabError, match=rf"端口 {taken} 已被占用.*--port") as refusal:
        choose_port(taken)
    assert refusal.value.exit_code == 3


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_an_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(LabError, match=f"端口 {port} 不存在"):
        choose_port(port)


def test_the_default_port_moves_on_to_a_free_one() -> None:
    first = choose_port(None)
    with socket.create_server((HOST, first)):
        second = choose_port(None)
    assert FIRST_PORT <= first < second


def test_when_every_port_is_taken_the_desk_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmlab.desk._free", lambda port: False)  # taking a hundred would disturb others
    with pytest.raises(LabError, match="都被占用"):
        choose_port(None)


def test_the_command_line_keeps_the_token_out_of_sight(tmp_path: Path) -> None:
    desk = student_desk(tmp_path, "开始.md")
    assert desk.token not in " ".join(command(desk, browser=False)) and desk.token not in repr(desk)
    assert environment(desk)["JUPYTER_TOKEN"] == desk.token
    assert f"--ServerApp.ip={HOST}" in command(desk, browser=False)


def test_only_the_teachers_desk_shows_nbgrader(tmp_path: Path) -> None:
    student = student_desk(tmp_path / "w", "开始.md")
    teacher = teacher_desk(home=tmp_path / "grading")
    for desk, hidden in ((student, True), (teacher, False)):
        settle(desk)
        page = (desk.own / "config" / "labconfig" / "page_config.json").read_text(encoding="utf-8")
        assert ("@jupyter/nbgrader" in page) is hidden
    assert environment(student)["JUPYTER_CONFIG_DIR"].startswith(str(tmp_path))


def test_at_the_students_desk_a_letter_beside_a_text_box_takes_no_cell_apart(tmp_path: Path) -> None:
    kept = {}
    for desk in (student_desk(tmp_path / "w", "开始.md"), teacher_desk(home=tmp_path / "grading")):
        settle(desk)
        path = desk.own / "config" / "labconfig" / "default_setting_overrides.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        kept[desk.teacher] = told.get("@jupyterlab/shortcuts-extension:shortcuts", {}).get("shortcuts", [])
    off = {" ".join(one["keys"]): one["command"] for one in kept[False] if one["disabled"]}
    assert {"X", "D D", "1", "M", "Shift M", "A", "B", "0 0"} <= set(off) and off["X"] == "notebook:cut-cell"
    assert not {"Enter", "Shift Enter", "ArrowDown", "Escape", "Accel S"} & set(off), "what is needed stays"
    assert kept[True] == []


def test_only_the_students_desk_renews_its_start_page(tmp_path: Path) -> None:
    from jupyterlab_server.config import get_federated_extensions

    student = student_desk(tmp_path / "w", "开始.md")
    teacher = teacher_desk(home=tmp_path / "grading")
    for desk, there in ((student, True), (teacher, False)):
        settle(desk)
        found = get_federated_extensions([str(desk.own / "data" / "labextensions")])
        assert ("crmlab-startpage" in found) is there
        for one in found.values():
            load = one["jupyterlab"]["_build"]["load"]
            assert "_JUPYTERLAB" in (Path(one["ext_path"]) / load).read_text(encoding="utf-8")


def test_what_was_arranged_on_screen_stays(tmp_path: Path) -> None:
    desk = student_desk(tmp_path, "开始.md")
    settle(desk)
    (saved,) = (desk.own / "workspaces").iterdir()
    saved.write_text(saved.read_text(encoding="utf-8").replace("true", "false"), encoding="utf-8")
    arranged = saved.read_bytes()
    settle(desk)
    assert saved.read_bytes() == arranged


DEAD = [sys.executable, "-c", "raise SystemExit(1)"]


@pytest.mark.parametrize(("port", "starts"), [(None, 3), (0, 1)])
def test_a_jupyterlab_that_does_not_come_up_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int | None, starts: int
) -> None:
    desk = student_desk(tmp_path, "开始.md", port=port if port is None else choose_port(None))
    begun = []
    monkeypatch.setattr("crmlab.desk.command", lambda one, browser: begun.append(one.port) or DEAD)
    with pytest.raises(MissingPart, match=r"jupyterlab\.log"):
        serve(desk, browser=False, ready=lambda url: pytest.fail(url))
    assert len(begun) == starts


@pytest.mark.slow
def test_a_jupyterlab_whose_port_was_taken_at_the_last_moment_is_started_again(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, heard = iter([DEAD]), []
    real = command
    monkeypatch.setattr(
        "crmlab.desk.command", lambda one, browser: next(calls, None) or real(one, browser=browser)
    )

    def ready(url: str) -> None:
        heard.append(status(url))
        raise KeyboardInterrupt

    serve(student_desk(workspace, "开始.md"), browser=False, ready=ready)
    assert heard == [200]


@pytest.mark.slow
def test_another_program_faster_at_the_port_is_not_taken_for_ours(
    workspace: Path, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "crmlab.desk.choose_port", lambda _named: taken
    )  # free when asked, taken a moment later
    heard = []

    def ready(url: str) -> None:
        heard.append((url, status(url)))
        raise KeyboardInterrupt

    serve(student_desk(workspace, "开始.md"), browser=False, ready=ready)
    ((url, answer),) = heard
    assert f":{taken}/" not in url and answer == 200


def status(url: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a POSIX signal here")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_the_student_sees_the_workspace_only_and_one_signal_ends_it(
    workspace: Path, sent: signal.Signals
) -> None:
    lab = run_lab(workspace, "zh")
    try:
        assert lab.stdout is not None
        url = lab.stdout.readline().strip()
        base, token = url.split("/lab/")[0], url.split("?")[1]
        assert status(f"{base}/api/contents/{PROJECT}?{token}") == 200
        assert status(f"{base}/api/contents/{PROJECT}") == 403, "the token is asked for"
        assert status(f"{base}/formgrader?{token}") == 404
        assert status(f"{base}/api/contents/.crmlab?{token}") == 404
        lab.send_signal(sent)
        assert lab.stdout.readline().strip() == "closed"
        assert lab.wait(timeout=30) == 0
        with pytest.raises(OSError):
            socket.create_connection((HOST, int(base.rsplit(":", 1)[1])), timeout=1)
    finally:
        lab.kill()
        lab.wait()
        if lab.stdout:
            lab.stdout.close()


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize(
    ("lang", "menu", "heading"), [("zh", "文件", "客户关系管理实训室"), ("en", "File", "The CRM")]
)
def test_a_browser_opens_on_the_start_page_and_asks_nobody_outside(
    workspace: Path, lang: str, menu: str, heading: str
) -> None:
    from playwright.sync_api import expect

    with opened(workspace, lang) as (page, url, outside):
        page.goto(url)
        expect(page.locator(".jp-RenderedMarkdown .crmlab-head h1")).to_contain_text(heading, timeout=60_000)
        expect(page.locator(".lm-MenuBar-itemLabel").first).to_have_text(menu)
        assert page.locator(".crmlab-tile").count() == 7
        head = page.locator(".crmlab-head").evaluate("e => getComputedStyle(e).backgroundImage")
        assert "gradient" in head, "the page has our style"
        page.locator(".crmlab-go a").first.click()
        expect(page.locator(".jp-Notebook h1")).to_contain_text("接待电话客户", timeout=60_000)
        assert outside == []


@pytest.mark.slow
@needs_browser
def test_an_open_start_page_shows_new_progress_by_itself_and_stays_when_the_lab_is_closed(
    workspace: Path,
) -> None:
    import json

    from playwright.sync_api import expect

    from crmlab import startpage

    with opened(workspace, "zh") as (page, url, outside):
        wrong = list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(url)
        state = page.locator(".jp-RenderedMarkdown .crmlab-state")
        expect(state).to_contain_text("0 / 1", timeout=60_000)
        page.locator(".lm-TabBar-addButton:visible").first.click()  # another tab of JupyterLab is in front
        expect(state).not_to_be_visible()
        told = {"schema": 1, "student": "2026001", "answers": {LAB: {"parts": {"pbx": "1"}}}}
        (workspace / PROJECT / "answers.json").write_text(json.dumps(told), encoding="utf-8")
        startpage.write(workspace)
        page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text="开始").click()
        expect(state).to_contain_text("1 / 1", timeout=4_000)  # at once, before the next look at the clock
        told["answers"] = {}
        (workspace / PROJECT / "answers.json").write_text(json.dumps(told), encoding="utf-8")
        startpage.write(workspace)
        expect(state).to_contain_text("0 / 1", timeout=20_000)  # while it is looked at
        page.route("**/api/contents/**", lambda route: route.abort())  # as when the lab is closed
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.wait_for_timeout(6_000)
        assert "0 / 1" in state.inner_text() and page.locator(".jp-Dialog").count() == 0
        assert outside == [] and wrong == []
