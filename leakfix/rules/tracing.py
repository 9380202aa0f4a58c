"""The trace of a lifecycle leak: where the resource is acquired, the branches taken, and where it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.rules.finding import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from leakfix.detectors.losses import Leak, Loss
    from leakfix.text import Source, Span

    Ending = Callable[[Loss], Iterable[tuple[Span, str]]]


def trace(source: Source, leak: Leak, acquired: str, ending: Ending) -> tuple[Step, ...]:
    """All losses of a leak; `acquired` tells of the acquisition, `ending` of places on the way out."""
    line = source.line(leak.site.span.start)
    steps = [Step(source.path, line, acquired)]
    for loss in leak.losses:
        steps.extend(_branch(source, loss, line))
        steps.extend(Step(source.path, source.line(span.start), told) for span, told in ending(loss))
    return tuple(dict.fromkeys(steps))


def _branch(source: Source, loss: Loss, acquired: int) -> Iterator[Step]:
    """The last branch before the loss, unless it was taken before the line of the acquisition."""
    if loss.branch is not None and source.line(loss.branch.start) >= acquired:
        holds = "holds" if loss.taken else "does not hold"
        condition = " ".join(source.text(loss.branch).split())
        yield Step(source.path, source.line(loss.branch.start), f"`{condition}` {holds}")
