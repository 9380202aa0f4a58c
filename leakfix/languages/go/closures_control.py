"""Where control goes in Go statements: what leaves a run of statements, and what can follow a statement.

Function literals are other functions: their statements never count here.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Final

from tree_sitter import Node

from leakfix.languages.go import syntax as go
from leakfix.text.records import record

EMPTY_STATEMENT: Final = go.kind("empty_statement")

CHOICES: Final = frozenset({go.EXPRESSION_SWITCH_STATEMENT, go.TYPE_SWITCH_STATEMENT, go.SELECT_STATEMENT})
"""The statements made of clauses, which an unlabelled break leaves."""
CLAUSES: Final = frozenset({go.EXPRESSION_CASE, go.TYPE_CASE, go.COMMUNICATION_CASE, go.DEFAULT_CASE})

_BREAKABLE: Final = CHOICES | {go.FOR_STATEMENT}
_HOLDERS: Final = (
    CHOICES
    | CLAUSES
    | {go.BLOCK, go.STATEMENT_LIST, go.IF_STATEMENT, go.FOR_STATEMENT, go.LABELED_STATEMENT, go.FUNC_LITERAL}
)
"""What statements stand in."""


class Jump(Enum):
    """How a statement ends."""

    FALL = "fall"
    RETURN = "return"
    BREAK = "break"
    CONTINUE = "continue"
    GOTO = "goto"
    FALLTHROUGH = "fallthrough"


_JUMPS: Final = {
    go.RETURN_STATEMENT: Jump.RETURN,
    go.BREAK_STATEMENT: Jump.BREAK,
    go.CONTINUE_STATEMENT: Jump.CONTINUE,
    go.GOTO_STATEMENT: Jump.GOTO,
    go.FALLTHROUGH_STATEMENT: Jump.FALLTHROUGH,
}


@record
class Exit:
    """A statement that leaves a run of statements; ``target`` is what a break or continue refers to."""

    jump: Jump
    node: Node
    target: Node | None
    label: str


Way = tuple[Jump, int | str]
"""How control leaves a statement: the jump with the id of its target, the label of a goto, or 0."""

FALL: Final[Way] = (Jump.FALL, 0)

Stops = Callable[[Node], bool]
"""Whether a call expression never comes back."""


def never_stops(call: Node) -> bool:
    """Take every call for one that comes back, but for ``panic``."""
    callee = call.child_by_field_id(go.F_FUNCTION)
    return callee is not None and callee.kind_id == go.IDENTIFIER and callee.text == b"panic"


def statements_of(holder: Node | None) -> list[Node]:
    """The statements of a block, a clause or a statement list, without comments and empty statements."""
    if holder is None:
        return []
    if holder.kind_id != go.STATEMENT_LIST:
        lists = [child for child in holder.named_children if child.kind_id == go.STATEMENT_LIST]
        return statements_of(lists[0]) if lists else []
    return [child for child in go.operands(holder) if child.kind_id != EMPTY_STATEMENT]


def enclosing_loops(node: Node) -> list[Node]:
    """The for statements in whose body a node stands, innermost first, up to the function around it."""
    loops: list[Node] = []
    inner, at = node, node.parent
    while at is not None and at.kind_id not in go.FUNCTION_KINDS:
        if at.kind_id == go.FOR_STATEMENT and at.child_by_field_id(go.F_BODY) == inner:
            loops.append(at)
        inner, at = at, at.parent
    return loops


def nested(statements: Sequence[Node]) -> Iterator[Node]:
    """Every statement of a run and every statement and clause within them, in the order of the file."""
    stack = list(reversed(statements))
    while stack:
        node = stack.pop()
        if node.kind_id == go.FUNC_LITERAL:
            continue
        yield node
        if node.kind_id in _HOLDERS:
            stack.extend(reversed(node.named_children))


def label_of(jump: Node) -> str:
    """The label that a break, continue or goto names; empty when it names none."""
    names = [child for child in jump.named_children if child.kind_id == go.LABEL_NAME]
    return go.text(names[0]) if names else ""


def labels_of(statement: Node) -> list[Node]:
    """The labelled statements directly around a statement, innermost first."""
    labelled: list[Node] = []
    at = statement.parent
    while at is not None and at.kind_id == go.LABELED_STATEMENT:
        labelled.append(at)
        at = at.parent
    return labelled


def target_of(jump: Node) -> Node | None:
    """The statement that a break or continue refers to; None for other jumps and in broken code."""
    if jump.kind_id not in (go.BREAK_STATEMENT, go.CONTINUE_STATEMENT):
        return None
    label = label_of(jump)
    wanted = _BREAKABLE if jump.kind_id == go.BREAK_STATEMENT else frozenset({go.FOR_STATEMENT})
    at = jump.parent
    while at is not None and at.kind_id not in go.FUNCTION_KINDS:
        if label:
            if at.kind_id == go.LABELED_STATEMENT and _label_text(at) == label:
                return _labelled(at)
        elif at.kind_id in wanted:
            return at
        at = at.parent
    return None


def exits(statements: Sequence[Node]) -> list[Exit]:
    """The jumps that leave a run of sibling statements, in the order of the file."""
    start, end = statements[0].start_byte, statements[-1].end_byte
    own = {_label_text(node) for node in nested(statements) if node.kind_id == go.LABELED_STATEMENT}
    found: list[Exit] = []
    for node in nested(statements):
        jump = _JUMPS.get(node.kind_id)
        if jump is None or jump is Jump.FALLTHROUGH:
            continue
        label, target = label_of(node), target_of(node)
        inside = target is not None and start <= target.start_byte < end
        if inside or (jump is Jump.GOTO and label in own):
            continue
        found.append(Exit(jump, node, target, label))
    return found


def gotos_into(function: Node, statements: Sequence[Node]) -> list[Node]:
    """The goto statements outside of a run of statements whose label stands inside of it."""
    start, end = statements[0].start_byte, statements[-1].end_byte
    own = {_label_text(node) for node in nested(statements) if node.kind_id == go.LABELED_STATEMENT}
    body = function.child_by_field_id(go.F_BODY)
    if not own or body is None:
        return []
    outside = (node for node in nested([body]) if not start <= node.start_byte < end)
    return [node for node in outside if node.kind_id == go.GOTO_STATEMENT and label_of(node) in own]


def repeats_after(statement: Node, loop: Node, stops: Stops = never_stops) -> bool:
    """Whether the body of a loop can be entered again once a statement in it has run."""
    ways = _ways_from(statement, loop, stops)
    return FALL in ways or (Jump.CONTINUE, loop.id) in ways or any(jump is Jump.GOTO for jump, _ in ways)


def jumped_back(statement: Node, stops: Stops = never_stops) -> Node | None:
    """The label before a statement, outside of any for, to which control can jump back once the statement has run."""
    function = go.owner_of(statement)
    body = None if function is None else function.child_by_field_id(go.F_BODY)
    if body is None:
        return None
    ways = _ways_from(statement, body, stops)
    for node in nested([body]):
        if node.kind_id != go.LABELED_STATEMENT or node.start_byte > statement.start_byte:
            continue
        if (Jump.GOTO, _label_text(node)) in ways:
            return node
    return None


def ends_in_jump(statements: Sequence[Node], leaving: frozenset[int]) -> bool:
    """Whether a run of statements ends in a terminating statement, as the Go specification defines it.

    ``leaving`` holds the ids of the jumps that will be written as return statements.
    """
    return bool(statements) and _terminating(statements[-1], leaving)


def _label_text(labelled: Node) -> str:
    label = labelled.child_by_field_id(go.F_LABEL)
    return "" if label is None else go.text(label)


def _labelled(node: Node) -> Node:
    """The statement behind all the labels of a labelled statement."""
    while node.kind_id == go.LABELED_STATEMENT:
        inner = [child for child in go.operands(node) if child.kind_id != go.LABEL_NAME]
        if not inner:
            return node
        node = inner[0]
    return node


def _endless(loop: Node) -> bool:
    """Whether a for statement has no condition and ranges over nothing."""
    head = [child for child in go.operands(loop) if child != loop.child_by_field_id(go.F_BODY)]
    if not head:
        return True
    return head[0].kind_id == go.FOR_CLAUSE and head[0].child_by_field_id(go.F_CONDITION) is None


def _ways_from(statement: Node, top: Node, stops: Stops) -> set[Way]:
    """How control can leave ``top`` (a loop's body, for a loop) once a statement in it has run."""
    ways: set[Way] = {FALL}
    node = statement
    while node != top:
        parent = node.parent
        if parent is None or parent == top:
            break
        if parent.kind_id == go.STATEMENT_LIST:
            if FALL in ways:
                rest = [child for child in statements_of(parent) if child.start_byte >= node.end_byte]
                ways = (ways - {FALL}) | _sequence(rest, stops)
        elif parent.kind_id == go.FOR_STATEMENT:
            ways = _around_loop(parent, ways, stops)
        elif parent.kind_id in CHOICES:
            ways = _around_choice(parent, node, ways, stops)
        elif parent.kind_id == go.LABELED_STATEMENT:
            ways = _resolved(ways, node)
        node = parent
    return ways


def _around_loop(loop: Node, ways: set[Way], stops: Stops) -> set[Way]:
    """The ways out of a loop, of the ways out of its body."""
    again: set[Way] = {FALL, (Jump.CONTINUE, loop.id)}
    going_on = not again.isdisjoint(ways)
    ways = ways - again
    return _resolved(ways | _ways(loop, stops) if going_on else ways, loop)


def _around_choice(choice: Node, clause: Node, ways: set[Way], stops: Stops) -> set[Way]:
    """The ways out of a switch or select, of the ways out of one of its clauses."""
    through: Way = (Jump.FALLTHROUGH, 0)
    for later in (node for node in go.operands(choice) if node.start_byte >= clause.end_byte):
        if through not in ways:
            break
        ways = (ways - {through}) | _sequence(statements_of(later), stops)
    return _resolved(ways - {through}, choice)


def _resolved(ways: set[Way], statement: Node) -> set[Way]:
    """The ways with a break out of a statement turned into going on behind it."""
    broken = (Jump.BREAK, statement.id)
    return (ways - {broken}) | {FALL} if broken in ways else ways


def _sequence(statements: Sequence[Node], stops: Stops) -> set[Way]:
    ways: set[Way] = set()
    for statement in statements:
        here = _ways(statement, stops)
        ways |= here - {FALL}
        if FALL not in here:
            return ways
    return ways | {FALL}


def _ways(node: Node, stops: Stops) -> set[Way]:
    """How control can leave a statement that it enters."""
    kind = node.kind_id
    jump = _JUMPS.get(kind)
    if jump is not None:
        return {(jump, _key(jump, node))}
    if kind == go.EXPRESSION_STATEMENT:
        inner = go.operands(node)
        stopped = bool(inner) and inner[0].kind_id == go.CALL_EXPRESSION and stops(inner[0])
        return set() if stopped else {FALL}
    if kind == go.BLOCK:
        return _sequence(statements_of(node), stops)
    if kind == go.IF_STATEMENT:
        other = node.child_by_field_id(go.F_ALTERNATIVE)
        ways = _sequence(statements_of(node.child_by_field_id(go.F_CONSEQUENCE)), stops)
        return ways | ({FALL} if other is None else _ways(other, stops))
    if kind == go.FOR_STATEMENT:
        ways = _sequence(statements_of(node.child_by_field_id(go.F_BODY)), stops)
        ways -= {FALL, (Jump.CONTINUE, node.id)}
        return _resolved(ways if _endless(node) else ways | {FALL}, node)
    if kind in CHOICES:
        return _ways_of_choice(node, stops)
    if kind == go.LABELED_STATEMENT:
        inner_most = _labelled(node)
        return {FALL} if inner_most == node else _resolved(_ways(inner_most, stops), inner_most)
    return {FALL}


def _ways_of_choice(node: Node, stops: Stops) -> set[Way]:
    clauses = [child for child in go.operands(node) if child.kind_id in CLAUSES]
    ways: set[Way] = set()
    for clause in clauses:
        ways |= _sequence(statements_of(clause), stops)
    ways.discard((Jump.FALLTHROUGH, 0))
    complete = node.kind_id == go.SELECT_STATEMENT or any(clause.kind_id == go.DEFAULT_CASE for clause in clauses)
    return _resolved(ways if complete else ways | {FALL}, node)


def _key(jump: Jump, node: Node) -> int | str:
    if jump is Jump.GOTO:
        return label_of(node)
    target = target_of(node)
    return 0 if target is None else target.id


def _terminating(node: Node, leaving: frozenset[int]) -> bool:
    kind = node.kind_id
    if kind in (go.RETURN_STATEMENT, go.GOTO_STATEMENT) or node.id in leaving:
        return True
    if kind == go.EXPRESSION_STATEMENT:
        inner = go.operands(node)
        return bool(inner) and inner[0].kind_id == go.CALL_EXPRESSION and never_stops(inner[0])
    if kind == go.BLOCK:
        return ends_in_jump(statements_of(node), leaving)
    if kind == go.IF_STATEMENT:
        other = node.child_by_field_id(go.F_ALTERNATIVE)
        consequence = statements_of(node.child_by_field_id(go.F_CONSEQUENCE))
        return other is not None and ends_in_jump(consequence, leaving) and _terminating(other, leaving)
    if kind == go.FOR_STATEMENT:
        return _endless(node) and not _broken(node)
    if kind in CHOICES:
        return _terminating_choice(node, leaving)
    if kind == go.LABELED_STATEMENT:
        inner_most = _labelled(node)
        return inner_most != node and _terminating(inner_most, leaving)
    return False


def _terminating_choice(node: Node, leaving: frozenset[int]) -> bool:
    clauses = [child for child in go.operands(node) if child.kind_id in CLAUSES]
    complete = node.kind_id == go.SELECT_STATEMENT or any(clause.kind_id == go.DEFAULT_CASE for clause in clauses)
    if not complete or _broken(node):
        return False
    bodies = [statements_of(clause) for clause in clauses]
    return all(
        ends_in_jump(body, leaving) or bool(body and body[-1].kind_id == go.FALLTHROUGH_STATEMENT) for body in bodies
    )


def _broken(statement: Node) -> bool:
    """Whether a break inside of a loop, switch or select refers to it."""
    breaks = (node for node in nested([statement]) if node.kind_id == go.BREAK_STATEMENT)
    return any(target_of(node) == statement for node in breaks)
