#!/usr/bin/env python3
"""The front door: builds what the lab needs in `.venv` beside this file, then hands over to crmlab.

    python3 lab.py              opens the lab
    python3 lab.py test …       runs the tests; --no-skips turns a skipped test into a failure
    python3 lab.py CMD …        is crmlab CMD …

Standard library only. The file has to parse on Python 3.6, so that an old Python gets a sentence and not a
syntax error; that is why annotations are quoted.
"""

import ast
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "crmlab-ready.json"
LOCKS = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-test.lock"}
OLDEST = (3, 11)
MISSING = 5  # exit code: something is missing on this machine
ROOM = 900  # MB on disk for the environment and the files on their way to it


class Missing(Exception):
    """Something this machine lacks; the text says what it is and how to get it."""


def main(args: "list[str]") -> int:
    """Prepare the environment and run the command; return its exit code (5 when a part is missing)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Python 3.7; a Windows console may not know Chinese
            stream.reconfigure(errors="replace")
    try:
        refuse_old_python()
        testing = args[:1] == ["test"]
        prepare("test" if testing else "run")
        return run_tests(args[1:]) if testing else run_crmlab(args)
    except Missing as lack:
        print("lab.py: {}".format(lack), file=sys.stderr)  # noqa: UP032 - reached by Pythons without f-strings, too
        return MISSING
    except KeyboardInterrupt:
        say("已停止；再运行一次就从断点继续", "Stopped; run it again to go on from here")
        return 130


def say(chinese: str, english: str) -> None:
    """Print one line in both languages."""
    print(f"{chinese} / {english}", flush=True)


def refuse_old_python() -> None:
    """Raise Missing when this Python is older than the lab needs."""
    if sys.version_info < OLDEST:
        have, need = sys.version.split()[0], ".".join(map(str, OLDEST))
        raise Missing(
            f"这个 Python 是 {have}，实训室需要 {need} 或更新的；请安装新的 Python，再用它运行 lab.py / "
            f"This Python is {have}, the lab needs {need} or newer; install one and run lab.py with it"
        )


# --- the environment -----------------------------------------------------------------------------------


def prepare(part: str) -> None:
    """Make `.venv` hold what `part` ("run" or "test") needs; return at once when it already does."""
    if not LOCKS[part].exists():
        raise Missing(
            f"缺少文件 {LOCKS[part].name}（学生包不带测试）；请使用完整的仓库 / "
            f"{LOCKS[part].name} is absent (the student kit has no tests); use a full clone"
        )
    python = python_of_venv()
    version = version_of(python)
    if version and ready(part, version):
        return
    if not version:
        say("第一次运行：准备环境，约一两分钟", "First run: preparing the environment, a minute or two")
        make_venv()
        version = version_of(python)
    STAMP.unlink(missing_ok=True)  # an interrupted installation must not look finished
    install(python, LOCKS[part])
    parts = ["run", "test"] if part == "test" else ["run"]
    done = {"python": version, "root": str(ROOT), "parts": {name: digest(LOCKS[name]) for name in parts}}
    STAMP.write_text(json.dumps(done), encoding="utf-8")
    say("环境已就绪", "The environment is ready")


def python_of_venv() -> Path:
    """Return the path of the environment's own Python."""
    return VENV / "Scripts" / "python.exe" if os.name == "nt" else VENV / "bin" / "python"


def version_of(python: Path) -> str:
    """Return "3.11" for an environment that works and has pip, "" for one absent, broken or too old."""
    pip = "" if STAMP.exists() else ", pip"  # slow to load, and was there when the stamp was written
    question = f"import sys{pip}; sys.prefix != sys.base_prefix and print(*sys.version_info[:2], sep='.')"
    try:
        answer = subprocess.run([str(python), "-I", "-c", question], capture_output=True, text=True)
    except OSError:
        return ""
    version = answer.stdout.strip()
    right = answer.returncode == 0 and version and tuple(map(int, version.split("."))) >= OLDEST
    return version if right else ""


