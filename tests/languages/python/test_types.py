"""Names are resolved by what they mean, never by how they are spelled."""

from pathlib import Path

import pytest

from tests.languages.python.worlds import called, classes, project, symbols


@pytest.mark.parametrize(
    ("code", "name", "symbol"),
    [
        ("open(p)", "open", "open"),
        ("import io\nio.open(p)", "io.open", "open"),
        ("import builtins\nbuiltins.open(p)", "builtins.open", "open"),
        ("from io import open as o\no(p)", "o", "open"),
        ("import os\nos.open(p, 0)", "os.open", "os.open"),
        ("from codecs import open\nopen(p)", "open", "codecs.open"),
        ("import gzip as g\ng.open(p)", "g.open", "gzip.open"),
        ("from PIL import Image\nImage.open(p)", "Image.open", "PIL.Image.open"),
        ("def open(p): ...\nopen(p)", "open", "fixture.open"),
        ("def f(open): open(p)", "open", None),
        ("class A:\n    def open(self): open(p)", "open", "open"),
        ("from unknown import *\nopen(p)", "open", None),
        ("from os import *\nopen(p, 0)", "open", "os.open"),
        ("from json import *\nopen(p)", "open", "open"),
        ("_open = open\n_open(p)", "_open", "open"),
        ("try:\n    open = open2\nexcept NameError: ...\nopen(p)", "open", None),
        ("import urllib.request\nurllib.request.urlopen(u)", "urllib.request.urlopen", "urllib.request.urlopen"),
        ("from six.moves.urllib.request import urlopen\nurlopen(u)", "urlopen", "urllib.request.urlopen"),
        (
            "try:\n    from urllib.request import urlopen\nexcept E:\n    from urllib2 import urlopen\nurlopen(u)",
            "urlopen",
            "urllib.request.urlopen",
        ),
        ("try:\n    from a import open\nexcept ImportError:\n    from io import open\nopen(p)", "open", None),
        ("try:\n    import ssl\nexcept ImportError:\n    ssl = None\nssl.f()", "ssl.f", "ssl.f"),
        ("try:\n    import winreg\nexcept E:\n    import _winreg as winreg\nwinreg.f()", "winreg.f", "winreg.f"),
        ("if a:\n    import _winreg as winreg\nelse:\n    import winreg\nwinreg.f()", "winreg.f", "winreg.f"),
        ("try:\n    import json\nexcept E:\n    import simplejson as json\njson.load()", "json.load", "json.load"),
        ("try:\n    import simplejson as json\nexcept E:\n    import json\njson.load()", "json.load", None),
        ("import json\nimport simplejson as json\njson.load()", "json.load", None),
        ("if a:\n    import ssl\nelse:\n    class ssl:\n        E = OSError\nssl.f()", "ssl.f", "ssl.f"),
        ("if a:\n    import ssl\nelse:\n    class ssl:\n        def f(): ...\nssl.f()", "ssl.f", None),
        ("import ssl\nclass ssl:\n    E = OSError\nssl.f()", "ssl.f", None),
        ("from a.extern.six.moves import winreg\nwinreg.f()", "winreg.f", "winreg.f"),
        ("import urllib2\nurllib2.urlopen(u)", "urllib2.urlopen", "urllib2.urlopen"),
        ("def f():\n    import socket\n    socket.socket()", "socket.socket", "socket.socket"),
        ("def f():\n    import socket\nsocket.socket()", "socket.socket", None),
        ("from pathlib import Path\nPath(p).open()", "Path(p).open", "pathlib.Path.open"),
        ("from pathlib import Path\n(Path(p) / 'x').parent.open()", "(Path(p) / 'x').parent.open", "pathlib.Path.open"),
        ("from pathlib import Path\ndef f(p: Path): p.open()", "p.open", "pathlib.Path.open"),
        ("from pathlib import Path\ndef f(p: 'Path | None'): p.open()", "p.open", "pathlib.Path.open"),
        (
            "from pathlib import Path\nimport typing as t\ndef f(p: t.Optional[Path]): p.open()",
            "p.open",
            "pathlib.Path.open",
        ),
        ("from pathlib import Path\ndef f(p: str | Path): p.open()", "p.open", None),
        ("import socket\ns = socket.socket()\ns.accept()", "s.accept", "socket.socket.accept"),
        ("import socket\nwith socket.socket() as s:\n    s.accept()", "s.accept", "socket.socket.accept"),
        ("class A:\n    def f(self): self.g()\n    def g(self): ...", "self.g", "fixture.A.g"),
        ("class A:\n    def g(self): ...\nclass B(A):\n    def f(self): self.g()", "self.g", "fixture.A.g"),
        ("class A:\n    def g(self): ...\nclass B(A):\n    def g(self): super().g()", "super().g", "fixture.A.g"),
        ("class A:\n    @classmethod\n    def f(cls): cls()", "cls", "fixture.A"),
        ("class A:\n    @staticmethod\n    def f(a): a.g()", "a.g", None),
        ("f().g()", "f().g", None),
    ],
)
def test_callees(code: str, name: str, symbol: str | None) -> None:
    assert called(code)[name] == symbol


