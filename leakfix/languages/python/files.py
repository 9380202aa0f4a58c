"""One Python file: its tree, the functions and classes that it defines, and what it imports.

Everything is found when first asked for; nothing is executed. Offsets are bytes of `data`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.first_look import defined, import_words, outdated_places, words
from leakfix.languages.python.imports import Import, imported, is_of_python_2
from leakfix.text import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node, Tree

MODULE_BODY: Final = "<module>"
"""The name of the pseudo function that stands for the code of a module, its classes' bodies included."""

_DEFINITIONS: Final = ((b"def", syntax.FUNCTION_DEFINITION), (b"class", syntax.CLASS_DEFINITION))
_SPOKEN: Final = frozenset((syntax.COMMENT, syntax.STRING_CONTENT))
_IMPORTS: Final = frozenset((syntax.IMPORT_STATEMENT, syntax.IMPORT_FROM_STATEMENT))
_IMPORT: Final = b"import"
_YIELDS: Final = "(yield) @y"
_LOCALS: Final = ".<locals>."
_PARAMETERS: Final = frozenset(
    (
        syntax.IDENTIFIER,
        syntax.TYPED_PARAMETER,
        syntax.DEFAULT_PARAMETER,
        syntax.TYPED_DEFAULT_PARAMETER,
        syntax.LIST_SPLAT_PATTERN,
        syntax.DICTIONARY_SPLAT_PATTERN,
    )
)


@dataclass(slots=True, eq=False)
class Param:
    """One parameter. `stars` is 1 of `*args`, 2 of `**kwargs`; `keyword_only` and `positional_only` say how to pass it.

    `node` is all of it, `identifier` its name.
    """

    name: str
    node: Node
    identifier: Node
    annotation: Node | None
    default: Node | None
    stars: int
    keyword_only: bool
    positional_only: bool


@dataclass(slots=True, eq=False)
class PyClass:
    """A class statement, compared by identity. `name` is as in `__qualname__`: "C", "Outer.C", "f.<locals>.C"."""

    name: str
    node: Node
    body: Node
    file: PyFile
    outer: Function | PyClass | None
    methods: dict[str, Function] = field(default_factory=dict)
    """The functions that its body defines, by name; of several of a name the last, which counts."""
    cache: dict[str, object] = field(default_factory=dict)

    @property
    def symbol(self) -> str:
        """The dotted name under which it is known to others."""
        return f"{self.file.module}.{self.name}"

    @property
    def bases(self) -> tuple[Node, ...]:
        """The expressions of its bases; keyword arguments like `metaclass=M` left out."""
        given = self.node.child_by_field_name("superclasses")
        return tuple(one for one in syntax.named(given) if one.type != syntax.KEYWORD_ARGUMENT) if given else ()

    @property
    def keywords(self) -> Mapping[str, Node]:
        """The keyword arguments of the class statement: `metaclass`."""
        given = self.node.child_by_field_name("superclasses")
        found: dict[str, Node] = {}
        for one in syntax.named(given) if given is not None else ():
            name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
            if one.type == syntax.KEYWORD_ARGUMENT and name is not None and value is not None:
                found[syntax.text(name)] = value
        return found

    @property
    def decorators(self) -> list[Node]:
        """The expressions of its decorators, outermost first."""
        return syntax.decorators(self.node)

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<class {self.name} in {self.file.path}>"


