"""Classes of the project that own what their constructor acquires: making an object of one is an acquisition itself.

That is so only where it is sure: the constructor acquires on all its ways and keeps it in an attribute, hands itself to
nobody, and a method that is called for it (`close`, `__exit__`) releases that attribute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Escape, ExitKind, Handing, Obligation
from leakfix.languages.python.summaries import Acquisition, released_attributes
from leakfix.languages.python.values import Relation

if TYPE_CHECKING:
    from leakfix.languages.python.files import Function, PyClass
    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.program import Program

_CLOSERS: Final = ("close", "aclose", "__exit__", "__aexit__")
_CONFIDENCE: Final = {"high": "medium", "medium": "medium", "low": "low"}


class Owners:
    """The classes of a program that own something."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._contexts: dict[str, str] = {}

    def context(self, resource: str) -> str | None:
        """How a `with` statement releases an object of a class that owns something; None of other resources."""
        return self._contexts.get(resource)

    def acquired(self, class_: PyClass) -> tuple[Acquisition, ...]:
        """What making an object of a class obliges to."""
        known = class_.cache.get("owned")
        if not isinstance(known, tuple):
            class_.cache["owned"] = ()
            known = class_.cache["owned"] = self._acquired(class_)
        return known

    def _acquired(self, class_: PyClass) -> tuple[Acquisition, ...]:
        classes = self._program.world.types(class_.file).classes
        constructor = classes.method(class_, "__init__")
        closers = {name: method for name in _CLOSERS if (method := classes.method(class_, name)) is not None}
        if constructor is None or not closers or class_.keywords or class_.decorators:
            return ()
        if classes.method(class_, "__new__") is not None or not classes.is_closed(class_):
            return ()
        if not self._program.may_acquire(constructor):
            return ()
        kept = self._kept(constructor)
        for name, method in closers.items():
            released = self._released(method)
            for attribute, obligation in kept:
                if attribute in released:
                    return (Acquisition(None, self._obligation(class_, name, closers, obligation)),)
        return ()

    def _obligation(self, class_: PyClass, name: str, closers: dict[str, Function], inner: Obligation) -> Obligation:
        symbol = class_.symbol
        is_async = name.startswith("a") or name == "__aexit__"
        if is_async:
            self._contexts[symbol] = "async with" if "__aexit__" in closers else ""
        else:
            self._contexts[symbol] = "with" if "__exit__" in closers else "closing"
        releases = tuple(one for one in _CLOSERS if one in closers)
        noun = class_.name.rpartition(".")[2]
        confidence = "low" if "__del__" in class_.methods else _CONFIDENCE[inner.confidence]
        return Obligation(symbol, noun, inner.family, releases, confidence=confidence)

    def _kept(self, constructor: Function) -> list[tuple[str, Obligation]]:
        """The attributes that a constructor surely leaves behind with something acquired in them."""
        frame, receiver = self._program.frame(constructor), self._receiver(constructor)
        watched = self._program.frame(constructor, receiver) if receiver is not None else None
        if frame is None or receiver is None or watched is None or _hands_out(watched, receiver):
            return []
        sites = {site.place: site.obligation for site in frame.graph.sites}
        found = []
        for place, value in frame.stored:
            if place.root != receiver or len(place.path) != 1 or len(value.links) != 1:
                continue
            link = value.links[0]
            if link.relation is Relation.ALIAS and link.place in sites and _is_certain(frame, link.place.root):
                found.append((place.path[0], sites[link.place]))
        return found

    def _released(self, method: Function) -> frozenset[str]:
        receiver = self._receiver(method)
        frame = self._program.frame(method, receiver) if receiver is not None else None
        return released_attributes(frame, receiver) if frame is not None and receiver is not None else frozenset()

    def _receiver(self, method: Function) -> int | None:
        """The root of `self`."""
        params = method.params
        variable = self._program.bindings(method).variable(params[0].identifier) if params else None
        return variable.index if variable is not None else None


def _hands_out(frame: Frame, receiver: int) -> bool:
    """Whether a constructor lets somebody else know the object."""
    return any(
        isinstance(event, Escape) and event.place.root == receiver and not event.place.path
        for event in frame.graph.events()
    ) or any(
        link.place.root == receiver and not link.place.path for _, value in frame.stored for link in value.all_links()
    )


def _is_certain(frame: Frame, root: int) -> bool:
    """Whether what a place without a name holds is stored on every way that ends well."""
    graph = frame.graph
    storing = {
        number
        for number, block in enumerate(graph.blocks)
        if any(isinstance(e, Escape) and e.how is Handing.STORED and e.place.root == root for e in block.events)
    }
    waiting, seen = [0], {0}
    while waiting:
        number = waiting.pop()
        if number in storing:
            continue
        block = graph.blocks[number]
        if block.exit is not None and block.exit.kind in (ExitKind.RETURN, ExitKind.END):
            return False
        for edge in block.edges:
            if edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
    return True
