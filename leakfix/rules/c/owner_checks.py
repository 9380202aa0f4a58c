"""What must hold for the release of a member at the end of its owner to be exact."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.customs import words
from leakfix.languages.c.member_table import home_of
from leakfix.languages.cpp.classes import members
from leakfix.rules.c.generated import is_generated
from leakfix.rules.c.repair import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function, Struct
    from leakfix.rules.c.owners import Ending, Forgot

_UNCOPIED: Final = ("unique_ptr", "scoped_ptr", "atomic", "mutex", "thread", "once_flag", "condition_variable")
_ZEROING: Final = frozenset(("calloc", "zalloc", "mallocz", "callocz", "memset", "bzero", "memzero", "pcalloc"))
_MAKING: Final = frozenset(("new", "init", "create", "alloc", "open", "make", "construct", "setup", "initialize"))
_CONTAINERS: Final = re.compile(
    rb"\b(?:vector|list|deque|map|unordered_map|set|pair|optional|queue|stack|array|tuple)\s*<[^;{}()*&]*\b%b\b\s*[,>]"
)


def check_file(ending: Ending) -> None:
    """The file must be one that people write. Raises `RefusalError`."""
    if is_generated(ending.function.file.data):
        raise RefusalError("generated", "the file is generated: its generator is what has to change")


def check_initialised(forgot: Forgot, ending: Ending) -> None:
    """The member must hold something, or nothing, in every object. Raises `RefusalError`."""
    if ending.owner is None:
        makers = _constructors(ending)
        if any(stored.makes and not stored.home.name for stored in forgot.told.member.stores):
            return
        if not makers or not all(_sets(forgot, maker) for maker in makers):
            raise RefusalError("uninitialised", f"not every constructor sets {forgot.field.name}")
        return
    if not any(_makes_zeroed(ending, file) for file in _files(forgot, ending)) and not _is_set_first(forgot):
        raise RefusalError("uninitialised", f"an object may exist whose {forgot.field.name} was never set")


def _constructors(ending: Ending) -> tuple[Function, ...]:
    last = ending.struct.name.rpartition("::")[2]
    found = ending.analysis.world.functions(f"{ending.struct.name}::{last}", ending.function.file)
    declared = sum(1 for one in members(ending.struct) if one.name is not None and syntax.text(one.name) == last)
    deleted = sum(
        1
        for one in members(ending.struct)
        if one.name is not None
        and syntax.text(one.name) == last
        and syntax.text(one.node).replace(" ", "").endswith("=delete;")
    )
    return found if len(found) >= declared - deleted else ()


def _sets(forgot: Forgot, maker: Function) -> bool:
    """Whether a constructor sets the member on every way, or leaves that to another."""
    home = home_of(maker)
    for initializer in maker.initializers:
        named = syntax.named(initializer)
        if named and syntax.text(named[0]) == maker.last_name:
            return True
    for stored in forgot.told.member.stores:
        if stored.home == home and not _is_nested(maker, stored.span.start):
            return True
    return any(
        node.type == syntax.CALL_EXPRESSION
        and (node.text or b"").replace(b" ", b"").startswith((b"memset(this,", b"bzero(this,", b"::memset(this,"))
        for node in syntax.walk(maker.body)
    )


def _is_nested(function: Function, start: int) -> bool:
    """Whether something stands in a branch or a loop of a function."""
    at: Node | None = function.node.named_descendant_for_byte_range(start, start + 1)
    while at is not None and at != function.node:
        if at.type in _BRANCHES and at.start_byte > function.node.start_byte:
            condition = at.child_by_field_name("condition")
            if condition is None or not condition.start_byte <= start < condition.end_byte:
                return True
        at = at.parent
    return False


_BRANCHES: Final = frozenset(
    (
        *(syntax.IF_STATEMENT, syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.SWITCH_STATEMENT),
        *(syntax.LAMBDA_EXPRESSION, syntax.PREPROC_IF, syntax.PREPROC_IFDEF, syntax.TRY_STATEMENT, syntax.DO_STATEMENT),
    )
)


def _files(forgot: Forgot, ending: Ending) -> Iterator[CFile]:
    paths = dict.fromkeys((ending.function.file.path, forgot.maker.file.path, ending.struct.file.path))
    return (ending.analysis.world.file(path) for path in paths)


def _makes_zeroed(ending: Ending, file: CFile) -> bool:
    """Whether a function of a file makes objects of the type with all their bytes zero."""
    name = _type_name(ending).encode()
    for function in file.functions:
        text = function.node.text or b""
        if name not in text or not ending.analysis.program.is_read(function):
            continue
        for node in syntax.walk(function.body):
            called = node.child_by_field_name("function") if node.type == syntax.CALL_EXPRESSION else None
            if called is not None and not _ZEROING.isdisjoint(words(syntax.text(called))) and name in _around(node):
                return True
    return False


def _around(call: Node) -> bytes:
    """What tells which object a call zeroes: its arguments, and the declaration or statement that it stands in."""
    at = call
    while at.parent is not None and not at.type.endswith(("_statement", "declaration")):
        at = at.parent
    text = at.text or b""
    arguments = call.child_by_field_name("arguments")
    given = syntax.named(arguments) if arguments is not None else []
    owner = at
    while owner.parent is not None and owner.type != syntax.FUNCTION_DEFINITION:
        owner = owner.parent
    target = given[0].text if given else None
    if target is not None and at.type == syntax.EXPRESSION_STATEMENT:
        return text + (owner.text or b"")[:400]
    return text


def _type_name(ending: Ending) -> str:
    owner = ending.owner
    return syntax.text(owner.type).split()[-1] if owner is not None and owner.type is not None else ending.struct.name


def _is_set_first(forgot: Forgot) -> bool:
    """Whether what makes an object sets the member, whatever happens."""
    acquired = forgot.told.acquired
    return not _MAKING.isdisjoint(words(acquired.home.name)) and not _is_nested(forgot.maker, acquired.span.start)


def check_copies(forgot: Forgot, ending: Ending) -> None:
    """No object may be copied, with which the member would be released twice. Raises `RefusalError`."""
    if is_uncopied(ending.struct):
        return
    last = ending.struct.name.rpartition("::")[2]
    for file in ending.analysis.world.mentioning(last.encode()):
        if _copies(file, last):
            raise RefusalError("copied", f"{last} is copied: both objects would release {forgot.field.name}")


def is_uncopied(struct: Struct) -> bool:
    """Whether a class says that its objects are not copied, or cannot be."""
    last = struct.name.rpartition("::")[2]
    access = {}
    for member in members(struct):
        text = "".join(syntax.text(member.node).partition("{")[0].split())
        if f"{last}(const{last}&" in text or f"operator=(const{last}&" in text:
            access[text] = member.access != "public" or text.endswith("=delete;")
        if text.startswith(("DISALLOW_COPY", "DISABLE_COPY", "Q_DISABLE_COPY", "DISALLOW_EVIL", "NON_COPYABLE")):
            return True
        is_field = member.node.type == syntax.FIELD_DECLARATION
        if is_field and any(word in text for word in _UNCOPIED) and "*" not in text and "&" not in text:
            return True
    if access:
        return all(access.values())
    return any("noncopyable" in base.lower().replace("_", "") for base in struct.bases)


def _copies(file: CFile, last: str) -> bool:
    """Whether a file copies objects of a class: in containers, by value, or from one another."""
    name = last.encode()
    if re.search(_CONTAINERS.pattern % re.escape(name), file.data):
        return True
    for match in re.finditer(rb"\b%b\b" % re.escape(name), file.data):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        holder = node.parent if node is not None and node.type == syntax.TYPE_IDENTIFIER else None
        if holder is not None and holder.child_by_field_name("type") == node and _takes_value(holder):
            return True
    return False


def _takes_value(declaration: Node) -> bool:
    """Whether a declaration makes a copy: a parameter or a result by value, an object made from another."""
    if declaration.type in (syntax.PARAMETER_DECLARATION, syntax.FUNCTION_DEFINITION):
        declarator = declaration.child_by_field_name("declarator")
        steps = declarators.read(declarator).steps if declarator is not None else ()
        if declaration.type == syntax.FUNCTION_DEFINITION:
            return steps == ("()",) and declaration.child_by_field_name("body") is not None
        return not steps
    if declaration.type != syntax.DECLARATION:
        return False
    for one in declarators.declarators(declaration):
        value = one.value
        if one.steps or value is None:
            continue
        if value.type in (syntax.IDENTIFIER, syntax.POINTER_EXPRESSION, syntax.FIELD_EXPRESSION):
            return True
    return False
