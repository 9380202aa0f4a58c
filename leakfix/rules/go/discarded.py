"""Forms for an acquisition whose result is thrown away where it is made: it is bound to a name and released."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.statements import (
    following,
    free_name,
    insert_before,
    insert_behind,
    insert_first,
    owns_line,
)
from leakfix.languages.go.types import Interface, underlying
from leakfix.rules.go.checks import leaves, point_behind_check
from leakfix.rules.go.forms import before_exits
from leakfix.rules.go.leaks import leaks_of
from leakfix.rules.go.repair import RefusalError, Repair
from leakfix.rules.go.spelling import spelled
from leakfix.text import Edit, Span, apply_edits

_CAPITALS: Final = re.compile(r"^[A-Z]+(?![a-z])|^[A-Z]")
"""What is written small where a type's name becomes that of a variable: ``Client``, ``WAL``, ``HTTPServer``."""
_NAME: Final = re.compile(r"[a-z]\w*")
_KEYWORDS: Final = re.compile(
    "break|case|chan|const|continue|default|defer|else|fallthrough|for|func|go|goto|if|import|interface|map|package|"
    "range|return|select|struct|switch|type|var"
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from leakfix.languages.go.types import Type

_USUAL_NAMES = {
    "file": "f",
    "connection": "conn",
    "listener": "ln",
    "response body": "resp",
    "rows": "rows",
    "cancel function": "cancel",
    "transaction": "tx",
    "statement": "stmt",
}


def bound(
    repair: Repair, usual: tuple[str, ...] = (), exits: Callable[[Repair], list[Edit]] = before_exits
) -> list[Edit]:
    """The result gets a name and is released where its error is known to be nil.

    ``usual`` are the names to choose from. In a loop a result without error is released by ``exits``.
    """
    parent = repair.call.parent
    if parent is None:
        raise RefusalError("no-owner", "nothing can hold the result")
    if parent.kind_id in (syntax.GO_STATEMENT, syntax.DEFER_STATEMENT):
        raise RefusalError("no-owner", "the call is started by go or defer, and nothing can hold its result")
    if _may_be_fake(repair):
        raise RefusalError("nil-guard", "in a test what the method gives may be a nil that nobody was meant to touch")
    name = free_name(usual or _usual_names(repair), repair.bindings, repair.call)
    if parent.kind_id == syntax.EXPRESSION_STATEMENT:
        return [_statement(repair, parent, name)]
    if repair.assignment is None or repair.result >= len(repair.targets):
        raise RefusalError("no-owner", "the result is part of a larger expression")
    if repair.header is not None:
        return _header(repair, name)
    return _assigned(repair, name, exits)


def _usual_names(repair: Repair) -> tuple[str, ...]:
    """What code calls such a thing: by its noun, else as its type is called, else by the last word of the noun."""
    noun = repair.leak.site.obligation.noun
    if noun in _USUAL_NAMES:
        return (_USUAL_NAMES[noun],)
    of = str(_result_type(repair) or "").rpartition(".")[2].lstrip("*")
    last = noun.rpartition(" ")[2]
    words = _CAPITALS.sub(lambda capitals: capitals[0].lower(), of, count=1) or _USUAL_NAMES.get(last, last)
    return (words, "x") if _NAME.fullmatch(words) and not _KEYWORDS.fullmatch(words) else ("x",)


def _may_be_fake(repair: Repair) -> bool:
    """Whether a test discards an interface value that a method gives: behind it may stand a stub of the test's own."""
    if not repair.analysis.file.is_test:
        return False
    callee = repair.analysis.types(repair.unit.function).callee(repair.call)
    results = callee.signature.results if callee is not None and callee.signature is not None else ()
    if callee is None or callee.kind != "method" or repair.result >= len(results):
        return False
    return isinstance(underlying(results[repair.result]), Interface)


def _statement(repair: Repair, statement: Node, name: str) -> Edit:
    """``os.Open(p)`` alone: ``if f, err := os.Open(p); err == nil { f.Close() }``."""
    callee = repair.analysis.types(repair.unit.function).callee(repair.call)
    results = callee.signature.results if callee is not None and callee.signature is not None else ()
    if len(results) != 2 or not repair.reports_error:
        raise RefusalError("no-owner", "the results of the call have no usual form")
    if not owns_line(repair.source, statement):
        return _one_line_body(repair, statement, name)
    call = syntax.text(repair.call)
    indent, newline = repair.source.indent(statement.start_byte).decode(), repair.source.newline.decode()
    text = f"if {name}, err := {call}; err == nil {{{newline}{indent}\t{repair.release(name)}{newline}{indent}}}"
    return Edit(Span(statement.start_byte, statement.end_byte), text.encode())


def _one_line_body(repair: Repair, statement: Node, name: str) -> Edit:
    """The same where the statement is the whole of a body on one line."""
    block = statement.parent.parent if statement.parent is not None else None
    if block is None or block.kind_id != syntax.BLOCK or len(syntax.operands(statement.parent or statement)) != 1:
        raise RefusalError("layout", "the statement shares its line with other code")
    indent, newline = repair.source.indent(block.start_byte).decode(), repair.source.newline.decode()
    lines = [
        "{",
        f"{indent}\tif {name}, err := {syntax.text(repair.call)}; err == nil {{",
        f"{indent}\t\t{repair.release(name)}",
        f"{indent}\t}}",
        f"{indent}}}",
    ]
    return Edit(Span(block.start_byte, block.end_byte), newline.join(lines).encode())


def _header(repair: Repair, name: str) -> list[Edit]:
    """``if _, err := os.Open(p); err != nil {...}``: released in the branch where there is something to release."""
    statement = repair.statement
    if repair.assignment is not None and repair.assignment.kind_id == syntax.ASSIGNMENT_STATEMENT:
        return _before_header(repair, repair.assignment, name)
    blank = _blank(repair, name)
    lines = [repair.release(name)]
    other, then = (statement.child_by_field_id(f) for f in (syntax.F_ALTERNATIVE, syntax.F_CONSEQUENCE))
    try:
        point = point_behind_check(repair, name)
    except RefusalError:
        if other is not None or then is None or not _is_plain_test(repair, statement, "!="):
            raise
        indent, newline = repair.source.indent(statement.start_byte).decode(), repair.source.newline.decode()
        text = f" else {{{newline}{indent}\t{lines[0]}{newline}{indent}}}"
        return [blank, Edit(Span(then.end_byte, then.end_byte), text.encode())]
    return [blank, insert_first(repair.source, point.node, lines)]


def _before_header(repair: Repair, assignment: Node, name: str) -> list[Edit]:
    """``if _, err = os.Open(p); err != nil {...}``: the assignment, which declares nothing, moves before the if."""
    statement = repair.statement
    condition = statement.child_by_field_id(syntax.F_CONDITION)
    if condition is None or not _is_plain_test(repair, statement, "!=") or not _leaves_at_once(repair, statement):
        raise RefusalError("unresolved", "the branches of the if do not tell where the result is there")
    if assignment.parent != statement or not owns_line(repair.source, statement):
        raise RefusalError("layout", "the assignment does not stand alone before the condition")
    indent, newline = repair.source.indent(statement.start_byte).decode(), repair.source.newline.decode()
    block = statement.parent.parent if statement.parent is not None else None
    edits = [_blank(repair, name), *_declaring(repair, name, block)]
    edits.append(Edit(Span(statement.start_byte, assignment.start_byte), b""))
    edits.append(Edit(Span(assignment.end_byte, condition.start_byte), f"{newline}{indent}if ".encode()))
    deferred = "" if repair.leak.repeats else "defer "
    edits.append(insert_behind(repair.source, statement, [f"{deferred}{repair.release(name)}"]))
    return edits


def _assigned(repair: Repair, name: str, exits: Callable[[Repair], list[Edit]]) -> list[Edit]:
    """``_, err := os.Open(p)``: bound, and released behind the check of the error."""
    edits = [_blank(repair, name), *_declaring(repair, name)]
    statement = repair.statement
    if not repair.reports_error:
        if repair.leak.repeats:
            return _composed(edits, exits(_bound_repair(repair, edits)))
        edits.append(insert_behind(repair.source, statement, [f"defer {repair.release(name)}"]))
        return edits
    check = next((node for node in following(statement)[:1] if node.kind_id == syntax.IF_STATEMENT), None)
    if check is not None and _is_plain_test(repair, check, "!=") and _leaves_at_once(repair, check):
        deferred = "" if repair.leak.repeats else "defer "
        edits.append(insert_behind(repair.source, check, [f"{deferred}{repair.release(name)}"]))
    elif check is not None and (then := _branch_of_success(repair, check)) is not None:
        edits.append(insert_first(repair.source, then, [repair.release(name)]))
    elif repair.error is not None:
        guarded = [f"if {repair.error.name} == nil {{", f"\t{repair.release(name)}", "}"]
        edits.append(insert_behind(repair.source, statement, guarded))
    else:
        guarded = [f"if {repair.unless_nil(name, _result_type(repair))} {{", f"\t{repair.release(name)}", "}"]
        edits.append(insert_behind(repair.source, statement, guarded))
    return edits


def _leaves_at_once(repair: Repair, check: Node) -> bool:
    then = check.child_by_field_id(syntax.F_CONSEQUENCE)
    return then is not None and leaves(repair, then) and check.child_by_field_id(syntax.F_ALTERNATIVE) is None


def _branch_of_success(repair: Repair, check: Node) -> Node | None:
    """The branch of ``if err == nil {...}``, where that is all that the if tests."""
    is_bare = check.child_by_field_id(syntax.F_INITIALIZER) is None
    return check.child_by_field_id(syntax.F_CONSEQUENCE) if is_bare and _is_plain_test(repair, check, "==") else None


def _is_plain_test(repair: Repair, statement: Node, comparison: str) -> bool:
    """Whether an if tests just ``err != nil``, or ``err == nil``."""
    condition = statement.child_by_field_id(syntax.F_CONDITION)
    if condition is None or repair.error is None or condition.kind_id != syntax.BINARY_EXPRESSION:
        return False
    left, right = condition.child_by_field_id(syntax.F_LEFT), condition.child_by_field_id(syntax.F_RIGHT)
    operator = condition.child_by_field_id(syntax.F_OPERATOR)
    return (
        left is not None
        and right is not None
        and operator is not None
        and operator.type == comparison
        and right.kind_id == syntax.NIL
        and repair.bindings.variable(left) is repair.error
    )


def _blank(repair: Repair, name: str) -> Edit:
    target = repair.targets[repair.result]
    if syntax.text(target) != "_":
        raise RefusalError("unresolved", "the result has a name already")
    return Edit(Span(target.start_byte, target.end_byte), name.encode())


def _declaring(repair: Repair, name: str, block: Node | None = None) -> list[Edit]:
    """Declare the name of an assignment's result; the assignment stands in its own block or will stand in ``block``.

    ``=`` becomes ``:=`` where every other target is a variable of the same block, so that none is shadowed; else the
    name is declared on a line before.
    """
    node = repair.assignment
    assert node is not None
    if node.kind_id != syntax.ASSIGNMENT_STATEMENT:
        return []
    if not _would_shadow(repair, node, block):
        operator = node.child_by_field_id(syntax.F_OPERATOR)
        assert operator is not None
        return [Edit(Span(operator.start_byte, operator.end_byte), b":=")]
    of = spelled(repair.analysis.file, repair.bindings, repair.call, _result_type(repair))
    if of is None:
        raise RefusalError(
            "reassigned", "a new name would shadow the variables that are assigned, and has no type here"
        )
    return [insert_before(repair.source, repair.statement, [f"var {name} {of}"])]


def _would_shadow(repair: Repair, node: Node, block: Node | None = None) -> bool:
    if block is None:
        block = node.parent.parent if node.parent is not None else None
    for target in repair.targets:
        if syntax.text(target) == "_":
            continue
        variable = repair.bindings.variable(target) if target.kind_id == syntax.IDENTIFIER else None
        if variable is None or block is None or not _same_block(variable.scope, block):
            return True
    return False


def _result_type(repair: Repair) -> Type | None:
    callee = repair.analysis.types(repair.unit.function).callee(repair.call)
    results = callee.signature.results if callee is not None and callee.signature is not None else ()
    return results[repair.result] if repair.result < len(results) else None


def _same_block(scope: Node, block: Node) -> bool:
    """Whether a variable's scope is the block; a function's parameters and results belong to its body."""
    if scope == block:
        return True
    return scope.kind_id in syntax.FUNCTION_KINDS and scope.child_by_field_id(syntax.F_BODY) == block


def _bound_repair(repair: Repair, edits: list[Edit]) -> Repair:
    """The leak once its result has a name: where it is lost is known only then."""
    data = apply_edits(repair.source.data, edits)
    file = repair.analysis.world.file(repair.analysis.file.path, data)
    analysis = Analysis(repair.analysis.program, file)
    start = _moved(edits, repair.leak.site.span.start)
    for unit, leak in leaks_of(analysis):
        if leak.site.span.start == start:
            return Repair(analysis, unit, leak)
    raise RefusalError("unresolved", "where the bound result would be lost is not known")


def _moved(edits: Iterable[Edit], offset: int) -> int:
    """Where a byte behind or before the edits is once they are applied."""
    return offset + sum(len(edit.text) - len(edit.span) for edit in edits if edit.span.end <= offset)


def _composed(first: list[Edit], second: list[Edit]) -> list[Edit]:
    """Both sets of edits as one; the second counts in the text that the first makes."""
    composed = list(first)
    for edit in second:
        span = Span(_origin(first, edit.span.start), _origin(first, edit.span.end))
        composed.append(Edit(span, edit.text))
    return composed


def _origin(edits: Iterable[Edit], offset: int) -> int:
    """Where a byte of the edited text stood before the edits, which must not have written it."""
    shift = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        start = edit.span.start + shift
        if offset <= start:
            break
        if offset < start + len(edit.text):
            raise RefusalError("ambiguous-release", "the name and its release would be written at one place")
        shift += len(edit.text) - len(edit.span)
    return offset - shift
