"""A static variable of a function caches something that is made anew at run time, and threads share or lose it.

A heap value that is kept in a static, and released and replaced when it is out of date, is everybody's: one thread
releases it while another still reads it, or two release it at once. As a `thread_local` of the function it is never
released when its thread ends, because nobody else can name it.

Example:

    static void set_date(String *out) {              static void set_date(String *out) {
        static struct {                                  time_t now = time(nullptr);
            time_t time;                                 char *date = format_date(now);
            char *date = nullptr;                        out->append(date, strlen(date));
        } cache{};                                       free(date);
        time_t now = time(nullptr);                  }
        if (now != cache.time) {
            free(cache.date);
            cache.time = now;
            cache.date = format_date(now);
        }
        out->append(cache.date, strlen(cache.date));
    }

What is found: a pointer, static in a function or a field of such a struct, that the function releases and fills again;
and a `std::string`, a container or an array of a static that is filled again when what it was filled for, kept beside
it, differs from now. An array holds no memory of its own and is information.

Silent are constants, what is filled once (`if (!cache)`), functions that speak of a lock, a mutex, an atomic or
`call_once`, programs without threads, and thread-local values that release themselves.

Forms:
- `per-call`: the value is a local variable, made for each call and released at the end, where nobody keeps it. It costs
  one call of what makes it for each call. A buffer or an object that is written in place loses its `static`, its key,
  and the `if` around what fills it.
- `thread-local`: `static thread_local`, or the project's own macro for it, for what needs no release.

Refusals: `callers` (the caller is given the value: every caller would have to release it), `escapes` (a callee may keep
it), `condition` (more than one value hangs on the comparison), `control-flow`, `no-release` (a thread that ends would
leave the value behind), `in-place` (a buffer that no stack may have room for), `type`, `version`, `layout`, `syntax`.

Fix safety: safe; `review` for a thread-local value to which a callee may keep a pointer, and for a value that is given
to a method whose code is not at hand, but whose name says that it copies (`append`).

References: https://github.com/swoole/swoole-src/issues/5507; C++ Core Guidelines CP.2 and I.2; CWE-362, CWE-415.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from leakfix.languages.c.analysis import Analysis
from leakfix.rules import Finding, Form, Rule
from leakfix.rules.c.cache_forms import PER_CALL, THREAD_LOCAL
from leakfix.rules.c.static_caches import stale_caches

if TYPE_CHECKING:
    from collections.abc import Iterator


class CppStaticCache(Rule[Analysis]):
    """``cpp-static-cache``."""

    id: ClassVar[str] = "cpp-static-cache"
    title: ClassVar[str] = "static cache is replaced at run time and shared by threads"
    language: ClassVar[str] = "c"
    forms: ClassVar[tuple[Form, ...]] = (PER_CALL, THREAD_LOCAL)
    triggers: ClassVar[tuple[bytes, ...]] = (b"static", b"thread_local")
    pattern: ClassVar[re.Pattern[bytes] | None] = re.compile(
        rb"\n[ \t]+(?:static|thread_local)\b[^;(){}=]*(?:\{|[*\[<]|string\b)"
    )
    sources: ClassVar[tuple[str, ...]] = (
        "https://github.com/swoole/swoole-src/issues/5507",
        "https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#Rconc-races",
    )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The stale caches of a file, in order."""
        yield from stale_caches(self, subject)


RULE = CppStaticCache()
