"""Everything that lowering and codemods ask about a C or C++ program: files, types, models and summaries, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Obligation
from leakfix.flow.fates import Fate
from leakfix.languages.c import customs, declarators, syntax
from leakfix.languages.c.constants import Constants
from leakfix.languages.c.evidence import Evidence, bare
from leakfix.languages.c.files import is_read_only, param, spelling
from leakfix.languages.c.first_look import acquiring_names, may_make
from leakfix.languages.c.lower_frame import POINTEE, Frame
from leakfix.languages.c.lowering import lower, lower_exits
from leakfix.languages.c.pairs import Pairs
from leakfix.languages.c.promising import Promising
from leakfix.languages.c.reliance import UNSURE, Reliance
from leakfix.languages.c.scopes import Bindings
from leakfix.languages.c.settled import Settled
from leakfix.languages.c.summaries import Summary
from leakfix.languages.c.types import Types

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from tree_sitter import Node, Tree

    from leakfix.flow import Graph, Place
    from leakfix.languages.c.files import Function, Struct
    from leakfix.languages.c.lower_values import ValueLowering
    from leakfix.languages.c.scopes import Variable
    from leakfix.languages.c.summaries import Acquisition
    from leakfix.languages.c.types import Callee, CType
    from leakfix.languages.c.world import World
    from leakfix.models import Acquire, Models

_DEEPEST: Final = 10
_LARGEST: Final = 60_000
"""Bodies of more bytes are generated: nobody can say what they do."""


class Program:
    """The files in reach with what is known of their functions."""

    def __init__(self, world: World, models: Models, owners: frozenset[str] = frozenset()) -> None:
        """``owners`` names functions of the project that may hand on what they acquire.

        What rules compute about the whole program and share is kept in ``cache``.
        """
        self.cache: dict[str, object] = {}
        self.world = world
        self.models = models
        self.constants = Constants(world)
        self.pairs = Pairs(world)
        self.names = acquiring_names(models)
        self.promising = Promising(self)
        self._may_make = may_make(self.names | owners)
        self._trees: list[Tree] = []
        self._depth = 0
        self._busy: set[int] = set()
        self._lowered: dict[Function, None] = {}
        self._reliances: list[Reliance] = []
        """What the functions rely on that are just being lowered, the innermost last."""

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return Bindings.of_function(function)

    def types(self, function: Function) -> Types:
        """The types of a function's expressions."""
        return Types.of_function(self.world, function)

    def keep(self, tree: Tree) -> None:
        """Keep a tree whose nodes are used."""
        self._trees.append(tree)

    # graphs

    def is_read(self, function: Function) -> bool:
        """Whether a function can be lowered."""
        return not function.has_error and function.body.end_byte - function.body.start_byte <= _LARGEST

    def graph(self, function: Function) -> Graph | None:
        """The flow graph of a function; None when it cannot be read."""
        frame = self.frame(function)
        return frame.graph if frame is not None else None

    def frame(self, function: Function, operand: int | None = None) -> Frame | None:
        """A function as it was lowered for what it acquires, or for an operand, the receiver being -1; made once.

        None when it cannot be read, or while it is being lowered.
        """
        name = "frame" if operand is None else f"frame {operand}"
        known = function.cache.get(name)
        if isinstance(known, Frame):
            self._rely(known.reliance)
            return known
        if not self.is_read(function):
            return None
        key = id(function)
        if key in self._busy or self._depth >= _DEEPEST:
            self._rely(UNSURE)
            return None
        self._busy.add(key)
        self._depth += 1
        self._reliances.append(Reliance())
        try:
            frame = function.cache[name] = lower(self, function, operand)
            self._lowered[function] = None
        finally:
            self._depth -= 1
            self._busy.discard(key)
            reliance = self._reliances.pop()
        frame.reliance = reliance
        self._rely(reliance)
        return frame

    def rely_on(self, function: Function) -> None:
        """What is lowered just now hangs on what is known of a function, which may be more later."""
        if self._reliances:
            self._reliances[-1].names.add(function.last_name.encode())

    def _rely(self, reliance: Reliance) -> None:
        if self._reliances:
            self._reliances[-1].add(reliance)

    def exits(self, function: Function) -> Graph | None:
        """A graph that tells of the ways out of a function, and of nothing else; None when it cannot be read."""
        return lower_exits(self, function).graph if self.is_read(function) else None

    def is_busy(self, function: Function) -> bool:
        """Whether a function is just being lowered."""
        if id(function) not in self._busy:
            return False
        self._rely(UNSURE)
        return True

    def summary(self, function: Function) -> Summary | None:
        """What a function does to its operands, and what it gives back; None when that is unknown."""
        known = function.cache.get("summary")
        if isinstance(known, Summary):
            return known
        if not self.is_read(function):
            return None
        found = function.cache["summary"] = Summary(self, function)
        return found

    def acquired(self, function: Function) -> tuple[Acquisition, ...]:
        """What whoever calls a function has to release behind the call."""
        return self.promising.acquired(function)

    def unlearn(self, names: AbstractSet[bytes] | None = None) -> None:
        """Drop what was found in functions when less was known of others of some names that they use; None: of any.

        A graph for which nobody asked what is known of those is the same whatever that is.
        """
        for function in list(self._lowered):
            if names is not None and names.isdisjoint(self.promising.named(function)):
                continue
            frames = {name: frame for name, frame in function.cache.items() if isinstance(frame, Frame)}
            gone = [name for name, frame in frames.items() if names is None or frame.reliance.hangs_on(names)]
            if not gone:
                continue
            if len(gone) == len(frames):
                del self._lowered[function]
            for name in (*gone, "summary"):
                function.cache.pop(name, None)

    # what acquires

    def may_acquire(self, function: Function) -> bool:
        """A first look at the bytes of a function: whether it may call what acquires, or make an object that does."""
        data = function.file.data[function.node.start_byte : function.node.end_byte]
        told = function.file.is_cpp or b"(&" in data or self._may_make(data)
        return told and self.promising.may_acquire(function)

    def loses_nothing(self, function: Function) -> bool:
        """Whether it can be told without its graph that a function loses nothing that it acquires."""
        return self.promising.settling.of(function) is not Settled.OPEN

    def obligation(self, acquire: Acquire) -> Obligation:
        """The obligation that comes with a modelled acquisition."""
        found = self.obligation_of(acquire.resource)
        return Obligation(found.resource, found.noun, found.family, (), confidence=acquire.confidence)

    def obligation_of(self, name: str) -> Obligation:
        """The obligation that comes with a resource."""
        resource = self.models.resource(name)
        return Obligation(resource.name, resource.noun, resource.family, (), confidence=resource.confidence)

    # variables

    def is_constant(self, function: Function, variable: Variable) -> bool:
        """Whether a local variable keeps the constant that it is declared with."""
        if variable.value is None or variable.kind not in ("local", "static"):
            return False
        known = function.cache.setdefault("constant", {})
        if isinstance(known, dict) and variable.index not in known:
            known[variable.index] = not any(may_change(use) for use in self.bindings(function).uses(variable))
        return isinstance(known, dict) and bool(known[variable.index])

    def is_fresh(self, function: Function, variable: Variable) -> bool:
        """Whether all that a pointer is ever set to is null or what the function acquires."""
        values: list[Node | None] = [variable.value] if variable.value is not None else []
        for use in self.bindings(function).uses(variable):
            parent = use.parent
            if parent is None:
                return False
            if parent.type == syntax.POINTER_EXPRESSION and syntax.operator(parent) == "&":
                return False
            if parent.type == syntax.UPDATE_EXPRESSION:
                return False
            if parent.type == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("left") == use:
                values.append(parent.child_by_field_name("right"))
        return bool(values) and all(value is not None and self._is_made(value) for value in values)

    def _is_made(self, value: Node) -> bool:
        value = syntax.unparen(value)
        if value.type == syntax.CAST_EXPRESSION:
            inner = value.child_by_field_name("value")
            return inner is not None and self._is_made(inner)
        if value.type in (syntax.NULL, syntax.NEW_EXPRESSION):
            return True
        if value.type == syntax.NUMBER_LITERAL:
            return value.text == b"0"
        called = value.child_by_field_name("function") if value.type == syntax.CALL_EXPRESSION else None
        return called is not None and called.type == syntax.IDENTIFIER and syntax.text(called) in self.names

    def aimed(self, values: ValueLowering, variable: Variable) -> Place | None:
        """The place that a reference, or a pointer set once to an address, stands for."""
        frame = values.frame
        if variable.index not in frame.aims:
            frame.aims[variable.index] = None
            frame.aims[variable.index] = self._aimed(values, variable)
        return frame.aims[variable.index]

    def _aimed(self, values: ValueLowering, variable: Variable) -> Place | None:
        if variable.kind != "local" or variable.value is None or variable.declarator is None:
            return None
        value = syntax.unparen(variable.value)
        steps = variable.declarator.steps
        if steps and steps[0].startswith("&"):
            return values.place(value) if value.type in _PLACES else None
        while value.type == syntax.CAST_EXPRESSION:
            inner = value.child_by_field_name("value")
            if inner is None:
                return None
            value = syntax.unparen(inner)
        if value.type != syntax.POINTER_EXPRESSION or syntax.operator(value) != "&":
            return None
        argument = value.child_by_field_name("argument")
        if argument is None or syntax.unparen(argument).type not in _PLAIN_PLACES:
            return None
        if any(may_change(use) for use in self.bindings(values.frame.function).uses(variable)):
            return None
        place = values.place(argument)
        return place if place is not None and POINTEE not in place.path else None

    def turns(self, values: ValueLowering, loop: Node) -> int | None:
        """How many turns a `for` loop over constants has: 0, 1, or 2 for several; None when that is not known."""
        start, condition = loop.child_by_field_name("initializer"), loop.child_by_field_name("condition")
        update, body = loop.child_by_field_name("update"), loop.child_by_field_name("body")
        if start is None or condition is None or update is None or body is None:
            return None
        left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
        if condition.type != syntax.BINARY_EXPRESSION or left is None or right is None:
            return None
        first = _first_value(start, left.text)
        if first is None or left.type != syntax.IDENTIFIER or update.type != syntax.UPDATE_EXPRESSION:
            return None
        if b"++" not in (update.text or b"") or (left.text or b"++") not in (update.text or b""):
            return None
        low, high = values.constant(first), values.constant(right)
        operator = condition.child_by_field_name("operator")
        if low is None or high is None or operator is None or operator.type not in ("<", "<=", "!="):
            return None
        variable = values.frame.variable(left)
        uses = self.bindings(values.frame.function).uses(variable) if variable is not None else ()
        inside = (use for use in uses if body.start_byte <= use.start_byte < body.end_byte)
        if variable is None or any(map(may_change, inside)):
            return None
        return max(0, min(high - low + (operator.type == "<="), 2))

    def pointed_function(self, frame: Frame, variable: Variable) -> Function | None:
        """The function that a pointer leads to which is set once, where it is declared."""
        value = syntax.unparen(variable.value) if variable.value is not None else None
        if value is None or any(may_change(use) for use in self.bindings(frame.function).uses(variable)):
            return None
        if value.type == syntax.POINTER_EXPRESSION:
            value = value.child_by_field_name("argument") or value
        if value.type not in (syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER) or frame.variable(value) is not None:
            return None
        return self.world.function(spelling(value), frame.file, frame.function.namespaces)

    def is_array(self, frame: Frame, variable: Variable) -> bool:
        """Whether a variable is an array of its own, which cannot be assigned."""
        found = frame.types.variable(variable)
        return found is not None and found.is_array and variable.kind != "param"

    # classes

    def is_member(self, function: Function, name: str) -> bool:
        """Whether a name that no variable has means a member of the function's class."""
        if not function.is_method:
            return False
        struct = self.world.struct(function.class_name, function.file)
        member = self.types(function).member(struct, name) if struct is not None else None
        return member is not None and member.kind == "variable" and not member.is_static

    def is_union(self, frame: Frame, argument: Node) -> bool:
        """Whether the members of what an expression names share their memory."""
        if frame.expansion is not None:
            return False
        struct = frame.types.struct(frame.types.of(argument))
        return struct is not None and (struct.kind == "union" or struct.node.type == syntax.UNION_SPECIFIER)

    def is_virtual(self, callee: Callee) -> bool:
        """Whether a method may be another class's."""
        nodes = (
            callee.declared.node if callee.declared is not None else None,
            callee.function.node if callee.function is not None else None,
        )
        return any(child.type == "virtual" for node in nodes if node is not None for child in node.children)

    def class_of(self, frame: Frame, receiver: Node) -> str | None:
        """The class that an object surely has: a variable's own, or what it was made as where it is declared."""
        variable = frame.variable(receiver) if receiver.type == syntax.IDENTIFIER else None
        return self.class_of_variable(frame.function, variable) if variable is not None else None

    def class_of_variable(self, function: Function, variable: Variable) -> str | None:
        """The class that a variable, or what it points to, surely has."""
        if any(may_change(use) for use in self.bindings(function).uses(variable)):
            return None
        value = syntax.unparen(variable.value) if variable.value is not None else None
        steps = variable.declarator.steps if variable.declarator is not None else ()
        if not steps:
            found = self.types(function).variable(variable)
            return found.base if found is not None else None
        if value is not None and value.type == syntax.NEW_EXPRESSION:
            made = value.child_by_field_name("type")
        elif value is not None and value.type == syntax.CALL_EXPRESSION and steps[0].startswith("&"):
            made = value.child_by_field_name("function")
        else:
            return None
        name = spelling(made) if made is not None else ""
        return name if name and self.world.struct(name, function.file) is not None else None

    def read_only(self, callee: Callee) -> frozenset[int]:
        """The positions of parameters that lead to constants: by custom, what is given so stays the caller's."""
        call = callee.function.call if callee.function is not None else None
        if callee.declared is not None and callee.declared.declarator is not None and call is None:
            call = declarators.read(callee.declared.declarator).call
        parameters = call.child_by_field_name("parameters") if call is not None else None
        found = [param(one) for one in syntax.named(parameters)] if parameters is not None else []
        return frozenset(index for index, one in enumerate(found) if one is not None and is_read_only(one))

    def constructor(self, frame: Frame, name: str, count: int) -> Function | None:
        """The constructor of a class that takes so many arguments."""
        last = name.rpartition("::")[2]
        found = self.world.functions(f"{name}::{last}", frame.file, frame.function.namespaces)
        fitting = [one for one in found if len(one.params) == count and not _copies(one, last)]
        return fitting[0] if len(fitting) == 1 else None

    def destructor(self, frame: Frame, pointer: Node) -> Function | None:
        """The destructor that deleting what a pointer leads to surely runs."""
        found = frame.types.of(pointer)
        if found is None or found.pointers != 1 or found.is_function:
            return None
        return self.destructor_of(frame, self.class_of(frame, pointer) or found.base)

    def destructor_of(self, frame: Frame, name: str) -> Function | None:
        """The destructor of a class."""
        last = name.rpartition("::")[2]
        found = self.world.functions(f"{name}::~{last}", frame.file, frame.function.namespaces)
        return found[0] if len(found) == 1 else None

    def has_destructor(self, frame: Frame, name: str) -> bool:
        """Whether objects of a class run code at their end, be it that of their bases."""
        struct = self.world.struct(name, frame.file)
        return struct is None or bool(struct.bases) or b"~" in (struct.body.text or b"")

    def is_simple(self, frame: Frame, name: str) -> bool:
        """Whether making an object of a type runs no code that is out of sight."""
        struct = self.world.struct(name, frame.file)
        if struct is None:
            return frame.types.typedef_of(name) is None
        return not struct.bases

    def is_plain_new(self, frame: Frame, node: Node, name: str, given: Node | None) -> bool:
        """Whether `new` makes something that only its pointer owns: no class of its own memory or of owning parents.

        What the function itself deletes, or gives to a smart pointer, is its own in any case.
        """
        struct = self._class(frame, name)
        if struct is not None and any(member.startswith("operator new") for member in struct.members):
            return False
        if self._is_ended(frame, node):
            return True
        arguments = syntax.named(given) if given is not None else []
        if struct is not None and not struct.bases:
            return True
        if struct is not None and not self._has_plain_bases(struct, 0):
            return False
        is_inner = struct is not None and bool(frame.function.class_name) and "::" in struct.name and "::" not in name
        if struct is not None and is_inner and _is_named(node) and self._keeps_to_itself(frame, struct, len(arguments)):
            return True
        return not any(_may_be_parent(frame, one) for one in arguments)

    def _keeps_to_itself(self, frame: Frame, struct: Struct, count: int) -> bool:
        """Whether the constructor was read, gives its object to nobody, and gives the bases nothing to keep it in."""
        last = struct.name.rpartition("::")[2]
        found = self.world.functions(f"{struct.name}::{last}", struct.file, frame.function.namespaces)
        fitting = [one for one in found if len(one.params) == count and not _copies(one, last)]
        summary = self.summary(fitting[0]) if len(fitting) == 1 else None
        if summary is None:
            return False
        bases = {base.rpartition("::")[2] for base in (*struct.bases, struct.name)}
        members = (syntax.named(one)[:1] for one in fitting[0].initializers)
        if any(spelling(name).partition("<")[0].rpartition("::")[2] in bases for named in members for name in named):
            return False
        effects = summary.of(-1)
        return effects is not None and not any(
            path in ((), (POINTEE,)) and any(one.fate is not Fate.HELD or one.moved for one in told)
            for path, told in effects.fates
        )

    def _class(self, frame: Frame, name: str) -> Struct | None:
        """The class that a name means in a function: one inside of the function's own class comes first."""
        owner = frame.function.class_name if frame.expansion is None else ""
        while owner:
            inner = self.world.struct(f"{owner}::{name}", frame.file)
            if inner is not None:
                return inner
            owner = owner.rpartition("::")[0]
        return self.world.struct(name, frame.file)

    def _is_ended(self, frame: Frame, node: Node) -> bool:
        """Whether the function deletes what a variable holds that is declared with a new object, or set to it."""
        if frame.expansion is not None:
            return False
        parent = syntax.wrapped(node).parent
        if parent is None or parent.type not in (syntax.INIT_DECLARATOR, syntax.ASSIGNMENT_EXPRESSION):
            return False
        left = parent.child_by_field_name("declarator") or parent.child_by_field_name("left")
        while left is not None and left.type in (syntax.POINTER_DECLARATOR, syntax.PARENTHESIZED_DECLARATOR):
            left = left.child_by_field_name("declarator")
        bindings = self.bindings(frame.function)
        variable = bindings.variable(left) if left is not None and left.type == syntax.IDENTIFIER else None
        if variable is None or variable.kind != "local":
            return False
        return any(not one.given.path for one in Evidence.of(frame.function, bindings, self.models).about(variable))

    def _has_plain_bases(self, struct: Struct, depth: int) -> bool:
        """Whether all bases of a class are known, and none counts its owners or keeps lists of its objects."""
        if any(not _COUNTING.isdisjoint(customs.words(member)) for member in struct.members):
            return False
        for name in struct.bases:
            base = self.world.struct(name, struct.file)
            if base is None or base is struct or depth > _DEEPEST or not self._has_plain_bases(base, depth + 1):
                return False
        return True


