"""Every modelled symbol exists, and has the parameters, results and methods that its tables say."""

import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

import leakfix.models
from leakfix.models import (
    CONTEXT,
    RECEIVER,
    Acquire,
    Borrow,
    Check,
    Keep,
    Large,
    Lend,
    Models,
    Release,
    Resource,
    Store,
    View,
    Wrap,
)
from leakfix.models.decode import Document, decode
from leakfix.models.schema import Fact

from .signatures import Go, Symbol

DATA = Path(leakfix.models.__file__).parent / "go"
STANDARD = DATA / "std.toml"
LIBRARIES = sorted(set(DATA.glob("*.toml")) - {STANDARD})
ONLINE = bool(os.environ.get("LEAKFIX_ONLINE"))

# An import path that no module of the proxy has: read from etcd's repository at commit 1af6d61a1ce5 (July 2020).
UNSERVED = "go.etcd.io/etcd/v3/"


@pytest.fixture(scope="session")
def go(go_tool: Path, tmp_path_factory: pytest.TempPathFactory) -> Go:
    return Go(go_tool, tmp_path_factory.mktemp("symbols"))


@pytest.fixture(scope="session")
def real(go: Go) -> Mapping[str, Symbol]:
    return go.symbols(["context", "os"])


@pytest.fixture(scope="session")
def resources() -> Mapping[str, Resource]:
    return {resource.name: resource for resource in Models.load("go").resources()}


def read(path: Path) -> Document:
    known = {} if path == STANDARD else {resource.name: resource for resource in read(STANDARD).resources}
    return decode(path.name, tomllib.loads(path.read_text()), known)


def named(document: Document) -> set[str]:
    """The symbols and types that a document names."""
    types = {name for resource in document.resources for name in resource.types}
    converted = {fact.convert for fact in document.facts if isinstance(fact, Release) and fact.convert}
    ends = {fact.until for fact in document.facts if isinstance(fact, Borrow) and fact.until}
    return {fact.symbol for fact in document.facts} | types | converted | ends


def package(symbol: str) -> str:
    """The package of a symbol whose import path has no dot, as all of the standard library."""
    return symbol.partition(".")[0]


def test_standard_library(go: Go, resources: Mapping[str, Resource]) -> None:
    document = read(STANDARD)
    real = go.symbols({package(name) for name in named(document)} - {"C", "unsafe"})
    assert list(complaints(document, resources, [real], skip=("C.", "unsafe."))) == []


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ('[[borrow]]\ncall = ["os.Opne"]', "os.Opne: no such symbol"),
        ('[[acquire]]\ncall = ["os.Open"]\nresource = "file"', "Acquire os.Open: error: should be 1"),
        (
            '[[acquire]]\ncall = ["os.Pipe"]\nresource = "file"\nerror = 1',
            "Acquire os.Pipe: error: ('*os.File', '*os.File', 'error') has none at 1",
        ),
        (
            '[[acquire]]\ncall = ["os.Open"]\nresource = "file"\nresult = 2\nerror = 1',
            "Acquire os.Open: result: no such result",
        ),
        (
            '[[acquire]]\ncall = ["os.Stat"]\nresource = "file"\nerror = 1',
            "Acquire os.Stat: result: no Close() on it",
        ),
        (
            '[[acquire]]\ncall = ["context.WithCancelCause"]\nresource = "cancel"\nresult = 1',
            "Acquire context.WithCancelCause: result: no ()() on it",
        ),
        (
            '[[acquire]]\ncall = ["os.Open"]\nresource = "file"\nerror = 1\nflags = 0',
            "Acquire os.Open: flags: no such argument",
        ),
        (
            '[[acquire]]\ncall = ["os.Open"]\nresource = "file"\nerror = 1\ndiscard = "Peek"',
            "Acquire os.Open: no sibling Peek",
        ),
        ('[[keep]]\ncall = ["os.Exit"]\nargument = 1', "Keep os.Exit: argument: 1 is none of ('int',)"),
        ('[[release]]\ncall = ["os.Exit"]\nargument = "receiver"', "Release os.Exit: argument: -1 is none of ('int',)"),
        ('[[wrap]]\ncall = ["os.Exit"]', "Wrap os.Exit: has no result that could wrap"),
        ('[[lend]]\ncall = ["os.Open"]\nresult = 2', "Lend os.Open: has no such result"),
        ('[[check]]\ncall = ["os.Exit"]\nholds = "true"', "Check os.Exit: int cannot be true"),
        ('[[view]]\ncall = ["os.Exit"]\nargument = 1\nshare = "part"', "View os.Exit: argument: 1 is none of ('int',)"),
        (
            '[[large]]\ncall = ["os.ReadFile"]\nresult = 2\nsize = "large"\nnoun = "it"',
            "Large os.ReadFile: result: no such result",
        ),
    ],
)
def test_untrue_table_is_complained_of(
    real: Mapping[str, Symbol], resources: Mapping[str, Resource], table: str, complaint: str
) -> None:
    document = decode("wrong.toml", tomllib.loads(table), resources)
    assert complaint in complaints(document, resources, [real], skip=())


@pytest.mark.parametrize("path", LIBRARIES, ids=lambda path: path.stem)
def test_library(go: Go, resources: Mapping[str, Resource], path: Path) -> None:
    """Checked where the modules are downloaded; LEAKFIX_ONLINE=1 downloads them."""
    document = read(path)
    checked: list[str] = tomllib.loads(path.read_text())["checked"]
    directories = {module: go.module(module, ONLINE) for module in checked}
    if missing := [module for module, directory in directories.items() if directory is None]:
        pytest.skip(f"not in the module cache: {missing[0]} (LEAKFIX_ONLINE=1 downloads it)")
    real = [
        go.symbols(sorted(package for package in document.packages if has_source(package, modules)), modules)
        for modules in generations({module: directory for module, directory in directories.items() if directory})
    ]
    assert list(complaints(document, resources, real, skip=(UNSERVED,))) == []


