"""From the tables of one model document to the dataclasses of the schema, with every check that needs no toolchain."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Final, cast, get_args

from leakfix.models.schema import (
    CALL,
    OUT,
    RECEIVER,
    Acquire,
    Borrow,
    Bulk,
    Check,
    Confidence,
    Context,
    Duplicate,
    Exits,
    Fact,
    Family,
    Holds,
    Keep,
    Large,
    Leave,
    Lend,
    ModelError,
    NoReturn,
    Release,
    Resource,
    Returns,
    Severity,
    Share,
    Signature,
    Store,
    View,
    Wrap,
)
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_IDENTIFIER: Final = r"[^\W\d]\w*"
_SYMBOL: Final = re.compile(rf"[^\s(){{}}*:\"']+\.{_IDENTIFIER}")
_SCOPED: Final = re.compile(rf"{_IDENTIFIER}(::~?{_IDENTIFIER})*")
_QUALIFIED: Final = re.compile(rf"{_IDENTIFIER}(\.{_IDENTIFIER})*")
_NAMED: Final = {"dotted": _SYMBOL, "scoped": _SCOPED, "qualified": _QUALIFIED}
"""How a document's top key ``names`` says that symbols are spelled."""
_ARGUMENT: Final = re.compile(r"argument (\d{1,2})")
_FAILURES: Final = re.compile(r"null|negative|nonzero|[A-Z][A-Z0-9_]*")
_PACKAGE: Final = re.compile(r"[^\s(){}*:\"']+")
_ALIAS: Final = re.compile(r"\{([a-z0-9_]+)\}(\..*)", re.DOTALL)
_RELEASE: Final = re.compile(rf"{_IDENTIFIER}(\.{_IDENTIFIER})*|\(\)")
_METHOD: Final = re.compile(_IDENTIFIER)
_NAMES: Final = re.compile(r"[\w*?]+")
_CONDITION: Final = re.compile(rf"{_IDENTIFIER}=\w+(\|{_IDENTIFIER}=\w+)*")
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})")


