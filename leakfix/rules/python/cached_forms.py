"""How the result of a method is kept by the object that it belongs to, and not by its class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.finding import Safety
from leakfix.rules.python.cached import is_enum, uses_api
from leakfix.rules.python.plain import Mended, lines_before, lines_behind, own_line
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.suites import is_directive
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function, PyClass
    from leakfix.rules.python.cached import CachedMethod

PROPERTY: Final = Form("cached-property", "keep the result in the object, as a cached property")
INSTANCE: Final = Form("instance-cache", "give each object a cache of its own in `__init__`", Safety.REVIEW)

_EQUALITY: Final = ("__eq__", "__hash__")
_STATE: Final = re.compile(
    rb"\b__dict__\b|\bvars\s*\(|\b__getstate__\b|\b__reduce(?:_ex)?__\b|\b__setattr__\b|\bdeepcopy\b"
)
_DATACLASSES: Final = frozenset(("dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define"))
_FROZEN: Final = frozenset(("attr.frozen", "attrs.frozen"))


def cached_property(analysis: Analysis, found: CachedMethod) -> Mended:
    """`@cached_property` in the place of the cache; what calls it reads it. Raises `RefusalError`."""
    method, class_ = found.method, found.class_
    _refuse_common(analysis, found)
    if len(method.params) > 1:
        raise RefusalError("arguments", "the method takes arguments")
    if found.others and not found.is_property:
        raise RefusalError("decorators", "the method has other decorators besides")
    if any(_STATE.search(one.file.data, one.node.start_byte, one.node.end_byte) for one in _lineage(analysis, class_)):
        raise RefusalError(
            "state", "the class looks into the dictionary of its objects, where the result would be kept"
        )
    if any(found.name in one.methods for one in _lineage(analysis, class_) if one is not class_):
        raise RefusalError("override", "the class overrides the method of a base")
    edits = _property_decorator(analysis, found)
    safety = None if _is_closed(analysis, class_) else Safety.REVIEW
    if not found.is_property:
        if not analysis.types.classes.is_closed(class_):
            raise RefusalError("base", "it is not known whether a base has a method of this name")
        edits += _calls(analysis, found)
        safety = safety if found.name.startswith("_") else Safety.REVIEW
    why = "Each object keeps its own result, and takes it along when it goes."
    if not found.is_property and not found.name.startswith("_"):
        why += " What calls the method from elsewhere has to read it instead."
    return Mended(tuple(edits), why, safety)


def instance_cache(analysis: Analysis, found: CachedMethod) -> Mended:
    """`self.m = lru_cache(...)(self.m)` in `__init__`. Raises `RefusalError`."""
    method, class_ = found.method, found.class_
    _refuse_common(analysis, found)
    if found.others:
        raise RefusalError("decorators", "the method has other decorators besides")
    if found.name.startswith("__") and found.name.endswith("__"):
        raise RefusalError("special", "special methods are looked up on the class")
    if any("__setattr__" in one.methods for one in _lineage(analysis, class_)) or _is_frozen(analysis, class_):
        raise RefusalError("setattr", "the objects of the class do not take new attributes plainly")
    source = analysis.source
    written = source.slice(Span(found.decorator.start_byte, found.decorator.end_byte))
    if b"\n" in written:
        raise RefusalError("layout", "the decorator is written over several lines")
    owner = _initializer(analysis, class_)
    first = owner.params[0].name if owner is not None and owner.params else method.params[0].name
    name = found.name
    line = f"{first}.{name} = ".encode() + written + f"({first}.{name})".encode()
    edits = [_without_decorator(analysis, found), *_initialised(analysis, class_, owner, first, line)]
    return Mended(tuple(edits), "The cache goes with its object; a copy or a pickle of the object would take it along.")


def _refuse_common(analysis: Analysis, found: CachedMethod) -> None:
    method, class_ = found.method, found.class_
    if method.is_async or method.is_generator:
        raise RefusalError("one-time", "what the method gives can be used once: it should not be cached at all")
    if uses_api(analysis, found.name):
        raise RefusalError("cache-api", "the cache itself is asked or cleared elsewhere")
    if is_enum(analysis, class_) or "metaclass" in class_.keywords:
        raise RefusalError("class", "the class makes its objects in a way of its own")
    if _has_slots(analysis, class_):
        raise RefusalError("slots", "the objects of the class have no dictionary")
    lineage = _lineage(analysis, class_)
    if any(name in one.methods for one in lineage for name in _EQUALITY) and not _is_frozen(analysis, class_):
        raise RefusalError("equality", "equal objects share the cache, and an object that changes gets another entry")
    if any(_data_class(analysis, one) for one in lineage) and not _is_frozen(analysis, class_):
        raise RefusalError("equality", "equal objects share the cache, and an object that changes gets another entry")
    if _overriders(analysis, found):
        raise RefusalError("override", "a subclass overrides the method")


def _lineage(analysis: Analysis, class_: PyClass) -> list[PyClass]:
    return list(analysis.types.classes.lineage(class_))


def _is_closed(analysis: Analysis, class_: PyClass) -> bool:
    """Whether all bases are known, so that none of them compares or hashes objects in its own way."""
    return analysis.types.classes.is_closed(class_)


def _has_slots(analysis: Analysis, class_: PyClass) -> bool:
    for one in _lineage(analysis, class_):
        scope = analysis.world.types(one.file).scopes.scope_of(one.node)
        if b"__slots__" in scope.variables:
            return True
        for node in one.decorators:
            given = syntax.keywords(node).get("slots") if node.type == syntax.CALL else None
            if given is not None and given.type != syntax.FALSE:
                return True
    return any(name in ("typing.NamedTuple", "tuple", "int", "str") for name in analysis.types.classes.ancestry(class_))


def _data_class(analysis: Analysis, class_: PyClass) -> Node | None:
    """The decorator that makes a class compare its objects by their fields."""
    types = analysis.world.types(class_.file)
    for node, symbol in zip(class_.decorators, types.decorators(class_), strict=True):
        if symbol in _DATACLASSES:
            return node
    return None


def _is_frozen(analysis: Analysis, class_: PyClass) -> bool:
    if not _FROZEN.isdisjoint(analysis.types.decorators(class_)):
        return True
    node = _data_class(analysis, class_)
    given = syntax.keywords(node).get("frozen") if node is not None and node.type == syntax.CALL else None
    return given is not None and given.type == syntax.TRUE


def _overriders(analysis: Analysis, found: CachedMethod) -> bool:
    """Whether a class of the run that inherits from the method's defines or sets something of its name."""
    for file in analysis.world.mentioning(found.name.encode()):
        for other in file.classes:
            if other is found.class_ or (
                other.node.start_byte == found.class_.node.start_byte and file is found.class_.file
            ):
                continue
            scope = analysis.world.types(file).scopes.scope_of(other.node)
            mine = found.name.encode() in scope.variables or analysis.types.classes.stores(other, found.name)
            if mine and any(up is found.class_ for up in analysis.types.classes.lineage(other)):
                return True
    return bool(analysis.types.classes.stores(found.class_, found.name))


