"""Which calls can be left alone before what holds them is parsed: they acquire nothing, or it is plainly released.

What a call calls is told by its name where that is plain; a method that acquires has to have as many parameters as the
call has arguments.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from leakfix.languages.go.call_text import (
    call_text,
    chain_start,
    operand_before,
    parameters,
    result_count,
    results_used,
)
from leakfix.languages.go.infer import object_type
from leakfix.languages.go.plain_calls import spelled_call
from leakfix.languages.go.settled_lines import Acquired, is_settled
from leakfix.languages.go.types import Signature, core, selection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from leakfix.languages.go.packages import Function, Package
    from leakfix.languages.go.plain_calls import PlainCall
    from leakfix.languages.go.program import Program

_QUALIFIED: Final = 60

Arity = tuple[int, int | None]
"""The fewest and the most arguments, None for any number."""


class _Used(NamedTuple):
    """How a method is called: with how many arguments, the last of them ``list...``, for how many results, if told."""

    arguments: int
    is_spread: bool
    results: int | None


class _Spelled(NamedTuple):
    """A call: what it calls, if that is plain, where its expression starts, its last name, and what is behind that."""

    plain: PlainCall | None
    start: int
    name: int
    behind: int
    is_method: bool
    """Whether it may be one: it is selected from something."""


class _Declared(NamedTuple):
    """A method of the project, and how it can be used as far as its bytes tell."""

    function: Function
    arity: Arity | None
    results: int | None


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
        self._methods: dict[str, Sequence[_Declared]] = {}
        self._others: dict[tuple[str, _Used, str], bool] = {}

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
        arguments = (call.spread if call.count is None else call.count) if call is not None else None
        if call is None or arguments is None:
            return None
        used = _Used(arguments, call.count is None, results_used(data, spelled.start, call.end))
        name = data[spelled.name : spelled.behind].decode()
        return () if self._is_other_method(name, used, function.file.package) else None

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

    def _is_other_method(self, name: str, used: _Used, package: Package) -> bool:
        """Whether no method of this name that may acquire something can be used in this way."""
        if self._places is None:
            return False
        key = (name, used, package.main_directory)
        if key not in self._others:
            # An answer must not hang on how deep in summaries one asked first: there, nobody gets a new one.
            if not self._program.depth.is_full:
                return False
            self._others[key] = not self._takes(name, used, package)
        return self._others[key]

    def _takes(self, name: str, used: _Used, package: Package) -> bool:
        """Whether a method of this name that may acquire something can be used in this way."""
        program = self._program
        for path, of in self._models.get(name, ()):
            if program.models.may_be_imported(path):
                signature = self._signature(path, of, name, package)
                if signature is None or _fits(_arity(signature), len(signature.results), used):
                    return True
        return any(
            self._hands_over(one.function)
            for one in self._declared(name)
            if one.arity is None or _fits(one.arity, one.results, used)
        )

    def _hands_over(self, function: Function) -> bool:
        summary = self._program.summary(function)
        return bool(summary.owned or summary.holders)

    def _signature(self, path: str, of: str, name: str, package: Package) -> Signature | None:
        there = self._program.world.imported(path, package)
        declared = there.lookup(of) if there is not None else None
        selected = selection(object_type(declared), name) if declared is not None else None
        signature = core(selected.type) if selected is not None else None
        return signature if isinstance(signature, Signature) else None

    def _declared(self, name: str) -> Sequence[_Declared]:
        """The methods of the project with this name that may acquire something."""
        known = self._methods.get(name)
        if known is None:
            known = self._methods[name] = tuple(self._find_declared(name))
        return known

    def _find_declared(self, name: str) -> Iterator[_Declared]:
        program = self._program
        behind = f".{name}"
        for path in (self._places or {}).get(name, ()):
            file = program.world.file(Path(path))
            for function in file.functions if program.is_code(file) else ():
                if function.receiver_type and function.name.endswith(behind) and program.may_hand_over(function):
                    opening = file.data.find(b"(", file.data.find(b")", function.start, function.end))
                    yield _Declared(function, parameters(file.data, opening), result_count(file.data, opening))


def _split(head: str) -> tuple[str, str]:
    """The package and the type that a symbol names before its last part."""
    path, _, of = head.rpartition(".")
    return path, of


def _arity(signature: Signature) -> Arity:
    count = len(signature.params)
    return (count - 1, None) if signature.variadic else (count, count)


def _fits(arity: Arity, results: int | None, used: _Used) -> bool:
    least, most = arity
    if None not in (results, used.results) and results != used.results:
        return False
    if used.is_spread:
        return most is None and used.arguments == least + 1
    return least <= used.arguments and (most is None or used.arguments <= most)
