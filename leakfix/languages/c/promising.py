"""Which functions are worth lowering: those that may acquire something, told by their bytes and what they call.

It says yes wherever lowering could find an acquisition: `lower_calls` and `lower_unknown` decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, syntax
from leakfix.languages.c.candidates import Candidates
from leakfix.languages.c.evidence import Evidence
from leakfix.languages.c.files import spelling
from leakfix.languages.c.handing import Handing, may_hand_on
from leakfix.languages.c.lower_tables import role
from leakfix.languages.c.settled import Settling
from leakfix.languages.c.spreading import Rounds
from leakfix.languages.c.stopping import Stopping
from leakfix.languages.c.unknown_owners import FILLS, target_of
from leakfix.languages.c.vocabulary import JOINED, Vocabulary, called_here, text_of
from leakfix.languages.c.words import WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Variable
    from leakfix.languages.c.summaries import Acquisition

_GIVEN: Final = re.compile(rb"&\s*\(*\s*([A-Za-z_]\w*)")
_CAPTURED: Final = re.compile(rb"\[[^\[\]=]*=")
_AUTO: Final = b"auto"
_PLAINLY_CALLED: Final = re.compile(rb"(?<![\w.])(?<!->)([A-Za-z_]\w*+)\s*+(?:<[^;{}()]*>\s*+)?\)*+\s*+\(")
_MEMBER: Final = re.compile(rb"\.\s*+([A-Za-z_]\w*+)\s*+\(")
_NEW: Final = b"new"
_DELETE: Final = b"delete"


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
        self._methods = frozenset(
            symbol.rpartition("::")[2].encode()
            for symbol in symbols
            if "::" in symbol and not symbol.startswith("std::") and models.acquires(symbol)
        )
        """The names of methods that acquire."""
        self._customs = _Customs(self._releasing)
        self.vocabulary = Vocabulary(program.world)
        self.candidates = Candidates(program, self)
        self.settling = Settling(program, self.candidates)
        self.stopping = Stopping(program, self)
        self.handing = Handing(program, self)
        self.rounds = Rounds(program, (self.stopping, self.handing))
        self._foreign: dict[str, CFile] = {}
        """Files outside of the run that some of its files include."""
        self._edits = -1

    def inherit(self, other: Promising) -> None:
        """Take over what another one has found out about the same files."""
        self._edits = self._world.edits
        self._foreign = {one.key: one for one in self._world.outsiders()}
        self.rounds.inherit(other.rounds, self._common())

    def may_acquire(self, function: Function) -> bool:
        """Whether a function may acquire something itself, or call what hands on what it acquires."""
        self._notice(function.file)
        if self.acquires(function):
            return True
        self.rounds.ensure()
        return self.handing.concerns(function)

    def may_hand_on(self, function: Function) -> bool:
        """Whether a function may acquire what its caller owns then, itself or by what it calls."""
        return self.hands_on(function.last_name.encode()) and may_hand_on(function)

    def hands_on(self, name: bytes) -> bool:
        """Whether a function of a name hands on what it acquires."""
        self._ensure()
        return name in self.handing.names

    def acquired(self, function: Function) -> tuple[Acquisition, ...]:
        """What whoever calls a function has to release behind the call."""
        self._ensure()
        return self.handing.acquired(function)

    def never_returns(self, function: Function) -> bool:
        """Whether a function has no way out but to end the process."""
        self._ensure()
        return self.stopping.holds(function)

    @property
    def version(self) -> tuple[int, int, int]:
        """Changes with the files in reach, and with what is known of them."""
        return self._world.edits, len(self._foreign), len(self.handing.names)

    def makes(self, name: bytes) -> bool:
        """Whether such a function is a constructor."""
        return name in self.handing.makers

    def defining(self, name: bytes, saying: bytes) -> Iterator[Function]:
        """Yield the functions that bear a name, whatever class or namespace they are in, in files that say a word."""
        for file in (*self._world.heading(name), *self._foreign.values()):
            if name in file.headed and file.holds(saying):
                yield from file.named_functions(name.decode())

    def called(self, function: Function) -> frozenset[bytes]:
        """The names of all that a function may call, itself or by a macro."""
        return self.vocabulary.called(function)

    def called_by(self, word: bytes, file: CFile) -> frozenset[bytes]:
        """The names of all that the macros of a name may call; a macro that is only another name calls that."""
        return self.vocabulary.called_by(word, file)

    def together(self) -> Rounds:
        """What may be found out together with other processes that have the same files."""
        self._refresh()
        return self.rounds

    def _ensure(self) -> None:
        self._refresh()
        self.rounds.ensure()

    def _refresh(self) -> None:
        """Forget what other bytes of a file may change."""
        if self._edits != self._world.edits:
            edited = self._world.edited[self._edits :] if self._edits >= 0 else None
            self._edits = self._world.edits
            # All at once: each that is met later costs all that was found until then.
            self._foreign = {one.key: one for one in self._world.outsiders()}
            if edited is None or not all(_is_within_functions(*one) for one in edited):
                self._forget()
            else:
                self.rounds.ask_anew([now for _, now in edited])

    def _notice(self, file: CFile) -> None:
        """Forget what other bytes of a file, or more files, may change."""
        self._refresh()
        new = {one.key: one for one in self._world.foreign(file) if one.key not in self._foreign}
        if new:
            self._foreign.update(new)
            self._forget()

    def _forget(self) -> None:
        self.vocabulary.forget()
        self.rounds.clear(self._common())

    def _common(self) -> tuple[CFile, ...]:
        """The files outside of the run, whose functions each process asks itself."""
        own = {file.key for file in self._world.files()}
        return tuple(file for key, file in self._foreign.items() if key not in own)

    # what a function does itself

    def acquires(self, function: Function) -> bool:
        """Whether a function may acquire something by what is no function in reach."""
        known = function.cache.get("acquires")
        if not isinstance(known, bool):
            known = function.cache["acquires"] = self._looked(function)
        return known

    def _looked(self, function: Function) -> bool:
        called, named = self.called(function), self.named(function)
        if not self._acquiring.isdisjoint(called) and self._calls_acquiring(function, called):
            return True
        if (_NEW in named and function.file.is_cpp) or JOINED in named:
            return True
        if self.may_use_tables(function):
            return True
        return self.may_get_from_unknown(function) and any(True for _ in self.unknown_calls(function))

    def may_use_tables(self, function: Function) -> bool:
        """Whether a function may allocate by a member of a table of functions."""
        said = self._customs.said_by(called_here(function))
        return bool(said & _ALLOCATES and self._customs.said_by(_MEMBER.findall(text_of(function))) & _ALLOCATES)

    def may_get_from_unknown(self, function: Function) -> bool:
        """Whether calls of which no body tells may give a function something of its own, as its names tell."""
        known = function.cache.get("may get")
        if not isinstance(known, bool):
            known = function.cache["may get"] = self._may_get_from_unknown(function)
        return known

    def _may_get_from_unknown(self, function: Function) -> bool:
        here, called, named = called_here(function), self.called(function), self.named(function)
        said_here, said = self._customs.said_by(here), self._customs.said_by(called)
        return bool(
            (said & (_OPENS | _MAKES) and self._is_undone(function, called, said))
            or ((_DELETE in named or said_here & _RELEASES) and self.releases(function))
            or (said & (_MAKES | _FILLS) and self._gives_what_ends(function))
        )

    def _calls_acquiring(self, function: Function, called: frozenset[bytes]) -> bool:
        """Whether what acquires is called by its name alone, or by a macro: methods are others' of the same name."""
        found = called & self._acquiring
        if not found <= called_here(function) or not found.isdisjoint(self._methods):
            return True
        return not found.isdisjoint(_PLAINLY_CALLED.findall(text_of(function)))

    def unknown_calls(self, function: Function, *, with_virtual: bool = False) -> Iterator[Node]:
        """Yield the calls of which no body tells whose result is assigned, or that are given a variable's address.

        Only then what the caller releases, or what some function is named to undo, may be its own.
        """
        program = self._program
        bindings = program.bindings(function)
        evidence = Evidence.of(function, bindings, program.models)
        macros = self._world.macro_words(function.file)
        released = evidence.released
        for call in evidence.calls:
            name = _last_name(call)
            says = self._customs[name] if name not in macros else _ANYTHING
            if not (released or says & (_MAKES | _OPENS | _FILLS)):
                continue
            target = target_of(call, bindings)
            worth = (target is not None and (bool(says & (_MAKES | _OPENS)) or target.variable in released)) or (
                self._is_given_variable(call, evidence, released, is_maker=bool(says & (_MAKES | _FILLS)))
            )
            if worth and self._is_unknown(function, call, with_virtual=with_virtual):
                yield call

    def _is_given_variable(
        self, call: Node, evidence: Evidence, released: Mapping[Variable, bytes], *, is_maker: bool
    ) -> bool:
        """Whether a call is given a variable, or its address, that the function releases, or that a maker may fill."""
        arguments = call.child_by_field_name("arguments")
        if arguments is None:
            return False
        text = arguments.text or b""
        if not is_maker and not any(name in text for name in released.values()):
            return False
        for one in arguments.named_children:
            given = evidence.given(one)
            if given is not None and given.variable.kind == "local" and (is_maker or given.variable in released):
                return True
        return False

    def _is_unknown(self, function: Function, call: Node, *, with_virtual: bool) -> bool:
        """Whether no body tells what a call does."""
        callee = self._program.types(function).callee(call)
        if callee is None or callee.kind == "cast":
            return False
        if callee.kind == "method":
            return with_virtual and self._program.is_virtual(callee)
        found = callee.function
        if callee.kind == "macro" and found is None:
            # What a macro with parameters stands for is lowered in its place; of others only another name matters.
            macros = self._world.macros(callee.symbol, function.file)
            return any(macro.params is None and WORD.fullmatch(macro.body) is not None for macro in macros)
        return found is None or found.is_template or not self._program.is_read(found)

    def _is_undone(self, function: Function, called: Iterable[bytes], said: int) -> bool:
        """Whether it calls what another function is named to undo."""
        pairs = self._program.pairs
        if said & _OPENS and pairs.calls("close", function.file):
            return True
        making = (name for name in called if self._customs[name] & _MAKES) if said & _MAKES else ()
        return any(pairs.undoing(name.decode(), function.file) for name in making)

    def releases(self, function: Function) -> bool:
        """Whether a function releases what a variable leads to."""
        program = self._program
        return Evidence.of(function, program.bindings(function), program.models).is_any

    def _gives_what_ends(self, function: Function) -> bool:
        """Whether it gives away the address of a variable of a type that some function is named to end."""
        program, named = self._program, self.named(function)
        # Unless it is deduced, a type is spelled where the variable is declared.
        may_be_deduced = _AUTO in named or (function.file.is_cpp and _CAPTURED.search(text_of(function)) is not None)
        if not (may_be_deduced or program.pairs.ends_any(named, function.file)):
            return False
        given = set(_GIVEN.findall(text_of(function)))
        if not given:
            return False
        types = program.types(function)
        for variable in program.bindings(function).variables:
            if variable.name.encode() in given:
                of = types.variable(variable)
                if of is not None and program.pairs.ending(of.base, function.file):
                    return True
        return False

    # names

    def definable(self, names: frozenset[bytes]) -> frozenset[bytes]:
        """Return those of some names that functions in reach may bear."""
        found = names & self._world.headed
        for file in self._foreign.values():
            found |= names & file.headed
        return found

    def named(self, function: Function) -> frozenset[bytes]:
        """The identifiers in a function, and in the macros that they may mean."""
        known = function.cache.get("named")
        if not isinstance(known, frozenset):
            known = function.cache["named"] = self.vocabulary.own(function) | self.vocabulary.meant(function)
        return known


