"""Files that want to do harm: they cost little time and raise nothing."""

import os
import time
from pathlib import Path

import pytest

from leakfix.languages.c import syntax
from leakfix.languages.c.files import CFile
from leakfix.languages.c.scopes import Bindings
from leakfix.languages.c.survey import survey
from leakfix.languages.c.types import Types
from leakfix.languages.c.world import World

_SECONDS = 20

HOSTILE = {
    "empty": b"",
    "nul": b"\0" * 1000 + b"int f(void) { return \0; }",
    "not utf-8": b"int caf\xe9(void) { char *\xff = \"\xfe\"; return \xe9; }\n",
    "bom": b"\xef\xbb\xbfint f(void) { return 1; }\n",
    "carriage returns": b"int f(void) {\r  return 1;\r}\r",
    "deep blocks": b"int f(void) " + b"{" * 3000 + b"}" * 3000,
    "deep parentheses": b"int f(void) { return " + b"(" * 3000 + b"1" + b")" * 3000 + b"; }",
    "deep pointers": b"int f(int " + b"*" * 5000 + b"p) { return p; }",
    "deep names": b"int f() { return " + b"a::" * 3000 + b"b; }",
    "deep templates": b"void f(" + b"A<" * 2000 + b"int" + b">" * 2000 + b" p) { p; }",
    "deep classes": b"class A { " * 500 + b"void f() {} " + b"};" * 500,
    "deep conditionals": b"#if A\n" * 5000 + b"int f(void) {\n" + b"#endif\n" * 5000 + b"}\n",
    "open conditionals": b"#if A\nint f(void) {\n" * 3000,
    "macros that call each other": b"".join(b"#define M%d(x) M%d(x) M%d(x)\n" % (n, n + 1, n + 1) for n in range(300)),
    "typedefs without an end": b"typedef " * 100_000,
    "heads without an end": b"\nint f(" * 50_000,
    "statements without an end": b"int f(void) {\n" + b"  FOO(\n" * 20_000,
    "words": b"A " * 200_000,
    "text": b"int f(void) { return g(" + b'"a" B ' * 20_000 + b'"c"); }',
    "comment": b"int f(void) { return 1; }\n/*" + b"/* #if 0 { \" " * 2_000,
    "backslashes": b"#define X " + b"\\\n" * 50_000 + b"\nint f(void) { return X; }\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("suffix", [".c", ".cc"])
def test_it_comes_to_an_end(name: str, suffix: str) -> None:
    data = HOSTILE[name]
    started = time.process_time()
    path = f"/nowhere/a{suffix}"
    world = World(survey([(path, data)], ["malloc", "new"]))
    file = world.file(path, data)
    for function in file.functions:
        bindings = Bindings.of_function(function)
        types = Types.of_function(world, function)
        for variable in bindings.variables:
            types.variable(variable)
            bindings.uses(variable)
        for node in list(syntax.walk(function.body))[:2000]:
            types.of(node)
            if node.type == syntax.CALL_EXPRESSION:
                types.callee(node)
    assert file.structs is not None
    assert file.macros is not None
    assert time.process_time() - started < _SECONDS


def test_types_that_mean_each_other() -> None:
    data = (
        b"typedef a b; typedef b a; struct s : s {}; class P : public Q {}; class Q : public P {};\n"
        b"int f(a x, P y) { return x->z + y.z; }\n"
    )
    world = World()
    file = world.file("/nowhere/a.cc", data)
    types = Types.of_function(world, file.functions[0])
    for node in syntax.walk(file.functions[0].body):
        assert types.of(node) is None or node.type == syntax.IDENTIFIER


def test_unreadable_includes(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / "pipe.h")
    (tmp_path / "circle.h").symlink_to("circle.h")
    (tmp_path / "large.h").write_bytes(b"\n" * (5 << 20))
    (tmp_path / "a.c").write_bytes(
        b'#include "pipe.h"\n#include "circle.h"\n#include "large.h"\nint f(void) { return g(); }\n'
    )
    world = World()
    file = world.file(tmp_path / "a.c")
    assert world.function("g", file) is None
    assert world.macro("X", file) is None


def test_a_file_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing"):
        World().file(tmp_path / "nothing.c")


def test_a_file_on_its_own_has_an_error_where_it_has() -> None:
    file = CFile.of("/nowhere/a.c", b"int f(void) { return 1; }\n@@@@\nint g(void) { return 2; }\n")
    assert [one.name for one in file.functions] == ["f", "g"]
