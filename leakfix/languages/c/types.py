"""The types of expressions in a function, as far as its own tree tells; what cannot be resolved is None."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.c import syntax
from leakfix.languages.c.files import Function, Struct, Typedef, spelling
from leakfix.languages.c.kinds import (
    SMART_POINTERS,
    CType,
    aimed_at,
    declared_result,
    described_type,
    global_type,
    is_const,
    result_type,
    template_types,
    type_of,
)
from leakfix.languages.c.scopes import Bindings, Variable
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Global
    from leakfix.languages.c.preprocessor import Macro
    from leakfix.languages.c.world import World

__all__ = [
    "SMART_POINTERS",
    "CType",
    "Callee",
    "Types",
    "declared_result",
    "described_type",
    "global_type",
    "result_type",
    "type_of",
]

CalleeKind: TypeAlias = Literal["function", "method", "macro", "cast", "value"]

_DEEPEST: Final = 40
_INT: Final = frozenset(("int", "long", "short", "char", "unsigned", "signed", "float", "double", "bool", "_Bool"))


@record
class Callee:
    """What a call calls.

    `symbol` is "malloc", "std::make_unique", "Pool::get"; `symbols` are the spellings that models may know it by, the
    most exact one first. `receiver` is the expression before the `.` or `->` of a method; `implicit` says that a
    method is called on `this`. A "cast" is `static_cast<T>` and the like; a "value" a function pointer, or anything
    else that is called.
    """

    kind: CalleeKind
    symbol: str
    symbols: tuple[str, ...]
    function: Function | None = None
    macro: Macro | None = None
    receiver: Node | None = None
    receiver_type: CType | None = None
    declared: Global | None = None
    variable: Variable | None = None
    implicit: bool = False


class Types:
    """Types and callees in one function."""

    def __init__(self, world: World, function: Function) -> None:
        """Take a function; nothing is looked up yet."""
        self.world = world
        self.function = function
        self.file: CFile = function.file
        self.bindings = Bindings.of_function(function)
        self._types: dict[int, CType | None] = {}
        self._callees: dict[int, Callee | None] = {}
        self._variables: dict[Variable, CType | None] = {}
        self._structs: dict[str, Struct | None] = {}
        self._named: dict[str, Callee] = {}
        self._edits = world.edits
        self._busy: set[int] = set()

    @classmethod
    def of_function(cls, world: World, function: Function) -> Types:
        """Return the types of a function, made once."""
        found = function.cache.get("types")
        if not isinstance(found, cls) or found.world is not world:
            found = function.cache["types"] = cls(world, function)
        return found

    def of(self, expression: Node) -> CType | None:
        """Return the type of an expression."""
        key = expression.id
        if key in self._types:
            return self._types[key]
        if key in self._busy or len(self._busy) > _DEEPEST:
            return None
        self._busy.add(key)
        try:
            found = self._types[key] = self._of(expression)
        finally:
            self._busy.discard(key)
        return found

    def variable(self, variable: Variable) -> CType | None:
        """Return the type of a variable as declared; of `auto` that of what it is initialised with."""
        if variable not in self._variables:
            self._variables[variable] = None
            self._variables[variable] = self._declared(variable)
        return self._variables[variable]

    def callee(self, call: Node) -> Callee | None:
        """Return what a call_expression calls; None when it has no name."""
        self._notice()
        key = call.id
        if key not in self._callees:
            self._callees[key] = self._callee(call)
        return self._callees[key]

    def resolved(self, found: CType) -> CType:
        """Follow the typedefs of the tree, as far as they are known."""
        for _ in range(_DEEPEST):
            typedef = self.typedef(found)
            aimed = aimed_at(typedef) if typedef is not None else None
            if aimed is None or aimed == found:
                return found
            followed = replace(
                aimed,
                pointers=aimed.pointers + found.pointers,
                is_array=found.is_array or (aimed.is_array and not found.pointers),
                is_const=aimed.is_const or found.is_const,
                is_reference=found.is_reference or aimed.is_reference,
            )
            if followed == found:
                return found
            found = followed
        return found

    def typedef(self, found: CType) -> Typedef | None:
        """Return the typedef that a type's name is."""
        if found.struct is not None or not found.base or found.base in _INT:
            return None
        return self.world.typedef(found.base, self.file)

    def typedef_of(self, name: str) -> Typedef | None:
        """Return the typedef of a name that the function may see."""
        return self.world.typedef(name, self.file)

    def struct(self, found: CType | None) -> Struct | None:
        """Return the class, struct or union that a type, or what it points to, is."""
        if found is None or found.is_function:
            return None
        if found.struct is not None:
            return found.struct
        self._notice()
        if found.base not in self._structs:
            self._structs[found.base] = self._struct(found)
        return self._structs[found.base]

    def _struct(self, found: CType) -> Struct | None:
        owner = self.function.class_name
        if owner and owner.rpartition("::")[2] == found.base:
            own = self.world.struct(owner, self.file)
            if own is not None:
                return own
        direct = self.world.struct(found.base, self.file)
        if direct is not None:
            return direct
        followed = self.resolved(found)
        if followed.struct is not None:
            return followed.struct
        return self.world.struct(followed.base, self.file) if followed.base != found.base else None

    def member(self, struct: Struct, name: str) -> Global | None:
        """Return a field or declared method of a class, those of its bases too."""
        return self._member(struct, name, 0)

    def method(self, class_name: str, name: str) -> Function | None:
        """Return the definition of a method of a class or, if it has none of that name, of its bases."""
        return self._method(class_name, name, 0)

    def _of(self, node: Node) -> CType | None:
        kind = node.type
        if kind in syntax.IDENTIFIERS:
            return self._of_name(node)
        reader = _READERS.get(kind)
        return reader(self, node) if reader is not None else None

    def _of_name(self, node: Node) -> CType | None:
        variable = self.bindings.variable(node)
        if variable is not None:
            return self.variable(variable)
        if self.bindings.entity(node) is not None:
            return None
        return self._of_global(syntax.text(node))

    def _of_global(self, name: str) -> CType | None:
        if self.function.is_method:
            struct = self.world.struct(self.function.class_name, self.file)
            member = self.member(struct, name) if struct is not None else None
            if member is not None:
                return global_type(member)
        found = self.world.variable(name, self.file)
        return global_type(found) if found is not None and found.kind != "function" else None

    def _of_qualified(self, node: Node) -> CType | None:
        name = spelling(node)
        found = self.world.variable(name, self.file)
        if found is not None:
            return global_type(found)
        head, _, last = name.rpartition("::")
        struct = self.world.struct(head, self.file) if head else None
        member = self.member(struct, last) if struct is not None else None
        return global_type(member) if member is not None and member.kind != "function" else None

    def _of_field(self, node: Node) -> CType | None:
        argument, name = node.child_by_field_name("argument"), node.child_by_field_name("field")
        if argument is None or name is None:
            return None
        struct = self.struct(self._held(argument))
        member = self.member(struct, spelling(name)) if struct is not None else None
        return global_type(member) if member is not None and member.kind != "function" else None

    def _held(self, argument: Node) -> CType | None:
        """The type of what stands before `.` or `->`, smart pointers looked through."""
        found = self.of(argument)
        if found is None:
            return None
        parent = argument.parent
        arrow = parent is not None and syntax.operator(parent) == "->"
        if arrow and not found.is_pointer and len(found.args) >= 1 and found.base in SMART_POINTERS:
            return found.args[0]
        return found

    def _of_call(self, node: Node) -> CType | None:
        callee = self.callee(node)
        if callee is None:
            return None
        if callee.function is not None:
            return result_type(callee.function)
        if callee.declared is not None:
            return declared_result(callee.declared)
        if callee.kind in ("function", "cast"):
            return self._of_known(node, callee)
        if callee.kind == "method" and callee.receiver_type is not None:
            held = callee.receiver_type
            if held.base in SMART_POINTERS and held.args and callee.symbol.endswith(("::get", "::release")):
                return held.args[0].pointer() if held.args[0] is not None else None
        return None

    def _of_known(self, node: Node, callee: Callee) -> CType | None:
        """`std::make_unique<T>()`, `T(...)` of a class, `static_cast<T>(x)`, and `std::move(x)`."""
        called = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if called is None:
            return None
        inner = called.child_by_field_name("name") if called.type == syntax.QUALIFIED_IDENTIFIER else called
        template = inner if inner is not None and inner.type == syntax.TEMPLATE_FUNCTION else None
        given = template_types(template) if template is not None else ()
        if callee.symbol in _CASTS:
            return given[0] if given else None
        if callee.symbol in _MAKERS:
            return CType(_MAKERS[callee.symbol], args=given) if given else None
        if callee.symbol in ("std::move", "std::forward", "move") and arguments is not None:
            first = syntax.named(arguments)
            return self.of(first[0]) if len(first) == 1 else None
        if callee.symbol in SMART_POINTERS:
            return CType(callee.symbol, args=given)
        struct = self.world.struct(callee.symbol, self.file)
        return CType(callee.symbol, args=given) if struct is not None else None

    def _of_cast(self, node: Node) -> CType | None:
        described = node.child_by_field_name("type")
        return described_type(described) if described is not None else None

    def _of_pointer(self, node: Node) -> CType | None:
        argument = node.child_by_field_name("argument")
        found = self.of(argument) if argument is not None else None
        if found is None:
            return None
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type == "&":
            return found.pointer()
        if not found.is_pointer:
            followed = self.resolved(found)
            if followed.is_pointer:
                return followed.pointee
            if found.base in SMART_POINTERS and found.args:
                return found.args[0]
        return found.pointee

    def _of_subscript(self, node: Node) -> CType | None:
        argument = node.child_by_field_name("argument")
        found = self.of(argument) if argument is not None else None
        if found is None:
            return None
        return found.pointee if found.is_pointer else self.resolved(found).pointee

    def _of_new(self, node: Node) -> CType | None:
        type_node = node.child_by_field_name("type")
        found = type_of(type_node, None) if type_node is not None else None
        if found is None:
            return None
        declarator = node.child_by_field_name("declarator")
        while declarator is not None and declarator.type == syntax.ABSTRACT_POINTER_DECLARATOR:
            found = found.pointer()
            declarator = declarator.child_by_field_name("declarator")
        return found.pointer()

    def _of_inner(self, node: Node) -> CType | None:
        inner = syntax.unparen(node)
        return self.of(inner) if inner.id != node.id else None

    def _of_assignment(self, node: Node) -> CType | None:
        left = node.child_by_field_name("left")
        return self.of(left) if left is not None else None

    def _of_argument(self, node: Node) -> CType | None:
        argument = node.child_by_field_name("argument")
        return self.of(argument) if argument is not None else None

    def _of_conditional(self, node: Node) -> CType | None:
        for name in ("consequence", "alternative"):
            branch = node.child_by_field_name(name)
            if branch is not None and branch.type not in (syntax.NULL, syntax.NUMBER_LITERAL):
                found = self.of(branch)
                if found is not None:
                    return found
        return None

    def _of_comma(self, node: Node) -> CType | None:
        right = node.child_by_field_name("right")
        return self.of(right) if right is not None else None

    def _of_binary(self, node: Node) -> CType | None:
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in ("+", "-"):
            left = node.child_by_field_name("left")
            found = self.of(left) if left is not None else None
            if found is not None and found.is_pointer:
                return found
        return None

    def _of_this(self, _node: Node) -> CType | None:
        return CType(self.function.class_name, 1) if self.function.is_method else None

    def _of_number(self, node: Node) -> CType | None:
        return CType("double" if b"." in (node.text or b"") else "int")

    def _of_string(self, _node: Node) -> CType | None:
        return CType("char", 1, is_const=True)

    def _declared(self, variable: Variable) -> CType | None:
        origin = variable.origin
        if variable.others and not self._agree(variable):
            return None
        if variable.kind == "capture":
            return self.of(variable.value) if variable.value is not None else None
        if variable.kind == "binding":
            return None
        type_node = origin.child_by_field_name("type")
        if type_node is None:
            return CType("int") if variable.kind == "param" else None
        if type_node.type in (syntax.PLACEHOLDER_TYPE, "auto") or type_node.text == b"auto":
            return self._of_auto(variable)
        if type_node.type == "decltype":
            return None
        qualified = is_const(origin)
        declarator = variable.declarator.node if variable.declarator is not None else None
        if variable.declarator is not None and variable.declarator.is_function:
            declarator = None  # `T x(a);` makes an object
        found = type_of(type_node, declarator)
        if found is not None and variable.kind == "param" and found.is_array:
            found = replace(found, is_array=False, pointers=found.pointers + 1)
        return replace(found, is_const=True) if found is not None and qualified else found

    def _agree(self, variable: Variable) -> bool:
        """Whether all declarations of a variable, one in each branch of a conditional group, spell the same type."""
        spelled = {_spelled_declaration(variable.declaration), *map(_spelled_declaration, variable.others)}
        return len(spelled) == 1

    def _of_auto(self, variable: Variable) -> CType | None:
        if variable.value is None or variable.value.type in (syntax.INITIALIZER_LIST, syntax.ARGUMENT_LIST):
            inner = syntax.named(variable.value) if variable.value is not None else []
            return self.of(inner[0]) if len(inner) == 1 else None
        found = self.of(variable.value)
        steps = variable.declarator.steps if variable.declarator is not None else ()
        if found is None or (any(step == "*" for step in steps) and not self.resolved(found).is_pointer):
            return None
        return replace(found, is_reference=any(step.startswith("&") for step in steps))

    def _callee(self, call: Node) -> Callee | None:
        called = call.child_by_field_name("function")
        called = syntax.unparen(called) if called is not None else None
        if called is None:
            return None
        kind = called.type
        if kind == syntax.IDENTIFIER:
            variable = self.bindings.variable(called)
            if variable is not None:
                return Callee("value", variable.name, (), variable=variable)
            return self.named(syntax.text(called))
        if kind in (syntax.TEMPLATE_FUNCTION, syntax.QUALIFIED_IDENTIFIER):
            return self.named(spelling(called))
        if kind == syntax.FIELD_EXPRESSION:
            return self._of_method(called)
        if kind == syntax.PRIMITIVE_TYPE:
            return None
        return Callee("value", "", ())

    def named(self, name: str) -> Callee:
        """Return what the call of a name that is no variable of the function calls."""
        self._notice()
        if name not in self._named:
            self._named[name] = self._meant(name)
        return self._named[name]

    def _notice(self) -> None:
        """Forget what other bytes of a file may change."""
        if self._edits != self.world.edits:
            self._edits = self.world.edits
            for known in (self._structs, self._named, self._callees):
                known.clear()

    def _meant(self, name: str) -> Callee:
        is_global = name.startswith("::")
        name = name.removeprefix("::")
        if name in _CASTS:
            return Callee("cast", name, ())
        if self.function.is_method and "::" not in name and not is_global:
            member = self._own_member(name)
            if member is not None:
                return member
        macros = self.world.macros(name, self.file) if "::" not in name else ()
        if macros and not self._is_variant(macros, name):
            macro = macros[0] if len(macros) == 1 else None
            return Callee("macro", name, (name,), macro=macro, function=self._alias(macro))
        function = self.world.function(name, self.file, self.function.namespaces)
        declared = None if function is not None else self.world.variable(name, self.file)
        if declared is not None and declared.kind == "variable":
            return Callee("value", name, (), declared=declared)
        return Callee("function", name, _spellings(name), function=function, declared=declared)

    def _is_variant(self, macros: tuple[Macro, ...], name: str) -> bool:
        """Whether macros stand for a function of the same name on a condition only, as for debugging, or elsewhere."""
        paths = {file.path for file in self.world.defining(name, self.file)}
        if not any(self.world.sees(self.file, macro) for macro in macros):
            if any(self.world.includes(self.file, path) for path in paths):
                function = self.world.function(name, self.file)
                if function is not None and self.world.includes(self.file, function.file.path):
                    return True
            declared = self.world.variable(name, self.file)
            return declared is not None and declared.kind == "function"
        if not all(macro.path in paths for macro in macros):
            return False
        function = self.world.function(name, self.file)
        return function is not None and all(macro.path == function.file.path for macro in macros)

    def _own_member(self, name: str) -> Callee | None:
        """What a name calls that is a member of the function's own class."""
        found = self.method(self.function.class_name, name)
        struct = self.world.struct(self.function.class_name, self.file)
        declared = self.member(struct, name) if struct is not None else None
        if declared is not None and declared.kind == "variable":
            return Callee("value", name, (), declared=declared)
        if found is None and declared is None:
            return None
        owner = found.class_name if found is not None else declared.class_name if declared is not None else ""
        symbol = f"{owner}::{name}"
        return Callee("method", symbol, (symbol,), function=found, declared=declared, implicit=True)

    def _alias(self, macro: Macro | None) -> Function | None:
        """The function that a macro is another name of: `#define sw_free free`."""
        name = macro.body.decode("utf-8", "replace") if macro is not None and macro.params is None else ""
        return self.world.function(name, self.file) if name.isidentifier() else None

    def _of_method(self, called: Node) -> Callee | None:
        receiver, field = called.child_by_field_name("argument"), called.child_by_field_name("field")
        if receiver is None or field is None:
            return None
        name = spelling(field)
        own = self.of(receiver)
        struct = self.struct(self._held(receiver))
        if struct is None:
            held = self._held(receiver)
            symbols = (f"{held.base}::{name}",) if held is not None and held.base else ()
            kind: CalleeKind = "method" if self.file.is_cpp else "value"
            return Callee(kind, symbols[0] if symbols else name, symbols, receiver=receiver, receiver_type=own)
        member = self.member(struct, name)
        if member is not None and member.kind == "variable":
            return Callee("value", name, (), receiver=receiver, receiver_type=own, declared=member)
        owner = member.class_name if member is not None else struct.name
        symbol = f"{owner}::{name}"
        function = self.method(struct.name, name)
        return Callee(
            "method", symbol, (symbol,), function=function, receiver=receiver, receiver_type=own, declared=member
        )

    def _member(self, struct: Struct, name: str, depth: int) -> Global | None:
        found = struct.members.get(name)
        if found is not None or depth > _DEEPEST:
            return found
        for base in struct.bases:
            parent = self.world.struct(base, struct.file)
            found = self._member(parent, name, depth + 1) if parent is not None and parent is not struct else None
            if found is not None:
                return found
        return None

    def _method(self, class_name: str, name: str, depth: int) -> Function | None:
        found = self.world.functions(f"{class_name}::{name}", self.file, self.function.namespaces)
        if found:
            return found[0] if len(found) == 1 else None
        struct = self.world.struct(class_name, self.file)
        for base in struct.bases if struct is not None and depth < _DEEPEST else ():
            inherited = self._method(base, name, depth + 1)
            if inherited is not None:
                return inherited
        return None


