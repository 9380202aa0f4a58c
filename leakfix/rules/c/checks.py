"""What must hold of a variable, and of a place in the code, for a release there to be exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import Status
from leakfix.flow import Place
from leakfix.languages.c import syntax
from leakfix.rules.c.contents import Content, contents
from leakfix.rules.c.generated import is_generated
from leakfix.rules.c.layout import is_conditional
from leakfix.rules.c.repair import RefusalError, Repair

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.languages.c.scopes import Variable
    from leakfix.rules.c.spelling import Spelling

_NULL: Final = frozenset(("0", "NULL", "nullptr"))
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
_READS: Final = frozenset((syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.POINTER_EXPRESSION))


def check_whole(repair: Repair) -> None:
    """Nothing of the function may be hidden from the analysis by conditional groups around what matters."""
    file, function = repair.analysis.file, repair.function
    if is_generated(file.data):
        raise RefusalError("generated", "the file is generated: its generator is the place for the fix")
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


def check_held(repair: Repair, variable: Variable, loss: Loss) -> bool:
    """Where the resource is lost the variable must hold it, or nothing; whether it may hold nothing there."""
    return Content.NOTHING in held(repair, variable, loss)


def held(
    repair: Repair, variable: Variable, loss: Loss, spared: frozenset[Content] = frozenset()
) -> frozenset[Content]:
    """What a variable may hold where the resource is lost: that, nothing, and what is ``spared``.

    Raises `RefusalError` when it may hold something else.
    """
    place = Place(variable.index, repair.path_of(variable))
    found = contents(repair, place, loss, _alike(repair))
    if repair.is_value(variable) and variable.value is not None:
        # A struct starts out empty, and ending an empty one does nothing.
        found -= {Content.OTHER}
    if found == {Content.RESOURCE} and Status.HANDED_ON in loss.others and loss.jump is None:
        raise RefusalError("conditional", "on another path to the same exit something that leads into it was handed on")
    told = found - spared
    if Content.GONE in told:
        raise RefusalError("conditional", "on another path to the same exit the resource was released or handed on")
    if Content.SHARED in told:
        raise RefusalError("aliased", f"the address of {variable.name} is taken")
    if Content.OTHER in told:
        raise RefusalError("reassigned", f"{variable.name} is given something else")
    if Content.UNSET in told:
        raise RefusalError("conditional", f"{variable.name} may hold anything where nothing was acquired")
    return found


def check_derived(repair: Repair, variable: Variable, loss: Loss) -> None:
    """No other variable that works through the resource may be used behind the loss."""
    for root in loss.through - {variable.index}:
        other = repair.variables.get(root)
        uses = repair.bindings.uses(other) if other is not None else ()
        if any(use.start_byte >= loss.span.end or repair.is_in_loop for use in uses):
            raise RefusalError("aliased", "another variable leads into what would be released")


def guard_of(repair: Repair, variable: Variable, spelling: Spelling, *, absent: bool) -> str:
    """The condition under which there is something to release; empty where that is always so, or does not matter."""
    if not absent or spelling.takes_nothing(variable) or repair.is_value(variable):
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


def _alike(repair: Repair) -> frozenset[int]:
    """The sites of the function whose resources are released as the one that leaks is."""
    own = repair.leak.site
    return frozenset(
        index
        for index, site in enumerate(repair.unit.graph.sites)
        if site.obligation.resource == own.obligation.resource
        and (site.symbol == own.symbol or _are_alike(repair, site.symbol, own.symbol))
    )


def _are_alike(repair: Repair, one: str, other: str) -> bool:
    """Whether the models know both calls, so that what they give is released alike."""
    models = repair.analysis.models
    return bool(models.acquires(one)) and bool(models.acquires(other))


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
