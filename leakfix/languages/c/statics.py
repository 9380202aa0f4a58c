"""Static variables of functions whose values are replaced at run time, as the statements of the function tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import declarators, syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Bindings, Variable

Path = tuple[str, ...]
"""The fields that lead from the variable to a part of it; empty for all of it."""

_THREAD: Final = re.compile(rb"thread|tls", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NAMES: Final = re.compile(rb"[A-Za-z_]\w*")
_GUARDS: Final = frozenset(
    (
        *("lock", "locked", "unlock", "mutex", "mtx", "guard", "once", "atomic", "spin", "spinlock", "critical"),
        *("semaphore", "sem", "rwlock", "synchronized", "locker", "tls", "futex", "rcu"),
    )
)
_RELEASES: Final = frozenset(
    ("free", "efree", "release", "delete", "destroy", "unref", "dispose", "put", "close", "decref", "dealloc", "drop")
)
_WRITERS: Final = frozenset(
    ("memcpy", "memmove", "strcpy", "strncpy", "strlcpy", "sprintf", "snprintf", "strftime", "vsnprintf", "strcat")
)
_METHODS: Final = frozenset(("assign", "clear", "append", "swap", "reset", "resize", "push_back", "insert"))
_COMPARISONS: Final = frozenset(("!=", "==", "<", ">", "<=", ">="))
_THREADS: Final = (
    *(b"pthread_create", b"std::thread", b"<thread>", b"<threads.h>", b"thread_local", b"_Thread_local", b"__thread"),
    *(b"CreateThread", b"_beginthread", b"std::async", b"uv_thread_create", b"g_thread_new", b"boost::thread"),
    *(b"<pthread.h>", b"thrd_create", b"std::jthread", b"QThread", b"<mutex>"),
)
_THREADS_KEY: Final = "has_threads"


@dataclass(slots=True, eq=False)
class Part:
    """A static variable, or one field of one, with what the function does with it. Nodes are in source order."""

    variable: Variable
    path: Path
    type: Node | None = None
    steps: tuple[str, ...] = ()
    fills: list[Node] = field(default_factory=list)
    """Assignments to it, and calls that write it."""
    releases: list[Node] = field(default_factory=list)
    """Calls and delete expressions that give back what it holds."""
    reads: list[Node] = field(default_factory=list)
    """All other uses."""

    @property
    def is_pointer(self) -> bool:
        """Whether it is a plain pointer."""
        return self.steps == ("*",)

    @property
    def is_array(self) -> bool:
        """Whether it is an array of plain values."""
        return self.steps == ("[]",)


@dataclass(slots=True, eq=False)
class Cache:
    """A part of a static that is replaced, and the `if` that decides on it."""

    function: Function
    value: Part
    key: Part | None
    """The part that tells what the value was filled for."""
    refresh: Node | None
    """The `if` around it, when it is keyed."""
    fill: Node
    release: Node | None
    is_thread_local: bool
    is_guarded: bool
    leaves: Node | None
    """Where it is handed to the caller."""


def caches(program: Program, function: Function) -> Iterator[Cache]:
    """Yield the parts of statics that a function replaces, in source order."""
    if function.has_error or (b"static" not in _data(function, function.body) and not _says_thread(function)):
        return
    bindings = program.bindings(function)
    statics = [one for one in bindings.variables if one.is_static and not _is_constant(one) and not one.others]
    if not statics:
        return
    parts = [part for variable in statics for part in _parts(bindings, variable)]
    guarded = _is_guarded(function)
    for part in parts:
        found = _cache(function, part, parts, is_guarded=guarded)
        if found is not None:
            yield found


def has_threads(program: Program) -> bool:
    """Whether anything in the tree says that the program has more than one thread."""
    known = program.cache.get(_THREADS_KEY)
    if not isinstance(known, bool):
        known = program.cache[_THREADS_KEY] = any(program.world.mentioning(word) for word in _THREADS)
    return known


def speaks_of_threads(data: bytes) -> bool:
    """Whether the bytes of a file name anything that has to do with threads."""
    return any(word in data for word in _THREADS)


def path_of(use: Node) -> tuple[Path, Node]:
    """The fields that are taken of a variable where it is used, and the whole expression."""
    path: list[str] = []
    node = use
    while node.parent is not None and node.parent.type == syntax.FIELD_EXPRESSION:
        above = node.parent
        name = above.child_by_field_name("field")
        if above.child_by_field_name("argument") != node or name is None or b"->" in _between(above):
            break
        if above.parent is not None and above.parent.child_by_field_name("function") == above:
            break
        path.append(syntax.text(name))
        node = above
    return tuple(path), node


def _between(access: Node) -> bytes:
    return b"".join(child.type.encode() for child in access.children if not child.is_named)


def _says_thread(function: Function) -> bool:
    return _THREAD.search(_data(function, function.body)) is not None


def _data(function: Function, node: Node) -> bytes:
    return function.file.data[node.start_byte : node.end_byte]


def _is_constant(variable: Variable) -> bool:
    """Whether a variable itself cannot change."""
    says_const = any(child.type == syntax.TYPE_QUALIFIER and child.text in _CONST for child in variable.origin.children)
    steps = variable.declarator.steps if variable.declarator is not None else ()
    return (says_const and "*" not in steps) or "&" in steps or "()" in steps


_CONST: Final = frozenset((b"const", b"constexpr", b"constinit"))


def _parts(bindings: Bindings, variable: Variable) -> list[Part]:
    """What of a static is used, each field on its own."""
    found: dict[Path, Part] = {}
    for use in bindings.uses(variable):
        path, node = path_of(use)
        part = found.get(path)
        if part is None:
            part = found[path] = Part(variable, path)
            part.type, part.steps = typed(variable, path)
        _sort(part, node)
    return list(found.values())


def typed(variable: Variable, path: Path) -> tuple[Node | None, tuple[str, ...]]:
    """The type and the declarator's steps of a static, or of a field of a struct that is spelled out with it."""
    type_node = variable.origin.child_by_field_name("type")
    steps = variable.declarator.steps if variable.declarator is not None else ()
    for name in path:
        body = type_node.child_by_field_name("body") if type_node is not None else None
        if body is None or steps:
            return None, ()
        for member in body.named_children:
            one = next((one for one in declarators.declarators(member) if _is_called(one.name, name)), None)
            if one is not None:
                type_node, steps = member.child_by_field_name("type"), one.steps
                break
        else:
            return None, ()
    return type_node, steps


