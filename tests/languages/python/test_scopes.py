"""Names by Python's own rules: what the interpreter says of them, and what is said besides."""

import sysconfig
from pathlib import Path

import pytest

from leakfix.languages.python import syntax
from leakfix.languages.python.bindings import Bindings
from leakfix.languages.python.files import PyFile
from leakfix.languages.python.variables import Variable
from tests.languages.python.symbols import differences

_STDLIB = Path(sysconfig.get_path("stdlib"))
_SAMPLES = ("argparse", "ast", "asyncio/base_events", "dataclasses", "enum", "inspect", "pickle", "tarfile", "typing")

_EVERYTHING = """
import os, os.path as p
from io import *
from a.b import c as d
counter = 0

class Pool(list):
    limit = 3
    slots = [limit for _ in range(limit)]
    def take(self, n=limit, /, *rest: int, timeout: float = limit, **more) -> "Pool":
        global counter
        counter += 1
        total = [n for n in (n for n in rest) if (kept := n)]
        def inner():
            nonlocal total
            total = 3
            return total, counter, limit
        with open(n) as (a, b), open(n) as self.file:
            pass
        try:
            pass
        except OSError as error:
            del error
        match n:
            case [first, *others] if first: pass
            case {"k": value, **rest2}: pass
            case Pool(limit=size) as whole: pass
            case (os.sep | None) | x: pass
        for i, (j, self.k) in rest: pass
        t: int = 3
        u: str
        import sys.path
        return lambda y, z=total: y + z + t + kept, {k: v for k, v in more.items()}
    @staticmethod
    def make(): return Pool()
"""


@pytest.mark.parametrize("name", _SAMPLES)
def test_the_interpreter_agrees_on_the_standard_library(name: str) -> None:
    path = _STDLIB / f"{name}.py"
    assert differences(PyFile(path.as_posix(), path.read_bytes(), name)) == []


def test_the_interpreter_agrees_on_every_kind_of_binding() -> None:
    assert differences(PyFile("x.py", _EVERYTHING.replace("from io import *\n", "").encode(), "x")) == []


def _function(code: str, name: str) -> Bindings:
    return Bindings.of_function(PyFile("x.py", code.encode(), "x").functions_by_name[name])


def _variable(bindings: Bindings, name: str) -> Variable:
    return next(one for one in bindings.variables if one.name == name)


def test_uses_leave_the_bindings_out_but_for_augmented_ones() -> None:
    bindings = _function("def f(a):\n    a = a + 1\n    a += 2\n    del a\n", "f")
    lines = [node.start_point.row + 1 for node in bindings.uses(_variable(bindings, "a"))]
    assert lines == [2, 3, 4]


def test_uses_in_nested_functions_are_told_apart() -> None:
    bindings = _function("def f(a):\n    b = [a for _ in a]\n    c = (a for _ in a)\n    return lambda: a\n", "f")
    variable = _variable(bindings, "a")
    nested = [bindings.is_nested(node, variable) for node in bindings.uses(variable)]
    assert nested == [False, False, True, False, True]
    assert bindings.is_captured(variable)


def test_a_function_sees_the_variables_of_the_one_around_it_as_free() -> None:
    file = PyFile("x.py", b"g = 1\ndef f(a):\n    def h():\n        return a + g\n    return h\n", "x")
    inner = Bindings.of_function(file.functions_by_name["f.<locals>.h"])
    found = [inner.variable(node) for node in syntax.walk(inner.function.body) if node.type == syntax.IDENTIFIER]
    assert [(one.name, inner.kind(one)) for one in found if one is not None] == [("a", "free"), ("g", "global")]


def test_a_global_is_used_and_bound_in_all_functions() -> None:
    file = PyFile(
        "x.py", b"g = 1\ndef f():\n    global g\n    g = 2\ndef h():\n    g = 3\n    return g\nprint(g)\n", "x"
    )
    bindings = Bindings.of_function(file.body)
    variable = _variable(bindings, "g")
    assert [one.identifier.start_point.row + 1 for one in variable.bindings] == [1, 4]
    assert [node.start_point.row + 1 for node in bindings.uses(variable)] == [8]


def test_attributes_and_keywords_are_no_names() -> None:
    bindings = _function("def f(a, b):\n    b.a = 1\n    b.a.c(a=a)\n", "f")
    assert [node.start_point.column for node in bindings.uses(_variable(bindings, "a"))] == [12]


def test_bindings_tell_the_value_that_they_give() -> None:
    code = "def f(p):\n    a = b = p\n    c, d = p\n    with p as e:\n        pass\n    for g in p:\n        pass\n"
    bindings = _function(code, "f")
    told = {one.name: (one.bindings[0].kind, one.bindings[0].is_whole) for one in bindings.variables}
    assert told == {
        "p": ("param", True),
        "a": ("assign", True),
        "b": ("assign", True),
        "c": ("assign", False),
        "d": ("assign", False),
        "e": ("with", True),
        "g": ("for", True),
    }
    assert all(one.bindings[0].value is not None for one in bindings.variables[1:])


@pytest.mark.parametrize("call", ["locals()", "vars()", "eval('a')", "exec('a')"])
def test_names_may_be_used_without_being_written(call: str) -> None:
    assert _function(f"def f(a):\n    return {call}\n", "f").is_dynamic
    assert not _function("def f(a):\n    return a\n", "f").is_dynamic
