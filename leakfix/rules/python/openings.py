"""Statements behind which a variable is open on all ways: a try that guards the opening alone, an if with an else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.contexts import bound_by, sites_of
from leakfix.rules.python.flowing import Flow
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.scenes import LEAVING, Scene, compound_of
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.python.repair import Repair

_EXITS: Final = frozenset(("sys.exit", "os._exit", "exit", "quit"))


@record
class Opened:
    """In ``scene``, before its statements ``body``, the variable ``name`` holds something that is open."""

    scene: Scene
    body: tuple[Node, ...]
    name: str


def opened_by(repair: Repair) -> Opened:
    """Where it is open for sure behind the statement around its opening. Raises `RefusalError`."""
    block = syntax.block_of(repair.statement)
    owner = compound_of(block) if block is not None else None
    if block is None or owner is None or repair.variable is None or bound_by(repair) is None:
        raise _refusal()
    if syntax.statements(block)[-1] != repair.statement:
        raise _refusal()
    flow = Flow.of(repair)
    other = _else_of(owner) if syntax.field(owner, "body") == block else None
    if other is not None:
        return _in_else(repair, flow, other)
    return _behind(repair, flow, owner, block)


def _refusal() -> RefusalError:
    return RefusalError("outside-block", "it is opened in a block of its own and used behind it")


def _behind(repair: Repair, flow: Flow, owner: Node, block: Node) -> Opened:
    """Open behind a statement each way through which leaves, or ends by opening."""
    outer = syntax.block_of(owner)
    blocks = _ways_out(owner)
    ends = [_opens(repair, one) for one in blocks if not _leaves(repair, one)]
    if outer is None or repair.variable is None or block not in blocks or not ends or None in ends:
        raise _refusal()
    alike = frozenset(node.start_byte for node in ends if node is not None)
    scene = replace(Scene.in_block(repair, flow, outer), alike=alike)
    if scene.first != owner or not scene.following:
        raise _refusal()
    return Opened(scene, scene.following, repair.variable.name)


def _else_of(statement: Node) -> Node | None:
    """The block of the else clause of a try statement, which runs behind its body alone."""
    if statement.type != syntax.TRY_STATEMENT:
        return None
    clause = next((child for child in syntax.named(statement) if child.type == syntax.ELSE_CLAUSE), None)
    return clause.named_children[-1] if clause is not None else None


def _in_else(repair: Repair, flow: Flow, block: Node) -> Opened:
    """Open in the else clause of the try statement whose body ends by opening, and used nowhere else."""
    inside = syntax.statements(block)
    own = syntax.block_of(repair.statement)
    behind = [need for need in flow.needs if own is None or not syntax.is_within(need, own)]
    if not behind or repair.variable is None or not all(syntax.is_within(need, block) for need in behind):
        raise _refusal()
    end = max(need.end_byte for need in behind)
    body = tuple(node for node in inside if node.start_byte < end)
    return Opened(Scene(repair, flow, block, body[0], body[-1]), body, repair.variable.name)


def _ways_out(statement: Node) -> list[Node]:
    """The blocks one of which a try or if statement always ends with; none where that is not so simple."""
    clauses = [child for child in syntax.named(statement) if child.type.endswith("_clause")]
    kinds = [clause.type for clause in clauses]
    first = syntax.field(statement, "body" if statement.type == syntax.TRY_STATEMENT else "consequence")
    if statement.type == syntax.IF_STATEMENT:
        is_simple = bool(kinds) and kinds[-1] == syntax.ELSE_CLAUSE
    else:
        is_simple = statement.type == syntax.TRY_STATEMENT and set(kinds) == {syntax.EXCEPT_CLAUSE}
    if first is None or not is_simple:
        return []
    return [first, *(clause.named_children[-1] for clause in clauses)]


def _leaves(repair: Repair, block: Node) -> bool:
    inside = syntax.statements(block) if block.type == syntax.BLOCK else []
    if not inside:
        return False
    last = inside[-1]
    if last.type in LEAVING:
        return True
    call = syntax.named(last)[0] if last.type == syntax.EXPRESSION_STATEMENT else None
    return call is not None and call.type == syntax.CALL and repair.analysis.types.callee(call).symbol in _EXITS


def _opens(repair: Repair, block: Node) -> Node | None:
    """The name, if it is the resource's variable, to which the last statement of a block assigns something opened."""
    inside = syntax.statements(block) if block.type == syntax.BLOCK else []
    assignment = syntax.named(inside[-1])[0] if inside and inside[-1].type == syntax.EXPRESSION_STATEMENT else None
    if assignment is None or assignment.type != syntax.ASSIGNMENT:
        return None
    left, right = syntax.field(assignment, "left"), syntax.field(assignment, "right")
    if left is None or right is None or repair.bindings.variable(left) is not repair.variable:
        return None
    right = syntax.unparen(right)
    return left if (right.start_byte, right.end_byte) in sites_of(repair) else None
