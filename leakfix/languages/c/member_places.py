"""Where the code of the tree names a field: in methods of its class by its name alone, elsewhere behind `.` or `->`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.words import places_of
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function, Global, Struct
    from leakfix.languages.c.program import Program

_NO_CODE: Final = frozenset((syntax.COMMENT, "string_content", "raw_string_content", "system_lib_string"))
_UNREAD: Final = frozenset(("preproc_arg", syntax.ERROR))
_ACCESS: Final = re.compile(rb"(?:\.|->)\s*\Z")
_BEFORE: Final = 8


@individual
class Field:
    """A field of a class or struct, as it is declared."""

    struct: Struct
    declared: Global

    @property
    def name(self) -> str:
        """Its own name."""
        return self.declared.identifier_text

    def is_declared_by(self, other: Global) -> bool:
        """Whether a declaration, perhaps of the file read anew, is the field's."""
        return (other.file.path, other.identifier.start_byte) == (
            self.declared.file.path,
            self.declared.identifier.start_byte,
        )


@individual
class Access:
    """One place that names the field, or may."""

    file: CFile
    function: Function | None
    node: Node | None
    """The whole expression: `x->f`, `this->f`, `f`, or the initializer of a constructor; None of what is not read."""
    at: int
    is_certain: bool


def accesses(program: Program, field: Field, file: CFile) -> Iterator[Access]:
    """The places of a file that name a field, in order; those that cannot be told apart from it are uncertain."""
    name = field.name.encode()
    for at in places_of(file.data, name, 0, len(file.data)):
        node = file.root.descendant_for_byte_range(at, at + len(name))
        if node is None or node.type in _NO_CODE:
            continue
        if node.type in _UNREAD:
            if _ACCESS.search(file.data, max(at - _BEFORE, 0), at):
                yield Access(file, None, None, at, False)
            continue
        found = _access(program, field, file, node)
        if found is not None:
            yield found


def field_named(program: Program, function: Function, node: Node) -> Global | None:
    """The field that an expression of a function names: `x->f`, `this->f`, or `f` in a method; None if none."""
    types = program.types(function)
    if node.type == syntax.FIELD_EXPRESSION:
        argument, name = node.child_by_field_name("argument"), node.child_by_field_name("field")
        struct = types.struct(types.of(argument)) if argument is not None else None
        return types.member(struct, syntax.text(name)) if struct is not None and name is not None else None
    if node.type != syntax.IDENTIFIER or not function.is_method:
        return None
    bindings = program.bindings(function)
    if bindings.variable(node) is not None or bindings.entity(node) is not None:
        return None
    struct = program.world.struct(function.class_name, function.file)
    return types.member(struct, syntax.text(node)) if struct is not None else None


def _access(program: Program, field: Field, file: CFile, node: Node) -> Access | None:
    parent = node.parent
    function = file.function_at(node.start_byte)
    at = node.start_byte
    if parent is None or function is None:
        is_aimed = parent is not None and parent.type in (syntax.QUALIFIED_IDENTIFIER, "field_designator")
        return Access(file, None, None, at, False) if is_aimed else None
    if function.has_error:
        return Access(file, function, None, at, False)
    if node.type == syntax.FIELD_IDENTIFIER and parent.type == "field_designator":
        return Access(file, function, parent.parent, at, False)
    if node.type == syntax.FIELD_IDENTIFIER and parent.type == syntax.FIELD_INITIALIZER:
        return Access(file, function, parent, at, True) if _is_member(program, field, function) else None
    whole = parent if parent.type == syntax.FIELD_EXPRESSION and node.type == syntax.FIELD_IDENTIFIER else node
    found = field_named(program, function, whole)
    if found is None:
        return Access(file, function, whole, at, False) if whole is parent else None
    return Access(file, function, whole, at, True) if field.is_declared_by(found) else None


def _is_member(program: Program, field: Field, function: Function) -> bool:
    """Whether the field's name alone means the field in a function."""
    struct = program.world.struct(function.class_name, function.file) if function.is_method else None
    member = program.types(function).member(struct, field.name) if struct is not None else None
    return member is not None and field.is_declared_by(member)
