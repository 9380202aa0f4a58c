"""Lowering of what makes or hands out values bit by bit: lambdas, `yield`, comprehensions, and the turns of loops."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from leakfix.flow import Escape, Handing
from leakfix.languages.python import syntax
from leakfix.languages.python.effects import COLLECTIONS
from leakfix.languages.python.lower_frame import ELEMENT, span_of
from leakfix.languages.python.nested import captured, closed_by
from leakfix.languages.python.values import NOTHING, Link, Relation, Value, joined

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.lower_tests import TestLowering

_DISPLAYS: Final = frozenset((syntax.TUPLE, syntax.LIST, syntax.SET, syntax.DICTIONARY, syntax.STRING))


class LaterLowering(ABC):
    """Evaluates what runs later, or several times."""

    frame: Frame
    tests: TestLowering

    @abstractmethod
    def value(self, node: Node) -> Value:
        """Evaluate an expression."""

    @abstractmethod
    def element(self, base: Value, index: str | None) -> Value:
        """One element of a value: the one at ``index``, or any."""

    @abstractmethod
    def assign(self, target: Node, value: Value) -> None:
        """A target of any shape takes a value."""

    def _lambda(self, node: Node) -> Value:
        """A function that works through what it captures; calling one that only closes that closes it."""
        body = node.child_by_field_name("body")
        variables = captured(self.frame, node)
        if body is None or not variables:
            return NOTHING
        closing = closed_by(self.frame, body)
        links = []
        for variable in variables:
            place = self.frame.place_of(variable)
            if variable.bindings and variable.bindings[-1].identifier.start_byte > node.start_byte:
                self.frame.emit(Escape(span_of(node), place, Handing.CAPTURED, late=True))
            links.append(Link(place, Relation.OWNING if variable is closing else Relation.THROUGH))
        return Value(tuple(links))

    def _yield(self, node: Node) -> Value:
        span = span_of(node)
        children = syntax.named(node)
        value = self.value(children[0]) if children else NOTHING
        lends = self.frame.program.lends(self.frame.function)
        if lends == "":
            if not any(child.type == "from" for child in node.children):
                self.frame.escape(span, value, Handing.RETURNED)
            self.frame.raising(span)
        elif lends == "context":
            self.frame.raising(span)
        return NOTHING

    def _comprehension(self, node: Node) -> Value:
        if not self.frame.reachable:
            return NOTHING
        body = node.child_by_field_name("body")
        clauses = [child for child in syntax.named(node) if child != body]
        result, behind = self.frame.temporary(), self.frame.new_block()
        outer, self.frame.unnamed = self.frame.unnamed, set()
        links: list[Link] = []
        ahead: list[int] = []
        for clause in clauses:
            if clause.type == syntax.FOR_IN_CLAUSE:
                ahead.append(self._clause(clause, links, ahead[-1] if ahead else behind))
            else:
                inner = self.frame.new_block()
                condition = syntax.named(clause)
                if condition:
                    self.tests.condition(condition[0], inner, ahead[-1] if ahead else behind)
                    self.frame.resume(inner)
        if body is not None and self.frame.reachable:
            parts = syntax.named(body) if body.type == syntax.PAIR else [body]
            for part in parts:
                element = self.value(part)
                if not element.is_empty:
                    self.frame.add(span_of(part), result, ELEMENT, Value(element.all_links()))
                else:
                    self.frame.discard(element)
        self.frame.end_of_statement(span_of(node))
        if self.frame.reachable:
            self.frame.goto(ahead[-1] if ahead else behind)
        self.frame.resume(behind)
        self.frame.unnamed |= outer | {result.root}
        through = tuple(link for link in links if node.type == syntax.GENERATOR_EXPRESSION)
        held = (Link(result),) if result in self.frame.parts else ()
        return Value((*held, *through))

    def _clause(self, clause: Node, links: list[Link], behind: int) -> int:
        """`for x in y` of a comprehension: the block where its next turn begins."""
        left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
        iterable = self.value(right) if right is not None else NOTHING
        links.extend(iterable.through().links)
        again, turn = self.frame.new_block(), self.frame.new_block()
        if right is not None:
            self.iterating(right, iterable)
        self.frame.goto(again)
        self.frame.resume(again)
        self.frame.branch(behind)
        self.frame.goto(turn)
        self.frame.resume(turn)
        if left is not None:
            self.assign(left, self.turn(iterable))
        return again

    def iterating(self, node: Node, iterable: Value) -> None:
        """Taking the next element may raise where it reads something."""
        inner = syntax.unparen(node)
        if inner.type in _DISPLAYS or self.frame.types.of(inner) in COLLECTIONS:
            return
        self.frame.raising(span_of(node), doubtful=iterable.is_empty)

    def turn(self, iterable: Value) -> Value:
        """What a loop over a value gets in one turn: elements that were stored; a resource gives only plain data."""
        if iterable.items:
            return joined(list(iterable.items))
        links = tuple(link for link in iterable.links if link.place in self.frame.parts)
        return self.element(Value(links), None) if links else NOTHING
