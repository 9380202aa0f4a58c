"""One C or C++ file: its tree, the functions that it defines, and what it declares for others."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.c import declarators, preprocessor, reading, syntax
from leakfix.languages.c.survey import dialect_of
from leakfix.text import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node, Tree

    from leakfix.languages.c.preprocessor import Include, Macro
    from leakfix.languages.c.reading import Habits
    from leakfix.languages.c.syntax import Dialect

GlobalKind: TypeAlias = Literal["variable", "function", "constant"]
StructKind: TypeAlias = Literal["struct", "union", "class", "enum"]

_TRANSPARENT: Final = frozenset(
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
_DEEPEST: Final = 40


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


class CFile:
    """A file with what it declares; parsed when first asked for its tree. Offsets are bytes of `data`."""

    def __init__(
        self, path: str, data: bytes, dialect: Dialect | None = None, habits: Callable[[CFile], Habits] | None = None
    ) -> None:
        """Take the bytes. `habits` is asked what the macros of the tree stand for when the file cannot be parsed."""
        self.source = Source(path, data)
        self.path = path
        self.key = os.path.abspath(path)  # noqa: PTH100 (links stay as they are)
        """The absolute path, which the file is known under."""
        self.data = data
        self.dialect: Dialect = dialect or dialect_of(path, data)
        self.cache: dict[str, object] = {}
        self._habits = habits
        self._torn: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, path: str, data: bytes) -> CFile:
        """Return a file that knows of no other."""
        return cls(path, data)

    @property
    def is_cpp(self) -> bool:
        """Whether it is C++."""
        return self.dialect == "cpp"

    @cached_property
    def root(self) -> Node:
        """The tree. What the grammar stumbled over may have been taken out of it (see `reading.readable`)."""
        data = self.data
        if any(dead in data for dead in _DEAD):
            data = reading.without_dead(data, is_cpp=self.is_cpp)
        data = _without_storage(data)
        tree = self._parsed(data)
        if not tree.root_node.has_error:
            return tree.root_node
        habits = self._habits(self) if self._habits is not None else reading.habits_of(self.macros)
        read = reading.readable(self.data, is_cpp=self.is_cpp, habits=habits)
        readable = _without_storage(read.data)
        if readable == data:
            return tree.root_node
        self._torn = read.torn
        return syntax.parse_again(tree, data, bytearray(readable), self.data, self.dialect).root_node

    def _parsed(self, data: bytes) -> Tree:
        """Parse bytes that stand for those of the file."""
        if data is self.data:
            return syntax.parse(data, self.dialect)
        return syntax.parse_as(bytearray(data), self.data, self.dialect)

    @cached_property
    def macros(self) -> Mapping[str, tuple[Macro, ...]]:
        """The macros that it defines, each with all its different definitions."""
        return preprocessor.macros(self.data, self.path)

    @cached_property
    def includes(self) -> tuple[Include, ...]:
        """What it includes, in order."""
        return preprocessor.includes(self.data)

    @cached_property
    def words(self) -> frozenset[bytes]:
        """All identifiers in its bytes, with those in comments and strings."""
        return frozenset(_WORDS.findall(self.data))

    @cached_property
    def headed(self) -> frozenset[bytes]:
        """The names of all functions with a body, with others that stand before a list and then a block."""
        found: set[bytes] = set()
        for piece in self.data.split(b"{")[:-1]:
            found.update(_HEADED.findall(piece, max(piece.rfind(b";"), piece.rfind(b"}")) + 1))
        return frozenset(found)

    def holds(self, word: bytes) -> bool:
        """Whether an identifier stands in it."""
        return word in self.words

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions with a body, those of classes and namespaces too, in order."""
        return self._declared.functions

    @property
    def structs(self) -> Mapping[str, Struct]:
        """The classes, structs, unions and enums with a body, by name."""
        return self._declared.structs

    @property
    def typedefs(self) -> Mapping[str, Typedef]:
        """The names for types; those in classes as "Class::name"."""
        return self._declared.typedefs

    @property
    def globals(self) -> Mapping[str, Global]:
        """Variables, constants and declared functions outside of functions; `Struct.members` has those of classes."""
        return self._declared.globals

    def named_functions(self, last_name: str) -> tuple[Function, ...]:
        """The functions whose name without classes is this."""
        return self._declared.by_name.get(last_name, ())

    def function_at(self, offset: int) -> Function | None:
        """The function that a byte offset lies in; of nested ones (methods of local classes) the outer one."""
        starts = self._declared.starts
        at = bisect_right(starts, offset) - 1
        if at < 0:
            return None
        found = self.functions[at]
        return found if offset < found.node.end_byte else None

    def has_errors(self, span: Span) -> bool:
        """Whether something in a stretch of bytes could not be read, or only one of several versions of it."""
        node: Node | None = self.root.descendant_for_byte_range(span.start, max(span.end - 1, span.start))
        if node is None or node.has_error:
            return True
        return self.is_torn(span)

    def is_torn(self, span: Span) -> bool:
        """Whether a conditional group of which only one branch was read starts or ends in a stretch of bytes."""
        _ = self.root
        return any(span.start <= start < span.end or span.start < end <= span.end for start, end in self._torn)

    @cached_property
    def _declared(self) -> _Declared:
        return _Declared(self)


