"""What the names of a file mean by Python's own rules, and where each variable is bound and used.

One table a file serves all of its functions. A function, lambda, class body and comprehension is a scope of its own;
the names of a class body are seen by nothing nested in it; a comprehension's first iterable, defaults, decorators and
annotations belong to the scope around; a walrus binds around its comprehension; `global` and `nonlocal` count.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.files import parameters
from leakfix.languages.python.first_look import words
from leakfix.languages.python.imports import imported
from leakfix.languages.python.variables import Binding, Scope, Variable, names_in
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.python.files import PyFile
    from leakfix.languages.python.variables import BindingKind, ScopeKind, VariableKind

_SITES: Final = """
(assignment left: [(identifier) (pattern_list) (tuple_pattern) (list_pattern)] @assign)
(augmented_assignment left: (identifier) @augment)
(for_statement left: (_) @for)
(for_in_clause left: (_) @for)
(named_expression name: (identifier) @walrus)
(as_pattern alias: (as_pattern_target (_) @as))
(case_pattern (as_pattern (identifier) @match))
(case_pattern (dotted_name . (identifier) @match .))
(keyword_pattern (dotted_name . (identifier) @match .))
(union_pattern (dotted_name . (identifier) @match .))
(splat_pattern (identifier) @match)
(delete_statement (_) @del)
(function_definition name: (identifier) @function)
(class_definition name: (identifier) @class)
(type_alias_statement left: (type (identifier) @type))
[(import_statement) (import_from_statement)] @import
(global_statement) @global
(nonlocal_statement) @nonlocal
[(function_definition) (lambda) (class_definition) (list_comprehension) (set_comprehension)
 (dictionary_comprehension) (generator_expression)] @scope
