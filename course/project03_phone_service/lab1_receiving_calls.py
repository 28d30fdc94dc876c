# %% [markdown]
# # 任务一 接待电话客户
#
# 今天是你到 **澄湖优品** 服务热线上班的第一个星期一。班长老周把耳机递给你，说：
#
# > “上星期五忙成一团，有人等不及就挂了。先别急着接电话。弄明白电话是怎么走到你面前的，看懂墙上的看板，再把来电登记好。
# > 下班前，我想听你说说：下星期每个时段该排几个人。”
#
# **做完这一课，你能**
#
# - 说出呼叫中心的六个部分各管什么，一通电话怎样走到客服代表面前；
# - 看懂服务水平、平均应答速度、放弃率这几个数字；
# - 把来电登记、归类，知道骚扰电话和恐吓电话怎么处理；
# - 拿出一份排班方案，并说清楚为什么。
#
# **怎么做**：从上往下，点一下格子，按 `Shift + Enter`。填好表单按“保存答案”。不用会编程。卡住了就看提示，提示不扣分。

# %% {"nbgrader": {"grade": false, "grade_id": "open", "locked": true, "schema_version": 3, "solution": false, "task": false}}
from crmlab import open_lab

lab = open_lab("lab1_receiving_calls")

# %% [markdown]
# ## 先看一个例子：上星期五
#
# 下面是上星期五的热线。上半张图是每个小时要找人工的来电，蓝色接起来了，带斜线的没等到就挂了。下半张图是服务水平，虚线是公司的承诺：
# **20 秒内接起 80%**。
#
# 老周这样看图：“先看下面哪几个点掉到虚线底下，再抬头看那个小时来电多不多。来电多、点又低，是人不够；来电不多、点也低，多半是排班没跟上。”

# %% {"nbgrader": {"grade": false, "grade_id": "friday", "locked": true, "schema_version": 3, "solution": false, "task": false}}
calls = lab.table("calls")
friday = calls[calls["day"] == calls["day"].max()]
lab.chart_day(friday)

# %% [markdown]
# ## ① 六个部分各管什么（3 分）
#
# 客户看见的只是一个号码，后面却有六个部分在配合。给每个部分选一份工作。

# %%
lab.form("parts")

# %% {"nbgrader": {"grade": false, "grade_id": "parts_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
parts = lab.answer("parts")
### BEGIN SOLUTION
parts = {"pbx": "door", "acd": "queue", "ivr": "menu", "cti": "popup", "database": "records", "seat": "talk"}
### END SOLUTION

# %% {"nbgrader": {"grade": true, "grade_id": "parts_score", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}}
with lab.check("parts") as check:
    check.that("each_once", len(set(parts.values()) - {None}) == 6)
### BEGIN HIDDEN TESTS
jobs = {"pbx": "door", "acd": "queue", "ivr": "menu", "cti": "popup", "database": "records", "seat": "talk"}
assert parts == jobs, lab.words.say("slip_parts")
### END HIDDEN TESTS

# %% [markdown]
# ## ② 跟着一通电话走（3 分）
#
# 这是上星期五真实的一通电话，每一步都有记录。时间线横着是秒，从打进来那一刻算起；竖着是呼叫中心的各个部分。

# %% {"nbgrader": {"grade": false, "grade_id": "story", "locked": true, "schema_version": 3, "solution": false, "task": false}}
trace = lab.table("trace")
story = trace[trace["contact_id"] == trace["contact_id"].iloc[0]]
lab.timeline(story, contact_id=int(story["contact_id"].iloc[0]))

# %%
lab.form("path")

# %% {"nbgrader": {"grade": false, "grade_id": "path_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
path = lab.answer("path")
### BEGIN SOLUTION
at = story.set_index("event")["t"]
path = {"first": "pbx", "second": "ivr", "third": "acd", "fourth": "csr", "waited": "acd"}
path["wait_s"] = float(at["answered"] - at["queued"])
### END SOLUTION

# %% {"nbgrader": {"grade": true, "grade_id": "path_score", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}}
with lab.check("path") as check:
    check.that("four_places", len({path[place] for place in ("first", "second", "third", "fourth")} - {None}) == 4)
    check.that("wait_plausible", 0 < path["wait_s"] < story["t"].max() - story["t"].min())
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

truth = evidence("truth").facts["story"]
assert isinstance(path, dict), lab.words.say("slip_path")
assert [path.get(place) for place in ("first", "second", "third", "fourth")] == truth["parts"], lab.words.say("slip_path")
assert path.get("waited") == "acd", lab.words.say("slip_path")
assert isinstance(path.get("wait_s"), (int, float)), lab.words.say("slip_wait")
assert abs(path["wait_s"] - truth["wait_s"]) <= 1, lab.words.say("slip_wait")
### END HIDDEN TESTS

# %% [markdown]
# ## ③ 看懂现场看板（4 分）
#
# 班长早会上只报几个数字。先看星期五的看板，再回答四个问题。

# %% {"nbgrader": {"grade": false, "grade_id": "friday_board", "locked": true, "schema_version": 3, "solution": false, "task": false}}
from sim import metrics

