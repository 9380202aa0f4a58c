"""A deferred call in the body of a loop: what it should release piles up until the function returns.

`defer` runs at the end of the function, not of the iteration. In a loop every iteration keeps one more file, connection
or response open, one more timer running, one more context alive; a deferred `Unlock` blocks the next iteration's
`Lock` for ever. A loop over enough files runs out of descriptors.

Example:

    for _, path := range paths {             for _, path := range paths {
        f, err := os.Open(path)                  if err := func() error {
        if err != nil {                              f, err := os.Open(path)
            return nil, err                          if err != nil {
        }                                                return err
        defer f.Close()                              }
        sum, err := digest(f)                        defer f.Close()
        if err != nil {                              sum, err := digest(f)
            return nil, err                          if err != nil {
        }                                                return err
        sums[path] = sum                             }
    }                                                sums[path] = sum
                                                     return nil
                                                 }(); err != nil {
                                                     return nil, err
                                                 }
                                             }

A defer after which the loop never goes on is no leak: nothing is reported. Loops with few rounds that are plain to see,
tests, and what may have to live until the function returns are reported as information.

Forms:
- `wrap`: the body, from the acquisition on, becomes a function literal that is called at once. `return`, `break`,
  `continue` and jumps to outer labels are carried out of it exactly: by nothing, by an error that is known not to be
  nil, or by flags (`if done, v, err := func() (bool, T, error) {...}(); done { return v, err }`).
- `inline`: the call moves behind the last use, where nothing between can leave the iteration (`review`: a panic in
  between would skip it).

Refusals: `escapes` (the resource, its context, or something made from it is stored, sent, used by a goroutine or passed
to a callee that may keep it), `outlives-iteration` (it is not acquired in the iteration, or nothing there uses it),
`no-owner` (nothing is released), `named-result` and `outer-state` (the deferred function uses a result or a variable
that changes until the function returns), `recover`, `goto`, `label`, `caller-frame`, `name-taken`, `layout`,
`syntax-error`, `generated`.

Fix safety: `safe` where the models or the callee's body tell that the iteration acquires what is deferred to be
released. `review` where only the looks of the call tell, for locks held for reading, for removed files, and where a
close error that was joined to the result now ends the loop.

References: the Go specification on defer statements; go-critic's deferInLoop; CWE-772.
"""

from collections.abc import Iterator
from typing import ClassVar

from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.closures import Obstacle, Site, wrap
from leakfix.languages.go.closures_deferred import Deferred, Role, noun_of
from leakfix.languages.go.closures_errors import Errors
from leakfix.languages.go.closures_inline import released_early
from leakfix.languages.go.closures_judge import judge
from leakfix.languages.go.closures_loops import Pile, piles
from leakfix.rules import Confidence, FileEdit, Finding, Fix, Form, Refusal, Rule, Safety, Severity, Step
from leakfix.text import Edit, Span

WRAP = Form("wrap", "run the deferred call at the end of each iteration: wrap the body in a function literal")
INLINE = Form("inline", "call it behind the last use instead of deferring it", Safety.REVIEW)

_FEW_ROUNDS = 10
_MAYBE_MEANT = frozenset(("escapes", "outlives-iteration", "no-owner", "outer-state", "named-result"))
"""Refusals for what may have to live until the function returns: information only."""


class DeferInLoop(Rule[Analysis]):
    """``go-defer-in-loop``."""

    id: ClassVar[str] = "go-defer-in-loop"
    title: ClassVar[str] = "deferred calls pile up in a loop"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (WRAP, INLINE)
    triggers: ClassVar[tuple[bytes, ...]] = (b"defer ", b"defer\t")
    sources: ClassVar[tuple[str, ...]] = (
        "https://go.dev/ref/spec#Defer_statements",
        "https://go-critic.com/overview#deferinloop",
        "https://cwe.mitre.org/data/definitions/772",
    )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """One finding for each loop whose body defers something, at the first such statement."""
        for pile in piles(subject.program, subject.file):
            if pile.deferred:
                yield self._finding(subject, pile)

    def _finding(self, subject: Analysis, pile: Pile) -> Finding:
        first = pile.deferred[0]
        fixes, refusal = _fixes(subject, pile)
        return Finding.at(
            subject.source,
            Span(first.statement.start_byte, first.statement.end_byte),
            rule=self.id,
            function=pile.round.function.name,
            message=_message(pile, first),
            severity=_severity(pile, refusal),
            confidence=_confidence(refusal),
            trace=tuple(_trace(subject, pile)),
            fixes=fixes,
            refusal=refusal,
        )


