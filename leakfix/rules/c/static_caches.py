"""Static caches that are replaced at run time: findings with their forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.shared import Content, Fault, Reach, Store, fault
from leakfix.languages.c import syntax
from leakfix.languages.c.statics import Cache, caches, has_threads, speaks_of_threads
from leakfix.rules import Confidence, FileEdit, Finding, Fix, Refusal, Rule, Severity, Step
from leakfix.rules.c.cache_buffers import per_call_in_place
from leakfix.rules.c.cache_forms import PER_CALL, THREAD_LOCAL, Written, per_call, per_thread
from leakfix.rules.c.repair import RefusalError
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.languages.c.analysis import Analysis

_OWNERS: Final = ("std::string", "std::wstring", "std::vector", "std::map", "std::unordered_map")
_ONCE: Final = frozenset(("main", "WinMain"))


def stale_caches(rule: Rule[Analysis], analysis: Analysis) -> Iterator[Finding]:
    """The static caches of a file that threads share, or leave behind, in order."""
    for function in analysis.file.functions:
        if function.name in _ONCE or function.is_macro:
            continue
        seen: set[int] = set()
        for cache in caches(analysis.program, function):
            store = _store(cache)
            found = fault(store, has_threads=True) if store is not None else None
            if found is None or cache.value.variable.index in seen:
                continue
            if found is not Fault.UNRELEASED and not _is_threaded(analysis, cache):
                continue
            seen.add(cache.value.variable.index)
            yield _finding(rule, analysis, cache, found)


def _is_threaded(analysis: Analysis, cache: Cache) -> bool:
    """Whether threads may share a cache; of what is replaced at every call, the file itself has to speak of threads."""
    return has_threads(analysis.program) and (cache.key is not None or speaks_of_threads(analysis.source.data))


def _store(cache: Cache) -> Store | None:
    content = _content(cache)
    if content is None:
        return None
    reach = Reach.THREAD if cache.is_thread_local else Reach.PROCESS
    return Store(
        reach,
        content,
        is_released=cache.release is not None,
        is_keyed=cache.key is not None,
        is_guarded=cache.is_guarded,
    )


def _content(cache: Cache) -> Content | None:
    part = cache.value
    if part.is_pointer:
        return Content.BLOCK
    spelled = syntax.text(part.type).partition("<")[0].strip() if part.type is not None else ""
    if part.is_array:
        return Content.BYTES if part.type is not None and part.type.type == syntax.PRIMITIVE_TYPE else None
    return Content.OBJECT if not part.steps and spelled in _OWNERS else None


def _finding(rule: Rule[Analysis], analysis: Analysis, cache: Cache, found: Fault) -> Finding:
    source, function, variable = analysis.source, cache.function, cache.value.variable
    fixes: list[Fix] = []
    refusals: list[Refusal] = []
    for form, write in ((PER_CALL, _per_call), (THREAD_LOCAL, per_thread)):
        try:
            written = write(analysis, cache, found)
        except RefusalError as error:
            refusals.append(error.refusal)
            continue
        edits = tuple(FileEdit(source.path, edit) for edit in written.edits)
        fixes.append(Fix(form.title, form.name, written.safety, written.why, edits, written.requires))
    return Finding.at(
        source,
        Span(variable.origin.start_byte, variable.declaration.end_byte),
        rule=rule.id,
        function=function.name,
        message=_message(cache, found),
        severity=rule.severity if found is not Fault.SHARED_BYTES else Severity.INFO,
        confidence=_confidence(analysis, cache, found),
        trace=_trace(analysis, cache, found),
        fixes=tuple(fixes),
        refusal=refusals[0] if refusals and not fixes else None,
    )


def _per_call(analysis: Analysis, cache: Cache, found: Fault) -> Written:
    """The value as a local variable, whether one expression makes it or it is written in place."""
    is_block = found in (Fault.SHARED_BLOCK, Fault.UNRELEASED)
    return per_call(analysis, cache) if is_block else per_call_in_place(analysis, cache)


def _confidence(analysis: Analysis, cache: Cache, found: Fault) -> Confidence:
    """High where nobody but the thread matters, or where the file of the cache itself has to do with threads."""
    if found is Fault.UNRELEASED:
        return Confidence.HIGH
    is_sure = cache.key is not None and speaks_of_threads(analysis.source.data)
    return Confidence.HIGH if is_sure else Confidence.MEDIUM


def _name(cache: Cache) -> str:
    return ".".join((cache.value.variable.name, *cache.value.path))


_SAYS: Final = {
    Fault.SHARED_BLOCK: "static {} is replaced without a lock: one thread releases it while another uses it",
    Fault.SHARED_OBJECT: "static {} is rewritten without a lock, while other threads use it",
    Fault.SHARED_BYTES: "static {} is rewritten without a lock, while other threads read it",
    Fault.UNRELEASED: "{} is static in its thread, and nobody can release what it holds when the thread ends",
}


def _message(cache: Cache, found: Fault) -> str:
    return _SAYS[found].format(_name(cache))


def _trace(analysis: Analysis, cache: Cache, found: Fault) -> tuple[Step, ...]:
    source = analysis.source

    def step(at: int, message: str) -> Step:
        return Step(source.path, source.line(at), message)

    whose = "each thread has one of its own" if found is Fault.UNRELEASED else "one for all threads"
    steps = [step(cache.value.variable.origin.start_byte, whose)]
    if cache.release is not None:
        steps.append(step(cache.release.start_byte, "the old value is released"))
    steps.append(step(cache.fill.start_byte, "a new value takes its place"))
    if cache.leaves is not None:
        steps.append(step(cache.leaves.start_byte, "the caller is given the value itself"))
    return tuple(steps)
