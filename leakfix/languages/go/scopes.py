"""What the identifiers of one top-level declaration mean, as far as it declares them itself.

One query collects identifiers, scopes and declarations of a function; a sweep over them in source order keeps a symbol
table. Names that nothing in the function declares are package-level, imported, builtin or unknown: no Variable.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tree_sitter import Node, Query, QueryCursor

from leakfix.languages.go import syntax
from leakfix.languages.go.packages import PREDECLARED, Function, const_specs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from leakfix.languages.go.packages import File, Object

VariableKind: TypeAlias = Literal["local", "param", "result", "receiver", "const", "type", "typeparam"]

_PARAMETER_KINDS: Final = frozenset(("param", "result", "receiver", "typeparam"))

_QUERY: Final = Query(
    syntax.language(),
    """
    (identifier) @name
    [(block) (if_statement) (for_statement) (expression_switch_statement) (type_switch_statement) (expression_case)
     (type_case) (default_case) (communication_case)] @scope
    [(function_declaration) (method_declaration) (func_literal)] @function
    [(short_var_declaration) (range_clause) (receive_statement) (var_spec) (const_declaration) (type_spec) (type_alias)
     (type_switch_statement)] @declaration
    (keyed_element . (literal_element (identifier) @key))
    (type_conversion_expression type: (generic_type) @generic)
    (type_instantiation_expression) @generic
    (call_expression type_arguments: (type_arguments) @generic)
    (call_expression arguments: (argument_list [(type_identifier) (qualified_type)] @generic))
    """,
)


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A variable that a function declares, compared by identity; `entity` also gives local constants and types so.

    `declaration` is its defining identifier; `scope` the node that bounds it (block, if/for/switch statement, case
    clause, or function for parameters); `function` the function declaration or literal that owns it, so that a use in
    another function is a capture; `index` counts all of the top-level function in the order in which they get visible.
    `origin` is what gives it its type (parameter_declaration, short_var_declaration, var_spec, range_clause,
    receive_statement, type_switch_statement) and `position` its place there. The variable of a type switch is one
    Variable for all clauses.
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

    @property
    def is_variable(self) -> bool:
        """Whether it is a variable, and no local constant, type or type parameter."""
        return self.kind not in ("const", "type", "typeparam")

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
        sweep = _Sweep(self.node, self.file)
        self._meaning = sweep.meaning
        self._uses = sweep.uses
        self._clauses = sweep.clauses
        self._keys = sweep.keys
        self.variables = tuple(variable for variable in sweep.variables if variable.is_variable)
        self.entities = tuple(sweep.variables)
        self.has_local_types = any(entity.kind in ("type", "typeparam") for entity in sweep.variables)

    @property
    def meanings(self) -> Mapping[int, Variable]:
        """What `entity` tells, by the id of the identifier's node."""
        return self._meaning

    @classmethod
    def of_function(cls, function: Function) -> Bindings:
        """Return the bindings of a function, made once."""
        found = function.cache.get("bindings")
        if not isinstance(found, cls):
            found = function.cache["bindings"] = cls(function)
        return found

    def variable(self, identifier: Node) -> Variable | None:
        """Return the variable that an identifier defines or uses; None when it is package-level or unknown."""
        found = self._meaning.get(identifier.id)
        return found if found is not None and found.is_variable else None

    def entity(self, identifier: Node) -> Variable | None:
        """Return what an identifier means if the function declares it: a local constant, type or type parameter too."""
        return self._meaning.get(identifier.id)

    def uses(self, variable: Variable) -> tuple[Node, ...]:
        """Return the identifiers that read or assign a variable in source order, its declaration left out.

        The key `f` of `T{f: f}` is a field and no use.
        """
        return tuple(self._uses.get(variable, ()))

    def clause(self, identifier: Node) -> Node | None:
        """Return the case clause in which a type switch's variable is used here; None for every other identifier."""
        return self._clauses.get(identifier.id)

    def is_key(self, identifier: Node) -> bool:
        """Whether an identifier is the key of a composite literal's element: a field name, or an expression."""
        return identifier.id in self._keys

    def local_type(self, name: str, offset: int) -> Variable | None:
        """Return the local type or type parameter that a type name means at an offset."""
        best = self._at(offset).get(name)
        return best if best is not None and not best.is_variable and best.kind != "const" else None

    def locals_at(self, node: Node) -> dict[str, Variable]:
        """Return what the function's own names mean at a node: the innermost declaration of each."""
        return self._at(node.start_byte)

    def _at(self, offset: int) -> dict[str, Variable]:
        found: dict[str, Variable] = {}
        for entity in self.entities:
            if entity.visible <= offset < entity.scope.end_byte:
                other = found.get(entity.name)
                if other is None or entity.scope.start_byte >= other.scope.start_byte:
                    found[entity.name] = entity
        return found

    def names_at(self, node: Node) -> set[str]:
        """Return every name visible at a node: local, package-level, imported or predeclared; parses the package."""
        names = set(self.locals_at(node))
        names |= self.file.package.names() | self.file.imports.keys() | PREDECLARED
        return names


