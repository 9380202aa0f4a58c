"""A short part of a large slice is stored where it keeps the whole array alive.

A subslice shares the array of the slice that it is cut from. Where it is stored in something that lives on, the whole
array, and all that its elements point to, cannot be collected.

Example:

    data, err := io.ReadAll(r)                     data, err := io.ReadAll(r)
    if err != nil {                                if err != nil {
        return err                                     return err
    }                                              }
    s.magic = data[:4]                             s.magic = slices.Clone(data[:4])

What is found: what go-substring finds of strings, for slices of any element: parts of what was read or mapped, of a
buffer or array of 16 KiB and more, of a parameter when the part has a constant length and goes to a package variable
(less sure: elsewhere). Also, as an error, a view of a buffer that its owner overwrites with its next operation
(`bufio.Scanner.Bytes`, `Reader.Peek`, `bytes.Buffer.Bytes` of a buffer that goes back to its pool), when it is stored.

Silent: fields that are resliced in place (buffers and queues), parts whose rest is stored or returned as well (arenas),
slices that somebody writes to by index, and all that go-substring is silent about.

Forms:
- `clone`: `slices.Clone(s[a:b])`, which needs Go 1.21.
- `bytes-clone`: `bytes.Clone(s[a:b])` for bytes, which needs Go 1.20.
- `append`: `append([]T(nil), s[a:b]...)`, which any version has.
- `make-copy`: `make` and `copy` before the statement.

Refusals: `capacity` (something appends to the stored slice or asks for its capacity, and may be meant to reach behind
its end), `elements` (a list of parts is stored: a copy of the list would hold the same parts), `results`, `unresolved`,
`name-taken`, `import-cycle` (in the standard library itself), `layout`, `generated`.

Fix safety: safe where the whole is what the function itself has read; else `review`: what is written through one of the
two slices is no longer seen through the other. The copy is shallow: what kept elements point to is kept.

References: the documentation of slices.Clone and bytes.Clone; Go 101, "Memory Leaking Scenarios"; "Go Slices: usage and
internals", a possible gotcha.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from leakfix.flow.memory import lists_parts
from leakfix.languages.go import types
from leakfix.languages.go.pointers import bears_pointers
from leakfix.languages.go.types import BYTE, Slice, Type
from leakfix.rules import Form, Refusal, Safety
from leakfix.rules.go.copies import as_argument, before_statement, free_name, imported, is_pure, predeclared, type_name
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.retention import Part, RetentionRule, Writer
from leakfix.rules.go.shared_slices import grows, is_written
from leakfix.text import Edit

CLONE: Final = Form("clone", "copy it with slices.Clone", requires="go1.21")
BYTES_CLONE: Final = Form("bytes-clone", "copy it with bytes.Clone", requires="go1.20")
APPEND: Final = Form("append", "append it to an empty slice")
MAKE_COPY: Final = Form("make-copy", "copy it into a slice of its own")

_OWN: Final = "The whole was made here, and nobody writes to it: the copy holds the same elements."
_SHARED: Final = "What is written through one of the two slices is no longer seen through the other."
_REUSED: Final = "The copy keeps the bytes that are overwritten otherwise."
_UNMANAGED: Final = "The copy outlives what is mapped, and sees no later change of it."
_NIL: Final = " An empty part becomes nil."
_SHALLOW: Final = " What the elements of the part point to stays alive."


class Subslice(RetentionRule):
    """``go-subslice``."""

    id: ClassVar[str] = "go-subslice"
    title: ClassVar[str] = "subslice keeps a large array alive"
    forms: ClassVar[tuple[Form, ...]] = (CLONE, BYTES_CLONE, APPEND, MAKE_COPY)
    noun: ClassVar[str] = "subslice"
    sources: ClassVar[tuple[str, ...]] = (
        "https://pkg.go.dev/slices#Clone",
        "https://go.dev/blog/slices-intro",
        "https://go101.org/article/memory-leaking.html",
    )

    def is_kind(self, core: Type | None) -> bool:
        """Slices of any element."""
        return isinstance(core, Slice)

    def is_meant(self, part: Part) -> bool:
        """Whether somebody writes to the elements, so that the array may be shared on purpose."""
        return not part.first.reused and is_written(part)

    def refuse(self, part: Part) -> Refusal | None:
        """As usual; also where the part is meant to grow into what is behind it."""
        if lists_parts(part.first.cuts):
            return Refusal("elements", "a copy of the list would still hold the parts of the whole")
        if grows(part):
            return Refusal("capacity", "something appends to the stored slice or asks for its capacity")
        return super().refuse(part)

    def writers(self, part: Part) -> Sequence[tuple[Form, Writer, Safety, str]]:
        """All forms that the element admits, the shortest first."""
        safety, why = Safety.REVIEW, _SHARED
        if part.first.reused:
            safety, why = Safety.SAFE, _REUSED
        elif part.first.source.unmanaged:
            why = _UNMANAGED
        elif part.is_own:
            safety, why = Safety.SAFE, _OWN
        core = types.core(part.type)
        element = core.element if isinstance(core, Slice) else None
        why += "" if bears_pointers(element) is False else _SHALLOW
        forms: list[tuple[Form, Writer, Safety, str]] = [(CLONE, _cloned, safety, why)]
        if element == BYTE:
            forms.append((BYTES_CLONE, _bytes_cloned, safety, why))
        return [*forms, (APPEND, _appended, safety, why + _NIL), (MAKE_COPY, _made, safety, why)]


def _cloned(part: Part) -> list[Edit]:
    package, edits = imported(part, "slices")
    return [*edits, part.replaced(f"{package}.Clone({part.text})")]


def _bytes_cloned(part: Part) -> list[Edit]:
    package, edits = imported(part, "bytes")
    return [*edits, part.replaced(f"{package}.Clone({part.text})")]


def _appended(part: Part) -> list[Edit]:
    predeclared(part, "append", "nil")
    return [part.replaced(f"append({type_name(part, part.type)}(nil), {as_argument(part)}...)")]


def _made(part: Part) -> list[Edit]:
    predeclared(part, "make", "copy", "len")
    if not is_pure(part.node):
        raise RefusalError("layout", "the part is the result of a call, which has no name to copy it from")
    name, text = free_name(part, "kept", "copied"), as_argument(part)
    lines = [f"{name} := make({type_name(part, part.type)}, len({text}))", f"copy({name}, {text})"]
    return before_statement(part, lines, name)


RULE = Subslice()