board_now = metrics.board(friday, seconds=20)
lab.chart_day(friday)
lab.say("board_now", **vars(board_now))

# %%
lab.form("board")

# %% {"nbgrader": {"grade": false, "grade_id": "board_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
board = lab.answer("board")
### BEGIN SOLUTION
hours = [one for one in metrics.by_interval(friday, minutes=60) if one.start < 20 * 3600 and one.board.offered]
worst = min(hours, key=lambda one: one.board.service_level)
board = {"worst_hour": worst.label, "level": round(100 * board_now.service_level, 1)}
board |= {"asa_without": "abandoned", "denominator": "asked"}
### END SOLUTION

# %% {"nbgrader": {"grade": true, "grade_id": "board_numbers", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}}
with lab.check("board") as check:
    check.that("percent", 1 < board["level"] <= 100)
    check.that("all_chosen", None not in board.values())
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

facts = evidence("truth").facts
assert isinstance(board, dict), lab.words.say("slip_worst")
assert board.get("worst_hour") == facts["worst_hour"], lab.words.say("slip_worst")
assert isinstance(board.get("level"), (int, float)), lab.words.say("slip_level")
assert abs(board["level"] - 100 * facts["board"]["service_level"]) <= 1, lab.words.say("slip_level")
### END HIDDEN TESTS

# %% {"nbgrader": {"grade": true, "grade_id": "board_words", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}}
### BEGIN HIDDEN TESTS
assert isinstance(board, dict), lab.words.say("slip_words")
assert board.get("asa_without") == "abandoned", lab.words.say("slip_words")
assert board.get("denominator") == "asked", lab.words.say("slip_words")
### END HIDDEN TESTS

# %% [markdown]
# ## ④ 登记与归类（4 分）
#
# 接电话的最后一步是登记：来电是什么类型，当时解决没有，接下来谁做什么。没有登记的电话，等于没有接过。

# %% {"nbgrader": {"grade": false, "grade_id": "cards", "locked": true, "schema_version": 3, "solution": false, "task": false}}
cards = lab.table("call_cards")

# %%
lab.form("register", rows=cards)

# %% {"nbgrader": {"grade": false, "grade_id": "register_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
register = lab.answer("register")
### BEGIN SOLUTION
from crmlab.judging import evidence

register = {
    row.call_id: {"type": row.type, "now": "now" if row.now else "later", "next_step": row.next_step}
    for row in evidence("truth").table("call_cards").itertuples()
}
### END SOLUTION

# %% {"nbgrader": {"grade": true, "grade_id": "register_types", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}}
with lab.check("register") as check:
    check.that("all_cards", all(register[one]["type"] and register[one]["next_step"] for one in cards["call_id"]))
    check.that("special_found", {one["type"] for one in register.values()} & {"harassing", "threatening"})
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

key = {one["call_id"]: one for one in evidence("truth").facts["cards"]}
assert isinstance(register, dict), lab.words.say("slip_types")
lines = {name: line if isinstance(line, dict) else {} for name, line in register.items()}
right = sum(lines.get(name, {}).get("type") == one["type"] for name, one in key.items())
assert right >= len(key) - 1, lab.words.say("slip_types")
### END HIDDEN TESTS

# %% {"nbgrader": {"grade": true, "grade_id": "register_next", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}}
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(register, dict), lab.words.say("slip_next")
for one in evidence("truth").facts["cards"]:
    if one["type"] in ("harassing", "threatening"):
        line = register.get(one["call_id"])
        assert isinstance(line, dict), lab.words.say("slip_next")
        assert line.get("next_step") == one["next_step"], lab.words.say("slip_next")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑤ 特殊电话（3 分）
#
# 大多数电话为业务而来，也有少数不是。遇到它们，慌和怒都没有用，**记录**和**上报**才有用。

# %%
lab.form("special")

# %% {"nbgrader": {"grade": false, "grade_id": "special_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
special = lab.answer("special")
### BEGIN SOLUTION
special = {"harassing": ["number", "time", "desk"], "first": "calm", "report": "leader", "never": ["rude", "hang_up"]}
special["threatening"] = ["number", "time", "desk", "sex", "words", "matters"]
### END SOLUTION

# %% {"nbgrader": {"grade": true, "grade_id": "special_score", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}}
with lab.check("special") as check:
    check.that("both_lists", special["harassing"] and special["threatening"])
    check.that("more_for_threats", len(special["threatening"]) > len(special["harassing"]))
### BEGIN HIDDEN TESTS
must = {"number", "time", "desk"}
assert isinstance(special, dict), lab.words.say("slip_special")
noted = {name: set(special.get(name) or []) for name in ("harassing", "threatening", "never")}
assert must <= noted["harassing"] <= must | {"words", "sex", "matters"}, lab.words.say("slip_special")
assert noted["threatening"] == must | {"sex", "words", "matters"}, lab.words.say("slip_special")
assert noted["never"] == {"rude", "hang_up"}, lab.words.say("slip_special")
assert special.get("first") == "calm" and special.get("report") == "leader", lab.words.say("slip_special")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑥ 少一个人会怎样：先猜，再试，再说为什么
#
# 老周问：“中午大家都想吃饭，十二点到两点少一个人行不行？”先写下你的猜想。

