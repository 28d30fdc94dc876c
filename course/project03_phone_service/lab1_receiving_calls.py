# %% [markdown]
# # 任务一 接待电话客户
#
# 星期一早上七点四十，你第一天到 **澄湖优品** 服务热线上班。班长老周把耳机递过来：
#
# > “上星期五忙成一团，有人等不及就挂了。先看明白一通电话怎么走、墙上的看板说什么，把我留的八通来电登记好。
# > 下班前告诉我——**下星期，每个时段该排几个人？**”
#
# | 学完能做到 | 在哪一步 |
# |---|---|
# | 说出呼叫中心六个部分各管什么，一通电话怎样走 | ① ② |
# | 看懂看板上的数，知道每个数的分母是谁 | ③ |
# | 登记、归类来电；接一通平常的、一通特殊的电话 | ④ ⑤ |
# | 定出一份排班方案，说清楚为什么 | ⑥ ⑦ |
#
# **最后你手里有两样东西**：一份 *来电登记表*，一份 *下星期的排班表*。课上约 59 分钟，写给老周的话课后写；一共 30 分。

# %% [markdown]
# **三句话学会用这本册子**
#
# 1. 点一下格子左边的空白，按 `Shift + Enter`，运行这一格并走到下一格。代码收在 `•••` 里，不用写。
# 2. 填好表单，按 **保存答案**，再按 `Shift + Enter`，直到出现检查结果：✓ 往下走，✗ 会说哪里再看看。
# 3. 卡住了按 **提示**：不扣分，只少一颗星。通话里的提示，每次扣 2 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "open", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import open_lab

lab = open_lab("lab1_receiving_calls")

# %% [markdown]
# ## 先看一整天：上星期五（约 4 分钟）
#
# 先看，不用填。上半张图是每小时要找人工的来电：蓝色的接起来了，带斜线的没等到就挂了。下半张是 **服务水平**，虚线是公司的承诺——**20 秒内接起 80%**。
#
# 老周教你看图：“先看下半张，哪几个点掉到虚线底下；再抬头看那个小时来电多不多。”

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "friday", "locked": true, "schema_version": 3, "solution": false, "task": false}
calls = lab.table("calls")
friday = calls[calls["day"] == calls["day"].max()]
lab.chart_day(friday)

# %% [markdown]
# ## ① 六个部分各管什么（2 分 · 约 3 分钟）
#
# 客户只看见一个号码。跟着 **顾女士** 走一遍，看看号码后面有谁在忙：
#
# 1. 她拨通热线。公司内外的线都经过同一道 **门**；线占满了，她只能听到忙音。
# 2. 一段录音请她 **按键**：按 1 自己查快递，按 0 找人。
# 3. 她按了 0。人都在忙，她先 **排队**；会办这件事的人一空，就轮到她。
# 4. 接通的一瞬间，她的姓名和订单 **跳上** 客服代表的屏幕。
# 5. 这些资料和往来记录，平时都 **存** 在后台。
# 6. 戴耳机的人开口：“您好，澄湖优品。”人、话机和电脑，合起来是最后一个部分。
#
# **给六个名字配上各自的工作。**

# %% jupyter={"source_hidden": true}
lab.form("parts")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "parts_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
parts = lab.answer("parts")
### BEGIN SOLUTION
parts = {"pbx": "door", "acd": "queue", "ivr": "menu", "cti": "popup", "database": "records", "seat": "talk"}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "parts_way", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
with lab.check("parts") as check:
    check.that("all_given", None not in parts.values())
    check.that("each_once", len(set(parts.values()) - {None}) == 6)
