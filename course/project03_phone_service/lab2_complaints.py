# %% [markdown]
# # 任务二 处理客户电话投诉
#
# 国庆节前的最后一个工作日，**澄湖优品** 服务热线。班长老周把一本投诉台账放在你桌上：
#
# > “新来的九件没有分级，手里的六件漏写了期限，办法也没定。有两位客户马上还会打来，你来接。
# > 下班前告诉我——**这六位客户怎么留住？下个季度先改哪一段流程？**”
#
# | 学完能做到 | 在哪一步 |
# |---|---|
# | 照六个步骤接两通投诉电话，听出哪句话不该说 | ① ② |
# | 给投诉分级、分工、定期限、选办法 | ③ ④ ⑤ |
# | 看出先改哪几个原因最值，重画一段流程 | ⑥ ⑦ |
#
# **最后你手里有三样东西**：一份 *投诉分级登记表*，一份 *投诉处理单*，一张 *重画的流程图*。课上约 57 分钟，写给老周的话课后写；一共 30 分。

# %% [markdown]
# 做法和任务一相同：`Shift + Enter` 往下走；填好表单，按 **保存答案**，再运行检查。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "open", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import open_lab

lab = open_lab("lab2_complaints")

# %% [markdown]
# ## 先看一个季度：客户为什么来投诉（约 3 分钟）
#
# 先看，不用填。每一条是一种原因，越长的来得越多。最长的那一条，是不是就该最先改？⑥ 再答。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "quarter", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import pareto

causes = lab.table("case_causes")
pareto.show(lab, causes, by="cases", title="chart_cases")

# %% [markdown]
# ## ① 六个步骤（2 分 · 约 4 分钟）
#
# 客户来投诉，要的不过几样：有人重视，有人听，有人道歉，事情有个结果。所以处理投诉有先后。**示范**：客户的充电宝充不进电，火气很大。
#
# | 步骤 | 客服代表说 |
# |---|---|
# | 接受投诉 | “您请讲，我给您登记，编号马上有。” |
# | 平息怨气 | “出门在外手机没电，确实着急，对不起。” |
# | 澄清问题 | “是灯不亮，还是亮了充不进，对吗？” |
# | 探讨解决方案 | “可以换一个，也可以退款，您看哪样好？” |
# | 采取行动 | “今天寄出新的，后天到，到了我给您打电话。” |
# | 感谢客户 | “这样可以了吗？再次道歉，谢谢您告诉我们。” |
#
# 人在气头上，听不进办法；客户记得最牢的，是最后一句。
#
# **下面八句话，次序打乱了。每个步骤一句，还有两句根本不该说。**

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "lines", "locked": true, "schema_version": 3, "solution": false, "task": false}
lines = lab.table("case_lines")
lab.form("steps", rows=lines)

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "steps_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
steps = lab.answer("steps")
### BEGIN SOLUTION
from crmlab.judging import evidence

steps = {name: {"step": step} for name, step in evidence("truth").facts["cases"]["lines"].items()}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "steps_order", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
with lab.check("steps") as check:
    said = [steps[one]["step"] for one in lines["line_id"]]
    check.that("all_lines", all(said))
    check.that("two_never", said.count("never") == 2)
    check.that("each_step", len(set(said) - {"never", None}) == 6)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(steps, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["cases"]["lines"]
given = {name: one.get("step") for name, one in steps.items() if isinstance(one, dict)}
steps_known = {name: step for name, step in known.items() if step != "never"}
right = sum(given.get(name) == step for name, step in steps_known.items())
assert right >= len(steps_known) - 1, lab.words.say("slip_steps")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "steps_never", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_steps_never")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(steps, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["cases"]["lines"]
refused = {name for name, one in steps.items() if isinstance(one, dict) and one.get("step") == "never"}
assert refused == {name for name, step in known.items() if step == "never"}, lab.words.say("slip_never")
### END HIDDEN TESTS

# %% [markdown]
# ## ② 接两通投诉电话（6 分 · 约 20 分钟）
#
# 罗女士的锅晚到四天，打开又是坏的。**先猜两件事**，再接电话。猜的不计分。

# %% jupyter={"source_hidden": true}
lab.form("call")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "call_guessed", "locked": true, "schema_version": 3, "solution": false, "task": false}
call = lab.answer("call")
with lab.check("call") as check:
    check.that("all_guessed", all(call.values()))

