from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from leakfix.review import GitError, NoCommitsError, NotARepositoryError, NoWorkTreeError, PathRefusedError, Repository
from tests.review.sandbox import Sandbox, change, delivered, git, made

if TYPE_CHECKING:
    from pathlib import Path

GO = {"main.go": b"package main\n", "deep/er/x.go": b"package er\n"}
FIXED = b"package main // closed\n"


def fixed(repository: Repository, directory: Path) -> list[str]:
    """The names of the patches of one small series."""
    series = made(repository, [change("main.go", FIXED)], {"main.go": GO["main.go"]})
    return [patch.name for patch in delivered(series, directory)]


@pytest.mark.parametrize("start", [".", "main.go", "deep", "deep/er", "deep/er/x.go"])
def test_a_repository_is_found_from_anything_inside(sandbox: Sandbox, start: str) -> None:
    sandbox.commit(GO)
    with Repository.discover(sandbox.root / start) as repository:
        assert repository.root == sandbox.root
        assert repository.git_dir == sandbox.root / ".git"
        assert repository.object_format == "sha1"


def test_a_start_in_the_current_directory(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.commit(GO)
    monkeypatch.chdir(sandbox.root / "deep")
    with Repository.discover(".") as repository:
        assert repository.root == sandbox.root
        assert repository.relative("er/x.go") == "deep/er/x.go"
        assert repository.relative("../main.go") == "main.go"


def test_paths_outside_of_the_repository_are_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit(GO)
    (tmp_path / "secret").mkdir()
    (sandbox.root / "way-out").symlink_to(tmp_path / "secret")
    (sandbox.root / "way-in").symlink_to("deep")
    with sandbox.open() as repository:
        for outside in (tmp_path / "x.go", sandbox.root / "../x.go", sandbox.root / "way-out/x.go", sandbox.root):
            with pytest.raises(PathRefusedError):
                repository.relative(outside)
        for path in ("/etc/passwd", "../x", "a/../b", "", ".", "a//b", "a/", ".git/config", "a/.GIT/x", "a\0b"):
            with pytest.raises(PathRefusedError):
                repository.dirty([path])
            with pytest.raises(PathRefusedError):
                made(repository, [change(path, b"x")], {})
        assert repository.relative(sandbox.root / "way-in/er/x.go") == "deep/er/x.go"
        with pytest.raises(PathRefusedError, match="behind the symbolic link 'way-in'"):
            repository.dirty(["way-in/er/x.go"])


def test_where_there_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / "plain" / ".git").mkdir(parents=True)
    with pytest.raises(NotARepositoryError, match="not in a git repository"):
        Repository.discover(tmp_path / "plain")
    with pytest.raises(NotARepositoryError, match="No such file"):
        Repository.discover(tmp_path / "missing")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(NotARepositoryError):
        Repository.discover(tmp_path / "loop" / "x")


def test_an_empty_dot_git_directory_is_passed_over_as_git_does(sandbox: Sandbox) -> None:
    sandbox.commit(GO)
    (sandbox.root / "deep" / ".git").mkdir()
    with Repository.discover(sandbox.root / "deep") as repository:
        assert repository.root == sandbox.root


def test_a_repository_without_commits_is_refused_with_a_clear_line(sandbox: Sandbox) -> None:
    sandbox.write(GO)
    with sandbox.open() as repository:
        with pytest.raises(NoCommitsError, match="has no commits yet"):
            made(repository, [change("main.go", FIXED)], {"main.go": GO["main.go"]})
        assert repository.dirty(["main.go", "none.go"]) == ["main.go"]


def test_a_linked_worktree_has_its_own_head_and_index(sandbox: Sandbox, tmp_path: Path) -> None:
    first = sandbox.commit(GO)
    sandbox.commit({"main.go": b"package other\n"})
    sandbox.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), first)
    with Repository.discover(tmp_path / "linked" / "deep") as repository:
        assert repository.root == tmp_path / "linked"
        assert repository.resolve() == first
        assert repository.resolve("main") != first
        assert repository.dirty(GO) == []
        (tmp_path / "linked" / "main.go").write_bytes(b"package changed\n")
        assert repository.dirty(GO) == ["main.go"]
        assert fixed(repository, tmp_path / "out") == ["0001-Close-the-file.patch"]


