"""Uses of macros by which a function may acquire something: those that only call what acquires are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.evidence import bare
from leakfix.languages.c.files import spelling
from leakfix.languages.c.name_places import UnclearError, is_silent, places
from leakfix.languages.c.preprocessor import expand
from leakfix.languages.c.types import Callee
from leakfix.languages.c.vocabulary import ANYTHING, JOINED, Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.preprocessor import Macro
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.promising import Promising

_NEW: Final = b"new"
_SPELLED: Final = frozenset((syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER))
_DEEPEST: Final = 3


class MacroUses:
    """Looks for them in the functions of a program."""

    def __init__(self, program: Program, promising: Promising, acquiring: frozenset[bytes]) -> None:
        """``acquiring`` are the names of what acquires as models tell."""
        self._program = program
        self._promising = promising
        self._acquiring = acquiring
        self._known: tuple[frozenset[bytes], Known] | None = None
        self._calls: dict[tuple[Macro, str], str] = {}
        """What macros call that do nothing else, in each of the two grammars."""

    def of(self, function: Function, own: frozenset[bytes], meant: frozenset[bytes]) -> Iterator[tuple[Node, Callee]]:
        """Yield the uses of macros that call what acquires and do nothing else of note, with what is called.

        ``own`` are the names in the function, ``meant`` those in its macros. Raises `UnclearError`.
        """
        if not meant:
            return
        if ANYTHING in meant or (_NEW in meant and function.file.is_cpp):
            raise UnclearError
        if JOINED in meant and self._names().joined(own | meant):
            raise UnclearError
        for word in own & self._program.world.macro_words(function.file):
            hot = self._hot(word, function)
            for node in places(function, word) if hot else ():
                found = self._use(function, node, hot)
                if found is not None and node.parent is not None:
                    yield node.parent, found

    def taken_for(self, callee: Callee, function: Function) -> Callee | None:
        """What is called where a macro is no more than another name, or none that the file sees; else None."""
        world, models, file = self._program.world, self._program.models, function.file
        macros = world.macros(callee.symbol, file)
        itself = Callee("function", callee.symbol, callee.symbols)
        is_modelled = any(map(models.knows, callee.symbols))
        if is_modelled and not any(world.sees(file, macro) for macro in macros):
            return itself
        if callee.macro is not None and callee.macro.params is not None:
            return None
        names = [macro.body.decode("utf-8", "replace") if macro.params is None else "" for macro in macros]
        if not names or not all(name.isidentifier() for name in names):
            return itself if is_modelled else None
        name = next((name for name in names if models.knows(name)), names[0])
        seen = world.function(name, file) if len(names) == 1 else None
        if seen is None and is_modelled and not models.knows(name):
            return itself
        return Callee("function", name, (name,), function=seen)

    def _hot(self, word: bytes, function: Function) -> frozenset[bytes]:
        """The names of what acquires that the macros of a name may call."""
        called = self._promising.called_by(word, function.file)
        meaning = self._promising.vocabulary.meaning(word, function.file)
        handing = (name for name in self._promising.definable(meaning) if self._promising.hands_on(name))
        return frozenset(
            (*(called & self._acquiring), *(one for one in handing if one in called or self._promising.makes(one)))
        )

    def _use(self, function: Function, node: Node, hot: frozenset[bytes]) -> Callee | None:
        """What is called by the name of a macro: it is expanded where it is called, and where it is a statement."""
        if is_silent(node, function):
            return None
        parent = node.parent
        if parent is None or parent.type in (syntax.ERROR, syntax.EXPRESSION_STATEMENT):
            raise UnclearError
        if parent.type != syntax.CALL_EXPRESSION or parent.child_by_field_name("function") != node:
            return None
        callee = self._program.types(function).callee(parent)
        if callee is None or callee.kind != "macro":
            # Another name's meaning is looked at where that is.
            return None
        if callee.function is None:
            if self.taken_for(callee, function) is not None:
                # By that name it is looked at as well, if it acquires.
                return callee
            name = self._wrapped(callee, hot, function)
            callee = self._program.types(function).named(name) if name else None
        return callee

    def _wrapped(self, callee: Callee, hot: frozenset[bytes], function: Function, depth: int = 0) -> str:
        """The function that a macro calls with its arguments, as it is spelled; "" where nobody can say which it is.

        Raises `UnclearError` where it does more.
        """
        world, file = self._program.world, function.file
        macro = callee.macro
        if macro is None:
            if all(one.params is None for one in world.macros(callee.symbol, file)):
                raise UnclearError
            return ""
        if len(hot) != 1 or depth > _DEEPEST:
            raise UnclearError
        key = (macro, file.dialect)
        if key not in self._calls:
            self._calls[key] = _only_call(macro, self._program, file)
        name = self._calls[key]
        if name.rpartition("::")[2].encode() in hot:
            return name
        inner = self._program.types(function).named(name) if name else None
        if inner is None or inner.kind != "macro" or self.taken_for(inner, function) is not None:
            raise UnclearError
        return self._wrapped(inner, hot, function, depth + 1)

    def _names(self) -> Known:
        """The names of all that acquires, and of what hands on what it acquires as far as that is known."""
        handing = self._promising.handing.names
        if self._known is None or self._known[0] != handing:
            self._known = (frozenset(handing), Known(self._acquiring | handing))
        return self._known[1]


def _only_call(macro: Macro, program: Program, file: CFile) -> str:
    """The function whose call a macro is, or another name of; "" when it is more than that."""
    given = tuple(param.removesuffix("...").strip().encode() or b"more" for param in macro.params or ())
    text = expand(macro, given, {}) if macro.params is not None else macro.body
    if text is None:
        return ""
    tree = syntax.parse(b"void f(void) {" + text + b";}", file.dialect)
    program.keep(tree)
    function = tree.root_node.named_children[0] if tree.root_node.named_children else None
    body = function.child_by_field_name("body") if function is not None else None
    statements = [one for one in syntax.named(body) if one.text != b";"] if body is not None else []
    if tree.root_node.has_error or len(statements) != 1 or statements[0].type != syntax.EXPRESSION_STATEMENT:
        return ""
    expression = bare(syntax.named(statements[0])[0])
    if macro.params is not None:
        called = expression.child_by_field_name("function") if expression.type == syntax.CALL_EXPRESSION else None
    else:
        called = expression
    return spelling(called) if called is not None and called.type in _SPELLED else ""
