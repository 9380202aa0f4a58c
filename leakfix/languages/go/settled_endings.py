"""What settles a resource in one statement: a release, a helper that gets it, a store where others see it, a return.

Whatever comes behind such a statement, nothing can get lost there any more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.settled_text import LEAVING, WORD, calls_of, shadows
from leakfix.languages.go.settled_values import (
    BINDING,
    SELECTING,
    appended,
    assignments,
    captures,
    holds,
    is_outside,
)
from leakfix.models import CALL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program

_SIMPLE: Final = BINDING | {syntax.EXPRESSION_STATEMENT}
_CALLED: Final = re.compile(rb"(?<![\w.])(\w+)((?:\.\w+)*)\(")
_SHORT_CIRCUIT: Final = ("&&", "||")


class Releases:
    """What releases or keeps a resource in a program, told by names and by the bodies of callees."""

    def __init__(self, program: Program) -> None:
        self._program = program
        paths = {path for resource in program.models.resources() for path in resource.release} - {CALL}
        self._chains = frozenset(f".{path}".encode() for path in (*paths, *program.release_verbs))

    def takes(self, function: Function, call: Node, given: Iterable[int]) -> bool:
        """Whether the function of the program that is called releases or keeps one of the arguments."""
        plain = self._program.plain_call(function, call)
        return plain is not None and any(self._program.takes(plain, index) for index in given)

    def is_release(self, chain: bytes) -> bool:
        """Whether what follows a variable's name releases it when called: ``.Close``, or nothing for a function."""
        return not chain or chain in self._chains


class Endings:
    """What the statements of a function do that settles one resource."""

    def __init__(self, releases: Releases, function: Function) -> None:
        self._releases = releases
        self._function = function
        self.returned = False
        """Whether some return hands it on."""
        self.only_called = True
        """Whether all that settles it are calls of the variable as a function."""

    def ends(self, statement: Node, data: bytes, names: set[bytes]) -> bool:
        """Whether a simple statement, a `return` excepted, settles what the variables ``names`` hold."""
        kind = statement.kind_id
        if kind == syntax.DEFER_STATEMENT:
            return self._deferred(statement, names)
        if kind == syntax.GO_STATEMENT:
            return self._kept(any(captures(statement, name) for name in names))
        if kind == syntax.SEND_STATEMENT:
            value = statement.child_by_field_id(syntax.F_VALUE)
            return self._kept(value is not None and any(holds(value, name) for name in names))
        if kind in _SIMPLE and self.ends_before(statement, data, statement.end_byte, names):
            return True
        return self._stored(statement, names)

    def returns(self, statement: Node, data: bytes, names: set[bytes]) -> bool:
        """Whether a `return` hands it on, or settles it where its values are evaluated."""
        if not any(name in data for name in names):
            return False
        expressions = [item for held in syntax.operands(statement) for item in _items(held)]
        for number, node in enumerate(expressions, 1):
            if node.kind_id != syntax.IDENTIFIER and number == len(expressions) and returns_error(statement):
                continue
            if any(holds(node, name) for name in names):
                self.returned = True
                return self._kept(True)
        return self.ends_before(statement, data, statement.end_byte, names)

    def ends_before(self, statement: Node, data: bytes, end: int, names: set[bytes]) -> bool:
        """Whether what a statement evaluates before the byte ``end``, whatever the values are, settles it."""
        start = statement.start_byte
        for name in names:
            for at, chain in calls_of(name, data, end - start):
                if not self._releases.is_release(chain):
                    continue
                node = statement.descendant_for_byte_range(start + at, start + at + len(name))
                if node is not None and node.kind_id == syntax.IDENTIFIER and _is_always_evaluated(node, statement):
                    self.only_called = self.only_called and not chain
                    return True
        call = _only_call(statement)
        return self._kept(call is not None and call.end_byte <= end and self._gets_it(call, names))

    def _gets_it(self, call: Node, names: Collection[bytes]) -> bool:
        """Whether a call of a function of the program releases or keeps one of the variables, which it is given."""
        arguments = enumerate(syntax.arguments(call))
        given = [at for at, node in arguments if node.kind_id == syntax.IDENTIFIER and node.text in names]
        return bool(given) and self._releases.takes(self._function, call, given)

    def _stored(self, statement: Node, names: set[bytes]) -> bool:
        """Whether an assignment stores one of the variables where others see it, alone or as part of something."""
        if statement.kind_id != syntax.ASSIGNMENT_STATEMENT:
            return False
        return self._kept(
            any(
                target.kind_id in SELECTING
                and any(holds(part, name) for part in appended(value) for name in names)
                and is_outside(target, self._function)
                for target, value in assignments(statement)
            )
        )

    def _deferred(self, statement: Node, names: set[bytes]) -> bool:
        call = statement.named_children[0] if statement.named_children else None
        function = call.child_by_field_id(syntax.F_FUNCTION) if call is not None else None
        if call is None or function is None:
            return False
        if function.kind_id == syntax.FUNC_LITERAL:
            return any(self._in_literal(function, name) for name in names)
        first, dot, rest = (function.text or b"").partition(b".")
        if first in names and self._releases.is_release(dot + rest):
            self.only_called = self.only_called and not rest
            return True
        return self._kept(self._gets_it(call, names))

    def _in_literal(self, literal: Node, name: bytes) -> bool:
        """A release in a deferred literal, before anything there may leave it, of the variable outside it."""
        data = literal.text or b""
        if name not in data or shadows(data, name):
            return False
        leaves = LEAVING.search(data)
        for match in _CALLED.finditer(data, 0, leaves.start() if leaves is not None else len(data)):
            is_own = match[1] == name
            if is_own and not (match[2] and self._releases.is_release(match[2])):
                continue
            at = literal.start_byte + match.start(1)
            node = literal.descendant_for_byte_range(at, at + len(match[1]))
            if node is None or node.kind_id != syntax.IDENTIFIER or not _is_inside(node, literal):
                continue
            call = _call_of(node)
            if is_own or (call is not None and self._gets_it(call, (name,))):
                return self._kept(True)
        return False

    def _kept(self, ends: bool) -> bool:
        """Whether it ends, and then not by a call of the variable as a function."""
        self.only_called = self.only_called and not ends
        return ends