def test_a_submodule_is_a_repository_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    inner = Sandbox.created(tmp_path / "inner")
    inner.commit(GO)
    sandbox.commit({"outer.go": b"package outer\n"})
    sandbox.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub")
    sandbox.commit({})
    with Repository.discover(sandbox.root / "sub" / "deep") as repository:
        assert repository.root == sandbox.root / "sub"
        assert repository.git_dir == sandbox.root / ".git" / "modules" / "sub"
        assert repository.dirty(GO) == []
        assert fixed(repository, tmp_path / "out") == ["0001-Close-the-file.patch"]
    with sandbox.open() as repository:
        for path in ("sub", "sub/main.go"):
            with pytest.raises(PathRefusedError, match="submodule"):
                repository.dirty([path])
            assert "submodule" in repository.refusals({path: b""})[path]


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_a_bare_repository_takes_a_series_and_has_no_files(kind: str, tmp_path: Path) -> None:
    sandbox = Sandbox.created(tmp_path / "full", f"--object-format={kind}")
    sandbox.commit(GO)
    git(tmp_path, "clone", "--quiet", "--bare", str(sandbox.root), "bare.git")
    with Repository.discover(tmp_path / "bare.git") as repository:
        assert (repository.root, repository.object_format) == (None, kind)
        with pytest.raises(NoWorkTreeError):
            repository.dirty(["main.go"])
        with pytest.raises(NoWorkTreeError):
            repository.relative("main.go")
        assert fixed(repository, tmp_path / "out") == ["0001-Close-the-file.patch"]


def test_a_bare_repository_inside_of_a_project_is_only_its_content(sandbox: Sandbox) -> None:
    """A project can carry one in its files, with any configuration."""
    git(sandbox.root, "init", "--quiet", "--bare", "testdata.git")
    sandbox.commit(GO)
    with Repository.discover(sandbox.root / "testdata.git" / "hooks") as repository:
        assert repository.root == sandbox.root


def test_a_sha256_repository(tmp_path: Path) -> None:
    sandbox = Sandbox.created(tmp_path / "project", "--object-format=sha256")
    sandbox.commit(GO)
    with sandbox.open() as repository:
        assert len(repository.resolve()) == 64
        assert repository.dirty(GO) == []
        assert fixed(repository, tmp_path / "out") == ["0001-Close-the-file.patch"]


