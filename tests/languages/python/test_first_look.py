"""What bytes tell of a file before it is parsed."""

import pytest

from leakfix.languages.python.adapter import LANGUAGE
from leakfix.languages.python.call_looks import Acquiring
from leakfix.languages.python.first_look import imports_in, looks_broken, may_be_outdated
from tests.languages.python.worlds import MODELS

_ACQUIRING = Acquiring(MODELS)


@pytest.mark.parametrize(
    ("code", "acquires"),
    [
        ("f = open(p)\n", True),
        ("data = open(p).read()\n", True),
        ("with open(p) as f:\n    pass\n", False),
        ("async with open(p) as f:\n    pass\n", False),
        ("with (\n    open(p) as f,\n    open(q) as g,\n):\n    pass\n", False),
        ("with closing(open(p)) as f:\n    pass\n", True),
        ("def open(self, p):\n    pass\n", False),
        ('"""Like open(), but lazy."""\n', False),
        ("# f = open(p)\n", False),
        (">>> f = open(p)\n", False),
        ("reopen(p)\nself.open(p)\n", False),
        ("import gzip\nf = gzip.open(p)\n", True),
        ("import socket\ns = socket.socket()\n", True),
        ("s = socket.socket()\n", False),
        ("import os, socket as so\ns = so.create_connection(a)\n", True),
        ("from socket import create_connection\ns = create_connection(a)\n", True),
        ("import sqlite3\nwith sqlite3.connect(p) as c:\n    pass\n", True),
        ("from six.moves.urllib.request import urlopen\nu = urlopen(p)\n", True),
    ],
)
def test_files_that_may_acquire(code: str, acquires: bool) -> None:
    assert _ACQUIRING(code.encode()) is acquires


def test_imports_are_read_off_lines() -> None:
    data = b"import os.path as p, sys\nfrom . import a, b\nfrom .c import (\n  d)\n    import late  # x\nimporter = 1\n"
    assert imports_in(data).modules == {b"os.path", b"sys", b".", b".c", b"late"}


@pytest.mark.parametrize(
    "line",
    [
        'print "x"',
        "print x",
        "exec code",
        "except OSError, e:",
        'raise Error, "x"',
        "a <> b",
        "chmod(0755)",
        "x = ur'x'",
    ],
)
def test_lines_of_python_2(line: str) -> None:
    assert may_be_outdated(line.encode() + b"\n")


@pytest.mark.parametrize(
    "line",
    [
        "print(x)",
        "print = 3",
        "exec(code)",
        "except (A, B) as e:",
        "raise Error(a, b)",
        "x = 0o755",
        "x = u'x'",
        "x = 10",
    ],
)
def test_lines_of_python_3(line: str) -> None:
    assert not may_be_outdated(line.encode() + b"\n")


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        (b'print "x"\n', True),
        (b"a = 1\n<<<<<<< mine\n", True),
        (b"a = '\xe9'\n", True),
        (b"# -*- coding: latin-1 -*-\na = '\xe9'\n", False),
        ("# é\n".encode(), False),
    ],
)
def test_files_that_look_broken(data: bytes, broken: bool) -> None:
    assert looks_broken(data) is broken


_MAKERS = b"""
import socket

class Client:
    def __init__(self):
        self.sock = socket.socket()
    def close(self):
        self.sock.close()

class Holder:
    def __init__(self):
        self.sock = socket.socket()

def direct(p):
    return open(p)

def named(p):
    f = open(p)
    f.seek(3)
    return f

def read(p):
    f = open(p)
    return 3

def indirect(p):
    return direct(p)
"""


def test_what_hands_on_what_it_acquires() -> None:
    found = LANGUAGE.survey(
        [("pkg/makers.py", _MAKERS), ("pkg/use.py", b"from .makers import named\ndef far(p):\n    return named(p)\n")],
        MODELS,
    )
    assert found.owners["makers"] == {"Client", "direct", "named", "indirect"}
    assert found.owners["use"] == {"far"}
    assert list(found.meaning()) != list(LANGUAGE.survey([("pkg/makers.py", b"")], MODELS).meaning())
