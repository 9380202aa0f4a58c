"""What the deferred literals of a Go loop read and write: state that changes until the function returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import enclosing_loops, nested, statements_of
from leakfix.languages.go.closures_plan import ObstructedError
from leakfix.languages.go.closures_results import results_of
from leakfix.languages.go.closures_values import base_of, binding_of
from leakfix.languages.go.types import Struct, underlying
from leakfix.languages.go.versions import Version

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.closures_deferred import Deferred
    from leakfix.languages.go.closures_values import Round
    from leakfix.languages.go.scopes import Variable

_OWN_LOOP_VARIABLES: Final = Version(1, 22)
"""From this version on every iteration has its own copies of the loop's variables."""


class State:
    """Collects what the literals touch; raises ObstructedError where it matters when they run."""

    def __init__(self, round_: Round) -> None:
        """Nothing is looked at yet."""
        self.round = round_
        self.review: list[str] = []
        self.result: Variable | None = None
        """The named error result that a literal sets, which is to become the wrapping literal's own."""

    def check_arguments(self, deferred: Deferred) -> None:
        """Look at the arguments of a deferred call: what it is given the address of, it may write when it runs."""
        stack = list(deferred.call.named_children)
        while stack:
            node = stack.pop()
            if node.kind_id != go.FUNC_LITERAL:
                stack.extend(node.named_children)
                self._check_address(node)

    def check(self, deferred: Deferred, literal: Node) -> None:
        """Look at one deferred literal."""
        touched: dict[Variable, Node] = {}
        stack = [literal]
        while stack:
            node = stack.pop()
            stack.extend(node.named_children)
            if node.kind_id in (go.ASSIGNMENT_STATEMENT, go.INC_STATEMENT, go.DEC_STATEMENT):
                self._check_stores(node, literal)
            self._check_address(node)
            variable = self.round.bindings.variable(node) if node.kind_id == go.IDENTIFIER else None
            if variable is None or _is_inside(variable, literal) or self.round.is_own(variable):
                continue
            if variable.kind == "result" and variable.function == self.round.owner:
                touched[variable] = node
            elif self.round.in_head(variable):
                self._note_loop_variable(variable)
            elif self._changes(variable, literal):
                why = f"the deferred function reads {variable.name}, which changes until the function returns"
                raise ObstructedError("outer-state", why, node)
        if touched:
            self._take_result(touched, deferred, literal)

    def settle(self, first: Node) -> None:
        """Refuse when the value that the body leaves in the error result is read outside of the wrapped statements."""
        if self.result is None:
            return
        loops = enclosing_loops(self.round.loop)
        start = (loops[-1] if loops else self.round.loop).start_byte
        uses = [use for use in self.round.bindings.uses(self.result) if binding_of(use) is None]
        body = self.round.owner.child_by_field_id(go.F_BODY)
        returns = [node for node in nested([body]) if node.kind_id == go.RETURN_STATEMENT] if body is not None else []
        reads = [*uses, *(node for node in returns if not node.named_children)]
        inside = range(first.start_byte, self.round.body.end_byte)
        if any(read.start_byte >= start and read.start_byte not in inside for read in reads):
            why = f"the value that the body leaves in {self.result.name} is read elsewhere"
            raise ObstructedError("named-result", why, first)

    def changes_from_loop_on(self, variable: Variable) -> bool:
        """Whether a variable gets another value in the loop or behind it."""
        return self._changes(variable, None)

    def _note_loop_variable(self, variable: Variable) -> None:
        version = self.round.file.version
        if version is None or version < _OWN_LOOP_VARIABLES:
            self.review.append(f"the deferred function sees the {variable.name} of its own iteration, not the last one")

    def _check_stores(self, statement: Node, literal: Node) -> None:
        left = statement.child_by_field_id(go.F_LEFT) if statement.kind_id == go.ASSIGNMENT_STATEMENT else statement
        for target in [] if left is None else go.operands(left):
            base = base_of(target)
            variable = self.round.bindings.variable(base) if base.kind_id == go.IDENTIFIER else None
            if go.text(target) == "_" or (variable is not None and variable.kind == "result"):
                continue
            if variable is None or not (_is_inside(variable, literal) or self.round.is_own(variable)):
                why = f"the deferred function writes {go.text(target)}, which others may read when the loop goes on"
                raise ObstructedError("outer-state", why, statement)

    def _check_address(self, node: Node) -> None:
        """Refuse the address of something from outside, but for that of a struct, which is an object."""
        operand = node.child_by_field_id(go.F_OPERAND) if node.kind_id == go.UNARY_EXPRESSION else None
        if operand is None or not go.text(node).startswith("&"):
            return
        base = base_of(operand)
        variable = self.round.bindings.variable(base) if base.kind_id == go.IDENTIFIER else None
        inside = variable is None or self.round.is_own(variable)
        if not inside and variable is not None and not isinstance(underlying(self.round.types.of(operand)), Struct):
            code = "named-result" if variable.kind == "result" else "outer-state"
            why = f"the deferred call gets the address of {go.text(operand)}, to change it when it runs"
            raise ObstructedError(code, why, node)

    def _changes(self, variable: Variable, literal: Node | None) -> bool:
        """Whether a variable gets another value from the loop on, other than in the literal itself."""
        for use in self.round.bindings.uses(variable):
            within = literal is not None and literal.start_byte <= use.start_byte < literal.end_byte
            if use.start_byte < self.round.loop.start_byte or within or use.parent is None:
                continue
            if binding_of(use) is not None or use.parent.kind_id in (go.INC_STATEMENT, go.DEC_STATEMENT):
                return True
        return False

    def _take_result(self, touched: dict[Variable, Node], deferred: Deferred, literal: Node) -> None:
        """Take over a named error result that a deferred close sets when there is no error yet; refuse all else."""
        results = results_of(self.round.owner)
        for variable in touched:
            is_error = results[-1].name == variable.name and results[-1].text == "error"
            if len(touched) > 1 or not is_error or not _keeps_first_error(literal, variable.name):
                why = f"the deferred function uses the result {variable.name}, which is set when the function returns"
                raise ObstructedError("named-result", why, deferred.statement)
            self.result = variable
            self.review.append("the first release that fails ends the loop, and its error is the one that is returned")


