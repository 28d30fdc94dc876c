"""What the world refuses."""


class InputError(ValueError):
    """A parameter, scenario or table was refused; the text gives name, value, rule and cure."""
