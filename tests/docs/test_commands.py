"""The command line and the pages know the same commands."""

from typing import Any

import pytest
import typer
from pages import Page, pages

from crmlab.commands import assemble

UsageError = typer.BadParameter.__base__  # typer carries a click of its own


@pytest.fixture(scope="session")
def crmlab() -> Any:
    return typer.main.get_command(assemble())


def leaves(group: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the words of every command that does something."""
    if not hasattr(group, "commands"):
        return [path]
    return [leaf for name, inner in group.commands.items() for leaf in leaves(inner, (*path, name))]


def read(group: Any, words: list[str]) -> tuple[str, ...]:
    """Parse `words` without running anything; return the command's name, raise UsageError as it would."""
    command, path = group, ()
    while hasattr(command, "commands"):
        if not words or words[0] in ("--help", "--version"):
            return path
        context = command.make_context("crmlab", [], resilient_parsing=True)
        context.resilient_parsing = False  # only the empty call had to be let through
        name, command, words = command.resolve_command(context, words)
        path = (*path, name)
    if "--help" not in words:
        command.make_context(path[-1], list(words)).close()
    return path


def show(value: Page | list[str]) -> str:
    return str(value) if isinstance(value, Page) else " ".join(value) or "(alone)"


TYPED = [(page, words) for page in pages() for words in page.commands]
MENTIONED = [(page, words) for page in pages() for words in page.mentions]


@pytest.mark.parametrize(("page", "words"), TYPED, ids=show)
def test_a_command_to_be_typed_is_accepted_as_printed(crmlab, page, words):
    try:
        read(crmlab, words)
    except UsageError as refusal:
        pytest.fail(f"{page}: crmlab {show(words)}: {refusal.format_message()}")


@pytest.mark.parametrize(("page", "words"), MENTIONED, ids=show)
def test_a_command_in_running_text_exists_with_its_options(crmlab, page, words):
    try:
        read(crmlab, words)
    except UsageError as refusal:
        if type(refusal).__name__ != "MissingParameter":  # a name alone, as `crmlab grade`, is enough here
            pytest.fail(f"{page}: crmlab {show(words)}: {refusal.format_message()}")


def test_every_command_is_on_some_page(crmlab):
    told = set()
    for page in pages():
        for words in [*page.commands, *page.mentions]:
            told |= {tuple(words[:length]) for length in (1, 2)}
    assert [show(list(command)) for command in leaves(crmlab) if command not in told] == []


def test_the_reading_of_commands_notices_a_wrong_word(crmlab):
    for words in (
        ["grade", "project03_phone_service", "--quickly"],
        ["grde"],
        ["grade"],
        ["roster", "inport"],
    ):
        with pytest.raises(UsageError):
            read(crmlab, words)


def test_version_and_short_help_are_answered():
    from importlib.metadata import version

    from typer.testing import CliRunner

    said = CliRunner().invoke(assemble(), ["--version"])
    assert (said.exit_code, said.output) == (0, f"crmlab {version('crmlab')}\n")
    assert "roster" in CliRunner().invoke(assemble(), ["-h"]).output