_COUNTING: Final = frozenset(("ref", "unref", "addref", "retain", "incref", "decref", "refcount", "parent", "children"))
_VALUES: Final = frozenset(
    (syntax.NUMBER_LITERAL, syntax.STRING_LITERAL, syntax.CHAR_LITERAL, syntax.SIZEOF_EXPRESSION)
)
_PLACES: Final = frozenset(
    (syntax.IDENTIFIER, syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.POINTER_EXPRESSION)
)
_PLAIN_PLACES: Final = frozenset((syntax.IDENTIFIER, syntax.FIELD_EXPRESSION))


def _copies(constructor: Function, name: str) -> bool:
    """Whether a constructor makes an object from another of its class."""
    if len(constructor.params) != 1 or constructor.params[0].type is None:
        return False
    given = constructor.params[0]
    is_pointer = given.declarator is not None and "*" in declarators.read(given.declarator).steps
    return not is_pointer and given.type is not None and spelling(given.type).rpartition("::")[2] == name


def _is_named(node: Node) -> bool:
    """Whether a variable is declared with a new object."""
    return node.parent is not None and node.parent.type == syntax.INIT_DECLARATOR


def _may_be_parent(frame: Frame, argument: Node) -> bool:
    """Whether an argument of a constructor may be an object that takes the new one over: no number, no text."""
    inner = bare(argument)
    if inner.type in _VALUES or argument.type in _VALUES:
        return False
    if frame.expansion is not None:
        return True
    found = frame.types.of(argument) or frame.types.of(inner)
    of = frame.types.resolved(found) if found is not None else None
    if of is None or of.is_pointer:
        return of is None or of.base not in _TEXTS
    return not (of.base in _PLAIN_TYPES or of.base.startswith("std::") or _is_enum(frame, inner, of))


