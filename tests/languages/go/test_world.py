"""Where packages come from: files, modules, workspaces, vendor directories, module caches, the snapshot."""

from pathlib import Path

import pytest

from leakfix.languages.go.packages import World
from tests.languages.go.programs import callee_of, type_of, write

MAIN = 'package main\n\nimport "{path}"\n\nfunc f() {{ use({name}.Make()) }}\n'


def result(world: World, file: Path, call: str) -> str:
    return type_of(world.file(file), call)


def library(package: str = "lib", made: str = "int") -> str:
    return f"package {package}\n\ntype Made {made}\n\nfunc Make() *Made {{ return nil }}\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory of nobody, so that the tester's module cache is not seen."""
    return tmp_path / "home"


@pytest.fixture
def world(home: Path) -> World:
    return World(environment={"HOME": str(home)})


@pytest.mark.parametrize(
    ("path", "name", "files", "expected"),
    [
        ("example.com/app/lib", "lib", {"lib/a.go": library()}, "*example.com/app/lib.Made"),
        ("example.com/app/go-odd", "odd", {"go-odd/a.go": library("odd")}, "*example.com/app/go-odd.Made"),
        ("example.com/app/x", "truly", {"x/a.go": library("truly")}, "*example.com/app/x.Made"),
        ("example.com/dep", "dep", {"vendor/example.com/dep/a.go": library("dep")}, "*example.com/dep.Made"),
        ("example.com/near", "near", {"near/go.mod": "module example.com/near\n", "near/n.go": library("near")},
         "*example.com/near.Made"),
        ("example.com/far/sub", "sub", {"../home/go/pkg/mod/example.com/far@v1.2.3/sub/a.go": library("sub")},
         "*example.com/far/sub.Made"),
        ("example.com/Upper", "upper", {"../home/go/pkg/mod/example.com/!upper@v0.1.0/a.go": library("upper")},
         "*example.com/Upper.Made"),
        ("example.com/old", "fork", {"../home/go/pkg/mod/example.com/fork@v2.0.0/a.go": library("fork")},
         "*example.com/old.Made"),
        ("example.com/absent", "absent", {}, "?"),
        ("example.com/app/absent", "absent", {}, "?"),
        ("../escape", "escape", {"../escape/a.go": library("escape")}, "?"),
        ("/etc", "etc", {}, "?"),
    ],
)  # fmt: skip
def test_imports_lead_to_source(
    tmp_path: Path, world: World, path: str, name: str, files: dict[str, str], expected: str
) -> None:
    module = (
        "module example.com/app // the app\n\ngo 1.21\n\nrequire (\n\texample.com/far v1.2.3 // indirect\n"
        '\t"example.com/Upper" v0.1.0\n)\nrequire example.com/old v1.0.0\nrequire example.com/near v0.0.0\n'
        "replace example.com/near => ./near\nreplace example.com/old v1.0.0 => example.com/fork v2.0.0\n"
    )
    root = write(tmp_path / "app", {"go.mod": module, "main.go": MAIN.format(path=path, name=name), **files})
    assert result(world, root / "main.go", f"{name}.Make()") == expected


def test_workspaces_join_modules(tmp_path: Path, world: World) -> None:
    files = {
        "go.work": "go 1.22\n\nuse (\n\t./one\n\t./two\n)\n",
        "one/go.mod": "module example.com/one\n",
        "one/main.go": MAIN.format(path="example.com/two/lib", name="lib"),
        "two/go.mod": "module example.com/two\n",
        "two/lib/lib.go": library(),
    }
    root = write(tmp_path, files)
    assert result(world, root / "one/main.go", "lib.Make()") == "*example.com/two/lib.Made"


def test_gopath_without_modules(home: Path, world: World) -> None:
    root = write(home / "go/src", {"me/app/a.go": MAIN.format(path="me/lib", name="lib"), "me/lib/l.go": library()})
    assert result(world, root / "me/app/a.go", "lib.Make()") == "*me/lib.Made"
    assert world.file(root / "me/app/a.go").package.path == "me/app"


def test_standard_library_comes_from_the_snapshot(tmp_path: Path, world: World) -> None:
    root = write(
        tmp_path, {"go.mod": "module m\n", "a.go": 'package m\nimport "net/http"\nfunc f() { http.Get("") }\n'}
    )
    assert result(world, root / "a.go", 'http.Get("")') == "(*net/http.Response, error)"


