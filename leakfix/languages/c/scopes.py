"""What the identifiers of one function mean, as far as it declares them itself, lambdas included.

Declarations are found at once; what a name means and where it is used, when somebody asks. Names that nothing in the
function declares are of the file, included, a member, a macro or unknown: no Variable.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tree_sitter import Query, QueryCursor

from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.words import WORD, places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.declarators import Declarator
    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.syntax import Dialect

VariableKind: TypeAlias = Literal[
    "param", "local", "static", "extern", "binding", "capture", "type", "constant", "function"
]
"""A structured binding is a "binding", `[p = f()]` a "capture"; types, constants and functions hold no value."""

_VALUELESS: Final = frozenset(("type", "constant", "function"))
_SCOPES: Final = frozenset(
    (
        syntax.COMPOUND_STATEMENT,
        syntax.FOR_STATEMENT,
        syntax.FOR_RANGE_LOOP,
        syntax.IF_STATEMENT,
        syntax.WHILE_STATEMENT,
        syntax.SWITCH_STATEMENT,
        syntax.CATCH_CLAUSE,
        syntax.LAMBDA_EXPRESSION,
        syntax.FUNCTION_DEFINITION,
        "requires_expression",
    )
)
_PARAMETERS: Final = frozenset(
    (syntax.PARAMETER_DECLARATION, syntax.OPTIONAL_PARAMETER, "variadic_parameter_declaration")
)
_CALLABLE: Final = frozenset((syntax.FUNCTION_DECLARATOR, syntax.ABSTRACT_FUNCTION_DECLARATOR))
_QUERIES: Final[dict[str, str]] = {
    "c": (
        "[(declaration) (parameter_declaration) (type_definition) (enum_specifier) (struct_specifier)"
        " (union_specifier)] @d"
    ),
    "cpp": (
        "[(declaration) (parameter_declaration) (optional_parameter_declaration) (variadic_parameter_declaration)"
        " (type_definition) (enum_specifier) (struct_specifier) (union_specifier) (class_specifier)"
        " (alias_declaration) (for_range_loop) (lambda_capture_initializer)] @d"
    ),
}
_TYPES: Final = syntax.CLASSES | {syntax.ENUM_SPECIFIER}
_queries: Final[dict[str, Query]] = {}


@dataclass(slots=True, eq=False)
class Variable:
    """A variable that a function declares, compared by identity; `entity` also gives local types and constants so.

    `declaration` is its defining identifier; `scope` the node that bounds it (block, if/for/while/switch statement,
    catch clause, lambda, or function for parameters); `function` the function_definition or lambda_expression that
    owns it, so that a use in another is a capture; `index` tells it apart from all others of the file. `origin` is the
    declaration that gives it its type and `declarator` what that says of this name (for_range_loop, lambda captures
    and local types too; None when there is none). `since` and `end` bound where the name means it. One that branches
    of a conditional group declare each is one Variable, its `others` the identifiers of the later declarations.
    """

    name: str
    kind: VariableKind
    declaration: Node
    scope: Node
    function: Node
    index: int
    origin: Node
    declarator: Declarator | None
    value: Node | None
    """What it is initialised with: an expression, an initializer_list, or an argument_list of `T x(a)`."""
    since: int
    end: int
    others: tuple[Node, ...] = ()
    is_reference: bool = False
    """Whether it is declared a reference."""

    @property
    def is_variable(self) -> bool:
        """Whether it holds a value."""
        return self.kind not in _VALUELESS

    @property
    def is_static(self) -> bool:
        """Whether it keeps its value from call to call."""
        return self.kind == "static"

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<{self.kind} {self.name}@{self.declaration.start_byte}>"


class Bindings:
    """The variables of one function, its lambdas included, and where they are used."""

    def __init__(self, function: Function) -> None:
        """Find all declarations of a function."""
        self.node = function.node
        self.file: CFile = function.file
        self._data = function.file.data
        self._start = function.node.start_byte
        self._by_name: dict[bytes, list[Variable]] = {}
        self._defined: dict[int, Variable] = {}
        self._meaning: dict[int, Variable | None] = {}
        self._uses: dict[Variable, tuple[Node, ...]] = {}
        self._take_params(function)
        for node in _declarations(function.body, function.file.dialect):
            self._take(node)
        for initializer in function.initializers:
            for node in _declarations(initializer, function.file.dialect):
                self._take(node)
        for variables in self._by_name.values():
            variables.sort(key=attrgetter("since"))

    @classmethod
    def of_function(cls, function: Function) -> Bindings:
        """Return the bindings of a function, made once."""
        found = function.cache.get("bindings")
        if not isinstance(found, cls):
            found = function.cache["bindings"] = cls(function)
        return found

    @property
    def entities(self) -> tuple[Variable, ...]:
        """All that it declares, in the order in which it gets visible."""
        found = (variable for variables in self._by_name.values() for variable in variables)
        return tuple(sorted(found, key=attrgetter("since", "index")))

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """All variables, in the order in which they get visible."""
        return tuple(entity for entity in self.entities if entity.is_variable)

    @cached_property
    def by_index(self) -> dict[int, Variable]:
        """All variables, by what tells them apart from all others of the file."""
        return {variable.index: variable for variable in self.variables}

    @property
    def parameters(self) -> tuple[Variable, ...]:
        """The named parameters of the function itself, in order."""
        return tuple(one for one in self.variables if one.kind == "param" and one.function == self.node)

    def variable(self, identifier: Node) -> Variable | None:
        """Return the variable that an identifier defines or uses; None when it is none of the function's."""
        if identifier.type not in syntax.IDENTIFIERS:
            return None
        try:
            found = self._meaning[identifier.start_byte]
        except KeyError:
            found = self.entity(identifier)
        return found if found is not None and found.kind not in _VALUELESS else None

    def entity(self, identifier: Node) -> Variable | None:
        """Return what an identifier means if the function declares it: a local type, constant or function too."""
        if identifier.type not in syntax.IDENTIFIERS:
            return None
        start = identifier.start_byte
        if start not in self._meaning:
            name = self._data[start : identifier.end_byte]
            self._meaning[start] = self._find(identifier, name) if name in self._by_name else None
        return self._meaning[start]

    def visible(self, name: str, at: Node) -> Variable | None:
        """Return what a name would mean at a node, for names that stand in an expanded macro."""
        return _innermost(self._by_name.get(name.encode(), ()), at.start_byte)

    def uses(self, variable: Variable) -> tuple[Node, ...]:
        """Return the identifiers that read or assign a variable in source order, its declarations left out."""
        found = self._uses.get(variable)
        if found is None:
            own = {variable.index, *(node.start_byte for node in variable.others)}
            places = (node for node in self._places(variable) if self.entity(node) is variable)
            found = self._uses[variable] = tuple(node for node in places if node.start_byte not in own)
        return found

    def locals_at(self, node: Node) -> dict[str, Variable]:
        """Return what the function's own names mean at a node: the innermost declaration of each."""
        found = (_innermost(variables, node.start_byte) for variables in self._by_name.values())
        return {entity.name: entity for entity in found if entity is not None}

    def names_at(self, node: Node) -> set[str]:
        """Return every name that may mean something at a node: those of the function, and all words of the file."""
        known = self.file.cache.get("words")
        if not isinstance(known, frozenset):
            words = set(WORD.findall(self._data))
            known = self.file.cache["words"] = frozenset(word.decode("utf-8", "replace") for word in words)
        return set(known) | set(self.locals_at(node))

    def _take_params(self, function: Function) -> None:
        for one in function.params:
            if one.identifier is not None:
                read = declarators.read(one.declarator) if one.declarator is not None else None
                self._add(one.identifier, "param", function.node, function.node, one.node, read, None)

    def _take(self, node: Node) -> None:
        kind = node.type
        if kind == syntax.DECLARATION:
            self._take_declaration(node)
        elif kind in _PARAMETERS:
            self._take_parameter(node)
        elif kind == syntax.FOR_RANGE_LOOP:
            declarator = node.child_by_field_name("declarator")
            if declarator is not None:
                self._take_declared(node, declarators.read(declarator), node, "local", None)
        elif kind == syntax.LAMBDA_CAPTURE_INITIALIZER:
            name, holder = node.child_by_field_name("left"), self._holder(node)
            if name is not None and holder.type == syntax.LAMBDA_EXPRESSION:
                self._add(name, "capture", holder, holder, node, None, node.child_by_field_name("right"))
        elif kind in _TYPES:
            self._take_type(node)
        else:
            scope = self._scope(node)
            for name in _type_names(node):
                self._add(name, "type", scope, self._owner(scope), node, None, None)

    def _take_declaration(self, node: Node) -> None:
        scope = self._scope(node)
        kind = _storage(node)
        value = node.child_by_field_name("value")
        for one in declarators.declarators(node):
            if one.is_function and not (self.file.is_cpp and _may_be_arguments(one)):
                if one.name is not None:
                    self._add(one.name, "function", scope, self._owner(scope), node, one, None)
                continue
            self._take_declared(node, one, scope, kind, one.value or value)

    def _take_declared(
        self, origin: Node, one: Declarator, scope: Node, kind: VariableKind, value: Node | None
    ) -> None:
        owner = self._owner(scope)
        if one.name is None:
            return
        if one.name.type == syntax.STRUCTURED_BINDING:
            for name in one.name.named_children:
                self._add(name, "binding", scope, owner, origin, one, None)
        else:
            self._add(one.name, kind, scope, owner, origin, one, value)

    def _take_parameter(self, node: Node) -> None:
        """Take the parameters of lambdas and of catch clauses; those of declared functions are no names."""
        holder = self._holder(node)
        declarator = node.child_by_field_name("declarator")
        if holder.type not in _OWN_PARAMETERS or declarator is None:
            return
        one = declarators.read(declarator)
        if one.name is not None:
            kind: VariableKind = "param" if holder.type == syntax.LAMBDA_EXPRESSION else "local"
            self._add(one.name, kind, holder, self._owner(holder), node, one, None)

    def _take_type(self, node: Node) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if body is None:
            return
        scope = self._scope(node)
        owner = self._owner(scope)
        if name is not None and name.type == syntax.TYPE_IDENTIFIER:
            self._add(name, "type", scope, owner, node, None, None)
        for child in body.named_children if node.type == syntax.ENUM_SPECIFIER else ():
            constant = child.child_by_field_name("name") if child.type == syntax.ENUMERATOR else None
            if constant is not None:
                self._add(constant, "constant", scope, owner, child, None, None)

    def _add(
        self,
        identifier: Node,
        kind: VariableKind,
        scope: Node,
        owner: Node,
        origin: Node,
        declarator: Declarator | None,
        value: Node | None,
    ) -> None:
        name = self._data[identifier.start_byte : identifier.end_byte]
        known = self._by_name.setdefault(name, [])
        for other in known:
            if other.scope == scope and (other.kind in _VALUELESS) == (kind in _VALUELESS):
                other.others = (*other.others, identifier)
                self._defined[identifier.start_byte] = other
                return
        since = identifier.end_byte if declarator is None else _end_of_name(declarator)
        if kind == "capture":
            body = scope.child_by_field_name("body")
            since = body.start_byte if body is not None else identifier.end_byte
        elif origin.type == syntax.FOR_RANGE_LOOP:
            body = origin.child_by_field_name("body")
            since = body.start_byte if body is not None else since
        elif origin == self.node or origin.start_byte < self._start:
            since = self._start
        variable = Variable(
            name.decode("utf-8", "replace"),
            kind,
            identifier,
            scope,
            owner,
            identifier.start_byte,
            origin,
            declarator,
            value,
            since,
            scope.end_byte,
            is_reference=declarator is not None and any(step.startswith("&") for step in declarator.steps),
        )
        known.append(variable)
        self._defined[identifier.start_byte] = variable

    def _scope(self, node: Node) -> Node:
        at = node.parent
        while at is not None and at.type not in _SCOPES:
            at = at.parent
        return at if at is not None else self.node

    def _holder(self, node: Node) -> Node:
        """What a parameter belongs to: a lambda, a catch clause, a function, or the declarator of something else."""
        at = node.parent
        calls = 0
        while at is not None and at.type not in _SCOPES:
            if at.type in _CALLABLE:
                calls += 1
                if at.type == syntax.FUNCTION_DECLARATOR or calls > 1:
                    return at
            at = at.parent
        return at if at is not None else self.node

    def _owner(self, node: Node) -> Node:
        at: Node | None = node
        while at is not None and at.type not in syntax.FUNCTIONS:
            at = at.parent
        return at if at is not None else self.node

    def _find(self, identifier: Node, name: bytes) -> Variable | None:
        start = identifier.start_byte
        if start in self._defined:
            return self._defined[start]
        found = _innermost(self._by_name[name], start)
        if found is None or not _is_free(identifier):
            return None
        if identifier.type == syntax.TYPE_IDENTIFIER and found.is_variable and not _may_be_value(identifier):
            return None
        return found

    def _places(self, variable: Variable) -> Iterator[Node]:
        """Yield the identifiers with the name of a variable where it may be meant."""
        name = self._data[variable.index : variable.declaration.end_byte]
        start = max(min(variable.since, variable.index), self._start)
        for at in places_of(self._data, name, start, variable.end):
            node = self.node.descendant_for_byte_range(at, at + len(name))
            if node is not None and node.type in syntax.IDENTIFIERS and node.start_byte == at:
                yield node