_CASTS: Final = frozenset(("static_cast", "reinterpret_cast", "const_cast", "dynamic_cast"))
_MAKERS: Final = {
    "std::make_unique": "std::unique_ptr",
    "make_unique": "std::unique_ptr",
    "std::make_shared": "std::shared_ptr",
    "make_shared": "std::shared_ptr",
}
_READERS: Final = {
    syntax.QUALIFIED_IDENTIFIER: Types._of_qualified,
    syntax.FIELD_EXPRESSION: Types._of_field,
    syntax.CALL_EXPRESSION: Types._of_call,
    syntax.CAST_EXPRESSION: Types._of_cast,
    syntax.COMPOUND_LITERAL: Types._of_cast,
    syntax.POINTER_EXPRESSION: Types._of_pointer,
    syntax.SUBSCRIPT_EXPRESSION: Types._of_subscript,
    syntax.NEW_EXPRESSION: Types._of_new,
    syntax.PARENTHESIZED_EXPRESSION: Types._of_inner,
    syntax.CONDITION_CLAUSE: Types._of_inner,
    syntax.ASSIGNMENT_EXPRESSION: Types._of_assignment,
    syntax.UPDATE_EXPRESSION: Types._of_argument,
    syntax.CONDITIONAL_EXPRESSION: Types._of_conditional,
    syntax.COMMA_EXPRESSION: Types._of_comma,
    syntax.BINARY_EXPRESSION: Types._of_binary,
    syntax.THIS: Types._of_this,
    syntax.NUMBER_LITERAL: Types._of_number,
    syntax.STRING_LITERAL: Types._of_string,
}


def _spellings(name: str) -> tuple[str, ...]:
    """The names under which models may know a function: those of the C library stand in `std` too."""
    return (name, name.removeprefix("std::")) if name.startswith("std::") else (name,)


def _spelled_declaration(identifier: Node) -> str:
    at: Node | None = identifier
    while at is not None and at.type != syntax.DECLARATION:
        at = at.parent
    type_node = at.child_by_field_name("type") if at is not None else None
    parent = identifier.parent
    around = parent.type if parent is not None else ""
    return f"{syntax.text(type_node)} {around}" if type_node is not None else ""
