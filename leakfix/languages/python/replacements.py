"""What code of the run puts in the place of functions and classes of others: what a call calls is not certain then.

Tests do it mostly: they assign to an attribute of a module (`upload.urlopen = fake`), name it to something that does
(`mock.patch("pkg.upload.urlopen")`, `monkeypatch.setattr(upload, "urlopen", fake)`), put a module of their own into
`sys.modules`, or call what a library has for it (`urllib.request.install_opener`). A first look at the bytes tells
which files may; their trees decide.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.besides import read, tests_beside
from leakfix.languages.python.first_look import words
from leakfix.languages.python.replacing import MODULES, NAMING, replacing_places
from leakfix.text import Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tree_sitter import Node

    from leakfix.languages.python.files import PyFile
    from leakfix.languages.python.types import Types
    from leakfix.languages.python.world import World

_REPLACING: Final = "[(assignment) (call)] @node"
_AS: Final = b" as "
_MODULE: Final = b"__name__"
_ASKING: Final = frozenset(("getattr", "hasattr", "delattr", "print", "isinstance", "issubclass", "repr", "len"))
"""Functions that are given names, and replace nothing."""
_OWN: Final = frozenset((b"self", b"cls"))
_ENTERS: Final = ("__enter__", "__aenter__")
_MOCK: Final = b"Mock("
_MAKES_FILES: Final = "mock_open"
"""What makes a mock that knows the context protocol."""


@record
class Replacement:
    """Something else stands for ``symbol`` while code of a file runs.

    ``symbol`` is dotted; it starts with a dot where nothing tells whose attribute it is.
    """

    symbol: str
    file: PyFile


class Replacements:
    """What is replaced anywhere in the files of a run, and in the tests beside, asked for by its last name."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_name: dict[str, tuple[Replacement, ...]] = {}
        self._calls: dict[str, bool] = {}
        self._stand_ins: dict[str, bool] = {}

    @classmethod
    def of(cls, world: World) -> Replacements:
        """The replacements in the files of a world, made once."""
        if world.replacements is None:
            world.replacements = cls(world)
        return world.replacements

    def named(self, name: str) -> tuple[Replacement, ...]:
        """What is replaced whose last name is ``name``, unless by something that a `with` statement can enter too."""
        if name not in self._by_name:
            self._by_name[name] = tuple(self._find(name))
        return self._by_name[name]

    def may_be_stood_in(self, name: str) -> bool:
        """Whether some class of the run has a method of a name, or a mock may have it."""
        if name not in self._stand_ins:
            files = list(self._files_with(name.encode()))
            self._stand_ins[name] = any(_MOCK in file.data for file in files) or any(
                one.class_ is not None and one.last_name == name
                for file in files
                if file.may_define_function(name)
                for one in file.functions_by_name.values()
            )
        return self._stand_ins[name]

    def is_called(self, symbol: str) -> bool:
        """Whether any file calls a function."""
        if symbol not in self._calls:
            name = symbol.rpartition(".")[2].encode()
            self._calls[symbol] = any(self._has_call(file, symbol, name) for file in self._files_with(name))
        return self._calls[symbol]

    def _files_with(self, word: bytes) -> Iterator[PyFile]:
        for path, data in (*self._world.contents(), *self._besides):
            if word in data:
                yield self._world.file(path, data)

    def _has_call(self, file: PyFile, symbol: str, name: bytes) -> bool:
        types = self._world.types(file)
        spans = [Span(at, at + len(name)) for at in words(file.data, name)]
        if name + _AS in file.data:
            # It is called by another name.
            spans = [Span(0, len(file.data))]
        calls = {
            one.id: one for span in spans for one in syntax.captures("(call) @call", file.root, span).get("call", [])
        }
        return any(types.symbol(syntax.callee(call)) == symbol for call in calls.values())

    def _find(self, name: str) -> Iterator[Replacement]:
        yield from self._read(name, self._places, tuple(zip(self._world.survey.files, self._contents, strict=True)))
        yield from self._read(name, self._places_beside, self._besides)

    def _read(
        self, name: str, places: Mapping[bytes, Sequence[tuple[int, Span]]], files: Sequence[tuple[str, bytes]]
    ) -> Iterator[Replacement]:
        spans: dict[int, list[Span]] = {}
        for number, span in places.get(name.rpartition(".")[2].encode(), ()):
            spans.setdefault(number, []).append(span)
        for number, stretches in spans.items():
            file = self._world.file(*files[number])
            yield from _Reading(self._world.types(file), file, name, stretches).replacements()

    @cached_property
    def _places_beside(self) -> Mapping[bytes, Sequence[tuple[int, Span]]]:
        return replacing_places(data for _, data in self._besides)

    @cached_property
    def _besides(self) -> tuple[tuple[str, bytes], ...]:
        """The tests of the project that are not of the run."""
        own = {os.path.abspath(path) for path in self._world.survey.files}  # noqa: PTH100 (strings: there are many)
        found = tests_beside({path.rpartition("/")[0] for path in own})
        return tuple((path, read(path)) for path, _ in found if path not in own)

    @cached_property
    def _places(self) -> Mapping[bytes, Sequence[tuple[int, Span]]]:
        known = self._world.survey.replacing
        return known if known is not None else replacing_places(self._contents)

    @cached_property
    def _contents(self) -> tuple[bytes, ...]:
        return tuple(data for _, data in self._world.contents())


