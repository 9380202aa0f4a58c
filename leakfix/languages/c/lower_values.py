"""Lowering of C and C++ expressions: the places they name, what they evaluate to, what evaluating them causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Assign, Copy, Drop, Escape, ExitKind, Handing, Outcome, Place
from leakfix.flow.remembering import NEGATIVE
from leakfix.languages.c import lambdas, syntax
from leakfix.languages.c.evidence import bare
from leakfix.languages.c.files import spelling
from leakfix.languages.c.lower_calls import CallLowering
from leakfix.languages.c.lower_conditions import ConditionLowering, may_be_template
from leakfix.languages.c.lower_frame import (
    ELEMENT,
    NOTHING,
    NULL,
    POINTEE,
    Frame,
    Link,
    Relation,
    Value,
)
from leakfix.languages.c.lower_macros import MacroLowering
from leakfix.languages.c.lower_tests import is_constant_name, is_failure, is_success

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.c.lower_branches import BranchLowering
    from leakfix.languages.c.scopes import Variable

_EXTENSION: Final = "extension_expression"
_CASTS: Final = frozenset(("static_cast", "reinterpret_cast", "const_cast", "dynamic_cast"))
_LITERALS: Final = frozenset((syntax.STRING_LITERAL, "concatenated_string", "raw_string_literal"))


class ValueLowering:
    """Evaluates the expressions of one function."""

    def __init__(self, frame: Frame, statements: BranchLowering) -> None:
        self.frame = frame
        self.statements = statements
        self.calls = CallLowering(frame, self)
        self.conditions = ConditionLowering(frame, self)
        self.macros = MacroLowering(frame, self)
        self._constants: dict[int, int | None] = {}
        """The values of expressions, by their nodes; the same whatever the function is lowered for."""
        known = frame.function.cache.setdefault("constants", self._constants)
        if isinstance(known, dict):
            self._constants = known
        self._handlers: dict[str, Callable[[Node], Value]] = {
            syntax.IDENTIFIER: self._identifier,
            syntax.TYPE_IDENTIFIER: self._identifier,
            syntax.QUALIFIED_IDENTIFIER: self._identifier,
            syntax.THIS: lambda _: Value((Link(Place(self.frame.this)),)),
            syntax.NULL: lambda _: NULL,
            syntax.CALL_EXPRESSION: self._call,
            syntax.FIELD_EXPRESSION: self._read,
            syntax.SUBSCRIPT_EXPRESSION: self._read,
            syntax.POINTER_EXPRESSION: self._pointer,
            syntax.CAST_EXPRESSION: self._cast,
            syntax.PARENTHESIZED_EXPRESSION: self._inner,
            syntax.CONDITION_CLAUSE: self._inner,
            syntax.ASSIGNMENT_EXPRESSION: self._assignment,
            syntax.UPDATE_EXPRESSION: self._update,
            syntax.CONDITIONAL_EXPRESSION: self._conditional,
            syntax.COMMA_EXPRESSION: self._comma,
            syntax.BINARY_EXPRESSION: self._binary,
            syntax.UNARY_EXPRESSION: self._unary,
            syntax.NEW_EXPRESSION: self.calls.objects.new,
            syntax.DELETE_EXPRESSION: self.calls.objects.delete,
            syntax.INITIALIZER_LIST: self._list,
            syntax.COMPOUND_LITERAL: self._compound,
            syntax.LAMBDA_EXPRESSION: self._lambda,
            syntax.SIZEOF_EXPRESSION: lambda _: NOTHING,
            "alignof_expression": lambda _: NOTHING,
            "offsetof_expression": lambda _: NOTHING,
        }

    # values

    def value(self, node: Node) -> Value:
        """Evaluate an expression."""
        handler = self._handlers.get(node.type)
        if handler is not None:
            return handler(node)
        number = self.constant(node)
        if number is not None:
            return Value(number=number)
        if node.type in _LITERALS:
            return Value(known=Outcome.NOT_NIL)
        self.escape_all(node)
        if self._stops(node):
            self.frame.exit(ExitKind.STOP, self.frame.span(node))
        return NOTHING

    def _stops(self, node: Node) -> bool:
        """Whether the statements that an expression consists of call what never returns: `({ ...; exit(1); })`."""
        inner = next(iter(syntax.named(node)), None) if node.type == _EXTENSION else node
        block = syntax.unparen(inner) if inner is not None else node
        if block.type != syntax.COMPOUND_STATEMENT:
            return False
        for statement in syntax.named(block):
            call = next(iter(syntax.named(statement)), None) if statement.type == syntax.EXPRESSION_STATEMENT else None
            called = call.child_by_field_name("function") if call is not None else None
            if called is not None and self.frame.program.models.never_returns(syntax.text(called)):
                return True
        return False

    def constant(self, node: Node) -> int | None:
        """The value of an expression that is the same on every run."""
        constants = self.frame.program.constants
        if self.frame.expansion is not None or self.frame.has_macro_names:
            return constants.of(node, self.frame.file, self._is_local)
        key = node.id
        if key not in self._constants:
            self._constants[key] = constants.of(node, self.frame.file, self._is_local)
        return self._constants[key]

    def _is_local(self, node: Node) -> bool:
        if self.frame.macro_name(node) is not None:
            return True
        variable = self.frame.variable(node)
        return variable is not None and not self.frame.program.is_constant(self.frame.function, variable)

    def _constant_variable(self, variable: Variable) -> int | None:
        """The value of a local variable that is declared constant."""
        if variable.value is None or not self.frame.program.is_constant(self.frame.function, variable):
            return None
        return self.constant(variable.value)

    def escape_all(self, node: Node) -> None:
        """An expression of an unknown kind keeps all that it names."""
        for inner in syntax.walk(node):
            if inner.type == syntax.IDENTIFIER:
                self.frame.escape(self.frame.span(node), self._identifier(inner), Handing.PASSED)

    def _inner(self, node: Node) -> Value:
        inner = syntax.unparen(node)
        return self.value(inner) if inner.id != node.id else NOTHING

    def _identifier(self, node: Node) -> Value:
        variable = self.frame.variable(node)
        if variable is not None:
            number = self._constant_variable(variable) if node.type == syntax.IDENTIFIER else None
            if number is not None:
                return Value(number=number)
            aimed = self.aimed(variable)
            if aimed is not None and not variable.is_reference:
                return self._address(aimed)
            return Value((Link(self._place_of(node, variable)),))
        number = self.constant(node)
        number = 0 if number is None and is_success(node) else number
        if number is not None:
            return Value(number=number)
        place = self.place(node)
        if place is not None and place.root not in self.frame.outside:
            return Value((Link(place),))
        name = syntax.text(node) if node.type == syntax.IDENTIFIER else spelling(node)
        function = self.frame.program.world.function(name, self.frame.file)
        if function is not None:
            return Value(callee=function)
        if place is None:
            return NOTHING
        known = Outcome.NOT_NIL if is_failure(name) else None
        return Value((Link(place),), known=known, name=name if is_constant_name(name) else "")

    def _read(self, node: Node) -> Value:
        place = self.place(node)
        return Value((Link(place),)) if place is not None else NOTHING

    def _pointer(self, node: Node) -> Value:
        argument, operator = node.child_by_field_name("argument"), node.child_by_field_name("operator")
        if argument is None or operator is None:
            return NOTHING
        if operator.type == "&":
            inner = syntax.unparen(argument)
            if inner.type == syntax.SUBSCRIPT_EXPRESSION:
                base = inner.child_by_field_name("argument")
                return self._inside(base, self.value(base)) if base is not None else NOTHING
            place = self.place(inner)
            if place is None:
                value = self.value(inner)
                return value if value.callee is not None else NOTHING
            if ELEMENT in place.path and self.frame.is_pointer(place.root):
                return Value((Link(Place(place.root, place.path[: place.path.index(ELEMENT)]), Relation.THROUGH),))
            if POINTEE in place.path and place.root not in self.frame.parameters:
                return Value((Link(Place(place.root, place.path[: place.path.index(POINTEE)]), Relation.THROUGH),))
            return self._address(place)
        place = self.place(node)
        return Value((Link(place),)) if place is not None else NOTHING

    def _address(self, place: Place) -> Value:
        """The address of a place; of one in what an operand leads to, it leads into that, too."""
        if place.root not in self.frame.parameters or POINTEE not in place.path:
            return Value(address=place)
        last = len(place.path) - 1 - place.path[::-1].index(POINTEE)
        return Value((Link(Place(place.root, place.path[:last]), Relation.THROUGH),), address=place)

    def _inside(self, array: Node, value: Value) -> Value:
        """The address of an element: one of an array that is a field lies in the object that has the field."""
        path = value.place.path if value.place is not None else ()
        steps = [path.index(step) for step in (ELEMENT, POINTEE) if step in path]
        found = self.frame.types.of(array) if steps and self.frame.expansion is None else None
        if value.place is None or found is None or not found.is_array:
            return value.through()
        return Value((Link(Place(value.place.root, path[: min(steps)]), Relation.THROUGH),))

    def _cast(self, node: Node) -> Value:
        value = node.child_by_field_name("value")
        return self.value(value) if value is not None else NOTHING

    def _assignment(self, node: Node) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None:
            return NOTHING
        left = syntax.unparen(left)
        if operator is not None and operator.type != "=":
            self.value(right)
            place = self.place(left)
            if place is not None:
                self._change(place, node)
                return Value((Link(place),))
            return NOTHING
        value = self.value(right)
        place = self.place(left)
        if place is None or self.frame.outlives(place):
            self.let_go_inside(node, right, value)
        self.assign(node, place, value)
        return Value((Link(place),), value.number) if place is not None else value

    def assign(self, node: Node, place: Place | None, value: Value, *, is_first: bool = False) -> None:
        """``place`` takes a value, its first one or another."""
        span = self.frame.span(node)
        if place is None:
            self.frame.escape(span, value, Handing.STORED)
            return
        if self.frame.outlives(place):
            self._store_away(node, place, value)
            return
        if value.address is not None and self._aimed_at(place) is None:
            self.frame.emit(Escape(span, value.address, Handing.ADDRESSED, late=True))
        if not is_first:
            self._let_go_below(node, place)
        self.frame.store(span, place, value)
        if value.name and not place.path and self.calls.unknown.outcomes.is_status(place.root):
            self.frame.emit(Assign(span, place.below(NEGATIVE), Outcome.TRUE))

    def let_go_inside(self, node: Node, expression: Node, value: Value) -> None:
        """What is handed on of an object may be a place in it, as an array is: then the object goes with it."""
        place = value.place
        if place is None or not place.path or self.frame.expansion is not None:
            return
        if POINTEE not in place.path:
            self.calls.unknown.taken_out(self.frame.span(node), place)
            return
        found = self.frame.types.of(syntax.unparen(expression))
        if found is None or found.is_array:
            whole = Place(place.root, place.path[: place.path.index(POINTEE)])
            self.frame.emit(Escape(self.frame.span(node), whole, Handing.STORED, inside=True))

    def _let_go_below(self, node: Node, place: Place) -> None:
        """What a pointer led to is still there when the pointer leads elsewhere."""
        if not place.path and self.frame.is_pointer(place.root) and not self.frame.is_fresh(place.root):
            self.frame.emit(Escape(self.frame.span(node), place.below(POINTEE), Handing.STORED))

    def _store_away(self, node: Node, place: Place, value: Value) -> None:
        span = self.frame.span(node)
        is_operand = place.root in self.frame.parameters or place.root == self.frame.this
        if is_operand or place.root in self.frame.outside:
            self.frame.escape(span, value, Handing.STORED, into=place if is_operand else None)
            if is_operand or not value.links:
                self.frame.store(span, place, value)
            else:
                self.frame.emit(Assign(span, place, value.known))
        else:
            self.frame.escape(span, value, Handing.STORED)
            self.frame.emit(Assign(span, place, Outcome.NIL if value.number == 0 else value.known))

    def _change(self, place: Place, node: Node) -> None:
        """A place gets another value that is made from its own: a pointer still leads to the same memory."""
        between = self.frame.temporary()
        span = self.frame.span(node)
        self.frame.emit(Assign(span, between))
        self.frame.emit(Copy(span, between, place))
        self.frame.emit(Assign(span, place))
        self.frame.store(span, place, Value((Link(between, Relation.OWNING),)))
        self.frame.emit(Drop(span, frozenset({between.root})))

    def _update(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        place = self.place(syntax.unparen(argument)) if argument is not None else None
        if place is None:
            return NOTHING
        self._change(place, node)
        return Value((Link(place, Relation.THROUGH),))

    def _conditional(self, node: Node) -> Value:
        condition = node.child_by_field_name("condition")
        consequence, alternative = (
            node.child_by_field_name("consequence"),
            node.child_by_field_name("alternative"),
        )
        if condition is None or alternative is None:
            return NOTHING
        found = self.frame.temporary()
        self.frame.emit(Assign(self.frame.span(node), found))
        then, other, after = (self.frame.new_block() for _ in range(3))
        self.conditions.branch(condition, then, other)
        for block, branch in ((then, consequence or condition), (other, alternative)):
            self.frame.resume(block)
            self.frame.store(self.frame.span(node), found, self.value(branch))
            self.frame.goto(after)
        self.frame.resume(after)
        return Value((Link(found),))

    def _comma(self, node: Node) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None:
            self.discard(left)
        return self.value(right) if right is not None else NOTHING

    def _binary(self, node: Node) -> Value:
        number = self.constant(node)
        if number is not None:
            return Value(number=number)
        operator = node.child_by_field_name("operator")
        kind = operator.type if operator is not None else ""
        if kind in ("&&", "||"):
            return self._decided(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator is not None and left is not None and right is not None and may_be_template(operator, left, right):
            self.escape_all(node)
            return NOTHING
        values = [self.value(side) for side in (left, right) if side is not None]
        if kind in ("+", "-") and values:
            return Value(tuple(link for value in values for link in value.through().links))
        if kind == "<<" and right is not None and self._is_object(right):
            self.frame.escape(self.frame.span(node), values[-1], Handing.PASSED)
        return NOTHING

    def _is_object(self, node: Node) -> bool:
        """Whether an expression is a pointer to an object of a class: the left side is given it."""
        if not self.frame.file.is_cpp or self.frame.expansion is not None:
            return False
        inner = syntax.unparen(node)
        found = self.frame.types.of(inner) if inner.type in (syntax.THIS, syntax.IDENTIFIER) else None
        return inner.type == syntax.THIS or (
            found is not None and found.pointers == 1 and self.frame.types.struct(found.pointee) is not None
        )

    def _unary(self, node: Node) -> Value:
        number = self.constant(node)
        if number is not None:
            return Value(number=number)
        operator, argument = node.child_by_field_name("operator"), node.child_by_field_name("argument")
        if operator is not None and operator.type == "!":
            return self._decided(node)
        if argument is not None:
            self.value(argument)
        return NOTHING

    def _decided(self, node: Node) -> Value:
        """A condition as a value: 1 or 0."""
        found = self.frame.temporary()
        span = self.frame.span(node)
        self.frame.emit(Assign(span, found))
        yes, no, after = (self.frame.new_block() for _ in range(3))
        self.conditions.branch(node, yes, no)
        for block, number in ((yes, 1), (no, 0)):
            self.frame.resume(block)
            self.frame.store(span, found, Value(number=number))
            self.frame.goto(after)
        self.frame.resume(after)
        return Value((Link(found),))

    def _list(self, node: Node) -> Value:
        links: list[Link] = []
        for child in syntax.named(node):
            inner = child.child_by_field_name("value") if child.type == syntax.INITIALIZER_PAIR else child
            if inner is not None:
                links.extend(self.value(inner).links)
        return Value(tuple(links)).through(Relation.OWNING) if links else NOTHING

    def _compound(self, node: Node) -> Value:
        inner = node.child_by_field_name("value")
        return self._list(inner) if inner is not None else NOTHING

    def _lambda(self, node: Node) -> Value:
        """A lambda that is handed on may be run at any time: what it names is out of sight; any other only looks."""
        stays = self.frame.expansion is None and lambdas.stays(node, self.frame.bindings)
        kept: dict[int, bool] = {}
        for inner in syntax.walk(node):
            variable = self.frame.variable(inner) if inner.type == syntax.IDENTIFIER else None
            if variable is not None and variable.function != node:
                root = self.frame.root(variable)
                kept[root] = kept.get(root, False) or not (stays and lambdas.only_looks(inner))
        for root in (root for root, is_kept in kept.items() if is_kept):
            self.frame.emit(Escape(self.frame.span(node), Place(root), Handing.CAPTURED, late=True))
        return NOTHING

    def _call(self, node: Node) -> Value:
        called = node.child_by_field_name("function")
        if called is not None and called.type == syntax.TEMPLATE_FUNCTION and spelling(called) in _CASTS:
            arguments = node.child_by_field_name("arguments")
            given = syntax.named(arguments) if arguments is not None else []
            return self.value(given[0]) if len(given) == 1 else NOTHING
        return self.calls.call(node)

    def discard(self, node: Node) -> None:
        """Evaluate an expression whose value nobody wants."""
        inner = syntax.unparen(node)
        if inner.type == syntax.COMMA_EXPRESSION:
            self._comma_discarded(inner)
            return
        # What is assigned somewhere is wanted there.
        self.calls.wanted = bare(inner).type not in (syntax.CALL_EXPRESSION, syntax.NEW_EXPRESSION)
        self.value(inner)
        self.calls.wanted = True

    def _comma_discarded(self, node: Node) -> None:
        for name in ("left", "right"):
            side = node.child_by_field_name(name)
            if side is not None:
                self.discard(side)

    # places

    def place(self, node: Node) -> Place | None:
        """The place that an expression names, evaluating what leads there."""
        node = syntax.unparen(node)
        kind = node.type
        if kind in syntax.IDENTIFIERS:
            return self._named_place(node)
        if kind == syntax.QUALIFIED_IDENTIFIER:
            return Place(self.frame.named_root(spelling(node)))
        if kind == syntax.FIELD_EXPRESSION:
            return self._field(node)
        if kind == syntax.SUBSCRIPT_EXPRESSION:
            return self._element(node)
        if kind == syntax.POINTER_EXPRESSION:
            operator, argument = node.child_by_field_name("operator"), node.child_by_field_name("argument")
            if operator is None or argument is None or operator.type != "*":
                return None
            return self.pointee(argument)
        if kind == syntax.CAST_EXPRESSION:
            value = node.child_by_field_name("value")
            return self.place(value) if value is not None else None
        if kind == syntax.ASSIGNMENT_EXPRESSION:
            return self._assignment(node).place
        return None

    def _named_place(self, node: Node) -> Place:
        return self._place_of(node, self.frame.variable(node))

    def _place_of(self, node: Node, variable: Variable | None) -> Place:
        """The place that an identifier names, which is a variable of the function or something else."""
        declared = self.frame.macro_name(node)
        if declared is not None:
            return Place(declared)
        if variable is None:
            name = syntax.text(node)
            if self.frame.program.is_member(self.frame.function, name):
                return Place(self.frame.this, (POINTEE, name))
            return Place(self.frame.named_root(name))
        if variable.is_reference:
            aimed = self.aimed(variable)
            if aimed is not None:
                return aimed
            if variable.kind == "param":
                return Place(self.frame.root(variable), (POINTEE,))
        return Place(self.frame.root(variable))

    def aimed(self, variable: Variable) -> Place | None:
        """The place that a reference, or a pointer that is set once, stands for."""
        return self.frame.program.aimed(self, variable)

    def _aimed_at(self, place: Place) -> Place | None:
        variable = self.frame.variable_of(place.root) if not place.path else None
        return self.aimed(variable) if variable is not None else None

    def _field(self, node: Node) -> Place | None:
        argument, name = node.child_by_field_name("argument"), node.child_by_field_name("field")
        if argument is None or name is None:
            return None
        arrow = syntax.operator(node) == "->"
        base = self.pointee(argument) if arrow else self.place(argument)
        if base is None:
            if not arrow and argument.type == syntax.CALL_EXPRESSION:
                self.value(argument)
            return None
        component = "|" if self.frame.program.is_union(self.frame, argument) else spelling(name)
        return self.frame.below(base, component)

    def _element(self, node: Node) -> Place | None:
        argument = node.child_by_field_name("argument")
        for inner in (*node.children_by_field_name("indices"), *node.children_by_field_name("index")):
            for index in syntax.named(inner) if inner.type == "subscript_argument_list" else (inner,):
                self.value(index)
        if argument is None:
            return None
        value = self.value(argument)
        if value.address is not None:
            return value.address
        return self.frame.below(value.place, ELEMENT) if value.place is not None else None

    def pointee(self, node: Node) -> Place | None:
        """The place that a pointer leads to."""
        value = self.value(syntax.unparen(node))
        if value.address is not None:
            return value.address
        if value.place is None:
            if len(value.links) == 1:
                return self.frame.below(value.links[0].place, POINTEE)
            return None
        return self.frame.below(value.place, POINTEE)

    def models_know(self, symbol: str) -> bool:
        """Whether the models say anything of a name."""
        return self.frame.program.models.knows(symbol)
