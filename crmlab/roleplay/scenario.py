"""A role-play scenario: a YAML file a teacher can write, checked by a schema, read into frozen values."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab import places
from crmlab.errors import LabError

FOLDER = places.DATASETS / "roleplay"
SCENARIOS = FOLDER / "scenarios"
MOST_BYTES = 500_000


@dataclass(frozen=True)
class Scenario:
    """One customer and one occasion; `plain` is the checked content of the file, `sha` its fingerprint."""

    plain: dict[str, Any]
    sha: str

    @property
    def id(self) -> str:
        """The scenario's name, as in its file name."""
        return str(self.plain["id"])

    @property
    def facts(self) -> dict[str, Any]:
        """What the customer can tell, by name, in the order of the file."""
        return dict(self.plain["facts"])

    @property
    def lines(self) -> dict[str, Any]:
        """The suggested lines by name; each has its acts, its text and perhaps an offer."""
        return dict(self.plain["lines"])


def names() -> list[str]:
    """Return the names of the scenarios that are shipped, sorted."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def load(name_or_path: str | Path) -> Scenario:
    """Return the scenario of that name or file; raise LabError with file, line and cure when it is broken."""
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = SCENARIOS / f"{name_or_path}.yaml"
        if str(name_or_path) not in names():
            raise LabError(f"没有剧本 {str(name_or_path)[:60]}；可用的剧本：{'、'.join(names())}")
    content = _bytes(path)
    plain = read_yaml(content, path.name)
    check(plain, path.name)
    return Scenario(plain, hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:12])


def read_yaml(content: bytes, name: str) -> Any:
    """Return what the YAML says; raise LabError naming file, line and cure when it cannot be read."""
    import yaml

    try:
        return yaml.safe_load(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LabError(f"{name} 不是 UTF-8 文字；请在编辑器里另存为 UTF-8") from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"第 {mark.line + 1} 行" if mark else "某一行"
        raise LabError(f"{name} {line}读不懂；请检查缩进、冒号后的空格和引号是否成对") from error


def check(plain: Any, name: str) -> None:
    """Raise LabError, naming the place and the rule, when `plain` does not fit the schema."""
    from jsonschema import Draft202012Validator

    schema = json.loads((FOLDER / "scenario.schema.json").read_text(encoding="utf-8"))
    error = next(iter(Draft202012Validator(schema).iter_errors(plain)), None)
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "最外层"
        raise LabError(f"{name} 的 {place} 不合规定：{error.message[:200]}；请对照现成剧本改正")


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LabError(f"{path.name} 大于 {MOST_BYTES} 字节，不读；请检查是不是剧本文件")
        return path.read_bytes()
    except OSError as error:
        raise LabError(f"读不了剧本 {path}；请检查文件名和路径") from error
