"""Waits in the handlers of HTTP requests that go on when the client has left, and for contexts that are never done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_operations import Act, Operation, operations
from leakfix.languages.go.channel_starts import start_of_literal
from leakfix.languages.go.statements import LayoutError, owns_line
from leakfix.languages.go.types import Signature
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety
from leakfix.rules.go.context_nodes import arguments, called_name, initial
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_scene import is_target
from leakfix.rules.go.waiting_exits import returning
from leakfix.rules.go.waiting_facts import ENDLESS_CONTEXTS, WaitScene, scene_at
from leakfix.rules.go.waiting_reports import WATCH, step
from leakfix.rules.go.waiting_select import Watch, watched
from leakfix.text import Edit, Span
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable
    from leakfix.rules.rule import Rule

_EMPTY: Final = re.compile(rb"\bselect \{\s*\}")
_SUBSCRIBED: Final = re.compile(rb"[wW]atch\w*\(|[sS]ubscribe\w*\(|[oO]bserve\w*\(|[nN]otify\w*\(")
_DONE: Final = re.compile(rb"\n\t+<-[\w.()]+\.Done\(\)")
_SUBSCRIBES: Final = ("watch", "subscribe", "observe", "notify")
"""How the names of functions start whose channel gives what happens some day, in lower case."""

_REQUEST: Final = "*net/http.Request"


@individual
class _Handler:
    """A function that serves a request, and the expression of the signal that the client has left."""

    scene: WaitScene
    request: Variable

    @property
    def context(self) -> str:
        return f"{self.request.name}.Context()"


def request_waits(rule: Rule[Analysis], analysis: Analysis) -> Iterator[Finding]:
    """The findings of a file, in no order."""
    file = analysis.file
    if file.is_test:
        return
    data = file.data
    if b"http.Request" in data and (_EMPTY.search(data) or _SUBSCRIBED.search(data)):
        for function in _functions(analysis, b"http.Request"):
            yield from _of_handler(rule, analysis, function)
    if (b"context.Background()" in data or b"context.TODO()" in data) and _DONE.search(data):
        for function in _functions(analysis, b".Done()"):
            yield from _never_done(rule, analysis, function)


def _functions(analysis: Analysis, word: bytes) -> Iterator[Function]:
    """The functions of a file that hold some bytes, those with syntax errors left out."""
    for function in analysis.file.functions:
        if analysis.file.data.find(word, function.start, function.end) >= 0 and not function.has_error:
            yield function


def _of_handler(rule: Rule[Analysis], analysis: Analysis, function: Function) -> Iterator[Finding]:
    data = analysis.file.data
    for match in _EMPTY.finditer(data, function.start, function.end):
        select = function.node.descendant_for_byte_range(match.start(), match.end())
        owner = syntax.owner_of(select) if select is not None and select.kind_id == syntax.SELECT_STATEMENT else None
        handler = _handler(analysis, function, owner)
        if handler is not None and select is not None:
            yield _finding(rule, handler, select, "", [(select, "it waits here, for nothing")], _awaited)
    if b"<-" not in data[function.start : function.end]:
        return
    for operation in operations(function):
        if operation.act is not Act.RECEIVE or operation.select is not None:
            continue
        made = _subscription(analysis, function, operation)
        handler = _handler(analysis, function, operation.owner) if made is not None else None
        if handler is None or made is None:
            continue
        told = syntax.text(operation.channel)
        steps = [(made, "the channel comes from here"), (operation.node, f"the handler waits on {told} alone")]

        def edit(handler: _Handler, _: Node, operation: Operation = operation) -> Edit:
            error = f"{handler.context}.Err()"
            way_out = returning(handler.scene, operation.node, error)
            return watched(Watch(handler.scene, operation, f"{handler.context}.Done()", way_out))

        yield _finding(rule, handler, operation.node, f" for {told}", steps, edit)


def _handler(analysis: Analysis, function: Function, owner: Node | None) -> _Handler | None:
    """The function around a wait, if it is one that gets a request and a writer for the answer."""
    if owner is None or start_of_literal(function, owner) is not None:
        return None
    scene = scene_at(analysis, function, owner)
    signature = scene.types.signature(owner)
    if not isinstance(signature, Signature):
        return None
    params = [str(param) for param in signature.params]
    if _REQUEST not in params or "net/http.ResponseWriter" not in params:
        return None
    for variable in scene.bindings.variables:
        is_param = variable.kind == "param" and variable.function == owner
        if is_param and str(scene.types.variable(variable)) == _REQUEST:
            return _Handler(scene, variable)
    return None


def _subscription(analysis: Analysis, function: Function, operation: Operation) -> Node | None:
    """The call that a received channel comes from, if it is one to what happens some day, without a context."""
    channel = operation.channel
    variable = analysis.bindings(function).variable(channel) if channel.kind_id == syntax.IDENTIFIER else None
    if variable is None or variable.kind != "local" or variable.function != operation.owner:
        return None
    if any(is_target(use) for use in analysis.bindings(function).uses(variable)):
        return None
    right = variable.origin.child_by_field_id(syntax.F_RIGHT)
    calls = [n for n in syntax.operands(right) if n.kind_id == syntax.CALL_EXPRESSION] if right is not None else []
    if len(calls) != 1 or not called_name(calls[0]).lower().startswith(_SUBSCRIBES):
        return None
    types = analysis.types(function)
    for argument in arguments(calls[0]):
        if str(types.of(argument)) in ("context.Context", _REQUEST) or "ctx" in syntax.text(argument).lower():
            return None
    return calls[0]


def _awaited(handler: _Handler, select: Node) -> Edit:
    """``select {}`` becomes a wait for the client to leave."""
    if not owns_line(handler.scene.source, select) or select.named_child_count:
        raise LayoutError
    _visible(handler, select)
    signature = handler.scene.types.signature(handler.scene.owner)
    if isinstance(signature, Signature) and signature.results:
        raise RefusalError("named-result", "the function would have to return something")
    return Edit(Span(select.start_byte, select.end_byte), f"<-{handler.context}.Done()".encode())


def _visible(handler: _Handler, node: Node) -> None:
    if handler.scene.bindings.locals_at(node).get(handler.request.name) is not handler.request:
        raise RefusalError("name-taken", "the request has no name here")


def _finding(
    rule: Rule[Analysis],
    handler: _Handler,
    node: Node,
    told: str,
    steps: list[tuple[Node, str]],
    write: object,
) -> Finding:
    source, file = handler.scene.source, handler.scene.function.file
    fixes: tuple[Fix, ...] = ()
    refusal = None
    try:
        _visible(handler, node)
        assert callable(write)
        edit = write(handler, node)
    except RefusalError as why:
        refusal = why.refusal
    except LayoutError:
        refusal = Refusal("layout", "the code is not laid out one statement a line")
    else:
        title = f"end the wait when {handler.context} is done"
        why_review = "The handler returns when the client has left, without what it waited for."
        changed = (FileEdit(source.path, edit),)
        fixes = (Fix(title, WATCH.name, Safety.REVIEW, why_review, changed, "go1.7"),)
    return Finding.at(
        source,
        Span(node.start_byte, node.end_byte),
        rule=rule.id,
        function=handler.scene.function.name,
        message=f"the handler goes on to wait{told} when its client has left",
        severity=rule.severity,
        confidence=Confidence.MEDIUM,
        trace=tuple(step(file, at, message) for at, message in steps),
        fixes=fixes,
        refusal=refusal,
    )


def _never_done(rule: Rule[Analysis], analysis: Analysis, function: Function) -> Iterator[Finding]:
    """Bare waits for the Done of a context that has none."""
    if function.name == "main" and function.file.package.name == "main":
        return
    for operation in operations(function):
        made = _background(analysis, function, operation) if operation.act is Act.RECEIVE else None
        if made is None or operation.select is not None:
            continue
        source, told = analysis.source, syntax.text(operation.channel)
        yield Finding.at(
            source,
            Span(operation.node.start_byte, operation.node.end_byte),
            rule=rule.id,
            function=function.name,
            message=f"{told} never comes: the context has no end",
            severity=rule.severity,
            confidence=Confidence.HIGH,
            trace=(step(function.file, made, "the context is made here"), step(function.file, operation.node, "waits")),
            refusal=Refusal("no-owner", "only the author knows which context was meant"),
        )


def _background(analysis: Analysis, function: Function, operation: Operation) -> Node | None:
    """The call of Background or TODO whose Done is waited for."""
    channel = operation.channel
    called = channel.child_by_field_id(syntax.F_FUNCTION) if channel.kind_id == syntax.CALL_EXPRESSION else None
    if called is None or called.kind_id != syntax.SELECTOR_EXPRESSION or not syntax.text(called).endswith(".Done"):
        return None
    context = called.child_by_field_id(syntax.F_OPERAND)
    bindings = analysis.bindings(function)
    if context is not None and context.kind_id == syntax.IDENTIFIER:
        variable = bindings.variable(context)
        if variable is None or variable.kind != "local" or any(is_target(use) for use in bindings.uses(variable)):
            return None
        context = initial(variable)
    if context is None or context.kind_id != syntax.CALL_EXPRESSION:
        return None
    callee = analysis.types(function).callee(context)
    return context if callee is not None and callee.symbol in ENDLESS_CONTEXTS else None
