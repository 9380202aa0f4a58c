"""What holds for every built-in model file."""

import tomllib
from pathlib import Path

import pytest

import leakfix.models
from leakfix.models import CALL, Acquire, Models, Release
from leakfix.models.decode import Document, decode

DATA = Path(leakfix.models.__file__).parent / "go"
FILES = sorted(DATA.glob("*.toml"))
LIBRARIES = [path for path in FILES if path.name != "std.toml"]


def read(path: Path) -> Document:
    standard = decode("std.toml", tomllib.loads((DATA / "std.toml").read_text()), {})
    if path.name == "std.toml":
        return standard
    return decode(
        path.name, tomllib.loads(path.read_text()), {resource.name: resource for resource in standard.resources}
    )


def files(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", [read(path) for path in paths], ids=[path.stem for path in paths])


@files(LIBRARIES)
def test_library_speaks_of_its_own_packages(document: Document) -> None:
    """Else what it says would depend on what else is imported."""
    strangers = {fact.symbol for fact in document.facts if not own(document, fact.symbol)}
    strangers |= {name for resource in document.resources for name in resource.types if not own(document, name)}
    assert strangers == set()


def own(document: Document, symbol: str) -> bool:
    """Whether a symbol is a function or method of a package that the document names."""
    return any(
        symbol.startswith(f"{package}.") and symbol.removeprefix(f"{package}.").count(".") <= 1
        for package in document.packages
    )


@files(LIBRARIES)
def test_library_uses_all_its_packages(document: Document) -> None:
    symbols = {fact.symbol for fact in document.facts}
    assert {package for package in document.packages if not any(s.startswith(f"{package}.") for s in symbols)} == set()


@pytest.mark.parametrize("path", LIBRARIES, ids=lambda path: path.stem)
def test_library_names_the_modules_it_was_checked_against(path: Path) -> None:
    data = tomllib.loads(path.read_text())
    modules = [module.partition("@")[0] for module in data["checked"]]
    paths = [package for packages in data["packages"].values() for package in packages]
    unused = {module for module in modules if not any(f"{package}/".startswith(f"{module}/") for package in paths)}
    assert unused == set()


@files(FILES)
def test_resource_is_acquired(document: Document) -> None:
    """Or it has types whose values are acquired by functions of projects."""
    acquired = {fact.resource for fact in document.facts if isinstance(fact, Acquire)}
    idle = {resource.name for resource in document.resources if resource.name not in acquired and not resource.types}
    assert idle == set()


@files(FILES)
def test_call_releases_belong_to_cancel(document: Document) -> None:
    for resource in document.resources:
        assert (CALL in resource.release) == (resource.family == "cancel"), resource.name


@files(FILES)
def test_function_that_releases_has_the_package_of_what_acquires(document: Document) -> None:
    """A fix calls it under the import that is there."""
    for fact in document.facts:
        if isinstance(fact, Release) and fact.resource:
            acquired = [a.symbol for a in document.facts if isinstance(a, Acquire) and a.resource == fact.resource]
            package = fact.symbol.rpartition(".")[0]
            assert acquired
            assert all(symbol.rpartition(".")[0] == package for symbol in acquired), fact.symbol


def test_type_is_one_resource() -> None:
    types = [name for path in FILES for resource in read(path).resources for name in resource.types]
    assert sorted(types) == sorted(set(types))


def test_symbol_is_spoken_of_by_one_file() -> None:
    symbols = [symbol for path in FILES for symbol in {fact.symbol for fact in read(path).facts}]
    assert len(symbols) == len(set(symbols)) == len(Models.load("go").symbols())
