"""From syntax to types: type expressions, declared types with their methods, signatures.

Generic declarations are resolved once for each set of type arguments, by resolving their syntax with the arguments in
the place of the parameters; there is no substitution afterwards.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax, types
from leakfix.languages.go.declaring import receiver_type_parameters
from leakfix.languages.go.packages import PREDECLARED, Object
from leakfix.languages.go.types import (
    Array,
    Chan,
    Declared,
    Field,
    Interface,
    Map,
    Method,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Term,
    TypeParam,
    Union,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.places import Shape
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type, Types

_NOTHING: Final[dict[str, Type | None]] = {}


class Resolver:
    """Resolves type expressions of a file, knowing what type parameters stand for and, in a function, its bindings."""

    __slots__ = ("_locals", "bindings", "env", "file", "scope")

    def __init__(self, file: File, env: dict[str, Type | None] | None = None, bindings: Bindings | None = None) -> None:
        """Take the file; `env` maps type parameters in scope to types."""
        self.file = file
        self.env = env if env is not None else _NOTHING
        self.scope = bindings
        self.bindings = bindings if bindings is not None and bindings.has_local_types else None
        self._locals: dict[Variable, Type | None] = {}

    def type(self, node: Node | None) -> Type | None:
        """Resolve a type expression; None when it is unknown or no type."""
        if node is None:
            return None
        handler = _HANDLERS.get(node.kind_id)
        return handler(self, node) if handler is not None else None

    def named(self, name: str, offset: int, args: Types = ()) -> Type | None:
        """Resolve a type name as it stands at an offset of the file."""
        if self.bindings is not None:
            local = self.bindings.local_type(name, offset)
            if local is not None:
                return self.local_type(local, args)
        if name in self.env:
            return self.env[name]
        found = file_object(self.file, name)
        if found is not None:
            return declared_type(found, args) if found.kind == "type" else None
        return types.PREDECLARED.get(name)

    def local_type(self, entity: Variable, args: Types = ()) -> Type | None:
        """Return the type that a type declared inside a function, or a type parameter, stands for."""
        if entity.kind == "typeparam":
            return self.env.get(entity.name)
        if entity.kind != "type":
            return None
        if entity.origin.kind_id == syntax.TYPE_ALIAS:
            return self.type(entity.origin.child_by_field_id(syntax.F_TYPE))
        if args:
            return self._declare_local(entity, args)
        if entity not in self._locals:
            self._locals[entity] = self._declare_local(entity, ())
        return self._locals[entity]

    def _declare_local(self, entity: Variable, args: Types) -> Type:
        declaration = TypeDeclaration(self.file, entity.origin, entity.name, self, local=True)
        return Named(self.file.package.key, entity.name, args, entity.declaration.start_byte, declaration)

    def type_identifier(self, node: Node) -> Type | None:
        """Resolve `T`."""
        return self.named(syntax.text(node), node.start_byte)

    def qualified(self, node: Node, args: Types = ()) -> Type | None:
        """Resolve `package.T`; by its name alone when the package's source is not there."""
        package, name = node.child_by_field_id(syntax.F_PACKAGE), node.child_by_field_id(syntax.F_NAME)
        path = self.file.imported_as(syntax.text(package)) if package is not None else None
        return imported_type(self.file, path, syntax.text(name), args) if path and name is not None else None

    def generic(self, node: Node) -> Type | None:
        """Resolve `T[A, B]`."""
        base = node.child_by_field_id(syntax.F_TYPE)
        arguments = node.child_by_field_id(syntax.F_TYPE_ARGUMENTS)
        if base is None or arguments is None:
            return None
        args = tuple(map(self.type, syntax.operands(arguments)))
        if base.kind_id == syntax.QUALIFIED_TYPE:
            return self.qualified(base, args)
        return self.named(syntax.text(base), base.start_byte, args)

    def _pointer(self, node: Node) -> Type | None:
        return Pointer(self.type(_last(node)))

    def _slice(self, node: Node) -> Type | None:
        return Slice(self.type(node.child_by_field_id(syntax.F_ELEMENT)))

    def _array(self, node: Node) -> Type | None:
        length = node.child_by_field_id(syntax.F_LENGTH)
        count = int_value(length, self) if length is not None else None
        return Array(count, self.type(node.child_by_field_id(syntax.F_ELEMENT)))

    def _map(self, node: Node) -> Type | None:
        key, value = node.child_by_field_id(syntax.F_KEY), node.child_by_field_id(syntax.F_VALUE)
        return Map(self.type(key), self.type(value))

    def _chan(self, node: Node) -> Type | None:
        element = self.type(node.child_by_field_id(syntax.F_VALUE))
        tokens = [child.type for child in node.children if not child.is_named]
        if tokens[:2] == ["<-", "chan"]:
            return Chan(element, "receive")
        return Chan(element, "send" if "<-" in tokens else "both")

    def _inner(self, node: Node) -> Type | None:
        """Resolve what wraps types: parentheses, `~T`, a union, a type constraint."""
        parts = syntax.operands(node)
        if len(parts) == 1 and parts[0].kind_id != syntax.NEGATED_TYPE:
            return self.type(parts[0])
        return Union(tuple(self._term(part) for part in parts))

    def _term(self, node: Node) -> Term:
        if node.kind_id == syntax.NEGATED_TYPE:
            return Term(self.type(_last(node)), True)
        return Term(self.type(node), False)

    def signature(
        self,
        node: Node,
        type_params: tuple[TypeParam, ...] = (),
        make: Callable[[dict[str, Type | None]], Signature] | None = None,
    ) -> Signature:
        """Resolve a function type, a function declaration, a literal or an interface's method, lazily."""
        parameters, result = node.child_by_field_id(syntax.F_PARAMETERS), node.child_by_field_id(syntax.F_RESULT)
        variadic = False
        if parameters is not None:
            declared = parameters.named_children
            variadic = any(child.kind_id == syntax.VARIADIC_PARAMETER_DECLARATION for child in declared[-2:])
        return Signature(partial(self._tuple, parameters), partial(self._tuple, result), variadic, type_params, make)

    def _tuple(self, node: Node | None) -> Types:
        if node is None:
            return ()
        if node.kind_id != syntax.PARAMETER_LIST:
            return (self.type(node),)
        result: list[Type | None] = []
        for declaration in node.named_children:
            if declaration.kind_id in (syntax.PARAMETER_DECLARATION, syntax.VARIADIC_PARAMETER_DECLARATION):
                count = len(syntax.field_children(declaration, syntax.F_NAME))
                result.extend([self.parameter(declaration)] * max(count, 1))
        return tuple(result)

    def parameter(self, declaration: Node) -> Type | None:
        """Return the type of a parameter declaration's parameters: a slice for a variadic one."""
        found = self.type(declaration.child_by_field_id(syntax.F_TYPE))
        return Slice(found) if declaration.kind_id == syntax.VARIADIC_PARAMETER_DECLARATION else found

    def _struct(self, node: Node) -> Type | None:
        fields: list[Field] = []
        for group in node.named_children:
            for declaration in group.named_children if group.kind_id == syntax.FIELD_DECLARATION_LIST else ():
                if declaration.kind_id == syntax.FIELD_DECLARATION:
                    fields.extend(self._fields(declaration))
        return Struct(tuple(fields))

    def _fields(self, declaration: Node) -> Iterator[Field]:
        written = declaration.child_by_field_id(syntax.F_TYPE)
        if written is None:
            return
        names = syntax.field_children(declaration, syntax.F_NAME)
        for name in names:
            yield Field(syntax.text(name), False, partial(self.type, written))
        if not names:
            first = declaration.child(0)
            pointed = first is not None and first.type == "*"
            yield Field(_embedded_name(written), True, partial(self._embedded, written, pointed))

    def _embedded(self, node: Node, pointed: bool) -> Type | None:
        found = self.type(node)
        return Pointer(found) if pointed else found

    def _interface(self, node: Node) -> Type | None:
        methods: list[Method] = []
        embedded: list[Field] = []
        for element in node.named_children:
            if element.kind_id == syntax.METHOD_ELEM:
                name = element.child_by_field_id(syntax.F_NAME)
                if name is not None:
                    methods.append(Method(syntax.text(name), partial(self.signature, element)))
            elif element.kind_id == syntax.TYPE_ELEM:
                embedded.append(Field("", True, partial(self._inner, element)))
        return Interface(tuple(methods), tuple(embedded)) if methods or embedded else types.ANY


