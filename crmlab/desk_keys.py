"""JupyterLab's one-letter commands, off on a student's desk: who types a note into a cell that is not open changes no cell."""

from typing import Any

SETTING = "@jupyterlab/shortcuts-extension:shortcuts"
CELL = ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"
MARKDOWN = ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) .jp-MarkdownCell:focus"
KERNEL = "[data-jp-kernel-user]:not(.jp-mod-readWrite) :focus:not(:read-write)"
# by their command, with the keys and the selector of JupyterLab: only a rule equal in all three is turned off
COMMANDS = {
    "notebook:change-cell-to-code": ("Y",),
    "notebook:change-cell-to-markdown": ("M",),
    "notebook:change-cell-to-raw": ("R",),
    "notebook:cut-cell": ("X",),
    "notebook:paste-cell-below": ("V",),
    "notebook:delete-cell": ("D", "D"),
    "notebook:insert-cell-above": ("A",),
    "notebook:insert-cell-below": ("B",),
    "notebook:insert-heading-above": ("Shift A",),
    "notebook:insert-heading-below": ("Shift B",),
    "notebook:merge-cells": ("Shift M",),
    "notebook:undo-cell-action": ("Z",),
    "notebook:redo-cell-action": ("Shift Z",),
    "notebook:toggle-render-side-by-side-current": ("Shift R",),
}
HEADINGS = {f"notebook:change-cell-to-heading-{n}": (str(n),) for n in range(1, 7)}
KERNELS = {"kernelmenu:interrupt": ("I", "I"), "kernelmenu:restart": ("0", "0")}


def off() -> dict[str, Any]:
    """Return the setting that turns these commands' keys off; menus and buttons still do what they do."""
    groups = ((COMMANDS, CELL), (HEADINGS, MARKDOWN), (KERNELS, KERNEL))
    return {
        "shortcuts": [
            {"command": command, "keys": list(keys), "selector": selector, "disabled": True}
            for group, selector in groups
            for command, keys in group.items()
        ]
    }
