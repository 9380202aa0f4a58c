"""Programs that open a file, rewritten and run: they give what they gave, and leave nothing open."""

import builtins
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leakfix

_STATEMENTS = (
    "x = f.readline()",
    "x = f.readline(); out.append(x)  # both",
    "out.append(len(x))",
    "# nothing but a comment\nout.append('plain')",
    "for line in f:\n    out.append(line)\n    if 'c' in line:\n        break",
    "while True:\n    x = f.read(3)\n    if not x:\n        break\n    out.append(x)",
    "if not x:\n    f.close()\n    return out",
    "if 'd' in x:\n    return out, f.readline()",
    "try:\n    x = f.readline()\n    int(x)\nexcept ValueError:\n    x = 'no number'\nfinally:\n    out.append(x)",
    "r = iter(f)",
    "out.append(next(r, 'end'))",
    "r = (line.upper() for line in f)",
    "r = map(str.strip, f)",
    "out.extend(r)",
    "text = '''one\n  two'''; out.append(text)",
    "for k in (1, 2):\n    if k == 2: continue\n    out.append(f.readline())",
    "def first():\n    return f.readline()\nout.append(first())",
    "y = [line for line in f if line.strip()]\nout.append(y)",
    "out.append(f.name)",
    "out.append(f.closed)",
    "f.close()",
    "if x: f.close()",
    "with open(other) as g:\n    out.append(g.read())",
    "g = open(other)\nout.append(g.readline())",
    "out.append(open(other).read())",
    "f = open(other)",
    "return out, x",
    "try:\n    out.append(f.read())\nfinally:\n    f.close()",
)
_OPENINGS = (
    "f = open(path)",
    "f = open(path) if path else None",
    "try:\n    f = open(path)\nexcept OSError:\n    return 'missing'",
    "if x:\n    f = open(path)\nelse:\n    f = open(other)",
    "f = g = open(path)",
    "f: object = open(path)",
    "x = len(open(path).read())\nf = open(other)",
)


def _function(opening: str, statements: Sequence[str], looped: bool) -> str:
    lines = "\n".join([opening, *statements]).split("\n")
    inside, quoted = "        " if looped else "    ", False
    body = []
    for line in lines:
        body.append(line if quoted else inside + line)
        quoted ^= line.count("'''") % 2 == 1
    head = ["def program(path, other, out, x='', r=()):"] + (["    for turn in (1, 2):"] if looped else [])
    return "\n".join([*head, *body]) + "\n"


def _run(code: str, folder: Path) -> tuple[object, list[object], list[IO[Any]]]:
    """What a program gives or raises, what it has told, and all that it has opened."""
    opened: list[IO[Any]] = []

    def tracked(*arguments: Any, **named: Any) -> IO[Any]:
        opened.append(builtins.open(*arguments, **named))  # noqa: PTH123, SIM115 (what the program calls)
        return opened[-1]

    names: dict[str, Any] = {"__builtins__": {**vars(builtins), "open": tracked}}
    exec(compile(code, "program", "exec"), names)
    out: list[object] = []
    given: object
    try:
        given = names["program"](str(folder / "first"), str(folder / "second"), out)
    except (ValueError, NameError, TypeError, StopIteration) as error:
        given = type(error)
    return given, out, opened


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    opening=st.sampled_from(_OPENINGS),
    statements=st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=5),
    looped=st.booleans(),
    form=st.sampled_from(("", "finally", "exit-stack")),
)
def test_a_rewritten_program_does_what_it_did(opening: str, statements: Sequence[str], looped: bool, form: str) -> None:
    before = _function(opening, statements, looped)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "first").write_text("a 1\nb\nc\nd\n\ne\n")
        (folder / "second").write_text("5\ndd\n")
        code = folder / "program"
        code.mkdir()
        (code / "module.py").write_text(before)
        options = leakfix.Options(
            confidence="low", select=("py-unclosed",), prefer=(form,) if form else (), unsafe=True, jobs=1
        )
        fixed = leakfix.fix([code], options)
        after = fixed.files[0].new.decode() if fixed.files else before
        given_before, told_before, _ = _run(before, folder)
        given_after, told_after, opened = _run(after, folder)
    assert (given_after, told_after) == (given_before, told_before), after
    # What is closed upon an error alone is handed on otherwise, for all that is known: an iterator over it may keep it.
    if fixed.files and not fixed.left and "except BaseException:" not in after:
        assert all(stream.closed for stream in opened), after
