"""The fixed forms of a Go lifecycle leak. Each gives the edits of one complete fix, or says why it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.losses import Loss, LossKind, Status
from leakfix.flow import Release
from leakfix.languages.go import syntax
from leakfix.languages.go.carry import can_carry
from leakfix.languages.go.statements import (
    clause_ending_at,
    following,
    free_name,
    insert_at_clause_end,
    insert_before,
    insert_last,
    node_at,
    owns_line,
    remove_line,
    statement_of,
    unused,
)
from leakfix.rules.go.checks import Point, Where, nil_is_harmless, point_behind_check
from leakfix.rules.go.contents import always_holds, may_hold_another
from leakfix.rules.go.deferred_uses import needed_by_deferred
from leakfix.rules.go.repair import RefusalError, Repair
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type

_NAMES = {"error": "err", "string": "text", "int": "n", "bool": "ok", "[]byte": "data"}


def deferred(repair: Repair) -> list[Edit]:
    """``defer x.Close()`` behind the error check; a later deferred release of the same value moves up."""
    name = repair.holder()
    point = point_behind_check(repair, name)
    edits = [point.insert(repair, [f"defer {repair.release(name)}"])]
    late = _late_defer(repair)
    if late is not None:
        if _defer_between(repair, point, late):
            raise RefusalError(
                "conditional", "another deferred call stands between, and deferred calls run in reverse order"
            )
        edits.append(remove_line(repair.source, late))
    return edits


def deferred_without_plain(repair: Repair) -> list[Edit]:
    """The deferred release, and the plain statements that release the same value go: a second one is noise."""
    edits = deferred(repair)
    edits.extend(remove_line(repair.source, statement) for statement in _plain_releases(repair))
    return edits


def deferred_keeping_error(repair: Repair) -> list[Edit]:
    """A deferred release whose error becomes the function's, unless that has one already."""
    name, result = repair.holder(), _named_error_result(repair)
    if result is None:
        raise RefusalError("named-result", "the function names no error result")
    point = point_behind_check(repair, name)
    if repair.bindings.locals_at(point.node).get(result, None) is not _result_variable(repair, result):
        raise RefusalError("named-result", f"the result {result} is shadowed where the release is deferred")
    kept = free_name(["cerr"], repair.bindings, point.node)
    lines = [
        "defer func() {",
        f"\tif {kept} := {repair.release(name)}; {result} == nil {{",
        f"\t\t{result} = {kept}",
        "\t}",
        "}()",
    ]
    return [point.insert(repair, lines)]


def before_exits(repair: Repair) -> list[Edit]:
    """The release on a line of its own before every point where the resource is lost."""
    edits: list[Edit] = []
    for loss in repair.leak.losses:
        edits.extend(_before_exit(repair, loss))
    return edits


def reaped(repair: Repair) -> list[Edit]:
    """``go cmd.Wait()``: the process is waited for without making the caller wait."""
    name = repair.holder()
    return [point_behind_check(repair, name).insert(repair, [f"go {repair.release(name)}"])]


def has_named_error(repair: Repair) -> bool:
    """Whether the function names its error result."""
    return _named_error_result(repair) is not None


def has_deferred_release(repair: Repair) -> bool:
    """Whether a deferred function releases the value already, though too late for some exits."""
    roots = {loss.holder.root for loss in repair.leak.losses if loss.holder is not None}
    return any(
        isinstance(event, Release) and event.deferred and event.place.root in roots
        for event in repair.unit.graph.events()
    )


def has_late_defer(repair: Repair) -> bool:
    """Whether a deferred release of the value stands too late."""
    return _late_defer(repair) is not None


# before exits


