"""One file brought to a fixed point: a fix is kept only when its leak is gone and no other has come up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from leakfix.engine.examine import position
from leakfix.rules import Refusal
from leakfix.text import OverlapError, apply_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from leakfix.engine.choice import Chooser
    from leakfix.engine.examine import Examined
    from leakfix.rules import Finding, Fix
    from leakfix.text import Edit, Span

    Examine = Callable[[bytes], Examined]
    Spoiled = Callable[[bytes, bytes], str]

REFUSED = "verify"
"""The code of the refusal of a fix that was tried and dropped."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A fix that was kept; `data` is the whole file after it and all before it."""

    finding: Finding
    """As it was found first, in the unchanged file, where it was there; with the fingerprint that it had there."""
    fix: Fix
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A fix that was tried and dropped whole, and why; the finding says so as its refusal."""

    finding: Finding
    fix: Fix
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """A file before and after its fixes. `left` are the findings that remain, those of dropped fixes refused."""

    path: str
    absolute: str
    old: bytes = field(repr=False)
    new: bytes = field(repr=False)
    applied: tuple[Applied, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    left: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    finding: Finding
    fix: Fix

    @property
    def edits(self) -> list[Edit]:
        return [entry.edit for entry in self.fix.edits]


@dataclass(slots=True)
class _State:
    """A text and what is in it; every finding bears the fingerprint that it had when it was first seen."""

    data: bytes
    examined: Examined


def _nothing(before: bytes, after: bytes) -> str:  # noqa: ARG001 (no language, nothing to keep)
    return ""


class Mending:
    """The rounds over one file. `examine` analyses a text as the content of that file."""

    def __init__(
        self,
        path: str,
        absolute: str,
        data: bytes,
        examine: Examine,
        choose: Chooser,
        selected: frozenset[str],
        spoiled: Spoiled = _nothing,
    ) -> None:
        """Only findings of the `selected` rules are mended; those of others serve as a check.

        `spoiled` tells of a text before and after what has been lost of it, in a few words.
        """
        self._path = path
        self._absolute = absolute
        self._old = data
        self._examine = examine
        self._choose = choose
        self._selected = selected
        self._spoiled = spoiled
        self._state = _State(data, examine(data))
        self._first = {finding.fingerprint: finding for finding in self._state.examined.all}
        self._applied: list[Applied] = []
        self._dropped: dict[str, Dropped] = {}
        self._forms: dict[str, str | None] = {}
        """The form taken for a finding, None when none is wanted: nobody is asked twice."""

    def run(self, rules: Iterable[str] | None = None) -> Mended:
        """Apply fixes until none is left to take; one rule after the other when `rules` gives their order.

        Every round removes a finding or gives one up, and adds none, so this ends.
        """
        for rule in [None] if rules is None else rules:
            while self._round(rule):
                pass
        left = [self._refused(finding) for finding in self._state.examined.kept if finding.rule in self._selected]
        return Mended(
            self._path,
            self._absolute,
            self._old,
            self._state.data,
            tuple(self._applied),
            tuple(self._dropped.values()),
            tuple(left),
        )

    def _round(self, rule: str | None) -> bool:
        """Take as many fixes at once as do not touch each other; whether anything was tried."""
        batch = self._batch(rule)
        if not batch:
            return False
        after, reason = self._try(batch)
        if after is not None:
            self._accept(batch, after)
        elif len(batch) == 1:
            self._drop(batch[0], reason)
        else:
            self._one_by_one(batch)
        return True

    def _one_by_one(self, batch: Sequence[_Choice]) -> None:
        """Keep each fix that does no harm together with those kept before it."""
        kept: list[_Choice] = []
        best: _State | None = None
        for choice in batch:
            after, reason = self._try([*kept, choice])
            if after is None:
                self._drop(choice, reason)
            else:
                kept.append(choice)
                best = after
        if best is not None:
            self._accept(kept, best)

    def _batch(self, rule: str | None) -> list[_Choice]:
        """One fix a function at most, none of which touches another: two could want one name for different things."""
        batch: list[_Choice] = []
        functions: set[str] = set()
        taken: list[Edit] = []
        # Of several results of one call the last comes first: what is put behind the call then stands in their order.
        numbered = sorted(enumerate(self._state.examined.kept), key=lambda entry: (position(entry[1]), -entry[0]))
        for _, finding in numbered:
            wanted = finding.rule in self._selected if rule is None else finding.rule == rule
            if not wanted or finding.function in functions or finding.fingerprint in self._dropped:
                continue
            fix = self._chosen(finding)
            if fix is None or any(_touch(entry.edit, other) for entry in fix.edits for other in taken):
                continue
            choice = _Choice(finding, fix)
            reason = self._unfit(choice)
            if reason:
                self._drop(choice, reason)
                continue
            batch.append(choice)
            functions.add(finding.function)
            taken += choice.edits
        return batch

    def _chosen(self, finding: Finding) -> Fix | None:
        if not finding.fixes:
            return None
        if finding.fingerprint in self._forms:
            form = self._forms[finding.fingerprint]
            known = next((fix for fix in finding.fixes if fix.form == form), None)
            if form is None or known is not None:
                return known
        fix = self._choose(finding)
        self._forms[finding.fingerprint] = fix.form if fix else None
        return fix

    def _unfit(self, choice: _Choice) -> str:
        if not choice.fix.edits:
            return "it has no edits"
        if any(entry.path != self._path for entry in choice.fix.edits):
            return "it edits other files, which cannot be verified yet"
        if any(edit.span.end > len(self._state.data) for edit in choice.edits):
            return "it edits behind the end of the file"
        return ""

    def _try(self, batch: Sequence[_Choice]) -> tuple[_State | None, str]:
        """The text with the fixes of a batch, or why they cannot be kept."""
        before = self._state
        edits = list(chain.from_iterable(choice.edits for choice in batch))
        try:
            data = apply_edits(before.data, edits)
        except OverlapError:
            return None, "its edits overlap"
        if data == before.data:
            return None, "it changes nothing"
        spoiled = self._spoiled(before.data, data)
        if spoiled:
            return None, spoiled
        after = self._examine(data)
        if len(after.errors) > len(before.examined.errors):
            return None, f"the file can no longer be analysed ({after.errors[-1].message})"
        if after.syntax_errors > before.examined.syntax_errors:
            return None, "the file no longer parses as well as before"
        fixed = {choice.finding.fingerprint for choice in batch}
        expected = [finding for finding in before.examined.all if finding.fingerprint not in fixed]
        matched, strangers = _match(expected, after.all, edits)
        if strangers:
            gone = {(choice.finding.rule, choice.finding.function) for choice in batch}
            new = strangers[0]
            if (new.rule, new.function) in gone:
                return None, "the finding is still there afterwards"
            return None, f"it brings up a new finding on line {new.line}: {new.rule}: {new.message}"
        known = tuple(matched[finding.fingerprint, finding.span] for finding in after.all)
        # What the engine itself finds (a suppression without use) is in no rule's list.
        kept = tuple(matched.get((finding.fingerprint, finding.span), finding) for finding in after.kept)
        return _State(data, replace(after, all=known, kept=kept)), ""

    def _accept(self, batch: Sequence[_Choice], after: _State) -> None:
        base = self._state.data
        edits: list[Edit] = []
        for choice in batch:
            edits += choice.edits
            first = self._first.get(choice.finding.fingerprint, choice.finding)
            self._applied.append(Applied(first, choice.fix, apply_edits(base, edits)))
        self._state = after

    def _drop(self, choice: _Choice, reason: str) -> None:
        finding = replace(
            choice.finding, fixes=(), refusal=Refusal(REFUSED, f"the fix was tried and dropped: {reason}")
        )
        self._dropped[finding.fingerprint] = Dropped(finding, choice.fix, reason)

    def _refused(self, finding: Finding) -> Finding:
        dropped = self._dropped.get(finding.fingerprint)
        return replace(finding, fixes=(), refusal=dropped.finding.refusal) if dropped else finding


def _touch(one: Edit, other: Edit) -> bool:
    """Whether two edits share bytes, or start or end at one place, where their order would count."""
    return one.span.start <= other.span.end and other.span.start <= one.span.end


def _match(
    expected: Sequence[Finding], found: Iterable[Finding], edits: Iterable[Edit]
) -> tuple[dict[tuple[str, Span], Finding], list[Finding]]:
    """Tell which finding behind edits is which before them; those that are none of the expected are strangers.

    A finding is the same when it stands where the edits moved it to, or, where they rewrote that place, when its line
    has the same text. The matched ones are given under their new fingerprint and span, with the old fingerprint.
    """
    ordered = sorted(edits, key=attrgetter("span"))
    by_place: defaultdict[tuple[str, int | None], list[Finding]] = defaultdict(list)
    for old in expected:
        by_place[old.rule, moved_to(old.span.start, ordered)].append(old)
    same: list[tuple[Finding, Finding]] = []
    unplaced: list[Finding] = []
    for finding in found:
        there = by_place[finding.rule, finding.span.start]
        if there:
            same.append((there.pop(0), finding))
        else:
            unplaced.append(finding)
    by_text: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for old in sorted((old for there in by_place.values() for old in there), key=attrgetter("span")):
        by_text[old.rule, old.text].append(old)
    strangers: list[Finding] = []
    for finding in unplaced:
        alike = by_text[finding.rule, finding.text]
        if alike:
            same.append((alike.pop(0), finding))
        else:
            strangers.append(finding)
    matched = {(new.fingerprint, new.span): replace(new, fingerprint=old.fingerprint) for old, new in same}
    return matched, strangers


def moved_to(offset: int, edits: Sequence[Edit]) -> int | None:
    """Where an offset lies behind edits that are in order; None when one of them rewrites it."""
    shift = 0
    for edit in edits:
        if edit.span.end <= offset:
            shift += len(edit.text) - len(edit.span)
        elif edit.span.start <= offset:
            return None
        else:
            break
    return offset + shift
