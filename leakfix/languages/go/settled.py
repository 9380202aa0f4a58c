"""Whether what a call acquires is released or handed on for sure: a look at the statements behind the call.

It spares most acquisitions their flow graph. It says yes only where control cannot get from the call to an exit, to the
end of the variable's block or to another assignment to it without passing what settles the matter: a release, deferred
or not, a helper that gets the value, or the return of it. Whatever else is done with the value on the way there does no
harm: it may end the duty earlier, and never makes it come back. Everything doubtful is left to the graph.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.models import CALL, RECEIVER

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program

_FAR: Final = 100
"""How many statements behind an acquisition are looked at."""

_LEAVING: Final = re.compile(rb"\b(?:return|break|continue|goto)\b")
_JUMPS: Final = {
    "return": frozenset({syntax.FUNC_LITERAL}),
    "goto": frozenset({syntax.FUNC_LITERAL}),
    "continue": frozenset({syntax.FUNC_LITERAL, syntax.FOR_STATEMENT}),
    "break": frozenset(
        {
            syntax.FUNC_LITERAL,
            syntax.FOR_STATEMENT,
            syntax.EXPRESSION_SWITCH_STATEMENT,
            syntax.TYPE_SWITCH_STATEMENT,
            syntax.SELECT_STATEMENT,
        }
    ),
}
"""The keywords with which control leaves, and what keeps a jump without a label inside."""

_ASSIGNING: Final = re.compile(rb"(?<![=!<>:+\-*/%&|^]):?=(?!=)")
_SEGMENT: Final = re.compile(rb"[^;{}\n]*\Z")
_WORD: Final = re.compile(rb"\w+")
_CALLED: Final = re.compile(rb"(?<![\w.])(\w+)((?:\.\w+)*)\(")
_ERROR: Final = re.compile(r"(?i)err")
_PARAMETERS: Final = re.compile(rb"\bfunc\b[^{\n]*")
_DECLARING: Final = re.compile(rb"\b(?:var|const|type)\b[^\n]*")
_PLAIN: Final = frozenset({syntax.EXPRESSION_STATEMENT, syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT})
_BOUND: Final = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT})
_SHORT_CIRCUIT: Final = ("&&", "||")


class Settling:
    """Looks behind the acquiring calls of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        paths = {path for resource in program.models.resources() for path in resource.release} - {CALL}
        verbs = program.release_verbs
        self._endings = frozenset(f".{path}".encode() for path in (*paths, *verbs))
        self._receiving = frozenset(
            acquire.symbol.rpartition(".")[2]
            for symbol in program.models.symbols()
            for acquire in program.models.acquires(symbol)
            if acquire.result == RECEIVER
        )

    def is_settled(self, function: Function, call: Node) -> bool:
        """Whether nothing that the call acquires can get lost."""
        statement = call.parent
        while statement is not None and statement.kind_id == syntax.EXPRESSION_LIST:
            statement = statement.parent
        if statement is None or _name(call) in self._receiving:
            return False
        if statement.kind_id == syntax.RETURN_STATEMENT:
            return True
        if statement.kind_id not in _BOUND or syntax.operator(statement) not in ("", "=", ":="):
            return False
        names = _targets(statement)
        block = statement.parent
        if names is None or block is None or block.kind_id != syntax.STATEMENT_LIST:
            return False
        resources = self._resources(function, call, names)
        if not resources:
            return resources is not None
        behind = [node for node in block.named_children if node.start_byte >= statement.end_byte][:_FAR]
        look = _Look(self, function, names[-1] if len(names) > 1 else b"")
        return look.settles(behind, set(resources))

    def _resources(self, function: Function, call: Node, names: list[bytes]) -> list[bytes] | None:
        """The variables that may hold what the call acquires; None where something of it is thrown away."""
        plain = self._program.plain_call(function, call)
        indexes = self._program.results(plain) if plain is not None else None
        if indexes is not None:
            if any(not 0 <= index < len(names) or names[index] == b"_" for index in indexes):
                return None
            return [names[index] for index in indexes]
        is_error = len(names) > 1 and _ERROR.search(names[-1].decode("utf-8", "replace")) is not None
        resources = names[: len(names) - is_error]
        return resources if resources and b"_" not in resources else None

    def ends_it(self, function: Function, call: Node, name: bytes) -> bool:
        """Whether a call of a function of the program releases or keeps the variable that it is given."""
        arguments = call.child_by_field_id(syntax.F_ARGUMENTS)
        operands = syntax.operands(arguments) if arguments is not None else []
        given = [
            index for index, node in enumerate(operands) if node.kind_id == syntax.IDENTIFIER and node.text == name
        ]
        if not given:
            return False
        plain = self._program.plain_call(function, call)
        return plain is not None and any(self._program.takes(plain, index) for index in given)

    def is_release(self, chain: bytes) -> bool:
        """Whether what follows a variable's name releases it when called: ``.Close``, or nothing for a function."""
        return not chain or chain in self._endings