def _before_exit(repair: Repair, loss: Loss) -> Iterator[Edit]:
    name = repair.holder(loss)
    lines = [repair.release(name)]
    if needed_by_deferred(repair, loss):
        raise RefusalError("outlived", "what was deferred before still needs the resource when it runs")
    if loss.kind is LossKind.OVERWRITTEN:
        yield _before_overwriting(repair, loss, name)
        return
    if loss.others and loss.jump is not None:
        jump = node_at(repair.root, loss.jump)
        if jump is not None:
            _check_visible(repair, loss, jump)
            yield insert_before(repair.source, jump, lines)
            return
    if Status.HANDED_ON in loss.others:
        raise RefusalError("conditional", "on another path to the same exit the resource was handed on")
    if Status.RELEASED in loss.others and not repair.leak.site.obligation.idempotent:
        raise RefusalError("conditional", "on another path to the same exit the resource was released already")
    if _may_have_failed(repair, loss) or loss.others & {Status.ABSENT, Status.BEFORE}:
        lines = _guarded(repair, loss, name, lines)
    if any(can_carry(repair.type_at(place)) for place in loss.outlived):
        raise RefusalError("outlived", "what works through the resource is still there when its scope has ended")
    node = node_at(repair.root, loss.span)
    if loss.kind is LossKind.RETURN and node is not None:
        yield from _before_return(repair, loss, node, lines)
        return
    if node is not None and statement_of(node) == node:
        _check_visible(repair, loss, node)
        yield insert_before(repair.source, node, lines)
        return
    yield _at_end(repair, loss, lines)


def _may_have_failed(repair: Repair, loss: Loss) -> bool:
    """Whether nobody has asked if there is anything to release, and a release of nil does harm."""
    return loss.unasked and not nil_is_harmless(repair)


def _guarded(repair: Repair, loss: Loss, name: str, lines: list[str]) -> list[str]:
    if loss.others and always_holds(repair, loss):
        return lines
    is_number = not repair.leak.site.obligation.releases
    if is_number or (not repair.reports_error and not _starts_nil(repair, loss)):
        raise RefusalError("conditional", "the exit is also reached without the resource")
    if loss.others and may_hold_another(repair, loss):
        raise RefusalError("conditional", f"{name} may hold something else on another path to the same exit")
    return [
        f"if {repair.unless_nil(name, repair.type_at(repair.place(loss)))} {{",
        *(f"\t{line}" for line in lines),
        "}",
    ]


def _before_return(repair: Repair, loss: Loss, node: Node, lines: list[str]) -> Iterator[Edit]:
    _check_visible(repair, loss, node)
    if not any(_evaluates(repair, loss, expression) for expression in _returned(node)):
        yield insert_before(repair.source, node, lines)
        return
    yield _bound_return(repair, loss, node, lines)


def _returned(node: Node) -> list[Node]:
    return [syntax.unparen(e) for held in syntax.operands(node) for e in _items(held)]


def _evaluates(repair: Repair, loss: Loss, expression: Node) -> bool:
    """Whether a returned expression must be evaluated before the release; what a variable holds is there already."""
    if expression.kind_id == syntax.IDENTIFIER:
        return repair.dependents is not None and repair.dependents.needed(expression)
    return _needs(repair, loss, expression)


def _bound_return(repair: Repair, loss: Loss, node: Node, lines: list[str]) -> Edit:
    """``return f(x)`` with a release between the call and the return: what needs the resource gets a name first."""
    if not owns_line(repair.source, node):
        raise RefusalError("layout", "the return shares its line with other code")
    expressions = _returned(node)
    spread = _spread_results(repair, expressions)
    returned = [syntax.text(e) for e in expressions]
    names = _ReturnNames(repair, node)
    bound: list[str] = []
    if spread:
        returned = [names.choose(number, of) for number, of in enumerate(spread)]
        bound.append(names.assignment(returned, syntax.text(expressions[0])))
    else:
        last = max(number for number, e in enumerate(expressions) if _evaluates(repair, loss, e))
        for number, expression in enumerate(expressions[: last + 1]):
            # What is called before the last of them must stay before it.
            if _evaluates(repair, loss, expression) or _calls(expression):
                returned[number] = names.choose(number, repair.type_of(expression))
                bound.append(names.assignment([returned[number]], syntax.text(expression)))
    indent, newline = repair.source.indent(node.start_byte).decode(), repair.source.newline.decode()
    text = f"{newline}{indent}".join([*bound, *lines, f"return {', '.join(returned)}"])
    return Edit(Span(node.start_byte, node.end_byte), text.encode())


