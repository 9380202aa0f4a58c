"""What the code tells of the size of strings and slices of Go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow.memory import Size, Source
from leakfix.languages.go import syntax, types
from leakfix.languages.go.consts import evaluate
from leakfix.languages.go.sharing_frame import span_of
from leakfix.languages.go.sharing_look import is_fixed
from leakfix.languages.go.types import Array, Basic, Slice
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type

LARGE_BUFFER: Final = 16 << 10
"""From how many bytes on a buffer of a fixed size counts as large."""

_DEPTH: Final = 4
_IN_MEMORY: Final = frozenset({"strings.NewReader", "bytes.NewReader", "bytes.NewBuffer", "bytes.NewBufferString"})
_WIDTHS: Final = {"bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "float32": 4}
_WORD: Final = 8
_SIZES: Final = {"large": Size.LARGE, "line": Size.LINE, "mapping": Size.LARGE}


@record
class Made:
    """A large block that a call makes: which result it is, and whether that is a list of its parts."""

    source: Source
    result: int
    parts: bool


class Sizes:
    """Evidence of sizes in one file."""

    def __init__(self, program: Program, callers: tuple[Function, ...], givers: frozenset[str]) -> None:
        """``callers`` are the functions of the file in which something large is at hand.

        ``givers`` are the names of those that may return it, or a part of it.
        """
        self.givers = givers
        self._program = program
        self._callers = callers

    def cuts_fixed(self, function: Function) -> bool:
        """Whether a function may cut parts of constant length."""
        return is_fixed(function.node.text or b"")

    def is_called(self, function: Function) -> bool:
        """Whether a function in which something large is at hand may call this one."""
        called = function.name.rpartition(".")[2].encode() + b"("
        callers = (caller for caller in self._callers if caller.file is function.file and caller is not function)
        return any(called in (caller.node.text or b"") for caller in callers)

    def of_call(self, function: Function, call: Node) -> Made | None:
        """The large block that a call makes."""
        callee = self._program.types(function).callee(call)
        large = self._program.models.large(callee.symbol) if callee is not None else None
        if large is None or self._is_small_file(call) or (large.size == "line" and self._reads_memory(function, call)):
            return None
        is_mapping = large.size == "mapping"
        source = Source(span_of(call), _SIZES[large.size], large.noun, made=True, unmanaged=is_mapping)
        return Made(source, large.result, large.parts)

    def of_make(self, function: Function, call: Node) -> Source | None:
        """The buffer that ``make([]T, n)`` makes, when n is a constant and the buffer is large."""
        arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
        inferred = self._program.types(function)
        if len(arguments) < 2 or arguments[0].kind_id != syntax.SLICE_TYPE:
            return None
        core = types.core(inferred.of(arguments[0]))
        count = max((evaluate(one, inferred.resolver) or 0 for one in arguments[1:]), default=0)
        if not isinstance(core, Slice):
            return None
        return _buffer(call, core.element, count)

    def of_array(self, function: Function, node: Node) -> Source | None:
        """An array that is sliced, when it is large."""
        core = types.core(self._program.types(function).of(node))
        return _buffer(node, core.element, core.length or 0) if isinstance(core, Array) else None

    def of_parameter(self, function: Function, variable: Variable, index: int) -> Source:
        """What the calls of a function in its own file tell of an argument."""
        best: Source | None = None
        for argument, caller in self._arguments(function, index):
            found = self._evidence(caller, argument, 0)
            if found is not None and (best is None or found.size > best.size):
                best = found
        if best is not None:
            return Source(span_of(variable.declaration), best.size, best.noun)
        return Source(span_of(variable.declaration), Size.UNKNOWN, f"all of {variable.name}")

    def _arguments(self, function: Function, index: int) -> Iterator[tuple[Node, Function]]:
        """The arguments that the functions of the same file call a function with, where something large is at hand."""
        name = function.name.rpartition(".")[2].encode()
        calls = re.compile(rb"\b" + re.escape(name) + rb"\(")
        file = function.file
        for caller in self._callers:
            if caller is function or caller.file is not file:
                continue
            for match in calls.finditer(file.data, caller.start, caller.end):
                argument = _argument(caller.node, match.start(), match.end() - 1, index)
                if argument is not None:
                    yield argument, caller

    def _evidence(self, function: Function, node: Node, depth: int) -> Source | None:
        """The large block that an expression is, as far as its definition tells."""
        node = syntax.unparen(node)
        if depth > _DEPTH:
            return None
        if node.kind_id in (syntax.CALL_EXPRESSION, syntax.TYPE_CONVERSION_EXPRESSION):
            is_call = node.kind_id == syntax.CALL_EXPRESSION
            made = self.of_call(function, node) if is_call else None
            if made is not None:
                return made.source if made.result == 0 and not made.parts else None
            inferred = self._program.types(function)
            callee = inferred.callee(node)
            through = callee is not None and (
                callee.kind == "conversion"
                or any(
                    view.share == "most" and view.argument == 0 for view in self._program.models.views(callee.symbol)
                )
            )
            operands = node.child_by_field_id(syntax.F_ARGUMENTS) or node.child_by_field_id(syntax.F_OPERAND)
            inner = syntax.operands(operands) if operands is not None and through else []
            if operands is not None and operands.kind_id != syntax.ARGUMENT_LIST and through:
                inner = [operands]
            return self._evidence(function, inner[0], depth + 1) if inner else None
        if node.kind_id != syntax.IDENTIFIER:
            return None
        variable = self._program.bindings(function).variable(node)
        if variable is not None and variable.origin.kind_id == syntax.RANGE_CLAUSE:
            return self._each(function, variable, depth)
        if variable is None or variable.position != 0:
            return None
        held = variable.origin.child_by_field_id(syntax.F_RIGHT) or variable.origin.child_by_field_id(syntax.F_VALUE)
        is_assigned = variable.origin.kind_id in (syntax.SHORT_VAR_DECLARATION, syntax.VAR_SPEC)
        values = syntax.operands(held) if held is not None and is_assigned else []
        return self._evidence(function, values[0], depth + 1) if values else None

    def _each(self, function: Function, variable: Variable, depth: int) -> Source | None:
        """The evidence of a variable that is each part of something large in turn: no more than the part is wasted."""
        ranged = variable.origin.child_by_field_id(syntax.F_RIGHT)
        arguments = ranged.child_by_field_id(syntax.F_ARGUMENTS) if ranged is not None else None
        operands = syntax.operands(arguments) if arguments is not None else []
        callee = self._program.types(function).callee(ranged) if ranged is not None and operands else None
        views = self._program.models.views(callee.symbol) if callee is not None else ()
        if not any(view.share == "list" for view in views):
            return None
        whole = self._evidence(function, operands[0], depth + 1)
        return replace(whole, size=Size.LINE) if whole is not None else None

    def _reads_memory(self, function: Function, call: Node) -> bool:
        """Whether a reader was made for a text that is at hand anyway: ``csv.NewReader(strings.NewReader(value))``."""
        named = call.child_by_field_id(syntax.F_FUNCTION)
        reader = named.child_by_field_id(syntax.F_OPERAND) if named is not None else None
        is_name = reader is not None and reader.kind_id == syntax.IDENTIFIER
        variable = self._program.bindings(function).variable(reader) if reader is not None and is_name else None
        held = variable.origin.child_by_field_id(syntax.F_RIGHT) if variable is not None else None
        waiting = syntax.operands(held) if held is not None else [reader] if reader is not None else []
        for node in waiting:
            if node.kind_id != syntax.CALL_EXPRESSION:
                continue
            callee = self._program.types(function).callee(node)
            if callee is not None and callee.symbol in _IN_MEMORY:
                return True
            waiting += syntax.operands(node.child_by_field_id(syntax.F_ARGUMENTS) or node)
        return False

    def _is_small_file(self, call: Node) -> bool:
        """Whether what is read has a fixed path: such files are settings and states, and small."""
        arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
        return bool(arguments) and arguments[0].kind_id == syntax.INTERPRETED_STRING_LITERAL


def _buffer(node: Node, element: Type | None, count: int) -> Source | None:
    core = types.core(element)
    width = _WIDTHS.get(core.name, _WORD) if isinstance(core, Basic) else _WORD
    size = width * count
    if size < LARGE_BUFFER:
        return None
    return Source(span_of(node), Size.LARGE, f"the whole buffer of {size} bytes")


def _argument(within: Node, start: int, end: int, index: int) -> Node | None:
    node = within.descendant_for_byte_range(start, end)
    while node is not None and node.kind_id != syntax.CALL_EXPRESSION and node.start_byte <= start:
        node = node.parent
    arguments = node.child_by_field_id(syntax.F_ARGUMENTS) if node is not None else None
    if arguments is None or arguments.start_byte != end:
        return None
    found = syntax.operands(arguments)
    return found[index] if index < len(found) else None
