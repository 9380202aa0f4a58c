"""What syntax tells about the duration that a ticker or timer is made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.consts import evaluate
from leakfix.languages.go.resolve import Resolver
from leakfix.languages.go.types import Basic, underlying
from leakfix.rules.go.ticker_scene import is_target

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.ticker_scene import Scene

_PLAIN: Final = frozenset(
    {
        syntax.IDENTIFIER,
        syntax.FIELD_IDENTIFIER,
        syntax.INT_LITERAL,
        syntax.FLOAT_LITERAL,
        syntax.BINARY_EXPRESSION,
        syntax.SELECTOR_EXPRESSION,
        syntax.PARENTHESIZED_EXPRESSION,
    }
)
_DEPTH: Final = 8


def is_positive(scene: Scene, node: Node, depth: int = _DEPTH) -> bool:
    """Whether a duration is surely above zero: a constant, or a variable that is set to one and never again."""
    node = syntax.unparen(node)
    if depth == 0:
        return False
    if node.kind_id == syntax.BINARY_EXPRESSION and syntax.operator(node) in ("*", "+"):
        sides = (node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT))
        return all(side is not None and is_positive(scene, side, depth - 1) for side in sides)
    converted = _converted(scene, node)
    if converted is not None:
        return is_positive(scene, converted, depth - 1)
    if node.kind_id == syntax.FLOAT_LITERAL:
        return float(syntax.text(node).replace("_", "") or 0) > 0 if _is_decimal(node) else False
    value = evaluate(node, Resolver(scene.function.file, None, scene.bindings))
    if value is not None:
        return value > 0
    origin = _only_value(scene, node)
    return (origin is not None and is_positive(scene, origin, depth - 1)) or _is_guarded(scene, node)


def is_never_positive(scene: Scene, node: Node) -> bool:
    """Whether a duration is a constant for which Tick gives nil and NewTicker panics."""
    value = evaluate(node, Resolver(scene.function.file, None, scene.bindings))
    return value is not None and value <= 0


def known_value(scene: Scene, node: Node) -> int | None:
    """The nanoseconds of a constant, or of a variable that is set to one and never again; None when not known."""
    origin = _only_value(scene, syntax.unparen(node))
    resolver = Resolver(scene.function.file, None, scene.bindings)
    return evaluate(origin if origin is not None else node, resolver)


def is_plain(scene: Scene, node: Node) -> bool:
    """Whether evaluating a duration once more, and earlier, changes nothing: names, fields, constants, arithmetic."""
    if node.kind_id == syntax.BINARY_EXPRESSION and syntax.operator(node) in ("/", "%", "<<", ">>"):
        right = node.child_by_field_id(syntax.F_RIGHT)
        if right is None or not is_positive(scene, right):
            return False
    converted = _converted(scene, node)
    if converted is not None:
        return is_plain(scene, converted)
    return node.kind_id in _PLAIN and all(is_plain(scene, child) for child in syntax.operands(node))


def means_the_same(scene: Scene, node: Node, at: Node) -> bool:
    """Whether every local variable in an expression is in scope before the statement ``at`` too."""
    visible = scene.bindings.locals_at(at)
    waiting = [node]
    while waiting:
        here = waiting.pop()
        entity = scene.bindings.entity(here) if here.kind_id == syntax.IDENTIFIER else None
        if entity is not None and visible.get(entity.name) is not entity:
            return False
        waiting.extend(here.named_children)
    return True


def _converted(scene: Scene, node: Node) -> Node | None:
    """The operand of a conversion to a type of one of the predeclared or standard packages."""
    if node.kind_id == syntax.TYPE_CONVERSION_EXPRESSION:
        return node.child_by_field_id(syntax.F_OPERAND)
    if node.kind_id != syntax.CALL_EXPRESSION:
        return None
    callee = scene.types.callee(node)
    held = node.child_by_field_id(syntax.F_ARGUMENTS)
    arguments = syntax.operands(held) if held is not None else []
    return arguments[0] if callee is not None and callee.kind == "conversion" and len(arguments) == 1 else None


def _only_value(scene: Scene, node: Node) -> Node | None:
    """What a local variable that nobody assigns to or takes the address of was declared with."""
    variable = scene.bindings.variable(node) if node.kind_id == syntax.IDENTIFIER else None
    if variable is None or variable.kind != "local" or not _is_integer(scene.types.variable(variable)):
        return None
    if any(is_target(use) or _is_changed(use) for use in scene.bindings.uses(variable)):
        return None
    number = {syntax.SHORT_VAR_DECLARATION: syntax.F_RIGHT, syntax.VAR_SPEC: syntax.F_VALUE}
    field = number.get(variable.origin.kind_id)
    values = variable.origin.child_by_field_id(field) if field is not None else None
    listed = syntax.operands(values) if values is not None else []
    return listed[variable.position] if variable.position < len(listed) else None


def _is_guarded(scene: Scene, node: Node) -> bool:
    """Whether a variable was just tested and is not changed since: ``if d > 0 {``, or ``if d <= 0 { return }``."""
    variable = scene.bindings.variable(node) if node.kind_id == syntax.IDENTIFIER else None
    at, around = node, node.parent
    while variable is not None and around is not None and at != scene.owner:
        if around.kind_id == syntax.IF_STATEMENT and around.child_by_field_id(syntax.F_CONSEQUENCE) == at:
            if _tests(scene, variable, around, (">", "<")) and _is_unchanged_since(scene, variable, around):
                return True
        elif around.kind_id == syntax.STATEMENT_LIST and _is_sieved(scene, variable, at):
            return True
        at, around = around, around.parent
    return False


def _is_sieved(scene: Scene, variable: Variable, statement: Node) -> bool:
    """Whether an if before a statement of the same block keeps control from it when the variable is not positive."""
    control = scene.control
    before = statement.prev_named_sibling
    while before is not None:
        then = before.child_by_field_id(syntax.F_CONSEQUENCE)
        if before.kind_id == syntax.IF_STATEMENT and _tests(scene, variable, before, ("<=", ">=")):
            start, end = control.at(then) if then is not None else None, control.at(statement)
            kept_out = start is not None and end is not None and end not in control.reachable([start])
            if kept_out and _is_unchanged_since(scene, variable, before):
                return True
        before = before.prev_named_sibling
    return False


def _is_unchanged_since(scene: Scene, variable: Variable, test: Node) -> bool:
    """Whether only this function assigns to a variable, and only before a test of it."""
    uses = scene.bindings.uses(variable)
    changes = [use for use in uses if is_target(use) or _is_changed(use)]
    if any(use.parent is not None and syntax.operator(use.parent) == "&" for use in changes):
        return False
    return all(change.start_byte < test.start_byte and syntax.owner_of(change) == scene.owner for change in changes)


def _tests(scene: Scene, variable: Variable, branch: Node, signs: tuple[str, str]) -> bool:
    """Whether the condition of an if is ``variable sign 0``, the second sign being for ``0 sign variable``."""
    condition = branch.child_by_field_id(syntax.F_CONDITION)
    condition = syntax.unparen(condition) if condition is not None else None
    if condition is None or condition.kind_id != syntax.BINARY_EXPRESSION:
        return False
    left, right = condition.child_by_field_id(syntax.F_LEFT), condition.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None:
        return False
    sign = syntax.operator(condition)
    if syntax.text(left) == "0":
        left, right, sign = right, left, {signs[1]: signs[0]}.get(sign, "")
    return sign == signs[0] and syntax.text(right) == "0" and scene.bindings.variable(left) is variable


def _is_integer(of: Type | None) -> bool:
    under = underlying(of)
    return isinstance(under, Basic) and "int" in under.name


def _is_changed(use: Node) -> bool:
    parent = use.parent
    if parent is None:
        return False
    if parent.kind_id == syntax.UNARY_EXPRESSION:
        return syntax.operator(parent) == "&"
    return parent.type in ("inc_statement", "dec_statement", "range_clause")


def _is_decimal(node: Node) -> bool:
    return all(char in "0123456789._" for char in syntax.text(node))