_SOCKET = "import socket\nclass A:\n    def __init__(self):\n        self.sock = socket.socket()\n"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (
            "see(open(p), 'a', b'a', 1, [1], {}, f'{x}', None, lambda: 1)",
            "io.TextIOWrapper str bytes int list dict str None function",
        ),
        ("a = open(p)\nsee(a)", "io.TextIOWrapper"),
        ("a = None\na = open(p)\nsee(a)", "io.TextIOWrapper"),
        ("import socket\na = open(p)\nsee(a)\na = socket.socket()\nsee(a)", "io.TextIOWrapper socket.socket"),
        ("import socket\na = open(p)\nwhile 1:\n    see(a)\n    a = socket.socket()\n    see(a)", "? socket.socket"),
        ("import socket\na = open(p)\nif x:\n    a = socket.socket()\nsee(a)", "?"),
        ("a, b = open(p), 1\nsee(a)", "?"),
        ("for a in open(p):\n    see(a)", "?"),
        ("see(open(p) if x else None, x or open(p))", "io.TextIOWrapper ?"),
        ("def f(): return open(p)\nsee(f())", "io.TextIOWrapper"),
        ("def f():\n    if x: return None\n    return open(p)\nsee(f())", "io.TextIOWrapper"),
        ("def f(): yield open(p)\nsee(f())", "generator"),
        ("def f() -> 'A': ...\nclass A: ...\nsee(f(), A())", "fixture.A fixture.A"),
        ("class A:\n    def __enter__(self): return self\nwith A() as a:\n    see(a)", "fixture.A"),
        ("class A:\n    def __enter__(self): return open(p)\nwith A() as a:\n    see(a)", "io.TextIOWrapper"),
        (
            "from contextlib import closing\nimport socket\nwith closing(socket.socket()) as a:\n    see(a)",
            "socket.socket",
        ),
        (_SOCKET + "    def f(self): see(self.sock, self, self.other)", "socket.socket fixture.A ?"),
        (_SOCKET + "    def g(self): self.sock = None\n    def f(self): see(self.sock)", "socket.socket"),
        (_SOCKET + "    def g(self): self.sock = open(p)\n    def f(self): see(self.sock)", "?"),
        (_SOCKET + "class B(A):\n    def f(self): see(self.sock)", "socket.socket"),
        ("import asyncio\nasync def f(): see(await asyncio.start_server(f))", "asyncio.Server"),
        ("a = b\nb = a\nsee(a)", "?"),
        ("def f(): return g()\ndef g(): return f()\nsee(f())", "?"),
    ],
)
def test_classes_of_values(code: str, wanted: str) -> None:
    assert [one or "?" for one in classes(code, "see")] == wanted.split()


def test_names_lead_through_the_modules_of_the_project(tmp_path: Path) -> None:
    world = project(
        tmp_path,
        {
            "src/pkg/__init__.py": "from .pool import Pool as Pond\nfrom . import files\n",
            "src/pkg/pool.py": "class Pool:\n    def take(self): ...\n",
            "src/pkg/files.py": "from io import open as opened\ndef reader(p): return opened(p)\n",
            "src/pkg/sub/__init__.py": "",
            "src/pkg/sub/use.py": (
                "from ..files import reader, opened\nfrom .. import Pond\nfrom ...beyond import gone\n"
                "import pkg.files\n"
                "reader(p)\nopened(p)\nPond().take()\npkg.files.reader(p).read()\ngone()\n"
            ),
            "tests/test_pool.py": "from pkg import Pond\nimport pkg\nPond()\npkg.files.reader(1)\n",
        },
    )
    assert symbols(world, world.file(tmp_path / "src/pkg/sub/use.py")) == {
        "reader": "pkg.files.reader",
        "opened": "open",
        "Pond().take": "pkg.pool.Pool.take",
        "Pond": "pkg.pool.Pool",
        "pkg.files.reader(p).read": "io.IOBase.read",
        "pkg.files.reader": "pkg.files.reader",
        "gone": "...beyond.gone",
    }
    assert symbols(world, world.file(tmp_path / "tests/test_pool.py")) == {
        "Pond": "pkg.pool.Pool",
        "pkg.files.reader": "pkg.files.reader",
    }


def test_files_beside_a_lone_one_are_read_from_disk(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/a.py": "def f(): ...\n", "pkg/b.py": "from .a import f\nf()\n"}
    project(tmp_path, files)
    world = project(tmp_path, {"pkg/b.py": files["pkg/b.py"]})
    file = world.file(tmp_path / "pkg/b.py")
    assert symbols(world, file) == {"f": "pkg.a.f"}
    assert world.function("pkg.a.f", file) is not None


def test_modules_of_one_name_are_told_apart_by_their_tree(tmp_path: Path) -> None:
    world = project(
        tmp_path,
        {
            "one/util.py": "def f(): ...\n",
            "one/use.py": "import util\nutil.f()\n",
            "two/util.py": "def f(): return open(1)\n",
            "two/use.py": "import util\nutil.f()\n",
        },
    )
    for tree in ("one", "two"):
        found = world.module("util", world.file(tmp_path / tree / "use.py"))
        assert found is not None
        assert Path(found.path) == tmp_path / tree / "util.py"
    assert world.module("util") is None
