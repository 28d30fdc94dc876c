"""What this machine has, and what it lacks for which purpose."""

import importlib.util
import platform
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from crmlab import places
from crmlab.desk import choose_port
from crmlab.language import Words

_ = Words("zh", {})  # marks the texts for the catalogue; they are translated where they are shown

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
NEEDED_MB = 900


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `cure` says how to get it when it is not good."""

    name: str
    title: str
    good: bool
    value: str
    cure: str

    def in_words_of(self, _: Words) -> "Finding":
        """Return the finding in another language."""
        return replace(self, title=_(self.title), cure=_(self.cure)) if _.lang != "zh" else self

    def as_dict(self) -> dict[str, object]:
        """Return the finding without its name."""
        return {key: value for key, value in asdict(self).items() if key != "name"}


def examine() -> tuple[Finding, ...]:
    """Return what was found, in a fixed order; nothing on the machine is changed."""
    return (_python(), _venv(), _browser(), _fonts(), _port(), _disk(), _sandbox())


def find_browser() -> str:
    """Return the path of a Chromium or a relative of it, "" when there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def _python() -> Finding:
    value = f"{platform.python_version()} ({sys.executable})"
    return Finding(
        "python", _("Python 版本"), sys.version_info >= (3, 11), value, _("请安装 Python 3.11 或更新的")
    )


def _venv() -> Finding:
    good = importlib.util.find_spec("venv") is not None and importlib.util.find_spec("ensurepip") is not None
    cure = _("Debian/Ubuntu 请运行 sudo apt install python3-venv")
    return Finding("venv", _("虚拟环境"), good, str(Path(sys.prefix)), cure)


def _browser() -> Finding:
    path = find_browser()
    cure = _("做实训用任何浏览器都行；网页测试需要 Chromium：sudo apt install chromium")
    return Finding("chromium", _("浏览器（测试用）"), bool(path), path or "-", cure)


def _fonts() -> Finding:
    """Look for a Chinese font where fontconfig exists; Windows and macOS always bring one."""
    if sys.platform in ("win32", "darwin"):
        return Finding("fonts", _("中文字体"), True, _("系统自带"), _("不用做什么"))
    lister = shutil.which("fc-list")
    told = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True) if lister else None
    families = sorted({line.split(",")[0] for line in told.stdout.splitlines() if line}) if told else []
    cure = _("请运行 sudo apt install fonts-wqy-microhei")
    return Finding("fonts", _("中文字体"), bool(families), ", ".join(families[:3]) or "-", cure)


def _port() -> Finding:
    return Finding("port", _("空闲端口"), True, str(choose_port(None)), _("不用做什么"))


def _disk() -> Finding:
    free = shutil.disk_usage(places.ROOT).free // 2**20
    cure = _("环境约需 900 MB，请腾出空间")
    return Finding("disk", _("剩余磁盘空间"), free >= NEEDED_MB, f"{free} MB", cure)


def _sandbox() -> Finding:
    """Try each layer that shuts students' code in while it is graded."""
    from grader.sandbox import WORDS, probe

    held = probe.held()
    lost = [WORDS[layer] for layer, holds in held.items() if not holds]
    value = f"{len(held) - len(lost)}/{len(held)}" + (f" (- {', '.join(lost)})" if lost else "")
    cure = _("没有的保护会让 grade 停下；请在 Linux（内核 5.13 以上）上评分，或确认后加 --unsafe")
    return Finding("sandbox", _("评分时的隔离"), not lost, value, cure)
