from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.review.sandbox import Sandbox, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {"a.go": b"package a\n", "b.go": b"package b\n", "d/c.go": b"package c\r\n"}


def dirty(sandbox: Sandbox, *paths: str) -> list[str]:
    with sandbox.open() as repository:
        return repository.dirty(paths or ("a.go",))


def edit(sandbox: Sandbox) -> None:
    (sandbox.root / "a.go").write_bytes(b"package changed\n")


def stage(sandbox: Sandbox) -> None:
    edit(sandbox)
    sandbox.git("add", "a.go")


def stage_and_undo(sandbox: Sandbox) -> None:
    stage(sandbox)
    (sandbox.root / "a.go").write_bytes(FILES["a.go"])


def touch(sandbox: Sandbox) -> None:
    os.utime(sandbox.root / "a.go", (1, 1))


def rewrite(sandbox: Sandbox) -> None:
    (sandbox.root / "a.go").unlink()
    (sandbox.root / "a.go").write_bytes(FILES["a.go"])


def delete(sandbox: Sandbox) -> None:
    (sandbox.root / "a.go").unlink()


def delete_staged(sandbox: Sandbox) -> None:
    sandbox.git("rm", "--quiet", "a.go")


def forget(sandbox: Sandbox) -> None:
    sandbox.git("rm", "--quiet", "--cached", "a.go")


def executable(sandbox: Sandbox) -> None:
    (sandbox.root / "a.go").chmod(0o755)


