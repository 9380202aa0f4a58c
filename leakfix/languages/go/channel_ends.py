"""Channels that nobody can be stuck at, as the places tell where they are used: no net has to be lowered for those.

Most channels of a function have one of a few plain shapes. A goroutine sends one result into a buffer of one, or closes
the channel when it is through, and the function waits for that; the function closes by a deferred call what ends the
goroutines. What is said here holds in every order in which the processes of the net may run, whatever the conditions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_lowering import leaving
from leakfix.languages.go.channel_uses import Doing, Role, operation, role_of_call
from leakfix.languages.go.statements import following
from leakfix.text.records import individual

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow.channels import Channel
    from leakfix.languages.go.channel_uses import Operation, Reader
    from leakfix.languages.go.scopes import Variable

_WAITS: Final = frozenset({Doing.RECEIVE, Doing.RANGE})
_CASES: Final = frozenset({syntax.COMMUNICATION_CASE, syntax.DEFAULT_CASE})


@individual
class _Goroutine:
    """A literal that a go statement of the function runs, and what it does itself with the channel."""

    literal: Node
    start: Node
    does: list[Operation]

    def nodes(self, doing: Doing) -> list[Node]:
        """The nodes of its acts of a kind."""
        return [does.node for does in self.does if does.doing is doing]


def is_free(reader: Reader, variable: Variable, make: Node, owner: Node, channel: Channel) -> bool:
    """Whether no process of the net of ``owner`` can wait for ever on the channel that ``make`` makes.

    Every use of the variable is known. False where the places alone do not tell.
    """
    uses = [(use, operation(use)) for use in reader.bindings.uses(variable)]
    uses = [(use, does) for use, does in uses if does.doing is not Doing.MEASURE]
    if channel.unknown_senders:
        return all(_is_outside(reader, does) for _, does in uses)
    if any(does.doing is Doing.GIVE for _, does in uses) or b"goto " in (owner.text or b""):
        return False
    own: list[Operation] = []
    goroutines: dict[int, _Goroutine] = {}
    for use, does in uses:
        around = syntax.owner_of(use)
        if around == owner or around is None:
            own.append(does)
            continue
        if around.id not in goroutines:
            start = _start(around)
            if start is None or syntax.owner_of(start) != owner:
                return False
            goroutines[around.id] = _Goroutine(around, start, [])
        goroutines[around.id].does.append(does)
    scene = _Scene(reader, make, owner, own, list(goroutines.values()))
    return scene.has_space(channel.capacity) and scene.frees_goroutines() and scene.frees_function()


def _is_outside(reader: Reader, does: Operation) -> bool:
    """Whether an act waits for nobody of the net where somebody sends who is not known."""
    if does.doing is Doing.GIVE:
        return reader.called(does.node) is None
    return does.doing is not Doing.SEND


@individual
class _Scene:
    """A function, what it does itself with a channel that it makes, and the goroutines that do something with it."""

    reader: Reader
    make: Node
    owner: Node
    own: list[Operation]
    goroutines: list[_Goroutine]

    def has_space(self, capacity: int | None) -> bool:
        """Whether whoever sends finds space: no more is ever sent than the channel holds."""
        senders = [(self.owner, self.nodes(Doing.SEND))]
        senders += [(one.literal, one.nodes(Doing.SEND)) for one in self.goroutines]
        if capacity is None or not any(sends for _, sends in senders):
            return True
        if any(self._repeats(send) for send in self.nodes(Doing.SEND)):
            return False
        for one in self.goroutines:
            sends = one.nodes(Doing.SEND)
            if sends and (self._repeats(one.start) or any(_loop(send) is not None for send in sends)):
                return False
        return sum(_most(sends) for _, sends in senders) <= capacity

    def frees_goroutines(self) -> bool:
        """Whether no goroutine waits for what is sent or closed, or the function closes it by a deferred call."""
        if not any(does.doing in _WAITS for one in self.goroutines for does in one.does):
            return True
        body = self.owner.child_by_field_id(syntax.F_BODY)
        # Who waits for a group waits before what is deferred runs.
        if b".Wait(" in (self.owner.text or b""):
            return False
        closes = [close for close in self.nodes(Doing.CLOSE) if role_of_call(close) is Role.DEFERRED]
        ends = [close.parent for close in closes if close.parent is not None and _list_of(close.parent) == body]
        return bool(ends) and all(ends[0].start_byte < one.start.start_byte for one in self.goroutines)

    def frees_function(self) -> bool:
        """Whether the function waits for nothing, or for what a goroutine does on every way to its end.

        A wait counts only where one goroutine alone can end it: the function has no other way out, and starts it once.
        """
        waits = [does for does in self.own if does.doing in _WAITS]
        bare = [does.node for does in waits if not _has_alternatives(does.node)]
        givers = [one for one in self.goroutines if one.nodes(Doing.SEND) or one.nodes(Doing.CLOSE)]
        if not bare or len(givers) != 1:
            return True
        giver = givers[0]
        if self._repeats(giver.start) or not all(_precedes(giver.start, node) for node in bare):
            return False
        if self._surely(giver, Doing.CLOSE):
            return True
        is_once = len(waits) == 1 and waits[0].doing is Doing.RECEIVE and not self._repeats(bare[0])
        return is_once and self._surely(giver, Doing.SEND)

    def nodes(self, doing: Doing) -> list[Node]:
        """The nodes of the function's own acts of a kind."""
        return [does.node for does in self.own if does.doing is doing]

    def _repeats(self, node: Node) -> bool:
        """Whether what the function does happens more often than the channel is made."""
        loop = _loop(node)
        return loop is not None and loop != _loop(self.make)

    def _surely(self, giver: _Goroutine, doing: Doing) -> bool:
        """Whether a goroutine sends, or closes, before it ends: at its top, with no way out before it that does not."""
        body = giver.literal.child_by_field_id(syntax.F_BODY)
        statements = [_statement(node) for node in giver.nodes(doing)]
        last = next((one for one in reversed(statements) if _list_of(one) == body), None)
        if body is None or last is None:
            return False
        returned = {after.start_byte for one in statements if (after := _return_behind(one)) is not None}
        pattern = leaving(self.reader.program.stopping_names)
        found = pattern.finditer(self.reader.function.file.data, body.start_byte, last.start_byte)
        return all(match.start() in returned for match in found)


