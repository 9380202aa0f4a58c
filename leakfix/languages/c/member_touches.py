"""What the code does with what a field holds: it uses, lends, releases it or hands it on.

A callee tells by its models, else by its summary, else, where nothing else is known of it, by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.fates import Fate
from leakfix.flow.members import Touch
from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.customs import says_release, takes, words
from leakfix.languages.c.lower_frame import POINTEE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.preprocessor import Macro
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.summaries import Summary
    from leakfix.languages.c.types import Callee, Types

_DEEPEST: Final = 5
_ORDER: Final = (Touch.USED, Touch.LENT, Touch.HANDED_ON, Touch.RELEASED)
_UPWARD: Final = frozenset((syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION))
_PLAIN: Final = {
    **dict.fromkeys((syntax.CONDITION_CLAUSE, syntax.IF_STATEMENT, syntax.WHILE_STATEMENT), Touch.USED),
    **dict.fromkeys((syntax.FOR_STATEMENT, syntax.SWITCH_STATEMENT, syntax.DO_STATEMENT), Touch.USED),
    **dict.fromkeys((syntax.UNARY_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.SIZEOF_EXPRESSION), Touch.USED),
    **dict.fromkeys((syntax.EXPRESSION_STATEMENT, syntax.CASE_STATEMENT, syntax.UPDATE_EXPRESSION), Touch.USED),
    syntax.DELETE_EXPRESSION: Touch.RELEASED,
    syntax.RETURN_STATEMENT: Touch.LENT,
}
"""What stands around an expression and tells at once what is done with it."""
_MIXED: Final = frozenset(
    (
        *(syntax.BINARY_EXPRESSION, syntax.CONDITIONAL_EXPRESSION),
        *(syntax.COMMA_EXPRESSION, syntax.ASSIGNMENT_EXPRESSION),
    )
)
_ARITHMETIC: Final = frozenset(("+", "-"))
RECEIVER: Final = -1
_OWN_ENDS: Final = frozenset(
    ("free", "delete", "destroy", "release", "unref", "decref", "deref", "drop", "suicide", "kill", "retire", "later")
)
"""Words of methods that may end the very object that they are called on, not only what it holds."""


class Touches:
    """What functions do with the values of expressions."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def of(self, function: Function, node: Node, depth: int = 0) -> Touch:
        """What is done with the value of an expression in a function."""
        parent = node.parent
        if parent is None or depth > _DEEPEST:
            return Touch.HANDED_ON
        kind = parent.type
        if kind in _PLAIN:
            return _PLAIN[kind]
        if _is_same(parent, node):
            return self.of(function, parent, depth)
        if kind == syntax.FIELD_EXPRESSION:
            return self._selected(function, parent)
        if kind == syntax.POINTER_EXPRESSION:
            return self._addressed(function, parent, depth) if syntax.operator(parent) == "&" else Touch.USED
        if kind == syntax.ARGUMENT_LIST:
            return self._argument(function, parent, node, depth)
        if kind == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("right") == node:
            return self._alias(function, parent.child_by_field_name("left"), depth)
        if kind == syntax.INIT_DECLARATOR:
            return self._alias(function, declarators.read(parent).name, depth)
        return Touch.USED if kind in _MIXED else Touch.HANDED_ON

    def _alias(self, function: Function, target: Node | None, depth: int) -> Touch:
        """A local variable takes it: what becomes of that."""
        bindings = self.program.bindings(function)
        variable = bindings.variable(target) if target is not None and target.type in syntax.IDENTIFIERS else None
        if variable is None or variable.kind != "local":
            return Touch.HANDED_ON
        return worst(self.of(function, use, depth + 1) for use in bindings.uses(variable))

    def _selected(self, function: Function, access: Node) -> Touch:
        """`m->x` reads or changes a part of it; `m->f()` may be its end."""
        call = access.parent
        if call is None or call.type != syntax.CALL_EXPRESSION or call.child_by_field_name("function") != access:
            return Touch.USED
        callee = self.program.types(function).callee(call)
        if callee is None:
            return Touch.USED
        known = callee.function if callee.kind == "method" and not self.program.is_virtual(callee) else None
        summary = self.program.summary(known) if known is not None else None
        if summary is None:
            return Touch.USED if _OWN_ENDS.isdisjoint(words(callee.symbol)) else Touch.RELEASED
        effects = summary.of(RECEIVER)
        fates = dict(effects.fates).get((), ()) if effects is not None else ()
        return Touch.RELEASED if any(effect.fate is Fate.RELEASED for effect in fates) else Touch.USED

    def _addressed(self, function: Function, address: Node, depth: int) -> Touch:
        """`&m` given to a callee; anything else may change it at any time."""
        at = address
        while at.parent is not None and at.parent.type in _UPWARD:
            at = at.parent
        parent = at.parent
        if parent is not None and parent.type == syntax.ARGUMENT_LIST:
            return self._argument(function, parent, at, depth, path=(POINTEE,))
        if parent is not None and parent.type == syntax.FIELD_EXPRESSION:
            return Touch.USED
        return Touch.HANDED_ON

    def _argument(
        self, function: Function, arguments: Node, node: Node, depth: int, path: tuple[str, ...] = ()
    ) -> Touch:
        holder = arguments.parent
        given = syntax.named(arguments)
        index = given.index(node) if node in given else -1
        if holder is None or index < 0:
            return Touch.HANDED_ON
        if holder.type == syntax.CALL_EXPRESSION:
            callee = self.program.types(function).callee(holder)
            if callee is not None and callee.kind == "cast":
                return self.of(function, holder, depth)
            return self.given(function, callee, index, path)
        if holder.type == syntax.NEW_EXPRESSION:
            return self._made_with(function, holder, len(given), index, path)
        return Touch.HANDED_ON

    def given(self, function: Function, callee: Callee | None, index: int, path: tuple[str, ...] = ()) -> Touch:
        """What a callee does with an argument, or with what is at a path below it."""
        if callee is None:
            return Touch.HANDED_ON
        if callee.kind == "macro" and callee.function is None:
            return self._macro(function, callee, index, path)
        if self.program.models.knows(callee.symbol):
            return self._modelled(callee.symbol, index)
        known = callee.function if callee.kind != "method" or not self.program.is_virtual(callee) else None
        summary = self.program.summary(known) if known is not None and not known.is_template else None
        found = _of_summary(summary, index, path) if summary is not None else Touch.HANDED_ON
        if (found is Touch.HANDED_ON or path) and says_release(callee.symbol, of_value=bool(path)):
            return Touch.RELEASED
        if summary is not None:
            return found
        if index in self.program.read_only(callee):
            return Touch.USED
        if callee.kind == "method" and callee.implicit:
            return Touch.USED
        return Touch.HANDED_ON if _may_take(callee) else Touch.LENT

    def _modelled(self, symbol: str, index: int) -> Touch:
        models = self.program.models
        release, wrap = models.release(symbol), models.wrap(symbol)
        if release is not None and release.argument == index:
            return Touch.RELEASED
        keep = models.keep(symbol)
        if keep is not None and index in keep.arguments:
            return Touch.HANDED_ON
        closes = wrap is not None and wrap.argument == index and wrap.closes
        return Touch.HANDED_ON if closes else Touch.USED

    def _made_with(self, function: Function, made: Node, count: int, index: int, path: tuple[str, ...]) -> Touch:
        """`new T(m)`: what the constructor does with it."""
        of = made.child_by_field_name("type")
        frame = self.program.frame(function)
        if of is None or frame is None:
            return Touch.HANDED_ON
        constructor = self.program.constructor(frame, syntax.text(of), count)
        summary = self.program.summary(constructor) if constructor is not None else None
        return _of_summary(summary, index, path) if summary is not None else Touch.HANDED_ON

    def _macro(self, function: Function, callee: Callee, index: int, path: tuple[str, ...]) -> Touch:
        """What a macro does with an argument, whichever of its definitions counts."""
        macros = self.program.world.macros(callee.symbol, function.file)
        if self.program.models.knows(callee.symbol):
            return self._modelled(callee.symbol, index)
        found = worst(self._of_macro(function, macro, index, path, 0) for macro in macros)
        if found is Touch.HANDED_ON and says_release(callee.symbol):
            return Touch.RELEASED
        return found

    def _of_macro(self, function: Function, macro: Macro, index: int, path: tuple[str, ...], depth: int) -> Touch:
        types = self.program.types(function)
        if macro.params is None:
            name = macro.body.decode("utf-8", "replace").strip()
            return self._named(function, types, name, index, path, depth)
        if index >= len(macro.params) or depth > _DEEPEST:
            return Touch.HANDED_ON
        tree = syntax.parse(b"void f(void) {" + macro.body.strip(b"; ") + b";}", function.file.dialect)
        self.program.keep(tree)
        if tree.root_node.has_error:
            return Touch.HANDED_ON
        uses = (
            node
            for node in syntax.walk(tree.root_node)
            if node.type in syntax.IDENTIFIERS and syntax.text(node) == macro.params[index]
        )
        return worst(self._in_macro(function, types, use, path, depth) for use in uses)

    def _in_macro(self, function: Function, types: Types, node: Node, path: tuple[str, ...], depth: int) -> Touch:
        at = node
        while at.parent is not None and (at.parent.type in _UPWARD or at.parent.type == syntax.POINTER_EXPRESSION):
            at = at.parent
        parent = at.parent
        if parent is None:
            return Touch.HANDED_ON
        if parent.type == syntax.DELETE_EXPRESSION:
            return Touch.RELEASED
        if parent.type == syntax.ARGUMENT_LIST and parent.parent is not None:
            called = parent.parent.child_by_field_name("function")
            position = syntax.named(parent).index(at)
            if called is None:
                return Touch.HANDED_ON
            name = syntax.text(called)
            if called.type != syntax.IDENTIFIER:
                return Touch.RELEASED if says_release(name) else Touch.HANDED_ON
            return self._named(function, types, name, position, path, depth + 1)
        is_value = parent.type == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("right") == at
        if is_value or parent.type in (syntax.INIT_DECLARATOR, syntax.RETURN_STATEMENT):
            return Touch.HANDED_ON
        return Touch.USED

    def _named(
        self, function: Function, types: Types, name: str, index: int, path: tuple[str, ...], depth: int
    ) -> Touch:
        """What the function or macro of a name does with an argument."""
        callee = types.named(name)
        if callee.kind == "macro" and callee.function is None and depth <= _DEEPEST:
            if self.program.models.knows(name):
                return self._modelled(name, index)
            macros = self.program.world.macros(name, function.file)
            return worst(self._of_macro(function, macro, index, path, depth + 1) for macro in macros)
        return self.given(function, callee, index, path)


