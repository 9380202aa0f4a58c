"""Everything that lowering and codemods ask about a Go program: packages, types, models and summaries, made once."""

from __future__ import annotations

import re
from bisect import bisect_left
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from leakfix.flow import Outcome
from leakfix.languages.go import syntax
from leakfix.languages.go.call_looks import CallLooks
from leakfix.languages.go.call_text import ends_with_dot, is_no_code, operand_before
from leakfix.languages.go.first_look import METHOD, acquiring_names, called, may_be_released, results_of, spelled
from leakfix.languages.go.heads import sends_head
from leakfix.languages.go.infer import Types
from leakfix.languages.go.lowering import ends_process, lower, lower_captured
from leakfix.languages.go.obligations import error_result, from_models, is_below, of_type
from leakfix.languages.go.packages import SnapshotPackage
from leakfix.languages.go.plain_calls import PlainCall, plain_call
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.settled import Settling
from leakfix.languages.go.summaries import Depth, Summary
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tree_sitter import Node

    from leakfix.flow import Graph, Obligation
    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.lower_frame import Frame
    from leakfix.languages.go.packages import File, Function, World
    from leakfix.models import Models

CALLED: Final = re.compile(rb"\b([A-Za-z_]\w*)\(")
"""Where a call may stand: only a first look, the tree decides."""

_COMPOUND_CALL: Final = re.compile(rb"[\])]\(")
"""Where something may be called that is no plain name: an instance, a function in parentheses."""
_DOT: Final = ord(".")
_FUNC: Final = b"func "
_DEEPEST_SUMMARY = 4
_ANSWER: Final = "response-body"
_VALUES: Final = frozenset({syntax.COMPOSITE_LITERAL, syntax.FUNC_LITERAL})
_OTHER_VERBS = frozenset({"Abort", "Close", "CloseWithError", "ListenAndServe", "Release", "Serve", "Shutdown", "Stop"})
"""Methods that end what they are called on, or keep it until it ends, whatever the models say of its type."""


@record
class Candidates:
    """The calls of a function that may acquire something, by where their names start."""

    starts: tuple[int, ...]
    calls: tuple[Node, ...]


