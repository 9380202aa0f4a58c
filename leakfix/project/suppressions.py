"""Comments that keep findings quiet: leakfix's own, and those of other linters that speak of the same leak."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from leakfix.project.selectors import closest
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from leakfix.text import Source, Span


class Reach(Enum):
    """What a comment that stands alone on its line covers."""

    LINE = "the next code line"
    NODE = "the whole statement or declaration that starts on the line below"
    FILE = "the file"


@record
class Directive:
    """A form of comment of another linter.

    `pattern` is matched at the start of a comment's text, behind its leader and blanks; its group `names`, if it takes
    part, holds names between commas, else every rule is meant. `rules` gives ours for a name in lower case; the id of a
    rule is a name as well, and those in `all_rules` mean every rule.
    """

    pattern: re.Pattern[str]
    rules: Mapping[str, tuple[str, ...]]
    all_rules: frozenset[str] = frozenset()
    reach: Reach = Reach.LINE

    def meant(self, names: str | None) -> tuple[str, ...] | None:
        """Our rules that names between commas mean; None for every rule."""
        given = [name.strip() for name in names.split(",")] if names is not None else None
        if given is None or any(name.lower() in self.all_rules for name in given):
            return None
        return tuple(rule for name in given for rule in (name, *self.rules.get(name.lower(), ())))


# What finds our leaks, or a part of them: the linters that golangci-lint runs under these names; checks of staticcheck.
_GO_LINTERS: Mapping[str, tuple[str, ...]] = {
    "bodyclose": ("go-response-body",),
    "sqlclosecheck": ("go-unclosed",),
    "closecheck": ("go-unclosed",),
    "lostcancel": ("go-lost-cancel",),
    "govet": ("go-lost-cancel",),
    "gocritic": ("go-defer-in-loop",),
    "deferinloop": ("go-defer-in-loop",),
    "revive": ("go-defer-in-loop",),
    "staticcheck": ("go-defer-in-loop", "go-ticker-stop"),
}
_STATICCHECK: Mapping[str, tuple[str, ...]] = {
    "sa9001": ("go-defer-in-loop",),
    "sa5003": ("go-defer-in-loop",),
    "sa1015": ("go-ticker-stop",),
}
_NAMES = r"(?P<names>[\w*-]+(?:\s*,\s*[\w*-]+)*)"

GO_DIRECTIVES = (
    Directive(re.compile(rf"nolint(?::\s*{_NAMES}|(?=\s|$))"), _GO_LINTERS, frozenset({"leakfix", "all"}), Reach.NODE),
    Directive(re.compile(rf"lint:ignore\s+{_NAMES}\s+\S"), _STATICCHECK, frozenset({"leakfix"})),
    Directive(re.compile(rf"lint:file-ignore\s+{_NAMES}\s+\S"), _STATICCHECK, frozenset({"leakfix"}), Reach.FILE),
)

# Leakfix's own comment may follow another linter's in one comment: `//nolint:errcheck // leakfix: ignore[go-unclosed]`.
_OWN = re.compile(r"(?:^|//|#)\s*(?P<directive>leakfix:.*)", re.DOTALL)
_IGNORE = re.compile(r"leakfix:\s*ignore(?:\s*\[(?P<names>[^\]]*)\])?(?:[\s:,-]+(?P<reason>.*))?$", re.DOTALL)
_SELECTOR = re.compile(r"[\w*-]+")
_LINE_LEADERS = ("//", "#")
_BLOCK_LEADERS = {"/*": "*/"}


@record
class Suppression:
    """One comment: on line `line`, it covers lines `first` to `last` (1-based, both included).

    `rules` are selectors, None for every rule; `own` tells leakfix's comments from those of other linters.
    """

    line: int
    first: int
    last: int
    rules: tuple[str, ...] | None
    reason: str = ""
    own: bool = True

    def covers(self, rule: str, line: int) -> bool:
        """Whether it keeps a finding of a rule on a line quiet."""
        return self.first <= line <= self.last and (self.rules is None or closest(self.rules, rule) is not None)


@record
class Misspelt:
    """A comment that starts as leakfix's own do and says nothing: its line, and what is wrong with it."""

    line: int
    message: str


class Suppressions:
    """All suppressions of a file; remembers which of them were of use."""

    def __init__(self, found: Iterable[Suppression] = (), misspelt: Iterable[Misspelt] = ()) -> None:
        """Of given suppressions, in the order of the file."""
        self._found = tuple(found)
        self._used: set[Suppression] = set()
        self.misspelt = tuple(misspelt)

    def __iter__(self) -> Iterator[Suppression]:
        """In the order of the file."""
        return iter(self._found)

    def covers(self, rule: str, line: int) -> bool:
        """Whether a finding of a rule on a line is to be kept quiet; marks every suppression that does so as used."""
        covering = [suppression for suppression in self._found if suppression.covers(rule, line)]
        self._used.update(covering)
        return bool(covering)

    def unused(self, ran: Collection[str] | None = None) -> tuple[Suppression, ...]:
        """Leakfix's own suppressions that covered nothing, in the order of the file.

        With the ids of the rules that ran, only those which one of them could have used.
        """
        return tuple(
            suppression
            for suppression in self._found
            if suppression.own and suppression not in self._used and _concerns(suppression, ran)
        )


