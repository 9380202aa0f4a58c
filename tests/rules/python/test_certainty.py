"""What tests replace counts for the safety of a fix, whether the run looks at the tests or leaves them out."""

import shutil
from pathlib import Path

import pytest

import leakfix

_CASE = Path(__file__).parents[3] / "fixtures/python/py-unclosed/replaced-opener/before"


@pytest.mark.parametrize("folder", ["", "tests/", "pkg/tests/unit/"])
@pytest.mark.parametrize("tests", [True, False])
def test_what_a_test_replaces_is_not_certain(tmp_path: Path, folder: str, tests: bool) -> None:
    package = tmp_path / "pkg"
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    package.mkdir(exist_ok=True)
    (tmp_path / "pyproject.toml").write_text("")
    shutil.copy(_CASE / "release.py", package)
    shutil.copy(_CASE / "test_release.py", tmp_path / folder)
    scope = tmp_path if tests else package
    found = leakfix.scan([scope], leakfix.Options(select=("py-unclosed",), tests=tests, jobs=1, cache=False))
    told = {finding.line: {fix.safety for fix in finding.fixes} for finding in found.findings}
    review, safe = {leakfix.Safety.REVIEW}, {leakfix.Safety.SAFE}
    assert told == {11: review, 16: review, 24: review, 29: safe}