### BEGIN HIDDEN TESTS
assert isinstance(parts, dict), lab.words.say("slip_blank")
given = [parts.get(one) for one in ("pbx", "ivr", "acd")]
assert given == ["door", "menu", "queue"], lab.words.say("slip_parts_way")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "parts_desk", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_parts_desk")
### BEGIN HIDDEN TESTS
assert isinstance(parts, dict), lab.words.say("slip_blank")
given = [parts.get(one) for one in ("cti", "database", "seat")]
assert given == ["popup", "records", "talk"], lab.words.say("slip_parts_desk")
### END HIDDEN TESTS

# %% [markdown]
# ## ② 跟着一通电话走（2 分 · 约 5 分钟）
#
# **示范。** 呼叫中心会记下每通电话的每一步。这是上星期五的一通：竖着是部分，横着是秒，从拨通那一刻数起。
# 最上面的浅色长条是它占着外线的时间；**带斜线的一段是在排队**，上面写着排了几秒；怎样收场，写在标题里。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "example", "locked": true, "schema_version": 3, "solution": false, "task": false}
trace = lab.table("trace")
contacts_traced = trace["contact_id"].drop_duplicates().tolist()
lab.timeline(trace, contact_id=contacts_traced[1])

# %% [markdown]
# **轮到你。** 这一通的客户事后说：“我等了好一会儿。”——**他在哪里等，等了多久？**

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "story", "locked": true, "schema_version": 3, "solution": false, "task": false}
story = trace[trace["contact_id"] == contacts_traced[0]]
lab.timeline(story, contact_id=contacts_traced[0])

# %% jupyter={"source_hidden": true}
lab.form("path")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "path_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
path = lab.answer("path")
### BEGIN SOLUTION
at = story.set_index("event")["t"]
path = {"first": "pbx", "second": "ivr", "third": "acd", "fourth": "csr", "waited": "acd"}
path["wait_s"] = float(at["answered"] - at["queued"])
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "path_order", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
stops = ("first", "second", "third", "fourth")
with lab.check("path") as check:
    check.that("four_places", len({path[stop] for stop in stops} - {None}) == 4)
    check.that("waited_chosen", path["waited"] is not None)
    check.that("wait_plausible", 0 < path["wait_s"] < story["t"].max() - story["t"].min())
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(path, dict), lab.words.say("slip_blank")
assert [path.get(stop) for stop in stops] == evidence("truth").facts["story"]["parts"], lab.words.say("slip_order")
assert path.get("waited") == "acd", lab.words.say("slip_waited")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "path_wait", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_path_wait")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(path, dict), lab.words.say("slip_blank")
assert isinstance(path.get("wait_s"), (int, float)), lab.words.say("slip_wait")
assert abs(path["wait_s"] - evidence("truth").facts["story"]["wait_s"]) <= 1, lab.words.say("slip_wait")
### END HIDDEN TESTS

# %% [markdown]
# ## ③ 看懂现场看板（4 分 · 约 6 分钟）
#
# 一天几百通，不能一通一通看，所以墙上挂着看板。**示范**：某个清早只来了五通电话。
#
# | 来电 | 等了多久 | 结果 |
# |---|---|---|
# | 甲 | 8 秒 | 接起 |
# | 乙 | 15 秒 | 接起 |
# | 丙 | 37 秒 | 接起 |
# | 丁 | 50 秒 | 等不及，挂了 |
# | 戊 | — | 在语音菜单里自己办好了 |
#
# - **服务水平** = 20 秒内接起的 ÷ 转人工的来电 = 2 ÷ 4 = 50%。戊没有找人，不算；丁找了人，要算。
# - **平均应答速度** =（8 + 15 + 37）÷ 3 = 20 秒。数一数，这里只有三个人。
# - **放弃率** = 1 ÷ 4 = 25%。
#
# 下面是上星期五的看板，老周挡住了一个数：“这个，你算给我听。”

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "friday_board", "locked": true, "schema_version": 3, "solution": false, "task": false}
from sim import metrics

board_now = metrics.board(friday, seconds=20)
in_time = int(((friday["outcome"] == "answered") & (friday["wait"] <= 20)).sum())
lab.chart_day(friday)
lab.say("board_now", in_time=in_time, late=board_now.answered - in_time, **vars(board_now))

