"""Opening a hostile repository runs nothing of it, follows nothing out of it, and changes nothing in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from leakfix.review import Change, NotARepositoryError, Repository, replay, write_series
from tests.review.sandbox import NOON, Sandbox, git

OLD, NEW = b"package a\n", b"package a\n\n// closed\n"
HOOKS = (
    "applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg "
    "post-commit pre-rebase post-checkout post-merge post-rewrite pre-push pre-auto-gc reference-transaction "
    "post-index-change fsmonitor-watchman sendemail-validate update pre-receive post-update"
)


@dataclass(frozen=True)
class Traps:
    """Programs that leave a file behind when something runs them."""

    directory: Path

    def program(self, name: str) -> str:
        """The path of a program that leaves `name` behind."""
        path = self.directory / "programs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\n: > "{self.directory}/sprung-{name}"\nexit 1\n')
        path.chmod(0o755)
        return str(path)

    @property
    def sprung(self) -> set[str]:
        return {path.name.removeprefix("sprung-") for path in self.directory.glob("sprung-*")}


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path / "traps")


@pytest.fixture
def hostile(sandbox: Sandbox, traps: Traps) -> Sandbox:
    """A repository in which everything that git could run or follow is a trap."""
    git(sandbox.root, "init", "--quiet", "inner")
    Sandbox(sandbox.root / "inner").commit({"x": b"x"})
    files = {"a.go": OLD, "d/b.go": OLD, "c.go": OLD, ".mailmap": b"Evil <e@x> <leakfix@localhost>\n"}
    sandbox.write({".gitmodules": b'[submodule "inner"]\n\tpath = inner\n\turl = ext::sh -c x\n'})
    first = sandbox.commit(files)
    second = sandbox.commit({"a.go": OLD, ".gitattributes": b"* filter=evil diff=evil merge=evil text=auto\n"})
    dot_git = sandbox.root / ".git"
    for name in HOOKS.split(" "):
        shutil.copy(traps.program(f"hook-{name}"), dot_git / "hooks" / name)
    shutil.copytree(dot_git / "hooks", traps.directory / "hooks")
    for key, value in settings(traps):
        git(traps.directory, "config", "--file", str(dot_git / "config"), "--add", key, value)
    os.mkfifo(traps.directory / "pipe")
    monitor, clean = traps.program("included"), traps.program("included-clean")
    (traps.directory / "included").write_text(f'[core]\n\tfsmonitor = {monitor}\n[filter "evil"]\n\tclean = {clean}\n')
    (traps.directory / "attributes").write_text("* filter=evil diff=evil\n")
    (dot_git / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    (dot_git / "info" / "grafts").write_text(f"{second}\n")
    replaced = dot_git / "refs" / "replace"
    replaced.mkdir()
    (replaced / second).write_text(f"{first}\n")
    (dot_git / "info" / "sparse-checkout").write_text("/nothing\n")
    os.mkfifo(dot_git / "config.worktree")
    return sandbox


def settings(traps: Traps) -> list[tuple[str, str]]:
    """Configuration that runs a program, follows a path, or bends what git prints."""
    run = [
        *("core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.askPass", "core.pager", "core.editor"),
        *("core.alternateRefsCommand", "sequence.editor", "diff.external", "diff.evil.command", "diff.evil.textconv"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "merge.evil.driver", "gpg.program"),
        *("gpg.ssh.program", "interactive.diffFilter", "pager.log", "pager.am", "trailer.sign.command"),
        *("uploadpack.packObjectsHook", "remote.origin.uploadpack", "credential.helper", "format.signatureFile"),
    ]
    bend = {
        "core.hooksPath": f"{traps.directory}/hooks",
        "core.worktree": str(traps.directory),
        "core.attributesFile": f"{traps.directory}/attributes",
        "core.excludesFile": f"{traps.directory}/pipe",
        "core.precomposeUnicode": "nonsense",
        "core.bare": "false",
        "core.untrackedCache": "true",
        "core.splitIndex": "true",
        "core.commitGraph": "true",
        "core.abbrev": "4",
        "core.quotePath": "false",
        "core.sparseCheckout": "true",
        "core.trustctime": "false",
        "include.path": f"{traps.directory}/included",
        "includeIf.gitdir:/**.path": f"{traps.directory}/pipe",
        "filter.evil.required": "true",
        "commit.gpgSign": "true",
        "log.showSignature": "true",
        "gc.auto": "1",
        "maintenance.auto": "true",
        "extensions.worktreeConfig": "true",
        "remote.origin.url": f"ext::{traps.program('promisor')}",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "submodule.recurse": "true",
        "i18n.commitEncoding": "latin1",
        "i18n.logOutputEncoding": "latin1",
        "format.attach": "boundary",
        "format.subjectPrefix": "EVIL",
        "format.signature": "-- evil",
        "format.cc": "evil@example.com",
        "format.coverLetter": "true",
        "format.thread": "deep",
        "format.noprefix": "true",
        "format.useAutoBase": "true",
        "diff.noprefix": "true",
        "diff.context": "0",
        "diff.orderFile": f"{traps.directory}/pipe",
        "diff.wsErrorHighlight": "all",
        "color.ui": "always",
        "am.threeWay": "true",
        "am.keepcr": "false",
        "apply.whitespace": "fix",
        "mailinfo.scissors": "true",
        "mailmap.file": f"{traps.directory}/pipe",
        "alias.am": f"!{traps.program('alias-am')}",
        "alias.format-patch": f"!{traps.program('alias-format-patch')}",
        "url.ext::sh.insteadOf": "https://",
        "protocol.ext.allow": "always",
    }
    return [(key, traps.program(key.replace(".", "-"))) for key in run] + list(bend.items())


def state(top: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, modification time and hash of everything below a directory."""
    found = {}
    for path in sorted(top.rglob("*")):
        status = path.lstat()
        data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        if path.is_symlink():
            data = os.fsencode(path.readlink())
        found[str(path.relative_to(top))] = (status.st_mode, status.st_mtime_ns, hashlib.sha256(data).hexdigest())
    return found