def _is_always_evaluated(node: Node, statement: Node) -> bool:
    """Whether evaluating a statement evaluates a part of it, whatever the values are."""
    at: Node | None = node
    while at is not None and at != statement:
        parent = at.parent
        if at.kind_id == syntax.FUNC_LITERAL or parent is None:
            return False
        if parent.kind_id == syntax.BINARY_EXPRESSION and syntax.operator(parent) in _SHORT_CIRCUIT:
            return False
        at = parent
    return True


def _is_inside(node: Node, literal: Node) -> bool:
    """Whether a node belongs to a literal itself, not to one inside it, nor to a goroutine that it starts."""
    at = node.parent
    while at is not None and at != literal:
        if at.kind_id in (syntax.FUNC_LITERAL, syntax.GO_STATEMENT):
            return False
        at = at.parent
    return at is not None


def _only_call(statement: Node) -> Node | None:
    """The call that a statement consists of, or the value that it assigns."""
    held: Node | None = statement
    if statement.kind_id in BINDING:
        held = statement.child_by_field_id(syntax.F_RIGHT)
    elif statement.kind_id == syntax.IF_STATEMENT:
        start = statement.child_by_field_id(syntax.F_INITIALIZER)
        return _only_call(start) if start is not None and start.kind_id in _SIMPLE else None
    elif statement.kind_id != syntax.EXPRESSION_STATEMENT:
        return None
    values = syntax.operands(held) if held is not None else []
    return values[0] if len(values) == 1 and values[0].kind_id == syntax.CALL_EXPRESSION else None


def _call_of(node: Node) -> Node | None:
    """The call of the function that a name, or what is selected from it, means."""
    at = node.parent
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.parent
    return at if at is not None and at.kind_id == syntax.CALL_EXPRESSION else None


def returns_error(statement: Node) -> bool:
    """Whether the last result of the function around a return is an error, which holds no resource."""
    owner = syntax.owner_of(statement)
    result = owner.child_by_field_id(syntax.F_RESULT) if owner is not None else None
    words = WORD.findall(result.text or b"") if result is not None else []
    return bool(words) and words[-1] == b"error"


def _items(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]
