"""What holds for the models of Python: symbols of the standard library exist, and are spelled by their one name."""

import importlib
import inspect
import sys

import pytest

from leakfix.models import Models

_MODELS = Models.load("python", (), ())
_GONE = frozenset(
    ("aifc", "sunau", "nntplib", "telnetlib", "imghdr", "sndhdr", "uu", "msvcrt", "winreg", "dbm.ndbm", "dbm.gnu")
)
"""Modules that newer interpreters, or other systems, do not have."""
_NEWER = frozenset(
    ("dbm.sqlite3.open", "importlib.resources.abc.Traversable.open", "asyncio.Runner", "pathlib._local.Path")
)
_ELSEWHERE = frozenset(
    (
        "selectors.KqueueSelector",
        "selectors.DevpollSelector",
        "select.kqueue",
        "select.devpoll",
        "os.posix_openpt",
        "os.pidfd_open",
        "os.lockf",
        "os.splice",
    )
)
"""What only some systems or versions have."""
_MADE_UP = frozenset(("asyncio.loop.sendfile", "ssl.wrap_socket"))


def _found(symbol: str) -> bool:
    """Whether a dotted name leads to something in this interpreter; what objects have is not looked for."""
    parts = symbol.split(".")
    for length in range(len(parts), 0, -1):
        try:
            at: object = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        rest = parts[length:]
        break
    else:
        at, rest = sys.modules["builtins"], parts
    for name in rest:
        if not inspect.ismodule(at):
            return True
        if not hasattr(at, name):
            return False
        at = getattr(at, name)
    return True


def _is_here(symbol: str) -> bool:
    gone = any(symbol == module or symbol.startswith(f"{module}.") for module in _GONE)
    return not gone and symbol not in _NEWER | _ELSEWHERE | _MADE_UP


@pytest.mark.parametrize("symbol", sorted(filter(_is_here, _MODELS.symbols())))
def test_the_standard_library_has_the_symbol(symbol: str) -> None:
    assert _found(symbol)


@pytest.mark.parametrize("symbol", sorted(_MODELS.symbols()))
def test_a_symbol_is_spelled_by_the_name_that_counts(symbol: str) -> None:
    assert _MODELS.canonical(symbol) == symbol


@pytest.mark.parametrize(
    "name", ["open", "os.fdopen", "gzip.GzipFile", "json.dump", "threading.Timer", "subprocess.Popen"]
)
def test_parameters_are_called_as_in_the_library(name: str) -> None:
    module, _, last = name.rpartition(".")
    told = list(_MODELS.parameters(name))
    signature = inspect.signature(getattr(importlib.import_module(module or "builtins"), last))
    assert list(signature.parameters)[: len(told)] == told or "args" in signature.parameters


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("io.open", "open"),
        ("six.moves.urllib.request.urlopen", "urllib.request.urlopen"),
        ("pathlib.PosixPath.open", "pathlib.Path.open"),
        ("multiprocessing.pool.ThreadPool", "multiprocessing.dummy.Pool"),
        ("os.open", "os.open"),
    ],
)
def test_aliases_lead_to_one_name(name: str, canonical: str) -> None:
    assert _MODELS.canonical(name) == canonical


def test_every_library_decodes() -> None:
    everything = Models.load("python")
    assert everything.acquires("aiohttp.ClientSession")
    assert everything.resource("dbapi-connection").context == "closing"
    assert [acquire.when for acquire in everything.acquires("requests.get")] == ["stream=True"]


def test_classes_inherit() -> None:
    assert _MODELS.bases("tempfile._TemporaryFileWrapper") == ("tempfile._TemporaryFileWrapper", "io.IOBase")
