"""Whether what a call acquires is released or handed on for sure: a look at the statements behind the call.

It spares most acquisitions their flow graph. It says yes only where control cannot get from the call to an exit, to the
end of the variable's block or to another assignment to it without passing what settles the matter: a release, deferred
or not, a helper that gets the value, a store where others see it, or the return of it. Whatever else is done with the
value on the way there does no harm: it may end the duty earlier, and never makes it come back. Everything doubtful is
left to the graph.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.settled_endings import Endings, Releases, returns_error
from leakfix.languages.go.settled_text import ERROR, WORD
from leakfix.languages.go.settled_values import BINDING, SELECTING, is_outside
from leakfix.languages.go.settled_walk import Walk
from leakfix.models import RECEIVER

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program

_PARTS: Final = frozenset(
    {syntax.LITERAL_ELEMENT, syntax.LITERAL_VALUE, syntax.COMPOSITE_LITERAL, syntax.UNARY_EXPRESSION}
)
_RETURN: Final = re.compile(rb"\breturn\b[ \t]+([^\n]+)")


class _End(Enum):
    """What becomes of an acquisition."""

    OPEN = "it may get lost"
    SETTLED = "it is released or kept on every way"
    RETURNED = "it is returned on some ways, and settled on the others"


class Settling:
    """Looks behind the acquiring calls of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.releases = Releases(program)
        self.receiving = frozenset(
            acquire.symbol.rpartition(".")[2]
            for symbol in program.models.symbols()
            for acquire in program.models.acquires(symbol)
            if acquire.result == RECEIVER
        )
        """The names of methods that make their receiver own something."""

    def is_settled(self, function: Function, call: Node) -> bool:
        """Whether nothing that the call acquires can get lost."""
        return self._end(function, call) is not _End.OPEN

    def _end(self, function: Function, call: Node) -> _End:
        known = function.cache.setdefault("settled", {})
        if not isinstance(known, dict):
            return _End.OPEN
        held = known.get(call.id)
        if isinstance(held, _End):
            return held
        depth = self._program.depth
        before, depth.met = depth.met, False
        found = self._find_end(function, call)
        if not depth.met:
            known[call.id] = found
        depth.met = depth.met or before
        return found

    def is_private(self, function: Function, call: Node) -> bool:
        """Whether what the call acquires is settled, and no return hands on the variable that takes it."""
        statement, value = _statement_of(call)
        if statement is None or value != call or statement.kind_id not in BINDING:
            return False
        targets = _targets(statement, value)
        if targets is None or any(target.kind_id in SELECTING for target in targets):
            return False
        names = {target.text or b"" for target in targets[: max(len(targets) - 1, 1)]}
        return not _may_return(function, names) and self._end(function, call) is _End.SETTLED

    def _find_end(self, function: Function, call: Node) -> _End:
        statement, value = _statement_of(call)
        if statement is None or value is None or _name(call) in self.receiving:
            return _End.OPEN
        if statement.kind_id == syntax.RETURN_STATEMENT:
            return _End.RETURNED if value == call or not returns_error(statement) else _End.OPEN
        targets = _targets(statement, value)
        if targets is None:
            return _End.OPEN
        if value == call:
            resources = self._resources(function, call, targets)
            error = targets[-1].text or b"" if len(targets) > 1 else b""
        else:
            resources, error = targets, b""
        if not resources:
            return _End.OPEN if resources is None else _End.SETTLED
        found = [self._endings(function, statement, target, error) for target in resources]
        if not all(found) and not any(endings is not None and endings.only_called for endings in found):
            return _End.OPEN
        return _End.RETURNED if any(endings is not None and endings.returned for endings in found) else _End.SETTLED

    def _endings(self, function: Function, statement: Node, target: Node, error: bytes) -> Endings | None:
        """What settles that which a target takes; None where it may get lost."""
        endings = Endings(self.releases, function)
        if target.kind_id in SELECTING:
            return endings if is_outside(target, function) else None
        return endings if Walk(endings, function, error).settles(statement, target.text or b"") else None

    def _resources(self, function: Function, call: Node, targets: list[Node]) -> list[Node] | None:
        """The targets that may take what the call acquires; None where something of it is thrown away."""
        plain = self._program.plain_call(function, call)
        indexes = self._program.results(plain) if plain is not None else None
        if indexes is not None:
            if any(not 0 <= index < len(targets) or targets[index].text == b"_" for index in indexes):
                return None
            return [targets[index] for index in sorted(indexes)]
        is_error = len(targets) > 1 and ERROR.search(targets[-1].text or b"") is not None
        resources = targets[: len(targets) - is_error]
        return resources if resources and all(target.text != b"_" for target in resources) else None


def _may_return(function: Function, names: set[bytes]) -> bool:
    """Whether some return of a function may name one of the variables."""
    node, data = function.node, function.file.data
    result = node.child_by_field_id(syntax.F_RESULT)
    if result is not None and not names.isdisjoint(WORD.findall(result.text or b"")):
        return True
    for match in _RETURN.finditer(data, node.start_byte, node.end_byte):
        if match[1].rstrip()[-1:] in b"{(,[" or not names.isdisjoint(WORD.findall(match[1])):
            return True
    return False


def _statement_of(call: Node) -> tuple[Node | None, Node | None]:
    """The statement that takes the results of a call, and the expression by which: the call, or an object of it."""
    value, node = call, call.parent
    while node is not None:
        kind = node.kind_id
        if kind in _PARTS:
            if kind == syntax.UNARY_EXPRESSION and syntax.operator(node) != "&":
                return None, None
            value = node
        elif kind == syntax.KEYED_ELEMENT:
            held = node.child_by_field_id(syntax.F_VALUE)
            if held is None or not held.start_byte <= call.start_byte < held.end_byte:
                return None, None
        elif kind != syntax.EXPRESSION_LIST:
            break
        node = node.parent
    if node is None or (node.kind_id != syntax.RETURN_STATEMENT and node.kind_id not in BINDING):
        return None, None
    return node, value


def _name(call: Node) -> str:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is not None and function.kind_id == syntax.SELECTOR_EXPRESSION:
        function = function.child_by_field_id(syntax.F_FIELD)
    return syntax.text(function) if function is not None else ""


def _targets(statement: Node, value: Node) -> list[Node] | None:
    """What the results of a value are assigned to; None where that is not plain."""
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or syntax.operator(statement) not in ("", "=", ":="):
        return None
    targets, values = syntax.operands(left), syntax.operands(right)
    if len(values) > 1:
        at = next((index for index, node in enumerate(values) if node == value), -1)
        if at < 0 or len(values) != len(targets):
            return None
        targets = [targets[at]]
    if value.kind_id != syntax.CALL_EXPRESSION and (len(targets) != 1 or targets[0].text == b"_"):
        return None
    plain = (syntax.IDENTIFIER, syntax.BLANK_IDENTIFIER, *SELECTING)
    return targets if all(target.kind_id in plain for target in targets) else None
