"""Which functions are worth lowering: those that may acquire something, told by their bytes and what they call.

It says yes wherever lowering could find an acquisition: `lower_calls` and `lower_unknown` decide.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs
from leakfix.languages.c.declarators import read
from leakfix.languages.c.evidence import Evidence
from leakfix.languages.c.lower_unknown import FILLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program

_WORD: Final = re.compile(rb"[A-Za-z_]\w*")
_CALLED: Final = re.compile(rb"([A-Za-z_]\w*+)\s*+(?:<[^;{}()]*>\s*+)?\)*+\s*+\(")
_GIVEN: Final = re.compile(rb"&\s*\(*\s*([A-Za-z_]\w*)")
_COMMENT: Final = re.compile(rb"(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_NEW: Final = b"new"
_DELETE: Final = b"delete"
_JOINS: Final = b"##"
_JOINED: Final = re.compile(rb"[^,\s]\s*##")
"""A name that a macro makes of two; what stands behind a comma is the rest of the arguments, which may be none."""


class Promising:
    """Tells of the functions of a program whether they may acquire; what was found is kept until a file changes."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._world = program.world
        models = program.models
        symbols = models.symbols()
        self._acquiring = frozenset(name.encode() for name in program.names) - {_NEW}
        self._releasing = frozenset(
            symbol.rpartition("::")[2].encode() for symbol in symbols if models.release(symbol) is not None
        )
        self._hands_on: dict[bytes, bool] = {}
        self._macros: dict[bytes, frozenset[bytes]] = {}
        self._foreign: dict[str, CFile] = {}
        """Files outside of the run that some of its files include."""
        self._edits = program.world.edits

    def may_acquire(self, function: Function) -> bool:
        """Whether a function may acquire something itself, or call what hands on what it acquires."""
        self._notice(function.file)
        if self._acquires(function):
            return True
        named = self._named(function)
        self._settle(named)
        return any(self._hands_on.get(name) for name in named)

    def _notice(self, file: CFile) -> None:
        """Forget what other bytes, or more files, may change."""
        if self._edits != self._world.edits:
            self._edits = self._world.edits
            self._foreign.clear()
            self._forget()
        new = {one.key: one for one in self._world.foreign(file) if one.key not in self._foreign}
        if new:
            self._foreign.update(new)
            self._forget()

    def _forget(self) -> None:
        self._hands_on.clear()
        self._macros.clear()

    # what a function does itself

    def _acquires(self, function: Function) -> bool:
        known = function.cache.get("acquires")
        if not isinstance(known, bool):
            known = function.cache["acquires"] = self._looked(function)
        return known

    def _looked(self, function: Function) -> bool:
        text = _text(function)
        called = frozenset(_CALLED.findall(text))
        named = self._named(function)
        if not self._acquiring.isdisjoint(called) or _NEW in named or _JOINS in named:
            return True
        # A macro may be only another name of what is called.
        meant = named - frozenset(_WORD.findall(text))
        if not self._acquiring.isdisjoint(meant) or self._is_undone(function, called | meant):
            return True
        if (_DELETE in named or any(self._says_release(name) for name in called)) and self._releases(function):
            return True
        return any(_makes(name) or _fills(name) for name in called | meant) and self._gives_what_ends(function, text)

    def _is_undone(self, function: Function, called: Iterable[bytes]) -> bool:
        """Whether it calls what another function is named to undo."""
        pairs = self._program.pairs
        if any(map(_opens, called)) and pairs.calls("close", function.file):
            return True
        return any(_makes(name) and bool(pairs.undoing(name.decode(), function.file)) for name in called)

    def _says_release(self, name: bytes) -> bool:
        return name in self._releasing or _releases(name)

    def _releases(self, function: Function) -> bool:
        program = self._program
        return Evidence.of(function, program.bindings(function), program.models).is_any

    def _gives_what_ends(self, function: Function, text: bytes) -> bool:
        """Whether it gives away the address of a variable of a type that some function is named to end."""
        given = set(_GIVEN.findall(text))
        if not given:
            return False
        program = self._program
        types = program.types(function)
        for variable in program.bindings(function).variables:
            if variable.name.encode() in given:
                of = types.variable(variable)
                if of is not None and program.pairs.ending(of.base, function.file):
                    return True
        return False

    # what it calls

    def _settle(self, names: Iterable[bytes]) -> None:
        """Find out of functions, and of all that they name, whether they hand on what they acquire."""
        found: dict[bytes, list[Function]] = {}
        waiting = [name for name in names if name not in self._hands_on]
        while waiting:
            name = waiting.pop()
            if name in found or name in self._hands_on:
                continue
            found[name] = [one for one in self._defining(name) if _may_hand_on(one)]
            for function in found[name]:
                if not self._acquires(function):
                    waiting.extend(self._named(function))
        handing: set[bytes] = set()
        for name, functions in found.items():
            if any(self._acquires(one) and self._is_handing(one) for one in functions):
                handing.add(name)
        self._hands_on |= dict.fromkeys(found, False) | dict.fromkeys(handing, True)
        self._spread({name: functions for name, functions in found.items() if functions and name not in handing})

    def _defining(self, name: bytes) -> Iterator[Function]:
        last = name.decode()
        yield from self._world.defining(last)
        for file in self._foreign.values():
            yield from file.named_functions(last) if name in file.headed else ()

    def _spread(self, found: dict[bytes, list[Function]]) -> None:
        """Who calls what hands on may hand it on himself."""
        changed = True
        while changed:
            changed = False
            for name, functions in found.items():
                if not self._hands_on[name] and any(
                    not self._acquires(one) and self._calls_handing(one) and self._is_handing(one) for one in functions
                ):
                    self._hands_on[name] = changed = True

    def _calls_handing(self, function: Function) -> bool:
        return any(self._hands_on.get(name) for name in self._named(function))

    def _is_handing(self, function: Function) -> bool:
        summary = self._program.summary(function) if self._program.is_read(function) else None
        return summary is not None and bool(summary.acquired())

    # names

    def _named(self, function: Function) -> frozenset[bytes]:
        """The identifiers in a function, and in the macros that they may mean."""
        known = function.cache.get("named")
        if not isinstance(known, frozenset):
            words = frozenset(_WORD.findall(_text(function)))
            meant = (self._meant(word, function.file) for word in words)
            known = function.cache["named"] = words.union(*meant)
        return known

    def _meant(self, word: bytes, file: CFile) -> frozenset[bytes]:
        """What stands in the macros of a name, and in those that stand there."""
        if word not in self._macros:
            self._macros[word] = frozenset()
            words: set[bytes] = set()
            for macro in self._world.macros_named(word.decode("utf-8", "replace"), file):
                words.update(_WORD.findall(macro.body))
                if _JOINED.search(macro.body) is not None:
                    words.add(_JOINS)
            self._macros[word] = frozenset(words).union(*(self._meant(inner, file) for inner in words))
        return self._macros[word]


def _text(function: Function) -> bytes:
    """The bytes of a function without comments."""
    text = function.file.data[function.node.start_byte : function.node.end_byte]
    return _COMMENT.sub(_kept, text) if b"//" in text or b"/*" in text else text


def _kept(match: re.Match[bytes]) -> bytes:
    return match[1] or b" "


def _may_hand_on(function: Function) -> bool:
    """Whether a function gives anything back, or is given what leads to memory of the caller."""
    if function.is_method or function.is_template or function.type is None or function.type.text != b"void":
        return True
    if read(function.declarator).steps:
        return True
    return any(one.declarator is not None and read(one.declarator).steps for one in function.params)


@lru_cache(maxsize=16384)
def _makes(name: bytes) -> bool:
    return customs.is_making(name.decode())


@lru_cache(maxsize=16384)
def _opens(name: bytes) -> bool:
    return customs.is_opening(name.decode())


@lru_cache(maxsize=16384)
def _releases(name: bytes) -> bool:
    return customs.says_release(name.decode(), of_value=True)


@lru_cache(maxsize=16384)
def _fills(name: bytes) -> bool:
    return not FILLS.isdisjoint(customs.words(name.decode()))
