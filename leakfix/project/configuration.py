"""What a project asks for in `leakfix.toml`, or in `[tool.leakfix]` of its pyproject.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.project.ignoring import PatternError, Patterns
from leakfix.project.problems import because
from leakfix.project.selectors import EVERYTHING, closest, specificity
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

Document = Mapping[str, object]

DEFAULT_MAX_FILE_SIZE = 4 << 20
MAX_CONFIGURATION_FILE = 4 << 20
CONFIDENCES = ("high", "medium", "low")
KEYS = ("select", "ignore", "per-path-ignores", "exclude", "models", "prefer", "max-file-size", "tests", "confidence")
MODEL_TABLES = ("resource", "acquire", "release", "borrow", "keep", "wrap", "lend", "noreturn", "check")
_FOR_ALL = "*"


class ConfigurationError(ValueError):
    """A configuration that cannot be used: one line that names the file, the key and what is wrong."""


@record
class Configuration:
    """What a project asks for; without a file, the defaults.

    Globs are gitignore patterns relative to `root`, the directory of the file. Rules are named by selectors: an id, the
    start of ids up to a hyphen, a glob with `*`, or `ALL`.
    """

    root: Path
    path: Path | None = None
    """The file; None for the defaults."""
    select: tuple[str, ...] | None = None
    """Selectors of the rules to run; None for those that are on by default."""
    ignore: tuple[str, ...] = ()
    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Selectors of the rules to leave out, for each glob."""
    exclude: tuple[str, ...] = ()
    models: tuple[Path, ...] = ()
    """Model files, absolute."""
    extra_models: Document = field(default_factory=dict)
    """Model tables that stand in the configuration itself (`[[acquire]]`, ...), as TOML gives them."""
    prefer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of forms, the most wanted first, for each selector; `*` for all rules."""
    max_file_size: int = DEFAULT_MAX_FILE_SIZE
    """Larger files are not looked at; bytes."""
    tests: bool = True
    confidence: str = "medium"
    """How sure a finding must be to be reported: "high", "medium" or "low"."""
    """Whether findings in test files are wanted."""

    def enabled(self, rule: str, *, default: bool = True) -> bool:
        """Whether a rule is to run; `default` is whether it does when nobody selects rules.

        The selector that names the rule most closely wins; of two equally close ones, the one that ignores.
        """
        selected = (0 if default else None) if self.select is None else closest(self.select, rule)
        ignored = closest(self.ignore, rule)
        return selected is not None and (ignored is None or ignored < selected)

    def ignored_at(self, rule: str, path: Path) -> bool:
        """Whether `per-path-ignores` leaves a rule out for the file at an absolute path."""
        return any(
            closest(self.per_path_ignores[glob], rule) is not None and _names(patterns, path, self.root)
            for glob, patterns in self._ignored_paths
        )

    def preferred(self, rule: str) -> tuple[str, ...]:
        """The names of forms to prefer for a rule, by the selector that names it most closely."""
        close = (
            (found, forms) for name, forms in self.prefer.items() if (found := specificity(name, rule)) is not None
        )
        return max(close, default=(0, ()))[1]

    @property
    def names_rules(self) -> bool:
        """Whether there is a selector, which `check_rules` has to be asked about."""
        return any(True for _ in self._selectors())

    def check_rules(self, known: Collection[str]) -> None:
        """Raise ConfigurationError for a selector that selects none of the known rules."""
        for key, selector in self._selectors():
            if selector not in {EVERYTHING, _FOR_ALL} and not any(
                specificity(selector, rule) is not None for rule in known
            ):
                raise ConfigurationError(f"{self.path or self.root}: {key}: {_unknown('rule', selector, known)}")

    def read_models(self) -> tuple[Document, ...]:
        """The documents of the model files, in order, then the tables of the configuration itself, if any.

        Raises ConfigurationError for a file that cannot be read or is not TOML.
        """
        documents = [_document(path) for path in self.models]
        return (*documents, self.extra_models) if self.extra_models else tuple(documents)

    @cached_property
    def exclude_patterns(self) -> Patterns:
        """`exclude`, compiled."""
        return Patterns.of(_directory(self.root), self.exclude)

    @cached_property
    def _ignored_paths(self) -> list[tuple[str, Patterns]]:
        return [(glob, Patterns.of(_directory(self.root), [glob])) for glob in self.per_path_ignores]

    def _selectors(self) -> Iterator[tuple[str, str]]:
        yield from (("select", selector) for selector in self.select or ())
        yield from (("ignore", selector) for selector in self.ignore)
        for glob, selectors in self.per_path_ignores.items():
            yield from ((f'per-path-ignores."{glob}"', selector) for selector in selectors)
        yield from (("prefer", selector) for selector in self.prefer)


def find_configuration(start: Path) -> Configuration:
    """The nearest configuration from a directory upwards; the defaults, rooted at `start`, when there is none.

    In one directory, leakfix.toml comes before pyproject.toml; a pyproject.toml without `[tool.leakfix]` is passed
    over. Raises ConfigurationError.
    """
    start = start.absolute()
    for directory in (start, *start.parents):
        alone = directory / "leakfix.toml"
        if alone.is_file():
            return read_configuration(alone)
        shared = directory / "pyproject.toml"
        # A file without the word is not parsed: whether it is TOML at all is no concern of ours.
        if shared.is_file() and b"leakfix" in _bytes(shared):
            table = _own_table(shared, _document(shared))
            if table is not None:
                return _configuration(shared, "tool.leakfix.", table)
    return Configuration(start)


def read_configuration(path: Path) -> Configuration:
    """The configuration in one file; for a pyproject.toml, in its `[tool.leakfix]`. Raises ConfigurationError."""
    path = path.absolute()
    document = _document(path)
    if path.name != "pyproject.toml":
        return _configuration(path, "", document)
    return _configuration(path, "tool.leakfix.", _own_table(path, document) or {})


def _own_table(path: Path, document: Document) -> Document | None:
    tool = document.get("tool")
    table = tool.get("leakfix") if isinstance(tool, Mapping) else None
    if table is None or isinstance(table, Mapping):
        return table
    raise ConfigurationError(f"{path}: tool.leakfix: expected a table, found {_kind(table)}")


def _document(path: Path) -> Document:
    # Many runs have no configuration, and none has to wait for what only that needs.
    import tomllib

    try:
        return tomllib.loads(_bytes(path).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: is nested too deeply") from error
    except ValueError as error:
        raise ConfigurationError(f"{path}: is not TOML: {str(error).splitlines()[0]}") from error


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ConfigurationError(f"{path}: {'is not a regular file' if path.exists() else 'does not exist'}")
        with path.open("rb") as file:
            data = file.read(MAX_CONFIGURATION_FILE + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {because(error)}") from error
    if len(data) > MAX_CONFIGURATION_FILE:
        raise ConfigurationError(f"{path}: is larger than {MAX_CONFIGURATION_FILE} bytes")
    return data


def _configuration(path: Path, prefix: str, table: Document) -> Configuration:
    values = _Values(path, prefix, table)
    values.refuse_unknown((*KEYS, *MODEL_TABLES))
    return Configuration(
        root=path.parent,
        path=path,
        select=values.strings("select") if "select" in table else None,
        ignore=values.strings("ignore"),
        per_path_ignores=values.rules_by_glob("per-path-ignores"),
        exclude=values.globs("exclude"),
        models=values.files("models"),
        extra_models=values.model_tables(),
        prefer=values.forms("prefer"),
        max_file_size=values.size("max-file-size", DEFAULT_MAX_FILE_SIZE),
        tests=values.truth("tests", default=True),
        confidence=values.choice("confidence", CONFIDENCES, "medium"),
    )


@record
class _Values:
    """The values of a table, each checked for what its key takes; a key that is absent is empty or the default."""

    path: Path
    prefix: str
    table: Document

    def refuse_unknown(self, known: Collection[str]) -> None:
        for key in self.table:
            if key not in known:
                raise ConfigurationError(f"{self.path}: {_unknown('key', f'{self.prefix}{key}', known, key)}")

    def strings(self, key: str) -> tuple[str, ...]:
        return self._strings(key, self.table.get(key, []))

    def globs(self, key: str) -> tuple[str, ...]:
        globs = self.strings(key)
        for index, glob in enumerate(globs):
            self._check_glob(f"{key}[{index}]", glob)
        return globs

    def rules_by_glob(self, key: str) -> Mapping[str, tuple[str, ...]]:
        table = self._table(key)
        for glob in table:
            self._check_glob(f'{key}."{glob}"', glob)
        return {glob: self._strings(f'{key}."{glob}"', rules) for glob, rules in table.items()}

    def forms(self, key: str) -> Mapping[str, tuple[str, ...]]:
        value = self.table.get(key, {})
        if isinstance(value, list):
            return {_FOR_ALL: self.strings(key)}
        if not isinstance(value, Mapping):
            raise self._wrong(key, "a list of form names, or a table from rules to such lists", value)
        return {rule: self._strings(f"{key}.{rule}", forms) for rule, forms in self._table(key).items()}

    def files(self, key: str) -> tuple[Path, ...]:
        paths = tuple(self.path.parent / name for name in self.strings(key))
        for index, path in enumerate(paths):
            if not path.is_file():
                raise ConfigurationError(f"{self.path}: {self.prefix}{key}[{index}]: no such file: {path}")
        return paths

    def size(self, key: str, default: int) -> int:
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
            raise self._wrong(key, "a positive number of bytes", value)
        return value

    def truth(self, key: str, *, default: bool) -> bool:
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false", value)
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = self.table.get(key, default)
        if value not in choices:
            raise self._wrong(key, " or ".join(f'"{choice}"' for choice in choices), value)
        return str(value)

    def model_tables(self) -> Document:
        found = {key: self.table[key] for key in MODEL_TABLES if key in self.table}
        for key, tables in found.items():
            if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
                raise self._wrong(key, f"tables, each headed [[{self.prefix}{key}]]", tables)
        return found

    def _table(self, key: str) -> Document:
        value = self.table.get(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, "a table", value)
        return value

    def _strings(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self._wrong(key, "a list of strings", value)
        for index, item in enumerate(value):
            if not isinstance(item, str):
                raise self._wrong(f"{key}[{index}]", "a string", item)
        return tuple(value)

    def _check_glob(self, key: str, glob: str) -> None:
        try:
            Patterns.of("/", [glob])
        except PatternError as error:
            raise ConfigurationError(f"{self.path}: {self.prefix}{key}: {error}") from error

    def _wrong(self, key: str, expected: str, found: object) -> ConfigurationError:
        return ConfigurationError(f"{self.path}: {self.prefix}{key}: expected {expected}, found {_kind(found)}")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"the integer {value}"
    kinds = {str: "a string", float: "a float", list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date or time")


def _unknown(what: str, name: str, known: Iterable[str], short: str = "") -> str:
    from difflib import get_close_matches

    close = get_close_matches(short or name, known, n=1)
    return f"unknown {what} {name!r}" + (f" (did you mean {close[0]!r}?)" if close else "")


def _directory(path: Path) -> str:
    name = str(path)
    return name if name.endswith("/") else f"{name}/"


def _names(patterns: Patterns, path: Path, root: Path) -> bool:
    """Whether patterns name a path or a directory above it, below the root."""
    if not path.is_relative_to(root):
        return False
    above = [directory for directory in path.parents if directory != root and directory.is_relative_to(root)]
    return bool(patterns.verdict(str(path), is_directory=False)) or any(
        patterns.verdict(str(directory), is_directory=True) for directory in above
    )
