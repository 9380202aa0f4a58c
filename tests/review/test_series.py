from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from leakfix.review import (
    LEAKFIX,
    BaseRefusedError,
    Change,
    Identity,
    ReplayError,
    SeriesError,
    replay,
    write_series,
)
from tests.review.sandbox import NOON, Sandbox, applied, change, delivered, git, made, utc

if TYPE_CHECKING:
    from pathlib import Path

A, B = b"package a\n", b"package a\n\n// closed\n"


def test_a_series_is_commits_on_top_of_head(sandbox: Sandbox, tmp_path: Path) -> None:
    base = sandbox.commit({"a.go": A, "d/b.go": A})
    changes = [
        Change("a: close it", "It leaks.", (("Leakfix-Rule", "go-unclosed"),), {"a.go": B}),
        Change("all: close them", "", (), {"a.go": B + B, "d/b.go": B}),
    ]
    with sandbox.open() as repository:
        series = made(repository, changes, {"a.go": A, "d/b.go": A})
        assert (series.base, series.paths) == (base, ("a.go", "d/b.go"))
        assert [commit.message for commit in series.commits] == [
            "a: close it\n\nIt leaks.\n\nLeakfix-Rule: go-unclosed\n",
            "all: close them\n",
        ]
        patches = delivered(series, tmp_path / "out")
        assert [patch.name for patch in patches] == ["0001-a-close-it.patch", "0002-all-close-them.patch"]
    assert applied(sandbox.root, base, patches, tmp_path / "clone") == [
        (commit.tree, commit.message) for commit in series.commits
    ]
    assert git(tmp_path / "clone", "show", "HEAD:a.go") == B + B
    assert git(tmp_path / "clone", "show", "HEAD:d/b.go") == B


