"""Types of expressions and what calls call, inferred from syntax and declarations; unknown is None, never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax, types
from leakfix.languages.go.callees import Callee, conversion, selection_callee
from leakfix.languages.go.entities import WITHOUT_RESULT, Builtin, Entity, FileNames, Foreign, ImportName
from leakfix.languages.go.generics import infer
from leakfix.languages.go.objects import Function, Object
from leakfix.languages.go.operators import arithmetic, complex_builtin, element_type, range_types
from leakfix.languages.go.resolve import Resolver, declared_type, function_signature, int_value, type_parameters
from leakfix.languages.go.scopes import Bindings, Variable, takes_fields
from leakfix.languages.go.types import (
    BOOL,
    INT,
    NOTHING,
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
    Named,
    Pointer,
    Signature,
    Slice,
    Tuple,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.types import Type
    from leakfix.languages.go.types import Types as TypeTuple

__all__ = ["Callee", "Types", "element_type", "object_type", "range_types"]

_COMPARISONS: Final = frozenset(("==", "!=", "<", "<=", ">", ">="))
_TYPE_NODES: Final = frozenset(
    (
        syntax.ARRAY_TYPE,
        syntax.SLICE_TYPE,
        syntax.MAP_TYPE,
        syntax.CHANNEL_TYPE,
        syntax.FUNCTION_TYPE,
        syntax.STRUCT_TYPE,
        syntax.INTERFACE_TYPE,
        syntax.POINTER_TYPE,
        syntax.GENERIC_TYPE,
        syntax.QUALIFIED_TYPE,
        syntax.TYPE_IDENTIFIER,
        syntax.PARENTHESIZED_TYPE,
    )
)


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
        self._resolver_made: Resolver | None = None
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
            return self._of(node)
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
        return self._resolver.signature(node)

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
    def _resolver(self) -> Resolver:
        if self._resolver_made is None:
            function = self._function
            env = type_parameters(self.file, function.node) if isinstance(function, Function) else None
            self._resolver_made = Resolver(self.file, env, self.bindings)
        return self._resolver_made

    def _of(self, node: Node) -> Type | None:
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

    def _entity(self, node: Node) -> Entity:
        """Return what an identifier or `package.Name` means; None for every other expression."""
        number = node.kind_id
        if number in _IDENTIFIERS:
            if self._scoped:
                bindings = self.bindings
                local = bindings.entity(node) if bindings is not None else None
                if local is not None:
                    return local
            return self._names.lookup(node.text or b"")
        if number == syntax.SELECTOR_EXPRESSION:
            operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
        elif number == syntax.QUALIFIED_TYPE:
            operand, name = node.child_by_field_id(syntax.F_PACKAGE), node.child_by_field_id(syntax.F_NAME)
        else:
            return None
        if operand is None or name is None or operand.kind_id not in _IDENTIFIERS:
            return None
        found = self._entity(operand)
        return self._names.member(found.path, name.text or b"") if isinstance(found, ImportName) else None

    def _as_type(self, node: Node) -> Type | None:
        """Return the type that a node denotes; None when it denotes a value or nothing known."""
        number = node.kind_id
        if number == syntax.IDENTIFIER or number == syntax.SELECTOR_EXPRESSION:
            return self._entity_type(self._entity(node))
        if number == syntax.TYPE_IDENTIFIER:
            entity = self._entity(node)
            is_value = isinstance(entity, ImportName) or (isinstance(entity, Variable) and entity.is_variable)
            return None if is_value else self._resolver.type(node)
        if number == syntax.QUALIFIED_TYPE:
            package = node.child_by_field_id(syntax.F_PACKAGE)
            known = package is not None and isinstance(self._entity(package), ImportName)
            return self._resolver.type(node) if known else None
        if number in (syntax.PARENTHESIZED_EXPRESSION, syntax.PARENTHESIZED_TYPE):
            inner = syntax.operands(node)
            return self._as_type(inner[0]) if inner else None
        if number == syntax.UNARY_EXPRESSION and syntax.operator(node) == "*":
            operand = node.child_by_field_id(syntax.F_OPERAND)
            element = self._as_type(operand) if operand is not None else None
            return Pointer(element) if element is not None else None
        if number in (syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION, syntax.GENERIC_TYPE):
            base, arguments = _instantiation(node)
            return self._instantiated_type(base, arguments) if base is not None else None
        return self._resolver.type(node) if number in _TYPE_NODES else None

    def _entity_type(self, entity: Entity, args: TypeTuple = ()) -> Type | None:
        if isinstance(entity, Variable):
            return None if entity.is_variable else self._resolver.local_type(entity, args)
        if isinstance(entity, Object):
            return declared_type(entity, args) if entity.kind == "type" else None
        if entity is None or isinstance(entity, (ImportName, Builtin, Foreign)):
            return None
        return entity

    def _instantiated_type(self, base: Node, arguments: list[Node]) -> Type | None:
        entity = self._entity(base)
        if not isinstance(entity, (Variable, Object)) or self._entity_type(entity) is None:
            return None
        return self._entity_type(entity, tuple(map(self._as_type, arguments)))

    def _identifier(self, node: Node) -> Type | None:
        entity = self._entity(node)
        if isinstance(entity, Variable):
            return self._local(node, entity)
        bindings = self.bindings
        if bindings is not None and bindings.is_key(node) and takes_fields(node, self.file):
            return None
        if isinstance(entity, Object):
            return object_type(entity)
        return self._entity_type(entity)

    def _local(self, node: Node, entity: Variable) -> Type | None:
        if entity.kind == "const":
            return self._variable(entity)
        if not entity.is_variable:
            return self._resolver.local_type(entity)
        bindings = self.bindings
        clause = bindings.clause(node) if bindings is not None else None
        if clause is not None and clause.kind_id == syntax.TYPE_CASE:
            cases = syntax.field_children(clause, syntax.F_TYPE)
            if len(cases) == 1 and cases[0].text != b"nil":
                return self._resolver.type(cases[0])
        return self._variable(entity)

    def _variable(self, variable: Variable) -> Type | None:
        known = self._variables
        if variable in known:
            return known[variable]
        known[variable] = None
        handler = _ORIGINS.get(variable.origin.kind_id)
        found = handler(self, variable) if handler is not None else None
        known[variable] = found
        return found

    def _parameter(self, variable: Variable) -> Type | None:
        return self._resolver.parameter(variable.origin)

    def _declared(self, variable: Variable) -> Type | None:
        written = variable.origin.child_by_field_id(syntax.F_TYPE)
        if written is not None:
            return self._resolver.type(written)
        values = variable.origin.child_by_field_id(syntax.F_VALUE)
        return self.value(values, variable.position) if values is not None else None

    def _short(self, variable: Variable) -> Type | None:
        right = variable.origin.child_by_field_id(syntax.F_RIGHT)
        return self.value(right, variable.position) if right is not None else None

    def _received(self, variable: Variable) -> Type | None:
        right = variable.origin.child_by_field_id(syntax.F_RIGHT)
        if variable.position == 1:
            return BOOL
        return types.default_type(self._of(right)) if right is not None else None

    def _switched(self, variable: Variable) -> Type | None:
        operand = variable.origin.child_by_field_id(syntax.F_VALUE)
        return types.default_type(self._of(operand)) if operand is not None else None

    def _constant(self, variable: Variable) -> Type | None:
        from leakfix.languages.go.packages import const_specs

        declaration = variable.origin.parent
        for spec, values in const_specs(declaration) if declaration is not None else ():
            if spec.id == variable.origin.id:
                return self.constant(values, variable.position)
        return None

    def constant(self, values: Node, position: int) -> Type | None:
        """Return the type of a constant from the spec that gives its type and values."""
        written = values.child_by_field_id(syntax.F_TYPE)
        if written is not None:
            return self._resolver.type(written)
        value = values.child_by_field_id(syntax.F_VALUE)
        expressions = syntax.operands(value) if value is not None else []
        return self._of(expressions[position]) if position < len(expressions) else None

    def value(self, values: Node, position: int) -> Type | None:
        """Return the type that a variable takes from the expression list on the right of its `:=` or `=`."""
        expressions = syntax.operands(values)
        if len(expressions) > 1:
            return types.default_type(self._of(expressions[position])) if position < len(expressions) else None
        found = self._of(expressions[0]) if expressions else None
        if isinstance(found, Tuple):
            return found.types[position] if position < len(found.types) else None
        if position == 0:
            return types.default_type(found)
        commas = position == 1 and expressions and syntax.unparen(expressions[0]).kind_id in _COMMA_OK
        return BOOL if commas else None

    def _ranged(self, variable: Variable) -> Type | None:
        right = variable.origin.child_by_field_id(syntax.F_RIGHT)
        if right is None:
            return None
        ranged = self._of(right)
        return range_types(ranged)[variable.position] if variable.position < 2 else None

    def _callee(self, call: Node) -> Callee | None:
        key = call.id
        if key not in self._callees:
            self._callees[key] = None
            self._callees[key] = self._find_callee(call)
        return self._callees[key]

    def _find_callee(self, call: Node) -> Callee | None:
        if call.kind_id == syntax.TYPE_CONVERSION_EXPRESSION:
            function = call.child_by_field_id(syntax.F_TYPE)
            if function is not None and function.kind_id != syntax.GENERIC_TYPE:
                target = self._resolver.type(function)
                # The grammar takes `*(T)(x)` for a conversion to *(T): it is a conversion to T, dereferenced.
                mistaken = isinstance(target, Pointer) and function.kind_id in _MISTAKEN
                return conversion(target.element if isinstance(target, Pointer) and mistaken else target)
        else:
            function = call.child_by_field_id(syntax.F_FUNCTION)
        if function is None:
            return None
        function = syntax.unparen(function)
        base, arguments = _instantiation(function)
        listed = call.child_by_field_id(syntax.F_TYPE_ARGUMENTS)
        if listed is not None:
            base, arguments = function, _elements(listed)
        found = self._plain_callee(function) if base is None else self._instantiated_callee(base, arguments)
        if found is not None and found.signature is not None and found.signature.type_params:
            signature = self._instantiate(call, found.signature, arguments)
            return Callee(found.kind, found.package, found.receiver, found.name, found.symbol, found.object, signature)
        return found

    def _instantiated_callee(self, base: Node, arguments: list[Node]) -> Callee | None:
        """Return the callee of `f[...](...)`: a generic function, a conversion, or an element of a map or slice."""
        found = self._plain_callee(base)
        if found is not None and found.kind == "conversion":
            return conversion(self._instantiated_type(base, arguments))
        if found is not None and found.kind == "func":
            return found
        element = element_type(self._of(base))
        core = types.core(element)
        return Callee("value", "", "", "", "", None, core) if isinstance(core, Signature) else None

    def _plain_callee(self, function: Node) -> Callee | None:
        entity = self._entity(function)
        if isinstance(entity, Object):
            return self._object_callee(entity)
        if isinstance(entity, Builtin):
            return Callee("builtin", "", "", entity.name, entity.name)
        if isinstance(entity, Foreign):
            return Callee("func", entity.path, "", entity.name, f"{entity.path}.{entity.name}")
        if isinstance(entity, Variable) and entity.is_variable:
            core = types.core(self._local(function, entity))
            return Callee("value", "", "", entity.name, "", None, core if isinstance(core, Signature) else None)
        if entity is not None and not isinstance(entity, ImportName):
            return conversion(self._entity_type(entity))
        if function.kind_id in (syntax.SELECTOR_EXPRESSION, syntax.QUALIFIED_TYPE):
            return self._member_callee(function)
        denoted = self._as_type(function)
        if denoted is not None:
            return conversion(denoted)
        core = types.core(self._of(function))
        return Callee("value", "", "", "", "", None, core) if isinstance(core, Signature) else None

    def _object_callee(self, declared: Object) -> Callee | None:
        if declared.kind == "type":
            return conversion(declared_type(declared))
        path, name = declared.package.key, declared.name
        if declared.kind == "func":
            if path == "unsafe":
                return Callee("builtin", path, "", name, declared.symbol, None, function_signature(declared))
            return Callee("func", path, "", name, declared.symbol, declared, function_signature(declared))
        core = types.core(object_type(declared))
        if not isinstance(core, Signature):
            return Callee("value", path, "", name, declared.symbol)
        return Callee("value", path, "", name, declared.symbol, None, core)

    def _member_callee(self, function: Node) -> Callee | None:
        qualified = function.kind_id == syntax.QUALIFIED_TYPE
        operand = function.child_by_field_id(syntax.F_PACKAGE if qualified else syntax.F_OPERAND)
        field = function.child_by_field_id(syntax.F_NAME if qualified else syntax.F_FIELD)
        if operand is None or field is None:
            return None
        name = syntax.text(field)
        denoted = self._as_type(operand)
        receiver = denoted if denoted is not None else self._of_name(operand)
        found = types.selection(receiver, name)
        if found is None:
            named = types.deref(receiver)
            if isinstance(named, Named) and named.declaration is None:
                return Callee("method", named.package, named.name, name, f"{named.package}.{named.name}.{name}")
            return None
        if denoted is not None and found.kind == "method":
            return selection_callee(found, _with_receiver(found.type, denoted))
        return selection_callee(found, found.type)

    def _of_name(self, node: Node) -> Type | None:
        return self._identifier(node) if node.kind_id == syntax.PACKAGE_IDENTIFIER else self._of(node)

    def _instantiate(self, call: Node, signature: Signature, explicit: list[Node]) -> Signature:
        given = tuple(map(self._as_type, explicit))
        if len(given) == len(signature.type_params):
            return signature.instantiate(_by_name(signature, given))
        if call.kind_id == syntax.TYPE_CONVERSION_EXPRESSION:
            operand = call.child_by_field_id(syntax.F_OPERAND)
            arguments = [operand] if operand is not None else []
        else:
            listed = call.child_by_field_id(syntax.F_ARGUMENTS)
            arguments = syntax.operands(listed) if listed is not None else []
        spread = bool(arguments) and arguments[-1].kind_id == syntax.VARIADIC_ARGUMENT
        actual: TypeTuple = tuple(map(self._argument, arguments))
        if len(actual) == 1 and isinstance(actual[0], Tuple):
            actual = actual[0].types
        return signature.instantiate(infer(signature, actual, given, spread))

    def _argument(self, node: Node) -> Type | None:
        if node.kind_id == syntax.VARIADIC_ARGUMENT:
            inner = syntax.operands(node)
            return self._of(inner[0]) if inner else None
        return self._of(node)

    def _call(self, call: Node) -> Type | None:
        callee = self._callee(call)
        if callee is None:
            return None
        if callee.kind == "builtin" and callee.signature is None:
            return self._builtin(callee.name, call)
        return callee.signature.result if callee.signature is not None else None

    def _builtin(self, name: str, call: Node) -> Type | None:
        listed = call.child_by_field_id(syntax.F_ARGUMENTS)
        arguments = syntax.operands(listed) if listed is not None else []
        if name in WITHOUT_RESULT:
            return NOTHING
        if name in ("len", "cap", "copy"):
            return INT
        if name == "recover":
            return types.ANY
        if not arguments:
            return None
        first = arguments[0]
        if name == "make":
            return self._as_type(first)
        if name == "new":
            denoted = self._as_type(first)
            if denoted is None:
                denoted = BOOL if first.text in (b"true", b"false") else types.default_type(self._of(first))
            return Pointer(denoted) if denoted is not None else None
        if name in ("min", "max"):
            found = self._of(first)
            for other in arguments[1:]:
                found = arithmetic(found, self._of(other))
            return found
        if name == "append":
            found = self._argument(first)
            return None if found == UNTYPED_NIL else found
        return complex_builtin(name, self._of(first), self._of(arguments[-1]))

    def _converted(self, node: Node) -> Type | None:
        written = node.child_by_field_id(syntax.F_TYPE)
        found = self._call(node)
        if written is None or written.kind_id not in _MISTAKEN:
            return found
        core = types.core(found)
        return core.element if isinstance(core, (Pointer, Chan)) else None

    def _selector(self, node: Node) -> Type | None:
        entity = self._entity(node)
        if isinstance(entity, Object):
            return object_type(entity)
        if entity is not None:
            return None if isinstance(entity, (Foreign, Variable)) else self._entity_type(entity)
        operand, field = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
        if operand is None or field is None:
            return None
        name = syntax.text(field)
        denoted = self._as_type(operand)
        if denoted is not None:
            found = types.selection(denoted, name)
            return _with_receiver(found.type, denoted) if found is not None and found.kind == "method" else None
        return self._selected(self._of(operand), name)

    def _selected(self, operand: Type | None, name: str) -> Type | None:
        found = types.selection(operand, name)
        return found.type if found is not None else None

    def _index(self, node: Node) -> Type | None:
        base, arguments = _instantiation(node)
        if base is None:
            return None
        entity = self._entity(base)
        if isinstance(entity, Object) and entity.kind == "func":
            signature = function_signature(entity)
            given = tuple(map(self._as_type, arguments))
            return (
                signature.instantiate(_by_name(signature, given)) if len(given) == len(signature.type_params) else None
            )
        denoted = self._instantiated_type(base, arguments)
        return denoted if denoted is not None else element_type(self._of(base))

    def _sliced(self, node: Node) -> Type | None:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        found = self._of(operand) if operand is not None else None
        core = types.core(found)
        if isinstance(core, Pointer):
            core = types.core(core.element)
        if isinstance(core, Array):
            return Slice(core.element)
        if isinstance(core, Basic):
            return types.default_type(found)
        return found if isinstance(core, Slice) else None

    def _asserted(self, node: Node) -> Type | None:
        return self._resolver.type(node.child_by_field_id(syntax.F_TYPE))

    def _parenthesized(self, node: Node) -> Type | None:
        inner = syntax.operands(node)
        return self._of(inner[0]) if inner else None

    def _unary(self, node: Node) -> Type | None:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is None:
            return None
        sign = syntax.operator(node)
        if sign == "*":
            denoted = self._as_type(operand)
            if denoted is not None:
                return Pointer(denoted)
            core = types.core(self._of(operand))
            return core.element if isinstance(core, Pointer) else None
        found = self._of(operand)
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
        found = self._of(current) if current is not None else None
        for part in reversed(chain):
            sign = syntax.operator(part)
            right = part.child_by_field_id(syntax.F_RIGHT)
            if sign in _COMPARISONS:
                found = UNTYPED_BOOL
            elif sign in ("<<", ">>"):
                found = UNTYPED_INT if found == UNTYPED_FLOAT else found
            else:
                found = arithmetic(found, self._of(right) if right is not None else None)
            self._memo[part.id] = found
        return found

    def _composite(self, node: Node) -> Type | None:
        written = node.child_by_field_id(syntax.F_TYPE)
        if written is not None and written.kind_id == syntax.IMPLICIT_LENGTH_ARRAY_TYPE:
            element = self._resolver.type(written.child_by_field_id(syntax.F_ELEMENT))
            return Array(self._literal_length(node), element)
        return self._resolver.type(written)

    def _literal_length(self, node: Node) -> int | None:
        body = node.child_by_field_id(syntax.F_BODY)
        index = longest = 0
        for element in syntax.operands(body) if body is not None else ():
            if element.kind_id == syntax.KEYED_ELEMENT:
                key = element.child_by_field_id(syntax.F_KEY)
                written = syntax.operands(key) if key is not None else []
                value = int_value(written[0], self._resolver) if written else None
                if value is None:
                    return None
                index = value
            index += 1
            longest = max(longest, index)
        return longest

    def _closure(self, node: Node) -> Type | None:
        return self._resolver.signature(node)

    def _type(self, node: Node) -> Type | None:
        return self._resolver.type(node)

    def _type_or_value(self, node: Node) -> Type | None:
        """Return the type of a name that the grammar took for a type: of `handlers` and `i` in `handlers[i](x)` too."""
        denoted = self._as_type(node)
        if denoted is not None:
            return denoted
        if node.kind_id == syntax.TYPE_IDENTIFIER:
            return self._identifier(node)
        entity = self._entity(node)
        if isinstance(entity, Object):
            return object_type(entity)
        operand, name = node.child_by_field_id(syntax.F_PACKAGE), node.child_by_field_id(syntax.F_NAME)
        if operand is None or name is None or entity is not None:
            return None
        return self._selected(self._identifier(operand), syntax.text(name))

    def _element_value(self, node: Node) -> Type | None:
        inner = syntax.operands(node)
        return self._of(inner[0]) if inner else None


_IDENTIFIERS: Final = frozenset((syntax.IDENTIFIER, syntax.TYPE_IDENTIFIER, syntax.PACKAGE_IDENTIFIER))
_MISTAKEN: Final = frozenset((syntax.POINTER_TYPE,))
_COMMA_OK: Final = frozenset((syntax.INDEX_EXPRESSION, syntax.TYPE_ASSERTION_EXPRESSION, syntax.UNARY_EXPRESSION))
_HANDLERS: Final[dict[int, Callable[[Types, Node], Type | None]]] = {
    syntax.IDENTIFIER: Types._identifier,
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
    **dict.fromkeys(_TYPE_NODES, Types._type),
    syntax.TYPE_IDENTIFIER: Types._type_or_value,
    syntax.QUALIFIED_TYPE: Types._type_or_value,
    syntax.GENERIC_TYPE: Types._index,
}

_ORIGINS: Final[dict[int, Callable[[Types, Variable], Type | None]]] = {
    syntax.PARAMETER_DECLARATION: Types._parameter,
    syntax.VARIADIC_PARAMETER_DECLARATION: Types._parameter,
    syntax.VAR_SPEC: Types._declared,
    syntax.SHORT_VAR_DECLARATION: Types._short,
    syntax.RANGE_CLAUSE: Types._ranged,
    syntax.RECEIVE_STATEMENT: Types._received,
    syntax.TYPE_SWITCH_STATEMENT: Types._switched,
    syntax.CONST_SPEC: Types._constant,
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
    owner = Types.of_declaration(declared.file, spec)
    if declared.kind == "const":
        return owner.constant(spec, declared.index)
    values = spec.child_by_field_id(syntax.F_VALUE)
    return owner.value(values, declared.index) if values is not None else None


def _with_receiver(t: Type | None, receiver: Type) -> Signature | None:
    """Return the signature of a method expression: the method's with its receiver in front."""
    if not isinstance(t, Signature):
        return None
    return Signature((receiver, *t.params), t.results, t.variadic)


def _by_name(signature: Signature, args: TypeTuple) -> dict[str, Type | None]:
    return {parameter.name: arg for parameter, arg in zip(signature.type_params, args, strict=False)}


def _instantiation(node: Node) -> tuple[Node | None, list[Node]]:
    """Split `base[a, b]`, however the grammar took it, into base and arguments; (None, []) for anything else."""
    if node.kind_id == syntax.INDEX_EXPRESSION:
        operand, index = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_INDEX)
        return operand, [index] if index is not None else []
    if node.kind_id == syntax.GENERIC_TYPE:
        base, arguments = node.child_by_field_id(syntax.F_TYPE), node.child_by_field_id(syntax.F_TYPE_ARGUMENTS)
        return base, _elements(arguments) if arguments is not None else []
    if node.kind_id == syntax.TYPE_INSTANTIATION_EXPRESSION:
        base = node.child_by_field_id(syntax.F_TYPE)
        return base, [child for child in syntax.operands(node) if base is None or child.id != base.id]
    return None, []


def _elements(arguments: Node) -> list[Node]:
    return [part for element in syntax.operands(arguments) for part in syntax.operands(element)[:1]]
