"""The page a student sees first: the course, the labs that are open, how far one is, how to hand in."""

from html import escape
from pathlib import Path
from urllib.parse import quote

from crmlab.language import Words, translator
from crmlab.progress import LabState, ProjectState, course_state

ROLE_PLAY = "crmlab/roleplay"
CRM = "crm/"
NAMES = {"zh": "开始.md", "en": "Start.md"}


def write(workspace: Path, *, lang: str = "zh") -> Path:
    """Write the start page of `workspace` when it is absent or out of date; return its path."""
    page = workspace / NAMES[lang]
    text = render(course_state(workspace, lang=lang), lang=lang)
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        page.write_text(text, encoding="utf-8", newline="\n")
    return page


def render(projects: tuple[ProjectState, ...], *, lang: str = "zh") -> str:
    """Return the page as Markdown; its classes are styled by desk.css, and it reads well without."""
    _ = translator(lang)
    parts = [_head(projects, _)]
    parts += [_open_project(project, _) for project in projects if project.labs]
    parts += [_role_play(_, lang), _crm(_)]
    soon = [project for project in projects if not project.labs]
    if soon:
        parts.append(_coming(soon, _))
    parts.append(_hand_in(projects, _))
    return '<div class="crmlab">\n' + "\n".join(parts) + "\n</div>\n"


def _head(projects: tuple[ProjectState, ...], _: Words) -> str:
    labs = [lab for project in projects for lab in project.labs]
    done, total = sum(lab.answered for lab in labs), sum(lab.total for lab in labs)
    state = (
        _("已完成 {done} / {total} 个任务点").format(done=done, total=total) if labs else _("实训还没有发布")
    )
    name, greeting = (
        _("客户关系管理实训室"),
        _("在一家模拟的公司里上班：看数据，接电话，做决定。不用会编程。"),
    )
    return (
        '<div class="crmlab-head">\n'
        f"<h1>{name}</h1>\n"
        f"<p>{greeting}</p>\n"
        f'<p class="crmlab-state">{state}</p>\n'
        "</div>"
    )


def _role_play(_: Words, lang: str) -> str:
    """Return the way to the role-play desk, a page of the same server and so without address or port."""
    title, about, go = (
        _("与客户通话"),
        _("接起电话，和模拟的客户说话；说完就看到得分和改进建议。"),
        _("去接电话"),
    )
    return _way(title, about, go, f"/{ROLE_PLAY}?lang={lang}")


def _crm(_: Words) -> str:
    """Return the way to the practice CRM, which the same server shows."""
    title, about, go = (
        _("客户关系管理系统"),
        _("记录来电来访，管理客户、销售机会和个案；每个项目有自己的一本。"),
        _("打开系统"),
    )
    return _way(title, about, go, f"/{CRM}")


def _way(title: str, about: str, go: str, place: str) -> str:
    return (
        '<div class="crmlab-project crmlab-talk">\n<div class="crmlab-lab">\n'
        f'<p class="crmlab-title"><a href="{place}">{title}</a></p>\n<p class="crmlab-meter">{about}</p>\n'
        f'<p class="crmlab-go"><a href="{place}">{go}</a></p>\n</div>\n</div>'
    )


def _open_project(project: ProjectState, _: Words) -> str:
    number = _("项目 {n}").format(n=project.number)
    lines = [
        '<div class="crmlab-project">',
        f'<p class="crmlab-number">{number}</p>',
        f"<h2>{escape(project.title)}</h2>",
        f"<p>{escape(project.summary)}</p>" if project.summary else "",
        *(_lab(lab, _) for lab in project.labs),
        "</div>",
    ]
    return "\n".join(line for line in lines if line)


def _lab(lab: LabState, _: Words) -> str:
    call = _("继续") if lab.answered < lab.total else _("再看看")
    call = call if lab.answered else _("开始")
    dots = "●" * lab.answered + "○" * (lab.total - lab.answered)
    size = _("{minutes} 分钟 · {points:g} 分").format(minutes=lab.minutes, points=lab.points)
    if lab.bonus:
        size += " · " + _("附加 {points:g} 分").format(points=lab.bonus)
    return (
        '<div class="crmlab-lab">\n'
        f'<p class="crmlab-title"><a href="{quote(lab.path)}">{escape(lab.title)}</a></p>\n'
        f'<p class="crmlab-meter"><span class="crmlab-dots">{dots}</span> '
        f'{lab.answered} / {lab.total} <span class="crmlab-size">{size}</span></p>\n'
        f'<p class="crmlab-go"><a href="{quote(lab.path)}">{call}</a></p>\n'
        "</div>"
    )


def _coming(projects: list[ProjectState], _: Words) -> str:
    tiles = "\n".join(
        f'<div class="crmlab-tile"><span>{project.number}</span> {escape(project.title)}</div>'
        for project in projects
    )
    label = _("筹备中")
    return f'<p class="crmlab-label">{label}</p>\n<div class="crmlab-soon">\n{tiles}\n</div>'


def _hand_in(projects: tuple[ProjectState, ...], _: Words) -> str:
    named = next((project.name for project in projects if project.labs), "project03_phone_service")
    steps = [
        _("填好表单按“保存答案”；这一页的进度会自己更新。"),
        _("做完后按 Ctrl+S 保存笔记本。"),
        _("在 lab.py 所在的文件夹运行 {command}，把得到的 zip 文件交给老师。").format(
            command=f"<code>python3 lab.py submit {named}</code>"
        ),
    ]
    items = "\n".join(f"<li>{step}</li>" for step in steps)
    heading = _("怎样交作业")
    return f'<div class="crmlab-foot">\n<h3>{heading}</h3>\n<ol>\n{items}\n</ol>\n</div>'
