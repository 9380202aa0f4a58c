"""`functools.lru_cache` or `cache` on a method keeps every object alive that the method is called on.

The cache belongs to the function, and so to the class: its keys hold `self`. An object that was asked once lives as
long as the program, or until a cache with a bound has forgotten it, with all that it refers to.

Example:

    class Report:                                class Report:
        @property                                    @cached_property
        @lru_cache(maxsize=None)                     def rows(self):
        def rows(self):                                  return load(self.path)
            return load(self.path)

What is found: methods that are decorated so, by resolved names. A cache with a bound keeps that many objects and is
less sure; so are the methods of enumerations, of singletons, and of classes whose objects the module itself makes.

A function with a cache without a bound is told of, too, where some call of the run hands it all that was read from a
file or written by a process: its keys keep that. Nothing is rewritten there.

Silent are class methods and static methods, caches of size 0, functions in functions, and `cached_property`.

Forms:
- `cached-property`: for methods without arguments. One that is a property already stays as it is read; of another, all
  calls become reads, where every call in the run is known.
- `instance-cache`: `self.rows = lru_cache(...)(self.rows)` in `__init__`: each object has a cache of its own, and the
  garbage collector takes both together. Preferred for public methods, which go on being called.

Refusals: `cache-api` (`cache_clear` and the like are used), `slots`, `equality` (equal objects share the cache),
`override`, `arguments`, `calls`, `state`, `special`, `setattr`, `one-time` (coroutines and generators), `no-init`,
`decorators`, `class`, `base`, `import`, `name-taken`, `comment`, `layout`; `by-value` of a function.

Fix safety: `cached-property` is safe for properties and private methods of classes whose bases are known, else for a
review; `instance-cache` is for a review, since copies and pickles of an object would take its cache along.

References: the FAQ of Python, "How do I cache method calls?"; https://bugs.python.org/issue19859; ruff B019.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.python.analysis import Analysis
from leakfix.rules import Confidence, Finding, Form, Refusal, Rule, Step
from leakfix.rules.python.cached import DEFAULT_SIZE, CachedMethod, cached_methods, lives_on
from leakfix.rules.python.cached_forms import INSTANCE, PROPERTY, cached_property, instance_cache
from leakfix.rules.python.cached_keys import large_keys
from leakfix.rules.python.plain import finding
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.rules.python.cached_keys import LargeKey

_MANY: Final = DEFAULT_SIZE // 2


class CachedMethodRule(Rule[Analysis]):
    """``py-cached-method``."""

    id: ClassVar[str] = "py-cached-method"
    title: ClassVar[str] = "cache of a method keeps its objects alive"
    language: ClassVar[str] = "python"
    forms: ClassVar[tuple[Form, ...]] = (PROPERTY, INSTANCE)
    triggers: ClassVar[tuple[bytes, ...]] = (b"lru_cache", b"functools")
    pattern: ClassVar[re.Pattern[bytes] | None] = re.compile(rb"@[ \t]*[\w.]*(?:cache|memo)\w*\b(?<!cached_property)")
    sources: ClassVar[tuple[str, ...]] = (
        "https://docs.python.org/3/faq/programming.html#how-do-i-cache-method-calls",
        "https://bugs.python.org/issue19859",
    )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The cached methods of a file, in order, then the functions whose caches are given something large."""
        for one in cached_methods(subject):
            if not one.method.has_error:
                yield self._finding(subject, one)
        for key in large_keys(subject):
            yield self._keyed(subject, key)

    def _keyed(self, analysis: Analysis, key: LargeKey) -> Finding:
        message = f"the cache of this function keeps {key.large.noun} that it is given"
        steps = [(key.decorator, "the cache has no bound, and lives as long as the program")]
        refusal = Refusal("by-value", "what else the results could be kept by is not known here")
        found = finding(self, analysis, key.decorator, message, steps, (), Confidence.MEDIUM)
        kept = Step(key.file.path, key.argument.start_point.row + 1, f"and its keys hold {key.large.noun}")
        return replace(found, trace=(*found.trace, kept), refusal=refusal)

    def _finding(self, analysis: Analysis, one: CachedMethod) -> Finding:
        if one.size is None:
            message = "the cache of this method keeps every object alive that it is called on"
        else:
            many = f"up to {one.size} objects" if one.size > 0 else "objects"
            message = f"the cache of this method keeps {many} alive that it was called on"
        steps = [(one.decorator, "the cache belongs to the class"), (one.method.node, "and its keys hold the object")]
        forms = [
            (PROPERTY, partial(cached_property, analysis, one)),
            (INSTANCE, partial(instance_cache, analysis, one)),
        ]
        if not (one.is_property or one.name.startswith("_")):
            # Who calls a public method goes on calling it.
            forms.reverse()
        sure = self._confidence(analysis, one)
        general = PROPERTY if one.is_property else INSTANCE
        return finding(self, analysis, one.decorator, message, steps, forms, sure, general)

    @staticmethod
    def _confidence(analysis: Analysis, one: CachedMethod) -> Confidence:
        if 0 < (one.size or 0) < _MANY or lives_on(analysis, one.class_):
            return Confidence.LOW
        return Confidence.HIGH if one.size is None else Confidence.MEDIUM


RULE = CachedMethodRule()