def _is_called(identifier: Node | None, name: str) -> bool:
    return identifier is not None and syntax.text(identifier) == name


def _sort(part: Part, node: Node) -> None:
    parent = node.parent
    while parent is not None and parent.type in (syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION):
        node, parent = parent, parent.parent
    if parent is None:
        return
    kind = parent.type
    if kind == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("left") == node:
        part.fills.append(parent)
    elif kind == syntax.DELETE_EXPRESSION:
        part.releases.append(parent)
    elif kind == syntax.ARGUMENT_LIST and parent.parent is not None:
        call = parent.parent
        called = call.child_by_field_name("function")
        name = syntax.text(called).rpartition("::")[2] if called is not None else ""
        given = syntax.named(parent)
        if name in _WRITERS and given[0] == node:
            part.fills.append(call)
        elif len(given) == 1 and not _RELEASES.isdisjoint(words(name)):
            part.releases.append(call)
        else:
            part.reads.append(node)
    elif kind == syntax.FIELD_EXPRESSION and _is_method(parent):
        part.fills.append(parent.parent or parent)
    else:
        part.reads.append(node)


def _is_method(access: Node) -> bool:
    name = access.child_by_field_name("field")
    return name is not None and syntax.text(name) in _METHODS


def words(name: str) -> set[str]:
    """The words of an identifier, in lower case: of `lockGuard_once` lock, guard, once."""
    return {word.lower() for word in _WORD.findall(name)}


