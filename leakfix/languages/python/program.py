"""Everything that lowering and codemods ask about a Python program: variables, types, models, summaries; made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import ExitKind, Obligation
from leakfix.languages.python import containers, declared, nested, syntax
from leakfix.languages.python.bindings import Bindings
from leakfix.languages.python.call_looks import Acquiring, called_places
from leakfix.languages.python.effects import BORROWS, COLLECTIONS, KEEPS, PLAIN, Effect, Fate
from leakfix.languages.python.first_look import declared as declared_names
from leakfix.languages.python.first_look import imports_in, may_not_return
from leakfix.languages.python.lowering import lower
from leakfix.languages.python.lowerings import Lowerings
from leakfix.languages.python.owners import Owners
from leakfix.languages.python.settled import is_settled
from leakfix.languages.python.summaries import Acquisition, Summary, is_unfinished
from leakfix.languages.python.survey import digest_of
from leakfix.languages.python.types import Types
from leakfix.languages.python.values import Relation
from leakfix.models.schema import RECEIVER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tree_sitter import Node

    from leakfix.flow import Graph
    from leakfix.languages.python.files import Function, PyFile
    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.types import Callee
    from leakfix.languages.python.variables import Variable
    from leakfix.languages.python.world import World
    from leakfix.models import Acquire, Models

_LOOPS: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT)) | syntax.COMPREHENSIONS
_LARGEST: Final = 60_000
"""Bodies of more bytes are generated: nobody can say what they do."""
_HARMLESS: Final = frozenset(
    (
        *("staticmethod", "classmethod", "property", "abc.abstractmethod", "functools.wraps", "typing.overload"),
        *("typing.no_type_check", "typing.final", "typing.override", "contextlib.contextmanager"),
        *("contextlib.asynccontextmanager", "asyncio.coroutine", "types.coroutine"),
    )
)
_CONTEXTS: Final = frozenset(("contextlib.contextmanager", "contextlib.asynccontextmanager"))
_FIXTURES: Final = frozenset(("pytest.fixture", "pytest.yield_fixture", "pytest_asyncio.fixture"))
_RELEASES: Final = frozenset(("close", "aclose"))


class Program:
    """The files in reach with what is known of their functions."""

    def __init__(self, world: World, models: Models, owners: Mapping[str, Collection[str]] | None = None) -> None:
        """``owners`` names functions and classes that may hand on what they acquire, by the last names of modules.

        What rules compute about the whole program and share is kept in ``cache``.
        """
        self.cache: dict[str, object] = {}
        self.world = world
        self.models = models
        self.owners = Owners(self)
        self._releases = models.release_methods | _RELEASES
        self._acquiring = Acquiring(models)
        self._data = frozenset(
            one.rpartition(".")[2] for one in models.symbols() if models.lends(one) and models.returned(one) is not None
        )
        self._ending_names = frozenset(
            one.rpartition(".")[2].encode() for one in models.symbols() if models.never_returns(one)
        )
        self._lent = frozenset(one.rpartition(".")[2] for one in models.symbols() if models.lends(one))
        self._makers = owners or {}
        self._calls_maker = called_places(self._makers)
        self._lowerings = Lowerings(lambda function, focus: lower(self, function, focus))

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return Bindings.of_function(function)

    def types(self, function: Function) -> Types:
        """The types of a function's expressions."""
        return Types.of_function(self.world, function)

    # graphs

    def is_read(self, function: Function) -> bool:
        """Whether a function can be lowered. What only Python 2 reads means the same as far as it is followed."""
        is_small = function.body.end_byte - function.body.start_byte <= _LARGEST
        return not function.node.has_error and (function.is_module or is_small)

    def graph(self, function: Function) -> Graph | None:
        """The flow graph of a function; None when it cannot be read."""
        frame = self.frame(function)
        return frame.graph if frame is not None else None

    def frame(self, function: Function, focus: int | None = None) -> Frame | None:
        """A function as it was lowered; None when it cannot be read, or is being lowered itself.

        It is lowered for what it acquires, or for what the variable with the root ``focus`` holds at its start.
        """
        return self._lowerings.of(function, focus) if self.is_read(function) else None

    def summary(self, function: Function, focus: int | None = None) -> Summary | None:
        """What a function gives back, or does to what a variable holds; None when that is unknown."""
        frame = self.frame(function, focus)
        if frame is None:
            return None
        if frame.summary is None:
            frame.summary = Summary(function, frame)
        return frame.summary

    # what acquires and releases

    def may_lose(self, function: Function) -> bool:
        """Whether a function acquires something of which it does not plainly show where it goes."""
        return any(not is_settled(self, self.bindings(function), call) for call in self._acquiring_calls(function))

    def may_acquire(self, function: Function) -> bool:
        """Whether a function calls what acquires, other than as the very context of a `with` statement."""
        return bool(self._acquiring_calls(function))

    def calls_what_acquires(self, function: Function, call: Node) -> bool:
        """Whether a call in a function is one that may acquire something."""
        return call in self._acquiring_calls(function)

    def _acquiring_calls(self, function: Function) -> tuple[Node, ...]:
        known = function.cache.get("acquires")
        if not isinstance(known, tuple):
            function.cache["acquires"] = ()
            calls = (self._acquiring_call(function, at) for at in self._places(function.file).get(id(function), ()))
            known = function.cache["acquires"] = tuple(call for call in calls if call is not None)
        return known

    def begins(self, function: Function) -> int:
        """The byte offset before which a function surely holds nothing that it acquires."""
        calls = self._acquiring_calls(function)
        return min((_begins(call, function.node).start_byte for call in calls), default=0)

    def may_end(self, call: Node) -> bool:
        """Whether the name of what is called is that of something that may not come back."""
        called = syntax.callee(call)
        name = called.child_by_field_name("attribute") if called.type == syntax.ATTRIBUTE else called
        return name is not None and (name.text or b"") in self._ending_names

    def _places(self, file: PyFile) -> _Places:
        """The names in calls that may acquire, as the bytes of a file tell."""
        known = file.cache.get("acquiring")
        if not isinstance(known, _Places):
            own = declared_names(file.data).union(self._makers.get(file.module.rpartition(".")[2], ()))
            offsets = {*self._calls_maker(file.data, own), *self._acquired_at(file.data)}
            known = file.cache["acquiring"] = _Places()
            for at in sorted(offsets):
                known.setdefault(id(file.function_at(at)), []).append(at)
        return known

    def _acquired_at(self, data: bytes) -> Iterable[int]:
        known = self.world.survey.acquiring.get(digest_of(data))
        return known if known is not None else self._acquiring.places(data, imports_in(data))

    def _acquiring_call(self, function: Function, at: int) -> Node | None:
        """The call that acquires something by the name at a byte offset, if one does."""
        node = function.file.root.descendant_for_byte_range(at, at + 1)
        if node is not None and node.parent is not None and node.parent.type == syntax.ATTRIBUTE:
            node = node.parent
        call = node.parent if node is not None else None
        while call is not None and call.type == syntax.PARENTHESIZED_EXPRESSION:
            call = call.parent
        if call is None or call.type != syntax.CALL:
            return None
        callee = self.types(function).callee(call)
        if callee.symbol is not None and self.models.acquires(callee.symbol):
            return call
        return call if self.acquired(callee) else None

    def obligation(self, acquire: Acquire) -> Obligation:
        """The obligation that comes with a modelled acquisition."""
        resource = self.models.resource(acquire.resource)
        return Obligation(
            resource.name,
            resource.noun,
            resource.family,
            resource.release,
            resource.idempotent,
            acquire.writes,
            acquire.confidence or resource.confidence,
            acquire.severity or resource.severity or "",
        )

    def context(self, obligation: Obligation) -> str:
        """How a `with` statement releases what is obliged: "with", "closing" or "async with"; "" if none does."""
        own = self.owners.context(obligation.resource)
        if own is not None:
            return own
        return self.models.resource(obligation.resource).context or ""

    def is_release(self, method: str) -> bool:
        """Whether calling a method of this name may release something."""
        return method in self._releases

    def acquired(self, callee: Callee) -> tuple[Acquisition, ...]:
        """What the caller of a function or class of the project owns behind the call."""
        if callee.class_ is not None:
            return self.owners.acquired(callee.class_)
        function = callee.function
        if function is None or function.last_name.startswith("__") or not self.is_plain_function(function):
            return ()
        if b"return" not in (function.body.text or b""):
            return ()
        summary = self.summary(function) if self.may_acquire(function) else None
        found = summary.acquired() if summary is not None else ()
        stated = declared.obligation(self, function) if not found else None
        return (Acquisition(None, stated),) if stated is not None else found

    # callees

    def effect(self, callee: Callee, position: int | None, keyword: str) -> Effect:
        """What a function of the project does to its receiver (`RECEIVER`) or to an argument.

        Where classes of the same file override a method, all of them have to do the same.
        """
        function = callee.function
        if function is None:
            return KEEPS
        found = self._effect(callee, function, position, keyword)
        if found.fate is not Fate.KEPT and callee.receiver is not None:
            others = (self._effect(callee, one, position, keyword) for one in self._overriding(function))
            return found if all(one == found for one in others) else KEEPS
        return found

    def _overriding(self, function: Function) -> tuple[Function, ...]:
        """The methods of the same file that override one."""
        class_ = function.class_
        if class_ is None or len(function.file.classes) == 1:
            return ()
        known = class_.cache.get("heirs")
        if not isinstance(known, tuple):
            known = class_.cache["heirs"] = self.types(function).classes.subclasses(class_)
        return tuple(one.methods[function.last_name] for one in known if function.last_name in one.methods)

    def _effect(self, callee: Callee, function: Function, position: int | None, keyword: str) -> Effect:
        if not self.is_plain_function(function):
            return KEEPS
        index = self._parameter(callee, function, position, keyword)
        variable = self.bindings(function).variable(function.params[index].identifier) if index is not None else None
        summary = self.summary(function, variable.index) if variable is not None else None
        if summary is None:
            return KEEPS
        found = summary.effect
        if callee.class_ is not None and found.fate is Fate.HELD:
            return BORROWS
        if function.is_async and found.fate is Fate.HELD and found.result is None:
            return Effect(Fate.HELD, Relation.THROUGH)
        return found

    def captured_fate(self, function: Function, variable: Variable) -> Fate:
        """What a nested function does to what a variable of the function around it holds."""
        summary = self.summary(function, variable.index)
        if summary is None:
            return Fate.KEPT
        found = summary.effect
        return Fate.KEPT if found.result is not None else found.fate

    def ending(self, function: Function) -> ExitKind | None:
        """How control surely ends in a function: STOP when the process does, RAISE by an exception; else None."""
        if "ending" not in function.cache:
            function.cache["ending"] = None
            function.cache["ending"] = self._ending(function)
        found = function.cache["ending"]
        return found if isinstance(found, ExitKind) else None

    def _ending(self, function: Function) -> ExitKind | None:
        if function.is_generator or function.is_async or b"return" in (function.body.text or b""):
            return None
        statements = syntax.named(function.body)
        if not statements or is_unfinished(function) or not self.is_plain_function(function):
            return None
        found = self._statement_ending(function, statements[-1])
        if found is None or function.class_ is None:
            return found
        return None if self.types(function).classes.subclasses(function.class_) else found

    def _statement_ending(self, function: Function, last: Node) -> ExitKind | None:
        """How control ends with the last statement of a function."""
        if last.type == syntax.RAISE_STATEMENT:
            return ExitKind.RAISE
        inner = syntax.named(last)[0] if last.type == syntax.EXPRESSION_STATEMENT else None
        if inner is None or inner.type != syntax.CALL:
            return None
        callee = self.types(function).callee(inner)
        if self.models.never_returns(callee.symbol or ""):
            return ExitKind.STOP
        called = callee.function if callee.may_be_function(may_not_return) else None
        return self.ending(called) if called is not None else None

    def lends(self, function: Function) -> str:
        """Whether a generator lends what it yields: "context" to a `with` statement, "fixture" to a test, else ""."""
        known = function.cache.get("lends")
        if not isinstance(known, str):
            names = set(self.types(function).decorators(function))
            known = "context" if names & _CONTEXTS else "fixture" if names & _FIXTURES else ""
            function.cache["lends"] = known
        return known

    def is_plain_function(self, function: Function) -> bool:
        """Whether calling a function runs its body as it is written."""
        known = function.cache.get("plain")
        if not isinstance(known, bool):
            decorated = function.decorators and self.types(function).decorators(function)
            known = not decorated or all(name in _HARMLESS for name in decorated)
            function.cache["plain"] = known
        return known

    def _parameter(self, callee: Callee, function: Function, position: int | None, keyword: str) -> int | None:
        """The index of the parameter that takes an operand; None when that is not certain."""
        params = function.params
        if keyword:
            return next((i for i, one in enumerate(params) if one.name == keyword and not one.stars), None)
        if position is None:
            return None
        index = position + self._shift(callee, function) if position != RECEIVER else 0
        if position == RECEIVER and self._shift(callee, function) == 0:
            return None
        if index >= len(params) or any(one.stars or one.keyword_only for one in params[: index + 1]):
            return None
        return index

    def _shift(self, callee: Callee, function: Function) -> int:
        """How many parameters come before the first argument: `self`, `cls`."""
        if function.class_ is None:
            return 0
        decorated = self.types(function).decorators(function) if function.decorators else []
        if "staticmethod" in decorated:
            return 0
        return 1 if callee.class_ is not None or callee.receiver is not None or "classmethod" in decorated else 0

    # values

    def is_plain(self, types: Types, node: Node) -> bool:
        """Whether an expression gives a number, text or the like, which holds no resource."""
        if node.type != syntax.ATTRIBUTE:
            return types.of(node) in PLAIN
        name = node.child_by_field_name("attribute")
        is_data = name is not None and syntax.text(name) in self._data
        return (is_data and self._lends(types, node)) or types.of(node) in PLAIN

    def is_plain_result(self, types: Types, call: Node) -> bool:
        """Whether a call gives plain data, be it many of them."""
        if self._lends(types, syntax.unparen(syntax.callee(call))):
            return True
        found = types.of(call)
        return found in PLAIN or found in COLLECTIONS

    def _lends(self, types: Types, node: Node) -> bool:
        """Whether what a member gives holds nothing of its object; of one that no model knows, as of all others."""
        symbol = types.symbol(node)
        if symbol is not None and (self.models.knows(symbol) or self.world.function(symbol, types.file) is not None):
            return self.models.lends(symbol)
        name = node.child_by_field_name("attribute")
        return name is not None and syntax.text(name) in self._lent

    def is_shared(self, frame: Frame, variable: Variable) -> bool:
        """Whether a nested function assigns the variable too."""
        return nested.is_shared(frame, variable)

    def is_own_container(self, frame: Frame, node: Node) -> bool:
        """Whether a name is a list or dictionary of the function's own that nobody else ever gets hold of."""
        return containers.is_own(frame, node)


def _begins(call: Node, function: Node) -> Node:
    """The outermost loop around a call in a function, else the call."""
    found, at = call, call.parent
    while at is not None and at != function:
        if at.type in _LOOPS:
            found = at
        at = at.parent
    return found


class _Places(dict[int, list[int]]):
    """Byte offsets by the functions that they lie in."""
