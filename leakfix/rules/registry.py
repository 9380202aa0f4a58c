"""The packs of codemods that are installed, found through the entry-point group ``leakfix.codemods``."""

import importlib
import pkgutil
from collections.abc import Collection, Iterator
from typing import Any

from leakfix.rules.installed import Pack, packs
from leakfix.rules.rule import Rule, RuleError, check_declaration
from leakfix.text.records import record

GROUP = "leakfix.codemods"


@record
class Registry:
    """The rules by id and then language, in alphabetical order, and what could not be loaded.

    One id may stand for the same leak in several languages: for each of them there is a rule.
    """

    rules: tuple[Rule[Any], ...]
    problems: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the rules, each once, in alphabetical order."""
        return tuple(dict.fromkeys(rule.id for rule in self.rules))

    def named(self, rule: str) -> tuple[Rule[Any], ...]:
        """The rules of an id, one a language."""
        return tuple(known for known in self.rules if known.id == rule)

    def for_language(self, language: str) -> tuple[Rule[Any], ...]:
        """The rules of one language, in alphabetical order."""
        return tuple(rule for rule in self.rules if rule.language == language)


def load(absent: Collection[str] = ()) -> Registry:
    """Import the installed packs; one that fails is one line in ``problems`` and stops no other.

    A pack that bears the name of a language is for that language alone, and left out when the language is ``absent``.
    """
    rules: dict[tuple[str, str], Rule[Any]] = {}
    problems: list[str] = []
    for pack in packs(GROUP):
        if pack.name in absent:
            continue
        try:
            for rule in _rules_of(pack):
                check_declaration(rule)
                if (rule.id, rule.language) in rules:
                    raise RuleError(f"{rule.id}: declared twice for {rule.language}")
                rules[rule.id, rule.language] = rule
        except (ImportError, AttributeError, RuleError, SyntaxError) as why:
            problems.append(f"codemod pack {pack.name} ({pack.package}): {why}")
    return Registry(tuple(rule for _, rule in sorted(rules.items())), tuple(problems))


def _rules_of(pack: Pack) -> Iterator[Rule[Any]]:
    """The ``RULE`` of every public module of the pack's import package."""
    package = importlib.import_module(pack.package)
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_"):
            continue
        rule = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "RULE", None)
        if not isinstance(rule, Rule):
            raise RuleError(f"{package.__name__}.{module.name} states no RULE")
        yield rule
