"""The course key: the secret from which a class's worlds are grown."""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from crmlab.errors import LabError

DEMO_KEY = hashlib.sha256(b"crmlab: the public key of demo and self-study").hexdigest()
SIGNS_OF_LIFE = ("gradebook.db", "variants", "assigned.json")


def ensure(home: Path, *, demo: bool = False) -> str:
    """Return the key of `home` in hex, making it on first use; a demo home gets the public one.

    Raises LabError when the key is damaged, or gone although the home has a gradebook or worlds made with it.
    """
    path = home / "course.key"
    if path.exists():
        return _read(path, demo)
    miss(home)
    key = DEMO_KEY if demo else secrets.token_hex(32)
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key + "\n")
    return key


def miss(home: Path) -> None:
    """Raise LabError when the key of `home` is gone although the home has a gradebook or worlds made with it."""
    alive = [name for name in SIGNS_OF_LIFE if (home / name).exists()]
    if alive and not (home / "course.key").exists():
        raise LabError(
            f"{home} 里有 {'、'.join(alive)}，但密钥 course.key 不见了，成绩会对不上；"
            "请从备份放回 course.key，或把整个文件夹移到别处后重新发布"
        )


def read(home: Path) -> str:
    """Return the key of `home`; raise LabError when there is none yet."""
    path = home / "course.key"
    if not path.exists():
        raise LabError(f"{home} 里还没有密钥 course.key；请先发布一个项目（release），或从备份放回它")
    return _read(path, False)


def derive(key: str, *purpose: str | int) -> bytes:
    """Return 32 bytes that only the holder of `key` can compute, different for each purpose."""
    message = "\0".join(str(part) for part in purpose).encode()
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).digest()


def _read(path: Path, demo: bool) -> str:
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise LabError(f"{path} 不是一把密钥（应为 64 位十六进制数）；请从备份放回原来的 course.key")
    if demo and key != DEMO_KEY:
        raise LabError(f"{path} 是一个班级的密钥，演示不能用它；请为演示另选一个文件夹")
    return key
