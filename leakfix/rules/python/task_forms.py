"""How a task that nothing refers to is kept: in a set, or by a task group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.finding import Safety
from leakfix.rules.python.plain import Mended, free_name, lines_behind, module_line, own_line
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.suites import Suite
from leakfix.rules.python.tasks import CREATE, ENSURE, kept_sets, own_class, waits_behind
from leakfix.rules.python.wrapping import Wrap
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function
    from leakfix.languages.python.variables import Variable
    from leakfix.rules.python.tasks import Dropped

KEEP: Final = Form("keep", "keep the task in a set until it has ended")
GROUP: Final = Form("task-group", "start the task in a task group", Safety.REVIEW, "python3.11")

_OLDEST_GENERIC: Final = 9
_KEEPING: Final = 2
"""How many statements it takes to keep a task."""
_SETS: Final = ("_background_tasks", "_running_tasks", "_pending_tasks")
_TASKS: Final = ("task", "background_task", "new_task")


def keep(analysis: Analysis, found: Dropped) -> Mended:
    """`tasks.add(task)` and `task.add_done_callback(tasks.discard)`. Raises `RefusalError`."""
    if not found.is_plain:
        raise RefusalError("expression", "the task is made inside of a larger expression")
    source = analysis.source
    indent = own_line(analysis, found.statement)
    edits: list[Edit] = []
    tasks = _existing(analysis, found)
    if tasks is None:
        tasks = free_name(analysis, _SETS)
        edits.append(module_line(analysis, _definition(analysis, tasks)))
    if found.target is not None and found.target.text != b"_":
        name = syntax.text(found.target)
    else:
        name = _name(analysis, found)
        edits += _named(analysis, found, name)
    add, discard = f"{tasks}.add({name})".encode(), f"{name}.add_done_callback({tasks}.discard)".encode()
    if found.is_chained:
        behind = found.call.end_byte
        edits.append(
            Edit(Span(behind, behind), source.newline + indent + add + source.newline + indent + name.encode())
        )
        edits.append(lines_behind(source, found.statement, indent, [discard]))
    else:
        edits.append(lines_behind(source, found.statement, indent, [add, discard]))
    return Mended(tuple(edits), "The set holds the task until it has ended; nothing waits for it that did not before.")


def _existing(analysis: Analysis, found: Dropped) -> str | None:
    """The set that tasks are kept in already, as it is spelled at the statement."""
    scopes = analysis.types.scopes
    for class_, name in kept_sets(analysis):
        if class_ is None:
            variable = scopes.lookup(name.encode(), scopes.scope_at(found.call.start_byte))
            if variable is not None and variable.kind == "global":
                return name
            continue
        function: Function | None = analysis.function_at(found.call.start_byte)
        while function is not None:
            first = function.params[0] if function.class_ is class_ and function.params else None
            seen = scopes.lookup(first.name.encode(), scopes.scope_at(found.call.start_byte)) if first else None
            if (
                first is not None
                and seen is scopes.variable(first.identifier)
                and own_class(analysis, first.identifier)
            ):
                return f"{first.name}.{name}"
            function = function.outer_function
    return None


def _name(analysis: Analysis, found: Dropped) -> str:
    """A name for the task: one that other tasks of the function are kept by, else one that is free."""
    function = analysis.function_at(found.statement.start_byte)
    for name in _TASKS:
        variable = analysis.bindings(function).scope.variables.get(name.encode())
        if variable is not None and not function.is_module and _is_done_with(analysis, variable):
            return name
    return free_name(analysis, _TASKS, _around(analysis, found.statement).node)


def _is_done_with(analysis: Analysis, variable: Variable) -> bool:
    """Whether each task that a variable is given is kept at once, and not used behind that."""
    starts: set[int] = set()
    for binding in variable.bindings:
        statement = syntax.statement_of(binding.identifier)
        value = binding.value
        if binding.kind != "assign" or value is None or value.type != syntax.CALL or not binding.is_whole:
            return False
        if analysis.types.callee(value).symbol not in CREATE | ENSURE:
            return False
        for _ in range(_KEEPING):
            following = statement.next_named_sibling
            if following is None or following.type != syntax.EXPRESSION_STATEMENT:
                break
            statement = following
            starts.add(statement.start_byte)
    uses = analysis.types.scopes.uses(variable)
    return all(syntax.statement_of(use).start_byte in starts for use in uses)


def _around(analysis: Analysis, statement: Node) -> Function:
    """The outermost function around a statement: a name must be free for all that is nested in it."""
    function = analysis.function_at(statement.start_byte)
    while function.outer_function is not None:
        function = function.outer_function
    return function


def _definition(analysis: Analysis, name: str) -> bytes:
    """The set, annotated where the file annotates."""
    file = analysis.file
    is_generic = analysis.version >= _OLDEST_GENERIC
    if (
        is_generic
        and file.imports.get("asyncio") == "asyncio"
        and any(one.returns is not None for one in file.functions)
    ):
        return f"{name}: set[asyncio.Task[object]] = set()".encode()
    return f"{name} = set()".encode()


def _named(analysis: Analysis, found: Dropped, name: str) -> list[Edit]:
    """The edits that give the task a name; arguments that stand below each other move with the first."""
    if found.target is not None:
        return [Edit(Span(found.target.start_byte, found.target.end_byte), name.encode())]
    before = f"{name} = ".encode()
    start = found.statement.start_byte
    if found.value.start_byte != start or found.call.start_byte != start:
        raise RefusalError("layout", "the statement is in parentheses")
    return [Edit(Span(start, start), before), *_shifted(analysis, found.call, len(before))]


def _shifted(analysis: Analysis, call: Node, width: int) -> list[Edit]:
    """The edits that keep the arguments of a call below each other which are aligned behind its parenthesis."""
    source = analysis.source
    arguments = call.child_by_field_name("arguments")
    first = syntax.named(arguments)[0] if arguments is not None and syntax.named(arguments) else None
    if first is None or call.start_point.row == call.end_point.row or first.start_point.row != call.start_point.row:
        return []
    strings = syntax.captures("(string) @s", call).get("s", [])
    if any(node.start_point.row != node.end_point.row for node in strings):
        return []
    rows = range(source.line(call.start_byte) + 1, source.line(call.end_byte) + 1)
    spans = [source.line_span(row) for row in rows]
    column = first.start_point.column
    if any(len(source.indent(span.start)) < column for span in spans if source.slice(span).strip()):
        return []
    return [Edit(Span(span.start, span.start), b" " * width) for span in spans if source.slice(span).strip()]


def group(analysis: Analysis, found: Dropped) -> Mended:
    """`async with asyncio.TaskGroup() as tg:` from the statement on, or the group around it. Raises `RefusalError`."""
    called = syntax.callee(found.call)
    module = called.child_by_field_name("object")
    if found.symbol != "asyncio.create_task" or not found.is_plain or found.is_chained or found.target is not None:
        raise RefusalError("expression", "only a task that is made by itself can be a group's")
    if module is None or analysis.types.symbol(module) != "asyncio":
        raise RefusalError("import", "the module `asyncio` has no name here")
    existing = _group_around(analysis, found.statement)
    if existing is not None:
        return Mended((Edit(Span(module.start_byte, module.end_byte), existing.encode()),), _WAITS)
    function = analysis.function_at(found.statement.start_byte)
    if not function.is_async or function.is_generator:
        raise RefusalError("not-async", "a task group stands in a coroutine function")
    if not waits_behind(function.body, found.statement):
        raise RefusalError("fire-and-forget", "the function ends at once: a group would make it wait for the task")
    suite = Suite(analysis.source, analysis.file.root, function.body)
    start = next(number for number, one in enumerate(suite.statements) if syntax.is_within(found.statement, one))
    name = free_name(analysis, ("tg", "group", "task_group"), function.node)
    own_line(analysis, suite.statements[start])
    header = b"async with %b.TaskGroup() as %b:" % (module.text or b"", name.encode())
    inner = Edit(Span(module.start_byte, module.end_byte), name.encode())
    wrap = Wrap(suite, tuple(suite.statements[start:]), header, inner=(inner,))
    return Mended((wrap.edit(),), _WAITS)


_WAITS: Final = (
    "The function waits for the task before it returns, and what the task raises ends the others and comes up as an "
    "ExceptionGroup."
)


def _group_around(analysis: Analysis, statement: Node) -> str | None:
    """The name of the task group in whose block a statement stands."""
    function = analysis.function_at(statement.start_byte)
    at = statement.parent
    while at is not None and at != function.node:
        if at.type == syntax.WITH_STATEMENT:
            for value, target in syntax.with_items(at):
                if target is not None and target.type == syntax.IDENTIFIER:
                    made = value.type == syntax.CALL and analysis.types.symbol(syntax.callee(value))
                    if made == "asyncio.TaskGroup":
                        return syntax.text(target)
        at = at.parent
    return None
