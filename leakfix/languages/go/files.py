"""Source files: read, sorted by their heads, parsed as far as somebody asks."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tree_sitter import Parser, Range

from leakfix.languages.go import declarations, syntax
from leakfix.languages.go.constraints import And, name_constraint, parse_constraint, satisfied
from leakfix.languages.go.modules import likely_name
from leakfix.languages.go.versions import effective
from leakfix.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tree_sitter import Node, Tree

    from leakfix.languages.go.constraints import Constraint
    from leakfix.languages.go.headers import Header
    from leakfix.languages.go.lookup import Package
    from leakfix.languages.go.objects import Function, Object
    from leakfix.languages.go.versions import Version

# How formatted code starts declarations. This only tells what is worth parsing for a name; the tree then decides.
_NAMES: Final = re.compile(rb"\n(?:(?:func|type|var|const) |\t(?=\w+[ ,=\t\r\n]))(\w+)")
_METHODS: Final = re.compile(rb"\nfunc ?\(([^)\n]*)\) ?(\w+)")
_FIRST: Final = re.compile(rb"\n(?:func|type|var|const)\b")
_NEXT: Final = re.compile(rb"\n(?![\t })\r\n])")
_STARTS: Final = (b"\nfunc ", b"\ntype ", b"\nvar ", b"\nconst ")
_GROUPS: Final = (b"\ntype (", b"\nvar (", b"\nconst (")
_AFTER: Final = b" \t\r\n,=([*"
# Comments and literals: between them, what looks like a declaration at the start of a line is one.
_OPAQUE: Final = re.compile(
    rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`]*(?:`|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


class File:
    """One source file of a package; parsed when somebody looks at `root`.

    `source` holds its bytes under its display path, `header` what stands above its package clause; `tree` is None until
    it is parsed as a whole.
    """

    def __init__(self, path: Path, display: str, data: bytes, header: Header) -> None:
        """Take an absolute path, how to show it, the bytes and their head; the package is set by who makes it."""
        self.path = path
        self.source = Source(display, data)
        self.data = data
        self.header = header
        self.package: Package
        self.is_test = path.name.endswith("_test.go")
        self.cache: dict[str, object] = {}
        self.tree: Tree | None = None
        self._pieces: dict[int, File] = {}

    @property
    def whole(self) -> File:
        """The file itself; of a piece, the file it is a piece of."""
        return self

    @property
    def root(self) -> Node:
        """The source_file node."""
        if self.tree is None:
            self.tree = syntax.parse(self.data)
        return self.tree.root_node

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
        by_name, by_line = name_constraint(self.path.name), parse_constraint(self.header.comments)
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
        if self.tree is None:
            first = _FIRST.search(self.data)
            head = syntax.parse(self.data[: first.start() + 1]) if first is not None else None
            if head is not None and not head.root_node.has_error:
                return tuple(declarations.import_specs(head.root_node))
        return tuple(declarations.import_specs(self.root))

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Local name -> import path; the true package name where the package was found, else the likely one."""
        return {**self.guessed_imports, **self._known_imports}

    @cached_property
    def guessed_imports(self) -> Mapping[str, str]:
        """The imports of packages that were not found, under the names that their paths suggest."""
        known = set(self._known_imports.values())
        return {likely_name(path): path for name, path in self.import_specs if not name and path not in known}

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
        """Its top-level functions and methods, in order."""
        return tuple(declarations.functions(self))

    def function_at(self, node: Node) -> Function | None:
        """Return the Function of a top-level declaration node."""
        return self._by_start.get(node.start_byte)

    @cached_property
    def _by_start(self) -> Mapping[int, Function]:
        return {function.node.start_byte: function for function in self.functions}

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
            for start in self._places(name.encode()):
                piece = self._piece(start)
                if piece.root.has_error:
                    break
                if name in piece.declared:
                    return piece.declared[name]
            else:
                return ()
        return self.declared.get(name, ())

    def method(self, type_name: str, name: str) -> Object | None:
        """Return a method it declares on a type or a pointer to it; parses no more than that, if it can."""
        if self.tree is None:
            start = self.likely_methods.get((type_name.encode(), name.encode()))
            if start is None:
                return None
            piece = self._piece(start)
            if not piece.root.has_error:
                return piece.declared_methods.get(type_name, {}).get(name)
        return self.declared_methods.get(type_name, {}).get(name)

    @cached_property
    def likely_names(self) -> frozenset[bytes]:
        """The names that a look at the starts of lines takes for declared; other words among them."""
        return frozenset(_NAMES.findall(self.data))

    @cached_property
    def likely_methods(self) -> Mapping[tuple[bytes, bytes], int]:
        """Where a look at the starts of lines finds methods, by type and name."""
        found = (match for match in _METHODS.finditer(self.data) if not self._is_opaque(match.start()))
        return {(_receiver_type(match[1]), match[2]): match.start() + 1 for match in found}

    def _places(self, name: bytes) -> Iterator[int]:
        """Yield where declarations of a name start: on their own, then in a group."""
        data = self.data
        for start in _STARTS:
            for at in _occurrences(data, start + name):
                if not self._is_opaque(at):
                    yield at + 1
        for at in _occurrences(data, b"\n\t" + name):
            if self._is_opaque(at):
                continue
            group = max(data.rfind(start, 0, at) for start in _GROUPS)
            if group >= 0 and data.find(b"\n)", group) > at:
                yield group + 1

    def _is_opaque(self, offset: int) -> bool:
        """Whether a line ends at an offset inside of a comment or a raw string."""
        at = bisect_right(self._opaque, (offset, len(self.data))) - 1
        return at >= 0 and offset < self._opaque[at][1]

    @cached_property
    def _opaque(self) -> Sequence[tuple[int, int]]:
        """The comments and literals of several lines."""
        if b"`" not in self.data and b"/*" not in self.data:
            return ()
        spans = (match.span() for match in _OPAQUE.finditer(self.data))
        return tuple((start, end) for start, end in spans if self.data.find(b"\n", start, end) >= 0)

    def _piece(self, start: int) -> File:
        piece = self._pieces.get(start)
        if piece is None:
            # The newline belongs to it: a declaration wants its terminator.
            end = _NEXT.search(self.data, start)
            piece = self._pieces[start] = _Piece(self, start, end.end() if end is not None else len(self.data))
        return piece

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<file {self.source.path}>"


