"""Whether what a call acquires is surely released, told by the lines behind it: what `settled` tells by the tree.

Nothing but statements that do not end its life, and the check of the error, stand between the call and the release.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.call_text import ends_line, indent_at, skip_blank, statement_end, taking
from leakfix.languages.go.plain_calls import spelled_call
from leakfix.languages.go.settled_text import ASSIGNING, ERROR, LEAVING, WORD, assigned, declared, shadows
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Collection

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program

_CALLED: Final = re.compile(rb"(?:(\w+)\.)?(\w+)\(")
_CHAIN: Final = re.compile(rb"(\w+)((?:\.\w+)*)\(")
_ARGUMENTS: Final = re.compile(rb"([\w, .]*)\)")
_COMPOUND: Final = re.compile(rb"(?:if|for|switch|select)\b|\{")
_LEAVES: Final = re.compile(rb"(?:return|break|continue|goto|fallthrough|case|default)\b|[})\]]|\w+:[ \t]*\r?\Z")
_DEFER: Final = b"defer "
_LITERAL: Final = b"defer func() {\n"
_RETURN: Final = b"return "
_RETURNED: Final = re.compile(rb"return ([\w, .]+)")
_OBJECT: Final = re.compile(rb"return &?[\w.]+\{")
_SECOND: Final = re.compile(rb"\}, [\w.]+\Z")
_FIRST_CALL: Final = re.compile(rb"(?:if )?(?:[\w, ]+ :?= )?(?:[\w.]+\((?:[\w.]+, )*)?(\w+)((?:\.\w+)*)\(")
"""What a statement evaluates first: a call, alone, assigned, or as an argument behind plain ones."""
_STARTED: Final = b"go func() {\n"
_GIVEN: Final = re.compile(rb"go [\w.]+\(([\w, .]*)\)")
_OPAQUE: Final = re.compile(rb"[\"'`]|//|/\*")
_STATEMENTS: Final = 12
"""How many statements behind a call are looked at."""


@record
class Acquired:
    """A call of ``name``, where it starts and ends, and which of its results have to be released, if that is known."""

    start: int
    end: int
    name: str
    results: Collection[int] | None


class _Step(Enum):
    """What one statement does to a resource."""

    ON = auto()
    RELEASED = auto()
    UNCLEAR = auto()


def is_settled(program: Program, function: Function, acquired: Acquired) -> bool:
    """Whether nothing that a call of the function acquires can get lost."""
    data = function.file.data
    held = taking(data, acquired.start)
    if held is None or not ends_line(data, acquired.end) or acquired.name in program.settling.receiving:
        return False
    end = statement_end(data, acquired.end, held.indent)
    if end is None:
        return False
    if held.returns:
        return True
    resources = _resources(held.targets, acquired.results)
    error = held.targets[-1] if len(held.targets) > 1 else b""
    return bool(resources) and all(
        _Lines(program, function, held.indent, name, error).release_from(end + 1) for name in resources
    )


def _resources(targets: tuple[bytes, ...], results: Collection[int] | None) -> list[bytes]:
    """The targets that may take what a call acquires; none where that is not plain, or something is thrown away."""
    if results is not None:
        found = [targets[index] if 0 <= index < len(targets) else b"_" for index in results]
    else:
        is_error = len(targets) > 1 and ERROR.search(targets[-1]) is not None
        found = list(targets[: len(targets) - is_error])
    return found if b"_" not in found and all(name.decode().isidentifier() for name in targets) else []


class _Lines:
    """The statements behind an acquisition, in the same block."""

    def __init__(self, program: Program, function: Function, indent: int, holder: bytes, error: bytes) -> None:
        self._program = program
        self._function = function
        self._indent = indent
        self._holder = holder
        self._error = error

    def release_from(self, start: int) -> bool:
        """Whether the lines from an offset on release what the variable holds."""
        data, indent = self._function.file.data, self._indent
        for _ in range(_STATEMENTS):
            start = skip_blank(data, start)
            if start >= self._function.end or indent_at(data, start) != indent:
                return False
            end = statement_end(data, start + indent, indent)
            step = self._step(data[start + indent : end]) if end is not None else _Step.UNCLEAR
            if end is None or step is not _Step.ON:
                return step is _Step.RELEASED
            start = end + 1
        return False

    def _step(self, text: bytes) -> _Step:
        is_named = self._holder in text and self._holder in WORD.findall(text)
        if _LEAVES.match(text):
            is_handed_on = is_named and (self._returns(text) or self._releases_first(text.removeprefix(_RETURN)))
            return _Step.RELEASED if is_handed_on else _Step.UNCLEAR
        if _COMPOUND.match(text):
            if self._checks_error(text):
                return _Step.ON
            if is_named and self._releases_first(text):
                return _Step.RELEASED
            if LEAVING.search(text):
                return _Step.UNCLEAR
        elif is_named and (
            self._ends(text.removeprefix(_DEFER))
            or self._releases_first(text)
            or self._ends_in_literal(text)
            or self._is_started_with(text)
        ):
            return _Step.RELEASED
        if is_named and (assigned(text, {self._holder}) or declared(text, self._holder)):
            return _Step.UNCLEAR
        if self._error in text and ASSIGNING.search(text) and self._error in WORD.findall(text):
            self._error = b""
        return _Step.ON

    def _ends_in_literal(self, text: bytes) -> bool:
        """Whether a statement of a deferred literal releases it, before anything there may leave the literal."""
        if not text.startswith(_LITERAL) or not text.endswith(b"}()") or shadows(text, self._holder):
            return False
        lines = text.split(b"\n" + b"\t" * (self._indent + 1))
        depth = 1
        for line in lines[1:]:
            if LEAVING.search(line):
                return False
            # Where code is not formatted, how far a line is indented tells nothing.
            if depth == 1 and (
                self._ends(line.removesuffix(b"\n%b}()" % (b"\t" * self._indent))) or self._releases_first(line)
            ):
                return True
            depth += line.count(b"{") - line.count(b"}")
        return False

    def _releases_first(self, text: bytes) -> bool:
        """Whether a statement begins by releasing it, whatever it does with the result."""
        first = _FIRST_CALL.match(text)
        return first is not None and first[1] == self._holder and self._program.settling.releases.is_release(first[2])

    def _returns(self, text: bytes) -> bool:
        """Whether a return gives it back, as it is or as part of a new object."""
        returned = _RETURNED.fullmatch(text)
        if returned is not None:
            return self._holder in returned[1].split(b", ")
        # An object alone may be an error, which holds nothing.
        opening = _OBJECT.match(text) if _SECOND.search(text) else None
        if opening is None:
            return False
        for part in re.finditer(rb"(?<=[{\s])%b(?=[,}])" % self._holder, text):
            before = text[opening.end() : part.start()]
            is_plain = b"func" not in before and not _OPAQUE.search(before)
            if is_plain and before.count(b"(") == before.count(b")") and before.count(b"{") >= before.count(b"}"):
                return True
        return False

    def _is_started_with(self, text: bytes) -> bool:
        """Whether a goroutine is started that gets it, or is a literal that names it."""
        given = _GIVEN.fullmatch(text)
        if given is not None:
            return self._holder in given[1].split(b", ")
        if not text.startswith(_STARTED) or not text.endswith(b"}()") or shadows(text, self._holder):
            return False
        named = re.compile(rb"(?<![\w.])%b(?![\w:])" % self._holder)
        lines = ((line, named.search(line)) for line in text.split(b"\n"))
        return any(found is not None and not _OPAQUE.search(line, 0, found.start()) for line, found in lines)

    def _checks_error(self, text: bytes) -> bool:
        """Whether a statement runs only if the acquisition failed."""
        return (
            bool(self._error)
            and text.startswith(b"if %b != nil {\n" % self._error)
            and text.rstrip().endswith(b"\n%b}" % (b"\t" * self._indent))
            and b"\n%b} else" % (b"\t" * self._indent) not in text
        )

    def _ends(self, text: bytes) -> bool:
        """Whether a call that is all of a text releases what the variable holds, or is known to keep it."""
        chain = _CHAIN.match(text)
        given = _ARGUMENTS.match(text, chain.end()) if chain is not None else None
        if chain is None or given is None or text[given.end() :].strip():
            return False
        if chain[1] == self._holder:
            return self._program.settling.releases.is_release(chain[2])
        called, arguments = _CALLED.match(text), given[1].split(b", ")
        if called is None or called.end() != chain.end() or self._holder not in arguments:
            return False
        qualifier, name = (called[1] or b"").decode(), called[2].decode()
        plain = spelled_call(self._program.world, self._function, qualifier, name)
        return plain is not None and any(
            self._program.takes(plain, index) for index, one in enumerate(arguments) if one == self._holder
        )
