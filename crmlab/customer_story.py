"""One customer's whole story, read from a market's tables and told as one page that needs nothing else."""

import html
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import charts
from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.places import DATASETS

if TYPE_CHECKING:
    import pandas as pd

    Frames = Mapping[str, pd.DataFrame]

ASKED = ("csat", "nps", "ces")  # of surveys, the answers of one question
DAY = 86_400
LATE = {
    "form_tracking": DAY,
    "truth_wish": DAY,
    "truth_loss": DAY,
}  # told at the end of their day, after what led to them
WRITTEN = {  # tables that do not say whose a row is, where the truth says it, and by which number
    "mails": ("truth_mail", "message_id"),
    "questions": ("truth_question", "message_id"),
    "form_tracking": ("truth_form", "form_id"),
}
MOOD = 2.5  # satisfaction lies within, standard units
SURVEY_STEP = 1000  # survey_id = wave * 1000 + month
STYLE = """
:root{color-scheme:light}
body{margin:0 auto;max-width:820px;padding:1.2rem;color:#1b2430;background:#fff;
 font:16px/1.6 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC","WenQuanYi Micro Hei",sans-serif}
h1{font-size:1.5rem;margin:0}h2{font-size:1rem;margin:1.2rem 0 .2rem;color:#4a5563}
p{margin:.2rem 0 .8rem}figure{margin:1rem 0}figure svg{width:100%;height:auto}
figcaption,.note{color:#4a5563;font-size:.88rem}
ol{list-style:none;margin:0;padding:0 0 0 .9rem;border-left:3px solid #d7dce4}
li{padding:.1rem 0;display:flex;align-items:baseline}time{flex:none;width:3.4rem;color:#4a5563;font-variant-numeric:tabular-nums}
.truth{color:#9a3412;background:#fff7ed;border-radius:4px;padding:.05rem .4rem}
@media print{body{max-width:none;padding:0}}
"""


@dataclass(frozen=True)
class Event:
    """One sentence of the story: its day, whether nobody in the firm knows it, and the words."""

    day: int
    truth: bool
    text: str


def read(market: str, folder: Path | None = None) -> dict[str, "pd.DataFrame"]:
    """Return the tables of a data set in Parquet, its truth too if it is there; the market's demo unless told.

    Raises LabError when there is none.
    """
    import pandas as pd

    home = folder or DATASETS / market / "demo"
    if not (home / "customers.parquet").is_file():
        ready = sorted(path.parents[1].name for path in DATASETS.glob("*/demo/customers.parquet"))
        raise LabError(
            f"{market}（{home}）：没有这个市场的数据；市场请选 {'、'.join(ready)}，"
            "或用 --data 指向 dataset build 写出的文件夹（parquet）"
        )
    if folder is not None and (home / "manifest.json").is_file():
        told = json.loads((home / "manifest.json").read_text(encoding="utf-8"))["recipe"]["market"]
        if told != market:
            raise LabError(f"--data {home}：里面是 {told} 市场的数据，不是 {market}；请写 story {told} …")
    files = [*home.glob("*.parquet"), *(home / "truth").glob("truth_*.parquet")]
    return {path.stem: pd.read_parquet(path) for path in sorted(files)}


def events(tables: "Frames", market: str, customer: int, *, lang: str = "zh") -> list[Event]:
    """Return what happened to a customer, in order of time; LabError if nobody has this number."""
    known = tables["customers"]["customer_id"]
    if not (known == customer).any():
        some = "、".join(str(one) for one in known.head(3))
        raise LabError(f"客户 {customer}：没有这个编号；请用 customers 表里的编号，如 {some}")
    made: list[tuple[int, int, int, Event]] = []
    for place, (name, told) in enumerate(_words()["events"].items()):
        if name not in tables:
            continue
        mine = _dated(tables, name, customer)
        sentence = told.get(f"{market}_{lang}", told[lang])
        for row in mine.to_dict("records"):
            day = int(row["day"])
            own = told.get(f"{row.get(told.get('by'))}_{lang}", sentence)
            event = Event(day, told.get("truth", False), own.format_map(_told(row, lang)))
            made.append((day, int(row.get("at", LATE.get(name, 0))), place, event))
    return [event for *_, event in sorted(made, key=lambda one: one[:3])]


def page(tables: "Frames", market: str, customer: int, *, lang: str = "zh") -> str:
    """Return the page: who it is, what was paid and felt month by month, and the story. LabError as `events`."""
    _ = translator(lang)
    told = events(tables, market, customer, lang=lang)
    person = tables["customers"].set_index("customer_id").loc[customer]
    title = html.escape(_("客户 {number}：{name}").format(number=customer, name=_named(tables, customer)))
    about = _("{city}，{year} 年生，手机 {phone}").format(
        city=person["city"],
        year=person["birth_year"],
        phone=_masked(str(person["phone"])),
    )
    marked, meaning = html.escape(_("这样标出的")), html.escape(_("只有世界知道，企业看不到。"))
    return (
        f'<!DOCTYPE html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{html.escape(about)}</p>{_picture(tables, customer, _)}"
        f"<p class=note><span class=truth>{marked}</span> {meaning}</p>{_timeline(tables, told, _)}</body></html>\n"
    )


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((DATASETS / "stories.toml").read_text(encoding="utf-8"))


