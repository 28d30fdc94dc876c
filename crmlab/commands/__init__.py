"""The `crmlab` command: assembles its groups and turns refusals into one sentence and an exit code."""

import importlib
import sys
from typing import Annotated

import typer

app = typer.Typer(
    name="crmlab",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

GROUPS = (
    "desk",
    "simulate",
    "dataset",
    "classroom",
    "keeping",
    "demo",
    "bench",
    "authoring",
    "crm",
    "crm_work",
    "roleplay",
    "roleplay_author",
    "roleplay_class",
    "roleplay_negotiate",
)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"crmlab {version('crmlab')}")
        raise typer.Exit


@app.callback()
def _crmlab(
    version: Annotated[
        bool, typer.Option("--version", help="版本", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """客户关系管理实训室 · a training lab for customer relationship management."""


def assemble() -> typer.Typer:
    """Return the command line with every group's commands in it."""
    for group in GROUPS:
        importlib.import_module(f"crmlab.commands.{group}").add_to(app)
    return app


def _run(words: list[str]) -> int:
    """Run the command of these words; return its exit code. Words that are off are told in one sentence, code 2."""
    from crmlab.usage import told

    click_error: type[Exception] = next(
        kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
    )
    try:
        code = assemble()(words, prog_name="crmlab", standalone_mode=False)
    except typer.Abort:
        print("crmlab: 已停止 · stopped", file=sys.stderr)
        return 130
    except click_error as refusal:
        if type(refusal).__name__ != "NoArgsIsHelpError":  # the help itself is on the screen by now
            print(f"crmlab: {told(refusal, words)}", file=sys.stderr)
        return int(getattr(refusal, "exit_code", 2))
    return code if isinstance(code, int) and not isinstance(code, bool) else 0


def main() -> None:
    """Run the command line; a refused input ends in one sentence on stderr and its exit code."""
    from crmlab.errors import LabError
    from grader.errors import GraderError
    from sim.errors import InputError

    for stream in (sys.stdout, sys.stderr):  # a Windows console may be GBK
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        raise SystemExit(_run(sys.argv[1:]))
    except (LabError, GraderError, InputError) as refusal:
        print(f"crmlab: {refusal}", file=sys.stderr)
        raise SystemExit(getattr(refusal, "exit_code", 3)) from None