def ready(part: str, version: str) -> bool:
    """Return whether the stamp says that these very locks were installed here for this Python."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        right_place = stamp["python"] == version and stamp["root"] == str(ROOT)
        return bool(right_place and stamp["parts"].get(part) == digest(LOCKS[part]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def digest(lock: Path) -> str:
    """Return a fingerprint of a lock and of our own package's description."""
    text = lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(text).hexdigest()


def make_venv() -> None:
    """Make a fresh `.venv`; raise Missing when Python cannot."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
            raise Missing(
                f"这个 Python 没有 {module} 模块；Debian/Ubuntu 请运行 sudo apt install {package} / "
                f"This Python has no {module} module; on Debian or Ubuntu run: sudo apt install {package}"
            )
    call = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        refuse_full_disk(made.stdout)
        raise Missing(
            f"不能建立 {VENV}（{last_line(made.stdout)}）；请确认文件夹可写、没有程序占用它 / "
            f"Could not make {VENV}; check that the folder is writable and not in use"
        )


# --- installing ----------------------------------------------------------------------------------------


def install(python: Path, lock: Path) -> None:
    """Install the lock and crmlab itself by uv, else by plain pip; raise Missing when neither can."""
    pip = [str(python), "-m", "pip"]
    settings = pip_settings(pip)
    if get_uv(pip):
        uv = [str(python), "-m", "uv"]
        where = {**os.environ, **uv_settings(settings), "VIRTUAL_ENV": str(VENV)}
        quiet = [] if sys.stderr.isatty() else ["--quiet"]
        say("正在安装各个部件（下载约 235 MB）", "Installing the parts (about 235 MB to download)")
        if all(subprocess.call([*uv, *what, *quiet], env=where) == 0 for what in steps(lock)):
            return
        say(
            "uv 没有装成，改用 pip（较慢，约三分钟）",
            "uv could not; trying plain pip (about three minutes)",
        )
    else:
        say(
            "没有取得 uv，改用 pip（较慢，约三分钟）",
            "uv is not to be had; using plain pip (about three minutes)",
        )
    for what in steps(lock):
        code, text = watched([*pip, *what[1:], "--progress-bar", "off", "--no-input"])
        if code != 0:
            raise Missing(reason(text))


def steps(lock: Path) -> "list[list[str]]":
    """Return the two installations: the lock, then crmlab, built by the tools the lock brought."""
    return [
        ["pip", "install", "--require-hashes", "-r", str(lock)],
        ["pip", "install", "--no-build-isolation", "--no-deps", "-e", str(ROOT)],
    ]


def get_uv(pip: "list[str]") -> bool:
    """Return whether the environment has uv, fetching it first when need be."""
    call = [*pip, "install", "--quiet", "--retries", "1", "--no-input", "--only-binary", ":all:", "uv"]
    return subprocess.run(call, capture_output=True).returncode == 0


def watched(call: "list[str]") -> "tuple[int, str]":
    """Run a command; print each package it names as it goes; return exit code and everything it said."""
    said = []
    pipe = subprocess.PIPE
    with subprocess.Popen(call, stdout=pipe, stderr=subprocess.STDOUT, text=True, errors="replace") as job:
        for line in job.stdout or ():
            said.append(line)
            if line.startswith("Collecting "):
                print("  " + line.split()[1], flush=True)
    return job.returncode, "".join(said)


def pip_settings(pip: "list[str]") -> "dict[str, str]":
    """Return the user's own pip configuration (mirrors, certificates), by key without its section."""
    told = subprocess.run([*pip, "config", "list"], capture_output=True, text=True).stdout
    found = {}
    for line in told.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in ("global", "install", ":env:"):
            try:
                found[key] = str(ast.literal_eval(value))
            except (ValueError, SyntaxError):
                continue
    return found


