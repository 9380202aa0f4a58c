"""The form that makes the variable a `std::unique_ptr`, where every use of it has an exact counterpart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import Status
from leakfix.languages.c import syntax
from leakfix.languages.c.standards import reaches
from leakfix.rules.c.checks import check_whole, needs
from leakfix.rules.c.layout import following, is_bare_body, remove_statement, starts_line
from leakfix.rules.c.releases import return_type
from leakfix.rules.c.repair import ARRAY, RefusalError, Repair
from leakfix.rules.c.spelling import Spelling, plain_release
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.scopes import Variable

_MEMORY: Final = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*<memory>", re.MULTILINE)
_ALREADY: Final = re.compile(rb"\bstd::(?:unique_ptr|shared_ptr|make_unique|make_shared)\b")
_INCLUDE: Final = re.compile(rb"^#include[ \t]*<([a-z_0-9]+)>[^\n]*\n", re.MULTILINE)
_CONDITION: Final = re.compile(rb"^[ \t]*#[ \t]*(if|endif)|extern[ \t]+\"C\"", re.MULTILINE)
_JUMPS: Final = (b"goto ", b"longjmp", b"setjmp", b"zend_bailout", b"asm")
_NULLS: Final = frozenset(("nullptr", "NULL", "0"))
_TRUTHS: Final = frozenset((syntax.CONDITION_CLAUSE, syntax.IF_STATEMENT, syntax.WHILE_STATEMENT))
_PLAIN_TYPES: Final = frozenset(
    (
        *("int", "long", "short", "char", "unsigned", "signed", "bool", "float", "double", "size_t", "ssize_t"),
        *("std::size_t", "unsigned int", "unsigned long", "unsigned char", "int64_t", "uint64_t", "int32_t"),
        *("uint32_t", "uint8_t", "uint16_t", "std::string", "string"),
    )
)
_FORWARDED: Final = frozenset(
    (
        *(syntax.STRING_LITERAL, syntax.FIELD_EXPRESSION, syntax.CALL_EXPRESSION, syntax.TRUE, syntax.FALSE),
        *(syntax.NULL, syntax.CAST_EXPRESSION),
    )
)


def owned_by_pointer(repair: Repair) -> list[Edit]:
    """The declaration, every use and every delete of the variable, and the header. Raises `RefusalError`."""
    check_whole(repair)
    variable = owner_of(repair)
    check_function(repair, variable)
    edits = [_declared(repair, variable)]
    for use in repair.bindings.uses(variable):
        edits.extend(used_in(repair, variable, use))
    edits.extend(included(repair))
    return edits


def owner_of(repair: Repair) -> Variable:
    """The variable that is declared with the new object and nothing else."""
    value = repair.acquisition
    found = next((one for one in repair.bindings.variables if one.value == value), None)
    if value.type != syntax.NEW_EXPRESSION or found is None or found.kind != "local":
        raise RefusalError("no-owner", "no variable is declared with the new object")
    Spelling(repair).statement(found)
    statement = found.origin
    parent = statement.parent
    if parent is None or parent.type != syntax.COMPOUND_STATEMENT or not starts_line(repair.source, statement):
        raise RefusalError("layout", "the declaration is no statement of a block")
    if parent.parent is None or parent.parent.type == syntax.SWITCH_STATEMENT:
        raise RefusalError("jump", "the labels of a switch would pass over the declaration")
    if len(statement.children_by_field_name("declarator")) != 1:
        raise RefusalError("layout", "the declaration declares more than the variable")
    if any(
        child.type == syntax.TYPE_QUALIFIER for child in syntax.walk(statement) if child.start_byte < value.start_byte
    ):
        raise RefusalError("type", "the variable is qualified")
    return found


def check_function(repair: Repair, variable: Variable) -> None:
    """No jump may pass over the declaration, and nothing else may hold the object. Raises `RefusalError`."""
    text = repair.source.data[repair.function.body.start_byte : repair.function.body.end_byte]
    if any(word in text for word in _JUMPS):
        raise RefusalError("jump", "a jump may pass over the declaration")
    if repair.function.is_template:
        raise RefusalError("type", "the function is a template")
    for loss in repair.leak.losses:
        if repair.holder(loss) is not variable:
            raise RefusalError("aliased", "another variable holds the object where it is lost")


def _declared(repair: Repair, variable: Variable) -> Edit:
    value = repair.acquisition
    of = value.child_by_field_name("type")
    if of is None:
        raise RefusalError("type", "the type of the object is not plain")
    name, made = variable.name, syntax.text(of)
    text = syntax.text(value)
    if repair.resource == ARRAY:
        sizes = next((child for child in value.children if child.type == "new_declarator"), None)
        if sizes is not None and any(child.type == "new_declarator" for child in sizes.children):
            raise RefusalError("type", "an array of arrays")
        new = f"std::unique_ptr<{made}[]> {name}({text});"
    elif reaches(repair.analysis.standard, "c++14") and can_be_made(repair, value, made):
        arguments = value.child_by_field_name("arguments")
        assert arguments is not None
        new = f"auto {name} = std::make_unique<{made}>{syntax.text(arguments)};"
    else:
        new = f"std::unique_ptr<{made}> {name}({text});"
    return Edit(Span(variable.origin.start_byte, variable.origin.end_byte), new.encode())


def can_be_made(repair: Repair, value: Node, made: str) -> bool:
    """Whether `std::make_unique` does the same: a public constructor, given what can be handed through."""
    arguments = value.child_by_field_name("arguments")
    struct = repair.analysis.world.struct(made, repair.analysis.file)
    if arguments is None or arguments.type != syntax.ARGUMENT_LIST or struct is None or struct.is_template:
        return False
    if value.child_by_field_name("placement") is not None or not _has_public_constructor(
        struct.body, made, struct.kind
    ):
        return False
    return all(_may_be_forwarded(repair, one) for one in syntax.named(arguments))


def _has_public_constructor(body: Node, made: str, kind: str) -> bool:
    """Whether a class declares constructors, all of them public."""
    hidden = kind == "class"
    own = made.rpartition("::")[2].encode()
    found = False
    for child in body.named_children:
        if child.type == "access_specifier":
            hidden = b"public" not in (child.text or b"")
            continue
        head = (child.text or b"").partition(b"(")[0].split()
        if child.type != syntax.COMMENT and head and head[-1] == own and b"(" in (child.text or b""):
            if hidden:
                return False
            found = True
    return found


def _may_be_forwarded(repair: Repair, argument: Node) -> bool:
    if argument.type == syntax.IDENTIFIER:
        variable = repair.bindings.variable(argument)
        return variable is not None and variable.kind in ("local", "param")
    if argument.type == syntax.NUMBER_LITERAL:
        return syntax.text(argument).strip("0xX") != ""
    return argument.type in _FORWARDED and syntax.text(argument) != "NULL"


def used_in(repair: Repair, variable: Variable, use: Node) -> Iterator[Edit]:
    """What a use becomes; raises `RefusalError` where it has no exact counterpart."""
    node, parent = use, use.parent
    while parent is not None and parent.type == syntax.PARENTHESIZED_EXPRESSION:
        node, parent = parent, parent.parent
    if parent is None or _is_captured(repair, use):
        raise RefusalError("captured", f"a lambda captures {variable.name}")
    kind = parent.type
    if kind == syntax.DELETE_EXPRESSION:
        yield _deleted(repair, variable, parent)
    elif kind == syntax.FIELD_EXPRESSION and any(child.type == "->" for child in parent.children):
        return
    elif kind == syntax.SUBSCRIPT_EXPRESSION and parent.child_by_field_name("argument") == node:
        if repair.resource != ARRAY:
            raise RefusalError("used", f"{variable.name} is used as an array")
    elif kind == syntax.POINTER_EXPRESSION and repair.resource != ARRAY:
        if any(child.type == "&" for child in parent.children):
            raise RefusalError("aliased", f"the address of {variable.name} is taken")
    elif kind == syntax.ARGUMENT_LIST and node == use:
        _check_borrowed(repair, variable, parent)
        yield Edit(Span(use.end_byte, use.end_byte), b".get()")
    elif kind == syntax.ASSIGNMENT_EXPRESSION and node == use and parent.child_by_field_name("left") == use:
        yield _replaced(repair, variable, parent)
    elif kind == syntax.RETURN_STATEMENT and node == use:
        if not return_type(repair.function).endswith("*"):
            raise RefusalError("used", "what is returned is no plain pointer")
        yield Edit(Span(use.end_byte, use.end_byte), b".release()")
    elif not _is_truth(parent, node):
        raise RefusalError("used", f"{variable.name} is used in a way that a smart pointer has no exact form for")


def _replaced(repair: Repair, variable: Variable, assignment: Node) -> Edit:
    """`p = new T;` hands the new object over with `reset`, which deletes the old one."""
    value, operator = assignment.child_by_field_name("right"), assignment.child_by_field_name("operator")
    is_statement = assignment.parent is not None and assignment.parent.type == syntax.EXPRESSION_STATEMENT
    is_same = value is not None and value.type == syntax.NEW_EXPRESSION and _is_alike(repair, value)
    if value is None or operator is None or operator.type != "=" or not is_same or not is_statement:
        raise RefusalError("used", f"{variable.name} is used in a way that a smart pointer has no exact form for")
    return Edit(
        Span(assignment.start_byte, assignment.end_byte), f"{variable.name}.reset({syntax.text(value)})".encode()
    )


def _is_alike(repair: Repair, value: Node) -> bool:
    """Whether a `new` makes the same as the acquisition: one object, or an array, of the same type."""
    one, other = value.child_by_field_name("type"), repair.acquisition.child_by_field_name("type")
    is_array = any(child.type == "new_declarator" for child in value.children)
    return (
        one is not None
        and other is not None
        and one.text == other.text
        and is_array == (repair.resource == ARRAY)
        and value.child_by_field_name("placement") is None
    )


def _is_truth(parent: Node, node: Node) -> bool:
    """Whether a use only asks whether the pointer is null."""
    if parent.type in _TRUTHS:
        return parent.type == syntax.CONDITION_CLAUSE or parent.child_by_field_name("condition") == node
    operator = parent.child_by_field_name("operator")
    kind = operator.type if operator is not None else ""
    if parent.type == syntax.UNARY_EXPRESSION:
        return kind == "!"
    if parent.type == syntax.BINARY_EXPRESSION and kind in ("&&", "||"):
        return True
    if parent.type == syntax.BINARY_EXPRESSION and kind in ("==", "!="):
        sides = (parent.child_by_field_name("left"), parent.child_by_field_name("right"))
        return any(side is not None and syntax.text(side) in _NULLS for side in sides)
    return False


def _check_borrowed(repair: Repair, variable: Variable, arguments: Node) -> None:
    call = arguments.parent
    callee = (
        repair.analysis.types(repair.function).callee(call)
        if call is not None and call.type == syntax.CALL_EXPRESSION
        else None
    )
    if callee is None or callee.kind == "macro" or Status.HANDED_ON in repair.leak.fates:
        raise RefusalError("used", f"{variable.name} is handed to something that may keep it")
    if call is not None and plain_release(call, variable.name):
        raise RefusalError("ambiguous-release", f"{variable.name} is released by a function")


def _is_captured(repair: Repair, use: Node) -> bool:
    at: Node | None = use
    while at is not None and at != repair.function.node:
        if at.type == syntax.LAMBDA_EXPRESSION:
            return True
        at = at.parent
    return False


def _deleted(repair: Repair, variable: Variable, expression: Node) -> Edit:
    """`delete p;` goes where the end of the scope is next, else the object goes there with `reset`."""
    statement = expression.parent
    if statement is None or statement.type != syntax.EXPRESSION_STATEMENT:
        raise RefusalError("used", f"{variable.name} is deleted inside an expression")
    if not is_bare_body(statement) and _is_last(repair, variable, statement) and _is_alone(repair, variable):
        return remove_statement(repair.source, statement)
    return Edit(Span(statement.start_byte, statement.end_byte), f"{variable.name}.reset();".encode())


def _is_last(repair: Repair, variable: Variable, statement: Node) -> bool:
    """Whether nothing but a plain return, or the end of the variable's block, stands behind a statement."""
    behind = next(following(statement), None)
    if behind is None:
        return statement.parent == variable.origin.parent
    if behind.type != syntax.RETURN_STATEMENT:
        return False
    returned = syntax.named(behind)
    return not returned or not needs(repair, repair.leak.losses[0], returned[0], is_library=False)


