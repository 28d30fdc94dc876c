"""The judge's process: runs locked and test cells in names of its own; asks the student's process for the rest."""

import ast
import asyncio
import builtins
import inspect
from collections.abc import Callable
from typing import Any, NoReturn

from grader import shell as shells
from grader.pipe import Pipe
from grader.wire import NotPlain, WireError, decode, encode


class Gone(BaseException):
    """The student's process cannot answer any more; no test may catch this."""


class Odd(BaseException):
    """The student's value is not plain, so it cannot be judged from here; no test may catch this."""


def serve(pipe: Pipe, shell: shells.Shell) -> None:
    """Judge what the parent sends until it goes away."""
    bench = _Bench(pipe, shell)
    while True:
        request = pipe.receive()
        pipe.send({"verdict": bench.run(request["source"], request["given"])})


class Names(dict):
    """The judge's names; one that it does not have is a built-in, or the student's."""

    def __init__(self, ask: Callable[[str], Any], own: dict[str, Any]) -> None:
        super().__init__(own)
        self.ask = ask

    def __missing__(self, name: str) -> Any:
        return self.ask(name)


class _Bench:
    def __init__(self, pipe: Pipe, shell: shells.Shell) -> None:
        self.pipe, self.shell = pipe, shell
        about = {"__name__": "__main__", "__builtins__": builtins, "get_ipython": shell.get_ipython}
        self.names = Names(self._find, about)
        self.given: dict[str, Any] = {}
        self.asked: list[str] = []
        self.raised: list[BaseException] = []
        self.lost: Gone | Odd | None = None  # kept here, since a test's bare "except" may swallow it

    def run(self, source: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the verdict on a cell: its outputs, the points it gave itself, what was asked, what failed."""
        # where the student's value cannot cross, a name of the judge's own from before stands
        given = {name: told for name, told in given.items() if name not in self.names or "value" in told}
        self.given, self.asked, self.raised, self.lost = given, [], [], None
        for name in given:
            self.names.pop(name, None)
        verdict: dict[str, Any] = {"points": None, "gone": False, "odd": None}
        self.shell.recorder.start()
        try:
            verdict["points"] = self._execute(source)
        except (Gone, Odd):
            pass
        except BaseException as error:  # an assertion that failed, or anything else a test may raise
            self._record(error)
        verdict["gone"] = isinstance(self.lost, Gone)
        verdict["odd"] = str(self.lost) if isinstance(self.lost, Odd) else None
        self.shell.recorder.take_raw()
        verdict |= {"outputs": self.shell.recorder.outputs, "asked": self.asked}
        return verdict

    def _execute(self, source: str) -> Any:
        """Run a cell; return the number on its last line, if that is one."""
        tree = ast.parse(self.shell.transform_cell(source), "<cell>")
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self._evaluate(tree, source, "exec")
        if last is None:
            return None
        value = self._evaluate(ast.Expression(last.value), source, "eval")
        if source.rstrip().endswith(";"):
            return None
        self.shell.displayhook(value)
        return _number(value)

    def _evaluate(self, tree: Any, source: str, mode: str) -> Any:
        self.shell.compile.cache(source, 0)
        code = compile(tree, "<cell>", mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        value = eval(code, self.names)  # this is the author's text, in a process made for it
        return asyncio.run(value) if inspect.CO_COROUTINE & code.co_flags else value

    def _record(self, error: BaseException) -> None:
        """Record an error; of one that came from the student's code only the kind, for it may tell secrets."""
        if any(error is one for one in self.raised):
            lines = [f"{type(error).__name__}（由学生的函数引发）"]
            self.shell.recorder.add(shells.error_output(type(error).__name__, "", lines))
            return
        told = self.shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
        self.shell.recorder.add(shells.error_output(type(error).__name__, str(error), told))

    def _find(self, name: str) -> Any:
        if name not in self.given and hasattr(builtins, name):
            return getattr(builtins, name)
        self.asked.append(name)
        answer = self.given.get(name) or self._request({"ask": name})
        if answer.get("gone"):
            self._give_up(Gone())
        if answer.get("missing"):
            raise NameError(f"name {name!r} is not defined")
        value = self._value(answer, name)
        self.names[name] = value
        return value

    def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        self.pipe.send(request)
        answer = self.pipe.receive()
        if not isinstance(answer, dict) or answer.get("gone"):
            self._give_up(Gone())
        return answer

    def _value(self, answer: dict[str, Any], what: str) -> Any:
        if "not_plain" in answer:
            self._give_up(Odd(f"{what}: {str(answer['not_plain'])[:100]}"))
        try:
            return decode(answer.get("value"), stub=self._stub)
        except WireError as error:
            self._give_up(Odd(f"{what}: {str(error)[:100]}"))

    def _give_up(self, error: "Gone | Odd") -> NoReturn:
        self.lost = self.lost or error
        raise error

    def _stub(self, number: int) -> Callable[..., Any]:
        def function(*args: Any, **named: Any) -> Any:
            known = lambda value: getattr(value, "_number", None)  # noqa: E731
            try:
                sent = {
                    "args": encode(list(args), handle=_own(known)),
                    "named": encode(named, handle=_own(known)),
                }
            except NotPlain as error:
                self._give_up(Odd(f"（参数）: {error}"))
            answer = self._request({"call": number, **sent})
            if answer.get("late"):
                self._give_up(Gone())
            if "raised" in answer:
                raised = _exception(answer["raised"], str(answer.get("text", "")))
                self.raised.append(raised)
                raise raised
            return self._value(answer, "（返回值）")

        function._number = number  # type: ignore[attr-defined]
        return function


def _own(known: Callable[[Any], int | None]) -> Callable[[Any], int]:
    def handle(function: Any) -> int:
        number = known(function)
        if number is None:
            raise NotPlain("function")
        return number

    return handle


def _exception(kind: Any, text: str) -> BaseException:
    """Return an exception of that built-in kind; never one that ends a loop of the test's without a word."""
    made = getattr(builtins, str(kind), None)
    ends_loops = (StopIteration, StopAsyncIteration)
    if isinstance(made, type) and issubclass(made, Exception) and not issubclass(made, ends_loops):
        try:
            return made(text)
        except TypeError:  # some kinds want arguments
            return RuntimeError(text)
    return RuntimeError(text)


def _number(value: Any) -> float | None:
    """Return a number as points; truth values and all else are none."""
    import numbers

    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return None
    return float(value) if isinstance(value, numbers.Real) else None