class Program:
    """The packages in reach with what is known of their functions."""

    def __init__(
        self,
        world: World,
        models: Models,
        owners: Iterable[str] = (),
        places: Mapping[str, Sequence[str]] | None = None,
        types: frozenset[bytes] | None = None,
    ) -> None:
        """``owners`` names functions of the project whose result may have to be released, methods behind `METHOD`.

        ``places`` tells in which files methods of these names, and of those that the models name, are declared, and
        ``types`` names all types whose values may have to be released; None where that is not known.
        """
        self.world = world
        self.models = models
        symbols = models.symbols()
        acquiring = acquiring_names(models) | frozenset(owners)
        self._types = types
        self._released: dict[bytes, bool] = {}
        self._functions = frozenset(name for name in acquiring if not name.startswith(METHOD))
        self._methods = frozenset(name.removeprefix(METHOD) for name in acquiring if name.startswith(METHOD))
        self.names = self._functions | self._methods
        self._wanted = spelled(self.names)
        self.release_verbs = (models.release_methods | _OTHER_VERBS) - {"()"}
        self.draining_methods = frozenset(m for resource in models.resources() for m in resource.drained_by)
        self.stopping_names = frozenset(s.rpartition(".")[2] for s in symbols if models.never_returns(s))
        self.checking_names = frozenset(s.rpartition(".")[2] for s in symbols if models.check(s) is not None)
        self.stubs = {resource.name: resource.stubs for resource in models.resources() if resource.stubs}
        self.depth = Depth(_DEEPEST_SUMMARY)
        self.settling = Settling(self)
        self._looks = CallLooks(self, places)

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return Bindings.of_function(function)

    def types(self, function: Function) -> Types:
        """The types of a function's expressions."""
        return Types.of_function(function)

    def is_standard(self, package: str, importer: File) -> bool:
        """Whether an import path is one of the standard library's, known by its signatures alone."""
        return isinstance(self.world.imported(package, importer.package), SnapshotPackage) if package else False

    def graph(self, function: Function, owner: Node, *, cut: bool = False) -> Graph:
        """The flow graph of a declaration or of a function literal inside it, for what it may lose, as `lower` says."""
        calls = self.candidates(function, owner)
        settled = frozenset(call.end_byte for call in calls if self.settling.is_settled(function, call))
        return lower(self, function.file, function, owner, settled=settled, cut=cut)

    def lower_literal(self, outer: Frame, literal: Node, roots: frozenset[int]) -> Graph:
        """The flow graph of a function literal that follows the captured variables ``roots``."""
        return lower_captured(outer, literal, roots)

    def summary(self, function: Function) -> Summary:
        """What a function does to its operands, and what it gives back."""
        known = function.cache.get("summary")
        if not isinstance(known, Summary):
            known = function.cache["summary"] = Summary(self, function)
        return known

    def summary_graph(
        self,
        function: Function,
        follow: int | None = None,
        settled: frozenset[int] = frozenset(),
        *,
        for_caller: bool = False,
    ) -> Graph | None:
        """The flow graph that a part of a summary is read off; None for a function without one.

        Raises what `lower` does.
        """
        if not self.is_read(function) or function.has_error:
            return None
        return lower(
            self, function.file, function, function.node, follow=follow, settled=settled, for_caller=for_caller
        )

    def is_read(self, function: Function | None) -> bool:
        """Whether a function's body is read for what it does: bodies of dependencies are not, models and types tell."""
        return function is not None and self.is_code(function.file) and function.body is not None

    def is_code(self, file: File) -> bool:
        """Whether a file belongs to the project: it is no dependency."""
        return not self.world.is_downloaded(file)

    def calls(self, function: Function, symbol: str) -> bool:
        """Whether a function, or a literal in it, calls the function of this symbol."""
        return any(True for _ in self._calls_of(function, symbol))

    def calls_later(self, function: Function, symbol: str, start: Node) -> bool:
        """Whether the function of this symbol is only called when that around ``start``, or its literal, has left."""
        owner = syntax.owner_of(start)
        calls = list(self._calls_of(function, symbol))
        return bool(calls) and not any(_runs_within(call, owner) for call in calls)

    def _calls_of(self, function: Function, symbol: str) -> Iterator[Node]:
        name = symbol.rpartition(".")[2].encode()
        for match in CALLED.finditer(function.file.data, function.start, function.end):
            call = _call_at(function.node, match.start(1), match.end(1)) if match[1] == name else None
            callee = self.types(function).callee(call) if call is not None else None
            if call is not None and callee is not None and callee.symbol == symbol:
                yield call

    def parameter_count(self, function: Function) -> int:
        """How many operands a function has, its receiver included."""
        known = function.cache.get("operands")
        if not isinstance(known, int):
            lists = (function.node.child_by_field_id(number) for number in (syntax.F_RECEIVER, syntax.F_PARAMETERS))
            declarations = (one for held in lists if held is not None for one in syntax.operands(held))
            known = sum(max(len(syntax.field_children(one, syntax.F_NAME)), 1) for one in declarations)
            function.cache["operands"] = known
        return known

    def acquiring(self, function: Function) -> list[Node]:
        """The calls of the function itself, not of literals in it, that acquire something."""
        calls = (call for call in self.candidates(function) if syntax.owner_of(call) == function.node)
        return [call for call in calls if self.acquires(function, call)]

    def ends_with_process(self, function: Function, owner: Node, call: Node) -> bool:
        """Whether leaving ``owner`` ends the process, and with it all that the call acquires, which is done once."""
        if not ends_process(self.types(function), function, owner) or b"goto " in (owner.text or b""):
            return False
        at: Node | None = call
        while at is not None and at != owner:
            if at.kind_id == syntax.FOR_STATEMENT:
                return False
            at = at.parent
        callee = self.types(function).callee(call)
        owned = self.owned(callee, call, function) if callee is not None else {}
        return not any(obligation.writes for obligation, _ in owned.values())

    def acquires(self, function: Function, call: Node) -> bool:
        """Whether a call of the function acquires something; the answer at full depth is kept."""
        known = function.cache.setdefault("acquires", {})
        if not isinstance(known, dict) or call.id in known:
            return isinstance(known, dict) and bool(known[call.id])
        before, self.depth.met = self.depth.met, False
        found = self._acquires(function, call)
        if not self.depth.met:
            known[call.id] = found
        self.depth.met = self.depth.met or before
        return found

    def _acquires(self, function: Function, call: Node) -> bool:
        quick = self._acquires_by_name(function, call)
        if quick is not None:
            return quick
        callee = self.types(function).callee(call)
        return callee is not None and bool(self.owned(callee, call, function))

    def _acquires_by_name(self, function: Function, call: Node) -> bool | None:
        """The answer for a function that is named plainly, by its package or alone; None where types are needed."""
        plain = self.plain_call(function, call)
        if plain is None:
            return None
        acquired = self.models.acquires(plain.symbol)
        if any(self.models.resource(acquire.resource).family == _ANSWER for acquire in acquired):
            return None
        if any(acquire.until is None or is_below(function.file, acquire.until) for acquire in acquired):
            return True
        if plain.function is None or not (self._may_owe(plain.function) and self.is_read(plain.function)):
            return False
        summary = self.summary(plain.function)
        if any(are_met(summary.needs.get(index, frozenset()), plain.function, call) for index in summary.owned):
            return True
        return None if summary.holders else False

    def plain_call(self, function: Function, call: Node) -> PlainCall | None:
        """What a call calls, where its name alone tells."""
        return plain_call(self.world, function, call)

    def results(self, plain: PlainCall) -> Collection[int] | None:
        """The results of a call, -1 its receiver, that may have to be released; None when that depends on its types."""
        acquired = self.models.acquires(plain.symbol)
        if acquired:
            return {acquire.result for acquire in acquired}
        if plain.function is None or not (self._may_owe(plain.function) and self.is_read(plain.function)):
            return ()
        summary = self.summary(plain.function)
        return summary.owned.keys() | summary.holders

    def _may_owe(self, function: Function) -> bool:
        """A look at the bytes of a function: whether its results may oblige to anything."""
        return self.is_code(function.file) and self.may_hand_over(function)

    def takes(self, plain: PlainCall, index: int) -> bool:
        """Whether a function surely releases or keeps an argument, so that its caller need not release it."""
        symbol, function = plain
        release = self.models.release(symbol)
        if release is not None or self.models.kept_argument(symbol) is not None:
            return index in (release.argument if release is not None else None, self.models.kept_argument(symbol))
        if self.models.wrap(symbol) is not None or self.models.borrows(symbol):
            return False
        if function is None or not self.is_read(function):
            return False
        effects = self.summary(function).of(index)
        if effects is None:
            return not any(
                fnmatchcase(symbol.rpartition(".")[2], stub) for stubs in self.stubs.values() for stub in stubs
            )
        return any(not path and method in self.release_verbs for path, method in effects.releases)

    def sharing(self, callee: Callee | None) -> frozenset[int]:
        """The results of a project's function that hold, next to another result, what the caller has to release."""
        if callee is None or callee.function is None or not self.is_read(callee.function):
            return frozenset()
        return self.summary(callee.function).holders

    def owned(self, callee: Callee, call: Node, caller: Function) -> Mapping[int, tuple[Obligation, int | None]]:
        """What a call makes its caller owe: result index to obligation and the index of the error, if any."""
        found = from_models(self.models, callee, call, caller.file)
        if any(obligation.family == _ANSWER for obligation, _ in found.values()):
            return {} if sends_head(call, self.bindings(caller), self.types(caller)) else found
        if found or callee.function is None or not self.is_read(callee.function):
            return found
        summary = self.summary(callee.function)
        error = error_result(callee.signature)
        for index, obligation in summary.owned.items():
            if are_met(summary.needs.get(index, frozenset()), callee.function, call):
                found[index] = (obligation, error)
        for index in summary.holders:
            signature = callee.signature
            if index in found or signature is None or index >= len(signature.results):
                continue
            closing = of_type(signature.results[index], summary.parts[index])
            if closing is not None:
                found[index] = (closing, error)
        return found

    def may_lose(self, function: Function) -> bool:
        """Whether a function may lose what it acquires: a look at its bytes."""
        known = function.cache.get("may lose")
        if not isinstance(known, bool):
            named = self._named_in(function)
            known = any(self._looks.may_lose(function, start, name) for start, name in named)
            function.cache["may lose"] = known
        return known

    def names_acquiring(self, function: Function) -> bool:
        """Whether a function calls anything that has the name of an acquiring function: a look at its bytes."""
        return bool(self._named_in(function))

    def may_hand_over(self, function: Function) -> bool:
        """Whether a function of the project may give something back that it acquires: a look at its bytes.

        What it gives has to be of a type that is released, as those that are named ``owners`` for it.
        """
        if not self.names_acquiring(function):
            return False
        if self._types is None or function.file.whole.standings is None:
            return True
        results = results_of(function.file.data[function.start + len(_FUNC) : function.end])
        known = self._released.get(results)
        if known is None:
            known = self._released[results] = may_be_released(results, self._types)
        return known

    def candidates(self, function: Function, within: Node | None = None) -> tuple[Node, ...]:
        """The calls of a function, or of a literal in it, whose name is that of an acquiring function, in order."""
        known = function.cache.get("candidates")
        if not isinstance(known, Candidates):
            known = function.cache["candidates"] = self._candidates(function)
        if within is None or not known.calls or within == function.node:
            return known.calls
        first, behind = (bisect_left(known.starts, offset) for offset in (within.start_byte, within.end_byte))
        return known.calls[first:behind]

    def _candidates(self, function: Function) -> Candidates:
        file = function.file
        found: list[tuple[int, Node]] = []
        for start, name in self._named_in(function):
            call = _call_at(function.node, start, start + len(name))
            if call is not None and self._may_acquire(file, call, name.decode()):
                found.append((start, call))
        return Candidates(tuple(start for start, _ in found), tuple(call for _, call in found))

    def _named_in(self, function: Function) -> list[tuple[int, bytes]]:
        named = self._named(function.file)
        return named[bisect_left(named, (function.start, b"")) : bisect_left(named, (function.end, b""))]

    def _named(self, file: File) -> list[tuple[int, bytes]]:
        """Where something is called that has the name of an acquiring function, in order: a look at the bytes."""
        cache = file.whole.cache
        known = cache.get("named")
        if not isinstance(known, list):
            named = self._spelled(file)
            known = cache["named"] = [(start, name) for start, name in named if self._is_likely(file, start, name)]
        return known

    def _spelled(self, file: File) -> list[tuple[int, bytes]]:
        """Where the name of an acquiring function stands before an opening parenthesis, in order."""
        cache = file.whole.cache
        known = cache.get("spelled")
        if not isinstance(known, list):
            known = cache["spelled"] = list(called(file.data, self._wanted))
        return known

    def spelled_calls(self, function: Function) -> Sequence[int]:
        """Where anything may stand in a function that is called under the name of one that acquires, in order."""
        known = function.cache.get("spelled calls")
        if not isinstance(known, list):
            spelled, data = self._spelled(function.file), function.file.data
            first, behind = (bisect_left(spelled, (offset, b"")) for offset in (function.start, function.end))
            compound = (match.start() for match in _COMPOUND_CALL.finditer(data, function.start, function.end))
            known = function.cache["spelled calls"] = sorted(
                {*(start for start, _ in spelled[first:behind]), *compound}
            )
        return known

    def last_compound_call(self, function: Function, within: Node) -> int:
        """Where the last call in a function, or in a literal of it, stands that calls no plain name; -1 without one."""
        found = list(_COMPOUND_CALL.finditer(function.file.data, within.start_byte, within.end_byte))
        return found[-1].start() if found else -1

    def _is_likely(self, file: File, start: int, name: bytes) -> bool:
        """What `_may_acquire` tells, from the bytes before a name."""
        data = file.data
        if data[start - 1 : start].isspace() and ends_with_dot(data, start):
            return True
        if data[start - 1] != _DOT:
            return name.decode() in self._functions and not is_no_code(data, start)
        if name.decode() in self._methods:
            return True
        first = operand_before(data, start - 1)
        if first is None:
            return True
        return first < start - 1 and self._may_be_of(file, data[first : start - 1].decode(), name.decode())

    def _may_be_of(self, file: File, qualifier: str, name: str) -> bool:
        """Whether a function of a package, as it is called here, may acquire something."""
        package = file.imported_as(qualifier) if name in self._functions else None
        if package is None:
            return False
        return bool(self.models.acquires(f"{package}.{name}")) or not self.is_standard(package, file)

    def _may_acquire(self, file: File, call: Node, name: str) -> bool:
        """A look at how a function is named, before anybody asks for types."""
        function = call.child_by_field_id(syntax.F_FUNCTION)
        if function is None or function.kind_id != syntax.SELECTOR_EXPRESSION:
            return name in self._functions
        operand = function.child_by_field_id(syntax.F_OPERAND)
        is_name = operand is not None and operand.kind_id == syntax.IDENTIFIER
        if name in self._methods:
            return True
        return operand is not None and is_name and self._may_be_of(file, syntax.text(operand), name)


