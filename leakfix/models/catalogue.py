"""All models that apply to a check, and what they say of a symbol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from leakfix.models.schema import (
    Acquire,
    Borrow,
    Check,
    Duplicate,
    Fact,
    Keep,
    Large,
    Leave,
    Lend,
    ModelError,
    NoReturn,
    Release,
    Resource,
    Returns,
    Signature,
    Store,
    View,
    Wrap,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from leakfix.models.decode import Document

_DATA: Final = Path(__file__).parent
_STANDARD: Final = "std.toml"
_MOST_ALIASES: Final = 8
_HOSTS: Final = ("github.com", "gitlab.com", "bitbucket.org")
"""Where paths name the owner before the library."""
_FIRST_TABLE: Final = b"\n[["


_FactT = TypeVar(
    "_FactT",
    Acquire,
    Borrow,
    Check,
    Duplicate,
    Keep,
    Large,
    Leave,
    Lend,
    NoReturn,
    Release,
    Returns,
    Signature,
    Store,
    View,
    Wrap,
)


class Models:
    """What acquires, releases, borrows and never returns, by symbol. Immutable once made."""

    __slots__ = (
        *("_aliases", "_bases", "_facts", "_libraries", "_releases", "_resources", "_types"),
        *("large_names", "release_methods", "store_names", "view_names"),
    )

    release_methods: frozenset[str]
    """The last component of every release, for a first look: "Close" of "Body.Close", "()" of cancel functions."""

    view_names: frozenset[str]
    """The last names of the calls with a result that shares the memory of an argument."""
    large_names: frozenset[str]
    """The last names of the calls with a result that is large."""

    store_names: frozenset[str]
    """The last names of the methods that keep arguments in their receiver."""

    def __init__(self, documents: Iterable[Document], imports: Collection[str] | None = None) -> None:
        """Of the documents, a later one replaces all that earlier ones say of a symbol that it names."""
        self._libraries = frozenset(map(_library, imports)) if imports is not None else None
        self._resources: dict[str, Resource] = {}
        self._types: dict[str, Resource] = {}
        self._facts: dict[str, tuple[Fact, ...]] = {}
        self._aliases: dict[str, str] = {}
        self._bases: dict[str, tuple[str, ...]] = {}
        for document in documents:
            for resource in document.resources:
                self._resources[resource.name] = resource
                self._types.update(dict.fromkeys(resource.types, resource))
            self._facts.update(_by_symbol(document))
            self._aliases.update(document.aliases)
            self._bases.update(document.bases)
        self.view_names = self._names(View)
        self.large_names = self._names(Large)
        self.store_names = self._names(Store)
        releases: dict[str, list[Release]] = {}
        for facts in self._facts.values():
            for fact in facts:
                if type(fact) is Release and fact.resource:
                    releases.setdefault(fact.resource, []).append(fact)
        self._releases = {name: tuple(found) for name, found in releases.items()}
        self.release_methods = frozenset(
            path.rpartition(".")[2] for resource in self._resources.values() for path in resource.release
        )

    @classmethod
    def load(
        cls,
        language: str,
        extra: Iterable[Mapping[str, object] | tuple[str, Mapping[str, object]]] = (),
        imports: Collection[str] | None = None,
    ) -> Models:
        """The built-in models of a language, then `extra` documents of the same shape (a user's configuration).

        An extra document comes with the name that errors give it, or without. What it says of a symbol replaces all
        that the built-in models say of that symbol.
        `imports` narrows the libraries to those with a package in it; None takes them all. Raises ModelError.
        """
        # Most processes are given models that another has loaded.
        from leakfix.models.decode import decode

        documents: list[Document] = []
        known: dict[str, Resource] = {}
        names = "dotted"
        for label, data in _sources(language, extra, imports):
            document = decode(label, data, known, names)
            names = document.names
            known.update((resource.name, resource) for resource in document.resources)
            documents.append(document)
        return cls(documents, imports)

    def may_be_imported(self, package: str) -> bool:
        """Whether a package belongs to the standard library, or to a library that some file imports a package of."""
        library = _library(package)
        return self._libraries is None or "." not in library or library in self._libraries

    def resource(self, name: str) -> Resource:
        """The resource of that name. Raises KeyError."""
        return self._resources[name]

    def find_resource(self, name: str) -> Resource | None:
        """The resource of that name; None for what no model tells of: an object of a type of the project."""
        return self._resources.get(name)

    def resources(self) -> tuple[Resource, ...]:
        """Every resource, in the order of the files."""
        return tuple(self._resources.values())

    def resource_of_type(self, name: str) -> Resource | None:
        """The resource that values of a type are ("os.File"; the type without its pointer)."""
        return self._types.get(name)

    def symbols(self) -> frozenset[str]:
        """Every symbol that something is known of."""
        return frozenset(self._facts)

    def knows(self, symbol: str) -> bool:
        """Whether anything is known of a symbol."""
        return symbol in self._facts

    def acquire(self, symbol: str) -> Acquire | None:
        """What a call acquires: the first of several (``os.Pipe`` makes two)."""
        return self._fact(symbol, Acquire)

    def acquires(self, symbol: str) -> tuple[Acquire, ...]:
        """All that a call acquires, one entry a result."""
        facts = self._facts.get(symbol)
        return () if facts is None else tuple(fact for fact in facts if type(fact) is Acquire)

    def release(self, symbol: str) -> Release | None:
        """How a function releases an argument."""
        return self._fact(symbol, Release)

    def released_argument(self, symbol: str) -> int | None:
        """Position of the argument that a function releases; RECEIVER possible."""
        release = self._fact(symbol, Release)
        return None if release is None else release.argument

    def releasing_functions(self, resource: str) -> tuple[Release, ...]:
        """The functions with which a fix releases a resource that has no releasing method."""
        return self._releases.get(resource, ())

    def borrows(self, symbol: str) -> bool:
        """Whether a call keeps none of its arguments."""
        return self._fact(symbol, Borrow) is not None

    def borrow(self, symbol: str) -> Borrow | None:
        """How a call keeps none of its arguments, if it does."""
        return self._fact(symbol, Borrow)

    def endings(self) -> frozenset[str]:
        """The calls up to which others go on to use what they borrowed."""
        facts = (fact for facts in self._facts.values() for fact in facts)
        return frozenset(fact.until for fact in facts if isinstance(fact, Borrow) and fact.until)

    def kept_argument(self, symbol: str) -> int | None:
        """Position of the argument that a call takes over; RECEIVER possible."""
        keep = self._fact(symbol, Keep)
        return None if keep is None else keep.argument

    def keep(self, symbol: str) -> Keep | None:
        """Which arguments a call takes over, and when."""
        return self._fact(symbol, Keep)

    def leave(self, symbol: str) -> Leave | None:
        """What a macro hands on that returns from the function that uses it."""
        return self._fact(symbol, Leave)

    def wrap(self, symbol: str) -> Wrap | None:
        """How a call's first result reads or writes through its arguments."""
        return self._fact(symbol, Wrap)

    def duplicate(self, symbol: str) -> Duplicate | None:
        """How a call copies the bytes behind one argument to where another one leads."""
        return self._fact(symbol, Duplicate)

    def lends(self, symbol: str, result: int = 0) -> bool:
        """Whether a result of a call never has to be released, though its type could be."""
        lend = self._fact(symbol, Lend)
        return lend is not None and (not lend.results or result in lend.results)

    def never_returns(self, symbol: str) -> bool:
        """Whether a call never comes back."""
        return self._fact(symbol, NoReturn) is not None

    def check(self, symbol: str) -> Check | None:
        """Which argument a call tests, coming back only if it is as expected."""
        return self._fact(symbol, Check)

    def _names(self, kind: type[Fact]) -> frozenset[str]:
        stated = (symbol for symbol, facts in self._facts.items() if any(type(fact) is kind for fact in facts))
        return frozenset(symbol.rpartition(".")[2] for symbol in stated)

    def views(self, symbol: str) -> tuple[View, ...]:
        """The results of a call that share the memory of an argument."""
        facts = self._facts.get(symbol)
        return () if facts is None else tuple(fact for fact in facts if type(fact) is View)

    def large(self, symbol: str) -> Large | None:
        """The result of a call that is large or has no bound."""
        return self._fact(symbol, Large)

    def store(self, symbol: str) -> Store | None:
        """Which arguments a method keeps in its receiver."""
        return self._fact(symbol, Store)

    def returned(self, symbol: str) -> str | None:
        """The class of what a call gives back, by its dotted name."""
        returns = self._fact(symbol, Returns)
        return None if returns is None else returns.type

    def parameters(self, symbol: str) -> tuple[str, ...]:
        """The names of the parameters of a call in order, "" of one that takes no keyword; none when unknown."""
        signature = self._fact(symbol, Signature)
        return () if signature is None else signature.parameters

    def canonical(self, symbol: str) -> str:
        """The one name of what has several: of a symbol, or of the module or class that it starts with."""
        aliases = self._aliases
        if not aliases:
            return symbol
        for _ in range(_MOST_ALIASES):
            head, rest = symbol, ""
            while head and head not in aliases:
                head, _dot, last = head.rpartition(".")
                rest = f".{last}{rest}"
            if not head:
                break
            symbol = aliases[head] + rest
        return symbol

    def aliases(self) -> tuple[tuple[str, str], ...]:
        """All other names with what they stand for."""
        return tuple(self._aliases.items())

    def bases(self, name: str) -> tuple[str, ...]:
        """The classes that a class of a library inherits from, the class itself first, nearest first."""
        found = {name: None}
        waiting = [name]
        while waiting:
            following = [base for one in waiting for base in self._bases.get(one, ()) if base not in found]
            found.update(dict.fromkeys(following))
            waiting = following
        return tuple(found)

    def _fact(self, symbol: str, kind: type[_FactT]) -> _FactT | None:
        for fact in self._facts.get(symbol, ()):
            if type(fact) is kind:
                return fact
        return None


def _sources(
    language: str,
    extra: Iterable[Mapping[str, object] | tuple[str, Mapping[str, object]]],
    imports: Collection[str] | None,
) -> Iterator[tuple[str, Mapping[str, object]]]:
    folder = _DATA / language
    standard = folder / _STANDARD
    if not standard.is_file():
        raise ModelError(f'no models for the language "{language}"')
    yield _label(standard), _parse(_label(standard), standard.read_bytes())
    for path in sorted(folder.glob("*.toml")):
        if path == standard:
            continue
        data = path.read_bytes()
        if imports is None or (_may_cover(data, imports) and not _paths(_label(path), data).isdisjoint(imports)):
            yield _label(path), _parse(_label(path), data)
    for number, document in enumerate(extra, 1):
        yield document if isinstance(document, tuple) else (f"configured models {number}", document)


def _library(package: str) -> str:
    """What the paths of all packages of a library start with."""
    parts = package.split("/")
    return "/".join(parts[: 3 if parts[0] in _HOSTS else 2]) if "." in parts[0] else parts[0]


def _label(path: Path) -> str:
    return path.relative_to(_DATA).as_posix()


def _parse(label: str, data: bytes) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except ValueError as error:
        raise ModelError(f"{label}: {error}") from error


def _may_cover(data: bytes, imports: Collection[str]) -> bool:
    """Whether the head of a library's file has one of the import paths in quotes: most have not, which is soon told."""
    head = data.partition(_FIRST_TABLE)[0]
    return b"\\" in head or not set(head.decode().replace("'", '"').split('"')).isdisjoint(imports)


def _paths(label: str, data: bytes) -> frozenset[str]:
    """The import paths that a library's file covers, from its head alone: the tables behind it cost the time."""
    from leakfix.models.decode import decode

    return decode(label, _parse(label, data.partition(_FIRST_TABLE)[0]), {}).packages


def _by_symbol(document: Document) -> dict[str, tuple[Fact, ...]]:
    found: dict[str, list[Fact]] = {}
    for fact in document.facts:
        found.setdefault(fact.symbol, []).append(fact)
    for symbol, facts in found.items():
        if len(facts) > 1:
            _check_apart(document.label, symbol, facts)
    return {symbol: tuple(facts) for symbol, facts in found.items()}


def _check_apart(label: str, symbol: str, facts: Iterable[Fact]) -> None:
    """One statement of a kind for a symbol; several acquisitions and views if their results differ."""
    seen: set[tuple[type[Fact], int]] = set()
    for fact in facts:
        key = (type(fact), fact.result if isinstance(fact, (Acquire, View)) else 0)
        if key in seen:
            kind = type(fact).__name__.lower()
            raise ModelError(f'{label}: [[{kind}]] "{symbol}": call: stated twice')
        seen.add(key)