def _start(literal: Node) -> Node | None:
    """The go statement that a literal stands in and is run by."""
    call = literal.parent
    if call is None or call.kind_id != syntax.CALL_EXPRESSION or role_of_call(call) is not Role.STARTED:
        return None
    return call.parent if call.child_by_field_id(syntax.F_FUNCTION) == literal else None


def _loop(node: Node) -> Node | None:
    """The innermost loop around a node in its function."""
    at = node.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        if at.kind_id == syntax.FOR_STATEMENT:
            return at
        at = at.parent
    return None


def _most(sends: list[Node]) -> int:
    """How often a function without loops sends at most: behind a send that it returns at once it sends no more."""
    most = before = 0
    for send in sends:
        most = max(most, before + 1)
        before += _return_behind(send) is None
    return most


def _statement(node: Node) -> Node:
    """The statement that a send or a call of close stands as."""
    is_call = node.kind_id == syntax.CALL_EXPRESSION
    return node.parent if is_call and node.parent is not None else node


def _list_of(statement: Node) -> Node | None:
    """The block whose list a statement is in."""
    listed = statement.parent
    return listed.parent if listed is not None and listed.kind_id == syntax.STATEMENT_LIST else None


def _return_behind(statement: Node) -> Node | None:
    """The return that follows a statement at once."""
    if _list_of(statement) is None:
        return None
    behind = next(iter(following(statement)), None)
    return behind if behind is not None and behind.kind_id == syntax.RETURN_STATEMENT else None


def _precedes(start: Node, wait: Node) -> bool:
    """Whether who gets to a wait has gone by a statement: it stands before, in a list around the wait."""
    held = start.parent
    if held is None or held.kind_id != syntax.STATEMENT_LIST:
        return False
    at: Node | None = wait
    while at is not None and at.parent != held:
        at = at.parent
    return at is not None and start.start_byte < at.start_byte


def _has_alternatives(wait: Node) -> bool:
    """Whether a receive is one of several cases of a select."""
    held = wait.parent
    if held is not None and held.kind_id == syntax.RECEIVE_STATEMENT:
        if held.child_by_field_id(syntax.F_RIGHT) != wait:
            return False
        wait, held = held, held.parent
    if held is None or held.kind_id != syntax.COMMUNICATION_CASE or held.parent is None:
        return False
    is_case = held.child_by_field_id(syntax.F_COMMUNICATION) == wait
    return is_case and sum(child.kind_id in _CASES for child in held.parent.named_children) > 1
