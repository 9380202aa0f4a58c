"""What the expressions of a file are: the classes of their values, and what calls call. What is not certain is None."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from leakfix.languages.python import syntax
from leakfix.languages.python.annotations import Annotations
from leakfix.languages.python.names import CLASS_METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from leakfix.languages.python.files import Function, PyClass, PyFile
    from leakfix.languages.python.variables import Binding, Variable
    from leakfix.languages.python.world import World

_DEEPEST: Final = 24
_LITERALS: Final = {
    syntax.STRING: "str",
    syntax.CONCATENATED_STRING: "str",
    syntax.INTEGER: "int",
    syntax.FLOAT: "float",
    syntax.TRUE: "bool",
    syntax.FALSE: "bool",
    syntax.LIST: "list",
    syntax.LIST_COMPREHENSION: "list",
    syntax.DICTIONARY: "dict",
    syntax.DICTIONARY_COMPREHENSION: "dict",
    syntax.SET: "set",
    syntax.SET_COMPREHENSION: "set",
    syntax.TUPLE: "tuple",
    syntax.EXPRESSION_LIST: "tuple",
    syntax.GENERATOR_EXPRESSION: "generator",
    syntax.LAMBDA: "function",
    syntax.COMPARISON_OPERATOR: "bool",
    syntax.NOT_OPERATOR: "bool",
    syntax.NONE: "None",
}
_BYTES: Final = frozenset((b"b", b"rb", b"br"))
_LOOPS: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT))
_CLOSING: Final = frozenset(("contextlib.closing", "contextlib.aclosing"))
_PATH: Final = "pathlib.Path"
_BUILTIN_TYPES: Final = frozenset(
    ("str", "bytes", "bytearray", "int", "float", "list", "dict", "set", "tuple", "frozenset")
)


@dataclass(slots=True, eq=False)
class Callee:
    """What a call calls.

    `symbol` is its dotted name; `receiver` is the value that a method is called on; `class_` is set when an object of
    the project is made.
    """

    symbol: str | None
    receiver: Node | None
    types: Types
    class_: PyClass | None = None
    _found: Function | Literal[False] | None = False

    @property
    def function(self) -> Function | None:
        """Its definition if it is of the project, of a class its `__init__`. Its file is parsed now if need be."""
        if self._found is False:
            if self.class_ is not None:
                self._found = self.types.classes.method(self.class_, "__init__")
            else:
                self._found = self.types.world.function(self.symbol, self.types.file) if self.symbol else None
        return self._found or None

    def may_be_function(self, test: Callable[[bytes, bytes], bool]) -> bool:
        """Whether it may be a function of which a test holds, by the bytes of its file and its last name alone."""
        if self.symbol is None or self.class_ is not None or self._found is not False:
            return self.function is not None
        found = self.types.world.split(self.symbol, self.types.file)
        if found is None or found[0].is_parsed:
            return self.function is not None
        return test(found[0].data, found[1].rpartition(".")[2].encode())


class Types(Annotations):
    """The meaning of names and expressions in one file; all its functions share it."""

    def __init__(self, world: World, file: PyFile) -> None:
        """Resolve in a file among the files and models of a world."""
        super().__init__(world, file)
        self._types: dict[int, str | None] = {}
        self._busy: set[int] = set()

    @classmethod
    def of_file(cls, world: World, file: PyFile) -> Types:
        """Return the types of a file, made once."""
        known = file.cache.get("types")
        if not isinstance(known, cls) or known.world is not world:
            known = file.cache["types"] = cls(world, file)
        return known

    @classmethod
    def of_function(cls, world: World, function: Function) -> Types:
        """Return the types of a function's file."""
        return cls.of_file(world, function.file)

    def callee(self, call: Node) -> Callee:
        """Return what a call calls."""
        called = syntax.unparen(syntax.callee(call))
        symbol = self.symbol(called)
        receiver = None
        if called.type == syntax.ATTRIBUTE:
            held = called.child_by_field_name("object")
            if held is not None and not self.is_name_of(held):
                receiver = held
        if symbol is None:
            return Callee(None, receiver, self)
        class_ = self.world.class_(symbol, self.file)
        if class_ is not None:
            return Callee(symbol, receiver, self, class_)
        return Callee(symbol, receiver, self)

    def of(self, expression: Node) -> str | None:
        """Return the class of a value by its dotted name: "pathlib.Path", "str", "pkg.mod.Class"."""
        node = syntax.unparen(expression)
        if node.id not in self._types:
            if self._depth >= _DEEPEST or node.id in self._busy:
                return None
            self._depth += 1
            self._busy.add(node.id)
            try:
                self._types[node.id] = self._of(node)
            finally:
                self._depth -= 1
                self._busy.discard(node.id)
        return self._types[node.id]

    def _of(self, node: Node) -> str | None:
        kind = node.type
        literal = _LITERALS.get(kind)
        if literal is not None:
            return "bytes" if literal == "str" and (node.text or b"")[:2].lower().rstrip(b"'\"") in _BYTES else literal
        if kind == syntax.CALL:
            return self._made(node)
        if kind == syntax.IDENTIFIER:
            variable = self.scopes.variable(node)
            return self._at(variable, node) if variable is not None else None
        if kind == syntax.ATTRIBUTE:
            return self._attribute(node)
        if kind == syntax.AWAIT:
            return self.of(syntax.named(node)[0])
        if kind == syntax.NAMED_EXPRESSION:
            value = node.child_by_field_name("value")
            return self.of(value) if value is not None else None
        if kind == syntax.CONDITIONAL_EXPRESSION:
            first, _, last = syntax.named(node)[:3]
            return _agreed([self.of(first), self.of(last)])
        if kind == syntax.BOOLEAN_OPERATOR:
            return _agreed([self.of(child) for child in syntax.named(node)])
        if kind == syntax.BINARY_OPERATOR:
            return self._operated(node)
        return None

    def of_variable(self, variable: Variable) -> str | None:
        """Return the class of all values that a variable ever has; None when they differ, None itself left out."""
        return _agreed([self._bound(variable, binding) for binding in variable.bindings])

    def _at(self, variable: Variable, use: Node) -> str | None:
        """The class of a variable at a use: that of all its values, else of the one that surely was given last."""
        found = self.of_variable(variable)
        if found is None and len(variable.bindings) > 1:
            last = self._last(variable, use)
            found = self._bound(variable, last) if last is not None else None
        return found

    def _last(self, variable: Variable, use: Node) -> Binding | None:
        """The binding of a variable that a use in the same scope surely sees."""
        before = [one for one in variable.bindings if one.identifier.start_byte < use.start_byte]
        last = before[-1] if before else None
        if (
            last is None
            or last.kind not in ("assign", "with")
            or self.scopes.scope_at(use.start_byte) is not variable.scope
        ):
            return None
        if any(self.scopes.scope_at(one.identifier.start_byte) is not variable.scope for one in variable.bindings[1:]):
            return None
        statement = syntax.statement_of(last.identifier)
        holder = statement if last.kind == "with" else syntax.block_of(statement)
        if holder is None or not syntax.is_within(use, holder) or use.start_byte < statement.end_byte <= use.end_byte:
            return None
        if last.kind == "assign" and use.start_byte < statement.end_byte:
            return None
        return None if self._is_rebound_around(variable, use, holder) else last

    def _is_rebound_around(self, variable: Variable, use: Node, holder: Node) -> bool:
        """Whether a loop inside of a node that holds a use binds the variable behind the use."""
        at = use.parent
        later = [one.identifier for one in variable.bindings if one.identifier.start_byte > use.start_byte]
        while at is not None and later and syntax.is_within(at, holder):
            if at.type in _LOOPS and any(syntax.is_within(one, at) for one in later):
                return True
            at = at.parent
        return False

    def _bound(self, variable: Variable, binding: Binding) -> str | None:
        if binding.annotation is not None:
            stated = self.annotated(binding.annotation)
            if stated is not None or binding.value is None:
                return stated
        if binding.kind == "param":
            return self._parameter(variable, binding)
        if binding.kind in ("function", "class"):
            return "function" if binding.kind == "function" else "type"
        if binding.value is None or not binding.is_whole:
            return None
        if binding.kind in ("assign", "walrus"):
            return self.of(binding.value)
        if binding.kind == "with":
            return self._entered(binding.value)
        return None

    def _parameter(self, variable: Variable, binding: Binding) -> str | None:
        method = self.file.function_of(variable.node)
        if method is None or method.class_ is None or binding.param is None or binding.param.stars:
            return None
        is_first = method.params[0].identifier.start_byte == binding.identifier.start_byte
        if not is_first or method.last_name in CLASS_METHODS:
            return None
        decorated = self.decorators(method)
        return None if "staticmethod" in decorated or "classmethod" in decorated else method.class_.symbol

    def _entered(self, context: Node) -> str | None:
        """The class of what a with statement binds."""
        made = self.of(context)
        if made is None:
            called = self.symbol(syntax.callee(context)) if context.type == syntax.CALL else None
            given = syntax.argument(context, 0, "thing") if called in _CLOSING else None
            return self.of(given) if given is not None else None
        class_ = self.world.class_(made, self.file)
        if class_ is None:
            return made if self.models is not None and self.models.resource_of_type(made) is not None else None
        enter = self.classes.method(class_, "__enter__") or self.classes.method(class_, "__aenter__")
        if enter is None:
            return (
                made
                if any(base is None or self.world.class_(base) is None for base in self.classes.bases(class_))
                else None
            )
        return Types.of_function(self.world, enter).result(enter)

    def _made(self, call: Node) -> str | None:
        """The class of what a call gives."""
        symbol = self.symbol(syntax.callee(call))
        if symbol is None:
            return None
        if self.world.class_(symbol, self.file) is not None:
            return symbol
        function = self.world.function(symbol, self.file)
        if function is not None:
            return Types.of_function(self.world, function).result(function)
        if self.models is not None:
            returned = self.models.returned(symbol)
            if returned is not None:
                return returned
            if self.models.resource_of_type(symbol) is not None or len(self.models.bases(symbol)) > 1:
                return symbol
        last = symbol.rpartition(".")[2]
        return symbol if last in _BUILTIN_TYPES or (last[:1].isupper() and not last.isupper()) else None

    def result(self, function: Function) -> str | None:
        """Return the class of what a function of this file gives back, by its annotation or by what it returns."""
        known = function.cache.get("result", "")
        if known != "":
            return known if isinstance(known, str) else None
        function.cache["result"] = None
        found = function.cache["result"] = self._result(function)
        return found

    def _result(self, function: Function) -> str | None:
        if function.is_generator:
            return "generator"
        if function.returns is not None:
            return self.annotated(function.returns)
        found: list[str | None] = []
        for node in syntax.captures("(return_statement) @r", function.body).get("r", []):
            if self.file.function_at(node.start_byte) is function:
                values = syntax.named(node)
                found.append(self.of(values[0]) if values else "None")
        return _agreed(found)

    def _attribute(self, node: Node) -> str | None:
        held, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if held is None or name is None:
            return None
        if self.is_name_of(held):
            return self._global(node)
        owner = self.of(held)
        class_ = self.world.class_(owner, self.file) if owner is not None else None
        if class_ is not None:
            return self.classes.attribute_type(class_, syntax.text(name))
        if owner is not None and self.models is not None:
            for base in self.models.bases(owner):
                returned = self.models.returned(f"{base}.{syntax.text(name)}")
                if returned is not None:
                    return returned
        return None

    def _global(self, node: Node) -> str | None:
        """The class of a variable of another module."""
        symbol = self.symbol(node)
        found = self.world.split(symbol, self.file) if symbol is not None else None
        if found is None or "." in found[1]:
            return None
        types = Types.of_file(self.world, found[0])
        variable = types.scopes.module.variables.get(found[1].encode())
        return types.of_variable(variable) if variable is not None else None

    def _operated(self, node: Node) -> str | None:
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        if left is None or operator is None:
            return None
        made = self.of(left)
        if made == _PATH:
            return made if operator.type == "/" else None
        return made if made in ("str", "bytes") else None


def _agreed(found: Iterable[str | None]) -> str | None:
    kinds = {one for one in found if one != "None"}
    return kinds.pop() if len(kinds) == 1 else None