# %% [markdown]
# **现在接。** 每次挑一句，也可以自己写。看她的火气和信任怎样变；通话结束后填好工单。不满意就按“再练一次”，**算最好的一次**：按六个步骤打分，60 分得 2 分，80 分再得 1 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "talk", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.roleplay("complaint_late_broken")

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "call_through", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_call")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("complaint_late_broken") >= 60, lab.words.say("slip_call")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "call_well", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_call_well")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("complaint_late_broken") >= 80, lab.words.say("slip_call_well")
### END HIDDEN TESTS

# %% [markdown]
# **说为什么。** 她的火气在哪一句后面降得最多？和你猜的一样吗？
#
# **再接一通，不一样的。** 童女士投诉的是门店的一位员工。六步照走，可是 **不替同事辩解，也不给他定罪**；这件事 **不由你办**，要报给班长；你能答应的，是 **班长几点以前回电**。也是 60 分得 2 分，80 分再得 1 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "staff_talk", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.roleplay("complaint_rude_staff")

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "staff_through", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_staff")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("complaint_rude_staff") >= 60, lab.words.say("slip_staff")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "staff_well", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_staff_well")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("complaint_rude_staff") >= 80, lab.words.say("slip_staff_well")
### END HIDDEN TESTS

# %% [markdown]
# ## ③ 分级与分工（4 分 · 约 9 分钟）
#
# 每件投诉都要登记、编号，再分级、分工。公司的规定：
#
# | 级别 | 什么样的投诉 |
# |---|---|
# | 简单 | 系统里当场就查得清 |
# | 一般 | 要换货、退款，或者要请另一个部门看一看 |
# | 复杂 | 有人受伤；同一件事第三次来电；或者要两个以上的部门对账 |
#
# | 谁来处理 | 管到哪里 |
# |---|---|
# | 客服代表 | 简单和一般的，金额不超过 200 元 |
# | 班长 | 投诉我们员工的；复杂的；金额在 200 元以上、1000 元以内 |
# | 经理 | 有人受伤的；金额超过 1000 元的 |
#
# 几条碰在一起，**从下往上看**：够得上经理的给经理，不然够得上班长的给班长。
#
# **示范。** “客服员小李说话难听，我那 90 元的杯子你们看着办，通话记录一查就有。”——*简单*，当场查得清；*班长*，投诉的是员工。
#
# 客服代表当场办好的，就算结束；交上去的，由班长或班长指定的人来结束。
#
# **给新来的九件分级，写明交给谁；当场查得清、又归你的，办好就结束。** 运行下面一格，按“打开 CRM”，一行一件，做完按“保存”。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "new_cases", "locked": true, "schema_version": 3, "solution": false, "task": false}
new = lab.table("cases_new")
lab.crm_desk("sort", rows=new)

# %% [markdown]
# **CRM 里保存好了？** 往下运行。改了 CRM，要把下面两格再运行一遍。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "sort_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
sort = lab.crm_answer("sort")
### BEGIN SOLUTION
from crmlab import complaint_answers
from crmlab.judging import evidence

sort = complaint_answers.sorted_out(evidence("truth").facts["cases"])
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "sort_severity", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("sort") as check:
    made = [sort.get(one) or dict.fromkeys(("severity", "level", "closed")) for one in new["case_id"]]
    check.that("all_cases", all(line[name] for line in made for name in ("severity", "level")))
    check.that("three_levels", {line["level"] for line in made} == {"agent", "leader", "manager"})
    dear = [line["level"] for line, amount in zip(made, new["amount"]) if amount > 1000]
    check.that("dear_ones", set(dear) <= {"manager"})
    ended = [line for line in made if line["closed"] == "closed"]
    check.that("some_closed", ended)
    check.that("own_closed", all(line["level"] == "agent" for line in ended))