@pytest.mark.parametrize(
    ("revision", "steps"),
    [
        ("HEAD", 0),
        ("@", 0),
        ("HEAD~1", 1),
        ("HEAD^", 1),
        ("main~2", 2),
        ("refs/heads/main", 0),
        ("topic", 1),
        ("v1", 2),
        ("annotated", 2),
        ("heads/main", 0),
        ("team/topic", 1),
        ("{id}", 1),
        ("{id:.9}", 1),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_how_a_base_is_named(sandbox: Sandbox, revision: str, steps: int, packed: bool) -> None:
    commits = [sandbox.commit({"main.go": b"%d" % number}) for number in range(3)]
    for command in ("branch topic HEAD~1", "branch team/topic HEAD~1", "tag v1 HEAD~2", "tag -a -m x annotated HEAD~2"):
        sandbox.git(*command.split(" "))
    if packed:
        sandbox.git("pack-refs", "--all")
    with sandbox.open() as repository:
        assert repository.resolve(revision.format(id=commits[1])) == commits[-1 - steps]


@pytest.mark.parametrize(
    "revision",
    [
        "none",
        "HEAD~9",
        "",
        "-x",
        "HEAD@{1}",
        "HEAD:main.go",
        "a..b",
        ":/x",
        "../../HEAD",
        "refs/../HEAD",
        "leakfix",
        "beef",
        "BLOB",
    ],
)
def test_an_unknown_base_is_refused(sandbox: Sandbox, revision: str) -> None:
    sandbox.commit(GO)
    with sandbox.open() as repository, pytest.raises(NoCommitsError):
        repository.resolve(revision.replace("BLOB", sandbox.git("rev-parse", "HEAD:main.go").strip()))


def test_a_detached_head_and_one_that_is_a_link(sandbox: Sandbox) -> None:
    first = sandbox.commit(GO)
    sandbox.git("checkout", "--quiet", "--detach")
    with sandbox.open() as repository:
        assert repository.resolve() == first
    (sandbox.root / ".git" / "HEAD").unlink()
    (sandbox.root / ".git" / "HEAD").symlink_to("refs/heads/main")
    with sandbox.open() as repository:
        assert repository.resolve() == first


@pytest.mark.parametrize(
    "content",
    ["ref: ../../secret\n", "ref: /etc/passwd\n", "ref: refs/../../secret", "ref: refs/heads/.x", "", "garbage"],
)
def test_a_head_that_leads_elsewhere_is_no_commit(sandbox: Sandbox, tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_text(sandbox.commit(GO) + "\n")
    (sandbox.root / ".git" / "HEAD").write_text(content)
    with sandbox.open() as repository, pytest.raises(NoCommitsError):
        repository.resolve()


def test_references_that_name_each_other_end(sandbox: Sandbox) -> None:
    sandbox.commit(GO)
    (sandbox.root / ".git" / "refs" / "heads" / "main").write_text("ref: refs/heads/main\n")
    with sandbox.open() as repository, pytest.raises(NoCommitsError):
        repository.resolve()


def test_a_dot_git_that_is_a_link_is_not_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit(GO)
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / ".git").symlink_to(sandbox.root / ".git")
    with pytest.raises(NotARepositoryError, match="symbolic link"):
        Repository.discover(tmp_path / "evil")


def test_a_dot_git_file_is_followed_only_to_a_directory_that_names_it_back(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit(GO)
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / ".git").write_text(f"gitdir: {sandbox.root / '.git'}\n")
    with pytest.raises(NotARepositoryError, match="does not name this directory"):
        Repository.discover(evil)
    sandbox.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    (evil / ".git").write_bytes((tmp_path / "linked" / ".git").read_bytes())
    with pytest.raises(NotARepositoryError, match="worktree of another directory"):
        Repository.discover(evil)
    (evil / ".git").write_text("gitdir: ../nowhere\n")
    with pytest.raises(NotARepositoryError, match="not a git directory"):
        Repository.discover(evil)
    (evil / ".git").write_text("hello\n")
    with pytest.raises(NotARepositoryError, match="neither"):
        Repository.discover(evil)


def test_a_separate_git_directory_that_names_its_work_tree(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit(GO)
    shutil.move(sandbox.root / ".git", tmp_path / "elsewhere.git")
    (sandbox.root / ".git").write_text("gitdir: ../elsewhere.git\n")
    sandbox.git("config", "core.worktree", "../project")
    with sandbox.open() as repository:
        assert repository.root == sandbox.root
        assert repository.dirty(GO) == []


def test_a_commondir_in_a_git_directory_is_not_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    other = Sandbox.created(tmp_path / "other")
    other.commit(GO)
    (sandbox.root / ".git" / "commondir").write_text(f"{other.root / '.git'}\n")
    with pytest.raises(NotARepositoryError, match="not followed"):
        sandbox.open()


@pytest.mark.parametrize("setting", ["extensions.objectFormat=md5", "core.repositoryFormatVersion=7"])
def test_an_unknown_format_is_refused(sandbox: Sandbox, setting: str) -> None:
    sandbox.commit(GO)
    key, _, value = setting.partition("=")
    git(sandbox.root, "config", "--file", ".git/config", key, value)
    with sandbox.open() as repository, pytest.raises(NotARepositoryError, match="format"):
        repository.resolve()


def test_unknown_storage_of_references_is_refused(sandbox: Sandbox) -> None:
    sandbox.commit(GO)
    git(sandbox.root, "config", "--file", ".git/config", "extensions.refStorage", "stone")
    with sandbox.open() as repository, pytest.raises(NotARepositoryError, match="references"):
        repository.resolve()


def test_without_git(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="not on PATH"):
        sandbox.open()


def test_nothing_is_left_behind_in_the_temporary_directory(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.commit(GO)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with sandbox.open() as repository:
        fixed(repository, tmp_path / "out")
        assert any((tmp_path / "tmp").iterdir())
    with pytest.raises(NotARepositoryError):
        Repository.discover(tmp_path)
    assert not any((tmp_path / "tmp").iterdir())


def test_a_shallow_clone(sandbox: Sandbox, tmp_path: Path) -> None:
    for number in range(3):
        sandbox.commit(GO | {"count": b"%d" % number})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{sandbox.root}", "shallow")
    with Repository.discover(tmp_path / "shallow") as repository:
        assert repository.dirty(GO) == []
        assert fixed(repository, tmp_path / "out") == ["0001-Close-the-file.patch"]


def test_a_repository_whose_objects_come_from_others(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit(GO)
    git(tmp_path, "clone", "--quiet", "--shared", str(sandbox.root), "once")
    git(tmp_path, "clone", "--quiet", "--shared", "once", '"tw\nice" #1')
    with Repository.discover(tmp_path / '"tw\nice" #1') as repository:
        assert fixed(repository, tmp_path / "out") == ["0001-Close-the-file.patch"]


def test_a_reftable_repository(tmp_path: Path) -> None:
    try:
        sandbox = Sandbox.created(tmp_path / "project", "--ref-format=reftable")
    except AssertionError:
        pytest.skip("this git knows no reftables")
    with sandbox.open() as repository, pytest.raises(NoCommitsError):
        repository.resolve()
    first = sandbox.commit(GO)
    second = sandbox.commit({"other.go": b"package other\n"})
    sandbox.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), first)
    with sandbox.open() as repository:
        assert (repository.resolve(), repository.resolve("main~1")) == (second, first)
        assert repository.dirty(GO) == []
        assert fixed(repository, tmp_path / "out") == ["0001-Close-the-file.patch"]
    with Repository.discover(tmp_path / "linked") as repository:
        assert (repository.resolve(), repository.resolve("main")) == (first, second)
