"""Zip files from strangers: their members under safe names, or one sentence why not."""

import re
import stat
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from crmlab.errors import LabError

MAX_FILES = 500
MAX_BYTES = 200_000_000
MAX_RATIO = 200
RATIO_MATTERS_ABOVE = 5_000_000
UTF8_NAMES = 0x800
SLIP = "handin.json"
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
UNWANTED = ("__MACOSX", ".DS_Store", "Thumbs.db", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Member:
    """One file of an archive under its safe, relative name."""

    name: PurePosixPath
    content: bytes


def members(path: Path, label: str = "") -> list[Member]:
    """Return the files of the zip in `path`; a zip that holds a single other zip is looked through.

    `label` is what messages call it, its file name unless given. Names may be UTF-8 or GBK. Raises LabError when it is no whole zip, has a password, a name that leads out
    of its folder, a link, or more files, bytes or compression than a hand-in can have.
    """
    label = label or path.name
    if path.stat().st_size > MAX_BYTES:
        raise LabError(
            f"{label} 有 {path.stat().st_size // 1_000_000} MB，最多 {MAX_BYTES // 1_000_000} MB；"
            "请让学生只交 submit 做的压缩包"
        )
    found = _read(path.read_bytes(), label)
    if len(found) == 1 and found[0].name.suffix.lower() == ".zip":
        return _read(found[0].content, found[0].name.name)
    return found


def _read(raw: bytes, label: str) -> list[Member]:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _refuse_bombs(infos, len(raw), label)
            names = [_safe_name(info, label) for info in infos]
            wanted = [
                (info, name)
                for info, name in zip(infos, names, strict=True)
                if not set(name.parts) & set(UNWANTED)
            ]
            _refuse_doubles([name for _, name in wanted], label)
            return [Member(name, _content(archive, info, label)) for info, name in wanted]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise LabError(f"{label} 不是完整的压缩包；请让学生重新运行 submit 再交一次") from error
    except RuntimeError as error:  # what zipfile raises for a password
        raise LabError(f"{label} 有密码，打不开；请让学生交没有密码的压缩包") from error
    except Exception as error:
        if isinstance(error, LabError):
            raise
        raise LabError(
            f"{label} 读不出来（{type(error).__name__}）；请让学生重新运行 submit 再交一次"
        ) from error


def _refuse_bombs(infos: list[zipfile.ZipInfo], packed: int, label: str) -> None:
    size = sum(info.file_size for info in infos)
    if len(infos) > MAX_FILES:
        raise LabError(
            f"{label} 里有 {len(infos)} 个文件，最多 {MAX_FILES} 个；请让学生只交 submit 做的压缩包"
        )
    if size > MAX_BYTES:
        raise LabError(
            f"{label} 解开有 {size // 1_000_000} MB，最多 {MAX_BYTES // 1_000_000} MB；"
            "请让学生只交 submit 做的压缩包"
        )
    if size > RATIO_MATTERS_ABOVE and size > MAX_RATIO * packed:
        raise LabError(
            f"{label} 解开后大了 {size // max(packed, 1)} 倍，不像作业；请让学生只交 submit 做的压缩包"
        )


def _safe_name(info: zipfile.ZipInfo, label: str) -> PurePosixPath:
    name = _decoded(info).replace("\\", "/")
    path = PurePosixPath(name)
    parts_safe = all(part not in ("..", ".") and not RESERVED.match(part) for part in path.parts)
    signs_safe = not re.search(r'[\x00-\x1f:*?"<>|]', name)
    if not path.parts or path.is_absolute() or not parts_safe or not signs_safe or len(name) > 200:
        raise LabError(f"{label} 里的文件名 {name[:60]!r} 不安全（会写到文件夹外面）；没有收，请问问这名学生")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise LabError(f"{label} 里的 {name} 是链接，不是文件；没有收，请让学生交文件本身")
    return path


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return a member's name; a zip that does not say UTF-8 comes from a tool that wrote UTF-8 or GBK."""
    if info.flag_bits & UTF8_NAMES:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _refuse_doubles(names: list[PurePosixPath], label: str) -> None:
    seen: set[str] = set()
    for name in names:
        if str(name).lower() in seen:
            raise LabError(f"{label} 里有两个 {name}；分不清哪一个算数，请让学生重新运行 submit")
        seen.add(str(name).lower())


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, label: str) -> bytes:
    with archive.open(info) as file:
        content = file.read(info.file_size + 1)
    if len(content) != info.file_size:
        raise LabError(f"{label} 里的 {info.filename} 长度与目录不符；请让学生重新运行 submit 再交一次")
    return content
