"""Build constraints: `//go:build` and `// +build` lines, file name suffixes, and what linux/amd64 would build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

_SYSTEMS: Final = frozenset(
    [
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "js",
        "linux",
        "nacl",
        "netbsd",
        "openbsd",
        "plan9",
        "solaris",
        "wasip1",
        "windows",
        "zos",
    ]
)
_ARCHITECTURES: Final = frozenset(
    [
        "386",
        "amd64",
        "amd64p32",
        "arm",
        "armbe",
        "arm64",
        "arm64be",
        "loong64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "mips64p32",
        "mips64p32le",
        "ppc",
        "ppc64",
        "ppc64le",
        "riscv",
        "riscv64",
        "s390",
        "s390x",
        "sparc",
        "sparc64",
        "wasm",
    ]
)
_TRUE: Final = frozenset({"linux", "amd64", "unix", "gc"})
_LIMIT: Final = 200


@record
class Tag:
    """One build tag."""

    name: str


@record
class Not:
    """Negation."""

    operand: Constraint


@record
class And:
    """Both."""

    left: Constraint
    right: Constraint


@record
class Or:
    """Either."""

    left: Constraint
    right: Constraint


Constraint: TypeAlias = Tag | Not | And | Or


def parse_constraint(comments: Iterable[str]) -> Constraint | None:
    """Return the constraint in the `//` lines above a package clause; None when there is none or it is malformed.

    A `//go:build` line wins over `// +build` lines, as in cmd/go.
    """
    old: Constraint | None = None
    for line in comments:
        if "build" not in line:
            continue
        if line.startswith("//go:build "):
            return _Parser(_tokens(line.removeprefix("//go:build "))).parse()
        words = line.removeprefix("//").split()
        if words and words[0] == "+build":
            alternative = _plus_build(words[1:])
            if alternative is not None:
                old = alternative if old is None else And(old, alternative)
    return old


def name_constraint(file_name: str) -> Constraint | None:
    """Return the constraint in a file name: `x_linux.go`, `x_amd64_test.go`, `x_windows_arm64.go`."""
    parts = file_name.removesuffix(".go").removesuffix("_test").split("_")[1:]
    if len(parts) >= 2 and parts[-2] in _SYSTEMS and parts[-1] in _ARCHITECTURES:
        return And(Tag(parts[-2]), Tag(parts[-1]))
    if parts and (parts[-1] in _SYSTEMS or parts[-1] in _ARCHITECTURES):
        return Tag(parts[-1])
    return None


def satisfied(constraint: Constraint) -> bool:
    """Whether a build for linux/amd64 by the newest gc toolchain, without cgo, takes a file under this constraint."""
    if isinstance(constraint, Tag):
        return constraint.name in _TRUE or constraint.name.startswith("go1")
    if isinstance(constraint, Not):
        return not satisfied(constraint.operand)
    if isinstance(constraint, And):
        return satisfied(constraint.left) and satisfied(constraint.right)
    return satisfied(constraint.left) or satisfied(constraint.right)


def _plus_build(options: list[str]) -> Constraint | None:
    result: Constraint | None = None
    for option in options:
        terms: Constraint | None = None
        for word in option.split(","):
            term: Constraint = Not(Tag(word[1:])) if word.startswith("!") else Tag(word)
            terms = term if terms is None else And(terms, term)
        if terms is not None:
            result = terms if result is None else Or(result, terms)
    return result


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    while position < len(text) and len(tokens) < _LIMIT:
        char = text[position]
        if char.isspace():
            position += 1
        elif text.startswith(("&&", "||"), position):
            tokens.append(text[position : position + 2])
            position += 2
        elif char in "!()":
            tokens.append(char)
            position += 1
        elif text.startswith("//", position):
            break
        else:
            end = position
            while end < len(text) and (text[end].isalnum() or text[end] in "_."):
                end += 1
            tokens.append(text[position : max(end, position + 1)])
            position = max(end, position + 1)
    return tokens


class _Parser:
    """Recursive descent over a bounded list of tokens; malformed input yields None."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0

    def parse(self) -> Constraint | None:
        result = self._or()
        return result if self._next == len(self._tokens) else None

    def _take(self, token: str) -> bool:
        if self._next < len(self._tokens) and self._tokens[self._next] == token:
            self._next += 1
            return True
        return False

    def _or(self) -> Constraint | None:
        left = self._and()
        while left is not None and self._take("||"):
            right = self._and()
            left = Or(left, right) if right is not None else None
        return left

    def _and(self) -> Constraint | None:
        left = self._not()
        while left is not None and self._take("&&"):
            right = self._not()
            left = And(left, right) if right is not None else None
        return left

    def _not(self) -> Constraint | None:
        if self._take("!"):
            operand = self._not()
            return Not(operand) if operand is not None else None
        if self._take("("):
            inner = self._or()
            return inner if self._take(")") else None
        if self._next == len(self._tokens):
            return None
        word = self._tokens[self._next]
        self._next += 1
        return Tag(word) if word[0].isalnum() or word[0] == "_" else None
