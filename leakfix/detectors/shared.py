"""Values that outlive the calls of their function, and that those calls replace: who may see them while they change.

A *store* is one such value. Nothing here knows a syntax: a language says how long it lives, what it holds, how it is
replaced, and what stands guard over it.
"""

from __future__ import annotations

from enum import Enum

from leakfix.text.records import record


class Reach(Enum):
    """Who sees a store."""

    PROCESS = "all threads"
    THREAD = "one thread, to its end"


class Content(Enum):
    """What a store holds."""

    BLOCK = "a pointer to a block that the function itself releases"
    OBJECT = "an object that owns memory and releases it"
    BYTES = "bytes in place"


class Fault(Enum):
    """What is wrong with a store."""

    SHARED_BLOCK = "one thread releases what another still uses"
    SHARED_OBJECT = "one thread rewrites an object that another uses"
    SHARED_BYTES = "one thread rewrites bytes that another reads"
    UNRELEASED = "a thread that ends leaves its last block behind"


@record
class Store:
    """What a function does with a value that outlives its calls.

    ``is_released`` tells that it gives the old block back before it fills in a new one; ``is_keyed`` that it does so
    when something that changes at run time differs from what the store was filled for. A store that is filled only
    once, when it is empty, is neither.
    """

    reach: Reach
    content: Content
    is_released: bool = False
    is_keyed: bool = False
    is_guarded: bool = False

    @property
    def is_refreshed(self) -> bool:
        """Whether it is replaced time and again."""
        return self.is_released if self.content is Content.BLOCK else self.is_keyed


def fault(store: Store, *, has_threads: bool) -> Fault | None:
    """What is wrong with a store in a program that has threads, or seems to have none; None when nothing is."""
    if store.is_guarded or not store.is_refreshed:
        return None
    if store.reach is Reach.THREAD:
        return Fault.UNRELEASED if store.content is Content.BLOCK else None
    if not has_threads:
        return None
    return _SHARED[store.content]


_SHARED = {
    Content.BLOCK: Fault.SHARED_BLOCK,
    Content.OBJECT: Fault.SHARED_OBJECT,
    Content.BYTES: Fault.SHARED_BYTES,
}
