"""What a caller asks for, and what becomes of it together with the project's own configuration."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leakfix.engine.errors import OptionError
from leakfix.engine.places import start_of
from leakfix.project import Configuration, find_configuration, read_configuration
from leakfix.project.ignoring import PatternError
from leakfix.project.selectors import EVERYTHING, specificity
from leakfix.rules import registry
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from leakfix.rules import Rule

UNUSED_SUPPRESSION = "unused-suppression"
"""The rule of the engine itself: a `leakfix: ignore` comment that keeps no finding quiet."""


@record
class Options:
    """What a caller asks for beyond the project's configuration; what is None or empty is left to that."""

    config: Path | None = None
    """The configuration file, instead of the nearest one above the paths."""
    select: tuple[str, ...] | None = None
    """Selectors of the rules to run, instead of the configured ones: an id, the start of ids, a glob, `ALL`."""
    ignore: tuple[str, ...] = ()
    """Selectors of rules to leave out, besides the configured ones."""
    exclude: tuple[str, ...] = ()
    """Gitignore patterns of paths to leave out, relative to the configuration's directory."""
    prefer: tuple[str, ...] = ()
    """Forms of fixes, the most wanted first: `FORM`, or `RULE=FORM` for the rules that a selector names."""
    unsafe: bool = False
    """Whether fixes that need a review are taken too."""
    tests: bool | None = None
    """Whether findings in test files are wanted."""
    confidence: str | None = None
    """How sure a finding must be to be reported: "high", "medium" or "low"."""
    jobs: int = 1
    """How many processes may work at once; 0 for one a processor."""
    cache: bool = False
    """Whether results are kept in, and taken from, the user's cache directory."""

    @property
    def processes(self) -> int:
        """How many processes may work at once."""
        return self.jobs or processors()


@record
class Setup:
    """A run that can start: rules and configuration are known to be sound."""

    options: Options
    configuration: Configuration
    registry: registry.Registry

    @classmethod
    def of(cls, options: Options, configuration: Configuration, absent: Collection[str] = ()) -> Setup:
        """Load the rules, without those for languages that are `absent`. Raises OptionError and ConfigurationError."""
        # What is named may be misspelt, which takes all rules to tell.
        named = configuration.names_rules or options.prefer
        setup = cls(options, configuration, registry.load(() if named else absent))
        if named:
            setup.check_options()
            configuration.check_rules([*setup.registry.ids, UNUSED_SUPPRESSION])
        return setup

    @cached_property
    def rules(self) -> tuple[Rule[Any], ...]:
        """The rules that are to run, in alphabetical order."""
        return tuple(rule for rule in self.registry.rules if self.configuration.enabled(rule.id))

    @property
    def reports_unused(self) -> bool:
        """Whether suppressions that are of no use are findings."""
        return self.configuration.enabled(UNUSED_SUPPRESSION)

    @property
    def jobs(self) -> int:
        """How many processes may work at once."""
        return self.options.processes

    def preferred(self, rule: str) -> tuple[str, ...]:
        """The names of forms to prefer for a rule: those of the options, then those of the configuration."""
        asked = (entry.rpartition("=") for entry in self.options.prefer)
        wanted = [form for selector, _, form in asked if not selector or specificity(selector, rule) is not None]
        return (*wanted, *self.configuration.preferred(rule))

    def check_options(self) -> None:
        """Raise OptionError for an option that names no rule or form."""
        known = [*self.registry.ids, UNUSED_SUPPRESSION]
        for option, selectors in (("--select", self.options.select or ()), ("--ignore", self.options.ignore)):
            for selector in selectors:
                _check_selector(option, selector, known)
        for entry in self.options.prefer:
            selector, _, form = entry.rpartition("=")
            if selector:
                _check_selector("--prefer", selector, known)
            forms = sorted(
                {
                    known_form.name
                    for rule in self.registry.rules
                    if not selector or specificity(selector, rule.id) is not None
                    for known_form in rule.forms
                }
            )
            if form not in forms:
                raise OptionError(f"--prefer: no rule has a form {form!r} (there are {', '.join(forms)})")


def configured(paths: Iterable[str | os.PathLike[str]], options: Options) -> Configuration:
    """The configuration of the paths with what the options change of it. Raises OptionError and ConfigurationError."""
    found = read_configuration(options.config) if options.config else find_configuration(start_of(paths))
    return _combined(found, options)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_selector(option: str, selector: str, known: list[str]) -> None:
    if selector != EVERYTHING and all(specificity(selector, rule) is None for rule in known):
        from difflib import get_close_matches

        close = get_close_matches(selector, known, n=1)
        raise OptionError(f"{option}: unknown rule {selector!r}" + (f" (did you mean {close[0]!r}?)" if close else ""))


def _combined(found: Configuration, options: Options) -> Configuration:
    changed = replace(
        found,
        select=found.select if options.select is None else options.select,
        ignore=(*found.ignore, *options.ignore),
        exclude=(*found.exclude, *options.exclude),
        tests=found.tests if options.tests is None else options.tests,
        confidence=found.confidence if options.confidence is None else options.confidence,
    )
    try:
        changed.exclude_patterns  # noqa: B018 (asked for what it raises)
    except PatternError as error:
        raise OptionError(f"--exclude: {error}") from error
    return changed
