"""What a file's use of the standard library tells about its Go version."""

import pytest

from leakfix.languages.go.features import Features
from tests.languages.go.programs import body


@pytest.mark.parametrize(
    ("imports", "line", "expected"),
    [
        ('import "slices"', "slices.Sort(x)", "1.21"),
        ('import "os"', "os.Open(x)", None),
        ('import "os"', "os.ReadFile(x)", "1.16"),
        ('import sys "os"', "sys.ReadFile(x)", "1.16"),
        ('import "context"', "context.AfterFunc(x, y)", "1.21"),
        ('import "context"', "// context.AfterFunc", None),
        ('import "sync"', "sync := x; sync.OnceFunc(y)", None),
        ('import "sync/atomic"', "var n atomic.Int64; _ = n", "1.19"),
        ('import ("os"; "iter")', "os.ReadFile(x)", "1.23"),
        ('import "example.com/slices"', "slices.Sort(x)", None),
    ],
)
def test_newest_release_used(imports: str, line: str, expected: str | None) -> None:
    found = Features().used_at_least(body(line, declarations=imports))
    assert (str(found) if found else None) == expected