# cached properties


def _property_decorator(analysis: Analysis, found: CachedMethod) -> list[Edit]:
    """The edits that put `cached_property` in the place of all decorators."""
    source, nodes = analysis.source, found.method.decorators
    start, end = nodes[0].start_byte, nodes[-1].end_byte
    between = source.slice(Span(start, end))
    if len(nodes) > 1 and (nodes[1] != found.decorator or b"#" in between):
        raise RefusalError("decorators", "the cache is not the inner one of two decorators")
    name, edits = _spelled(analysis, found)
    return [Edit(Span(start, end), name.encode()), *edits]


def _spelled(analysis: Analysis, found: CachedMethod) -> tuple[str, list[Edit]]:
    """How `cached_property` is spelled, with the edits of the import that gives it."""
    called = found.decorator
    called = syntax.callee(called) if called.type == syntax.CALL else called
    if called.type == syntax.ATTRIBUTE:
        module = called.child_by_field_name("object")
        if module is not None and analysis.types.symbol(module) == "functools":
            return f"{syntax.text(module)}.cached_property", []
    for local, target in analysis.file.imports.items():
        if target == "functools.cached_property":
            return local, []
    if re.search(rb"\bcached_property\b", analysis.source.data):
        raise RefusalError("name-taken", "the name `cached_property` means something else here")
    variable = analysis.types.scopes.variable(called)
    if variable is None or len(variable.bindings) != 1 or variable.bindings[0].kind != "import":
        raise RefusalError("import", "it is not told where the cache is imported")
    imported = variable.bindings[0].identifier.parent
    if imported is None or imported.type != syntax.DOTTED_NAME or imported.parent is None:
        raise RefusalError("import", "the cache is imported under another name")
    if len(analysis.types.scopes.uses(variable)) == 1:
        return "cached_property", [Edit(Span(imported.start_byte, imported.end_byte), b"cached_property")]
    names = imported.parent.children_by_field_name("name")
    first = next((one for one in names if syntax.text(one) > "cached_property"), imported)
    gap = b", "
    if len(names) > 1 and len({one.start_point.row for one in names}) == len(names):
        gap = b"," + analysis.source.newline + analysis.source.indent(first.start_byte)
    return "cached_property", [Edit(Span(first.start_byte, first.start_byte), b"cached_property" + gap)]


