# %% [markdown]
# # 任务三 提升电话沟通的技巧
#
# 周一早会后，**澄湖优品** 热线的班长老周叫住你：
#
# > “下星期来两位新人，你带。先把准备、倾听、提问、复述这几样理清楚，再给他们写一张 **话术卡**。
# > 还有一件事要你拿主意——**这一季的培训费，全班学哪一样最值？**”
#
# | 学完能做到 | 在哪一步 |
# |---|---|
# | 上线之前把该准备的准备好 | ① |
# | 从录音里听出欢迎、倾听、提问、复述，分清开放式和封闭式提问 | ② |
# | 听出一句话缺了什么，换成更好的一句 | ③ ④ |
# | 自己接一通当场答不了的电话，对照成绩单看自己 | ⑤ ⑥ |
# | 看懂一班人的技巧怎样改变看板，定下培训哪一样 | ⑦ |
#
# **最后你手里有两样东西**：一张 *话术卡*，一份 *培训建议*。课上约 44 分钟，写给老周的话课后写；一共 30 分。

# %% [markdown]
# 做法和前两个任务相同：`Shift + Enter` 往下走；填好表单，按 **保存答案**，再运行检查。卡住了按 **提示**。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "open", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import open_lab

lab = open_lab("lab3_phone_skills")

# %% [markdown]
# ## ① 上线之前（3 分 · 约 6 分钟）
#
# 耳机戴上以前，一通电话已经开始了。要准备四样：
#
# | 准备 | 说的是 |
# |---|---|
# | 业务知识 | 商品、规定、活动、系统 |
# | 客户资料 | 打来的是谁，买过什么，上一次停在哪里 |
# | 情绪管理 | 上线 **之前**，把自己调到能接电话的样子 |
# | 压力释放 | 难接的电话 **之后**，把压力放出来，不带给下一位 |
#
# **示范。** “把昨天的缺货表看一遍”——*业务知识*；“生闷气，谁也不理”——*不该做*：气没有放出来，下一位客户听得见。
#
# **下面八件事，各是哪一样？有两件不该做。**

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "ready_things", "locked": true, "schema_version": 3, "solution": false, "task": false}
things = lab.table("skill_ready")
lab.form("ready", rows=things)

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "ready_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
ready = lab.answer("ready")
### BEGIN SOLUTION
from crmlab.judging import evidence

ready = {name: {"kind": kind} for name, kind in evidence("truth").facts["skills"]["ready"].items()}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "ready_kind", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("ready") as check:
    said = [ready[one]["kind"] for one in things["ready_id"]]
    check.that("all_things", all(said))
    check.that("two_never", said.count("never") == 2)
    check.that("every_kind", {"knowledge", "customer", "mood", "release"} <= set(said))
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(ready, dict), lab.words.say("slip_blank")
known = {name: kind for name, kind in evidence("truth").facts["skills"]["ready"].items() if kind != "never"}
given = {name: one.get("kind") for name, one in ready.items() if isinstance(one, dict)}
right = sum(given.get(name) == kind for name, kind in known.items())
assert right >= len(known) - 1, lab.words.say("slip_ready")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "ready_never", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_ready_never")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(ready, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["skills"]["ready"]
refused = {name for name, one in ready.items() if isinstance(one, dict) and one.get("kind") == "never"}
assert refused == {name for name, kind in known.items() if kind == "never"}, lab.words.say("slip_never")
### END HIDDEN TESTS

