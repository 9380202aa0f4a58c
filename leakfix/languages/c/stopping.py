"""Which functions never return, told before any graph: few call what ends the process, and most of those go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow import ExitKind
from leakfix.languages.c import syntax
from leakfix.languages.c.lower_assertions import stated
from leakfix.languages.c.preprocessor import arguments_of
from leakfix.languages.c.spreading import Fact, Spread
from leakfix.languages.c.ways_out import WaysOut
from leakfix.languages.c.words import WORD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from tree_sitter import Node

    from leakfix.flow import Graph
    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.promising import Promising

_DEEPEST: Final = 6
_ASKED: Final = re.compile(rb"[\s(!]*(\w+)[\s)]*")


class Stopping(Spread):
    """Knows of the functions of a program those that control never gets out of."""

    def __init__(self, program: Program, promising: Promising) -> None:
        super().__init__(program)
        self._promising = promising
        models = program.models
        symbols = models.symbols()
        self._checking = set(_names(symbol for symbol in symbols if models.check(symbol) is not None))
        """The names of what goes on only if something holds: assertions."""
        self._modelled = self._checking.union(_names(symbol for symbol in symbols if models.never_returns(symbol)))
        self._stops = set(self._modelled)
        """The names of all that may never come back."""
        self._looked_at: set[bytes] = set()
        """The names that were looked at for what they state."""

    def holds(self, function: Function) -> bool:
        """Whether it is known of a function that it has no way out but to end the process."""
        return self.known(function) is not None

    def may_be(self, name: bytes) -> bool:
        """Whether something of this name may never come back."""
        return name in self._stops

    def forget(self) -> None:
        """Know nothing."""
        super().forget()
        self._stops = self._modelled | self._checking

    def learn(self, facts: Iterable[Fact]) -> None:
        """Take over what was found."""
        super().learn(facts)
        self._stops.update(fact.name for fact in facts)

    def _may_hold(self, function: Function) -> bool:  # noqa: ARG002 (of all)
        return True

    def _begins(self, function: Function) -> bool:
        called = self._promising.called(function)
        new = called - self._looked_at
        self._looked_at |= new
        stating = [name for name in new if stated(name.decode("utf-8", "replace")) is not None]
        self._checking.update(stating)
        self._stops.update(stating)
        return not self._stops.isdisjoint(called)

    def _is_concerned(self, function: Function, names: AbstractSet[bytes], makers: AbstractSet[bytes]) -> bool:  # noqa: ARG002 (an object is made by a call, too)
        return not names.isdisjoint(self._promising.called(function))

    def _found(self, function: Function, known: Fact | None) -> Fact | None:
        return Fact.of(function) if known is None and self._ends(function) else None

    def _ends(self, function: Function) -> bool:
        stops = self._promising.called(function) & self._stops
        if self._surely_returns(function, stops):
            return False
        graph = self._program.exits(function)
        return graph is not None and _never_returns(graph)

    def _surely_returns(self, function: Function, stops: frozenset[bytes]) -> bool:
        """Whether control plainly gets out of a function, whatever may stop in it."""
        ways = WaysOut(
            lambda node: self._says(function, node, stops),
            lambda condition: self._is_open(function, condition, stops),
            lambda statement: self._is_check(function, statement, stops),
        )
        return ways.gets_out(function.body)

    def _is_open(self, function: Function, condition: Node, stops: frozenset[bytes]) -> bool:
        """Whether a condition may come out both ways: it asks for something that varies, and stops nothing."""
        if self._says(function, condition, stops):
            return False
        return any(self._varies(function, node) for node in syntax.walk(condition) if node.type == syntax.IDENTIFIER)

    def _varies(self, function: Function, name: Node) -> bool:
        """Whether a name in a function is that of something that may be one thing as well as another."""
        variable = self._program.bindings(function).variable(name)
        if variable is not None:
            return variable.kind == "param" or not self._program.is_constant(function, variable)
        file = function.file
        is_macro = (name.text or b"") in self._program.world.macro_words(file)
        return not is_macro and self._program.constants.named(syntax.text(name), file) is None

    def _is_check(self, function: Function, statement: Node, stops: frozenset[bytes]) -> bool:
        """Whether a statement only checks something that may hold, itself or by a macro."""
        call = next(iter(syntax.named(statement)), None)
        called = call.child_by_field_name("function") if call is not None else None
        arguments = call.child_by_field_name("arguments") if call is not None else None
        if called is None or arguments is None or called.text is None:
            return False
        if called.text in self._checking:
            return self._is_open(function, arguments, stops)
        given = syntax.named(arguments)
        checked = self._checked(called.text, function.file, stops, 0)
        return bool(checked) and all(
            at < len(given) and self._is_open(function, given[at], stops) for at in checked or ()
        )

    def _checked(self, name: bytes, file: CFile, stops: frozenset[bytes], depth: int) -> frozenset[int] | None:
        """The arguments that a macro checks, whichever of its definitions counts; None where it stops otherwise."""
        found: set[int] = set()
        for macro in self._program.world.macros_named(name.decode("utf-8", "replace"), file):
            params = [param.encode() for param in macro.params or ()]
            for match in WORD.finditer(macro.body):
                word = match[0]
                inner = self._promising.called_by(word, file) & stops
                if word not in stops and not inner:
                    continue
                is_used = depth < _DEEPEST and word != name and macro.body[match.end() :].startswith(b"(")
                used = arguments_of(macro.body, match.end()) if is_used else None
                if used is None:
                    return None
                at = frozenset({0}) if word in self._checking else self._checked(word, file, stops, depth + 1)
                if not at or not all(one < len(used[0]) for one in at):
                    return None
                for one in at:
                    asked = _ASKED.fullmatch(used[0][one])
                    if asked is None or asked[1] not in params:
                        return None
                    found.add(params.index(asked[1]))
        return frozenset(found)

    def _says(self, function: Function, node: Node, stops: frozenset[bytes]) -> bool:
        """Whether a name stands in a node that may stop, or a macro that holds one."""
        called_by = self._promising.called_by
        return any(
            word in stops or not stops.isdisjoint(called_by(word, function.file))
            for word in WORD.findall(node.text or b"")
        )


def _names(symbols: Iterable[str]) -> frozenset[bytes]:
    return frozenset(symbol.rpartition("::")[2].encode() for symbol in symbols)


def _never_returns(graph: Graph) -> bool:
    exits = [block.exit.kind for block in graph.blocks if block.exit is not None]
    return ExitKind.STOP in exits and not any(kind in (ExitKind.RETURN, ExitKind.END) for kind in exits)
