import os
import subprocess
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakfix.text import unified_diff
from leakfix.text.longest import longest_increasing

GIT_ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(directory: Path, *arguments: str, data: bytes | None = None) -> bytes:
    command = ["git", "-c", "core.autocrlf=false", "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, check=False, cwd=directory, input=data, capture_output=True, env=GIT_ENVIRONMENT)
    assert done.returncode == 0, (done.stderr, data)
    return done.stdout


def assert_git_applies(versions: dict[str, tuple[bytes, bytes]], context: int = 3) -> None:
    """Git takes the diff of all files, and makes the new bytes of the old ones; and back."""
    with TemporaryDirectory() as scratch:
        root = Path(scratch)
        git(root, "init", "-q")
        for name, (old, _) in versions.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(old)
        patch = b"".join(unified_diff(name, old, new, context) for name, (old, new) in versions.items())
        if not patch:
            return
        git(root, "apply", "--check", data=patch)
        git(root, "apply", data=patch)
        assert {name: (root / name).read_bytes() for name in versions} == {
            name: new for name, (_, new) in versions.items()
        }
        git(root, "apply", "--reverse", data=patch)
        assert {name: (root / name).read_bytes() for name in versions} == {
            name: old for name, (old, _) in versions.items()
        }


def test_nothing_changed_is_no_diff() -> None:
    assert unified_diff("a.go", b"x\n", b"x\n") == b""


def test_a_change_stands_between_three_lines_of_context() -> None:
    old = b"".join(b"%d\n" % number for number in range(1, 21))
    new = old.replace(b"10\n", b"10\ninserted\n")
    assert unified_diff("pkg/a.go", old, new) == (
        b"diff --git a/pkg/a.go b/pkg/a.go\n--- a/pkg/a.go\n+++ b/pkg/a.go\n"
        b"@@ -8,6 +8,7 @@\n 8\n 9\n 10\n+inserted\n 11\n 12\n 13\n"
    )


@pytest.mark.parametrize(("apart", "hunks"), [(6, 1), (7, 2)])
def test_changes_share_a_hunk_when_their_context_touches(apart: int, hunks: int) -> None:
    between = b"".join(b"same %d\n" % number for number in range(apart))
    diff = unified_diff("a.go", b"a\n" + between + b"b\n", b"A\n" + between + b"B\n")
    assert diff.count(b"\n@@ ") == hunks


@pytest.mark.parametrize(
    ("old", "new", "body"),
    [
        (b"", b"a\n", b"@@ -0,0 +1 @@\n+a\n"),
        (b"a\n", b"", b"@@ -1 +0,0 @@\n-a\n"),
        (b"a", b"a\n", b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"),
        (b"a\nb", b"c\nb", b"@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n"),
        (b"a\r\n", b"b\r\n", b"@@ -1 +1 @@\n-a\r\n+b\r\n"),
        (b"a\rb\n", b"a\rc\n", b"@@ -1 +1 @@\n-a\rb\n+a\rc\n"),
    ],
    ids=["empty old", "empty new", "newline added", "no final newline", "crlf", "lone cr"],
)
def test_line_ends_and_empty_files_are_printed_as_git_does(old: bytes, new: bytes, body: bytes) -> None:
    assert unified_diff("a.go", old, new) == b"diff --git a/a.go b/a.go\n--- a/a.go\n+++ b/a.go\n" + body
    assert_git_applies({"a.go": (old, new)})


NAMES = [
    "a.go",
    "with blank.go",
    "tab\there.go",
    'quo"te.go',
    "back\\slash.go",
    "ünï/cødé.go",
    "new\nline.go",
    "-x.go",
    "dir.d/b.go",
]
UNDECODABLE_NAME = os.fsdecode(b"latin\xe9.go")


@pytest.mark.parametrize("name", [*NAMES, UNDECODABLE_NAME], ids=ascii)
def test_names_are_quoted_as_git_quotes_them(name: str, tmp_path: Path) -> None:
    old, new = b"one\ntwo\n", b"one\nTWO\n"
    assert_git_applies({name: (old, new)})
    git(tmp_path, "init", "-q")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(old)
    git(tmp_path, "add", ".")
    (tmp_path / name).write_bytes(new)
    from_git = [line for line in git(tmp_path, "diff").splitlines(keepends=True) if not line.startswith(b"index ")]
    assert unified_diff(name, old, new) == b"".join(from_git)


line = st.sampled_from(
    [
        b"}",
        b"\t}",
        b"",
        b"x := 1",
        b"return err",
        b"f.Close()",
        b"caf\xe9",
        "é😀".encode(),
        b"a\0b",
        b"a\rb",
        b"-- x",
        b"\\ No",
    ]
)
ending = st.sampled_from([b"\n", b"\n", b"\r\n"])
whole_lines = st.lists(st.tuples(line, ending).map(b"".join), max_size=25)


@st.composite
def two_versions(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A file and a version of it with some stretches replaced."""
    lines = draw(whole_lines)
    changed = list(lines)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(changed)))
        end = draw(st.integers(start, min(start + 4, len(changed))))
        changed[start:end] = draw(st.lists(st.tuples(line, ending).map(b"".join), max_size=4))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return mark + b"".join(lines) + draw(line), mark + b"".join(changed) + draw(line)


@settings(max_examples=60, deadline=None)
@given(st.lists(two_versions(), min_size=1, max_size=8), st.integers(1, 4))
def test_git_makes_the_new_bytes_of_the_old_ones(versions: list[tuple[bytes, bytes]], context: int) -> None:
    assert_git_applies({f"file{number}.go": pair for number, pair in enumerate(versions)}, context)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_git_makes_any_bytes_of_any_bytes(old: bytes, new: bytes) -> None:
    assert_git_applies({"data": (old, new)})


def test_a_diff_tells_few_changes_in_a_big_file_fast() -> None:
    body = [
        b"\tx%d := compute(%d)\n\tif x%d > 0 {\n\t\treturn\n\t}\n\n" % (number, number, number)
        for number in range(40_000)
    ]
    old = b"".join(body)
    body[3] += b"\tdefer first.Close()\n"
    body[-3] += b"\tdefer last.Close()\n"
    diff = unified_diff("big.go", old, b"".join(body))
    assert diff.count(b"\n@@ ") == 2
    assert diff.count(b"\n+") == 3
    assert diff.count(b"\n-") == 1


def test_a_diff_of_long_repetitions_ends() -> None:
    diff = unified_diff("big.go", b"a\n" + b"x\ny\n" * 20_000 + b"b\n", b"c\n" + b"y\nx\n" * 20_000 + b"d\n")
    assert diff.startswith(b"diff --git")


@given(st.lists(st.integers(0, 30), max_size=9))
def test_the_longest_increasing_subsequence_is_one_of_the_longest(values: list[int]) -> None:
    chain = longest_increasing(values)
    assert chain == sorted(chain)
    assert all(values[before] < values[after] for before, after in pairwise(chain))
    best = 0
    for mask in range(1 << len(values)):
        chosen = [value for index, value in enumerate(values) if mask >> index & 1]
        if all(before < after for before, after in pairwise(chosen)):
            best = max(best, len(chosen))
    assert len(chain) == best