def work_through(path: Path, out: Path) -> bytes:
    """All that the review floor does; the last patch."""
    with Repository.discover(path) as repository:
        files = ["a.go", "c.go", "d/b.go", ".gitattributes", "new.go"]
        assert repository.dirty(files) == ["c.go", "new.go"]
        analysed = {"a.go": OLD, "d/b.go": OLD}
        assert repository.refusals(analysed | {"c.go": b"changed\n"}).keys() == {"c.go"}
        changes = [
            Change("Close a", files={"a.go": NEW}),
            Change("Close b", "--- x\n", (), {"a.go": NEW + NEW, "d/b.go": NEW}),
        ]
        series = repository.series(changes, analysed, date=NOON)
        patches = write_series(series, out)
        replay(series, patches)
        return patches[-1].read_bytes()


def test_nothing_runs_and_nothing_changes(hostile: Sandbox, traps: Traps, tmp_path: Path) -> None:
    hostile.write({"c.go": b"changed\n", "new.go": b"package new\n"})
    before = state(hostile.root)
    patch = work_through(hostile.root, tmp_path / "out")
    assert traps.sprung == set()
    assert state(hostile.root) == before
    assert b"Subject: [PATCH 2/2] Close b\n" in patch
    assert b"diff --git a/d/b.go b/d/b.go\n" in patch
    assert b"EVIL" not in patch
    assert b"evil" not in patch