def _is_guarded(function: Function) -> bool:
    """Whether anything in a function, or its own name, speaks of a lock."""
    data = _data(function, function.node)
    return any(not _GUARDS.isdisjoint(words(name.decode("utf-8", "replace"))) for name in set(_NAMES.findall(data)))


def _cache(function: Function, part: Part, parts: list[Part], *, is_guarded: bool) -> Cache | None:
    fills = [fill for fill in part.fills if _is_filled(fill)]
    if not fills:
        return None
    fill = fills[0]
    release = next((one for one in part.releases if one.start_byte < fill.start_byte and _leads(one, fill)), None)
    key, refresh = _keyed(fill, part, parts)
    variable = part.variable
    head = function.file.data[variable.origin.start_byte : variable.declaration.start_byte]
    leaves = next((read for read in part.reads if _is_returned(read)), None)
    in_thread = _THREAD.search(head.partition(b"{")[0]) is not None
    return Cache(function, part, key, refresh, fill, release, in_thread, is_guarded, leaves)


def _is_filled(fill: Node) -> bool:
    """Whether something new is put in, and no constant."""
    if fill.type != syntax.ASSIGNMENT_EXPRESSION:
        return True
    right = fill.child_by_field_name("right")
    while right is not None and right.type in (syntax.CAST_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION):
        right = right.child_by_field_name("value") or (right.named_children[-1] if right.named_children else None)
    return right is not None and right.type in (syntax.CALL_EXPRESSION, syntax.NEW_EXPRESSION)


def _leads(release: Node, fill: Node) -> bool:
    """Whether a release stands in the block of what fills anew, or in one inside of it."""
    block = block_of(fill)
    return block is not None and block.start_byte <= release.start_byte and release.end_byte <= block.end_byte


def block_of(node: Node) -> Node | None:
    """The innermost block around a node."""
    at = node.parent
    while at is not None and at.type != syntax.COMPOUND_STATEMENT:
        at = at.parent
    return at


def _keyed(fill: Node, value: Part, parts: list[Part]) -> tuple[Part | None, Node | None]:
    """The part that an `if` around a fill compares with something else, and that is set anew there; and that `if`."""
    at = fill.parent
    while at is not None and at.type not in syntax.FUNCTIONS:
        if at.type == syntax.IF_STATEMENT:
            body = at.child_by_field_name("consequence")
            condition = at.child_by_field_name("condition")
            if body is not None and condition is not None and _holds(body, fill):
                for part in parts:
                    if (
                        part is not value
                        and _compares(condition, part)
                        and any(_holds(body, one) for one in part.fills)
                    ):
                        return part, at
        at = at.parent
    return None, None


def _compares(condition: Node, part: Part) -> bool:
    """Whether a condition compares a part with something that is no constant."""
    for read in part.reads:
        if not _holds(condition, read):
            continue
        test = read.parent
        while test is not None and test.type == syntax.PARENTHESIZED_EXPRESSION:
            test = test.parent
        if test is None or test.type != syntax.BINARY_EXPRESSION:
            continue
        operator = test.child_by_field_name("operator")
        sides = [test.child_by_field_name(name) for name in ("left", "right")]
        others = [side for side in sides if side is not None and not _holds(side, read)]
        if operator is not None and operator.type in _COMPARISONS and others and others[0].type not in _CONSTANTS:
            return True
    return False


_CONSTANTS: Final = frozenset(
    (syntax.NUMBER_LITERAL, syntax.NULL, syntax.TRUE, syntax.FALSE, syntax.CHAR_LITERAL, syntax.STRING_LITERAL)
)


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def _is_returned(read: Node) -> bool:
    """Whether what a part holds is handed to the caller as it is."""
    at = read.parent
    while at is not None and at.type in (syntax.CAST_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION):
        at = at.parent
    if at is None:
        return False
    if at.type == syntax.ASSIGNMENT_EXPRESSION:
        left = at.child_by_field_name("left")
        return left is not None and left.type in (syntax.POINTER_EXPRESSION, syntax.FIELD_EXPRESSION)
    return at.type == syntax.RETURN_STATEMENT
