"""Input that is broken, huge or made to break: unknown types and no exception."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakfix.languages.go import syntax
from leakfix.languages.go.infer import Types
from leakfix.languages.go.packages import File, World
from leakfix.languages.go.scopes import Bindings
from tests.languages.go.programs import expression, function, program, type_of

DEEP = 20_000


def everything(file: File) -> None:
    """Ask for all there is to know about a file."""
    for found in file.functions:
        bindings, inferred = Bindings.of_function(found), Types.of_function(found)
        for variable in bindings.variables:
            inferred.variable(variable)
            bindings.uses(variable)
        waiting = [found.node]
        while waiting:
            node = waiting.pop()
            inferred.of(node)
            if node.kind_id == syntax.CALL_EXPRESSION:
                inferred.callee(node)
            waiting.extend(node.named_children)
    for name in file.declared:
        found_object = file.package.lookup(name, file)
        if found_object is not None:
            Types(file).object(found_object)


@pytest.mark.parametrize(
    "text",
    [
        "x" + ".a()" * DEEP,
        "(" * DEEP + "x" + ")" * DEEP,
        "-" * DEEP + "1",
        "[]" * DEEP + "int{}",
        "f(" * DEEP + ")" * DEEP,
        "func() { " * 2000 + "}" * 2000,
    ],
    ids=["chain", "parentheses", "signs", "slices", "calls", "literals"],
)
def test_deep_nesting_ends_in_unknown(text: str) -> None:
    everything(program(f"package p\nfunc f(x T) {{ use({text}) }}\n"))


def test_long_sums_are_typed() -> None:
    text = " + ".join(["x"] * DEEP)
    assert type_of(program(f"package p\nfunc f(x float32) {{ use({text}) }}\n"), text) == "float32"


def test_functions_with_syntax_errors_are_marked_and_their_neighbours_are_fine() -> None:
    file = program("package p\nfunc bad() { x := ; if { }\nfunc f() { y := 1; _ = y }\n")
    assert any(found.has_error for found in file.functions) or file.root.has_error
    everything(file)
    good = program("package p\nfunc bad() { x := }\n\nfunc f() { y := 1; _ = y }\n")
    assert [found.has_error for found in good.functions] == [True, False]
    assert type_of(good, "y") == "int"


def test_new_with_an_expression_is_no_syntax_error() -> None:
    file = program('package p\nfunc f(s string) { use(new(s + "x"), new(true), new(g(1).h), new([]int)) }\n')
    assert not file.root.has_error
    assert type_of(file, 'new(s + "x")') == "*string"
    assert file.root.text == file.data
    assert Bindings.of_function(function(file)).variable(expression(file, "s")) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"package",
        b"\xff\xfe\x00package p",
        b'package p\nfunc f() { _ = "\xff\xfe" }\n',
        b"package p\nfunc \xff() {}\ntype \xff struct{}\n",
        b"package p\nfunc f() { <<<<<<< HEAD\n\tx := 1\n=======\n\tx := 2\n>>>>>>> other\n}\n",
        b'package p\nimport ""\nimport `\x00`\nimport "..\\..\\x"\n',
        b"package p\nvar a = b\nvar b = c\nvar c = a\ntype A = B\ntype B = A\ntype C [len(D)]C\n",
        b"package p\nconst a = 1 << 99999999999\nvar x [1 << 99999999999]int\nvar y [a / 0]int\n",
        b"package p\ntype T[P T[P]] struct{ f T[T[P]] }\nfunc f[P T[P]](x P) { f(f(x)) }\n",
        b"package p\ntype T[P any] struct{ f *T[T[P]] }\nfunc f(x T[int]) { use(x.f.f.f.f.f.f) }\n",
        b"package p\ntype I interface{ J; M() }\ntype J interface{ I; N() }\nfunc f(i I) { i.M(); i.N(); i.O() }\n",
        b"package p\ntype S struct{ *S; T }\ntype T struct{ *S }\nfunc f(s S) { s.x.y() }\n",
    ],
)
def test_broken_and_circular_files_raise_nothing(data: bytes) -> None:
    everything(World(environment={"HOME": "/nowhere"}).file(Path("/nowhere/x.go"), data))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_truncated_or_spliced_program_raises_nothing(data: st.DataObject) -> None:
    text = (Path(__file__).parent / "oracle" / "main.go").read_bytes()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 4000)))
    at = data.draw(st.integers(0, len(text)))
    spliced = text[:at][-2000:] + text[start:end]
    everything(World(environment={"HOME": "/nowhere"}).file(Path("/nowhere/x.go"), b"package p\n" + spliced))


def test_directories_with_thousands_of_files(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n")
    for number in range(3000):
        (tmp_path / f"f{number}.go").write_text(f"package m\n\nfunc made{number}() *T{number} {{ return nil }}\n")
    (tmp_path / "main.go").write_text("package m\n\nfunc f() { use(made2999()) }\n")
    world = World(environment={"HOME": str(tmp_path)})
    file = world.file(tmp_path / "main.go")
    assert type_of(file, "made2999()") == "*?"
    assert sum(other.is_parsed for other in file.package.files) < 10