class _Look:
    """The statements behind one acquisition."""

    def __init__(self, settling: Settling, function: Function, error: bytes) -> None:
        self._settling = settling
        self._function = function
        self._data = function.file.data
        self._error = error

    def settles(self, behind: list[Node], open_: set[bytes]) -> bool:
        """Whether every variable of the set is settled before control may leave or a variable changes."""
        for statement in behind:
            data = self._data[statement.start_byte : statement.end_byte]
            if self._ends_all(statement, data, open_):
                return True
            if _assigned(data, open_) or self._leaves(statement, data):
                return False
            if self._error and _assigned(data, {self._error}):
                self._error = b""
        return False

    def _ends_all(self, statement: Node, data: bytes, open_: set[bytes]) -> bool:
        """Whether the statement settles the last of the variables; those that it settles leave the set."""
        for name in [name for name in open_ if name in data]:
            how = self._how(statement, data, name)
            if how is None:
                continue
            open_.discard(name)
            if how == b"" or not open_:
                return True
        return False

    def _how(self, statement: Node, data: bytes, name: bytes) -> bytes | None:
        """How the statement surely ends the duty for a variable; empty for a call of it as a function, None if not."""
        kind = statement.kind_id
        if kind == syntax.DEFER_STATEMENT:
            return self._deferred(statement, name)
        if kind == syntax.RETURN_STATEMENT:
            if _returns(statement, name):
                return b"return"
            return self._called(statement, data, name, statement.end_byte)
        if kind in _PLAIN:
            return self._called(statement, data, name, statement.end_byte)
        if kind == syntax.IF_STATEMENT:
            then = statement.child_by_field_id(syntax.F_CONSEQUENCE)
            return self._called(statement, data, name, then.start_byte) if then is not None else None
        return None

    def _called(self, statement: Node, data: bytes, name: bytes, end: int) -> bytes | None:
        """The release of a variable that a statement evaluates whatever comes, before the byte ``end``."""
        start = statement.start_byte
        for match in _CALLED.finditer(data, 0, end - start):
            if match[1] == name and self._settling.is_release(match[2]):
                node = statement.descendant_for_byte_range(start + match.start(1), start + match.end(1))
                if node is not None and node.kind_id == syntax.IDENTIFIER and _is_always_evaluated(node, statement):
                    return match[2]
        if statement.kind_id != syntax.EXPRESSION_STATEMENT:
            return None
        inner = statement.named_children[0]
        is_call = inner.kind_id == syntax.CALL_EXPRESSION
        return b"call" if is_call and self._settling.ends_it(self._function, inner, name) else None

    def _deferred(self, statement: Node, name: bytes) -> bytes | None:
        call = statement.named_children[0] if statement.named_children else None
        function = call.child_by_field_id(syntax.F_FUNCTION) if call is not None else None
        if call is None or function is None:
            return None
        if function.kind_id == syntax.FUNC_LITERAL:
            return self._in_literal(function, name)
        first, dot, rest = (function.text or b"").partition(b".")
        if first == name and self._settling.is_release(dot + rest):
            return dot + rest
        return b"call" if self._settling.ends_it(self._function, call, name) else None

    def _in_literal(self, literal: Node, name: bytes) -> bytes | None:
        """A release in a deferred literal, before anything there may leave it, of the variable outside it."""
        data = literal.text or b""
        if name not in data or _shadows(data, name):
            return None
        leaves = _LEAVING.search(data)
        for match in _CALLED.finditer(data, 0, leaves.start() if leaves is not None else len(data)):
            releases = match[1] == name and match[2] and self._settling.is_release(match[2])
            if not releases and match[1] == name:
                continue
            at = literal.start_byte + match.start(1)
            node = literal.descendant_for_byte_range(at, at + len(match[1]))
            if node is None or node.kind_id != syntax.IDENTIFIER or not _is_inside(node, literal):
                continue
            call = _call_of(node)
            if releases or (call is not None and self._settling.ends_it(self._function, call, name)):
                return match[2] or b"call"
        return None

    def _leaves(self, statement: Node, data: bytes) -> bool:
        """Whether control may leave the block here while the resource is held."""
        found = False
        for match in _LEAVING.finditer(data):
            start = statement.start_byte + match.start()
            node = statement.descendant_for_byte_range(start, start + len(match[0]))
            if node is not None and _is_jump_out(node, statement):
                found = True
                break
        return found and not (self._error and _is_check(statement, self._error))


