"""Types of expressions and what calls call, inferred from syntax and declarations; unknown is None, never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax, types
from leakfix.languages.go.callees import Callee
from leakfix.languages.go.calls import Calls
from leakfix.languages.go.entities import Builtin, Entity, FileNames, Foreign, ImportName
from leakfix.languages.go.generics import by_name
from leakfix.languages.go.objects import Function, Object
from leakfix.languages.go.operators import arithmetic, element_type, range_types, with_receiver
from leakfix.languages.go.origins import Origins
from leakfix.languages.go.resolve import Resolver, declared_type, function_signature, int_value, type_parameters
from leakfix.languages.go.scopes import Bindings, Variable, takes_fields
from leakfix.languages.go.shapes import IDENTIFIERS, MISTAKEN, TYPE_NODES, instantiation
from leakfix.languages.go.types import (
    UNTYPED_BOOL,
    UNTYPED_COMPLEX,
    UNTYPED_FLOAT,
    UNTYPED_INT,
    UNTYPED_NIL,
    UNTYPED_RUNE,
    UNTYPED_STRING,
    Array,
    Basic,
    Chan,
    Pointer,
    Signature,
    Slice,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.types import Type
    from leakfix.languages.go.types import Types as TypeTuple

__all__ = ["Callee", "Types", "element_type", "object_type", "range_types"]

_COMPARISONS: Final = frozenset(("==", "!=", "<", "<=", ">", ">="))


class Types:
    """The types of the expressions in one top-level declaration of a file.

    `function` is a Function, any other top-level declaration node, or None for expressions outside of both. Everything
    is inferred on demand and kept. Hostile nesting ends in None.
    """

    def __init__(self, file: File, function: Function | Node | None = None) -> None:
        """Take the file and the declaration; nothing is computed yet."""
        self.file = file
        self._function = function
        self._names = FileNames.of(file)
        self._memo: dict[int, Type | None] = {}
        self._callees: dict[int, Callee | None] = {}
        self._variables: dict[Variable, Type | None] = {}
        self._bindings: Bindings | None = None
        self._calls = Calls(self)
        self.origins = Origins(self)
        self._made: Resolver | None = None
        node = function.node if isinstance(function, Function) else function
        self._scoped = node is not None and (
            node.kind_id in syntax.FUNCTION_KINDS or b"func" in file.data[node.start_byte : node.end_byte]
        )

    @classmethod
    def of_function(cls, function: Function) -> Types:
        """Return the types of a function, made once."""
        found = function.cache.get("types")
        if not isinstance(found, cls):
            found = function.cache["types"] = cls(function.file, function)
        return found

    @classmethod
    def of_declaration(cls, file: File, node: Node) -> Types:
        """Return the types of the top-level declaration that holds a package-level node, made once."""
        top = node
        while (parent := top.parent) is not None and parent.kind_id != syntax.SOURCE_FILE:
            top = parent
        key = f"types:{top.id}"
        found = file.cache.get(key)
        if not isinstance(found, cls):
            found = file.cache[key] = cls(file, top)
        return found

    @property
    def bindings(self) -> Bindings | None:
        """The bindings of the declaration; None when it declares no locals."""
        if self._bindings is None and self._scoped:
            if isinstance(self._function, Function):
                self._bindings = Bindings.of_function(self._function)
            elif self._function is not None:
                self._bindings = Bindings(self._function, self.file)
        return self._bindings

    def of(self, node: Node) -> Type | None:
        """Return the type of an expression, of a type expression the type itself; None when unknown.

        Constants keep their untyped kinds (`types.default_type`); a call gives a Tuple for no or several results; an
        expression that may be used with comma-ok gives its first value's type.
        """
        try:
            return self.expression(node)
        except RecursionError:
            return None

    def callee(self, call: Node) -> Callee | None:
        """Return what a call_expression (or what the grammar took for a conversion) calls; None when unknown."""
        try:
            return self._callee(call)
        except RecursionError:
            return None

    def signature(self, node: Node) -> Signature | None:
        """Return the signature of a function declaration or literal."""
        return self.resolver.signature(node)

    def variable(self, variable: Variable) -> Type | None:
        """Return the type of a variable; that of a type switch has the operand's type here, `of` a use is finer."""
        try:
            return self._variable(variable)
        except RecursionError:
            return None

    def object(self, declared: Object) -> Type | None:
        """Return the type of a package-level object; for a type, the type itself."""
        try:
            return object_type(declared)
        except RecursionError:
            return None

    @property
    def resolver(self) -> Resolver:
        """What resolves type expressions here."""
        if self._made is None:
            function = self._function
            env = type_parameters(self.file, function.node) if isinstance(function, Function) else None
            self._made = Resolver(self.file, env, self.bindings)
        return self._made

    def expression(self, node: Node) -> Type | None:
        """Return the type of an expression as `of` does, nesting not guarded: for the parts of the inference."""
        key = node.id
        memo = self._memo
        if key in memo:
            return memo[key]
        handler = _HANDLERS.get(node.kind_id)
        if handler is None:
            return None
        memo[key] = None
        found = memo[key] = handler(self, node)
        return found

    def entity(self, node: Node) -> Entity:
        """Return what an identifier or `package.Name` means; None for every other expression."""
        number = node.kind_id
        if number in IDENTIFIERS:
            bindings = self.bindings
            local = bindings.entity(node) if bindings is not None else None
            return local if local is not None else self._names.lookup(node.text or b"")
        if number == syntax.SELECTOR_EXPRESSION:
            operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
        elif number == syntax.QUALIFIED_TYPE:
            operand, name = node.child_by_field_id(syntax.F_PACKAGE), node.child_by_field_id(syntax.F_NAME)
        else:
            return None
        if operand is None or name is None or operand.kind_id not in IDENTIFIERS:
            return None
        found = self.entity(operand)
        return self._names.member(found.path, name.text or b"") if isinstance(found, ImportName) else None

    def denoted(self, node: Node) -> Type | None:
        """Return the type that a node denotes; None when it denotes a value or nothing known."""
        number = node.kind_id
        if number == syntax.IDENTIFIER or number == syntax.SELECTOR_EXPRESSION:
            return self.entity_type(self.entity(node))
        if number == syntax.TYPE_IDENTIFIER:
            entity = self.entity(node)
            is_value = isinstance(entity, ImportName) or (isinstance(entity, Variable) and entity.is_variable)
            return None if is_value else self.resolver.type(node)
        if number == syntax.QUALIFIED_TYPE:
            package = node.child_by_field_id(syntax.F_PACKAGE)
            known = package is not None and isinstance(self.entity(package), ImportName)
            return self.resolver.type(node) if known else None
        if number in (syntax.PARENTHESIZED_EXPRESSION, syntax.PARENTHESIZED_TYPE):
            inner = syntax.operands(node)
            return self.denoted(inner[0]) if inner else None
        if number == syntax.UNARY_EXPRESSION and syntax.operator(node) == "*":
            operand = node.child_by_field_id(syntax.F_OPERAND)
            element = self.denoted(operand) if operand is not None else None
            return Pointer(element) if element is not None else None
        if number in (syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION, syntax.GENERIC_TYPE):
            base, arguments = instantiation(node)
            return self.instantiated(base, arguments) if base is not None else None
        return self.resolver.type(node) if number in TYPE_NODES else None

    def entity_type(self, entity: Entity, args: TypeTuple = ()) -> Type | None:
        """Return the type that a type's name with these type arguments stands for; None for other entities."""
        if isinstance(entity, Variable):
            return None if entity.is_variable else self.resolver.local_type(entity, args)
        if isinstance(entity, Object):
            return declared_type(entity, args) if entity.kind == "type" else None
        if entity is None or isinstance(entity, (ImportName, Builtin, Foreign)):
            return None
        return entity

    def instantiated(self, base: Node, arguments: list[Node]) -> Type | None:
        """Return the type `base[arguments]`; None when base denotes no type."""
        entity = self.entity(base)
        if not isinstance(entity, (Variable, Object)) or self.entity_type(entity) is None:
            return None
        return self.entity_type(entity, tuple(map(self.denoted, arguments)))

    def identifier(self, node: Node) -> Type | None:
        """Return the type of a name, whatever the grammar took it for."""
        entity = self.entity(node)
        if isinstance(entity, Variable):
            return self.local(node, entity)
        bindings = self.bindings
        if bindings is not None and bindings.is_key(node) and takes_fields(node, self.file):
            return None
        if isinstance(entity, Object):
            return object_type(entity)
        return self.entity_type(entity)

    def local(self, node: Node, entity: Variable) -> Type | None:
        """Return the type of a use of what the declaration itself declares."""
        if entity.kind == "const":
            return self._variable(entity)
        if not entity.is_variable:
            return self.resolver.local_type(entity)
        bindings = self.bindings
        clause = bindings.clause(node) if bindings is not None else None
        if clause is not None and clause.kind_id == syntax.TYPE_CASE:
            cases = syntax.field_children(clause, syntax.F_TYPE)
            if len(cases) == 1 and cases[0].text != b"nil":
                return self.resolver.type(cases[0])
        return self._variable(entity)

    def _variable(self, variable: Variable) -> Type | None:
        known = self._variables
        if variable in known:
            return known[variable]
        known[variable] = None
        found = known[variable] = self.origins.variable(variable)
        return found

    def _callee(self, call: Node) -> Callee | None:
        key = call.id
        if key not in self._callees:
            self._callees[key] = None
            self._callees[key] = self._calls.callee(call)
        return self._callees[key]

    def _call(self, call: Node) -> Type | None:
        callee = self._callee(call)
        if callee is None:
            return None
        if callee.kind == "builtin" and callee.signature is None:
            return self._calls.builtin(callee.name, call)
        return callee.signature.result if callee.signature is not None else None

    def _converted(self, node: Node) -> Type | None:
        written = node.child_by_field_id(syntax.F_TYPE)
        found = self._call(node)
        if written is None or written.kind_id not in MISTAKEN:
            return found
        core = types.core(found)
        return core.element if isinstance(core, (Pointer, Chan)) else None

    def _selector(self, node: Node) -> Type | None:
        entity = self.entity(node)
        if isinstance(entity, Object):
            return object_type(entity)
        if entity is not None:
            return None if isinstance(entity, (Foreign, Variable)) else self.entity_type(entity)
        operand, field = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
        if operand is None or field is None:
            return None
        name = syntax.text(field)
        denoted = self.denoted(operand)
        if denoted is not None:
            found = types.selection(denoted, name)
            return with_receiver(found.type, denoted) if found is not None and found.kind == "method" else None
        return self._selected(self.expression(operand), name)

    def _selected(self, operand: Type | None, name: str) -> Type | None:
        found = types.selection(operand, name)
        return found.type if found is not None else None

    def _index(self, node: Node) -> Type | None:
        base, arguments = instantiation(node)
        if base is None:
            return None
        entity = self.entity(base)
        if isinstance(entity, Object) and entity.kind == "func":
            signature = function_signature(entity)
            given = tuple(map(self.denoted, arguments))
            return (
                signature.instantiate(by_name(signature, given)) if len(given) == len(signature.type_params) else None
            )
        denoted = self.instantiated(base, arguments)
        return denoted if denoted is not None else element_type(self.expression(base))

    def _sliced(self, node: Node) -> Type | None:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        found = self.expression(operand) if operand is not None else None
        core = types.core(found)
        if isinstance(core, Pointer):
            core = types.core(core.element)
        if isinstance(core, Array):
            return Slice(core.element)
        if isinstance(core, Basic):
            return types.default_type(found)
        return found if isinstance(core, Slice) else None

    def _asserted(self, node: Node) -> Type | None:
        return self.resolver.type(node.child_by_field_id(syntax.F_TYPE))

    def _parenthesized(self, node: Node) -> Type | None:
        inner = syntax.operands(node)
        return self.expression(inner[0]) if inner else None

    def _unary(self, node: Node) -> Type | None:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is None:
            return None
        sign = syntax.operator(node)
        if sign == "*":
            denoted = self.denoted(operand)
            if denoted is not None:
                return Pointer(denoted)
            core = types.core(self.expression(operand))
            return core.element if isinstance(core, Pointer) else None
        found = self.expression(operand)
        if sign == "&":
            # A constant has no address: a variable called `false` stands here.
            untyped = isinstance(found, Basic) and found.untyped
            return Pointer(found) if found is not None and not untyped else None
        if sign == "<-":
            core = types.core(found)
            return core.element if isinstance(core, Chan) else None
        return found

    def _binary(self, node: Node) -> Type | None:
        """Fold a chain of operators from its leftmost operand, so that long sums do not recurse."""
        chain: list[Node] = []
        current: Node | None = node
        while current is not None and current.kind_id == syntax.BINARY_EXPRESSION:
            chain.append(current)
            current = current.child_by_field_id(syntax.F_LEFT)
        found = self.expression(current) if current is not None else None
        for part in reversed(chain):
            sign = syntax.operator(part)
            right = part.child_by_field_id(syntax.F_RIGHT)
            if sign in _COMPARISONS:
                found = UNTYPED_BOOL
            elif sign in ("<<", ">>"):
                found = UNTYPED_INT if found == UNTYPED_FLOAT else found
            else:
                found = arithmetic(found, self.expression(right) if right is not None else None)
            self._memo[part.id] = found
        return found

    def _composite(self, node: Node) -> Type | None:
        written = node.child_by_field_id(syntax.F_TYPE)
        if written is not None and written.kind_id == syntax.IMPLICIT_LENGTH_ARRAY_TYPE:
            element = self.resolver.type(written.child_by_field_id(syntax.F_ELEMENT))
            return Array(self._literal_length(node), element)
        return self.resolver.type(written)

    def _literal_length(self, node: Node) -> int | None:
        body = node.child_by_field_id(syntax.F_BODY)
        index = longest = 0
        for element in syntax.operands(body) if body is not None else ():
            if element.kind_id == syntax.KEYED_ELEMENT:
                key = element.child_by_field_id(syntax.F_KEY)
                written = syntax.operands(key) if key is not None else []
                value = int_value(written[0], self.resolver) if written else None
                if value is None:
                    return None
                index = value
            index += 1
            longest = max(longest, index)
        return longest

    def _closure(self, node: Node) -> Type | None:
        return self.resolver.signature(node)

    def _type(self, node: Node) -> Type | None:
        return self.resolver.type(node)

    def _type_or_value(self, node: Node) -> Type | None:
        """Return the type of a name that the grammar took for a type: of `handlers` and `i` in `handlers[i](x)` too."""
        denoted = self.denoted(node)
        if denoted is not None:
            return denoted
        if node.kind_id == syntax.TYPE_IDENTIFIER:
            return self.identifier(node)
        entity = self.entity(node)
        if isinstance(entity, Object):
            return object_type(entity)
        operand, name = node.child_by_field_id(syntax.F_PACKAGE), node.child_by_field_id(syntax.F_NAME)
        if operand is None or name is None or entity is not None:
            return None
        return self._selected(self.identifier(operand), syntax.text(name))

    def _element_value(self, node: Node) -> Type | None:
        inner = syntax.operands(node)
        return self.expression(inner[0]) if inner else None


