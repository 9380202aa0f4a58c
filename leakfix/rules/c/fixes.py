"""The forms of a finding, each tried: those that can be written, or why none can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.rules.c.layout import LayoutError
from leakfix.rules.c.repair import RefusalError
from leakfix.rules.finding import FileEdit, Fix, Refusal
from leakfix.text import OverlapError, apply_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leakfix.rules.rule import Form
    from leakfix.text import Edit, Source


def written(
    source: Source, writers: Iterable[tuple[Form, Callable[[], list[Edit]]]], *, why: str
) -> tuple[tuple[Fix, ...], Refusal | None]:
    """The fixes of the forms that suit, in their order; without any, the refusal of the last one."""
    fixes: list[Fix] = []
    refusal = Refusal("no-owner", "no form of the fix suits this code")
    for form, write in writers:
        try:
            edits = write()
            apply_edits(source.data, edits)
        except RefusalError as reason:
            refusal = reason.refusal
        except LayoutError:
            refusal = Refusal("layout", "the code is not laid out so that lines can be added beside it")
        except OverlapError:
            refusal = Refusal("layout", "the edits of this form would overlap")
        else:
            found = tuple(FileEdit(source.path, edit) for edit in edits)
            fixes.append(Fix(form.title, form.name, form.safety, why, found, form.requires))
    return tuple(fixes), None if fixes else refusal
