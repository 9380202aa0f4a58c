"""What the names and expressions of a file mean: symbols, classes of values, callees. What is not certain is None.

A symbol is a dotted name that stands for one thing however it was imported: "open", "socket.socket", "pkg.mod.Class".
"""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.classes import Classes
from leakfix.languages.python.scopes import Bindings, Scopes
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.python.files import Function, PyClass, PyFile
    from leakfix.languages.python.scopes import Binding, Scope, Variable
    from leakfix.languages.python.world import World

BUILTINS: Final = frozenset(dir(builtins))
_DEEPEST: Final = 24
_STARS: Final = {
    **dict.fromkeys(("aifc", "bz2", "codecs", "dbm", "gzip", "io", "lzma", "os", "posix", "shelve"), ("open",)),
    **dict.fromkeys(("sunau", "tarfile", "wave", "webbrowser"), ("open",)),
    "ast": ("Ellipsis", "slice"),
    "audioop": ("max",),
    "curses": ("filter",),
    "enum": ("property",),
    "fileinput": ("input",),
    "fnmatch": ("filter",),
    "locale": ("format", "str"),
    "math": ("pow",),
    "operator": ("abs", "pow"),
    "pdb": ("help",),
    "py_compile": ("compile",),
    "pydoc": ("help",),
    "re": ("compile",),
    "reprlib": ("repr",),
    "sys": ("copyright", "exit"),
    "threading": ("enumerate",),
}
"""The builtins that `from m import *` hides, for all of the standard library of 3.11: seen by importing each module."""
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
_OPTIONAL: Final = frozenset(("typing.Optional", "typing.Annotated", "typing.Final", "typing.ClassVar"))
_UNION: Final = "typing.Union"
_SELF: Final = frozenset(("typing.Self", "typing_extensions.Self"))


@record
class Callee:
    """What a call calls.

    `symbol` is its dotted name; `function` its definition if it is of the project, of a class its `__init__`;
    `class_` is set when an object of the project is made; `receiver` is the value that a method is called on.
    """

    symbol: str | None
    function: Function | None
    receiver: Node | None
    class_: PyClass | None = None