_HANDLERS: Final = {
    syntax.TYPE_IDENTIFIER: Resolver.type_identifier,
    syntax.QUALIFIED_TYPE: Resolver.qualified,
    syntax.GENERIC_TYPE: Resolver.generic,
    syntax.POINTER_TYPE: Resolver._pointer,
    syntax.SLICE_TYPE: Resolver._slice,
    syntax.ARRAY_TYPE: Resolver._array,
    syntax.MAP_TYPE: Resolver._map,
    syntax.CHANNEL_TYPE: Resolver._chan,
    syntax.PARENTHESIZED_TYPE: Resolver._inner,
    syntax.TYPE_ELEM: Resolver._inner,
    syntax.TYPE_CONSTRAINT: Resolver._inner,
    syntax.FUNCTION_TYPE: Resolver.signature,
    syntax.STRUCT_TYPE: Resolver._struct,
    syntax.INTERFACE_TYPE: Resolver._interface,
}


class TypeDeclaration:
    """The declaration of a defined type: its type parameters, underlying type and methods, each when asked for."""

    __slots__ = ("_declared", "_methods", "_names", "_outer", "_under", "file", "local", "name", "selections", "shape")

    def __init__(self, file: File, declared: Object | Node, name: str, outer: Resolver, local: bool = False) -> None:
        """Take its object, of a local one the type_spec; `outer` resolves what the spec does not declare itself."""
        self.file = file
        self._declared = declared
        self.shape: Shape = declared.shape if isinstance(declared, Object) else ""
        self.name = name
        self.local = local
        self._outer = outer
        self._names: tuple[str, ...] | None = None
        self._under: dict[Types, Type | None] = {}
        self.selections: dict[object, object] = {}
        self._methods: dict[tuple[str, Types], Declared | None] = {}

    @property
    def node(self) -> Node:
        """Its type_spec."""
        return self._declared.node if isinstance(self._declared, Object) else self._declared

    def may_have_field(self, name: str) -> bool:
        """Whether the name may be that of a field which it declares itself, told without its tree."""
        return not isinstance(self._declared, Object) or self._declared.may_mention(name)

    @property
    def type_parameters(self) -> tuple[str, ...]:
        """The names of its type parameters."""
        if self._names is None:
            self._names = type_parameter_names(self.node)
        return self._names

    def underlying(self, args: Types) -> Type | None:
        """Return the underlying type for these type arguments."""
        if args not in self._under:
            self._under[args] = None
            written = self.node.child_by_field_id(syntax.F_TYPE)
            env = self._outer.env
            if self.type_parameters:
                env = {**env, **dict(zip(self.type_parameters, args, strict=False))}
            found = Resolver(self.file, env, self._outer.scope).type(written)
            self._under[args] = types.underlying(found)
        return self._under[args]

    def method(self, name: str, args: Types) -> Declared | None:
        """Return a method declared on the type or on a pointer to it."""
        if self.local:
            return None
        key = (name, args)
        if key not in self._methods:
            found = self.file.package.method(self.name, name)
            self._methods[key] = Declared(found, method_signature(found, args)) if found is not None else None
        return self._methods[key]

    def pointer_receiver(self, name: str) -> bool:
        """Whether a declared method has a pointer receiver."""
        found = None if self.local else self.file.package.method(self.name, name)
        receiver = found.node.child_by_field_id(syntax.F_RECEIVER) if found is not None else None
        written = syntax.operands(receiver)[0].child_by_field_id(syntax.F_TYPE) if receiver is not None else None
        return written is not None and syntax.unparen(written).kind_id == syntax.POINTER_TYPE


