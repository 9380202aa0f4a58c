"""Whether it is certain what a call that opens something calls when the program runs, and its tests do.

A `with` statement asks more of what it enters than code that only reads it: a stand-in that a test puts in the place
of `urlopen` may have `read`, and no `__enter__`. So what somebody replaces, or may hand in, is not certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.replacements import Replacement, Replacements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.files import Function, PyFile
    from leakfix.languages.python.types import Types
    from leakfix.languages.python.variables import Variable
    from leakfix.rules.python.repair import Repair

_PATHS: Final = ("pathlib.", "zipfile.Path.", "importlib.")
"""What is asked for a file gives one that knows the context protocol, whoever wrote it."""
_OWN: Final = frozenset((b"self", b"cls"))
_DEEPEST: Final = 4


def is_certain(repair: Repair) -> bool:
    """Whether nothing of the run replaces what opens the resource, or hands in what it is opened by."""
    return _Certainty(Replacements.of(repair.analysis.world)).of(repair.analysis.types, repair.acquisition)


class _Certainty:
    def __init__(self, replacements: Replacements) -> None:
        self._replacements = replacements
        self._depth = 0

    def of(self, types: Types, call: Node) -> bool:
        """Whether it is certain what a call calls."""
        if self._depth >= _DEEPEST:
            return True
        self._depth += 1
        try:
            return self._is_certain(types, call)
        finally:
            self._depth -= 1

    def _is_certain(self, types: Types, call: Node) -> bool:
        callee = types.callee(call)
        symbol = callee.symbol
        if symbol is None:
            return False
        if self._is_replaced(types.file, symbol, syntax.text(syntax.callee(call))) or self._is_hooked(types, symbol):
            return False
        if callee.receiver is not None and not symbol.startswith(_PATHS):
            return self._is_certain_value(types, callee.receiver, symbol.rpartition(".")[2])
        function = callee.function if callee.class_ is None else None
        return function is None or self._opens_certainly(types, function)

    def _opens_certainly(self, types: Types, function: Function) -> bool:
        """Whether all that a function of the project opens is certain."""
        own = types.world.types(function.file)
        for call in syntax.captures("(call) @call", function.body).get("call", []):
            symbol = own.callee(call).symbol
            if symbol and own.models is not None and own.models.acquires(symbol) and not self.of(own, call):
                return False
        return True

    # names

    def _is_replaced(self, file: PyFile, symbol: str, written: str) -> bool:
        """Whether something else is put under a name, its class's or module's, or the one that a file calls it by."""
        meant = set(_beginnings(symbol))
        used = {f"{file.module}.{start}" for start in _beginnings(written)}
        names = {one.rpartition(".")[2] for one in (*meant, *used)} | {one for one in meant if one != symbol}
        last = {symbol.rpartition(".")[2], written.rpartition(".")[2]}
        return any(
            _is_meant(one, symbol, meant, used, file, is_last=name in last)
            for name in names
            for one in self._replacements.named(name)
        )

    def _is_hooked(self, types: Types, symbol: str) -> bool:
        """Whether something is put in the place of what a library's function is made of, or handed to it."""
        for acquire in types.models.acquires(symbol) if types.models is not None else ():
            for hook in acquire.hooks:
                if any(one.symbol == hook for one in self._replacements.named(hook.rpartition(".")[2])):
                    return True
                if hook.rpartition(".")[2].startswith("install") and self._replacements.is_called(hook):
                    return True
        return False

    # values

    def _is_certain_value(self, types: Types, node: Node, method: str) -> bool:
        """Whether a value on which a method is called was surely made by what it is a value of.

        What is handed in is whatever it is said to be, unless the run has something that may be handed in instead.
        """
        inner = syntax.unparen(node)
        if inner.type == syntax.AWAIT:
            inner = syntax.unparen(syntax.named(inner)[0])
        if inner.type == syntax.CALL:
            return self.of(types, inner)
        if inner.type == syntax.IDENTIFIER:
            variable = types.scopes.variable(inner)
            return variable is not None and all(self._values_are_certain(types, variable, method))
        if inner.type == syntax.ATTRIBUTE:
            name, held = syntax.field(inner, "attribute"), syntax.field(inner, "object")
            replaced = self._replacements.named(syntax.text(name)) if name is not None else ()
            return not replaced and held is not None and self._is_certain_value(types, held, method)
        return False

    def _values_are_certain(self, types: Types, variable: Variable, method: str) -> Iterator[bool]:
        for binding in variable.bindings:
            if binding.kind in ("import", "class") or (binding.identifier.text or b"") in _OWN:
                yield True
            elif binding.value is not None and binding.kind in ("assign", "walrus", "with"):
                yield binding.value.type == syntax.NONE or self._is_certain_value(types, binding.value, method)
            else:
                yield not self._replacements.may_be_stood_in(method)


def _beginnings(dotted: str) -> Iterator[str]:
    """`a`, `a.b` and `a.b.c` of `a.b.c`."""
    parts = dotted.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _is_meant(one: Replacement, symbol: str, meant: set[str], used: set[str], file: PyFile, *, is_last: bool) -> bool:
    """Whether a replacement is of what a file calls: of what is meant, or of the name that is used for it."""
    if one.symbol.startswith("."):
        # Of a builtin there are too many namesakes.
        return is_last and "." in symbol
    # Directories may be packages without telling: then a module has more names than one.
    if any(one.symbol == name or one.symbol.endswith(f".{name}") for name in used):
        return True
    if one.symbol not in meant:
        return False
    # A builtin, or a whole module, is replaced for what is imported where that is done.
    return "." in one.symbol or _knows(one.file, file)


def _knows(other: PyFile, file: PyFile) -> bool:
    """Whether a file imports another one, or names it."""
    if other is file or other.path == file.path:
        return True
    module = file.module
    if "." in module and module.encode() in other.data:
        return True
    return any(target == module or target.startswith(f"{module}.") for target in other.imports.values())