def _is_alone(repair: Repair, variable: Variable) -> bool:
    """Whether no object that is declared behind the variable has a destructor, which would run first."""
    for other in repair.bindings.variables:
        if other.since <= variable.since or other.kind in ("param", "static", "extern"):
            continue
        of = repair.type_of(other)
        steps = other.declarator.steps if other.declarator is not None else ()
        if not steps and (of is None or (not of.is_pointer and of.base not in _PLAIN_TYPES)):
            return False
    return True


def included(repair: Repair) -> Iterator[Edit]:
    """`#include <memory>` among the headers of the library. Raises `RefusalError` where they have no block."""
    data = repair.source.data
    if _MEMORY.search(data) is not None or _ALREADY.search(data) is not None:
        return
    if repair.source.newline != b"\n":
        raise RefusalError("include", "the file has no block of headers that another could join")
    guarded = _CONDITION.search(data)
    end = guarded.start() if guarded is not None else len(data)
    found = [match for match in _INCLUDE.finditer(data) if match.start() < end]
    if not found:
        raise RefusalError("include", "the file has no block of headers that another could join")
    block = [found[-1]]
    for match in reversed(found[:-1]):
        if match.end() != block[0].start():
            break
        block.insert(0, match)
    names = [match[1] for match in block]
    at = block[-1].end()
    if names == sorted(names):
        at = next((match.start() for match in block if match[1] > b"memory"), at)
    yield Edit(Span(at, at), b"#include <memory>\n")
