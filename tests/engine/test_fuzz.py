"""Whatever bytes a file holds, a scan and a fix come to an end and say so."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leakfix
from tests.fixtures.cases import BEFORE, all_cases

PROGRAMS = [
    data
    for case in all_cases()
    if case.language == "go"
    for path, data in case.files(BEFORE).items()
    if path.endswith(".go")
]
PIECES = [
    b"{",
    b"}",
    b"(",
    b")",
    b"\n",
    b"func ",
    b"defer ",
    b"return",
    b"for ",
    b":=",
    b"/*",
    b"`",
    b'"',
    b"\xff",
    b"\r\n",
]
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real program with some stretches taken out, doubled, moved, or replaced by something else."""
    data = draw(st.sampled_from(PROGRAMS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 40, len(data))))
        stretch = data[start:end]
        other = draw(st.sampled_from([b"", stretch * 2, stretch[::-1], *PIECES, draw(st.binary(max_size=4))]))
        data = data[:start] + other + data[end:]
    return data


def survives(directory: Path, data: bytes) -> None:
    """A scan and a fix with everything allowed: no rule fails, and what comes out is at rest."""
    path = directory / "fuzzed.go"
    path.write_bytes(data)
    options = leakfix.Options(unsafe=True)
    fixed = leakfix.fix([path], options)
    for problem in (*fixed.before.errors, *fixed.before.warnings, *fixed.errors):
        assert " failed: " not in problem.message
    for file in fixed.files:
        path.write_bytes(file.new)
        assert not leakfix.fix([path], options).files


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A module for the fuzzed file."""
    (tmp_path / "go.mod").write_text("module fuzzed\n\ngo 1.22\n")
    return tmp_path


@FUZZ
@given(data=st.binary(max_size=400))
def test_arbitrary_bytes(directory: Path, data: bytes) -> None:
    survives(directory, data)


@FUZZ
@given(data=mutated())
def test_mutated_programs(directory: Path, data: bytes) -> None:
    survives(directory, data)


@FUZZ
@given(
    body=st.lists(st.sampled_from([*PIECES, b"os.Open(p)", b"f, err ", b"if err != nil ", b"f.Close()"]), max_size=40)
)
def test_scrambled_bodies(directory: Path, body: list[bytes]) -> None:
    survives(directory, b'package p\n\nimport "os"\n\nfunc g(p string) error {\n' + b" ".join(body) + b"\n}\n")


@pytest.mark.parametrize(
    "inner",
    ["(" * 5000 + "os.Open(p)" + ")" * 5000, "f(" * 3000 + ")" * 3000, "!" * 20000 + "x", "[]" * 5000 + "int{}"],
    ids=["parentheses", "calls", "operators", "types"],
)
def test_deep_nesting_is_told(directory: Path, inner: str) -> None:
    (directory / "deep.go").write_text(
        f'package p\n\nimport "os"\n\nfunc f(p string) {{\n\tg, err := os.Open(p)\n\t_, _ = g, err\n\t_ = {inner}\n}}\n'
    )
    result = leakfix.scan([directory / "deep.go"])
    assert all(problem.message.endswith("is nested too deeply") for problem in result.errors)