"""
_SIMPLE: Final[tuple[BindingKind, ...]] = ("augment", "walrus", "match", "function", "class", "type")
_WORD_BYTES: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(
    range(128, 256)
)
_NO_CAPTURE: Final = b"_"


class Scopes:
    """All scopes and variables of one file; definitions, and methods of classes, are looked at when asked for."""

    def __init__(self, file: PyFile) -> None:
        """Find what the module binds, and where its definitions stand."""
        self.file = file
        self._data = file.data
        self.module = Scope("module", file.root, None)
        self._by_node: dict[int, Scope] = {file.root.id: self.module}
        self._bound: dict[int, Variable] = {}
        self._module = _Part(file.root, self.module, 0, len(self._data) + 1)
        # Names are asked for one after the other: that of the next is mostly in the same definition.
        self._last = _Part(file.root, self.module, 0, 0)
        self._load_around(self._module, file.root, self.module)
        # What says `global` anywhere binds names of the module.
        for at in words(self._data, b"global"):
            self.scope_at(at)
        self._globals = {name for scope in self._by_node.values() for name in scope.globals}
        _sort(self.module)

    @classmethod
    def of(cls, file: PyFile) -> Scopes:
        """Return the table of a file, made once."""
        known = file.cache.get("scopes")
        if not isinstance(known, cls):
            known = file.cache["scopes"] = cls(file)
        return known

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """All scopes, the module's first."""
        waiting = [self._module]
        while waiting:
            part = waiting.pop()
            self.scope_at(part.start)
            waiting += part.inner
        return tuple(self._by_node.values())

    def scope_at(self, offset: int) -> Scope:
        """Return the scope in which a name at a byte offset is looked up."""
        part = self._last
        if not part.start <= offset < part.end:
            part = self._part_at(offset)
            if not part.inner:
                self._last = part
        return part.scopes[bisect_right(part.starts, offset) - 1]

    def _part_at(self, offset: int) -> _Part:
        """The innermost part that holds an offset, which is looked at now if it was not before."""
        part = self._module
        while part.inner:
            number = bisect_right(part.inner_starts, offset) - 1
            if number < 0 or offset >= part.inner[number].end:
                break
            part = part.inner[number]
            if not part.scopes:
                self._load(part)
        return part

    def scope_of(self, node: Node) -> Scope:
        """Return the scope that a function_definition, lambda, class, comprehension or the root makes."""
        if node.id not in self._by_node:
            self.scope_at(node.start_byte)
        return self._by_node[node.id]

    def _load(self, part: _Part) -> None:
        """Look at a definition: all of a function, and of a class what is around the definitions in it."""
        definition = syntax.definition(part.node)
        body = definition.child_by_field_name("body") if definition.type == syntax.CLASS_DEFINITION else None
        if body is not None:
            self._by_node[definition.id] = scope = Scope("class", definition, part.around)
            self._load_around(part, body, scope)
            return
        found = syntax.captures(_SITES, part.node)
        self._lay_out(part, found.get("scope", []), [(part.start, part.end, part.around)])
        self._take(found)

    def _load_around(self, part: _Part, body: Node, scope: Scope) -> None:
        """Look at a module or class, and at nothing in its body that has a scope of its own but the name."""
        children = body.children
        part.inner = [_Part(one, scope, one.start_byte, one.end_byte) for one in children if one.type in _DEFINITIONS]
        part.inner_starts = [one.start for one in part.inner]
        found: dict[str, list[Node]] = {"import": [child for child in children if child.type in _IMPORTING]}
        head = Span(part.start, body.start_byte)
        has_scopes = any(self._data.find(word, head.start, head.end) >= 0 for word in _MAKING_SCOPES)
        for span in (*((head,) if has_scopes else ()), *_between(children)):
            for kind, nodes in syntax.captures(_SITES, part.node, span).items():
                inside = (node for node in nodes if span.start <= node.start_byte and node.end_byte <= span.end)
                found.setdefault(kind, []).extend(inside)
        around = [(part.start, part.end, part.around), (body.start_byte, body.end_byte, scope)]
        self._lay_out(part, found.get("scope", []), around)
        for one in part.inner:
            inner = syntax.definition(one.node)
            name = inner.child_by_field_name("name")
            if name is not None:
                is_class = inner.type == syntax.CLASS_DEFINITION
                self._bind(Binding("class" if is_class else "function", name, name), scope)
        self._take(found)
        _sort(scope)

    def _take(self, found: dict[str, list[Node]]) -> None:
        """Make the variables of what a query found in a stretch of the file whose scopes are laid out."""
        for node in found.get("global", []):
            self.scope_at(node.start_byte).globals.update(child.text or b"" for child in node.named_children)
        for node in found.get("nonlocal", []):
            self.scope_at(node.start_byte).nonlocals.update(child.text or b"" for child in node.named_children)
        bindings = [one for one in self._bindings(found) if one[0].identifier.start_byte not in self._bound]
        bindings.sort(key=lambda one: one[0].identifier.start_byte)
        for binding, scope in bindings:
            self._bind(binding, scope)

    def variable(self, identifier: Node) -> Variable | None:
        """Return the variable that an identifier binds or uses; None of builtins, unknown names and attributes."""
        if identifier.type != syntax.IDENTIFIER:
            return None
        start = identifier.start_byte
        scope = self.scope_at(start)
        known = self._bound.get(start)
        if known is not None:
            return known
        found = self.lookup(identifier.text or b"", scope)
        return found if found is not None and _is_name(identifier) else None

    def lookup(self, name: bytes, scope: Scope) -> Variable | None:
        """Return what a name means in a scope; None if nothing in the file binds it."""
        at: Scope | None = scope
        while at is not None:
            if name in at.globals:
                return self.module.variables.get(name)
            if (at is scope or at.kind != "class") and name not in at.nonlocals:
                found = at.variables.get(name)
                if found is not None:
                    return found
            at = at.parent
        return None

    def uses(self, variable: Variable) -> tuple[Node, ...]:
        """Return all identifiers that mean a variable and do not bind it, in source order.

        Those in nested functions and `del` are among them, and of an augmented assignment the target: it reads too.
        """
        if variable.uses is None:
            bound = {one.identifier.start_byte for one in variable.bindings if one.kind != "augment"}
            variable.uses = tuple(node for node in self._mentions(variable) if node.start_byte not in bound)
        return variable.uses

    def _mentions(self, variable: Variable) -> Iterator[Node]:
        data, name = self._data, variable.name.encode()
        root = self.file.root
        node = variable.node
        start, end = node.start_byte, node.end_byte
        if name in self._globals:
            start, end = 0, len(data)
        at = data.find(name, start, end)
        while at >= 0:
            behind = at + len(name)
            if (at == 0 or data[at - 1] not in _WORD_BYTES) and (behind >= end or data[behind] not in _WORD_BYTES):
                found = root.descendant_for_byte_range(at, behind)
                if (
                    found is not None
                    and found.type == syntax.IDENTIFIER
                    and found.start_byte == at
                    and self.variable(found) is variable
                ):
                    yield found
            at = data.find(name, behind, end)

    def _lay_out(self, part: _Part, nodes: list[Node], around: list[tuple[int, int, Scope]]) -> None:
        """Make the scopes of nodes in source order, and the table of which one holds an offset of a part.

        `around` are the scopes that there are already, outermost first, with their stretches.
        """
        spans = list(around)
        for node in nodes:
            while around[-1][1] <= node.start_byte:
                around.pop()
            parent = _holder(around, node.start_byte)
            scope = Scope(_kind(node), node, parent)
            self._by_node[node.id] = scope
            inner = node if scope.kind == "comprehension" else node.child_by_field_name("body")
            span = (inner.start_byte, inner.end_byte, scope) if inner is not None else (node.end_byte,) * 2 + (scope,)
            spans.append(span)
            around.append(span)
            hole = _first_iterable(node) if scope.kind == "comprehension" else None
            if hole is not None:
                around.append((hole.start_byte, hole.end_byte, parent))
                spans.append(around[-1])
        part.starts, part.scopes = _flattened(spans)

    def _bindings(self, found: dict[str, list[Node]]) -> Iterator[tuple[Binding, Scope]]:
        for node in found.get("assign", []):
            parent = node.parent
            value = _assigned(parent) if parent is not None else None
            annotation = parent.child_by_field_name("type") if parent is not None else None
            for name in names_in(node):
                yield Binding("assign", name, node, value, annotation), self.scope_at(name.start_byte)
        for node in found.get("for", []):
            parent = node.parent
            value = parent.child_by_field_name("right") if parent is not None else None
            for name in names_in(node):
                yield Binding("for", name, node, value), self.scope_at(name.start_byte)
        for node in found.get("as", []):
            holder = node.parent.parent if node.parent is not None else None
            kind: BindingKind = "except" if _is_except(holder) else "with"
            value = syntax.named(holder)[0] if holder is not None and kind == "with" else None
            for name in names_in(node):
                yield Binding(kind, name, node, value), self.scope_at(name.start_byte)
        for node in found.get("del", []):
            for name in names_in(node):
                yield Binding("del", name, node), self.scope_at(name.start_byte)
        for kind in _SIMPLE:
            yield from self._simple(kind, found.get(kind, []))
        for node in found.get("import", []):
            for one in imported(node, self.file.package):
                if one.name:
                    yield Binding("import", one.node, one.node, symbol=one.target), self.scope_at(one.node.start_byte)
        yield from self._parameters(found.get("scope", []))

    def _simple(self, kind: BindingKind, nodes: list[Node]) -> Iterator[tuple[Binding, Scope]]:
        for node in nodes:
            scope = self.scope_at(node.start_byte)
            value = None
            if kind == "walrus":
                while scope.kind == "comprehension" and scope.parent is not None:
                    scope = scope.parent
                value = node.parent.child_by_field_name("value") if node.parent is not None else None
            elif kind == "match" and node.text == _NO_CAPTURE:
                continue
            yield Binding(kind, node, node, value), scope

    def _parameters(self, nodes: Iterable[Node]) -> Iterator[tuple[Binding, Scope]]:
        for node in nodes:
            listed = node.child_by_field_name("parameters") if node.type in syntax.FUNCTIONS else None
            for param in parameters(listed) if listed is not None else ():
                binding = Binding("param", param.identifier, param.identifier, None, param.annotation, param=param)
                yield binding, self._by_node[node.id]

    def _bind(self, binding: Binding, scope: Scope) -> None:
        name = binding.identifier.text or b""
        if name in scope.globals:
            scope = self.module
        elif name in scope.nonlocals:
            scope = _nonlocal(name, scope)
        variable = scope.variables.get(name)
        if variable is None:
            variable = Variable(name.decode("utf-8", "replace"), _variable_kind(scope, binding), scope)
            scope.variables[name] = variable
        (variable.deletions if binding.kind == "del" else variable.bindings).append(binding)
        self._bound[binding.identifier.start_byte] = variable


