"""What a function itself releases: the evidence that what it got from somebody unknown is its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, syntax
from leakfix.languages.c.files import spelling
from leakfix.languages.c.types import SMART_POINTERS
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.scopes import Bindings, Variable
    from leakfix.models import Models, Release

DELETE: Final = "delete"
DELETE_ARRAY: Final = "delete[]"
_SCALARS: Final = frozenset(
    (syntax.NUMBER_LITERAL, syntax.SIZEOF_EXPRESSION, syntax.TRUE, syntax.FALSE, syntax.NULL, syntax.STRING_LITERAL)
)
_WRAPPED: Final = frozenset((syntax.CAST_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION))


@record
class Given:
    """What an expression names: a variable, fields below it, or its address."""

    variable: Variable
    path: tuple[str, ...] = ()
    is_address: bool = False


@record
class Released:
    """A place below a variable that the function releases, and the function that it calls for it."""

    given: Given
    function: str


class Evidence:
    """The variables of one function whose content it releases, told by the calls that it makes."""

    def __init__(self, function: Function, bindings: Bindings, models: Models) -> None:
        self._function = function
        self._bindings = bindings
        self._models = models
        self._released: dict[int, list[Released]] = {}
        self.calls: list[Node] = []
        """All calls in the function, in order."""
        for node in syntax.found(function.body, _RELEASING, function.file.dialect):
            if node.type == syntax.CALL_EXPRESSION:
                self.calls.append(node)
            for one in self._releases(node):
                self._released.setdefault(one.given.variable.index, []).append(one)

    @classmethod
    def of(cls, function: Function, bindings: Bindings, models: Models) -> Evidence:
        """The evidence in a function, looked for once."""
        known = function.cache.get("evidence")
        if not isinstance(known, cls):
            known = function.cache["evidence"] = cls(function, bindings, models)
        return known

    def about(self, variable: Variable) -> tuple[Released, ...]:
        """What the function releases of a variable, or of those that take over what it holds."""
        if not self._released:
            return ()
        seen = {variable.index: None}
        waiting = [variable.index]
        while waiting:
            for taker in self._moves[0].get(waiting.pop(), ()):
                if taker not in seen:
                    seen[taker] = None
                    waiting.append(taker)
        return tuple(one for index in seen for one in self._released.get(index, ()))

    @property
    def is_any(self) -> bool:
        """Whether the function releases anything that a variable leads to."""
        return bool(self._released)

    @cached_property
    def released(self) -> dict[Variable, bytes]:
        """The local variables of which the function releases something, with their names."""
        found = self._bindings.variables if self._released else ()
        return {one: one.declaration.text or b"" for one in found if one.kind == "local" and self.about(one)}

    def sets(self, variable: Variable, path: tuple[str, ...]) -> bool:
        """Whether the function assigns to a field of a variable."""
        return (variable.index, path) in self._moves[1]

    def given(self, node: Node | None) -> Given | None:
        """What an expression names."""
        return given(node, self._bindings)

    def _releases(self, node: Node) -> Iterator[Released]:
        if node.type == syntax.DELETE_EXPRESSION:
            inner = syntax.named(node)
            found = self.given(inner[-1]) if inner else None
            if found is not None and found.variable.kind == "local":
                is_array = any(child.type == "[" for child in node.children)
                yield Released(found, DELETE_ARRAY if is_array else DELETE)
        elif node.type in (syntax.CALL_EXPRESSION, syntax.DECLARATION) and self._is_smart(node):
            held = next((one for one in syntax.walk(node) if one.type == syntax.ARGUMENT_LIST), None)
            owned = syntax.named(held) if held is not None else []
            taken = self.given(owned[0]) if owned else None
            if taken is not None and not taken.is_address and taken.variable.kind == "local":
                yield Released(taken, DELETE)
        elif node.type == syntax.CALL_EXPRESSION:
            called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            if called is None or arguments is None or called.type not in _NAMES:
                return
            name = spelling(called)
            release = self._models.release(name)
            if release is None and not customs.says_release(name, of_value=True):
                return
            given_all = syntax.named(arguments)
            index = _released_argument(release, name, given_all)
            found = self.given(given_all[index]) if index is not None else None
            if found is not None and found.variable.kind == "local":
                yield Released(found, name)

    def _is_smart(self, node: Node) -> bool:
        """Whether a call or a declaration makes a smart pointer."""
        of = node.child_by_field_name("function" if node.type == syntax.CALL_EXPRESSION else "type")
        kinds = (syntax.TEMPLATE_TYPE, syntax.TEMPLATE_FUNCTION, syntax.QUALIFIED_IDENTIFIER)
        return of is not None and of.type in kinds and spelling(of).partition("<")[0] in SMART_POINTERS

    @cached_property
    def _moves(self) -> tuple[dict[int, list[int]], set[tuple[int, tuple[str, ...]]]]:
        """The variables that are assigned what another one holds, and the fields that the function sets itself."""
        takers: dict[int, list[int]] = {}
        fields: set[tuple[int, tuple[str, ...]]] = set()
        for node in syntax.found(self._function.body, _MOVING, self._function.file.dialect):
            if node.type == syntax.ASSIGNMENT_EXPRESSION:
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            else:
                left, right = node.child_by_field_name("declarator"), node.child_by_field_name("value")
                while left is not None and left.type == syntax.POINTER_DECLARATOR:
                    left = left.child_by_field_name("declarator")
            one = self.given(left)
            if one is None:
                continue
            if one.path:
                fields.add((one.variable.index, one.path))
            other = self.given(right)
            if other is not None and not other.is_address:
                takers.setdefault(other.variable.index, []).append(one.variable.index)
        return takers, fields


_RELEASING: Final = (syntax.DELETE_EXPRESSION, syntax.CALL_EXPRESSION, syntax.DECLARATION)
_MOVING: Final = (syntax.ASSIGNMENT_EXPRESSION, syntax.INIT_DECLARATOR)
_NAMES: Final = frozenset((syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER))


def _released_argument(release: Release | None, name: str, arguments: list[Node]) -> int | None:
    """The position of what a call releases, as its model tells, or its name."""
    if release is not None:
        return release.argument if 0 <= release.argument < len(arguments) and not release.unless else None
    return 0 if says_release_of_first(name, arguments) else None


def says_release_of_first(name: str, arguments: list[Node]) -> bool:
    """Whether a call by its name releases its first argument: what else it is given is no object."""
    return (
        bool(arguments)
        and customs.says_release(name, of_value=_is_address(arguments[0]))
        and all(one.type in _SCALARS for one in arguments[1:])
    )


def _is_address(node: Node) -> bool:
    node = bare(node)
    return node.type == syntax.POINTER_EXPRESSION and syntax.operator(node) == "&"


def bare(node: Node) -> Node:
    """An expression without the parentheses and casts around it."""
    while node.type in _WRAPPED:
        inner = node.child_by_field_name("value") if node.type == syntax.CAST_EXPRESSION else None
        following = inner if inner is not None else syntax.unparen(node)
        if following.id == node.id:
            return node
        node = following
    return node


def given(node: Node | None, bindings: Bindings) -> Given | None:
    """What an expression names: a variable of the function, what lies below it, or its address; else None."""
    if node is None:
        return None
    node = bare(node)
    is_address = False
    if node.type == syntax.POINTER_EXPRESSION:
        if syntax.operator(node) != "&":
            return None
        is_address = True
        argument = node.child_by_field_name("argument")
        if argument is None:
            return None
        node = bare(argument)
    path: list[str] = []
    while node.type == syntax.FIELD_EXPRESSION:
        field, argument = node.child_by_field_name("field"), node.child_by_field_name("argument")
        if field is None or argument is None:
            return None
        if syntax.operator(node) == "->":
            path += [syntax.text(field), "*"]
        else:
            path.append(syntax.text(field))
        node = bare(argument)
    variable = bindings.variable(node) if node.type == syntax.IDENTIFIER else None
    if variable is None or not variable.is_variable:
        return None
    return Given(variable, tuple(reversed(path)), is_address)
