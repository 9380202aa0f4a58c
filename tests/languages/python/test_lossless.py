"""What a rewritten file must have kept besides what it does."""

import subprocess
import sys
from pathlib import Path

import pytest

from leakfix.languages.python.lossless import spoiled

_BEFORE = b'''"""A module."""

# above
f = open("x")  # noqa: SIM115

text = """one
  two"""
f.close()  # done
'''


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (_BEFORE, ""),
        (_BEFORE.replace(b"  # noqa: SIM115", b""), ""),
        (_BEFORE.replace(b"# above\n", b"import contextlib\n\n# above\n"), ""),
        (_BEFORE.replace(b"f.close()  # done", b"# done"), ""),
        (_BEFORE.replace(b"  # done", b""), "a comment is missing or has moved past another: # done"),
        (_BEFORE.replace(b"# above\n", b"").replace(b"# done", b"# done\n# above"), "moved past another: # done"),
        (_BEFORE.replace(b"SIM115\n\n", b"SIM115\n"), "blank lines are missing"),
        (_BEFORE.replace(b"  two", b"      two"), "a string over several lines is not what it was"),
        (_BEFORE.replace(b"open(", b"open(("), "libcst does not read the file any more"),
    ],
)
def test_tells_what_is_lost(after: bytes, said: str) -> None:
    found = spoiled(_BEFORE, after)
    assert said in found
    assert bool(said) == bool(found)


def test_says_nothing_of_what_libcst_never_read() -> None:
    assert spoiled(b"print 'old'\n# gone\n", b"print 'old'\n") == ""


@pytest.mark.parametrize(("command", "loaded"), [("scan", False), ("fix", True)])
def test_libcst_is_loaded_where_a_file_is_rewritten(command: str, loaded: bool, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("def read(path):\n    return open(path).read()\n")
    code = f"import leakfix, sys; leakfix.{command}(['.']); print('libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(loaded)