def file_object(file: File, name: str) -> Object | None:
    """Find a package-level name as a file sees it: of its package, or of a dot import; no predeclared one."""
    package = file.package
    if name not in PREDECLARED or package.may_shadow(name):
        found = package.lookup(name, file, thorough=not file.dot_imports)
        if found is not None:
            return found
    for path in file.dot_imports if name[:1].isupper() else ():
        imported = package.world.imported(path, package)
        found = imported.lookup(name) if imported is not None else None
        if found is not None:
            return found
    return package.lookup(name, file) if file.dot_imports else None


def imported_object(file: File, path: str, name: str) -> Object | None:
    """Find an exported name of a package that a file imports by path; None when its source is not there."""
    package = file.package.world.imported(path, file.package)
    return package.lookup(name) if package is not None else None


def imported_type(file: File, path: str, name: str, args: Types) -> Type | None:
    """Return an imported package's type; without its declaration when the package's source is not there."""
    if path == "C":
        return None
    if path == "unsafe":
        return types.UNSAFE_POINTER if name == "Pointer" else None
    found = imported_object(file, path, name)
    if found is None:
        return Named(path, name, args)
    return declared_type(found, args) if found.kind == "type" else None


def declared_type(declared: Object, args: Types = ()) -> Type | None:
    """Return the type that a package-level type declaration or alias stands for."""
    if declared.cache is None:
        declared.cache = {}
    cache = declared.cache
    assert isinstance(cache, dict)
    if args not in cache:
        cache[args] = None
        cache[args] = _declare(declared, args, cache)
    found: Type | None = cache[args]
    return found


def _declare(declared: Object, args: Types, cache: dict[object, object]) -> Type | None:
    file = declared.file
    if declared.is_alias:
        env = dict(zip(type_parameter_names(declared.node), args, strict=False))
        return Resolver(file, env).type(declared.node.child_by_field_id(syntax.F_TYPE))
    declaration = cache.get("declaration")
    if not isinstance(declaration, TypeDeclaration):
        declaration = cache["declaration"] = TypeDeclaration(file, declared, declared.name, Resolver(file))
    if declared.package.path == "unsafe":
        return types.UNSAFE_POINTER
    return Named(declared.package.key, declared.name, args, -1, declaration)


