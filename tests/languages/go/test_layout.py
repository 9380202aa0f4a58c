"""What the bytes of a formatted file tell of its functions and imports; of others they tell nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakfix.languages.go import layout, syntax
from leakfix.languages.go.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from leakfix.languages.go.packages import File


def told(text: str) -> list[tuple[str, str]] | None:
    found = layout.standings(text.encode(), lambda _: False)
    return None if found is None else [(one.receiver, one.name) for one in found]


def opened(directory: Path, text: str) -> File:
    path = directory / "a.go"
    path.write_text(text)
    return World().file(path)


@pytest.mark.parametrize(
    ("text", "functions"),
    [
        ("package p\n", []),
        ("package p\n\nfunc f() {}\n", [("", "f")]),
        ("package p\n\nfunc f[T any](x T) {\n}\n\nfunc (q *Q[K, V]) g() {\n}\n", [("", "f"), ("Q", "g")]),
        ("package p\n\nfunc f() { g(func(x int) error { return nil }) }\n", [("", "f")]),
        ("package p\n\n// func g() is gone :-)\nfunc f() {}\n", [("", "f")]),
        ('package p\n\nfunc f() { print("(") }\n', [("", "f")]),
        pytest.param("package p; func f() {}\n", None, id="on a line with something else"),
        pytest.param("package p\n\n  func f() {}\n", None, id="indented"),
        pytest.param("package p\n\nfunc f() { ) }\n", None, id="unpaired"),
        pytest.param("package p\n\nfunc größe() {}\n", None, id="of letters that bytes do not tell"),
        pytest.param("package p\n\nfunc (q /* who? */) f() {}\n", None, id="a comment for a receiver"),
        pytest.param("package p\n\n<<<<<<< ours\nfunc f() {}\n", None, id="a conflict"),
    ],
)
def test_functions_are_told_by_bytes_or_not_at_all(text: str, functions: list[tuple[str, str]] | None) -> None:
    assert told(text) == functions


@pytest.mark.parametrize(
    "text",
    [
        "package p\n\nfunc f() {\nouter:\n\tfor {\n\t\tbreak outer\n\t}\n}\n\nvar x = 1\n\nfunc g() {\n}\n",
        "package p\n\nfunc f() {\nvar y = 1\n_ = y\n}\n\nfunc g() {}\n",
        "package p\n\nfunc f() string {\n\treturn `\nfunc h() {\n}\n`\n}\n\n// g does\n// nothing.\nfunc g() {}\n",
        "package p\n\nfunc f(\n\ta int,\n) error {\n\treturn nil\n}\n\nfunc g() {}\n",
    ],
)
def test_functions_parsed_alone_are_those_of_the_whole_file(tmp_path: Path, text: str) -> None:
    file = opened(tmp_path, text)
    alone = [(one.name, one.node.start_byte, one.node.end_byte, str(one.node)) for one in file.functions]
    assert not file.is_parsed
    whole = syntax.parse(text.encode()).root_node
    nodes = [child for child in whole.children if child.type == "function_declaration"]
    assert [one[1:] for one in alone] == [(node.start_byte, node.end_byte, str(node)) for node in nodes]
    assert [one[0] for one in alone] == ["f", "g"]


def test_nodes_of_a_function_are_its_own_wherever_they_are_asked_for(tmp_path: Path) -> None:
    text = "package p\n\nvar a = b\n\nfunc f() { c() }\n\n// d\nvar e = 1\n"
    file = opened(tmp_path, text)
    (function,) = file.functions
    at = {name: text.index(name) for name in ("a = b", "c()", "// d", "e = 1")}
    call = file.descendant(at["c()"], at["c()"] + 1)
    assert call is not None
    assert call == function.node.descendant_for_byte_range(at["c()"], at["c()"] + 1)
    found = [file.descendant(offset, offset + 1) for offset in at.values()]
    assert [node.type for node in found if node is not None] == ["identifier", "identifier", "comment", "identifier"]
    assert file.function_around(at["c()"]) is function
    assert file.function_around(at["// d"]) is None
    assert not file.is_parsed


@pytest.mark.parametrize(
    ("head", "imports"),
    [
        ("package p\n", ()),
        ('package p\n\nimport "os"\n', (("", "os"),)),
        (
            'package p // about p\n\nimport (\n\t"os"\n\n\t// more\n\tio "example.com/io" // ours\n\t_ "x"\n)\n',
            (("", "os"), ("io", "example.com/io"), ("_", "x")),
        ),
        pytest.param('package p; import "os"\n', None, id="on a line with something else"),
        pytest.param('/* package p */ package p\n\nimport "os"\n', None, id="behind a comment"),
        pytest.param('package p\n\nimport ("os"; "io")\n', None, id="on one line"),
        pytest.param('package p\n\nimport (\n\t"os"\n', None, id="not closed"),
    ],
)
def test_imports_are_told_by_bytes_or_not_at_all(head: str, imports: tuple[tuple[str, str], ...] | None) -> None:
    assert layout.imports(head.encode()) == imports