class _Sweep:
    """One pass over the captures of a declaration, ordered by offset, with a symbol table."""

    def __init__(self, declaration: Node, file: File) -> None:
        self._file = file
        self._data = file.data
        self.meaning: dict[int, Variable] = {}
        self.uses: dict[Variable, list[Node]] = {}
        self.clauses: dict[int, Node] = {}
        self.keys: frozenset[int] = frozenset()
        self.variables: list[Variable] = []
        self._defining: set[int] = set()
        self._switched: set[int] = set()
        self._events: list[tuple[int, int, int, int, Callable[[Node], None], Node]] = []
        self._table: dict[bytes, list[Variable]] = {}
        self._scopes: list[tuple[Node, list[bytes]]] = []
        self._functions: list[Node] = []
        captures = QueryCursor(_QUERY).captures(declaration)
        self._collect(captures)
        self._run(captures)

    def _collect(self, captures: dict[str, list[Node]]) -> None:
        bodies: set[int] = set()
        for function in captures.get("function", ()):
            body = function.child_by_field_id(syntax.F_BODY)
            self._at(function.start_byte, 1, -function.end_byte, self._open_function, function)
            self._at(function.end_byte, 0, -function.start_byte, self._close_function, function)
            if function.kind_id != syntax.FUNC_LITERAL:
                self._at(function.start_byte, 1, 0, self._define_type_parameters, function)
            if body is not None:
                bodies.add(body.id)
                self._at(body.start_byte, 0, 0, self._define_parameters, function)
        for scope in captures.get("scope", ()):
            if scope.id not in bodies:
                self._at(scope.start_byte, 1, -scope.end_byte, self._open, scope)
                self._at(scope.end_byte, 0, -scope.start_byte, self._close, scope)
        for declaration in captures.get("declaration", ()):
            _COLLECTORS[declaration.kind_id](self, declaration)
        self._events.sort()

    def _at(self, offset: int, priority: int, nesting: int, action: Callable[[Node], None], node: Node) -> None:
        # The running number is unique: sorting never compares actions.
        self._events.append((offset, priority, nesting, len(self._events), action, node))

    def _run(self, captures: dict[str, list[Node]]) -> None:
        uncertain = tuple(_doubtful(captures))
        doubtful = {node.id for node in uncertain}
        names = sorted([*captures.get("name", ()), *uncertain], key=_start)
        self.keys = frozenset(node.id for node in captures.get("key", ()))
        special = self.keys | self._defining | doubtful
        events, data, table, meaning, uses = self._events, self._data, self._table, self.meaning, self.uses
        switched = self._switched
        done, count = 0, len(events)
        due = events[0][0] if events else len(data) + 1
        for node in names:
            start = node.start_byte
            while due <= start:
                event = events[done]
                event[4](event[5])
                done += 1
                due = events[done][0] if done < count else len(data) + 1
            stack = table.get(data[start : node.end_byte])
            if stack:
                identity = node.id
                variable = stack[-1]
                if identity in special and not self._is_use(node, doubtful):
                    continue
                meaning[identity] = variable
                uses.setdefault(variable, []).append(node)
                if variable.index in switched:
                    self._note_clause(node, variable)
        for event in events[done:]:
            event[4](event[5])

    def _is_use(self, node: Node, doubtful: set[int]) -> bool:
        if node.id in self._defining:
            return False
        return node.id in doubtful or not takes_fields(node, self._file)

    def _note_clause(self, node: Node, variable: Variable) -> None:
        for outer, inner in zip(self._scopes, self._scopes[1:], strict=False):
            if outer[0].id == variable.scope.id:
                self.clauses[node.id] = inner[0]

    def _open(self, node: Node) -> None:
        self._scopes.append((node, []))

    def _close(self, _: Node) -> None:
        for name in self._scopes.pop()[1]:
            self._table[name].pop()

    def _open_function(self, node: Node) -> None:
        self._functions.append(node)
        self._open(node)

    def _close_function(self, node: Node) -> None:
        self._functions.pop()
        self._close(node)

    def _define(self, identifier: Node, kind: VariableKind, origin: Node, position: int, visible: int) -> None:
        name = self._data[identifier.start_byte : identifier.end_byte]
        if name == b"_" or not self._functions:
            return
        scope, own = self._scopes[-1]
        if kind not in _PARAMETER_KINDS and scope.kind_id in syntax.FUNCTION_KINDS:
            scope = scope.child_by_field_id(syntax.F_BODY) or scope
        variable = Variable(
            name.decode("utf-8", "replace"),
            kind,
            identifier,
            scope,
            self._functions[-1],
            len(self.variables),
            origin,
            position,
            visible,
        )
        self.variables.append(variable)
        self.meaning[identifier.id] = variable
        self._table.setdefault(name, []).append(variable)
        own.append(name)

    def _define_type_parameters(self, function: Node) -> None:
        parameters = function.child_by_field_id(syntax.F_TYPE_PARAMETERS)
        position = 0
        for declaration in parameters.named_children if parameters is not None else ():
            for name in syntax.field_children(declaration, syntax.F_NAME):
                self._define(name, "typeparam", declaration, position, name.start_byte)
                position += 1
        for position, name in enumerate(receiver_type_parameters(function)):
            self._define(name, "typeparam", function, position, name.start_byte)

    def _define_parameters(self, function: Node) -> None:
        kinds: tuple[tuple[int, VariableKind], ...] = (
            (syntax.F_RECEIVER, "receiver"),
            (syntax.F_PARAMETERS, "param"),
            (syntax.F_RESULT, "result"),
        )
        for number, kind in kinds:
            parameters = function.child_by_field_id(number)
            if parameters is None or parameters.kind_id != syntax.PARAMETER_LIST:
                continue
            position = 0
            for declaration in parameters.named_children:
                names = syntax.field_children(declaration, syntax.F_NAME)
                for name in names:
                    self._define(name, kind, declaration, position, name.end_byte)
                    position += 1
                position += not names

    def _collect_short(self, declaration: Node) -> None:
        left = declaration.child_by_field_id(syntax.F_LEFT)
        if left is not None:
            self._defining.update(node.id for node in left.named_children)
            self._at(declaration.end_byte, 0, -declaration.start_byte, self._define_short, declaration)

    def _collect_if_defining(self, declaration: Node) -> None:
        if any(child.kind_id == syntax.DEFINE for child in declaration.children):
            self._collect_short(declaration)

    def _define_short(self, declaration: Node) -> None:
        left = declaration.child_by_field_id(syntax.F_LEFT)
        assert left is not None
        own = self._scopes[-1][1] if self._scopes else []
        for position, node in enumerate(syntax.operands(left)):
            name = self._data[node.start_byte : node.end_byte]
            if node.kind_id != syntax.IDENTIFIER:
                continue
            if name in own:
                variable = self._table[name][-1]
                self.meaning[node.id] = variable
                self._insert_use(variable, node)
            else:
                self._define(node, "local", declaration, position, declaration.end_byte)

    def _insert_use(self, variable: Variable, node: Node) -> None:
        """Add a use that became known after later ones: `x, err := f(x)`."""
        known = self.uses.setdefault(variable, [])
        at = len(known)
        while at and known[at - 1].start_byte > node.start_byte:
            at -= 1
        known.insert(at, node)

    def _collect_var(self, spec: Node) -> None:
        self._defining.update(node.id for node in syntax.field_children(spec, syntax.F_NAME))
        self._at(spec.end_byte, 0, -spec.start_byte, self._define_var, spec)

    def _define_var(self, spec: Node) -> None:
        for position, name in enumerate(syntax.field_children(spec, syntax.F_NAME)):
            self._define(name, "local", spec, position, spec.end_byte)

    def _collect_const(self, declaration: Node) -> None:
        for spec, _ in const_specs(declaration):
            self._defining.update(node.id for node in syntax.field_children(spec, syntax.F_NAME))
            self._at(spec.end_byte, 0, -spec.start_byte, self._define_const, spec)

    def _define_const(self, spec: Node) -> None:
        for position, name in enumerate(syntax.field_children(spec, syntax.F_NAME)):
            self._define(name, "const", spec, position, spec.end_byte)

    def _collect_type(self, spec: Node) -> None:
        name = spec.child_by_field_id(syntax.F_NAME)
        if name is not None:
            self._at(name.start_byte, 1, 0, self._define_type, spec)

    def _define_type(self, spec: Node) -> None:
        name = spec.child_by_field_id(syntax.F_NAME)
        assert name is not None
        self._define(name, "type", spec, 0, name.start_byte)

    def _collect_switch(self, switch: Node) -> None:
        alias = switch.child_by_field_id(syntax.F_ALIAS)
        value = switch.child_by_field_id(syntax.F_VALUE)
        if alias is not None and value is not None:
            self._defining.update(node.id for node in alias.named_children)
            self._at(value.end_byte, 0, -value.start_byte, self._define_alias, switch)

    def _define_alias(self, switch: Node) -> None:
        alias = switch.child_by_field_id(syntax.F_ALIAS)
        self._switched.add(len(self.variables))
        for name in syntax.operands(alias)[:1] if alias is not None else ():
            self._define(name, "local", switch, 0, name.end_byte)