class Types:
    """The meaning of names and expressions in one file; all its functions share it."""

    def __init__(self, world: World, file: PyFile) -> None:
        """Resolve in a file among the files and models of a world."""
        self.world = world
        self.file = file
        self.models = world.models
        self.scopes = Scopes.of(file)
        self.classes = Classes.of(world)
        self._symbols: dict[int, str | None] = {}
        self._types: dict[int, str | None] = {}
        self._variables: dict[int, str | None] = {}
        self._busy: set[int] = set()
        self._depth = 0

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

    # names

    def symbol(self, expression: Node) -> str | None:
        """Return what a name or a chain of attributes resolves to; for a method of a value the class's method."""
        node = syntax.unparen(expression)
        if node.type not in (syntax.IDENTIFIER, syntax.ATTRIBUTE):
            return None
        if node.id not in self._symbols:
            if self._depth >= _DEEPEST:
                return None
            self._depth += 1
            try:
                self._symbols[node.id] = self._symbol(node)
            finally:
                self._depth -= 1
        return self._symbols[node.id]

    def is_name_of(self, expression: Node) -> bool:
        """Whether an expression names a module, class or function, and is no value that methods are called on."""
        node = syntax.unparen(expression)
        while node.type == syntax.ATTRIBUTE:
            held = node.child_by_field_name("object")
            if held is None:
                return False
            node = syntax.unparen(held)
        return node.type == syntax.IDENTIFIER and self._name(node) is not None

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
            return Callee(None, None, receiver)
        class_ = self.world.class_(symbol, self.file)
        if class_ is not None:
            return Callee(symbol, self.classes.method(class_, "__init__"), receiver, class_)
        return Callee(symbol, self.world.function(symbol, self.file), receiver)

    def decorators(self, definition: Function | PyClass) -> list[str | None]:
        """Return what the decorators of a definition are, outermost first; of `@f(x)` what `f` is."""
        found = (syntax.unparen(node) for node in definition.decorators)
        return [self.symbol(syntax.callee(node) if node.type == syntax.CALL else node) for node in found]

    def lookup(self, dotted: str, scope: Scope) -> str | None:
        """Return what a dotted name would mean in a scope."""
        first, _, rest = dotted.partition(".")
        variable = self.scopes.lookup(first.encode(), scope)
        symbol = self._of_variable(variable) if variable is not None else self._unbound(first)
        if symbol is None or not rest:
            return symbol
        return self.world.canonical(f"{symbol}.{rest}", self.file)

    # values

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

    def annotated(self, annotation: Node) -> str | None:
        """Return the class that an annotation states; optional ones too, None of several classes."""
        node = syntax.unparen(annotation)
        while node.type == syntax.TYPE:
            node = syntax.unparen(syntax.named(node)[0])
        if node.type in (syntax.IDENTIFIER, syntax.ATTRIBUTE):
            return self._stated(self.symbol(node), node)
        if node.type == syntax.STRING:
            said = syntax.string_value(node)
            wanted = said.strip().removesuffix("| None").strip() if said is not None else ""
            if wanted.replace(".", "").replace("_", "").isalnum():
                return self._stated(self.lookup(wanted, self.scopes.scope_at(node.start_byte)), node)
            return None
        if node.type in (syntax.GENERIC_TYPE, syntax.SUBSCRIPT):
            return self._generic(node)
        if node.type in (syntax.BINARY_OPERATOR, syntax.UNION_TYPE):
            return self._only([child for child in syntax.named(node) if syntax.unparen(child).type != syntax.NONE])
        return None

    def method(self, type_name: str, name: str) -> str:
        """Return the symbol of a method of a class, by the class that defines it as far as that is known."""
        class_ = self.world.class_(type_name, self.file)
        if class_ is not None:
            return self.classes.method_symbol(class_, name)
        if self.models is not None:
            for base in self.models.bases(type_name):
                if self.models.knows(f"{base}.{name}"):
                    return f"{base}.{name}"
        return f"{type_name}.{name}"

    def inherits(self, type_name: str) -> tuple[str, ...]:
        """Return the known classes of a class: itself, then those it inherits from, of the project and of libraries."""
        class_ = self.world.class_(type_name, self.file)
        found = self.classes.ancestry(class_) if class_ is not None else (type_name,)
        if self.models is None:
            return found
        return tuple(dict.fromkeys(base for one in found for base in self.models.bases(one)))

    def _symbol(self, node: Node) -> str | None:
        if node.type == syntax.IDENTIFIER:
            return self._name(node)
        held, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if held is None or name is None:
            return None
        held = syntax.unparen(held)
        attribute = syntax.text(name)
        if self.is_name_of(held):
            base = self.symbol(held)
            return self._member(base, attribute) if base is not None else None
        above = self._super(held, attribute)
        if above is not None:
            return above
        owner = self.of(held)
        return self.method(owner, attribute) if owner is not None else None

    def _member(self, base: str, attribute: str) -> str:
        class_ = self.world.class_(base, self.file)
        if class_ is not None:
            return self.classes.method_symbol(class_, attribute)
        return self.world.canonical(f"{base}.{attribute}", self.file)

    def _super(self, held: Node, attribute: str) -> str | None:
        """The method of a base that `super().m` means."""
        if held.type != syntax.CALL or syntax.callee(held).text != b"super":
            return None
        method = self.file.function_at(held.start_byte)
        class_ = method.class_
        if class_ is None or self.symbol(syntax.callee(held)) != "super":
            return None
        for base in self.classes.bases(class_):
            if base is None:
                return None
            project = self.world.class_(base, self.file)
            if project is None:
                return self.method(base, attribute)
            if self.classes.method(project, attribute) is not None:
                return self.classes.method_symbol(project, attribute)
        return None

    def _name(self, identifier: Node) -> str | None:
        """What an identifier means as the name of a module, class or function; None of one that holds a value."""
        variable = self.scopes.variable(identifier)
        if variable is None:
            return self._unbound(syntax.text(identifier))
        return self._of_variable(variable)

    def _unbound(self, name: str) -> str | None:
        """What a name means that nothing in the file binds."""
        is_builtin = name in BUILTINS
        for star in self.file.stars:
            module = self.world.module(star, self.file)
            if module is not None:
                if name in module.imports or name in module.functions_by_name or name in module.classes_by_name:
                    return self.world.canonical(f"{star}.{name}", self.file)
                if is_builtin and _may_pass_on(module, name):
                    return None
            elif is_builtin:
                if name in _STARS.get(star, ()):
                    return self.world.canonical(f"{star}.{name}", self.file)
                if star.partition(".")[0] not in sys.stdlib_module_names:
                    return None
        return name if is_builtin else None

    def _of_variable(self, variable: Variable) -> str | None:
        key = id(variable)
        if key not in self._variables:
            self._variables[key] = None
            self._variables[key] = self._meaning(variable)
        return self._variables[key]

    def _meaning(self, variable: Variable) -> str | None:
        """What a variable means if all that binds it names the same module, class or function."""
        found: set[str] = set()
        for binding in variable.bindings:
            if binding.kind == "import":
                found.add(self.world.canonical(binding.symbol, self.file))
            elif binding.kind in ("function", "class"):
                parent = binding.identifier.parent
                made = parent and (self.file.function_of(parent) or self.file.class_of(parent))
                if not made:
                    return None
                found.add(made.symbol)
            elif binding.kind == "assign" and binding.value is not None and binding.is_whole:
                if syntax.unparen(binding.value).type == syntax.NONE and len(variable.bindings) > 1:
                    continue
                symbol = self.symbol(binding.value) if self._names(binding.value) else None
                if symbol is None:
                    return None
                found.add(symbol)
            elif binding.kind == "param" and binding.param is not None and self._is_class(variable, binding):
                class_ = self._class_around(variable)
                return class_.symbol if class_ is not None else None
            else:
                return None
        return found.pop() if len(found) == 1 else None

    def _names(self, value: Node) -> bool:
        return syntax.unparen(value).type in (syntax.IDENTIFIER, syntax.ATTRIBUTE) and self.is_name_of(value)

    def _is_class(self, variable: Variable, binding: Binding) -> bool:
        """Whether a parameter is the class that a classmethod is called on."""
        class_ = self._class_around(variable)
        method = self.file.function_of(variable.node)
        if class_ is None or method is None or not method.params or binding.param is None:
            return False
        is_first = method.params[0].identifier.start_byte == binding.identifier.start_byte
        return is_first and ("classmethod" in self.decorators(method) or method.last_name in _CLASS_METHODS)

    def _class_around(self, variable: Variable) -> PyClass | None:
        method = self.file.function_of(variable.node)
        return method.class_ if method is not None else None

    # values

    def _of(self, node: Node) -> str | None:
        kind = node.type
        literal = _LITERALS.get(kind)
        if literal is not None:
            return "bytes" if literal == "str" and (node.text or b"")[:2].lower().rstrip(b"'\"") in _BYTES else literal
        if kind == syntax.CALL:
            return self._made(node)
        if kind == syntax.IDENTIFIER:
            variable = self.scopes.variable(node)
            return self.of_variable(variable) if variable is not None else None
        if kind == syntax.ATTRIBUTE:
            return self._attribute(node)
        if kind == syntax.AWAIT:
            return self.of(syntax.named(node)[0])
        if kind == syntax.NAMED_EXPRESSION:
            value = node.child_by_field_name("value")
            return self.of(value) if value is not None else None
        if kind == syntax.CONDITIONAL_EXPRESSION:
            first, _, last = syntax.named(node)[:3]
            return self._agreed([self.of(first), self.of(last)])
        if kind == syntax.BOOLEAN_OPERATOR:
            return self._agreed([self.of(child) for child in syntax.named(node)])
        if kind == syntax.BINARY_OPERATOR:
            return self._operated(node)
        return None

    def of_variable(self, variable: Variable) -> str | None:
        """Return the class of all values that a variable ever has; None when they differ, None itself left out."""
        return self._agreed([self._bound(variable, binding) for binding in variable.bindings])

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
        if not is_first or method.last_name in _CLASS_METHODS:
            return None
        decorated = self.decorators(method)
        return None if "staticmethod" in decorated or "classmethod" in decorated else method.class_.symbol

    def _entered(self, context: Node) -> str | None:
        """The class of what a with statement binds."""
        made = self.of(context)
        if made is None:
            return None
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
        return self._agreed(found)

    def _attribute(self, node: Node) -> str | None:
        held, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if held is None or name is None or self.is_name_of(held):
            return None
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

    def _operated(self, node: Node) -> str | None:
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        if left is None or operator is None:
            return None
        made = self.of(left)
        if made == _PATH:
            return made if operator.type == "/" else None
        return made if made in ("str", "bytes") else None

    # annotations

    def _stated(self, symbol: str | None, node: Node) -> str | None:
        if symbol in _SELF:
            class_ = self.file.function_at(node.start_byte).class_
            return class_.symbol if class_ is not None else None
        return symbol if symbol not in ("typing.Any", "object") else None

    def _generic(self, node: Node) -> str | None:
        children = syntax.named(node)
        symbol = self.symbol(children[0]) if children else None
        if symbol is None:
            return None
        inner = syntax.named(children[1]) if node.type == syntax.GENERIC_TYPE else children[1:]
        if symbol in _OPTIONAL:
            return self.annotated(inner[0]) if inner else None
        if symbol == _UNION:
            return self._only([one for one in inner if not _is_none(one)])
        return symbol if symbol != "type" else None

    def _only(self, annotations: list[Node]) -> str | None:
        return self.annotated(annotations[0]) if len(annotations) == 1 else None

    @staticmethod
    def _agreed(found: Iterable[str | None]) -> str | None:
        kinds = {one for one in found if one != "None"}
        return kinds.pop() if len(kinds) == 1 else None


_BYTES: Final = frozenset((b"b", b"rb", b"br"))
_PATH: Final = "pathlib.Path"
_CLASS_METHODS: Final = frozenset(("__new__", "__init_subclass__", "__class_getitem__"))
_BUILTIN_TYPES: Final = frozenset(
    ("str", "bytes", "bytearray", "int", "float", "list", "dict", "set", "tuple", "frozenset")
)


def _is_none(node: Node) -> bool:
    while node.type == syntax.TYPE:
        node = syntax.named(node)[0]
    return node.type == syntax.NONE


def _may_pass_on(module: PyFile, name: str) -> bool:
    """Whether a module of the project may have the name of a builtin from somewhere: its star gives it on."""
    return bool(module.stars) or name in {one.decode() for one in Scopes.of(module).module.variables}


__all__ = ["BUILTINS", "Bindings", "Callee", "Types"]
