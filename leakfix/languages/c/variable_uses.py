"""What the statements of a function do with one of its variables, and whether control may leave by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.evidence import bare
from leakfix.languages.c.words import WORD, places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Variable

LEAVING: Final = frozenset((b"return", b"goto", b"throw", b"co_return", b"asm", b"__asm__"))
"""What control leaves a function by, or goes where nobody looks."""
JUMPING: Final = frozenset((*LEAVING, b"break", b"continue"))
SIMPLE: Final = frozenset((syntax.EXPRESSION_STATEMENT, syntax.DECLARATION))
"""Statements behind which control goes on."""


class Uses:
    """Where a variable is named, and what for."""

    def __init__(self, program: Program, function: Function, variable: Variable) -> None:
        self._program = program
        self._function = function
        self._variable = variable
        self._bindings = program.bindings(function)
        self._name = variable.name.encode()
        self._data = function.file.data

    def is_it(self, node: Node) -> bool:
        """Whether an expression is the variable, casts and parentheses aside."""
        node = bare(node)
        return node.type == syntax.IDENTIFIER and self._bindings.variable(node) is self._variable

    def _mentions(self, node: Node) -> Iterator[Node]:
        for at in places_of(self._data, self._name, node.start_byte, node.end_byte):
            found = node.descendant_for_byte_range(at, at + len(self._name))
            if found is not None and self._bindings.variable(found) is self._variable:
                yield found

    def is_safe(self, node: Node) -> bool:
        """Whether nothing in a node sets the variable, or lets somebody else set it."""
        words = frozenset(WORD.findall(self._data, node.start_byte, node.end_byte))
        vocabulary, file = self._program.promising.vocabulary, self._function.file
        if any(self._name in vocabulary.meaning(word, file) for word in self._program.world.macro_words(file) & words):
            return False
        return self._name not in words or all(map(self._is_harmless, self._mentions(node)))

    def _is_harmless(self, mention: Node) -> bool:
        node, parent = mention, mention.parent
        while parent is not None and parent.type in (syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION):
            node, parent = parent, parent.parent
        if parent is None:
            return False
        kind = parent.type
        if kind == syntax.ASSIGNMENT_EXPRESSION:
            return parent.child_by_field_name("left") != node
        if kind == syntax.UPDATE_EXPRESSION or kind == syntax.LAMBDA_CAPTURE_SPECIFIER:
            return False
        if kind == syntax.POINTER_EXPRESSION:
            return parent.children[0].type == "*"
        if kind == syntax.INIT_DECLARATOR:
            return not self._is_referred(parent)
        return self._is_given_harmlessly(node)

    def _is_referred(self, declarator: Node) -> bool:
        """Whether a reference is declared."""
        return any(step.startswith("&") for step in declarators.read(declarator).steps)

    def _is_given_harmlessly(self, node: Node) -> bool:
        """Whether no call around a mention of the variable may set it: no macro, and none that takes a reference."""
        at, parent = node, node.parent
        while parent is not None and parent.type not in (*SIMPLE, syntax.COMPOUND_STATEMENT):
            if parent.type == syntax.ARGUMENT_LIST and parent.parent is not None:
                holder = parent.parent
                if holder.type == syntax.CALL_EXPRESSION and not self._is_harmless_call(holder, parent, at):
                    return False
                if holder.type != syntax.CALL_EXPRESSION and at == node:
                    return holder.type == syntax.INIT_DECLARATOR
            at, parent = parent, parent.parent
        return True

    def _is_harmless_call(self, call: Node, arguments: Node, argument: Node) -> bool:
        if syntax.hinted(call) is not None:
            return True
        callee = self._program.types(self._function).callee(call)
        if callee is None:
            return True
        if callee.kind == "macro" and callee.function is None:
            return any(map(self._program.models.knows, callee.symbols))
        function = callee.function
        if function is None:
            return True
        index = next((at for at, one in enumerate(syntax.named(arguments)) if one == argument), 0)
        params = function.params
        declarator = params[index].declarator if index < len(params) else None
        return declarator is None or not any(step.startswith("&") for step in declarators.read(declarator).steps)

    def leaves(self, node: Node, leaving: frozenset[bytes]) -> bool:
        """Whether control may leave by what stands in a node, or in a macro there."""
        words = frozenset(WORD.findall(self._data, node.start_byte, node.end_byte))
        if not leaving.isdisjoint(words):
            return True
        file, vocabulary = self._function.file, self._program.promising.vocabulary
        if any(self._program.models.leave(word.decode()) is not None for word in words):
            return True
        return any(
            not LEAVING.isdisjoint(vocabulary.meaning(word, file))
            for word in self._program.world.macro_words(file) & words
        )