@record
class Document:
    """One decoded model document."""

    label: str
    """The file, or what else messages call it."""
    packages: frozenset[str]
    """The import paths that its ``[packages]`` name."""
    resources: tuple[Resource, ...]
    facts: tuple[Fact, ...]
    names: str = "dotted"
    """How its symbols are spelled."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of symbols, modules or classes, with the name that all else is said of."""
    bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The classes that a class inherits from, nearest first."""


class _Table:
    """One table, read key by key: what is left at the end is unknown."""

    def __init__(self, where: str, data: object, aliases: Mapping[str, tuple[str, ...]], names: str = "dotted") -> None:
        self.where = where
        self.aliases = aliases
        self.names = names
        if not isinstance(data, dict):
            raise ModelError(f"{where}: expected a table, got {_shown(data)}")
        self.rest: dict[str, object] = dict(data)

    def error(self, key: str, problem: str) -> ModelError:
        return ModelError(f"{self.where}: {key}: {problem}")

    def finish(self) -> None:
        if self.rest:
            raise self.error(min(self.rest), "unknown key")

    def required(self, key: str) -> None:
        if key not in self.rest:
            raise self.error(key, "missing")

    def text(self, key: str) -> str:
        value = self.rest.pop(key, "")
        if not isinstance(value, str):
            raise self.error(key, f"expected a string, got {_shown(value)}")
        return value

    def name(self, key: str) -> str:
        self.required(key)
        value = self.text(key)
        if not value.strip():
            raise self.error(key, "must not be empty")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.rest.pop(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"expected true or false, got {_shown(value)}")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str | None:
        if key not in self.rest:
            return None
        value = self.text(key)
        if value not in allowed:
            raise self.error(key, f'"{value}" is none of {", ".join(allowed)}')
        return value

    def texts(self, key: str, repeats: bool = False) -> tuple[str, ...]:
        value = self.rest.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"expected a list of strings, got {_shown(value)}")
        if not repeats and len(set(value)) != len(value):
            raise self.error(key, "names something twice")
        return tuple(value)

    def matching(self, key: str, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
        values = self.texts(key)
        for value in values:
            if not pattern.fullmatch(value):
                raise self.error(key, f'"{value}" is not {what}')
        return values

    def symbol(self, key: str) -> str:
        """A symbol in full; "" if there is none."""
        value = self.text(key)
        if value and not _NAMED[self.names].fullmatch(value):
            raise self.error(key, f'"{value}" is no symbol, which is spelled like os.Open or unsafe.Pointer')
        return value

    def symbols(self, key: str) -> tuple[str, ...]:
        """Symbols, with ``{alias}.Name`` spelled out for every package of the alias."""
        found: list[str] = []
        for value in self.texts(key):
            alias = _ALIAS.fullmatch(value)
            if alias is None:
                found.append(value)
            elif alias[1] in self.aliases:
                found.extend(package + alias[2] for package in self.aliases[alias[1]])
            else:
                raise self.error(key, f'"{value}": [packages] does not name "{alias[1]}"')
        for symbol in found:
            if not _NAMED[self.names].fullmatch(symbol):
                raise self.error(key, f'"{symbol}" is no symbol, which is spelled like os.Open or os.File.Close')
        return tuple(found)

    def calls(self) -> tuple[str, ...]:
        self.required("call")
        symbols = self.symbols("call")
        if not symbols:
            raise self.error("call", "names no function")
        return symbols

    def position(self, key: str, receiver: bool = False) -> int | None:
        return None if key not in self.rest else self._position(key, self.rest.pop(key), receiver)

    def positions(self, key: str, receiver: bool = False) -> tuple[int, ...]:
        if key not in self.rest:
            return ()
        value = self.rest.pop(key)
        items = value if isinstance(value, list) else [value]
        found = tuple(self._position(key, item, receiver) for item in items)
        if not found or len(set(found)) != len(found):
            raise self.error(key, "expected positions that differ")
        return found

    def _position(self, key: str, value: object, receiver: bool) -> int:
        if receiver and value == "receiver":
            return RECEIVER
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            expected = 'a position from 0 on or "receiver"' if receiver else "a position from 0 on"
            raise self.error(key, f"expected {expected}, got {_shown(value)}")
        return value

    def handed_out(self, key: str) -> int | None:
        """The argument that ``argument N`` names; None when something else, or nothing, stands there."""
        value = self.rest.get(key)
        match = _ARGUMENT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return None
        del self.rest[key]
        return int(match[1])

    def failure(self, key: str) -> str:
        value = self.text(key)
        if value and not _FAILURES.fullmatch(value):
            raise self.error(key, f'"{value}" is none of null, negative, nonzero, nor a named constant')
        return value

    def condition(self, key: str) -> str:
        value = self.text(key)
        if value and not _CONDITION.fullmatch(value):
            raise self.error(key, f'"{value}" is no condition like stream=True')
        return value

    def version(self, key: str) -> tuple[int, int] | None:
        if key not in self.rest:
            return None
        value = self.text(key)
        match = _VERSION.fullmatch(value)
        if match is None:
            raise self.error(key, f'"{value}" is no version like 1.23')
        return int(match[1]), int(match[2])


def decode(label: str, data: Mapping[str, object], known: Mapping[str, Resource], names: str = "dotted") -> Document:
    """Decode one document; `known` holds the resources that other documents define. Raises ModelError.

    `names` tells how symbols are spelled where the document does not say it: ``dotted``, or ``scoped`` by `::`.
    """
    top = _Table(label, data, {})
    names = top.choice("names", tuple(_NAMED)) or names
    top.names = names
    aliases = _packages(label, top.rest.pop("packages", {}))
    top.texts("checked")
    others = _aliases(label, top.rest.pop("aliases", {}))
    bases = dict(_class(table) for table in _tables(top, "class", aliases))
    resources = tuple(_resource(table) for table in _tables(top, "resource", aliases))
    by_name = dict(known)
    for resource in resources:
        if resource.name in by_name:
            raise ModelError(f'{label}: [[resource]] "{resource.name}": name: defined twice')
        by_name[resource.name] = resource
    facts = tuple(
        fact
        for kind, read in _READERS.items()
        for table in _tables(top, kind, aliases)
        for fact in read(table, by_name)
    )
    top.finish()
    _check_releasable(label, resources, facts)
    packages = frozenset(package for paths in aliases.values() for package in paths)
    return Document(label, packages, resources, facts, names, others, bases)


def _aliases(label: str, value: object) -> dict[str, str]:
    """The table that gives other names the one that counts."""
    table = _Table(f"{label}: [aliases]", value, {})
    found = {name: table.name(name) for name in list(table.rest)}
    for name, meant in found.items():
        for one in (name, meant):
            if not _QUALIFIED.fullmatch(one):
                raise table.error(name, f'"{one}" is no name, which is spelled like os.open')
    return found


def _class(table: _Table) -> tuple[str, tuple[str, ...]]:
    table.required("bases")
    return table.name("name"), table.symbols("bases")


def _packages(label: str, value: object) -> dict[str, tuple[str, ...]]:
    table = _Table(f"{label}: [packages]", value, {})
    aliases: dict[str, tuple[str, ...]] = {}
    for key in list(table.rest):
        paths = table.matching(key, _PACKAGE, "an import path")
        if not paths:
            raise table.error(key, "names no import path")
        aliases[key] = paths
    return aliases


def _tables(top: _Table, kind: str, aliases: Mapping[str, tuple[str, ...]]) -> Iterator[_Table]:
    """Every table of a kind; a table that was not read to its last key is refused."""
    value = top.rest.pop(kind, [])
    if not isinstance(value, list):
        raise ModelError(f"{top.where}: {kind}: expected [[{kind}]] tables, got {_shown(value)}")
    for number, data in enumerate(value, 1):
        where = f"{top.where}: [[{kind}]] {_title(data) or f'number {number}'}"
        table = _Table(where, data, aliases, top.names)
        yield table
        table.finish()


def _title(data: object) -> str:
    if not isinstance(data, dict):
        return ""
    name, call = data.get("name"), data.get("call")
    first = call[0] if isinstance(call, list) and call else name
    return f'"{first}"' if isinstance(first, str) else ""


def _resource(table: _Table) -> Resource:
    table.required("family")
    resource = Resource(
        name=table.name("name"),
        noun=table.name("noun"),
        family=cast("Family", table.choice("family", get_args(Family))),
        release=table.matching("release", _RELEASE, f'a method, a path to one or "{CALL}"'),
        idempotent=table.flag("idempotent"),
        severity=_severity(table),
        confidence=_confidence(table) or "high",
        types=table.symbols("types"),
        arguments=table.texts("arguments", repeats=True),
        flush=table.flag("flush"),
        long_lived=table.flag("long_lived"),
        stubs=table.matching("stubs", _NAMES, "a name in which * and ? may stand for others"),
        drained_by=table.matching("drained_by", _METHOD, "a method"),
        context=cast("Context | None", table.choice("context", get_args(Context))),
        exits=cast("Exits | None", table.choice("exits", get_args(Exits))),
        in_place=table.flag("in_place"),
        raw=table.flag("raw"),
        address=table.matching("address", _METHOD, "a field or method"),
    )
    if CALL in resource.release and len(resource.release) > 1:
        raise table.error("release", f'"{CALL}" stands alone')
    return resource


def _severity(table: _Table) -> Severity | None:
    return cast("Severity | None", table.choice("severity", get_args(Severity)))


def _confidence(table: _Table) -> Confidence | None:
    return cast("Confidence | None", table.choice("confidence", get_args(Confidence)))


def _named_resource(table: _Table, known: Mapping[str, Resource]) -> Resource:
    name = table.name("resource")
    if name not in known:
        raise table.error("resource", f'no [[resource]] is named "{name}"')
    return known[name]


def _acquire(table: _Table, known: Mapping[str, Resource]) -> Iterator[Fact]:
    calls = table.calls()
    resource = _named_resource(table, known)
    argument = table.handed_out("result")
    results = (OUT,) if argument is not None else table.positions("result", receiver=True) or (0,)
    error = table.position("error")
    if error is not None and error in results:
        raise table.error("error", "is the result too")
    writes, flags = table.flag("writes"), table.position("flags")
    if writes and flags is not None:
        raise table.error("flags", "says nothing when writes is true")
    until, discard = table.version("until"), table.text("discard")
    if discard and not _METHOD.fullmatch(discard):
        raise table.error("discard", f'"{discard}" is not a method')
    severity, confidence, fails = _severity(table), _confidence(table), table.failure("fails")
    when, allocator = table.condition("when"), table.text("allocator")
    hooks = table.symbols("hooks")
    for symbol in calls:
        for result in results:
            yield Acquire(
                symbol=symbol,
                resource=resource.name,
                result=result,
                error=error,
                writes=writes,
                flags=flags,
                until=until,
                discard=discard,
                severity=severity or resource.severity,
                confidence=confidence or resource.confidence,
                argument=argument,
                fails=fails,
                when=when,
                allocator=allocator,
                hooks=hooks,
            )


def _release(table: _Table, known: Mapping[str, Resource]) -> Iterator[Fact]:
    calls = table.calls()
    argument = _argument(table)
    resource = _named_resource(table, known).name if "resource" in table.rest else ""
    convert, unless, null = table.symbol("convert"), table.failure("unless"), table.flag("null")
    writable = table.flag("writable", default=True)
    for symbol in calls:
        yield Release(symbol, argument, resource, convert, unless, null, writable)


def _argument(table: _Table) -> int:
    position = table.position("argument", receiver=True)
    return 0 if position is None else position


def _borrow(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, until = table.calls(), table.symbol("until")
    for symbol in calls:
        yield Borrow(symbol, until)


def _keep(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, fails = table.calls(), table.failure("fails")
    arguments = table.positions("argument", receiver=True) or (0,)
    for symbol in calls:
        yield Keep(symbol, arguments, fails)


def _leave(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, arguments = table.calls(), table.positions("argument")
    for symbol in calls:
        yield Leave(symbol, arguments)


def _wrap(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls = table.calls()
    arguments = table.positions("argument", receiver=True) or (0,)
    closes, closes_on_error = table.flag("closes"), table.flag("closes_on_error")
    fails = table.failure("fails")
    for symbol in calls:
        yield Wrap(symbol, arguments, closes, closes_on_error, fails)


def _duplicate(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, source, target = table.calls(), table.position("from"), table.position("to")
    for symbol in calls:
        yield Duplicate(symbol, source if source is not None else 1, target or 0)


def _lend(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, results = table.calls(), table.positions("result")
    for symbol in calls:
        yield Lend(symbol, results)


def _noreturn(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    yield from map(NoReturn, table.calls())


def _check(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, argument = table.calls(), _argument(table)
    table.required("holds")
    holds = cast("Holds", table.choice("holds", get_args(Holds)))
    for symbol in calls:
        yield Check(symbol, argument, holds)


def _view(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, argument = table.calls(), _argument(table)
    results = table.positions("result") or (0,)
    table.required("share")
    share = cast("Share", table.choice("share", get_args(Share)))
    reused = table.flag("reused")
    for symbol in calls:
        for result in results:
            yield View(symbol, argument, result, share, reused)


def _large(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, result, noun = table.calls(), table.position("result"), table.name("noun")
    table.required("size")
    size = cast("Bulk", table.choice("size", get_args(Bulk)))
    parts = table.flag("parts")
    for symbol in calls:
        yield Large(symbol, result or 0, size, noun, parts)


def _store(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls, arguments = table.calls(), table.positions("argument") or (0,)
    for symbol in calls:
        yield Store(symbol, arguments)


def _returns(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls = table.calls()
    table.required("type")
    kind = table.symbol("type")
    for symbol in calls:
        yield Returns(symbol, kind)


def _signature(table: _Table, _: Mapping[str, Resource]) -> Iterator[Fact]:
    calls = table.calls()
    table.required("parameters")
    parameters = table.texts("parameters", repeats=True)
    for symbol in calls:
        yield Signature(symbol, parameters)


_READERS: Final[Mapping[str, Callable[[_Table, Mapping[str, Resource]], Iterator[Fact]]]] = {
    "acquire": _acquire,
    "release": _release,
    "borrow": _borrow,
    "keep": _keep,
    "leave": _leave,
    "wrap": _wrap,
    "duplicate": _duplicate,
    "lend": _lend,
    "noreturn": _noreturn,
    "check": _check,
    "view": _view,
    "large": _large,
    "store": _store,
    "returns": _returns,
    "signature": _signature,
}


def _check_releasable(label: str, resources: tuple[Resource, ...], facts: tuple[Fact, ...]) -> None:
    """A resource has a method that releases it or a function of the same document that does."""
    released = {fact.resource for fact in facts if isinstance(fact, Release)}
    for resource in resources:
        if not resource.release and resource.name not in released:
            raise ModelError(
                f'{label}: [[resource]] "{resource.name}": release: missing, and no [[release]] names this resource'
            )


def _shown(value: object) -> str:
    """A value as a TOML file spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
