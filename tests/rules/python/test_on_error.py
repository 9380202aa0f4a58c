"""Programs that hand a file on unless something fails, rewritten and run with whatever they call failing."""

import builtins
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leakfix

_OPENINGS = (
    "f = open(path)",
    "try:\n    f = open(path)\nexcept OSError:\n    return 'missing'",
    "if path:\n    f = open(path)\nelse:\n    f = open(other)",
    "f = open(path); told(0)",
)
_STATEMENTS = (
    "told(1)",
    "told(f.readline())",
    "if told(2):\n    return None",
    "if told(3): return 'early'",
    "if told(4):\n    raise KeyError(4)",
    "try:\n    told(5)\nexcept ValueError:\n    return 'failed'",
    "try:\n    told(6)\nexcept ValueError:\n    pass",
    "try:\n    told(7)\nexcept ValueError:\n    f.close()\n    raise",
    "try:\n    told(8)\nfinally:\n    told(9)",
    "for turn in (1, 2):\n    if told(turn): break\n    told('''a\n  b''')  # all",
    "x = f.read(2)",
    "if told(10):\n    f.close()\n    return 'closed'",
    "with open(other) as g:\n    told(g.read())",
    "if told(11):\n    return f",
    "kept.append(f)",
    "f = open(other)",
)
_AROUND = ("{}", "try:\n    {}\nexcept ValueError:\n    told(20)\n    return 'outer'", "for turn in (1, 2):\n    {}")


def _program(opening: str, statements: Sequence[str], around: str) -> str:
    indent = "    " * around.count("\n    {}")
    lines, quoted = [], False
    for line in "\n".join([opening, *statements, "return f"]).split("\n"):
        lines.append(line if quoted else indent + line)
        quoted ^= line.count("'''") % 2 == 1
    text = around.replace(indent + "{}", "{}").replace("{}", "\n".join(lines))
    body, quoted = [], False
    for line in text.split("\n"):
        body.append(line if quoted else "    " + line)
        quoted ^= line.count("'''") % 2 == 1
    return "\n".join(["def program(path, other, told, kept):", *body]) + "\n"


def _run(code: str, folder: Path, failing: int, true: int) -> tuple[object, list[object], list[IO[Any]], list[IO[Any]]]:
    """What a program gives or raises, what it tells, what is handed on, and what else it has opened."""
    opened: list[IO[Any]] = []
    calls: list[object] = []
    kept: list[IO[Any]] = []

    def tracked(*arguments: Any) -> IO[Any]:
        opened.append(builtins.open(*arguments))  # noqa: PTH123, SIM115 (what the program calls)
        return opened[-1]

    def told(value: object) -> bool:
        calls.append(value)
        if len(calls) == failing:
            raise ValueError
        return len(calls) == true

    names: dict[str, Any] = {"__builtins__": {**vars(builtins), "open": tracked}}
    exec(compile(code, "program", "exec"), names)
    try:
        given = names["program"](str(folder / "first"), str(folder / "second"), told, kept)
    except (ValueError, KeyError) as error:
        given = type(error)
    handed = [one for one in opened if one is given or one in kept]
    rest = [one for one in opened if one not in handed]
    seen = "a file" if given in opened else given
    return (seen, [one.closed for one in handed]), calls, handed, rest


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    opening=st.sampled_from(_OPENINGS),
    statements=st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=4),
    around=st.sampled_from(_AROUND),
)
def test_only_what_is_handed_on_stays_open(opening: str, statements: Sequence[str], around: str) -> None:
    before = _program(opening, statements, around)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "first").write_text("a 1\nb\nc\nd\n\ne\n")
        (folder / "second").write_text("5\ndd\n")
        code = folder / "program"
        code.mkdir()
        (code / "module.py").write_text(before)
        options = leakfix.Options(confidence="low", select=("py-unclosed",), unsafe=True, jobs=1)
        fixed = leakfix.fix([code], options)
        after = fixed.files[0].new.decode() if fixed.files else before
        for failing in range(6):
            for true in range(6):
                was, told_before, *_ = _run(before, folder, failing, true)
                now, told_after, _, rest = _run(after, folder, failing, true)
                assert (now, told_after) == (was, told_before), after
                if fixed.files and not fixed.left:
                    assert all(stream.closed for stream in rest), after