@dataclass(slots=True, eq=False)
class _Part:
    """What is looked at as a whole: a definition, or the module. Those that stand in its body are parts themselves.

    Nothing but its place is known of it before: then `scopes` is empty.
    """

    node: Node
    around: Scope
    """The scope that it stands in."""
    start: int
    end: int
    starts: list[int] = field(default_factory=list)
    """Where the scope that names are looked up in changes, to the one in the same place of `scopes`."""
    scopes: list[Scope] = field(default_factory=list)
    inner: list[_Part] = field(default_factory=list)
    inner_starts: list[int] = field(default_factory=list)


_DEFINITIONS: Final = frozenset((syntax.FUNCTION_DEFINITION, syntax.CLASS_DEFINITION, syntax.DECORATED_DEFINITION))


_IMPORTING: Final = frozenset((syntax.IMPORT_STATEMENT, syntax.IMPORT_FROM_STATEMENT))
_MAKING_SCOPES: Final = (b"lambda", b"for", b":=")


def _between(children: list[Node]) -> Iterator[Span]:
    """Yield the stretches between the definitions and imports of a body where there is more than text."""
    first = last = None
    for child in children:
        kind = child.type
        if kind in _DEFINITIONS or kind in _IMPORTING:
            if first is not None and last is not None:
                yield Span(first.start_byte, last.end_byte)
            first = None
        elif kind != syntax.COMMENT and not (kind == syntax.EXPRESSION_STATEMENT and _is_text(child)):
            first, last = first or child, child
    if first is not None and last is not None:
        yield Span(first.start_byte, last.end_byte)


