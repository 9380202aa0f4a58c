"""Ways out of a goroutine at one of its waits: what is returned there, and what must not be skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import statement_of
from leakfix.languages.go.types import Array, Basic, Chan, Named, Signature, Struct, Tuple, TypeParam, underlying
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.channel_operations import Operation
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.ticker_scene import Scene

_LOCKS: Final = {"Lock": "Unlock", "RLock": "RUnlock"}
_RELEASES: Final = frozenset({"Close", "Done", "Release", "Stop", "Cancel", "Unlock", "RUnlock", "Rollback", "Commit"})
_ENDINGS: Final = ("close", "release", "unlock", "cancel", "stop", "done", "rollback", "commit", "shutdown")
"""What the names of functions contain, in lower case, that give something back or end it."""

_NUMBERS: Final = frozenset(
    (
        *("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte"),
        *("rune", "float32", "float64", "complex64", "complex128"),
    )
)


def returning(scene: Scene, at: Node, error: str = "") -> str:
    """The statement that returns from the function around a node, with zero values or the named results as they are.

    A last result that is an error is ``error`` then, if that is given and no result has a name.
    """
    owner = syntax.owner_of(at)
    signature = scene.types.signature(owner) if owner is not None else None
    if owner is None or not isinstance(signature, Signature):
        raise RefusalError("unresolved", "the results of the function are not known")
    if not signature.results:
        return "return"
    named = [v for v in scene.bindings.variables if v.kind == "result" and v.function == owner]
    if named:
        visible = scene.bindings.locals_at(at)
        if any(visible.get(result.name) is not result for result in named):
            raise RefusalError("named-result", "a named result is shadowed here")
        return "return"
    values = [_zero(scene, at, result) for result in signature.results]
    if error and str(signature.results[-1]) == "error":
        values[-1] = error
    return f"return {', '.join(values)}"


def _zero(scene: Scene, at: Node, of: Type | None) -> str:
    under = underlying(of)
    if isinstance(under, Basic):
        if under.name == "bool":
            return "false"
        if under.name == "string":
            return '""'
        if under.name in _NUMBERS or str(under) in _NUMBERS:
            return "0"
    if under is None:
        raise RefusalError("unresolved", "the type of a result is not known")
    if isinstance(under, Struct):
        name = spelled(scene.function.file, scene.bindings, at, of) if isinstance(of, Named) else None
        if name is None:
            raise RefusalError("unresolved", "the type of a result has no name here")
        return f"{name}{{}}"
    if isinstance(under, Array | TypeParam | Tuple):
        raise RefusalError("unresolved", "a result has no short zero value")
    return "nil"


def check_exit(scene: Scene, operation: Operation, way_out: str) -> None:
    """Raise `RefusalError` where leaving at the wait would skip what other ways out of the function do."""
    wait, owner = operation.node, operation.owner
    loop = _outermost_loop(wait, owner)
    calls = list(_calls(owner))
    for call in calls:
        name = _name(call)
        if name in _LOCKS and call.start_byte < wait.start_byte and _is_held(call, calls, wait):
            raise RefusalError("lock", f"{_receiver(call)} is locked here, and would stay so")
        is_counted = name == "Add" and call.start_byte < wait.start_byte and loop is not None and _within(call, loop)
        if is_counted and any(_name(other) == "Done" and _receiver(other) == _receiver(call) for other in calls):
            raise RefusalError("cleanup", f"{_receiver(call)}.Done would not be called")
        is_own = syntax.text(call) == f"close({syntax.text(operation.channel)})"
        if call.start_byte > wait.start_byte and not is_own and _is_owed(scene, call, wait, loop):
            raise RefusalError("cleanup", f"{syntax.text(call)} behind the wait would not run")
    at = wait.parent
    while way_out.startswith("return") and at is not None and at != owner:
        if at.kind_id == syntax.FOR_STATEMENT and not _is_counted(scene, at) and _tail(at, owner):
            raise RefusalError("cleanup", "the statements behind the loop would not run")
        at = at.parent


def _is_held(lock: Node, calls: list[Node], wait: Node) -> bool:
    """Whether a lock that is taken before the wait, in a block around it, is not given back before it."""
    if not _encloses(lock, wait):
        return False
    unlock, receiver = _LOCKS[_name(lock)], _receiver(lock)
    return not any(
        _name(call) == unlock
        and _receiver(call) == receiver
        and lock.start_byte < call.start_byte < wait.start_byte
        and _encloses(call, wait)
        for call in calls
    )


def _is_owed(scene: Scene, call: Node, wait: Node, loop: Node | None) -> bool:
    """Whether a call behind the wait gives back what was there before it."""
    name = _name(call)
    if loop is None:
        return any(word in name.lower() for word in _ENDINGS)
    if name not in _RELEASES and name not in ("close", "cancel"):
        return False
    base = _base(call)
    variable = scene.bindings.variable(base) if base is not None else None
    if variable is None or not _within(call, loop):
        return not _within(call, loop)
    start = variable.declaration.start_byte
    return loop.start_byte < start < wait.start_byte


def _is_counted(scene: Scene, loop: Node) -> bool:
    """Whether a loop goes over something that is there: what follows is no way out of it, but the next thing to do."""
    clause = next((child for child in syntax.operands(loop) if child.kind_id != syntax.BLOCK), None)
    if clause is None or clause.kind_id not in (syntax.RANGE_CLAUSE, syntax.FOR_CLAUSE):
        return False
    if clause.kind_id == syntax.FOR_CLAUSE:
        return clause.child_by_field_id(syntax.F_CONDITION) is not None
    ranged = clause.child_by_field_id(syntax.F_RIGHT)
    of = underlying(scene.types.of(ranged)) if ranged is not None else None
    return of is not None and not isinstance(of, Chan | Signature)


def _tail(loop: Node, owner: Node) -> bool:
    """Whether statements stand behind a loop, up to the function's end, that are no return."""
    at: Node | None = loop
    while at is not None and at != owner:
        following = at.next_named_sibling if at.parent is not None and _is_list(at.parent) else None
        while following is not None:
            if following.kind_id not in (syntax.COMMENT, syntax.RETURN_STATEMENT):
                return True
            following = following.next_named_sibling
        at = at.parent
    return False


