"""Findings hang on files far away, and not on how many processes look at which, nor on what is known already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakfix.engine.options import Options
from leakfix.engine.scan import Scan, examined
from leakfix.engine.work import Unit
from tests.console import write

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 12
PADDING = "/* " + "x" * 94 + " */\n"
LAST = f"""#include <stdio.h>
int show(int n) {{
    char *text = make{COUNT}(n);
    if (n > 3)
        return 1;
    puts(text);
    free(text);
    return 0;
}}
"""


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """Directories of C, each with a function that hands on what that of the next one gives; the first one loses it."""
    files = {"d00/show.c": LAST, "d99/make.c": "#include <stdlib.h>\nchar *make0(int n) { return malloc(n); }\n"}
    for number in range(1, COUNT + 1):
        name = f"d{90 - number}/make.c"
        files[name] = f"char *make{number}(int n) {{ return make{number - 1}(n); }}\n" + PADDING * 300
    return write(tmp_path, files)


def scan_of(tree: Path, jobs: int) -> Scan:
    return Scan([tree], Options(jobs=jobs))


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_what_is_handed_on_from_file_to_file_is_found(chain: Path, jobs: int) -> None:
    result = scan_of(chain, jobs).run()
    assert [(finding.rule, finding.line) for finding in result.findings] == [("c-early-return", 3)]
    assert not result.errors


def test_files_that_need_not_be_examined_are_looked_at_all_the_same(chain: Path) -> None:
    scan = scan_of(chain, 2)
    padding = [file for file in scan.inputs.files if "d8" in file.display]
    first = next(file for file in scan.inputs.files if "d00" in file.display)
    units = [Unit("c", "d00", (first,)), Unit("c", "d8", tuple(padding))]
    reports = dict(examined(units, scan.work, 2, scan.inputs.files))
    assert [finding.line for finding in reports[units[0]].findings] == [3]
