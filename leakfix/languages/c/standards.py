"""The language standard that a project is compiled with, told by its build files, else by what the code uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c.disk import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BUILD_FILES: Final = (
    *(
        "compile_commands.json",
        "build/compile_commands.json",
        "CMakeLists.txt",
        "meson.build",
        "Makefile",
        "Makefile.am",
    ),
    *("GNUmakefile", "config.m4", "configure.ac", "configure", "BUILD.bazel", ".bazelrc", "auto/cc/gcc"),
)
_LARGEST: Final = 8 << 20
_FLAG: Final = re.compile(rb"-std=(?:gnu|c)(\+\+)?(\w\w)\b")
_CMAKE: Final = re.compile(rb"CMAKE_(C|CXX)_STANDARD[\s\"]+(\d\d)\b")
_FEATURE: Final = re.compile(rb"\bcxx_std_(\d\d)\b")
_MESON: Final = re.compile(rb"['\"](c|cpp)_std=(?:gnu|c)(?:\+\+)?(\w\w)\b")
_AUTOCONF: Final = re.compile(rb"AX_CXX_COMPILE_STDCXX(?:_(\d\d))?\b(?:\(\[?(\d\d))?")
_YEARS: Final = {b"0x": 11, b"1y": 14, b"1z": 17, b"2a": 20, b"2b": 23, b"1x": 11, b"9x": 99, b"2x": 23}
_REQUIRED: Final = re.compile(r"^(c\+\+|c)(\d\d)$")
_USES: Final = (
    (17, re.compile(rb"\bstd::(?:optional|string_view|variant)\b|\bif constexpr\b|\[\[nodiscard\]\]")),
    (14, re.compile(rb"\b(?:std::)?make_unique\s*<")),
    (
        11,
        re.compile(
            rb"\bnullptr\b|\bstd::(?:unique_ptr|shared_ptr|move|atomic|function)\b|\bauto\s*[*&]*\s*\w+\s*=|\bnoexcept\b"
        ),
    ),
)


def used(data: bytes) -> int | None:
    """Return the C++ standard that code needs at least, as far as single words tell."""
    return next((year for year, pattern in _USES if pattern.search(data) is not None), None)


def stated(data: bytes, *, cpp: bool = True) -> int | None:
    """Return the standard that a build file states: of several the lowest; None when it states none."""
    found: set[int] = set()
    for plus, digits in _FLAG.findall(data):
        if bool(plus) == cpp:
            found.add(_year(digits))
    for tongue, digits in _CMAKE.findall(data):
        if (tongue == b"CXX") == cpp:
            found.add(_year(digits))
    for tongue, digits in _MESON.findall(data):
        if (tongue == b"cpp") == cpp:
            found.add(_year(digits))
    if cpp:
        found.update(_year(digits) for digits in _FEATURE.findall(data))
        found.update(_year(one or other) for one, other in _AUTOCONF.findall(data) if one or other)
    return min((year for year in found if year >= 0), key=_order, default=None)


def reaches(standard: int | None, requires: str) -> bool:
    """Whether a standard reaches what is spelled as in `Fix.requires`: "c++14"; an unknown one reaches only C++98."""
    needed = _REQUIRED.match(requires)
    if needed is None or needed[1] == "c":
        return not requires or needed is not None
    return _order(int(needed[2])) <= _order(standard if standard is not None else 98)


def read_build_file(path: Path) -> bytes | None:
    """Return what a build file says; None when it is not there, no regular file, or large beyond use."""
    return read_regular(path, _LARGEST)


def stated_above(directory: Path) -> int | None:
    """Return the C++ standard that the nearest build file states, up to the repository's top."""
    for above in (directory, *directory.parents):
        told = _stated_in(above / name for name in BUILD_FILES)
        if told is not None or (above / ".git").exists():
            return told
    return None


def _stated_in(paths: Iterable[Path]) -> int | None:
    for path in paths:
        data = read_build_file(path)
        told = stated(data) if data is not None else None
        if told is not None:
            return told
    return None


def _year(digits: bytes) -> int:
    return _YEARS.get(digits, int(digits) if digits.isdigit() else -1)


def _order(year: int) -> int:
    return year + 1900 if year > 80 else year + 2000
