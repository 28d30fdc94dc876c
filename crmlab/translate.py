"""The English edition of a released project, from the catalogue in locale/en."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab.errors import LabError
from crmlab.places import COURSE, LOCALE

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

CHINESE = re.compile(r"[\u3400-\u9fff]")
README = "README.md"

Say = Callable[[str], str]


def catalogue_path(project: str, *, lang: str = "en") -> Path:
    """Return where the catalogue of `project` lies."""
    return LOCALE / lang / f"{project}.po"


def read(project: str, *, lang: str = "en") -> dict[str, str]:
    """Return Chinese text → translation, empty without a catalogue; fuzzy and empty entries are left out.

    Raises LabError when the catalogue cannot be read.
    """
    from babel.messages.pofile import PoFileError, read_po

    path = catalogue_path(project, lang=lang)
    if not path.exists():
        return {}
    try:
        with path.open("rb") as file:
            entries = read_po(file, locale=lang, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise LabError(f"译文 {path.name} 读不出来：{error}；请用译文工具修好这一行") from error
    return {str(e.id): str(e.string) for e in entries if e.id and e.string and not e.fuzzy}


def extract(project: str, *, course: Path = COURSE) -> "Catalog":
    """Return a catalogue with every Chinese text a student of `project` reads, translations kept.

    Write it with `babel.messages.pofile.write_po`.
    """
    from babel.messages.catalog import Catalog

    known = read(project)
    catalogue = Catalog(locale="en", project="crmlab", domain=project)
    for place, text in texts(course / project):
        catalogue.add(text, known.get(text, ""), locations=[(place, 0)])
    return catalogue


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, Chinese text) of all cells, words and the README of a project's folder.

    Where a release empties a cell for a written answer, that is the model answer and what stands there instead.
    """
    from grader.course import TEXT_STUB

    for path in sorted(folder.glob("*.ipynb")):
        for cell in _notebook(path)["cells"]:
            if _translatable(cell):
                yield path.name, cell["source"]
                if cell["metadata"].get("nbgrader", {}).get("solution"):
                    yield path.name, TEXT_STUB
    for path in sorted(folder.glob("*.toml")):
        found: list[str] = []
        _said(tomllib.loads(path.read_text(encoding="utf-8")), _gather(found))
        yield from ((path.name, text) for text in found)
    readme = folder / README
    if readme.exists() and CHINESE.search(text := readme.read_text(encoding="utf-8")):
        yield README, text


def translate(folder: Path, known: dict[str, str], *, lang: str = "en") -> list[str]:
    """Translate the released project in `folder` in place; return the texts that stay Chinese.

    Code cells keep every byte.
    """
    missing: list[str] = []

    def say(text: str) -> str:
        if CHINESE.search(text) and text not in known:
            missing.append(text)
        return known.get(text, text)

    for path in sorted(folder.glob("*.ipynb")):
        _translate_notebook(path, say, lang)
    for path in sorted(folder.glob("*.toml")):
        _translate_words(path, say, lang)
    readme = folder / README
    if readme.exists():
        readme.write_text(say(readme.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return list(dict.fromkeys(missing))


def _translate_notebook(path: Path, say: Say, lang: str) -> None:
    import nbformat
    from nbgrader.utils import compute_checksum

    notebook = _notebook(path)
    notebook["metadata"]["crmlab"] = {"language": lang}  # feedback pages follow it
    for cell in notebook["cells"]:
        if _translatable(cell):
            cell["source"] = say(cell["source"])
            if "checksum" in cell["metadata"].get("nbgrader", {}):
                cell["metadata"]["nbgrader"]["checksum"] = compute_checksum(cell)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def _translate_words(path: Path, say: Say, lang: str) -> None:
    import tomli_w

    words = _said(tomllib.loads(path.read_text(encoding="utf-8")), say)
    if path.name == "project.toml":
        words = {"language": lang, **{key: value for key, value in words.items() if key != "language"}}
    path.write_text(tomli_w.dumps(words), encoding="utf-8", newline="\n")


def _translatable(cell: Any) -> bool:
    return cell["cell_type"] == "markdown" and bool(CHINESE.search(cell["source"]))


def _said(value: Any, say: Say) -> Any:
    """Return `value` of a TOML file with every Chinese string said anew; keys stay."""
    if isinstance(value, dict):
        return {key: _said(inner, say) for key, inner in value.items()}
    if isinstance(value, list):
        return [_said(inner, say) for inner in value]
    return say(value) if isinstance(value, str) and CHINESE.search(value) else value


def _gather(found: list[str]) -> Say:
    def take(text: str) -> str:
        found.append(text)
        return text

    return take


def _notebook(path: Path) -> Any:
    import nbformat

    return nbformat.read(path, as_version=4)
