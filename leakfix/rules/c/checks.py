"""What must hold of a variable, and of a place in the code, for a release there to be exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.lifecycle import Status
from leakfix.languages.c import syntax
from leakfix.rules.c.layout import LOOPS, is_conditional, statement_of
from leakfix.rules.c.repair import RefusalError, Repair

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.detectors.lifecycle import Loss
    from leakfix.languages.c.scopes import Variable
    from leakfix.rules.c.spelling import Spelling

_NULL: Final = frozenset(("0", "NULL", "nullptr"))
_INVALID: Final = frozenset(("-1",))
_LIBRARY_RELEASES: Final = frozenset(("free", "fclose", "close", "closedir"))
_DESCRIPTOR: Final = "descriptor"
_MARKED: Final = frozenset(("mapping", "semaphore", "converter", "queue"))
"""Resources whose failed acquisition gives something else than null."""
_PLAIN: Final = frozenset(
    (
        syntax.NUMBER_LITERAL,
        syntax.STRING_LITERAL,
        syntax.CHAR_LITERAL,
        syntax.TRUE,
        syntax.FALSE,
        syntax.NULL,
        syntax.IDENTIFIER,
        syntax.THIS,
        syntax.SIZEOF_EXPRESSION,
        syntax.COMMENT,
        "concatenated_string",
        "string_content",
        "character",
        "escape_sequence",
    )
)
_OPERATORS: Final = frozenset(
    (
        syntax.UNARY_EXPRESSION,
        syntax.BINARY_EXPRESSION,
        syntax.PARENTHESIZED_EXPRESSION,
        syntax.CONDITIONAL_EXPRESSION,
    )
)
_LISTS: Final = frozenset(("subscript_argument_list", syntax.ARGUMENT_LIST, syntax.INITIALIZER_LIST))
_VALUES: Final = frozenset(("string", "vector", "map", "set", "pair", "list", "deque", "unordered_map", "string_view"))
_LABELS: Final = frozenset((syntax.LABELED_STATEMENT, syntax.CASE_STATEMENT))
_READS: Final = frozenset((syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.POINTER_EXPRESSION))


def check_whole(repair: Repair) -> None:
    """Nothing of the function may be hidden from the analysis by conditional groups around what matters."""
    file, function = repair.analysis.file, repair.function
    if file.is_torn(function.span):
        raise RefusalError("preprocessor", "one statement of the function is spread over branches of #if")
    if is_conditional(repair.acquisition, function.node):
        raise RefusalError("preprocessor", "the acquisition stands between #if and #endif")


def check_resized(repair: Repair, variable: Variable) -> None:
    """What was resized may have an older name that still counts, but for the variable's own."""
    symbol = repair.leak.site.symbol
    release = repair.analysis.models.release(symbol)
    if release is None or not repair.analysis.models.acquires(symbol):
        return
    arguments = repair.acquisition.child_by_field_name("arguments")
    given = syntax.named(arguments) if arguments is not None else []
    old = given[release.argument] if release.argument < len(given) else None
    if old is None or (syntax.text(old) not in _NULL and repair.bindings.variable(old) is not variable):
        raise RefusalError("resized", "what was resized has another name, which may still be used")


def check_exit(repair: Repair, variable: Variable, at: Node) -> None:
    """The way out must be plain code in which the variable is visible."""
    if is_conditional(at, repair.function.node):
        raise RefusalError("preprocessor", "the way out stands between #if and #endif")
    if not repair.is_visible(variable, at):
        raise RefusalError("no-owner", f"{variable.name} is not in scope where the resource is lost")


def check_holder(repair: Repair, variable: Variable) -> None:
    """The variable must hold the resource itself or nothing, whatever path led there."""
    check_resized(repair, variable)
    if variable.kind != "local":
        raise RefusalError("no-owner", f"{variable.name} is no local variable")
    if variable.others:
        raise RefusalError("preprocessor", f"{variable.name} is declared in several branches of #if")
    if any(step != "*" for step in (variable.declarator.steps if variable.declarator else ())):
        raise RefusalError("type", f"{variable.name} is more than a plain variable")
    if variable.value is not None and not _is_same(repair, variable.value):
        raise RefusalError("reassigned", f"{variable.name} starts out as something else")
    for use in repair.bindings.uses(variable):
        _check_use(repair, variable, use)