# %% [markdown]
# ## ② 听录音，给每句话起名字（4 分 · 约 5 分钟）
#
# 一通好电话里，客服代表做的就是这几样：
#
# | 技巧 | 怎样认 |
# |---|---|
# | 欢迎 | 问好，报出自己是谁，请客户说 |
# | 倾听 | 应一声，请他说下去；不插话，不抢着答 |
# | 开放式提问 | 答案客户自己说，一两个字答不完：怎样、什么、哪里不舒服 |
# | 封闭式提问 | 答“是”“不是”，或一个现成的字眼就够 |
# | 复述 | 把听到的用自己的话说回去，请客户点头 |
# | 别的 | 答复、约定、道别 |
#
# 先开放，听出是怎么回事；再封闭，把一个一个细节定下来；最后复述。问题不全是为了答案：“您最担心的是什么”，问的是客户心里的事。
#
# **示范。** “灯是红的还是绿的？”——*封闭式*，现成的两个字里挑一个。“灯怎么个闪法？”——*开放式*。“哦，还有呢？”——*倾听*，只是请他说下去。
#
# **这是同事昨天的一通录音，十句，给每句起个名字。**

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "skills_call", "locked": true, "schema_version": 3, "solution": false, "task": false}
recording = lab.table("skill_call")
lab.form("skills", rows=recording)

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "skills_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
skills = lab.answer("skills")
### BEGIN SOLUTION
skills = {name: {"skill": skill} for name, skill in evidence("truth").facts["skills"]["call"].items()}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "skills_lines", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("skills") as check:
    named = [skills[one]["skill"] for one in recording["line_id"]]
    check.that("all_lines", all(named))
    check.that("begins_with_welcome", named[0] == "welcome")
    check.that("some_of_each", {"listen", "open", "closed", "restate"} <= set(named))
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(skills, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["skills"]["call"]
given = {name: one.get("skill") for name, one in skills.items() if isinstance(one, dict)}
plain = {name: skill for name, skill in known.items() if skill not in ("open", "closed")}
right = sum(given.get(name) == skill for name, skill in plain.items())
assert right >= len(plain) - 1, lab.words.say("slip_skills")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "skills_questions", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_skills_questions")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(skills, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["skills"]["call"]
given = {name: one.get("skill") for name, one in skills.items() if isinstance(one, dict)}
asked = {name: skill for name, skill in known.items() if skill in ("open", "closed")}
assert all(given.get(name) == skill for name, skill in asked.items()), lab.words.say("slip_questions")
### END HIDDEN TESTS

# %% [markdown]
# ## ③ 修六句不好的话（5 分 · 约 6 分钟）
#
# 好的沟通有六个样子，缺了哪一个，客户都听得出：
#
# | 特征 | 有它的时候 | 缺了它 |
# |---|---|---|
# | 尊敬 | 让人说完，不笑话人 | 抢话、贬低 |
# | 帮助 | 想出一条路，或者替他转到办得了的人 | “不归我管” |
# | 移情 | 说得出他此刻的难处 | 公事公办 |
# | 适应 | 随对方的年纪、心情、场合换说法 | 对谁都一个腔调 |
# | 可信 | 查过再说，说了算数 | 满口答应、推翻前话 |
# | 明确 | 有日子、有数、听得懂 | 行话、“尽快” |
#
# **示范。** 客户问几天能退款。客服：“财务流程走完就到账。”缺的是 *明确*。换成“三个工作日，最晚星期四到您卡上”，就好了；“您放心，很快的”听着客气，还是没有日子。
#
# **六句话，每句缺一样；下面 A、B、C 三句里，只有一句真的补上了。**

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "mend_slips", "locked": true, "schema_version": 3, "solution": false, "task": false}
slips = lab.table("skill_slips")
lab.form("mend", rows=slips)

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "mend_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
mend = lab.answer("mend")
### BEGIN SOLUTION
mend = evidence("truth").facts["skills"]["slips"]
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mend_feature", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
with lab.check("mend") as check:
    made = [mend[one] for one in slips["mend_id"]]
    check.that("all_slips", all(line[name] for line in made for name in ("feature", "better")))
    check.that("one_of_each", len({line["feature"] for line in made}) == 6)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(mend, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["skills"]["slips"]
made = {name: line for name, line in mend.items() if isinstance(line, dict)}
right = sum(made.get(name, {}).get("feature") == one["feature"] for name, one in known.items())
assert right >= len(known) - 2, lab.words.say("slip_feature")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mend_better", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
lab.say("score_mend_better")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(mend, dict), lab.words.say("slip_blank")
known = evidence("truth").facts["skills"]["slips"]
made = {name: line for name, line in mend.items() if isinstance(line, dict)}
right = sum(made.get(name, {}).get("better") == one["better"] for name, one in known.items())
assert right >= len(known) - 1, lab.words.say("slip_better")
### END HIDDEN TESTS

# %% [markdown]
# ## ④ 写话术卡（3 分 · 约 6 分钟）
#
# 轮到你自己说。新人会照着这张卡开口，所以要 **你自己的话**，四句就够。先读下面这位客户说了什么。
#
# 怎样检查：一个听话的程序把每句话听一遍，听得出问候、开放式提问、复述、有办法的答复，就打勾；听出怪罪、打断、许空愿，就不打。评分用的是同一个程序，现在打了勾，交上去也打勾。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "scene", "locked": true, "schema_version": 3, "solution": false, "task": false}
scene = lab.table("skill_scene").iloc[0]
lab.say("scene", said=scene[f"said_{lab.lang}"], no=scene[f"no_{lab.lang}"])
lab.form("card")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "card_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
card = lab.answer("card")
### BEGIN SOLUTION
from crmlab import skill_answers

card = skill_answers.good_card(lab.table("skill_scene")[f"said_{lab.lang}"].iloc[0], lab.lang)
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "card_open", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
from crmlab import phone_card

with lab.check("card") as check:
    before = [lab.table("skill_scene")[f"said_{lab.lang}"].iloc[0]]
    for part in ("opening", "question", "back", "refusal"):
        told = f"{part}_hurts" if phone_card.hurts(card[part], lab.lang) else part
        check.that(told, phone_card.does(part, card[part], lab.lang, before=before))
### BEGIN HIDDEN TESTS
from crmlab import phone_card

assert isinstance(card, dict), lab.words.say("slip_blank")
assert phone_card.does("opening", card.get("opening"), lab.lang), lab.words.say("slip_opening")
assert phone_card.does("question", card.get("question"), lab.lang), lab.words.say("slip_question")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "card_hard", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
lab.say("score_card_hard")
### BEGIN HIDDEN TESTS
from crmlab import phone_card

assert isinstance(card, dict), lab.words.say("slip_blank")
heard = [lab.table("skill_scene")[f"said_{lab.lang}"].iloc[0]]
assert phone_card.does("back", card.get("back"), lab.lang, before=heard), lab.words.say("slip_back")
assert phone_card.does("refusal", card.get("refusal"), lab.lang), lab.words.say("slip_refusal")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑤ 接葛阿姨的电话（5 分 · 约 13 分钟）
#
# 葛阿姨的洗衣机用了十年，排水管裂了，问还有没有这个零件。**你的系统里查不到**：要问配件仓，一般一个工作日有答复。不知道的，不能乱说。
#
# **先挑难度，再猜一件事。** 三个难度的评分标准一样，难的那位火气大、耐心少。

# %% jupyter={"source_hidden": true}
lab.form("talk")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "talk_chosen", "locked": true, "schema_version": 3, "solution": false, "task": false}
talk = lab.answer("talk") or {}
with lab.check("talk") as check:
    check.that("level_chosen", talk.get("level") in ("1", "2", "3"))
    check.that("guessed", bool(talk.get("hard")))

