"""How a run behaves as a process: interrupted, cut off, on several processes, with a cache."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console import Console, leaking, write
from tests.test_packs import RULE, install

SLOW = RULE.replace(
    "source = subject.source",
    "import os, time; open(os.path.join(os.environ['BUSY'], str(os.getpid())), 'x').close(); time.sleep(60); "
    "source = subject.source",
)
"""A rule that says which process it keeps busy, by a file of that name in the directory BUSY."""


@pytest.fixture
def large(tree: Path) -> Path:
    """A tree that is worth more than one process."""
    padding = "// " + "x" * 96 + "\n"
    return write(
        tree,
        {
            f"p{number}/p.go": leaking(f"F{number}").replace("package store", f"package p{number}") + padding * 1000
            for number in range(8)
        },
    )


@pytest.fixture
def heeded_interrupts() -> Iterator[None]:
    """In a background job of a shell SIGINT is ignored, and so it would be in what that starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _children(process: int) -> set[int]:
    """The processes that descend from one."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == process:
                found |= {int(entry.name)} | _children(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.usefixtures("heeded_interrupts")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_everything_at_once(console: Console, large: Path, tmp_path: Path, jobs: str) -> None:
    install(tmp_path / "site", "slow_pack", {"slow.py": SLOW})
    for number in range(8):
        write(large, {f"p{number}/slow.go": f"package p{number}\n\nfunc g() {{ Legacy() }}\n"})
    busy = tmp_path / "busy"
    busy.mkdir()
    slow = Console(large, console.home, {"PYTHONPATH": str(tmp_path / "site"), "BUSY": str(busy)})
    process = subprocess.Popen(
        slow.command("check", "--no-cache", "--jobs", jobs),
        cwd=large,
        env=slow.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while len(list(busy.iterdir())) < int(jobs):
        assert process.poll() is None
        time.sleep(0.05)
    workers = _children(process.pid)
    named = {int(file.name) for file in busy.iterdir()}
    assert (named, workers) == ({process.pid}, set()) if jobs == "1" else named <= workers
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err.strip()) == ("", "leakfix: interrupted")
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_that_dies_is_told_and_the_rest_goes_on(console: Console, large: Path, tmp_path: Path) -> None:
    dying = RULE.replace("source = subject.source", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    install(tmp_path / "site", "dying_pack", {"dying.py": dying})
    write(large, {"p3/deadly.go": "package p3\n\nfunc g() { Legacy() }\n"})
    dead = Console(large, console.home, {"PYTHONPATH": str(tmp_path / "site")})
    done = dead.run("check", "--no-cache", "--jobs", "2")
    assert done.returncode == 1
    assert done.stderr == "leakfix: p3: could not be analysed: its process was killed by SIGKILL\n"
    assert all(f"p{number}/p.go:11:12" in done.stdout for number in range(8) if number != 3)


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("arguments", [["check"], ["check", "--format", "json"], ["fix"], ["rules"]], ids=" ".join)
def test_a_reader_that_goes_away_is_no_error(
    console: Console, large: Path, arguments: list[str], unbuffered: str
) -> None:
    variables = {**console.variables, "PYTHONUNBUFFERED": unbuffered}
    process = subprocess.Popen(
        console.command(*arguments), cwd=large, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    told = process.stderr.read().decode()
    assert process.wait() in (0, 1)
    assert "Traceback" not in told
    assert "Broken pipe" not in told


MODULE = f"{sys.executable} -m leakfix check"


@pytest.mark.parametrize("arguments", ["check", "--version", "rules"])
def test_a_module_that_is_run_says_what_the_script_says(console: Console, arguments: str) -> None:
    script = console.run(arguments)
    module = subprocess.run(
        [sys.executable, "-m", "leakfix", arguments],
        cwd=console.directory,
        env=console.variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (module.returncode, module.stdout, module.stderr) == (script.returncode, script.stdout, script.stderr)
    assert module.stdout


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("redirected", [">&-", "2>&-", ">&- 2>&-", ">/dev/full"])
@pytest.mark.parametrize("command", ["", MODULE], ids=["script", "module"])
def test_closed_streams_are_no_error(console: Console, command: str, redirected: str, unbuffered: str) -> None:
    line = f"{command or ' '.join(console.command('check'))} {redirected}"
    variables = {**console.variables, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(
        ["sh", "-c", line], cwd=console.directory, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == (2 if "full" in redirected else 1)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["check"], ["check", "--format", "json"], ["fix"]], ids=" ".join)
def test_the_number_of_processes_changes_nothing(console: Console, large: Path, command: list[str]) -> None:
    assert large.exists()
    one = console.run(*command, "--no-cache", "--jobs", "1")
    two = console.run(*command, "--no-cache", "--jobs", "2")
    assert (one.returncode, one.stdout, one.stderr) == (two.returncode, two.stdout, two.stderr)
    assert "p7/p.go" in one.stdout


class TestCache:
    def cached(self, console: Console) -> list[Path]:
        return list((console.home / "cache" / "leakfix").glob("*"))

    def test_a_second_run_says_the_same(self, console: Console, large: Path) -> None:
        assert large.exists()
        first = console.run("check", "--statistics")
        assert len(self.cached(console)) == 1
        second = console.run("check", "--statistics")
        assert (first.returncode, first.stdout, first.stderr) == (second.returncode, second.stdout, second.stderr)

    def test_no_cache_keeps_nothing(self, console: Console) -> None:
        console.run("check", "--no-cache")
        assert self.cached(console) == []

    def test_a_changed_file_is_looked_at_again(self, console: Console, tree: Path) -> None:
        assert len(console.json()["findings"]) == 2
        write(tree, {"store.go": leaking().replace("f, err", "g, err").replace("f.", "g.")})
        findings = console.json()["findings"]
        assert [(finding["path"], finding["line"]) for finding in findings] == [("deep/deep.go", 11), ("store.go", 11)]
        assert "g.Close()" in str(findings)

    def test_so_is_one_that_hangs_on_a_changed_package(self, console: Console, tree: Path) -> None:
        user = (
            'package user\n\nimport (\n\t"os"\n\n\t"example.com/store/tools"\n)\n\n'
            "func Use(path string) error {\n\tf, err := os.Open(path)\n\tif err != nil {\n\t\treturn err\n\t}\n"
            "\ttools.Done(f)\n\treturn nil\n}\n"
        )
        closing = 'package tools\n\nimport "os"\n\nfunc Done(f *os.File) { f.Close() }\n'
        write(tree, {"user/user.go": user, "tools/tools.go": closing})
        assert console.json("user")["findings"] == []
        write(tree, {"tools/tools.go": closing.replace("f.Close()", "_ = f.Name()")})
        assert [finding["line"] for finding in console.json("user")["findings"]] == [10]
        write(tree, {"tools/tools.go": closing})
        assert console.json("user")["findings"] == []

    def test_so_is_one_whose_opener_a_test_replaces(self, console: Console, tree: Path) -> None:
        program = "def size(path):\n    f = open(path)\n    return len(f.read())\n"
        test = 'from unittest.mock import patch\n\nwith patch("pkg.release.open"):\n    pass\n'
        write(tree, {"pyproject.toml": "", "pkg/release.py": program, "tests/test_release.py": test})
        safeties = []
        for name in ("release", "another", "release"):
            write(tree, {"tests/test_release.py": test.replace("release", name)})
            (finding,) = console.json("pkg")["findings"]
            safeties.append(finding["fixes"][0]["safety"])
        assert safeties == ["review", "safe", "review"]

    def test_so_is_all_when_the_language_version_changes(self, console: Console, tree: Path) -> None:
        program = (
            'package t\n\nimport "time"\n\nfunc f(stop chan bool) {\n\tt := time.NewTicker(time.Second)\n\tfor {\n'
            "\t\tselect {\n\t\tcase <-stop:\n\t\t\treturn\n\t\tcase <-t.C:\n\t\t}\n\t}\n}\n"
        )
        write(tree, {"t/t.go": program})
        assert len(console.json("t")["findings"]) == 1
        write(tree, {"go.mod": "module example.com/store\n\ngo 1.23\n"})
        assert console.json("t")["findings"] == []

    @pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"go ": 1}', b"\xff\xfe", b"[" * 100_000])
    def test_a_damaged_one_is_ignored(self, console: Console, damage: bytes) -> None:
        before = console.run("check").stdout
        (path,) = self.cached(console)
        path.write_bytes(damage)
        done = console.run("check")
        assert (done.stdout, done.stderr) == (before, "")

    def test_one_with_damaged_entries_is_ignored_in_part(self, console: Console) -> None:
        before = console.run("check").stdout
        (path,) = self.cached(console)
        text = path.read_text()
        for old, new in (('"go-unclosed"', "1"), ('"findings"', '"other"'), ('"warning"', '"loud"'), ("[", "{}")):
            path.write_text(text.replace(old, new))
            done = console.run("check")
            assert (done.stdout, done.stderr) == (before, "")

    def test_where_nothing_can_be_kept_the_run_goes_on(self, console: Console, tree: Path) -> None:
        (console.home / "file").touch()
        done = Console(tree, console.home, {"XDG_CACHE_HOME": str(console.home / "file")}).run("check")
        assert (done.returncode, done.stderr) == (1, "")


def test_version_comes_without_the_rest(console: Console) -> None:
    """Start-up imports only what a command needs."""
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", *console.command("--version")],
        env=console.variables,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in shown.stderr.splitlines()}
    assert not imported & {"click", "tree_sitter", "leakfix.rules", "leakfix.engine", "dataclasses", "typing"}
