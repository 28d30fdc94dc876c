"""Tables in and out: encodings, bad rows, duplicates, cards; nothing half imported, nothing out unseen."""

import io
import re

import pytest
from crm_forms import MAIL, PHONE

from crmlab.errors import LabError

CARD = "BEGIN:VCARD\nVERSION:{v}\nFN:赵六\nN:赵;六;;;\nTEL;TYPE=cell{u}+86-138-0013-9999\nORG:相机公司;销售部\nEND:VCARD\n"


def take_in(client, table, content, *, form=0, again=False):
    """The preview's page; when nothing was wrong, confirmed."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    told = {
        "format": form,
        "import_file": SimpleUploadedFile("file", content),
        **({"again": "on"} if again else {}),
    }
    preview = client.post(f"/crm/crm/{table}/import/", told)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', preview.text))
    if "import_file_name" in hidden:
        if again:
            hidden["again"] = "on"
        assert client.post(f"/crm/crm/{table}/process_import/", hidden).status_code == 302
    return preview


def take_out(client, table, form=0):
    page = client.get(f"/crm/crm/{table}/export/")
    if page.status_code != 200:
        return page
    names = set(re.findall(r'name="(\w+rows_\w+)"', page.text))
    return client.post(
        f"/crm/crm/{table}/export/", {"format": form, "resource": "", **dict.fromkeys(names, "on")}
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_table_comes_in_whatever_encoding_it_was_saved(seen_by, encoding):
    from crmlab.crm.models import Person

    take_in(
        seen_by("manager"),
        "person",
        "姓名,手机,客户,生日\n张伟丽,13800138000,幸福玩具,1990/1/2\n,,,\n".encode(encoding),
    )
    one = Person.objects.get()
    assert (one.name, one.phone, one.account.name, f"{one.birth_date}") == (
        "张伟丽",
        PHONE,
        "幸福玩具",
        "1990-01-02",
    )


def test_a_workbook_keeps_numbers_of_telephones(seen_by):
    from openpyxl import Workbook

    from crmlab.crm.models import Account

    book, file = Workbook(), io.BytesIO()
    book.active.append(["客户名称", "电话", "客户类型", "重要客户（VIP）"])
    book.active.append(["幸福玩具", 13800138000, "企业客户", "是"])
    book.save(file)
    take_in(seen_by("manager"), "account", file.getvalue(), form=1)
    assert Account.objects.values_list("name", "phone", "kind", "vip").get() == (
        "幸福玩具",
        PHONE,
        "business",
        True,
    )


@pytest.mark.parametrize(("version", "sign"), [("3.0", ":"), ("4.0", ";VALUE=uri:tel:")])
def test_address_cards_of_both_versions_come_in(seen_by, version, sign):
    from crmlab.crm.models import Person

    take_in(seen_by("manager"), "person", CARD.format(v=version, u=sign).encode(), form=2)
    assert Person.objects.values_list("name", "phone", "account__name").get() == (
        "赵六",
        "+86-138-0013-9999",
        "相机公司",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("姓名,生日\n王五,昨天\n李四,1990-01-01\n", "不是日期"),
        ("姓名,电子邮箱\n王五,nobody\n李四,\n", 'field-label">电子邮箱<'),
        ("姓名,手机\n李四,1\n,13700000000\n", 'field-label">姓名<'),
        ("颜色,味道\n红,甜\n", "列名"),
        ("姓名,联系方式\n王五,13700000000\n", "不认得的列：联系方式"),
    ],
)
def test_one_bad_row_is_shown_and_nothing_comes_in(seen_by, content, said):
    from crmlab.crm.models import Account, Person

    preview = take_in(seen_by("manager"), "person", content.encode())
    assert "Traceback" not in preview.text and "site-packages" not in preview.text
    assert said in preview.text and (Person.everything.count(), Account.everything.count()) == (0, 0)


def test_rows_that_seem_to_be_there_are_shown_and_come_in_only_when_wanted(weili, seen_by):
    from crmlab.crm.models import Account

    table = "客户名称,电话\n伟丽,138-0013-8000\n".encode()
    assert "可能重复：张伟丽" in take_in(seen_by("manager"), "account", table).text
    assert Account.objects.count() == 1
    take_in(seen_by("manager"), "account", table, again=True)
    assert Account.objects.count() == 2


def test_two_rows_of_one_file_can_be_duplicates_too(seen_by):
    preview = take_in(
        seen_by("manager"), "account", "客户名称,电话\n甲,13700000000\n乙,13700000000\n".encode()
    )
    assert "可能重复：甲" in preview.text


def test_a_row_with_a_number_changes_the_record_and_history_tells(weili, seen_by):
    take_in(seen_by("manager"), "account", f"客户编号,城市\n{weili.number},重庆\n".encode())
    weili.refresh_from_db()
    assert (weili.city, weili.phone, weili.history.count()) == ("重庆", PHONE, 2)
    assert weili.history.first().history_user.username == "manager"


@pytest.mark.parametrize("role", ["csr", "leader", "marketing"])
def test_who_has_no_right_brings_nothing_in(seen_by, role):
    assert seen_by(role).get("/crm/crm/account/import/").status_code == 403


@pytest.mark.parametrize("role", ["csr", "leader", "sales"])
def test_who_has_no_right_takes_nothing_out(weili, seen_by, role):
    from crmlab.crm.models import ExportLog

    assert take_out(seen_by(role), "account").status_code == 403 and not ExportLog.objects.exists()


@pytest.mark.parametrize("form", [0, 2, 3])
def test_what_marketing_takes_out_is_masked_and_logged(weili, seen_by, form):
    from crmlab.crm.models import ExportLog

    text = take_out(seen_by("marketing"), "account", form).content.decode("utf-8-sig")
    assert "张伟丽" in text
    assert not any(secret in text for secret in (PHONE, MAIL, "幸福路8号", "85551234"))
    log = ExportLog.objects.get()
    assert (log.user.username, log.rows, log.masked) == ("marketing", 1, True)


@pytest.mark.parametrize("form", [0, 1, 2])
def test_what_goes_out_comes_in_again(weili, seen_by, form):
    from crmlab.crm.models import Account

    client = seen_by("manager")
    content = take_out(client, "account", form).content
    Account.everything.all().delete()
    take_in(client, "account", content, form=form)
    one = Account.objects.get()
    assert (one.name, one.phone, one.e_mail, one.notes) == ("张伟丽", PHONE, MAIL, weili.notes)


def test_a_formula_goes_out_as_text(weili, seen_by):
    weili.industry = "=1+1"
    weili.save()
    assert ",'=1+1," in take_out(seen_by("manager"), "account").content.decode("utf-8-sig")


def test_a_file_of_no_known_encoding_is_refused(book):
    from crmlab.crm.exchange.formats import text_of

    with pytest.raises(LabError, match="编码"):
        text_of(b"\x81\x20\xff\xff\x80")
