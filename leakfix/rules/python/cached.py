"""Methods whose cache belongs to the class, and so keeps the objects that they are called on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function, PyClass
    from leakfix.languages.python.types import Types

_CACHES: Final = frozenset(("functools.lru_cache", "functools.cache"))
API: Final = (b"cache_clear", b"cache_info", b"cache_parameters", b"__wrapped__")
DEFAULT_SIZE: Final = 128
"""The size of a cache that none is given."""
_UNBOUND: Final = frozenset(("staticmethod", "classmethod", "abc.abstractclassmethod", "abc.abstractstaticmethod"))
_ENUMS: Final = "enum."
_CALLED: Final = re.compile(rb"\b(\w+)\s*\(")


@record
class Cache:
    """A decorator that caches, with its size as in `CachedMethod`; `others` are the function's other decorators."""

    decorator: Node
    size: int | None
    others: tuple[str | None, ...]


@record
class CachedMethod:
    """A method with a cache of its class's.

    `decorator` is the expression behind the `@`; `size` how many results are kept, None of all, -1 when that is not
    written; `others` are its other decorators.
    """

    method: Function
    class_: PyClass
    decorator: Node
    size: int | None
    others: tuple[str | None, ...]

    @property
    def name(self) -> str:
        """The name of the method."""
        return self.method.last_name

    @property
    def is_property(self) -> bool:
        """Whether it is read like an attribute."""
        return self.others == ("property",)


def cached_methods(analysis: Analysis) -> Iterator[CachedMethod]:
    """Yield the methods of a file whose cache keeps their objects, in order."""
    types = analysis.types
    for method in analysis.file.functions:
        class_ = method.class_
        if class_ is None or not method.decorators or not method.params or method.last_name == "__new__":
            continue
        cache = cache_of(types, method)
        if cache is None or not _UNBOUND.isdisjoint(cache.others) or method.params[0].stars:
            continue
        if cache.size != 0:
            yield CachedMethod(method, class_, cache.decorator, cache.size, cache.others)


def cache_of(types: Types, function: Function) -> Cache | None:
    """Return the cache that a function is decorated with."""
    known = types.decorators(function)
    number = next((at for at, symbol in enumerate(known) if symbol in _CACHES), None)
    if number is None:
        return None
    decorator = function.decorators[number]
    size = None if known[number] == "functools.cache" else _size(decorator)
    return Cache(decorator, size, tuple(symbol for at, symbol in enumerate(known) if at != number))


def _size(decorator: Node) -> int | None:
    """The size of an `lru_cache`: None if it has no bound, -1 if that is not written."""
    if decorator.type != syntax.CALL:
        return DEFAULT_SIZE
    given = syntax.argument(decorator, 0, "maxsize")
    if given is None:
        return -1 if syntax.has_splat(decorator) else DEFAULT_SIZE
    given = syntax.unparen(given)
    if given.type == syntax.NONE:
        return None
    written = syntax.text(given).replace("_", "")
    return int(written) if given.type == syntax.INTEGER and written.isdigit() else -1


def is_enum(analysis: Analysis, class_: PyClass) -> bool:
    """Whether the objects of a class are the members of an enumeration."""
    return any(name.startswith(_ENUMS) for name in analysis.types.classes.ancestry(class_))


def lives_on(analysis: Analysis, class_: PyClass) -> bool:
    """Whether the objects of a class live as long as the program: members, singletons, those of the module alone."""
    if is_enum(analysis, class_) or "metaclass" in class_.keywords or _is_singleton(class_):
        return True
    name = class_.name.encode()
    made = [match.start() for match in _CALLED.finditer(analysis.file.data) if match[1] == name]
    nodes = [analysis.file.root.descendant_for_byte_range(at, at + 1) for at in made]
    calls = [node for node in nodes if node is not None and node.parent is not None and node.parent.type == syntax.CALL]
    if not calls or any(not analysis.function_at(node.start_byte).is_module for node in calls):
        return False
    others = (file for file in analysis.world.mentioning(name) if file is not analysis.file)
    return not any(re.search(rb"\b%b\s*\(" % re.escape(name), file.data) for file in others)


def _is_singleton(class_: PyClass) -> bool:
    """Whether a class makes its objects itself, and keeps one of them."""
    made = class_.methods.get("__new__")
    if made is None:
        return False
    data = made.file.data[made.node.start_byte : made.node.end_byte]
    return re.search(rb"\bcls\.\w+\s*(?:=|is\b)", data) is not None


def uses_api(analysis: Analysis, name: str) -> bool:
    """Whether the cache of a method of some name is asked or cleared anywhere in the run."""
    key = f"api of {name}"
    if key not in analysis.cache:
        wanted = re.compile(rb"\b%b(?:\.fget)?\s*\.\s*(?:%b)\b" % (name.encode(), b"|".join(API)))
        mentioning = analysis.world.mentioning(name.encode())
        analysis.cache[key] = any(wanted.search(file.data) for file in mentioning)
    return analysis.cache[key] is True