_COLLECTORS: Final[dict[int, Callable[[_Sweep, Node], None]]] = {
    syntax.SHORT_VAR_DECLARATION: _Sweep._collect_short,
    syntax.RANGE_CLAUSE: _Sweep._collect_if_defining,
    syntax.RECEIVE_STATEMENT: _Sweep._collect_if_defining,
    syntax.VAR_SPEC: _Sweep._collect_var,
    syntax.CONST_DECLARATION: _Sweep._collect_const,
    syntax.TYPE_SPEC: _Sweep._collect_type,
    syntax.TYPE_ALIAS: _Sweep._collect_type,
    syntax.TYPE_SWITCH_STATEMENT: _Sweep._collect_switch,
}


def takes_fields(key: Node, file: File) -> bool:
    """Whether the composite literal around a key identifier is a struct, whose keys are field names.

    Decided by the literal's type as written, through the declarations of named types; a struct when they are unknown.
    """
    literal = _literal_type(key)
    found = type_literal(literal, file) if literal is not None else None
    return found is None or found.kind_id not in (
        syntax.MAP_TYPE,
        syntax.SLICE_TYPE,
        syntax.ARRAY_TYPE,
        syntax.IMPLICIT_LENGTH_ARRAY_TYPE,
    )


def type_literal(node: Node, file: File) -> Node | None:
    """Follow a type name to the type literal it stands for; None when a declaration on the way is not found."""
    for _ in range(20):
        node = syntax.unparen(node)
        declared: Object | None
        if node.kind_id == syntax.GENERIC_TYPE:
            inner = node.child_by_field_id(syntax.F_TYPE)
            if inner is None:
                return None
            node = inner
            continue
        if node.kind_id == syntax.TYPE_IDENTIFIER:
            declared = file.package.lookup(syntax.text(node), file)
        elif node.kind_id == syntax.QUALIFIED_TYPE:
            package, name = node.child_by_field_id(syntax.F_PACKAGE), node.child_by_field_id(syntax.F_NAME)
            path = file.imports.get(syntax.text(package)) if package is not None else None
            found = file.package.world.imported(path, file.package) if path is not None else None
            declared = found.lookup(syntax.text(name)) if found is not None and name is not None else None
        else:
            return node
        target = declared.node.child_by_field_id(syntax.F_TYPE) if declared and declared.kind == "type" else None
        if declared is None or target is None:
            return None
        node, file = target, declared.file
    return None


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