def _is_text(statement: Node) -> bool:
    """Whether a statement is nothing but a string in which nothing is evaluated: a docstring."""
    child = statement.child(0)
    return child is not None and child.type == syntax.STRING and b"{" not in (statement.text or b"")


def _flattened(spans: list[tuple[int, int, Scope]]) -> tuple[list[int], list[Scope]]:
    """Flatten nested spans, the first of which holds all, into the places where the innermost scope changes."""
    outermost = spans[0][2]
    spans.sort(key=lambda span: (span[0], -span[1]))
    open_spans: list[tuple[int, Scope]] = []
    changes: list[tuple[int, Scope]] = []
    for start, end, scope in spans:
        while open_spans and open_spans[-1][0] <= start:
            ended = open_spans.pop()[0]
            changes.append((ended, open_spans[-1][1] if open_spans else outermost))
        changes.append((start, scope))
        open_spans.append((end, scope))
    while len(open_spans) > 1:
        changes.append((open_spans.pop()[0], open_spans[-1][1]))
    return [at for at, _ in changes], [scope for _, scope in changes]


def _sort(scope: Scope) -> None:
    """Put the bindings of each variable in source order."""
    for variable in scope.variables.values():
        variable.bindings.sort(key=lambda one: one.identifier.start_byte)


def _assigned(assignment: Node) -> Node | None:
    """The value of an assignment, behind all targets of `a = b = value`."""
    right = assignment.child_by_field_name("right")
    while right is not None and right.type == syntax.ASSIGNMENT:
        right = right.child_by_field_name("right")
    return right


def _is_except(holder: Node | None) -> bool:
    parent = holder.parent if holder is not None else None
    return parent is not None and parent.type == syntax.EXCEPT_CLAUSE


def _kind(node: Node) -> ScopeKind:
    if node.type in syntax.COMPREHENSIONS:
        return "comprehension"
    if node.type == syntax.CLASS_DEFINITION:
        return "class"
    return "lambda" if node.type == syntax.LAMBDA else "function"


def _holder(around: list[tuple[int, int, Scope]], offset: int) -> Scope:
    """The innermost scope whose own stretch holds an offset: a default value lies in the function, not in its scope."""
    for start, end, scope in reversed(around):
        if start <= offset < end:
            return scope
    return around[0][2]


def _first_iterable(comprehension: Node) -> Node | None:
    for child in comprehension.named_children:
        if child.type == syntax.FOR_IN_CLAUSE:
            return child.child_by_field_name("right")
    return None


def _nonlocal(name: bytes, scope: Scope) -> Scope:
    at = scope.parent
    while at is not None and at.parent is not None:
        if at.kind != "class" and name not in at.nonlocals and name in at.variables:
            return at
        at = at.parent
    return scope


def _variable_kind(scope: Scope, binding: Binding) -> VariableKind:
    if scope.kind == "module":
        return "global"
    if scope.kind == "class":
        return "class"
    return "param" if binding.kind == "param" else "local"


def _is_name(identifier: Node) -> bool:
    """Whether an identifier is looked up as a name: no attribute, keyword, or part of an import."""
    parent = identifier.parent
    if parent is None:
        return True
    kind = parent.type
    if kind == syntax.ATTRIBUTE:
        held = parent.child_by_field_name("object")
        return held is not None and held.start_byte == identifier.start_byte and held.end_byte == identifier.end_byte
    if kind == syntax.KEYWORD_ARGUMENT:
        name = parent.child_by_field_name("name")
        return name is None or name.start_byte != identifier.start_byte
    if kind == syntax.DOTTED_NAME:
        above = parent.parent
        if above is not None and above.type in _IMPORTS:
            return False
        return parent.named_children[0].start_byte == identifier.start_byte
    if kind == syntax.KEYWORD_PATTERN:
        return False
    return kind not in (syntax.GLOBAL_STATEMENT, syntax.NONLOCAL_STATEMENT, syntax.ALIASED_IMPORT)


_IMPORTS: Final = frozenset(
    (
        syntax.IMPORT_STATEMENT,
        syntax.IMPORT_FROM_STATEMENT,
        syntax.ALIASED_IMPORT,
        syntax.RELATIVE_IMPORT,
        syntax.FUTURE_IMPORT_STATEMENT,
    )
)