def _may_take(callee: Callee) -> bool:
    """Whether a callee of which only the name is known may take over what it is given: not what is told of an event."""
    named = words(callee.symbol)
    if not named or callee.kind == "value":
        return True
    return named[0] != "on" and takes(callee.symbol)


def _is_same(parent: Node, node: Node) -> bool:
    """Whether an expression gives what one of its parts gives, or what lies beside that."""
    kind = parent.type
    if kind == syntax.BINARY_EXPRESSION:
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.type in _ARITHMETIC
    if kind == syntax.CONDITIONAL_EXPRESSION:
        return parent.child_by_field_name("condition") != node
    if kind == syntax.COMMA_EXPRESSION:
        return parent.child_by_field_name("right") == node
    return kind in _UPWARD


def worst(found: Iterable[Touch]) -> Touch:
    """What counts of several things that are done."""
    return max(found, key=_ORDER.index, default=Touch.USED)


def _of_summary(summary: Summary, index: int, path: tuple[str, ...]) -> Touch:
    effects = summary.of(index)
    if effects is None:
        return Touch.HANDED_ON
    found = Touch.USED
    for own, told in effects.fates:
        if own != path:
            continue
        for effect in told:
            if effect.fate is Fate.RELEASED:
                return Touch.RELEASED
            if effect.fate is Fate.KEPT or effect.moved:
                found = Touch.HANDED_ON
            elif effect.returned is not None and found is Touch.USED:
                found = Touch.LENT
    if path and any(own == path for own, _ in effects.assigned):
        return Touch.HANDED_ON
    return found
