"""Tickers in fields of a type that can be closed and does not stop them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.statements import insert_behind, insert_first
from leakfix.rules.finding import FileEdit, Safety
from leakfix.rules.go.owner_methods import closing_method, is_always_made_with, receiver_of
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_members import Member, Use, stored_in, uses_of
from leakfix.rules.go.ticker_scene import NEW_TICKER, calls_of, is_target
from leakfix.rules.rule import Form
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.rules.go.ticker_scene import TimeCall

FORM: Final = Form("owner-close", "stop the ticker where its owner is closed", Safety.REVIEW)


@individual
class Forgotten:
    """The ticker made by ``call`` is stored in a field, and the closing method of the type does not stop it."""

    call: TimeCall
    member: Member
    method: Function
    uses: tuple[Use, ...]

    @property
    def is_certain(self) -> bool:
        """Whether every value of the type has a ticker in the field: each composite literal sets it, nothing else."""
        return not any(is_target(use.node) for use in self.uses) and is_always_made_with(
            self.member.package, self.member.owner, self.member.name
        )


def forgotten(analysis: Analysis) -> Iterator[Forgotten]:
    """The fields whose ticker no code of the package stops; each is told of where it is stored first."""
    for call in calls_of(analysis, NEW_TICKER):
        member = stored_in(call) if not analysis.file.is_test else None
        method = closing_method(member.package, member.owner) if member is not None else None
        if member is None or method is None or not _is_first(analysis, call, member):
            continue
        uses = tuple(uses_of(analysis, member))
        if all(use.is_plain for use in uses):
            yield Forgotten(call, member, method, uses)


def stopped_by_owner(found: Forgotten) -> tuple[FileEdit, ...]:
    """``x.ticker.Stop()`` first in the closing method, behind its lock. Raises `RefusalError` and `LayoutError`."""
    method = found.method
    body, receiver = method.body, receiver_of(method)
    if method.file.is_generated:
        raise RefusalError("generated", "the method is generated: its generator is the place for the fix")
    if body is None or not receiver or method.has_error:
        raise RefusalError("no-owner", f"{method.name} has no name for its receiver")
    if any(use.endless_range is not None for use in found.uses):
        raise RefusalError("goroutine", "a loop ranges over the ticker, which Stop does not end: it needs a way out")
    place = f"{receiver}.{found.member.name}"
    lines = [f"{place}.Stop()"] if found.is_certain else [f"if {place} != nil {{", f"\t{place}.Stop()", "}"]
    source = method.file.source
    locked = _lock(body)
    edit = insert_behind(source, locked, lines) if locked is not None else insert_first(source, body, lines)
    return (FileEdit(source.path, edit),)


def _is_first(analysis: Analysis, call: TimeCall, member: Member) -> bool:
    """Whether no call of the package before this one stores its ticker in the field."""
    for file in member.package.files:
        if file.is_test or member.name.encode() not in file.data or b"NewTicker(" not in file.data:
            continue
        other = analysis if file is analysis.file else Analysis(analysis.program, file)
        for earlier in calls_of(other, NEW_TICKER):
            if other is analysis and earlier.node == call.node:
                return True
            if stored_in(earlier) == member:
                return False
    return True


def _lock(body: Node) -> Node | None:
    """The deferred Unlock right behind the Lock that the body starts with."""
    statements = [s for held in body.named_children for s in syntax.operands(held)][:2]
    if len(statements) < 2 or statements[1].kind_id != syntax.DEFER_STATEMENT:
        return None
    locks = syntax.text(statements[0]).endswith(".Lock()") and syntax.text(statements[1]).endswith(".Unlock()")
    return statements[1] if locks else None
