"""What holds for the models of C and C++, and what the real headers say of them where they are installed.

LEAKFIX_C_HEADERS names more folders to look for headers in, parted by colons: those of the packages that a
distribution has for developers, unpacked anywhere.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from leakfix.models import OUT, Acquire, Check, Duplicate, Keep, Leave, Models, Release, Wrap
from leakfix.models.decode import Document, decode
from leakfix.models.schema import Fact
from tests.models.headers import Declared, declared, folder_of_models

FILES = sorted(folder_of_models().glob("*.toml"))
LIBRARIES = [path for path in FILES if path.name != "std.toml"]
_OTHER_VERSIONS = frozenset(
    (
        *("g_free_sized", "g_string_free_and_steal", "json_boolean_value", "EVP_MD_CTX_cleanup", "php_strtr"),
        *("zend_zval_value_name", "RETURN_STRING_FAST", "curl_maprintf", "curl_mvaprintf"),
    )
)
"""What is older or newer than the headers that a distribution has today."""


@cache
def read(path: Path) -> Document:
    if path.name == "std.toml":
        return decode(path.name, tomllib.loads(path.read_text()), {})
    standard = read(folder_of_models() / "std.toml")
    return decode(path.name, tomllib.loads(path.read_text()), {one.name: one for one in standard.resources})


def files(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", [read(path) for path in paths], ids=[path.stem for path in paths])


@files(FILES)
def test_symbol_is_spoken_of_by_one_file(document: Document) -> None:
    others = {fact.symbol for path in FILES if path.name != document.label for fact in read(path).facts}
    assert {fact.symbol for fact in document.facts} & others == set()


@files(FILES)
def test_resource_is_acquired(document: Document) -> None:
    acquired = {fact.resource for fact in document.facts if isinstance(fact, Acquire)}
    # What the functions of a project make and undo has no acquisition of its own.
    assert {one.name for one in document.resources if one.name not in acquired} <= {"pair"}


@files(LIBRARIES)
def test_library_is_loaded_where_its_headers_are_included(document: Document) -> None:
    assert document.packages
    symbol = document.facts[0].symbol
    assert Models.load("c", imports=(min(document.packages),)).knows(symbol)
    assert not Models.load("c", imports=("stdio.h",)).knows(symbol)


@files(LIBRARIES)
def test_library_has_what_is_said_of_it(document: Document) -> None:
    real = declared(sorted(document.packages))
    if not real:
        pytest.skip("no headers of it are installed")
    missing = {fact.symbol for fact in document.facts} - real.keys() - _OTHER_VERSIONS
    assert missing == set()
    assert list(_complaints(document, real)) == []


def _complaints(document: Document, real: dict[str, Declared]) -> Iterator[str]:
    for fact in document.facts:
        known = real.get(fact.symbol)
        if known is None:
            continue
        for position in _positions(fact):
            if known.params is not None and position >= known.params:
                yield f"{fact.symbol}: has no argument {position}"
        if isinstance(fact, Acquire) and fact.result != OUT and known.pointer is False:
            yield f"{fact.symbol}: gives no pointer"


def _positions(fact: Fact) -> tuple[int, ...]:
    match fact:
        case Acquire():
            return (fact.argument,) if fact.argument is not None else ()
        case Release() | Check():
            return (fact.argument,)
        case Duplicate():
            return (fact.source, fact.target)
        case Keep() | Wrap() | Leave():
            return fact.arguments
        case _:
            return ()
