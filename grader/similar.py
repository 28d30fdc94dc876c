"""Hand-ins that are more alike than chance would have it: questions for the teacher, never verdicts."""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import log2
from pathlib import Path
from typing import Any, Literal

from grader import asked, repair, tamed
from grader.asked import Task
from grader.course import Course
from grader.errors import GraderError
from grader.gradebook import Score

Kind = Literal["other_world", "same_text", "same_actions", "other_id"]
MOST_PLAY_BYTES = 2_000_000
SHINGLE = 6
SHORTEST_TEXT = 40
SHORTEST_CODE = 120
ALIKE_TEXT = 0.5
ALIKE_CODE = 0.9
ALIKE_ANSWERS = 0.8
SHOWN = 6
FEWEST_ACTIONS = 6
FEWEST_TIMES = 3
SPARE_BITS = 3.0
CLOCKS = frozenset({"at", "t", "time", "when", "seconds", "started", "ended"})


@dataclass(frozen=True)
class Alike:
    """Students whose work is alike in one respect: where, and what is the same (untrusted text)."""

    kind: Kind
    students: tuple[str, ...]
    where: str
    what: str


@dataclass(frozen=True)
class Work:
    """What one student handed in, as far as it is compared."""

    answers: dict[str, dict[str, Any]]
    """lab → form → answer."""
    times: dict[str, dict[str, Any]]
    texts: dict[str, tuple[str, bool]]
    """Where → (text, whether it is code)."""
    plays: dict[str, list[Any]]
    named: str


def similar(
    course: Course, project: str, *, scores: Mapping[str, Score], variants: Mapping[str, str]
) -> list[Alike]:
    """Return what is alike among the hand-ins of `project`, the most telling kind first.

    `variants` tells each student's world; without it answers are not compared across worlds.
    """
    released = course.home / "release" / project
    works = {student: _work(course, project, student, released) for student in sorted(scores)}
    found = list(_other_ids(works))
    found += _other_worlds(works, scores, variants, asked.tasks(released) if released.is_dir() else [])
    found += _same_texts(works)
    return found + _same_actions(works)


def _other_ids(works: Mapping[str, Work]) -> Iterable[Alike]:
    for student, work in works.items():
        if work.named and work.named != student:
            yield Alike("other_id", (student, work.named), "answers.json", work.named)


def _other_worlds(
    works: Mapping[str, Work], scores: Mapping[str, Score], variants: Mapping[str, str], tasks: list[Task]
) -> list[Alike]:
    """Compare wrong answers with the right ones of other worlds.

    Telling are the fields whose right answer in the other world is not right in the student's own. Each telling
    field that agrees counts by how rare the answer is (bits, from the class itself); a pair is told when most
    agree and the bits exceed what the best of so many comparisons would reach by chance.
    """
    found = []
    forms = dict.fromkeys((task.notebook, task.form.name, task.form.title) for task in tasks if task.form)
    for lab, form, title in forms:
        names = {task.name for task in tasks if task.notebook == lab and task.form and task.form.name == form}
        given = {
            student: flat
            for student, work in works.items()
            if student in variants and (flat := _flat(work.answers.get(lab, {}).get(form)))
        }
        full = {student for student in given if _full(scores[student], lab, names)}
        for student in sorted(set(given) - full):
            best = max(
                (
                    (bits, other, shared)
                    for other in sorted(full)
                    if variants[other] != variants[student]
                    for bits, shared in [_bits(student, other, given, full, variants)]
                ),
                default=(0.0, "", []),
            )
            if best[0] >= log2(max(2, len(full))) + SPARE_BITS:
                found.append(Alike("other_world", (student, best[1]), title, "；".join(best[2])))
    return found


def _bits(
    student: str,
    other: str,
    given: Mapping[str, dict[str, str]],
    full: set[str],
    variants: Mapping[str, str],
) -> tuple[float, list[str]]:
    own = [given[one] for one in full if variants[one] == variants[student]]
    strangers = [flat for one, flat in given.items() if variants[one] != variants[other] and one != student]
    elsewhere = [given[one] for one in full if variants[one] != variants[other]]
    telling = [
        name
        for name, value in given[other].items()
        if not any(flat.get(name) == value for flat in own)
        and not (elsewhere and all(flat.get(name) == value for flat in elsewhere))  # right in every world
    ]
    shared = [name for name in telling if given[student].get(name) == given[other][name]]
    if len(shared) < ALIKE_ANSWERS * len(telling):
        return 0.0, []  # the same answer everywhere also hits now and then
    total = 0.0
    for name in shared:
        same = sum(flat.get(name) == given[other][name] for flat in strangers)
        total -= log2((same + 1) / (len(strangers) + 2))
    return total, [f"{name} = {given[other][name][:40]}" for name in shared[:SHOWN]]


