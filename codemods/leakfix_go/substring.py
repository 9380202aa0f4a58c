"""A short part of a large string is stored where it keeps all of it alive.

A substring shares the memory of the string that it is cut from. Where it is stored in something that lives on, the
whole string cannot be collected: the first word of every log line keeps the lines, the version in a header keeps the
body.

Example:

    text := string(body)                           text := string(body)
    v, _, _ := strings.Cut(text, "\\n")             v, _, _ := strings.Cut(text, "\\n")
    c.version = v                                  c.version = strings.Clone(v)

What is found: a part of a string, cut by slicing or by a function whose result shares the memory of its argument
(`strings.TrimSpace`, `Split`, `Fields`, `Cut`, `unsafe.String`, a function of the project that does so), that is stored
in a package variable, a field of what the function was given, a map (its key or its value), an element, or a channel;
directly, through locals, or by a function that it is passed to. How sure it is depends on the whole: a file, a body or
output that was read is surely large; a line of a scanner is fair evidence for containers and package variables. Of a
parameter nothing is known, unless a function of the same file passes something large: then only parts of constant
length are looked at, which are of low confidence but in package variables. So are fields that are shortened in place.

Also a pointer to a string field of a large object that another package made, such as a response, when the function does
nothing but read the object: the pointer keeps all of it.

Silent: parts that are not stored, or only returned; nearly all of the string (trimmed, or without a prefix of constant
length); stores that together hold the string: its beginning and its end, or every one of its parts; strings that are
stored whole as well; constants, files with a constant path; copies: `strings.Clone`, `string(bytes)`, concatenation
with something (with "" nothing is copied).

Forms:
- `clone`: `strings.Clone(s[a:b])`, which needs Go 1.18; below, the next form is preferred.
- `bytes`: `string([]byte(s[a:b]))`, which any version has.
- `builder`: a `strings.Builder` (Go 1.10) before the statement.
- `variable`: for pointers, a variable of its own (`review`: what is written through the pointer stays there).

A part that is stored more than once is copied where it is cut. A named string type is converted to and from.

Refusals: `results` (it is one of several results of a call and has no name before it is stored), `unresolved` (the type
has no name in the file), `name-taken`, `import-cycle` (in the standard library itself), `layout`, `generated`.

Fix safety: safe, but for `variable`. The copy costs an allocation.

References: the documentation of strings.Clone; Go 101, "Memory Leaking Scenarios".
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from leakfix.languages.go import syntax, types
from leakfix.languages.go.sharing_values import is_text
from leakfix.languages.go.types import Pointer, Type
from leakfix.rules import Form, Safety
from leakfix.rules.go.copies import before_statement, free_name, imported, is_pure, predeclared, type_name
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.retention import Part, RetentionRule, Writer
from leakfix.text import Edit

CLONE: Final = Form("clone", "copy it with strings.Clone", requires="go1.18")
BYTES: Final = Form("bytes", "copy it through a slice of bytes")
BUILDER: Final = Form("builder", "copy it with a strings.Builder", requires="go1.10")
VARIABLE: Final = Form("variable", "point to a variable of its own", Safety.REVIEW)

_KEYWORDS: Final = frozenset(("func", "go", "import", "interface", "map", "package", "range", "select", "type", "var"))
_WHY: Final = "Strings are immutable: a copy is the same string in memory of its own."
_POINTER: Final = "What is written through the pointer no longer changes the object that it pointed into."
_KEY: Final = "A key that the map has already is copied for nothing."


class Substring(RetentionRule):
    """``go-substring``."""

    id: ClassVar[str] = "go-substring"
    title: ClassVar[str] = "substring keeps a large string alive"
    forms: ClassVar[tuple[Form, ...]] = (CLONE, BYTES, BUILDER, VARIABLE)
    noun: ClassVar[str] = "substring"
    sources: ClassVar[tuple[str, ...]] = (
        "https://pkg.go.dev/strings#Clone",
        "https://go101.org/article/memory-leaking.html",
    )

    def is_kind(self, core: Type | None) -> bool:
        """Strings of any name, and pointers to them."""
        return is_text(core) or (isinstance(core, Pointer) and is_text(types.core(core.element)))

    def writers(self, part: Part) -> Sequence[tuple[Form, Writer, Safety, str]]:
        """All forms, the shortest first."""
        if isinstance(types.core(part.type), Pointer):
            return [(VARIABLE, _of_its_own, Safety.REVIEW, _POINTER)]
        why = f"{_WHY} {_KEY}" if part.is_key else _WHY
        return [
            (CLONE, _cloned, Safety.SAFE, why),
            (BYTES, _through_bytes, Safety.SAFE, f"{why} strings.Clone would need Go 1.18."),
            (BUILDER, _built, Safety.SAFE, why),
        ]


def _cloned(part: Part) -> list[Edit]:
    package, edits = imported(part, "strings")
    return [*edits, part.replaced(_converted(part, f"{package}.Clone({_plain(part)})"))]


def _through_bytes(part: Part) -> list[Edit]:
    predeclared(part, "string", "byte")
    text = part.text
    if _is_plain(part) and not part.is_converted:
        return [part.replaced(f"string([]byte({text}))")]
    if part.is_converted:
        return [part.replaced(f"[]byte({text})")]
    return [part.replaced(f"{type_name(part, part.type)}([]byte({text}))")]


def _built(part: Part) -> list[Edit]:
    package, edits = imported(part, "strings")
    name, text = free_name(part, "kept", "copied"), _plain(part)
    lines = [f"var {name} {package}.Builder"]
    if is_pure(part.node):
        lines.append(f"{name}.Grow(len({part.text}))")
    lines.append(f"{name}.WriteString({text})")
    return [*edits, *before_statement(part, lines, _converted(part, f"{name}.String()"))]


def _of_its_own(part: Part) -> list[Edit]:
    node = part.node
    arguments = node.child_by_field_id(syntax.F_ARGUMENTS)
    inner = syntax.operands(arguments)[0] if arguments is not None else node
    operand = inner.child_by_field_id(syntax.F_OPERAND)
    field = operand.child_by_field_id(syntax.F_FIELD) if operand is not None else None
    if operand is None or field is None:
        raise RefusalError("layout", "the field that is pointed to has no name here")
    core = types.core(part.type)
    value = syntax.text(operand)
    if inner != node:
        value = f"{type_name(part, core.element if isinstance(core, Pointer) else None)}({value})"
    name = free_name(part, _local(syntax.text(field)), "kept")
    return before_statement(part, [f"{name} := {value}"], f"&{name}")


def _local(field: str) -> str:
    """The name of a field as one of a variable: `storageClass` for StorageClass, `id` for ID."""
    name = field.lower() if field.isupper() else field[0].lower() + field[1:]
    return "kept" if name in _KEYWORDS or name == "_" else name


def _is_plain(part: Part) -> bool:
    return types.default_type(part.type) == types.STRING


def _plain(part: Part) -> str:
    """The part as a string of no other name."""
    return part.text if _is_plain(part) else f"string({part.text})"


def _converted(part: Part, text: str) -> str:
    return text if _is_plain(part) or part.is_converted else f"{type_name(part, part.type)}({text})"


RULE = Substring()
