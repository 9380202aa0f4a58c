"""A base class with virtual functions, but without a virtual destructor, through which objects are deleted.

`delete filter` runs the destructor of the pointer's own class unless that is virtual. Whatever the derived class owns
is never released; by the language the behaviour is not even defined.

Example:

    class Filter {                              class Filter {
    public:                                     public:
                                                    virtual ~Filter() = default;
        virtual bool keep(const Row& row) = 0;      virtual bool keep(const Row& row) = 0;
    };                                          };

    class ByName : public Filter {
        std::string name_;
        ...
    };

    delete filter;    // name_ is lost

What is found: a class that declares virtual functions, whose destructor is public, implicit or not, and not virtual,
neither its own nor one of its bases; from which some class of the tree derives; and that is deleted somewhere through
a pointer to it, by a macro too, or held by a `std::unique_ptr`, `scoped_ptr` or `auto_ptr` of it. Where the class is
not abstract, a pointer must besides be seen to get an object of a derived class. Where no derived class owns anything,
or that pointer is of another file than what deletes, confidence is medium.

Silent are `final` classes, protected destructors, templates, classes that derive from something unknown or hold macros
that may declare anything, and classes held by `std::shared_ptr` only, which remembers what was made.

Forms:
- `default`: `virtual ~T() = default;` behind the constructors, else as the first public member.
- `empty-body`: `virtual ~T() {}`; the preferred one where the file writes its destructors so.
- `virtual`: where a destructor is declared, it becomes virtual.

Refusals: `foreign` (another project's header), `moves` (a declared destructor ends implicit moves of its members),
`incomplete` (members hold objects of classes that the header may not know), `constexpr`, `exceptions` (a derived
destructor that may throw), `preprocessor`, `layout`, `syntax`.

Fix safety: safe; `review` in public headers (`include/`), whose users have to be compiled anew.

References: C++ Core Guidelines C.35 and C.127; CWE-1079; [expr.delete] in the C++ standard; -Wdelete-non-virtual-dtor.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.c.analysis import Analysis
from leakfix.rules import Finding, Form, Rule
from leakfix.rules.c.virtual_destructors import DEFAULTED, EMPTY_BODY, VIRTUAL, unsafe_bases

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = re.compile(rb"\b(?:class|struct)\s[^;(){}=<>]*?([A-Za-z_]\w*)\s*(?:final\s*)?(?::[^;(){}]*)?\{")


def _may_be_unsafe(name: bytes, text: bytes) -> bool:
    if b"virtual" not in text:
        return False
    at = text.find(b"~" + name)
    return at < 0 or b"virtual" not in text[max(at - _BEFORE, 0) : at]


_BEFORE: Final = 24


class CppVirtualDtor(Rule[Analysis]):
    """``cpp-virtual-dtor``."""

    id: ClassVar[str] = "cpp-virtual-dtor"
    title: ClassVar[str] = "object is deleted through a base without a virtual destructor"
    language: ClassVar[str] = "c"
    forms: ClassVar[tuple[Form, ...]] = (DEFAULTED, EMPTY_BODY, VIRTUAL)
    triggers: ClassVar[tuple[bytes, ...]] = (b"virtual",)
    sources: ClassVar[tuple[str, ...]] = (
        "https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#Rc-dtor-virtual",
        "https://cwe.mitre.org/data/definitions/1079",
    )

    def may_fire(self, data: bytes) -> bool:
        """Whether a class of a file may have virtual functions and no virtual destructor: a first look."""
        if not super().may_fire(data):
            return False
        heads = list(_HEAD.finditer(data))
        ends = [*(head.start() for head in heads[1:]), len(data)]
        return any(_may_be_unsafe(head[1], data[head.end() : end]) for head, end in zip(heads, ends, strict=False))

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The unsafe bases of a file, in order."""
        yield from unsafe_bases(self, subject)


RULE = CppVirtualDtor()