def _spread_results(repair: Repair, expressions: list[Node]) -> tuple[Type | None, ...]:
    """The types of the results when one call gives them all; empty when each expression is one result."""
    if len(expressions) != 1 or expressions[0].kind_id != syntax.CALL_EXPRESSION:
        return ()
    callee = repair.analysis.types(repair.unit.function).callee(expressions[0])
    signature = callee.signature if callee is not None else None
    if signature is None or not signature.results:
        raise RefusalError("used-in-exit", "the returned call still needs the resource, and its results are not known")
    return signature.results


class _ReturnNames:
    """Names for what a return statement returns, each the function's own name for that result where it has one."""

    def __init__(self, repair: Repair, node: Node) -> None:
        known = repair.bindings.locals_at(node)
        self._results = {
            variable.position: variable.name
            for variable in known.values()
            if variable.kind == "result" and variable.function == repair.unit.owner
        }
        self._taken = {name for name, entity in known.items() if _is_declared_in_block(entity, node)}
        self._own: set[str] = set()

    def choose(self, number: int, of: Type | None) -> str:
        """The name of a result."""
        name = self._results.get(number)
        if name is not None:
            self._own.add(name)
            return name
        name = unused([_NAMES.get(str(of), "result")], self._taken)
        self._taken.add(name)
        return name

    def assignment(self, names: list[str], values: str) -> str:
        """The statement that gives the names their values."""
        operator = "=" if self._own.issuperset(names) else ":="
        return f"{', '.join(names)} {operator} {values}"


def _is_declared_in_block(entity: Variable, node: Node) -> bool:
    """Whether the innermost block around a statement declares a name, so that it cannot be declared again there."""
    block = node.parent.parent if node.parent is not None else None
    if entity.scope.kind_id in syntax.FUNCTION_KINDS:
        return entity.scope.child_by_field_id(syntax.F_BODY) == block
    return entity.scope == block


def _calls(node: Node) -> bool:
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at.kind_id == syntax.CALL_EXPRESSION or syntax.operator(at) == "<-":
            return True
        if at.kind_id != syntax.FUNC_LITERAL:
            waiting.extend(at.named_children)
    return False


def _needs(repair: Repair, loss: Loss, node: Node) -> bool:
    """Whether an exit's expressions read the resource or something that works through it."""
    if repair.dependents is not None and repair.dependents.needed(node):
        return True
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at.kind_id == syntax.IDENTIFIER:
            variable = repair.bindings.variable(at)
            held = variable is not None and variable.declaration.start_byte in loss.through
            if held and not _reads_plain_field(repair, at):
                return True
        waiting.extend(at.named_children)
    return False


def _reads_plain_field(repair: Repair, node: Node) -> bool:
    """Whether a variable is only named to read a field below it that holds no resource: ``resp.StatusCode``."""
    at = node
    while at.parent is not None and at.parent.kind_id == syntax.SELECTOR_EXPRESSION:
        if at.parent.child_by_field_id(syntax.F_OPERAND) != at:
            return False
        at = at.parent
    called = at.parent is not None and at.parent.child_by_field_id(syntax.F_FUNCTION) == at
    return at is not node and not called and not can_carry(repair.type_of(at))


def _at_end(repair: Repair, loss: Loss, lines: list[str]) -> Edit:
    """Before the closing brace of a block, or at the end of a case clause."""
    source, offset = repair.source, loss.span.start
    if len(loss.span) == 0:
        clause = clause_ending_at(repair.root, offset)
        if clause is None:
            raise RefusalError("layout", "the end of the case was not found")
        return insert_at_clause_end(source, clause, lines)
    block = repair.root.descendant_for_byte_range(offset, offset + 1)
    if block is None or source.data[offset : offset + 1] != b"}":
        raise RefusalError("layout", "the end of the block was not found")
    return insert_last(source, offset, lines)


