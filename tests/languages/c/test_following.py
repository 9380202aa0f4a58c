"""What is followed is what may hold a resource, and what an operand leads to; nobody is asked about anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakfix.flow import Block, Copy, Derive, Edge, Graph, Outcome, Place
from leakfix.flow import Test as Told
from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.following import Followed
from leakfix.languages.c.workspace import CWorkspace
from leakfix.models import Models
from leakfix.text import Span

if TYPE_CHECKING:
    from pathlib import Path

MODELS = Models.load("c")
HERE = Span(0, 1)
HELD = Place(1, ("*", "file"))


def held() -> Followed:
    """One place of an object holds something."""
    return Followed([(HELD, False)])


def test_what_lies_above_or_below_is_followed() -> None:
    followed = held()
    assert followed.is_followed(Place(1))
    assert followed.is_followed(HELD.below("*", "name"))
    assert not followed.is_followed(Place(1, ("*", "size")))
    assert not followed.is_followed(Place(2))


def test_a_copy_of_what_holds_it_is_followed() -> None:
    followed = held()
    followed.connect(Copy(HERE, Place(2), Place(1, ("*",))))
    assert followed.is_followed(Place(2, ("file",)))
    assert not followed.is_followed(Place(2, ("size",)))


def test_what_works_through_it_is_followed() -> None:
    followed = held()
    followed.connect(Derive(HERE, Place(3), HELD))
    assert followed.is_followed(Place(3, ("*", "next")))


def test_a_part_of_what_is_held_is_not_what_is_held() -> None:
    followed = held()
    followed.connect(Copy(HERE, Place(2), HELD.below("*", "name")))
    assert not followed.is_followed(Place(2))


def test_a_part_of_an_operand_is_followed() -> None:
    followed = Followed([(Place(1), True)])
    followed.connect(Copy(HERE, Place(2, ("*", "part")), Place(1, ("*", "part"))))
    assert followed.is_followed(Place(2, ("*", "part", "*")))
    assert not followed.is_followed(Place(2, ("*", "other")))


def test_what_was_passed_over_is_asked_when_it_matters_in_the_end() -> None:
    late = Graph("f", HERE, [Block([Copy(HERE, Place(1, ("*",)), Place(2)), Copy(HERE, Place(4), Place(1, ("*",)))])])
    followed = held()
    assert not followed.is_followed(Place(4, ("file",)))
    following = followed.next(late)
    assert following is not None
    assert following.is_followed(Place(4, ("file",)))
    assert held().next(late) is None


def test_an_address_matters_where_the_variable_is_tested_unless_the_function_ends() -> None:
    tested = Graph("f", HERE, [Block([], [Edge(1, (Told(Place(5), Outcome.NIL),))]), Block()])
    asked, last = Followed(), Followed()
    assert not asked.is_set(5)
    assert not last.is_set(5, at_last=True)
    assert asked.next(tested) is not None
    assert last.next(tested) is None
    assert Followed([(Place(5), False)]).is_set(5, at_last=True)


FILLS = "struct text { char *data; };\nint fill(struct text *t) { t->data = 0; return 1; }\n"
ASKED = {
    "it is tested before alone": ([], "int f(int n) { struct text t; if (n && !t.data) return 0; return fill(&t); }"),
    "it is tested behind": (
        ["frame 0"],
        "int f(int n) { struct text t; int r = fill(&t); if (!t.data) return r; return n; }",
    ),
    "it holds something": (
        ["frame 0"],
        "int f(int n) { struct text t; t.data = malloc(n); if (!t.data) return 0; return fill(&t); }",
    ),
}


@pytest.mark.parametrize(("expected", "text"), ASKED.values(), ids=ASKED)
def test_a_callee_is_asked_what_it_sets_unless_the_function_ends(
    tmp_path: Path, expected: list[str], text: str
) -> None:
    path = tmp_path / "p.c"
    path.write_text(FILLS + text)
    data = path.read_bytes()
    analysis = CWorkspace(MODELS, LANGUAGE.survey([(str(path), data)], MODELS)).open(path, data).subject
    functions = {one.name: one for one in analysis.file.functions}
    assert analysis.graph(functions["f"]) is not None
    assert sorted(key for key in functions["fill"].cache if key.startswith("frame ")) == expected