def _is_enum(frame: Frame, argument: Node, of: CType) -> bool:
    struct = frame.types.struct(of)
    if struct is not None:
        return struct.kind == "enum"
    variable = frame.bindings.variable(argument) if argument.type == syntax.IDENTIFIER else None
    type_node = variable.origin.child_by_field_name("type") if variable is not None else None
    return type_node is not None and type_node.type == syntax.ENUM_SPECIFIER


_TEXTS: Final = frozenset(("char", "wchar_t", "uint8_t", "unsigned char", "u_char"))
_PLAIN_TYPES: Final = frozenset(
    (
        *("int", "long", "short", "char", "unsigned", "signed", "bool", "float", "double", "size_t", "string"),
        *("unsigned int", "unsigned long", "unsigned char", "unsigned short", "long long", "unsigned long long"),
        *("int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "time_t"),
        "ssize_t",
    )
)


def _first_value(start: Node, name: bytes | None) -> Node | None:
    """What a loop's header sets its variable to."""
    at = start
    if at.type == syntax.DECLARATION:
        at = at.child_by_field_name("declarator") or at
        declared = at.child_by_field_name("declarator")
        return at.child_by_field_name("value") if declared is not None and declared.text == name else None
    left = at.child_by_field_name("left")
    if at.type == syntax.ASSIGNMENT_EXPRESSION and left is not None and left.text == name:
        return at.child_by_field_name("right")
    return None


def may_change(use: Node) -> bool:
    """Whether a use of a variable sets it, or lets somebody else set it."""
    parent = use.parent
    if parent is None:
        return True
    kind = parent.type
    if kind == syntax.ASSIGNMENT_EXPRESSION:
        return parent.child_by_field_name("left") == use
    if kind == syntax.POINTER_EXPRESSION:
        return syntax.operator(parent) == "&"
    return kind in (syntax.UPDATE_EXPRESSION, syntax.LAMBDA_CAPTURE_SPECIFIER)
