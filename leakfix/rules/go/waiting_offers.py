"""The signals that a wait could watch: those of the objects it has to do with, and contexts in scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.signals import Signal
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import ChannelField, is_context, pointed
from leakfix.languages.go.channel_operations import Act, operations
from leakfix.languages.go.statements import statement_of
from leakfix.languages.go.types import Signature
from leakfix.rules.go.context_nodes import arguments, initial
from leakfix.rules.go.ticker_scene import is_target
from leakfix.rules.go.waiting_channels import Waiting, source_of
from leakfix.rules.go.waiting_facts import CLOSING, ENDLESS_CONTEXTS, Facts, WaitScene
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.channel_operations import Operation
    from leakfix.languages.go.channel_starts import Start
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Named


@record
class Offer:
    """An object with its signals, or a context: ``holder`` is the expression of the object or of the context."""

    holder: str
    signals: tuple[Signal, ...]
    owner: Named | None = None
    closing: Function | None = None

    def spelled(self, facts: Facts, signal: Signal) -> str:
        """The expression that is received from: ``x.done``, ``x.ctx.Done()`` or ``ctx.Done()``."""
        if not isinstance(signal.key, ChannelField):
            return f"{self.holder}.Done()"
        path = f"{self.holder}.{signal.key.name}"
        return f"{path}.Done()" if facts.is_context(signal.key) else path


def offers(
    facts: Facts, scene: WaitScene, operation: Operation, waiting: Waiting, started: Iterable[Start]
) -> Iterator[Offer]:
    """What a wait could watch, the object that has its channel first."""
    for named, holder in _holders(scene, operation):
        signals = facts.signals(named, waiting.fields[0])
        yield Offer(holder, tuple(signals), named, closing_method(facts, named))
    for variable in _contexts(scene, operation, tuple(started)):
        is_own = variable.function == scene.owner
        ends = (is_own and waiting.wait.is_endless) or _is_left_upon(facts, scene, operation, variable)
        yield Offer(variable.name, (Signal(variable, frozenset(), True, ends),))


def has_come(operation: Operation, signal: str) -> bool:
    """Whether a signal has come already where an operation waits: inside of a case upon it, or behind a wait for it."""
    for one in operations(operation.function):
        if one.act is not Act.RECEIVE or one.owner != operation.owner or syntax.text(one.channel) != signal:
            continue
        around = one.case or statement_of(one.node)
        if around is None or around.start_byte > operation.node.start_byte:
            continue
        if one.case is None:
            around = around.parent
        if around is not None and operation.node.end_byte <= around.end_byte:
            return True
    return False


def closing_method(facts: Facts, named: Named) -> Function | None:
    """The method that ends objects of a type: Close or Stop before others."""
    names = facts.package.method_names(named.name)
    for name in sorted((name for name in names if name.lower() in CLOSING), key=_rank):
        method = facts.package.method(named.name, name)
        function = method.function if method is not None else None
        if function is not None and function.body is not None:
            return function
    return None


def path_of(node: Node) -> str:
    """The source of a chain of names, ``x.conn``; empty for every other expression."""
    at: Node | None = syntax.unparen(node)
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.child_by_field_id(syntax.F_OPERAND)
    return syntax.text(node) if at is not None and at.kind_id == syntax.IDENTIFIER else ""


def _holders(scene: WaitScene, operation: Operation) -> Iterator[tuple[Named, str]]:
    """The objects whose signals may concern a wait: the one that has the channel, and the method's receiver."""
    told = set()
    channel = source_of(scene.function, operation.channel)
    node = channel.child_by_field_id(syntax.F_OPERAND) if channel.kind_id == syntax.SELECTOR_EXPRESSION else None
    found = [(pointed(scene.types.of(node)), path_of(node))] if node is not None else []
    for named, text in (*found, _receiver(scene)):
        is_own = named is not None and named.package == scene.function.file.package.key and named.local < 0
        if named is None or not is_own or not text or text in told:
            continue
        told.add(text)
        if _is_visible(scene, operation, text):
            yield named, text


def _is_visible(scene: WaitScene, operation: Operation, path: str) -> bool:
    """Whether the first name of a path means at the wait what it means for the whole function."""
    name = path.partition(".")[0]
    here = scene.bindings.locals_at(operation.node).get(name)
    return here is not None and (here.kind in ("receiver", "param") or syntax.text(operation.channel).startswith(name))


def _receiver(scene: WaitScene) -> tuple[Named | None, str]:
    for variable in scene.bindings.variables:
        if variable.kind == "receiver":
            return pointed(scene.types.variable(variable)), variable.name
    return None, ""


def _contexts(scene: WaitScene, operation: Operation, started: tuple[Start, ...]) -> Iterator[Variable]:
    """The contexts in scope that are given to the goroutine, or to the function around it for as long as it works."""
    for variable in scene.bindings.locals_at(operation.node).values():
        if variable.kind not in ("param", "local") or b"ontext" not in (variable.origin.text or b""):
            continue
        if not is_context(scene.types.variable(variable)) or _is_reset(scene, variable):
            continue
        if variable.function == scene.owner:
            if variable.kind == "param" and not any(_is_background(scene, start, variable) for start in started):
                yield variable
        elif _works_alone(scene, variable) and not _is_endless(initial(variable)):
            yield variable


def _is_reset(scene: WaitScene, variable: Variable) -> bool:
    return any(is_target(use) for use in scene.bindings.uses(variable))


def _works_alone(scene: WaitScene, variable: Variable) -> bool:
    """Whether the function that has a context gives nothing but an error back: what it made lives on in no result."""
    signature = scene.types.signature(variable.function)
    return isinstance(signature, Signature) and all(str(result) == "error" for result in signature.results)


def _is_background(scene: WaitScene, start: Start, variable: Variable) -> bool:
    """Whether a goroutine is started with a context that has no end."""
    call = start.called.parent
    given = arguments(call) if call is not None and call.kind_id == syntax.CALL_EXPRESSION else []
    if start.by.file is not scene.function.file or variable.position >= len(given):
        return False
    return _is_endless(given[variable.position])


def _is_endless(value: Node | None) -> bool:
    if value is None or value.kind_id != syntax.CALL_EXPRESSION:
        return False
    text = syntax.text(value).removesuffix("()")
    return text in ENDLESS_CONTEXTS


def _is_left_upon(facts: Facts, scene: WaitScene, operation: Operation, context: Variable) -> bool:
    """Whether the goroutine, or the function that gave it the context, returns elsewhere when that is done."""
    for one in operations(operation.function):
        if one.act is not Act.RECEIVE or one.case is None or one.owner not in (operation.owner, context.function):
            continue
        called = one.channel.child_by_field_id(syntax.F_FUNCTION)
        operand = called.child_by_field_id(syntax.F_OPERAND) if called is not None else None
        if operand is None or scene.bindings.variable(operand) is not context:
            continue
        if syntax.text(one.channel).endswith(".Done()") and facts.leaves(operation.function, one.case):
            return True
    return False


def _rank(name: str) -> tuple[int, str]:
    plain = ("close", "stop", "shutdown")
    return (plain.index(name.lower()) if name.lower() in plain else len(plain), name)
