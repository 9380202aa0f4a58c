"""Members that are structs themselves: set up by a function that is given their address, undone by its counterpart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Stored, Touch, Used, Worth
from leakfix.languages.c import syntax
from leakfix.languages.c.customs import says_release, words
from leakfix.languages.c.member_table import Table, home_of
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.member_places import Access
    from leakfix.languages.c.program import Program

_SETS_UP: Final = re.compile(r"init(?:ialize)?(?=_|$|[A-Z])")
_UNDOES: Final = (
    "free",
    "destroy",
    "cleanup",
    "dispose",
    "deinit",
    "uninit",
    "fini",
    "release",
    "clear",
    "close",
    "term",
)
_UNDOES_WORDS: Final = frozenset(_UNDOES)
_CASTS: Final = frozenset((syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION))


class PairTable(Table):
    """Builds what is known of a member that is a struct."""

    def may_own(self, near: Iterable[CFile]) -> bool:  # noqa: ARG002 (what is stored is only told with its uses)
        """Whether `read` may give a table."""
        return True

    def _note(self, access: Access) -> None:
        function, node = access.function, access.node
        if not access.is_certain or function is None or node is None:
            return
        span, home = Span(access.at, access.at), home_of(function)
        at, parent = _outermost(node)
        if (
            parent is not None
            and parent.type == syntax.ASSIGNMENT_EXPRESSION
            and parent.child_by_field_name("left") == at
        ):
            self._stores.append(Stored(home, span, Worth.BORROWED))
            return
        callee = self._given_to(function, parent) if parent is not None else ""
        if callee and counterpart(self.program, function.file, callee):
            self._stores.append(Stored(home, span, Worth.ACQUIRED, None, callee, function.is_constructor))
            return
        self._uses.append(Used(home, span, self._touch(function, parent, callee)))

    def _given_to(self, function: Function, address: Node) -> str:
        """The function or macro that is given the address of the member."""
        if address.type != syntax.POINTER_EXPRESSION or syntax.operator(address) != "&":
            return ""
        _, arguments = _outermost(address)
        call = arguments.parent if arguments is not None and arguments.type == syntax.ARGUMENT_LIST else None
        callee = self.program.types(function).callee(call) if call is not None else None
        return callee.symbol if callee is not None and callee.kind != "value" else ""

    def _touch(self, function: Function, parent: Node | None, callee: str) -> Touch:
        if callee:
            undoes = says_release(callee, of_value=True) or not _UNDOES_WORDS.isdisjoint(words(callee))
            return Touch.RELEASED if undoes else Touch.USED
        if parent is None or parent.type != syntax.FIELD_EXPRESSION:
            return Touch.HANDED_ON
        inner = self.touches.of(function, parent)
        return Touch.RELEASED if inner is Touch.RELEASED else Touch.USED


def counterpart(program: Program, file: CFile, name: str) -> str:
    """The function or macro that undoes what one that sets up a struct does, by its name; empty if there is none."""
    match = _SETS_UP.search(name)
    if match is None or ("init" not in words(name) and "initialize" not in words(name)):
        return ""
    for word in _UNDOES:
        found = f"{name[: match.start()]}{word}{name[match.end() :]}"
        if _takes_one(program, file, found):
            return found
    return ""


def _takes_one(program: Program, file: CFile, name: str) -> bool:
    """Whether a file sees a function or macro of a name that takes one argument."""
    macros = program.world.macros(name, file)
    if macros:
        return all(macro.params is not None and len(macro.params) == 1 for macro in macros)
    functions = program.world.functions(name, file)
    return len(functions) == 1 and len(functions[0].params) == 1


def _outermost(node: Node) -> tuple[Node, Node | None]:
    """An expression with the parentheses and casts around it, and what that is a part of."""
    at = node
    while at.parent is not None and at.parent.type in _CASTS:
        at = at.parent
    return at, at.parent
