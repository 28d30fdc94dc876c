"""Which names a cell sets, changes and reads, told from its text."""

import ast
import builtins
from dataclasses import dataclass, field

HARMLESS = {"print", "display", "len", "help", "type"}
BUILT_IN = frozenset(dir(builtins))


@dataclass
class Names:
    """The names of one cell; `reads_of` says for each function defined here what its body reads."""

    sets: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    imports: list[str] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    reads_of: dict[str, set[str]] = field(default_factory=dict)


def of(source: str) -> Names:
    """Return the names of a cell of an author's; lines for the shell (%, !) are left out."""
    names = Names()
    tree = _tree(source)
    names.reads = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for statement in tree.body:
        _look(statement, names)
    return names


def modules(source: str) -> set[str]:
    """Return the modules that a cell imports, by their full names."""
    found = set()
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(_python_only(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _python_only(source: str) -> str:
    return "\n".join(
        "" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines()
    )


def _look(node: ast.AST, names: Names) -> None:
    """Note what `node` does to names of the cell itself; the inside of functions is another scope."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        names.sets.add(node.name)
        names.reads_of[node.name] = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                names.sets.update(inner.names)
        return
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        names.imports.append(ast.unparse(node))
        names.imported.update((alias.asname or alias.name.split(".")[0]) for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        names.sets.add(node.id)
    elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        names.changes.update(_base(node))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        names.changes.update(_touched(node.value))
    elif (isinstance(node, ast.ExceptHandler) and node.name) or (
        isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
    ):
        names.sets.add(node.name)
    for child in ast.iter_child_nodes(node):
        _look(child, names)


def _touched(call: ast.Call) -> set[str]:
    """Return the names that a call standing alone may change: its object, and what it is given."""
    if isinstance(call.func, ast.Name) and call.func.id in HARMLESS:
        return set()
    found = _base(call.func) if isinstance(call.func, ast.Attribute) else set()
    for argument in (*call.args, *(named.value for named in call.keywords)):
        found |= _base(argument)
    return found


def _base(node: ast.AST) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
