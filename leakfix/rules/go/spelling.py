"""How a type is written in a file, with the names under which that file imports packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go.types import (
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    TypeParam,
    underlying,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.scopes import Bindings
    from leakfix.languages.go.types import Type


def spelled(file: File, bindings: Bindings, node: Node, of: Type | None) -> str | None:
    """The type as source text at ``node``; None when the file has no name for it there.

    A declared function type whose package is not imported is written out: ``func()`` for ``context.CancelFunc``.
    """
    known = bindings.locals_at(node)
    parameters = {name for name, entity in known.items() if entity.kind == "typeparam"}
    return _Spelling(file, set(known), parameters).of(of)


class _Spelling:
    """Spells types where some names are those of local variables."""

    def __init__(self, file: File, shadowed: set[str], parameters: set[str]) -> None:
        self._file = file
        self._shadowed = shadowed
        self._parameters = parameters

    def of(self, of: Type | None) -> str | None:
        if isinstance(of, Named):
            return self._named(of)
        if isinstance(of, Basic):
            return None if of.untyped or str(of) in self._shadowed else str(of)
        if isinstance(of, Pointer):
            return self._with("*", of.element)
        if isinstance(of, Slice):
            return self._with("[]", of.element)
        if isinstance(of, Array):
            return self._with(f"[{of.length}]", of.element) if of.length is not None else None
        if isinstance(of, Map):
            key = self.of(of.key)
            return self._with(f"map[{key}]", of.value) if key is not None else None
        if isinstance(of, Chan):
            return self._channel(of)
        if isinstance(of, TypeParam):
            return str(of) if str(of) in self._parameters else None
        if isinstance(of, Signature):
            return self._signature(of)
        if of == Struct(()):
            return "struct{}"
        if isinstance(of, Interface) and str(of) == "any":
            return "interface{}"
        return None

    def _channel(self, of: Chan) -> str | None:
        inner = self.of(of.element)
        if inner is None or inner.startswith("<-"):
            return None
        return {"send": "chan<- ", "receive": "<-chan "}.get(of.direction, "chan ") + inner

    def _with(self, before: str, element: Type | None) -> str | None:
        inner = self.of(element)
        return before + inner if inner is not None else None

    def _named(self, of: Named) -> str | None:
        if of.args or of.local >= 0:
            return None
        for name in self._qualified(of):
            if name.partition(".")[0] not in self._shadowed:
                return name
        under = underlying(of)
        return self._signature(under) if isinstance(under, Signature) else None

    def _qualified(self, of: Named) -> Iterable[str]:
        if not of.package or of.package == self._file.package.key or of.package in self._file.dot_imports:
            yield of.name
        for name, path in self._file.imports.items():
            if path == of.package:
                yield f"{name}.{of.name}"

    def _signature(self, of: Signature) -> str | None:
        if of.variadic or of.type_params:
            return None
        params, results = ([self.of(part) for part in parts] for parts in (of.params, of.results))
        if None in params or None in results:
            return None
        listed = ", ".join(part for part in results if part is not None)
        behind = f" ({listed})" if len(results) > 1 else f" {listed}" if results else ""
        return f"func({', '.join(part for part in params if part is not None)}){behind}"