def _fixes(subject: Analysis, pile: Pile) -> tuple[tuple[Fix, ...], Refusal | None]:
    if subject.file.is_generated:
        return (), Refusal("generated", "the file is generated: its generator is the place for the fix")
    plea = judge(pile)
    if isinstance(plea, Obstacle):
        return (), Refusal(plea.code, plea.reason)
    fixes: list[Fix] = []
    round_ = pile.round
    errors = Errors(round_.file, round_.bindings, round_.types)
    site = Site(
        round_.file,
        round_.bindings,
        round_.owner,
        round_.loop,
        plea.first,
        errors.is_error,
        errors.zero,
        plea.result_name,
    )
    wrapped = wrap(site)
    if not isinstance(wrapped, Obstacle):
        safety = Safety.REVIEW if plea.review else Safety.SAFE
        why = plea.review or "Each iteration releases what it acquired, and leaves the loop as it did before"
        fixes.append(_fix(subject, WRAP, safety, _sentence(why), wrapped.edits))
    early = released_early(pile, plea)
    if early is not None:
        why = "A panic between the acquisition and the call would skip the call."
        fixes.append(_fix(subject, INLINE, INLINE.safety, why, early))
    if not fixes and isinstance(wrapped, Obstacle):
        return (), Refusal(wrapped.code, wrapped.reason)
    return tuple(fixes), None


def _fix(subject: Analysis, form: Form, safety: Safety, why: str, edits: tuple[Edit, ...]) -> Fix:
    path = subject.source.path
    return Fix(form.title, form.name, safety, why, tuple(FileEdit(path, edit) for edit in edits))


def _confidence(refusal: Refusal | None) -> Confidence:
    """How sure it is that the pile is not what the function wants."""
    if refusal is None:
        return Confidence.HIGH
    return Confidence.LOW if refusal.code in _MAYBE_MEANT else Confidence.MEDIUM


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _severity(pile: Pile, refusal: Refusal | None) -> Severity:
    meant = refusal is not None and refusal.code in _MAYBE_MEANT
    deadlock = any(deferred.role is Role.UNLOCK and ".Unlock()" in deferred.shown for deferred in pile.deferred)
    few = pile.rounds_at_most is not None and pile.rounds_at_most <= _FEW_ROUNDS
    if pile.round.file.is_test or meant or (few and not deadlock):
        return Severity.INFO
    return Severity.WARNING


def _message(pile: Pile, first: Deferred) -> str:
    """What piles up, in one sentence."""
    returning = f"until {pile.round.function.name} returns" if _is_whole(pile) else "until the function literal returns"
    if first.role is Role.UNLOCK:
        return f"`defer {first.shown}` in a loop unlocks nothing {returning}: the next iteration may wait for ever"
    noun = next((noun for one in first.variables if (noun := noun_of(one, pile.round))), "")
    return f"`defer {first.shown}` in a loop does not run {returning}: {_piled(noun)}"


def _piled(noun: str) -> str:
    """What each iteration leaves behind."""
    if noun in ("", "rows") or noun.endswith("function"):
        return "one more call waits with each iteration"
    state = "stays alive" if noun in ("ticker", "timer", "process") else "stays open"
    return f"one more {noun} {state} with each iteration"


def _is_whole(pile: Pile) -> bool:
    return pile.owner == pile.round.function.node


def _trace(subject: Analysis, pile: Pile) -> Iterator[Step]:
    source, path = subject.source, subject.source.path
    start = pile.round.loop if pile.label is None else pile.label
    yield Step(path, source.line(start.start_byte), "each iteration of this loop")
    for deferred in pile.deferred:
        yield Step(path, source.line(deferred.statement.start_byte), f"defers `{deferred.shown}` to the function's end")


RULE = DeferInLoop()
