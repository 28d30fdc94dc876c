"""The file: foreign and broken ones refused, the way of migrations equal to today's tables, several projects, the door."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from crm_forms import TOKEN, form_of

from crmlab.crm.place import Place
from crmlab.errors import LabError


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as file:
        return sorted(
            file.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name LIKE 'crm%'")
        )


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\x00" + b"\x07" * 3000])
def test_what_is_no_database_is_refused_and_stays_as_it_is(book, tmp_path, content):
    from crmlab.crm.book import prepare

    path = tmp_path / "other.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LabError, match=r"other\.sqlite3"):
        prepare(Place(path))
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_refused(book, tmp_path):
    from crmlab.crm.book import check

    path = tmp_path / "shop.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE orders (id)")
    with pytest.raises(LabError, match="不是本系统的"):
        check(path)


def test_ours_with_a_program_inside_or_a_torn_page_is_refused(weili, book):
    from crmlab.crm.book import check

    content = bytearray(book.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    (torn := book.with_name("torn.sqlite3")).write_bytes(content)
    with pytest.raises(LabError, match=r"torn\.sqlite3"):
        check(torn)
    with closing(sqlite3.connect(book)) as file:
        file.execute("CREATE TRIGGER t AFTER UPDATE ON crm_account BEGIN DELETE FROM crm_account; END")
    with pytest.raises(LabError, match="不是本系统的"):
        check(book)


def test_a_folder_that_cannot_be_written_ends_in_one_sentence(book, tmp_path):
    from crmlab.crm.book import prepare

    (tmp_path / "wall").write_text("")
    with pytest.raises(LabError, match="写不进去"):
        prepare(Place(tmp_path / "wall" / "crm.sqlite3"))


@pytest.mark.slow
def test_the_tables_of_today_are_those_the_migrations_lead_to(book, tmp_path):
    code = """
