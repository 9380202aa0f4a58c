"""The floors hold: a lower one never imports a higher one, packs look down, and the faces use the public interface."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def _lint(directory: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", LINTER, "--no-cache"], cwd=directory, capture_output=True, text=True, check=False
    )


def test_no_floor_imports_a_higher_one() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("leakfix/text/spans.py", "import leakfix.flow"),
        ("leakfix/detectors/lifecycle.py", "from leakfix.rules import Finding"),
        ("leakfix/engine/scan.py", "import leakfix.review"),
        ("leakfix/cli/check.py", "from leakfix.engine.scan import Scan"),
        ("leakfix_go/unclosed.py", "from leakfix.engine.scan import scan"),
        ("leakfix/engine/plan.py", "import leakfix_go"),
        ("leakfix_c/c_early_return.py", "from leakfix.review.repository import Repository"),
        ("leakfix/rules/rule.py", "import leakfix_c"),
    ],
)
def test_an_import_of_a_higher_floor_is_noticed(tmp_path: Path, module: str, line: str) -> None:
    """The real contracts, over a skeleton of the packages that holds one forbidden import."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for package in ("leakfix", "codemods/leakfix_c", "codemods/leakfix_go", "codemods/leakfix_python"):
        for folder in [ROOT / package, *(path for path in (ROOT / package).rglob("*") if path.is_dir())]:
            target = tmp_path / Path(package).name / folder.relative_to(ROOT / package)
            target.mkdir(parents=True, exist_ok=True)
            (target / "__init__.py").touch()
    (tmp_path / module).write_text(f"{line}\n")
    for imported in ("leakfix/engine/scan.py", "leakfix/review/repository.py"):
        (tmp_path / imported).touch()
    done = _lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_the_engine_names_no_language() -> None:
    """What is special to one language lies behind its adapter."""
    named = textwrap.dedent("""\
        import ast, pathlib, sys
        for path in pathlib.Path("leakfix/engine").glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and node.value in ("go", ".go", "c", "cpp", "python"):
                    sys.exit(f"{path}:{node.lineno}: {node.value!r}")
    """)
    done = subprocess.run([sys.executable, "-c", named], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
