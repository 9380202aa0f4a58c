"""Which files to read and how: discovery, configuration, suppressions."""

from leakfix.project.configuration import Configuration, ConfigurationError, find_configuration, read_configuration
from leakfix.project.discovery import Candidate, Discovery, discover
from leakfix.project.generated import is_generated
from leakfix.project.problems import Problem
from leakfix.project.reading import Unreadable, read
from leakfix.project.suppressions import (
    GO_DIRECTIVES,
    Directive,
    Misspelt,
    Reach,
    Suppression,
    Suppressions,
    may_suppress,
    suppressions,
)

__all__ = [
    "GO_DIRECTIVES",
    "Candidate",
    "Configuration",
    "ConfigurationError",
    "Directive",
    "Discovery",
    "Misspelt",
    "Problem",
    "Reach",
    "Suppression",
    "Suppressions",
    "Unreadable",
    "discover",
    "find_configuration",
    "is_generated",
    "may_suppress",
    "read",
    "read_configuration",
    "suppressions",
]
