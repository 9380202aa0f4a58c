import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from leakfix.project import Configuration, Discovery, Problem, discover

GO = {".go": "go"}


def write(root: Path, *names: str, data: bytes = b"package p\n") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def search(
    root: Path, *paths: str, suffixes: Mapping[str, str] = GO, configuration: Configuration | None = None
) -> Discovery:
    return discover(paths, suffixes, configuration or Configuration(root), root)


def found(root: Path, *paths: str, suffixes: Mapping[str, str] = GO) -> list[str]:
    discovery = search(root, *paths, suffixes=suffixes)
    assert discovery.problems == ()
    return [candidate.display for candidate in discovery.candidates]


def problems(root: Path, *paths: str) -> list[str]:
    discovery = search(root, *paths)
    assert discovery.candidates == ()
    return [str(problem) for problem in discovery.problems]


def test_files_come_by_directory_and_name_each_with_its_language(tmp_path: Path) -> None:
    write(tmp_path, "b.go", "a.go", "pkg/z.go", "pkg/a/b.go", "pkg/b.go", "pkg-x/a.go", "lib/tool.py", "README.md")
    discovery = search(tmp_path, suffixes={".go": "go", ".py": "python"})
    assert [(candidate.display, candidate.language) for candidate in discovery.candidates] == [
        ("a.go", "go"),
        ("b.go", "go"),
        ("lib/tool.py", "python"),
        ("pkg/b.go", "go"),
        ("pkg/z.go", "go"),
        ("pkg-x/a.go", "go"),
        ("pkg/a/b.go", "go"),
    ]
    assert [candidate.path for candidate in discovery.candidates][:2] == [tmp_path / "a.go", tmp_path / "b.go"]


def test_without_paths_the_working_directory_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "cmd/a.go")
    monkeypatch.chdir(tmp_path)
    assert [candidate.display for candidate in discover([], GO, Configuration(tmp_path)).candidates] == ["cmd/a.go"]


def test_each_file_is_taken_once(tmp_path: Path) -> None:
    write(tmp_path, "cmd/a.go")
    (tmp_path / "alias").symlink_to(tmp_path / "cmd")
    assert found(tmp_path, ".", "cmd", "cmd/a.go", "./cmd/../cmd/a.go", str(tmp_path / "cmd")) == ["cmd/a.go"]
    assert len(found(tmp_path, "cmd", "alias")) == 1


def test_outside_of_the_working_directory_paths_are_absolute(tmp_path: Path) -> None:
    write(tmp_path, "other/a.go", "work/b.go")
    assert found(tmp_path / "work", "../other", ".") == ["b.go", f"{tmp_path}/other/a.go"]


SKIPPED = [
    ".git/a.go",
    ".hidden/a.go",
    ".hidden.go",
    "vendor/a.go",
    "sub/vendor/m/a.go",
    "Godeps/src/m/a.go",
    "node_modules/a.go",
    "third_party/a.go",
    "thirdparty/a.go",
    "testdata/a.go",
    "_examples/a.go",
    "_draft.go",
]


@pytest.mark.parametrize("name", SKIPPED)
def test_hidden_files_and_the_code_of_others_are_skipped(name: str, tmp_path: Path) -> None:
    write(tmp_path, "a.go", name)
    assert found(tmp_path) == ["a.go"]


@pytest.mark.parametrize("name", SKIPPED)
def test_a_file_that_is_named_is_taken(name: str, tmp_path: Path) -> None:
    write(tmp_path, name)
    (tmp_path / ".gitignore").write_text("*\n")
    named = replace(Configuration(tmp_path), exclude=("*",))
    assert [candidate.display for candidate in search(tmp_path, name, configuration=named).candidates] == [name]


@pytest.mark.parametrize("name", [name for name in SKIPPED if "/" in name])
def test_a_directory_that_is_named_is_looked_into(name: str, tmp_path: Path) -> None:
    write(tmp_path, name)
    assert found(tmp_path, str(Path(name).parent)) == [name]


