"""What a call calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from leakfix.languages.go import types
from leakfix.languages.go.types import Named, Signature
from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.languages.go.objects import Function, Object
    from leakfix.languages.go.types import Selection, Type

CalleeKind: TypeAlias = Literal["func", "method", "builtin", "conversion", "value"]


@record
class Callee:
    """What a call calls.

    `package` is an import path ("" for locals and builtins), `receiver` the name of the type that declares a method
    ("interface" for an interface literal), `symbol` the three together: "os.Open", "os.File.Close", "io.Closer.Close".
    kind "value" is a call of a variable or field that holds a function; its symbol names a package-level variable
    ("flag.Usage") or a field ("net/http.Server.ConnState") and is "" otherwise. Of a package whose source is not there
    (and of cgo's C) only the symbol is known, and the kind is "func" or "method" as it looks. The signature is
    instantiated.
    """

    kind: CalleeKind
    package: str
    receiver: str
    name: str
    symbol: str
    object: Object | None = None
    signature: Signature | None = None

    @property
    def function(self) -> Function | None:
        """Its declaration, when the source is there (the standard library's snapshot has none)."""
        return self.object.function if self.object is not None else None


def conversion(target: Type | None) -> Callee | None:
    """Return the callee of a conversion to a type."""
    if target is None:
        return None
    package = target.package if isinstance(target, Named) else ""
    name = target.name if isinstance(target, Named) else str(target)
    return Callee("conversion", package, "", name, str(target), None, Signature((None,), (target,)))


def selection_callee(found: Selection, t: Type | None) -> Callee:
    """Return the callee of a call of a selected method, or of a field that holds a function, of type t."""
    owner = found.owner
    package, receiver = "", "interface" if found.interface else ""
    if isinstance(owner, Named):
        package, receiver = owner.package, owner.name
    prefix = f"{package}." if package else ""
    core = types.core(t)
    signature = core if isinstance(core, Signature) else None
    if found.kind == "method":
        return Callee(
            "method", package, receiver, found.name, f"{prefix}{receiver}.{found.name}", found.object, signature
        )
    symbol = f"{prefix}{receiver}.{found.name}" if receiver else ""
    return Callee("value", package, receiver, found.name, symbol, None, signature)