def generations(directories: Mapping[str, Path]) -> Iterator[Mapping[str, Path]]:
    """Sets of one version of each module, until every version was in one."""
    versions: dict[str, list[Path]] = {}
    for module, directory in directories.items():
        versions.setdefault(module.partition("@")[0], []).append(directory)
    for number in range(max(map(len, versions.values()))):
        yield {path: found[min(number, len(found) - 1)] for path, found in versions.items()}


def has_source(package: str, modules: Mapping[str, Path]) -> bool:
    owners = [path for path in modules if f"{package}/".startswith(f"{path}/")]
    if not owners:
        return False
    owner = max(owners, key=len)
    return any((modules[owner] / package.removeprefix(owner).lstrip("/")).glob("*.go"))


def complaints(
    document: Document,
    resources: Mapping[str, Resource],
    real: Sequence[Mapping[str, Symbol]],
    skip: tuple[str, ...],
) -> Iterator[str]:
    def found(name: str) -> list[Symbol]:
        return [symbols[name] for symbols in real if name in symbols]

    for name in sorted(named(document)):
        if not name.startswith(skip) and not found(name):
            yield f"{name}: no such symbol"
    for fact in document.facts:
        for symbol in found(fact.symbol):
            siblings = {name for symbols in real for name in symbols}
            for problem in problems(fact, symbol, resources, siblings, standard=document.label == STANDARD.name):
                yield f"{type(fact).__name__} {fact.symbol}: {problem}"
    for resource in document.resources:
        for name in resource.types:
            for symbol in found(name):
                if resource.release and not can_release(resource, symbol.receiver or {}):
                    yield f"{resource.name}: {name} has no {resource.release[0]}"
    yield from unused_releases(document, resources, found)


def problems(
    fact: Fact, symbol: Symbol, resources: Mapping[str, Resource], siblings: Iterable[str], standard: bool
) -> Iterator[str]:
    match fact:
        case Acquire():
            yield from acquire_problems(fact, symbol, resources[fact.resource], standard)
            if fact.discard and f"{fact.symbol.rpartition('.')[0]}.{fact.discard}" not in siblings:
                yield f"no sibling {fact.discard}"
        case View():
            yield from argument_problems((fact.argument,), symbol)
            if fact.result >= len(symbol.results):
                yield "result: no such result"
        case Large() if fact.result >= len(symbol.results):
            yield "result: no such result"
        case Release() | Keep():
            yield from argument_problems((fact.argument,), symbol)
        case Store():
            yield from argument_problems(fact.arguments, symbol)
        case Wrap():
            yield from argument_problems(fact.arguments, symbol)
            if not symbol.results:
                yield "has no result that could wrap"
        case Lend() if not all(result < len(symbol.results) for result in fact.results or (0,)):
            yield "has no such result"
        case Check():
            yield from argument_problems((fact.argument,), symbol)
            if (symbol.params[fact.argument] == "bool") != (fact.holds in ("true", "false")):
                yield f"{symbol.params[fact.argument]} cannot be {fact.holds}"


def acquire_problems(fact: Acquire, symbol: Symbol, resource: Resource, standard: bool) -> Iterator[str]:
    last = len(symbol.results) - 1
    if fact.error is None:
        # What is not in the standard library may have no source at hand: its error result is always stated.
        if not standard and last >= 0 and symbol.results[last] == "error" and fact.result != RECEIVER:
            yield f"error: should be {last}"
    elif fact.error != last or symbol.results[last] != "error":
        yield f"error: {symbol.results} has none at {fact.error}"
    if fact.flags is not None and symbol.params[fact.flags : fact.flags + 1] != ("int",):
        yield "flags: no such argument"
    owners = symbol.receiver if fact.result == RECEIVER else dict(enumerate(symbol.methods)).get(fact.result)
    if owners is None:
        yield "result: no such result"
    elif resource.release and not can_release(resource, owners):
        yield f"result: no {resource.release[0]}({', '.join(resource.arguments)}) on it"


def can_release(resource: Resource, calls: Mapping[str, list[str]]) -> bool:
    """Whether the release that a fix writes compiles."""
    params = calls.get(resource.release[0])
    if params is None or len(params) != len(resource.arguments):
        return False
    return all(
        (given == CONTEXT) == (wanted == "context.Context")
        for given, wanted in zip(resource.arguments, params, strict=True)
    )


def argument_problems(arguments: Iterable[int], symbol: Symbol) -> Iterator[str]:
    for argument in arguments:
        fits = symbol.receiver is not None if argument == RECEIVER else argument < len(symbol.params)
        if not fits:
            yield f"argument: {argument} is none of {symbol.params}"


def unused_releases(
    document: Document, resources: Mapping[str, Resource], found: Callable[[str], list[Symbol]]
) -> Iterator[str]:
    """Each further release is one of some value that the document acquires."""
    for resource in document.resources:
        calls: set[str] = set()
        for fact in document.facts:
            if isinstance(fact, Acquire) and resources[fact.resource] is resource:
                for symbol in found(fact.symbol):
                    calls.update(symbol.receiver or () if fact.result == RECEIVER else symbol.methods[fact.result])
        for release in (*resource.release, *resource.drained_by):
            if calls and release not in calls:
                yield f"{resource.name}: nothing acquired has {release}"
