"""Go files as the engine sees them."""

from pathlib import Path

import pytest

from leakfix.languages.go.adapter import LANGUAGE, GoSurvey
from leakfix.languages.language import OpenFile, languages
from leakfix.models import Models
from tests.console import write


def opened(directory: Path, text: str, go: str = "1.22") -> OpenFile:
    write(directory, {"go.mod": f"module example.com/p\n\ngo {go}\n", "p.go": text})
    workspace = LANGUAGE.workspace(Models.load("go"), GoSurvey())
    return workspace.open(directory / "p.go", text.encode())


def test_it_is_found_by_its_folder() -> None:
    assert languages()["go"] is LANGUAGE
    assert ".go" in LANGUAGE.suffixes


def test_the_content_given_counts_not_the_one_on_disk(tmp_path: Path) -> None:
    write(tmp_path, {"p.go": "package disk\n"})
    file = LANGUAGE.workspace(Models.load("go"), GoSurvey()).open(tmp_path / "p.go", b"package given\n")
    assert file.source.data == b"package given\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("package p\n", []),
        ("package p\n\nfunc f() {\n\tx := \n}\n\nfunc g() {}\n\nfunc h() { ) }\n", [4, 9]),
        ("package p\n\nfunc f() {\n", [4]),
    ],
)
def test_syntax_errors_are_located(tmp_path: Path, text: str, lines: list[int]) -> None:
    file = opened(tmp_path, text)
    assert len(file.syntax_errors()) == len(lines)


def test_comments_in_order(tmp_path: Path) -> None:
    file = opened(tmp_path, 'package p // one\n\n/* two\n   lines */\nvar s = "// none" // three\n')
    assert [text for _, text in file.comments()] == ["// one", "/* two\n   lines */", "// three"]
    assert [file.source.line(span.start) for span, _ in file.comments()] == [1, 3, 5]


@pytest.mark.parametrize(
    ("line", "lines"), [(1, (1, 9)), (2, None), (3, (3, 9)), (4, (4, 6)), (5, (5, 5)), (7, (7, 8)), (99, None)]
)
def test_the_outermost_node_of_a_line(tmp_path: Path, line: int, lines: tuple[int, int] | None) -> None:
    text = "package p\n\nfunc f(x bool) {\n\tif x {\n\t\tf(false)\n\t}\n\tf(\n\t\ttrue)\n}\n"
    assert opened(tmp_path, text).node_lines(line) == lines


@pytest.mark.parametrize(
    ("go", "requires", "admitted"),
    [("1.22", "", True), ("1.22", "go1.22", True), ("1.22", "go1.23", False), ("1.22", "?", False)],
)
def test_versions_gate_what_a_fix_needs(tmp_path: Path, go: str, requires: str, admitted: bool) -> None:
    assert opened(tmp_path, "package p\n", go).admits(requires) == admitted


class TestSurroundings:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        write(
            tmp_path,
            {
                "go.work": "go 1.22\n\nuse (\n\t./a\n\t./b\n)\n",
                "a/go.mod": "module example.com/a\n\ngo 1.22\n\nrequire example.com/c v1.0.0\n"
                "\nreplace example.com/c => ../c\n",
                "b/go.mod": "module example.com/b\n\ngo 1.22\n",
                "c/go.mod": "module example.com/c\n\ngo 1.22\n",
            },
        )
        (tmp_path / "a/vendor").mkdir()
        return tmp_path

    @pytest.mark.parametrize(
        ("path", "places"),
        [
            ("example.com/a/x", ["a/x", "a/vendor/example.com/a/x"]),
            ("example.com/b", ["b", "a/vendor/example.com/b"]),
            ("example.com/c/y", ["c/y", "a/vendor/example.com/c/y"]),
            ("fmt", ["a/vendor/fmt"]),
            ("../../etc", []),
            ("/etc", []),
            ("", []),
        ],
    )
    def test_where_an_import_may_lead(self, tree: Path, path: str, places: list[str]) -> None:
        surroundings = LANGUAGE.surroundings([tree / "a"])
        assert list(surroundings.neighbours(str(tree / "a"), [path])) == [str(tree / place) for place in places]

    def test_contents_change_with_what_settles_versions(self, tree: Path) -> None:
        def contents() -> dict[str, bytes]:
            return dict(LANGUAGE.surroundings([tree / "a"]).contents())

        before = contents()
        assert contents() == before
        write(tree, {"a/go.mod": (tree / "a/go.mod").read_text().replace("1.22", "1.23")})
        assert contents() != before
        before = contents()
        write(tree, {"go.work": "go 1.22\n\nuse ./a\n"})
        assert contents() != before
