"""Which calls can be left alone before what holds them is parsed: they acquire nothing, or it is plainly released.

What a call calls is told by its name where that is plain; a method that acquires has to have as many parameters as the
call has arguments.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from leakfix.languages.go.call_text import call_text, chain_start, operand_before, parameters
from leakfix.languages.go.infer import object_type
from leakfix.languages.go.plain_calls import spelled_call
from leakfix.languages.go.settled_lines import Acquired, is_settled
from leakfix.languages.go.types import Signature, core, selection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from leakfix.languages.go.packages import File, Function, Package
    from leakfix.languages.go.plain_calls import PlainCall
    from leakfix.languages.go.program import Program

_QUALIFIED: Final = 60

Arity = tuple[int, int | None]
"""The fewest and the most arguments, None for any number."""


class _Spelled(NamedTuple):
    """A call: what it calls, if that is plain, where its expression starts, its last name, and what is behind that."""

    plain: PlainCall | None
    start: int
    name: int
    behind: int
    is_method: bool
    """Whether it may be one: it is selected from something."""


class CallLooks:
    """Looks at the calls of a program that have the name of an acquiring function."""

    def __init__(self, program: Program, places: Mapping[str, Sequence[str]] | None) -> None:
        """``places`` tells in which files the project declares methods of which names; None where that is not known."""
        self._program = program
        self._places = places
        self._models: dict[str, tuple[tuple[str, str], ...]] = {}
        for symbol in program.models.symbols():
            head, _, name = symbol.rpartition(".")
            if "." in head.rpartition("/")[2] and program.models.acquires(symbol):
                self._models[name] = (*self._models.get(name, ()), (*_split(head),))
        self._files: dict[str, File] = {}
        self._others: dict[tuple[str, int, str], bool] = {}

    def may_lose(self, function: Function, start: int, name: bytes) -> bool:
        """Whether the call of the function whose name stands at an offset may acquire something that gets lost."""
        spelled = self._spelled(function, start, name)
        results = self._results(function, spelled)
        if results is not None and not results:
            return False
        call = call_text(function.file.data, start + len(name))
        return call is None or not is_settled(
            self._program, function, Acquired(spelled.start, call.end, name.decode(), results)
        )

    def _results(self, function: Function, spelled: _Spelled) -> Collection[int] | None:
        """The results of a call that may have to be released; None where that is not known."""
        if spelled.plain is not None:
            return self._program.results(spelled.plain)
        data = function.file.data
        operand = data[spelled.start : spelled.name - 1].decode("utf-8", "replace")
        if not spelled.is_method or function.file.imported_as(operand) is not None:
            return None
        call = call_text(data, spelled.behind)
        if call is None or call.count is None:
            return None
        name = data[spelled.name : spelled.behind].decode()
        return () if self._is_other_method(name, call.count, function.file.package) else None

    def _spelled(self, function: Function, start: int, name: bytes) -> _Spelled:
        """How a call is spelled."""
        data, behind = function.file.data, start + len(name)
        before = data[start - 1 : start]
        if before.isspace() and data[max(start - _QUALIFIED, 0) : start].rstrip().endswith(b"."):
            return _Spelled(None, start, start, behind, False)
        if before != b".":
            plain = spelled_call(self._program.world, function, "", name.decode())
            return _Spelled(plain, start, start, behind, False)
        first = operand_before(data, start - 1)
        if first is None or first == start - 1:
            return _Spelled(None, chain_start(data, start), start, behind, True)
        plain = spelled_call(self._program.world, function, data[first : start - 1].decode(), name.decode())
        return _Spelled(plain, first, start, behind, True)

    # methods

    def _is_other_method(self, name: str, count: int, package: Package) -> bool:
        """Whether no method of this name that may acquire something takes so many arguments."""
        if self._places is None:
            return False
        key = (name, count, package.main_directory)
        if key not in self._others:
            # An answer must not hang on how deep in summaries one asked first: there, nobody gets a new one.
            if not self._program.depth.is_full:
                return False
            self._others[key] = not self._takes(name, count, package)
        return self._others[key]

    def _takes(self, name: str, count: int, package: Package) -> bool:
        """Whether a method of this name that may acquire something may take so many arguments."""
        program = self._program
        for path, of in self._models.get(name, ()):
            if program.models.may_be_imported(path):
                signature = self._signature(path, of, name, package)
                if signature is None or _fits(_arity(signature), count):
                    return True
        return any(map(self._hands_over, self._declared(name, count)))

    def _hands_over(self, function: Function) -> bool:
        summary = self._program.summary(function)
        return bool(summary.owned or summary.holders)

    def _signature(self, path: str, of: str, name: str, package: Package) -> Signature | None:
        there = self._program.world.imported(path, package)
        declared = there.lookup(of) if there is not None else None
        selected = selection(object_type(declared), name) if declared is not None else None
        signature = core(selected.type) if selected is not None else None
        return signature if isinstance(signature, Signature) else None

    def _declared(self, name: str, count: int) -> Iterator[Function]:
        """The methods of the project with this name that may take so many arguments and acquire something."""
        program = self._program
        behind = f".{name}"
        for path in (self._places or {}).get(name, ()):
            if path not in self._files:
                self._files[path] = program.world.file(Path(path))
            for function in self._files[path].functions:
                if function.receiver_type and function.name.endswith(behind):
                    opening = function.file.data.find(b"(", function.file.data.find(b")", function.start, function.end))
                    told = parameters(function.file.data, opening)
                    is_meant = told is None or _fits(told, count)
                    if is_meant and program.names_acquiring(function) and program.is_code(function.file):
                        yield function


def _split(head: str) -> tuple[str, str]:
    """The package and the type that a symbol names before its last part."""
    path, _, of = head.rpartition(".")
    return path, of


def _arity(signature: Signature) -> Arity:
    count = len(signature.params)
    return (count - 1, None) if signature.variadic else (count, count)


def _fits(arity: Arity, count: int) -> bool:
    least, most = arity
    return least <= count and (most is None or count <= most)
