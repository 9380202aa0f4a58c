"""What a codemod is made of: rule, finding, trace, fix, refusal, and the registry of packs."""

from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, RefusalError, Safety, Severity, Step
from leakfix.rules.rule import Form, Rule, RuleError

__all__ = [
    "Confidence",
    "FileEdit",
    "Finding",
    "Fix",
    "Form",
    "Refusal",
    "RefusalError",
    "Rule",
    "RuleError",
    "Safety",
    "Severity",
    "Step",
]
