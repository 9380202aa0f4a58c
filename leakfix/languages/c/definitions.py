"""What C and C++ files define and declare: functions, classes, typedefs, variables, with the nodes that say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.c import declarators, syntax
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile

GlobalKind: TypeAlias = Literal["variable", "function", "constant"]
StructKind: TypeAlias = Literal["struct", "union", "class", "enum"]

TRANSPARENT: Final = frozenset(
    (
        syntax.TRANSLATION_UNIT,
        syntax.DECLARATION_LIST,
        syntax.FIELD_DECLARATION_LIST,
        syntax.LINKAGE_SPECIFICATION,
        syntax.TEMPLATE_DECLARATION,
        syntax.PREPROC_IF,
        syntax.PREPROC_IFDEF,
        syntax.PREPROC_ELSE,
        syntax.PREPROC_ELIF,
        syntax.PREPROC_ELIFDEF,
        syntax.ERROR,
    )
)
DEEPEST: Final = 40
"""Declarations that are nested deeper are left alone."""
_DOTS: Final = frozenset((syntax.VARIADIC_PARAMETER, "..."))


@dataclass(slots=True, eq=False)
class Param:
    """One parameter of a function; `name` is empty when it has none. `node` is its declaration."""

    name: str
    node: Node
    type: Node | None
    declarator: Node | None
    identifier: Node | None


@dataclass(slots=True, eq=False)
class Function:
    """A function with a body, compared by identity.

    `name` is "f", or "Class::method" with all classes around it but no namespaces, which stand in `namespaces`;
    `class_name` is "" outside of classes. The header of a macro (`TEST(Suite, name) {`) is spelled out as the name,
    which nobody can call. `type` is the result's type as written, `declarator` the whole declarator.
    """

    name: str
    node: Node
    body: Node
    file: CFile
    class_name: str
    namespaces: tuple[str, ...]
    type: Node | None
    declarator: Node
    call: Node | None
    """The function_declarator that holds the parameters; None behind the header of a macro."""
    is_static: bool
    is_template: bool
    is_macro: bool
    has_error: bool
    """Whether its parameters or its body could not be read, or only one of several versions of it."""
    cache: dict[str, object] = field(default_factory=dict)

    @property
    def last_name(self) -> str:
        """The name without classes: "method"; "~Class" of a destructor."""
        return self.name.rpartition("::")[2]

    @property
    def qualified(self) -> str:
        """The name with all namespaces and classes around it."""
        return "::".join((*self.namespaces, self.name))

    @property
    def is_method(self) -> bool:
        """Whether it belongs to a class, static or not."""
        return bool(self.class_name)

    @property
    def is_constructor(self) -> bool:
        """Whether it makes an object of its class."""
        return self.is_method and self.last_name == self.class_name.rpartition("::")[2]

    @property
    def is_destructor(self) -> bool:
        """Whether it ends an object of its class."""
        return self.is_method and self.last_name.startswith("~")

    @property
    def is_variadic(self) -> bool:
        """Whether it takes more arguments than it names."""
        parameters = self.call.child_by_field_name("parameters") if self.call is not None else None
        return parameters is not None and any(child.type in _DOTS for child in parameters.children)

    @property
    def params(self) -> tuple[Param, ...]:
        """The parameters in order; of K&R definitions with the types declared behind the list."""
        known = self.cache.get("params")
        if not isinstance(known, tuple):
            known = self.cache["params"] = tuple(_params(self))
        return known

    @property
    def initializers(self) -> tuple[Node, ...]:
        """The member and base initialisers of a constructor (field_initializer), in order."""
        found = [child for child in self.node.children if child.type == syntax.FIELD_INITIALIZER_LIST]
        return tuple(one for group in found for one in group.named_children if one.type == syntax.FIELD_INITIALIZER)

    @property
    def span(self) -> Span:
        """The bytes of the whole definition."""
        return Span(self.node.start_byte, self.node.end_byte)

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<{self.name} in {self.file.path}>"


@dataclass(slots=True, eq=False)
class Struct:
    """A struct, union, class or enum with a body, compared by identity.

    `name` holds the classes around it ("Outer::Inner"); it is "" for one without a name. `bases` are spelled without
    template arguments.
    """

    name: str
    kind: StructKind
    node: Node
    body: Node
    file: CFile
    namespaces: tuple[str, ...]
    bases: tuple[str, ...]
    is_template: bool = False
    cache: dict[str, object] = field(default_factory=dict)

    @property
    def members(self) -> Mapping[str, Global]:
        """Fields and declared methods by their own names, those of unnamed members too; of an enum its constants."""
        known = self.cache.get("members")
        if not isinstance(known, dict):
            found: dict[str, Global] = {}
            for member in _members(self, self.body, 0):
                found.setdefault(member.identifier_text, member)
            known = self.cache["members"] = found
        return known


@dataclass(slots=True, eq=False)
class Typedef:
    """A name for a type: `typedef` or `using`. `struct` is set when it names a body without a name of its own."""

    name: str
    type: Node
    declarator: Node | None
    node: Node
    file: CFile
    struct: Struct | None = None
    cache: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Global:
    """A variable, a constant of an enum, or a function that is only declared, outside of functions."""

    name: str
    kind: GlobalKind
    node: Node
    type: Node | None
    declarator: Node | None
    identifier: Node
    file: CFile
    is_static: bool
    class_name: str = ""
    cache: dict[str, object] = field(default_factory=dict)

    @property
    def identifier_text(self) -> str:
        """The name without classes."""
        return self.name.rpartition("::")[2]


def declared_by(node: Node, file: CFile, owner: str) -> Iterator[Global]:
    """Yield what a declaration, or the declaration of members, declares."""
    type_node = node.child_by_field_name("type")
    for one in declarators.declarators(node):
        identifier = declarators.name_of(one.name) if one.name is not None else None
        if one.name is None or identifier is None:
            continue
        name = owned(owner, spelling(one.name))
        kind: GlobalKind = "function" if one.is_function else "variable"
        yield Global(name, kind, node, type_node, one.node, identifier, file, is_static(node), owner)


def _members(struct: Struct, body: Node, depth: int) -> Iterator[Global]:
    for child in body.named_children:
        kind = child.type
        if kind == syntax.ENUMERATOR:
            name = child.child_by_field_name("name")
            if name is not None:
                spelled = syntax.text(name)
                yield Global(spelled, "constant", child, struct.node, None, name, struct.file, True, struct.name)
        elif kind in (syntax.FIELD_DECLARATION, syntax.DECLARATION):
            declared = list(declared_by(child, struct.file, struct.name))
            type_node = child.child_by_field_name("type")
            inner = type_node.child_by_field_name("body") if type_node is not None else None
            if declared or inner is None:
                yield from declared
            elif depth < DEEPEST:
                yield from _members(struct, inner, depth + 1)
        elif kind in TRANSPARENT and depth < DEEPEST:
            yield from _members(struct, child, depth + 1)


def spelling(name: Node, depth: int = 0) -> str:
    """Return a name without template arguments and blanks: `Pool::make` of `Pool<T>::make`, without a leading `::`."""
    kind = name.type
    if kind in _BARE_NAMES:
        return syntax.text(name)
    if depth > DEEPEST:
        return ""
    if kind == syntax.QUALIFIED_IDENTIFIER:
        scope, last = name.child_by_field_name("scope"), name.child_by_field_name("name")
        parts = [spelling(part, depth + 1) for part in (scope, last) if part is not None]
        return "::".join(part for part in parts if part)
    if kind in (syntax.TEMPLATE_TYPE, syntax.TEMPLATE_FUNCTION, syntax.TEMPLATE_METHOD):
        inner = name.child_by_field_name("name")
        return spelling(inner, depth + 1) if inner is not None else syntax.text(name)
    if kind == syntax.OPERATOR_CAST:
        type_node = name.child_by_field_name("type")
        return f"operator {syntax.text(type_node)}" if type_node is not None else "operator"
    return "".join(syntax.text(name).split()) if kind != syntax.OPERATOR_NAME else syntax.text(name)


_BARE_NAMES: Final = frozenset((syntax.IDENTIFIER, syntax.FIELD_IDENTIFIER, syntax.TYPE_IDENTIFIER))


def is_static(declaration: Node) -> bool:
    """Whether a declaration or definition says `static`."""
    return any(child.type == syntax.STORAGE_CLASS and child.text == b"static" for child in declaration.children)


def owned(owner: str, name: str) -> str:
    """Spell a name with the classes around it."""
    return f"{owner}::{name}" if owner else name


def _params(function: Function) -> Iterator[Param]:
    parameters = function.call.child_by_field_name("parameters") if function.call is not None else None
    if parameters is None:
        return
    declared: dict[str, Param] = {}
    for child in function.node.children:
        if child.type == syntax.DECLARATION:
            for one in declarators.declarators(child):
                if one.name is not None:
                    name = syntax.text(one.name)
                    declared[name] = Param(name, child, child.child_by_field_name("type"), one.node, one.name)
    for child in parameters.named_children:
        if child.type == syntax.IDENTIFIER:
            name = syntax.text(child)
            yield declared.get(name, Param(name, child, None, None, child))
        elif child.type in _PARAMETERS:
            found = param(child)
            if found is not None:
                yield found


_PARAMETERS: Final = frozenset(
    (syntax.PARAMETER_DECLARATION, syntax.OPTIONAL_PARAMETER, "variadic_parameter_declaration")
)


def is_read_only(one: Param) -> bool:
    """Whether a parameter is a pointer to constants: `const char *`."""
    if one.declarator is None or declarators.read(one.declarator).steps != ("*",):
        return False
    return any(child.type == syntax.TYPE_QUALIFIER and child.text == b"const" for child in one.node.children)


def param(node: Node) -> Param | None:
    """Read one parameter declaration; None for the `void` of an empty list."""
    type_node = node.child_by_field_name("type")
    declarator = node.child_by_field_name("declarator")
    if declarator is None:
        return None if type_node is not None and type_node.text == b"void" else Param("", node, type_node, None, None)
    read = declarators.read(declarator)
    identifier = read.name if read.name is not None and read.name.type in syntax.IDENTIFIERS else None
    return Param(syntax.text(identifier) if identifier is not None else "", node, type_node, declarator, identifier)