def test_what_the_go_command_passes_over_is_other_languages_own(tmp_path: Path) -> None:
    write(tmp_path, "_internal/a.py", "_internal/a.go", "testdata/b.py", "_setup.py", "vendor/c.py")
    names = found(tmp_path, suffixes={".go": "go", ".py": "python"})
    assert names == ["_setup.py", "_internal/a.py", "testdata/b.py"]


def test_excluded_paths_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.go", "a.pb.go", "gen/b.go", "gen/keep/c.go", "cmd/gen/d.go")
    configuration = replace(Configuration(tmp_path), exclude=("*.pb.go", "/gen/**", "!/gen/keep/", "!/gen/keep/*"))
    discovery = search(tmp_path, configuration=configuration)
    assert [candidate.display for candidate in discovery.candidates] == ["a.go", "cmd/gen/d.go", "gen/keep/c.go"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    write(tmp_path, "outside/secret.go", "tree/a.go")
    (tree / "file.go").symlink_to(tmp_path / "outside/secret.go")
    (tree / "directory").symlink_to(tmp_path / "outside")
    (tree / "up").symlink_to(tree)
    (tree / "again.go").symlink_to("a.go")
    (tree / "gone.go").symlink_to(tmp_path / "outside/gone.go")
    (tree / "named.go").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert found(tree) == ["a.go"]


def test_a_directory_link_that_is_named_is_the_root_of_a_tree(tmp_path: Path) -> None:
    write(tmp_path, "real/a.go")
    (tmp_path / "link").symlink_to("real")
    assert found(tmp_path, "link") == ["link/a.go"]


def test_links_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    (tmp_path / "one.go").symlink_to("two.go")
    (tmp_path / "two.go").symlink_to("one.go")
    (tmp_path / "gone.go").symlink_to("missing.go")
    (tmp_path / "gone.txt").symlink_to("missing.txt")
    assert problems(tmp_path) == [
        "gone.go: is a broken symbolic link",
        "one.go: is a symbolic link that leads in a circle",
        "two.go: is a symbolic link that leads in a circle",
    ]
    assert problems(tmp_path, "one.go") == ["one.go: is a symbolic link that leads in a circle"]


def test_arguments_that_are_of_no_use_are_told(tmp_path: Path) -> None:
    write(tmp_path, "notes.txt")
    os.mkfifo(tmp_path / "pipe.go")
    assert problems(tmp_path, "missing", "notes.txt", "pipe.go") == [
        "missing: does not exist",
        "notes.txt: is of no language that is looked at (.go)",
        "pipe.go: is not a regular file",
    ]


def test_pipes_and_sockets_in_a_tree_are_told_and_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.go")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.go")
        assert problems(tmp_path) == ["pipe.go: is not a regular file", "socket.go: is not a regular file"]


def test_a_file_larger_than_the_limit_is_told(tmp_path: Path) -> None:
    write(tmp_path, "small.go", data=b"x" * 100)
    write(tmp_path, "large.go", data=b"x" * 101)
    configuration = replace(Configuration(tmp_path), max_file_size=100)
    for paths in ([], ["large.go", "small.go"]):
        discovery = search(tmp_path, *paths, configuration=configuration)
        assert [candidate.display for candidate in discovery.candidates] == ["small.go"]
        assert discovery.problems == (Problem("large.go", "is larger than max-file-size (101 > 100 bytes)"),)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    assert problems(tmp_path) == ["closed: cannot be read: permission denied"]


def test_names_that_are_no_text_survive(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.go")
    write(tmp_path, name)
    assert found(tmp_path) == [name]


def test_thousands_of_files_are_found_in_the_same_order_every_time(tmp_path: Path) -> None:
    names = [f"d{number % 37}/f{number}.go" for number in range(2000)]
    write(tmp_path, *names)
    first = found(tmp_path)
    assert first == found(tmp_path, *sorted({name.split("/")[0] for name in names}, reverse=True))
    assert sorted(first) == sorted(names)
