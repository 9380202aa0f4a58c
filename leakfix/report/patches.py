"""Fixes as a series of patches: how they are split into commits, and what each commit says."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from textwrap import fill, wrap
from typing import TYPE_CHECKING

from leakfix.report.text import plural
from leakfix.review import Change, Repository, replay, write_series
from leakfix.rules import Safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from leakfix.engine.fixing import Fixed
    from leakfix.engine.mend import Applied, Mended

_WIDTH = 72
_CHECKED = "the file parses as well as before, the finding is gone, and no new one has come up"


class Split(StrEnum):
    """What makes one commit."""

    FINDING = "finding"
    RULE = "rule"
    FILE = "file"
    NONE = "none"


def write_patches(fixed: Fixed, directory: Path, split: Split = Split.FINDING, verified: str = "") -> tuple[Path, ...]:
    """Write the fixes as `0001-….patch` and so on, and replay them with `git am --keep-cr`; none without a fix.

    To split by rule, `fixed` must have been made `by_rule`. `verified` is the command that the fixes were put to, if
    any. All patches have one date: now, or that of SOURCE_DATE_EPOCH. Raises ReviewError.
    """
    if not fixed.files:
        return ()
    with Repository.discover(fixed.tree) as repository:
        names = {file.path: repository.relative(file.absolute) for file in fixed.files}
        analysed = {names[file.path]: file.old for file in fixed.files}
        series = repository.series(changes(fixed.files, names, split, verified), analysed, date=_now())
        written = write_series(series, directory)
        replay(series, written)
    return tuple(written)


def changes(files: Sequence[Mended], names: Mapping[str, str], split: Split, verified: str = "") -> list[Change]:
    """The commits, in order. `names` gives the path in the repository of each display path."""
    return [
        _change([entry for _, entry in group], names, _contents(group, names), split, verified)
        for group in _groups(files, split)
    ]


_Entry = tuple["Mended", "Applied"]


def _groups(files: Sequence[Mended], split: Split) -> Iterator[list[_Entry]]:
    entries = [(file, entry) for file in files for entry in file.applied]
    if split is Split.FINDING:
        yield from ([entry] for entry in entries)
        return
    keys = {Split.RULE: lambda entry: entry[1].fix and entry[1].finding.rule, Split.FILE: lambda entry: entry[0].path}
    groups: defaultdict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        groups[keys[split](entry) if split in keys else ""].append(entry)
    yield from (groups[key] for key in sorted(groups))


def _contents(group: Iterable[_Entry], names: Mapping[str, str]) -> dict[str, bytes]:
    """The content of each file behind the last fix of a group."""
    return {names[file.path]: entry.data for file, entry in group}


def _change(
    applied: Sequence[Applied], names: Mapping[str, str], files: Mapping[str, bytes], split: Split, verified: str
) -> Change:
    if len(applied) == 1:
        subject, body = _subject(applied[0], names), _account(applied[0], names)
    else:
        subject, body = _group_subject(applied, names, split), "\n\n".join(_account(entry, names) for entry in applied)
    checked = f"Checked: {_CHECKED}" + (f"; with all fixes of the series, `{verified}` succeeds." if verified else ".")
    return Change(subject, f"{body}\n\n{fill(checked, _WIDTH)}", _trailers(applied), files)


def _subject(entry: Applied, names: Mapping[str, str]) -> str:
    finding = entry.finding
    place = PurePosixPath(names[finding.path])
    scope = place.parent.as_posix() if place.parent.name else place.stem
    return f"{scope}: fix leak in {finding.function}" if finding.function else f"{scope}: fix leak"


def _group_subject(applied: Sequence[Applied], names: Mapping[str, str], split: Split) -> str:
    count = plural(len(applied), "leak")
    if split is Split.RULE:
        return f"Fix {count} ({applied[0].finding.rule})"
    if split is Split.FILE:
        return f"{names[applied[0].finding.path]}: fix {count}"
    return f"Fix {count}"


def _account(entry: Applied, names: Mapping[str, str]) -> str:
    """What leaks and along which lines; what was done, and why it keeps behaviour."""
    finding, fix = entry.finding, entry.fix
    place = f"{names[finding.path]}:{finding.line}"
    where = f"{place}, in {finding.function}" if finding.function else place
    lines = [*wrap(f"{where}: {finding.message}.", _WIDTH)]
    for step in finding.trace:
        other = "" if step.path == finding.path else f"{names.get(step.path, step.path)} "
        lines.append(f"  {other}line {step.line}: {step.message}")
    why = f" {_sentence(fix.why)}" if fix.why else ""
    return "\n".join([*lines, "", *wrap(f"{_sentence(fix.title)}{why}", _WIDTH)])


def _sentence(text: str) -> str:
    stripped = text.strip()
    ended = stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."
    return ended[:1].upper() + ended[1:]


def _trailers(applied: Sequence[Applied]) -> tuple[tuple[str, str], ...]:
    rules = dict.fromkeys(entry.finding.rule for entry in applied)
    needs_review = any(entry.fix.safety is Safety.REVIEW for entry in applied)
    return (
        *(("Leakfix-Rule", rule) for rule in rules),
        ("Leakfix-Safety", Safety.REVIEW if needs_review else Safety.SAFE),
        *(("Leakfix-Fingerprint", entry.finding.fingerprint) for entry in applied),
    )


def _now() -> datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
