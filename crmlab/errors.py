"""What crmlab tells a person when it cannot go on: one sentence, and an exit code."""


class LabError(Exception):
    """An input was refused; the text names the thing, its value and the cure."""

    exit_code = 3

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows instead of a traceback: the sentence."""
        return [f"\x1b[31m✗ {self}\x1b[0m"]


class PartlyDone(LabError):
    """The work is done, but some hand-ins could not be; each is named."""

    exit_code = 4


class MissingPart(LabError):
    """Something this machine lacks; the text says how to get it."""

    exit_code = 5