# %% [markdown]
# 算一算：点进这一格，把 `2` 和 `4` 换成看板上的两个数，再按 `Shift + Enter`。

# %%
100 * 2 / 4

# %% jupyter={"source_hidden": true}
lab.form("board")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "board_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
board = lab.answer("board")
### BEGIN SOLUTION
hours = [one for one in metrics.by_interval(friday, minutes=60) if one.start < 20 * 3600 and one.board.offered]
worst = min(hours, key=lambda one: one.board.service_level)
board = {"worst_hour": worst.label, "level": round(100 * board_now.service_level, 1)}
board |= {"asa_without": "abandoned", "denominator": "asked"}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "board_numbers", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("board") as check:
    check.that("all_given", None not in board.values())
    check.that("percent", 1 < board["level"] <= 100)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

facts = evidence("truth").facts
assert isinstance(board, dict), lab.words.say("slip_blank")
assert board.get("worst_hour") == facts["worst_hour"], lab.words.say("slip_worst")
assert isinstance(board.get("level"), (int, float)), lab.words.say("slip_level")
assert abs(board["level"] - 100 * facts["board"]["service_level"]) <= 1, lab.words.say("slip_level")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "board_words", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_board_words")
### BEGIN HIDDEN TESTS
assert isinstance(board, dict), lab.words.say("slip_blank")
assert board.get("asa_without") == "abandoned", lab.words.say("slip_asa")
assert board.get("denominator") == "asked", lab.words.say("slip_denominator")
### END HIDDEN TESTS

# %% [markdown]
# ## ④ 登记与归类（4 分 · 约 11 分钟）
#
# 接一通电话有四步：**问候** → **问清要办什么** → **答复**（能当场办的当场办，要客户记东西先说“麻烦您记录一下，好吗？”；不能当场办的，说清谁在什么时候答复）→ **登记**。
#
# **示范。** “我的保温杯到哪儿了？”——“麻烦您报一下订单号，好吗？……查到了，今天下午送到。”登记：*货品跟踪 · 当时能解决 · 登记后结束*。要是查不到、答应问了仓库再告诉她，后两项变成：*当时不能解决 · 查清后回电*。
#
# | 事情停在哪里 | 下一步 |
# |---|---|
# | 说清了、办好了，客户也接受 | 登记后结束 |
# | 还要问、要查、要等 | 查清后回电 |
# | 投诉我们的员工，或者只肯和负责人谈 | 转交班长 |
# | 不为业务、存心捣乱 | 留下证据 |
# | 说要伤人、毁东西 | 记下全部细节，立即报告 |
#
# 只打听是 *咨询*，只问货在哪是 *货品跟踪*，要一个说法就是 *投诉*。下面八通里 **有两通不是来办业务的，把它们找出来。**
#
# **最早的两通记进 CRM。** 运行下面一格，按“打开 CRM”，一通一通地办：左边按“填入号码”；右边选事由，写一句内容，选下一步，按“保存”；左边再按“处理完了，下一件”。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "cards_crm", "locked": true, "schema_version": 3, "solution": false, "task": false}
cards = lab.table("call_cards")
lab.crm_desk("register", rows=cards.head(2))

# %% [markdown]
# **另外六通在这张表里登记。**

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "cards", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.form("register", rows=cards.tail(-2))

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "register_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
register = lab.crm_answer("register")
### BEGIN SOLUTION
from crmlab.judging import evidence

register = {
    row.call_id: {"type": row.type, "now": "now" if row.now else "later", "next_step": row.next_step}
    for row in evidence("truth").table("call_cards").itertuples()
}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "register_types", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("register") as check:
    lines = [register.get(one) or dict.fromkeys(("type", "now", "next_step")) for one in cards["call_id"]]
    types = [line["type"] for line in lines]
    check.that("all_cards", all(line[name] for line in lines for name in ("type", "now", "next_step")))
    check.that("special_found", types.count("harassing") == types.count("threatening") == 1)
    check.that("closed_when_done", all(line["now"] == "now" for line in lines if line["next_step"] == "close"))
