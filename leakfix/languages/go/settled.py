"""Whether what a call acquires is released or handed on for sure: a look at the statements behind the call.

It spares most acquisitions their flow graph. It says yes only where control cannot get from the call to an exit, to the
end of the variable's block or to another assignment to it without passing what settles the matter: a release, deferred
or not, a helper that gets the value, a store where others see it, or the return of it. Whatever else is done with the
value on the way there does no harm: it may end the duty earlier, and never makes it come back. Everything doubtful is
left to the graph.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.words import places_of
from leakfix.models import CALL, RECEIVER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program

LEAVING: Final = re.compile(rb"\b(?:return|break|continue|goto)\b")
ASSIGNING: Final = re.compile(rb"(?<![=!<>:+\-*/%&|^]):?=(?!=)")
WORD: Final = re.compile(rb"\w+")
_CALLED: Final = re.compile(rb"(?<![\w.])(\w+)((?:\.\w+)*)\(")
_CHAIN: Final = re.compile(rb"((?:\.\w+)*)\(")
_WITHIN: Final = frozenset(b"._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DOT: Final = ord(".")
ERROR: Final = re.compile(rb"(?i)err")
_PARAMETERS: Final = re.compile(rb"\bfunc\b[^{\n]*")
_DECLARING: Final = re.compile(rb"\b(?:var|const|type)\b[^\n]*")
_BINDING: Final = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT})
_SIMPLE: Final = _BINDING | {syntax.EXPRESSION_STATEMENT}
_JUMPS: Final = frozenset({syntax.kind("break_statement"), syntax.kind("continue_statement")})
_BREAK: Final = syntax.kind("break_statement")
_GOTO: Final = syntax.kind("goto_statement")
_BRANCHING: Final = frozenset(
    {syntax.EXPRESSION_SWITCH_STATEMENT, syntax.TYPE_SWITCH_STATEMENT, syntax.SELECT_STATEMENT}
)
_COMPOUND: Final = _BRANCHING | {
    syntax.IF_STATEMENT,
    syntax.FOR_STATEMENT,
    syntax.BLOCK,
    syntax.STATEMENT_LIST,
    syntax.LABELED_STATEMENT,
}
_CASES: Final = frozenset({syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.COMMUNICATION_CASE, syntax.DEFAULT_CASE})
_PARTS: Final = frozenset(
    {syntax.LITERAL_ELEMENT, syntax.LITERAL_VALUE, syntax.COMPOSITE_LITERAL, syntax.UNARY_EXPRESSION}
)
_MADE: Final = re.compile(rb"\s*(?:,[^=\n;{}]*)?:?=(?!=)")
"""What follows a variable that is assigned to, or declared with a value."""
_RETURN: Final = re.compile(rb"\breturn\b[ \t]+([^\n]+)")
_SHORT_CIRCUIT: Final = ("&&", "||")
_SELECTING: Final = frozenset({syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.UNARY_EXPRESSION})


class _Outcome(Enum):
    """What is known behind a statement that was reached with the resource held."""

    OPEN = "control may go on with the resource held"
    SETTLED = "control does not go on with the resource held, and nowhere left with it"
    LOST = "control may have left with the resource held"


class _End(Enum):
    """What becomes of an acquisition."""

    OPEN = "it may get lost"
    SETTLED = "it is released or kept on every way"
    RETURNED = "it is returned on some ways, and settled on the others"


class Settling:
    """Looks behind the acquiring calls of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        paths = {path for resource in program.models.resources() for path in resource.release} - {CALL}
        verbs = program.release_verbs
        self._endings = frozenset(f".{path}".encode() for path in (*paths, *verbs))
        self.receiving = frozenset(
            acquire.symbol.rpartition(".")[2]
            for symbol in program.models.symbols()
            for acquire in program.models.acquires(symbol)
            if acquire.result == RECEIVER
        )

    def is_settled(self, function: Function, call: Node) -> bool:
        """Whether nothing that the call acquires can get lost."""
        return self._end(function, call) is not _End.OPEN

    def _end(self, function: Function, call: Node) -> _End:
        known = function.cache.setdefault("settled", {})
        if not isinstance(known, dict):
            return _End.OPEN
        held = known.get(call.id)
        if isinstance(held, _End):
            return held
        depth = self._program.depth
        before, depth.met = depth.met, False
        found = self._find_end(function, call)
        if not depth.met:
            known[call.id] = found
        depth.met = depth.met or before
        return found

    def is_private(self, function: Function, call: Node) -> bool:
        """Whether what the call acquires is settled, and no return hands on the variable that takes it."""
        statement, value = _statement_of(call)
        if statement is None or value != call or statement.kind_id not in _BINDING:
            return False
        targets = _targets(statement, value)
        if targets is None or any(target.kind_id in _SELECTING for target in targets):
            return False
        names = {target.text or b"" for target in targets[: max(len(targets) - 1, 1)]}
        return not _may_return(function, names) and self._end(function, call) is _End.SETTLED

    def _find_end(self, function: Function, call: Node) -> _End:
        statement, value = _statement_of(call)
        if statement is None or value is None or _name(call) in self.receiving:
            return _End.OPEN
        if statement.kind_id == syntax.RETURN_STATEMENT:
            return _End.RETURNED if value == call or not _returns_error(statement) else _End.OPEN
        targets = _targets(statement, value)
        if targets is None:
            return _End.OPEN
        if value == call:
            resources = self._resources(function, call, targets)
            error = targets[-1].text or b"" if len(targets) > 1 else b""
        else:
            resources, error = targets, b""
        if not resources:
            return _End.OPEN if resources is None else _End.SETTLED
        looks = [self._look(function, statement, target, error) for target in resources]
        if not all(looks) and not any(look is not None and look.only_called for look in looks):
            return _End.OPEN
        return _End.RETURNED if any(look is not None and look.returned for look in looks) else _End.SETTLED

    def _look(self, function: Function, statement: Node, target: Node, error: bytes) -> Look | None:
        """The look that finds that what a target takes is settled; None if it is not."""
        look = Look(self, function, error)
        if target.kind_id in _SELECTING:
            return look if _is_outside(target, function) else None
        return look if look.settles(statement, target.text or b"") else None

    def _resources(self, function: Function, call: Node, targets: list[Node]) -> list[Node] | None:
        """The targets that may take what the call acquires; None where something of it is thrown away."""
        plain = self._program.plain_call(function, call)
        indexes = self._program.results(plain) if plain is not None else None
        if indexes is not None:
            if any(not 0 <= index < len(targets) or targets[index].text == b"_" for index in indexes):
                return None
            return [targets[index] for index in sorted(indexes)]
        is_error = len(targets) > 1 and ERROR.search(targets[-1].text or b"") is not None
        resources = targets[: len(targets) - is_error]
        return resources if resources and all(target.text != b"_" for target in resources) else None

    def takes(self, function: Function, call: Node, given: Iterable[int]) -> bool:
        """Whether the function of the program that is called releases or keeps one of the arguments."""
        plain = self._program.plain_call(function, call)
        return plain is not None and any(self._program.takes(plain, index) for index in given)

    def is_release(self, chain: bytes) -> bool:
        """Whether what follows a variable's name releases it when called: ``.Close``, or nothing for a function."""
        return not chain or chain in self._endings


