"""Source files: read, sorted by their heads, parsed as far as somebody asks."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tree_sitter import Range

from leakfix.languages.go import declarations, syntax
from leakfix.languages.go.constraints import And, name_constraint, parse_constraint, satisfied
from leakfix.languages.go.layout import OPAQUE, imports, receiver_type, standings
from leakfix.languages.go.modules import likely_name
from leakfix.languages.go.objects import Function, Object
from leakfix.languages.go.places import places, plain_kind
from leakfix.languages.go.versions import effective
from leakfix.languages.go.words import places_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tree_sitter import Node, Tree

    from leakfix.languages.go.constraints import Constraint
    from leakfix.languages.go.headers import Header
    from leakfix.languages.go.layout import Standing
    from leakfix.languages.go.lookup import Package
    from leakfix.languages.go.objects import Kind
    from leakfix.languages.go.versions import Version
    from leakfix.text import Source

_METHODS: Final = re.compile(rb"\nfunc ?\(([^)\n]*)\) ?(\w+)")
_FIRST: Final = re.compile(rb"\n(?:func|type|var|const)\b")
_NEXT: Final = re.compile(rb"\n(?![\t })\r\n])")
# All up to a raw string or a comment between `/*` and `*/`, and that, if there is one.
_RAW: Final = re.compile(
    rb"""(?:[^`"'/]++|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|/(?!\*)|["'])*+(`[^`]*(?:`|\Z)|/\*.*?(?:\*/|\Z))?""",
    re.DOTALL,
)
_FUNCTIONS: Final = frozenset({syntax.FUNCTION_DECLARATION, syntax.METHOD_DECLARATION})


class File:
    """One source file of a package; parsed when somebody looks at `root`.

    `source` holds its bytes under its display path, `header` what stands above its package clause; `tree` is None until
    it is parsed as a whole.
    """

    def __init__(self, location: str, source: Source, header: Header) -> None:
        """Take an absolute path, the bytes and their head; the package is set by who makes it."""
        self.location = location
        self.source = source
        self.data = source.data
        self.header = header
        self.start = 0
        self.package: Package
        self.is_test = location.endswith("_test.go")
        self.cache: dict[str, object] = {}
        self.tree: Tree | None = None
        self._pieces: dict[int, _Piece] = {}
        self._stretches: dict[tuple[int, int], File] = {}

    @cached_property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.location)

    @property
    def whole(self) -> File:
        """The file itself; of a piece, the file it is a piece of."""
        return self

    @property
    def root(self) -> Node:
        """The source_file node; nodes of functions are those of `functions`, to be had by `descendant`."""
        if self.tree is None:
            self.tree = syntax.parse(self.data)
        return self.tree.root_node

    def descendant(self, start: int, end: int) -> Node | None:
        """Return the smallest node that covers some bytes, in a function one of its own; parses no more than that."""
        around = bisect_right(self.functions, start, key=_start_of) - 1
        before = self.functions[around] if around >= 0 else None
        if before is not None and start < before.node.end_byte:
            return before.node.descendant_for_byte_range(start, end)
        if self.tree is None:
            first = before.node.end_byte if before is not None else 0
            last = self.functions[around + 1].start if around + 1 < len(self.functions) else len(self.data)
            if first <= start < last and end <= last:
                return self._stretch(first, last).root.descendant_for_byte_range(start, end)
        return self.root.descendant_for_byte_range(start, end)

    def function_around(self, offset: int) -> Function | None:
        """Return the top-level function that a byte offset lies in."""
        around = bisect_right(self.functions, offset, key=_start_of) - 1
        found = self.functions[around] if around >= 0 else None
        return found if found is not None and offset < found.end and offset < found.node.end_byte else None

    @property
    def first_declaration(self) -> Node:
        """The function, or the spec of the type, that it starts with."""
        return declarations.first(self.root)

    def may_mention(self, name: bytes) -> bool:
        """Whether some bytes stand in it."""
        return name in self.data

    @property
    def is_parsed(self) -> bool:
        """Whether it was parsed as a whole."""
        return self.tree is not None

    def release(self) -> None:
        """Give back the memory of the tree and of all that was inferred from it, when the file is done.

        Nodes and Functions that somebody still holds stay valid; whoever asks the file again has it parsed again.
        """
        for made in ("functions", "_by_start", "declared", "declared_methods", "_objects"):
            self.__dict__.pop(made, None)
        self.tree = None
        self.cache.clear()
        self.package.forget(self)

    @property
    def is_generated(self) -> bool:
        """Whether a `// Code generated ... DO NOT EDIT.` line stands above the package clause."""
        return self.header.is_generated

    @property
    def uses_cgo(self) -> bool:
        """Whether it imports "C"."""
        return b'"C"' in self.data and any(path == "C" for _, path in self.import_specs)

    @cached_property
    def constraint(self) -> Constraint | None:
        """What its name and its build lines demand of the platform."""
        name = self.source.path.rpartition("/")[2]
        by_name, by_line = name_constraint(name), parse_constraint(self.header.comments)
        return And(by_name, by_line) if by_name and by_line else by_name or by_line

    @cached_property
    def is_built(self) -> bool:
        """Whether linux/amd64 builds it."""
        return self.constraint is None or satisfied(self.constraint)

    @property
    def version(self) -> Version | None:
        """The language version its code may rely on; None when unknown."""
        module = self.package.module
        return effective(module.go if module else None, parse_constraint(self.header.comments))

    @cached_property
    def import_specs(self) -> Sequence[tuple[str, str]]:
        """Its imports in order as (written name or "", path)."""
        first = _FIRST.search(self.data)
        told = imports(self.data[: first.start() + 1] if first is not None else self.data)
        if told is not None:
            return tuple((name, declarations.import_path(path)) for name, path in told)
        return tuple(declarations.import_specs(self.head))

    @property
    def head(self) -> Node:
        """A source_file node that has the package clause and the imports; parses no more than that, if it can."""
        first = _FIRST.search(self.data) if self.tree is None else None
        if first is not None:
            root = syntax.parse(self.data[: first.start() + 1]).root_node
            if not root.has_error:
                return root
        return self.root

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Local name -> import path; the true package name where the package was found, else the likely one."""
        return {**self.guessed_imports, **self._known_imports}

    def imported_as(self, name: str) -> str | None:
        """The path that is imported under a name, as `imports` has it; no more packages are looked for than tell it."""
        known = self._imported_as.get(name, "")
        if known == "":
            known = self._imported_as[name] = self._find_import(name)
        return known

    def _find_import(self, name: str) -> str | None:
        if not name.isidentifier():
            return None
        package = self.package
        # A file cannot import two packages under one name: the first that surely has it is the one.
        for path in self._likely_imports.get(name, ()):
            if package.world.package_name(path, package) == name:
                return path
        return self.imports.get(name)

    def is_guessed(self, name: str) -> bool:
        """Whether the path imported under a name is that of a package which was not found, as its path suggests."""
        path = self.imported_as(name)
        if path is None or self.package.world.package_name(path, self.package) == name:
            return False
        return name in self.guessed_imports

    @cached_property
    def _imported_as(self) -> dict[str, str | None]:
        return {given: path for given, path in self.import_specs if given not in ("", "_", ".")}

    @cached_property
    def _likely_imports(self) -> Mapping[str, Sequence[str]]:
        """The paths that are imported without a name, by the names that they suggest."""
        found: dict[str, list[str]] = {}
        for given, path in self.import_specs:
            if not given:
                found.setdefault(likely_name(path), []).append(path)
        return found

    @cached_property
    def guessed_imports(self) -> Mapping[str, str]:
        """The imports of packages that were not found, under the names that their paths suggest."""
        known = set(self._known_imports.values())
        likely = ((name, path) for name, paths in self._likely_imports.items() for path in paths)
        return {name: path for name, path in likely if path not in known}

    @cached_property
    def _known_imports(self) -> Mapping[str, str]:
        world, package = self.package.world, self.package
        specs = [(name, path) for name, path in self.import_specs if name not in ("_", ".")]
        named = [(name or world.package_name(path, package), path) for name, path in specs]
        return {name: path for name, path in named if name}

    @cached_property
    def dot_imports(self) -> tuple[str, ...]:
        """The paths imported with a dot."""
        return tuple(path for name, path in self.import_specs if name == ".")

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Its top-level functions and methods, in order; each is parsed when somebody looks at its node."""
        known = self.standings if self.tree is None else None
        if known is None:
            return tuple(declarations.functions(self))
        return tuple(Function(self, one.name, one.receiver, one.start, one.end) for one in known)

    @cached_property
    def standings(self) -> tuple[Standing, ...] | None:
        """What bytes tell of its functions; None when it has to be parsed as a whole, or is no code of the project."""
        package = self.package
        if package.is_snapshot or package.world.is_downloaded(self):
            return None
        return standings(self.data, self.is_opaque if self._opaque else None)

    def declaration(self, start: int) -> Node:
        """Return the declaration of the function that starts at an offset, or a node with a syntax error."""
        root = self.root if self.tree is not None else self._piece(start).root
        token = root.descendant_for_byte_range(start, start + 1)
        found = token.parent if token is not None else None
        return found if found is not None and found.start_byte == start and found.kind_id in _FUNCTIONS else root

    def function_from(self, start: int) -> Function | None:
        """Return the Function that starts at an offset."""
        return self._by_start.get(start)

    @cached_property
    def _by_start(self) -> Mapping[int, Function]:
        return {function.start: function for function in self.functions}

    @cached_property
    def declared(self) -> Mapping[str, Sequence[Object]]:
        """Its package-level objects by name, methods left out."""
        found: dict[str, list[Object]] = {}
        for declared in self._objects:
            if declared.kind != "method":
                found.setdefault(declared.name, []).append(declared)
        return found

    @cached_property
    def declared_methods(self) -> Mapping[str, Mapping[str, Object]]:
        """Its methods: type name -> method name -> object."""
        found: dict[str, dict[str, Object]] = {}
        for declared in self._objects:
            if declared.kind == "method":
                found.setdefault(declared.receiver, {}).setdefault(declared.name, declared)
        return found

    @cached_property
    def _objects(self) -> tuple[Object, ...]:
        return tuple(declarations.objects(self))

    def objects(self, name: str) -> Sequence[Object]:
        """Return what it declares under a name at package level; parses no more than that, if it can."""
        if self.tree is None:
            for start in self.likely_names.get(name.encode(), ()):
                if self.is_opaque(start - 1):
                    continue
                kind = plain_kind(self.data, start, name.encode())
                if kind is not None:
                    return (self._piece(start).alone(kind, name),)
                piece = self._piece(start)
                if piece.root.has_error:
                    break
                if name in piece.declared:
                    return piece.declared[name]
            else:
                return ()
        return self.declared.get(name, ())

    def mentioned(self, name: str) -> Sequence[Object]:
        """Return what it declares under a name at package level, however that is laid out."""
        if self.tree is not None or self.standings is None:
            return self.declared.get(name, ())
        wanted = name.encode()
        pieces: list[File] = [self._piece(one.start) for one in self.standings if one.name == name and not one.receiver]
        named = (one for one in self._between if any(not self.is_text(at) for at in places_of(self.data, wanted, *one)))
        pieces += [self._stretch(*one) for one in named]
        if any(piece.root.has_error for piece in pieces):
            return self.declared.get(name, ())
        return next((piece.declared[name] for piece in pieces if name in piece.declared), ())

    @cached_property
    def _between(self) -> tuple[tuple[int, int], ...]:
        """The bytes above, between and behind the functions that bytes tell of; more than that where they are odd."""
        found: list[tuple[int, int]] = []
        behind = 0
        for one in self.standings or ():
            found.append((behind, one.start))
            behind = self._end_of(one)
        return (*found, (behind, len(self.data)))

    def _end_of(self, one: Standing) -> int:
        """Where a function ends that is laid out as usual, or some place in it."""
        data = self.data
        line = data.find(b"\n", one.start, one.end)
        if data.endswith(b"(", one.start, line):
            closing = data.find(b"\n)", line, one.end)
            line = data.find(b"\n", closing + 1, one.end) if closing >= 0 else line
        if line < 0 or not data.endswith(b"{", one.start, line):
            return max(line, one.start)
        end = data.find(b"\n}", line, one.end)
        while end >= 0 and self.is_opaque(end):
            end = data.find(b"\n}", end + 1, one.end)
        return end + 2 if end >= 0 else line

    def method(self, type_name: str, name: str) -> Object | None:
        """Return a method it declares on a type or a pointer to it; parses no more than that, if it can."""
        if self.tree is None:
            start = self.likely_methods.get((type_name.encode(), name.encode()))
            if start is None:
                return None
            return self._piece(start).alone("method", name, type_name)
        return self.declared_methods.get(type_name, {}).get(name)

    @cached_property
    def likely_names(self) -> Mapping[bytes, Sequence[int]]:
        """The names that a look at the starts of lines takes for declared, and where their declarations start."""
        return places(self.data)

    @cached_property
    def likely_methods(self) -> Mapping[tuple[bytes, bytes], int]:
        """Where a look at the starts of lines finds methods, by type and name."""
        if self.standings is not None:
            return {(one.receiver.encode(), one.name.encode()): one.start for one in self.standings if one.receiver}
        found = (match for match in _METHODS.finditer(self.data) if not self.is_opaque(match.start()))
        return {(receiver_type(match[1]), match[2]): match.start() + 1 for match in found}

    def is_opaque(self, offset: int) -> bool:
        """Whether a line ends at an offset inside of a comment or a raw string."""
        if not self._opaque:
            return False
        at = bisect_right(self._opaque, (offset, len(self.data))) - 1
        return at >= 0 and offset < self._opaque[at][1]

    def is_text(self, offset: int) -> bool:
        """Whether what stands at an offset is part of a comment or literal."""
        data = self.data
        at = bisect_right(self._opaque, (offset, len(data))) - 1
        behind = self._opaque[at][1] if at >= 0 else 0
        start = max(data.rfind(b"\n", 0, offset) + 1, behind)
        end = data.find(b"\n", offset)
        found = OPAQUE.finditer(data, start, end if end >= 0 else len(data))
        return start > offset or any(match.start() <= offset < match.end() for match in found)

    @cached_property
    def _opaque(self) -> Sequence[tuple[int, int]]:
        """The comments and literals of several lines."""
        if b"/*" not in self.data and _is_each_on_a_line(self.data):
            return ()
        spans = (match.span(1) for match in _RAW.finditer(self.data) if match[1])
        return tuple((start, end) for start, end in spans if self.data.find(b"\n", start, end) >= 0)

    def _piece(self, start: int) -> _Piece:
        """The declaration at an offset."""
        piece = self._pieces.get(start)
        if piece is None:
            # The newline belongs to it: a declaration wants its terminator.
            piece = self._pieces[start] = _Piece(self, start, self._behind(_NEXT, start), grows=True)
        return piece

    def _stretch(self, start: int, end: int) -> File:
        """What stands outside of functions between two offsets."""
        found = self._stretches.get((start, end))
        if found is None:
            found = self._stretches[start, end] = _Piece(self, start, end)
        return found

    def _behind(self, pattern: re.Pattern[bytes], start: int) -> int:
        """Where the first line behind an offset starts that a pattern finds, outside of comments and literals."""
        for match in pattern.finditer(self.data, start):
            if not self.is_opaque(match.start()):
                return match.end()
        return len(self.data)

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<file {self.source.path}>"


class _Piece(File):
    """One top-level declaration of a file that is not parsed as a whole; rows of its nodes count from its start."""

    def __init__(self, whole: File, start: int, end: int, *, grows: bool = False) -> None:
        """Take the file and the range; one that `grows` reaches to the next function if it is no declaration else."""
        super().__init__(whole.location, whole.source, whole.header)
        self.package = whole.package
        self.cache = whole.cache
        self.start = start
        self._whole = whole
        self._range = _range(start, end)
        self._grows = grows
        self._alone: Object | None = None

    @property
    def whole(self) -> File:
        return self._whole

    @property
    def root(self) -> Node:
        if self.tree is None:
            self.tree = syntax.parse(self.data, self._range)
            standings = self._whole.standings if self._grows and self.tree.root_node.has_error else None
            if standings is not None:
                # A label may stand where lines start, and in code that nobody has formatted everything.
                end = next((one.start for one in standings if one.start > self.start), len(self.data))
                self.tree = syntax.parse(self.data, _range(self.start, end))
        return self.tree.root_node

    def alone(self, kind: Kind, name: str, receiver: str = "") -> Object:
        """Return the only thing that it declares, which is told by its bytes."""
        if self._alone is None:
            self._alone = Object(kind, name, self, None, receiver=receiver)
        return self._alone

    def may_mention(self, name: bytes) -> bool:
        return self.data.find(name, self._range.start_byte, self._range.end_byte) >= 0

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        return tuple(declarations.functions(self))

    @cached_property
    def import_specs(self) -> Sequence[tuple[str, str]]:
        return self._whole.import_specs

    @cached_property
    def imports(self) -> Mapping[str, str]:
        return self._whole.imports

    @property
    def head(self) -> Node:
        return self._whole.head

    def imported_as(self, name: str) -> str | None:
        return self._whole.imported_as(name)

    def is_guessed(self, name: str) -> bool:
        return self._whole.is_guessed(name)

    @cached_property
    def guessed_imports(self) -> Mapping[str, str]:
        return self._whole.guessed_imports

    def function_from(self, start: int) -> Function | None:
        is_known = self._whole.is_parsed or self._whole.standings is not None
        return self._whole.function_from(start) if is_known else super().function_from(start)


def _range(start: int, end: int) -> Range:
    """What is parsed of a file; rows of nodes count from its start."""
    return Range((0, 0), (0, 0), start, end)


def _is_each_on_a_line(data: bytes) -> bool:
    """Whether raw strings begin and end on one line each, and no other literal or comment seems to hold a backquote."""
    opening = data.find(b"`")
    while opening >= 0:
        closing = data.find(b"`", opening + 1)
        if closing < 0 or data.find(b"\n", opening, closing) >= 0:
            return False
        opening = data.find(b"`", closing + 1)
    return True


_start_of: Final = attrgetter("start")
