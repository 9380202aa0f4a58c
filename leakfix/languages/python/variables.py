"""What scopes are made of: variables, and the places that bind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.python import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.files import Param

VariableKind: TypeAlias = Literal["local", "param", "global", "class", "free"]
"""At the place that owns it, a variable is no "free" one: that is how the functions nested in its own see it."""
BindingKind: TypeAlias = Literal[
    "param",
    "assign",
    "augment",
    "for",
    "with",
    "except",
    "walrus",
    "import",
    "function",
    "class",
    "match",
    "del",
    "type",
]
ScopeKind: TypeAlias = Literal["module", "function", "lambda", "class", "comprehension"]

_PATTERNS: Final = frozenset(
    (
        syntax.PATTERN_LIST,
        syntax.TUPLE_PATTERN,
        syntax.LIST_PATTERN,
        syntax.TUPLE,
        syntax.LIST,
        syntax.LIST_SPLAT_PATTERN,
        syntax.LIST_SPLAT,
        syntax.PARENTHESIZED_EXPRESSION,
        syntax.EXPRESSION_LIST,
    )
)


@dataclass(slots=True, eq=False)
class Scope:
    """What has names of its own. `node` is the definition, lambda, class, comprehension or the root of the file."""

    kind: ScopeKind
    node: Node
    parent: Scope | None
    variables: dict[bytes, Variable] = field(default_factory=dict)
    globals: set[bytes] = field(default_factory=set)
    nonlocals: set[bytes] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class Binding:
    """One place that binds a name. `target` is what the identifier stands in, as a whole: `a, b` of `a, b = f()`.

    `value` is what the target is given: the right side of an assignment (None of a bare annotation), the iterable of a
    loop, the context expression of a with statement, the value of a walrus; None of the others. `annotation` is its
    type. `symbol` is what an import binds.
    """

    kind: BindingKind
    identifier: Node
    target: Node
    value: Node | None = None
    annotation: Node | None = None
    symbol: str = ""
    param: Param | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the name gets all of the value, not a part of it."""
        return self.target.start_byte == self.identifier.start_byte and self.target.type == syntax.IDENTIFIER


@dataclass(slots=True, eq=False)
class Variable:
    """A variable of a file, compared by identity.

    `scope` is where it lives, `node` that scope's function_definition, lambda, class, comprehension or root.
    `bindings` are all places that bind it, in source order, deletions left out; `deletions` those that unbind it.
    """

    name: str
    kind: VariableKind
    scope: Scope
    bindings: list[Binding] = field(default_factory=list)
    deletions: list[Binding] = field(default_factory=list)
    uses: tuple[Node, ...] | None = None

    @property
    def node(self) -> Node:
        """The node of the scope that it lives in."""
        return self.scope.node

    @property
    def index(self) -> int:
        """The byte offset of its first binding, which tells it apart from all others of the file."""
        return self.bindings[0].identifier.start_byte if self.bindings else self.scope.node.start_byte

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<{self.kind} {self.name}@{self.index}>"


def names_in(target: Node) -> Iterator[Node]:
    """Yield the identifiers that a target binds; attributes and elements bind none."""
    if target.type == syntax.IDENTIFIER:
        yield target
    elif target.type in _PATTERNS:
        for child in target.named_children:
            yield from names_in(child)
