"""The pool of worlds of a class, and which world is whose."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import key as keys
from crmlab.errors import LabError
from crmlab.released import clean_id, unlisted

if TYPE_CHECKING:
    from crmlab.world import World

    Build = Callable[[int], World]

DEFAULT_SIZE = 24
DEMO_SIZE = 4
TRIES = 200


@dataclass(frozen=True)
class Assigned:
    """A student's world; `listed` is false for an id that is not on the class list."""

    nnn: str
    listed: bool


@dataclass(frozen=True)
class Pool:
    """The worlds of one home, in `variants/NNN/{visible,truth}`."""

    home: Path

    @property
    def folder(self) -> Path:
        """Where the worlds lie."""
        return self.home / "variants"

    def visible(self, nnn: str) -> Path:
        """Return the folder of the tables that the students of world `nnn` may see."""
        return self.folder / nnn / "visible"

    def truth(self, nnn: str) -> Path:
        """Return the folder of what only the marker may see."""
        return self.folder / nnn / "truth"

    def ensure_key(self, *, demo: bool = False) -> str:
        """Return the home's key, made on first use; see `crmlab.key.ensure`."""
        return keys.ensure(self.home, demo=demo)

    def numbers(self) -> list[str]:
        """Return the numbers of the worlds that are there, in order."""
        return sorted(path.name for path in self.folder.glob("[0-9][0-9][0-9]") if path.is_dir())

    def manifest(self) -> dict[str, Any]:
        """Return sizes, difficulties and checksums of the pool; raise LabError when no pool was built."""
        path = self.folder / "manifest.json"
        if not path.exists():
            raise LabError(f"{self.home} 里还没有学生数据；请先发布一个项目（release）")
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def build(
        self,
        size: int | None = None,
        *,
        processes: int | None = None,
        world: "Build | None" = None,
        quiet: bool = False,
        lang: str = "zh",
    ) -> list[str]:
        """Make the worlds that are missing up to `size` (class list, else 24; demo 4); return all numbers.

        What is there is never made again. One process gives what many give, byte for byte. Progress is told in `lang`.
        """
        key = keys.read(self.home)
        ids = _roster_ids(self.home)
        size = size or len(ids) or (DEMO_SIZE if key == keys.DEMO_KEY else DEFAULT_SIZE)
        wanted = [f"{number:03d}" for number in range(1, size + 1)]
        missing = [nnn for nnn in wanted if not (self.folder / nnn).is_dir()]
        jobs = [(str(self.home), key, nnn, world) for nnn in missing]
        workers = min(processes or os.cpu_count() or 1, len(jobs))
        with _mapper(workers) as mapper:
            for _ in _progress(mapper(_make, jobs), len(jobs), quiet, lang):
                pass
        self._write_manifest(size)
        _assign(self.home, ids, self.numbers())
        return self.numbers()

    def _write_manifest(self, size: int) -> None:
        path = self.folder / "manifest.json"
        first = json.loads(path.read_text(encoding="utf-8"))["pool"] if path.exists() else size
        entries = {nnn: _read_json(self.folder / nnn / "manifest.json") for nnn in self.numbers()}
        _write_json(path, {"schema": 1, "pool": first, "variants": entries})

    def token(self) -> str:
        """Return the word from which worlds of unlisted students follow; it is shipped with every release."""
        return keys.derive(keys.read(self.home), "unlisted").hex()

    def assigned(self) -> dict[str, str]:
        """Return the world of each listed student, in the order in which they were listed."""
        path = self.home / "assigned.json"
        return dict(_read_json(path)) if path.exists() else {}

    def variant_of(self, student_id: str) -> Assigned:
        """Return the world of a student, one for the whole term; raise LabError for an impossible id."""
        student = clean_id(student_id)
        listed = self.assigned().get(student)
        if listed:
            return Assigned(listed, listed=True)
        return Assigned(unlisted(self.token(), student, self.manifest()["pool"]), listed=False)


def variant_of(home: Path, student_id: str) -> Assigned:
    """Return the world of a student in `home`; see `Pool.variant_of`."""
    return Pool(home).variant_of(student_id)


def relist(home: Path) -> None:
    """Take students who joined the class list into the assignment; those already there keep their world."""
    pool = Pool(home)
    if (pool.folder / "manifest.json").exists():
        _assign(home, _roster_ids(home), pool.numbers())


def _roster_ids(home: Path) -> list[str]:
    from grader import roster

    return [clean_id(student.id) for student in roster.read(home / "roster.csv")]


def _assign(home: Path, ids: list[str], numbers: list[str]) -> None:
    """Give each newly listed student a world.

    The first class list goes in its order. Later ones keep the world they had while unlisted: they may have
    begun to work in it.
    """
    pool = Pool(home)
    known = pool.assigned()
    released = any((home / "release").glob("*/data/who.json"))
    free = iter([nnn for nnn in numbers if nnn not in known.values()])
    size = pool.manifest()["pool"]
    for student in ids:
        if student not in known:
            own = None if released else next(free, None)
            known[student] = own or unlisted(pool.token(), student, size)
    if known:
        _write_json(home / "assigned.json", known)


def _make(job: "tuple[str, str, str, Build | None]") -> str:
    """Make one world in a folder of its own and put it in place as a whole."""
    home, key, nnn, build = job
    if build is None:
        from crmlab import world

        build = world.build
    folder = Path(home) / "variants"
    draft = folder / f".{nnn}.part"
    shutil.rmtree(draft, ignore_errors=True)
    for attempt in range(TRIES):
        made = build(int.from_bytes(keys.derive(key, "variant", nnn, attempt)[:8]))
        if made.accepted:
            _write_world(draft, made)
            draft.rename(folder / nnn)
            return nnn
    raise LabError(f"第 {nnn} 份学生数据试了 {TRIES} 次都不合要求；请检查情景文件的数值是否过于极端")


def _write_world(folder: Path, made: "World") -> None:
    from crmlab import world

    world.write(made, folder)
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    _write_json(folder / "manifest.json", {"difficulty": made.difficulty, "files": files})


@contextmanager
def _mapper(workers: int) -> Iterator[Callable[..., Iterator[str]]]:
    """Yield a `map` over fresh processes, or the plain one when a single worker is enough."""
    if workers <= 1:
        yield map
        return
    # fresh interpreters, not forks: NumPy and Arrow keep threads that a fork would cut off
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
        yield executor.map


def _progress(done: Iterator[str], total: int, quiet: bool, lang: str) -> Iterator[str]:
    if quiet or not total:
        return done
    from tqdm import tqdm

    from crmlab.language import translator

    _ = translator(lang)
    return iter(tqdm(done, total=total, desc=_("学生数据"), unit=_("份")))


def _read_json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _write_json(path: Path, value: dict[str, Any]) -> None:
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