# %% [markdown]
# **现在接。** 从几句话里挑一句，也可以用你话术卡上的句子。通话结束后把工单填好；成绩单先别细看，⑥ 要你先猜。不满意就按“再练一次”，**算最好的一次**。
#
# 怎样评分：老师那边照通话记录重放一遍，按开场、询问、核对、答复、约定、结束六步打分。这已经是第五通了，门槛高一点：70 分得 3 分，80 分再得 2 分。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "ring", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.roleplay("enquiry_needs_time", level=int((lab.answer("talk") or {}).get("level") or 1))

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "talk_through", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
lab.say("score_talk")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("enquiry_needs_time") >= 70, lab.words.say("slip_talk")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "talk_well", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
lab.say("score_talk_well")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").score("enquiry_needs_time") >= 80, lab.words.say("slip_talk_well")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑥ 对照自己（1 分 · 约 1 分钟）
#
# **先凭感觉**，想一想：六步里你哪一步最弱？想好了，再看成绩单上每一步的分，填下面的表。六步都在九成以上，就填“没有弱的”。

# %% jupyter={"source_hidden": true}
lab.form("self")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "self_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
seen = lab.answer("self")
### BEGIN SOLUTION
from crmlab import mirror

seen = {"thought": "close", "weakest": min(mirror.weak_steps(evidence("plays"), "enquiry_needs_time"), default="none")}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "self_weak", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
with lab.check("self") as check:
    check.that("both_filled", all(seen.values()))