### BEGIN HIDDEN TESTS
from crmlab import crm_answers, crm_slips
from crmlab.judging import evidence

judged = crm_answers.handed_in("register", register)
assert isinstance(judged, dict), lab.words.say("slip_blank")
key = {one["call_id"]: one["type"] for one in evidence("truth").facts["cards"]}
slips = crm_slips.types(judged, key, lang=lab.lang)
assert len(slips) <= 1, lab.words.say("slip_types", {"calls": crm_slips.told(slips, lang=lab.lang)})
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "register_next", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_register_next")
### BEGIN HIDDEN TESTS
from crmlab import crm_answers
from crmlab.judging import evidence

judged = crm_answers.handed_in("register", register)
assert isinstance(judged, dict), lab.words.say("slip_blank")
for one in evidence("truth").facts["cards"]:
    if one["type"] in ("harassing", "threatening"):
        line, call = judged.get(one["call_id"]), {"call": one["call_id"]}
        assert isinstance(line, dict), lab.words.say("slip_next", call)
        assert line.get("next_step") == one["next_step"], lab.words.say("slip_next", call)
### END HIDDEN TESTS

# %% [markdown]
# ## ⑤ 接两通电话：一通平常，一通特殊（7 分 · 约 22 分钟）
#
# **先接平常的一通**：舒女士要问两件事，一件当场能答，一件要问了仓库才知道。照 ④ 的四步走：
#
# - 先 **问候**，报出公司和自己；再 **问清**：哪一单？还有一件是什么事？
# - **能答的当时答**，取件码要她记；**不能答的不乱答**：说清谁去问、几点以前回电话；
# - 问还有什么需要，道谢，再 **登记**：通话一结束，工单就在旁边。
#
# 每次从几句话里挑一句，也可以自己写。不满意就按“再练一次”，**算最好的一次**，60 分得 2 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "ordinary_talk", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.roleplay("enquiry_two_matters")

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "ordinary_call", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_ordinary_call")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("enquiry_two_matters") >= 60, lab.words.say("slip_ordinary")
### END HIDDEN TESTS

# %% [markdown]
# **再接特殊的一通。** 先备好规矩。④ 里有两通不是来办业务的，一通在 **骚扰**，一通在 **恐吓**。慌和怒都没有用，有用的是 **记录** 和 **报告**：
#
# - 骚扰电话的记录给 **下一次** 用：同一个人再打来，要能证明就是他、是那天、打到了那个座位。
# - 恐吓电话的记录给 **没听见电话的人** 用：班长、保安、警察凭它判断那是什么人、说了什么、有什么不寻常。
#
# **替热线定一张“特殊电话处理卡”。**

# %% jupyter={"source_hidden": true}
lab.form("special")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "special_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
special = lab.answer("special")
### BEGIN SOLUTION
special = {"harassing": ["number", "time", "desk"], "first": "calm", "report": "leader", "never": ["rude", "hang_up"]}
special["threatening"] = ["number", "time", "desk", "sex", "words", "matters"]
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "special_notes", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("special") as check:
    check.that("all_given", all(special.values()))
    check.that("more_for_threats", set(special["harassing"]) < set(special["threatening"]))