@dataclass(slots=True, eq=False)
class Function:
    """A function or method, compared by identity; one named `<module>` stands for the code of the module.

    `name` is spelled as in `__qualname__`: "f", "C.m", "f.<locals>.g". Of the module `node` and `body` are the root.
    `outer` is what it is defined in directly: a function, a class, or None of the module.
    """

    name: str
    node: Node
    body: Node
    file: PyFile
    outer: Function | PyClass | None
    is_async: bool
    cache: dict[str, object] = field(default_factory=dict)

    @property
    def is_module(self) -> bool:
        """Whether it stands for the code of the module."""
        return self.name == MODULE_BODY

    @property
    def last_name(self) -> str:
        """The name without what is around it."""
        return self.name.rpartition(".")[2]

    @property
    def symbol(self) -> str:
        """The dotted name under which it is known to others."""
        return f"{self.file.module}.{self.name}"

    @property
    def class_(self) -> PyClass | None:
        """The class of a method."""
        return self.outer if isinstance(self.outer, PyClass) else None

    @property
    def outer_function(self) -> Function | None:
        """The function around it, through classes; None of the module's own and of all that lies in no function."""
        at = self.outer
        while isinstance(at, PyClass):
            at = at.outer
        return at

    @property
    def decorators(self) -> list[Node]:
        """The expressions of its decorators, outermost first; `Types.decorators` tells what they are."""
        return [] if self.is_module else syntax.decorators(self.node)

    @property
    def params(self) -> tuple[Param, ...]:
        """The parameters in order."""
        known = self.cache.get("params")
        if not isinstance(known, tuple):
            listed = None if self.is_module else self.node.child_by_field_name("parameters")
            known = self.cache["params"] = parameters(listed) if listed is not None else ()
        return known

    @property
    def returns(self) -> Node | None:
        """The annotation of the result."""
        return None if self.is_module else self.node.child_by_field_name("return_type")

    @property
    def is_generator(self) -> bool:
        """Whether it yields, so that calling it runs nothing of it."""
        known = self.cache.get("generator")
        if not isinstance(known, bool):
            known = self.cache["generator"] = not self.is_module and _yields(self)
        return known

    @property
    def has_error(self) -> bool:
        """Whether anything of it could not be read, or is not of Python 3."""
        known = self.cache.get("error")
        if not isinstance(known, bool):
            old = any(syntax.is_within(node, self.node) for node in self.file.outdated)
            known = self.cache["error"] = self.node.has_error or old
        return known

    @property
    def span(self) -> Span:
        """The bytes of the whole definition."""
        return Span(self.node.start_byte, self.node.end_byte)

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<{self.name} in {self.file.path}>"


