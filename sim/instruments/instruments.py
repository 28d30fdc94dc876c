"""The instruments of a firm, read at the end of a story: surveys, visits to its pages, its mailbox, its paper cards."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim import tables
from sim.instruments import baskets, cards, clicks, forms, mailbox, occasions, panel, surveys, visits
from sim.market import opinions
from sim.market.settings import FIRST, kind_of
from sim.market.story import Story
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

    Frames = dict[str, pd.DataFrame]

SEEN = (
    "order_lines",
    "panel",
    "survey_invitations",
    "survey_answers",
    "sessions",
    "clicks",
    "mails",
    "questions",
    "paper_cards",
    *forms.FORMS,
)
TRUTH = (
    "truth_opinion",
    "truth_survey",
    "truth_clicks",
    "truth_mail",
    "truth_question",
    "truth_card",
    "truth_form",
)
SHOP_ONLY = ("order_lines",)  # baskets


class Read(NamedTuple):
    """What the instruments show (`visible`) and what is behind it (`hidden`), tables by name."""

    visible: "Frames"
    hidden: "Frames"


def read(
    story: Story,
    people: "pd.DataFrame",
    seed: int,
    *,
    lang: str = "zh",
    truth: bool = True,
    contacts: "pd.DataFrame | None" = None,
) -> Read:
    """Return the tables of SEEN and, with `truth`, those of TRUTH; those of SHOP_ONLY of shops only.

    `people` is the table `customers` of the story, people and all; `contacts` the table `account_contacts`, where firms
    are the customers. InputError for an unknown language.
    """
    streams = Streams(seed, "instruments")
    visible, hidden = _surveys(story, streams, truth)
    for name, frame in _visits(story, streams, truth).items():
        (hidden if name in TRUTH else visible)[name] = frame
    visible["panel"] = _panel(story, streams)
    if kind_of(story.settings) == FIRST:
        visible["order_lines"] = _lines(story, streams)
    post = _post(story, people, contacts, streams, lang)
    visible |= {"mails": post.mails, "questions": post.questions}
    drawer = cards.cards(people, int(story.almanac.first[story.months]), streams, lang=lang)
    visible["paper_cards"] = drawer.cards
    folders = forms.forms(story, people, seed, streams, contacts=contacts, lang=lang)
    visible |= folders.tables
    if truth:
        hidden["truth_form"] = folders.truth
        hidden |= {"truth_mail": post.truth_mails, "truth_question": post.truth_questions}
        hidden["truth_card"] = drawer.truth
    return Read(
        {name: visible[name] for name in SEEN if name in visible},
        {name: hidden[name] for name in TRUTH if name in hidden},
    )


def _post(
    story: Story, people: "pd.DataFrame", contacts: "pd.DataFrame | None", streams: Streams, lang: str
) -> mailbox.Post:
    """Return what was written to the firm; where nothing happened, nothing was."""
    about = occasions.occasions(story, streams)
    if not len(about):
        return mailbox.Post(
            *(_stacked(name, []) for name in ("mails", "questions", "truth_mail", "truth_question"))
        )
    return mailbox.post(about, _writers(people, contacts), streams, lang=lang, market=kind_of(story.settings))


def _writers(people: "pd.DataFrame", contacts: "pd.DataFrame | None") -> "pd.DataFrame":
    """Return the addresses of who writes: the customer, and for a firm each of its people by role."""
    own = people[["customer_id", "e_mail"]]
    if contacts is None:
        return own
    wide = contacts.pivot(index="customer_id", columns="role", values="e_mail").add_prefix("e_mail_")
    return own.merge(wide, on="customer_id")


def _surveys(story: Story, streams: Streams, truth: bool) -> tuple["Frames", "Frames"]:
    """Return invitations and answers of every survey noted in the story, and its truth."""
    import pandas as pd

    noted = pd.DataFrame(story.arrays("truth_opinion"))
    parts: dict[str, list[pd.DataFrame]] = {}
    for survey_id, asked in noted.groupby("survey_id") if len(noted) else ():
        plan = opinions.plan(int(survey_id))
        asked = asked.drop(columns="survey_id").sort_values("customer_id", ignore_index=True)
        work = surveys.fieldwork(asked, plan, streams)
        parts.setdefault("survey_invitations", []).append(work.invitations)
        parts.setdefault("survey_answers", []).append(work.answers)
        if truth:
            parts.setdefault("truth_survey", []).append(surveys.truth(asked, plan, streams))
    names = ("survey_invitations", "survey_answers", *(["truth_survey"] * truth))
    made = {name: _stacked(name, parts.get(name, [])) for name in names}
    hidden = {"truth_survey": made.pop("truth_survey")} if truth else {}
    if truth:
        hidden["truth_opinion"] = _stacked("truth_opinion", [noted] if len(noted) else [])
    return made, hidden


def _visits(story: Story, streams: Streams, truth: bool) -> "Frames":
    """Return sessions and clicks of the trial of page designs, by those who agreed to be watched."""
    import pandas as pd

    places, interest = visits.watched(story, streams)
    known = pd.DataFrame({"customer_id": story.customers().id[places], "interest": interest})
    made: Frames = {name: _stacked(name, []) for name in ("sessions", "clicks", *(["truth_clicks"] * truth))}
    arrivals = visits.arrivals(story, places, streams)
    if len(arrivals):
        made |= clicks.visits(known, arrivals, streams)._asdict()
    if truth and len(known):
        made["truth_clicks"] = clicks.truth(known).sort_values("customer_id", ignore_index=True)
    return made


def _lines(story: Story, streams: Streams) -> "pd.DataFrame":
    import pandas as pd

    rows = story.arrays("orders")
    if not rows:
        return _stacked("order_lines", [])
    made = baskets.lines(rows["order_id"], rows["customer_id"], rows["amount"].astype(np.int64), streams)
    return _stacked("order_lines", [pd.DataFrame({**made, "amount": made.pop("fen") / 100.0})])


def _panel(story: Story, streams: Streams) -> "pd.DataFrame":
    import pandas as pd

    if not story.income():
        return _stacked("panel", [])
    made = panel.bought(story, streams)
    del made["firms"]
    return _stacked("panel", [pd.DataFrame({**made, "amount": made["amount"] / 100.0})])


def _stacked(name: str, parts: list["pd.DataFrame"]) -> "pd.DataFrame":
    """Return the parts of a table one below the other, in the order of its key; empty columns of its types if none."""
    import pandas as pd

    told = tables.table(name)
    if not parts:
        return pd.DataFrame({c.name: np.zeros(0, dtype=tables.DTYPES[c.dtype]) for c in told.columns})
    made = pd.concat(parts, ignore_index=True)[[c.name for c in told.columns]]
    floats = [c.name for c in told.columns if c.dtype == "float"]
    made[floats] = made[floats].astype(float).round(6) + 0.0
    return made.sort_values(list(told.key), kind="stable", ignore_index=True)