### BEGIN HIDDEN TESTS
assert isinstance(special, dict), lab.words.say("slip_blank")
must, more = {"number", "time", "desk"}, {"sex", "words", "matters"}
noted = {name: set(special.get(name) or ()) for name in ("harassing", "threatening")}
lacks = len(must - noted["harassing"]) + len(noted["harassing"] - must - more)
off = len(noted["threatening"] ^ (must | more))
assert lacks <= 1, lab.words.say("slip_harassing")
assert lacks + off <= 1, lab.words.say("slip_threatening")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "special_manners", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_special_manners")
### BEGIN HIDDEN TESTS
assert isinstance(special, dict), lab.words.say("slip_blank")
assert (special.get("first"), special.get("report")) == ("calm", "leader"), lab.words.say("slip_manners")
assert set(special.get("never") or ()) == {"rude", "hang_up"}, lab.words.say("slip_never")
### END HIDDEN TESTS

# %% [markdown]
# **真接一通试试。** 夜里有人打来纠缠。照处理卡做：问清有没有业务，说明规定一次，礼貌结束，报告班长。也是 60 分得 2 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "special_talk", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.roleplay("harassment")

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "special_call", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_special_call")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("harassment") >= 60, lab.words.say("slip_call")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑥ 中午少一个人：先猜，再试，再说为什么（不计分 · 约 2 分钟）
#
# **假如整天都排七个人**，有同事问：“十二点到两点轮流吃饭，少一个人，行不行？”**先猜**，猜错不扣分。

# %% jupyter={"source_hidden": true}
lab.form("predict")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "predict_check", "locked": true, "schema_version": 3, "solution": false, "task": false}
predict = lab.answer("predict")
with lab.check("predict") as check:
    check.that("all_guessed", None not in predict.values())

# %% [markdown]
# **再试。** 让上星期五的同一批客户再打一次电话：先是七个人，再是六个人。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "noon", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab.replay import run_days, split

for agents in ([7, 7, 7, 7, 7, 7], [7, 7, 6, 7, 7, 7]):
    day = run_days(lab.table("contacts"), lab.table("draws"), split(agents, lab.scenario()), lab.scenario())
    noon = day[day["at"].between(12 * 3600, 14 * 3600)]
    seen = vars(metrics.board(noon, seconds=20)) | {"occupancy": metrics.occupancy(noon, agents[2] * 7200.0)}
    lab.say("noon", people=agents[2], **seen)

# %% [markdown]
# **说为什么。** 人少了七分之一，客户等的时间也只长了七分之一吗？放弃率和占用率呢？同一批客户，六个人时转人工的来电却常常多几通：**挂了的人，过一会儿又打来了。** 和邻座对一对猜想，最后写给老周的话里用得上。

# %% [markdown]
# ## ⑦ 排班决定（6 分 · 约 5 分钟）
#
# 下面是一块 **活的看板**，背后是上星期五的每一通来电。拖动滑块，数字马上变；满意了按 **采用这个方案**。**让下星期的服务水平达到 80%，工时又不浪费。**
#
# 1. 哪里的线掉到虚线底下，就把人加到那里；哪里的线贴着顶，那里的人闲着。
# 2. 下星期不会和上星期五一模一样。刚好 80%，忙一点就垮；做到 100%，就是拿钱买闲。**留多少余地，是班长的本事。**
#
# 怎样评分：拿你的方案去接下星期五天的来电。服务水平达到 80%，得 3 分；工时不超过内行方案的 110%，服务又没有垮（不低于 75%），再得 3 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "live", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.live_board("plan")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "plan_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
plan = lab.answer("plan")
### BEGIN SOLUTION
from crmlab import solvers

plan = {"agents": solvers.textbook(lab.table("contacts"), lab.table("draws"), lab.scenario())}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "plan_service", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
from crmlab.replay import replay_staffing

with lab.check("plan") as check:
    check.that("six_blocks", len(plan["agents"]) == 6)
    check.that("not_flat", len(set(plan["agents"])) > 1)
    tried = replay_staffing(lab.table("contacts"), lab.table("draws"), plan["agents"], lab.scenario())
    check.that("friday_ok", tried.service_level >= 0.80)
    lab.say("tried_friday", **vars(tried))
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

