import os
from pathlib import Path

import pytest

from leakfix.project import Candidate, Unreadable, read


def candidate(path: Path) -> Candidate:
    return Candidate(str(path), path.name, "go")


@pytest.mark.parametrize(
    "data",
    [b"", b"package p\r\n", b"\xef\xbb\xbfpackage p", b"// caf\xe9\n", b"x" * 8192 + b"\0"],
    ids=["empty", "crlf", "mark", "latin-1", "late NUL"],
)
def test_bytes_come_as_they_are(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.go").write_bytes(data)
    assert read(candidate(tmp_path / "a.go")) == data


def problem(path: Path, max_size: int = 1 << 20) -> str:
    with pytest.raises(Unreadable) as refused:
        read(candidate(path), max_size)
    assert str(refused.value) == str(refused.value.problem)
    return str(refused.value)


def test_a_binary_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_bytes(b"x" * 8191 + b"\0")
    assert problem(tmp_path / "a.go") == "a.go: is binary"


def test_a_file_larger_than_the_limit_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_bytes(b"x" * 11)
    assert problem(tmp_path / "a.go", 10) == "a.go: is larger than max-file-size (10 bytes)"
    assert read(candidate(tmp_path / "a.go"), 11) == b"x" * 11


def test_a_file_that_went_away_is_unreadable(tmp_path: Path) -> None:
    assert problem(tmp_path / "a.go") == "a.go: cannot be read: no such file or directory"


def test_a_directory_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.go").mkdir()
    assert problem(tmp_path / "a.go") == "a.go: cannot be read: is a directory"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.go")
    assert problem(tmp_path / "a.go") == "a.go: is not a regular file"