def may_suppress(data: bytes) -> bool:
    """Whether a file holds a word without which it has no suppression, so that its comments need not be looked for."""
    return any(word in data for word in (b"leakfix:", b"nolint", b"lint:"))


def suppressions(
    source: Source,
    comments: Iterable[tuple[Span, str]],
    node_lines: Callable[[int], tuple[int, int] | None] | None = None,
    directives: Iterable[Directive] = GO_DIRECTIVES,
) -> Suppressions:
    """The suppressions in the comments of a file: `(span, text)`, leader included, all of them and in order.

    A comment beside code covers the lines that it stands on. Alone on its line, it covers the next code line; one whose
    directive reaches a node covers the statement or declaration that starts right below, comments between them aside:
    `node_lines` gives the first and last line of the outermost one that starts on a line (for golangci-lint, a package
    clause is the whole file).
    """
    ordered = sorted(comments)
    places = _places(source, [span for span, _ in ordered])
    found: list[Suppression] = []
    misspelt: list[Misspelt] = []
    for place, (_, comment) in zip(places, ordered, strict=True):
        text = _without_leader(comment)
        own = _own(text, place)
        if isinstance(own, Misspelt):
            misspelt.append(own)
        elif own:
            found.append(own)
        other = _other(text, place, directives, node_lines, source)
        if other:
            found.append(other)
    return Suppressions(found, misspelt)


def _without_leader(comment: str) -> str:
    for leader, end in _BLOCK_LEADERS.items():
        if comment.startswith(leader):
            return comment.removeprefix(leader).removesuffix(end).strip()
    for leader in _LINE_LEADERS:
        if comment.startswith(leader):
            return comment.removeprefix(leader).strip()
    return comment.strip()


def _own(text: str, place: _Place) -> Suppression | Misspelt | None:
    start = _OWN.search(text)
    if not start:
        return None
    directive = _IGNORE.match(start["directive"])
    if not directive:
        return Misspelt(place.line, "expected 'leakfix: ignore' or 'leakfix: ignore[rule, ...]', then a reason")
    first, last = place.covered
    reason = (directive["reason"] or "").strip()
    if directive["names"] is None:
        return Suppression(place.line, first, last, None, reason)
    names = tuple(name.strip() for name in directive["names"].split(","))
    wrong = next((name for name in names if not _SELECTOR.fullmatch(name)), None)
    if wrong is not None:
        return Misspelt(place.line, f"not the name of a rule: {wrong!r}")
    return Suppression(place.line, first, last, names, reason)


def _other(
    text: str,
    place: _Place,
    directives: Iterable[Directive],
    node_lines: Callable[[int], tuple[int, int] | None] | None,
    source: Source,
) -> Suppression | None:
    """What the first directive that the text starts with says."""
    for directive in directives:
        match = directive.pattern.match(text)
        if not match:
            continue
        first, last = place.covered
        if directive.reach is Reach.FILE:
            first, last = 1, source.line(len(source.data))
        elif directive.reach is Reach.NODE and place.heads_code and node_lines:
            first, last = node_lines(first) or (first, last)
        return Suppression(place.line, first, last, directive.meant(match["names"]), own=False)
    return None


def _concerns(suppression: Suppression, ran: Collection[str] | None) -> bool:
    if ran is None:
        return True
    return any(suppression.rules is None or closest(suppression.rules, rule) is not None for rule in ran)


@record
class _Place:
    """Where a comment stands: its first line, the lines that it covers, and whether it stands right above those."""

    line: int
    covered: tuple[int, int]
    heads_code: bool


def _places(source: Source, spans: Sequence[Span]) -> list[_Place]:
    """The places of all comments of a file, in order."""
    behind = _code_before(source, spans)
    places: list[_Place] = []
    following, adjacent, next_start = len(source.data), False, len(source.data)
    for span, beside in zip(reversed(spans), reversed(behind), strict=True):
        gap = source.data[span.end : next_start]
        code = len(gap) - len(gap.lstrip())
        if code < len(gap) or next_start == len(source.data):
            following, adjacent = span.end + code, True
        adjacent = adjacent and gap[:code].count(b"\n") <= 1
        places.append(_place(source, span, following, beside=beside, adjacent=adjacent))
        next_start = span.start
    places.reverse()
    return places


def _place(source: Source, span: Span, following: int, *, beside: bool, adjacent: bool) -> _Place:
    line, end_line = source.line(span.start), source.line(span.end)
    code_line = source.line(following)
    if beside or code_line == end_line or following == len(source.data):
        return _Place(line, (line, end_line), heads_code=False)
    return _Place(line, (code_line, code_line), heads_code=adjacent)


def _code_before(source: Source, spans: Sequence[Span]) -> list[bool]:
    """For each comment, whether code stands before it on its line."""
    answers: list[bool] = []
    previous_end = 0
    for index, span in enumerate(spans):
        start = source.line_start(span.start)
        answer = bool(source.data[max(start, previous_end) : span.start].strip())
        if not answer and index and spans[index - 1].start >= start:
            answer = answers[-1]
        answers.append(answer)
        previous_end = span.end
    return answers