truth = evidence("truth")
assert isinstance(plan, dict) and isinstance(plan.get("agents"), list), lab.words.say("slip_blank")
assert [type(n) for n in plan["agents"]] == [int] * 6, lab.words.say("slip_plan")
assert all(0 <= n <= 60 for n in plan["agents"]), lab.words.say("slip_plan")
next_week = replay_staffing(truth.table("contacts"), truth.table("draws"), plan["agents"], lab.scenario())
assert next_week.service_level >= 0.80, lab.words.say("slip_service")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "plan_cost", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
lab.say("score_plan_cost")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence
from crmlab.replay import replay_staffing

truth = evidence("truth")
assert isinstance(plan, dict) and isinstance(plan.get("agents"), list), lab.words.say("slip_blank")
assert [type(n) for n in plan["agents"]] == [int] * 6, lab.words.say("slip_plan")
assert all(0 <= n <= 60 for n in plan["agents"]), lab.words.say("slip_plan")
next_week = replay_staffing(truth.table("contacts"), truth.table("draws"), plan["agents"], lab.scenario())
assert next_week.service_level >= 0.75, lab.words.say("slip_thin")
assert next_week.hours <= 1.10 * truth.facts["staffing"]["expert"]["hours"], lab.words.say("slip_cost")
### END HIDDEN TESTS

# %% [markdown]
# ## 下班：看看今天做了多少（约 1 分钟）
#
# 有 ○ 的还没有作答，有 ✗ 的再回去看看，改完重新运行那一题下面的格子。按 `Ctrl + S` 保存。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "end", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.progress()

# %% [markdown]
# ## 作业：两张表，和写给老周的话（5 分 · 老师批改 · 课后约 8 分钟）
#
# 运行下面一格，看看你今天做出来的东西，可以打印。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "sheets", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.sheet("plan", title="sheet_plan")
lab.sheet("register", title="sheet_register", rows=cards)

# %% [markdown]
# 老周端着茶杯问：“方案我看见了，说说道理吧。”写三到六句话，可以这样开头：
#
# 1. “我把人最多排在……，最少排在……，**因为** ……（写一个数）。”
# 2. “下星期和上星期五不会一样，**所以** 我……”
# 3. “要是非得再减 4 个工时，我减在……，**那么** 等待（或放弃、占用率）会……”
#
# **点一下下面这一格，按 `Enter`，把字换成你的话，再按 `Shift + Enter`，按 `Ctrl + S` 保存。**

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# 老周：我建议 10–12 点排的人最多，那两个小时来电最多，上星期五那一段的服务水平也掉到了 80% 以下；18–20 点来电最少，排的人也最少。
# 我没有卡着 80% 排：星期五试下来是 86% 左右，下星期就算忙一成，也还守得住承诺。如果一定要再减 4 个工时，我会在 14–16 点和 16–18 点各减一个人，
# 那里来电平，减了以后等待会长一些，放弃的人会多一点，坐席占用率会升高，但比减在上午轻得多——中午的试验告诉我，人已经不宽裕的时候，少一个人，等待会成倍地长。

# %% [markdown]
# ## 进阶：按半小时排一个上午（附加 3 分，不做不扣分）
#
# ⑦ 两个小时才换一次人数。来电可不等你：早上一小时比一小时多。**按半小时排，能省多少工时，又不失承诺？** 约 10 分钟，附加分加在总分上面，不做、做错都不扣分。
#
# **先看公式。** 丹麦工程师埃尔朗一百年前就给出了排队的公式。**Erlang C** 假设客户有无限的耐心；**Erlang A** 让等不及的人离开。下面按小时把两个公式算出的服务水平，和星期五实际的放在一起。
#
# 想一想：① 哪几个小时 C 比 A 差得多？那时候来电和人手是什么关系？② 公式假设每个人什么电话都会接，热线真是这样吗？③ 一个小时只是一个小时——同样的人手再来一次，实际的数会不会变？

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "erlang", "locked": true, "schema_version": 3, "solution": false, "task": false}
import pandas as pd

