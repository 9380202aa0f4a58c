"""Files, packages and the world of packages that can be reached from them: lazily read, parsed once, never built.

A package-level lookup reads root children only, and parses a file only when the name asked for occurs in its bytes.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.go import syntax
from leakfix.languages.go.constraints import And, name_constraint, parse_constraint, satisfied
from leakfix.languages.go.headers import Header, read_header
from leakfix.languages.go.modules import (
    escaped,
    go_path,
    likely_name,
    module_cache,
    normal,
    read_module,
    read_workspace,
)
from leakfix.languages.go.versions import effective
from leakfix.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node, Tree

    from leakfix.languages.go.constraints import Constraint
    from leakfix.languages.go.modules import Module
    from leakfix.languages.go.versions import Version

PREDECLARED: Final = frozenset(
    "any append bool byte cap clear close comparable complex complex128 complex64 copy delete error false float32 "
    "float64 imag int int16 int32 int64 int8 iota len make max min new nil panic print println real recover rune "
    "string true uint uint16 uint32 uint64 uint8 uintptr".split()
)
"""The names of Go's universe scope."""

Kind: TypeAlias = Literal["func", "type", "var", "const", "method", "field"]

_FILE_LIMIT: Final = 32 << 20


class Object:
    """A declared entity: compared by identity.

    `node` is its function_declaration, method_declaration, type_spec, type_alias, var_spec, const_spec,
    field_declaration or method_elem; `index` its place among the names of that spec; `receiver` the type name of a
    method, else "". For a constant, `iota` is its row in the group and `values` the spec that gives type and values
    (an earlier one when its own gives none). `cache` belongs to the type resolver.
    """

    __slots__ = ("cache", "file", "index", "iota", "kind", "name", "node", "receiver", "values")

    def __init__(
        self,
        kind: Kind,
        name: str,
        file: File,
        node: Node,
        *,
        receiver: str = "",
        index: int = 0,
        iota: int = 0,
        values: Node | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.file = file
        self.node = node
        self.receiver = receiver
        self.index = index
        self.iota = iota
        self.values = values
        self.cache: object = None

    @property
    def package(self) -> Package:
        """The package that declares it."""
        return self.file.package

    @property
    def function(self) -> Function | None:
        """The Function of a func or method; None for what has no source but a signature in the snapshot."""
        snapshot = isinstance(self.file.package, SnapshotPackage)
        return None if snapshot or self.kind not in ("func", "method") else self.file.function_at(self.node)

    @property
    def symbol(self) -> str:
        """Its name with its package path: "os.Open", "os.File.Close"."""
        prefix = f"{self.receiver}." if self.receiver else ""
        return f"{self.package.key}.{prefix}{self.name}"

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<{self.kind} {self.symbol}>"


class Function:
    """A top-level function or method declaration; `receiver_type` is the name of a method's type, else ""."""

    __slots__ = ("cache", "file", "name", "node", "receiver_type")

    def __init__(self, file: File, node: Node, name: str, receiver_type: str) -> None:
        self.file = file
        self.node = node
        self.name = f"{receiver_type}.{name}" if receiver_type else name
        self.receiver_type = receiver_type
        self.cache: dict[str, object] = {}

    @property
    def body(self) -> Node | None:
        """Its block; None for a function without one (assembly, linkname)."""
        return self.node.child_by_field_id(syntax.F_BODY)

    @property
    def symbol(self) -> str:
        """Its name with its package path: "os.Open", "os.File.Close"."""
        return f"{self.file.package.key}.{self.name}"

    @property
    def has_error(self) -> bool:
        """Whether it holds a syntax error."""
        return self.node.has_error

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<function {self.symbol}>"


class File:
    """One source file of a package; parsed when somebody looks at `root`."""

    def __init__(self, path: Path, display: str, data: bytes, header: Header) -> None:
        self.path = path
        self.source = Source(display, data)
        self.header = header
        self.package: Package
        self.is_test = path.name.endswith("_test.go")
        self.cache: dict[str, object] = {}
        self.names: dict[bytes, object] = {}
        self._by_node: dict[int, Function] | None = None
        self._tree: Tree | None = None
        self._functions: tuple[Function, ...] | None = None
        self._declared: dict[str, list[Object]] | None = None
        self._methods: dict[str, dict[str, Object]] = {}
        self._specs: list[tuple[str, str]] | None = None
        self._imports: dict[str, str] | None = None
        self._constraint: Constraint | Literal[False] | None = False
        self._likely_names: frozenset[bytes] | None = None
        self._likely_methods: frozenset[tuple[bytes, bytes]] | None = None

    @property
    def root(self) -> Node:
        """The source_file node."""
        if self._tree is None:
            self._tree = syntax.parse(self.source.data)
        return self._tree.root_node

    @property
    def data(self) -> bytes:
        """The bytes that node offsets count."""
        return self.source.data

    @property
    def is_generated(self) -> bool:
        """Whether a `// Code generated ... DO NOT EDIT.` line stands above the package clause."""
        return self.header.is_generated

    @property
    def uses_cgo(self) -> bool:
        """Whether it imports "C"."""
        return b'"C"' in self.data and any(path == "C" for _, path in self.import_specs)

    @property
    def constraint(self) -> Constraint | None:
        """What its name and its build lines demand of the platform."""
        if self._constraint is False:
            by_name, by_line = name_constraint(self.path.name), parse_constraint(self.header.comments)
            self._constraint = And(by_name, by_line) if by_name and by_line else by_name or by_line
        return self._constraint

    @property
    def version(self) -> Version | None:
        """The language version its code may rely on; None when unknown."""
        module = self.package.module
        return effective(module.go if module else None, parse_constraint(self.header.comments))

    @property
    def import_specs(self) -> list[tuple[str, str]]:
        """Its imports in order as (written name or "", path)."""
        if self._specs is None:
            self._specs = list(_import_specs(self.root))
        return self._specs

    @property
    def imports(self) -> Mapping[str, str]:
        """Local name -> import path; the true package name where the package was found, else the likely one."""
        if self._imports is None:
            self._imports = {}
            for name, path in self.import_specs:
                if name not in ("_", "."):
                    self._imports[name or self.package.world.package_name(path, self.package)] = path
        return self._imports

    def share_imports(self, other: File) -> None:
        """Take the imports of another file: a piece of a snapshot file has none of its own."""
        self._specs = other.import_specs
        self._imports = dict(other.imports)

    @property
    def dot_imports(self) -> tuple[str, ...]:
        """The paths imported with a dot."""
        return tuple(path for name, path in self.import_specs if name == ".")

    @property
    def functions(self) -> tuple[Function, ...]:
        """Its top-level functions and methods, in order."""
        if self._functions is None:
            self._functions = tuple(_functions(self))
        return self._functions

    def function_at(self, node: Node) -> Function | None:
        """Return the Function of a top-level declaration node."""
        if self._by_node is None:
            self._by_node = {function.node.id: function for function in self.functions}
        return self._by_node.get(node.id)

    @property
    def declared(self) -> Mapping[str, list[Object]]:
        """Its package-level objects by name, methods left out."""
        if self._declared is None:
            self._declared = {}
            for declared in _objects(self):
                if declared.kind == "method":
                    self._methods.setdefault(declared.receiver, {}).setdefault(declared.name, declared)
                else:
                    self._declared.setdefault(declared.name, []).append(declared)
        return self._declared

    @property
    def declared_methods(self) -> Mapping[str, Mapping[str, Object]]:
        """Its methods: type name -> method name -> object."""
        return self._methods if self.declared is not None else {}

    @property
    def likely_names(self) -> frozenset[bytes]:
        """The names that a look at the starts of lines takes for declared; other words among them."""
        if self._likely_names is None:
            self._likely_names = frozenset(_LIKELY_NAMES.findall(self.data))
        return self._likely_names

    @property
    def likely_methods(self) -> frozenset[tuple[bytes, bytes]]:
        """The methods, as pairs of type and name, that a look at the starts of lines finds."""
        if self._likely_methods is None:
            found = _LIKELY_METHODS.findall(self.data)
            self._likely_methods = frozenset((_receiver_type(receiver), name) for receiver, name in found)
        return self._likely_methods

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<file {self.source.path}>"


class Package:
    """The files of one package; `path` is its import path, "" when unknown; `key` always tells it apart in symbols."""

    def __init__(self, world: World, name: str, path: str, module: Module | None, files: Iterable[File]) -> None:
        self.world = world
        self.name = name
        self.path = path
        self.module = module
        self.main = module
        self.files = tuple(files)
        self._found: dict[str, tuple[Object, ...]] = {}
        self._methods: dict[str, dict[str, Object]] = {}
        self._method: dict[tuple[str, str], Object | None] = {}
        self._shadows: dict[str, bool] = {}

    @property
    def key(self) -> str:
        """The import path, or the package name when that is unknown."""
        return self.path or self.name

    def lookup(self, name: str, asking: File | None = None) -> Object | None:
        """Find a package-level object: the asking file's own, else one that linux/amd64 builds, else the first."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = tuple(self._declarations(name))
        if not found:
            return None
        return self._preferred(found, asking)

    def may_shadow(self, name: str) -> bool:
        """Whether the package may declare a predeclared name: a cheap look at how gofmt lays out declarations."""
        known = self._shadows.get(name)
        if known is None:
            wanted = name.encode()
            known = self._shadows[name] = any(wanted in file.likely_names for file in self.files)
        return known

    def method(self, type_name: str, name: str) -> Object | None:
        """Find a method declared on a type of this package or on a pointer to it."""
        key = (type_name, name)
        if key not in self._method:
            self._method[key] = self._find_method(type_name, name)
        return self._method[key]

    def methods(self, type_name: str) -> Mapping[str, Object]:
        """Return all methods declared on a type or on a pointer to it, by name."""
        found = self._methods.get(type_name)
        if found is None:
            found = self._methods[type_name] = {}
            wanted = type_name.encode()
            for file in self.files:
                if any(receiver == wanted for receiver, _ in file.likely_methods):
                    for name, method in file.declared_methods.get(type_name, {}).items():
                        if name not in found or (is_built(method.file) and not is_built(found[name].file)):
                            found[name] = method
        return found

    def names(self) -> frozenset[str]:
        """Return all package-level names; parses every file."""
        return frozenset(name for file in self.files for name in file.declared)

    def _preferred(self, found: tuple[Object, ...], asking: File | None) -> Object:
        if len(found) > 1:
            for candidate in found:
                if candidate.file is asking:
                    return candidate
            for candidate in found:
                if is_built(candidate.file):
                    return candidate
        return found[0]

    def _declarations(self, name: str) -> Iterator[Object]:
        """Yield the declarations of a name, one only when no build constraint allows for others.

        Files that declare it as gofmt lays out declarations are looked at first, then all that mention it.
        """
        wanted = name.encode()
        found = False
        for file in self.files:
            if wanted in file.likely_names:
                for declared in file.declared.get(name, ()):
                    found = True
                    yield declared
                    if file.constraint is None:
                        return
        for file in () if found or name in PREDECLARED else self.files:
            if wanted in file.data:
                yield from file.declared.get(name, ())

    def _find_method(self, type_name: str, name: str) -> Object | None:
        found: Object | None = None
        wanted = (type_name.encode(), name.encode())
        for file in self.files:
            if wanted in file.likely_methods:
                candidate = file.declared_methods.get(type_name, {}).get(name)
                if candidate is not None and is_built(file):
                    return candidate
                found = found or candidate
        return found

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<package {self.key}>"


class SnapshotPackage(Package):
    """A package of the bundled standard library snapshot.

    One stub file a package, each declaration at the start of a line, so that a declaration is found by a byte search
    and only it is parsed.
    """

    def __init__(self, world: World, path: str, data: bytes) -> None:
        super().__init__(world, read_header(data).package, path, None, ())
        self._data = data
        self._path = Path("std") / f"{path}.go"
        starts = (data.find(b"\n" + word) for word in _DECLARATION_WORDS)
        self._head = self._piece(data[: min((at + 1 for at in starts if at >= 0), default=len(data))])

    def names(self) -> frozenset[str]:
        """Return all package-level names."""
        return frozenset(self._whole().declared)

    def may_shadow(self, name: str) -> bool:
        """Whether the package declares a predeclared name."""
        return self.lookup(name) is not None

    def methods(self, type_name: str) -> Mapping[str, Object]:
        """Return all methods declared on a type or on a pointer to it, by name."""
        found = self._methods.get(type_name)
        if found is None:
            found = self._methods[type_name] = {}
            for receiver in _receivers(type_name.encode()):
                at = self._data.find(receiver)
                while at >= 0:
                    for method in self._parse(at).declared_methods.get(type_name, {}).values():
                        found[method.name] = method
                    at = self._data.find(receiver, at + 1)
        return found

    def _declarations(self, name: str) -> Iterator[Object]:
        wanted = name.encode()
        for word, ends in ((b"func ", b"(["), (b"type ", b" ["), (b"var ", b" "), (b"const ", b" ")):
            for end in ends:
                at = self._data.find(b"\n" + word + wanted + bytes((end,)))
                if at >= 0:
                    yield from self._parse(at).declared.get(name, ())
                    return

    def _find_method(self, type_name: str, name: str) -> Object | None:
        return self.methods(type_name).get(name) if name.encode() in self._data else None

    def _whole(self) -> File:
        return self._piece(self._data)

    def _piece(self, data: bytes) -> File:
        file = File(self._path, self._path.as_posix(), data, Header(self.name, ()))
        file.package = self
        return file

    def _parse(self, start: int) -> File:
        end = start
        while True:
            end = self._data.find(b"\n", end + 1)
            if end < 0:
                end = len(self._data)
                break
            if self._data[end + 1 : end + 2] not in (b"\t", b"}", b")"):
                break
        file = self._piece(self._data[start + 1 : end])
        file.share_imports(self._head)
        return file


class World:
    """All packages that can be reached from the files asked about; they are read when needed and kept.

    `stdlib` is the directory of the snapshot; `environment` tells $GOMODCACHE, $GOPATH and $HOME. Nothing is built,
    no command is run, no link is followed out of a module. Raises OSError only for a file asked for by path.
    """

    def __init__(self, stdlib: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._stdlib = stdlib if stdlib is not None else Path(__file__).parent / "std"
        environment = os.environ if environment is None else environment
        self._cache = module_cache(environment)
        self._gopath = go_path(environment) / "src"
        self._files: dict[Path, tuple[File, ...]] = {}
        self._packages: dict[tuple[Path, str], Package] = {}
        self._primary: dict[Path, str] = {}
        self._modules: dict[Path, Module | None] = {}
        self._workspaces: dict[Path, tuple[Path, ...]] = {}
        self._imported: dict[tuple[str, Path | None], Package | None] = {}
        self._names: dict[tuple[str, Path | None], str] = {}
        self._snapshot: dict[str, Package | None] = {}
        self._std_paths: frozenset[str] | None = None

    def file(self, path: Path, data: bytes | None = None) -> File:
        """Return one file in its package; `data` replaces its text for this File alone (an editor's buffer).

        The overriding file sees its siblings, its siblings go on seeing the text on disk. Raises OSError when the
        file cannot be read and no data is given.
        """
        absolute = normal(path)
        known = next((file for file in self._directory(absolute.parent) if file.path == absolute), None)
        if data is None and known is not None:
            return known
        data = absolute.read_bytes() if data is None else data
        if known is not None and known.data == data:
            return known
        file = File(absolute, path.as_posix(), data, read_header(data))
        base = self._base(file, absolute.parent)
        others = [sibling for sibling in base.files if sibling.path != absolute] if base else []
        name, directory = file.header.package, absolute.parent
        module = self.module_of(directory)
        package = Package(self, name, self._import_path(directory, name, module), module, [file, *others])
        if base is not None:
            package.main = base.main
        file.package = package
        return file

    def package(self, directory: Path, test: bool = False) -> Package:
        """Return the package of a directory, or with `test` its external test package; empty when there is none."""
        directory = normal(directory)
        self._directory(directory)
        name = self._primary.get(directory, "")
        return self._named(directory, f"{name}_test" if test else name)

    def imported(self, path: str, importer: Package) -> Package | None:
        """Find what an import path means in a package; None when its source is nowhere to be found."""
        main = importer.main
        key = (path, main.directory if main else None)
        if key not in self._imported:
            self._imported[key] = self._import(path, importer)
        return self._imported[key]

    def package_name(self, path: str, importer: Package) -> str:
        """Return the name of an imported package: the true one when it is found, else what its path suggests."""
        main = importer.main
        key = (path, main.directory if main else None)
        name = self._names.get(key)
        if name is None:
            package = None if self._in_snapshot(path, importer) else self.imported(path, importer)
            name = self._names[key] = (package.name if package else "") or likely_name(path)
        return name

    def module_of(self, directory: Path) -> Module | None:
        """Return the module that holds an absolute directory: the nearest go.mod upwards."""
        if directory not in self._modules:
            module = read_module(directory)
            if module is None and directory.parent not in (directory, self._cache):
                module = self.module_of(directory.parent)
            self._modules[directory] = module
        return self._modules[directory]

    def _base(self, file: File, directory: Path) -> Package | None:
        name = file.header.package
        if any(sibling.header.package == name for sibling in self._directory(directory)):
            return self._named(directory, name)
        return None

    def _named(self, directory: Path, name: str) -> Package:
        key = (directory, name)
        package = self._packages.get(key)
        if package is None:
            files = [file for file in self._directory(directory) if file.header.package == name]
            files.sort(key=lambda file: file.is_test)
            module = self.module_of(directory)
            package = Package(self, name, self._import_path(directory, name, module), module, files)
            self._packages[key] = package
        return package

    def _directory(self, directory: Path) -> tuple[File, ...]:
        """Read the Go files of a directory once and sort them into packages."""
        files = self._files.get(directory)
        if files is None:
            module = self.module_of(directory)
            files = tuple(_read_files(directory, module.directory if module else directory))
            self._files[directory] = files
            self._primary[directory] = _primary_name(files)
            for name in dict.fromkeys(file.header.package for file in files):
                package = self._named(directory, name)
                for file in package.files:
                    file.package = package
        return files

    def _import_path(self, directory: Path, name: str, module: Module | None) -> str:
        path = self._plain_import_path(directory, module)
        return f"{path}_test" if path and name == f"{self._primary.get(directory, '')}_test" else path

    def _plain_import_path(self, directory: Path, module: Module | None) -> str:
        if module is not None:
            parts = directory.relative_to(module.directory).parts
            if "vendor" in parts:
                return "/".join(parts[len(parts) - parts[::-1].index("vendor") :])
            return "/".join(parts) if module.is_std else "/".join((module.path, *parts))
        if directory.is_relative_to(self._gopath) and directory != self._gopath:
            return directory.relative_to(self._gopath).as_posix()
        return ""

    def _in_snapshot(self, path: str, importer: Package) -> bool:
        if importer.module is not None and importer.module.is_std and path != "unsafe":
            return False
        if self._std_paths is None:
            found = self._stdlib.rglob("*.go")
            self._std_paths = frozenset(file.relative_to(self._stdlib).as_posix()[:-3] for file in found)
        return path in self._std_paths

    def _import(self, path: str, importer: Package) -> Package | None:
        if path == "C" or not _is_sane(path):
            return None
        if self._in_snapshot(path, importer):
            return self._standard(path)
        for directory in self._places(path, importer):
            if directory.is_dir() and self._directory(directory):
                package = self.package(directory)
                if package.main is package.module and importer.main is not None:
                    package.main = importer.main
                package.path = package.path or path
                return package
        return None

    def _standard(self, path: str) -> Package | None:
        if path not in self._snapshot:
            self._snapshot[path] = SnapshotPackage(self, path, (self._stdlib / f"{path}.go").read_bytes())
        return self._snapshot[path]

    def _places(self, path: str, importer: Package) -> Iterator[Path]:
        """Yield the directories in which an imported package may stand, likeliest first."""
        main, own = importer.main, importer.module
        for module in dict.fromkeys(m.directory for m in (own, main) if m is not None):
            found = self._modules[module]
            if found is None:
                continue
            if found.is_std:
                yield found.directory / path
            elif _within(path, found.path):
                yield found.directory / path[len(found.path) :].lstrip("/")
        if main is None:
            yield self._gopath / path
            return
        yield main.directory / "vendor" / path
        for directory in self._workspace(main.directory):
            module_there = self.module_of(directory)
            if module_there is not None and _within(path, module_there.path):
                yield module_there.directory / path[len(module_there.path) :].lstrip("/")
        for requiring in (main, own):
            if requiring is not None:
                yield from self._required(path, requiring)

    def _required(self, path: str, main: Module) -> Iterator[Path]:
        names = {*main.requires, *(name for name, _ in main.replaces)}
        for name in sorted((name for name in names if _within(path, name)), key=len, reverse=True):
            version = main.requires.get(name, "")
            rest = path[len(name) :].lstrip("/")
            replacement = main.replaces.get((name, version)) or main.replaces.get((name, ""))
            if replacement is not None and not replacement.version:
                yield normal(main.directory / replacement.path) / rest
            elif replacement is not None:
                yield self._cache / f"{escaped(replacement.path)}@{escaped(replacement.version)}" / rest
            elif version:
                yield self._cache / f"{escaped(name)}@{escaped(version)}" / rest

    def _workspace(self, directory: Path) -> tuple[Path, ...]:
        if directory not in self._workspaces:
            used = read_workspace(directory)
            if not used and directory.parent != directory:
                used = self._workspace(directory.parent)
            self._workspaces[directory] = used
        return self._workspaces[directory]


_DECLARATION_WORDS: Final = (b"func ", b"type ", b"var ", b"const ")
# How declarations start in formatted code. This only tells which file is worth parsing for a name.
_LIKELY_NAMES: Final = re.compile(rb"\n(?:func |type |var |const |\t)(\w+)")
_LIKELY_METHODS: Final = re.compile(rb"\nfunc ?\(([^)\n]*)\) ?(\w+)")


def _receivers(type_name: bytes) -> tuple[bytes, ...]:
    """Return how a method of a type starts in a snapshot file, whose receivers have no names."""
    return tuple(b"\nfunc (" + star + type_name + end for star in (b"", b"*") for end in (b") ", b"["))


def _receiver_type(receiver: bytes) -> bytes:
    """Return the type name in what stands between a receiver's parentheses: T in `t *T[K]`."""
    return receiver.partition(b"[")[0].rsplit(None, 1)[-1].lstrip(b"*") if receiver.strip() else b""


def _within(path: str, module: str) -> bool:
    return path == module or path.startswith(module + "/")


def _is_sane(path: str) -> bool:
    """Whether an import path can be no way out of the directory it is joined to."""
    return bool(path) and not path.startswith("/") and "\\" not in path and ".." not in path and "\0" not in path


def is_built(file: File) -> bool:
    """Whether linux/amd64 builds a file."""
    return file.constraint is None or satisfied(file.constraint)


def _read_files(directory: Path, root: Path) -> Iterator[File]:
    """Read the regular .go files of a directory, by name; links only when they stay under `root`."""
    try:
        with os.scandir(directory) as entries:
            names = sorted(entry.name for entry in entries if _is_source(entry, root))
    except OSError:
        return
    for name in names:
        path = directory / name
        try:
            data = path.read_bytes()
        except OSError:
            continue
        yield File(path, display(path), data, read_header(data))


def _is_source(entry: os.DirEntry[str], root: Path) -> bool:
    if not entry.name.endswith(".go") or entry.name.startswith((".", "_")):
        return False
    try:
        if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root.resolve()):
            return False
        return entry.is_file() and entry.stat().st_size <= _FILE_LIMIT
    except OSError:
        return False


def display(path: Path) -> str:
    """Return a path as people want to read it: posix, relative to the working directory when it is below it."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _primary_name(files: tuple[File, ...]) -> str:
    """Return the name of a directory's package: of its first plain file that linux/amd64 builds, tests last."""
    names = [file.header.package for file in files if not file.is_test and file.header.package]
    built = [file.header.package for file in files if not file.is_test and file.header.package and is_built(file)]
    tests = [file.header.package.removesuffix("_test") for file in files if file.is_test]
    return next(iter([*built, *names, *tests]), "")


_GODEPS: Final = "/Godeps/_workspace/src/"
"""What the godep tool put before the import paths of the packages that it copied."""


def _import_specs(root: Node) -> Iterator[tuple[str, str]]:
    for child in root.children:
        if child.kind_id != syntax.IMPORT_DECLARATION:
            continue
        for item in child.named_children:
            specs = item.named_children if item.kind_id == syntax.IMPORT_SPEC_LIST else (item,)
            for spec in specs:
                path = spec.child_by_field_id(syntax.F_PATH)
                if spec.kind_id == syntax.IMPORT_SPEC and path is not None:
                    name = spec.child_by_field_id(syntax.F_NAME)
                    written = syntax.string_value(path)
                    yield syntax.text(name) if name is not None else "", written.rpartition(_GODEPS)[2]


def _functions(file: File) -> Iterator[Function]:
    for child in file.root.children:
        if child.kind_id not in (syntax.FUNCTION_DECLARATION, syntax.METHOD_DECLARATION):
            continue
        name = child.child_by_field_id(syntax.F_NAME)
        if name is not None:
            yield Function(file, child, syntax.text(name), receiver_name(child))


def _objects(file: File) -> Iterator[Object]:
    for child in file.root.children:
        number = child.kind_id
        if number in (syntax.FUNCTION_DECLARATION, syntax.METHOD_DECLARATION):
            name = child.child_by_field_id(syntax.F_NAME)
            if name is None:
                continue
            receiver = receiver_name(child)
            yield Object("method" if receiver else "func", syntax.text(name), file, child, receiver=receiver)
        elif number == syntax.TYPE_DECLARATION:
            for spec in child.named_children:
                name = spec.child_by_field_id(syntax.F_NAME)
                if name is not None:
                    yield Object("type", syntax.text(name), file, spec)
        elif number == syntax.VAR_DECLARATION:
            for spec in value_specs(child):
                for index, name in enumerate(syntax.field_children(spec, syntax.F_NAME)):
                    yield Object("var", syntax.text(name), file, spec, index=index, values=spec)
        elif number == syntax.CONST_DECLARATION:
            yield from _constants(file, child)


def _constants(file: File, declaration: Node) -> Iterator[Object]:
    for iota, (spec, values) in enumerate(const_specs(declaration)):
        for index, name in enumerate(syntax.field_children(spec, syntax.F_NAME)):
            yield Object("const", syntax.text(name), file, spec, index=index, iota=iota, values=values)


def value_specs(declaration: Node) -> Iterator[Node]:
    """Yield the specs of a var declaration, single or grouped."""
    for child in declaration.named_children:
        if child.kind_id == syntax.VAR_SPEC:
            yield child
        elif child.kind_id == syntax.VAR_SPEC_LIST:
            yield from (spec for spec in child.named_children if spec.kind_id == syntax.VAR_SPEC)


def const_specs(declaration: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the specs of a const declaration in order, each with the spec that gives its type and values."""
    values: Node | None = None
    for child in declaration.named_children:
        if child.kind_id == syntax.CONST_SPEC:
            if values is None or child.child_by_field_id(syntax.F_VALUE) is not None:
                values = child
            yield child, values


def receiver_name(declaration: Node) -> str:
    """Return the type name in a method's receiver, without pointer and type parameters; "" for a function."""
    receiver = declaration.child_by_field_id(syntax.F_RECEIVER)
    if receiver is None:
        return ""
    for parameter in receiver.named_children:
        node = parameter.child_by_field_id(syntax.F_TYPE)
        while node is not None and node.kind_id != syntax.TYPE_IDENTIFIER:
            inner = node.child_by_field_id(syntax.F_TYPE) or next(iter(syntax.operands(node)), None)
            node = inner
        if node is not None:
            return syntax.text(node)
    return ""