def _is_within_functions(before: CFile | None, now: CFile) -> bool:
    """Whether a file that has other bytes than before includes the same and defines the same macros."""
    if before is None or before.includes != now.includes or before.macros.keys() != now.macros.keys():
        return False
    return all(
        len(macros) == len(now.macros[name])
        and all(one.says_the_same(other) for one, other in zip(macros, now.macros[name], strict=True))
        for name, macros in before.macros.items()
    )


def _last_name(call: Node) -> bytes:
    """The last name of what a call calls."""
    called = call.child_by_field_name("function")
    if called is not None and called.type == syntax.FIELD_EXPRESSION:
        called = called.child_by_field_name("field")
    return spelling(called).rpartition("::")[2].encode() if called is not None else b""


class _Customs(dict[bytes, int]):
    """What names of functions say by custom, read once for each."""

    def __init__(self, releasing: frozenset[bytes]) -> None:
        super().__init__()
        self._releasing = releasing

    def __missing__(self, name: bytes) -> int:
        text = name.decode()
        said = (
            customs.is_making(text) * _MAKES
            | customs.is_opening(text) * _OPENS
            | (name in self._releasing or customs.says_release(text, of_value=True)) * _RELEASES
            | (not FILLS.isdisjoint(customs.words(text))) * _FILLS
            | (role(text) not in ("", "free")) * _ALLOCATES
        )
        self[name] = said
        return said

    def said_by(self, names: Iterable[bytes]) -> int:
        """What any of some names says."""
        said = 0
        for name in names:
            said |= self[name]
        return said


_MAKES: Final = 1
_OPENS: Final = 2
_RELEASES: Final = 4
_FILLS: Final = 8
_ANYTHING: Final = 15
_ALLOCATES: Final = 16