# %%
lab.form("predict")

# %% {"nbgrader": {"grade": false, "grade_id": "predict_check", "locked": true, "schema_version": 3, "solution": false, "task": false}}
predict = lab.answer("predict")
with lab.check("predict") as check:
    check.that("all_guessed", None not in predict.values())

# %% [markdown]
# ## ⑦ 排班决定（6 分）
#
# 下面是一块活的看板，背后是上星期五的每一通来电。拖动滑块，看数字怎样变。先试刚才的猜想：把 12–14 点减一个人。
#
# 然后做决定：**让下星期的服务水平达到 80%，工时又不浪费**。满意了，按“采用这个方案”。
#
# 评分：用你的方案去接下星期五天的来电。服务水平达到 80% 得 3 分；工时不超过内行方案的 110%（而且服务没有垮）再得 3 分。

# %%
lab.live_board("plan")

# %% {"nbgrader": {"grade": false, "grade_id": "plan_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}}
plan = lab.answer("plan")
### BEGIN SOLUTION
from crmlab import solvers

plan = {"agents": solvers.textbook(lab.table("contacts"), lab.table("draws"), lab.scenario())}
### END SOLUTION

# %% {"nbgrader": {"grade": true, "grade_id": "plan_service", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}}
from crmlab.replay import replay_staffing

with lab.check("plan") as check:
    check.that("six_blocks", len(plan["agents"]) == 6)
    check.that("not_flat", len(set(plan["agents"])) > 1)
    tried = replay_staffing(lab.table("contacts"), lab.table("draws"), plan["agents"], lab.scenario())
    check.that("friday_ok", tried.service_level >= 0.80)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

truth = evidence("truth")
assert isinstance(plan, dict) and isinstance(plan.get("agents"), list), lab.words.say("slip_service")
assert len(plan["agents"]) == 6, lab.words.say("slip_service")
next_week = replay_staffing(truth.table("contacts"), truth.table("draws"), plan["agents"], lab.scenario())
assert next_week.service_level >= 0.80, lab.words.say("slip_service")
### END HIDDEN TESTS

# %% {"nbgrader": {"grade": true, "grade_id": "plan_cost", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}}
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence
from crmlab.replay import replay_staffing

truth = evidence("truth")
assert isinstance(plan, dict) and isinstance(plan.get("agents"), list), lab.words.say("slip_cost")
assert len(plan["agents"]) == 6, lab.words.say("slip_cost")
next_week = replay_staffing(truth.table("contacts"), truth.table("draws"), plan["agents"], lab.scenario())
assert next_week.service_level >= 0.75, lab.words.say("slip_cost")
assert next_week.hours <= 1.10 * truth.facts["staffing"]["expert"]["hours"], lab.words.say("slip_cost")
### END HIDDEN TESTS

# %% [markdown]
# ## 写给班长的一段话（5 分，老师批改）
#
# 用三五句话告诉老周：你的方案是什么，为什么忙时、闲时这样排，要是预算只够减掉 4 个工时，你会减在哪里，会有什么后果。请点两下下面这一格，把它换成你的话。

# %% [markdown] {"nbgrader": {"grade": true, "grade_id": "explain", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}}
# 老周：我建议 10 到 12 点放最多的人，因为那两个小时来电最多，星期五的服务水平也掉得最低；18 点以后来电少，可以少排。全天服务水平能到 86% 左右，
# 下星期就算忙一点，也还守得住 80%。如果只能再减 4 个工时，我会在 14 到 16 点和 16 到 18 点各减一个人：那里来电平，减了以后等待会长一些，放弃的人会多一点，
# 但比减在上午要轻得多。

# %% [markdown]
# ## 看看你做了多少

# %% {"nbgrader": {"grade": false, "grade_id": "end", "locked": true, "schema_version": 3, "solution": false, "task": false}}
lab.progress()

# %% [markdown]
# ## 进阶：公式和模拟，谁说得准？（不计分）
#
# 丹麦工程师埃尔朗一百年前就给出了排队的公式。下面把公式（Erlang A：等不及的人会走）算出的服务水平，和星期五真实的服务水平放在一起。
# 看一看：哪些小时差得多？想一想：公式假设所有人什么活都会干，真实的两个组也是这样吗？

# %%
from sim.staffing import Staffing
from sim.theory import erlang_a

scenario = lab.scenario()
own = Staffing.of(scenario).plain()
for place, one in enumerate(metrics.by_interval(friday, minutes=60)[: scenario.intervals]):
    agents = sum(team[place] for team in own.values())
    load = {"calls_per_hour": one.board.offered, "aht_seconds": one.board.aht}
    formula = erlang_a(**load, agents=agents, patience_seconds=180.0)
    print(one.label, agents, f"{formula.service_level(20):.0%}", f"{one.board.service_level:.0%}")
