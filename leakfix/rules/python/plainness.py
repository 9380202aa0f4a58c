"""What is plain data: attributes and results of methods and functions that need no open handle any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.effects import model_effect

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.variables import Binding, Variable
    from leakfix.rules.python.repair import Repair

_METHODS = """
    read read1 readline readlines readinto readall getvalue peek write writelines seek tell truncate flush isatty
    readable writable seekable close
    recv recvfrom recv_into send sendall sendto sendfile bind connect connect_ex listen settimeout gettimeout setsockopt
    getsockopt setblocking getpeername getsockname shutdown select register unregister modify
    communicate wait poll kill terminate send_signal login sendmail quit putrequest putheader endheaders
    commit rollback fetchone fetchmany fetchall
    namelist infolist getinfo getnames getmembers getmember extract extractall writestr testzip printdir setpassword
    getnchannels getsampwidth getframerate getnframes getparams readframes writeframes
    starmap info geturl getcode getheader getheaders raise_for_status json
"""
_PLAIN_METHODS: Final = frozenset(_METHODS.split())
"""Methods that do their work at once and give data, nothing that works through the object."""
_EAGER_ON: Final = {"map": "multiprocessing."}
"""Methods that are like that on the classes of one package, and not on others."""
_ATTRIBUTES = """
    name mode closed encoding errors newlines returncode pid args filename status status_code reason headers ok url text
    content lastrowid rowcount msg version family type proto __class__
"""
_SURVIVING: Final = frozenset(_ATTRIBUTES.split())
"""Attributes that are plain data, and still there when the object is closed."""
_ASKING: Final = frozenset(("len", "any", "all", "bool", "str", "repr", "print", "isinstance", "type", "id", "hasattr"))
"""Functions that keep nothing of what they are given, and give nothing of it."""
_FUNCTIONS = """
    list tuple set frozenset dict sorted sum min max bytes bytearray int float hash next callable collections.Counter
    collections.OrderedDict collections.deque str.join bytes.join
