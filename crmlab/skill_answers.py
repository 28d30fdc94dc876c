"""Lab 3 answered by simulated students: by one who knows the trade, and by one who makes the usual slips."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

LAB = "lab3_phone_skills"
CALL = "enquiry_needs_time"
CALLS = (CALL,)
FORMS = ("ready", "skills", "mend", "card", "talk", "self", "predict", "shift", "levels")

# Which forms each student of the demonstration class gets right (`talk`: whether the telephone call goes well).
ABILITIES: dict[str, tuple[str, ...]] = {
    "expert": FORMS,
    "good": ("ready", "skills", "mend", "card", "talk", "self"),
    "average": ("ready", "card", "talk"),
    "weak": ("ready",),
    "careless": ("skills", "shift"),
}
CARDS = {
    "zh": {
        "opening": "您好，这里是澄湖优品客服，我姓李，请问有什么可以帮您？",
        "question": "您能说说当时是怎么回事吗？",
        "back": "您是说，{said}，对吗？",
        "refusal": "这件事我这里办不到。我可以替您问主管，今天下午四点前给您回电话，您看行吗？",
    },
    "en": {
        "opening": "Good morning, Chenghu Select, this is Li speaking. How may I help you?",
        "question": "Could you tell me what happened?",
        "back": "Let me check that I have understood: {said}, is that right?",
        "refusal": "I cannot grant that myself. I can ask my team leader and ring you back by four today. Would that be all right?",
    },
}
POOR_CARD = {
    "opening": "喂。",
    "question": "是坏了吗？",
    "back": "知道了。",
    "refusal": "没办法，规定就是这样。",
}


def of(ability: str, facts: dict[str, Any], visible: Path) -> dict[str, Any]:
    """Return the answers of one ability, from all the facts of a world and the folder of its visible tables."""
    import pandas as pd

    tables = {
        name: pd.read_parquet(visible / f"{name}.parquet")
        for name in ("skill_ready", "skill_call", "skill_slips", "skill_scene")
    }
    known, slips = right(facts, tables["skill_scene"]), naive(tables)
    return {form: (known if form in ABILITIES.get(ability, ()) else slips)[form] for form in FORMS}


def right(facts: dict[str, Any], scene: "pd.DataFrame") -> dict[str, Any]:
    """Return the answers of a student who knows the trade; `self` fits a call that went well."""
    skills, shift = facts["skills"], facts["shift"]
    return {
        "ready": {name: {"kind": kind} for name, kind in skills["ready"].items()},
        "skills": {name: {"skill": skill} for name, skill in skills["call"].items()},
        "mend": {name: dict(one) for name, one in skills["slips"].items()},
        "card": good_card(scene["said_zh"].iloc[0], "zh"),
        "talk": {"level": "1", "hard": "commit"},
        "self": {"thought": "commit", "weakest": "none"},
        "predict": {"level": "pace", "unsolved": "more"},
        "shift": {"training": shift["best"], "worth": shift["friday"][shift["best"]]},
        "levels": {"level": "3", "first": "commit"},
    }


def good_card(said: str, lang: str) -> dict[str, str]:
    """Return a card that does all it should after a customer said `said`: the gist of it, said back."""
    gist = (
        "，".join(said.rstrip("。").split("，")[:3])
        if lang == "zh"
        else ", ".join(said.rstrip(".").split(", ")[:2])
    )
    turned = gist.replace("我", "您") if lang == "zh" else gist.replace("I ", "you ").replace("my ", "your ")
    return {part: line.format(said=turned) for part, line in CARDS[lang].items()}


def naive(tables: "dict[str, pd.DataFrame]") -> dict[str, Any]:
    """Return the answers of a student who uses no rule: one name for all, the first line on offer, the finest board."""
    return {
        "ready": {name: {"kind": "knowledge"} for name in tables["skill_ready"]["ready_id"]},
        "skills": {name: {"skill": "closed"} for name in tables["skill_call"]["line_id"]},
        "mend": {name: {"feature": "respect", "better": "A"} for name in tables["skill_slips"]["mend_id"]},
        "card": dict(POOR_CARD),
        "talk": {"level": "1", "hard": "open"},
        "self": {"thought": "open", "weakest": "none"},
        "predict": {"level": "ask", "unsolved": "less"},
        "shift": {"training": "pace", "worth": 300},
        "levels": {"level": "1", "first": "open"},
    }
