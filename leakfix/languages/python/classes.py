"""What the classes of a project inherit, which methods they have, and of what classes their attributes are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.first_look import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.files import Function, PyClass
    from leakfix.languages.python.world import World

_STORES: Final = "(assignment left: (attribute) @a)"
_ASSIGNED: Final = re.compile(rb"[\s\\]*(?::|=(?!=))")
_DEEPEST: Final = 16


class Classes:
    """The classes of a world, looked at when somebody asks."""

    def __init__(self, world: World) -> None:
        """Look at the classes of a world."""
        self.world = world

    @classmethod
    def of(cls, world: World) -> Classes:
        """Return the classes of a world, made once."""
        if world.classes is None:
            world.classes = cls(world)
        return world.classes

    def bases(self, class_: PyClass) -> tuple[str | None, ...]:
        """Return what its bases are, in order; None of one that cannot be told."""
        known = class_.cache.get("bases")
        if not isinstance(known, tuple):
            class_.cache["bases"] = ()
            types = self.world.types(class_.file)
            found = (_unsubscripted(base) for base in class_.bases)
            known = class_.cache["bases"] = tuple(types.symbol(base) for base in found)
        return known

    def ancestry(self, class_: PyClass) -> tuple[str, ...]:
        """Return the known names of a class and of all that it inherits from, nearest first."""
        return tuple(dict.fromkeys(self._names(class_, 0)))

    def is_closed(self, class_: PyClass) -> bool:
        """Whether all that it inherits from is of the project, or `object`."""
        return all(
            base == "object" or (base is not None and (found := self._class(class_, base)) and self.is_closed(found))
            for base in self.bases(class_)
        )

    def method(self, class_: PyClass, name: str) -> Function | None:
        """Return the method of a name: its own, else the nearest that it inherits from classes of the project."""
        return next((one.methods[name] for one in self.lineage(class_) if name in one.methods), None)

    def method_symbol(self, class_: PyClass, name: str) -> str:
        """Return the symbol of a method by the class that defines it; if none of the project does, of a library's."""
        found = self.method(class_, name)
        if found is not None:
            return found.symbol
        models = self.world.models
        for base in self.ancestry(class_) if models is not None else ():
            for one in models.bases(base) if models is not None else ():
                if models is not None and models.knows(f"{one}.{name}"):
                    return f"{one}.{name}"
        return f"{class_.symbol}.{name}"

    def lineage(self, class_: PyClass) -> Iterator[PyClass]:
        """Yield a class and the classes of the project that it inherits from, nearest first."""
        seen: set[int] = set()
        waiting = [class_]
        while waiting and len(seen) < _DEEPEST:
            at = waiting.pop(0)
            if id(at) in seen:
                continue
            seen.add(id(at))
            yield at
            found = (self._class(at, base) for base in self.bases(at) if base is not None)
            waiting[:0] = [one for one in found if one is not None]

    def subclasses(self, class_: PyClass) -> tuple[PyClass, ...]:
        """Return the classes of the same file that inherit from it, directly or not."""
        return tuple(
            one for one in class_.file.classes if one is not class_ and any(up is class_ for up in self.lineage(one))
        )

    def stores(self, class_: PyClass, attribute: str) -> tuple[Node, ...]:
        """Return the targets `self.attribute` of all assignments in its own methods, in source order."""
        targets = _targets(class_, attribute.encode())
        return tuple(target for target in targets if _is_of_object(class_, target))

    def attributes(self, class_: PyClass) -> tuple[str, ...]:
        """Return the names of all attributes that its own methods assign on `self`."""
        targets = syntax.captures(_STORES, class_.body).get("a", [])
        names = (one.child_by_field_name("attribute") for one in targets if _is_of_object(class_, one))
        return tuple(dict.fromkeys(syntax.text(name) for name in names if name is not None))

    def attribute_type(self, class_: PyClass, attribute: str) -> str | None:
        """Return the class of all values that an attribute is ever given on `self`, None itself left out."""
        cache = class_.cache.setdefault("attribute types", {})
        if not isinstance(cache, dict):
            return None
        if attribute not in cache:
            cache[attribute] = None
            cache[attribute] = self._attribute_type(class_, attribute)
        found: str | None = cache[attribute]
        return found

    def _attribute_type(self, class_: PyClass, attribute: str) -> str | None:
        kinds: set[str | None] = set()
        for one in self.lineage(class_):
            types = self.world.types(one.file)
            for target in self.stores(one, attribute):
                parent = target.parent
                annotation = parent.child_by_field_name("type") if parent is not None else None
                value = parent.child_by_field_name("right") if parent is not None else None
                if annotation is not None and types.annotated(annotation) is not None:
                    kinds.add(types.annotated(annotation))
                else:
                    kinds.add(types.of(value) if value is not None else None)
        kinds.discard("None")
        return kinds.pop() if len(kinds) == 1 else None

    def _names(self, class_: PyClass, depth: int) -> Iterator[str]:
        yield class_.symbol
        if depth < _DEEPEST:
            for base in self.bases(class_):
                found = self._class(class_, base) if base is not None else None
                if found is not None:
                    yield from self._names(found, depth + 1)
                elif base is not None:
                    yield base

    def _class(self, class_: PyClass, base: str) -> PyClass | None:
        found = self.world.class_(base, class_.file)
        return found if found is not class_ else None


def _targets(class_: PyClass, attribute: bytes) -> Iterator[Node]:
    """The targets `x.attribute` of the assignments in a class, looked up where the bytes look like one."""
    data, root = class_.file.data, class_.file.root
    for at in words(data, attribute, class_.body.start_byte, class_.body.end_byte):
        behind = at + len(attribute)
        name = root.descendant_for_byte_range(at, behind) if _ASSIGNED.match(data, behind) is not None else None
        target = name.parent if name is not None else None
        statement = target.parent if target is not None and target.type == syntax.ATTRIBUTE else None
        if (
            target is not None
            and statement is not None
            and statement.type == syntax.ASSIGNMENT
            and statement.child_by_field_name("left") == target
            and target.child_by_field_name("attribute") == name
        ):
            yield target


def _is_of_object(class_: PyClass, target: Node) -> bool:
    """Whether a target is an attribute of what a method of the very class is called on."""
    method = class_.file.function_at(target.start_byte)
    held = target.child_by_field_name("object")
    if held is None or method.class_ is not class_ or not method.params:
        return False
    return held.text == method.params[0].name.encode()


def _unsubscripted(base: Node) -> Node:
    """A base without its type arguments: `Generic[T]`."""
    while base.type == syntax.SUBSCRIPT:
        value = base.child_by_field_name("value")
        if value is None:
            break
        base = value
    return base
