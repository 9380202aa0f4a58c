"""What annotations state: the class of a value, by its dotted name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.files import PyClass
    from leakfix.languages.python.variables import Scope

_OPTIONAL: Final = frozenset(("typing.Optional", "typing.Annotated", "typing.Final", "typing.ClassVar"))
_NESTED: Final = 2
"""How deep strings in strings are read."""
_UNION: Final = "typing.Union"
_SELF: Final = frozenset(("typing.Self", "typing_extensions.Self"))


class Annotations(Names):
    """The meaning of the annotations in one file."""

    def annotated(self, annotation: Node) -> str | None:
        """Return the class that an annotation states; optional ones too, None of several classes."""
        return self._annotated(annotation, self.scopes.scope_at(annotation.start_byte), _NESTED)

    def named(self, annotation: Node) -> set[str]:
        """Return what all names in an annotation mean, those in strings too."""
        return set(self._named(annotation, self.scopes.scope_at(annotation.start_byte), _NESTED))

    def _named(self, annotation: Node, scope: Scope, nested: int) -> Iterator[str]:
        for node in syntax.walk(annotation):
            if node.type in (syntax.IDENTIFIER, syntax.ATTRIBUTE):
                symbol = self.lookup(syntax.text(node), scope)
                if symbol is not None:
                    yield symbol
            elif node.type == syntax.STRING and nested:
                said = syntax.string_value(node)
                if said is not None:
                    yield from self._named(syntax.parse(said.encode()).root_node, scope, nested - 1)

    def _annotated(self, annotation: Node, scope: Scope, nested: int) -> str | None:
        node = _bare(annotation)
        if node.type in (syntax.IDENTIFIER, syntax.ATTRIBUTE):
            return self._stated(self.lookup(syntax.text(node), scope), scope)
        if node.type == syntax.STRING and nested:
            said = syntax.string_value(node)
            inner = syntax.parse(said.encode()) if said is not None else None
            statement = syntax.named(inner.root_node)[:1] if inner is not None and not inner.root_node.has_error else []
            written = syntax.named(statement[0])[:1] if statement else []
            return self._annotated(written[0], scope, nested - 1) if written else None
        if node.type in (syntax.GENERIC_TYPE, syntax.SUBSCRIPT):
            return self._generic(node, scope, nested)
        if node.type in (syntax.BINARY_OPERATOR, syntax.UNION_TYPE):
            return self._only(syntax.named(node), scope, nested)
        return None

    def _stated(self, symbol: str | None, scope: Scope) -> str | None:
        if symbol in _SELF:
            class_ = self._class_of(scope)
            return class_.symbol if class_ is not None else None
        return symbol if symbol not in ("typing.Any", "object") else None

    def _class_of(self, scope: Scope) -> PyClass | None:
        at: Scope | None = scope
        while at is not None and at.kind != "class":
            at = at.parent
        return self.file.class_of(at.node) if at is not None else None

    def _generic(self, node: Node, scope: Scope, nested: int) -> str | None:
        children = syntax.named(node)
        symbol = self.lookup(syntax.text(children[0]), scope) if children else None
        if symbol is None:
            return None
        inner = syntax.named(children[1]) if node.type == syntax.GENERIC_TYPE else children[1:]
        if symbol in _OPTIONAL:
            return self._annotated(inner[0], scope, nested) if inner else None
        if symbol == _UNION:
            return self._only(inner, scope, nested)
        return symbol if symbol != "type" else None

    def _only(self, annotations: list[Node], scope: Scope, nested: int) -> str | None:
        """The class of the only one that is not None."""
        found = [one for one in annotations if _bare(one).type != syntax.NONE]
        return self._annotated(found[0], scope, nested) if len(found) == 1 else None


def _bare(node: Node) -> Node:
    """An annotation without the node of its kind, and without parentheses."""
    while node.type in (syntax.TYPE, syntax.PARENTHESIZED_EXPRESSION):
        children = syntax.named(node)
        if len(children) != 1:
            break
        node = children[0]
    return node