def _name(call: Node) -> str:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is not None and function.kind_id == syntax.SELECTOR_EXPRESSION:
        function = function.child_by_field_id(syntax.F_FIELD)
    return syntax.text(function) if function is not None else ""


def _targets(statement: Node) -> list[bytes] | None:
    """The names that one call's results are assigned to; None where there is more than one value, or no plain name."""
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or len(syntax.operands(right)) != 1:
        return None
    targets = syntax.operands(left)
    if any(target.kind_id not in (syntax.IDENTIFIER, syntax.BLANK_IDENTIFIER) for target in targets):
        return None
    return [target.text or b"" for target in targets]


def _assigned(data: bytes, names: set[bytes]) -> bool:
    """Whether a text may assign to one of the variables, or declare another of its name."""
    if not any(name in data for name in names):
        return False
    for match in _ASSIGNING.finditer(data):
        before = _SEGMENT.search(data, 0, match.start())
        start = before.start() if before is not None else 0
        while start and data[:start].rstrip().endswith(b","):
            before = _SEGMENT.search(data, 0, start - 1)
            start = before.start() if before is not None else 0
        if not names.isdisjoint(_WORD.findall(data, start, match.start())):
            return True
    return False


def _shadows(data: bytes, name: bytes) -> bool:
    """Whether a function literal may declare a variable of this name."""
    if _assigned(data, {name}):
        return True
    declaring = (*_PARAMETERS.findall(data), *_DECLARING.findall(data))
    return any(name in _WORD.findall(text) for text in declaring)


def _is_jump_out(keyword: Node, statement: Node) -> bool:
    """Whether a word is the keyword of a jump that leads out of the statement."""
    inside = _JUMPS.get(keyword.type)
    jump = keyword.parent
    if inside is None or jump is None:
        return False
    if jump.named_child_count and keyword.type in ("break", "continue"):
        inside = _JUMPS["return"]
    node: Node | None = jump
    while node is not None:
        if node.kind_id in inside:
            return False
        if node == statement:
            return True
        node = node.parent
    return True


def _is_always_evaluated(node: Node, statement: Node) -> bool:
    """Whether evaluating a statement evaluates a part of it, whatever the values are."""
    at: Node | None = node
    while at is not None and at != statement:
        parent = at.parent
        if at.kind_id == syntax.FUNC_LITERAL or parent is None:
            return False
        if parent.kind_id == syntax.BINARY_EXPRESSION and syntax.operator(parent) in _SHORT_CIRCUIT:
            return False
        at = parent
    return True


def _is_inside(node: Node, literal: Node) -> bool:
    """Whether a node belongs to a literal itself, not to one inside it, nor to a goroutine that it starts."""
    at = node.parent
    while at is not None and at != literal:
        if at.kind_id in (syntax.FUNC_LITERAL, syntax.GO_STATEMENT):
            return False
        at = at.parent
    return at is not None


def _returns(statement: Node, name: bytes) -> bool:
    """Whether a variable is one of the results, or is put into an object that is one."""
    expressions = [item for held in syntax.operands(statement) for item in _items(held)]
    return any(_holds(node, name) for node in expressions)


def _holds(node: Node, name: bytes) -> bool:
    """Whether a value is the variable, or a new object with it among its elements."""
    kind = node.kind_id
    if kind == syntax.IDENTIFIER:
        return node.text == name
    if kind == syntax.UNARY_EXPRESSION:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and syntax.operator(node) == "&" and _holds(operand, name)
    if kind == syntax.COMPOSITE_LITERAL:
        body = node.child_by_field_id(syntax.F_BODY)
        return body is not None and any(_holds(element, name) for element in syntax.operands(body))
    if kind == syntax.KEYED_ELEMENT:
        value = node.child_by_field_id(syntax.F_VALUE)
        return value is not None and _holds(value, name)
    if kind in (syntax.LITERAL_ELEMENT, syntax.LITERAL_VALUE):
        return any(_holds(element, name) for element in syntax.operands(node))
    return False


def _call_of(node: Node) -> Node | None:
    """The call of the function that a name, or what is selected from it, means."""
    at = node.parent
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.parent
    return at if at is not None and at.kind_id == syntax.CALL_EXPRESSION else None


def _items(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]


def _is_check(statement: Node, error: bytes) -> bool:
    """Whether a statement is ``if err != nil {...}``: it leaves only where there is no resource."""
    if statement.kind_id != syntax.IF_STATEMENT or statement.child_by_field_id(syntax.F_ALTERNATIVE) is not None:
        return False
    condition = statement.child_by_field_id(syntax.F_CONDITION)
    if condition is None or statement.child_by_field_id(syntax.F_INITIALIZER) is not None:
        return False
    return condition.text == error + b" != nil"