_HANDLERS: Final[dict[int, Callable[[Types, Node], Type | None]]] = {
    syntax.IDENTIFIER: Types.identifier,
    syntax.SELECTOR_EXPRESSION: Types._selector,
    syntax.CALL_EXPRESSION: Types._call,
    syntax.TYPE_CONVERSION_EXPRESSION: Types._converted,
    syntax.INDEX_EXPRESSION: Types._index,
    syntax.TYPE_INSTANTIATION_EXPRESSION: Types._index,
    syntax.SLICE_EXPRESSION: Types._sliced,
    syntax.TYPE_ASSERTION_EXPRESSION: Types._asserted,
    syntax.PARENTHESIZED_EXPRESSION: Types._parenthesized,
    syntax.UNARY_EXPRESSION: Types._unary,
    syntax.BINARY_EXPRESSION: Types._binary,
    syntax.COMPOSITE_LITERAL: Types._composite,
    syntax.FUNC_LITERAL: Types._closure,
    syntax.LITERAL_ELEMENT: Types._element_value,
    syntax.INT_LITERAL: lambda _, __: UNTYPED_INT,
    syntax.FLOAT_LITERAL: lambda _, __: UNTYPED_FLOAT,
    syntax.IMAGINARY_LITERAL: lambda _, __: UNTYPED_COMPLEX,
    syntax.RUNE_LITERAL: lambda _, __: UNTYPED_RUNE,
    syntax.INTERPRETED_STRING_LITERAL: lambda _, __: UNTYPED_STRING,
    syntax.RAW_STRING_LITERAL: lambda _, __: UNTYPED_STRING,
    syntax.TRUE: lambda _, __: UNTYPED_BOOL,
    syntax.FALSE: lambda _, __: UNTYPED_BOOL,
    syntax.NIL: lambda _, __: UNTYPED_NIL,
    syntax.IOTA: lambda _, __: UNTYPED_INT,
    **dict.fromkeys(TYPE_NODES, Types._type),
    syntax.TYPE_IDENTIFIER: Types._type_or_value,
    syntax.QUALIFIED_TYPE: Types._type_or_value,
    syntax.GENERIC_TYPE: Types._index,
}


def object_type(declared: Object) -> Type | None:
    """Return the type of a package-level object; for a type, the type itself. Guarded against initialisation cycles."""
    if declared.kind == "type":
        return declared_type(declared)
    if declared.kind == "func":
        return function_signature(declared)
    if declared.cache is None:
        declared.cache = _PENDING
        declared.cache = (_value_type(declared),)
    cached = declared.cache
    if not isinstance(cached, tuple):
        return None
    found: Type | None = cached[0]
    return found


_PENDING: Final = object()


def _value_type(declared: Object) -> Type | None:
    spec = declared.values
    if spec is None:
        return None
    written = spec.child_by_field_id(syntax.F_TYPE)
    if written is not None:
        return Resolver(declared.file).type(written)
    owner = Types.of_declaration(declared.file, spec).origins
    if declared.kind == "const":
        return owner.constant(spec, declared.index)
    values = spec.child_by_field_id(syntax.F_VALUE)
    return owner.value(values, declared.index) if values is not None else None
