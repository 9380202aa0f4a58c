"""One C or C++ file: its tree, the functions that it defines, and what it declares for others."""

from __future__ import annotations

import os
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import preprocessor, reading, syntax
from leakfix.languages.c.declared import Declared
from leakfix.languages.c.definitions import (
    Function,
    Global,
    Param,
    Struct,
    Typedef,
    is_read_only,
    is_static,
    param,
    spelling,
)
from leakfix.languages.c.survey import dialect_of, names_in
from leakfix.text import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node, Tree

    from leakfix.languages.c.preprocessor import Include, Macro
    from leakfix.languages.c.reading import Habits
    from leakfix.languages.c.survey import Names
    from leakfix.languages.c.syntax import Dialect


__all__ = [
    "CFile",
    "Function",
    "Global",
    "Param",
    "Struct",
    "Typedef",
    "is_read_only",
    "is_static",
    "param",
    "spelling",
]


class CFile:
    """A file with what it declares; parsed when first asked for its tree. Offsets are bytes of `data`."""

    def __init__(
        self,
        path: str,
        data: bytes,
        dialect: Dialect | None = None,
        habits: Callable[[CFile], Habits] | None = None,
        names: Names | None = None,
    ) -> None:
        """Take the bytes. `habits` is asked what the macros of the tree stand for when the file cannot be parsed.

        `names` are those in the bytes, if they have been looked for already.
        """
        self.source = Source(path, data)
        self.path = path
        self.key = os.path.abspath(path)  # noqa: PTH100 (links stay as they are)
        """The absolute path, which the file is known under."""
        self.data = data
        self.dialect: Dialect = dialect or dialect_of(path, data)
        self.cache: dict[str, object] = {}
        self._habits = habits
        self._told = names
        self._torn: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, path: str, data: bytes) -> CFile:
        """Return a file that knows of no other."""
        return cls(path, data)

    @property
    def is_cpp(self) -> bool:
        """Whether it is C++."""
        return self.dialect == "cpp"

    @cached_property
    def root(self) -> Node:
        """The tree. What the grammar stumbled over may have been taken out of it (see `reading.readable`)."""
        data = self.data
        if any(dead in data for dead in _DEAD):
            data = reading.without_dead(data, is_cpp=self.is_cpp)
        data = _without_storage(data)
        tree = self._parsed(data)
        if not tree.root_node.has_error:
            return tree.root_node
        habits = self._habits(self) if self._habits is not None else reading.habits_of(self.macros)
        read = reading.readable(self.data, is_cpp=self.is_cpp, habits=habits)
        readable = _without_storage(read.data)
        if readable == data:
            return tree.root_node
        self._torn = read.torn
        return syntax.parse_again(tree, data, bytearray(readable), self.data, self.dialect).root_node

    def _parsed(self, data: bytes) -> Tree:
        """Parse bytes that stand for those of the file."""
        if data is self.data:
            return syntax.parse(data, self.dialect)
        return syntax.parse_as(bytearray(data), self.data, self.dialect)

    @cached_property
    def macros(self) -> Mapping[str, tuple[Macro, ...]]:
        """The macros that it defines, each with all its different definitions."""
        return preprocessor.macros(self.data, self.path)

    @cached_property
    def includes(self) -> tuple[Include, ...]:
        """What it includes, in order."""
        return preprocessor.includes(self.data)

    @cached_property
    def _names(self) -> Names:
        return self._told or names_in(self.data)

    @property
    def words(self) -> frozenset[bytes]:
        """All identifiers in its bytes, with those in comments and strings."""
        return self._names.words

    @property
    def headed(self) -> frozenset[bytes]:
        """The names of all functions with a body, with others that stand before a list and then a block."""
        return self._names.headed

    def holds(self, word: bytes) -> bool:
        """Whether an identifier stands in it."""
        return word in self.words

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions with a body, those of classes and namespaces too, in order."""
        return self._declared.functions

    @property
    def structs(self) -> Mapping[str, Struct]:
        """The classes, structs, unions and enums with a body, by name."""
        return self._declared.structs

    @property
    def typedefs(self) -> Mapping[str, Typedef]:
        """The names for types; those in classes as "Class::name"."""
        return self._declared.typedefs

    @property
    def globals(self) -> Mapping[str, Global]:
        """Variables, constants and declared functions outside of functions; `Struct.members` has those of classes."""
        return self._declared.globals

    def named_functions(self, last_name: str) -> tuple[Function, ...]:
        """The functions whose name without classes is this."""
        return self._declared.by_name.get(last_name, ())

    def function_at(self, offset: int) -> Function | None:
        """The function that a byte offset lies in; of nested ones (methods of local classes) the outer one."""
        starts = self._declared.starts
        at = bisect_right(starts, offset) - 1
        if at < 0:
            return None
        found = self.functions[at]
        return found if offset < found.node.end_byte else None

    def has_errors(self, span: Span) -> bool:
        """Whether something in a stretch of bytes could not be read, or only one of several versions of it."""
        node: Node | None = self.root.descendant_for_byte_range(span.start, max(span.end - 1, span.start))
        if node is None or node.has_error:
            return True
        return self.is_torn(span)

    def is_torn(self, span: Span) -> bool:
        """Whether a conditional group of which only one branch was read starts or ends in a stretch of bytes."""
        _ = self.root
        return any(span.start <= start < span.end or span.start < end <= span.end for start, end in self._torn)

    @cached_property
    def _declared(self) -> Declared:
        return Declared(self)


_DEAD: Final = (b"#if 0", b"# if 0", b"#  if 0", b"#if (0)", b"#if false")
_THREAD_LOCAL: Final = b"_THREAD_LOCAL "


def _without_storage(data: bytes) -> bytes:
    return reading.without_storage(data) if _THREAD_LOCAL in data else data
