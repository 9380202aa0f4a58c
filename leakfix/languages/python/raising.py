"""What hardly ever raises an exception: calls that fail only where the system has run out of something, if ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.effects import EAGER
from leakfix.languages.python.summaries import is_unfinished

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.files import Function
    from leakfix.languages.python.program import Program
    from leakfix.languages.python.types import Types

_MISUSES: Final = frozenset(("ValueError", "TypeError", "AssertionError", "NotImplementedError"))
_SMALL: Final = 1000
"""Bodies of more bytes do something that may fail."""
_QUIET: Final = frozenset(
    (
        *("len", "isinstance", "issubclass", "print", "repr", "str", "id", "type", "hasattr", "callable", "bool"),
        *("list", "dict", "set", "tuple", "frozenset", "range", "enumerate", "zip", "object", "super", "bytearray"),
        *("abs", "min", "max", "format", "vars", "locals", "globals", "hash", "property", "reversed", "iter"),
        *("getattr", "setattr", "time.time", "time.monotonic", "time.perf_counter", "time.sleep"),
        *("os.getpid", "os.getcwd", "os.fork", "os.pipe", "os.dup", "os.dup2", "os.openpty", "os.isatty"),
        *("os.ttyname", "os.setsid", "os.umask"),
        *("os.set_blocking", "os.set_inheritable", "os.get_inheritable", "os.fspath", "os.fsencode", "os.fsdecode"),
        *("sys.exc_info", "sys.audit", "sys.stdout.write", "sys.stdout.flush", "sys.stderr.write", "sys.stderr.flush"),
        *("warnings.warn", "gc.collect", "datetime.datetime.now", "random.random", "logging.getLogger"),
        *("threading.Lock", "threading.RLock", "threading.Event", "threading.Thread", "io.BytesIO", "io.StringIO"),
        *("io.text_encoding", "collections.OrderedDict", "collections.defaultdict", "collections.deque", "pty.openpty"),
        *("socket.socketpair", "socket.getdefaulttimeout", "socket.socket", "selectors.DefaultSelector"),
        *("tempfile.mkstemp", "tempfile.mkdtemp", "tempfile.TemporaryDirectory", "tempfile.gettempdir"),
        *("contextlib.suppress", "contextlib.ExitStack", "contextlib.nullcontext", "contextlib.closing"),
        *("SystemExit", "ValueError", "TypeError", "RuntimeError", "OSError"),
        *("_winapi.GetLastError", "ctypes.get_errno", "ctypes.get_last_error"),
    )
)
"""What fails only where the system has run out of something, if ever."""
_QUIET_TYPES: Final = frozenset(("str", "list", "dict", "set", "logging.Logger", "tuple", "bytearray"))
_LOUD_METHODS: Final = frozenset(("index", "remove", "pop", "encode", "format", "format_map", "popitem", "decode"))
_QUIET_METHODS: Final = frozenset(
    (
        *("append", "extend", "strip", "rstrip", "lstrip", "startswith", "endswith", "splitlines", "items", "keys"),
        *("values", "lower", "upper"),
        *("fileno", "isatty", "setblocking", "settimeout", "setDaemon", "getvalue", "copy", "group", "groups"),
        *("setdefault", "poll", "terminate", "kill", "acquire", "release", "clear", "discard", "is_set"),
        *(
            "setFormatter",
            "setLevel",
            "addHandler",
            "addFilter",
            "getsockname",
            "getpeername",
            "gettimeout",
            "detach",
            "get_extra_info",
            "__index__",
        ),
    )
)
CONSUMING: Final = EAGER | {"sum", "any", "all", "print"}
CONSUMING_METHODS: Final = frozenset(("extend", "update", "join", "writelines"))
"""What reads a file it is given, or writes to it."""
TELLING: Final = frozenset(("debug", "info", "warning", "warn", "error", "exception", "critical"))
"""The methods of loggers, whatever those are called."""
_QUIET_MODULES: Final = ("logging.", "signal.", "os.path.", "posixpath.", "ntpath.")


def is_quiet(types: Types, symbol: str, method: str, receiver: Node | None) -> bool:
    """Whether a call hardly ever raises anything."""
    if symbol in _QUIET or symbol.startswith(_QUIET_MODULES):
        return True
    models = types.models
    if models is not None and models.wrap(symbol) is not None and not models.acquires(symbol):
        return True
    if models is not None and models.released_argument(symbol) is not None:
        return True
    if receiver is None:
        return method in TELLING
    if types.of(receiver) in _QUIET_TYPES:
        return method not in _LOUD_METHODS
    return method in _QUIET_METHODS or method in TELLING


def does_little(program: Program, function: Function) -> bool:
    """Whether a function does so little that it hardly ever raises anything."""
    if "quiet" not in function.cache:
        function.cache["quiet"] = False
        function.cache["quiet"] = _does_little(program, function)
    return function.cache["quiet"] is True


def _does_little(program: Program, function: Function) -> bool:
    if function.body.end_byte - function.body.start_byte > _SMALL or not program.is_plain_function(function):
        return False
    if function.is_generator:
        return True
    types = program.types(function)
    for node in syntax.walk(function.body):
        if node.type == syntax.RAISE_STATEMENT and not _tells_misuse(types, node):
            return False
        if node.type == syntax.SUBSCRIPT and not any(one.type == syntax.SLICE for one in syntax.named(node)):
            return False
        if node.type == syntax.WITH_STATEMENT:
            return False
        if node.type == syntax.CALL:
            callee = types.callee(node)
            if callee.function is not None:
                if not does_little(program, callee.function):
                    return False
                continue
            called = syntax.unparen(syntax.callee(node))
            name = called.child_by_field_name("attribute") if called.type == syntax.ATTRIBUTE else None
            method = syntax.text(name) if name is not None else ""
            if not is_quiet(types, callee.symbol or "", method, callee.receiver):
                return False
    return not is_unfinished(function)


def _tells_misuse(types: Types, node: Node) -> bool:
    """Whether a `raise` statement tells the caller that he is at fault."""
    children = syntax.named(node)
    raised = children[0] if children else None
    if raised is not None and raised.type == syntax.CALL:
        raised = syntax.callee(raised)
    return raised is not None and types.symbol(raised) in _MISUSES