def test_dependencies_of_dependencies_follow_the_main_module(tmp_path: Path, home: Path, world: World) -> None:
    cache = home / "go/pkg/mod/example.com"
    write(cache, {
        "a@v1.0.0/a.go": 'package a\nimport "example.com/b"\nfunc Make() *b.Made { return b.Make() }\n',
        "a@v1.0.0/go.mod": "module example.com/a\nrequire example.com/b v1.0.0\n",
        "b@v1.0.0/b.go": library("b", "int"),
        "b@v1.5.0/b.go": library("b", "struct{ Newer int }"),
    })  # fmt: skip
    module = "module app\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.5.0\n)\n"
    text = 'package app\nimport "example.com/a"\nfunc f() { use(a.Make().Newer) }\n'
    root = write(tmp_path / "app", {"go.mod": module, "main.go": text})
    assert result(world, root / "main.go", "a.Make().Newer") == "int"


@pytest.mark.parametrize(
    ("go", "line", "expected"),
    [("go 1.21.4", "", "1.21"), ("", "", None), ("go 1.18", "//go:build go1.22\n\n", "1.22")],
)
def test_version_of_a_file(tmp_path: Path, world: World, go: str, line: str, expected: str | None) -> None:
    root = write(tmp_path, {"go.mod": f"module m\n{go}\ntoolchain go1.99\n", "sub/a.go": f"{line}package sub\n"})
    found = world.file(root / "sub/a.go").version
    assert (str(found) if found else None) == expected


def test_tests_belong_to_their_package_and_external_tests_to_their_own(tmp_path: Path, world: World) -> None:
    files = {
        "go.mod": "module example.com/m\n",
        "a.go": "package m\ntype T struct{}\n",
        "a_test.go": "package m\nfunc helper() *T { return nil }\nfunc inside() { use(helper()) }\n",
        "x_test.go": 'package m_test\nimport "example.com/m"\nfunc outside() { use(new(m.T)) }\n',
    }
    root = write(tmp_path, files)
    inner, outer = world.package(root), world.package(root, test=True)
    assert ([file.path.name for file in inner.files], inner.path) == (["a.go", "a_test.go"], "example.com/m")
    assert ([file.path.name for file in outer.files], outer.path) == (["x_test.go"], "example.com/m_test")
    assert result(world, root / "a_test.go", "helper()") == "*example.com/m.T"
    assert result(world, root / "x_test.go", "new(m.T)") == "*example.com/m.T"


def test_files_for_other_platforms(tmp_path: Path, world: World) -> None:
    shared = "package p\nfunc use_%s() { use(open()) }\n"
    files = {
        "a_linux.go": "package p\nfunc open() int { return 0 }\n",
        "a_windows.go": 'package p\nfunc open() string { return "" }\n' + shared.partition("\n")[2] % "windows",
        "b.go": shared % "any",
        "c.go": "//go:build ignore\n\npackage main\nfunc open() error { return nil }\n",
    }
    root = write(tmp_path, files)
    assert result(world, root / "a_windows.go", "open()") == "string"
    assert result(world, root / "b.go", "open()") == "int"


def test_an_edited_buffer_sees_itself_and_nobody_else_sees_it(tmp_path: Path, world: World) -> None:
    root = write(tmp_path, {
        "go.mod": "module m\n",
        "a.go": "package m\nfunc a() int { return 0 }\nfunc f() { use(a()) }\n",
        "b.go": "package m\nfunc g() { use(a()) }\n",
    })  # fmt: skip
    assert result(world, root / "b.go", "a()") == "int"
    edited = world.file(root / "a.go", data=b"package m\nfunc a() string { return x() }\nfunc f() { use(a()); g() }\n")
    assert type_of(edited, "a()") == "string"
    assert edited.source.data.startswith(b"package m\nfunc a() string")
    assert result(world, root / "b.go", "a()") == "int"
    assert result(world, root / "a.go", "a()") == "int"
    assert world.file(root / "a.go", data=(root / "a.go").read_bytes()) is world.file(root / "a.go")


def test_links_out_of_a_module_are_not_followed(tmp_path: Path, world: World) -> None:
    write(tmp_path, {"secret/s.go": library("lib"), "app/go.mod": "module app\n", "app/real/r.go": library("lib")})
    app = tmp_path / "app"
    write(app, {"lib/own.go": "package lib\n", "main.go": MAIN.format(path="app/lib", name="lib")})
    (app / "lib/leak.go").symlink_to(tmp_path / "secret/s.go")
    (app / "linked").symlink_to(tmp_path / "secret")
    (app / "inside").mkdir()
    (app / "inside/fine.go").symlink_to(app / "real/r.go")
    write(app, {name + ".go": MAIN.format(path=f"app/{name}", name="lib") for name in ("linked", "inside")})
    assert result(world, app / "main.go", "lib.Make()") == "?"
    assert result(world, app / "linked.go", "lib.Make()") == "?"
    assert result(world, app / "inside.go", "lib.Make()") == "*app/inside.Made"


