"""The calls of package time that start tickers and timers, with the function around them."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.defaults import declared_version
from leakfix.languages.go.statements import statement_of
from leakfix.languages.go.versions import Version
from leakfix.rules.go.ticker_control import Control
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Bindings
    from leakfix.text import Source

TICK: Final = "time.Tick"
AFTER: Final = "time.After"
NEW_TICKER: Final = "time.NewTicker"
NEW_TIMER: Final = "time.NewTimer"

COLLECTED_SINCE: Final = Version(1, 23)
"""From this version of the module on the garbage collector frees timers that nobody refers to (go.dev/doc/go1.23)."""

_SYMBOLS: Final = (TICK, AFTER, NEW_TICKER, NEW_TIMER)
_TIMERS: Final = frozenset({"*time.Ticker", "time.Ticker", "*time.Timer", "time.Timer"})


@individual
class Scene:
    """A function declaration or literal (``owner``) inside the top-level function ``function``."""

    analysis: Analysis
    function: Function
    owner: Node

    @property
    def source(self) -> Source:
        """The bytes of the file."""
        return self.analysis.source

    @property
    def bindings(self) -> Bindings:
        """The variables of the top-level function."""
        return self.analysis.bindings(self.function)

    @property
    def types(self) -> Types:
        """The types of the top-level function."""
        return self.analysis.types(self.function)

    @cached_property
    def control(self) -> Control:
        """The order in which the statements of the owner can run."""
        return Control(self.owner, self._never_returns, self.is_endless)

    @property
    def is_main(self) -> bool:
        """Whether the process ends when the owner returns."""
        function = self.function
        return self.owner == function.node and function.name == "main" and function.file.package.name == "main"

    def is_timer(self, node: Node) -> bool:
        """Whether an expression is a ticker or timer of package time."""
        return str(self.types.of(node)) in _TIMERS

    def is_endless(self, node: Node, depth: int = 0) -> bool:
        """Whether a channel is that of a ticker or timer: nobody ever closes it, so that no range over it ends."""
        node = syntax.unparen(node)
        if node.kind_id == syntax.CALL_EXPRESSION:
            callee = self.types.callee(node)
            return callee is not None and callee.symbol in (TICK, AFTER)
        if node.kind_id == syntax.SELECTOR_EXPRESSION:
            operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
            return operand is not None and name is not None and syntax.text(name) == "C" and self.is_timer(operand)
        variable = self.bindings.variable(node) if node.kind_id == syntax.IDENTIFIER and depth < 2 else None
        if variable is None or any(is_target(use) for use in self.bindings.uses(variable)):
            return False
        number = syntax.F_RIGHT if variable.origin.kind_id == syntax.SHORT_VAR_DECLARATION else syntax.F_VALUE
        values = variable.origin.child_by_field_id(number)
        listed = syntax.operands(values) if values is not None else []
        return variable.position < len(listed) and self.is_endless(listed[variable.position], depth + 1)

    def _never_returns(self, call: Node) -> bool:
        callee = self.types.callee(call)
        if callee is None:
            return False
        if callee.kind == "builtin":
            return callee.name == "panic"
        if self.analysis.models.never_returns(callee.symbol):
            return True
        return callee.function is not None and self.analysis.program.summary(callee.function).never_returns


@individual
class TimeCall:
    """A call in a function's body that starts a ticker or timer."""

    scene: Scene
    node: Node
    symbol: str
    statement: Node
    """The statement of a block that the call is part of, be it in the header of an if, for, switch or select."""

    @property
    def package(self) -> str:
        """How the file spells ``time.`` at the call; empty where the package is imported into the file's scope."""
        function = syntax.unparen(self.node.child_by_field_id(syntax.F_FUNCTION) or self.node)
        operand = function.child_by_field_id(syntax.F_OPERAND)
        return f"{syntax.text(operand)}." if operand is not None else ""

    @property
    def duration(self) -> Node | None:
        """The only argument."""
        held = self.node.child_by_field_id(syntax.F_ARGUMENTS)
        arguments = syntax.operands(held) if held is not None else []
        return arguments[0] if len(arguments) == 1 else None

    @property
    def ticks(self) -> bool:
        """Whether it goes on for ever."""
        return self.symbol in (TICK, NEW_TICKER)


def scene_of(analysis: Analysis, function: Function, owner: Node) -> Scene:
    """The scene of an owner, made once."""
    known = analysis.cache.setdefault("ticker-scenes", {})
    assert isinstance(known, dict)
    found = known.get(owner.id)
    if not isinstance(found, Scene):
        found = known[owner.id] = Scene(analysis, function, owner)
    return found


def time_calls(analysis: Analysis) -> tuple[TimeCall, ...]:
    """The calls of a file, in order, that start a ticker or timer in a function without syntax errors."""
    found = (call for symbol in _SYMBOLS for call in calls_of(analysis, symbol))
    return tuple(sorted(found, key=lambda call: call.node.start_byte))


def calls_of(analysis: Analysis, symbol: str) -> tuple[TimeCall, ...]:
    """Those of the calls that are calls of one function."""
    known = analysis.cache.get(symbol)
    if not isinstance(known, tuple):
        known = analysis.cache[symbol] = tuple(_calls_of(analysis, symbol))
    return known


def collects_timers(analysis: Analysis) -> bool:
    """Whether an unreferenced ticker is collected, or nobody can tell: the go line of the module decides."""
    version = declared_version(analysis.file.package)
    return version is None or version >= COLLECTED_SINCE


def is_target(node: Node) -> bool:
    """Whether an expression is assigned to: one of those on the left of an assignment."""
    parent = node.parent
    held = parent.parent if parent is not None and parent.kind_id == syntax.EXPRESSION_LIST else None
    return held is not None and held.child_by_field_id(syntax.F_LEFT) == parent


def takes_nil(target: Node) -> bool:
    """Whether an assignment to one target is ``x = nil``."""
    held = target.parent.parent if target.parent is not None else None
    right = held.child_by_field_id(syntax.F_RIGHT) if held is not None else None
    return right is not None and [value.kind_id for value in syntax.operands(right)] == [syntax.NIL]


def outer_expression(node: Node) -> Node:
    """The expression with the parentheses around it."""
    while node.parent is not None and node.parent.kind_id == syntax.PARENTHESIZED_EXPRESSION:
        node = node.parent
    return node


def _calls_of(analysis: Analysis, symbol: str) -> Iterator[TimeCall]:
    for match in _called(symbol.rpartition(".")[2]).finditer(analysis.file.data):
        function = analysis.function_at(match.start())
        call = syntax.call_at(function.node, match.start()) if function is not None else None
        if call is None or function is None or function.has_error:
            continue
        owner, statement = syntax.owner_of(call), statement_of(call)
        callee = analysis.types(function).callee(call)
        if owner is None or statement is None or callee is None or callee.symbol != symbol:
            continue
        yield TimeCall(scene_of(analysis, function, owner), call, callee.symbol, statement)


@cache
def _called(name: str) -> re.Pattern[bytes]:
    """Where a function of this name may be called."""
    return re.compile(rb"%b\((?<=\b%b\()" % (name.encode(), name.encode()))
