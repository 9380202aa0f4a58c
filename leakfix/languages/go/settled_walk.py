"""The way of one resource through the statements behind its acquisition, branch by branch: told by the tree alone."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.settled_text import LEAVING, assigned, declared
from leakfix.languages.go.settled_values import BINDING, aliases, field_of, may_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.settled_endings import Endings

_JUMPS: Final = frozenset({syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT, syntax.GOTO_STATEMENT})
_BRANCHING: Final = frozenset(
    {syntax.EXPRESSION_SWITCH_STATEMENT, syntax.TYPE_SWITCH_STATEMENT, syntax.SELECT_STATEMENT}
)
_COMPOUND: Final = _BRANCHING | {
    syntax.IF_STATEMENT,
    syntax.FOR_STATEMENT,
    syntax.BLOCK,
    syntax.STATEMENT_LIST,
    syntax.LABELED_STATEMENT,
}
_CASES: Final = frozenset({syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.COMMUNICATION_CASE, syntax.DEFAULT_CASE})


class _Outcome(Enum):
    """What is known behind a statement that was reached with the resource held."""

    OPEN = "control may go on with the resource held"
    SETTLED = "control does not go on with the resource held, and nowhere left with it"
    LOST = "control may have left with the resource held"


class Walk:
    """The way of one resource through the statements behind its acquisition."""

    def __init__(self, endings: Endings, function: Function, error: bytes) -> None:
        """``error`` names the variable that takes the error of the acquisition, if any.

        ``endings`` keeps how the resource was settled.
        """
        self._endings = endings
        self._data = function.file.data
        self._error = error
        self._holder = b""
        self._loops = 0
        self._breakable = 0
        self._jumped = False
        """Whether control left a statement by a jump inside it with the resource held."""
        self._parts: dict[bytes, bytes | None] = {}
        """The fields in which other variables hold the resource; empty for those that are it, None where any may."""

    def settles(self, statement: Node, holder: bytes) -> bool:
        """Whether the variable that takes the resource in a statement is settled behind it."""
        self._holder = holder
        names = {holder}
        block = statement.parent
        if block is not None and block.kind_id == syntax.IF_STATEMENT:
            outcome = self._branches(block, names)
            if outcome is not _Outcome.OPEN or statement.kind_id == syntax.SHORT_VAR_DECLARATION:
                return outcome is _Outcome.SETTLED
            statement, block = block, block.parent
        if block is None or block.kind_id != syntax.STATEMENT_LIST:
            return False
        behind = [node for node in block.named_children if node.start_byte >= statement.end_byte]
        return self._sequence(behind, names) is _Outcome.SETTLED

    def _sequence(self, statements: Iterable[Node], names: set[bytes]) -> _Outcome:
        for statement in statements:
            outcome = self._statement(statement, names)
            if outcome is not _Outcome.OPEN:
                return outcome
        return _Outcome.OPEN

    def _statement(self, statement: Node, names: set[bytes]) -> _Outcome:
        kind = statement.kind_id
        data = self._data[statement.start_byte : statement.end_byte]
        if kind == syntax.RETURN_STATEMENT:
            return _Outcome.SETTLED if self._endings.returns(statement, data, names) else _Outcome.LOST
        if kind in _JUMPS:
            return self._jump(statement)
        is_named = any(name in data for name in names)
        if kind not in _COMPOUND:
            self._forget_error(data)
            return self._simple(statement, data, names) if is_named else _Outcome.OPEN
        if not is_named and not LEAVING.search(data):
            self._forget_error(data)
            return _Outcome.OPEN
        if kind == syntax.IF_STATEMENT:
            return self._if(statement, data, names)
        if kind == syntax.FOR_STATEMENT:
            return self._for(statement, data, names)
        if kind in _BRANCHING:
            return self._cases(statement, data, names)
        within = set(names) if kind == syntax.BLOCK else names
        outcome = self._sequence(statement.named_children, within)
        names &= within
        return outcome

    def _jump(self, statement: Node) -> _Outcome:
        inside = self._breakable if statement.kind_id == syntax.BREAK_STATEMENT else self._loops
        if statement.kind_id == syntax.GOTO_STATEMENT or statement.named_child_count or not inside:
            return _Outcome.LOST
        self._jumped = True
        return _Outcome.SETTLED

    def _forget_error(self, data: bytes) -> None:
        """An error that is assigned anew tells of something else."""
        if self._error and assigned(data, {self._error}):
            self._error = b""

    # statements from which control goes on

    def _simple(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        if self._endings.ends(statement, data, names):
            return _Outcome.SETTLED
        if self._overwrites(statement, data, self._holder) or declared(data, self._holder):
            return _Outcome.LOST
        for name in [name for name in names if name != self._holder and self._overwrites(statement, data, name)]:
            names.discard(name)
        for name, part in aliases(statement, names) if statement.kind_id in BINDING else ():
            if name != self._holder:
                self._parts[name] = part if self._parts.get(name, part) == part else None
                names.add(name)
        return _Outcome.OPEN

    def _overwrites(self, statement: Node, data: bytes, name: bytes) -> bool:
        """Whether a statement may overwrite a variable, or the part of it that holds the resource."""
        if not assigned(data, {name}):
            return False
        left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
        part = self._parts.get(name, b"")
        is_plain = statement.kind_id == syntax.ASSIGNMENT_STATEMENT and part is not None
        if left is None or right is None or not is_plain or assigned(right.text or b"", {name}):
            return True
        return any(field_of(target, name) in (None, part) for target in syntax.operands(left) if may_name(target, name))

    # statements from which control goes several ways

    def _if(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        then = statement.child_by_field_id(syntax.F_CONSEQUENCE)
        if then is None:
            return _Outcome.LOST
        if self._endings.ends_before(statement, data, then.start_byte, names):
            return _Outcome.SETTLED
        start = statement.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            outcome = self._statement(start, names)
            if outcome is not _Outcome.OPEN:
                return outcome
        return self._branches(statement, names)

    def _branches(self, statement: Node, names: set[bytes]) -> _Outcome:
        """The branches of an if that can be entered with the resource held."""
        condition = statement.child_by_field_id(syntax.F_CONDITION)
        text = condition.text or b"" if condition is not None else b""
        then, other = self._feasible(text)
        outcomes = []
        kept = set(names)
        for field, is_feasible in ((syntax.F_CONSEQUENCE, then), (syntax.F_ALTERNATIVE, other)):
            branch = statement.child_by_field_id(field)
            if not is_feasible:
                continue
            within = set(names)
            outcomes.append(self._statement(branch, within) if branch is not None else _Outcome.OPEN)
            kept &= within
        names &= kept
        return _joined(outcomes)

    def _feasible(self, condition: bytes) -> tuple[bool, bool]:
        """Whether a condition can hold, and fail, where the resource is held."""
        for sign, holds in ((b" != nil", True), (b" == nil", False)):
            if condition == self._holder + sign:
                return holds, not holds
            if self._error and condition == self._error + sign:
                return not holds, holds
        return True, True

    def _for(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        self._forget_error(data)
        body = statement.child_by_field_id(syntax.F_BODY)
        if body is None or assigned(data[: body.start_byte - statement.start_byte], {self._holder}):
            return _Outcome.LOST
        outside, self._jumped = self._jumped, False
        self._loops += 1
        self._breakable += 1
        within = {name for name in names if name == self._holder or not assigned(data, {name})}
        names &= within
        outcome = self._statement(body, set(within))
        self._loops -= 1
        self._breakable -= 1
        jumped, self._jumped = self._jumped, outside
        is_endless = not any(child.kind_id != syntax.BLOCK for child in syntax.operands(statement))
        if outcome is _Outcome.LOST:
            return outcome
        return _Outcome.SETTLED if is_endless and not jumped else _Outcome.OPEN

    def _cases(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        cases = [case for case in syntax.operands(statement) if case.kind_id in _CASES]
        head = data[: cases[0].start_byte - statement.start_byte] if cases else data
        self._forget_error(head)
        if assigned(head, names):
            return _Outcome.LOST
        outside, self._jumped = self._jumped, False
        self._breakable += 1
        outcomes = []
        kept = set(names)
        for case in cases:
            within = set(names)
            outcomes.append(self._case(case, within))
            kept &= within
        names &= kept
        self._breakable -= 1
        jumped, self._jumped = self._jumped, outside
        is_complete = statement.kind_id == syntax.SELECT_STATEMENT or any(
            c.kind_id == syntax.DEFAULT_CASE for c in cases
        )
        outcome = _joined(outcomes) if is_complete else _joined([*outcomes, _Outcome.OPEN])
        return _Outcome.OPEN if outcome is _Outcome.SETTLED and jumped else outcome

    def _case(self, case: Node, names: set[bytes]) -> _Outcome:
        for child in case.named_children:
            if child.kind_id == syntax.STATEMENT_LIST:
                return self._sequence(child.named_children, names)
            data = self._data[child.start_byte : child.end_byte]
            if assigned(data, names):
                return _Outcome.LOST
            self._forget_error(data)
            if child.kind_id == syntax.SEND_STATEMENT and self._simple(child, data, names) is _Outcome.SETTLED:
                return _Outcome.SETTLED
        return _Outcome.OPEN


def _joined(outcomes: list[_Outcome]) -> _Outcome:
    if _Outcome.LOST in outcomes:
        return _Outcome.LOST
    return _Outcome.OPEN if _Outcome.OPEN in outcomes else _Outcome.SETTLED
