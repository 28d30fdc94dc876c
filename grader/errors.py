"""What the marker refuses."""


class GraderError(Exception):
    """The marker cannot go on; the text names the thing, its value and the cure."""

    exit_code = 3


class SomeNotGraded(GraderError):
    """The class is graded, but for some hand-ins; each is named."""

    exit_code = 4