def test_the_traps_work(hostile: Sandbox, traps: Traps, tmp_path: Path) -> None:
    """A git that trusts the repository springs them: the other tests look at something."""
    (hostile.root / ".git" / "config.worktree").unlink()
    config = hostile.root / ".git" / "config"
    for key in ("core.worktree", "core.excludesFile", "diff.orderFile", "mailmap.file", "includeIf.gitdir:/**.path"):
        git(tmp_path, "config", "--file", str(config), "--unset-all", key)
    for key in ("core.precomposeUnicode", "core.sparseCheckout", "filter.evil.process", "filter.evil.required"):
        git(tmp_path, "config", "--file", str(config), "--unset-all", key)
    hostile.write({"c.go": b"changed\n"})
    for command in (
        *("status", "diff --ext-diff", "diff --textconv --no-ext-diff", "cat-file -p " + "1234567890" * 4),
        *("add c.go", "commit -m x", "commit-tree -S -m x HEAD^{tree}"),
    ):
        git(hostile.root, *command.split(" "), check=False)
    expected = {"included", "diff-evil-command", "diff-evil-textconv", "included-clean", "promisor", "gpg-program"}
    assert expected <= traps.sprung
    assert any(name.startswith("hook-") for name in traps.sprung)


def test_the_environment_of_the_caller_does_not_steer_git(
    hostile: Sandbox, traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile.write({"c.go": b"changed\n", "new.go": b"package new\n"})
    other = Sandbox.created(tmp_path / "other")
    other.commit({"a.go": b"other"})
    _bend_environment(other, traps, monkeypatch)
    before, elsewhere = state(hostile.root), state(other.root)
    monkeypatch.chdir(hostile.root)
    work_through(hostile.root, tmp_path / "out")
    assert traps.sprung == set()
    assert not (tmp_path / "trace").exists()
    assert (state(hostile.root), state(other.root)) == (before, elsewhere)


def _bend_environment(other: Sandbox, traps: Traps, monkeypatch: pytest.MonkeyPatch) -> None:
    dot_git = other.root / ".git"
    for name in (
        "GIT_EXTERNAL_DIFF",
        "GIT_EDITOR",
        "GIT_PAGER",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_ASKPASS",
        "GIT_PROXY_COMMAND",
    ):
        monkeypatch.setenv(name, traps.program(name))
    bent = {
        "GIT_DIR": dot_git,
        "GIT_WORK_TREE": other.root,
        "GIT_COMMON_DIR": dot_git,
        "GIT_INDEX_FILE": dot_git / "index",
        "GIT_OBJECT_DIRECTORY": dot_git / "objects",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": dot_git / "objects",
        "GIT_NAMESPACE": "evil",
        "GIT_CEILING_DIRECTORIES": other.root,
        "GIT_CONFIG": dot_git / "config",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": traps.program("environment"),
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{traps.program('parameters')}'",
        "GIT_EXEC_PATH": traps.directory,
        "GIT_TEMPLATE_DIR": traps.directory,
        "GIT_ATTR_SOURCE": "HEAD",
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_DIFF_OPTS": "--unified=0",
        "GIT_TRACE": other.root / "trace",
        "GIT_TRACE2": other.root / "trace",
        "GIT_TRACE_SETUP": other.root / "trace",
        "GIT_AUTHOR_DATE": "nonsense",
        "GIT_COMMITTER_DATE": "nonsense",
        "GIT_LITERAL_PATHSPECS": "0",
        "GIT_GLOB_PATHSPECS": "1",
        "GIT_QUARANTINE_PATH": "x",
    }
    for name, value in bent.items():
        monkeypatch.setenv(name, str(value))


def test_a_program_named_git_in_the_current_directory_is_not_run(
    hostile: Sandbox, traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile.write({"c.go": b"changed\n", "new.go": b"package new\n"})
    for place in ("git", "bin/git"):
        hostile.write({place: b""})
        shutil.copy(traps.program("git"), hostile.root / place)
    monkeypatch.chdir(hostile.root)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "bin", os.environ["PATH"]]))
    work_through(Path(), tmp_path / "out")
    assert traps.sprung == set()


