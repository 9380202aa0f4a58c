"""An object made with `new` is not deleted on every path.

What `new` makes is the function's own until it is deleted, returned or stored. A check that fails between the `new` and
the `delete`, and returns, loses it: with it goes whatever the object holds.

Example:

    auto *server = new Server(host, port);   auto *server = new Server(host, port);
    if (!server->listen()) {                 if (!server->listen()) {
        return false; // server is lost          delete server;
    }                                            return false; // server is lost
    ...                                      }
    delete server;                           ...
                                             delete server;

Forms:
- `shared-ptr`: what ends as `std::shared_ptr<T>(p)` is owned by one from the start, by `std::make_shared` where that
  makes the same object.
- `unique-ptr`: a `std::unique_ptr` owns it, from C++11 on: `std::make_unique` from C++14 on where that makes the same
  object, `get()` where a function is lent it, `release()` where it is returned. A `delete` goes where the end of the
  scope is next, and becomes `reset()` elsewhere.
- `goto`: a jump to the label of the function that deletes just what is live there and returns.
- `release`: `delete p;` before every way out that forgets it, in the reverse order of acquisition.

Not rewritten: objects whose class keeps them, pointers to another type than what was made, classes without a public
destructor, and all that `c-early-return` does not rewrite. No smart pointer takes over what is assigned, stored, cast,
captured or given to a macro, or what a jump could pass over.

Fix safety: safe. A smart pointer ends the object also where an exception leaves the function.

References: C++ Core Guidelines R.11 and E.6; CWE-401; clang-tidy cppcoreguidelines-owning-memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.rules import Form
from leakfix.rules.c.labels import joined_labels
from leakfix.rules.c.lifecycle import LifecycleRule, Writer
from leakfix.rules.c.ownership import owned_by_pointer
from leakfix.rules.c.releases import released_before_exits
from leakfix.rules.c.shared_ownership import shared_from_the_start

if TYPE_CHECKING:
    from leakfix.rules.c.repair import Repair

RELEASE = Form("release", "delete before every way out that forgets it")
SHARED_PTR = Form("shared-ptr", "let a std::shared_ptr own it from the start", requires="c++11")
UNIQUE_PTR = Form("unique-ptr", "let a std::unique_ptr own it", requires="c++11")
GOTO = Form("goto", "jump to the label that releases it")


class CppEarlyReturn(LifecycleRule):
    """``cpp-early-return``."""

    id: ClassVar[str] = "cpp-early-return"
    title: ClassVar[str] = "object is not deleted on every path"
    writers: ClassVar[tuple[tuple[Form, Writer], ...]] = (
        (SHARED_PTR, shared_from_the_start),
        (UNIQUE_PTR, owned_by_pointer),
        (GOTO, joined_labels),
        (RELEASE, released_before_exits),
    )
    forms: ClassVar[tuple[Form, ...]] = tuple(form for form, _ in writers)
    sources: ClassVar[tuple[str, ...]] = (
        "https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#Rr-newdelete",
        "https://cwe.mitre.org/data/definitions/401",
    )

    def concerns(self, repair: Repair) -> bool:
        """What is made with `new`."""
        return repair.is_object


RULE = CppEarlyReturn()