def test_equal_input_makes_equal_patches(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": A})
    written = []
    for name in ("one", "two"):
        with sandbox.open() as repository:
            series = made(repository, [change("a.go", B)], {"a.go": A})
            written.append([path.read_bytes() for path in write_series(series, tmp_path / name)])
    assert written[0] == written[1]


def test_a_patch_looks_as_git_prints_it(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": A})
    with sandbox.open() as repository:
        series = made(repository, [change("a.go", B)], {"a.go": A})
        (patch,) = write_series(series, tmp_path)
    old, new = (git(sandbox.root, "hash-object", "--stdin", stdin=data).decode().strip() for data in (A, B))
    assert patch.read_text() == (
        f"From {series.commits[0].id} Mon Sep 17 00:00:00 2001\n"
        "From: leakfix <leakfix@localhost>\n"
        "Date: Fri, 17 May 2024 12:00:05 +0545\n"
        "Subject: [PATCH] Close the file\n"
        "\n"
        "---\n"
        " a.go | 2 ++\n"
        " 1 file changed, 2 insertions(+)\n"
        "\n"
        "diff --git a/a.go b/a.go\n"
        f"index {old}..{new} 100644\n"
        "--- a/a.go\n"
        "+++ b/a.go\n"
        "@@ -1 +1,3 @@\n"
        " package a\n"
        "+\n"
        "+// closed\n"
    )


def test_modes_are_kept_and_new_files_are_ordinary(sandbox: Sandbox) -> None:
    sandbox.write({"run.py": A})
    (sandbox.root / "run.py").chmod(0o755)
    sandbox.commit({})
    with sandbox.open() as repository:
        series = made(repository, [Change("x", files={"run.py": B, "new/file.py": B})], {"run.py": A})
        listed = series.store.run("ls-tree", "-r", series.commits[0].tree).decode()
    assert [line.split()[0] for line in listed.splitlines()] == ["100644", "100755"]


def test_the_base_can_be_another_commit(sandbox: Sandbox, tmp_path: Path) -> None:
    first = sandbox.commit({"a.go": A})
    sandbox.commit({"a.go": b"package other\n"})
    with sandbox.open() as repository:
        series = repository.series([change("a.go", B)], {"a.go": A}, base="HEAD~1", date=NOON)
        assert series.base == first
        delivered(series, tmp_path / "out")


def test_files_that_differ_from_the_base_are_refused_by_name(sandbox: Sandbox) -> None:
    sandbox.write({"a.go": A, "b.go": A, "same.go": A})
    (sandbox.root / "link.go").symlink_to("a.go")
    sandbox.commit({})
    analysed = dict.fromkeys(("link.go", "same.go", "new.go"), A) | {"a.go": B}
    with sandbox.open() as repository:
        with pytest.raises(BaseRefusedError, match=r"'a\.go' has changes that are not committed") as refused:
            made(repository, [Change("x", files=dict.fromkeys(analysed, B + B))], analysed)
        assert refused.value.reasons == {
            "a.go": "has changes that are not committed",
            "link.go": "is a symbolic link",
            "new.go": "is not committed, so no patch can be based on it",
        }
        assert repository.refusals(analysed) == refused.value.reasons
        with pytest.raises(BaseRefusedError, match=r"'b\.go' is in the base commit, but was not analysed"):
            made(repository, [change("b.go", B)], {})


@pytest.mark.parametrize(("path", "reason"), [("d", "is a directory"), ("a.go/x.go", "lies below 'a.go'")])
def test_a_new_file_needs_a_place(sandbox: Sandbox, path: str, reason: str) -> None:
    sandbox.commit({"a.go": A, "d/b.go": A})
    with sandbox.open() as repository, pytest.raises(BaseRefusedError, match=reason):
        made(repository, [change(path, B)], {})


def test_changes_that_make_no_series(sandbox: Sandbox) -> None:
    sandbox.commit({"a.go": A})
    with sandbox.open() as repository:
        with pytest.raises(SeriesError, match="needs a change"):
            made(repository, [], {})
        with pytest.raises(SeriesError, match=r"change 2 .* changes no file"):
            made(repository, [change("a.go", B), change("a.go", B)], {"a.go": A})
        with pytest.raises(SeriesError, match="changes no file"):
            made(repository, [Change("x")], {})


@pytest.mark.parametrize("date", [datetime(2024, 1, 1), utc(-5), utc(4102444800)])
def test_a_date_that_git_cannot_keep_is_refused(sandbox: Sandbox, date: datetime) -> None:
    sandbox.commit({"a.go": A})
    with sandbox.open() as repository, pytest.raises(SeriesError, match="date"):
        repository.series([change("a.go", B)], {"a.go": A}, date=date)


@pytest.mark.parametrize("seconds", [0, 1, 99999999, 100000000, 1 << 31, 4102444799])
def test_dates_survive(sandbox: Sandbox, tmp_path: Path, seconds: int) -> None:
    sandbox.commit({"a.go": A})
    with sandbox.open() as repository:
        series = repository.series([change("a.go", B)], {"a.go": A}, date=utc(seconds))
        delivered(series, tmp_path / "out")


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ({}, "leakfix <leakfix@localhost>"),
        ({"user.name": "Only A Name"}, "leakfix <leakfix@localhost>"),
        ({"user.name": "Jane", "user.email": "jane@example.com"}, "Jane <jane@example.com>"),
        ({"user.name": "J", "user.email": "j@x", "author.name": "A"}, "A <j@x>"),
    ],
)
@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_the_author_is_that_of_the_configuration(
    sandbox: Sandbox, configured: dict[str, str], expected: str, scope: str
) -> None:
    sandbox.commit({"a.go": A})
    for key, value in configured.items():
        sandbox.git("config", scope, key, value)
    with sandbox.open() as repository:
        series = made(repository, [change("a.go", B)], {"a.go": A})
        shown = series.store.run("show", "--no-patch", "--format=%an <%ae>", series.commits[0].id)
    assert shown.decode().strip() == expected


