"""Where objects are destroyed through pointers to a class: `delete`, macros and smart pointers that say so."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tree_sitter import Query, QueryCursor

from leakfix.languages.c import syntax
from leakfix.languages.c.files import spelling
from leakfix.languages.c.types import described_type, result_type
from leakfix.languages.cpp.classes import key
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function, Struct
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.types import Types

_POINTERS: Final = frozenset(("unique_ptr", "scoped_ptr", "auto_ptr"))
"""Smart pointers that delete through the very type that they are given, unlike `shared_ptr`."""
_WORDS: Final = (b"delete", b"unique_ptr", b"scoped_ptr", b"auto_ptr")
_KEY: Final = "deletions"
_DELETED: Final = re.compile(rb"\bdelete\s+\(?\s*([A-Za-z_]\w*)\s*\)?\s*(?:;|$)")


@individual
class Deletion:
    """One place where whatever a pointer to a class leads to is destroyed."""

    file: CFile
    node: Node
    struct: Struct
    is_smart: bool


@individual
class Making:
    """One place where an object is made and at once held by a pointer to `held`."""

    file: CFile
    node: Node
    made: Struct
    held: Struct


class Deletions:
    """The places of a program where objects are destroyed through pointers."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.world = program.world

    @classmethod
    def of_program(cls, program: Program) -> Deletions:
        """The deletions of a program, made once."""
        found = program.cache.get(_KEY)
        if not isinstance(found, cls):
            found = program.cache[_KEY] = cls(program)
        return found

    def of(self, struct: Struct) -> tuple[Deletion, ...]:
        """The places where objects are destroyed through pointers to a class."""
        return tuple(one for file in self._files(struct) for one in self._in(file) if key(one.struct) == key(struct))

    def makings(self, struct: Struct) -> Iterator[Making]:
        """The places where a new object is at once held by a pointer to a class that it derives from."""
        name = struct.name.rpartition("::")[2].encode()
        for file in self.world.mentioning(name):
            if file.is_cpp and b"new " in file.data:
                for function in file.functions:
                    yield from self._makings(file, function, struct)

    def _files(self, struct: Struct) -> Iterator[CFile]:
        """The files that see a class, and delete something."""
        name = struct.name.rpartition("::")[2].encode()
        home = self.world.reach(struct.file)[0]
        seen: set[int] = set()
        for word in (*_WORDS, *map(str.encode, self._macros)):
            for file in self.world.mentioning(word):
                if id(file) in seen or not file.is_cpp:
                    continue
                seen.add(id(file))
                if file is struct.file or (home in self.world.reach(file)) or name in file.data:
                    yield file

    @cached_property
    def _macros(self) -> Mapping[str, int]:
        """The macros of the tree that delete one of their arguments, and which."""
        found: dict[str, int] = {}
        for file in self.world.mentioning(b"delete"):
            for name, macros in file.macros.items() if file.is_cpp else ():
                for macro in macros:
                    match = _DELETED.search(macro.body)
                    parameter = match[1].decode("utf-8", "replace") if match is not None else ""
                    if macro.params is not None and parameter in macro.params:
                        found[name] = macro.params.index(parameter)
        return found

    def _in(self, file: CFile) -> tuple[Deletion, ...]:
        known = file.cache.get(_KEY)
        if not isinstance(known, tuple):
            known = file.cache[_KEY] = tuple(self._read(file))
        return known

    def _read(self, file: CFile) -> Iterator[Deletion]:
        if b"delete" in file.data:
            for node in _found(file, syntax.DELETE_EXPRESSION):
                struct = self._deleted(file, node)
                if struct is not None:
                    yield Deletion(file, node, struct, False)
        if any(name.encode() in file.data for name in self._macros):
            for node in _found(file, syntax.CALL_EXPRESSION):
                struct = self._freed(file, node)
                if struct is not None:
                    yield Deletion(file, node, struct, False)
        if any(word in file.data for word in _WORDS[1:]):
            for node in _found(file, syntax.TEMPLATE_TYPE):
                struct = self._held(file, node)
                if struct is not None:
                    yield Deletion(file, node, struct, True)

    def _deleted(self, file: CFile, node: Node) -> Struct | None:
        return self._aimed(file, node.named_children[-1]) if node.named_children else None

    def _freed(self, file: CFile, call: Node) -> Struct | None:
        called, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        index = self._macros.get(syntax.text(called)) if called is not None else None
        given = syntax.named(arguments) if arguments is not None and index is not None else []
        return self._aimed(file, given[index]) if index is not None and index < len(given) else None

    def _aimed(self, file: CFile, pointer: Node) -> Struct | None:
        function = file.function_at(pointer.start_byte)
        if function is None or function.has_error:
            return None
        return _pointee(self.program.types(function), pointer)

    def _held(self, file: CFile, node: Node) -> Struct | None:
        name, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
        if name is None or arguments is None or syntax.text(name) not in _POINTERS:
            return None
        given = [child for child in arguments.named_children if child.type != syntax.COMMENT]
        if len(given) != 1 or given[0].type != syntax.TYPE_DESCRIPTOR:
            return None
        of = described_type(given[0])
        if of is None or of.is_pointer or of.is_function or of.is_reference or of.args or "::" in syntax.text(name):
            return None
        type_node = given[0].child_by_field_name("type")
        return self.world.struct(spelling(type_node), file) if type_node is not None else None

    def _makings(self, file: CFile, function: Function, struct: Struct) -> Iterator[Making]:
        if b"new " not in file.data[function.node.start_byte : function.node.end_byte]:
            return
        types = self.program.types(function)
        for node in syntax.walk(function.body):
            if node.type != syntax.NEW_EXPRESSION:
                continue
            made, held = types.struct(types.of(node)), self._holder(types, function, node)
            if made is not None and held is not None and key(held) == key(struct) != key(made):
                yield Making(file, node, made, held)

    def _holder(self, types: Types, function: Function, node: Node) -> Struct | None:
        """The class that what a new object is assigned to points to."""
        parent = node.parent
        if parent is None:
            return None
        if parent.type == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("right") == node:
            left = parent.child_by_field_name("left")
            return _pointee(types, left) if left is not None else None
        if parent.type == syntax.INIT_DECLARATOR:
            name = parent.child_by_field_name("declarator")
            while name is not None and name.type == syntax.POINTER_DECLARATOR:
                name = name.child_by_field_name("declarator")
            return _pointee(types, name) if name is not None else None
        if parent.type == syntax.RETURN_STATEMENT:
            result = result_type(function)
            return types.struct(result) if result is not None and result.pointers == 1 else None
        return None


def _pointee(types: Types, expression: Node) -> Struct | None:
    of = types.of(expression)
    of = types.resolved(of) if of is not None else None
    if of is None or of.pointers != 1 or of.is_array or of.is_function:
        return None
    return types.struct(of)


def _found(file: CFile, kind: str) -> Iterator[Node]:
    query = Query(syntax.language(file.dialect), f"({kind}) @found")
    yield from sorted(QueryCursor(query).captures(file.root).get("found", ()), key=_start)


def _start(node: Node) -> int:
    return node.start_byte