class PyFile:
    """A file with what it declares; parsed when first asked for its tree.

    `module` is the dotted name by which it is imported, as the layout of the packages around it tells;
    `is_package` whether it is an `__init__.py`.
    """

    def __init__(self, path: str, data: bytes, module: str = "", *, is_package: bool = False) -> None:
        """Take the bytes. Without a module name the file is called as its path says, in no package."""
        self.path = path
        self.data = data
        self.source = Source(path, data)
        self.module = module or path.rpartition("/")[2].removesuffix(".py")
        self.is_package = is_package
        self.cache: dict[str, object] = {}

    @property
    def package(self) -> str:
        """The package that relative imports start from; "" of a module in none."""
        return self.module if self.is_package else self.module.rpartition(".")[0]

    @cached_property
    def _tree(self) -> Tree:
        return syntax.parse(self.data)

    @property
    def is_parsed(self) -> bool:
        """Whether the tree is there already, so that asking for it costs nothing."""
        return "_tree" in self.__dict__

    @property
    def root(self) -> Node:
        """The tree."""
        return self._tree.root_node

    @cached_property
    def outdated(self) -> tuple[Node, ...]:
        """What the grammar reads that is not of Python 3, in order."""
        is_there = any(self._is_code(at) for at in outdated_places(self.data))
        return tuple(syntax.outdated(self.root)) if is_there else ()

    def _is_code(self, offset: int) -> bool:
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        return node is None or node.type not in _SPOKEN

    @property
    def has_error(self) -> bool:
        """Whether anything could not be read, or is not of Python 3: such a file is not edited."""
        return self.root.has_error or bool(self.outdated)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """All functions and methods, nested ones too, in the order of the file; then the code of the module."""
        return self._definitions[0]

    @cached_property
    def classes(self) -> tuple[PyClass, ...]:
        """All classes, nested ones too, in the order of the file."""
        return self._definitions[1]

    @property
    def body(self) -> Function:
        """The pseudo function of the module's code."""
        return self.functions[-1]

    @cached_property
    def functions_by_name(self) -> Mapping[str, Function]:
        """All functions by their names; of several of a name the last, which counts."""
        return {function.name: function for function in self.functions}

    @cached_property
    def classes_by_name(self) -> Mapping[str, PyClass]:
        """All classes by their names; of several of a name the last, which counts."""
        return {one.name: one for one in self.classes}

    def function_at(self, offset: int) -> Function:
        """Return the innermost function that a byte offset lies in: the module's code when it lies in none."""
        spans = self._spans
        at = bisect_right(self._starts, offset) - 1
        while at >= 0:
            function = spans[at]
            if offset < function.node.end_byte:
                return function
            at -= 1
        return self.body

    def function_of(self, node: Node) -> Function | None:
        """Return the function that a function_definition makes."""
        return self._by_start.get(node.start_byte)

    def class_of(self, node: Node) -> PyClass | None:
        """Return the class that a class_definition makes."""
        return next((one for one in self.classes if one.node.start_byte == node.start_byte), None)

    @cached_property
    def imports_made(self) -> tuple[Import, ...]:
        """All names that import statements bind anywhere in the file, in order."""
        return tuple(one for statement in self._import_statements() for one in imported(statement, self.package))

    def _import_statements(self) -> Iterator[Node]:
        """The statements that the word `import` stands in, looked up where the bytes have it."""
        data, root = self.data, self.root
        at = data.find(_IMPORT)
        while at >= 0:
            behind = at + len(_IMPORT)
            word = root.descendant_for_byte_range(at, behind)
            if word is not None and word.parent is not None and word.parent.type in _IMPORTS and not word.is_named:
                yield word.parent
            at = data.find(_IMPORT, behind)

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """What the names mean that are imported at the level of the module: "np" -> "numpy".

        Of several the first that Python 3 has.

        Those that `from x import *` binds are unknown, see `stars`.
        """
        found: dict[str, str] = {}
        for one in self.imports_made:
            if not one.name or not self.function_at(one.node.start_byte).is_module:
                continue
            if one.name not in found or is_of_python_2(found[one.name]):
                found[one.name] = one.target
        return found

    def may_import(self, name: str) -> bool:
        """Whether an import may bind a name; only the bytes are looked at."""
        return name.encode() in self._import_words

    def may_define_function(self, name: str) -> bool:
        """Whether a function may have a name as the last of its own; only the bytes are looked at."""
        return name.encode() in self._functions_named

    def may_define_class(self, name: str) -> bool:
        """Whether a class may have a name as the last of its own; only the bytes are looked at."""
        return name.encode() in self._classes_named

    @cached_property
    def _functions_named(self) -> frozenset[bytes]:
        return defined(self.data, b"def")

    @cached_property
    def _classes_named(self) -> frozenset[bytes]:
        return defined(self.data, b"class")

    @cached_property
    def _import_words(self) -> frozenset[bytes]:
        return import_words(self.data)

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules whose names `from x import *` takes over."""
        return tuple(one.target for one in self.imports_made if not one.name)

    @cached_property
    def _definitions(self) -> tuple[tuple[Function, ...], tuple[PyClass, ...]]:
        functions: list[Function] = []
        classes: list[PyClass] = []
        around: list[Function | PyClass] = []
        for node in sorted(self._definition_nodes(), key=_start):
            while around and around[-1].node.end_byte <= node.start_byte:
                around.pop()
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            if name is None or body is None:
                continue
            outer = around[-1] if around else None
            qualified = _qualified(outer, syntax.text(name))
            made: Function | PyClass
            if node.type == syntax.CLASS_DEFINITION:
                made = PyClass(qualified, node, body, self, outer)
                classes.append(made)
            else:
                made = Function(qualified, node, body, self, outer, syntax.is_async(node))
                functions.append(made)
                if isinstance(outer, PyClass):
                    outer.methods[syntax.text(name)] = made
            around.append(made)
        functions.append(Function(MODULE_BODY, self.root, self.root, self, None, False))
        return tuple(functions), tuple(classes)

    def _definition_nodes(self) -> Iterator[Node]:
        """The statements that the words `def` and `class` stand in, looked up where the bytes have them."""
        root = self.root
        for keyword, kind in _DEFINITIONS:
            for at in words(self.data, keyword):
                word = root.descendant_for_byte_range(at, at + len(keyword))
                made = word.parent if word is not None and not word.is_named else None
                if made is not None and made.type == kind:
                    yield made

    @cached_property
    def _spans(self) -> tuple[Function, ...]:
        return self.functions[:-1]

    @cached_property
    def _starts(self) -> list[int]:
        return [function.node.start_byte for function in self._spans]

    @cached_property
    def _by_start(self) -> Mapping[int, Function]:
        return {function.node.start_byte: function for function in self._spans}


def _start(node: Node) -> int:
    return node.start_byte


def parameters(listed: Node) -> tuple[Param, ...]:
    """Return the parameters in a node of `parameters` or `lambda_parameters`."""
    found: list[Param] = []
    keyword_only = False
    for node in syntax.named(listed):
        if node.type == syntax.POSITIONAL_SEPARATOR:
            for one in found:
                one.positional_only = True
        elif node.type == syntax.KEYWORD_SEPARATOR:
            keyword_only = True
        elif node.type in _PARAMETERS:
            param = _parameter(node, keyword_only)
            if param is not None:
                found.append(param)
                keyword_only = keyword_only or param.stars == 1
    return tuple(found)


def _parameter(node: Node, keyword_only: bool) -> Param | None:
    target: Node | None = node
    if node.type in (syntax.DEFAULT_PARAMETER, syntax.TYPED_DEFAULT_PARAMETER):
        target = node.child_by_field_name("name")
    elif node.type == syntax.TYPED_PARAMETER:
        target = syntax.named(node)[0]
    stars = {syntax.LIST_SPLAT_PATTERN: 1, syntax.DICTIONARY_SPLAT_PATTERN: 2}.get(target.type, 0) if target else 0
    if target is not None and stars:
        inner = syntax.named(target)
        target = inner[0] if inner else None
    if target is None or target.type != syntax.IDENTIFIER:
        return None
    annotation, default = node.child_by_field_name("type"), node.child_by_field_name("value")
    return Param(syntax.text(target), node, target, annotation, default, stars, keyword_only and not stars, False)


def _qualified(outer: Function | PyClass | None, name: str) -> str:
    if outer is None:
        return name
    return f"{outer.name}{_LOCALS if isinstance(outer, Function) else '.'}{name}"


def _yields(function: Function) -> bool:
    data = function.file.data
    if data.find(b"yield", function.body.start_byte, function.body.end_byte) < 0:
        return False
    return any(_owner(function, node) == function.node for node in syntax.captures(_YIELDS, function.body).get("y", []))


def _owner(function: Function, node: Node) -> Node | None:
    innermost = function.file.function_at(node.start_byte)
    return function.node if innermost is function and not _in_lambda(node, function.node) else None


def _in_lambda(node: Node, end: Node) -> bool:
    at = node.parent
    while at is not None and at != end:
        if at.type == syntax.LAMBDA:
            return True
        at = at.parent
    return False


def enclosing(function: Function) -> Iterator[Function]:
    """Yield a function and those around it, innermost first; the module's code is last."""
    at: Function | None = function
    while at is not None:
        yield at
        at = at.outer_function
    if not function.is_module:
        yield function.file.body