### BEGIN HIDDEN TESTS
from crmlab import mirror
from crmlab.judging import evidence

assert isinstance(seen, dict), lab.words.say("slip_blank")
assert seen.get("weakest") in mirror.weak_steps(evidence("plays"), "enquiry_needs_time"), lab.words.say("slip_self")
### END HIDDEN TESTS

# %% [markdown]
# ## ⑦ 全班学哪一样？（4 分 · 约 6 分钟）
#
# 一个人的技巧，改变一通电话；一班人的技巧，改变墙上的看板。试点组学了四样，效果已经量出来。**先猜**，再让上星期五的来电按每一种培训各走一遍。

# %% jupyter={"source_hidden": true}
lab.form("predict")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "predicted", "locked": true, "schema_version": 3, "solution": false, "task": false}
predict = lab.answer("predict") or {}
with lab.check("predict") as check:
    check.that("all_guessed", bool(predict) and all(predict.values()))

# %% [markdown]
# 下面一格当场模拟：同样的来电、同样的人手，只是每个人都学了那一样。约一两秒。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "boards", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import pareto, phone_shift

boards = phone_shift.boards(lab, lab.table("skill_offer"))
pareto.show(lab, boards, by="unsolved", title="chart_unsolved")
phone_shift.table(lab, boards)

# %% [markdown]
# 看板上哪一行最好看？没办成事的客户又是哪一行最多？和你猜的一样吗？
#
# **算账。** 一位客户的事情没办成，公司平均要多花 **8 元**：再打来的电话、补偿、人工。一星期按 5 天算。
#
# **示范。** 不培训，一天有 200 位没办成；学了某一样，剩 150 位；培训费摊到每星期 900 元：

# %%
(200 - 150) * 5 * 8 - 900

# %% [markdown]
# 比 0 大，就值。**把三个数换成表里的**，几样都算一算，再运行一次。
#
# 怎样评分：你选的那一样，放到 **下星期** 的来电里去走一遍，和最好的一样比，挣到八成得 3 分；你算的数对，另得 1 分。

# %% jupyter={"source_hidden": true}
lab.form("shift")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "shift_answer", "locked": false, "schema_version": 3, "solution": true, "task": false}
shift = lab.answer("shift")
### BEGIN SOLUTION
best = evidence("truth").facts["shift"]["best"]
shift = {"training": best, "worth": evidence("truth").facts["shift"]["friday"][best]}
### END SOLUTION

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "shift_worth", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
with lab.check("shift") as check:
    check.that("chosen", bool(shift["training"]))
    check.that("worth_given", isinstance(shift["worth"], (int, float)))
    check.that("worth_positive", shift["worth"] > 0)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert isinstance(shift, dict) and isinstance(shift.get("worth"), (int, float)), lab.words.say("slip_blank")
known = evidence("truth").facts["shift"]["friday"]
assert str(shift.get("training")) in known, lab.words.say("slip_blank")
assert abs(shift["worth"] - known[shift["training"]]) <= 10, lab.words.say("slip_worth")
### END HIDDEN TESTS

# %% jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "shift_choice", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
lab.say("score_shift_choice")
### BEGIN HIDDEN TESTS
from crmlab import phone_shift
from crmlab.judging import evidence

assert isinstance(shift, dict), lab.words.say("slip_blank")
gain = evidence("truth").facts["shift"]["gain"]
assert str(shift.get("training")) in gain, lab.words.say("slip_blank")
assert phone_shift.won(shift["training"], gain) >= phone_shift.GOOD, lab.words.say("slip_choice")
### END HIDDEN TESTS

# %% [markdown]
# ## 下班：看看今天做了多少（约 1 分钟）
#
# 有 ○ 的还没有作答，有 ✗ 的再回去看看，改完重新运行那一题下面的格子。按 `Ctrl + S` 保存。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "end", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.progress()

