"""The fixed form of a forgotten member: its release where its siblings are released, the last acquired first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Touch, Worth
from leakfix.languages.c import syntax
from leakfix.languages.c.member_places import Field
from leakfix.languages.c.member_table import Table, home_of
from leakfix.languages.c.member_touches import Touches
from leakfix.rules.c.layout import insert_before, insert_last, is_conditional, starts_line, unit_of
from leakfix.rules.c.owner_checks import check_copies, check_file, check_initialised
from leakfix.rules.c.owner_spelling import release_lines
from leakfix.rules.c.owners import near_files, own_units
from leakfix.rules.c.repair import RefusalError
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.rules.c.owner_units import Unit
    from leakfix.rules.c.owners import Ending, Forgot

_LEAVING: Final = frozenset((syntax.RETURN_STATEMENT,))


def released_at_end(forgot: Forgot) -> list[Edit]:
    """The edits of the form. Raises `RefusalError` and `LayoutError`."""
    ending = forgot.ending
    if ending is None:
        raise RefusalError("no-destructor", f"{forgot.field.struct.name} needs a destructor, and then a say on copies")
    check_file(ending)
    check_initialised(forgot, ending)
    if ending.owner is None:
        check_copies(forgot, ending)
    units = [unit for unit in own_units(ending) if not is_conditional(unit.first, ending.function.node)]
    access = _access(ending, forgot, units)
    lines = release_lines(forgot, ending, access, units)
    block = _block(ending, units)
    _check_block(forgot, ending, block, units)
    anchor = _anchor(forgot, ending, block, [unit for unit in units if unit.first.parent == block])
    _check_uses(forgot, ending, anchor.start_byte if anchor is not None else block.end_byte)
    return _written(ending, block, anchor, lines)


def _access(ending: Ending, forgot: Forgot, units: Sequence[Unit]) -> str:
    """The member as its siblings are spelled."""
    name = forgot.field.name
    if units:
        return f"{units[0].owner}{name}"
    return name if ending.owner is None else f"{ending.owner.name}->{name}"


def _block(ending: Ending, units: Sequence[Unit]) -> Node:
    """The block in which most siblings are released."""
    blocks = [unit.first.parent for unit in units if unit.first.parent is not None]
    blocks = [block for block in blocks if block.type == syntax.COMPOUND_STATEMENT and not _repeats(ending, block)]
    if not blocks:
        if ending.owner is not None:
            raise RefusalError("no-owner", "no sibling is released in a plain block")
        return ending.function.body
    return max(blocks, key=lambda block: (blocks.count(block), -block.start_byte))


def _check_block(forgot: Forgot, ending: Ending, block: Node, units: Sequence[Unit]) -> None:
    """A condition around the releases must tell that there is an object, or that its members are set."""
    if block == ending.function.body or ending.owner is None:
        if block != ending.function.body:
            raise RefusalError("conditional", "the siblings are released under a condition")
        return
    inner = [unit for unit in units if unit.first.parent == block]
    if any(_ends(ending, statement) for statement in syntax.named(block) if statement.type not in _LEAVING):
        return
    guard = block.parent
    condition = guard.child_by_field_name("condition") if guard is not None else None
    tested = syntax.text(condition).strip("() ") if condition is not None else ""
    if tested in (ending.owner.name, f"{ending.owner.name} != NULL", f"{ending.owner.name} != nullptr"):
        return
    for unit in inner:
        table = Table(ending.analysis.program, Field(ending.struct, unit.declared))
        table.read(near_files(ending))
        if any(stored.home == forgot.told.acquired.home for stored in table.stores):
            return
    raise RefusalError("conditional", "the siblings are released under a condition of their own")


def _repeats(ending: Ending, block: Node) -> bool:
    at: Node | None = block
    while at is not None and at != ending.function.node:
        if at.type in (syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT, syntax.FOR_RANGE_LOOP):
            return True
        if at.type in (syntax.LAMBDA_EXPRESSION, syntax.SWITCH_STATEMENT):
            return True
        at = at.parent
    return False


def _anchor(forgot: Forgot, ending: Ending, block: Node, units: Sequence[Unit]) -> Node | None:
    """The statement that the release stands before; None at the end of the block.

    That is the first of the releases at the end whose member is not known to be acquired later: what the member holds
    may use what was there before it.
    """
    statements = syntax.named(block)
    plain = _trailing(ending, statements, units)
    for unit in units:
        if unit.first.start_byte >= plain and not _is_later(forgot, ending, unit):
            _check_order(forgot, [one for one in units if one.first.start_byte < unit.first.start_byte])
            return unit.first
    _check_order(forgot, units)
    tail = len(statements)
    while tail and _ends(ending, statements[tail - 1]):
        tail -= 1
    return statements[tail] if tail < len(statements) else None


def _check_order(forgot: Forgot, released: Sequence[Unit]) -> None:
    """What the member was made with must be there still."""
    made = (forgot.maker.node.text or b"")[forgot.told.acquired.span.start - forgot.maker.node.start_byte :]
    made = made[: len(forgot.told.acquired.span)]
    for unit in released:
        if re.search(rb"\b%b\b" % re.escape(unit.name.encode()), made):
            raise RefusalError("order", f"{forgot.field.name} is made with {unit.name}, which is released earlier")


def _trailing(ending: Ending, statements: Sequence[Node], units: Sequence[Unit]) -> int:
    """Where the statements of a block start that do nothing but release members and the object."""
    released = {node.start_byte for unit in units for node in (unit.first, unit.last)}
    start = statements[-1].end_byte if statements else 0
    for statement in reversed(statements):
        if statement.start_byte not in released and not _ends(ending, statement):
            break
        start = statement.start_byte
    return start


def _ends(ending: Ending, statement: Node) -> bool:
    """Whether a statement frees the object itself, sets its pointer, or leaves."""
    if statement.type in _LEAVING:
        return True
    held = syntax.named(statement) if statement.type == syntax.EXPRESSION_STATEMENT else []
    if len(held) != 1 or ending.owner is None:
        return False
    if held[0].type == syntax.DELETE_EXPRESSION:
        operands = held[0].named_children[-1:]
    else:
        arguments = held[0].child_by_field_name("arguments")
        operands = syntax.named(arguments) if arguments is not None else []
    touches = Touches(ending.analysis.program)
    for operand in operands:
        variable = ending.analysis.bindings(ending.function).variable(operand)
        if variable is not None and variable.is_variable:
            return touches.of(ending.function, operand) is Touch.RELEASED
    return False


def _is_later(forgot: Forgot, ending: Ending, unit: Unit) -> bool:
    """Whether a sibling is acquired behind the member, in the same function."""
    table = Table(ending.analysis.program, Field(ending.struct, unit.declared))
    table.read(near_files(ending))
    mine = forgot.told.acquired
    stores = (stored for stored in table.stores if stored.worth is not Worth.NOTHING and stored.home == mine.home)
    return any(stored.span.start > mine.span.start for stored in stores)


def _check_uses(forgot: Forgot, ending: Ending, at: int) -> None:
    home = home_of(ending.function)
    if any(use.home == home and use.span.start >= at for use in forgot.told.member.uses):
        raise RefusalError("used-later", f"{forgot.field.name} is used behind the releases of its siblings")


def _written(ending: Ending, block: Node, anchor: Node | None, lines: Sequence[str]) -> list[Edit]:
    source = ending.function.file.source
    unit = unit_of(source, block.end_byte - 1).decode()
    text = [line.replace("\t", unit) if line.startswith("\t") else line for line in lines]
    if anchor is not None:
        return insert_before(source, anchor, text)
    inside = source.data[block.start_byte + 1 : block.end_byte - 1]
    if not inside.strip() and b"\n" not in inside and starts_line(source, ending.function.node):
        indent = source.indent(ending.function.node.start_byte)
        newline = source.newline
        body = b"".join(newline + indent + unit.encode() + line.encode() for line in text)
        return [Edit(Span(block.start_byte + 1, block.end_byte - 1), body + newline + indent)]
    return [insert_last(source, block.end_byte - 1, text)]
