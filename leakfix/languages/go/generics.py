"""Inference of type arguments from the arguments of a call, for the shapes that calls really have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import types
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
)

if TYPE_CHECKING:
    from leakfix.languages.go.types import Type, Types

_DEPTH: Final = 30
_RANK: Final = {"untyped int": 0, "untyped rune": 1, "untyped float": 2, "untyped complex": 3}


def infer(signature: Signature, arguments: Types, given: Types, spread: bool) -> dict[str, Type | None]:
    """Return what a generic function's type parameters stand for in a call; None for those that stay unknown.

    `given` are explicit type arguments, `spread` tells a call of the form f(xs...).
    """
    unifier = _Unifier(signature.type_params)
    for parameter, argument in zip(signature.type_params, given, strict=False):
        unifier.bind(parameter, argument)
    params = list(signature.params)
    if signature.variadic and not spread and params:
        last = params.pop()
        element = last.element if isinstance(last, Slice) else None
        params.extend([element] * max(len(arguments) - len(params), 0))
    pairs = list(zip(params, arguments, strict=False))
    for expected, actual in pairs:
        if not (isinstance(actual, Basic) and actual.untyped):
            unifier.unify(expected, actual)
    unifier.use_constraints()
    unifier.use_constants(pairs)
    unifier.use_constraints()
    return {parameter.name: unifier.found.get(parameter) for parameter in signature.type_params}


def by_name(signature: Signature, args: Types) -> dict[str, Type | None]:
    """Return explicit type arguments under the names of the parameters they are for."""
    return {parameter.name: arg for parameter, arg in zip(signature.type_params, args, strict=False)}


class _Unifier:
    def __init__(self, parameters: tuple[TypeParam, ...]) -> None:
        self._parameters = parameters
        self.found: dict[TypeParam, Type] = {}

    def bind(self, parameter: TypeParam, actual: Type | None) -> None:
        """Note what a parameter stands for; a defined type wins over a type literal, as in assignability."""
        if actual is None:
            return
        known = self.found.get(parameter)
        if known is None or (isinstance(actual, Named) and not isinstance(known, Named)):
            self.found[parameter] = actual

    def unify(self, expected: Type | None, actual: Type | None, depth: int = 0) -> None:
        """Walk two types side by side and bind the type parameters met in the first."""
        if expected is None or actual is None or depth > _DEPTH:
            return
        if isinstance(expected, TypeParam):
            if expected in self._parameters:
                self.bind(expected, actual)
            return
        if isinstance(expected, Named):
            self._named(expected, actual, depth)
            return
        if isinstance(actual, Named):
            actual = types.underlying(actual)
        self._literals(expected, actual, depth + 1)

    def _named(self, expected: Named, actual: Type, depth: int) -> None:
        if not expected.args:
            return
        if isinstance(actual, Named) and (actual.package, actual.name, actual.local) == (
            expected.package,
            expected.name,
            expected.local,
        ):
            for left, right in zip(expected.args, actual.args, strict=False):
                self.unify(left, right, depth + 1)
        elif types.is_interface(expected):
            self._methods(expected, actual, depth)
        elif not isinstance(actual, Named):
            self.unify(types.underlying(expected), actual, depth + 1)

    def _methods(self, expected: Type, actual: Type, depth: int) -> None:
        for method in types.interface_methods(expected) or ():
            selected = types.selection(actual, method.name)
            if selected is not None:
                self.unify(method.signature, selected.type, depth + 1)

    def _literals(self, expected: Type, actual: Type | None, depth: int) -> None:
        if isinstance(expected, (Pointer, Slice, Array, Chan)):
            if isinstance(actual, (Pointer, Slice, Array, Chan)) and type(actual) is type(expected):
                self.unify(expected.element, actual.element, depth)
        elif isinstance(expected, Map):
            if isinstance(actual, Map):
                self.unify(expected.key, actual.key, depth)
                self.unify(expected.value, actual.value, depth)
        elif isinstance(expected, Signature):
            if isinstance(actual, Signature) and not actual.type_params:
                for left, right in zip(expected.params, actual.params, strict=False):
                    self.unify(left, right, depth)
                for left, right in zip(expected.results, actual.results, strict=False):
                    self.unify(left, right, depth)
        elif isinstance(expected, Struct):
            if isinstance(actual, Struct):
                for mine, other in zip(expected.fields, actual.fields, strict=False):
                    self.unify(mine.type, other.type, depth)
        elif isinstance(expected, Interface) and actual is not None:
            self._methods(expected, actual, depth)

    def use_constraints(self) -> None:
        """Learn from core types: S ~[]E tells E from S, PT interface{ *T } tells PT from T."""
        for _ in self._parameters:
            before = len(self.found)
            for parameter in self._parameters:
                self._use_constraint(parameter)
            if len(self.found) == before:
                return

    def _use_constraint(self, parameter: TypeParam) -> None:
        known = self.found.get(parameter)
        if known is not None:
            for method in types.interface_methods(parameter.constraint) or ():
                selected = types.selection(known, method.name)
                if selected is not None:
                    self.unify(method.signature, selected.type)
        terms = list(types.term_types(parameter.constraint))
        if len(terms) != 1:
            return
        if known is not None:
            self.unify(terms[0], known)
        elif self._is_exact(parameter):
            self.bind(parameter, substitute(terms[0], self.found))

    def _is_exact(self, parameter: TypeParam) -> bool:
        """Whether all types that a lone term refers to are known by now."""
        term = next(types.term_types(parameter.constraint), None)
        return all(used in self.found for used in _mentioned(term, 0) if used in self._parameters)

    def use_constants(self, pairs: list[tuple[Type | None, Type | None]]) -> None:
        """Give parameters that only untyped constants were passed for the default type of the widest of them."""
        widest: dict[TypeParam, Basic] = {}
        for expected, actual in pairs:
            if isinstance(expected, TypeParam) and isinstance(actual, Basic) and actual.untyped:
                known = widest.get(expected)
                if known is None or _RANK.get(actual.name, 0) > _RANK.get(known.name, 0):
                    widest[expected] = actual
        for parameter, constant in widest.items():
            if parameter in self._parameters and parameter not in self.found:
                self.bind(parameter, types.default_type(constant))


def _mentioned(t: Type | None, depth: int) -> set[TypeParam]:
    if isinstance(t, TypeParam):
        return {t}
    if depth > _DEPTH:
        return set()
    parts: tuple[Type | None, ...] = ()
    if isinstance(t, (Pointer, Slice, Array, Chan)):
        parts = (t.element,)
    elif isinstance(t, Map):
        parts = (t.key, t.value)
    elif isinstance(t, Named):
        parts = t.args
    elif isinstance(t, Signature):
        parts = (*t.params, *t.results)
    return set().union(*(_mentioned(part, depth + 1) for part in parts))


def substitute(t: Type | None, found: dict[TypeParam, Type], depth: int = 0) -> Type | None:
    """Put types in the place of type parameters; None when the type is too involved."""
    if isinstance(t, TypeParam):
        return found.get(t)
    if depth > _DEPTH or not _mentioned(t, 0):
        return t
    result: Type | None = None
    if isinstance(t, Pointer):
        result = Pointer(substitute(t.element, found, depth + 1))
    elif isinstance(t, Slice):
        result = Slice(substitute(t.element, found, depth + 1))
    elif isinstance(t, Array):
        result = Array(t.length, substitute(t.element, found, depth + 1))
    elif isinstance(t, Chan):
        result = Chan(substitute(t.element, found, depth + 1), t.direction)
    elif isinstance(t, Map):
        result = Map(substitute(t.key, found, depth + 1), substitute(t.value, found, depth + 1))
    elif isinstance(t, Named):
        args = tuple(substitute(arg, found, depth + 1) for arg in t.args)
        result = Named(t.package, t.name, args, t.local, t.declaration)
    elif isinstance(t, Signature):
        params = tuple(substitute(param, found, depth + 1) for param in t.params)
        results = tuple(substitute(item, found, depth + 1) for item in t.results)
        result = Signature(params, results, t.variadic)
    return result
