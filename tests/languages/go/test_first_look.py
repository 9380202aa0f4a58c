"""First looks never say no where the tree would say yes."""

import pytest

from leakfix.languages.go.adapter import LANGUAGE
from leakfix.languages.go.first_look import (
    calls_any,
    imported,
    looks_broken,
    may_be_released,
    methods,
    open_types,
    owner_names,
    released_types,
    results_of,
)
from leakfix.models import Models


@pytest.fixture(scope="module")
def models() -> Models:
    return Models.load("go")


def _owners(files: list[bytes], models: Models) -> frozenset[str]:
    return owner_names(files, models, released_types(files, map(methods, files), models))


class TestOwners:
    @pytest.mark.parametrize(
        ("text", "owners"),
        [
            ("func Load() (*os.File, error) {\n\treturn os.Open(p)\n}\n", {"Load"}),
            ("func Load(\n\tp string,\n) (*os.File, error) {\n\treturn os.Open(p)\n}\n", {"Load"}),
            ("func Load[T any](p T) *os.File {\n\treturn os.Open(p)\n}\n", {"Load"}),
            ("func (s *Store) Load() (f *os.File, err error) {\n\treturn os.Open(p)\n}\n", {".Load"}),
            ("func Load(p string) (*os.File, error) { return os.Open(p) }\n", {"Load"}),
            ("func (s *Store) Load() *os.File { return os.Open(p) } // shared\n\nfunc f() {\n}\n", {".Load"}),
            ("func asm(p string) *os.File\n\nfunc Load() *os.File { return os.Open(asm(p)) }\n", {"Load"}),
            ("func Size() (int64, error) {\n\tf, err := os.Open(p)\n}\n", set()),
            ("func Give(f *os.File) error {\n\tos.Open(p)\n}\n", set()),
            ("func Old() *os.File {\n\treturn kept\n}\n", set()),
            ("func Pair() (func() (int, error), *os.File) {\n\tos.Open(p)\n}\n", {"Pair"}),
        ],
    )
    def test_a_function_that_acquires_and_returns_something_to_release(
        self, models: Models, text: str, owners: set[str]
    ) -> None:
        assert _owners([b"package p\n\n" + text.encode()], models) == owners

    @pytest.mark.parametrize(
        "declaration",
        [
            "type Log struct{}\n\nfunc (l *Log) Close() error {\n\treturn nil\n}\n",
            "type Log struct{}\n\nfunc (l Log) Stop() {\n}\n",
            "type Log[T any] struct{}\n\nfunc (l *Log[T]) Shutdown(ctx context.Context) {\n}\n",
            "type Log struct {\n\t*os.File\n\tname string\n}\n",
            "type Log struct {\n\tname string\n\n\tio.Closer // promoted\n}\n",
            "type Log interface {\n\tName() string\n\tClose() error\n}\n",
            "type Log interface {\n\tio.ReadCloser\n}\n",
            "type (\n\tLog struct {\n\t\tinner\n\t}\n)\n\ntype inner struct {\n\tnet.Conn\n}\n",
        ],
    )
    def test_a_type_of_the_project_that_closes(self, models: Models, declaration: str) -> None:
        make = b"package p\n\nfunc NewLog(p string) (*Log, error) {\n\tf, err := os.Open(p)\n}\n"
        assert _owners([b"package q\n\n" + declaration.encode(), make], models) == {"NewLog"}

    def test_owners_of_what_owners_return(self, models: Models) -> None:
        text = (
            "package p\n\nfunc a() *os.File {\n\treturn b()\n}\n\nfunc b() *os.File {\n\treturn c()\n}\n\n"
            "func c() *os.File {\n\treturn must(os.Open(p))\n}\n\nfunc d() *os.File {\n\treturn e()\n}\n"
        )
        assert _owners([text.encode()], models) == {"a", "b", "c"}

    @pytest.mark.parametrize(
        ("function", "may"),
        [
            ("Load(p string) (*os.File, error) {\n\treturn os.Open(p)\n}\n", True),
            ("Load(\n\tp string,\n) (any, error) {\n\treturn os.Open(p)\n}\n", True),
            ("Load() interface{ Name() string } {\n\treturn os.Open(p)\n}\n", True),
            ("(s *Store) Load() (func(), error) {\n\treturn s.release, nil\n}\n", True),
            ("Load() (int, Release) {\n\treturn 1, release\n}\n", True),
            ("Load() Other {\n\treturn other\n}\n", True),
            ("Load() (*Answer, error) {\n\treturn get()\n}\n", False),
            ("(s *Store) Load(f *os.File) error {\n\treturn nil\n}\n", False),
            ("Load(f *os.File) {\n}\n", False),
        ],
    )
    def test_a_result_that_may_have_to_be_released(self, models: Models, function: str, may: bool) -> None:
        files = [b"package p\n\ntype Release func()\n\ntype Other = os.File\n\ntype Answer struct{}\n"]
        types = released_types(files, map(methods, files), models) | open_types(files)
        assert may_be_released(results_of(function.encode()), types) == may


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("os.Open(p)", True),
        ("Open(p)", True),
        ("x := !Open(p)", True),
        ("[]int{Open(p)}", True),
        ("f(Open(p))", True),
        ("(Open(p))", True),
        ("(\nOpen(p))", True),
        ("myOpen(p)", False),
        ("OpenFile(p)", False),
        ("Open[T](p)", False),
        ("Open (p)", False),
        ("Open", False),
        ("", False),
        ("x" * 200 + "Open(p)", False),
        (" " * 200 + "Open(p)", True),
    ],
)
def test_calls_by_name(text: str, called: bool) -> None:
    assert calls_any({"Open", ".Close"})(text.encode()) == called


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        (b"package p\n", False),
        (b"// Comment.\n\npackage p\n", False),
        (b"\xef\xbb\xbfpackage p\r\n", False),
        (b"/* package q */ package p\n", False),
        (b'package p\n\nvar s = "\xc3\xbc"\n', False),
        (b"", True),
        (b"func f() {}\n", True),
        (b"package p\n\nfunc f() {\n", True),
        (b"package p\n\n<<<<<<< HEAD\n", True),
        (b'package p\n\nvar s = "\xfc"\n', True),
    ],
)
def test_what_looks_broken(data: bytes, broken: bool) -> None:
    assert looks_broken(data) == broken


def test_imports_stand_above_the_first_function() -> None:
    data = b'package p\n\nimport (\n\t"os"\n\tx "example.com/x/v2"\n)\n\nfunc f() { g("no.such/import") }\n'
    assert list(imported(data)) == ["os", "example.com/x/v2"]


def test_a_test_file_is_told_by_its_name() -> None:
    assert LANGUAGE.is_test("a_test.go")
    assert not LANGUAGE.is_test("atest.go")
