"""Timers, threads and HTTP sessions that an object starts and keeps, and nobody ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.python import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function, PyClass

Kind: TypeAlias = Literal["timer", "thread", "session"]

STOPS: Final = (
    *("close", "aclose", "stop", "shutdown", "terminate", "disconnect", "cleanup", "teardown", "cancel", "__exit__"),
    "__aexit__",
)
"""The names of the methods by which an object is told that it is not needed any more, the likeliest first."""
SESSIONS: Final = frozenset(("http-session", "http-client", "async-http-client", "async-http-session"))
"""The resources that are sessions of HTTP clients."""
_QUEUES: Final = frozenset(("queue.Queue", "queue.SimpleQueue"))
_ENDS: Final = ("cancel", "join", "close", "aclose", "stop", "shutdown", "__exit__", "__aexit__")
_HARMLESS: Final = frozenset(
    ("start", "daemon", "name", "setDaemon", "setName", "is_alive", "ident", "native_id", "finished", "interval")
)
"""What is done to a thread without ending it, or handing it on."""


@record
class Loop:
    """A loop for ever on a queue: the statement that takes an item, the variable, and the queue as it is written."""

    statement: Node
    target: Node | None
    queue: Node
    endless: Node


@record
class Unstopped:
    """What an object keeps running: the attribute, the call that made it, the release and the owner's own stop.

    `stores` are the targets of all assignments to the attribute, those of None too; `release` is what ends it;
    `is_async` says that it has to be awaited. `loop` is what a thread does for ever.
    """

    kind: Kind
    noun: str
    class_: PyClass
    attribute: str
    call: Node
    stores: tuple[Node, ...]
    stop: Function | None
    release: str
    is_async: bool
    loop: Loop | None = None
    is_periodic: bool = False
    """Whether what a timer calls starts the next one."""


def unstopped(analysis: Analysis) -> Iterator[Unstopped]:
    """Yield what the classes of a file keep running, in order."""
    found: list[Unstopped] = []
    for class_ in analysis.file.classes:
        for attribute in analysis.types.classes.attributes(class_):
            one = _kept(analysis, class_, attribute)
            if one is not None and not _is_ended(analysis, one):
                found.append(one)
    yield from sorted(found, key=lambda one: one.call.start_byte)


def _kept(analysis: Analysis, class_: PyClass, attribute: str) -> Unstopped | None:
    """What an attribute holds, if all that it is ever given is a timer, a thread or a session made there, or None."""
    types = analysis.types
    stores = types.classes.stores(class_, attribute)
    calls = [value for value in map(_value, stores) if value is not None and value.type != syntax.NONE]
    if not calls or any(value.type != syntax.CALL for value in calls) or any(_value(one) is None for one in stores):
        return None
    symbols = {types.callee(value).symbol for value in calls}
    symbol = symbols.pop() if len(symbols) == 1 else None
    stop = next((class_.methods[name] for name in STOPS if name in class_.methods), None)
    if symbol == "threading.Timer":
        periodic = _is_periodic(analysis, class_, calls)
        if stop is None and not periodic:
            return None
        return Unstopped("timer", "timer", class_, attribute, calls[0], stores, stop, "cancel", False, None, periodic)
    if symbol == "threading.Thread":
        loop = _loop(analysis, class_, calls[0]) if len(calls) == 1 else None
        if loop is None:
            return None
        return Unstopped("thread", "thread", class_, attribute, calls[0], stores, stop, "put", False, loop)
    resources = (
        [types.models.resource(one.resource) for one in types.models.acquires(symbol or "")] if types.models else []
    )
    if resources and resources[0].name in SESSIONS:
        one = resources[0]
        is_async = one.context == "async with"
        return Unstopped("session", one.noun, class_, attribute, calls[0], stores, stop, one.release[0], is_async)
    return None


def _value(store: Node) -> Node | None:
    value = store.parent.child_by_field_name("right") if store.parent is not None else None
    return syntax.unparen(value) if value is not None else None


# who ends it


def _is_ended(analysis: Analysis, one: Unstopped) -> bool:
    """Whether anything ends it, may end it, or is not started."""
    name = one.attribute.encode()
    ends = re.compile(rb"\b%b\s*\.\s*(?:%b)\b" % (re.escape(name), "|".join(_ENDS).encode()))
    others = (file for file in analysis.world.mentioning(name) if file is not analysis.file)
    if any(ends.search(file.data) for file in others):
        return True
    started = one.kind == "session"
    for node in _mentions(analysis, name):
        used = _use(node) if _may_be(analysis, one.class_, node) else ""
        if used is None or used in _ENDS:
            return True
        started = started or used == "start"
        if one.kind != "session" and used and used not in _HARMLESS:
            return True
    return not started


def _may_be(analysis: Analysis, class_: PyClass, node: Node) -> bool:
    """Whether what an attribute is asked of may be an object of a class."""
    held = node.child_by_field_name("object")
    owner = analysis.types.of(held) if held is not None else None
    other = analysis.world.class_(owner, analysis.file) if owner is not None else None
    if other is None or other is class_:
        return owner is None or other is class_
    lineage = analysis.types.classes.lineage
    return any(up is class_ for up in lineage(other)) or any(up is other for up in lineage(class_))


def _mentions(analysis: Analysis, name: bytes) -> Iterator[Node]:
    """The attributes of a name anywhere in the file."""
    root = analysis.file.root
    for match in re.finditer(rb"\.\s*(%b)\b" % re.escape(name), analysis.file.data):
        node = root.descendant_for_byte_range(match.start(1), match.end(1))
        parent = node.parent if node is not None and node.type == syntax.IDENTIFIER else None
        if parent is not None and parent.type == syntax.ATTRIBUTE:
            yield parent


def _use(node: Node) -> str | None:
    """What is done with an attribute: the name that is asked of it, "" of a test or an assignment, None of all else."""
    parent = node.parent
    if parent is None:
        return None
    if parent.type == syntax.ATTRIBUTE:
        name = parent.child_by_field_name("attribute")
        return syntax.text(name) if name is not None else None
    if parent.type == syntax.ASSIGNMENT and parent.child_by_field_name("left") == node:
        return ""
    if parent.type in _TESTS and all(child == node or child.type == syntax.NONE for child in syntax.named(parent)):
        return ""
    is_condition = parent.child_by_field_name("condition") == node
    return "" if is_condition and parent.type in _CONDITIONS else None


_TESTS: Final = frozenset((syntax.COMPARISON_OPERATOR, syntax.NOT_OPERATOR))
_CONDITIONS: Final = frozenset((syntax.IF_STATEMENT, syntax.ELIF_CLAUSE, syntax.WHILE_STATEMENT))


# timers and threads


def _method(analysis: Analysis, class_: PyClass, call: Node, position: int, keyword: str) -> Function | None:
    """The method of the class that a call is given."""
    given = syntax.argument(call, position, keyword)
    symbol = analysis.types.symbol(given) if given is not None and given.type == syntax.ATTRIBUTE else None
    function = analysis.world.function(symbol, analysis.file) if symbol is not None else None
    return function if function is not None and function.class_ is class_ else None


def _is_periodic(analysis: Analysis, class_: PyClass, calls: list[Node]) -> bool:
    """Whether what the timer calls starts the next one, itself or through a method that it calls."""
    callback = _method(analysis, class_, calls[0], 1, "function")
    if callback is None:
        return False
    reached = {callback.name, *(called.name for called in _called(analysis, callback))}
    makers = (analysis.function_at(call.start_byte) for call in calls)
    return any(maker.name in reached for maker in makers)


def _called(analysis: Analysis, method: Function) -> Iterator[Function]:
    for call in syntax.captures("(call) @c", method.body).get("c", []):
        function = analysis.types.callee(call).function
        if function is not None and function.class_ is method.class_:
            yield function


def _loop(analysis: Analysis, class_: PyClass, call: Node) -> Loop | None:
    """The loop for ever in which a thread takes items of a queue of the object, and does not stop for any."""
    target = _method(analysis, class_, call, 1, "target")
    if target is None or target.is_generator or target.is_async:
        return None
    for loop in syntax.captures("(while_statement) @w", target.body).get("w", []):
        condition, body = loop.child_by_field_name("condition"), loop.child_by_field_name("body")
        if condition is None or body is None or syntax.unparen(condition).text not in (b"True", b"1") or _leaves(body):
            continue
        for statement in syntax.statements(body):
            taken = _taken(analysis, statement)
            if taken is not None:
                return Loop(statement, taken[0], taken[1], loop)
    return None


def _leaves(body: Node) -> bool:
    """Whether anything in a loop may end it on purpose."""
    found = syntax.captures("[(break_statement) (return_statement) (raise_statement)] @l", body).get("l", [])
    return bool(found)


def _taken(analysis: Analysis, statement: Node) -> tuple[Node | None, Node] | None:
    """The variable and the queue of a statement that waits for an item of a queue."""
    if statement.type != syntax.EXPRESSION_STATEMENT:
        return None
    value = syntax.named(statement)[0]
    target = None
    if value.type == syntax.ASSIGNMENT:
        target, right = value.child_by_field_name("left"), value.child_by_field_name("right")
        if right is None:
            return None
        value = right
    called = syntax.callee(value) if value.type == syntax.CALL else None
    if called is None or called.type != syntax.ATTRIBUTE or syntax.argument_nodes(value):
        return None
    name, held = called.child_by_field_name("attribute"), called.child_by_field_name("object")
    if name is None or held is None or name.text != b"get" or held.type != syntax.ATTRIBUTE:
        return None
    return (target, held) if analysis.types.of(held) in _QUEUES else None