def _before_overwriting(repair: Repair, loss: Loss, name: str) -> Edit:
    node = repair.root.named_descendant_for_byte_range(loss.span.start, loss.span.end)
    statement = statement_of(node) if node is not None else None
    if statement is None or statement.kind_id != syntax.ASSIGNMENT_STATEMENT:
        raise RefusalError("reassigned", "the variable is overwritten in the header of a statement")
    _check_visible(repair, loss, statement)
    right = statement.child_by_field_id(syntax.F_RIGHT)
    if right is not None and _needs(repair, loss, right):
        raise RefusalError("reassigned", "what overwrites the variable still needs the resource")
    others = loss.others - {Status.HELD}
    if others & {Status.HANDED_ON} or (Status.RELEASED in others and not repair.leak.site.obligation.idempotent):
        raise RefusalError("reassigned", "the variable is overwritten where it may hold nothing to release")
    if others and (not _starts_nil(repair, loss) or may_hold_another(repair, loss)):
        raise RefusalError("reassigned", "the variable is overwritten where it may hold something else")
    lines = [repair.release(name)]
    if others or _may_have_failed(repair, loss):
        lines = [f"if {repair.unless_nil(name, repair.type_at(repair.place(loss)))} {{", f"\t{lines[0]}", "}"]
    return insert_before(repair.source, statement, lines)


def _starts_nil(repair: Repair, loss: Loss) -> bool:
    """Whether the variable is declared without a value, so that it is nil until it is first assigned."""
    place = repair.place(loss)
    if place.path:
        return False
    for variable in repair.bindings.variables:
        if variable.declaration.start_byte == place.root:
            origin = variable.origin
            return origin.kind_id == syntax.VAR_SPEC and origin.child_by_field_id(syntax.F_VALUE) is None
    return False


def _check_visible(repair: Repair, loss: Loss, node: Node) -> None:
    if not repair.is_visible(repair.place(loss), node):
        raise RefusalError("no-owner", "the variable that holds the resource is not in scope at the exit")


# deferred releases


def _late_defer(repair: Repair) -> Node | None:
    """A plain ``defer x.Close()`` of the same value in the block of the acquisition, behind the leaking exits."""
    for statement in following(repair.statement):
        if statement.kind_id == syntax.DEFER_STATEMENT and _is_plain_release(repair, statement):
            return statement
    return None


def _is_plain_release(repair: Repair, statement: Node) -> bool:
    text = syntax.text(statement).removeprefix("defer ").strip()
    return text == repair.release(repair.holder())


def _defer_between(repair: Repair, point: Point, late: Node) -> bool:
    start = point.node.end_byte if point.where is Where.BEHIND else point.node.start_byte
    return any(
        statement.kind_id == syntax.DEFER_STATEMENT and start <= statement.start_byte < late.start_byte
        for statement in following(repair.statement)
    )


def _plain_releases(repair: Repair) -> Iterator[Node]:
    """The statements that do nothing but release the value, on lines of their own, outside function literals."""
    spans = {e.span: None for e in repair.unit.graph.events() if isinstance(e, Release) and not e.deferred}
    for span in spans:
        call = node_at(repair.root, span)
        statement = statement_of(call) if call is not None else None
        if statement is None or statement.kind_id != syntax.EXPRESSION_STATEMENT:
            continue
        if statement.start_byte < repair.statement.end_byte or not _is_plain_release(repair, statement):
            continue
        if owns_line(repair.source, statement):
            yield statement


def _named_error_result(repair: Repair) -> str | None:
    result = repair.unit.owner.child_by_field_id(syntax.F_RESULT)
    if result is None or result.kind_id != syntax.PARAMETER_LIST:
        return None
    for declaration in syntax.operands(result):
        of = declaration.child_by_field_id(syntax.F_TYPE)
        names = syntax.field_children(declaration, syntax.F_NAME)
        if of is not None and syntax.text(of) == "error" and names and syntax.text(names[-1]) != "_":
            return syntax.text(names[-1])
    return None


def _result_variable(repair: Repair, name: str) -> object:
    for variable in repair.bindings.variables:
        if variable.kind == "result" and variable.name == name and variable.function == repair.unit.owner:
            return variable
    return None


def _items(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]
