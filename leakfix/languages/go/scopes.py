"""What the identifiers of one top-level declaration mean, as far as it declares them itself.

Declarations are found at once, by their tokens; what a name means and where it is used, when somebody asks. Names that
nothing in the function declares are package-level, imported, builtin or unknown: no Variable.
"""

from __future__ import annotations

from dataclasses import field
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.declaring import Declarations, VariableKind
from leakfix.languages.go.packages import PREDECLARED, Function
from leakfix.languages.go.shapes import IDENTIFIERS
from leakfix.text.records import state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.declaring import Declaring
    from leakfix.languages.go.packages import File, Object

_PARAMETER_KINDS: Final = frozenset(("param", "result", "receiver", "typeparam"))
_VALUELESS: Final = frozenset(("const", "type", "typeparam"))
_CASES: Final = frozenset((syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.DEFAULT_CASE, syntax.COMMUNICATION_CASE))
_SCOPES: Final = (
    _CASES
    | syntax.FUNCTION_KINDS
    | {
        syntax.BLOCK,
        syntax.IF_STATEMENT,
        syntax.FOR_STATEMENT,
        syntax.EXPRESSION_SWITCH_STATEMENT,
        syntax.TYPE_SWITCH_STATEMENT,
    }
)
_REDECLARING: Final = frozenset((syntax.SHORT_VAR_DECLARATION, syntax.RANGE_CLAUSE, syntax.RECEIVE_STATEMENT))
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(
    range(128, 256)
)
_DEEPEST_TYPE: Final = 100


@state
class Variable:
    """A variable that a function declares, compared by identity; `entity` also gives local constants and types so.

    `declaration` is its defining identifier; `scope` the node that bounds it (block, if/for/switch statement, case
    clause, or function for parameters); `function` the function declaration or literal that owns it, so that a use in
    another function is a capture; `index` tells it apart from all others of the file. `origin` is what gives it its
    type (parameter_declaration, short_var_declaration, var_spec, range_clause, receive_statement,
    type_switch_statement) and `position` its place there. The variable of a type switch is one Variable for all
    clauses. Nothing of it changes.
    """

    name: str
    kind: VariableKind
    declaration: Node
    scope: Node
    function: Node
    index: int
    origin: Node
    position: int
    visible: int
    since: int
    end: int
    is_variable: bool = field(init=False)
    """Whether it is a variable, and no local constant, type or type parameter."""

    def __post_init__(self) -> None:
        """Tell kinds apart once."""
        self.is_variable = self.kind not in _VALUELESS

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<{self.kind} {self.name}@{self.declaration.start_byte}>"


