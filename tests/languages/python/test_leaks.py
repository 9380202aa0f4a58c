"""What is lost in Python functions, and what is not.

A leak is told as the line of its acquisition with how sure it is (`A high`); lines are called by their comments `# A`.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from leakfix.languages.python import lowering
from leakfix.languages.python.adapter import LANGUAGE
from leakfix.languages.python.workspace import PyWorkspace
from leakfix.models import Models
from leakfix.rules.finding import Confidence
from leakfix.rules.python.lifecycle import confidence, told
from leakfix.rules.python.repair import leaks_of

MODELS = Models.load("python")


def leaking(tmp_path: Path, **texts: str) -> list[str]:
    """What leaks in the files of a package, as "line confidence", what is hardly ever lost left out."""
    files = {f"{tmp_path}/{name}.py": dedent(text).encode() for name, text in texts.items()}
    for path, data in files.items():
        Path(path).write_bytes(data)
    workspace = PyWorkspace(MODELS, LANGUAGE.survey(files.items(), MODELS))
    found = []
    for path, data in files.items():
        analysis = workspace.open(Path(path), data).subject
        for _, leak in leaks_of(analysis):
            sure = confidence(told(leak))
            if sure is not Confidence.LOW:
                found.append(f"{_mark(data, leak.site.span.start)} {sure}")
    return found


def _mark(data: bytes, offset: int) -> str:
    line = data[data.rfind(b"\n", 0, offset) + 1 :].partition(b"\n")[0]
    return line.rpartition(b"# ")[2].decode() if b"# " in line else line.decode().strip()


LOST = {
    "a file that nobody closes": (
        """
        def f(p):
            h = open(p)  # A
            return h.read()
        """,
        ["A high"],
    ),
    "a close that an exception passes by": (
        """
        def f(p):
            h = open(p)  # A
            data = h.read()
            h.close()
            return data
        """,
        ["A medium"],
    ),
    "a file without a name": (
        """
        import json

        def f(p):
            return json.load(open(p))  # A
        """,
        ["A high"],
    ),
    "a file that a loop reads": (
        """
        def f(p):
            for line in open(p):  # A
                print(line)
        """,
        ["A high"],
    ),
    "one at the level of the module": (
        """
        VERSION = open("VERSION").read()  # A
        """,
        ["A high"],
    ),
    "one in the body of a class": (
        """
        class Settings:
            text = open("settings").read()  # A
        """,
        ["A high"],
    ),
    "one in a comprehension": (
        """
        def f(paths):
            return {p: open(p).read() for p in paths}  # A
        """,
        ["A high"],
    ),
    "one in a lambda's call": (
        """
        def f(paths):
            return [hash(open(p, "rb").read()) for p in paths if p]  # A
        """,
        ["A high"],
    ),
    "an early return": (
        """
        def f(p):
            h = open(p)  # A
            try:
                first = h.readline()
            except OSError:
                h.close()
                raise
            if not first:
                return None
            h.close()
            return first
        """,
        ["A high"],
    ),
    "a raise": (
        """
        def f(p):
            h = open(p)  # A
            if h.fileno() > 100:
                raise ValueError(p)
            h.close()
        """,
        ["A high"],
    ),
    "a handler that returns": (
        """
        def f(p):
            try:
                h = open(p)  # A
                n = int(h.read())
                h.close()
            except (OSError, ValueError):
                return 0
            return n
        """,
        ["A medium"],
    ),
    "a close in the handler alone": (
        """
        def f(p):
            h = open(p)  # A
            try:
                return h.read()
            except OSError:
                h.close()
                raise
        """,
        ["A high"],
    ),
    "a finally that closes something else": (
        """
        def f(p, lock):
            h = open(p)  # A
            try:
                return h.read()
            finally:
                lock.release()
        """,
        ["A high"],
    ),
    "a loop that opens": (
        """
        def f(paths):
            out = []
            for p in paths:
                h = open(p)  # A
                out.append(h.read())
            h.close()
            return out
        """,
        ["A high"],
    ),
    "a break before the close": (
        """
        def f(paths):
            for p in paths:
                h = open(p)  # A
                if h.readable():
                    break
                h.close()
        """,
        ["A high"],
    ),
    "a rotation without a close": (
        """
        def f(a, b):
            h = open(a, "w")  # A
            h.write("x")
            h = open(b, "w")
            try:
                h.write("y")
            finally:
                h.close()
        """,
        ["A high"],
    ),
    "a reader over a file": (
        """
        import csv

        def f(p):
            rows = csv.reader(open(p))  # A
            return [row[0] for row in rows]
        """,
        ["A high"],
    ),
    "a connection whose with statement only commits": (
        """
        import sqlite3

        def f(p):
            conn = sqlite3.connect(p)  # A
            with conn:
                conn.execute("delete from t")
        """,
        ["A high"],
    ),
    "a cursor's rows are not the connection": (
        """
        import sqlite3

        def f(p):
            return sqlite3.connect(p).execute("select 1").fetchall()  # A
        """,
        ["A high"],
    ),
    "a descriptor": (
        """
        import os, tempfile

        def f():
            fd, name = tempfile.mkstemp()  # A
            return name
        """,
        ["A high"],
    ),
    "a descriptor that a write leaves open": (
        """
        import os

        def f(p, data):
            fd = os.open(p, os.O_WRONLY)  # A
            os.write(fd, data)
            os.close(fd)
        """,
        ["A medium"],
    ),
    "the file for a child's output": (
        """
        import subprocess

        def f(cmd, log):
            subprocess.call(cmd, stdout=open(log, "w"))  # A
        """,
        ["A high"],
    ),
    "a socket that cannot connect": (
        """
        import socket

        def f(address):
            s = socket.socket()  # A
            s.connect(address)
            return s
        """,
        ["A medium"],
    ),
    "an accepted one": (
        """
        import socket

        def f(server: socket.socket):
            conn, address = server.accept()  # A
            print(address)
        """,
        ["A high"],
    ),
    "a stream of a response": (
        """
        import requests

        def f(url, out):
            r = requests.get(url, stream=True)  # A
            for chunk in r.iter_content(9):
                out.write(chunk)
        """,
        ["A medium"],
    ),
    "a generator that may not be resumed": (
        """
        def lines(p):
            h = open(p)  # A
            for line in h:
                yield line
            h.close()
        """,
        ["A medium"],
    ),
    "an aliased import": (
        """
        from io import open as opened

        def f(p):
            return opened(p).read()  # A
        """,
        ["A high"],
    ),
    "through builtins": (
        """
        import builtins

        def f(p):
            return builtins.open(p).read()  # A
        """,
        ["A high"],
    ),
    "a method of a path": (
        """
        from pathlib import Path

        def f(p):
            return Path(p).open().read()  # A
        """,
        ["A high"],
    ),
    "a walrus": (
        """
        def f(p):
            if (h := open(p)):  # A
                return h.read()
        """,
        ["A high"],
    ),
    "an assignment in a chain": (
        """
        def f(p):
            a = b = open(p)  # A
            return a.read() + b.read()
        """,
        ["A high"],
    ),
    "one of two in a tuple": (
        """
        def f(p, q):
            # The second may not open.
            a, b = open(p), open(q)  # A
            try:
                return a.read() + b.read()
            finally:
                a.close()
        """,
        ["A medium", "A high"],
    ),
    "one of the ways of a match": (
        """
        def f(p, how):
            h = open(p)  # A
            match how:
                case "all":
                    data = h.read()
                case "line":
                    return h.readline()
                case _:
                    data = ""
            h.close()
            return data
        """,
        ["A high"],
    ),
    "a list of files": (
        """
        def f(paths):
            files = []
            for p in paths:
                files.append(open(p))  # A
            return [h.read() for h in files]
        """,
        ["A high"],
    ),
    "a helper that opens": (
        """
        def opened(p):
            return open(p)

        def f(p):
            return opened(p).read()  # A
        """,
        ["A high"],
    ),
    "a helper that only reads": (
        """
        def count(h):
            return sum(1 for line in h)

        def f(p):
            h = open(p)  # A
            return count(h)
        """,
        ["A high"],
    ),
    "a method that no heir overrides otherwise": (
        """
        class Base:
            def load(self, p):
                h = open(p)  # A
                self.read(h)

            def read(self, h):
                return h.read()

        class Eager(Base):
            def read(self, h):
                return h.readlines()
        """,
        ["A high"],
    ),
    "a nested function that only reads": (
        """
        def f(p):
            h = open(p)  # A

            def word():
                return h.readline()

            return word() + word()
        """,
        ["A high"],
    ),
    "chunks": (
        """
        import hashlib

        def f(p):
            digest = hashlib.md5()
            h = open(p, "rb")  # A
            for chunk in iter(lambda: h.read(4096), b""):
                digest.update(chunk)
            return digest.hexdigest()
        """,
        ["A high"],
    ),
    "an object that owns a file": (
        """
        class Log:
            def __init__(self, p):
                self.out = open(p, "w")

            def close(self):
                self.out.close()

        def f(p):
            log = Log(p)  # A
            log.out.write("x")
        """,
        ["A medium"],
    ),
    "an asynchronous session": (
        """
        import aiohttp

        async def f(url):
            session = aiohttp.ClientSession()  # A
            async with session.get(url) as response:
                return await response.text()
        """,
        ["A medium"],
    ),
    "a del is no close": (
        """
        def f(p):
            h = open(p)  # A
            data = h.read()
            del h
            return data
        """,
        ["A high"],
    ),
    "only one of the conditional ones": (
        """
        import sys

        def f(p):
            h = open(p) if p else sys.stdin  # A
            return h.read()
        """,
        ["A high"],
    ),
}


@pytest.mark.parametrize(("text", "found"), LOST.values(), ids=LOST)
def test_lost(tmp_path: Path, text: str, found: list[str]) -> None:
    assert leaking(tmp_path, m=text) == found


KEPT = {
    "with": """
        def f(p):
            with open(p) as h:
                return h.read()
        """,
    "several in one with statement": """
        def f(p, q):
            with open(p) as a, open(q, "w") as b:
                b.write(a.read())
        """,
    "with, behind the assignment": """
        def f(p):
            h = open(p)
            with h:
                return h.read()
        """,
    "finally": """
        def f(p):
            h = open(p)
            try:
                return h.read()
            finally:
                h.close()
        """,
    "finally, if it was opened": """
        def f(p):
            h = None
            try:
                h = open(p)
                return h.read()
            finally:
                if h:
                    h.close()
        """,
    "finally, if it is not None": """
        def f(p):
            h = None
            try:
                h = open(p)
                return h.read()
            finally:
                if h is not None:
                    h.close()
        """,
    "closed in the handler and behind": """
        def f(p):
            h = open(p)
            try:
                data = h.read()
            except:
                h.close()
                raise
            h.close()
            return data
        """,
    "closed in else and handler": """
        def f(p):
            h = open(p)
            try:
                data = h.read()
            except OSError:
                h.close()
                return None
            else:
                h.close()
            return data
        """,
    "the open that fails": """
        def f(p):
            try:
                h = open(p)
            except OSError:
                return None
            with h:
                return h.read()
        """,
    "returned": """
        def f(p):
            return open(p)
        """,
    "returned in a tuple": """
        def f(p):
            h = open(p)
            return h, p
        """,
    "yielded": """
        def f(paths):
            for p in paths:
                yield open(p)
        """,
    "kept in an attribute": """
        class A:
            def start(self, p):
                self.h = open(p)
        """,
    "kept by way of a local": """
        class A:
            def start(self, p):
                h = open(p)
                self.h = h
        """,
    "kept in a global": """
        h = None

        def f(p):
            global h
            h = open(p)
        """,
    "kept by the function around": """
        def outer():
            h = None

            def f(p):
                nonlocal h
                h = open(p)

            return f
        """,
    "at the level of the module": """
        LOG = open("log", "a")
        """,
    "kept in a container of somebody": """
        def f(p, files):
            files[p] = open(p)
        """,
    "appended to a list of somebody": """
        def f(p, files):
            files.append(open(p))
        """,
    "passed to a callee that may keep it": """
        def f(p, register):
            register(open(p))
        """,
    "passed to a constructor": """
        from somewhere import Reader

        def f(p):
            return Reader(open(p)).parse()
        """,
    "captured by a function that gets out": """
        def f(p):
            h = open(p)

            def word():
                return h.readline()

            return word
        """,
    "captured before it is opened": """
        def f(p, later):
            h = None

            def stop():
                h.close()

            later(stop)
            h = open(p)
        """,
    "a lambda that gets out": """
        def f(p):
            h = open(p)
            return lambda: h.read()
        """,
    "a bound method": """
        def f(p):
            h = open(p)
            return h.write
        """,
    "closed by a nested function": """
        def f(p):
            h = open(p)

            def stop():
                h.close()

            stop()
        """,
    "closed by a helper": """
        def safe_close(h):
            try:
                h.close()
            except OSError:
                pass

        def f(p):
            h = open(p)
            try:
                return h.read()
            finally:
                safe_close(h)
        """,
    "a helper that closes if there is something": """
        def safe_close(h):
            if h is not None:
                h.close()

        def f(p):
            h = None
            try:
                h = open(p)
                return h.read()
            finally:
                safe_close(h)
        """,
    "closing": """
        import sqlite3
        from contextlib import closing

        def f(p):
            with closing(sqlite3.connect(p)) as conn:
                return conn.execute("select 1").fetchall()
        """,
    "an exit stack": """
        from contextlib import ExitStack

        def f(paths):
            with ExitStack() as stack:
                files = [stack.enter_context(open(p)) for p in paths]
                return [h.read() for h in files]
        """,
    "a callback of an exit stack": """
        from contextlib import ExitStack

        def f(p):
            with ExitStack() as stack:
                h = open(p)
                stack.callback(h.close)
                return h.read()
        """,
    "registered for the end": """
        import atexit

        def f(p):
            h = open(p)
            atexit.register(h.close)
            return h.read()
        """,
    "a test that cleans up": """
        import unittest

        class T(unittest.TestCase):
            def test(self):
                h = open("x")
                self.addCleanup(h.close)
                self.assertTrue(h.read())
        """,
    "a finalizer": """
        import weakref

        def f(owner, p):
            h = open(p)
            weakref.finalize(owner, h.close)
            return h.read()
        """,
    "a fixture": """
        import pytest

        @pytest.fixture
        def h(tmp_path):
            h = open(tmp_path / "x", "w")
            yield h
            h.close()
        """,
    "a context manager": """
        from contextlib import contextmanager

        @contextmanager
        def opened(p):
            h = open(p)
            try:
                yield h
            finally:
                h.close()

        def f(p):
            with opened(p) as h:
                return h.read()
        """,
    "what a wrapper owns": """
        import io

        def f(p):
            text = io.TextIOWrapper(open(p, "rb"))
            try:
                return text.read()
            finally:
                text.close()
        """,
    "a descriptor that a file takes over": """
        import os, tempfile

        def f(data):
            fd, name = tempfile.mkstemp()
            with os.fdopen(fd, "w") as h:
                h.write(data)
            return name
        """,
    "a descriptor in finally": """
        import os

        def f(p):
            fd = os.open(p, os.O_RDONLY)
            try:
                return os.read(fd, 9)
            finally:
                os.close(fd)
        """,
    "a descriptor that may be none": """
        import os

        def f(p):
            fd = -1
            try:
                fd = os.open(p, os.O_RDONLY)
                return os.read(fd, 9)
            finally:
                if fd != -1:
                    os.close(fd)
        """,
    "a standard stream is not closed": """
        import sys

        def f(p):
            h = open(p) if p else sys.stdin
            try:
                return h.read()
            finally:
                if h is not sys.stdin:
                    h.close()
        """,
    "what was given is not closed": """
        def f(source):
            opened = False
            if isinstance(source, str):
                source = open(source)
                opened = True
            try:
                return source.read()
            finally:
                if opened:
                    source.close()
        """,
    "the same condition twice": """
        def f(source, text):
            if isinstance(text, str):
                h = open(text)
            else:
                h = source
            try:
                return h.read()
            finally:
                if isinstance(text, str):
                    h.close()
        """,
    "if it is not closed already": """
        def f(p):
            h = open(p)
            try:
                return h.read()
            finally:
                if not h.closed:
                    h.close()
        """,
    "a rotation": """
        def f(a, b):
            h = open(a)
            h.close()
            h = open(b)
            h.close()
        """,
    "a list that is emptied": """
        def f(paths):
            files = []
            try:
                for p in paths:
                    files.append(open(p))
                return [h.read() for h in files]
            finally:
                for h in files:
                    h.close()
        """,
    "a process that is waited for": """
        import subprocess

        def f(cmd):
            p = subprocess.Popen(cmd, stdout=subprocess.PIPE)
            out, _ = p.communicate()
            return out
        """,
    "a response without a stream": """
        import requests

        def f(url):
            return requests.get(url).json()
        """,
    "another open": """
        import webbrowser
        from mine import open

        def f(p):
            webbrowser.open(p)
            return open(p).read()
        """,
    "an open of one's own": """
        def f(p, open):
            return open(p).read()
        """,
    "a process that ends": """
        import sys

        def f(p):
            h = open(p)
            sys.exit(h.name)
        """,
    "a function that never comes back": """
        import sys

        def die(text):
            sys.exit(text)

        def f(p):
            try:
                h = open(p)
            except OSError:
                die("no")
            else:
                h.close()
        """,
    "a file in memory": """
        import io

        def f():
            return io.StringIO("x").read()
        """,
    "an asynchronous with": """
        import aiofiles

        async def f(p):
            async with aiofiles.open(p) as h:
                return await h.read()
        """,
    "a lazy reader that is handed on": """
        import csv

        def f(p):
            return csv.reader(open(p))
        """,
    "an object that is closed": """
        class Log:
            def __init__(self, p):
                self.out = open(p, "w")

            def close(self):
                self.out.close()

        def f(p):
            log = Log(p)
            try:
                log.out.write("x")
            finally:
                log.close()
        """,
    "an object with a context of its own": """
        class Log:
            def __init__(self, p):
                self.out = open(p, "w")

            def __enter__(self):
                return self

            def __exit__(self, *exc):
                self.out.close()

        def f(p):
            with Log(p) as log:
                log.out.write("x")
        """,
    "a pool of connections": """
        def f(pool):
            conn = pool.connect()
            conn.ping()
        """,
    "logging between": """
        import logging

        log = logging.getLogger(__name__)

        def f(p):
            h = open(p, "w")
            log.info("opened %s", p)
            h.close()
        """,
    "suppressed": """
        from contextlib import suppress

        def f(p):
            h = open(p)
            with suppress(OSError):
                h.read()
            h.close()
        """,
    "a return in finally": """
        def f(p):
            h = open(p)
            try:
                h.read()
            finally:
                h.close()
                return 1
        """,
    "in a dictionary that is handed on": """
        def f(p):
            return dict(source=open(p))
        """,
    "in a container made of another": """
        from collections import deque

        def f(p):
            return deque([open(p)])
        """,
    "what lives as long as the program": """
        from http.server import HTTPServer

        def main(handler):
            server = HTTPServer(("", 80), handler)
            server.serve_forever()
        """,
    "what works through it is handed on later": """
        import csv

        def f(p):
            rows = csv.reader(open(p))
            return rows
        """,
    "if nothing was given": """
        def f(path, source=None):
            h = source or open(path)
            try:
                return h.read()
            finally:
                if source is None:
                    h.close()
        """,
    "if it is one's own": """
        def f(source):
            own = not hasattr(source, "read")
            h = open(source) if own else source
            try:
                return h.read()
            finally:
                if own:
                    h.close()
        """,
    "a conditional context": """
        import sys
        from contextlib import nullcontext

        def f(p):
            with open(p) if p else nullcontext(sys.stdin) as h:
                return h.read()
        """,
    "a thread takes it over": """
        import socket, threading

        def f(server: socket.socket, handle):
            conn, _ = server.accept()
            threading.Thread(target=handle, args=(conn,)).start()
        """,
    "closed by and": """
        def f(p):
            h = None
            try:
                h = open(p)
                return h.read()
            finally:
                h and h.close()
        """,
    "an archive over an open file": """
        import io, zipfile

        def f(data):
            return zipfile.ZipFile(io.BytesIO(data)).namelist()
        """,
    "raising SystemExit": """
        import os

        def f():
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            raise SystemExit(1)
        """,
    "an open that is there to fail": """
        import pytest

        def test(p):
            with pytest.raises(OSError):
                open(p).read()
        """,
    "a descriptor that is written out for somebody": """
        import os

        def f(run):
            r, w = os.pipe()
            try:
                run(f"import os; os.write({w}, b'x')")
            finally:
                os.close(r)
        """,
    "a socket that is detached": """
        import socket

        def f(number):
            s = socket.socket(fileno=number)
            try:
                s.sendall(b"x")
            finally:
                s.detach()
        """,
    "added to what somebody else closes": """
        import socket

        class T:
            def __init__(self):
                self.connections = []

            def pair(self):
                a, b = socket.socketpair()
                self.connections.extend((a, b))
                a.send(b"x")
        """,
    "a method that heirs override": """
        class Base:
            def load(self, p):
                h = open(p)
                self.read(h)

            def read(self, h):
                return h.read()

        class Lazy(Base):
            def read(self, h):
                self.source = h
        """,
    "a break through finally": """
        def f(paths):
            for p in paths:
                h = open(p)
                try:
                    if h.read():
                        break
                finally:
                    h.close()
        """,
    "closed by a decorator's function": """
        def f(p, manager):
            h = open(p)

            @manager.on_end
            def stop():
                h.close()

            return h.read()
        """,
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_kept(tmp_path: Path, text: str) -> None:
    assert leaking(tmp_path, m=text) == []


def test_a_helper_of_another_module(tmp_path: Path) -> None:
    helpers = """
        def opened(p):
            return open(p)

        def shut(h):
            h.close()
        """
    user = """
        from helpers import opened, shut

        def f(p):
            h = opened(p)
            try:
                return h.read()
            finally:
                shut(h)

        def g(p):
            h = opened(p)  # A
            return h.read()
        """
    assert leaking(tmp_path, helpers=helpers, user=user) == ["A high"]


def test_what_calls_itself_is_the_same_from_wherever_one_asks(tmp_path: Path) -> None:
    one = """
        def first(h, n):
            if n:
                return second(h, n - 1)
            return h.read()

        def second(h, n):
            return first(h, n)
        """
    uses = """
        def f(p):
            h = open(p)  # {0}
            return {1}(h, 3)
        """
    from_first = leaking(tmp_path, m=dedent(one) + dedent(uses).format("A", "first"))
    from_second = leaking(tmp_path, m=dedent(one) + dedent(uses).format("A", "second"))
    both = leaking(
        tmp_path,
        m=dedent(one) + dedent(uses).format("A", "first") + dedent(uses).format("B", "second").replace("f(p)", "g(p)"),
    )
    assert [*from_first, *(one.replace("A", "B") for one in from_second)] == both


def test_a_function_with_too_many_ways_is_left_alone(tmp_path: Path) -> None:
    body = "".join(f"    if a[{n}]:\n        h.read()\n" for n in range(1500))
    assert leaking(tmp_path, m=f"def f(p, a):\n    h = open(p)\n{body}") == []


def test_a_copy_of_a_module_of_the_library_out_of_reach(tmp_path: Path) -> None:
    text = """
        from .selectors import DefaultSelector

        def f(sock):
            selector = DefaultSelector()  # A
            selector.register(sock, 1)
            return [key.fileobj for key, _ in selector.select()]
        """
    assert leaking(tmp_path, m=text) == ["A high"]


@pytest.mark.parametrize(
    "nested",
    [
        "x = " + " + ".join(["h.name"] * 3000),
        "if p == 0:\n        pass\n" + "".join(f"    elif p == {n}:\n        h.read()\n" for n in range(1, 2000)),
        "x = " + "(" * 300 + "h" + ")" * 300,
        "x = " + "h.read().strip" * 1 + ".a" * 2000,
        "x = " + "[" * 150 + "h.read()" + "]" * 150,
        "x = " + "lambda: " * 500 + "h",
    ],
    ids=["sum", "elif", "parentheses", "attributes", "lists", "lambdas"],
)
def test_what_is_nested_deep_breaks_nothing(tmp_path: Path, nested: str) -> None:
    body = f"def f(p):\n    h = open(p)\n    {nested}\n\n\ndef g(p):\n    return open(p).read()  # A\n"
    assert leaking(tmp_path, m=body)[-1] == "A high"


@pytest.mark.parametrize("text", [text for text, _ in LOST.values()] + list(KEPT.values()))
def test_smaller_graphs_tell_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    smaller = leaking(tmp_path, m=text)
    monkeypatch.setattr(lowering, "simplify", id)
    assert leaking(tmp_path, m=text) == smaller
