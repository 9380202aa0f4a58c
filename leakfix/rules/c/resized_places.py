"""Where a call that resizes stands, and the temporary that takes what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.standards import reaches
from leakfix.rules.c.layout import declare_first, following, is_bare_body, is_conditional, statement_of
from leakfix.rules.c.naming import free_name, may_declare
from leakfix.rules.c.releases import declared_type
from leakfix.rules.c.repair import RefusalError
from leakfix.rules.c.resizing import Resize, assigned_from
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.text import Source

_NAMES: Final = ("tmp", "resized", "grown", "enlarged")
_HOSTS: Final = frozenset((syntax.EXPRESSION_STATEMENT, syntax.IF_STATEMENT, syntax.RETURN_STATEMENT))
_AROUND: Final = frozenset(
    (syntax.PARENTHESIZED_EXPRESSION, syntax.CONDITION_CLAUSE, syntax.UNARY_EXPRESSION, syntax.CAST_EXPRESSION)
)
_CONSTANTS: Final = frozenset((syntax.NULL, syntax.NUMBER_LITERAL, syntax.IDENTIFIER, syntax.TRUE, syntax.FALSE))
_LABELS: Final = frozenset((syntax.LABELED_STATEMENT, syntax.GOTO_STATEMENT, syntax.SWITCH_STATEMENT))


@record
class Temporary:
    """Where the call stands, and the temporary that takes what it gives."""

    resize: Resize
    statement: Node
    name: str
    is_declared_here: bool
    """Whether the temporary is declared where the call is, not at the start of the block."""

    @classmethod
    def of(cls, resize: Resize) -> Temporary:
        """The temporary for a call. Raises `RefusalError` where none can stand before it."""
        statement = statement_of(resize.assignment)
        if statement is None or statement.type not in _HOSTS:
            raise RefusalError("expression", "the call stands in an expression that is evaluated more than once")
        if is_conditional(statement, resize.function.node):
            raise RefusalError("preprocessor", "the call stands between #if and #endif")
        if resize.analysis.file.is_torn(resize.function.span):
            raise RefusalError("preprocessor", "one statement of the function is spread over branches of #if")
        if statement.parent is not None and statement.parent.type == syntax.ELSE_CLAUSE and not is_bare_body(statement):
            raise RefusalError("expression", "the call stands in the condition of an else")
        _check_first(resize.assignment, statement)
        name = free_name(resize.analysis, resize.function, statement, _NAMES)
        return cls(resize, statement, name, may_declare(resize.analysis, statement))

    @property
    def source(self) -> Source:
        """The bytes of the file."""
        return self.resize.analysis.source

    @property
    def is_plain(self) -> bool:
        """Whether the assignment is all that the statement does."""
        return self.statement.type == syntax.EXPRESSION_STATEMENT and (
            syntax.unparen(syntax.named(self.statement)[0]) == self.resize.assignment
        )

    @property
    def null(self) -> str:
        """The null pointer as the file spells it."""
        return "nullptr" if b"nullptr" in self.source.data else "NULL"

    def taken(self) -> tuple[list[str], list[Edit]]:
        """The lines by which the temporary takes what the call gives, and the edits elsewhere that go with them."""
        value = self.source.text(_span(assigned_from(self.resize.call)))
        of = self._type()
        declared = f"{of}{'' if of.endswith(('*', ' ')) else ' '}{self.name}"
        if self.is_declared_here and not self._may_be_jumped_over():
            return [f"{declared} = {value};"], []
        if self.is_declared_here:
            return [f"{declared};", f"{self.name} = {value};"], []
        return [f"{self.name} = {value};"], declare_first(self.source, self.statement, f"{declared};")

    def check(self) -> Node:
        """The `if` that asks what the call gave."""
        if self.statement.type == syntax.IF_STATEMENT:
            return self.statement
        behind = next(following(self.statement), None) if self.is_plain else None
        if behind is None or behind.type != syntax.IF_STATEMENT or is_bare_body(self.statement):
            raise RefusalError("unchecked", "what follows the call is no check that leaves on failure")
        return behind

    def _may_be_jumped_over(self) -> bool:
        """Whether a jump may pass the declaration, which C++ forbids where it initialises."""
        return self.resize.analysis.file.is_cpp and any(
            node.type in _LABELS for node in syntax.walk(self.resize.function.body)
        )

    def _type(self) -> str:
        """The type of the temporary, with its stars behind a blank."""
        variable = self.resize.variable
        words = declared_type(variable) if variable is not None else []
        if words and words[-1].startswith("*"):
            return " ".join(words)
        value = assigned_from(self.resize.call)
        cast = value.child_by_field_name("type") if value.type == syntax.CAST_EXPRESSION else None
        if cast is not None:
            spelled = " ".join(syntax.text(cast).split())
            return f"{spelled} " if spelled.endswith("*") and not spelled.endswith(" *") else spelled
        if not self.resize.analysis.file.is_cpp:
            return "void *"
        if reaches(self.resize.analysis.standard, "c++11") and not self._may_be_jumped_over():
            return "auto *"
        raise RefusalError("type", f"the type of {self.resize.place} is not spelled where the call is")


def _check_first(assignment: Node, statement: Node) -> None:
    """Nothing of the statement may be evaluated before the assignment."""
    at = assignment
    while at != statement:
        parent = at.parent
        if parent is None or parent == statement:
            break
        if parent.type == syntax.BINARY_EXPRESSION and parent.child_by_field_name("left") == at:
            right, operator = parent.child_by_field_name("right"), parent.child_by_field_name("operator")
            is_lazy = operator is not None and operator.type in ("&&", "||")
            if right is None or not (is_lazy or right.type in _CONSTANTS):
                raise RefusalError("expression", "something else is evaluated in the same expression")
        elif parent.type not in _AROUND:
            raise RefusalError("expression", "the call stands inside of another expression")
        at = parent
    if statement.type == syntax.IF_STATEMENT and statement.child_by_field_name("condition") != at:
        raise RefusalError("expression", "the call stands inside of another statement")


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)
