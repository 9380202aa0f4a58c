"""How a release is written: as the function itself, or the file, releases such things, else as the models tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Copy, Place, Release
from leakfix.languages.c import customs, syntax
from leakfix.languages.c.types import CType, type_of
from leakfix.rules.c.layout import node_at
from leakfix.rules.c.naming import says_release
from leakfix.rules.c.null_safe import takes_null
from leakfix.rules.c.repair import RefusalError, Repair, units_of
from leakfix.rules.c.wrappers import acquiring_calls, is_flat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Struct
    from leakfix.languages.c.scopes import Variable
    from leakfix.rules.c.repair import Unit
    from leakfix.text import Span

_DELETE: Final = "delete"
_DELETE_ARRAY: Final = "delete[]"
_NEW: Final = {"new": _DELETE, "new[]": _DELETE_ARRAY}


class Spelling:
    """The release of what a leak lost."""

    def __init__(self, repair: Repair) -> None:
        self.repair = repair
        self._found: dict[int, str] = {}

    def statement(self, variable: Variable) -> str:
        """The statement that releases what a variable holds. Raises `RefusalError`."""
        function = self.function(variable)
        if function == _DELETE:
            self._check_deletable(variable)
            return f"delete {variable.name};"
        if function == _DELETE_ARRAY:
            self._check_deletable(variable)
            return f"{self._delete_array} {variable.name};"
        return f"{function}({', '.join((self.repair.expression(variable), *self._further(function)))});"

    def function(self, variable: Variable) -> str:
        """The name of the function that releases what a variable holds. Raises `RefusalError`."""
        if variable.index not in self._found:
            self._found[variable.index] = self._chosen(variable)
        return self._found[variable.index]

    def takes_nothing(self, variable: Variable) -> bool:
        """Whether releasing null, or whatever stands for nothing, does nothing."""
        name = self.function(variable)
        return name in _NEW.values() or takes_null(self.repair.analysis, name)

    def is_library(self, variable: Variable) -> bool:
        """Whether the release runs no code of the project."""
        return self.repair.analysis.models.release(self.function(variable)) is not None

    def _chosen(self, variable: Variable) -> str:
        own = set(self._own(variable))
        if len(own) == 1:
            return own.pop()
        if own:
            raise RefusalError("ambiguous-release", f"{variable.name} is released by several functions")
        if self.repair.wraps(variable):
            raise RefusalError("no-release", "nothing in the function shows how the stream is closed that owns it")
        if self._symbol in _NEW:
            return _NEW[self._symbol]
        undoing = self._undoing()
        if self._is_modelled:
            return undoing or self._modelled()
        named = self.repair.leak.site.obligation.releases
        if len(named) == 1:
            return named[0]
        others = set(self._elsewhere(variable))
        if len(others) == 1:
            return others.pop()
        if not others:
            is_flat_memory = is_flat(self.repair, self.repair.type_of(variable))
            others = {undoing} if undoing and is_flat_memory else set(self._handed_on(variable))
            if len(others) == 1:
                return others.pop()
        if others:
            raise RefusalError("ambiguous-release", "the file releases such things by several functions")
        raise RefusalError("no-release", f"nothing in the file shows how what {self._symbol}() gives is released")

    def _undoing(self) -> str:
        """What gives memory back that an allocator of the project gave, by its name: `xfree` of `xmalloc`."""
        node, analysis = self.repair.acquisition, self.repair.analysis
        called = node.child_by_field_name("function") if node.type == syntax.CALL_EXPRESSION else None
        name = syntax.text(called) if called is not None and called.type == syntax.IDENTIFIER else ""
        if not customs.is_allocator(name) or analysis.models.knows(name):
            return ""
        pairs = analysis.program.pairs
        found = pairs.undoing(name, analysis.file)
        return found if found and pairs.taken(found, analysis.file) in ("", "void") else ""

    def _handed_on(self, variable: Variable) -> Iterator[str]:
        """The plain release of what a function of the project hands on as it acquired it."""
        of = self.repair.type_of(variable)
        if not is_flat(self.repair, of):
            return
        for call in acquiring_calls(self.repair):
            symbol, _, made = call.partition(" ")
            if symbol not in _NEW:
                yield self._modelled()
            elif of is not None and self._is_type(made, of):
                yield _NEW[symbol]
            else:
                raise RefusalError("type", f"{variable.name} is a pointer to another type than what was made")

    def _further(self, function: str) -> tuple[str, ...]:
        """What the release of the library is given besides what it releases."""
        models = self.repair.analysis.models
        resource = models.find_resource(self.repair.resource)
        named = {release.symbol for release in models.releasing_functions(self.repair.resource)}
        return resource.arguments if resource is not None and function in named else ()

    @property
    def _delete_array(self) -> str:
        data = self.repair.source.data
        return "delete []" if b"delete [] " in data and b"delete[] " not in data else "delete[]"

    def _check_deletable(self, variable: Variable) -> None:
        """The variable must be a pointer to the very type that was made, or to one whose destructor is virtual."""
        of = self.repair.type_of(variable)
        if of is None or of.pointers != 1 or of.base in ("void", "auto"):
            raise RefusalError("type", f"the type of {variable.name} is not known to be what was made")
        types = self.repair.analysis.types(self.repair.function)
        struct = types.struct(of)
        made = self._made
        if not made and (struct is None or not self._is_seen(struct)):
            raise RefusalError("type", f"{of.base} is only declared here, not defined")
        is_other = made and not self._is_type(made, of)
        if is_other and (struct is None or not _has_virtual_destructor(struct)):
            raise RefusalError("type", f"{variable.name} is a pointer to another type than what was made")
        if struct is not None and _hides_destructor(struct):
            raise RefusalError("type", f"the destructor of {of.base} is not public")

    def _is_seen(self, struct: Struct) -> bool:
        """Whether the file, or what it includes, defines a class."""
        analysis = self.repair.analysis
        return analysis.world.includes(analysis.file, struct.file.source.path)

    def _is_type(self, made: str, of: CType) -> bool:
        """Whether a name means the type that a pointer leads to."""
        types = self.repair.analysis.types(self.repair.function)
        last = made.rpartition("::")[2]
        return of.base.rpartition("::")[2] in (last, types.resolved(CType(last)).base.rpartition("::")[2])

    @property
    def _made(self) -> str:
        """The name of the type that `new` makes; empty when something else made it."""
        node = self.repair.acquisition
        of = node.child_by_field_name("type") if node.type == syntax.NEW_EXPRESSION else None
        found = type_of(of, None) if of is not None else None
        return found.base if found is not None else ""

    @property
    def _symbol(self) -> str:
        return self.repair.leak.site.symbol

    @property
    def _is_modelled(self) -> bool:
        return bool(self.repair.analysis.models.acquires(self._symbol))

    def _modelled(self) -> str:
        for release in self.repair.analysis.models.releasing_functions(self.repair.resource):
            if release.argument != 0 or release.unless:
                continue
            if not release.writable:
                break
            return f"std::{release.symbol}" if self._is_qualified else release.symbol
        raise RefusalError("no-release", "the release needs more than the resource")

    @property
    def _is_qualified(self) -> bool:
        called = self.repair.acquisition.child_by_field_name("function")
        return called is not None and syntax.text(called).startswith("std::")

    def _own(self, variable: Variable) -> Iterator[str]:
        """The functions that the function itself releases the variable with."""
        for event in self.repair.unit.graph.events():
            if isinstance(event, Release) and event.place == Place(variable.index, self.repair.path_of(variable)):
                name = self._plain_release(event.span, self.repair.expression(variable))
                if name:
                    yield name

    def _elsewhere(self, variable: Variable) -> Iterator[str]:
        """The functions that other functions of the file release what the same call gave with."""
        own = str(self.repair.type_of(variable))
        for unit in units_of(self.repair.analysis):
            for root, name in _holders(unit, self._symbol):
                for event in unit.graph.events():
                    if isinstance(event, Release) and event.place.root == root and not event.place.path:
                        found = self._plain_release(event.span, name)
                        if found and (self._takes_any(found) or _type_of(unit, root) == own):
                            yield found

    def _takes_any(self, function: str) -> bool:
        """Whether a release is for things of any type: what a function takes for one of its own has that type."""
        analysis = self.repair.analysis
        if function in (_DELETE, _DELETE_ARRAY) or analysis.models.release(function) is not None:
            return True
        return analysis.program.pairs.taken(function, analysis.file) in ("", "void")

    def _plain_release(self, span: Span, name: str) -> str:
        """The function of a call `f(name)` that says that it releases; empty for any other code."""
        node = node_at(self.repair.root, span)
        if node is not None and node.type == syntax.EXPRESSION_STATEMENT and len(node.named_children) == 1:
            node = node.named_children[0]
        return plain_release(node, name) if node is not None else ""


_PLAIN: Final = frozenset((syntax.IDENTIFIER, syntax.FIELD_EXPRESSION, syntax.POINTER_EXPRESSION))


def plain_release(node: Node, name: str) -> str:
    """The function of a call `f(name)` whose name says that it releases, or the kind of delete; else empty."""
    if node.type == syntax.DELETE_EXPRESSION:
        operand = node.named_children[-1] if node.named_children else None
        if operand is None or operand.type != syntax.IDENTIFIER or syntax.text(operand) != name:
            return ""
        return _DELETE_ARRAY if any(child.type == "[" for child in node.children) else _DELETE
    called = node.child_by_field_name("function") if node.type == syntax.CALL_EXPRESSION else None
    arguments = node.child_by_field_name("arguments")
    if called is None or arguments is None or called.type not in (syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER):
        return ""
    given = syntax.named(arguments)
    if len(given) != 1 or given[0].type not in _PLAIN or "".join(syntax.text(given[0]).split()) != name:
        return ""
    function = syntax.text(called)
    return function if says_release(function) else ""


def _has_virtual_destructor(struct: Struct) -> bool:
    return any(
        b"virtual" in (one.text or b"").partition(b"~")[0] for one in struct.body.named_children if _is_destructor(one)
    )


def _hides_destructor(struct: Struct) -> bool:
    """Whether the destructor that a class declares is private or protected."""
    hidden = struct.kind == "class"
    for child in struct.body.named_children:
        if child.type == "access_specifier":
            hidden = b"public" not in (child.text or b"")
        elif hidden and _is_destructor(child):
            return True
    return False


def _is_destructor(member: Node) -> bool:
    text = (member.text or b"").partition(b"{")[0].partition(b"(")[0]
    return member.type != syntax.COMMENT and b"~" in text


def _type_of(unit: Unit, root: int) -> str:
    """The type of a variable of a function, typedefs followed, as it is spelled."""
    analysis = unit.analysis
    types = analysis.types(unit.function)
    variable = next((one for one in analysis.bindings(unit.function).variables if one.index == root), None)
    found = types.variable(variable) if variable is not None else None
    return str(types.resolved(found)) if found is not None else ""


def _holders(unit: Unit, symbol: str) -> Iterator[tuple[int, str]]:
    """The variables that take what a call gives, by root and name."""
    for site in unit.graph.sites:
        if site.symbol != symbol:
            continue
        for event in unit.graph.events():
            if isinstance(event, Copy) and event.source == site.place and not event.target.path:
                name = unit.graph.names.get(event.target.root, "")
                if name:
                    yield event.target.root, name
        if site.place.root in unit.graph.names and not site.place.path:
            yield site.place.root, unit.graph.names[site.place.root]
