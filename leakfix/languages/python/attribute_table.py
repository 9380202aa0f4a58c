"""All that a file does with one attribute of a class: what is stored in it, and what becomes of that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Home, Member, Stored, Touch, Used, Worth
from leakfix.languages.python import syntax
from leakfix.languages.python.effects import Fate, model_effect
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.flow import Obligation
    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function, PyClass

_ENDS: Final = frozenset(
    (
        *("shutdown", "terminate", "kill", "join", "cancel", "stop", "quit", "disconnect", "detach", "dispose"),
        *("cleanup", "wait", "communicate", "release", "aclose", "close", "__exit__", "unlink", "exit", "close_all"),
    )
)
"""Methods that end what they are called on, whatever it is."""
_USING: Final = frozenset(
    (
        *(syntax.COMPARISON_OPERATOR, syntax.BOOLEAN_OPERATOR, syntax.NOT_OPERATOR, syntax.IF_STATEMENT),
        *(syntax.WHILE_STATEMENT, syntax.ASSERT_STATEMENT, syntax.SUBSCRIPT, syntax.EXPRESSION_STATEMENT),
        *(syntax.ELIF_CLAUSE, syntax.FOR_STATEMENT, syntax.INTERPOLATION, syntax.FOR_IN_CLAUSE),
    )
)
_OWNED: Final = frozenset((syntax.CALL, syntax.NONE))
"""What stands on the right side where an attribute gets something of its own, or nothing."""
_DYNAMIC: Final = re.compile(rb"\b(?:__dict__|vars\(|getattr\(|__getattr__|__getattribute__|__slots__|dataclass)")


class AttributeTable:
    """Builds what is known of an attribute of a class."""

    def __init__(self, analysis: Analysis, class_: PyClass, name: str) -> None:
        self.analysis = analysis
        self.class_ = class_
        self.name = name

    def read(self) -> Member | None:
        """The whole table; None where attributes are looked up by their names at run time."""
        found = self._found()
        return self._member(*found) if found is not None else None

    def read_kept(self) -> Member | None:
        """The table; None also where the attribute is handed on, or holds what may be somebody else's."""
        found = self._found()
        if found is None or any(use.touch is Touch.HANDED_ON for use in found[1]):
            return None
        if any(syntax.unparen(value).type not in _OWNED for _, value in found[0]):
            return None
        return self._member(*found)

    def _found(self) -> tuple[list[tuple[Function, Node]], list[Used]] | None:
        """What is stored by which function, and what is done with it besides."""
        data = self.analysis.file.data
        text = self.class_.node.text or b""
        if _DYNAMIC.search(text) or re.search(rb"[\"']%b[\"']" % re.escape(self.name.encode()), data):
            return None
        stores: list[tuple[Function, Node]] = []
        uses: list[Used] = []
        for node in self._mentions():
            function = self.analysis.function_at(node.start_byte)
            if function.has_error:
                return None
            value = _assigned(node)
            if value is None:
                uses.append(Used(self._home(function), Span(node.start_byte, node.end_byte), self._touch(node)))
            else:
                stores.append((function, value))
        return stores, uses

    def _member(self, stored: list[tuple[Function, Node]], uses: list[Used]) -> Member:
        stores: list[Stored] = []
        for function, value in stored:
            worth, obligation = self._worth(function, value)
            makes = function.last_name == "__init__"
            span = Span(value.start_byte, value.end_byte)
            stores.append(Stored(self._home(function), span, worth, obligation, "", makes))
        return Member(self.class_.name, self.name, tuple(stores), tuple(uses))

    def _home(self, function: Function) -> Home:
        return Home(self.analysis.source.path, function.node.start_byte, function.name)

    def _mentions(self) -> Iterator[Node]:
        """`x.name` in the file, whatever x is."""
        root = self.analysis.file.root
        for match in re.finditer(rb"\.\s*(%b)\b" % re.escape(self.name.encode()), self.analysis.file.data):
            node = root.descendant_for_byte_range(match.start(1), match.end(1))
            parent = node.parent if node is not None and node.type == syntax.IDENTIFIER else None
            if (
                parent is not None
                and parent.type == syntax.ATTRIBUTE
                and parent.child_by_field_name("attribute") == node
            ):
                yield parent

    def _worth(self, function: Function, value: Node) -> tuple[Worth, Obligation | None]:
        value = syntax.unparen(value)
        if value.type == syntax.NONE:
            return Worth.NOTHING, None
        obligation = self._acquired(function, value) if value.type == syntax.CALL else None
        return (Worth.ACQUIRED, obligation) if obligation is not None else (Worth.BORROWED, None)

    def _acquired(self, function: Function, call: Node) -> Obligation | None:
        """What a call obliges to whose result is the resource itself."""
        if not self.analysis.program.calls_what_acquires(function, call):
            return None
        frame = self.analysis.program.frame(function)
        for site in frame.graph.sites if frame is not None else ():
            if (site.span.start, site.span.end) == (call.start_byte, call.end_byte) and not site.place.path:
                return site.obligation
        return None

    def _touch(self, node: Node) -> Touch:
        parent = node.parent
        while parent is not None and parent.type in (syntax.PARENTHESIZED_EXPRESSION, syntax.AWAIT):
            node, parent = parent, parent.parent
        if parent is None:
            return Touch.HANDED_ON
        if parent.type == syntax.ATTRIBUTE:
            name = parent.child_by_field_name("attribute")
            spelled = syntax.text(name) if name is not None else ""
            is_end = spelled in _ENDS or self.analysis.program.is_release(spelled)
            return Touch.RELEASED if is_end else Touch.USED
        if parent.type == syntax.ARGUMENT_LIST and parent.parent is not None:
            return self._given(parent.parent, syntax.named(parent).index(node))
        if parent.type in (syntax.WITH_ITEM, syntax.AS_PATTERN):
            return Touch.RELEASED
        return Touch.USED if parent.type in _USING else Touch.HANDED_ON

    def _given(self, call: Node, position: int) -> Touch:
        """What a callee does with an argument that has no keyword."""
        callee = self.analysis.types.callee(call)
        known = model_effect(self.analysis.models, callee.symbol, position, "") if callee.symbol is not None else None
        effect = known if known is not None else self.analysis.program.effect(callee, position, "")
        if effect.fate is Fate.RELEASED:
            return Touch.RELEASED
        return Touch.USED if effect.fate is Fate.HELD and effect.result is None else Touch.HANDED_ON


def acquired_attributes(analysis: Analysis, class_: PyClass) -> Iterator[str]:
    """The attributes that methods of a class assign the result of a call to, each once."""
    seen: set[str] = set()
    for method in class_.methods.values():
        if not analysis.program.may_acquire(method):
            continue
        receiver = method.params[0].name if method.params else ""
        for node in _walk(method.body):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None or left.type != syntax.ATTRIBUTE or right.type != syntax.CALL:
                continue
            held, name = left.child_by_field_name("object"), left.child_by_field_name("attribute")
            if (
                held is not None
                and name is not None
                and syntax.text(held) == receiver
                and syntax.text(name) not in seen
            ):
                seen.add(syntax.text(name))
                yield syntax.text(name)


def _walk(body: Node) -> Iterator[Node]:
    """The assignments in a method."""
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.type == syntax.ASSIGNMENT:
            yield node
        waiting.extend(reversed(node.named_children))


def _assigned(target: Node) -> Node | None:
    """What an assignment sets an attribute to; None of anything that is not the one target of one."""
    parent = target.parent
    if parent is None or parent.type != syntax.ASSIGNMENT or parent.child_by_field_name("left") != target:
        return None
    return parent.child_by_field_name("right")
