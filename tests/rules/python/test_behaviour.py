"""Programs that open a file, rewritten and run: they give what they gave, and leave nothing open."""

import builtins
import io
import tempfile
from collections.abc import Iterator, Sequence
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
    "for line in f: out.append(line)\nelse:\n    out.append('all')",
    "for k, line in enumerate(f):\n    if not k: continue\n    out.append((k, line)); break",
    "while True:\n    x = f.read(3)\n    if not x:\n        break\n    out.append(x)",
    "while (x := f.readline()):\n    if x == 'c\\n': break\nelse:\n    out.append('no c')",
    "if not x:\n    f.close()\n    return out",
    "if 'd' in x:\n    return out, f.readline()",
    "if 'b' in x: {next}",
    "try:\n    x = f.readline()\n    int(x)\nexcept ValueError:\n    x = 'no number'\nfinally:\n    out.append(x)",
    "try:\n    x = f.readline()\nexcept ValueError:\n    f.close()\n    raise\nelse:\n    out.append(x)",
    "try:\n    x = str(int(f.readline()))\nexcept ValueError as error:\n    return str(error)",
    "try:\n    out.append(f.readline())\nexcept ValueError:\n    out.append('closed')",
    "r = iter(f)",
    "out.append(next(r, 'end'))",
    "out.append(next(f, 'end'))",
    "r = (line.upper() for line in f)",
    "r = map(str.strip, f)",
    "r = zip(f, 'xyz')",
    "r = enumerate(f)",
    "r = filter(str.strip, f)",
    "r = itertools.islice(f, 2)",
    "r = itertools.chain('x', f)",
    "r = csv.reader(f)",
    "r = map(str.strip, r)",
    "r = reversed(list(f))",
    "out.extend(r)",
    "out.append(r)",
    "return r",
    "for line in r:\n    out.append(line)\n    break",
    "text = '''one\n  two'''; out.append(text)",
    "for k in (1, 2):\n    if k == 2: continue\n    out.append(f.readline())",
    "def first():\n    return f.readline()\nout.append(first())",
    "h = lambda: f.readline()\nout.append(h())",
    "y = [line for line in f if line.strip()]\nout.append(y)",
    "y = [f]\nout.append(y[0].readline())",
    "y = {'f': f}\ny['f'].close()",
    "x = f.readline() if x else 'x'",
    "x = x or f.readline()",
    "x, y = f.readline(), f.name\nout.append((x, y))",
    "out.append(f.name)",
    "out.append(f.closed)",
    "out.append(f.fileno() > 2)",
    "f.seek(0)",
    "f.close()",
    "if x: f.close()",
    "if f: f.close()",
    "if not f.closed:\n    f.close()",
    "if f is not None:\n    out.append(f.read())\n    f.close()",
    "match x:\n    case '':\n        f.close()\n    case _:\n        out.append(x)",
    "with open(other) as g:\n    out.append(g.read())",
    "with f:\n    out.append(f.readline())",
    "with contextlib.closing(f): x = f.readline()",
    "g = open(other)\nout.append(g.readline())",
    "g = f\nout.append(g.readline())",
    "g = f\ng.close()",
    "out.append(open(other).read())",
    "f = open(other)",
    "f = None",
    "del f",
    "out.append(read(f))",
    "shut(f)",
    "keep(f)",
    "if x: keep(f)",
    "return out, x",
    "return f.read()",
    "return f",
    "try:\n    out.append(f.read())\nfinally:\n    f.close()",
)
_OPENINGS = (
    "f = open(path)",
    "f = open(path) if path else None",
    "try:\n    f = open(path)\nexcept OSError:\n    return 'missing'",
    "try:\n    f = open(path)\nexcept OSError:\n    out.append('missing')\n    f = open(other)",
    "if x:\n    f = open(path)\nelse:\n    f = open(other)",
    "f = None\nif path:\n    f = open(path)",
    "f = g = open(path)",
    "f: object = open(path)",
    "x = len(open(path).read())\nf = open(other)",
    "f = made(path)",
)
_HEAD = """import contextlib
import csv
import itertools

kept = []


def made(path):
    f = open(path)
    return f


def read(f):
    return f.readline()


def shut(f):
    f.close()


def keep(f):
    kept.append(f)


"""


def written(opening: str, statements: Sequence[str], looped: bool) -> str:
    """A program of an opening and statements."""
    lines = "\n".join([opening, *statements]).replace("{next}", "continue" if looped else "x = ''").split("\n")
    inside, quoted = "        " if looped else "    ", False
    body = []
    for line in lines:
        body.append(line if quoted else inside + line)
        quoted ^= line.count("'''") % 2 == 1
    head = ["def program(path, other, out, x='', r=()):"] + (["    for turn in (1, 2):"] if looped else [])
    return _HEAD + "\n".join([*head, *body]) + "\n"


def _told(value: object) -> object:
    """What somebody gets, as one can compare it: of a file whether it is open, of an iterator all that it gives."""
    if isinstance(value, io.IOBase):
        return "a file", getattr(value, "name", ""), value.closed
    if isinstance(value, (list, tuple)):
        return [_told(one) for one in value]
    if isinstance(value, Iterator):
        try:
            return "an iterator", [_told(one) for one in value]
        except (ValueError, TypeError) as error:
            return "an iterator", type(error)
    return value


def ran(code: str, folder: Path) -> tuple[object, object, list[IO[Any]]]:
    """What a program gives or raises, what it has told and kept, and all that it has opened and given to nobody."""
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
    except (ValueError, NameError, TypeError, AttributeError, StopIteration) as error:
        given = type(error)
    ours = [one for one in opened if not one.closed]
    told = _told([out, names["kept"]])
    return _told(given), told, ours


def is_handed_on(program: str) -> bool:
    """Whether anybody else gets something that works through a file."""
    return any(one in program for one in ("keep(f)\n", "return f\n", "return r\n", "out.append(r)\n"))


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    opening=st.sampled_from(_OPENINGS),
    statements=st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=6),
    looped=st.booleans(),
    form=st.sampled_from(("", "finally", "exit-stack")),
)
def test_a_rewritten_program_does_what_it_did(opening: str, statements: Sequence[str], looped: bool, form: str) -> None:
    before = written(opening, statements, looped)
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
        *told_before, _ = ran(before, folder)
        *told_after, opened = ran(after, folder)
    assert told_after == told_before, after
    if fixed.files and not fixed.left and not is_handed_on(before):
        assert not opened, after