import sys
from pathlib import Path
from crmlab.crm.place import Place
from crmlab.crm.settings import open_place
open_place(Place(Path(sys.argv[1])))
from django.core.management import call_command
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
call_command("migrate", verbosity=0)
"""
    walked = tmp_path / "walked.sqlite3"
    subprocess.run([sys.executable, "-c", code, str(walked)], check=True, timeout=120)

    def columns(path: Path) -> dict[str, list[tuple]]:
        with closing(sqlite3.connect(path)) as file:
            names = [name for name, _ in schema(path)]
            return {
                name: sorted(row[1:] for row in file.execute(f'PRAGMA table_info("{name}")'))
                for name in names
            }

    assert columns(walked) == columns(book)


def test_two_people_who_save_at_once_lose_nothing(weili, seen_by):
    first, second = seen_by("manager"), seen_by("leader")
    url = f"/crm/crm/account/{weili.pk}/change/"
    one, two = form_of(first, url), form_of(second, url)
    assert first.post(url, {**one, "industry": "玩具"}).status_code == 302
    refused = second.post(url, {**two, "city": "重庆"})
    assert refused.status_code == 200 and "经理 已经改过" in refused.text and 'value="重庆"' in refused.text
    weili.refresh_from_db()
    assert (weili.industry, weili.city) == ("玩具", "成都")
    assert second.post(url, {**form_of(second, url), "city": "重庆"}).status_code == 302
    weili.refresh_from_db()
    assert (weili.industry, weili.city) == ("玩具", "重庆")


def test_many_threads_that_write_wait_for_one_another(book):
    from django.db import connection

    from crmlab.crm.models import Account, Activity

    def work(name: str) -> None:
        for k in range(5):
            account = Account(name=f"{name}{k}")
            account.save()
            Activity(who=name, account=account).save()
        connection.close()

    threads = [threading.Thread(target=work, args=(f"客户{k}-",)) for k in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (Account.objects.count(), Activity.objects.count()) == (20, 20)
    assert len(set(Account.objects.values_list("number", flat=True))) == 20


def test_the_door_opens_to_the_token_only(book):
    from django.test import Client

    for address in ("/crm/", "/crm/?token=wrong", "/crm/crm/account/", "/crm/login/", "/nothing/"):
        answer = Client().get(address)
        assert answer.status_code == 403 and "启动时显示的网址" in answer.text
    assert Client().get("/crm/", headers={"X-Crm-Token": "wrong"}).status_code == 403
    assert Client().get("/crm/", headers={"X-Crm-Token": TOKEN}).status_code == 200
    client = Client()
    assert client.get(f"/crm/?token={TOKEN}")["Location"] == "/crm/"
    assert client.get("/crm/").status_code == 200
    (cookie,) = (one for name, one in client.cookies.items() if not name.startswith("crm_form"))
    assert cookie["path"] == "/crm/" and cookie["httponly"]


def test_a_host_that_is_not_this_machine_is_refused(seen_by):
    assert seen_by("manager").get("/crm/", headers={"Host": "evil.example"}).status_code == 400


def test_one_may_turn_to_the_crm_of_another_project_and_back(book, tmp_path):
    from django.test import Client

    from crmlab.crm.models import Account
    from crmlab.crm.settings import open_place
    from crmlab.crm.shelf import first

    for project, title in (("project01_intro", "认识"), ("project02_leads", "开发")):
        (tmp_path / "w" / project).mkdir(parents=True)
        (tmp_path / "w" / project / "project.toml").write_text(f'title = "{title}"', encoding="utf-8")
    assert first(tmp_path / "w").path == tmp_path / "w" / "project01_intro" / "crm.sqlite3"
    open_place(Place(book, token=TOKEN, shelf=tmp_path / "w"))
    client = Client(headers={"X-Crm-Token": TOKEN})
    assert client.post("/crm/book/", {"project": "project02_leads"}).status_code == 302
    assert "开发" in client.get("/crm/").text
    Account(name="只在第二本").save()
    assert client.post("/crm/book/", {"project": "project01_intro"}).status_code == 302
    assert Account.objects.count() == 0
    refused = client.post("/crm/book/", {"project": "../../etc"})
    assert refused.status_code == 400 and "project01_intro、project02_leads" in refused.text
    os.utime(tmp_path / "w" / "project02_leads" / "crm.sqlite3", (2e9, 2e9))
    assert first(tmp_path / "w").project == "project02_leads"


def test_one_enters_the_crm_of_a_project_in_the_role_that_it_names(book, tmp_path):
    from django.test import Client

    from crmlab.crm.settings import open_place

    for project, role in (("project01_intro", ""), ("project03_phone", "csr"), ("project04_none", "chief")):
        (tmp_path / project).mkdir()
        told = f'title = "实训"\ncrm_role = "{role}"' if role else 'title = "实训"'
        (tmp_path / project / "project.toml").write_text(told, encoding="utf-8")
    open_place(Place(book, token=TOKEN, shelf=tmp_path))
    client = Client(headers={"X-Crm-Token": TOKEN})

    def seen(page: str) -> tuple[str, int]:
        shown = client.get(page, follow=True)
        return str(shown.context["crm_role"].key), sum(
            len(app["models"]) for app in shown.context["app_list"]
        )

    (manager, all_menus), (agent, own_menus) = (
        seen(f"/crm/enter/{project}/bench/") for project in ("project01_intro", "project03_phone")
    )
    assert (manager, agent) == ("manager", "csr") and own_menus < all_menus - 5
    client.post("/crm/role/", {"role": "leader"})
    assert seen("/crm/enter/project03_phone/bench/")[0] == "leader", "who changed the role keeps it"
    refused = client.get("/crm/enter/project04_none/bench/")
    assert refused.status_code == 400 and "没有角色 chief" in refused.text


def test_a_role_that_does_not_exist_is_refused(seen_by):
    with pytest.raises(LabError, match="chief"):
        Place(Path("x"), role="chief")
    answer = seen_by("csr").post("/crm/role/", {"role": "chief"})
    assert answer.status_code == 400 and "没有这个角色" in answer.text
