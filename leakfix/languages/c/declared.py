"""What the tree of a file declares outside of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.definitions import (
    DEEPEST,
    TRANSPARENT,
    Function,
    Global,
    Struct,
    Typedef,
    declared_by,
    is_static,
    owned,
    spelling,
)
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from leakfix.languages.c.definitions import StructKind
    from leakfix.languages.c.files import CFile

_KINDS: Final[Mapping[str, StructKind]] = {
    syntax.STRUCT_SPECIFIER: "struct",
    syntax.UNION_SPECIFIER: "union",
    syntax.CLASS_SPECIFIER: "class",
    syntax.ENUM_SPECIFIER: "enum",
}


class Declared:
    """What a file declares outside of functions."""

    def __init__(self, file: CFile) -> None:
        self._file = file
        self._functions: list[Function] = []
        self.structs: dict[str, Struct] = {}
        self.typedefs: dict[str, Typedef] = {}
        self.globals: dict[str, Global] = {}
        for child in file.root.children:
            self._visit(child, "", (), False, 0)
        self._functions.sort(key=lambda function: function.node.start_byte)
        self.functions = tuple(self._functions)
        self.starts = [function.node.start_byte for function in self.functions]
        by_name: dict[str, list[Function]] = {}
        for function in self.functions:
            by_name.setdefault(function.last_name, []).append(function)
        self.by_name = {name: tuple(found) for name, found in by_name.items()}

    def _visit(self, node: Node, owner: str, spaces: tuple[str, ...], template: bool, depth: int) -> None:
        kind = node.type
        if depth > DEEPEST:
            return
        if kind == syntax.FUNCTION_DEFINITION:
            self._type(node.child_by_field_name("type"), owner, spaces, False, depth)
            function = _function(self._file, node, owner, spaces, template)
            if function is not None:
                self._functions.append(function)
        elif kind == syntax.EXPRESSION_STATEMENT:
            function = _untyped(self._file, node, spaces)
            if function is not None:
                self._functions.append(function)
        elif kind == syntax.NAMESPACE_DEFINITION:
            name = node.child_by_field_name("name")
            body = node.child_by_field_name("body")
            inner = (*spaces, *syntax.text(name).split("::")) if name is not None else spaces
            for child in body.named_children if body is not None else ():
                self._visit(child, owner, inner, False, depth + 1)
        elif kind in TRANSPARENT:
            template = template or kind == syntax.TEMPLATE_DECLARATION
            for child in node.named_children:
                self._visit(child, owner, spaces, template, depth + 1)
        elif kind in (syntax.DECLARATION, syntax.FIELD_DECLARATION):
            self._type(node.child_by_field_name("type"), owner, spaces, template, depth)
            if not owner:
                self._globals(node)
        elif kind == syntax.TYPE_DEFINITION:
            self._typedef(node, owner, spaces, depth)
        elif kind == syntax.ALIAS_DECLARATION:
            self._alias(node, owner)
        else:
            self._type(node, owner, spaces, template, depth)

    def _type(
        self, node: Node | None, owner: str, spaces: tuple[str, ...], template: bool, depth: int
    ) -> Struct | None:
        """Take up a type with a body, and all that is in it."""
        if node is None or node.type not in _KINDS:
            return None
        body = node.child_by_field_name("body")
        if body is None:
            return None
        name = node.child_by_field_name("name")
        spelled = spelling(name) if name is not None else ""
        full = f"{owner}::{spelled}" if owner and spelled else spelled
        struct = Struct(full, _KINDS[node.type], node, body, self._file, spaces, _bases(node), template)
        if spelled:
            self.structs.setdefault(full, struct)
        if node.type == syntax.ENUM_SPECIFIER:
            for member in struct.members.values():
                if not owner:
                    self.globals.setdefault(member.identifier_text, member)
            return struct
        # What has no name and no declarator adds its members to what it stands in.
        for child in body.named_children if spelled or owner else ():
            self._visit(child, full or owner, spaces, template, depth + 1)
        return struct

    def _typedef(self, node: Node, owner: str, spaces: tuple[str, ...], depth: int) -> None:
        type_node = node.child_by_field_name("type")
        if type_node is None:
            return
        struct = self._type(type_node, owner, spaces, False, depth)
        for one in declarators.declarators(node):
            if one.name is None:
                continue
            name = owned(owner, syntax.text(one.name))
            unnamed = struct if struct is not None and not struct.name else None
            self.typedefs.setdefault(name, Typedef(name, type_node, one.node, node, self._file, unnamed))

    def _alias(self, node: Node, owner: str) -> None:
        name, described = node.child_by_field_name("name"), node.child_by_field_name("type")
        type_node = described.child_by_field_name("type") if described is not None else None
        if name is None or described is None or type_node is None:
            return
        spelled = owned(owner, syntax.text(name))
        declarator = described.child_by_field_name("declarator")
        self.typedefs.setdefault(spelled, Typedef(spelled, type_node, declarator, node, self._file))

    def _globals(self, node: Node) -> None:
        for found in declared_by(node, self._file, ""):
            self.globals.setdefault(found.name, found)


def _bases(node: Node) -> tuple[str, ...]:
    for child in node.children:
        if child.type == syntax.BASE_CLASS_CLAUSE:
            return tuple(spelling(base) for base in child.named_children if base.type in _BASE_NAMES)
    return ()


_BASE_NAMES: Final = frozenset((syntax.TYPE_IDENTIFIER, syntax.QUALIFIED_IDENTIFIER, syntax.TEMPLATE_TYPE))


def _function(file: CFile, node: Node, owner: str, spaces: tuple[str, ...], template: bool) -> Function | None:
    body = node.child_by_field_name("body")
    declarator = node.child_by_field_name("declarator")
    if body is None or declarator is None:
        return None
    read = declarators.read(declarator)
    if read.name is None or syntax.text(read.name) in _KEYWORDS:
        return None
    spelled = spelling(read.name)
    type_node = node.child_by_field_name("type")
    call = read.call
    names = spelled.split("::")
    is_macro = _is_macro(node, type_node, call, owner, names, file)
    if is_macro:
        end = body.start_byte
        name, class_name = " ".join(file.source.text(Span(node.start_byte, end)).split()), ""
        call = None
    else:
        namespaced = _class_part(names[:-1], spaces)
        class_name = "::".join(part for part in (owner, *namespaced) if part)
        name = f"{class_name}::{names[-1]}" if class_name else names[-1]
    span = Span(node.start_byte, node.end_byte)
    parameters = call.child_by_field_name("parameters") if call is not None else None
    return Function(
        name,
        node,
        body,
        file,
        class_name,
        spaces,
        type_node,
        declarator,
        call,
        is_static(node),
        template,
        is_macro,
        body.has_error or (parameters is not None and parameters.has_error) or _swallows(node) or file.is_torn(span),
    )


def _swallows(definition: Node) -> bool:
    """Whether other declarations, which could not be read, were taken for a part of a function's header.

    The name that it is known by may be theirs. A mere name is a macro that nobody knows.
    """
    if not definition.has_error:
        return False
    errors = (child for child in definition.children if child.type == syntax.ERROR)
    return any(inner.type.endswith("_declarator") for error in errors for inner in error.named_children)


def _untyped(file: CFile, header: Node, spaces: tuple[str, ...]) -> Function | None:
    """A body behind what looks like a call: the header of a macro, or of a function without a type."""
    body = header.next_named_sibling
    call = header.named_child(0) if header.named_child_count else None
    if body is None or body.type != syntax.COMPOUND_STATEMENT or call is None or call.type != syntax.CALL_EXPRESSION:
        return None
    name = " ".join(syntax.text(call).split())
    is_macro = not name.endswith("()")
    torn = file.is_torn(Span(header.start_byte, body.end_byte))
    return Function(
        name if is_macro else name[:-2],
        body,
        body,
        file,
        "",
        spaces,
        None,
        call,
        None,
        is_static=False,
        is_template=False,
        is_macro=is_macro,
        has_error=body.has_error or torn,
    )


_KEYWORDS: Final = frozenset(("if", "while", "for", "switch", "else", "do", "return", "catch"))


def _class_part(qualifiers: list[str], spaces: tuple[str, ...]) -> list[str]:
    """The classes among the qualifiers of a definition, without the namespaces that it is known to stand in."""
    for length in range(min(len(spaces), len(qualifiers)), 0, -1):
        if tuple(qualifiers[:length]) == spaces[-length:]:
            return qualifiers[length:]
    return qualifiers


def _is_macro(node: Node, type_node: Node | None, call: Node | None, owner: str, names: list[str], file: CFile) -> bool:
    """Whether the header of a definition is the use of a macro: `PHP_FUNCTION(f) {`, `TEST(Suite, name) {`."""
    if call is None:
        return names[-1] != "" and not names[-1].startswith("operator")
    if type_node is not None or any(child.type == syntax.TYPE_QUALIFIER for child in node.children):
        return False
    if owner or len(names) > 1 or names[-1] == "main" or names[-1].startswith("operator"):
        return False
    if file.is_cpp:
        return True
    parameters = call.child_by_field_name("parameters")
    given = syntax.named(parameters) if parameters is not None else []
    old_style = any(child.type == syntax.DECLARATION for child in node.children)
    return bool(given) and not old_style and all(_is_bare(child) for child in given)


def _is_bare(parameter: Node) -> bool:
    return parameter.type == syntax.IDENTIFIER or (
        parameter.type == syntax.PARAMETER_DECLARATION and parameter.child_by_field_name("declarator") is None
    )