def receiver_type_parameters(function: Node) -> tuple[Node, ...]:
    """Return the names that a method's receiver gives its type's parameters: K and V in `func (m *M[K, V]) f()`."""
    receiver = function.child_by_field_id(syntax.F_RECEIVER)
    for parameter in receiver.named_children if receiver is not None else ():
        node = parameter.child_by_field_id(syntax.F_TYPE)
        while node is not None and node.kind_id != syntax.GENERIC_TYPE:
            node = next(iter(syntax.operands(node)), None)
        arguments = node.child_by_field_id(syntax.F_TYPE_ARGUMENTS) if node is not None else None
        if arguments is not None:
            elements = [syntax.operands(element) for element in syntax.operands(arguments)]
            return tuple(element[0] for element in elements if element)
    return ()


def _doubtful(captures: dict[str, list[Node]]) -> Iterator[Node]:
    """Yield names that the grammar took for types and that may be variables: `handlers[i](x)`, `a[b[i]]`, `new(x)`."""
    for generic in captures.get("generic", ()):
        waiting = [generic]
        while waiting:
            node = waiting.pop()
            if node.kind_id in (syntax.TYPE_IDENTIFIER, syntax.PACKAGE_IDENTIFIER):
                yield node
            else:
                waiting.extend(node.named_children)


_start: Final = attrgetter("start_byte")