def test_the_configuration_of_the_user_runs_nothing_either(hostile: Sandbox, traps: Traps, tmp_path: Path) -> None:
    hostile.write({"c.go": b"changed\n", "new.go": b"package new\n"})
    for key, value in settings(traps):
        if not key.startswith(("include", "core.precompose")):
            git(tmp_path, "config", "--global", "--add", key, value)
    work_through(hostile.root, tmp_path / "out")
    assert traps.sprung == set()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_repository_of_another_user_is_read_as_any(hostile: Sandbox, traps: Traps, tmp_path: Path) -> None:
    """git refuses those for what their configuration could run (safe.directory); none of it is loaded here."""
    hostile.write({"c.go": b"changed\n", "new.go": b"package new\n"})
    for path in [hostile.root, *hostile.root.rglob("*")]:
        os.chown(path, 12345, 12345, follow_symlinks=False)
    work_through(hostile.root, tmp_path / "out")
    assert traps.sprung == set()


@pytest.mark.parametrize(
    "name", ["HEAD", "config", "index", "packed-refs", "refs/heads/main", "info/attributes", "commondir"]
)
def test_a_pipe_for_a_file_does_not_hang(sandbox: Sandbox, name: str) -> None:
    sandbox.commit({"a.go": OLD})
    path = sandbox.root / ".git" / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    try:
        with sandbox.open() as repository:
            repository.dirty(["a.go"])
            repository.refusals({"a.go": NEW})
    except Exception as error:
        assert type(error).__module__.startswith("leakfix.review")


def test_files_behind_links_are_not_read(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": OLD})
    secret = tmp_path / "secret"
    secret.write_bytes(OLD)
    (sandbox.root / "a.go").unlink()
    (sandbox.root / "a.go").symlink_to(secret)
    with sandbox.open() as repository:
        assert repository.dirty(["a.go"]) == ["a.go"]


def test_a_missing_object_is_not_fetched(traps: Traps, tmp_path: Path) -> None:
    """A partial clone can lack whole directories that no patch needs."""
    other = Sandbox.created(tmp_path / "other")
    blob = git(other.root, "hash-object", "--stdin", stdin=b"lost\n").decode().strip()
    other.commit({"a.go": OLD, "far/lost.go": b"lost\n"})
    (other.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in settings(traps):
        git(tmp_path, "config", "--file", str(other.root / ".git" / "config"), "--add", key, value)
    with Repository.discover(other.root) as repository:
        assert repository.dirty(["a.go", "far/lost.go"]) == []
        series = repository.series([Change("Close it", files={"a.go": NEW})], {"a.go": OLD}, date=NOON)
        replay(series, write_series(series, tmp_path / "out"))
    assert traps.sprung == set()


def test_an_object_directory_full_of_traps_elsewhere_is_never_written(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": OLD})
    for path in (sandbox.root / ".git").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = state(sandbox.root)
    with sandbox.open() as repository:
        assert repository.dirty(["a.go"]) == []
        series = repository.series([Change("Close it", files={"a.go": NEW})], {"a.go": OLD}, date=NOON)
        replay(series, write_series(series, tmp_path / "out"))
    assert state(sandbox.root) == before


def test_content_that_history_knows_already_changes_nothing_either(sandbox: Sandbox, tmp_path: Path) -> None:
    """git may renew the time stamp of an object that it finds again, and nothing else."""
    sandbox.commit({"a.go": NEW})
    sandbox.commit({"a.go": OLD})
    before = state(sandbox.root)
    with sandbox.open() as repository:
        series = repository.series([Change("Close it", files={"a.go": NEW})], {"a.go": OLD}, date=NOON)
        assert state(sandbox.root) == before
        replay(series, write_series(series, tmp_path / "out"))
    assert {name: (facts[0], facts[2]) for name, facts in state(sandbox.root).items()} == {
        name: (facts[0], facts[2]) for name, facts in before.items()
    }


def test_a_repository_that_claims_another_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit({"a.go": OLD})
    claim = tmp_path / "claim"
    claim.mkdir()
    (claim / ".git").write_text(f"gitdir: {sandbox.root / '.git'}\n")
    with pytest.raises(NotARepositoryError):
        Repository.discover(claim)
