"""Classes: what may be overridden in them, how they are destroyed, what they derive from and what derives from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.files import spelling
from leakfix.text import Span
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Struct
    from leakfix.languages.c.world import World

_HARMLESS_BASES: Final = frozenset(("enable_shared_from_this", "noncopyable", "noncopyable_", "NonCopyable"))
"""Bases of the library, or of everybody, that have neither virtual functions nor a virtual destructor."""
_HARMLESS_MACROS: Final = frozenset(("Q_DISABLE_COPY", "Q_DISABLE_COPY_MOVE"))
_HARMLESS_PREFIXES: Final = ("DISALLOW_", "DISABLE_COPY", "DISABLE_MOVE")
_FUNCTIONS: Final = frozenset((syntax.DECLARATION, syntax.FIELD_DECLARATION, syntax.FUNCTION_DEFINITION))
_PLAIN_MEMBERS: Final = frozenset(
    (
        syntax.COMMENT,
        syntax.ALIAS_DECLARATION,
        syntax.TYPE_DEFINITION,
        syntax.USING_DECLARATION,
        syntax.FRIEND_DECLARATION,
        syntax.TEMPLATE_DECLARATION,
        "static_assert_declaration",
    )
)
_DEEPEST: Final = 12
_MOST_HEIRS: Final = 200


@individual
class Member:
    """What one line of a class declares; ``access`` is "public", "protected" or "private"."""

    node: Node
    access: str
    is_conditional: bool
    """Whether it stands between `#if` and `#endif`."""

    @property
    def is_virtual(self) -> bool:
        """Whether it says `virtual`."""
        return any(child.type == "virtual" for child in self.node.children)

    @property
    def name(self) -> Node | None:
        """The name of the function that it declares; None of anything else."""
        for one in declarators.declarators(self.node) if self.node.type in _FUNCTIONS else ():
            if one.is_function and one.name is not None:
                return one.name
        return None

    @property
    def is_destructor(self) -> bool:
        """Whether it declares the destructor."""
        name = self.name
        return name is not None and name.type == syntax.DESTRUCTOR_NAME

    @property
    def is_pure(self) -> bool:
        """Whether it is a virtual function without a body, which makes its class abstract."""
        return self.is_virtual and syntax.text(self.node).replace(" ", "").endswith("=0;")


Key: TypeAlias = tuple[str, str]


def key(struct: Struct) -> Key:
    """What tells a class apart from all others, its file read anew or not."""
    return (struct.file.path, struct.name)


def members(struct: Struct) -> tuple[Member, ...]:
    """The members of a class, in order."""
    known = struct.cache.get("class_members")
    if not isinstance(known, tuple):
        start = "private" if struct.kind == "class" else "public"
        known = struct.cache["class_members"] = tuple(_walk(struct.body, [start], False))
    return known


def _walk(body: Node, access: list[str], conditional: bool) -> Iterator[Member]:
    for child in body.named_children:
        if child.type == "access_specifier":
            access[0] = syntax.text(child).split()[0].rstrip(":")
        elif child.type in syntax.CONDITIONALS or child.type in syntax.ALTERNATIVES:
            yield from _walk(child, access, True)
        else:
            yield Member(child, access[0], conditional)


def destructor(struct: Struct) -> Member | None:
    """The destructor that a class declares itself."""
    return next((member for member in members(struct) if member.is_destructor), None)


def is_final(struct: Struct) -> bool:
    """Whether nothing may derive from a class."""
    return any(child.type == "virtual_specifier" and child.text == b"final" for child in struct.node.children)


def is_polymorphic(struct: Struct) -> bool:
    """Whether a class declares a virtual function itself."""
    return any(member.is_virtual and member.name is not None for member in members(struct))


def is_abstract(struct: Struct) -> bool:
    """Whether a class declares a function that only others can define, so that every object is of another class."""
    return any(member.is_pure for member in members(struct))


class Classes:
    """The classes of a program."""

    def __init__(self, world: World) -> None:
        self.world = world

    def base(self, struct: Struct, name: str) -> Struct | None:
        """The class that a base of another is spelled as."""
        for length in range(len(struct.namespaces), 0, -1):
            found = self.world.struct("::".join((*struct.namespaces[:length], name)), struct.file)
            if found is not None:
                return found
        return self.world.struct(name, struct.file)

    def ancestors(self, struct: Struct, depth: int = 0) -> tuple[Struct, ...] | None:
        """All classes that one derives from; None when not all of them are known."""
        found: list[Struct] = []
        for name in struct.bases:
            if name.rpartition("::")[2] in _HARMLESS_BASES:
                continue
            base = self.base(struct, name)
            above = self.ancestors(base, depth + 1) if base is not None and depth < _DEEPEST else None
            if base is None or above is None:
                return None
            found += (base, *above)
        return tuple(found)

    def heirs(self, struct: Struct) -> tuple[Struct, ...]:
        """The classes of the tree that derive from one, at any distance."""
        known = struct.cache.get("heirs")
        if not isinstance(known, tuple):
            found: dict[Key, Struct] = {}
            waiting = [struct]
            while waiting and len(found) < _MOST_HEIRS:
                for heir in self._children(waiting.pop()):
                    if key(heir) not in found and key(heir) != key(struct):
                        found[key(heir)] = heir
                        waiting.append(heir)
            known = struct.cache["heirs"] = tuple(found.values())
        return known

    def _children(self, struct: Struct) -> Iterator[Struct]:
        name = struct.name.rpartition("::")[2]
        # A first look: the name in what stands between a class's name and its body.
        pattern = re.compile(rb":[^;{}()]*\b" + re.escape(name.encode()) + rb"\b[^;{}]*\{")
        for file in self.world.mentioning(name.encode()):
            if file.is_cpp and pattern.search(file.data) is not None:
                for other in file.structs.values():
                    for base in other.bases:
                        found = self.base(other, base) if base.rpartition("::")[2] == name else None
                        if found is not None and key(found) == key(struct):
                            yield other

    def has_unknown_members(self, struct: Struct) -> bool:
        """Whether macros in a class may declare anything, a destructor too."""
        return any(self._is_unknown(struct.file, member.node) for member in members(struct))

    def _is_unknown(self, file: CFile, node: Node) -> bool:
        if node.type in _PLAIN_MEMBERS or node.type in syntax.CLASSES or node.type == syntax.ENUM_SPECIFIER:
            return False
        if node.type not in _FUNCTIONS:
            return not self._is_harmless(file, node)
        if node.child_by_field_name("type") is not None:
            return False
        found = next(declarators.declarators(node), None)
        if found is None or found.name is None:
            return not self._is_harmless(file, node)
        spelled = syntax.text(found.name)
        return spelled.isupper() and len(spelled) > 1 and "_" in spelled and not self._is_harmless(file, node)

    def _is_harmless(self, file: CFile, node: Node) -> bool:
        name = re.match(r"\w+", syntax.text(node))
        if name is None or not syntax.text(node).strip(" ;"):
            return True
        if name[0] in _HARMLESS_MACROS or name[0].startswith(_HARMLESS_PREFIXES):
            return True
        found = self.world.macros(name[0], file)
        return bool(found) and all(b"~" not in macro.body and b"##" not in macro.body for macro in found)


def is_readable(struct: Struct) -> bool:
    """Whether nothing in a class is hidden from the reader."""
    return not struct.file.has_errors(Span(struct.node.start_byte, struct.node.end_byte))


_OWNERS: Final = frozenset(
    (
        *("string", "wstring", "vector", "deque", "list", "map", "multimap", "set", "multiset", "unordered_map"),
        *("unordered_set", "unordered_multimap", "unordered_multiset", "queue", "stack", "priority_queue", "function"),
        *("unique_ptr", "shared_ptr", "scoped_ptr", "auto_ptr", "weak_ptr", "any", "fstream", "ifstream", "ofstream"),
        *("stringstream", "ostringstream", "istringstream", "thread", "jthread", "promise", "future"),
    )
)
"""Classes of the library whose objects own what their destructors release."""


class Endings:
    """What the end of an object of a class does."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes

    def release(self, struct: Struct, depth: int = 0) -> Node | None:
        """What in a class is released by its destructor: a member that owns something, or a body; None if nothing."""
        if depth > _DEEPEST:
            return None
        own = destructor(struct)
        if own is not None:
            body = self._body(struct, own)
            if body is not None and body.named_child_count:
                return own.node
        for member in members(struct):
            if member.node.type == syntax.FIELD_DECLARATION and self._owns(struct, member.node, depth):
                return member.node
        for name in struct.bases:
            base = self.classes.base(struct, name)
            if base is not None and self.release(base, depth + 1) is not None:
                return struct.node.child_by_field_name("name")
        return None

    def _body(self, struct: Struct, own: Member) -> Node | None:
        inside = own.node.child_by_field_name("body")
        if inside is not None:
            return inside
        found = self.classes.world.function(f"{struct.name}::~{struct.name.rpartition('::')[2]}", struct.file)
        return found.body if found is not None else None

    def _owns(self, struct: Struct, node: Node, depth: int) -> bool:
        type_node = node.child_by_field_name("type")
        if type_node is None or any(child.type == syntax.STORAGE_CLASS for child in node.children):
            return False
        declared = list(declarators.declarators(node))
        if not declared or any("*" in one.steps or "&" in one.steps or "()" in one.steps for one in declared):
            return False
        name = spelling(type_node)
        if name.rpartition("::")[2] in _OWNERS and (name.startswith("std::") or "::" not in name):
            return True
        inner = self.classes.base(struct, name) if type_node.type in _NAMED_TYPES else None
        return inner is not None and inner is not struct and self.release(inner, depth + 1) is not None


_NAMED_TYPES: Final = frozenset((syntax.TYPE_IDENTIFIER, syntax.QUALIFIED_IDENTIFIER))
