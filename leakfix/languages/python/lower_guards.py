"""Lowering of `try` and `with`: where exceptions go, what runs in any case, and what a context manager releases.

What runs in any case is copied into each way out: the normal one, that of an exception, those of each `return`, `break`
and `continue`. What a `with` statement releases is released on all ways out of it: it counts as done at its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import ANY_METHOD, Edge, Release
from leakfix.languages.python import syntax
from leakfix.languages.python.lower_branches import BaseLowering
from leakfix.languages.python.lower_frame import Guard, span_of
from leakfix.languages.python.values import NOTHING, Relation, Value

if TYPE_CHECKING:
    from tree_sitter import Node

_EVERYTHING: Final = frozenset(("Exception", "BaseException"))
_SUPPRESS: Final = "contextlib.suppress"
_EXPECTING: Final = "pytest.raises"
_EXPECTING_METHODS: Final = frozenset((b"assertRaises", b"assertRaisesRegex", b"assertRaisesRegexp"))
_WITH: Final = frozenset(("with", "async with"))


class GuardLowering(BaseLowering):
    """Lowers what exceptions meet on their way."""

    def _try(self, node: Node) -> None:
        children = syntax.named(node)
        handlers = [child for child in children if child.type == syntax.EXCEPT_CLAUSE]
        final = next((syntax.named(child)[-1] for child in children if child.type == syntax.FINALLY_CLAUSE), None)
        otherwise = next((child for child in children if child.type == syntax.ELSE_CLAUSE), None)
        outer = list(self.frame.guards)
        last = Guard(final) if final is not None else None
        inner = [*outer, last] if last is not None else outer
        behind = self.frame.new_block()
        guard = Guard(None) if handlers else None
        self.frame.guards = [*inner, guard] if guard is not None else inner
        self.block(node.child_by_field_name("body"))
        self.frame.guards = inner
        if otherwise is not None:
            self.block(otherwise.child_by_field_name("body"))
        self.frame.goto(behind)
        if guard is not None and guard.dispatch is not None:
            self._handlers(guard.dispatch, handlers, behind)
        self.frame.guards = outer
        if last is not None and last.dispatch is not None:
            self.frame.resume(last.dispatch)
            self.cleaning(final)
            if self.frame.reachable:
                self.frame.goto(self.frame.raise_target())
        self.frame.resume(behind)
        if final is not None:
            self.cleaning(final)

    def _handlers(self, dispatch: int, handlers: list[Node], behind: int) -> None:
        """The ways of an exception: into each handler that may be for it, or on."""
        blocks = [self.frame.new_block() for _ in handlers]
        self.frame.resume(dispatch)
        for handler, block in zip(handlers, blocks, strict=True):
            self.frame.branch(block)
            if self._catches_all(handler):
                self.frame.current = None
                break
        if self.frame.reachable:
            # What is raised in fact is most likely what the handlers were written for.
            passed = Edge(self.frame.raise_target(), raised=span_of(handlers[-1]), doubtful=True)
            self.frame.link(self.frame.current, passed)
            self.frame.current = None
        for handler, block in zip(handlers, blocks, strict=True):
            self.frame.resume(block)
            if not self.frame.reachable:
                continue
            for target in syntax.walk(handler):
                if target.type == syntax.AS_PATTERN_TARGET and target.parent is not None:
                    if target.parent.parent == handler:
                        for name in syntax.named(target):
                            self.values.assign(name, NOTHING)
                    break
            self.cleaning(next((child for child in syntax.named(handler) if child.type == syntax.BLOCK), None))
            self.frame.goto(behind)

    def _catches_all(self, handler: Node) -> bool:
        """Whether a handler is for whatever is raised; one for `Exception` is, but for what ends threads and loops."""
        value = handler.child_by_field_name("value")
        if value is None:
            return True
        if value.type == syntax.AS_PATTERN:
            value = syntax.named(value)[0]
        kinds = syntax.named(value) if value.type == syntax.TUPLE else [value]
        return any(self.frame.types.symbol(kind) in _EVERYTHING for kind in kinds)

    # with

    def _with(self, node: Node) -> None:
        swallows = expects = False
        waiting: set[int] = set()
        for value, target in syntax.with_items(node):
            swallows, expects = swallows or self._swallows(value), expects or self._expects(value)
            entered = self._entered(value)
            waiting |= self.frame.unnamed
            if target is not None and self.frame.reachable:
                self.values.assign(target, entered)
        outer = list(self.frame.guards)
        waiting |= self.frame.unnamed
        self.frame.unnamed = set()
        guard = Guard(None)
        if swallows or expects:
            self.frame.guards = [*outer, guard]
        body = node.child_by_field_name("body")
        statements = syntax.named(body) if body is not None else []
        for statement in statements:
            before, self.frame.is_expected_to_raise = (
                self.frame.is_expected_to_raise,
                expects and statement == statements[-1],
            )
            self.statement(statement)
            self.frame.is_expected_to_raise = before
        self.frame.guards = outer
        if guard.dispatch is not None:
            behind = self.frame.new_block()
            self.frame.goto(behind)
            self.frame.resume(guard.dispatch)
            self.frame.branch(behind)
            passed = Edge(self.frame.raise_target(), raised=span_of(node), doubtful=True)
            self.frame.link(self.frame.current, passed)
            self.frame.resume(behind)
        self.frame.unnamed |= waiting

    def _entered(self, node: Node) -> Value:
        """Evaluate a context expression; what its manager releases in the end is released from here on."""
        inner = syntax.unparen(node)
        is_call = inner.type == syntax.CALL
        if is_call and self._is_managed(inner):
            self.values.calls.managed.add(inner.id)
        value = self.values.value(node)
        if self._keeps_open(inner):
            return value
        for link in value.links:
            if link.relation is not Relation.THROUGH:
                self.frame.emit(Release(span_of(node), link.place, ANY_METHOD, deferred=True))
        return value

    def _is_managed(self, call: Node) -> bool:
        """Whether a call makes what the `with` statement around it releases."""
        program = self.frame.program
        callee = self.frame.types.callee(call)
        modelled = program.models.acquires(callee.symbol or "")
        if modelled:
            return all((program.models.resource(one.resource).context or "") in _WITH for one in modelled)
        found = program.acquired(callee)
        return bool(found) and all(program.context(one.obligation) in _WITH for one in found)

    def _keeps_open(self, node: Node) -> bool:
        """Whether the manager is a resource whose `with` statement does not release it, as of database connections."""
        found = self.frame.types.of(node)
        resource = self.frame.program.models.resource_of_type(found) if found is not None else None
        return resource is not None and resource.context not in _WITH

    def _swallows(self, node: Node) -> bool:
        """Whether a context manager may end exceptions."""
        inner = syntax.unparen(node)
        return inner.type == syntax.CALL and self.frame.types.symbol(syntax.callee(inner)) == _SUPPRESS

    def _expects(self, node: Node) -> bool:
        """Whether a context manager of a test asks for an exception, which it ends."""
        inner = syntax.unparen(node)
        if inner.type != syntax.CALL:
            return False
        called = syntax.callee(inner)
        name = called.child_by_field_name("attribute") if called.type == syntax.ATTRIBUTE else None
        is_method = name is not None and name.text in _EXPECTING_METHODS
        return is_method or self.frame.types.symbol(called) == _EXPECTING
