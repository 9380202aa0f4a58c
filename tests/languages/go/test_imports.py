"""An import is added where gofmt and people would put it."""

import subprocess
from pathlib import Path

import pytest

from leakfix.languages.go.imports import ImportCycleError, added, import_package
from leakfix.languages.go.packages import World
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.statements import LayoutError
from leakfix.text import apply_edits
from tests.languages.go.programs import program

_END = "\n\nfunc f() {\n}\n"


def _with_slices(head: str) -> str:
    file = program(head + _END)
    return apply_edits(file.data, [added(file, "slices")]).decode().removesuffix(_END)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("package p", 'package p\n\nimport "slices"'),
        ('package p\n\nimport "fmt"', 'package p\n\nimport (\n\t"fmt"\n\t"slices"\n)'),
        ('package p\n\nimport "sync"', 'package p\n\nimport (\n\t"slices"\n\t"sync"\n)'),
        (
            'package p\n\nimport log "example.com/log"',
            'package p\n\nimport (\n\t"slices"\n\n\tlog "example.com/log"\n)',
        ),
        ('package p\n\nimport "fmt" // shown', 'package p\n\nimport "fmt" // shown\n\nimport "slices"'),
        ('package p\n\nimport (\n\t"fmt"\n\t"sync"\n)', 'package p\n\nimport (\n\t"fmt"\n\t"slices"\n\t"sync"\n)'),
        ('package p\n\nimport (\n\t"sync"\n)', 'package p\n\nimport (\n\t"slices"\n\t"sync"\n)'),
        (
            'package p\n\nimport (\n\t// locks\n\t"sync"\n)',
            'package p\n\nimport (\n\t"slices"\n\t// locks\n\t"sync"\n)',
        ),
        (
            'package p\n\nimport (\n\t"os"\n\n\t"example.com/log"\n)',
            'package p\n\nimport (\n\t"os"\n\t"slices"\n\n\t"example.com/log"\n)',
        ),
        (
            'package p\n\nimport (\n\t"example.com/log"\n)',
            'package p\n\nimport (\n\t"slices"\n\n\t"example.com/log"\n)',
        ),
        ('package p\n\n// int x;\nimport "C"', 'package p\n\n// int x;\nimport "C"\n\nimport "slices"'),
        (
            'package p\n\n// int x;\nimport "C"\n\nimport (\n\t"fmt"\n)',
            'package p\n\n// int x;\nimport "C"\n\nimport (\n\t"fmt"\n\t"slices"\n)',
        ),
    ],
)
def test_a_package_is_imported_in_the_group_of_the_standard_library(head: str, expected: str) -> None:
    assert _with_slices(head) == expected


def test_lines_that_end_in_comments_are_not_parted() -> None:
    file = program('package p\n\nimport (\n\t"fmt"  // shown\n\t"sync" // locked\n)' + _END)
    with pytest.raises(LayoutError):
        added(file, "slices")


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