_THREAD_LOCAL: Final = frozenset(("thread_local", "_Thread_local", "__thread"))
_OWN_PARAMETERS: Final = frozenset((syntax.LAMBDA_EXPRESSION, syntax.CATCH_CLAUSE))


def owner_of(node: Node) -> Node | None:
    """Return the innermost function definition or lambda around a node."""
    at = node.parent
    while at is not None and at.type not in syntax.FUNCTIONS:
        at = at.parent
    return at


def _declarations(node: Node, dialect: Dialect) -> list[Node]:
    query = _queries.get(dialect)
    if query is None:
        query = _queries[dialect] = Query(syntax.language(dialect), _QUERIES[dialect])
    found = QueryCursor(query).captures(node).get("d", [])
    found.sort(key=lambda one: (one.start_byte, -one.end_byte))
    return found


def _end_of_name(declarator: Declarator) -> int:
    """Where a declared name starts to mean what it declares: behind its declarator, before the initializer."""
    inner = (
        declarator.node.child_by_field_name("declarator") if declarator.node.type == syntax.INIT_DECLARATOR else None
    )
    return (inner or declarator.node).end_byte


def _storage(declaration: Node) -> VariableKind:
    """What its storage class makes of a variable that is declared in a function."""
    kind: VariableKind = "local"
    for child in declaration.children:
        of = child.type
        text = child.text if of == syntax.STORAGE_CLASS else None
        if of in _THREAD_LOCAL or text in _STATIC_WORDS:
            return "static"
        if text == b"extern":
            kind = "extern"
    return kind