def _calls(analysis: Analysis, found: CachedMethod) -> list[Edit]:
    """The edits that make attributes of all calls of the method."""
    name = found.name.encode()
    edits: list[Edit] = []
    for file in analysis.world.mentioning(name):
        types = analysis.world.types(file)
        if re.search(rb"[\"']%b[\"']" % re.escape(name), file.data):
            raise RefusalError("calls", "the name of the method is written in a string")
        for match in re.finditer(rb"\.\s*(%b)\b" % re.escape(name), file.data):
            node = file.root.descendant_for_byte_range(match.start(1), match.end(1))
            used = node.parent if node is not None and node.type == syntax.IDENTIFIER else None
            held = used.child_by_field_name("object") if used is not None and used.type == syntax.ATTRIBUTE else None
            if used is None or held is None:
                continue
            edit = _call(analysis, found, types.of(held), used)
            if edit is not None and file is not analysis.file:
                raise RefusalError("calls", "other files call the method")
            edits += [edit] if edit is not None else []
    return edits


def _call(analysis: Analysis, found: CachedMethod, owner: str | None, used: Node) -> Edit | None:
    """The edit of one call; None of what is called on something else."""
    class_ = analysis.world.class_(owner, analysis.file) if owner is not None else None
    if owner is None:
        raise RefusalError("calls", "it is not known what the method is called on everywhere")
    if class_ is None or not any(up is found.class_ for up in analysis.types.classes.lineage(class_)):
        return None
    call = used.parent
    if call is None or call.type != syntax.CALL or syntax.callee(call) != used or syntax.argument_nodes(call):
        raise RefusalError("calls", "the method is passed on without being called")
    return Edit(Span(used.end_byte, call.end_byte), b"")


# caches of objects


def _without_decorator(analysis: Analysis, found: CachedMethod) -> Edit:
    """The edit that takes the line of the decorator away."""
    source = analysis.source
    node = found.decorator.parent
    assert node is not None
    line_end = source.line_end(found.decorator.end_byte)
    comments = [one for one in _comments(node) if found.decorator.end_byte <= one.start_byte < line_end]
    if any(not is_directive(one) for one in comments):
        raise RefusalError("comment", "a comment stands beside the decorator")
    start, end = source.line_start(node.start_byte), source.data.find(b"\n", found.decorator.end_byte) + 1
    if source.data[start : node.start_byte].strip() or end == 0:
        raise RefusalError("layout", "the decorator does not stand on a line of its own")
    return Edit(Span(start, end), b"")


def _comments(decorator: Node) -> list[Node]:
    """The comments beside a decorator, wherever the grammar puts them."""
    around = decorator.parent if decorator.parent is not None else decorator
    return syntax.captures("(comment) @c", around).get("c", [])


def _initializer(analysis: Analysis, class_: PyClass) -> Function | None:
    """The method in which an object of the class is set up."""
    if _data_class(analysis, class_) is not None:
        return class_.methods.get("__post_init__")
    return class_.methods.get("__init__")


def _initialised(analysis: Analysis, class_: PyClass, owner: Function | None, first: str, line: bytes) -> list[Edit]:
    """The edits that add a line to what sets an object up, or make that."""
    source = analysis.source
    if owner is None:
        return [_new_initializer(analysis, class_, first, line)]
    if not owner.params or owner.params[0].stars or owner.decorators:
        raise RefusalError("no-init", "the object is set up in a way of its own")
    statements = syntax.statements(owner.body)
    anchor = next((one for one in reversed(statements) if _calls_base(one)), None)
    if anchor is not None:
        return [lines_behind(source, anchor, own_line(analysis, anchor), [line])]
    head = statements[0]
    if head.type == syntax.EXPRESSION_STATEMENT and syntax.named(head)[0].type == syntax.STRING:
        return [lines_behind(source, head, own_line(analysis, head), [line])]
    return [lines_before(source, head, own_line(analysis, head), [line])]


def _calls_base(statement: Node) -> bool:
    """Whether a statement sets up what a base has: `super().__init__()`, `Base.__init__(self)`."""
    if statement.type != syntax.EXPRESSION_STATEMENT:
        return False
    call = syntax.named(statement)[0]
    called = syntax.callee(call) if call.type == syntax.CALL else None
    name = called.child_by_field_name("attribute") if called is not None and called.type == syntax.ATTRIBUTE else None
    return name is not None and name.text == b"__init__"


def _new_initializer(analysis: Analysis, class_: PyClass, first: str, line: bytes) -> Edit:
    """The edit that gives a class without bases an `__init__`, before its first method."""
    source = analysis.source
    if _data_class(analysis, class_) is not None or [one for one in class_.bases if one.text != b"object"]:
        raise RefusalError("no-init", "the class has no `__init__` of its own in which a cache could be made")
    method = next(one for one in syntax.statements(class_.body) if _is_method(one))
    indent = own_line(analysis, method)
    unit = indent[len(source.indent(class_.node.start_byte)) :]
    newline = source.newline
    text = indent + b"def __init__(%b):" % first.encode() + newline + indent + unit + line + newline * 2
    start = source.line_start(method.start_byte)
    return Edit(Span(start, start), text)


def _is_method(statement: Node) -> bool:
    return syntax.definition(statement).type == syntax.FUNCTION_DEFINITION
