"""Uses of the project's macros: expanded where they stand, as far as they read as a statement or an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Handing
from leakfix.languages.c import preprocessor, syntax
from leakfix.languages.c.lower_frame import NOTHING, Expansion, Frame, Link, Value, span_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.lower_values import ValueLowering
    from leakfix.languages.c.preprocessor import Macro

_DEEPEST: Final = 6
_LARGEST: Final = 4000
_CHANGING: Final = frozenset((syntax.CALL_EXPRESSION, syntax.ASSIGNMENT_EXPRESSION, syntax.UPDATE_EXPRESSION))


class MacroLowering:
    """Expands the uses of macros in one function."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values
        self.depth = 0

    def value(self, node: Node, macro: Macro | None, *, is_heard: bool = True) -> Value | None:
        """The value of a use as an expression; None when it has another name's meaning, or none that is known.

        What cannot be expanded keeps what it is given. ``is_heard`` tells whether anybody wants the value.
        """
        if macro is None or macro.params is None:
            return None
        expanded = self._expanded(node, macro)
        if expanded is None or self.depth >= _DEEPEST:
            self._keep(node)
            return NOTHING
        expression = _expression(expanded)
        with_use = self._enter(node, macro)
        try:
            if expression is not None and is_heard:
                return self.values.value(expression)
            if expression is not None:
                self.values.discard(expression)
                return NOTHING
            for statement in syntax.named(expanded):
                self.values.statements.statement(statement)
            return NOTHING
        finally:
            self._leave(with_use)
            self._let_go(node)

    def condition(self, node: Node, holds: int, fails: int, *, negated: bool, whole: Node) -> bool:
        """Whether a use in a condition was expanded and lowered as one."""
        called = node.child_by_field_name("function")
        if called is None or called.type != syntax.IDENTIFIER or self.frame.variable(called) is not None:
            return False
        macro = self.frame.program.world.macro(syntax.text(called), self.frame.file)
        if macro is None or macro.params is None or self.depth >= _DEEPEST:
            return False
        if self.values.models_know(macro.name):
            return False
        expanded = self._expanded(node, macro)
        expression = _expression(expanded) if expanded is not None else None
        if expression is None:
            return False
        saved = self._enter(node, macro)
        try:
            self.values.conditions.branch(expression, holds, fails, negated=negated, whole=whole)
        finally:
            self._leave(saved)
        return True

    def is_plain(self, node: Node) -> bool:
        """Whether a call is the use of a macro that neither calls nor changes anything: `ARRAY_SIZE(names)`."""
        called = node.child_by_field_name("function")
        if called is None or called.type != syntax.IDENTIFIER or self.frame.variable(called) is not None:
            return False
        macro = self.frame.program.world.macro(syntax.text(called), self.frame.file)
        expanded = self._expanded(node, macro) if macro is not None and macro.params is not None else None
        expression = _expression(expanded)
        return expression is not None and not any(inner.type in _CHANGING for inner in syntax.walk(expression))

    def statement(self, node: Node) -> bool:
        """Whether a macro's name that stands alone as a statement was expanded."""
        macro = self.frame.program.world.macro(syntax.text(node), self.frame.file)
        if macro is None or macro.params is not None or self.depth >= _DEEPEST:
            return False
        expanded = _parsed(macro.body + b";", self.frame)
        if expanded is None:
            return False
        saved = self._enter(node, macro)
        try:
            for statement in syntax.named(expanded):
                self.values.statements.statement(statement)
        finally:
            self._leave(saved)
        return True

    def _enter(self, node: Node, macro: Macro) -> Expansion | None:
        saved = self.frame.expansion
        if saved is None:
            self.frame.expansion = Expansion(node, span_of(node), frozenset({macro.name}))
        else:
            self.frame.expansion = Expansion(saved.use, saved.span, saved.names | {macro.name})
        self.depth += 1
        return saved

    def _leave(self, saved: Expansion | None) -> None:
        self.depth -= 1
        self.frame.expansion = saved

    def _expanded(self, node: Node, macro: Macro) -> Node | None:
        if self.frame.expansion is not None and macro.name in self.frame.expansion.names:
            return None
        text = self._text(macro, tuple(_arguments(node)))
        return _parsed(text + b";", self.frame) if text is not None else None

    def _text(self, macro: Macro, given: tuple[bytes, ...]) -> bytes | None:
        """What a macro stands for where it is given something; None where that does not fit, or is too long."""
        known = self.frame.program.cache.setdefault("expanded", {})
        if not isinstance(known, dict):
            return None
        key = (macro, given)
        if key not in known:
            text = preprocessor.expand(macro, given, {})
            known[key] = text if text is not None and len(text) <= _LARGEST else None
        found: bytes | None = known[key]
        return found

    def _let_go(self, node: Node) -> None:
        """What an argument of a macro releases is released, whatever the macro hangs it on."""
        arguments = node.child_by_field_name("arguments")
        for one in syntax.walk(arguments) if arguments is not None and self.frame.expansion is None else ():
            called = one.child_by_field_name("function") if one.type == syntax.CALL_EXPRESSION else None
            release = self.frame.program.models.release(syntax.text(called)) if called is not None else None
            given = self.values.calls.arguments(one) if release is not None else []
            if release is not None and release.argument < len(given):
                place = self.values.place(given[release.argument])
                value = Value((Link(place),)) if place is not None else NOTHING
                self.frame.escape(self.frame.span(node), value, Handing.PASSED)

    def _keep(self, node: Node) -> None:
        arguments = node.child_by_field_name("arguments")
        for one in syntax.named(arguments) if arguments is not None else ():
            for inner in syntax.walk(one):
                if inner.type == syntax.IDENTIFIER:
                    self.frame.escape(self.frame.span(node), self.values.value(inner), Handing.PASSED)


def _arguments(node: Node) -> Iterator[bytes]:
    arguments = node.child_by_field_name("arguments")
    for one in syntax.named(arguments) if arguments is not None else ():
        yield one.text or b""


def _parsed(text: bytes, frame: Frame) -> Node | None:
    """The block that an expansion reads as, parsed once; None when it does not read as statements."""
    known = frame.program.cache.setdefault("expansions", {})
    key = (frame.file.dialect, text)
    if not isinstance(known, dict):
        return None
    if key not in known:
        known[key] = _block(text, frame)
    found: Node | None = known[key]
    return found


def _block(text: bytes, frame: Frame) -> Node | None:
    tree = syntax.parse(b"void f(void) {" + text + b"}", frame.file.dialect)
    root = tree.root_node
    function = root.named_children[0] if root.named_children else None
    if root.has_error or function is None:
        return None
    frame.program.keep(tree)
    return function.child_by_field_name("body")


def _expression(block: Node | None) -> Node | None:
    """The expression that a block holds and nothing else."""
    statements = [one for one in syntax.named(block) if one.text != b";"] if block is not None else []
    if len(statements) != 1 or statements[0].type != syntax.EXPRESSION_STATEMENT:
        return None
    inner = syntax.named(statements[0])
    return inner[0] if len(inner) == 1 else None