class _Piece(File):
    """One top-level declaration of a file that is not parsed as a whole; offsets count from the file's start."""

    def __init__(self, whole: File, start: int, end: int) -> None:
        """Take the file and the range of the declaration."""
        super().__init__(whole.path, whole.source.path, whole.data, whole.header)
        self.source = whole.source
        self.package = whole.package
        self.cache = whole.cache
        self._whole = whole
        # Rows are not counted: nodes are placed by their offsets.
        self._range = Range((0, 0), (0, end - start), start, end)

    @property
    def whole(self) -> File:
        return self._whole

    @property
    def root(self) -> Node:
        if self.tree is None:
            self.tree = Parser(syntax.language(), included_ranges=[self._range]).parse(self.data)
        return self.tree.root_node

    @cached_property
    def import_specs(self) -> Sequence[tuple[str, str]]:
        return self._whole.import_specs

    @cached_property
    def imports(self) -> Mapping[str, str]:
        return self._whole.imports

    @cached_property
    def guessed_imports(self) -> Mapping[str, str]:
        return self._whole.guessed_imports

    def function_at(self, node: Node) -> Function | None:
        return self._whole.function_at(node) if self._whole.is_parsed else super().function_at(node)


def _occurrences(data: bytes, text: bytes) -> Iterator[int]:
    """Yield where a text stands that ends with a whole word."""
    at = data.find(text)
    while at >= 0:
        after = at + len(text)
        if after < len(data) and data[after] in _AFTER:
            yield at
        at = data.find(text, after)


def _receiver_type(receiver: bytes) -> bytes:
    """Return the type name in what stands between a receiver's parentheses: T in `t *T[K]`."""
    return receiver.partition(b"[")[0].rsplit(None, 1)[-1].lstrip(b"*") if receiver.strip() else b""
