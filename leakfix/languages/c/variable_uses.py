"""What the statements of a function do with one of its variables, and whether control may leave by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.evidence import bare
from leakfix.languages.c.files import spelling
from leakfix.languages.c.preprocessor import expand
from leakfix.languages.c.types import Callee
from leakfix.languages.c.words import WORD, places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.preprocessor import Macro
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Variable

LEAVING: Final = frozenset((b"return", b"goto", b"throw", b"co_return", b"asm", b"__asm__"))
"""What control leaves a function by, or goes where nobody looks."""
JUMPING: Final = frozenset((*LEAVING, b"break", b"continue"))
SIMPLE: Final = frozenset((syntax.EXPRESSION_STATEMENT, syntax.DECLARATION))
"""Statements behind which control goes on."""
_DEEPEST: Final = 4
_NAMES: Final = frozenset((syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER))


class Uses:
    """Where a variable is named, and what for."""

    def __init__(self, program: Program, function: Function, variable: Variable) -> None:
        self._program = program
        self._function = function
        self._variable = variable
        self._bindings = program.bindings(function)
        self._name = variable.name.encode()
        self._data = function.file.data

    def callee(self, call: Node) -> Callee | None:
        """What a call calls; a macro that is only another name calls what bears that."""
        callee = self._program.types(self._function).callee(call)
        if callee is None or callee.kind != "macro" or callee.function is not None:
            return callee
        world, models, file = self._program.world, self._program.models, self._function.file
        macros = world.macros(callee.symbol, file)
        names = [macro.body.decode("utf-8", "replace") if macro.params is None else "" for macro in macros]
        if not names or not all(name.isidentifier() for name in names):
            return callee
        name = next((name for name in names if models.knows(name)), names[0])
        return Callee("function", name, (name,), function=world.function(name, file) if len(names) == 1 else None)

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
        if any(self._is_named_by(word) for word in self._program.world.macro_words(self._function.file) & words):
            return False
        return self._name not in words or all(map(self._is_harmless, self._mentions(node)))

    def _is_named_by(self, word: bytes) -> bool:
        """Whether what a macro stands for names the variable by itself, and not by what it is given."""
        promising, file = self._program.promising, self._function.file
        if self._name not in promising.vocabulary.meaning(word, file):
            return False
        seen, waiting = {word}, [word]
        while waiting:
            for macro in self._program.world.macros_named(waiting.pop().decode("utf-8", "replace"), file):
                words = set(WORD.findall(macro.body)) - set(_params(macro))
                if self._name in words:
                    return True
                inner = (self._program.world.macro_words(file) & words) - seen
                seen |= inner
                waiting += inner
        return False

    def _is_harmless(self, mention: Node) -> bool:
        is_set, node = _set_at(mention)
        return not is_set and self._is_given_harmlessly(node, self.callee, 0)

    def _is_given_harmlessly(self, node: Node, callee_of: Callable[[Node], Callee | None], depth: int) -> bool:
        """Whether no call around a mention of the variable may set it: none that takes a reference, no such macro."""
        if node.parent is not None and node.parent.type in _SETTING:
            return True
        at, parent = node, node.parent
        while parent is not None and parent.type not in (*SIMPLE, syntax.COMPOUND_STATEMENT):
            if parent.type == syntax.ARGUMENT_LIST and parent.parent is not None:
                holder = parent.parent
                if holder.type == syntax.CALL_EXPRESSION and not self._is_harmless_call(holder, at, callee_of, depth):
                    return False
                if holder.type != syntax.CALL_EXPRESSION and at == node:
                    return holder.type == syntax.INIT_DECLARATOR
            at, parent = parent, parent.parent
        return True

    def _is_harmless_call(
        self, call: Node, argument: Node, callee_of: Callable[[Node], Callee | None], depth: int
    ) -> bool:
        if syntax.hinted(call) is not None:
            return True
        callee = callee_of(call)
        if callee is None:
            return True
        arguments = call.child_by_field_name("arguments")
        index = next((at for at, one in enumerate(syntax.named(arguments)) if one == argument), 0) if arguments else 0
        if callee.kind == "macro" and callee.function is None:
            return any(map(self._program.models.knows, callee.symbols)) or self._is_left_alone(callee, index, depth)
        function = callee.function
        if function is None:
            return True
        params = function.params
        declarator = params[index].declarator if index < len(params) else None
        return declarator is None or not any(step.startswith("&") for step in declarators.read(declarator).steps)

    def _is_left_alone(self, callee: Callee, index: int, depth: int) -> bool:
        """Whether no definition of a macro sets what it is given at a position, as what it stands for tells."""
        file = self._function.file
        known = self._program.cache.setdefault("left alone", {})
        macros = self._program.world.macros(callee.symbol, file)
        if not isinstance(known, dict) or not macros or depth > _DEEPEST:
            return False
        for macro in macros:
            key = (macro, index, file.key)
            if key not in known:
                known[key] = False
                known[key] = self._leaves_alone(macro, index, depth)
            if not known[key]:
                return False
        return True

    def _leaves_alone(self, macro: Macro, index: int, depth: int) -> bool:
        params = _params(macro)
        is_beyond = index >= len(params)
        if not params or (is_beyond and not macro.is_variadic):
            return False
        name = params[-1] if is_beyond else params[index]
        text = expand(macro, params, {})
        if text is None:
            return False
        tree = syntax.parse(b"void f(void) {" + text + b";}", self._function.file.dialect)
        if tree.root_node.has_error:
            return False
        called = self._called_in(frozenset(params))
        for node in syntax.walk(tree.root_node):
            if node.type in syntax.IDENTIFIERS and node.text == name:
                is_set, at = _set_at(node)
                if is_set or not self._is_given_harmlessly(at, called, depth + 1):
                    return False
        return True

    def _called_in(self, params: frozenset[bytes]) -> Callable[[Node], Callee | None]:
        """What tells the callees of calls in what a macro with some parameters stands for."""
        types = self._program.types(self._function)

        def callee_of(call: Node) -> Callee | None:
            called = call.child_by_field_name("function")
            is_named = called is not None and called.type in _NAMES and called.text not in params
            return types.named(spelling(called)) if called is not None and is_named else None

        return callee_of

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


_SETTING: Final = frozenset((syntax.ASSIGNMENT_EXPRESSION, syntax.POINTER_EXPRESSION, syntax.INIT_DECLARATOR))
"""What tells by itself that a variable in it is not set."""


def _set_at(mention: Node) -> tuple[bool, Node]:
    """Whether what stands around a mention of a variable sets it, or takes its address; and the mention, bare."""
    node, parent = mention, mention.parent
    while parent is not None and parent.type in (syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION):
        node, parent = parent, parent.parent
    if parent is None:
        return True, node
    kind = parent.type
    if kind == syntax.ASSIGNMENT_EXPRESSION:
        return parent.child_by_field_name("left") == node, node
    if kind == syntax.POINTER_EXPRESSION:
        return parent.children[0].type != "*", node
    if kind == syntax.INIT_DECLARATOR:
        # A reference may be declared.
        return any(step.startswith("&") for step in declarators.read(parent).steps), node
    return kind in (syntax.UPDATE_EXPRESSION, syntax.LAMBDA_CAPTURE_SPECIFIER), node


def _params(macro: Macro) -> tuple[bytes, ...]:
    """The names by which what a macro stands for has what it is given."""
    return tuple(param.removesuffix("...").strip().encode() or b"__VA_ARGS__" for param in macro.params or ())