class _Reading:
    """What some stretches of a file replace that has a certain last name."""

    def __init__(self, types: Types, file: PyFile, name: str, stretches: Sequence[Span]) -> None:
        self._types = types
        self._file = file
        self._name = name
        self._stretches = stretches

    def replacements(self) -> Iterator[Replacement]:
        """All of them, in no order."""
        found: dict[int, Node] = {}
        for stretch in self._stretches:
            for nodes in syntax.captures(_REPLACING, self._file.root, stretch).values():
                found.update({node.id: node for node in nodes})
        for node in found.values():
            if node.type == syntax.ASSIGNMENT:
                symbol, value = self._assigned(node)
                if symbol and value is not None and not (self._fits(value) or self._restores(value)):
                    yield Replacement(symbol, self._file)
            else:
                symbol = self._named(node)
                if symbol and not any(self._fits(value) for value in _values(node)):
                    yield Replacement(symbol, self._file)

    def _assigned(self, assignment: Node) -> tuple[str, Node | None]:
        """What an assignment to an attribute, or to a module of `sys.modules`, replaces, and what it puts there."""
        left, value = syntax.field(assignment, "left"), syntax.field(assignment, "right")
        while value is not None and value.type == syntax.ASSIGNMENT:
            value = syntax.field(value, "right")
        if left is None:
            return "", None
        if left.type == syntax.SUBSCRIPT and (left.text or b"").startswith(MODULES):
            keys = [syntax.string_value(one) for one in left.children_by_field_name("subscript")]
            return (self._name if self._name in keys else ""), value
        held, name = syntax.field(left, "object"), syntax.field(left, "attribute")
        if left.type != syntax.ATTRIBUTE or held is None or name is None or syntax.text(name) != self._name:
            return "", None
        return ("" if held.text in _OWN else self._below(held)), value

    def _below(self, held: Node) -> str:
        """The dotted name of the attribute of a module, class or whatever it is."""
        symbol = self._types.symbol(held) if self._types.is_name_of(held) else None
        return f"{symbol or ''}.{self._name}".removeprefix("builtins.")

    def _named(self, call: Node) -> str:
        """What a call replaces whose name says that it does so, by what it is given."""
        called = syntax.text(syntax.callee(call))
        if called.rpartition(".")[2] in _ASKING or not any(word.decode() in called for word in NAMING):
            return ""
        if called.endswith("multiple") and self._name in syntax.keywords(call):
            owner = syntax.positional(call)[:1]
            target = syntax.string_value(owner[0]) if owner else None
            return f"{target}.{self._name}" if target else f".{self._name}"
        before: Node | None = None
        for node in syntax.positional(call):
            value = self._target(node)
            if value == self._name:
                if before is None:
                    return ""
                return self._name if (before.text or b"") == MODULES else self._below(before)
            if value == f".{self._name}":
                return value
            if value is not None and value.endswith(f".{self._name}"):
                models = self._types.models
                return (models.canonical(value) if models is not None else value).removeprefix("builtins.")
            if node.type == syntax.DICTIONARY and b"modules" in (call.text or b"") and self._is_key(node):
                return self._name
            before = node
        return ""

    def _target(self, node: Node) -> str | None:
        """The name that a text gives, after what is not known of it: `.open` of `"%s.open" % module`; None of no text.

        The name of the module itself is known: `"%s.open" % __name__`, `__name__ + ".open"`, `f"{__name__}.open"`.
        """
        if node.type == syntax.STRING:
            plain = syntax.string_value(node)
            return plain if plain is not None else self._formatted(node)
        if node.type != syntax.BINARY_OPERATOR:
            return None
        left, right = syntax.field(node, "left"), syntax.field(node, "right")
        if left is None or right is None:
            return None
        made, value, known = syntax.string_value(left), syntax.string_value(right), None
        if made is not None and made.startswith("%s"):
            value, known = made.removeprefix("%s"), right
        elif value is not None:
            known = left
        return self._after(known, value) if value is not None else None

    def _formatted(self, string: Node) -> str | None:
        """The same of an f-string."""
        parts = [part for part in syntax.named(string) if part.type in (syntax.INTERPOLATION, syntax.STRING_CONTENT)]
        if len(parts) < 2 or parts[-1].type != syntax.STRING_CONTENT:
            return None
        known = syntax.named(parts[0])[0] if len(parts) == 2 and parts[0].type == syntax.INTERPOLATION else None
        return self._after(known, syntax.text(parts[-1]))

    def _after(self, start: Node | None, text: str) -> str:
        """A text behind the value of an expression, which is only known of the name of the module itself."""
        if start is not None and start.text == _MODULE:
            return f"{self._file.module}{text}"
        return f".{text.rpartition('.')[2]}" if "." in text else ""

    def _is_key(self, dictionary: Node) -> bool:
        keys = (syntax.field(pair, "key") for pair in syntax.named(dictionary))
        return any(key is not None and syntax.string_value(key) == self._name for key in keys)

    def _restores(self, value: Node) -> bool:
        """Whether what is put there is what stood there before: `old = upload.urlopen` ... `upload.urlopen = old`."""
        if value.type not in (syntax.IDENTIFIER, syntax.ATTRIBUTE):
            return False
        for node in syntax.captures("(assignment) @set", self._file.root).get("set", []):
            left, right = syntax.field(node, "left"), syntax.field(node, "right")
            if left is not None and right is not None and left.text == value.text and right.type == syntax.ATTRIBUTE:
                name = syntax.field(right, "attribute")
                if name is not None and syntax.text(name) == self._name:
                    return True
        return False

    def _fits(self, value: Node) -> bool:
        """Whether what is put there gives what a `with` statement can enter, as far as that can be told."""
        made = syntax.text(syntax.callee(value) if value.type == syntax.CALL else value)
        if made.rpartition(".")[2] == _MAKES_FILES:
            return True
        variable = self._types.scopes.variable(value) if value.type == syntax.IDENTIFIER else None
        if variable is not None and variable.bindings:
            values = [one.value for one in variable.bindings]
            if all(one is not None and one.type == syntax.CALL and _is_mock_open(one) for one in values):
                return True
        return self._gives_context(value)

    def _gives_context(self, value: Node) -> bool:
        types, world = self._types, self._types.world
        if value.type == syntax.LAMBDA:
            body = syntax.field(value, "body")
            given = types.of(body) if body is not None else None
        else:
            symbol = types.symbol(value)
            function = world.function(symbol, self._file) if symbol is not None else None
            given = symbol
            if function is not None:
                given = world.types(function.file).result(function)
        class_ = world.class_(given, self._file) if given is not None else None
        return class_ is not None and any(types.classes.method(class_, name) is not None for name in _ENTERS)


def _values(call: Node) -> list[Node]:
    """What a call that replaces something may put there: its last argument by position, and those by keyword."""
    return [*syntax.positional(call)[-1:], *syntax.keywords(call).values()]


def _is_mock_open(call: Node) -> bool:
    return syntax.text(syntax.callee(call)).rpartition(".")[2] == _MAKES_FILES
