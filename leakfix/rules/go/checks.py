"""Where behind an acquisition its error is known to be nil: the place for a deferred release."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import following, insert_behind, insert_first, statement_of
from leakfix.rules.go.repair import RefusalError, Repair
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.text import Edit

_JUMPS = frozenset(
    {
        syntax.RETURN_STATEMENT,
        syntax.BREAK_STATEMENT,
        syntax.CONTINUE_STATEMENT,
        syntax.GOTO_STATEMENT,
    }
)
_NIL_SAFE = frozenset({"*os.File"})
"""Types whose releasing method, called on nil, returns an error and does no more (os.File.Close: ErrInvalid)."""
_SWITCHES = frozenset({syntax.EXPRESSION_CASE, syntax.DEFAULT_CASE})


class Where(Enum):
    """On which side of a node something is inserted."""

    BEHIND = "behind the statement"
    FIRST = "first in the block"


@record
class Point:
    """A place for new lines; ``guard`` is the condition that they must stand under, if any."""

    where: Where
    node: Node
    guard: str = ""

    def insert(self, repair: Repair, lines: list[str]) -> Edit:
        """The edit that puts the lines here."""
        if self.guard:
            lines = [f"if {self.guard} {{", *(f"\t{line}" for line in lines), "}"]
        insert = insert_behind if self.where is Where.BEHIND else insert_first
        return insert(repair.source, self.node, lines)


@record
class _Told:
    """Whether the error is nil where a condition holds and where it fails, and whether it tests nothing else."""

    holds_nil: bool = False
    fails_nil: bool = False
    exact: bool = False


def point_behind_check(repair: Repair, name: str) -> Point:
    """Where the resource that ``name`` holds is surely there, as early as can be. Raises `RefusalError`."""
    statement, header = repair.statement, repair.header
    if header is not None:
        return _point_in_header(repair, statement)
    if statement.kind_id == syntax.RETURN_STATEMENT:
        raise RefusalError("returned", "it is acquired in a return, and what the call reports goes to the caller")
    if not repair.reports_error:
        return Point(Where.BEHIND, statement)
    if repair.error is None:
        if nil_is_harmless(repair):
            return Point(Where.BEHIND, statement)
        return Point(Where.BEHIND, statement, repair.unless_nil(name, repair.type_at(repair.place())))
    found = _point_behind_sibling(repair, statement)
    if found is not None:
        return found
    if nil_is_harmless(repair):
        checks = [sibling for sibling in following(statement)[:1] if _mentions_error(repair, sibling)]
        return Point(Where.BEHIND, checks[0] if checks and not _holds_exit(checks[0]) else statement)
    return Point(Where.BEHIND, statement, f"{repair.error.name} == nil")


def leaves(repair: Repair, block: Node) -> bool:
    """Whether control never gets to the end of a block."""
    statements = [s for held in block.named_children for s in _statements(held)]
    return bool(statements) and _leaves(repair, statements[-1])


def _point_in_header(repair: Repair, statement: Node) -> Point:
    if statement.kind_id != syntax.IF_STATEMENT:
        raise RefusalError("unresolved", "the resource lives in the header of a loop or switch")
    condition = statement.child_by_field_id(syntax.F_CONDITION)
    told = _told(repair, condition) if condition is not None else _Told()
    then, other = (statement.child_by_field_id(f) for f in (syntax.F_CONSEQUENCE, syntax.F_ALTERNATIVE))
    if told.holds_nil and then is not None:
        return Point(Where.FIRST, then)
    if told.fails_nil and other is not None and other.kind_id == syntax.BLOCK:
        return Point(Where.FIRST, other)
    if told.fails_nil and other is None and then is not None and _outlives_header(repair) and leaves(repair, then):
        return Point(Where.BEHIND, statement)
    raise RefusalError(
        "unresolved", "the resource lives in the header of an if whose branches do not tell that it is there"
    )


def _outlives_header(repair: Repair) -> bool:
    """Whether the variable that holds the resource is declared before the statement whose header acquires it."""
    place = next((loss.holder for loss in repair.leak.losses if loss.holder is not None), None)
    return place is not None and place.root < repair.statement.start_byte


def _point_behind_sibling(repair: Repair, statement: Node) -> Point | None:
    """Look at the statements behind the acquisition until one settles whether it failed."""
    for sibling in following(statement):
        if sibling.kind_id == syntax.IF_STATEMENT:
            told, point = _settled_by_if(repair, sibling)
            if point is not None or told:
                return point
            continue
        if sibling.kind_id == syntax.EXPRESSION_SWITCH_STATEMENT and _settled_by_switch(repair, sibling):
            return Point(Where.BEHIND, sibling)
        if _is_asserted(repair, sibling):
            return Point(Where.BEHIND, sibling)
        if _mentions_error(repair, sibling) or _holds_exit(sibling):
            return None
    outer = statement_of(statement.parent) if statement.parent is not None else None
    if outer is None or outer.kind_id != syntax.IF_STATEMENT or _declares(repair, statement):
        return None
    return _point_behind_sibling(repair, outer)


def _is_asserted(repair: Repair, statement: Node) -> bool:
    """Whether a statement is a call that comes back only if the error is nil: ``require.NoError(t, err)``."""
    calls = syntax.operands(statement) if statement.kind_id == syntax.EXPRESSION_STATEMENT else []
    if len(calls) != 1 or calls[0].kind_id != syntax.CALL_EXPRESSION:
        return False
    callee = repair.analysis.types(repair.unit.function).callee(calls[0])
    check = repair.analysis.models.check(callee.symbol) if callee is not None else None
    arguments = syntax.operands(calls[0].child_by_field_id(syntax.F_ARGUMENTS) or calls[0])
    if check is None or check.holds != "nil" or check.argument >= len(arguments):
        return False
    return _is_error(repair, arguments[check.argument])


def _settled_by_if(repair: Repair, node: Node) -> tuple[bool, Point | None]:
    """Whether an if statement settles the search, and the point that it offers."""
    condition, then = (node.child_by_field_id(f) for f in (syntax.F_CONDITION, syntax.F_CONSEQUENCE))
    other = node.child_by_field_id(syntax.F_ALTERNATIVE)
    if condition is None or then is None or node.child_by_field_id(syntax.F_INITIALIZER) is not None:
        return _mentions_error(repair, node) or _holds_exit(node), None
    told = _told(repair, condition)
    if told.holds_nil and told.exact:
        return True, Point(Where.FIRST, then)
    if told.fails_nil and told.exact:
        if other is not None:
            return True, Point(Where.FIRST, other) if other.kind_id == syntax.BLOCK else None
        if leaves(repair, then):
            return True, Point(Where.BEHIND, node)
        return not _assigns_holder(repair, then), None
    if told.fails_nil or told.holds_nil:
        return True, None
    only_errors = leaves(repair, then) and other is None and _is_error_test(repair, condition)
    return not only_errors and (_mentions_error(repair, node) or _holds_exit(node)), None


def _settled_by_switch(repair: Repair, node: Node) -> bool:
    """Whether every clause of a switch without value leaves, and one takes every error."""
    if node.child_by_field_id(syntax.F_VALUE) is not None:
        return False
    clauses = [child for child in syntax.operands(node) if child.kind_id in _SWITCHES]
    takes_all = False
    for clause in clauses:
        value = clause.child_by_field_id(syntax.F_VALUE)
        conditions = syntax.operands(value) if value is not None else []
        takes_all = takes_all or any(_told(repair, condition).fails_nil for condition in conditions)
        if clause.kind_id == syntax.DEFAULT_CASE or not leaves(repair, clause):
            return False
    return takes_all


def _told(repair: Repair, condition: Node) -> _Told:
    node = syntax.unparen(condition)
    operator = node.child_by_field_id(syntax.F_OPERATOR)
    kind = operator.type if operator is not None else ""
    if node.kind_id == syntax.UNARY_EXPRESSION and kind == "!":
        operand = node.child_by_field_id(syntax.F_OPERAND)
        told = _told(repair, operand) if operand is not None else _Told()
        return _Told(told.fails_nil, told.holds_nil, told.exact)
    left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
    if node.kind_id != syntax.BINARY_EXPRESSION or left is None or right is None:
        return _Told()
    if kind in ("&&", "||"):
        first, second = _told(repair, left), _told(repair, right)
        if kind == "&&":
            return _Told(first.holds_nil or second.holds_nil, first.fails_nil and second.fails_nil)
        return _Told(first.holds_nil and second.holds_nil, first.fails_nil or second.fails_nil)
    if kind in ("==", "!=") and right.kind_id == syntax.NIL and _is_error(repair, left):
        return _Told(kind == "==", kind == "!=", True)
    return _Told()


def _is_error(repair: Repair, node: Node) -> bool:
    inner = syntax.unparen(node)
    return inner.kind_id == syntax.IDENTIFIER and repair.bindings.variable(inner) is repair.error


def _is_error_test(repair: Repair, condition: Node) -> bool:
    """Whether a condition is a call such as ``errors.Is(err, ...)`` on the error."""
    node = syntax.unparen(condition)
    arguments = node.child_by_field_id(syntax.F_ARGUMENTS) if node.kind_id == syntax.CALL_EXPRESSION else None
    return arguments is not None and any(_is_error(repair, argument) for argument in syntax.operands(arguments)[:1])


def _mentions_error(repair: Repair, node: Node) -> bool:
    assert repair.error is not None
    return any(node.start_byte <= use.start_byte < node.end_byte for use in repair.bindings.uses(repair.error))


def _assigns_holder(repair: Repair, block: Node) -> bool:
    """Whether a branch tries again: it assigns anew what the acquisition was assigned to."""
    targets = {repair.bindings.variable(target) for target in repair.targets} - {None}
    for held in block.named_children:
        for statement in _statements(held):
            if statement.kind_id == syntax.ASSIGNMENT_STATEMENT:
                left = statement.child_by_field_id(syntax.F_LEFT)
                assigned = {repair.bindings.variable(n) for n in syntax.operands(left)} if left is not None else set()
                if len(targets & assigned) > 1:
                    return True
    return False


def _declares(repair: Repair, statement: Node) -> bool:
    return statement.kind_id in (syntax.SHORT_VAR_DECLARATION, syntax.VAR_DECLARATION) and bool(repair.targets)


def _holds_exit(node: Node) -> bool:
    """Whether a return, or a jump, stands anywhere in a statement outside function literals."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at.kind_id in _JUMPS:
            return True
        if at.kind_id != syntax.FUNC_LITERAL:
            waiting.extend(at.named_children)
    return False


