"""A trainee's work on the morning: every event as a good trainee records it, in the words of the call form."""

from typing import Any

GOOD: dict[str, dict[str, Any]] = {
    "stationer_repeat_order": {
        "reason": "order", "who": "吴志强", "result": "再订 200 本笔记本", "next_step": "回话", "next_on": "2026-12-01",
    },
    "chen_new_number": {"reason": "change", "who": "陈思远", "result": "换号", "account": "陈思远", "change": "13900000106"},
    "kindergarten_enquiry": {
        "reason": "enquiry", "who": "周园长", "result": "要一批积木，先发目录", "link": "new", "name": "阳光幼儿园", "amount": 20000,
    },
    "harassing_call": {"reason": "harassment", "result": "说粗话，不讲事由", "link": "none"},
    "li_complaint": {"reason": "complaint", "who": "李桂芳", "result": "电饭锅不通电，要求换", "case": "电饭锅不通电"},
    "school_visitor": {
        "kind": "visit", "reason": "enquiry", "who": "赵老师", "result": "看中跳绳", "next_step": "报价", "next_on": "2026-11-30",
    },
    "supplier_mail": {
        "kind": "mail", "reason": "cooperation", "who": "孙悦", "result": "会员日海报", "next_step": "安排面谈",
        "link": "new", "name": "成都蓝天广告有限公司",
    },
    "li_again": {"reason": "complaint", "who": "李桂芳", "result": "追问何时能换"},
    "stationer_colleague": {
        "reason": "change", "who": "何静", "result": "以后对账找她", "account": "成都启明文具有限公司", "person": "何静",
    },
    "walk_in_buyer": {
        "kind": "visit", "reason": "order", "who": "马晓东", "result": "买了一只书包", "link": "new", "name": "马晓东",
    },
    "wrong_number": {"reason": "other", "result": "打错了", "link": "none"},
    "repair_mail": {
        "kind": "mail", "reason": "repair", "who": "陈思远", "result": "抽屉拉不开", "next_step": "派人上门", "next_on": "2026-11-27",
    },
}  # fmt: skip


def step(text: str) -> dict[str, str]:
    """Return what the call form is sent for a next step in one's own words, or for none."""
    return {"next_step": "own", "next_own": text} if text else {"next_step": "end"}


def work(client: Any, phones: dict[str, str], told: dict[str, dict[str, Any]] = GOOD) -> None:
    """Record every event of `told` through the pages of the CRM."""
    from crmlab.crm.models import Account, Activity, Case, Opportunity, Person

    for name, one in told.items():
        plain = {
            key: one[key] for key in ("reason", "who", "result", "next_on", "link", "name") if key in one
        }
        sent = {
            "kind": one.get("kind", "call_in"),
            "phone": phones[name],
            **plain,
            **step(one.get("next_step", "")),
        }
        assert client.post("/crm/record/", sent).status_code == 302, name
        activity = Activity.objects.order_by("-id").first()
        account = Account.objects.filter(name=one.get("account", "")).first() or activity.account
        if account is not None and activity.account is None:
            activity.account = account
            activity.save()
        if "change" in one:
            account.phone = one["change"]
            account.save()
        if "case" in one:
            Case(title=one["case"], account=account).save()
        if "amount" in one:
            Opportunity(name="积木", account=account, amount=one["amount"]).save()
        if "person" in one:
            Person(name=one["person"], account=account, phone=phones[name]).save()
        client.post("/crm/event/", {"event": name})
