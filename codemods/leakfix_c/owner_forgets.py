"""A destructor, or the function that frees a struct, forgets a member that the type acquires.

Whatever the member holds when the object ends is lost: nothing else knows of it.

Example:

    Recorder::Recorder() {                      Recorder::~Recorder() {
        recent_ = new Ring(4096);                   delete name_;
        errors_ = new Ring(1024);                   delete errors_;
        name_ = new std::string("recorder");        delete recent_;
    }                                           }

    Recorder::~Recorder() {
        delete name_;
        delete recent_;    // errors_ is lost
    }

What is found: a pointer or descriptor that is a member, to which only nothing or what is acquired there is ever
assigned, in whatever function of the tree, and that no code of the tree releases but to make room for the next value;
or a member that is a struct, set up by a function that is given its address, whose counterpart nobody calls. In C the
end of an object is a function that says that it frees, and releases members of what it is given. What a callee gives
of which nothing is known counts where the program itself releases such members elsewhere. A class without a destructor
is told of where its constructor acquires.

Silent are members that are set to a parameter or to what belongs to somebody else, given to a callee that may keep
them, put into a container, emptied by a method that does not release them, or released anywhere else; smart pointers;
templates; classes that may be one object for the whole process.

Forms:
- `release`: the release stands where the siblings of the member are released, spelled as theirs, the last acquired
  first.

Refusals: `no-destructor`; `copied` (objects are copied, so that the member would be released twice); `uninitialised`
(not every object has it set); `type` and `incomplete` (what would be deleted is not what was made, or not known);
`order` (what it was made with is released earlier); `used-later`; `conditional`; `no-release` (nothing shows how);
`no-owner`, `generated`, `layout`.

Fix safety: safe where memory or a handle is given back in a class that cannot be copied, or in C; else review.

References: CWE-401, CWE-772; C++ Core Guidelines C.31 (all resources acquired by a class must be released by its
destructor), C.21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.c.analysis import Analysis
from leakfix.rules import Finding, Form, Rule
from leakfix.rules.c.owner_reports import RELEASE, reports

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = re.compile(rb"\n[A-Za-z_]([^\n;=]*)")
_ENDING: Final = (
    *(b"free", b"destroy", b"release", b"close", b"dispose", b"cleanup", b"delete", b"unref", b"fini", b"clear"),
    b"term",
)
_DESTRUCTOR: Final = re.compile(rb"~\w+\s*\(")


class OwnerForgets(Rule[Analysis]):
    """``owner-forgets`` for C and C++."""

    id: ClassVar[str] = "owner-forgets"
    title: ClassVar[str] = "a member that its type acquires is forgotten when the object ends"
    language: ClassVar[str] = "c"
    forms: ClassVar[tuple[Form, ...]] = (RELEASE,)
    triggers: ClassVar[tuple[bytes, ...]] = (b"new ", b"new\t", b"->", b"_ =", b"free", b"delete")
    sources: ClassVar[tuple[str, ...]] = (
        "https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#Rc-dtor-release",
        "https://cwe.mitre.org/data/definitions/401",
    )

    def may_fire(self, data: bytes) -> bool:
        """Whether a file may hold what ends objects, or the constructor of a class: a first look."""
        return super().may_fire(data) and (
            b"class " in data or (b"~" in data and _DESTRUCTOR.search(data) is not None) or _says_end(data)
        )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The forgotten members of a file, in order."""
        yield from reports(self, subject)


def _says_end(data: bytes) -> bool:
    """Whether a line that may start a definition names what ends objects."""
    heads = b"\n".join(_HEAD.findall(b"\n" + data)).lower()
    return any(word in heads for word in _ENDING)


RULE = OwnerForgets()