def function_signature(declared: Object) -> Signature:
    """Return the signature of a package-level function, generic ones with their type parameters."""
    if not isinstance(declared.cache, Signature):
        declared.cache = _generic_signature(declared.file, declared.node)
    return declared.cache


def _generic_signature(file: File, node: Node) -> Signature:
    env = type_parameters(file, node)
    if not env:
        return Resolver(file).signature(node)

    def make(args: dict[str, Type | None]) -> Signature:
        return Resolver(file, args).signature(node)

    parameters = tuple(parameter for parameter in env.values() if isinstance(parameter, TypeParam))
    return Resolver(file, env).signature(node, parameters, make)


def method_signature(method: Object, args: Types) -> Signature:
    """Return the signature of a method for a receiver with these type arguments."""
    if not args:
        if not isinstance(method.cache, Signature):
            method.cache = Resolver(method.file).signature(method.node)
        return method.cache
    names = map(syntax.text, receiver_type_parameters(method.node))
    return Resolver(method.file, dict(zip(names, args, strict=False))).signature(method.node)


def type_parameters(file: File, node: Node) -> dict[str, Type | None]:
    """Return the type parameters that are in scope in a function declaration by name: its own, or its receiver's."""
    env: dict[str, Type | None] = {}
    resolver = Resolver(file, env)
    parameters = node.child_by_field_id(syntax.F_TYPE_PARAMETERS)
    for declaration in parameters.named_children if parameters is not None else ():
        constraint = declaration.child_by_field_id(syntax.F_TYPE)
        for name in syntax.field_children(declaration, syntax.F_NAME):
            env[syntax.text(name)] = TypeParam(syntax.text(name), partial(_constraint, resolver, constraint))
    for position, name in enumerate(receiver_type_parameters(node)):
        text = syntax.text(name)
        env[text] = TypeParam(text, partial(_receiver_constraint, file, node, position, env))
    return env


def _constraint(resolver: Resolver, node: Node | None) -> Type | None:
    found = resolver.type(node)
    if found is None or types.is_interface(found):
        return found
    if isinstance(found, Named) and found.declaration is None:
        return None
    union = found if isinstance(found, Union) else Union((Term(found, False),))
    return Interface((), (Field("", True, lambda: union),))


def _receiver_constraint(file: File, method: Node, position: int, env: dict[str, Type | None]) -> Type | None:
    """Resolve the constraint that a receiver's type declares for its type parameter, under the receiver's names."""
    from leakfix.languages.go.packages import receiver_name

    declared = file.package.lookup(receiver_name(method), file)
    parameters = declared.node.child_by_field_id(syntax.F_TYPE_PARAMETERS) if declared is not None else None
    if declared is None or parameters is None:
        return None
    own = dict(zip(type_parameter_names(declared.node), env.values(), strict=False))
    resolver = Resolver(declared.file, own)
    constraints = [
        declaration.child_by_field_id(syntax.F_TYPE)
        for declaration in parameters.named_children
        for _ in syntax.field_children(declaration, syntax.F_NAME)
    ]
    return _constraint(resolver, constraints[position]) if position < len(constraints) else None


def type_parameter_names(node: Node) -> tuple[str, ...]:
    """Return the names of the type parameters that a declaration lists."""
    parameters = node.child_by_field_id(syntax.F_TYPE_PARAMETERS)
    return tuple(
        syntax.text(name)
        for declaration in (parameters.named_children if parameters is not None else ())
        for name in syntax.field_children(declaration, syntax.F_NAME)
    )


def _last(node: Node) -> Node | None:
    parts = syntax.operands(node)
    return parts[-1] if parts else None


def _embedded_name(node: Node) -> str:
    """Return the field name of an embedded type: its last identifier."""
    while node.kind_id in (syntax.GENERIC_TYPE, syntax.QUALIFIED_TYPE, syntax.POINTER_TYPE, syntax.PARENTHESIZED_TYPE):
        number = syntax.F_NAME if node.kind_id == syntax.QUALIFIED_TYPE else syntax.F_TYPE
        inner = node.child_by_field_id(number) or _last(node)
        if inner is None:
            break
        node = inner
    return syntax.text(node)


def int_value(node: Node, resolver: Resolver, iota: int | None = None, depth: int = 0) -> int | None:
    """Compute an integer constant expression (an array's length); None when it cannot be told from syntax."""
    from leakfix.languages.go.consts import evaluate

    return evaluate(node, resolver, iota, depth)