def is_absent_somewhere(loss: Loss) -> bool:
    """Whether control also gets to a loss without the resource."""
    return bool(loss.others & {Status.BEFORE, Status.ABSENT})


def check_once(loss: Loss) -> None:
    """No path to the loss may have released the resource, or handed it on."""
    if Status.HANDED_ON in loss.others:
        raise RefusalError("conditional", "on another path to the same exit the resource was handed on")
    if Status.RELEASED in loss.others:
        raise RefusalError("conditional", "on another path to the same exit the resource was released already")


def check_initialised(repair: Repair, variable: Variable, offset: int) -> None:
    """At ``offset``, where the acquisition may have failed or not been made, the variable must say so."""
    if variable.value is None and not _is_behind(repair, offset):
        raise RefusalError("conditional", f"{variable.name} may hold anything where nothing was acquired")


def _is_behind(repair: Repair, offset: int) -> bool:
    """Whether control comes to ``offset`` by the acquisition alone, whatever that gave."""
    at = repair.acquisition
    while at.parent is not None and statement_of(at) != at:
        parent = at.parent
        operator = parent.child_by_field_name("operator")
        chosen = parent.type == syntax.BINARY_EXPRESSION and operator is not None and operator.type in ("&&", "||")
        if parent.type in (syntax.CONDITIONAL_EXPRESSION, *LOOPS) or (
            chosen and parent.child_by_field_name("left") != at
        ):
            return False
        at = parent
    block = at.parent
    if block is None or block.type != syntax.COMPOUND_STATEMENT or _has_labels(repair):
        return False
    return at.end_byte <= offset < block.end_byte


def _has_labels(repair: Repair) -> bool:
    """Whether a jump may lead around what stands before a statement in its block."""
    return any(one.type in _LABELS for one in syntax.walk(repair.function.body))


def guard_of(repair: Repair, variable: Variable, spelling: Spelling, *, absent: bool) -> str:
    """The condition under which there is something to release; empty where that is always so, or does not matter."""
    if not absent or spelling.takes_nothing(variable):
        return ""
    of = repair.type_of(variable)
    if of is None:
        raise RefusalError("type", f"the type of {variable.name} is not known")
    if of.is_pointer:
        if repair.resource in _MARKED:
            raise RefusalError("conditional", "the exit is also reached without the resource")
        null = "nullptr" if b"nullptr" in repair.source.data else "NULL"
        return f"{variable.name} != {null}"
    if of.base == "int" and repair.resource == _DESCRIPTOR:
        return f"{variable.name} >= 0"
    raise RefusalError("conditional", "the exit is also reached without the resource")


def needs(repair: Repair, loss: Loss, expression: Node, *, is_library: bool) -> bool:
    """Whether an expression must be evaluated before the release: it reads what is released, or has effects."""
    kind = expression.type
    if kind == syntax.IDENTIFIER:
        variable = repair.bindings.variable(expression)
        if variable is not None:
            return variable.index in loss.through or (not is_library and variable.kind in ("static", "extern"))
        name = syntax.text(expression)
        return name == "errno" or not (is_library or name.upper() == name)
    if kind in _PLAIN:
        return False
    if kind == syntax.CAST_EXPRESSION:
        value = expression.child_by_field_name("value")
        return value is None or needs(repair, loss, value, is_library=is_library)
    if kind in _OPERATORS or (kind in _READS and is_library):
        inner = [child for child in expression.named_children if child.type not in ("field_identifier", syntax.COMMENT)]
        return any(needs(repair, loss, child, is_library=is_library) for child in inner)
    if kind == syntax.CALL_EXPRESSION and _makes_value(expression):
        arguments = expression.child_by_field_name("arguments")
        return arguments is None or needs(repair, loss, arguments, is_library=is_library)
    if kind in _LISTS:
        return any(needs(repair, loss, child, is_library=is_library) for child in expression.named_children)
    return kind != syntax.QUALIFIED_IDENTIFIER


