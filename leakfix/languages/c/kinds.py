"""Types as they are written: a name and what stands around it, read off declarations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.files import Struct, spelling
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import Function, Global, Typedef

_DEEPEST_TYPE: Final = 20
SMART_POINTERS: Final = frozenset(
    ("std::unique_ptr", "std::shared_ptr", "unique_ptr", "shared_ptr", "std::auto_ptr", "auto_ptr", "scoped_ptr")
)


@record
class CType:
    """A type as written: a name and what stands around it.

    `base` is spelled without `struct`, qualifiers and template arguments ("int", "unsigned long", "FILE", "Pool",
    "std::unique_ptr"); `args` are the template's types. `pointers` counts the `*`, of arrays the last one too when
    they are handed over; `is_array` says that the outermost step is an array, `is_function` that what the pointers
    lead to is a function, whose result `base` and `result_pointers` tell.
    """

    base: str
    pointers: int = 0
    is_array: bool = False
    is_const: bool = False
    is_reference: bool = False
    is_function: bool = False
    result_pointers: int = 0
    args: tuple[CType | None, ...] = ()
    struct: Struct | None = None
    """The body, of a type without a name."""

    @property
    def is_pointer(self) -> bool:
        """Whether it is a pointer to something, or an array."""
        return self.pointers > 0 or self.is_array

    @property
    def is_void_pointer(self) -> bool:
        """Whether it is `void *`."""
        return self.base == "void" and self.pointers == 1 and not self.is_function

    @property
    def pointee(self) -> CType | None:
        """What a pointer or an array leads to."""
        if self.is_array:
            return replace(self, is_array=False, is_reference=False)
        return replace(self, pointers=self.pointers - 1, is_reference=False) if self.pointers else None

    @property
    def value(self) -> CType:
        """The type without a reference."""
        return replace(self, is_reference=False) if self.is_reference else self

    def pointer(self) -> CType:
        """Return the type of a pointer to it."""
        return replace(self, pointers=self.pointers + 1, is_array=False, is_reference=False)

    def __str__(self) -> str:
        """Spell it: `const char *`."""
        arguments = f"<{', '.join(str(one) if one is not None else '?' for one in self.args)}>" if self.args else ""
        stars = "*" * self.pointers + ("[]" if self.is_array else "") + ("&" if self.is_reference else "")
        function = f"{'*' * self.result_pointers}()" if self.is_function else ""
        name = f"{'const ' if self.is_const else ''}{self.base}{arguments}"
        return f"{name} {function}{stars}" if stars or function else name


def type_of(type_node: Node, declarator: Node | None, struct: Struct | None = None, depth: int = 0) -> CType | None:
    """Read the type that a type node and a declarator, abstract or not, spell; None when it is `decltype` or broken."""
    found = _base_type(type_node, struct, depth)
    if found is None or declarator is None:
        return found
    for step in reversed(declarators.read(declarator).steps):
        if step == "*":
            found = replace(found, pointers=found.pointers + 1, is_array=False)
        elif step == "[]":
            found = replace(found, is_array=True, pointers=found.pointers + found.is_array)
        elif step == "()":
            found = replace(found, is_function=True, result_pointers=found.pointers, pointers=0, is_array=False)
        else:
            found = replace(found, is_reference=True)
    return found


def aimed_at(typedef: Typedef) -> CType | None:
    """Return what a typedef stands for, read once."""
    if "aimed" not in typedef.cache:
        typedef.cache["aimed"] = type_of(typedef.type, typedef.declarator, typedef.struct)
    known = typedef.cache["aimed"]
    return known if isinstance(known, CType) else None


def described_type(node: Node, depth: int = 0) -> CType | None:
    """Read a type_descriptor: of a cast, of `sizeof`, or a template's argument."""
    type_node = node.child_by_field_name("type")
    if type_node is None:
        return None
    found = type_of(type_node, node.child_by_field_name("declarator"), None, depth)
    return replace(found, is_const=True) if found is not None and is_const(node) else found


def result_type(function: Function) -> CType | None:
    """Return the type of what a function gives back."""
    if "result" not in function.cache:
        written = (
            None if function.is_constructor else _result(function.type, function.declarator, is_const(function.node))
        )
        function.cache["result"] = CType(function.class_name) if function.is_constructor else written
    known = function.cache["result"]
    return known if isinstance(known, CType) else None


def declared_result(declared: Global) -> CType | None:
    """Return the type of what a declared function, or one behind a declared pointer, gives back."""
    if declared.type is None or declared.declarator is None:
        return None
    return _result(declared.type, declared.declarator, is_const(declared.node))


def global_type(found: Global) -> CType | None:
    """Return the type of a variable, a field or a constant."""
    if "type" not in found.cache:
        found.cache["type"] = _global_type(found)
    known = found.cache["type"]
    return known if isinstance(known, CType) else None


def _global_type(found: Global) -> CType | None:
    if found.kind == "constant" or found.type is None:
        return CType("int") if found.kind == "constant" else None
    struct = None
    if found.type.type in syntax.CLASSES and found.type.child_by_field_name("name") is None:
        body = found.type.child_by_field_name("body")
        if body is not None:
            struct = Struct("", "struct", found.type, body, found.file, (), ())
    made = type_of(found.type, found.declarator, struct)
    return replace(made, is_const=True) if made is not None and is_const(found.node) else made


def is_const(node: Node) -> bool:
    """Whether a declaration or a type descriptor says `const` of its type."""
    return any(child.type == syntax.TYPE_QUALIFIER and child.text in _CONST for child in node.children)


_CONST: Final = frozenset((b"const", b"constexpr"))


def _result(type_node: Node | None, declarator: Node, const: bool) -> CType | None:
    found = type_of(type_node, declarator) if type_node is not None else None
    if found is None or not found.is_function:
        return None
    return replace(
        found, is_function=False, pointers=found.result_pointers, result_pointers=0, is_array=False, is_const=const
    )


def _base_type(node: Node, struct: Struct | None, depth: int = 0) -> CType | None:
    kind = node.type
    if depth > _DEEPEST_TYPE:
        return None
    if kind in (syntax.PRIMITIVE_TYPE, syntax.TYPE_IDENTIFIER, syntax.NAMESPACE_IDENTIFIER):
        return CType(syntax.text(node))
    if kind == syntax.SIZED_TYPE:
        return CType(" ".join(syntax.text(node).split()))
    if kind in _KINDS:
        name = node.child_by_field_name("name")
        if name is not None:
            return CType(spelling(name))
        return CType("", struct=struct) if struct is not None else None
    if kind == syntax.TEMPLATE_TYPE:
        return CType(spelling(node), args=template_types(node, depth))
    if kind == syntax.QUALIFIED_IDENTIFIER:
        last: Node | None = node
        while last is not None and last.type == syntax.QUALIFIED_IDENTIFIER:
            last = last.child_by_field_name("name")
        args = template_types(last, depth) if last is not None and last.type == syntax.TEMPLATE_TYPE else ()
        return CType(spelling(node), args=args)
    if kind == syntax.DEPENDENT_NAME or kind == "dependent_type":
        inner = syntax.named(node)
        return _base_type(inner[0], struct, depth + 1) if len(inner) == 1 else None
    return None


_KINDS: Final = syntax.CLASSES | {syntax.ENUM_SPECIFIER}


def template_types(node: Node, depth: int = 0) -> tuple[CType | None, ...]:
    """Return the types among the arguments of a template, None for what is no type."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return ()
    found = syntax.named(arguments)
    return tuple(described_type(one, depth + 1) if one.type == syntax.TYPE_DESCRIPTOR else None for one in found)
