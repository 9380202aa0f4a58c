"""How the resource is bound where it is opened, and from which block on that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python import headers
from leakfix.rules.python.naming import from_contextlib
from leakfix.rules.python.repair import RefusalError
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.variables import Variable
    from leakfix.rules.python.repair import Repair

_EXITS: Final = frozenset(("sys.exit", "os._exit", "exit", "quit"))
_NAMED_ONLY: Final = "temporary-directory"
"""The model of what gives its name, and not itself, when it is entered."""
_LISTS: Final = frozenset((syntax.PATTERN_LIST, syntax.TUPLE_PATTERN))


@record
class Bound:
    """A statement that gives the resource a name, in the place of which a header `with ... as <target>:` stands.

    ``above`` are lines before the header, ``first`` lines that come first in its block; ``expression`` is what the
    header enters, with all its `as` but the last, where that is more than the opening call.
    """

    statement: Node
    target: bytes
    above: tuple[bytes, ...] = ()
    first: tuple[bytes, ...] = ()
    expression: bytes = b""


def bound_by(repair: Repair) -> Bound | None:
    """The assignment of the opening call to names; None when the call stands inside of something else."""
    several = _unpacked(repair)
    if several is not None and repair.analysis.version_2 is None:
        return several
    innermost = repair.assignment
    return _bound(repair, innermost) if innermost is not None else None


def _bound(repair: Repair, innermost: Node) -> Bound | None:
    targets = _targets(innermost)
    statement = repair.statement
    outermost = innermost
    while outermost.parent is not None and outermost.parent.type == syntax.ASSIGNMENT:
        outermost = outermost.parent
    if statement.type != syntax.EXPRESSION_STATEMENT or syntax.named(statement) != [outermost]:
        return None
    if any(target.type != syntax.IDENTIFIER for target in targets):
        return None
    names = [target.text or b"" for target in targets]
    annotation = syntax.field(outermost, "type")
    above: tuple[bytes, ...] = ()
    if annotation is not None:
        above = (names[0] + b": " + repair.source.slice(Span(annotation.start_byte, annotation.end_byte)),)
    first = tuple(name + b" = " + names[0] for name in names[1:])
    is_used = bool(first) or any(repair.bindings.uses(variable) for variable in _variables(repair, targets))
    return Bound(statement, names[0] if is_used else b"", above, first)


def _targets(innermost: Node) -> list[Node]:
    """The targets of `a = b = value`, from left to right."""
    found: list[Node] = []
    at: Node | None = innermost
    while at is not None and at.type == syntax.ASSIGNMENT:
        left = syntax.field(at, "left")
        if left is not None:
            found.append(left)
        at = at.parent
    return found[::-1]


def _variables(repair: Repair, targets: list[Node]) -> Iterator[Variable]:
    for target in targets:
        variable = repair.bindings.variable(target)
        if variable is not None:
            yield variable


def _unpacked(repair: Repair) -> Bound | None:
    """`a, b = open(x), open(y)`, when each of the values is opened here."""
    values = repair.value.parent
    assignment = values.parent if values is not None else None
    if values is None or assignment is None or assignment.type != syntax.ASSIGNMENT:
        return None
    left = syntax.field(assignment, "left")
    if values.type not in (syntax.EXPRESSION_LIST, syntax.TUPLE) or left is None or left.type not in _LISTS:
        return None
    made, targets = syntax.named(values), syntax.named(left)
    sites = sites_of(repair)
    if len(made) != len(targets) or any(target.type != syntax.IDENTIFIER for target in targets):
        return None
    if any((one.start_byte, one.end_byte) not in sites for one in made) or repair.context != "with":
        return None
    if syntax.named(repair.statement) != [assignment]:
        return None
    pieces = [
        headers.expression(repair, one, _column(repair)) + b" as " + syntax.text(t).encode()
        for one, t in zip(made, targets, strict=True)
    ]
    last = targets[-1].text or b""
    return Bound(repair.statement, last, expression=b", ".join(pieces).removesuffix(b" as " + last))


def _column(repair: Repair) -> int:
    """Where the header of a with statement goes on in the place of the statement that acquires."""
    return repair.statement.start_point.column + len(headers.keyword(repair))


def sites_of(repair: Repair) -> set[tuple[int, int]]:
    """Where the function acquires anything that a with statement closes."""
    graph, program = repair.unit.graph, repair.unit.frame.program
    closed = (site for site in graph.sites if program.context(site.obligation) == "with")
    return {(site.span.start, site.span.end) for site in closed}


def is_part(repair: Repair) -> bool:
    """Whether the resource is one of several values that the call gives: `fd, path = mkstemp()`."""
    if repair.value.type == syntax.SUBSCRIPT:
        return False
    symbol = repair.leak.site.symbol
    models, program = repair.analysis.models, repair.unit.frame.program
    modelled = models.acquires(symbol)
    if modelled:
        return len(modelled) > 1 or (models.returned(symbol) or "").startswith("tuple")
    made = program.acquired(repair.analysis.types.callee(repair.acquisition))
    return any(one.index is not None for one in made)


def enters_itself(repair: Repair) -> bool:
    """Whether what a header `with x as y` enters gives itself: a temporary directory gives its name."""
    obligation = repair.leak.site.obligation
    if repair.context != "with":
        return True
    class_ = repair.analysis.world.class_(obligation.resource)
    if class_ is None:
        return obligation.resource != _NAMED_ONLY
    method = repair.analysis.types.classes.method(class_, "__enter__")
    if method is None or not method.params:
        return False
    own = method.params[0].name
    leaving = [node for node in syntax.walk(method.body) if node.type == syntax.RETURN_STATEMENT]
    return bool(leaving) and all(_texts(node) == [own] for node in leaving)


def _texts(statement: Node) -> list[str]:
    return [syntax.text(node) for node in syntax.named(statement)]


def is_whole_statement(repair: Repair) -> bool:
    """Whether the opening call is all of its statement: what it gives is thrown away."""
    statement = repair.statement
    return statement.type == syntax.EXPRESSION_STATEMENT and syntax.named(statement) == [repair.value]


def check_no_parts(repair: Repair) -> None:
    """Raise `RefusalError` where the call gives several values, of which one is the resource."""
    if is_part(repair):
        raise RefusalError("no-context", f"a `with` statement takes all that is assigned, not the {repair.noun} alone")


def part_of(repair: Repair) -> Variable | None:
    """The variable that takes the resource when the call gives several values: `fd, path = mkstemp()`."""
    assignment = repair.assignment
    left = syntax.field(assignment, "left") if assignment is not None else None
    if left is None or left.type not in _LISTS:
        return None
    parts, result = syntax.named(left), repair.leak.site.result
    if not is_part(repair) or not 0 <= result < len(parts):
        return None
    return repair.bindings.variable(parts[result])


def holder_of(repair: Repair) -> Variable | None:
    """The variable that what is acquired is assigned to as it is, alone or as one of several values."""
    return part_of(repair) if is_part(repair) else repair.variable


# walrus


def walrus_of(repair: Repair) -> Node | None:
    """`(f := open(p))`, with its parentheses."""
    at = repair.value.parent
    if at is None or at.type != syntax.NAMED_EXPRESSION:
        return None
    while at.parent is not None and at.parent.type == syntax.PARENTHESIZED_EXPRESSION:
        at = at.parent
    return at


def walrus_name(target: Node) -> str:
    """The name that a walrus gives; empty when the node is none."""
    inner = syntax.unparen(target)
    name = syntax.field(inner, "name") if inner.type == syntax.NAMED_EXPRESSION else None
    return syntax.text(name) if name is not None else ""


# what is opened on a condition


def conditional_of(repair: Repair) -> tuple[Node, Bound]:
    """`f = open(p) if p else other`: the conditional expression and what binds it. Raises `RefusalError`."""
    check_no_parts(repair)
    condition = repair.value.parent
    if condition is None or condition.type != syntax.CONDITIONAL_EXPRESSION:
        raise RefusalError("unconditional", "it is opened whatever holds")
    at = condition
    while at.parent is not None and at.parent.type == syntax.PARENTHESIZED_EXPRESSION:
        at = at.parent
    assignment = at.parent
    is_right = (
        assignment is not None and assignment.type == syntax.ASSIGNMENT and syntax.field(assignment, "right") == at
    )
    bound = _bound(repair, assignment) if assignment is not None and is_right else None
    if bound is None:
        raise RefusalError("conditional", "what is opened on a condition is not assigned to a name as it is")
    return condition, bound


def nulled(repair: Repair, condition: Node, edits: list[Edit]) -> bytes:
    """The conditional expression with what is not opened here in a `nullcontext`, which leaves it open."""
    parts = syntax.named(condition)
    sites = sites_of(repair)
    text = b""
    at = condition.start_byte
    for part in (parts[0], parts[2]):
        text += repair.source.slice(Span(at, part.start_byte))
        whole = repair.source.slice(Span(part.start_byte, part.end_byte))
        opened = syntax.unparen(part)
        if (opened.start_byte, opened.end_byte) not in sites:
            if opened.type not in (syntax.IDENTIFIER, syntax.ATTRIBUTE, syntax.NONE):
                raise RefusalError("conditional", "it is not known who closes the other alternative")
            name, added = from_contextlib(repair, "nullcontext")
            edits += [edit for edit in added if edit not in edits]
            whole = name.encode() + b"(" + (b"" if opened.type == syntax.NONE else whole) + b")"
        text += whole
        at = part.end_byte
    text += repair.source.slice(Span(at, condition.end_byte))
    return b"(" + text + b")" if b"\n" in text else text