def _full(score: Score, lab: str, names: set[str]) -> bool:
    points = [task for task in score.tasks if task.notebook == lab and task.task in names]
    return bool(points) and all(task.won for task in points)


def _flat(answer: Any, path: str = "") -> dict[str, str]:
    """Return field → answer as text; a list counts as one answer."""
    if isinstance(answer, dict):
        inside: dict[str, str] = {}
        for name, value in list(answer.items())[:200]:
            inside |= _flat(value, f"{path}.{name}" if path else str(name))
        return inside
    return {} if answer in (None, "", []) else {path: json.dumps(answer, ensure_ascii=False)}


def _same_texts(works: Mapping[str, Work]) -> list[Alike]:
    places: dict[str, dict[str, tuple[str, bool]]] = defaultdict(dict)
    for student, work in works.items():
        for where, text in work.texts.items():
            places[where][student] = text
    found = []
    for where, by_student in places.items():
        shingles = {student: _shingles(text) for student, (text, _) in by_student.items()}
        code = any(is_code for _, is_code in by_student.values())
        least, alike = (SHORTEST_CODE, ALIKE_CODE) if code else (SHORTEST_TEXT, ALIKE_TEXT)
        long = {student: found for student, found in shingles.items() if len(found) >= least - SHINGLE}
        pairs = [
            (a, b)
            for a, b in combinations(sorted(long), 2)
            if len(long[a] & long[b]) >= alike * len(long[a] | long[b])
        ]
        for group in _groups(pairs):
            found.append(Alike("same_text", group, where, by_student[group[0]][0][:80]))
    return found


def _shingles(text: str) -> frozenset[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())[:20_000]
    return frozenset(plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1))


def _same_actions(works: Mapping[str, Work]) -> list[Alike]:
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student, work in works.items():
        for name, actions in work.plays.items():
            if len(actions) >= FEWEST_ACTIONS:
                seen[name, json.dumps(_timeless(actions), sort_keys=True, ensure_ascii=False)].append(student)
        for lab, times in work.times.items():
            stamps = sorted(str(value) for value in times.values())
            if len(set(stamps)) >= FEWEST_TIMES:
                seen[f"{lab} · answers.json", "|".join(stamps)].append(student)
    return [
        Alike("same_actions", tuple(sorted(set(students))), where, "")
        for (where, _), students in seen.items()
        if len(set(students)) > 1
    ]


def _timeless(value: Any, depth: int = 0) -> Any:
    if depth > 6:
        return "…"
    if isinstance(value, dict):
        return {name: _timeless(one, depth + 1) for name, one in value.items() if name not in CLOCKS}
    return [_timeless(one, depth + 1) for one in value] if isinstance(value, list) else value


def _groups(pairs: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return the connected groups of `pairs`."""
    home: dict[str, set[str]] = {}
    for a, b in pairs:
        merged = home.get(a, {a}) | home.get(b, {b})
        for one in merged:
            home[one] = merged
    return sorted({tuple(sorted(group)) for group in home.values()})


def _work(course: Course, project: str, student: str, released: Path) -> Work:
    folder = course.step("submitted", student, project)
    plain = asked.answers(folder)
    labs = Counter(path.stem for path in released.glob("*.ipynb"))
    texts: dict[str, tuple[str, bool]] = {}
    for lab in labs:
        texts |= _texts(folder / f"{lab}.ipynb", released / f"{lab}.ipynb")
        for form, answer in asked.part(plain, "answers", lab).items():
            for name, value in _flat(answer).items():
                if len(value) >= SHORTEST_TEXT and value.startswith('"'):
                    texts[f"{lab} · {form}.{name}"] = (value[1:-1], False)
    return Work(
        answers={lab: asked.part(plain, "answers", lab) for lab in labs},
        times={lab: asked.part(plain, "when", lab) for lab in labs},
        texts=texts,
        plays=dict(_plays(folder)),
        named=str(plain.get("student") or ""),
    )


def _texts(path: Path, released: Path) -> dict[str, tuple[str, bool]]:
    """Return what the student wrote into the answer cells of a notebook; untouched cells say nothing."""
    try:
        cells = repair.by_task(repair.read(path))
    except (GraderError, OSError):
        return {}
    ours = repair.by_task(repair.read(released))
    return {
        f"{path.stem} · {name}": (str(cell["source"]), cell["cell_type"] == "code")
        for name, cell in cells.items()
        if name in ours
        and ours[name]["metadata"]["nbgrader"].get("solution")
        and str(cell["source"]).strip() != ours[name]["source"].strip()
    }


def _plays(folder: Path) -> Iterable[tuple[str, list[Any]]]:
    for path in sorted((folder / "plays").glob("*.json"))[:50]:
        play = tamed.json_of(path, most=MOST_PLAY_BYTES)
        if isinstance(play, dict) and isinstance(play.get("actions"), list):
            yield str(play.get("scenario", path.stem))[:60], play["actions"]
