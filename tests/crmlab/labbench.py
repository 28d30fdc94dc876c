"""A small project folder with one lab, for tests of what notebooks stand on."""

from pathlib import Path

from crmlab.places import DATASETS

LAB = "lab1_calls"
VISIBLE = DATASETS / "demo" / "visible"
WORDS = """
title = "接待电话客户"

[say]
welcome = "你好，{name}。"

[options]
parts = [["pbx", "程控交换机"], ["ivr", "交互式语音应答"]]

[form.path]
title = "跟着一通电话走"
intro = "先看<时间线>。"
hints = ["看哪里", "规则", "半句答案"]
[[form.path.field]]
name = "first"
kind = "choice"
label = "电话先到哪里？"
options = "parts"
[[form.path.field]]
name = "wait"
kind = "number"
label = "等了多久？"
min = 0
max = 600
unit = "秒"

[form.register]
title = "登记"
rows = {key = "call_id", text = ["at", "note"]}
[[form.register.field]]
name = "type"
kind = "choice"
label = "类型"
options = [["enquiry", "咨询"], ["complaint", "投诉"]]

[form.plan]
title = "排班决定"
hints = ["看最忙的时段"]
[[form.plan.field]]
name = "agents"
kind = "blocks"
label = "人数"
blocks = ["08–10", "10–12", "12–14", "14–16", "16–18", "18–20"]

[check.path]
first = "第一站不对：看时间线最左边。"
wait = "秒数不对：看斜线那一段。"
done = "这一通你看明白了。"
"""


def project(folder: Path, *, words: str = WORDS, about: str = 'scenario = "retail_hotline"\n') -> Path:
    """Write the project under `folder` as it lies in a workspace; return its folder."""
    made = folder / "workspace" / "project03_tiny"
    made.mkdir(parents=True)
    (folder / "workspace" / ".crmlab").mkdir()
    (made / "project.toml").write_text(about, encoding="utf-8")
    (made / f"{LAB}.toml").write_text(words, encoding="utf-8")
    return made