class Bindings:
    """The variables of one top-level declaration, nested function literals included, and where they are used."""

    def __init__(self, declaration: Function | Node, file: File | None = None) -> None:
        """Take a Function, or any top-level declaration node with its file."""
        if isinstance(declaration, Function):
            self.node, self.file = declaration.node, declaration.file
        elif file is not None:
            self.node, self.file = declaration, file
        else:
            raise TypeError("a declaration node needs its file")
        self._data = self.file.data
        declared = Declarations(self.node, self._data)
        self._declared = declared.by_name
        self.has_local_types = declared.has_types
        self._named: dict[bytes, tuple[Variable, ...]] = {}
        self._defined: dict[int, Variable] = {}
        self._meaning: dict[int, Variable | None] = {}
        self._uses: dict[Variable, tuple[Node, ...]] = {}
        self._scopes: dict[int, Node] = {}
        self._entities: tuple[Variable, ...] | None = None

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
        if self._entities is None:
            found = [entity for name in self._declared for entity in self._of_name(name)]
            self._entities = tuple(sorted(found, key=attrgetter("since", "index")))
        return self._entities

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables, in the order in which they get visible."""
        return tuple(entity for entity in self.entities if entity.is_variable)

    def variable(self, identifier: Node) -> Variable | None:
        """Return the variable that an identifier defines or uses; None when it is package-level or unknown."""
        start, known = identifier.start_byte, self._meaning
        # A node that starts like an identifier may be more than that.
        found = known[start] if start in known and identifier.kind_id in IDENTIFIERS else self.entity(identifier)
        return found if found is not None and found.is_variable else None

    def entity(self, identifier: Node) -> Variable | None:
        """Return what an identifier means if the function declares it: a local constant, type or type parameter too."""
        if identifier.kind_id not in IDENTIFIERS:
            return None
        start = identifier.start_byte
        if start in self._meaning:
            return self._meaning[start]
        name = self._data[start : identifier.end_byte]
        found = self._meaning[start] = self._find(identifier, start, name) if name in self._declared else None
        return found

    def uses(self, variable: Variable) -> tuple[Node, ...]:
        """Return the identifiers that read or assign a variable in source order, its declaration left out.

        The key `f` of `T{f: f}` is a field and no use.
        """
        found = self._uses.get(variable)
        if found is None:
            declared, entity = variable.declaration, self.entity
            uses = [node for node in self._places(variable) if entity(node) is variable and node != declared]
            found = self._uses[variable] = tuple(uses)
        return found

    def clause(self, identifier: Node) -> Node | None:
        """Return the case clause in which a type switch's variable is used here; None for every other identifier."""
        variable = self.entity(identifier)
        if variable is None or variable.origin.kind_id != syntax.TYPE_SWITCH_STATEMENT:
            return None
        offset = identifier.start_byte
        clauses = (child for child in variable.origin.named_children if child.kind_id in _CASES)
        return next((clause for clause in clauses if clause.start_byte <= offset < clause.end_byte), None)

    def is_key(self, identifier: Node) -> bool:
        """Whether an identifier is the key of a composite literal's element: a field name, or an expression."""
        end = identifier.end_byte
        if self._data[end : end + 1] not in _MAY_BE_KEY:
            return False
        held = identifier.parent
        element = held.parent if held is not None and held.kind_id == syntax.LITERAL_ELEMENT else None
        if element is None or element.kind_id != syntax.KEYED_ELEMENT or identifier.kind_id != syntax.IDENTIFIER:
            return False
        first = element.named_child(0)
        return first is not None and first.start_byte == identifier.start_byte

    def local_type(self, name: str, offset: int) -> Variable | None:
        """Return the local type or type parameter that a type name means at an offset."""
        best = _innermost(self._of_name(name.encode()), offset)
        return best if best is not None and not best.is_variable and best.kind != "const" else None

    def locals_at(self, node: Node) -> dict[str, Variable]:
        """Return what the function's own names mean at a node: the innermost declaration of each."""
        offset = node.start_byte
        found = (_innermost(self._of_name(name), offset) for name in self._declared)
        return {entity.name: entity for entity in found if entity is not None}

    def names_at(self, node: Node) -> set[str]:
        """Return every name visible at a node: local, package-level, imported or predeclared; parses the package."""
        names = set(self.locals_at(node))
        names |= self.file.package.names() | self.file.imports.keys() | PREDECLARED
        return names

    def is_visible(self, name: str, node: Node) -> bool:
        """Whether a name means something at a node; looks no further than `names_at` would have to for that name."""
        if name in PREDECLARED or name in self.file.imports or self.file.package.lookup(name) is not None:
            return True
        return _innermost(self._of_name(name.encode()), node.start_byte) is not None

    def _of_name(self, name: bytes) -> tuple[Variable, ...]:
        """What has this name, in the order in which it gets visible."""
        found = self._named.get(name)
        if found is None:
            found = self._named[name] = tuple(self._made(name))
            self._defined.update((variable.index, variable) for variable in found)
        return found

    def _made(self, name: bytes) -> list[Variable]:
        made: list[Variable] = []
        for one in sorted(self._declared.get(name, ()), key=attrgetter("since")):
            scope = one.function if one.kind in _PARAMETER_KINDS else self._scope(one)
            if one.origin.kind_id in _REDECLARING and any(_is_same_scope(other, scope, one) for other in made):
                continue
            variable = Variable(
                name.decode("utf-8", "replace"),
                one.kind,
                one.identifier,
                scope,
                one.function,
                one.identifier.start_byte,
                one.origin,
                one.position,
                one.visible,
                one.since,
                scope.end_byte,
            )
            made.append(variable)
        return made

    def _scope(self, declaring: Declaring) -> Node:
        origin = declaring.origin
        found = self._scopes.get(origin.id)
        if found is None:
            node: Node | None = origin
            while node is not None and node.kind_id not in _SCOPES:
                node = node.parent
            if node is None or node.kind_id in syntax.FUNCTION_KINDS:
                node = declaring.function.child_by_field_id(syntax.F_BODY) or declaring.function
            found = self._scopes[origin.id] = node
        return found

    def _find(self, identifier: Node, start: int, name: bytes) -> Variable | None:
        variables = self._of_name(name)
        if start in self._defined:
            return self._defined[start]
        found: Variable | None = None
        for variable in variables:
            if variable.since <= start < variable.end:
                found = variable
        if found is None:
            return None
        if identifier.kind_id != syntax.IDENTIFIER:
            return found if _may_be_value(identifier) else None
        return None if self.is_key(identifier) and takes_fields(identifier, self.file) else found

    def _places(self, variable: Variable) -> Iterator[Node]:
        """Yield the identifiers with the name of a variable where it may be meant."""
        data, end = self._data, variable.end
        name = data[variable.index : variable.declaration.end_byte]
        length = len(name)
        at = data.find(name, variable.since, end)
        while at >= 0:
            behind = at + length
            if data[at - 1] not in _WORD and (behind >= end or data[behind] not in _WORD):
                selected = data[at - 1] == _DOT and data[at - 3 : at] != b"..."
                node = None if selected else self.node.descendant_for_byte_range(at, behind)
                if node is not None and node.kind_id in IDENTIFIERS:
                    yield node
            at = data.find(name, behind, end)