def executable_ignored(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.fileMode", "false")
    executable(sandbox)


def link(sandbox: Sandbox) -> None:
    delete(sandbox)
    (sandbox.root / "a.go").symlink_to("b.go")


def directory(sandbox: Sandbox) -> None:
    delete(sandbox)
    (sandbox.root / "a.go").mkdir()


def pipe(sandbox: Sandbox) -> None:
    delete(sandbox)
    os.mkfifo(sandbox.root / "a.go")


def assume_unchanged(sandbox: Sandbox) -> None:
    sandbox.git("update-index", "--assume-unchanged", "a.go")
    edit(sandbox)


def no_index(sandbox: Sandbox) -> None:
    (sandbox.root / ".git" / "index").unlink()


def conflict(sandbox: Sandbox) -> None:
    blob = sandbox.git("rev-parse", "HEAD:a.go").strip()
    entries = "".join(f"100644 {blob} {stage}\ta.go\n" for stage in (1, 2, 3))
    sandbox.git("update-index", "--index-info", stdin=f"0 {'0' * 40}\ta.go\n{entries}".encode())


def sparse_and_missing(sandbox: Sandbox) -> None:
    sandbox.git("update-index", "--skip-worktree", "a.go")
    delete(sandbox)


def sparse_and_changed(sandbox: Sandbox) -> None:
    sandbox.git("update-index", "--skip-worktree", "a.go")
    edit(sandbox)


def nothing(sandbox: Sandbox) -> None:
    assert sandbox


@pytest.mark.parametrize(
    "act", [nothing, touch, rewrite, executable_ignored, sparse_and_missing], ids=lambda act: act.__name__
)
def test_clean(sandbox: Sandbox, act: Callable[[Sandbox], None]) -> None:
    sandbox.commit(FILES)
    act(sandbox)
    assert dirty(sandbox) == []


@pytest.mark.parametrize(
    "act",
    [
        *(edit, stage, stage_and_undo, delete, delete_staged, forget, executable, link, directory, pipe),
        *(assume_unchanged, no_index, conflict, sparse_and_changed),
    ],
    ids=lambda act: act.__name__,
)
def test_dirty(sandbox: Sandbox, act: Callable[[Sandbox], None]) -> None:
    sandbox.commit(FILES)
    act(sandbox)
    assert dirty(sandbox) == ["a.go"]


def test_untracked_and_ignored_files_are_dirty_and_missing_ones_are_not(sandbox: Sandbox) -> None:
    sandbox.commit(FILES | {".gitignore": b"*.tmp\n"})
    sandbox.write({"new.go": b"", "x.tmp": b"", "planned.go": b"x"})
    sandbox.git("add", "--intent-to-add", "planned.go")
    given = ["new.go", "x.tmp", "planned.go", "nowhere.go", "no/where.go", "a.go/below.go", "a.go"]
    assert dirty(sandbox, *given) == ["new.go", "x.tmp", "planned.go"]


def test_the_order_and_each_once(sandbox: Sandbox) -> None:
    sandbox.commit(FILES)
    sandbox.write({"d/c.go": b"x", "a.go": b"x"})
    assert dirty(sandbox, "d/c.go", "b.go", "a.go", "d/c.go") == ["d/c.go", "a.go"]
    with sandbox.open() as repository:
        assert repository.dirty([]) == []


def test_odd_names(sandbox: Sandbox) -> None:
    names = [
        "-x.go",
        "a b.go",
        'q"u.go',
        "t\tab.go",
        "n\nl.go",
        "\u00e4\u65e5.go",
        os.fsdecode(b"\xff.go"),
        "*.go",
        ":(top)x",
    ]
    sandbox.commit(dict.fromkeys(names, b"package x\n"))
    assert dirty(sandbox, *names) == []
    sandbox.write(dict.fromkeys(names[::2], b"package y\n"))
    assert dirty(sandbox, *names) == names[::2]


def test_a_link_is_compared_by_its_target(sandbox: Sandbox) -> None:
    sandbox.write(FILES)
    (sandbox.root / "l.go").symlink_to("a.go")
    sandbox.commit({})
    edit(sandbox)
    assert dirty(sandbox, "l.go") == []
    (sandbox.root / "l.go").unlink()
    (sandbox.root / "l.go").symlink_to("b.go")
    assert dirty(sandbox, "l.go") == ["l.go"]


@pytest.mark.parametrize(
    "layout",
    ["update-index --split-index", "update-index --index-version 4", "update-index --untracked-cache"],
)
def test_layouts_of_the_index(sandbox: Sandbox, layout: str) -> None:
    sandbox.commit(FILES)
    sandbox.git(*layout.split(" "))
    assert dirty(sandbox, *FILES) == []
    edit(sandbox)
    assert dirty(sandbox, *FILES) == ["a.go"]


def test_a_sparse_index(sandbox: Sandbox) -> None:
    sandbox.commit(FILES | {"deep/x.go": b"x", "deep/er/y.go": b"y"})
    sandbox.git("sparse-checkout", "set", "--cone", "--sparse-index", "d")
    assert not (sandbox.root / "deep").exists()
    given = ("deep/x.go", "deep/er/y.go", "d/c.go", "a.go")
    assert dirty(sandbox, *given) == []
    sandbox.write({"d/c.go": b"x", "deep/x.go": b"z"})
    assert dirty(sandbox, *given) == ["deep/x.go", "d/c.go"]


LF, CRLF = b"one\ntwo\n", b"one\r\ntwo\r\n"


@pytest.mark.parametrize("setting", ["local", "global", "system includes"])
def test_line_ends_that_git_converts_are_no_change(
    sandbox: Sandbox, tmp_path: Path, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.commit({"a.go": LF})
    if setting == "local":
        sandbox.git("config", "core.autocrlf", "true")
    elif setting == "global":
        sandbox.git("config", "--global", "core.autocrlf", "true")
    else:
        (tmp_path / "included").write_text("[core]\n\tautocrlf = true\n")
        (tmp_path / "global").write_text(f'[includeIf "gitdir:{sandbox.root}/"]\n\tpath = {tmp_path / "included"}\n')
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    sandbox.write({"a.go": CRLF})
    assert dirty(sandbox) == []
    sandbox.write({"a.go": CRLF + b"three\r\n"})
    assert dirty(sandbox) == ["a.go"]


def test_line_ends_that_git_keeps_are_a_change(sandbox: Sandbox) -> None:
    sandbox.commit({"a.go": LF})
    sandbox.write({"a.go": CRLF})
    assert dirty(sandbox) == ["a.go"]


@pytest.mark.parametrize(
    ("attributes", "committed", "present"),
    [
        ("*.go text eol=crlf", LF, CRLF),
        ("*.go text=auto eol=crlf", LF, CRLF),
        ("*.go ident", b"// $Id$\n", b"// $Id: 2b1f0c $\n"),
        ("*.go working-tree-encoding=UTF-16LE", "caf\u00e9\n".encode(), "caf\u00e9\n".encode("utf-16-le")),
    ],
)
@pytest.mark.parametrize("place", [".gitattributes", "d/.gitattributes", ".git/info/attributes"])
def test_attributes_that_git_follows_itself(
    sandbox: Sandbox, attributes: str, committed: bytes, present: bytes, place: str
) -> None:
    sandbox.write({place: attributes.encode() + b"\n", "d/a.go": committed, "d/b.go": committed})
    blob = sandbox.git("hash-object", "-w", "--no-filters", "d/a.go").strip()
    sandbox.commit({"x": b""})
    sandbox.git("update-index", "--cacheinfo", f"100644,{blob},d/a.go", "--cacheinfo", f"100644,{blob},d/b.go")
    sandbox.git("commit", "--quiet", "--amend", "--message=Again")
    sandbox.write({"d/a.go": present, "d/b.go": present + present})
    assert dirty(sandbox, "d/a.go", "d/b.go") == ["d/b.go"]


def test_a_file_behind_a_filter_is_told_by_what_the_index_recorded(sandbox: Sandbox) -> None:
    """As git does, so long as nothing touched the file; the filter itself does not run."""
    sandbox.git("config", "filter.rot.clean", "tr a-z n-za-m")
    sandbox.git("config", "filter.rot.smudge", "tr a-z n-za-m")
    sandbox.write({"a.go": b"package a\n", "b.go": b"package b\n"})
    old = time.time() - 60
    for name in ("a.go", "b.go"):
        os.utime(sandbox.root / name, (old, old))
    sandbox.commit({".gitattributes": b"*.go filter=rot\n"})
    assert git(sandbox.root, "show", "HEAD:a.go") == b"cnpxntr n\n"
    assert dirty(sandbox, "a.go", "b.go") == []
    os.utime(sandbox.root / "a.go")
    sandbox.write({"b.go": b"package b\n\n"})
    assert dirty(sandbox, "a.go", "b.go") == ["a.go", "b.go"]


def test_a_file_whose_filter_changes_nothing_is_compared_as_any(sandbox: Sandbox) -> None:
    sandbox.commit(FILES | {".gitattributes": b"*.go filter=lfs\n"})
    touch(sandbox)
    assert dirty(sandbox) == []
    edit(sandbox)
    assert dirty(sandbox) == ["a.go"]