from sim.staffing import Staffing
from sim.theory import erlang_a, erlang_c

scenario = lab.scenario()
agents = [sum(team) for team in zip(*Staffing.of(scenario).plain().values())]
lines = []
for n, one in zip(agents, metrics.by_interval(friday, minutes=60)):
    load = {"calls_per_hour": one.board.offered, "aht_seconds": one.board.aht, "agents": n}
    patient, leaving = erlang_c(**load), erlang_a(**load, patience_seconds=scenario.patience.mean_seconds)
    levels = (patient.service_level(20), leaving.service_level(20), one.board.service_level)
    lines.append([one.label, one.board.offered, n, *(f"{level:.0%}" for level in levels)])
pd.DataFrame(lines, columns=lab.words.say("erlang_columns").split("|")).set_index(lab.words.say("erlang_hour"))

# %% [markdown]
# **再看要几个人。** 下面是上星期五个上午的平均：每半小时有几通转人工的来电，Erlang C 说各要几个人。照它排，一定守得住承诺吗？有没有排多了？

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "halves_asked", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import half_hours

half_hours.asked_for(lab)

# %% [markdown]
# **轮到你。** 排八个半小时的人数，**承诺（20 秒内接起 80%）按整个上午算**，工时越少越好。保存以后往下运行：先把公式和你的方案在星期五的模拟放在一起，再检查。改了再试，几次都行。
#
# 怎样评分：拿你的方案去接下星期五个上午的来电。守住承诺，工时又不比内行方案多出 6% 以上，得 2 分；那一周要是忙得连内行方案也到不了 80%，做到内行的水平就算。后两问都对，另得 1 分。

# %% jupyter={"source_hidden": true}
lab.form("halves")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "halves_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
halves = lab.answer("halves")
### BEGIN SOLUTION
halves = {"agents": half_hours.expert(lab.table("calls"), lab.scenario()), "more": "c", "reason": "patience"}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "halves_seen", "locked": true, "schema_version": 3, "solution": false, "task": false}
half_hours.compared(lab, lab.answer("halves"))

# %% crmlab={"bonus": 2} jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "halves_plan", "locked": true, "points": 0, "schema_version": 3, "solution": false, "task": false}
with lab.check("halves") as check:
    check.that("eight", half_hours.fits(halves["agents"]))
    check.that("not_flat", lambda: len(set(halves["agents"])) > 1)
    check.that("both_said", halves["more"] and halves["reason"])
    friday_plan = half_hours.tried(lab.table("contacts"), lab.table("draws"), halves["agents"], lab.scenario())
    check.that("friday_kept", friday_plan.service_level >= half_hours.LEVEL - 0.02)
    formula_hours = sum(half_hours.by_erlang_c(lab.table("calls"), lab.scenario())) / 2
    check.that("below_formula", friday_plan.hours < formula_hours)
    lab.say("halves_tried", level=friday_plan.service_level, hours=friday_plan.hours, formula=formula_hours)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(halves, dict), lab.words.say("slip_blank")
assert half_hours.fits(halves.get("agents")), lab.words.say("slip_halves")
days = evidence("truth").table("contacts"), evidence("truth").table("draws")
kept, cheap = half_hours.judged(halves["agents"], days, lab.table("calls"), lab.scenario())
assert kept, lab.words.say("slip_halves_service")
assert cheap, lab.words.say("slip_halves_cost")
### END HIDDEN TESTS

# %% crmlab={"bonus": 1} jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "halves_words", "locked": true, "points": 0, "schema_version": 3, "solution": false, "task": false}
lab.say("score_halves_words")
### BEGIN HIDDEN TESTS
assert isinstance(halves, dict), lab.words.say("slip_blank")
assert (halves.get("more"), halves.get("reason")) == ("c", "patience"), lab.words.say("slip_halves_words")
### END HIDDEN TESTS
