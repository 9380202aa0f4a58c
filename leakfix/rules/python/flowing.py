"""What a resource's value flows into, and so what needs it open: the uses of it and of all that works through it.

Everything is taken to work through it that is not known to be plain data: what the methods of a file read, what a
function gives that consumes its argument, what a test tells. So a block that covers all of it may be larger than need
be, and never too small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakfix.detectors.losses import Status
from leakfix.languages.python import syntax
from leakfix.rules.python import plainness
from leakfix.rules.python.reading import check_not_borrowed, check_not_expected, check_readable
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.safety import writes

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.variables import Binding, Variable
    from leakfix.rules.python.repair import Repair

_THROUGH = frozenset(
    (
        syntax.PARENTHESIZED_EXPRESSION,
        syntax.AWAIT,
        syntax.CONDITIONAL_EXPRESSION,
        syntax.BOOLEAN_OPERATOR,
        syntax.LAMBDA,
        syntax.GENERATOR_EXPRESSION,
        syntax.KEYWORD_ARGUMENT,
        syntax.ARGUMENT_LIST,
        syntax.LIST_SPLAT,
        syntax.DICTIONARY_SPLAT,
        syntax.EXPRESSION_LIST,
        syntax.SUBSCRIPT,
        syntax.AS_PATTERN,
        syntax.WITH_ITEM,
        syntax.WITH_CLAUSE,
    )
)
"""What gives the value that it is made of, or works through it."""
_CONTAINERS = frozenset(
    (
        syntax.LIST,
        syntax.TUPLE,
        syntax.SET,
        syntax.DICTIONARY,
        syntax.PAIR,
        syntax.LIST_COMPREHENSION,
        syntax.SET_COMPREHENSION,
        syntax.DICTIONARY_COMPREHENSION,
        syntax.EXPRESSION_LIST,
    )
)
_NAME_PARTS = frozenset((syntax.BINARY_OPERATOR, syntax.INTERPOLATION, syntax.STRING, syntax.CONCATENATED_STRING))
"""What makes a longer name of a name."""
_TESTS = frozenset((syntax.IF_STATEMENT, syntax.ELIF_CLAUSE, syntax.WHILE_STATEMENT, syntax.NOT_OPERATOR))
_GIVES_ITEMS = frozenset(("pop", "popleft", "popitem", "get", "values", "items"))
_TAKES_ITEMS = frozenset(("append", "add", "insert", "appendleft", "setdefault", "put"))


@dataclass
class Flow:
    """The variables that hold the resource or work through it, and the expressions that need it open."""

    repair: Repair
    carriers: set[Variable] = field(default_factory=set)
    needs: list[Node] = field(default_factory=list)
    containers: set[Variable] = field(default_factory=set)
    """Carriers that hold it as one of several items."""
    is_part: bool = False
    """Whether the acquiring call gives several values, of which it is one."""
    names: set[Variable] = field(default_factory=set)
    """Carriers that hold the name of a file that is removed when it is closed."""
    plain: Node | None = None
    """The smallest expression around the acquisition whose value no longer needs it open."""
    _waiting: list[tuple[Variable, Binding]] = field(default_factory=list)
    _tracked: set[tuple[Variable, int]] = field(default_factory=set)

    @classmethod
    def of(cls, repair: Repair, *, is_part: bool = False) -> Flow:
        """Follow the acquired value. Raises `RefusalError` where it leaves the function or the eye."""
        flow = cls(repair, is_part=is_part)
        if Status.HANDED_ON in repair.leak.fates:
            raise RefusalError("handed-on", "on another path somebody else takes it over, and closes it when he likes")
        check_readable(repair)
        check_not_expected(repair)
        check_not_borrowed(repair)
        if plainness.reads_all_names(repair):
            raise RefusalError(
                "dynamic-names", "names may be read here that are not written (`locals`, `eval`, `exec`)"
            )
        flow._climb(repair.value, first=True)
        while flow._waiting:
            variable, binding = flow._waiting.pop()
            flow._follow(variable, binding)
        return flow

    def _follow(self, variable: Variable, binding: Binding) -> None:
        """Follow what a variable holds from one of its bindings on."""
        bindings = self.repair.bindings
        if not bindings.is_own(variable):
            raise RefusalError("escapes", f"`{variable.name}` belongs to another function")
        if any(bindings.is_nested(other.identifier, variable) for other in variable.bindings):
            raise RefusalError("captured", f"a function inside this one assigns `{variable.name}`")
        if variable.kind == "global" and bindings.is_captured(variable):
            raise RefusalError("captured", f"functions of the module use `{variable.name}`")
        for use in bindings.uses(variable):
            is_nested = bindings.is_nested(use, variable)
            if not is_nested and not plainness.reaches(use, variable, binding, self.repair.function.node):
                continue
            is_before = use.start_byte < self.repair.acquisition.start_byte
            if is_before and variable not in self.containers and self._is_need(use):
                raise RefusalError(
                    "outlives-iteration", f"`{variable.name}` is used again by the next turn of the loop"
                )
            if is_nested:
                self._nested(use, variable)
            else:
                self._climb(use)

    def _is_need(self, use: Node) -> bool:
        if plainness.asks_whether_closed(use):
            return not self._is_surely_closed(use)
        return not self._is_closing(use) and not plainness.works_closed(use, is_temporary=self._is_temporary)

    @property
    def _is_temporary(self) -> bool:
        """Whether it is removed when it is closed, so that its name needs it open."""
        return "temporary" in self.repair.noun and not plainness.stays(self.repair.acquisition)

    def _is_closing(self, use: Node) -> bool:
        closings = (closing.call for closing in self.repair.closings if closing.statement is not None)
        closing = next((call for call in closings if plainness.closes_directly(call) == use), None)
        if closing is None:
            return False
        # What writes, or what somebody listens to at its other end, is closed when the code says so, and not before.
        block = syntax.block_of(self.repair.statement)
        return not writes(self.repair) or block is None or not syntax.is_within(closing, block)

    def _is_surely_closed(self, use: Node) -> bool:
        """Whether the code itself has always closed what a name holds by then."""
        variable = self.repair.bindings.variable(use)
        if variable is None:
            return False
        for closing in self.repair.closings:
            closed = plainness.closes_directly(closing.call) if closing.statement is not None else None
            if closed is None or self.repair.bindings.variable(closed) is not variable:
                continue
            between = range(closing.call.end_byte, use.start_byte)
            if plainness.always_before(closing.call, use) and not any(
                one.identifier.start_byte in between for one in variable.bindings
            ):
                return True
        return False

    def _nested(self, use: Node, variable: Variable) -> None:
        """A use in a function, lambda or generator expression: that is what works through the resource."""
        at = use
        outermost: Node | None = None
        while at.parent is not None and at != variable.node:
            if at.type in syntax.DEFERRED or at.type == syntax.CLASS_DEFINITION:
                outermost = at
            at = at.parent
        if outermost is None:
            self._climb(use)
            return
        if outermost.type in (syntax.LAMBDA, syntax.GENERATOR_EXPRESSION):
            self._climb(outermost)
            return
        parent = outermost.parent
        name = syntax.field(outermost, "name")
        made = self.repair.bindings.variable(name) if name is not None else None
        is_bare = parent is not None and parent.type in syntax.SUITES
        if outermost.type == syntax.CLASS_DEFINITION or not is_bare or made is None or name is None:
            raise RefusalError("captured", "a function or class that may outlive the block uses it")
        self.needs.append(outermost)
        self._bind(name)

    def _climb(self, node: Node, *, first: bool = False) -> None:
        """Follow a value upwards through the expression that it stands in."""
        if not first and not self._is_need(node):
            return
        self.needs.append(node)
        at, is_item = node, False
        is_name = self.repair.bindings.variable(node) in self.names
        while True:
            parent = at.parent
            if parent is None or parent.type in syntax.SUITES:
                return
            if is_name and parent.type in _NAME_PARTS:
                at = parent
                continue
            if parent.type in _CONTAINERS:
                is_item = is_item or at.type != syntax.FOR_IN_CLAUSE
            elif parent.type == syntax.CALL:
                if self._is_plain_call(parent, at, node, is_item, is_name):
                    self._rest(parent, first)
                    return
            elif parent.type == syntax.ATTRIBUTE:
                is_name = is_name or (self._is_temporary and plainness.is_plain_attribute(parent))
                if plainness.is_plain_attribute(parent) and not is_name:
                    self._rest(parent, first)
                    return
            elif parent.type == syntax.FOR_IN_CLAUSE:
                comprehension = parent.parent
                assert comprehension is not None
                if comprehension.type != syntax.GENERATOR_EXPRESSION:
                    self._rest(comprehension, first)
                    return
            elif parent.type == syntax.WITH_STATEMENT:
                self._entered(parent, node)
                return
            elif parent.type not in _THROUGH and not (is_item and parent.type == syntax.BINARY_OPERATOR):
                self._end(parent, at, is_item, first, is_name)
                return
            at = parent

    def _rest(self, node: Node, first: bool) -> None:
        """The value of an expression no longer needs the resource."""
        if first:
            self.plain = node

    def _is_plain_call(self, call: Node, at: Node, node: Node, is_item: bool, is_name: bool) -> bool:
        """Whether what a call gives is plain data, when a value is its callee or among its arguments."""
        called = syntax.callee(call)
        parent = call.parent
        if parent is not None and parent.type == syntax.EXPRESSION_STATEMENT:
            self._takes(call, at)
            return True
        if at == called:
            name = syntax.field(called, "attribute") if called.type == syntax.ATTRIBUTE else None
            if is_item:
                return name is None or syntax.text(name) not in _GIVES_ITEMS
            if name is None:
                return plainness.gives_plain(self.repair, call)
            return not is_name and plainness.is_plain_method(self.repair, called, syntax.text(name))
        if is_name:
            return plainness.is_known(self.repair, call)
        return plainness.consumes(self.repair, call, node, is_item=is_item)

    def _takes(self, call: Node, at: Node) -> None:
        """`items.append(f)`: the container holds it from then on."""
        called = syntax.callee(call)
        if at == called or called.type != syntax.ATTRIBUTE:
            return
        name, held = syntax.field(called, "attribute"), syntax.field(called, "object")
        if name is None or held is None or syntax.text(name) not in _TAKES_ITEMS:
            return
        variable = self.repair.bindings.variable(held)
        if variable is None or variable.kind == "param":
            raise RefusalError("escapes", "it is put into a container that others know")
        self.containers.add(variable)
        for binding in variable.bindings:
            self._track(variable, binding)

    def _end(self, parent: Node, at: Node, is_item: bool, first: bool, is_name: bool) -> None:
        """The value has come to a statement, or to an operator that gives something else."""
        if parent.type in (syntax.ASSIGNMENT, syntax.NAMED_EXPRESSION):
            self._assigned(parent, at, is_item, is_name)
        elif parent.type == syntax.AS_PATTERN_TARGET:
            return
        elif parent.type == syntax.FOR_STATEMENT:
            left = syntax.field(parent, "left")
            variable = self.repair.bindings.variable(at) if at.type == syntax.IDENTIFIER else None
            if left is not None and (is_item or variable in self.containers):
                self._bind_all(left, is_item=False)
        elif parent.type == syntax.RETURN_STATEMENT:
            raise RefusalError("escapes", "what is returned still needs it open")
        elif parent.type == syntax.YIELD:
            if not any(child.type == "from" for child in parent.children):
                raise RefusalError("escapes", "what is yielded still needs it open")
        elif parent.type == syntax.AUGMENTED_ASSIGNMENT:
            left = syntax.field(parent, "left")
            if is_item and left is not None:
                self._bind_all(left, is_item=True)
        elif first and parent.type not in _TESTS:
            self.plain = parent

    def _entered(self, statement: Node, node: Node) -> None:
        """What a with statement names is the value or works through it."""
        for value, target in syntax.with_items(statement):
            if target is not None and syntax.is_within(node, value):
                self._bind_all(target, is_item=False)

    def _assigned(self, assignment: Node, at: Node, is_item: bool, is_name: bool) -> None:
        left = syntax.field(assignment, "name" if assignment.type == syntax.NAMED_EXPRESSION else "left")
        if left is None or left == at:
            return
        if at == self.repair.value and self.is_part:
            parts = syntax.named(left) if left.type in (syntax.PATTERN_LIST, syntax.TUPLE_PATTERN) else []
            if self.repair.leak.site.result >= len(parts):
                raise RefusalError("unresolved", "it is one of several values that are not taken apart at once")
            self._bind_all(parts[self.repair.leak.site.result], is_item=False)
            return
        is_whole = left.type == syntax.IDENTIFIER
        variable = self.repair.bindings.variable(left) if is_whole else None
        if is_name and variable is not None:
            self.names.add(variable)
        self._bind_all(left, is_item=is_item and is_whole)
        above = assignment.parent
        if assignment.type == syntax.NAMED_EXPRESSION and above is not None:
            self._climb(assignment)
        elif above is not None and above.type == syntax.ASSIGNMENT:
            self._assigned(above, assignment, is_item, is_name)

    def _bind_all(self, target: Node, *, is_item: bool) -> None:
        if target.type == syntax.IDENTIFIER:
            self._bind(target, is_item=is_item)
            return
        if target.type in (syntax.ATTRIBUTE, syntax.SUBSCRIPT):
            raise RefusalError("escapes", "it is stored where it outlives the block")
        for child in syntax.named(target):
            self._bind_all(child, is_item=is_item)

    def _bind(self, identifier: Node, *, is_item: bool = False) -> None:
        variable = self.repair.bindings.variable(identifier)
        if variable is None:
            raise RefusalError("unresolved", "the variable that takes it was not found")
        if is_item:
            self.containers.add(variable)
        for binding in variable.bindings:
            if binding.identifier.start_byte == identifier.start_byte:
                self._track(variable, binding)

    def _track(self, variable: Variable, binding: Binding) -> None:
        key = (variable, binding.identifier.start_byte)
        if key not in self._tracked:
            self._tracked.add(key)
            self.carriers.add(variable)
            self._waiting.append((variable, binding))
