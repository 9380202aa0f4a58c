"""What the names of a file stand for: modules, classes and functions, by dotted names. What is not certain is None.

A symbol is a dotted name that stands for one thing however it was imported: "open", "socket.socket", "pkg.mod.Class".
"""

from __future__ import annotations

import builtins
import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import alternatives, syntax
from leakfix.languages.python.classes import Classes
from leakfix.languages.python.scopes import Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.files import Function, PyClass, PyFile
    from leakfix.languages.python.variables import Binding, Scope, Variable
    from leakfix.languages.python.world import World

BUILTINS: Final = frozenset(dir(builtins))
CLASS_METHODS: Final = frozenset(("__new__", "__init_subclass__", "__class_getitem__"))
"""The methods that are called on the class without being told to."""
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


class Names(ABC):
    """The meaning of names in one file."""

    def __init__(self, world: World, file: PyFile) -> None:
        """Resolve in a file among the files and models of a world."""
        self.world = world
        self.file = file
        self.models = world.models
        self.scopes = Scopes.of(file)
        self.classes = Classes.of(world)
        self._symbols: dict[int, str | None] = {}
        self._variables: dict[int, str | None] = {}
        self._depth = 0

    @abstractmethod
    def of(self, expression: Node) -> str | None:
        """Return the class of a value by its dotted name."""

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
        for binding in alternatives.meant(self.file, variable.bindings):
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
                symbol = self.symbol(binding.value) if self._names(binding.value) else self._taken(binding.value)
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

    def _taken(self, value: Node) -> str | None:
        """What `getattr(module, "name", default)` gives where there is such a thing."""
        value = syntax.unparen(value)
        if value.type != syntax.CALL or self.symbol(syntax.callee(value)) != "getattr":
            return None
        arguments = syntax.positional(value)
        name = syntax.string_value(arguments[1]) if len(arguments) > 1 else None
        base = self.symbol(arguments[0]) if name and self._names(arguments[0]) else None
        return self._member(base, name) if base is not None and name is not None else None

    def _is_class(self, variable: Variable, binding: Binding) -> bool:
        """Whether a parameter is the class that a classmethod is called on."""
        class_ = self._class_around(variable)
        method = self.file.function_of(variable.node)
        if class_ is None or method is None or not method.params or binding.param is None:
            return False
        is_first = method.params[0].identifier.start_byte == binding.identifier.start_byte
        return is_first and ("classmethod" in self.decorators(method) or method.last_name in CLASS_METHODS)

    def _class_around(self, variable: Variable) -> PyClass | None:
        method = self.file.function_of(variable.node)
        return method.class_ if method is not None else None


def _may_pass_on(module: PyFile, name: str) -> bool:
    """Whether a module of the project may have the name of a builtin from somewhere: its star gives it on."""
    return bool(module.stars) or name in {one.decode() for one in Scopes.of(module).module.variables}
