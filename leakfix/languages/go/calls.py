"""Calls: what they call, and what predeclared functions give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax, types
from leakfix.languages.go.callees import Callee, conversion, selection_callee
from leakfix.languages.go.entities import WITHOUT_RESULT, Builtin, Foreign, ImportName
from leakfix.languages.go.generics import by_name, infer
from leakfix.languages.go.objects import Object
from leakfix.languages.go.operators import arithmetic, complex_builtin, element_type, with_receiver
from leakfix.languages.go.resolve import declared_type, function_signature
from leakfix.languages.go.scopes import Variable
from leakfix.languages.go.shapes import MISTAKEN, elements, instantiation
from leakfix.languages.go.types import BOOL, INT, NOTHING, UNTYPED_NIL, Named, Pointer, Signature, Tuple

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.types import Type
    from leakfix.languages.go.types import Types as TypeTuple


class Calls:
    """Finds the callees of one declaration; of expressions it asks the declaration's Types."""

    __slots__ = ("_types",)

    def __init__(self, inferred: Types) -> None:
        """Take the types of the declaration."""
        self._types = inferred

    def callee(self, call: Node) -> Callee | None:
        """Return what a call calls; None when unknown."""
        if call.kind_id == syntax.TYPE_CONVERSION_EXPRESSION:
            function = call.child_by_field_id(syntax.F_TYPE)
            if function is not None and function.kind_id != syntax.GENERIC_TYPE:
                target = self._types.resolver.type(function)
                # The grammar takes `*(T)(x)` for a conversion to *(T): it is a conversion to T, dereferenced.
                mistaken = isinstance(target, Pointer) and function.kind_id in MISTAKEN
                return conversion(target.element if isinstance(target, Pointer) and mistaken else target)
        else:
            function = call.child_by_field_id(syntax.F_FUNCTION)
        if function is None:
            return None
        function = syntax.unparen(function)
        base, arguments = instantiation(function)
        listed = call.child_by_field_id(syntax.F_TYPE_ARGUMENTS)
        if listed is not None:
            base, arguments = function, elements(listed)
        found = self._plain_callee(function) if base is None else self._instantiated_callee(base, arguments)
        if found is not None and found.signature is not None and found.signature.type_params:
            signature = self._instantiate(call, found.signature, arguments)
            return Callee(found.kind, found.package, found.receiver, found.name, found.symbol, found.object, signature)
        return found

    def _instantiated_callee(self, base: Node, arguments: list[Node]) -> Callee | None:
        """Return the callee of `f[...](...)`: a generic function, a conversion, or an element of a map or slice."""
        found = self._plain_callee(base)
        if found is not None and found.kind == "conversion":
            return conversion(self._types.instantiated(base, arguments))
        if found is not None and found.kind == "func":
            return found
        element = element_type(self._types.expression(base))
        core = types.core(element)
        return Callee("value", "", "", "", "", None, core) if isinstance(core, Signature) else None

    def _plain_callee(self, function: Node) -> Callee | None:
        entity = self._types.entity(function)
        if isinstance(entity, Object):
            return self._object_callee(entity)
        if isinstance(entity, Builtin):
            return Callee("builtin", "", "", entity.name, entity.name)
        if isinstance(entity, Foreign):
            return Callee("func", entity.path, "", entity.name, f"{entity.path}.{entity.name}")
        if isinstance(entity, Variable) and entity.is_variable:
            core = types.core(self._types.local(function, entity))
            return Callee("value", "", "", entity.name, "", None, core if isinstance(core, Signature) else None)
        if entity is not None and not isinstance(entity, ImportName):
            return conversion(self._types.entity_type(entity))
        if function.kind_id in (syntax.SELECTOR_EXPRESSION, syntax.QUALIFIED_TYPE):
            return self._member_callee(function)
        denoted = self._types.denoted(function)
        if denoted is not None:
            return conversion(denoted)
        core = types.core(self._types.expression(function))
        return Callee("value", "", "", "", "", None, core) if isinstance(core, Signature) else None

    def _object_callee(self, declared: Object) -> Callee | None:
        if declared.kind == "type":
            return conversion(declared_type(declared))
        path, name = declared.package.key, declared.name
        if declared.kind == "func":
            if path == "unsafe":
                return Callee("builtin", path, "", name, declared.symbol, None, function_signature(declared))
            return Callee("func", path, "", name, declared.symbol, declared, function_signature(declared))
        core = types.core(self._types.object(declared))
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
        denoted = self._types.denoted(operand)
        receiver = denoted if denoted is not None else self._of_name(operand)
        found = types.selection(receiver, name)
        if found is None:
            named = types.deref(receiver)
            if isinstance(named, Named) and named.declaration is None:
                return Callee("method", named.package, named.name, name, f"{named.package}.{named.name}.{name}")
            return None
        if denoted is not None and found.kind == "method":
            return selection_callee(found, with_receiver(found.type, denoted))
        return selection_callee(found, found.type)

    def _of_name(self, node: Node) -> Type | None:
        return (
            self._types.identifier(node) if node.kind_id == syntax.PACKAGE_IDENTIFIER else self._types.expression(node)
        )

    def _instantiate(self, call: Node, signature: Signature, explicit: list[Node]) -> Signature:
        given = tuple(map(self._types.denoted, explicit))
        if len(given) == len(signature.type_params):
            return signature.instantiate(by_name(signature, given))
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
            return self._types.expression(inner[0]) if inner else None
        return self._types.expression(node)

    def builtin(self, name: str, call: Node) -> Type | None:
        """Return what a call of a predeclared function gives."""
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
            return self._types.denoted(first)
        if name == "new":
            denoted = self._types.denoted(first)
            if denoted is None:
                denoted = (
                    BOOL if first.text in (b"true", b"false") else types.default_type(self._types.expression(first))
                )
            return Pointer(denoted) if denoted is not None else None
        if name in ("min", "max"):
            found = self._types.expression(first)
            for other in arguments[1:]:
                found = arithmetic(found, self._types.expression(other))
            return found
        if name == "append":
            found = self._argument(first)
            return None if found == UNTYPED_NIL else found
        return complex_builtin(name, self._types.expression(first), self._types.expression(arguments[-1]))