_WORDS: Final = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+")
_HEADED: Final = re.compile(rb"([A-Za-z_]\w*+)\s*+\(")
_DEAD: Final = (b"#if 0", b"# if 0", b"#  if 0", b"#if (0)", b"#if false")
_THREAD_LOCAL: Final = b"_THREAD_LOCAL "


def _without_storage(data: bytes) -> bytes:
    return reading.without_storage(data) if _THREAD_LOCAL in data else data


_DOTS: Final = frozenset((syntax.VARIADIC_PARAMETER, "..."))


class _Declared:
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
        if depth > _DEEPEST:
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
        elif kind in _TRANSPARENT:
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
            name = _owned(owner, syntax.text(one.name))
            unnamed = struct if struct is not None and not struct.name else None
            self.typedefs.setdefault(name, Typedef(name, type_node, one.node, node, self._file, unnamed))

    def _alias(self, node: Node, owner: str) -> None:
        name, described = node.child_by_field_name("name"), node.child_by_field_name("type")
        type_node = described.child_by_field_name("type") if described is not None else None
        if name is None or described is None or type_node is None:
            return
        spelled = _owned(owner, syntax.text(name))
        declarator = described.child_by_field_name("declarator")
        self.typedefs.setdefault(spelled, Typedef(spelled, type_node, declarator, node, self._file))

    def _globals(self, node: Node) -> None:
        for found in _declared_by(node, self._file, ""):
            self.globals.setdefault(found.name, found)


def _declared_by(node: Node, file: CFile, owner: str) -> Iterator[Global]:
    """Yield what a declaration, or the declaration of members, declares."""
    type_node = node.child_by_field_name("type")
    for one in declarators.declarators(node):
        identifier = declarators.name_of(one.name) if one.name is not None else None
        if one.name is None or identifier is None:
            continue
        name = _owned(owner, spelling(one.name))
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
            declared = list(_declared_by(child, struct.file, struct.name))
            type_node = child.child_by_field_name("type")
            inner = type_node.child_by_field_name("body") if type_node is not None else None
            if declared or inner is None:
                yield from declared
            elif depth < _DEEPEST:
                yield from _members(struct, inner, depth + 1)
        elif kind in _TRANSPARENT and depth < _DEEPEST:
            yield from _members(struct, child, depth + 1)


_KINDS: Final[Mapping[str, StructKind]] = {
    syntax.STRUCT_SPECIFIER: "struct",
    syntax.UNION_SPECIFIER: "union",
    syntax.CLASS_SPECIFIER: "class",
    syntax.ENUM_SPECIFIER: "enum",
}


def spelling(name: Node, depth: int = 0) -> str:
    """Return a name without template arguments and blanks: `Pool::make` of `Pool<T>::make`, without a leading `::`."""
    kind = name.type
    if depth > _DEEPEST:
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


def is_static(declaration: Node) -> bool:
    """Whether a declaration or definition says `static`."""
    return any(child.type == syntax.STORAGE_CLASS and child.text == b"static" for child in declaration.children)


def _owned(owner: str, name: str) -> str:
    return f"{owner}::{name}" if owner else name


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
        body.has_error or (parameters is not None and parameters.has_error) or file.is_torn(span),
    )


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