def uv_settings(pip: "dict[str, str]") -> "dict[str, str]":
    """Return uv's environment variables for pip's settings; what the user set for uv is left alone."""
    names = {
        "index-url": ("UV_DEFAULT_INDEX", " "),
        "extra-index-url": ("UV_INDEX", " "),
        "find-links": ("UV_FIND_LINKS", ","),
        "no-index": ("UV_NO_INDEX", " "),
        "trusted-host": ("UV_INSECURE_HOST", " "),
        "cert": ("SSL_CERT_FILE", " "),
        "proxy": ("ALL_PROXY", " "),
    }
    found = {uv: mark.join(pip[key].split()) for key, (uv, mark) in names.items() if pip.get(key)}
    # pip looks in every index, uv stops at the first that knows the name; hashes make the former safe
    found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in found.items() if name not in os.environ}


# --- what went wrong -----------------------------------------------------------------------------------


def reason(text: str) -> str:
    """Return the sentence for a failed installation: what is missing, and the cure."""
    refuse_full_disk(text)
    if re.search(r"do not match the hashes|HashMismatch", text, re.IGNORECASE):
        return (
            "镜像给的文件与锁定的指纹不符；请换一个软件源（pip config set global.index-url …）再试 / "
            "The mirror's files differ from the locked fingerprints; choose another index and try again"
        )
    if re.search(
        r"NewConnectionError|ConnectTimeout|Max retries|Retrying \(|ProxyError|versions: none", text
    ):
        return (
            "连不上软件源；请检查网络，或设置可用的镜像（pip config set global.index-url …）再试 / "
            "No package index can be reached; check the network, or set a mirror in pip's configuration"
        )
    absent = re.search(r"No matching distribution found for (\S+)", text)
    if absent:
        return (
            f"软件源里没有 {absent.group(1)}；镜像可能落后，请换一个软件源再试 / "
            f"The package index has no {absent.group(1)}; the mirror may be behind, choose another one"
        )
    return f"安装没有完成：{last_line(text)}；请再运行一次 / The installation failed; run it again"


def refuse_full_disk(text: str) -> None:
    """Raise Missing when the disk is, or just was, full."""
    free = shutil.disk_usage(str(ROOT)).free // 2**20
    if free < 50 or re.search(r"No space left|Errno 28|os error 28|WinError 112|Disk quota", text):
        raise Missing(
            f"磁盘满了：{ROOT} 处只剩 {free} MB，约需 {ROOM} MB；请腾出空间再运行 / "
            f"The disk is full: {free} MB left at {ROOT}, about {ROOM} MB needed; make room and run again"
        )


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "?"


# --- handing over --------------------------------------------------------------------------------------


def run_crmlab(args: "list[str]") -> int:
    """Become `crmlab`; without a command (or with options only) that is `crmlab lab`."""
    if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h", "--version")):
        args = ["lab", *args]
    return become([str(python_of_venv()), "-m", "crmlab", *args], cwd=Path.cwd())


def run_tests(args: "list[str]") -> int:
    """Become pytest on the repository's tests; a later `-n 0` in `args` wins over ours."""
    if "--no-skips" in args:
        args = [word for word in args if word != "--no-skips"]
        os.environ["CRMLAB_NO_SKIPS"] = "1"
    return become([str(python_of_venv()), "-m", "pytest", "-n", "auto", *args], cwd=ROOT)


def become(call: "list[str]", *, cwd: Path) -> int:
    """Run a command in our place, so that Ctrl-C and signals reach it; return its exit code."""
    sys.stdout.flush()
    if os.name == "posix":
        os.chdir(str(cwd))
        os.execv(call[0], call)
    job = subprocess.Popen(call, cwd=str(cwd))
    while True:
        try:
            return job.wait()
        except KeyboardInterrupt:
            continue  # the same Ctrl-C reached the command; let it finish its own way


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
