import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakfix.project import Configuration, discover

GIT_ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(directory: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=directory, check=True, capture_output=True, text=True, env=GIT_ENVIRONMENT
    ).stdout


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(root: Path, *paths: str, cwd: Path | None = None) -> list[str]:
    discovery = discover(paths, {".go": "go"}, Configuration(root), cwd or root)
    assert discovery.problems == ()
    return [candidate.display for candidate in discovery.candidates]


def untracked(root: Path) -> list[str]:
    names = git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    return sorted(name for name in names if name.endswith(".go"))


TREE = [
    "x.go",
    "keep.go",
    "foo/x.go",
    "foo/keep.go",
    "foo/foo/x.go",
    "foo/bar/keep.go",
    "bar/foo.go/x.go",
    "bar/x.go",
    "bar/foo/bar/x.go",
    "bar/bar/keep.go",
    "a b/x.go",
    "é/x.go",
]

CASES = {
    "a name anywhere": {".gitignore": "foo\n"},
    "a directory only": {".gitignore": "x.go/\nfoo/\nfoo.go/\n"},
    "anchored": {".gitignore": "/foo\n/x.go\n"},
    "anchored by a slash inside": {".gitignore": "bar/x.go\n"},
    "everything but": {".gitignore": "*\n!*/\n!keep.go\n"},
    "every directory": {".gitignore": "*/\n"},
    "every directory but one": {".gitignore": "*/\n!foo/\n"},
    "first level but one": {".gitignore": "/*\n!/foo\n"},
    "inside of a directory but one": {".gitignore": "foo/**\n!foo/keep.go\n"},
    "children of a directory but one": {".gitignore": "foo/*\n!foo/bar\n"},
    "a file in an ignored directory stays ignored": {".gitignore": "foo/\n!foo/keep.go\n"},
    "the nearest file decides": {".gitignore": "*.go\n", "foo/.gitignore": "!keep.go\n"},
    "a kept directory keeps none of its files": {".gitignore": "x.go\n", "bar/.gitignore": "!foo/\n"},
    "a nested file is relative to its directory": {"bar/.gitignore": "/x.go\nfoo/bar\n"},
    "the last line decides": {".gitignore": "!x.go\nx.go\n!x.go\n"},
    "double stars": {".gitignore": "**/bar/x.go\nfoo/**/keep.go\n"},
    "blanks and comments": {".gitignore": "# foo\n\n  \n\\#foo\nkeep.go   \na b/\n"},
    "ranges": {".gitignore": "[f]oo\nx.[!a]o\n"},
    "windows line ends and a mark": {".gitignore": "\ufefffoo\r\nkeep.go\r\n"},
    "no meaning": {".gitignore": "!\n/\n//\nfoo[\nkeep.go\n"},
    "exclude file": {".git/info/exclude": "foo\nbar\n", "bar/.gitignore": "!foo\n", ".gitignore": "!/bar\n"},
    "other characters": {".gitignore": "é\n"},
}


@pytest.mark.parametrize("ignore_files", CASES.values(), ids=CASES.keys())
def test_ignore_files_mean_what_they_mean_to_git(ignore_files: dict[str, str], tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, dict.fromkeys(TREE, "package p\n") | ignore_files)
    assert sorted(found(tmp_path)) == untracked(tmp_path)


segment = st.sampled_from(
    ["foo", "bar", "x.go", "keep.go", "*", "**", "*.go", "f*", "*o*", "k*.go", "[fb]*", "?oo", "foo.go", "!", "\\"]
)
ignore_line = st.builds(
    lambda negation, start, segments, end: negation + start + "/".join(segments) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(segment, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " "]),
)
ignore_files = st.dictionaries(
    st.sampled_from(
        [".gitignore", ".gitignore", "foo/.gitignore", "bar/.gitignore", "bar/foo/.gitignore", ".git/info/exclude"]
    ),
    st.lists(ignore_line, max_size=5).map("\n".join),
    max_size=3,
)


@settings(max_examples=120, deadline=None)
@given(ignore_files)
def test_any_ignore_files_mean_what_they_mean_to_git(files: dict[str, str]) -> None:
    with TemporaryDirectory() as directory:
        root = Path(directory)
        git(root, "init", "-q")
        write(root, dict.fromkeys(TREE, "package p\n") | files)
        assert sorted(found(root)) == untracked(root)


def test_ignore_files_above_hold_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    outer, inner = tmp_path, tmp_path / "repository"
    write(outer, {".gitignore": "kept.go\n"})
    write(inner, {".gitignore": "ignored.go\n", "cmd/kept.go": "", "cmd/ignored.go": "", "cmd/sub/ignored.go": ""})
    git(inner, "init", "-q")
    assert found(inner / "cmd", cwd=inner / "cmd") == ["kept.go"]


def test_ignore_files_above_mean_nothing_outside_of_a_repository(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "x.go\n", "cmd/x.go": "", "cmd/y.go": "", "cmd/.gitignore": "y.go\n"})
    assert found(tmp_path, "cmd") == ["cmd/x.go"]


def test_a_repository_within_has_ignore_files_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "x.go\n", "inner/x.go": "", "inner/y.go": "", "inner/.git/info/exclude": "y.go\n"})
    (tmp_path / ".git").mkdir()
    assert found(tmp_path) == ["inner/x.go"]


def test_an_ignored_directory_that_is_named_is_looked_into(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "build/\n*.pb.go\n", "build/x.go": "", "build/y.pb.go": "", "build/sub/x.go": ""})
    git(tmp_path, "init", "-q")
    assert found(tmp_path) == []
    assert found(tmp_path, "build") == ["build/x.go", "build/sub/x.go"]
    assert found(tmp_path, "build/sub") == ["build/sub/x.go"]


def test_the_exclude_file_of_a_linked_work_tree_is_that_of_its_repository(tmp_path: Path) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    write(main, {"x.go": "", "y.go": ""})
    git(main, "init", "-q")
    git(main, "add", ".")
    git(main, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "Start")
    git(main, "worktree", "add", "-q", str(linked))
    (main / ".git/info/exclude").write_text("y.go\n")
    assert found(linked) == ["x.go"]


def test_an_ignore_file_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"rules": "x.go\n", "tree/x.go": ""})
    (tmp_path / "tree/.gitignore").symlink_to(tmp_path / "rules")
    assert found(tmp_path, "tree") == ["tree/x.go"]


def test_a_pipe_in_the_place_of_an_ignore_file_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"x.go": ""})
    os.mkfifo(tmp_path / ".gitignore")
    assert found(tmp_path) == ["x.go"]
