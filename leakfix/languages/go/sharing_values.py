"""Expressions of Go as what memory their values share (go.dev/ref/spec#Expressions).

A value is the places that may hold that memory. Slicing, trimming and splitting cut it; conversions between strings and
slices, concatenation and every call of which nothing is known make something new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow.memory import Cut, Part, Size, Source
from leakfix.languages.go import syntax, types
from leakfix.languages.go.objects import Object
from leakfix.languages.go.sharing_calls import SharingCalls
from leakfix.languages.go.sharing_fields import field_pointer
from leakfix.languages.go.sharing_frame import SharingFrame, span_of
from leakfix.languages.go.types import Array, Basic, Pointer, Signature, Slice

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.flow import Place
    from leakfix.languages.go.objects import Function
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.sharing_calls import Summary
    from leakfix.languages.go.sharing_places import Places
    from leakfix.languages.go.sharing_sizes import Sizes
    from leakfix.text import Span

Value = tuple["Place", ...]


_F_START, _F_END, _F_CAPACITY = syntax.field("start"), syntax.field("end"), syntax.field("capacity")
_PARTS = {"part": Part.SLICE, "head": Part.SLICE, "tail": Part.SLICE, "most": Part.MOST, "list": Part.LIST}
_GIVING_BACK = (".Put", ".put", ".Release", ".release")
_BUILTINS = frozenset(
    {"append", "make", "len", "cap", "copy", "new", "delete", "min", "max", "clear", "panic", "close"}
)
_MEMORY_TYPES = frozenset({syntax.SLICE_TYPE, syntax.TYPE_IDENTIFIER, syntax.QUALIFIED_TYPE, syntax.GENERIC_TYPE})
_EMPTY = ('""', "``")


class SharingValues:
    """Evaluates the expressions of one function."""

    def __init__(
        self,
        frame: SharingFrame,
        places: Places,
        sizes: Sizes,
        literal: Callable[[Node], None],
        summary: Callable[[Function], Summary],
    ) -> None:
        """``literal`` lowers the body of a function literal, ``summary`` tells what a function does with arguments."""
        self.frame = frame
        self.places = places
        self.sizes = sizes
        self.calls = SharingCalls(self, summary)
        self.literal = literal
        self._handlers: dict[int, Callable[[Node], Value]] = {
            syntax.IDENTIFIER: self._named,
            syntax.SELECTOR_EXPRESSION: self._named,
            syntax.INDEX_EXPRESSION: self._index,
            syntax.SLICE_EXPRESSION: self._slice,
            syntax.CALL_EXPRESSION: lambda node: self.calls.call(node).get(0, ()),
            syntax.TYPE_CONVERSION_EXPRESSION: self._conversion,
            syntax.COMPOSITE_LITERAL: self._composite,
            syntax.LITERAL_VALUE: self._composite,
            syntax.FUNC_LITERAL: self._closure,
            syntax.UNARY_EXPRESSION: self._unary,
            syntax.BINARY_EXPRESSION: self._binary,
            syntax.PARENTHESIZED_EXPRESSION: self._inner,
            syntax.TYPE_ASSERTION_EXPRESSION: self._inner,
            syntax.LITERAL_ELEMENT: self._inner,
            syntax.VARIADIC_ARGUMENT: self._inner,
        }

    def value(self, node: Node) -> Value:
        """Evaluate an expression of one value."""
        handler = self._handlers.get(node.kind_id)
        return handler(node) if handler is not None else ()

    def values(self, node: Node, count: int) -> list[Value]:
        """Evaluate an expression in a context of ``count`` values."""
        inner = syntax.unparen(node)
        found = self.calls.call(inner) if inner.kind_id == syntax.CALL_EXPRESSION else {0: self.value(inner)}
        return [found.get(index, ()) for index in range(count)]

    def settled(self, node: Node, value: Value) -> Value:
        """The value as it is now, whatever is assigned to its places later."""
        if not value:
            return ()
        held = self.frame.temporary(span_of(node))
        self.frame.hold(node, value, held, entry=False)
        return (held,)

    def parameters(self, function: Node, *, every: bool) -> None:
        """The strings and slices that the function is given are blocks of their own.

        Those of which nothing is known are followed where it cuts parts of constant length, or with ``every``.
        """
        every = every or self.sizes.cuts_fixed(self.frame.function)
        if not every and not self.sizes.is_called(self.frame.function):
            return
        index = 0
        for variable in self.frame.bindings.variables:
            if variable.function != function or variable.kind != "param":
                continue
            found = self._parameter(variable, index, every)
            if found is not None:
                self.frame.sharing.parameters[index] = len(self.frame.sharing.sources)
                self.frame.source(found, self.places.place(variable.declaration))
            index += 1

    def _parameter(self, variable: Variable, index: int, every: bool) -> Source | None:
        written = variable.origin.child_by_field_id(syntax.F_TYPE)
        if written is None or written.kind_id not in _MEMORY_TYPES or not self.frame.bindings.uses(variable):
            return None
        if not is_memory(types.core(self.frame.types.variable(variable))):
            return None
        found = self.sizes.of_parameter(self.frame.function, variable, index)
        return found if every or found.size is not Size.UNKNOWN else None

    def each(self, clause: Node, loop: Node, ranged: Value) -> Value:
        """What a range over a value gives, turn by turn."""
        cut = Cut(span_of(clause), Part.EACH, loop=span_of(loop))
        return (*self.frame.cut(cut, ranged), *(place.below("[]") for place in ranged if place.root > 0))

    def is_sequence(self, node: Node) -> bool:
        """Whether a range is over an iterator function."""
        node = syntax.unparen(node)
        return node.kind_id == syntax.CALL_EXPRESSION and isinstance(types.core(self.frame.types.of(node)), Signature)

    def _inner(self, node: Node) -> Value:
        operands = syntax.operands(node)
        return self.value(operands[0]) if operands else ()

    def _named(self, node: Node) -> Value:
        place = self.places.place(node)
        if place is None and node.kind_id == syntax.SELECTOR_EXPRESSION:
            operand = node.child_by_field_id(syntax.F_OPERAND)
            if operand is not None and operand.kind_id != syntax.IDENTIFIER:
                self.value(operand)
        return self.frame.use(place) if place is not None else ()

    def _index(self, node: Node) -> Value:
        operand, index = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_INDEX)
        value = self.value(operand) if operand is not None else ()
        if index is None:
            return ()
        self.value(index)
        if not value:
            return ()
        loop = self._counting_loop(index)
        if loop is not None:
            cut = Cut(span_of(node), Part.EACH, loop=loop)
        else:
            at = syntax.text(index)
            is_last = at.startswith("len(") and at.endswith("-1")
            cut = Cut(span_of(node), Part.ELEMENT, head=at == "0", tail=is_last or (at.isdigit() and at != "0"))
        return (*self.frame.cut(cut, value), *(place.below("[]") for place in value))

    def _counting_loop(self, index: Node) -> Span | None:
        """The loop that an index counts the turns of."""
        variable = self.frame.bindings.variable(index) if index.kind_id == syntax.IDENTIFIER else None
        loop = variable.scope if variable is not None else None
        if variable is None or loop is None or loop.kind_id != syntax.FOR_STATEMENT or variable.position != 0:
            return None
        return span_of(loop)

    def _slice(self, node: Node) -> Value:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is None:
            return ()
        start, end = node.child_by_field_id(_F_START), node.child_by_field_id(_F_END)
        for bound in (start, end):
            if bound is not None:
                self.value(bound)
        value = self.cut_from(operand)
        head = start is None or syntax.text(start) == "0"
        tail = end is None or syntax.text(end) == f"len({syntax.text(operand)})"
        if head and tail:
            return value
        if head and end is not None and syntax.text(end) == "0":
            return value
        nearly = (tail and start is not None and self._is_constant(start)) or (head and self._is_short_of(operand, end))
        fixed = (head and end is not None and self._is_constant(end)) or (
            tail and start is not None and self._is_short_of(operand, start)
        )
        if start is not None and end is not None and self._is_constant(start) and self._is_constant(end):
            fixed = True
        part = Part.MOST if nearly and not fixed else Part.SLICE
        loop = self.frame.loop_around(node) if value else None
        return self.frame.cut(Cut(span_of(node), part, head=head, tail=tail, fixed=fixed, loop=loop), value)

    def cut_from(self, operand: Node) -> Value:
        """The value of what is cut; what others hold is met here for the first time."""
        node = syntax.unparen(operand)
        if node.kind_id in (syntax.IDENTIFIER, syntax.SELECTOR_EXPRESSION):
            core = types.core(self.frame.types.of(node))
            if isinstance(core, Array):
                if node.kind_id != syntax.IDENTIFIER or self.frame.bindings.variable(node) is None:
                    return ()
                source = self.sizes.of_array(self.frame.function, node)
                return (self.frame.source(source),) if source is not None else ()
            value = self._named(node)
            if is_text(core) and self._is_held(node):
                name = syntax.text(node)
                held = Source(span_of(node), Size.UNKNOWN, f"all of {name}", name, immutable=True)
                return (self.frame.source(held), *value)
            return value
        return self.value(node)

    def _is_held(self, node: Node) -> bool:
        """Whether an expression names a field or a variable of a package, and no constant."""
        if node.kind_id == syntax.IDENTIFIER and self.frame.bindings.variable(node) is not None:
            return False
        entity = self.frame.types.entity(node)
        return not (isinstance(entity, Object) and entity.kind != "var")

    def _is_constant(self, node: Node) -> bool:
        node = syntax.unparen(node)
        if node.kind_id == syntax.INT_LITERAL:
            return True
        if node.kind_id == syntax.IDENTIFIER:
            found = self.frame.bindings.entity(node)
            if found is not None:
                return found.kind == "const"
            entity = self.frame.types.entity(node)
            return isinstance(entity, Object) and entity.kind == "const"
        if node.kind_id == syntax.CALL_EXPRESSION and syntax.text(node).startswith("len("):
            arguments = syntax.operands(node.child_by_field_id(syntax.F_ARGUMENTS) or node)
            is_text = bool(arguments) and arguments[0].kind_id == syntax.INTERPRETED_STRING_LITERAL
            return is_text or (bool(arguments) and self._is_constant(arguments[0]))
        return False

    def _is_short_of(self, operand: Node, bound: Node | None) -> bool:
        """Whether a bound is ``len(operand)-constant``."""
        if bound is None or bound.kind_id != syntax.BINARY_EXPRESSION or syntax.operator(bound) != "-":
            return False
        left, right = bound.child_by_field_id(syntax.F_LEFT), bound.child_by_field_id(syntax.F_RIGHT)
        is_length = left is not None and syntax.text(left) == f"len({syntax.text(operand)})"
        return is_length and right is not None and self._is_constant(right)

    def _composite(self, node: Node) -> Value:
        body = node if node.kind_id == syntax.LITERAL_VALUE else node.child_by_field_id(syntax.F_BODY)
        held = self.frame.temporary(span_of(node))
        found = False
        for element in syntax.operands(body) if body is not None else ():
            for inner, path in _entries(element):
                value = self.value(inner)
                if value:
                    found = True
                    self.frame.hold(inner, value, held.below(path), entry=True)
        return (held,) if found else ()

    def _closure(self, node: Node) -> Value:
        self.literal(node)
        return ()

    def _unary(self, node: Node) -> Value:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is None:
            return ()
        value = self.value(operand)
        if syntax.operator(node) == "&":
            return (*value, *field_pointer(self.frame, operand))
        return value if syntax.operator(node) == "*" else ()

    def _binary(self, node: Node) -> Value:
        """A concatenation is new, but with nothing it may be what was there; long sums do not recurse."""
        at: Node | None = node
        adds = syntax.operator(node) == "+"
        texts: list[Node] = []
        while at is not None and at.kind_id == syntax.BINARY_EXPRESSION:
            right = at.child_by_field_id(syntax.F_RIGHT)
            if right is not None:
                texts.append(right)
            at = at.child_by_field_id(syntax.F_LEFT)
        if at is not None:
            texts.append(at)
        values = [(text, self.value(text)) for text in texts]
        others = [value for text, value in values if syntax.text(text) not in _EMPTY]
        return others[0] if adds and len(others) == 1 else ()

    # calls

    def _conversion(self, node: Node) -> Value:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        value = self.value(operand) if operand is not None else ()
        return self.converted(node, operand, value) if operand is not None and value else ()

    def converted(self, node: Node, operand: Node, value: Value) -> Value:
        """What the conversion of a value shares with it."""
        inferred = self.frame.types
        given, wanted = types.core(inferred.of(operand)), types.core(inferred.of(node))
        if isinstance(wanted, Pointer) or str(wanted) == "unsafe.Pointer" or (is_text(given) and is_text(wanted)):
            return value
        if isinstance(given, Slice) and isinstance(wanted, Slice):
            return value
        if is_memory(given) and is_memory(wanted):
            return self.frame.cut(Cut(span_of(node), Part.COPY), value)
        return ()


def is_text(core: object) -> bool:
    """Whether a core type is that of strings."""
    return isinstance(core, Basic) and core.name in ("string", "untyped string")


def is_memory(core: object) -> bool:
    """Whether a core type is one whose values can be cut without being copied."""
    return is_text(core) or isinstance(core, Slice)


def _entries(element: Node) -> list[tuple[Node, str]]:
    """The expressions of an element of a composite literal, and where they are in it."""
    if element.kind_id != syntax.KEYED_ELEMENT:
        return (
            [(inner, "[]") for inner in syntax.operands(element)] if element.kind_id == syntax.LITERAL_ELEMENT else []
        )
    key, value = element.child_by_field_id(syntax.F_KEY), element.child_by_field_id(syntax.F_VALUE)
    if key is None or value is None:
        parts = syntax.operands(element)
        key, value = (parts[0], parts[-1]) if len(parts) > 1 else (None, None)
    if key is None or value is None:
        return []
    name = syntax.text(key)
    path = name if name.isidentifier() else "[]"
    return [(inner, path) for inner in syntax.operands(value)]