def _is_inside(variable: Variable, literal: Node) -> bool:
    return literal.start_byte <= variable.declaration.start_byte < literal.end_byte


def _keeps_first_error(literal: Node, name: str) -> bool:
    """Whether a deferred literal only releases, and sets an error result that is not set yet.

    Two forms: ``if e := x.Close(); err == nil { err = e }`` (or with ``e != nil``), ``err = errors.Join(err, ...)``.
    """
    statements = statements_of(literal.child_by_field_id(go.F_BODY))
    if len(statements) != 1:
        return False
    only = statements[0]
    if only.kind_id == go.ASSIGNMENT_STATEMENT:
        left, right = only.child_by_field_id(go.F_LEFT), only.child_by_field_id(go.F_RIGHT)
        joined = "" if right is None else go.text(right)
        return left is not None and go.text(left) == name and joined.startswith(f"errors.Join({name}, ")
    initial, condition = only.child_by_field_id(go.F_INITIALIZER), only.child_by_field_id(go.F_CONDITION)
    consequence = only.child_by_field_id(go.F_CONSEQUENCE)
    if (
        only.kind_id != go.IF_STATEMENT
        or initial is None
        or condition is None
        or only.child_by_field_id(go.F_ALTERNATIVE)
    ):
        return False
    left = initial.child_by_field_id(go.F_LEFT)
    inner = statements_of(consequence)
    bound = "" if left is None else go.text(left)
    tests = {" ".join(part.split()) for part in go.text(condition).split("&&")}
    allowed = {f"{name} == nil", f"{bound} != nil"}
    return f"{name} == nil" in tests and tests <= allowed and [go.text(node) for node in inner] == [f"{name} = {bound}"]
