"""The calls of package time that start tickers and timers, with the function around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import owner_of
from leakfix.languages.go.statements import LayoutError, free_name, insert_before, statement_of
from leakfix.languages.go.versions import Version
from leakfix.rules.go.ticker_control import Control
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

_SYMBOLS: Final = frozenset({TICK, AFTER, NEW_TICKER, NEW_TIMER})
_CALLED: Final = re.compile(rb"\b(?:Tick|After|NewTicker|NewTimer)\(")
_GOTO: Final = syntax.kind("goto_statement")
_TIMERS: Final = frozenset({"*time.Ticker", "time.Ticker", "*time.Timer", "time.Timer"})


@dataclass(frozen=True, eq=False)
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

    def is_jumped_over(self, at: Node) -> bool:
        """Whether a goto may pass what is written before the statement ``at``: no goto may pass a declaration."""
        if b"goto " not in self.source.data[self.owner.start_byte : self.owner.end_byte]:
            return False
        jumps, labels = self._labels(at)
        label = at.child_by_field_id(syntax.F_LABEL) if at.kind_id == syntax.LABELED_STATEMENT else None
        return any(before and name in labels for name, before in jumps) or (
            label is not None and any(name == syntax.text(label) for name, _ in jumps)
        )

    def _labels(self, at: Node) -> tuple[set[tuple[str, bool]], set[str]]:
        """The labels of all jumps, with whether the jump stands before ``at``, and the labels that stand behind it."""
        jumps: set[tuple[str, bool]] = set()
        labels: set[str] = set()
        waiting = [self.owner]
        while waiting:
            node = waiting.pop()
            if node.kind_id == syntax.LABEL_NAME and node.parent is not None:
                before = node.start_byte < at.start_byte
                if node.parent.kind_id == _GOTO:
                    jumps.add((syntax.text(node), before))
                elif not before:
                    labels.add(syntax.text(node))
            waiting.extend(node.named_children)
        return jumps, labels

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

    def name(self, base: str, at: Node) -> str:
        """A free name for a new variable at the statement ``at``."""
        return free_name([base], self.bindings, at)

    def lines_before(self, statement: Node, lines: Iterable[str]) -> Edit:
        """New lines before a statement; gofmt sets a label one tab to the left of what it stands at."""
        deeper = ""
        if statement.kind_id == syntax.LABELED_STATEMENT:
            inner = syntax.operands(statement)[-1]
            outer = self.source.indent(statement.start_byte)
            deeper = self.source.indent(inner.start_byte).removeprefix(outer).decode()
        if self._has_comment(statement.start_byte, -1) and self._has_comment(statement.start_byte):
            raise LayoutError
        return insert_before(self.source, statement, [deeper + line for line in lines])

    def replaced(self, node: Node, text: str) -> Edit:
        """Other text for an expression, which stands on a line that shares no column of comments with another."""
        if self._has_comment(node.end_byte) and any(self._has_comment(node.end_byte, step) for step in (-1, 1)):
            raise LayoutError
        return Edit(Span(node.start_byte, node.end_byte), text.encode())

    def _has_comment(self, offset: int, step: int = 0) -> bool:
        """Whether code and then a comment stand on the line at ``offset``, or ``step`` lines on."""
        line = self.source.line(offset) + step
        if not 1 <= line <= self.source.line_count:
            return False
        span = self.source.line_span(line)
        node = self.analysis.file.root.descendant_for_byte_range(max(span.end - 1, span.start), span.end)
        is_comment = node is not None and node.kind_id == syntax.COMMENT
        return is_comment and node is not None and bool(self.source.data[span.start : node.start_byte].strip())

    def _never_returns(self, call: Node) -> bool:
        callee = self.types.callee(call)
        if callee is None:
            return False
        if callee.kind == "builtin":
            return callee.name == "panic"
        if self.analysis.models.never_returns(callee.symbol):
            return True
        return callee.function is not None and self.analysis.program.summary(callee.function).never_returns


@dataclass(frozen=True, eq=False)
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
    known = analysis.cache.get("time-calls")
    if not isinstance(known, tuple):
        known = analysis.cache["time-calls"] = tuple(_time_calls(analysis))
    return known


def collects_timers(analysis: Analysis) -> bool:
    """Whether an unreferenced ticker is collected, or nobody can tell: the go line of the module decides."""
    module = analysis.file.package.module
    return module is None or module.go is None or module.go >= COLLECTED_SINCE


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


def _time_calls(analysis: Analysis) -> Iterator[TimeCall]:
    data, root = analysis.file.data, analysis.file.root
    for match in _CALLED.finditer(data):
        call = _call_at(root, match.start(), match.end() - 1)
        function = analysis.function_at(match.start()) if call is not None else None
        if call is None or function is None or function.has_error:
            continue
        owner, statement = owner_of(call), statement_of(call)
        callee = analysis.types(function).callee(call)
        if owner is None or statement is None or callee is None or callee.symbol not in _SYMBOLS:
            continue
        yield TimeCall(scene_of(analysis, function, owner), call, callee.symbol, statement)


def _call_at(root: Node, start: int, end: int) -> Node | None:
    node = root.descendant_for_byte_range(start, end)
    if node is None or node.kind_id not in (syntax.IDENTIFIER, syntax.FIELD_IDENTIFIER):
        return None
    parent = node.parent
    if parent is not None and parent.kind_id == syntax.SELECTOR_EXPRESSION:
        parent = parent.parent
    return parent if parent is not None and parent.kind_id == syntax.CALL_EXPRESSION else None
