"""Two students on one machine, each with a CRM behind a hub's address: one browser, and neither sees the other's."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.slow


class Neighbour:
    """One student's CRM as jupyter-server-proxy starts it, in a process of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base, self.token = f"/user/{name}/crm/", f"token of {name}"
        self.file, self.url = folder / f"{name}.sqlite3", f"http://127.0.0.1:{port}{self.base}"
        words = ["crm", "--file", str(self.file), "--behind", self.base, "--port", str(port)]
        told = {**os.environ, "CRMLAB_CRM_TOKEN": self.token, "CRMLAB_CRM_LANG": "zh"}
        self.process = subprocess.Popen([sys.executable, "-m", "crmlab", *words], env=told)

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url, timeout=5)
        except urllib.error.HTTPError as refusal:
            return refusal.code == 403
        except OSError:
            return False
        return True


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Neighbour, Neighbour]]:
    folder = tmp_path_factory.mktemp("hub")
    both = Neighbour("anna", folder), Neighbour("ben", folder)
    try:
        for _attempt in range(300):
            if all(one.answers() for one in both):
                break
            time.sleep(0.2)
        yield both
    finally:
        for one in both:
            one.process.terminate()
            one.process.wait(timeout=20)


def ask(browser, url, *, token="", cookie="", sent=None):
    heads = {"X-Crm-Token": token} if token else {}
    heads |= {"Cookie": cookie} if cookie else {}
    data = None if sent is None else urlencode(sent).encode()
    try:
        with browser.open(urllib.request.Request(url, data, heads), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def test_neighbours_on_one_hub_do_not_see_each_other(two):
    anna, ben = two
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    for one, name in ((anna, "安娜的客户"), (ben, "小本的客户")):
        status, page = ask(browser, one.url, token=one.token)
        assert status == 200
        form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        told = {
            "kind": "call_in",
            "reason": "enquiry",
            "who": "某人",
            "link": "new",
            "name": name,
            "next_step": "end",
        }
        status, _page = ask(
            browser, f"{one.url}record/", token=one.token, sent={**told, "csrfmiddlewaretoken": form}
        )
        assert status == 200
    hers, his = (ask(browser, f"{one.url}crm/account/")[1] for one in (anna, ben))  # by cookie alone
    assert "安娜的客户" in hers and "小本的客户" not in hers
    assert "小本的客户" in his and "安娜的客户" not in his
    assert {cookie.path for cookie in jar} == {anna.base, ben.base}
    assert len({cookie.name for cookie in jar}) == len(list(jar))


def test_neither_the_token_nor_the_session_of_one_opens_the_other(two):
    anna, ben = two
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    assert ask(browser, ben.url, token=anna.token)[0] == 403
    assert ask(browser, anna.url, token=anna.token)[0] == 200
    stolen = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    plain = urllib.request.build_opener()
    assert ask(plain, ben.url, cookie=stolen)[0] == 403
    name = next(cookie for cookie in jar if not cookie.name.startswith("crm_form")).name
    ask(browser, ben.url, token=ben.token)
    other = next(
        cookie.name for cookie in jar if cookie.path == ben.base and not cookie.name.startswith("crm_form")
    )
    renamed = stolen.replace(f"{name}=", f"{other}=")
    assert ask(plain, ben.url, cookie=renamed)[0] == 403  # signed with another key