def are_met(needs: frozenset[tuple[int, Outcome]], function: Function, call: Node) -> bool:
    """Whether the arguments of a call are, as far as they are spelled out, what a result depends on."""
    arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
    for position, outcome in needs:
        index = position - bool(function.receiver_type)
        if index >= len(arguments) or (index >= 0 and _known(arguments[index]) is not outcome):
            return False
    return True


def _known(argument: Node) -> Outcome | None:
    """What the spelling of an argument tells of it."""
    node = syntax.unparen(argument)
    if node.kind_id == syntax.NIL:
        return Outcome.NIL
    if node.kind_id in (syntax.TRUE, syntax.FALSE):
        return Outcome.TRUE if node.kind_id == syntax.TRUE else Outcome.FALSE
    is_address = node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "&"
    return Outcome.NOT_NIL if is_address or node.kind_id in _VALUES else None


def _call_at(within: Node, start: int, end: int) -> Node | None:
    """The call whose function's last name lies at these bytes."""
    node = within.descendant_for_byte_range(start, end)
    if node is None or node.kind_id not in (syntax.IDENTIFIER, syntax.FIELD_IDENTIFIER):
        return None
    parent = node.parent
    if parent is not None and parent.kind_id == syntax.SELECTOR_EXPRESSION:
        parent = parent.parent
    return parent if parent is not None and parent.kind_id == syntax.CALL_EXPRESSION else None


def _runs_within(call: Node, owner: Node | None) -> bool:
    """Whether a call runs before its owner has left: it stands there, or in literals that are called or deferred."""
    at = syntax.owner_of(call)
    while at is not None and at != owner:
        above = at.parent
        is_called = above is not None and above.child_by_field_id(syntax.F_FUNCTION) == at
        if above is None or not is_called or (above.parent and above.parent.kind_id == syntax.GO_STATEMENT):
            return False
        at = syntax.owner_of(at)
    return at is not None