def _dated(tables: "Frames", name: str, customer: int) -> "pd.DataFrame":
    """Return a customer's rows of a table, each with its day; bills with the use they are about."""
    if name in WRITTEN:
        return _written(tables, name, customer)
    mine = tables[name][tables[name]["customer_id"] == customer]
    if name == "contracts":
        return mine.assign(day=mine["start_day"])
    if name == "truth_failure":
        return mine.merge(tables["orders"][["order_id", "day", "at"]], on="order_id")
    if name == "bills":
        return mine.merge(tables["usage"], on=["customer_id", "month"])
    if name == "survey_answers":
        mine = mine[mine["instrument"].isin(ASKED)]
        last = tables["calendar"].groupby("month")["day"].max()
        return mine.assign(day=(mine["survey_id"] % SURVEY_STEP).map(last))
    return mine


def _written(tables: "Frames", name: str, customer: int) -> "pd.DataFrame":
    """Return what was written by or of a customer: only the truth knows whose it is, so nothing without it."""
    truth, number = WRITTEN[name]
    if truth not in tables:
        return tables[name].iloc[:0]
    whose = tables[truth]
    if "form" in whose:
        whose = whose[(whose["form"] == name.removeprefix("form_")) & ~whose["double"]]
    mine = whose.loc[whose["customer_id"] == customer, number]
    return tables[name][tables[name][number].isin(mine)]


def _told(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return a row with the words of the language for its codes; numbers stay numbers."""
    made, words = dict(row), _words()["words"]
    for name, value in row.items():
        if name in words and str(value) in words[name]:
            made[name] = words[name][str(value)][0 if lang == "zh" else 1]
    return made


def _named(tables: "Frames", customer: int) -> str:
    """Return the customer's name, behind that of the firm where customers are firms."""
    person = str(tables["customers"].set_index("customer_id")["name"].loc[customer])
    if "accounts" not in tables:
        return person
    return f"{tables['accounts'].set_index('customer_id')['firm'].loc[customer]} · {person}"


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def _timeline(tables: "Frames", told: list[Event], _: Any) -> str:
    dates = dict(zip(tables["calendar"]["day"], tables["calendar"]["date"], strict=True))
    parts, month = [], ""
    for event in told:
        date = dates.get(event.day, "")
        now = date[:7] or _("开始之前")
        if now != month:
            parts.append(f"{'</ol>' if month else ''}<h2>{html.escape(now)}</h2><ol>")
            month = now
        kind = " class=truth" if event.truth else ""
        parts.append(f"<li><time>{date[5:]}</time> <span{kind}>{html.escape(event.text)}</span></li>")
    nothing = html.escape(_("没有发生过什么。"))
    return "".join(parts) + ("</ol>" if parts else f"<p>{nothing}</p>")


def _picture(tables: "Frames", customer: int, _: Any) -> str:
    """Return what was paid month by month as bars, and satisfaction as a line where the truth is at hand."""
    import matplotlib.pyplot as plt
    import pandas as pd
    from matplotlib.ticker import MaxNLocator

    calendar = tables["calendar"].set_index("day")["month"]
    paid = [
        one[one["customer_id"] == customer][["day", "amount"]]
        for one in (tables.get("orders"), tables.get("bills"))
        if one is not None
    ]
    rows = pd.concat(paid)
    months = range(int(calendar.max()) + 1)
    yuan = rows.groupby(rows["day"].map(calendar))["amount"].sum().reindex(months, fill_value=0.0)
    with charts.quiet(), plt.rc_context({"svg.fonttype": "none"}):
        figure, axes = plt.subplots(figsize=(7.2, 2.6), layout="constrained")
        axes.bar(yuan.index + 1, yuan, color="#9db4d3")
        axes.set_xlim(0.4, len(yuan) + 0.6)
        axes.set_xlabel(_("第几个月"))
        axes.set_ylabel(_("元"))
        axes.set_ylim(0.0, max(1.08 * float(yuan.max()), 1.0))  # who paid nothing has an axis all the same
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if "truth_month" in tables:
            mood = tables["truth_month"].query("customer_id == @customer")
            other = axes.twinx()
            line = mood.set_index("month")["satisfaction"].reindex(months)  # no line where he was gone
            other.plot(line.index + 1, line, color="#9a3412")
            other.set_ylim(-MOOD, MOOD)
            other.axhline(0.0, color="#9a3412", linewidth=0.5, linestyle=":")
            other.set_ylabel(_("满意度（真相）"), color="#9a3412")
        drawn = charts.svg(figure)
        plt.close(figure)
    note = html.escape(_("柱：每月付的钱；线：满意度，0 为不好不坏（真相，企业看不到）"))
    return f"<figure>{drawn}<figcaption>{note}</figcaption></figure>"