_STATIC_WORDS: Final = frozenset((b"static", b"thread_local", b"_Thread_local", b"__thread"))


def _may_be_arguments(one: Declarator) -> bool:
    """Whether `T x(a, b);` in a function makes an object: nothing in the list is more than a name."""
    parameters = one.call.child_by_field_name("parameters") if one.call is not None else None
    given = syntax.named(parameters) if parameters is not None else []
    return bool(given) and len(one.steps) == 1 and all(_may_be_argument(child) for child in given)


def _may_be_argument(node: Node) -> bool:
    if node.type != syntax.PARAMETER_DECLARATION:
        return False
    type_node = node.child_by_field_name("type")
    declarator = node.child_by_field_name("declarator")
    if type_node is None or any(child.type == syntax.TYPE_QUALIFIER for child in node.children):
        return False
    if type_node.type not in (syntax.TYPE_IDENTIFIER, syntax.QUALIFIED_IDENTIFIER):
        return False
    return declarator is None or declarator.type == syntax.ABSTRACT_FUNCTION_DECLARATOR


def _type_names(node: Node) -> Iterator[Node]:
    if node.type == syntax.ALIAS_DECLARATION:
        name = node.child_by_field_name("name")
        if name is not None:
            yield name
        return
    for one in declarators.declarators(node):
        if one.name is not None and one.name.type in syntax.IDENTIFIERS:
            yield one.name