def test_only_regular_files_are_read(tmp_path: Path, world: World) -> None:
    root = write(tmp_path, {"go.mod": "module m\n", "a.go": "package m\nfunc f() { use(g()) }\n"})
    (root / "dir.go").mkdir()
    (root / "broken.go").symlink_to(root / "nowhere.go")
    assert [file.path.name for file in world.package(root).files] == ["a.go"]


def test_only_declarations_asked_for_are_parsed(tmp_path: Path, world: World) -> None:
    root = write(tmp_path, {
        "go.mod": "module m\n",
        "a.go": "package m\nfunc f() { use(made(), other) }\n",
        "b.go": 'package m\nimport "os"\n\nfunc made() *os.File { return nil }\n\nvar (\n\tother = 1.5\n\tx = 1\n)\n',
        "c.go": "package m\nfunc unrelated() {}\n",
    })  # fmt: skip
    file = world.file(root / "a.go")
    assert (type_of(file, "made()"), type_of(file, "other")) == ("*os.File", "float64")
    found = callee_of(file, "made()")
    assert found is not None and found.function is not None and found.function.body is not None
    assert found.function.file.source.line(found.function.node.start_byte) == 4
    assert [other.path.name for other in file.package.files if other.is_parsed] == ["a.go"]


def test_a_released_file_is_read_again_when_asked(tmp_path: Path, world: World) -> None:
    root = write(tmp_path, {
        "go.mod": "module m\n",
        "a.go": "package m\nfunc a() *T { return b() }\ntype T struct{}\nfunc (*T) Close() error { return nil }\n",
        "b.go": "package m\nfunc b() *T { return a() }\nfunc c() { use(b().Close()) }\n",
    })  # fmt: skip
    first, second = world.file(root / "a.go"), world.file(root / "b.go")
    asked = ((first, "b()", "*m.T"), (second, "a()", "*m.T"), (second, "b().Close()", "error"))
    assert [type_of(file, text) for file, text, _ in asked] == [expected for *_, expected in asked]
    for file in (first, second):
        file.release()
        assert not file.is_parsed
    assert [type_of(file, text) for file, text, _ in asked] == [expected for *_, expected in asked]


@pytest.mark.parametrize(
    "text",
    [
        "package m\nfunc  made( ) (*int)  { return nil }\n",
        "package m; func made() *int { return nil }\n",
        "package m\n\t func made() *int { return nil }\n",
        "package m\nvar (\n  a = 1\n  made = func() *int { return nil }\n)\n",
        "package m\nvar x = `\nfunc made() string {}\n`\nfunc made() *int { return nil }\n",
        "package m\n/*\nfunc made() string {}\n*/\nvar z, made = 1, func() *int { return nil }\n",
        "package m\r\n\r\nfunc made() *int {\r\n\treturn nil\r\n}\r\n",
    ],
)
def test_declarations_are_found_however_they_are_laid_out(tmp_path: Path, world: World, text: str) -> None:
    root = write(tmp_path, {"go.mod": "module m\n", "a.go": "package m\nfunc f() { use(made()) }\n"})
    (root / "b.go").write_text(text, newline="")
    assert result(world, root / "a.go", "made()") == "*int"


def test_names_of_universe_shadowed_in_another_file(tmp_path: Path, world: World) -> None:
    root = write(tmp_path, {
        "go.mod": "module m\n",
        "a.go": "package m\nfunc f(e error) { use(len(1), e, max(1, 2)) }\n",
        "b.go": 'package m\nfunc len(x int) string { return "" }\n\ntype error struct{}\n\nvar s = []any{\n\tmax,\n}\n',
    })  # fmt: skip
    file = world.file(root / "a.go")
    assert [type_of(file, text) for text in ("len(1)", "e", "max(1, 2)")] == ["string", "m.error", "untyped int"]


def test_dot_imports(tmp_path: Path, world: World) -> None:
    text = 'package m\nimport . "os"\nfunc f() { use(Open(""), own()) }\nfunc own() int { return 1 }\n'
    root = write(tmp_path, {"go.mod": "module m\n", "a.go": text})
    assert [result(world, root / "a.go", call) for call in ('Open("")', "own()")] == ["(*os.File, error)", "int"]