_DOT: Final = ord(".")
_ELEMENTS: Final = frozenset({syntax.MAP_TYPE, syntax.SLICE_TYPE, syntax.ARRAY_TYPE, syntax.IMPLICIT_LENGTH_ARRAY_TYPE})
_MAY_BE_KEY: Final = frozenset((b":", b" ", b"\t", b"\r", b"\n", b"/"))


def _innermost(entities: tuple[Variable, ...], offset: int) -> Variable | None:
    best: Variable | None = None
    for entity in entities:
        if entity.visible <= offset < entity.end and (best is None or entity.scope.start_byte >= best.scope.start_byte):
            best = entity
    return best


def _is_same_scope(known: Variable, scope: Node, declaring: Declaring) -> bool:
    """Whether a variable and a later declaration of its name share a block, so that the latter only assigns."""
    if known.kind not in _PARAMETER_KINDS:
        return known.scope == scope
    return known.function == declaring.function and scope == declaring.function.child_by_field_id(syntax.F_BODY)


def _may_be_value(name: Node) -> bool:
    """Whether what the grammar took for a type's name may be a variable: `handlers[i](x)`, `a[b[i]]`, `new(x)`."""
    node: Node | None = name
    for _ in range(_DEEPEST_TYPE):
        if node is None or node.kind_id == syntax.BLOCK:
            return False
        number, parent = node.kind_id, node.parent
        if number == syntax.TYPE_INSTANTIATION_EXPRESSION:
            return True
        within = parent.kind_id if parent is not None else 0
        if number == syntax.GENERIC_TYPE and within == syntax.TYPE_CONVERSION_EXPRESSION:
            return True
        if number == syntax.TYPE_ARGUMENTS and within == syntax.CALL_EXPRESSION:
            return True
        if number in (syntax.TYPE_IDENTIFIER, syntax.QUALIFIED_TYPE) and within == syntax.ARGUMENT_LIST:
            return True
        node = parent
    return False


def takes_fields(key: Node, file: File) -> bool:
    """Whether the composite literal around a key identifier is a struct, whose keys are field names.

    Decided by the literal's type as written, through the declarations of named types; a struct when they are unknown.
    """
    literal = _literal_type(key)
    return literal is None or not _holds_elements(literal, file)


def _holds_elements(node: Node, file: File) -> bool:
    """Whether a type stands for a map, a slice or an array: its name is followed to what it is declared as."""
    for _ in range(20):
        node = syntax.unparen(node)
        declared: Object | None
        if node.kind_id == syntax.GENERIC_TYPE:
            inner = node.child_by_field_id(syntax.F_TYPE)
            if inner is None:
                return False
            node = inner
            continue
        if node.kind_id == syntax.TYPE_IDENTIFIER:
            declared = file.package.lookup(syntax.text(node), file)
        elif node.kind_id == syntax.QUALIFIED_TYPE:
            package, name = node.child_by_field_id(syntax.F_PACKAGE), node.child_by_field_id(syntax.F_NAME)
            path = file.imported_as(syntax.text(package)) if package is not None else None
            found = file.package.world.imported(path, file.package) if path is not None else None
            declared = found.lookup(syntax.text(name)) if found is not None and name is not None else None
        else:
            return node.kind_id in _ELEMENTS
        if declared is None or declared.kind != "type" or declared.shape:
            return False
        target = declared.node.child_by_field_id(syntax.F_TYPE)
        if target is None:
            return False
        node, file = target, declared.file
    return False


def _literal_type(key: Node) -> Node | None:
    """Return the type node of the literal that holds a key; an elided type is the outer literal's element type."""
    path: list[int] = []
    node = key.parent
    while node is not None and node.kind_id in (syntax.LITERAL_ELEMENT, syntax.KEYED_ELEMENT, syntax.LITERAL_VALUE):
        path.append(node.kind_id)
        node = node.parent
    if node is None or node.kind_id != syntax.COMPOSITE_LITERAL:
        return None
    result = node.child_by_field_id(syntax.F_TYPE)
    for _ in range(path.count(syntax.LITERAL_VALUE) - 1):
        if result is None:
            return None
        element = result.child_by_field_id(syntax.F_ELEMENT) or result.child_by_field_id(syntax.F_VALUE)
        if element is not None and element.kind_id == syntax.POINTER_TYPE:
            element = syntax.operands(element)[0]
        result = element
    return result
