"""Tasks of asyncio that nothing refers to, and the sets that a file keeps tasks in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import PyClass
    from leakfix.languages.python.types import Types

CREATE: Final = frozenset(("asyncio.create_task", "asyncio.AbstractEventLoop.create_task"))
ENSURE: Final = frozenset(("asyncio.ensure_future",))
_NAMES: Final = (b"create_task", b"ensure_future")
_GIVES_NOTHING: Final = frozenset(("add_done_callback", "set_name"))
"""The methods of a task that are called for their effect, and return None."""
_SETS: Final = frozenset(("set", "typing.Set"))
_TASKS: Final = frozenset(("asyncio.Task", "asyncio.Future"))
_LOOPS: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT))
_PASSED_ON: Final = frozenset((syntax.CONDITIONAL_EXPRESSION, syntax.BOOLEAN_OPERATOR, syntax.LIST_COMPREHENSION))


@record
class Dropped:
    """A task that is made and referred to by nothing that lasts.

    `call` makes it; `value` is that call with the methods called on it; `statement` is where its value is dropped;
    `target` the variable that holds it until the function ends, and is never read. `is_plain` says that the
    statement is nothing but the call: else it stands in a larger expression.
    """

    call: Node
    value: Node
    statement: Node
    symbol: str
    target: Node | None
    is_plain: bool

    @property
    def is_chained(self) -> bool:
        """Whether a method is called on the task at once."""
        return self.value.start_byte != self.call.start_byte or self.value.end_byte != self.call.end_byte


def dropped(analysis: Analysis) -> Iterator[Dropped]:
    """Yield the tasks of a file that are dropped, in order."""
    types = analysis.types
    for call in _calls(analysis):
        symbol = types.callee(call).symbol
        if symbol in CREATE or (symbol in ENSURE and _is_started(types, call)):
            found = _dropped(analysis, call, symbol or "")
            if found is not None:
                yield found


def _calls(analysis: Analysis) -> Iterator[Node]:
    """The calls of the names that may make a task, by what the file calls them."""
    file = analysis.file
    names = {*_NAMES, *(one.name.encode() for one in file.imports_made if one.target in CREATE | ENSURE)}
    called = re.compile(rb"\b(?:%b)\s*\(" % b"|".join(sorted(names)))
    for match in called.finditer(file.data):
        node = file.root.descendant_for_byte_range(match.start(), match.start() + 1)
        parent = node.parent if node is not None else None
        if parent is not None and parent.type == syntax.ATTRIBUTE:
            node, parent = parent, parent.parent
        if node is not None and parent is not None and parent.type == syntax.CALL and syntax.callee(parent) == node:
            yield parent


def _is_started(types: Types, call: Node) -> bool:
    """Whether `ensure_future` is given a coroutine that is called there, and no future that somebody holds."""
    given = syntax.argument(call, 0, "coro_or_future")
    if given is None or syntax.unparen(given).type != syntax.CALL:
        return False
    function = types.callee(syntax.unparen(given)).function
    return function is None or function.is_async


def _dropped(analysis: Analysis, call: Node, symbol: str) -> Dropped | None:
    value = _chained(call)
    parent = value.parent
    if parent is None:
        return None
    if parent.type == syntax.EXPRESSION_STATEMENT:
        return Dropped(call, value, parent, symbol, None, True)
    if parent.type == syntax.ASSIGNMENT and value == call:
        target = parent.child_by_field_name("left")
        statement = parent.parent
        if target is not None and statement is not None and _is_forgotten(analysis, target, statement):
            return Dropped(call, value, statement, symbol, target, True)
        return None
    while parent is not None and parent.type in (*_PASSED_ON, syntax.PARENTHESIZED_EXPRESSION):
        if parent.type == syntax.CONDITIONAL_EXPRESSION and syntax.named(parent)[1] == value:
            return None
        value, parent = parent, parent.parent
    if parent is not None and parent.type == syntax.EXPRESSION_STATEMENT:
        return Dropped(call, call, parent, symbol, None, False)
    return None


def _chained(call: Node) -> Node:
    """The call with the methods that are called on the task at once and give nothing."""
    method, outer = call.parent, call.parent.parent if call.parent is not None else None
    if method is None or outer is None or method.type != syntax.ATTRIBUTE or outer.type != syntax.CALL:
        return call
    name = method.child_by_field_name("attribute")
    is_called = syntax.callee(outer) == method and method.child_by_field_name("object") == call
    return outer if is_called and name is not None and syntax.text(name) in _GIVES_NOTHING else call


def _is_forgotten(analysis: Analysis, target: Node, statement: Node) -> bool:
    """Whether a local variable is never read, and goes as soon as the function has no more to wait for."""
    function = analysis.function_at(statement.start_byte)
    if target.type != syntax.IDENTIFIER or function.is_module or statement.type != syntax.EXPRESSION_STATEMENT:
        return False
    bindings = analysis.bindings(function)
    variable = bindings.variable(target)
    if variable is None or bindings.kind(variable) != "local" or bindings.uses(variable) or bindings.is_dynamic:
        return False
    if len(variable.bindings) > 1:
        return False
    return _in_loop(statement, function.node) or not waits_behind(function.body, statement)


def _in_loop(node: Node, end: Node) -> bool:
    at = node.parent
    while at is not None and at != end:
        if at.type in _LOOPS:
            return True
        at = at.parent
    return False


def waits_behind(body: Node, statement: Node) -> bool:
    """Whether anything in a body that comes behind a statement waits or gives control away."""
    return any(
        node.start_byte >= statement.end_byte
        and (node.type != "async" or node.parent.type != syntax.FUNCTION_DEFINITION)
        for nodes in syntax.captures('[(await) (yield) "async"] @w', body).values()
        for node in nodes
        if node.parent is not None
    )


# the sets


def kept_sets(analysis: Analysis) -> Iterator[tuple[PyClass | None, str]]:
    """Yield the sets in which a file keeps tasks: `("", name)` of the module, the class with the name of its attribute.

    They are known by what is done, `task.add_done_callback(tasks.discard)`, or by how they are annotated.
    """
    seen: set[tuple[int, str]] = set()
    for class_, name in (*_discarding(analysis), *_annotated(analysis)):
        if (id(class_), name) not in seen and _is_strong(analysis, class_, name):
            seen.add((id(class_), name))
            yield class_, name


def _discarding(analysis: Analysis) -> Iterator[tuple[PyClass | None, str]]:
    if b".discard" not in analysis.file.data:
        return
    for node in syntax.captures(_DISCARD, analysis.file.root).get("set", []):
        if node.type == syntax.IDENTIFIER:
            variable = analysis.types.scopes.variable(node)
            if variable is not None and variable.kind == "global":
                yield None, variable.name
        else:
            yield from _attribute(analysis, node)


_DISCARD: Final = """
(call
  function: (attribute attribute: (identifier) @add (#eq? @add "add_done_callback"))
  arguments: (argument_list . (attribute object: (_) @set attribute: (identifier) @name (#eq? @name "discard"))))
"""


def _attribute(analysis: Analysis, node: Node) -> Iterator[tuple[PyClass | None, str]]:
    """The attribute of `self` that a node is, by its class."""
    held, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if node.type != syntax.ATTRIBUTE or held is None or name is None:
        return
    class_ = own_class(analysis, held)
    if class_ is not None:
        yield class_, syntax.text(name)


def own_class(analysis: Analysis, held: Node) -> PyClass | None:
    """Return the class of this file whose method has an expression as its `self`, functions nested in it included."""
    owner = analysis.types.of(held) if held.type == syntax.IDENTIFIER else None
    class_ = analysis.world.class_(owner, analysis.file) if owner is not None else None
    return class_ if class_ is not None and class_.file is analysis.file else None


def _annotated(analysis: Analysis) -> Iterator[tuple[PyClass | None, str]]:
    for node in syntax.captures("(assignment left: (_) @left type: (type)) @a", analysis.file.root).get("left", []):
        parent = node.parent
        annotation = parent.child_by_field_name("type") if parent is not None else None
        if annotation is None or not _holds_tasks(analysis, annotation):
            continue
        if node.type == syntax.IDENTIFIER:
            variable = analysis.types.scopes.variable(node)
            if variable is not None and variable.kind == "global":
                yield None, variable.name
        else:
            yield from _attribute(analysis, node)


def _holds_tasks(analysis: Analysis, annotation: Node) -> bool:
    """Whether an annotation says `set[asyncio.Task[...]]`."""
    if analysis.types.annotated(annotation) not in _SETS:
        return False
    return not _TASKS.isdisjoint(analysis.types.named(annotation))


def _is_strong(analysis: Analysis, class_: PyClass | None, name: str) -> bool:
    """Whether all that a variable or attribute is ever given are sets that hold what they are given."""
    if class_ is not None:
        stores = analysis.types.classes.stores(class_, name)
        values = [node.parent.child_by_field_name("right") for node in stores if node.parent is not None]
    else:
        variable = analysis.types.scopes.module.variables.get(name.encode())
        values = [binding.value for binding in variable.bindings] if variable is not None else []
    return bool(values) and all(value is not None and analysis.types.of(value) == "set" for value in values)
