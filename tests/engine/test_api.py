"""The public interface from Python."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import leakfix
from tests.console import leaking, write


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module with one leak, as the current directory."""
    monkeypatch.chdir(write(tmp_path, {"store.go": leaking()}))
    return tmp_path


def test_scan_returns_findings_and_their_sources(tree: Path) -> None:
    result = leakfix.scan()
    (finding,) = result.findings
    assert isinstance(finding, leakfix.Finding)
    assert (finding.path, finding.line, finding.function) == ("store.go", 11, "Size")
    assert result.sources["store.go"].text(finding.span) == "os.Open(path)"
    assert result.statistics.rules == {"go-unclosed": 1}
    assert (result.errors, result.warnings) == ((), ())
    assert leakfix.scan([tree]).findings == result.findings


def test_fix_returns_contents_and_writes_nothing(tree: Path) -> None:
    fixed = leakfix.fix(["store.go"])
    (file,) = fixed.files
    assert file.old == leaking().encode() == (tree / "store.go").read_bytes()
    assert file.new.count(b"f.Close()") == 3
    (applied,) = file.applied
    assert applied.data == file.new
    assert applied.finding == leakfix.scan().findings[0]
    assert leakfix.apply(fixed).paths == ("store.go",)
    assert (tree / "store.go").read_bytes() == file.new
    assert leakfix.fix(["store.go"]).files == ()


def test_a_chooser_decides(tree: Path) -> None:
    assert tree
    asked: list[leakfix.Finding] = []

    def choose(finding: leakfix.Finding) -> leakfix.Fix | None:
        asked.append(finding)
        return None

    fixed = leakfix.fix(choose=choose)
    assert fixed.files == ()
    assert [finding.line for finding in asked] == [11]
    assert fixed.left == leakfix.scan().findings


def test_a_file_that_changed_meanwhile_is_not_overwritten(tree: Path) -> None:
    fixed = leakfix.fix()
    write(tree, {"store.go": "package changed\n"})
    written = leakfix.apply(fixed)
    assert [str(problem) for problem in written.errors] == [
        "store.go: was not written: it has changed since it was analysed"
    ]
    assert (tree / "store.go").read_text() == "package changed\n"


def test_progress_is_told_to_the_end(tree: Path) -> None:
    assert tree
    told: list[tuple[int, int]] = []
    leakfix.scan(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(leaking()), len(leaking()))


@pytest.mark.parametrize("options", [leakfix.Options(select=("nope",)), leakfix.Options(prefer=("nope",))])
def test_options_that_mean_nothing_are_refused(tree: Path, options: leakfix.Options) -> None:
    with pytest.raises(leakfix.OptionError, match="nope"):
        leakfix.scan([tree], options)


def test_every_public_name_is_there_and_has_its_type() -> None:
    for name in leakfix.__all__:
        assert getattr(leakfix, name) is not None
    typed = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(Path(leakfix.__file__).read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(leakfix.__all__) - typed == set()
    assert set(dir(leakfix)) == set(leakfix.__all__)
    with pytest.raises(AttributeError):
        leakfix.no_such_name  # noqa: B018


def test_importing_it_costs_nothing() -> None:
    code = "import sys, leakfix; print([n for n in sys.modules if n.startswith('leakfix.') and n != 'leakfix.version'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
