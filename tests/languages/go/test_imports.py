"""An import is added where gofmt and people would put it."""

import pytest

from leakfix.languages.go.imports import added, package_name
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.statements import LayoutError
from leakfix.text import apply_edits
from tests.languages.go.programs import function, program

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
        ('package p\n\nimport "fmt" // shown', 'package p\n\nimport "fmt" // shown\nimport "slices"'),
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
        ('package p\n\n// int x;\nimport "C"', 'package p\n\n// int x;\nimport "C"\nimport "slices"'),
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


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ('import "slices"', "", ("slices", 0)),
        ('import sl "slices"', "", ("sl", 0)),
        ('import "sync"', "", ("slices", 1)),
        ('import "golang.org/x/exp/slices"', "", None),
        ("var slices [][]int", "", None),
        ('import "slices"', "slices := 1\n\t_ = slices\n\t_ = 0", None),
        ("", "slices := 1\n\t_ = slices\n\t_ = 0", None),
    ],
)
def test_the_name_of_a_package_where_it_is_free(head: str, body: str, expected: tuple[str, int] | None) -> None:
    file = program(f"package p\n\n{head}\n\nfunc f() {{\n\t{body}\n}}\n")
    there = function(file)
    assert there.body is not None
    last = there.body.named_children[0].named_children[-1] if there.body.named_children else there.body
    found = package_name(file, Bindings.of_function(there), last, "slices")
    assert (found and (found[0], len(found[1]))) == expected
