"""A student's JupyterLab in a process of its own, for tests that look at it through a real browser."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmlab.doctor import find_browser

needs_browser = pytest.mark.skipif(not find_browser(), reason="没有 Chromium：sudo apt install chromium")

SCRIPT = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background passes it over
from crmlab import startpage
from crmlab.desk import serve, student_desk

w, lang = Path(sys.argv[1]), sys.argv[2]
page = startpage.write(w, lang=lang)
serve(student_desk(w, page.name, lang=lang), browser=False, ready=lambda url: print(url, flush=True))
print('closed', flush=True)
"""


def run_lab(workspace: Path, *options: str) -> subprocess.Popen[str]:
    """Start the desk of `workspace` in a process of its own; its first line is the address."""
    call = [sys.executable, "-c", SCRIPT, str(workspace), *options]
    return subprocess.Popen(call, stdout=subprocess.PIPE, text=True)


@contextmanager
def desk(workspace: Path, lang: str) -> Iterator[tuple[Any, str, list[str]]]:
    """Yield a browser page, the desk's address, and the list of requests that went elsewhere."""
    from playwright.sync_api import sync_playwright

    lab = run_lab(workspace, lang)
    assert lab.stdout is not None
    try:
        url = lab.stdout.readline().strip()
        base, outside = url.split("/lab/")[0], list[str]()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(120_000)
            page.on("request", lambda r: None if _local(r.url, base) else outside.append(r.url))
            yield page, url, outside
            browser.close()
    finally:
        lab.terminate()
        lab.wait(timeout=30)
        lab.stdout.close()


def start_page(page: Any, url: str, *, tries: int = 3) -> None:
    """Open the start page; once more where a JupyterLab under load has swallowed its own beginning."""
    from playwright.sync_api import TimeoutError as Late

    for n in range(1, tries + 1):
        page.goto(url)
        try:
            page.wait_for_selector(".jp-RenderedMarkdown .crmlab", timeout=45_000)
            return
        except Late:
            if n == tries:
                raise


def past_dialogs(page: Any) -> list[str]:
    """Say yes to every dialog JupyterLab has put before the page, as a student does; what they said."""
    said = list[str]()
    for dialog in page.locator(".jp-Dialog").all():
        said.append(dialog.inner_text())
        dialog.locator(".jp-mod-accept").click()
        dialog.wait_for(state="detached")
    return said


def _local(url: str, base: str) -> bool:
    return url.startswith((base, base.replace("http", "ws"), "data:", "blob:", "about:"))
