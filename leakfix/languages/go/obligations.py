"""What a Go call obliges its caller to, from the models and from summaries of the project's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Obligation
from leakfix.languages.go import syntax
from leakfix.languages.go.defaults import declared_version
from leakfix.languages.go.first_look import CLOSING_METHODS
from leakfix.languages.go.types import has_method, selection

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.packages import File
    from leakfix.languages.go.types import Signature, Type
    from leakfix.models import Acquire, Models, Resource

_ANYWHERE: Final = frozenset({()})
_WRITING_FLAGS = ("O_WRONLY", "O_RDWR", "O_APPEND", "O_CREATE", "O_TRUNC")


def drained_by(method: str) -> str:
    """The method of a `Release` that happens when ``method`` returns false."""
    return f"{method}?"


def from_models(models: Models, callee: Callee, call: Node, file: File) -> dict[int, tuple[Obligation, int | None]]:
    """What the models say that a call acquires: result index (RECEIVER possible) to obligation and error index."""
    found: dict[int, tuple[Obligation, int | None]] = {}
    for acquire in models.acquires(callee.symbol):
        if acquire.until is not None and not is_below(file, acquire.until):
            continue
        resource = models.resource(acquire.resource)
        obligation = of_resource(resource, acquire, writes=acquire.writes or _writes(acquire, call))
        error = acquire.error if acquire.error is not None else _error_of(callee, call, acquire)
        found[acquire.result] = (obligation, error)
    return found


def of_resource(resource: Resource, acquire: Acquire | None = None, *, writes: bool = False) -> Obligation:
    """The obligation that comes with a modelled resource."""
    confidence = acquire.confidence if acquire is not None else resource.confidence
    severity = (acquire.severity if acquire is not None else None) or resource.severity
    return Obligation(
        resource.name,
        resource.noun,
        resource.family,
        (*resource.release, *(drained_by(method) for method in resource.drained_by)),
        idempotent=resource.idempotent,
        writes=writes,
        confidence=confidence,
        severity=severity or "",
    )


def of_type(of: Type | None, parts: frozenset[tuple[str, ...]] = _ANYWHERE) -> Obligation | None:
    """The obligation that comes with a value of a type that closes; None when the type has no such method.

    What is to be released lies in one of the ``parts`` of the value, in an unknown one if a path is empty.
    """
    for method in CLOSING_METHODS:
        if has_method(of, method) and _knows_of(of, method, parts):
            name = str(of).rpartition(".")[2].lstrip("*") or str(of)
            return Obligation(str(of), name, "closer", (method,), confidence="medium")
    return None


def _knows_of(of: Type | None, method: str, parts: frozenset[tuple[str, ...]]) -> bool:
    """Whether a method may see one of the parts: one that is promoted from an embedded field sees that field alone."""
    found = selection(of, method)
    through = found.path if found is not None else ()
    return any(part[: len(through)] == through[: len(part)] for part in parts)


def assigned_to(call: Node) -> list[Node]:
    """What the results of a call are assigned to as they are."""
    node = call.parent
    while node is not None and node.kind_id in (syntax.EXPRESSION_LIST, syntax.PARENTHESIZED_EXPRESSION):
        node = node.parent
    if node is None:
        return []
    if node.kind_id == syntax.VAR_SPEC:
        return syntax.field_children(node, syntax.F_NAME)
    if node.kind_id not in (syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT):
        return []
    left = node.child_by_field_id(syntax.F_LEFT)
    return syntax.operands(left) if left is not None else []


def error_result(signature: Signature | None) -> int | None:
    """The index of the last result if it is an error."""
    if signature is None or not signature.results:
        return None
    return len(signature.results) - 1 if str(signature.results[-1]) == "error" else None


def _error_of(callee: Callee, call: Node, acquire: Acquire) -> int | None:
    """The error's index; where no signature is known, the last of several targets that is not the resource."""
    if callee.signature is not None:
        return error_result(callee.signature)
    last = len(assigned_to(call)) - 1
    return last if last > max(acquire.result, 0) else None


def is_below(file: File, until: tuple[int, int]) -> bool:
    """Whether the version that is declared is below one: it, and no file's constraint, sets the runtime's behaviour."""
    version = declared_version(file.package)
    return version is not None and (version.major, version.minor) < until


def _writes(acquire: Acquire, call: Node) -> bool:
    if acquire.flags is None:
        return False
    arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
    if acquire.flags >= len(arguments):
        return False
    return any(flag in syntax.text(arguments[acquire.flags]) for flag in _WRITING_FLAGS)
