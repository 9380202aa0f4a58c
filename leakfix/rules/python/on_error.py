"""The form that closes what is lost only where an exception passes, or a return forgets it, before it is handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import Status
from leakfix.languages.python import syntax
from leakfix.rules.python import contexts, headers
from leakfix.rules.python.cautions import may_be_none
from leakfix.rules.python.error_paths import ErrorPaths
from leakfix.rules.python.indenting import LayoutError
from leakfix.rules.python.lifecycle import NO_CASE, Written
from leakfix.rules.python.outdated import check_catches_all
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.safety import judge_callee
from leakfix.rules.python.suites import Suite
from leakfix.rules.python.wrapping import Wrap
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.rules.python.repair import Repair

_WAITS: Final = ("waits", "terminates")
"""The ends of what is not released at once, but waited for, with what it works on."""


def close_on_error(repair: Repair) -> Written:
    """`try: ... except BaseException: sock.close(); raise` over what may raise before the resource is handed on."""
    if Status.HANDED_ON not in repair.leak.fates:
        raise RefusalError(NO_CASE, "nobody else ever takes it over")
    if all(loss.doubtful for loss in repair.leak.losses):
        raise RefusalError("handed-on", "it is handed on, and what stands before that hardly ever raises anything")
    check_catches_all(repair.analysis.version_2)
    if repair.exits in _WAITS:
        raise RefusalError("waits", f"a handler would wait for the {repair.noun}, which may be for ever")
    release = headers.release_of(repair)
    variable = contexts.holder_of(repair)
    if variable is None:
        raise RefusalError("no-name", "what is opened has no name of its own before it is handed on")
    paths = ErrorPaths.of(repair, variable)
    closing = release(variable.name)
    guard = (f"if {variable.name} is not None:".encode(),) if may_be_none(repair) else ()
    if guard and paths.returns:
        raise RefusalError("may-be-none", "the function that opens it may give None")
    suite = Suite(repair.source, repair.root, paths.block)
    inner, outer = _closed_before(repair, paths, closing, suite.unit)
    lines = (*guard, suite.unit * len(guard) + closing)
    edits = [*outer]
    try:
        if paths.run:
            footer = (b"except BaseException:", *lines, b"raise")
            edits.append(Wrap(suite, paths.run, b"try:", footer=footer, inner=tuple(inner)).edit())
    except LayoutError as why:
        raise RefusalError("layout", str(why)) from None
    told = f"The {repair.noun} is closed where it would be lost; where it is handed on, nothing changes."
    verdict = judge_callee(repair, headers.method_of(repair))
    return Written(edits, verdict.safety, verdict.why or told)


def _closed_before(repair: Repair, paths: ErrorPaths, closing: bytes, unit: bytes) -> tuple[list[Edit], list[Edit]]:
    """The edits that close before returns: those within the run, which is moved in, and the others."""
    inner: list[Edit] = []
    outer: list[Edit] = []
    for statement in paths.returns:
        is_inside = bool(paths.run) and any(syntax.is_within(statement, one) for one in paths.run)
        if is_inside and not repair.leak.site.obligation.idempotent:
            raise RefusalError("closed-elsewhere", "it would be closed twice where closing fails, which is an error")
        target = inner if is_inside else outer
        target += _before(repair, statement, closing, unit if is_inside else b"")
    return inner, outer


def _before(repair: Repair, statement: Node, closing: bytes, more: bytes) -> Iterator[Edit]:
    """A statement on a line before another, or before it on its line where that line holds several."""
    block = syntax.block_of(statement)
    assert block is not None
    suite = Suite(repair.source, repair.root, block)
    at = statement.start_byte
    if suite.chain(statement) != [statement]:
        yield Edit(Span(at, at), closing + b"; ")
        return
    line = repair.source.newline + suite.indent + more
    if suite.is_inline:
        (gap,) = suite.split_off()
        yield Edit(gap.span, line + closing + line)
    else:
        yield Edit(Span(at, at), closing + line)
