"""What workspaces find out together is what one finds out alone, however the files are shared out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.workspace import CWorkspace
from leakfix.models import Models

if TYPE_CHECKING:
    from leakfix.languages.c.promising import Promising
    from leakfix.languages.c.spreading import Fact

MODELS = Models.load("c")
FIXTURES = Path(__file__).parents[3] / "fixtures" / "c"
RULES = sorted(rule for rule in FIXTURES.iterdir() if any(rule.iterdir())) if FIXTURES.is_dir() else []
CHAIN = {
    "end.c": "#include <stdlib.h>\nvoid die(void) { exit(1); }\nvoid fail(void) { die(); }\n",
    "make.c": "#include <stdlib.h>\nchar *make(int n) { return malloc(n); }\nint use(int n) { fail(); return n; }\n",
    "more.c": "char *more(int n) { return make(n); }\nvoid stop(int n) { use(n); fail(); }\n",
    "most.c": "char *most(int n) { return more(n); }\nint none(int n) { char *p = most(n); free(p); return n; }\n",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("parties", [1, 2, 3])
def test_together_is_as_alone(rule: Path, parties: int) -> None:
    paths = sorted(path for path in rule.rglob("*") if path.suffix in LANGUAGE.suffixes and "after" not in str(path))
    files = [(str(path), path.read_bytes()) for path in paths]
    assert told(files, parties) == told(files, 0)


@pytest.mark.parametrize("parties", [1, 2, 3, 4])
def test_what_is_found_goes_from_file_to_file(tmp_path: Path, parties: int) -> None:
    files = []
    for name, text in CHAIN.items():
        (tmp_path / name).write_text(text)
        files.append((str(tmp_path / name), text.encode()))
    stopping, handing = ({fact.name for fact in facts} for facts in told(files, parties))
    assert stopping == {b"die", b"fail", b"use", b"stop"}
    assert handing == {b"make", b"more", b"most"}


@pytest.mark.parametrize("parties", [0, 1, 2, 4])
def test_what_is_handed_on_is_told_however_far_away_it_was_made(tmp_path: Path, parties: int) -> None:
    files = [(str(tmp_path / "make.c"), b"char *make0(int n) { return malloc(n); }\n")]
    for number in range(1, 25):
        text = f"char *make{number}(int n) {{ return make{number - 1}(n); }}\n"
        files.insert(0, (str(tmp_path / f"make{number}.c"), text.encode()))
    _, handing = told(files, parties)
    assert len(handing) == len(files)
    assert {(one.operand, one.obligation.resource) for fact in handing for one in fact.acquired} == {(None, "memory")}


EDITS = {
    "nothing of it": ("use(int n)", "use(int  n)"),
    "no longer handed on": ("return malloc(n)", "return 0"),
    "something else is handed on": ("return malloc(n)", "char *p = malloc(n); if (!p) abort(); return p"),
    "handed on by one more": ("return n;", "return make(n) != 0;"),
    "a macro": ("char *make", "#define SAVE(n) malloc(n)\nchar *make"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_what_changes_in_a_file_changes_what_is_known(tmp_path: Path, edit: tuple[str, str]) -> None:
    files = [(str(tmp_path / name), text.encode()) for name, text in CHAIN.items()]
    changed = [(path, data.replace(edit[0].encode(), edit[1].encode())) for path, data in files]
    (number,) = (number for number, one in enumerate(files) if one not in changed and one[0].endswith("make.c"))
    workspace = CWorkspace(MODELS, LANGUAGE.survey(files, MODELS), dict(files))
    first = known(workspace, *files[0])
    mixed = [*files[:number], changed[number], *files[number + 1 :]]
    fresh = CWorkspace(MODELS, LANGUAGE.survey(mixed, MODELS), dict(mixed))
    assert named(known(workspace, *changed[number])) == named(known(fresh, *changed[number]))
    assert named(known(workspace, *files[number])) == named(first)


def test_a_graph_is_made_again_where_it_hangs_on_what_is_found(tmp_path: Path) -> None:
    text = (
        "char *make(int n) { return malloc(n); }\n"
        "int calls(int n) { char *p = make(n); free(p); return n; }\n"
        "int calls_what_calls(int n) { char *p = malloc(n); calls(n); free(p); return n; }\n"
        "int says(int make) { char *p = malloc(make); free(p); return make; }\n"
    )
    files = [(str(tmp_path / "make.c"), text.encode())]
    workspace = CWorkspace(MODELS, LANGUAGE.survey(files, MODELS), dict(files))
    subject = workspace.open(Path(files[0][0]), files[0][1]).subject
    program, functions = subject.program, {one.name: one for one in subject.file.functions}
    before = {name: program.frame(function) for name, function in functions.items()}
    program.unlearn(frozenset((b"make",)))
    made_again = {name for name, function in functions.items() if program.frame(function) is not before[name]}
    assert made_again == {"calls"}


def named(facts: list[frozenset[Fact]]) -> list[set[tuple[bytes, object]]]:
    """What is known of which functions, wherever they stand; of some that nothing is handed on."""
    return [
        {(fact.name, fact.acquired) for fact in of if number == 0 or fact.acquired} for number, of in enumerate(facts)
    ]


def told(files: list[tuple[str, bytes]], parties: int) -> list[frozenset[Fact]]:
    """All that some workspaces find out together about files of which each looks at some; none: one does it alone."""
    survey = LANGUAGE.survey(files, MODELS)
    workspaces = [CWorkspace(MODELS, survey, dict(files)) for _ in range(parties or 1)]
    for step in range(LANGUAGE.steps if parties else 0):
        news: frozenset[Fact] = frozenset()
        for number, (path, data) in enumerate(files):
            news |= workspaces[number % parties].look(step, Path(path), data)
        while news:
            news = frozenset().union(*(workspace.hear(step, news) for workspace in workspaces))
        for workspace in workspaces:
            workspace.hear(step, news)
    found = [known(workspace, *files[0]) for workspace in workspaces]
    assert all(one == found[0] for one in found)
    return found[0]


def known(workspace: CWorkspace, path: str, data: bytes) -> list[frozenset[Fact]]:
    promising: Promising = workspace.open(Path(path), data).subject.program.promising
    promising.hands_on(b"anything")
    return [frozenset(promising.stopping.facts), frozenset(promising.handing.facts)]