def _innermost(variables: list[Variable] | tuple[Variable, ...], offset: int) -> Variable | None:
    best: Variable | None = None
    for variable in variables:
        if variable.since <= offset < variable.end and (
            best is None or variable.scope.start_byte >= best.scope.start_byte
        ):
            best = variable
    return best


def _is_free(identifier: Node) -> bool:
    """Whether a name stands by itself: not behind `::`, and no designator, label or member."""
    parent = identifier.parent
    if parent is None:
        return True
    kind = parent.type
    if kind == syntax.QUALIFIED_IDENTIFIER:
        scope = parent.child_by_field_name("scope")
        return scope is not None and scope.start_byte == identifier.start_byte
    return kind not in ("field_designator", syntax.DESTRUCTOR_NAME, "attribute")


def _may_be_value(name: Node) -> bool:
    """Whether what the grammar took for a type's name may be a variable: `sizeof(x)`, `T y(x)`, `f<x>()`."""
    parent = name.parent
    kind = parent.type if parent is not None else ""
    if kind == syntax.TYPE_DESCRIPTOR and parent is not None and parent.parent is not None:
        return parent.parent.type in (syntax.SIZEOF_EXPRESSION, syntax.TEMPLATE_ARGUMENT_LIST, "alignof_expression")
    return kind == syntax.PARAMETER_DECLARATION