class Look:
    """The way of one resource through the statements behind its acquisition."""

    def __init__(self, settling: Settling, function: Function, error: bytes) -> None:
        """``error`` names the variable that takes the error of the acquisition, if any."""
        self._settling = settling
        self._function = function
        self._data = function.file.data
        self._error = error
        self._holder = b""
        self._loops = 0
        self._breakable = 0
        self._jumped = False
        """Whether control left a statement by a jump inside it with the resource held."""
        self._parts: dict[bytes, bytes | None] = {}
        """The fields in which other variables hold the resource; empty for those that are it, None where any may."""
        self.returned = False
        """Whether some return hands it on."""
        self.only_called = True
        """Whether all that settles it are calls of the variable as a function."""

    def settles(self, statement: Node, holder: bytes) -> bool:
        """Whether the variable that takes the resource in a statement is settled behind it."""
        self._holder = holder
        names = {holder}
        block = statement.parent
        if block is not None and block.kind_id == syntax.IF_STATEMENT:
            outcome = self._branches(block, names)
            if outcome is not _Outcome.OPEN or statement.kind_id == syntax.SHORT_VAR_DECLARATION:
                return outcome is _Outcome.SETTLED
            statement, block = block, block.parent
        if block is None or block.kind_id != syntax.STATEMENT_LIST:
            return False
        behind = [node for node in block.named_children if node.start_byte >= statement.end_byte]
        return self._sequence(behind, names) is _Outcome.SETTLED

    def _sequence(self, statements: Iterable[Node], names: set[bytes]) -> _Outcome:
        for statement in statements:
            outcome = self._statement(statement, names)
            if outcome is not _Outcome.OPEN:
                return outcome
        return _Outcome.OPEN

    def _statement(self, statement: Node, names: set[bytes]) -> _Outcome:
        kind = statement.kind_id
        data = self._data[statement.start_byte : statement.end_byte]
        if kind == syntax.RETURN_STATEMENT:
            return _Outcome.SETTLED if self._returned(statement, data, names) else _Outcome.LOST
        if kind in _JUMPS or kind == _GOTO:
            return self._jump(statement)
        is_named = any(name in data for name in names)
        if kind not in _COMPOUND:
            self._forget_error(data)
            return self._simple(statement, data, names) if is_named else _Outcome.OPEN
        if not is_named and not LEAVING.search(data):
            self._forget_error(data)
            return _Outcome.OPEN
        if kind == syntax.IF_STATEMENT:
            return self._if(statement, data, names)
        if kind == syntax.FOR_STATEMENT:
            return self._for(statement, data, names)
        if kind in _BRANCHING:
            return self._cases(statement, data, names)
        within = set(names) if kind == syntax.BLOCK else names
        outcome = self._sequence(statement.named_children, within)
        names &= within
        return outcome

    def _jump(self, statement: Node) -> _Outcome:
        inside = self._breakable if statement.kind_id == _BREAK else self._loops
        if statement.kind_id == _GOTO or statement.named_child_count or not inside:
            return _Outcome.LOST
        self._jumped = True
        return _Outcome.SETTLED

    def _forget_error(self, data: bytes) -> None:
        """An error that is assigned anew tells of something else."""
        if self._error and assigned(data, {self._error}):
            self._error = b""

    # statements from which control goes on

    def _simple(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        kind = statement.kind_id
        if kind == syntax.DEFER_STATEMENT:
            ends = self._deferred(statement, names)
        elif kind == syntax.GO_STATEMENT:
            ends = any(_captures(statement, name) for name in names)
            self.only_called = self.only_called and not ends
        elif kind == syntax.SEND_STATEMENT:
            value = statement.child_by_field_id(syntax.F_VALUE)
            ends = value is not None and any(_holds(value, name) for name in names)
            self.only_called = self.only_called and not ends
        else:
            ends = kind in _SIMPLE and self._evaluated(statement, data, statement.end_byte, names)
            ends = ends or self._stored(statement, names)
        if ends:
            return _Outcome.SETTLED
        if self._overwrites(statement, data, self._holder) or declared(data, self._holder):
            return _Outcome.LOST
        for name in [name for name in names if name != self._holder and self._overwrites(statement, data, name)]:
            names.discard(name)
        for name, part in _aliases(statement, names) if kind in _BINDING else ():
            if name != self._holder:
                self._parts[name] = part if self._parts.get(name, part) == part else None
                names.add(name)
        return _Outcome.OPEN

    def _overwrites(self, statement: Node, data: bytes, name: bytes) -> bool:
        """Whether a statement may overwrite a variable, or the part of it that holds the resource."""
        if not assigned(data, {name}):
            return False
        left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
        part = self._parts.get(name, b"")
        is_plain = statement.kind_id == syntax.ASSIGNMENT_STATEMENT and part is not None
        if left is None or right is None or not is_plain or assigned(right.text or b"", {name}):
            return True
        return any(
            _field_of(target, name) in (None, part) for target in syntax.operands(left) if _may_name(target, name)
        )

    def _stored(self, statement: Node, names: set[bytes]) -> bool:
        """Whether an assignment stores one of the variables where others see it, alone or as part of something."""
        if statement.kind_id != syntax.ASSIGNMENT_STATEMENT:
            return False
        ends = any(
            target.kind_id in _SELECTING
            and any(_holds(part, name) for part in _appended(value) for name in names)
            and _is_outside(target, self._function)
            for target, value in _assignments(statement)
        )
        self.only_called = self.only_called and not ends
        return ends

    def _evaluated(self, statement: Node, data: bytes, end: int, names: set[bytes]) -> bool:
        """Whether a statement settles it whatever comes, before the byte ``end``."""
        start = statement.start_byte
        for name in names:
            for at, chain in _calls_of(name, data, end - start):
                if not self._settling.is_release(chain):
                    continue
                node = statement.descendant_for_byte_range(start + at, start + at + len(name))
                if node is not None and node.kind_id == syntax.IDENTIFIER and _is_always_evaluated(node, statement):
                    self.only_called = self.only_called and not chain
                    return True
        call = _only_call(statement)
        if call is None or call.end_byte > end or not self._ends_it(call, names):
            return False
        self.only_called = False
        return True

    def _ends_it(self, call: Node, names: Collection[bytes]) -> bool:
        """Whether a call of a function of the program releases or keeps one of the variables, which it is given."""
        arguments = call.child_by_field_id(syntax.F_ARGUMENTS)
        operands = syntax.operands(arguments) if arguments is not None else []
        given = [at for at, node in enumerate(operands) if node.kind_id == syntax.IDENTIFIER and node.text in names]
        return bool(given) and self._settling.takes(self._function, call, given)

    def _returned(self, statement: Node, data: bytes, names: set[bytes]) -> bool:
        if not any(name in data for name in names):
            return False
        expressions = [item for held in syntax.operands(statement) for item in _items(held)]
        for number, node in enumerate(expressions, 1):
            if node.kind_id != syntax.IDENTIFIER and number == len(expressions) and _returns_error(statement):
                continue
            if any(_holds(node, name) for name in names):
                self.only_called = False
                self.returned = True
                return True
        return self._evaluated(statement, data, statement.end_byte, names)

    def _deferred(self, statement: Node, names: set[bytes]) -> bool:
        call = statement.named_children[0] if statement.named_children else None
        function = call.child_by_field_id(syntax.F_FUNCTION) if call is not None else None
        if call is None or function is None:
            return False
        if function.kind_id == syntax.FUNC_LITERAL:
            return any(self._in_literal(function, name) for name in names)
        first, dot, rest = (function.text or b"").partition(b".")
        if first in names and self._settling.is_release(dot + rest):
            self.only_called = self.only_called and not rest
            return True
        if not self._ends_it(call, names):
            return False
        self.only_called = False
        return True

    def _in_literal(self, literal: Node, name: bytes) -> bool:
        """A release in a deferred literal, before anything there may leave it, of the variable outside it."""
        data = literal.text or b""
        if name not in data or shadows(data, name):
            return False
        leaves = LEAVING.search(data)
        for match in _CALLED.finditer(data, 0, leaves.start() if leaves is not None else len(data)):
            is_own = match[1] == name
            if is_own and not (match[2] and self._settling.is_release(match[2])):
                continue
            at = literal.start_byte + match.start(1)
            node = literal.descendant_for_byte_range(at, at + len(match[1]))
            if node is None or node.kind_id != syntax.IDENTIFIER or not _is_inside(node, literal):
                continue
            call = _call_of(node)
            if is_own or (call is not None and self._ends_it(call, (name,))):
                self.only_called = False
                return True
        return False

    # statements from which control goes several ways

    def _if(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        then = statement.child_by_field_id(syntax.F_CONSEQUENCE)
        if then is None:
            return _Outcome.LOST
        if self._evaluated(statement, data, then.start_byte, names):
            return _Outcome.SETTLED
        start = statement.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            outcome = self._statement(start, names)
            if outcome is not _Outcome.OPEN:
                return outcome
        return self._branches(statement, names)

    def _branches(self, statement: Node, names: set[bytes]) -> _Outcome:
        """The branches of an if that can be entered with the resource held."""
        condition = statement.child_by_field_id(syntax.F_CONDITION)
        text = condition.text or b"" if condition is not None else b""
        then, other = self._feasible(text)
        outcomes = []
        kept = set(names)
        for field, is_feasible in ((syntax.F_CONSEQUENCE, then), (syntax.F_ALTERNATIVE, other)):
            branch = statement.child_by_field_id(field)
            if not is_feasible:
                continue
            within = set(names)
            outcomes.append(self._statement(branch, within) if branch is not None else _Outcome.OPEN)
            kept &= within
        names &= kept
        return _joined(outcomes)

    def _feasible(self, condition: bytes) -> tuple[bool, bool]:
        """Whether a condition can hold, and fail, where the resource is held."""
        for sign, holds in ((b" != nil", True), (b" == nil", False)):
            if condition == self._holder + sign:
                return holds, not holds
            if self._error and condition == self._error + sign:
                return not holds, holds
        return True, True

    def _for(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        self._forget_error(data)
        body = statement.child_by_field_id(syntax.F_BODY)
        if body is None or assigned(data[: body.start_byte - statement.start_byte], {self._holder}):
            return _Outcome.LOST
        outside, self._jumped = self._jumped, False
        self._loops += 1
        self._breakable += 1
        within = {name for name in names if name == self._holder or not assigned(data, {name})}
        names &= within
        outcome = self._statement(body, set(within))
        self._loops -= 1
        self._breakable -= 1
        jumped, self._jumped = self._jumped, outside
        is_endless = not any(child.kind_id != syntax.BLOCK for child in syntax.operands(statement))
        if outcome is _Outcome.LOST:
            return outcome
        return _Outcome.SETTLED if is_endless and not jumped else _Outcome.OPEN

    def _cases(self, statement: Node, data: bytes, names: set[bytes]) -> _Outcome:
        cases = [case for case in syntax.operands(statement) if case.kind_id in _CASES]
        head = data[: cases[0].start_byte - statement.start_byte] if cases else data
        self._forget_error(head)
        if assigned(head, names):
            return _Outcome.LOST
        outside, self._jumped = self._jumped, False
        self._breakable += 1
        outcomes = []
        kept = set(names)
        for case in cases:
            within = set(names)
            outcomes.append(self._case(case, within))
            kept &= within
        names &= kept
        self._breakable -= 1
        jumped, self._jumped = self._jumped, outside
        is_complete = statement.kind_id == syntax.SELECT_STATEMENT or any(
            c.kind_id == syntax.DEFAULT_CASE for c in cases
        )
        outcome = _joined(outcomes) if is_complete else _joined([*outcomes, _Outcome.OPEN])
        return _Outcome.OPEN if outcome is _Outcome.SETTLED and jumped else outcome

    def _case(self, case: Node, names: set[bytes]) -> _Outcome:
        for child in case.named_children:
            if child.kind_id == syntax.STATEMENT_LIST:
                return self._sequence(child.named_children, names)
            data = self._data[child.start_byte : child.end_byte]
            if assigned(data, names):
                return _Outcome.LOST
            self._forget_error(data)
            if child.kind_id == syntax.SEND_STATEMENT and self._simple(child, data, names) is _Outcome.SETTLED:
                return _Outcome.SETTLED
        return _Outcome.OPEN


def _joined(outcomes: list[_Outcome]) -> _Outcome:
    if _Outcome.LOST in outcomes:
        return _Outcome.LOST
    return _Outcome.OPEN if _Outcome.OPEN in outcomes else _Outcome.SETTLED


def _may_return(function: Function, names: set[bytes]) -> bool:
    """Whether some return of a function may name one of the variables."""
    node, data = function.node, function.file.data
    result = node.child_by_field_id(syntax.F_RESULT)
    if result is not None and not names.isdisjoint(WORD.findall(result.text or b"")):
        return True
    for match in _RETURN.finditer(data, node.start_byte, node.end_byte):
        if match[1].rstrip()[-1:] in b"{(,[" or not names.isdisjoint(WORD.findall(match[1])):
            return True
    return False


def _statement_of(call: Node) -> tuple[Node | None, Node | None]:
    """The statement that takes the results of a call, and the expression by which: the call, or an object of it."""
    value, node = call, call.parent
    while node is not None:
        kind = node.kind_id
        if kind in _PARTS:
            if kind == syntax.UNARY_EXPRESSION and syntax.operator(node) != "&":
                return None, None
            value = node
        elif kind == syntax.KEYED_ELEMENT:
            held = node.child_by_field_id(syntax.F_VALUE)
            if held is None or not held.start_byte <= call.start_byte < held.end_byte:
                return None, None
        elif kind != syntax.EXPRESSION_LIST:
            break
        node = node.parent
    if node is None or (node.kind_id != syntax.RETURN_STATEMENT and node.kind_id not in _BINDING):
        return None, None
    return node, value


def _name(call: Node) -> str:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is not None and function.kind_id == syntax.SELECTOR_EXPRESSION:
        function = function.child_by_field_id(syntax.F_FIELD)
    return syntax.text(function) if function is not None else ""


def _targets(statement: Node, value: Node) -> list[Node] | None:
    """What the results of a value are assigned to; None where that is not plain."""
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or syntax.operator(statement) not in ("", "=", ":="):
        return None
    targets, values = syntax.operands(left), syntax.operands(right)
    if len(values) > 1:
        at = next((index for index, node in enumerate(values) if node == value), -1)
        if at < 0 or len(values) != len(targets):
            return None
        targets = [targets[at]]
    if value.kind_id != syntax.CALL_EXPRESSION and (len(targets) != 1 or targets[0].text == b"_"):
        return None
    plain = (syntax.IDENTIFIER, syntax.BLANK_IDENTIFIER, *_SELECTING)
    return targets if all(target.kind_id in plain for target in targets) else None


def _is_outside(target: Node, function: Function) -> bool:
    """Whether an assignment to ``x.f`` stores where others see it: ``x`` is nothing that the function itself made."""
    start: Node | None = target
    while start is not None and start.kind_id in _SELECTING:
        start = start.child_by_field_id(syntax.F_OPERAND)
    owner = syntax.owner_of(target)
    if start is None or owner is None or start.kind_id != syntax.IDENTIFIER:
        return False
    name, data = start.text or b"", function.file.data
    body = owner.child_by_field_id(syntax.F_BODY)
    if body is None or declared(data[body.start_byte : body.end_byte], name):
        return False
    end = body.end_byte
    places = places_of(data, name, body.start_byte, end)
    return not any(data[at - 1] != _DOT and _MADE.match(data, at + len(name), end) for at in places)


def assigned(data: bytes, names: set[bytes]) -> bool:
    """Whether a text may assign to one of the variables, or to a part of it, or declare another of its name."""
    if not any(name in data for name in names):
        return False
    for match in ASSIGNING.finditer(data):
        start = _part_start(data, match.start())
        while start and data[:start].rstrip().endswith(b","):
            start = _part_start(data, start - 1)
        if not names.isdisjoint(WORD.findall(data, start, match.start())):
            return True
    return False


def _part_start(data: bytes, end: int) -> int:
    """Where what ends at an offset begins on its line, behind the last semicolon or brace."""
    line = data.rfind(b"\n", 0, end) + 1
    return max(line, *(data.rfind(mark, line, end) + 1 for mark in (b";", b"{", b"}")))


def _calls_of(name: bytes, data: bytes, end: int) -> Iterator[tuple[int, bytes]]:
    """Where a text may call a variable, or what is selected from it, and what is selected."""
    at = data.find(name, 0, end)
    while at >= 0:
        behind = at + len(name)
        chain = _CHAIN.match(data, behind, end)
        if chain is not None and (not at or data[at - 1] not in _WITHIN):
            yield at, chain[1]
        at = data.find(name, behind, end)


def declared(data: bytes, name: bytes) -> bool:
    """Whether a text may declare a variable of this name without assigning to it."""
    return any(name in WORD.findall(text) for text in _DECLARING.findall(data))


def shadows(data: bytes, name: bytes) -> bool:
    """Whether a function literal may declare a variable of this name."""
    if assigned(data, {name}) or declared(data, name):
        return True
    return any(name in WORD.findall(text) for text in _PARAMETERS.findall(data))


def _assignments(statement: Node) -> list[tuple[Node, Node]]:
    """The targets of an assignment, each with its value; none where one call gives them all."""
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or syntax.operator(statement) not in ("", "=", ":="):
        return []
    targets, values = syntax.operands(left), syntax.operands(right)
    return list(zip(targets, values, strict=True)) if len(targets) == len(values) else []


def _aliases(statement: Node, names: set[bytes]) -> Iterator[tuple[bytes, bytes | None]]:
    """The variables that hold the resource behind an assignment, and in which field, as `Look` has it."""
    for target, value in _assignments(statement):
        if not any(_holds(value, name) for name in names):
            continue
        if target.kind_id == syntax.IDENTIFIER:
            yield target.text or b"", _part_with(value, names)
        elif target.kind_id == syntax.SELECTOR_EXPRESSION:
            operand = target.child_by_field_id(syntax.F_OPERAND)
            if operand is not None and operand.kind_id == syntax.IDENTIFIER and value.kind_id == syntax.IDENTIFIER:
                name = operand.text or b""
                yield name, _field_of(target, name)


def _part_with(value: Node, names: set[bytes]) -> bytes | None:
    """In which field a new object holds one of the variables; empty for a variable, None where that is not plain."""
    while value.kind_id == syntax.UNARY_EXPRESSION and (inner := value.child_by_field_id(syntax.F_OPERAND)) is not None:
        value = inner
    if value.kind_id == syntax.IDENTIFIER:
        return b""
    body = value.child_by_field_id(syntax.F_BODY)
    elements = syntax.operands(body) if body is not None else []
    holding = [element for element in elements if any(_holds(element, name) for name in names)]
    if len(holding) != 1 or holding[0].kind_id != syntax.KEYED_ELEMENT:
        return None
    key, held = (holding[0].child_by_field_id(field) for field in (syntax.F_KEY, syntax.F_VALUE))
    parts = syntax.operands(held) if held is not None else []
    return key.text if key is not None and parts and parts[0].kind_id == syntax.IDENTIFIER else None


def _may_name(target: Node, name: bytes) -> bool:
    """Whether a variable may be named by a target, other than as a field."""
    at: Node | None = target
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.child_by_field_id(syntax.F_OPERAND)
    return at is None or name in WORD.findall(at.text or b"")


def _field_of(target: Node, name: bytes) -> bytes | None:
    """The field of a variable that an assignment sets, or sets a part of; None where it may be all of the variable."""
    field: bytes | None = None
    at: Node | None = target
    while at is not None and at.kind_id in (syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION):
        named = at.child_by_field_id(syntax.F_FIELD) if at.kind_id == syntax.SELECTOR_EXPRESSION else None
        field = named.text if named is not None else None
        at = at.child_by_field_id(syntax.F_OPERAND)
    return field if at is not None and at.kind_id == syntax.IDENTIFIER and at.text == name else None


def _captures(statement: Node, name: bytes) -> bool:
    """Whether a goroutine is given the variable, or is a function literal that names it."""
    call = statement.named_children[0] if statement.named_children else None
    function = call.child_by_field_id(syntax.F_FUNCTION) if call is not None else None
    if call is None or function is None:
        return False
    arguments = call.child_by_field_id(syntax.F_ARGUMENTS)
    if arguments is not None and any(_holds(node, name) for node in syntax.operands(arguments)):
        return True
    if function.kind_id == syntax.SELECTOR_EXPRESSION:
        operand = function.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and operand.kind_id == syntax.IDENTIFIER and operand.text == name
    data = function.text or b""
    if function.kind_id != syntax.FUNC_LITERAL or name not in data or shadows(data, name):
        return False
    for at in places_of(data, name):
        start = function.start_byte + at
        node = function.descendant_for_byte_range(start, start + len(name)) if data[at - 1] != _DOT else None
        if node is not None and node.kind_id == syntax.IDENTIFIER and node.parent is not None:
            held = node.parent.parent
            if held is None or held.kind_id != syntax.KEYED_ELEMENT:
                return True
    return False


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


def _only_call(statement: Node) -> Node | None:
    """The call that a statement consists of, or the value that it assigns."""
    held: Node | None = statement
    if statement.kind_id in _BINDING:
        held = statement.child_by_field_id(syntax.F_RIGHT)
    elif statement.kind_id == syntax.IF_STATEMENT:
        start = statement.child_by_field_id(syntax.F_INITIALIZER)
        return _only_call(start) if start is not None and start.kind_id in _SIMPLE else None
    elif statement.kind_id != syntax.EXPRESSION_STATEMENT:
        return None
    values = syntax.operands(held) if held is not None else []
    return values[0] if len(values) == 1 and values[0].kind_id == syntax.CALL_EXPRESSION else None


def _call_of(node: Node) -> Node | None:
    """The call of the function that a name, or what is selected from it, means."""
    at = node.parent
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.parent
    return at if at is not None and at.kind_id == syntax.CALL_EXPRESSION else None


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


def _appended(value: Node) -> list[Node]:
    """What is appended to a slice, or the value itself if it is no such call."""
    called = value.child_by_field_id(syntax.F_FUNCTION) if value.kind_id == syntax.CALL_EXPRESSION else None
    arguments = value.child_by_field_id(syntax.F_ARGUMENTS)
    if called is None or called.text != b"append" or arguments is None:
        return [value]
    return syntax.operands(arguments)[1:]


def _returns_error(statement: Node) -> bool:
    """Whether the last result of the function around a return is an error, which holds no resource."""
    owner = syntax.owner_of(statement)
    result = owner.child_by_field_id(syntax.F_RESULT) if owner is not None else None
    words = WORD.findall(result.text or b"") if result is not None else []
    return bool(words) and words[-1] == b"error"


def _items(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]