# %% [markdown]
# ## 作业：话术卡，和写给老周的话（5 分 · 老师批改 · 课后约 7 分钟）
#
# 运行下面一格，看看你今天做出来的东西，可以打印。

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "sheets", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.sheet("card", title="sheet_card")
lab.sheet("mend", title="sheet_mend", rows=lab.table("skill_slips"))
lab.sheet("shift", title="sheet_shift")

# %% [markdown]
# 老周说：“两位新人下星期就来。”写三到六句话，可以这样开头：
#
# 1. “全班学……，**因为** ……（写两个数）；看板最好看的那一样我不选，**因为** ……”
# 2. “我自己那通电话，最弱的是……，**所以** 下一次那一步我会说：……”
# 3. “接到骂人的电话以后，我教新人……，**这样** 就不会带给下一位客户。”
#
# **点一下下面这一格，按 `Enter`，把字换成你的话，再按 `Shift + Enter`，按 `Ctrl + S` 保存。**

# %% [markdown] nbgrader={"grade": true, "grade_id": "explain", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# 老周：我选“倾听与体谅”。星期五没办成的客户从 217 位降到 156 位，一星期少 305 位，省 2440 元，减去 1360 元培训费，还多 1080 元；话术压缩让服务水平最高，可是没办成的多了 56 位，客户挂了电话事情还在。
# 我自己最弱的是“约定”：说了回电，没说几点。下一次我会说“最晚明天上午十一点，我打您家座机”。
# 挨了骂，先示忙三分钟，喝口水，做几次深呼吸；下班和大家说一说，说完就放下，不带给下一位客户，也不带回家。

# %% [markdown]
# ## 进阶：三个难度都打一遍（附加 3 分，不做不扣分）
#
# 同一位葛阿姨，三种心情。第一、二档有建议语句；**第三档只凭声音**：没有建议、没有提示，每一句都自己说，说完在系统听出的意思里勾上你想做的。约 15 分钟，附加分加在总分上面，不做、做错都不扣分。
#
# **先猜，再挑一档接起来；接完换一档，再接。** 哪一档不满意就再练，每一档都算最好的一次。
#
# 怎样评分：照通话记录重放。三档都到 60 分，得 2 分；第三档到 80 分，另得 1 分。

# %% jupyter={"source_hidden": true}
lab.form("levels")

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "hardest", "locked": true, "schema_version": 3, "solution": false, "task": false}
lab.roleplay("enquiry_needs_time", level=int((lab.answer("levels") or {}).get("level") or 1))

# %% [markdown]
# **看看三档各打了几分。** 和你猜的一样吗？火气大的时候，先问还是先安抚？同样的话，对她三种心情效果不同——六个特征里，这叫哪一个？

# %% jupyter={"source_hidden": true} nbgrader={"grade": false, "grade_id": "by_level", "locked": true, "schema_version": 3, "solution": false, "task": false}
from crmlab import mirror

mirror.by_level(lab, "enquiry_needs_time")

# %% crmlab={"bonus": 2} jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "levels_all", "locked": true, "points": 0, "schema_version": 3, "solution": false, "task": false}
with lab.check("levels") as check:
    best_by_level = mirror.best_of(lab, "enquiry_needs_time")
    check.that("practice", best_by_level[1] >= 60)
    check.that("real", best_by_level[2] >= 60)
    check.that("voice", best_by_level[3] >= 60)
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

reached = [evidence("plays").best_at("enquiry_needs_time", level) for level in (1, 2, 3)]
assert min(reached) >= 60, lab.words.say("slip_levels")
### END HIDDEN TESTS

# %% crmlab={"bonus": 1} jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "levels_voice", "locked": true, "points": 0, "schema_version": 3, "solution": false, "task": false}
lab.say("score_levels_voice")
### BEGIN HIDDEN TESTS
from crmlab.judging import evidence

assert evidence("plays").best_at("enquiry_needs_time", 3) >= 80, lab.words.say("slip_levels_voice")
### END HIDDEN TESTS
