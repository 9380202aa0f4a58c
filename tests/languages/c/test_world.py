"""Where names are defined, in a tree of files."""

from pathlib import Path

import pytest

from leakfix.languages.c.survey import CSurvey
from leakfix.languages.c.world import World
from tests.console import write
from tests.languages.c.programs import tree

FILES = {
    "src/a.c": '#include "a.h"\nstatic void helper(void) {}\nint main(void) { run(); helper(); shared(); return 0; }\n',
    "src/a.h": "#ifndef A_H\n#define A_H\n#define LIMIT 3\n"
    "static inline int small(void) { return LIMIT; }\nint run(void);\n#endif\n",
    "src/b.c": '#include "a.h"\nstatic void helper(void) {}\nint run(void) { return small(); }\n',
    "src/c.c": "#define LIMIT 4\nint shared(void) { return 1; }\n",
    "src/d.c": "int shared(void) { return 2; }\n",
    "src/e.cc": "namespace n { class P { public: void stop() {} void go(); static P *make(); };\n"
    "void P::go() { stop(); } }\n",
    "src/f.cc": "n::P *n::P::make() { return new P; }\nvoid over(int a) {}\nvoid over(char *a) {}\n",
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    return tree(tmp_path, FILES)


@pytest.mark.parametrize(
    ("name", "from_file", "place"),
    [
        ("run", "src/a.c", "src/b.c"),
        ("helper", "src/a.c", "src/a.c"),
        ("helper", "src/b.c", "src/b.c"),
        ("helper", "src/c.c", ""),
        ("small", "src/b.c", "src/a.h"),
        ("small", "src/c.c", ""),
        ("shared", "src/a.c", ""),
        ("shared", "src/d.c", "src/d.c"),
        ("P::go", "src/f.cc", "src/e.cc"),
        ("n::P::go", "src/f.cc", "src/e.cc"),
        ("m::P::go", "src/f.cc", ""),
        ("P::stop", "src/f.cc", "src/e.cc"),
        ("over", "src/f.cc", ""),
        ("nothing", "src/a.c", ""),
    ],
)
def test_functions(world: World, tmp_path: Path, name: str, from_file: str, place: str) -> None:
    found = world.function(name, world.file(tmp_path / from_file))
    assert (found.file.path if found is not None else "") == (str(tmp_path / place) if place else "")


def test_all_that_a_name_may_mean(world: World, tmp_path: Path) -> None:
    file = world.file(tmp_path / "src/f.cc")
    assert len(world.functions("over", file)) == 2
    assert len(world.functions("shared", file)) == 2


@pytest.mark.parametrize(
    ("from_file", "body"), [("src/a.c", b"3"), ("src/b.c", b"3"), ("src/c.c", b"4"), ("src/d.c", None)]
)
def test_macros(world: World, tmp_path: Path, from_file: str, body: bytes | None) -> None:
    found = world.macro("LIMIT", world.file(tmp_path / from_file))
    assert (found.body if found is not None else None) == body


def test_the_bytes_given_count_not_those_on_disk(world: World, tmp_path: Path) -> None:
    file = world.file(tmp_path / "src/a.c")
    assert world.function("run", file) is not None
    world.file(tmp_path / "src/b.c", b"int walk(void) { return 1; }\n")
    assert world.function("run", file) is None
    assert world.function("walk", file) is None  # b.c is not included, and the survey knows nothing of it


def test_what_is_included_counts_without_a_survey(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".git/HEAD": "",
            "a.c": '#include "sub/a.h"\n',
            "sub/a.h": '#include "b.h"\n',
            "sub/b.h": "#define N 1\nstruct s { int x; };\n",
        },
    )
    world = World()
    file = world.file(tmp_path / "a.c")
    assert [Path(path).name for path in world.reach(file)] == ["a.c", "a.h", "b.h"]
    assert world.macro("N", file) is not None
    struct = world.struct("s", file)
    assert struct is not None
    assert list(struct.members) == ["x"]


def test_includes_that_go_in_circles(tmp_path: Path) -> None:
    world = tree(
        tmp_path, {"a.h": '#include "b.h"\n#define A 1\n', "b.h": '#include "a.h"\n#include "b.h"\n#define B 2\n'}
    )
    file = world.file(tmp_path / "a.h")
    assert len(world.reach(file)) == 2
    assert world.macro("B", file) is not None


def test_nothing_outside_of_the_tree_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "outside.h": "#define SECRET 1\n",
            "tree/.git/HEAD": "",
            "tree/a.c": '#include "link.h"\n#include "../outside.h"\n',
        },
    )
    (tmp_path / "tree/link.h").symlink_to(tmp_path / "outside.h")
    world = World()
    file = world.file(tmp_path / "tree/a.c")
    assert world.reach(file) == (str(tmp_path / "tree/a.c"),)
    assert world.macro("SECRET", file) is None


@pytest.mark.parametrize("name", ["missing.h", "folder", "/etc/passwd", "a\0b.h", "", "../../../../../../etc/passwd"])
def test_includes_that_lead_nowhere(tmp_path: Path, name: str) -> None:
    write(tmp_path, {".git/HEAD": "", "folder/x.h": "", "a.c": f'#include "{name}"\nint f(void) {{ return 1; }}\n'})
    world = World(CSurvey())
    file = world.file(tmp_path / "a.c")
    assert world.reach(file)[0] == str(tmp_path / "a.c")
    assert world.function("g", file) is None


@pytest.mark.parametrize(
    ("files", "standard"),
    [
        ({"CMakeLists.txt": "set(CMAKE_CXX_STANDARD 14)\n"}, 14),
        ({"Makefile": "CXXFLAGS = -O2 -std=gnu++11\nCFLAGS = -std=c99\n"}, 11),
        ({"Makefile": "CFLAGS = -std=c99\n"}, None),
        ({"config.m4": 'CXXFLAGS="$CXXFLAGS -std=c++17"\n'}, 17),
        ({"meson.build": "project('p', 'cpp', default_options: ['cpp_std=c++20'])\n"}, 20),
        (
            {
                "compile_commands.json": '[{"command": "c++ -std=c++98 a.cc"}]',
                "CMakeLists.txt": "CMAKE_CXX_STANDARD 17",
            },
            98,
        ),
        ({"CMakeLists.txt": "target_compile_features(p PUBLIC cxx_std_17)\n"}, 17),
        ({"configure.ac": "AX_CXX_COMPILE_STDCXX([14], [noext], [mandatory])\n"}, 14),
        ({"src/CMakeLists.txt": "set(CMAKE_CXX_STANDARD 11)\n", "CMakeLists.txt": "set(CMAKE_CXX_STANDARD 17)\n"}, 11),
        ({}, None),
    ],
)
def test_the_standard_that_a_build_file_states(tmp_path: Path, files: dict[str, str], standard: int | None) -> None:
    write(tmp_path, {".git/HEAD": "", "src/a.cc": "int f() { return 1; }\n", **files})
    world = World()
    assert world.standard(world.file(tmp_path / "src/a.cc")) == standard


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("auto p = std::make_unique<P>(1);", 14),
        ("P *p = nullptr;", 11),
        ("std::unique_ptr<P> p;", 11),
        ("if constexpr (x) {}", 17),
        ("P *p = 0;", None),
    ],
)
def test_the_standard_that_code_needs(tmp_path: Path, text: str, standard: int | None) -> None:
    write(tmp_path, {".git/HEAD": ""})
    world = World()
    assert world.standard(world.file(tmp_path / "a.cc", text.encode())) == standard
    assert world.standard(world.file(tmp_path / "a.c", text.encode())) is None
