"""Which calls can be left alone before what holds them is parsed: they acquire nothing, or it is plainly released.

What a call calls is told by its name where that is plain; a method that acquires has to have as many parameters as the
call has arguments.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.call_text import call_text
from leakfix.languages.go.infer import object_type
from leakfix.languages.go.plain_calls import spelled_call
from leakfix.languages.go.settled_lines import Acquired, is_settled
from leakfix.languages.go.types import Signature, core, selection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from leakfix.languages.go.call_text import CallText
    from leakfix.languages.go.packages import File, Function, Package
    from leakfix.languages.go.plain_calls import PlainCall
    from leakfix.languages.go.program import Program

_QUALIFIER: Final = re.compile(rb"(?<![\w.\x80-\xff)\]}])(\w+)\.\Z")
_QUALIFIED: Final = 60

Arity = tuple[int, int | None]
"""The fewest and the most arguments, None for any number."""


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
        self._arities: dict[tuple[str, str], tuple[Arity, ...] | None] = {}

    def may_lose(self, function: Function, start: int, name: bytes) -> bool:
        """Whether the call of the function whose name stands at an offset may acquire something that gets lost."""
        file = function.file
        plain, first = self._plain(function, start, name)
        results: Collection[int] | None = None
        if plain is not None:
            results = self._program.results(plain)
            if results is not None and not results:
                return False
        call = call_text(file.data, start + len(name))
        if call is None:
            return True
        is_method = plain is None and file.data[first : start - 1].decode("utf-8", "replace") not in file.imports
        if is_method and self._is_other_method(file, start, name, call):
            return False
        return not is_settled(self._program, function, Acquired(first, call.end, name.decode(), results))

    def _plain(self, function: Function, start: int, name: bytes) -> tuple[PlainCall | None, int]:
        """What the call calls, if its name tells, and where the expression starts that is called, if that is plain."""
        data = function.file.data
        before = data[start - 1 : start]
        if before.isspace() and data[max(start - _QUALIFIED, 0) : start].rstrip().endswith(b"."):
            return None, start
        if before != b".":
            return spelled_call(self._program.world, function, "", name.decode()), start
        match = _QUALIFIER.search(data, max(start - _QUALIFIED, 0), start)
        if match is None:
            return None, _chain_start(data, start)
        plain = spelled_call(self._program.world, function, match[1].decode(), name.decode())
        return plain, match.start(1)

    # methods

    def _is_other_method(self, file: File, start: int, name: bytes, call: CallText) -> bool:
        """Whether no method of this name that may acquire something takes so many arguments."""
        if file.data[start - 1] != ord(".") or call.count is None:
            return False
        arities = self._arities_of(name.decode(), file.package)
        return arities is not None and not any(
            least <= call.count and (most is None or call.count <= most) for least, most in arities
        )

    def _arities_of(self, name: str, package: Package) -> tuple[Arity, ...] | None:
        """How many arguments the methods of a name take that may acquire something; None where that is not known."""
        main = package.main
        key = (name, str(main.directory) if main is not None else "")
        if key not in self._arities:
            self._arities[key] = None
            self._arities[key] = self._found_arities(name, package)
        return self._arities[key]

    def _found_arities(self, name: str, package: Package) -> tuple[Arity, ...] | None:
        if self._places is None:
            return None
        found: set[Arity] = set()
        for path, of in self._models.get(name, ()):
            if not self._program.models.may_be_imported(path):
                continue
            signature = self._signature(path, of, name, package)
            if signature is None:
                return None
            found.add(_arity(signature))
        for function in self._declared(name):
            summary = self._program.summary(function)
            if summary.owned or summary.holders:
                signature = self._program.types(function).signature(function.node)
                if signature is None:
                    return None
                found.add(_arity(signature))
        return tuple(sorted(found, key=str))

    def _signature(self, path: str, of: str, name: str, package: Package) -> Signature | None:
        there = self._program.world.imported(path, package)
        declared = there.lookup(of) if there is not None else None
        selected = selection(object_type(declared), name) if declared is not None else None
        signature = core(selected.type) if selected is not None else None
        return signature if isinstance(signature, Signature) else None

    def _declared(self, name: str) -> Iterator[Function]:
        program = self._program
        for path in (self._places or {}).get(name, ()):
            if path not in self._files:
                self._files[path] = program.world.file(Path(path))
            for function in self._files[path].functions:
                is_meant = function.receiver_type and function.name.rpartition(".")[2] == name
                if is_meant and program.names_acquiring(function) and program.is_read(function):
                    yield function


def _split(head: str) -> tuple[str, str]:
    """The package and the type that a symbol names before its last part."""
    path, _, of = head.rpartition(".")
    return path, of


def _arity(signature: Signature) -> Arity:
    count = len(signature.params)
    return (count - 1, None) if signature.variadic else (count, count)


def _chain_start(data: bytes, start: int) -> int:
    """Where the expression starts whose last name stands at an offset, if it consists of names."""
    while start and (data[start - 1] == ord(".") or chr(data[start - 1]).isalnum() or data[start - 1] == ord("_")):
        start -= 1
    return start
