"""Own fields, chosen columns, saved views: each user's own, and masked like everything else."""

import pytest
from crm_forms import form_of

LIST = "/crm/crm/account/"


@pytest.fixture
def industry(book):
    from crmlab.crm.models import OwnField

    own = OwnField(model="account", name="客户行业类", kind="choice", choices="玩具\n相机")
    own.save()
    return own


def test_an_own_field_is_typed_found_filtered_and_shown(weili, industry, seen_by):
    client, url = seen_by("manager"), f"{LIST}{weili.pk}/change/"
    assert client.post(url, {**form_of(client, url), industry.key: "玩具"}).status_code == 302
    weili.refresh_from_db()
    assert weili.extra == {industry.key: "玩具"}
    client.post("/crm/my/account/", {"act": "columns", "column": ["name", industry.key]})
    assert "张伟丽" in client.get(LIST, {industry.key: "玩具"}).text
    assert "张伟丽" not in client.get(LIST, {industry.key: "相机"}).text
    assert "张伟丽" in client.get(LIST, {"q": "玩具"}).text
    grouped = client.get(LIST, {"_facets": "True"}).text  # how many of each kind there are
    assert "玩具 (1)" in grouped and "相机 (0)" in grouped
    assert [str(getattr(c, "__name__", c)) for c in client.get(LIST).context["cl"].list_display[1:]] == [
        "name",
        industry.key,
    ]


@pytest.mark.parametrize(("kind", "bad"), [("number", "many"), ("date", "soon"), ("choice", "飞机")])
def test_a_value_of_the_wrong_kind_is_refused(weili, seen_by, kind, bad):
    from crmlab.crm.models import OwnField

    own = OwnField(model="account", name="字段", kind=kind, choices="玩具")
    own.save()
    client, url = seen_by("manager"), f"{LIST}{weili.pk}/change/"
    answer = client.post(url, {**form_of(client, url), own.key: bad})
    assert answer.status_code == 200 and own.key in answer.context["adminform"].form.errors


def test_a_personal_own_field_is_masked(weili, seen_by):
    from crmlab.crm.models import OwnField

    own = OwnField(model="account", name="紧急电话", kind="text", personal=True)
    own.save()
    weili.extra = {own.key: "13911112222"}
    weili.save()
    for role, seen in (("csr", False), ("manager", True)):
        client = seen_by(role)
        client.post("/crm/my/account/", {"act": "columns", "column": ["name", own.key]})
        for page in (LIST, f"{LIST}{weili.pk}/change/"):
            assert ("13911112222" in client.get(page).text) is seen


def test_columns_are_each_user_s_own_and_hidden_ones_stay_masked(weili, seen_by):
    client = seen_by("csr")
    client.post("/crm/my/account/", {"act": "columns", "column": ["name", "phone", "version", "nonsense"]})
    page = client.get(LIST)
    assert "13800138000" not in page.text and "138****8000" in page.text
    assert [getattr(c, "__name__", c) for c in page.context["cl"].list_display if c != "action_checkbox"] == [
        "name",
        "masked_phone",
    ]
    assert len(seen_by("manager").get(LIST).context["cl"].list_display) > 4
    client.post("/crm/my/account/", {"act": "usual"})
    assert len(client.get(LIST).context["cl"].list_display) > 4


def test_a_view_is_kept_shown_and_dropped(weili, seen_by):
    from crmlab.crm.models import SavedView

    client = seen_by("sales")
    client.post("/crm/my/account/", {"act": "view", "name": "成都的", "query": "kind__exact=consumer&q=伟丽"})
    kept = SavedView.objects.get()
    client.get(LIST)  # tells that it was saved
    assert ">成都的</a>" in client.get(LIST).text and "成都的" not in seen_by("manager").get(LIST).text
    assert "张伟丽" in client.get(f"{LIST}?{kept.query}").text
    seen_by("manager").post("/crm/my/account/", {"act": "remove", "view": kept.pk})
    assert SavedView.objects.exists()
    client.post("/crm/my/account/", {"act": "remove", "view": kept.pk})
    assert not SavedView.objects.exists()


def test_lists_one_may_not_see_cannot_be_arranged(seen_by):
    client = seen_by("csr")
    assert client.post("/crm/my/opportunity/", {"act": "usual"}).status_code == 403
    assert client.post("/crm/my/nothing/", {"act": "usual"}).status_code == 404
    assert client.get("/crm/my/account/").status_code == 404


def test_who_may_only_look_sees_own_fields_by_their_names(weili, seen_by):
    from crmlab.crm.models import OwnField

    own = OwnField.objects.create(model="account", name="喜好", kind="choice", choices="积木\n拼图")
    weili.extra = {own.key: "积木"}
    weili.save()
    page = seen_by("marketing").get(f"/crm/crm/account/{weili.pk}/change/").text
    assert "喜好" in page and "积木" in page and "Own " not in page and "None" not in page


@pytest.mark.parametrize("role", ["csr", "marketing", "manager"])
def test_every_filter_that_is_offered_opens(weili, seen_by, role):
    from crmlab.crm.models import OwnField

    own = OwnField.objects.create(model="account", name="喜好", kind="choice", choices="积木\n拼图")
    for query in ("bin=1", "overdue=1", f"{own.key}=积木", "stage__exact=prospect"):
        assert seen_by(role).get(f"/crm/crm/account/?{query}").status_code == 200


def test_people_and_tables_are_called_by_their_names(weili, seen_by):
    from django.contrib.auth import get_user_model

    from crmlab.crm.models import ExportLog

    manager = get_user_model().objects.get(username="manager")
    note = ExportLog.objects.create(user=manager, model="account", rows=3, form="csv")
    client = seen_by("manager")
    for address in ("exportlog/", f"exportlog/{note.pk}/change/"):
        page = client.get(f"/crm/crm/{address}").text
        assert ">经理<" in page and ">客户<" in page and "ExportLog" not in page
    weili.owner = manager
    weili.save()
    assert ">经理</option>" in client.get(f"/crm/crm/account/{weili.pk}/change/").text


def test_history_and_what_a_merge_left_over_read_as_words(weili, seen_by):
    from crmlab.crm.merging import merge
    from crmlab.crm.models import Account

    twin = Account(name="张伟丽", phone="13911112222")
    twin.save()
    merge(weili, twin)
    page = seen_by("manager").get(f"/crm/crm/account/{weili.pk}/change/").text
    assert "<div>电话: 13911112222</div>" in page
    masked = seen_by("csr").get(f"/crm/crm/account/{weili.pk}/change/").text
    assert "13911112222" not in masked and "合并时保留的其他值" in masked
    history = seen_by("manager").get(f"/crm/crm/account/{weili.pk}/history/").text
    assert "改了什么" in history and "None" not in history
