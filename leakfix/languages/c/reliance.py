"""What a function's graph hangs on that may come to be known later: who hands on what it acquires, who never returns.

Where nothing of that was asked, the graph is the same whatever is found out, and need not be made again.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from leakfix.text.records import state

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


@state
class Reliance:
    """What was asked while a function was lowered, and its callees for it."""

    names: set[bytes] = field(default_factory=set)
    """The last names of the functions of which it was asked."""
    is_unsure: bool = False
    """Whether a callee could not be asked because it was just being lowered: another time it may tell more."""

    def add(self, other: Reliance) -> None:
        """What another graph relies on that was asked, this one relies on, too."""
        self.names |= other.names
        self.is_unsure = self.is_unsure or other.is_unsure

    def hangs_on(self, names: AbstractSet[bytes]) -> bool:
        """Whether more that comes to be known of functions of some names may change the graph."""
        return self.is_unsure or not self.names.isdisjoint(names)


UNSURE: Final = Reliance(is_unsure=True)