def _is_list(node: Node) -> bool:
    return node.kind_id == syntax.STATEMENT_LIST


def _calls(owner: Node) -> Iterator[Node]:
    """The calls of a function that are made, or started, when control passes: no deferred ones, none in literals."""
    waiting = [owner.child_by_field_id(syntax.F_BODY)]
    while waiting:
        node = waiting.pop()
        if node is None or node.kind_id in (syntax.FUNC_LITERAL, syntax.DEFER_STATEMENT):
            continue
        if node.kind_id == syntax.CALL_EXPRESSION:
            yield node
        waiting.extend(node.named_children)


def _name(call: Node) -> str:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    return syntax.text(function).rpartition(".")[2] if function is not None else ""


def _receiver(call: Node) -> str:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    return syntax.text(function).rpartition(".")[0] if function is not None else ""


def _base(call: Node) -> Node | None:
    """The identifier that a call's receiver, or the argument of close, starts with."""
    at = call.child_by_field_id(syntax.F_FUNCTION)
    if at is not None and at.kind_id == syntax.IDENTIFIER and syntax.text(at) == "close":
        arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
        at = arguments[0] if arguments else None
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.child_by_field_id(syntax.F_OPERAND)
    return at if at is not None and at.kind_id == syntax.IDENTIFIER else None


def _encloses(call: Node, wait: Node) -> bool:
    """Whether the block that a call stands in is one around the wait."""
    statement = statement_of(call)
    block = statement.parent if statement is not None else None
    return block is not None and block.start_byte <= wait.start_byte and wait.end_byte <= block.end_byte


def _within(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _outermost_loop(node: Node, owner: Node) -> Node | None:
    found, at = None, node.parent
    while at is not None and at != owner:
        if at.kind_id == syntax.FOR_STATEMENT:
            found = at
        at = at.parent
    return found