def _statements(held: Node) -> list[Node]:
    return syntax.operands(held) if held.kind_id == syntax.STATEMENT_LIST else []


def _leaves(repair: Repair, statement: Node) -> bool:
    if statement.kind_id in _JUMPS:
        return True
    if statement.kind_id == syntax.BLOCK:
        return leaves(repair, statement)
    if statement.kind_id == syntax.IF_STATEMENT:
        branches = [statement.child_by_field_id(f) for f in (syntax.F_CONSEQUENCE, syntax.F_ALTERNATIVE)]
        return all(
            branch is not None
            and (_leaves(repair, branch) if branch.kind_id == syntax.IF_STATEMENT else leaves(repair, branch))
            for branch in branches
        )
    if statement.kind_id == syntax.EXPRESSION_STATEMENT:
        return any(_never_returns(repair, call) for call in syntax.operands(statement))
    return False


def _never_returns(repair: Repair, call: Node) -> bool:
    if call.kind_id != syntax.CALL_EXPRESSION:
        return False
    callee = repair.analysis.types(repair.unit.function).callee(call)
    if callee is None:
        return False
    if callee.kind == "builtin":
        return callee.name == "panic"
    if repair.analysis.models.never_returns(callee.symbol):
        return True
    return callee.function is not None and repair.analysis.program.summary(callee.function).never_returns


def nil_is_harmless(repair: Repair) -> bool:
    """Whether releasing nil does nothing but return an error."""
    callee = repair.analysis.types(repair.unit.function).callee(repair.call)
    results = callee.signature.results if callee is not None and callee.signature is not None else ()
    return 0 <= repair.result < len(results) and str(results[repair.result]) in _NIL_SAFE
