"""Fields that hold a ticker: which calls store one there, and what the package does with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.types import Named, Struct, deref, underlying
from leakfix.rules.go.ticker_channels import target_of
from leakfix.rules.go.ticker_scene import is_target, outer_expression, scene_of
from leakfix.text.records import individual, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Package
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.ticker_scene import Scene, TimeCall

_HARMLESS = frozenset({"C", "Reset"})


@record
class Member:
    """A field of a struct type of the package, a pointer to a ticker that no other package can use."""

    package: Package
    owner: str
    name: str


@individual
class Use:
    """A selector that names the field, or may, in the function of ``scene``."""

    scene: Scene
    node: Node

    @property
    def member(self) -> str:
        """The name that is selected from it: ``C`` in ``x.ticker.C``; empty when none is."""
        return selected_from(self.node)

    @property
    def is_plain(self) -> bool:
        """Whether it neither stops the ticker nor hands it on."""
        parent = outer_expression(self.node).parent
        compared = parent is not None and parent.kind_id == syntax.BINARY_EXPRESSION
        return self.member in _HARMLESS or is_target(self.node) or compared

    @property
    def endless_range(self) -> Node | None:
        """The loop over its channel that nothing leads out of."""
        channel = self.node.parent
        clause = channel.parent if channel is not None else None
        loop = clause.parent if clause is not None and clause.kind_id == syntax.RANGE_CLAUSE else None
        start = self.scene.control.at(loop) if loop is not None else None
        if start is None or self.scene.control.leaves(self.scene.control.reachable([start])):
            return None
        return loop


def stored_in(call: TimeCall) -> Member | None:
    """The field that takes the new ticker, right away or through one local variable."""
    scene = call.scene
    found = _field_of_value(scene, call.node)
    target = target_of(call.node)
    if found is not None or target is None:
        return found
    variable = scene.bindings.variable(target) if target.kind_id == syntax.IDENTIFIER else None
    if variable is None:
        return None
    uses = [use for use in scene.bindings.uses(variable) if selected_from(use) not in _HARMLESS]
    fields = {_field_of_value(scene, use) for use in uses}
    return fields.pop() if len(fields) == 1 else None


def uses_of(analysis: Analysis, member: Member) -> Iterator[Use]:
    """The uses of a field in its package, those that cannot be told apart from it included."""
    for file in member.package.files:
        other = analysis if file is analysis.file else Analysis(analysis.program, file)
        for use in _selectors(other, file, member.name):
            if _may_be(use, member):
                yield use


def selected_from(node: Node) -> str:
    """The name that is selected from an expression; empty when none is."""
    selector = outer_expression(node).parent
    if selector is None or selector.kind_id != syntax.SELECTOR_EXPRESSION:
        return ""
    name = selector.child_by_field_id(syntax.F_FIELD)
    return syntax.text(name) if name is not None and name != node else ""


def _field_of_value(scene: Scene, value: Node) -> Member | None:
    """The field that an expression is assigned to, or put into by a composite literal."""
    target = target_of(value)
    if target is not None:
        return _field(scene, target) if target.kind_id == syntax.SELECTOR_EXPRESSION else None
    element = outer_expression(value).parent
    keyed = element.parent if element is not None and element.kind_id == syntax.LITERAL_ELEMENT else None
    key = keyed.child_by_field_id(syntax.F_KEY) if keyed is not None and keyed.kind_id == syntax.KEYED_ELEMENT else None
    body = keyed.parent if keyed is not None else None
    literal = body.parent if body is not None else None
    if key is None or literal is None or literal.kind_id != syntax.COMPOSITE_LITERAL:
        return None
    return _member_of_type(scene, scene.types.of(literal), syntax.text(key))


def _field(scene: Scene, selector: Node) -> Member | None:
    operand, name = selector.child_by_field_id(syntax.F_OPERAND), selector.child_by_field_id(syntax.F_FIELD)
    if operand is None or name is None:
        return None
    return _member_of_type(scene, scene.types.of(operand), syntax.text(name))


def _member_of_type(scene: Scene, of: Type | None, name: str) -> Member | None:
    named, package = deref(of), scene.function.file.package
    if not isinstance(named, Named) or named.package != package.key or name[:1].isupper():
        return None
    under = underlying(named)
    if not isinstance(under, Struct) or not any(f.name == name and str(f.type) == "*time.Ticker" for f in under.fields):
        return None
    return Member(package, named.name, name)


def _selectors(analysis: Analysis, file: File, name: str) -> Iterator[Use]:
    for match in re.finditer(rb"\.\s*(" + re.escape(name.encode()) + rb")\b", file.data):
        node = file.descendant(match.start(1), match.end(1))
        selector = node.parent if node is not None and node.kind_id == syntax.FIELD_IDENTIFIER else None
        function = analysis.function_at(match.start(1))
        owner = syntax.owner_of(selector) if selector is not None else None
        if selector is not None and function is not None and owner is not None:
            yield Use(scene_of(analysis, function, owner), selector)


def _may_be(use: Use, member: Member) -> bool:
    """Whether a selector may mean the field: not when its operand is of another type that has such a field itself."""
    operand = use.node.child_by_field_id(syntax.F_OPERAND)
    of = deref(use.scene.types.of(operand)) if operand is not None else None
    if not isinstance(of, Named) or (of.package == member.package.key and of.name == member.owner):
        return True
    under = underlying(of)
    return not isinstance(under, Struct) or not any(field.name == member.name for field in under.fields)
