"""The forms that end a static cache: its value made anew for each call, or kept once for each thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.shared import Fault
from leakfix.languages.c import syntax
from leakfix.languages.c.statics import block_of, path_of
from leakfix.rules import Form, Safety
from leakfix.rules.c.cache_uses import VIEWS, Use, use_of
from leakfix.rules.c.layout import ends_line, starts_line
from leakfix.rules.c.repair import RefusalError
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.scopes import Variable
    from leakfix.languages.c.statics import Cache, Part
    from leakfix.text import Source

PER_CALL = Form("per-call", "the value is made for each call, and released behind its last use")
THREAD_LOCAL = Form("thread-local", "each thread keeps a value of its own")

_NULL_SAFE: Final = frozenset(("free", "std::free", "delete"))
_PLAIN: Final = frozenset(
    (syntax.IDENTIFIER, syntax.NUMBER_LITERAL, syntax.TRUE, syntax.FALSE, syntax.NULL, syntax.STRING_LITERAL)
)
_DIVERTS: Final = frozenset(
    (syntax.GOTO_STATEMENT, syntax.LABELED_STATEMENT, syntax.THROW_STATEMENT, syntax.TRY_STATEMENT)
)
_HIDING: Final = (b"return", b"goto", b"throw", b"break", b"continue")
_INITIAL_VALUES: Final = frozenset(
    (syntax.CALL_EXPRESSION, syntax.NEW_EXPRESSION, syntax.STRING_LITERAL, "concatenated_string", "raw_string_literal")
)
_LOCAL_WORDS: Final = frozenset((b"thread_local", b"__thread", b"_Thread_local"))


@record
class Written:
    """The edits of one form."""

    edits: tuple[Edit, ...]
    safety: Safety
    why: str
    requires: str = ""


def per_call(analysis: Analysis, cache: Cache) -> Written:
    """A value that one expression makes, as a local variable. Raises `RefusalError`."""
    return PerCall(analysis, cache).write()


def per_thread(analysis: Analysis, cache: Cache, found: Fault) -> Written:
    """The same static for each thread. Raises `RefusalError`."""
    source = analysis.source
    if found in (Fault.SHARED_BLOCK, Fault.UNRELEASED):
        raise RefusalError("no-release", "nothing releases what a thread holds last when it ends")
    if cache.leaves is not None:
        raise RefusalError("callers", "callers get the value itself, and may hand it to other threads")
    macro = _macro(analysis)
    if not macro and not analysis.file.is_cpp:
        raise RefusalError("version", "nothing tells how the project spells thread-local storage")
    word = f" {macro or 'thread_local'}".encode()
    ends = [one.end_byte for one in storage_words(source, _group(analysis, cache))]
    edits = tuple(Edit(Span(at, at), word) for at in ends)
    types = analysis.types(cache.function)
    safe = all(use_of(analysis, types, read, cache.function) is Use.READ for read in cache.value.reads)
    why = "Every thread fills and reads its own value, as the only thread did before."
    if not safe:
        why += " Check that nobody keeps a pointer to it beyond the life of the thread."
    return Written(edits, Safety.SAFE if safe else Safety.REVIEW, why, "" if macro else "c++11")


def _group(analysis: Analysis, cache: Cache) -> list[Variable]:
    """The statics that are set together with a value: each thread needs all of them. Raises `RefusalError`."""
    found = [cache.value.variable]
    if cache.key is None or cache.refresh is None:
        raise RefusalError("condition", "when the value is made anew does not hang on one comparison")
    bindings = analysis.bindings(cache.function)
    for node in syntax.walk(cache.refresh):
        if node.type not in (syntax.ASSIGNMENT_EXPRESSION, syntax.UPDATE_EXPRESSION):
            continue
        target = node.child_by_field_name("left") or node.child_by_field_name("argument")
        while target is not None and target.type in (syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION):
            target = target.child_by_field_name("argument")
        variable = bindings.variable(target) if target is not None else None
        if variable is None:
            raise RefusalError("condition", "what is set together with the value lives elsewhere")
        if variable.is_static and variable not in found:
            found.append(variable)
    if cache.key.variable not in found:
        raise RefusalError("condition", "what the value was made for is set elsewhere")
    for part in (one for one in found if one is not cache.value.variable):
        if any(not _holds(cache.refresh, use) and _is_set(use) for use in bindings.uses(part)):
            raise RefusalError("condition", "what the value was made for is set elsewhere")
    return found


def _is_set(use: Node) -> bool:
    _, node = path_of(use)
    parent = node.parent
    if parent is None:
        return False
    if parent.type == syntax.ASSIGNMENT_EXPRESSION:
        return parent.child_by_field_name("left") == node
    return parent.type in (syntax.UPDATE_EXPRESSION, syntax.POINTER_EXPRESSION)


def storage_words(source: Source, variables: list[Variable]) -> list[Node]:
    """The `static` of each declaration, with a blank behind it. Raises `RefusalError`."""
    found: list[Node] = []
    for origin in dict.fromkeys(variable.origin for variable in variables):
        word = next((child for child in origin.children if child.type == syntax.STORAGE_CLASS), None)
        if word is None or word.text != b"static":
            raise RefusalError("syntax", "the declaration says static in an unusual way")
        if source.data[word.end_byte : word.end_byte + 1] not in (b" ", b"\t"):
            raise RefusalError("layout", "static stands alone on its line")
        if len(origin.children_by_field_name("declarator")) != 1:
            raise RefusalError("layout", "the declaration of the cache declares more than the cache")
        found.append(word)
    return found


def _macro(analysis: Analysis) -> str:
    """The macro of the project that means thread-local storage, if the file sees one."""
    for place in analysis.world.reach(analysis.file):
        file = analysis.world.file(place) if place != analysis.world.reach(analysis.file)[0] else analysis.file
        for name, macros in file.macros.items():
            if any(macro.params is None and macro.body in _LOCAL_WORDS for macro in macros):
                return name
    return ""


class PerCall:
    """The cache becomes a local variable; what was kept beside it goes."""

    def __init__(self, analysis: Analysis, cache: Cache) -> None:
        """Take a cache of a file that is analysed."""
        self.analysis = analysis
        self.source: Source = analysis.source
        self.cache = cache
        self.function = cache.function
        self.types = analysis.types(cache.function)

    def write(self) -> Written:
        """Return the edits. Raises `RefusalError`."""
        cache = self.cache
        if cache.leaves is not None:
            raise RefusalError("callers", "the caller is given the value itself: every caller would have to release it")
        if cache.refresh is None or cache.key is None or cache.release is None:
            raise RefusalError("condition", "when the value is made anew does not hang on one comparison")
        if cache.refresh.parent != self.function.body or not self._is_plain_function():
            raise RefusalError("control-flow", "the ways through the function are not plain enough")
        self._check_refresh(cache.refresh, cache.key)
        declarations = self._declarations(cache.key)
        self._check_reads(cache.refresh, cache.key)
        name = self._local_name()
        edits = [self._removed(node, declarations) for node in declarations]
        edits.append(self._made(cache.refresh, name))
        edits += [Edit(Span(read.start_byte, read.end_byte), name.encode()) for read in self._later_reads()]
        edits += self._released(cache.refresh, name)
        called = self._called(cache.fill)
        why = f"Nothing is shared, and nothing is left behind; it costs one {called} for each call."
        safety = Safety.SAFE
        if Use.UNKNOWN in self._uses():
            safety = Safety.REVIEW
            why += " Check that what is given the value copies it: its code is not at hand."
        return Written(tuple(edit for edit in edits if edit.text or len(edit.span)), safety, why)

    def _called(self, fill: Node) -> str:
        right = fill.child_by_field_name("right")
        for node in syntax.walk(right) if right is not None else ():
            called = node.child_by_field_name("function") if node.type == syntax.CALL_EXPRESSION else None
            if called is not None:
                return f"{syntax.text(called)}()"
        return "allocation"

    def _is_plain_function(self) -> bool:
        """Whether control gets from the refresh to the end, or to one return as the last statement."""
        if self.function.file.is_torn(self.function.span):
            return False
        refresh = self.cache.refresh
        for node in syntax.walk(self.function.body):
            if node.type in _DIVERTS or node.type in syntax.CONDITIONALS or node.type == syntax.LAMBDA_EXPRESSION:
                return False
            if refresh is not None and node.start_byte > refresh.start_byte and self._leaves_early(node):
                return False
            if node.type == syntax.EXPRESSION_STATEMENT and self._hides_exit(node):
                return False
        return True

    @property
    def _last(self) -> Node:
        return syntax.named(self.function.body)[-1]

    def _leaves_early(self, node: Node) -> bool:
        """Whether a node is a return that is not the last statement, or gives back more than a plain value."""
        if node.type != syntax.RETURN_STATEMENT:
            return False
        return node != self._last or any(child.type not in _PLAIN for child in node.named_children)

    def _hides_exit(self, statement: Node) -> bool:
        """Whether a statement is the use of a macro that may leave the function."""
        name = syntax.text(statement).partition("(")[0].strip(" ;")
        if not name.isidentifier():
            return False
        macros = self.analysis.world.macros(name, self.analysis.file)
        if not macros:
            return name.isupper()
        return any(word in macro.body for macro in macros for word in _HIDING)

    def _refreshing(self, refresh: Node, key: Part) -> tuple[Node, Node]:
        """The condition and the block of the `if`, which asks for nothing but the key. Raises `RefusalError`."""
        body, condition = refresh.child_by_field_name("consequence"), refresh.child_by_field_name("condition")
        if refresh.child_by_field_name("alternative") is not None or body is None or condition is None:
            raise RefusalError("condition", "something else is done where the value is still good")
        if body.type != syntax.COMPOUND_STATEMENT or any(one.type == syntax.COMMENT for one in syntax.walk(refresh)):
            raise RefusalError("layout", "comments tell what would no longer be true")
        if any(one.type in (syntax.CALL_EXPRESSION, syntax.UPDATE_EXPRESSION) for one in syntax.walk(condition)):
            raise RefusalError("condition", "the comparison does more than compare")
        if not self._asks_for_key(syntax.unparen(condition), key):
            raise RefusalError("condition", "the value is not made anew whenever what it was made for differs")
        return condition, body

    def _check_refresh(self, refresh: Node, key: Part) -> None:
        """The `if` must hold nothing but the release, the key's new value and the fill."""
        _, body = self._refreshing(refresh, key)
        for statement in body.named_children:
            if not self._is_part_of_refresh(statement, key):
                raise RefusalError("condition", "more than the value is made anew")
        if self.cache.fill.type != syntax.ASSIGNMENT_EXPRESSION or len(self.cache.value.fills) != 1 + self._resets():
            raise RefusalError("condition", "the value is made in several places")
        right = self.cache.fill.child_by_field_name("right")
        statics = {part.variable.index for part in (key, self.cache.value)}
        for node in syntax.walk(right) if right is not None else ():
            variable = self.analysis.bindings(self.function).variable(node)
            if variable is not None and variable.index in statics:
                raise RefusalError("condition", "the new value is made of the old one")

    def _asks_for_key(self, condition: Node, key: Part) -> bool:
        """Whether a condition is that the key differs from what it is set to, or else that there is no value yet."""
        operator = condition.child_by_field_name("operator")
        left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
        if condition.type != syntax.BINARY_EXPRESSION or operator is None or left is None or right is None:
            return self._asks_only_value(condition)
        if operator.type == "||":
            sides = [syntax.unparen(left), syntax.unparen(right)]
            asked = [side for side in sides if not self._asks_only_value(side)]
            return len(asked) == 1 and self._asks_for_key(asked[0], key)
        if operator.type != "!=":
            return False
        mine = (key.variable.index, key.path)
        other = right if self._part(left) == mine else left if self._part(right) == mine else None
        return other is not None and self._set_to(key) == [syntax.text(other)]

    def _set_to(self, key: Part) -> list[str]:
        """What the key is set to in the refresh."""
        found: list[str] = []
        for node in syntax.walk(self.cache.refresh) if self.cache.refresh is not None else ():
            left = node.child_by_field_name("left") if node.type == syntax.ASSIGNMENT_EXPRESSION else None
            right = node.child_by_field_name("right") if left is not None else None
            if left is not None and right is not None and self._part(left) == (key.variable.index, key.path):
                found.append(syntax.text(right))
        return found

    def _resets(self) -> int:
        """How often the value is set to null between its release and its fill."""
        return sum(1 for fill in self.cache.value.fills if fill != self.cache.fill and _is_null(fill))

    def _is_part_of_refresh(self, statement: Node, key: Part) -> bool:
        release = self.cache.release
        if release is not None and _holds(statement, release):
            if statement.type == syntax.IF_STATEMENT:
                inside = statement.child_by_field_name("consequence")
                inner = syntax.named(inside) if inside is not None and inside.type == _BLOCK else [inside]
                return (
                    statement.child_by_field_name("alternative") is None
                    and all(one is not None and self._is_part_of_refresh(one, key) for one in inner)
                    and self._asks_only_value(statement.child_by_field_name("condition"))
                )
            return statement.type == syntax.EXPRESSION_STATEMENT and statement.named_children[0] == release
        if statement.type != syntax.EXPRESSION_STATEMENT or not statement.named_children:
            return False
        inner_node = statement.named_children[0]
        return (
            inner_node == self.cache.fill
            or inner_node in key.fills
            or (inner_node in self.cache.value.fills and _is_null(inner_node))
            or self._sets_key(inner_node, key)
        )

    def _sets_key(self, node: Node, key: Part) -> bool:
        if node.type != syntax.ASSIGNMENT_EXPRESSION:
            return False
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        return (
            left is not None
            and right is not None
            and right.type in _PLAIN
            and self._part(left)
            == (
                key.variable.index,
                key.path,
            )
        )

    def _part(self, node: Node) -> tuple[int, tuple[str, ...]] | None:
        """The static, and the field of it, that an expression is."""
        at = node
        while at.type == syntax.FIELD_EXPRESSION:
            inner = at.child_by_field_name("argument")
            if inner is None:
                return None
            at = inner
        variable = self.analysis.bindings(self.function).variable(at)
        path, whole = path_of(at)
        return (variable.index, path) if variable is not None and whole == node else None

    def _asks_only_value(self, condition: Node | None) -> bool:
        """Whether a condition asks for nothing but whether there is a value."""
        names = [node for node in syntax.walk(condition) if node.type == syntax.IDENTIFIER] if condition else []
        return bool(names) and all(self._is_of_value(name) for name in names if name.text not in (b"NULL", b"nullptr"))

    def _is_of_value(self, name: Node) -> bool:
        variable = self.analysis.bindings(self.function).variable(name)
        return variable is self.cache.value.variable and path_of(name)[0] == self.cache.value.path

    def _declarations(self, key: Part) -> list[Node]:
        """The statements that declare the statics, which must hold nothing else."""
        found: list[Node] = []
        bindings = self.analysis.bindings(self.function)
        for variable in dict.fromkeys((self.cache.value.variable, key.variable)):
            origin = variable.origin
            if len(origin.children_by_field_name("declarator")) != 1 or origin.parent != self.function.body:
                raise RefusalError("layout", "the declaration of the cache declares more than the cache")
            if any(one.type == syntax.COMMENT for one in syntax.walk(origin)):
                raise RefusalError("layout", "comments tell what would no longer be true")
            if any(one.type in _INITIAL_VALUES for one in syntax.walk(origin)):
                raise RefusalError("condition", "the cache does not start out empty")
            allowed = {part.path for part in (key, self.cache.value) if part.variable is variable}
            if any(path_of(use)[0] not in allowed for use in bindings.uses(variable)):
                raise RefusalError("condition", "more than the value is kept in the cache")
            found.append(origin)
        return found

    def _later_reads(self) -> list[Node]:
        refresh = self.cache.refresh
        return [read for read in self.cache.value.reads if refresh is None or read.start_byte > refresh.end_byte]

    def _check_reads(self, refresh: Node, key: Part) -> None:
        """What comes later must only look at the value; what decides is only asked by the refresh."""
        value = self.cache.value
        if any(not _holds(refresh, read) for read in key.reads):
            raise RefusalError("condition", "what the value was made for is used elsewhere")
        if any(read.end_byte < refresh.start_byte for read in value.reads):
            raise RefusalError("condition", "the old value is used before it is replaced")
        if len(value.releases) != 1 or any(not _holds(refresh, one) for one in key.fills):
            raise RefusalError("condition", "the value is released in several places")
        if Use.KEPT in self._uses():
            raise RefusalError("escapes", "somebody may keep the value beyond the call")
        self._check_key_used(key)

    def _uses(self) -> set[Use]:
        return {use_of(self.analysis, self.types, read, self.function) for read in self._later_reads()}

    def _check_key_used(self, key: Part) -> None:
        """What the key is compared with must be of use still, or a parameter."""
        refresh, bindings = self.cache.refresh, self.analysis.bindings(self.function)
        right = self.cache.fill.child_by_field_name("right")
        for fill in (node for node in key.fills if node.type == syntax.ASSIGNMENT_EXPRESSION):
            self._check_local(fill.child_by_field_name("right"), refresh, right)
        for node in syntax.walk(refresh) if refresh is not None else ():
            if node.type == syntax.ASSIGNMENT_EXPRESSION and self._sets_key(node, key):
                source = node.child_by_field_name("right")
                variable = bindings.variable(source) if source is not None else None
                if variable is not None and variable.kind == "local":
                    self._check_local(source, refresh, right)

    def _check_local(self, source: Node | None, refresh: Node | None, right: Node | None) -> None:
        bindings = self.analysis.bindings(self.function)
        variable = bindings.variable(source) if source is not None else None
        if variable is None or refresh is None or right is None or variable.kind == "param":
            return
        uses = bindings.uses(variable)
        if all(_holds(refresh, use) and not _holds(right, use) for use in uses):
            raise RefusalError("condition", f"nothing but the comparison would use {variable.name}")

    def _local_name(self) -> str:
        """A name for the local variable: that of the static itself, or of its field where it is free."""
        value = self.cache.value
        if not value.path:
            return value.variable.name
        taken = {
            syntax.text(node)
            for node in syntax.walk(self.function.node)
            if node.type in (syntax.IDENTIFIER, syntax.TYPE_IDENTIFIER)
        }
        wanted = value.path[-1]
        return wanted if wanted not in taken else value.variable.name

    def _removed(self, declaration: Node, removed: list[Node]) -> Edit:
        """A declaration with its lines, and the blank line behind it where nothing is left above."""
        source = self.source
        if not starts_line(source, declaration) or not ends_line(source, declaration):
            raise RefusalError("layout", "the declaration of the cache shares its line")
        end = min(source.line_end(declaration.end_byte) + len(source.newline), len(source.data))
        above, below = declaration.prev_named_sibling, declaration.next_named_sibling
        if (above is None or above in removed) and below not in removed:
            behind = source.line_end(end)
            if not source.data[end:behind].strip():
                end = behind + len(source.newline)
        return Edit(Span(source.line_start(declaration.start_byte), end), b"")

    def _made(self, refresh: Node, name: str) -> Edit:
        """The declaration that takes the place of the refresh."""
        type_node = self.cache.value.type
        right = self.cache.fill.child_by_field_name("right")
        if type_node is None or right is None or syntax.CLASSES.intersection((type_node.type,)):
            raise RefusalError("type", "the type of the value has no name here")
        qualifiers = [
            syntax.text(child)
            for child in (type_node.parent.children if type_node.parent is not None else ())
            if child.type == syntax.TYPE_QUALIFIER and child.end_byte <= type_node.start_byte
        ]
        spelled = " ".join((*qualifiers, syntax.text(type_node)))
        text = f"{spelled} *{name} = {syntax.text(right)};"
        return Edit(Span(refresh.start_byte, refresh.end_byte), text.encode())

    def _released(self, refresh: Node, name: str) -> list[Edit]:
        """The release at the end of the function."""
        release = self.cache.release
        if release is None:
            return []
        if release.type == syntax.DELETE_EXPRESSION:
            how = "delete[]" if any(child.type == "[" for child in release.children) else "delete"
            statement, callee, given = f"{how} {name};", "delete", release.named_children[-1]
        else:
            called, arguments = release.child_by_field_name("function"), release.child_by_field_name("arguments")
            callee = syntax.text(called) if called is not None else ""
            statement = f"{callee}({name});"
            given = syntax.named(arguments)[0] if arguments is not None else release
        if given.type not in (syntax.IDENTIFIER, syntax.FIELD_EXPRESSION):
            raise RefusalError("type", "the value is released as something else than it is declared as")
        source, last = self.source, self._last
        indent = source.indent(refresh.start_byte)
        lines = [statement]
        if callee not in _NULL_SAFE and not self._is_used_as_there():
            unit = source.indent(self.cache.fill.start_byte)[len(indent) :].decode() or "    "
            lines = [f"if ({name}) {{", f"{unit}{statement}", "}"]
        text = b"".join(indent + line.encode() + source.newline for line in lines)
        if last.type == syntax.RETURN_STATEMENT:
            if not starts_line(source, last):
                raise RefusalError("layout", "the return shares its line")
            at = source.line_start(last.start_byte)
        else:
            closing = self.function.body.end_byte - 1
            if source.data[source.line_start(closing) : closing].strip():
                raise RefusalError("layout", "the body does not end on a line of its own")
            at = source.line_start(closing)
        return [Edit(Span(at, at), text)]

    def _is_used_as_there(self) -> bool:
        """Whether a later use would fail if the value were null, so that it never is."""
        for read in self._later_reads():
            parent = read.parent
            if parent is None or parent.parent is None or not _is_straight(read, self.function.body):
                continue
            if parent.type in (syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION):
                return True
            called = parent.parent.child_by_field_name("function") if parent.type == syntax.ARGUMENT_LIST else None
            if called is not None and syntax.text(called) in VIEWS:
                return True
        return False


_BLOCK: Final = syntax.COMPOUND_STATEMENT


def _is_straight(node: Node, body: Node) -> bool:
    """Whether a node stands in a statement of the outermost block that no condition may skip."""
    block = block_of(node)
    at: Node | None = node
    while at is not None and at != body:
        if at.type in (syntax.IF_STATEMENT, syntax.CONDITIONAL_EXPRESSION, syntax.BINARY_EXPRESSION):
            return False
        at = at.parent
    return block == body


def _is_null(assignment: Node) -> bool:
    right = assignment.child_by_field_name("right")
    return right is not None and syntax.text(right) in ("NULL", "nullptr", "0")


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte
