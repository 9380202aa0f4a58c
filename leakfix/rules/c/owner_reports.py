"""Findings on members that the end of an object forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c.types import global_type
from leakfix.languages.cpp.classes import Classes, Endings
from leakfix.rules.c.layout import LayoutError
from leakfix.rules.c.owner_checks import is_uncopied
from leakfix.rules.c.owner_forms import released_at_end
from leakfix.rules.c.owners import forgotten_members
from leakfix.rules.c.repair import OBJECT, RefusalError
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Step
from leakfix.rules.rule import Form
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.flow.members import Home
    from leakfix.languages.c.analysis import Analysis
    from leakfix.rules.c.owners import Forgot
    from leakfix.rules.rule import Rule

RELEASE: Final = Form("release", "release the member where its siblings are released", Safety.REVIEW)


def reports(rule: Rule[Analysis], analysis: Analysis) -> Iterator[Finding]:
    """The findings of a file, in order."""
    for forgot in forgotten_members(analysis):
        yield _finding(rule, analysis, forgot)


def _finding(rule: Rule[Analysis], analysis: Analysis, forgot: Forgot) -> Finding:
    ending, told, name = forgot.ending, forgot.told, forgot.field.name
    fixes: tuple[Fix, ...] = ()
    refusal = None
    try:
        edits = released_at_end(forgot)
    except RefusalError as why:
        refusal = why.refusal
    except LayoutError:
        refusal = Refusal("layout", "the code is not laid out one statement a line")
    else:
        fixes = (_fix(analysis, forgot, tuple(FileEdit(analysis.source.path, edit) for edit in edits)),)
    if ending is not None:
        declarator = ending.function.declarator
        span = Span(declarator.start_byte, declarator.end_byte)
        message = f"{ending.function.name} forgets {name}, which {_name(told.acquired.home)} acquires"
    else:
        span = told.acquired.span
        message = f"{forgot.field.struct.name} has no destructor: nothing releases {name}"
    return Finding.at(
        analysis.source,
        span,
        rule=rule.id,
        function=(ending.function if ending is not None else forgot.maker).qualified,
        message=message,
        severity=rule.severity,
        confidence=Confidence.HIGH if told.is_sure and ending is not None else Confidence.MEDIUM,
        trace=tuple(_trace(analysis, forgot)),
        fixes=fixes,
        refusal=refusal,
    )


def _fix(analysis: Analysis, forgot: Forgot, edits: tuple[FileEdit, ...]) -> Fix:
    ending, name = forgot.ending, forgot.field.name
    where = ending.function.last_name if ending is not None else ""
    is_single = not analysis.file.is_cpp or is_uncopied(forgot.field.struct)
    is_exact = forgot.told.is_sure and is_single and not _runs_code(analysis, forgot)
    if is_exact:
        why = f"Nothing else releases {name}, and every object has it set."
    elif forgot.told.is_sure and is_single:
        why = f"What ends {name} may do more than to give back what it holds, and now runs."
    elif analysis.file.is_cpp:
        why = f"If an object is copied out of sight, or {name} belongs to somebody else, it would be released twice."
    else:
        why = f"If {name} belongs to somebody else too, it would be released twice."
    safety = Safety.SAFE if is_exact else Safety.REVIEW
    return Fix(f"release {name} in {where}", RELEASE.name, safety, why, edits)


def _runs_code(analysis: Analysis, forgot: Forgot) -> bool:
    """Whether the release may do more than to give back memory or a handle."""
    obligation = forgot.told.acquired.obligation
    if obligation is None:
        return True
    if obligation.resource != OBJECT:
        return False
    struct = analysis.types(forgot.maker).struct(global_type(forgot.field.declared))
    return struct is None or Endings(Classes(analysis.world)).release(struct) is not None


def _trace(analysis: Analysis, forgot: Forgot) -> Iterator[Step]:
    told, ending = forgot.told, forgot.ending
    name = forgot.field.name
    yield _step(analysis, told.acquired.home.path, told.acquired.span.start, f"{name} takes what is acquired here")
    for use in told.replaced:
        yield _step(analysis, use.home.path, use.span.start, "released here only to make room for another")
    if ending is not None:
        at = ending.function.body.end_byte - 1
        yield _step(analysis, ending.function.file.path, at, f"{ending.function.last_name} ends without releasing it")
    else:
        field = forgot.field
        start = field.struct.node.start_byte
        yield _step(analysis, field.struct.file.path, start, f"{field.struct.name} has no destructor")


def _step(analysis: Analysis, path: str, start: int, message: str) -> Step:
    return Step(path, analysis.world.file(path).source.line(start), message)


def _name(home: Home) -> str:
    return home.name or "its declaration"