def test_the_author_of_an_included_file(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.commit({"a.go": A})
    (tmp_path / "work").write_text("[user]\n\tname = At Work\n\temail = w@example.com\n")
    (tmp_path / "global").write_text(
        f'[user]\n\tname = At Home\n\temail = h@example.com\n[includeIf "gitdir:{tmp_path}/"]\n\tpath = work\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    with sandbox.open() as repository:
        series = made(repository, [change("a.go", B)], {"a.go": A})
    assert str(series.committer) == "At Work <w@example.com>"


@pytest.mark.parametrize(
    ("name", "email", "expected"),
    [
        ("Jos\u00e9 N\u00fa\u00f1ez (Work)", "j@example.com", "Jos\u00e9 N\u00fa\u00f1ez (Work) <j@example.com>"),
        ('"Quoted" O\'Neil, Jr.', "q@example.com", "Quoted O'Neil, Jr <q@example.com>"),
        ("me@work", "m@example.com", "me work <m@example.com>"),
        ("line\nfeed <x>", "l@example.com>\n", "linefeed x <l@example.com>"),
        ("", "", "leakfix <leakfix@localhost>"),
        ("(all of it)", "a@example.com", "all of it <a@example.com>"),
        ("\u00fc" * 50, "u@example.com", "\u00fc" * 30 + " <u@example.com>"),
    ],
)
def test_names_survive_the_mail(sandbox: Sandbox, tmp_path: Path, name: str, email: str, expected: str) -> None:
    sandbox.commit({"a.go": A})
    who = Identity(name, email)
    assert str(who) == expected
    with sandbox.open() as repository:
        series = repository.series([change("a.go", B)], {"a.go": A}, date=NOON, author=who, committer=LEAKFIX)
        delivered(series, tmp_path / "out")


LF, CRLF = b"one\ntwo\n", b"one\r\ntwo\r\n"


@pytest.mark.parametrize("how", ["core.autocrlf", "attributes"])
def test_files_that_git_stores_with_other_line_ends(sandbox: Sandbox, tmp_path: Path, how: str) -> None:
    """What was analysed has CRLF, the blobs have LF: the patches are of blobs."""
    base = sandbox.commit(
        {"a.go": LF, "d/b.go": LF} | ({".gitattributes": b"*.go eol=crlf\n"} if how == "attributes" else {})
    )
    if how == "core.autocrlf":
        sandbox.git("config", how, "true")
    changes = [Change(f"{count}", files=dict.fromkeys(("a.go", "d/b.go"), CRLF + b"x\r\n" * count)) for count in (1, 2)]
    with sandbox.open() as repository:
        series = made(repository, changes, {"a.go": CRLF, "d/b.go": CRLF})
        patches = delivered(series, tmp_path / "out")
    assert all(b"\r" not in patch.read_bytes() for patch in patches)
    assert [tree for tree, _ in applied(sandbox.root, base, patches, tmp_path / "clone")] == [
        commit.tree for commit in series.commits
    ]
    assert git(tmp_path / "clone", "show", "HEAD:d/b.go") == LF + b"x\nx\n"


@pytest.mark.parametrize(
    "attributes", ["text eol=crlf", "text eol=lf", "text=auto", "ident", "working-tree-encoding=UTF-16"]
)
def test_blobs_that_are_not_stored_as_the_attributes_say(sandbox: Sandbox, tmp_path: Path, attributes: str) -> None:
    data = b"one $Id: x $\r\ntwo\n"
    sandbox.commit({".gitattributes": f"*.go {attributes}\n".encode()})
    blob = sandbox.git("hash-object", "-w", "--stdin", stdin=data).strip()
    sandbox.git("update-index", "--add", "--cacheinfo", f"100644,{blob},a.go")
    sandbox.git("commit", "--quiet", "--message=As it is")
    with sandbox.open() as repository:
        delivered(made(repository, [change("a.go", data + b"x\r\n")], {"a.go": data}), tmp_path / "out")


def test_a_file_behind_a_filter_is_refused_and_the_filter_named(sandbox: Sandbox) -> None:
    sandbox.git("config", "filter.rot.clean", "tr a-z n-za-m")
    sandbox.commit({".gitattributes": b"*.go filter=rot\n", "a.go": A})
    with sandbox.open() as repository, pytest.raises(BaseRefusedError, match="through the filter 'rot'"):
        made(repository, [change("a.go", B)], {"a.go": A})


def test_the_work_tree_does_not_matter(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": A})
    sandbox.write({"a.go": b"work in progress\n"})
    with sandbox.open() as repository:
        delivered(made(repository, [change("a.go", B)], {"a.go": A}), tmp_path / "out")


def test_the_replay_names_the_patch_that_git_refuses(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": A, "b.go": A})
    with sandbox.open() as repository:
        series = made(repository, [change("a.go", B), change("b.go", B, "Again")], {"a.go": A, "b.go": A})
        patches = write_series(series, tmp_path)
        good = patches[1].read_bytes()
        patches[1].write_bytes(good.replace(b" package a\n", b" package b\n"))
        with pytest.raises(ReplayError, match=r"^0002-Again\.patch: git am: .*does not apply"):
            replay(series, patches)
        patches[1].write_bytes(good.replace(b"+// closed", b"+// opened"))
        with pytest.raises(ReplayError, match=r"^0002-Again\.patch: git am makes tree"):
            replay(series, patches)
        patches[1].write_bytes(good.replace(b"] Again", b"] Never"))
        with pytest.raises(ReplayError, match=r"^0002-Again\.patch: .*another message"):
            replay(series, patches)
        with pytest.raises(ReplayError, match="1 patches for a series of 2"):
            replay(series, patches[:1])
        patches[1].unlink()
        with pytest.raises(ReplayError):
            replay(series, patches)
        patches[1].write_bytes(good)
        replay(series, patches)


def test_patches_of_another_series_are_not_mixed_with_these(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": A})
    with sandbox.open() as repository:
        series = made(repository, [change("a.go", B)], {"a.go": A})
        out = tmp_path / "deep" / "out"
        assert write_series(series, out) == write_series(series, str(out))
        (out / "0002-old.patch").write_bytes(b"")
        with pytest.raises(SeriesError, match=r"0002-old\.patch"):
            write_series(series, out)
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(SeriesError, match="cannot be written"):
            write_series(series, tmp_path / "file")


def test_a_patch_replaces_a_link_and_not_what_it_leads_to(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": A})
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "0001-Close-the-file.patch").symlink_to(tmp_path / "victim")
    with sandbox.open() as repository:
        (patch,) = write_series(made(repository, [change("a.go", B)], {"a.go": A}), tmp_path / "out")
    assert not patch.is_symlink()
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_subjects_without_letters_still_make_file_names(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": b""})
    subjects = ["\u65e5\u672c", "../../etc/passwd", "a/b", "same", "same", ".hidden", "x" * 72]
    changes = [change("a.go", b"%d" % number, subject) for number, subject in enumerate(subjects)]
    with sandbox.open() as repository:
        patches = delivered(made(repository, changes, {"a.go": b""}), tmp_path)
    assert [patch.parent for patch in patches] == [tmp_path] * len(subjects)
    assert [patch.name[:5] for patch in patches] == [f"000{number}-" for number in range(1, 8)]


def test_hundreds_of_changes_take_seconds(sandbox: Sandbox, tmp_path: Path) -> None:
    files = {f"d{number % 10}/f{number}.go": b"package x\n" * 50 for number in range(300)}
    sandbox.commit(files)
    changes = [change(path, data + b"// closed\n", f"Close {path}") for path, data in files.items()]
    with sandbox.open() as repository:
        patches = delivered(made(repository, changes, files), tmp_path / "out")
    assert len(patches) == 300