def _makes_value(call: Node) -> bool:
    """Whether a call is the constructor of a value of the C++ library: `std::string()`."""
    called = call.child_by_field_name("function")
    text = syntax.text(called).partition("<")[0] if called is not None else ""
    return text.startswith("std::") and text.removeprefix("std::") in _VALUES


def _check_use(repair: Repair, variable: Variable, use: Node) -> None:
    parent = use.parent
    while parent is not None and parent.type == syntax.PARENTHESIZED_EXPRESSION:
        use, parent = parent, parent.parent
    if parent is None:
        return
    if _is_address(parent) and not _is_out(repair, parent):
        raise RefusalError("aliased", f"the address of {variable.name} is taken")
    if parent.type == syntax.UPDATE_EXPRESSION:
        raise RefusalError("reassigned", f"{variable.name} is moved away from what it was given")
    if parent.type != syntax.ASSIGNMENT_EXPRESSION or parent.child_by_field_name("left") != use:
        return
    operator, right = parent.child_by_field_name("operator"), parent.child_by_field_name("right")
    if operator is None or operator.type != "=" or right is None or not _is_same(repair, right):
        raise RefusalError("reassigned", f"{variable.name} is given something else")


def _is_address(node: Node) -> bool:
    return node.type == syntax.POINTER_EXPRESSION and any(child.type == "&" for child in node.children)


def _is_same(repair: Repair, value: Node) -> bool:
    """Whether a value stands for nothing, or is what the same kind of call gives."""
    value = syntax.unparen(value)
    while value.type == syntax.CAST_EXPRESSION:
        inner = value.child_by_field_name("value")
        if inner is None:
            return False
        value = syntax.unparen(inner)
    if syntax.text(value) in (_INVALID if repair.resource == _DESCRIPTOR else _NULL):
        return True
    if value.type == syntax.ASSIGNMENT_EXPRESSION:
        right = value.child_by_field_name("right")
        return right is not None and _is_same(repair, right)
    own = repair.leak.site
    return any(
        site.span.start == value.start_byte
        and site.span.end == value.end_byte
        and site.obligation.resource == own.obligation.resource
        and (site.symbol == own.symbol or _are_alike(repair, site.symbol, own.symbol))
        for site in repair.unit.graph.sites
    )


def _are_alike(repair: Repair, one: str, other: str) -> bool:
    """Whether the models know both calls, so that what they give is released alike."""
    models = repair.analysis.models
    return bool(models.acquires(one)) and bool(models.acquires(other))


def _is_out(repair: Repair, address: Node) -> bool:
    """Whether the address of a variable is what the acquisition fills."""
    arguments = address.parent
    call = arguments.parent if arguments is not None else None
    return call is not None and any(
        site.span.start == call.start_byte and site.span.end == call.end_byte and site.place.root >= 0
        for site in repair.unit.graph.sites
    )


def runs_code(repair: Repair, variable: Variable) -> bool:
    """Whether the class of an object has a destructor that does more than to give back what it holds."""
    of = repair.type_of(variable)
    types = repair.analysis.types(repair.function)
    struct = types.struct(of) if of is not None and repair.is_object else None
    destructor = types.method(struct.name, f"~{struct.name.rpartition('::')[2]}") if struct is not None else None
    return destructor is not None and not all(_gives_back(one) for one in syntax.named(destructor.body))


def _gives_back(statement: Node) -> bool:
    if statement.type in (syntax.COMPOUND_STATEMENT, syntax.IF_STATEMENT):
        inner = [one for one in syntax.named(statement) if one != statement.child_by_field_name("condition")]
        return all(_gives_back(one) for one in inner)
    held = syntax.named(statement) if statement.type == syntax.EXPRESSION_STATEMENT else []
    if len(held) != 1:
        return not held and statement.type == syntax.EXPRESSION_STATEMENT
    called = held[0].child_by_field_name("function") if held[0].type == syntax.CALL_EXPRESSION else None
    if called is not None:
        return syntax.text(called).removeprefix("::").removeprefix("std::") in _LIBRARY_RELEASES
    right = held[0].child_by_field_name("right")
    is_reset = held[0].type == syntax.ASSIGNMENT_EXPRESSION and right is not None and syntax.text(right) in _NULL
    return held[0].type == syntax.DELETE_EXPRESSION or is_reset
