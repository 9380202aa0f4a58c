"""Which values can depend on a context: told by their types, and by the few functions that are known to sever the tie.

A number, a string or an error is what it is once it is there. A channel, a function, an interface or an object that
reads, queries or runs something may stop to work when the context under which it was made is cancelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go.types import (
    Array,
    Basic,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    has_method,
    interface_methods,
    selection,
    underlying,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.languages.go.types import Type

_MESSAGE_METHODS: Final = ("ProtoMessage", "ProtoReflect")
"""Methods of messages of protocol buffers, which are data whatever they hold."""

_DATA_INTERFACES: Final = frozenset({"String", "Error", "MarshalJSON", "MarshalText", "Len", "Less", "Swap", "Sum"})
"""Methods of interfaces that only describe a value."""

_DATA_PACKAGES: Final = ("google.golang.org/protobuf/", "github.com/golang/protobuf/", "github.com/gogo/protobuf/")
"""The innards of messages."""

_WORKING: Final = frozenset(
    (
        *("Accept", "Close", "Commit", "Context", "Decode", "Exec", "Flush", "Next", "Prepare", "Query", "Read"),
        *("Run", "Start", "Token", "Write"),
    )
)
"""Methods of types of the standard library whose values work through what they were made from.

The snapshot of the standard library shows no unexported fields, so that these tell.
"""

_WORKING_TYPES: Final = frozenset({"bufio.Scanner", "database/sql.Row"})
_BUFFERS: Final = frozenset({"bytes.Buffer", "bytes.Reader", "strings.Builder", "strings.Reader"})
"""Types of the standard library that hold all that they read."""

FOR_THE_CALL_ALONE: Final = frozenset(
    {
        "context.Cause",
        "context.Context.Value",
        "context.WithoutCancel",
        "crypto/tls.Dialer.DialContext",
        "database/sql.DB.Conn",
        "database/sql.DB.PrepareContext",
        "database/sql.Conn.PrepareContext",
        "database/sql.Tx.PrepareContext",
        "google.golang.org/grpc.DialContext",
        "net.Dialer.DialContext",
        "net.ListenConfig.Listen",
        "net.ListenConfig.ListenPacket",
    }
)
"""Functions whose result goes on when the context that they were given ends, as their documentation says."""


def can_live_under(of: Type | None, is_standard: Callable[[str], bool]) -> bool:
    """Whether a value of the type may depend on a context; unknown types may. ``is_standard`` knows import paths."""
    return _Question(is_standard).ask(of)


class _Question:
    """One walk over a type; a type inside itself adds nothing."""

    def __init__(self, is_standard: Callable[[str], bool]) -> None:
        self._is_standard = is_standard
        self._asked: set[str] = set()

    def ask(self, of: Type | None) -> bool:
        if of is None:
            return True
        if isinstance(of, Named):
            return self._named(of)
        if isinstance(of, Pointer | Slice | Array):
            return self.ask(of.element)
        if isinstance(of, Map):
            return self.ask(of.key) or self.ask(of.value)
        if isinstance(of, Basic):
            return of.name == "unsafe.Pointer"
        if isinstance(of, Struct):
            return any(self.ask(field.type) for field in of.fields)
        if isinstance(of, Interface):
            methods = interface_methods(of)
            return not methods or any(method.name not in _DATA_INTERFACES for method in methods)
        return True

    def _named(self, of: Named) -> bool:
        name = str(of)
        if name in self._asked:
            return False
        self._asked.add(name)
        if of.package.startswith(_DATA_PACKAGES):
            return False
        if _is_error(of) or any(has_method(Pointer(of), method) for method in _MESSAGE_METHODS):
            return False
        under = underlying(of)
        if name in _BUFFERS or name in _WORKING_TYPES:
            return name in _WORKING_TYPES
        if isinstance(under, Struct) and self._is_standard(of.package):
            return any(has_method(Pointer(of), method) for method in _WORKING) or self.ask(under)
        return self.ask(under)


def _is_error(of: Named) -> bool:
    found = selection(of, "Error")
    signature = found.type if found is not None and found.kind == "method" else None
    if not isinstance(signature, Signature):
        return False
    return not signature.params and [str(result) for result in signature.results] == ["string"]


def is_function(of: Type | None) -> bool:
    """Whether values of the type can be called; unknown types are taken for data."""
    return isinstance(underlying(of), Signature)