### BEGIN HIDDEN TESTS
from crmlab import crm_answers, crm_slips
from crmlab.judging import evidence

judged = crm_answers.handed_in("sort", sort)
assert isinstance(judged, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["cases"]["sort"]
slips = crm_slips.severity(judged, known, lang=lab.lang)
assert len(slips) <= 1, lab.words.say("slip_severity", {"cases": crm_slips.told(slips, lang=lab.lang)})
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "sort_level", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_sort_level")
### BEGIN HIDDEN TESTS
from crmlab import crm_answers, crm_slips
from crmlab.judging import evidence

judged = crm_answers.handed_in("sort", sort)
assert isinstance(judged, dict), lab.words.say("slip_blank")
known, amounts = evidence("truth").facts["cases"]["sort"], dict(zip(new["case_id"], new["amount"]))
slips = crm_slips.level(judged, known, amounts, lang=lab.lang)
assert len(slips) <= 1, lab.words.say("slip_level", {"cases": crm_slips.told(slips, lang=lab.lang)})
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "sort_close", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_sort_close")
### BEGIN HIDDEN TESTS
from crmlab import crm_answers, crm_slips
from crmlab.judging import evidence

judged = crm_answers.handed_in("sort", sort)
assert isinstance(judged, dict), lab.words.say("slip_blank")
slips = crm_slips.closed(judged, evidence("truth").facts["cases"]["sort"], lang=lab.lang)
assert len(slips) <= 1, lab.words.say("slip_close", {"cases": crm_slips.told(slips, lang=lab.lang)})
### END HIDDEN TESTS

# %% [markdown]
# ## ④ 定期限（4 分 · 约 6 分钟）
#
# 都按 **工作日** 数，**登记那天不算**：
#
# - 简单：1 个工作日内办完；一般：3 个工作日内办完；
# - 复杂：尽快办，每 3 个工作日回一次电话，如实说进度。这里填 **第一次回电** 的日子。
#
# 今年 9 月、10 月的日历。**休** 是放假，**班** 是周末调来上班。
#
# | 周一 | 周二 | 周三 | 周四 | 周五 | 周六 | 周日 |
# |---|---|---|---|---|---|---|
# | 09-14 | 09-15 | 09-16 | 09-17 | 09-18 | 09-19 | 09-20 班 |
# | 09-21 | 09-22 | 09-23 | 09-24 | 09-25 休 | 09-26 休 | 09-27 休 |
# | 09-28 | 09-29 | 09-30 | 10-01 休 | 10-02 休 | 10-03 休 | 10-04 休 |
# | 10-05 休 | 10-06 休 | 10-07 休 | 10-08 | 10-09 | 10-10 班 | 10-11 |
#
# **示范。** 09-18 登记的一般投诉：09-19 周六，不数；09-20 上班，数一；21 日数二；22 日数三。期限是 09-22。
#
# **在 CRM 里给手里的六件定期限。** 今天是 09-30：期限已经过了的，也照实写，再勾上“今天打电话道歉”。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "due_cases", "locked": true, "schema_version": 3, "solution": false, "task": false}
mine = lab.table("cases_due")
lab.crm_desk("due", rows=mine)

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "due_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
due = lab.crm_answer("due")
### BEGIN SOLUTION
due = complaint_answers.promised(evidence("truth").facts["cases"])
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "due_plain", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
with lab.check("due") as check:
    held = [due.get(one) or dict.fromkeys(("by", "late")) for one in mine["case_id"]]
    days = [line["by"] for line in held]
    check.that("all_days", all(days))
    check.that("later_than_opened", lambda: all(day > one[5:] for day, one in zip(days, mine["opened"])))
    check.that("open_days", not set(days) & {"09-19", "09-25", "09-26", "09-27", "10-11"})
    check.that("after_holiday", lambda: not any("10-01" <= day <= "10-07" for day in days))
    calls = [line["late"] == "call" for line in held]
    check.that("overdue_called", lambda: calls == [day < "09-30" for day in days])
### BEGIN HIDDEN TESTS
from crmlab import crm_answers, crm_slips
from crmlab.judging import evidence

judged = crm_answers.handed_in("due", due)
assert isinstance(judged, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["cases"]
plain = [name for name in known["due"] if name not in known["across"]]
slips = crm_slips.due(judged, known["due"], plain, lang=lab.lang)
assert not slips, lab.words.say("slip_due", {"cases": crm_slips.told(slips, lang=lab.lang)})
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "due_holiday", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_due_holiday")
### BEGIN HIDDEN TESTS
from crmlab import crm_answers, crm_slips
from crmlab.judging import evidence

judged = crm_answers.handed_in("due", due)
assert isinstance(judged, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["cases"]
slips = crm_slips.due(judged, known["due"], known["across"], lang=lab.lang)
assert not slips, lab.words.say("slip_holiday", {"cases": crm_slips.told(slips, lang=lab.lang)})
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "due_late", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_due_late")
### BEGIN HIDDEN TESTS
from crmlab import crm_answers, crm_slips
from crmlab.judging import evidence

judged = crm_answers.handed_in("due", due)
assert isinstance(judged, dict), lab.words.say("slip_blank")
slips = crm_slips.late(judged, evidence("truth").facts["cases"]["due"], lang=lab.lang)
assert not slips, lab.words.say("slip_late", {"cases": crm_slips.told(slips, lang=lab.lang)})
### END HIDDEN TESTS

# %% [markdown]
# ## ⑤ 处理办法（4 分 · 约 6 分钟）
#
# 六件都查清了，四种办法，花的钱不一样：
#
# | 办法 | 公司花多少 |
# |---|---|
# | 说明并道歉 | 0 元 |
# | 道歉，送一张券 | 15 元 |
# | 换货或退款 | 金额的 35% |
# | 换货或退款，再补 50 元 | 金额的 35%，加 50 元 |
#
# **投诉成立的，客户有权换货或退款**，不能拿道歉或一张券打发；他去打 12315，货款照退，公司还要多花 100 元。投诉不成立的，四种办法都可以，可是钱要花得值。
#
# 下表是去年一天之内办完的投诉，一年里走掉了百分之几：

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "rates", "locked": true, "schema_version": 3, "solution": false, "task": false}
history = lab.table("case_history")
quick = history[history["days"] == 1]
rates = 100 * quick.pivot_table(index="found", columns="remedy", values="left")
rates = rates[["explain", "voucher", "replace", "generous"]].round(0).astype(int)
rates.index = lab.words.say("rates_rows").split("|")
rates.columns = lab.words.say("rates_columns").split("|")
rates.rename_axis(lab.words.say("rates_corner"), axis="columns")

# %% [markdown]
# **示范。** 一位客户投诉成立，今后两年约贡献 1000 元。假如只换货的走 32%，再补 50 元的走 25%，补不补？少走的百分数乘以贡献，减去 50 元：

# %%
1000 * (32 - 25) / 100 - 50

# %% [markdown]
# 比 0 大，就值。**把三个数换成表里的和你手上客户的**，再运行一次；券值不值 15 元，也这样算。算过一次就知道：贡献多少元以上才值，六件不必各算一遍。
#
# 怎样评分：守住客户的权利，得 2 分；六件合起来，比“人人一样”多挣的钱达到内行的八成，再得 2 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "settle_cases", "locked": true, "schema_version": 3, "solution": false, "task": false}
mine = lab.table("cases_due")
lab.form("settle", rows=mine)

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "settle_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
settle = lab.answer("settle")
### BEGIN SOLUTION
settle = {name: {"remedy": one} for name, one in evidence("truth").facts["cases"]["plans"]["textbook"].items()}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "settle_right", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("settle") as check:
    chosen = {one: settle[one]["remedy"] for one in mine["case_id"]}
    check.that("all_settled", all(chosen.values()))
    check.that("not_all_alike", len(set(chosen.values())) > 1)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence
from crmlab.remedies import OWED

assert isinstance(settle, dict), lab.words.say("slip_blank")
chosen = {name: one.get("remedy") for name, one in settle.items() if isinstance(one, dict)}
owed = list(mine.loc[mine["found"], "case_id"])
assert all(chosen.get(name) in OWED for name in owed), lab.words.say("slip_right")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "settle_worth", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_settle_worth")
### BEGIN HIDDEN TESTS
from crmlab import remedies
from crmlab.judging import evidence

assert isinstance(settle, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["cases"]
chosen = {name: one.get("remedy") for name, one in settle.items() if isinstance(one, dict)}
fits = set(chosen) == set(known["values"]) and set(map(str, chosen.values())) <= set(remedies.REMEDIES)
assert fits, lab.words.say("slip_settle")
assert remedies.won(chosen, known["values"], known["plans"]) >= remedies.GOOD, lab.words.say("slip_worth")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑥ 先改哪几个原因（2 分 · 约 3 分钟）
#
# 上面那张图数的是 **件数**。下表多了一列：办一件平均花多少钱。**示范。** 甲来了 100 件，每件花 5 元，一共 500 元；乙来了 20 件，每件花 60 元，一共 1200 元。先改乙。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "causes_table", "locked": true, "schema_version": 3, "solution": false, "task": false}
causes = lab.table("case_causes")
table = causes[[f"cause_{lab.lang}", "cases", "cost"]]
table.columns = lab.words.say("causes_columns").split("|")
lab.say("causes_total", cases=int(causes["cases"].sum()), total=int((causes["cases"] * causes["cost"]).sum()))
table.set_index(table.columns[0])

# %% jupyter={"source_hidden": true}
lab.form("causes")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "causes_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
mend = lab.answer("causes")
### BEGIN SOLUTION
mend = {name: evidence("truth").facts["cases"]["causes"][key] for name, key in (("three", "top"), ("share", "share"))}
mend |= {"over": "all_cost"}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "causes_three", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
with lab.check("causes") as check:
    check.that("three_chosen", len(mend["three"]) == 3)
    check.that("over_chosen", mend["over"])
    check.that("share_plausible", 30 < mend["share"] <= 100)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(mend, dict) and isinstance(mend.get("three"), list), lab.words.say("slip_blank")
assert sorted(map(str, mend["three"])) == evidence("truth").facts["cases"]["causes"]["top"], lab.words.say("slip_three")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "causes_share", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_causes_share")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(mend, dict), lab.words.say("slip_blank")
assert isinstance(mend.get("share"), (int, float)), lab.words.say("slip_share")
assert mend.get("over") == "all_cost", lab.words.say("slip_share")
assert abs(mend["share"] - evidence("truth").facts["cases"]["causes"]["share"]) <= 1, lab.words.say("slip_share")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑦ 重画一段流程（3 分 · 约 5 分钟）
#
# 花费最多的那个原因，现在是这样走的。**前三步**（有底色）是错怎样出来的，**后五步** 是投诉来了怎样办：盒子上面是平均等几天，下面是百分之几要返工——返工就再等一次。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "flow_now", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import flow_chart, service_flow

flow_chart.show(lab, None)
now = service_flow.of(lab)
cause = service_flow.dearest(lab.table("case_causes"))[f"cause_{lab.lang}"]
lab.say("flow_now", cause=cause, cases=now.cases, cost=now.cost)

# %% [markdown]
# **三件事由你定。**
#
# 1. **检查放在哪一步后面？** 太早，后面的错拦不住；越晚，查一件越贵；投诉来了再查，一件也少不了。
# 2. **哪两步合给一个人？** 合了以后，后一步不用再等，也不用返工。
# 3. **多少元以内，客服代表当场定？** 定得低，件件等班长；定得高，手一松就多给。
#
# **示范。** 一道检查少花 1800 元，多花 1200 元：省 600 元，值。几种比一比，挑省得最多的。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "flow_checks", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import service_flow

now, ways = service_flow.of(lab), lab.table("case_ways")
checks = ways.loc[ways["way"] == "check", ["gain", "yuan"]].assign(gain=lambda one: one["gain"] * now.cost)
checks.index = lab.words.say("checks_rows").split("|")
checks.columns = lab.words.say("checks_columns").split("|")
checks.rename_axis(lab.words.say("checks_corner"), axis="columns")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "flow_limits", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import service_flow

now, ways = service_flow.of(lab), lab.table("case_ways")
limits = ways.loc[ways["way"] == "limit", ["gain", "days", "yuan"]]
limits = limits.assign(days=(limits["days"] * now.late).round().astype(int))
limits.index = lab.words.say("limits_rows").split("|")
limits.columns = lab.words.say("limits_columns").split("|")
limits.rename_axis(lab.words.say("limits_corner"), axis="columns")

# %% [markdown]
# **怎样评分**，各 1 分：检查省下最好的八成；办完一件平均不超过 3 个工作日；每件花费（连同拖延的损失）省下最好的九成。

# %% jupyter={"source_hidden": true}
lab.form("flow")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "flow_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
flow = lab.answer("flow")
### BEGIN SOLUTION
flow = dict(evidence("truth").facts["cases"]["flow"]["best"])
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "flow_redrawn", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import flow_chart

flow_chart.show(lab, lab.kept("flow"))

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "flow_cases", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from crmlab import service_flow

with lab.check("flow") as check:
    check.that("all_given", all(flow.values()))
    if all(flow.values()):
        check.that("changed", flow != service_flow.TODAY)
        check.that("in_time", lambda: service_flow.of(lab).run(flow).days <= service_flow.PROMISE)
### BEGIN HIDDEN TESTS
from crmlab import service_flow

chosen = service_flow.choice_of(flow)
assert chosen is not None, lab.words.say("slip_flow")
assert service_flow.judge(service_flow.of(lab), chosen).cases, lab.words.say("slip_flow_cases")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "flow_days", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_flow_days")
### BEGIN HIDDEN TESTS
from crmlab import service_flow

chosen = service_flow.choice_of(flow)
assert chosen is not None, lab.words.say("slip_flow")
assert service_flow.judge(service_flow.of(lab), chosen).days, lab.words.say("slip_flow_days")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "flow_cost", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_flow_cost")
### BEGIN HIDDEN TESTS
from crmlab import service_flow

chosen = service_flow.choice_of(flow)
assert chosen is not None, lab.words.say("slip_flow")
assert service_flow.judge(service_flow.of(lab), chosen).cost, lab.words.say("slip_flow_cost")
### END HIDDEN TESTS

# %% [markdown]
# ## 下班：看看今天做了多少（约 1 分钟）
#
# 有 ○ 的还没有作答，有 ✗ 的再回去看看，改完重新运行那一题下面的格子。按 `Ctrl + S` 保存。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "end", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.progress()

# %% [markdown]
# ## 作业：两张表，一张图，和写给老周的话（5 分 · 老师批改 · 课后约 9 分钟）
#
# 运行下面一格，看看你今天做出来的东西，可以打印。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "sheets", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import flow_chart

lab.sheet("sort", title="sheet_sort", rows=lab.table("cases_new"))
lab.sheet("due", "settle", title="sheet_due", rows=lab.table("cases_due"))
flow_chart.show(lab, lab.kept("flow"))

# %% [markdown]
# 老周收下台账：“办得有道理没有，你说说看。”写三到六句话，可以这样开头：
#
# 1. “（哪一件）我选……，**因为** 走的人少……个百分点，值……元，比……元多。”
# 2. “最先改……，检查放在……后面，**所以** 客户会少碰到……，……不用再等……。”
# 3. “要是客户不接受我的办法，**那么** 我……，并且告诉……。”
#
# **点一下下面这一格，按 `Enter`，把字换成你的话，再按 `Shift + Enter`，按 `Ctrl + S` 保存。**

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# 老周：D1 投诉成立，客户今后两年约贡献 1900 元，我选换货再补 50 元：照去年的数，走的人少 9 个百分点，值 171 元，比 50 元多。
# 最先该改的是“用几天就坏”，件数不最多，可是一件要花近两百元；请仓库在出库前通电试一次，客户就不会收到坏的；登记的人自己核实，500 元以内客服当场定，办完一件从五天多降到三天以内。
# 要是客户不接受，我不跟他争，先问清他想要什么，再报给您另想办法，并且每三个工作日打一次电话，把进度告诉他。

# %% [markdown]
# ## 进阶：拖一天要付多少？（附加 3 分，不做不扣分）
#
# 课文说，处理投诉越拖，代价越高。下面把去年的记录按办完用了几个工作日分开，看一年里走掉的占百分之几；右边一列只数办得最好的：投诉成立，换了货或退了款，还补了 50 元。约 5 分钟，附加分加在总分上面，不做、做错都不扣分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "delay_table", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import delay

delay.table(lab)

# %% [markdown]
# **算一笔。** 一位客户两年约贡献 1000 元；多走一个百分点，就少 10 元。**示范**：1 天办完的走 20%，3 天办完的走 30%，隔了两天，一天值：

# %%
(30 - 20) / 100 * 1000 / 2

# %% [markdown]
# **把数换成左边一列最上和最下的两个**，隔了几天也要换，再运行一次。
#
# **再想一步。** 有人说，投诉办得好的客户，比没出过事的还忠诚，这叫“服务补救悖论”，各家研究说法不一。看右边一列：当天就办好的，走得真少。**这张表能不能证明它？还缺哪一组人？**
#
# 怎样评分：一天值几元算对（差 1 元以内，用一条直线拟合也行），得 2 分；后两问都对，另得 1 分。

# %% jupyter={"source_hidden": true}
lab.form("delay")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "delay_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
late = lab.answer("delay")
### BEGIN SOLUTION
gone = delay.left(lab.table("case_history"))
late = {"cost": round(10 * (gone[5] - gone[1]) / 4, 1), "proves": "no", "missing": "no_trouble"}
### END SOLUTION

# %% crmlab={"bonus": 2} jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "delay_cost", "locked": true, "points": 0, "schema_version": 3, "solution": false, "task": false}
with lab.check("delay") as check:
    check.that("cost_given", isinstance(late["cost"], (int, float)))
    check.that("one_day", lambda: 1 < late["cost"] < 100)
    check.that("both_said", late["proves"] and late["missing"])
### BEGIN HIDDEN TESTS
assert isinstance(late, dict) and isinstance(late.get("cost"), (int, float)), lab.words.say("slip_blank")
low, high = delay.yuan_a_day(lab.table("case_history"))
assert low <= late["cost"] <= high, lab.words.say("slip_delay_cost")
### END HIDDEN TESTS

# %% crmlab={"bonus": 1} jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "delay_proof", "locked": true, "points": 0, "schema_version": 3, "solution": false, "task": false}
lab.say("score_delay_proof")
### BEGIN HIDDEN TESTS
assert isinstance(late, dict), lab.words.say("slip_blank")
assert late.get("proves") == "no", lab.words.say("slip_delay_proves")
assert late.get("missing") == "no_trouble", lab.words.say("slip_delay_missing")
### END HIDDEN TESTS
