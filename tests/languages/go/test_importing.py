"""An import is added where gofmt and people would have it, under a name that is free."""

import subprocess
from pathlib import Path

import pytest

from leakfix.languages.go.importing import ImportCycleError, import_package
from leakfix.languages.go.packages import World
from leakfix.languages.go.scopes import Bindings
from leakfix.text import apply_edits

_BODY = "func Use(text string) string {\n\treturn text\n}\n"


def _imported(directory: Path, text: str, path: str = "strings", more: str = "") -> tuple[str, str]:
    """The name that the package has in the last function of a file, and the file with the import."""
    (directory / "go.mod").write_text("module example\n\ngo 1.22\n")
    (directory / "other.go").write_text(more or "package example\n")
    file = World().file(directory / "file.go", text.encode())
    function = file.functions[-1]
    assert function.body is not None
    found = import_package(file, Bindings.of_function(function), function.body.named_children[0], path)
    return found.name, apply_edits(file.data, found.edits).decode()


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("", '\n\nimport "strings"'),
        ('\n\nimport "strings"', '\n\nimport "strings"'),
        ('\n\nimport "os"', '\n\nimport (\n\t"os"\n\t"strings"\n)'),
        ('\n\nimport "time"', '\n\nimport (\n\t"strings"\n\t"time"\n)'),
        ('\n\nimport (\n\t"os"\n\t"time"\n)', '\n\nimport (\n\t"os"\n\t"strings"\n\t"time"\n)'),
        ('\n\nimport (\n\t"os"\n)', '\n\nimport (\n\t"os"\n\t"strings"\n)'),
        (
            '\n\nimport (\n\t"os"\n\n\t"a.org/b"\n)',
            '\n\nimport (\n\t"os"\n\t"strings"\n\n\t"a.org/b"\n)',
        ),
        ('\n\nimport (\n\t"a.org/b"\n)', '\n\nimport (\n\t"strings"\n\n\t"a.org/b"\n)'),
        (
            '\n\nimport (\n\t"a.org/b"\n\n\t"os"\n)',
            '\n\nimport (\n\t"a.org/b"\n\n\t"os"\n\t"strings"\n)',
        ),
        (
            '\n\nimport (\n\t"os"\n\t// for the ticker\n\t"time"\n)',
            '\n\nimport (\n\t"os"\n\t"strings"\n\t// for the ticker\n\t"time"\n)',
        ),
        ('\n\nimport "C"', '\n\nimport "C"\n\nimport "strings"'),
        ('\n\nimport "C"\n\nimport (\n\t"os"\n)', '\n\nimport "C"\n\nimport (\n\t"os"\n\t"strings"\n)'),
        ("\n\nimport ()", '\n\nimport ()\n\nimport "strings"'),
    ],
)
def test_the_import_joins_its_group(tmp_path: Path, head: str, wanted: str) -> None:
    name, text = _imported(tmp_path, f"package example{head}\n\n{_BODY}")
    assert name == "strings"
    assert text == f"package example{wanted}\n\n{_BODY}"
    formatted = subprocess.run(["gofmt"], input=text, capture_output=True, text=True, check=True).stdout
    assert text == formatted or "import ()" in text


def test_newlines_and_comments_are_kept(tmp_path: Path) -> None:
    _, text = _imported(tmp_path, 'package example // the example\r\n\r\nimport "os"\r\n\r\n' + _BODY)
    assert 'import (\r\n\t"os"\r\n\t"strings"\r\n)\r\n' in text


@pytest.mark.parametrize(
    ("head", "body", "more", "name"),
    [
        ("", "func Use(strings string) string {\n\treturn strings\n}\n", "", "gostrings"),
        ("", _BODY, "package example\n\nvar strings = 1\n", "gostrings"),
        ("", _BODY, "package example\n\nvar strings, gostrings = 1, 2\n", "stdstrings"),
        ('\n\nimport strings "a.org/strings"', _BODY, "", "gostrings"),
        ('\n\nimport words "strings"', _BODY, "", "words"),
        ('\n\nimport _ "strings"', _BODY, "", "strings"),
    ],
)
def test_the_name_is_free(tmp_path: Path, head: str, body: str, more: str, name: str) -> None:
    found, text = _imported(tmp_path, f"package example{head}\n\n{body}", more=more)
    assert found == name
    assert (f'{name} "strings"' in text) == (name != "strings")


def test_the_standard_library_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module std\n\ngo 1.26\n")
    file = World().file(tmp_path / "file.go", f"package example\n\n{_BODY}".encode())
    function = file.functions[-1]
    with pytest.raises(ImportCycleError):
        import_package(file, Bindings.of_function(function), function.node, "strings")
