"""Results kept from run to run in the user's cache directory, each under a digest of all that it hangs on."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.engine.codec import CodecError, decode, encode
from leakfix.engine.reach import Reach
from leakfix.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leakfix.engine.inputs import Input
    from leakfix.engine.options import Setup
    from leakfix.engine.work import Report, Tongue, Unit, Work

_FORMAT = 2
_LARGEST = 256 << 20
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_KEPT_SECONDS = 30 * 24 * 3600


@dataclass
class Cache:
    """The results of one way of calling leakfix: one file, read once and replaced as a whole."""

    path: Path
    keys: dict[str, str]
    """The digest of each unit, by the unit's name."""
    units: Sequence[Unit]
    old: dict[str, object]
    new: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(
        cls, inputs: Sequence[Input], setup: Setup, work: Work, units: Sequence[Unit], directory: Path | None = None
    ) -> Cache:
        """The cache for a run; `directory` is by default that of the user."""
        options = replace(setup.options, jobs=1, prefer=(), unsafe=False)  # what changes no finding
        asked = _digest(_FORMAT, Path.cwd(), options, setup.configuration, work.examiner.stable)
        path = (directory or user_directory()) / f"{asked[:32]}.json"
        meaning = [_meaning(tongue) for tongue in work.tongues.values()]
        base = _digest(asked, _code(setup), setup.configuration.read_models(), *meaning)
        reach = Reach(inputs, {name: tongue.language for name, tongue in work.tongues.items()})
        keys = {_name(unit): _digest(base, _files(unit), reach.digest(unit.language, unit.directory)) for unit in units}
        return cls(path, keys, units, _load(path))

    def known(self) -> Iterator[tuple[Unit, Report]]:
        """The units whose results are here. A damaged entry is none."""
        for unit in self.units:
            entry = self.old.get(_name(unit))
            if not isinstance(entry, dict) or entry.get("key") != self.keys[_name(unit)]:
                continue
            with suppress(CodecError):
                report = decode(entry.get("report"))
                self.new[_name(unit)] = entry
                yield unit, report

    def add(self, unit: Unit, report: Report) -> None:
        """Keep the result of a unit."""
        self.new[_name(unit)] = {"key": self.keys[_name(unit)], "report": encode(report)}

    def save(self) -> None:
        """Write what is new; a cache that cannot be written is none."""
        if self.new.keys() == self.old.keys() and all(self.new[name] is self.old[name] for name in self.new):
            return
        with suppress(OSError):
            _write(self.path, json.dumps(self.new, separators=(",", ":")).encode())


def user_directory() -> Path:
    """`$XDG_CACHE_HOME/leakfix`; by default, and when that is not absolute, `~/.cache/leakfix`."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "leakfix"


def _name(unit: Unit) -> str:
    return f"{unit.language} {unit.directory}"


def _files(unit: Unit) -> list[tuple[str, bool, str]]:
    return [(f.display, f.generated, hashlib.blake2b(f.data, digest_size=16).hexdigest()) for f in unit.files]


def _digest(*parts: object) -> str:
    return hashlib.blake2b("\0".join(map(repr, parts)).encode("utf-8", "surrogateescape"), digest_size=20).hexdigest()


def _meaning(tongue: Tongue) -> str:
    """What models and the first look say, for all files alike."""
    return _digest(tongue.language.name, sorted(tongue.models.symbols()), *tongue.survey.meaning())


def _code(setup: Setup) -> str:
    """The code that makes results: the version, and size and time of every module of leakfix and of the packs."""
    packs = {type(rule).__module__.partition(".")[0] for rule in setup.registry.rules}
    files = list(_stamps(str(Path(__file__).parents[1])))
    for name in sorted(packs):
        for place in getattr(importlib.import_module(name), "__path__", ()):
            files += _stamps(place)
    return _digest(__version__, files)


def _stamps(directory: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(directory) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _stamps(entry.path)
        elif entry.name.endswith((".py", ".toml")):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns


def _load(path: Path) -> dict[str, object]:
    """The entries of a cache file; none when it is damaged or somebody else's."""
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            mine = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
            if not (stat.S_ISREG(status.st_mode) and mine and status.st_size <= _LARGEST):
                return {}
            value = json.loads(stream.read())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _prune(path.parent)
    made = path.with_suffix(f".new-{os.getpid()}")
    try:
        with os.fdopen(os.open(made, _CREATE, 0o600), "wb") as stream:
            stream.write(data)
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _prune(directory: Path) -> None:
    """Remove what nobody has asked for in a month."""
    oldest = time.time() - _KEPT_SECONDS
    with os.scandir(directory) as listing:
        for entry in listing:
            if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < oldest:
                with suppress(OSError):
                    Path(entry.path).unlink()