"""
_CONSUMERS: Final = frozenset(_FUNCTIONS.split())
"""Functions that are done with an iterator or file when they return."""
_ALL_NAMES: Final = {"locals": 0, "vars": 0, "dir": 0, "eval": 1, "exec": 1}
"""Functions that read the variables around them, with the most arguments with which they do."""
_ENDING: Final = frozenset(("close", "Close", "shutdown", "cleanup", "quit", "logout", "wait"))
"""Methods that do no more than the end of a block does."""
_IDENTITY: Final = frozenset(("is", "is not", "=="))
_TESTS: Final = frozenset((syntax.IF_STATEMENT, syntax.ELIF_CLAUSE, syntax.WHILE_STATEMENT))


def is_plain_attribute(attribute: Node) -> bool:
    """Whether an attribute of a resource is plain data, unless it is called."""
    name = syntax.field(attribute, "attribute")
    return name is not None and syntax.text(name) in _SURVIVING and not _is_called(attribute)


def is_plain_method(repair: Repair, called: Node, name: str) -> bool:
    """Whether a method gives plain data; of one that is eager on some classes only where the class is known."""
    if name not in _EAGER_ON:
        return name in _PLAIN_METHODS
    held = syntax.field(called, "object")
    of = repair.analysis.types.of(held) if held is not None else None
    return of is not None and of.startswith(_EAGER_ON[name])


def consumes(repair: Repair, call: Node, at: Node, *, is_item: bool) -> bool:
    """Whether a call with the resource, or a container of it, among its arguments is done with it when it returns."""
    called = syntax.callee(call)
    name = syntax.field(called, "attribute") if called.type == syntax.ATTRIBUTE else None
    held = syntax.field(called, "object") if called.type == syntax.ATTRIBUTE else None
    if name is not None and held is not None and syntax.text(name) == "join" and held.type == syntax.STRING:
        return True
    types, program = repair.analysis.types, repair.unit.frame.program
    callee = types.callee(call)
    if callee.symbol in _ASKING:
        return True
    if is_item:
        return False
    if callee.symbol in _CONSUMERS or program.is_plain_result(types, call):
        return True
    place = _argument_place(call, at)
    if place is None:
        return False
    if callee.function is not None:
        return program.effect(callee, *place).result is None
    effect = model_effect(repair.analysis.models, callee.symbol or "", *place)
    return effect is not None and effect.result is None


def _argument_place(call: Node, at: Node) -> tuple[int | None, str] | None:
    """By which position or keyword a value is passed that lies in the arguments of a call."""
    for name, value in syntax.keywords(call).items():
        if syntax.is_within(at, value):
            return None, name
    for position, value in enumerate(syntax.positional(call)):
        if syntax.is_within(at, value):
            return position, ""
    return None


def gives_plain(repair: Repair, call: Node) -> bool:
    """Whether a call is known to give plain data, whatever is called."""
    return repair.unit.frame.program.is_plain_result(repair.analysis.types, call)


def is_known(repair: Repair, call: Node) -> bool:
    """Whether a call is of a function of which the models tell, and which so keeps no name that it is given."""
    symbol = repair.analysis.types.callee(call).symbol
    return symbol is not None and repair.analysis.models.borrows(symbol)


def reads_all_names(repair: Repair) -> bool:
    """Whether something that runs behind the acquisition reads variables by names that are not written.

    `exec` and `eval` with namespaces of their own do not; neither does `vars` of an object.
    """
    if not repair.bindings.is_dynamic:
        return False
    for call in syntax.captures("(call) @call", repair.function.node).get("call", []):
        name = syntax.text(syntax.callee(call))
        if name not in _ALL_NAMES or len(syntax.argument_nodes(call)) > _ALL_NAMES[name]:
            continue
        loop = _common_loop(call, repair.acquisition, repair.function.node)
        if call.end_byte > repair.acquisition.start_byte or loop is not None:
            return True
    return False


def is_eager(repair: Repair, call: Node) -> bool:
    """Whether a call only reads what it is given, and all of it."""
    return repair.analysis.types.callee(call).symbol in _CONSUMERS | _ASKING


def stays(acquisition: Node) -> bool:
    """Whether a temporary file is not removed when it is closed."""
    return any(
        name in ("delete", "delete_on_close") and syntax.text(value) == "False"
        for name, value in syntax.keywords(acquisition).items()
    )


def asks_whether_closed(use: Node) -> bool:
    """Whether a use is `f.closed`, which tells a block that has ended from one that has not."""
    name = syntax.field(use.parent, "attribute") if use.parent is not None else None
    return name is not None and syntax.text(name) == "closed"


def works_closed(use: Node, *, is_temporary: bool = False) -> bool:
    """Whether a use asks for nothing that a closed one could not tell: its name, whether it is None; or deletes it."""
    parent = use.parent
    if parent is None:
        return False
    if parent.type == syntax.ATTRIBUTE:
        return is_plain_attribute(parent) and not is_temporary
    if parent.type == syntax.DELETE_STATEMENT:
        return True
    if parent.type in _TESTS:
        return syntax.field(parent, "condition") == use
    if parent.type == syntax.COMPARISON_OPERATOR:
        return any(child.type in _IDENTITY for child in parent.children)
    return parent.type == syntax.NOT_OPERATOR


def closes_directly(call: Node) -> Node | None:
    """The name of what a call closes: `f` of `f.close()` and of `os.close(f)`; None where it closes a part of it."""
    called = syntax.callee(call)
    held = syntax.field(called, "object") if called.type == syntax.ATTRIBUTE else None
    name = syntax.field(called, "attribute") if called.type == syntax.ATTRIBUTE else None
    if name is None or syntax.text(name) not in _ENDING:
        return None
    values = syntax.argument_nodes(call)
    if len(values) == 1 and values[0].type == syntax.IDENTIFIER:
        return values[0]
    return held if held is not None and held.type == syntax.IDENTIFIER and not values else None


def _is_called(attribute: Node) -> bool:
    parent = attribute.parent
    return parent is not None and parent.type == syntax.CALL and syntax.callee(parent) == attribute


def reaches(use: Node, variable: Variable, binding: Binding, function: Node) -> bool:
    """Whether a use may see what a binding has given a variable.

    It does not where another binding in a block around the use stands before it, and behind the first one; nor
    where it stands before the first one and no loop leads back to it.
    """
    start = binding.identifier.start_byte
    others = [one for one in variable.bindings if one is not binding and _is_certain(one)]
    if use.start_byte < start:
        loop = _common_loop(use, binding.identifier, function)
        if loop is None:
            return False
        return not any(loop.start_byte <= one.identifier.start_byte and dominates(one, use) for one in others)
    return not any(one.identifier.start_byte > start and dominates(one, use) for one in others)


def _is_certain(binding: Binding) -> bool:
    """Whether the statement of a binding binds whenever it is run."""
    return binding.kind in ("assign", "with", "import", "function", "class")


def dominates(binding: Binding, use: Node) -> bool:
    """Whether a binding is always made before a use is reached: the use lies behind it in its block."""
    statement = syntax.statement_of(binding.identifier)
    block = syntax.block_of(statement)
    if block is None or not syntax.is_within(use, block):
        return False
    if binding.kind == "with" and syntax.is_within(use, statement):
        return use.start_byte > binding.identifier.end_byte
    return use.start_byte >= statement.end_byte


def always_before(node: Node, use: Node) -> bool:
    """Whether what is reached behind a node's statement, or behind the `try` that it ends in any case, has passed it.

    The node is all of its statement.
    """
    at = syntax.statement_of(node)
    while at.end_byte <= use.start_byte:
        block = syntax.block_of(at)
        if block is None:
            return False
        if syntax.is_within(use, block):
            return True
        clause = block.parent
        if clause is None or clause.type != syntax.FINALLY_CLAUSE or clause.parent is None:
            return False
        at = clause.parent
    return False


def _common_loop(use: Node, other: Node, function: Node) -> Node | None:
    """The outermost loop of a function around two nodes."""
    found = None
    at: Node | None = use
    while at is not None and at != function:
        if at.type in (syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT) and syntax.is_within(other, at):
            found = at
        at = at.parent
    return found
