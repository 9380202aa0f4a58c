"""What the interpreter itself says of the names in a file, against what `Scopes` says."""

import symtable
from collections.abc import Iterator

from leakfix.languages.python import syntax
from leakfix.languages.python.files import PyFile
from leakfix.languages.python.scopes import Scopes
from leakfix.languages.python.variables import Scope

_COMPREHENSIONS = {
    syntax.LIST_COMPREHENSION: "listcomp",
    syntax.SET_COMPREHENSION: "setcomp",
    syntax.DICTIONARY_COMPREHENSION: "dictcomp",
    syntax.GENERATOR_EXPRESSION: "genexpr",
}


def differences(file: PyFile) -> list[str]:
    """Where the two disagree, a line each: names that a scope owns, and where its other names lead."""
    scopes = Scopes.of(file)
    return list(_compare(scopes, scopes.module, symtable.symtable(file.data.decode(), file.path, "exec")))


def _compare(scopes: Scopes, scope: Scope, table: symtable.SymbolTable) -> Iterator[str]:
    mangled = scope.kind != "module"
    where = f"{table.get_name()}:{table.get_lineno()}"
    own = {name.decode() for name, variable in scope.variables.items() if variable.bindings or variable.deletions}
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if name.startswith(".") or name == "__class__" or (mangled and "__" in name):
            continue
        if scope.kind == "module":
            if symbol.is_assigned() and name not in own and not symbol.is_namespace():
                yield f"{where}: {name} is assigned, and not seen"
            continue
        found = scopes.lookup(name.encode(), scope)
        if symbol.is_local() and symbol.is_assigned() | symbol.is_parameter() | symbol.is_imported():
            if found is None or found.scope is not scope:
                yield f"{where}: {name} is local, taken for {found}"
        elif symbol.is_free():
            if found is None or found.scope is scope or found.scope is scopes.module:
                yield f"{where}: {name} is free, taken for {found}"
        elif symbol.is_global() and found is not None and found.scope is not scopes.module:
            yield f"{where}: {name} is global, taken for {found}"
    mine = [one for one in scopes.scopes if one.parent is scope]
    for child in table.get_children():
        fitting = [one for one in mine if _fits(one, child)]
        if not fitting:
            yield f"{where}: no scope for {child.get_name()}:{child.get_lineno()}"
            continue
        best = max(fitting, key=lambda one: len(_names(one) & set(child.get_identifiers())))
        mine.remove(best)
        yield from _compare(scopes, best, child)


def _names(scope: Scope) -> set[str]:
    return {name.decode() for name in scope.variables}


def _fits(scope: Scope, table: symtable.SymbolTable) -> bool:
    node = scope.node
    if node.start_point.row + 1 != table.get_lineno():
        return False
    if node.type in _COMPREHENSIONS:
        return table.get_name() == _COMPREHENSIONS[node.type]
    name = node.child_by_field_name("name")
    return table.get_name() == (syntax.text(name) if name is not None else "lambda")
