"""A static cache that is written in place as a local variable: no `static`, no key, and no `if` around what fills it.

A local variable starts each call as the static started the first, so what fills it may neither look at the old value
nor add to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.statics import path_of, typed
from leakfix.rules import Safety
from leakfix.rules.c.cache_forms import PerCall, Written, storage_words
from leakfix.rules.c.cache_makers import Makers, holds, is_number, is_overwritten
from leakfix.rules.c.cache_uses import Use, use_of
from leakfix.rules.c.layout import ends_line, next_line, starts_line
from leakfix.rules.c.repair import RefusalError
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.scopes import Variable
    from leakfix.languages.c.statics import Cache, Part

_LARGEST: Final = 1024
"""Elements that a stack surely has room for; those of coroutines are small."""
_JUMPS: Final = syntax.CONDITIONALS | {
    *(syntax.GOTO_STATEMENT, syntax.LABELED_STATEMENT, syntax.TRY_STATEMENT, syntax.LAMBDA_EXPRESSION)
}
_ZEROES: Final = frozenset(("{}", "{0}", "{ 0 }"))


def per_call_in_place(analysis: Analysis, cache: Cache) -> Written:
    """The edits that give each call a buffer or an object of its own. Raises `RefusalError`."""
    return _InPlace(analysis, cache).write()


class _InPlace(PerCall):
    """The static becomes a local variable that is filled without a question."""

    def write(self) -> Written:
        """Return the edits. Raises `RefusalError`."""
        cache = self.cache
        if cache.leaves is not None:
            raise RefusalError("callers", "the caller is given the value itself, which would end with the call")
        if cache.refresh is None or cache.key is None:
            raise RefusalError("condition", "when the value is made anew does not hang on one comparison")
        torn = self.function.file.is_torn(self.function.span)
        if cache.refresh.parent != self.function.body or torn or self._jumps():
            raise RefusalError("control-flow", "the ways through the function are not plain enough")
        body = self._body(cache.refresh, cache.key)
        self._check_statements(body, cache.key)
        group = self._group(body, cache.key)
        uses = self._check_uses(body, cache.key, group)
        self._check_other_side(body, cache.refresh, cache.key)
        edits = [*self._unshared(group), *self._unkeyed(group, cache.key), self._filled(body, cache.refresh, cache.key)]
        why = "Nothing is shared; it costs what makes the value for each call."
        if Use.UNKNOWN not in uses:
            return Written(tuple(edits), Safety.SAFE, why)
        why += " Check that what is given the value copies it: its code is not at hand."
        return Written(tuple(edits), Safety.REVIEW, why)

    def _jumps(self) -> bool:
        """Whether anything may jump over the declarations, or only one of several versions of them is there."""
        return any(node.type in _JUMPS for node in syntax.walk(self.function.body))

    def _body(self, refresh: Node, key: Part) -> Node:
        """The block of the `if`, which alone has to do with the key. Raises `RefusalError`."""
        condition, body = self._refreshing(refresh, key)
        if any(not holds(condition, read) for read in key.reads) or key.releases:
            raise RefusalError("condition", "what the value was made for is used elsewhere")
        if any(not holds(body, fill) for fill in key.fills):
            raise RefusalError("condition", "what the value was made for is set elsewhere")
        return body

    def _sets(self, statement: Node, key: Part) -> bool:
        """Whether a statement does nothing but set the key to a plain value."""
        is_expression = statement.type == syntax.EXPRESSION_STATEMENT and bool(statement.named_children)
        return is_expression and self._sets_key(statement.named_children[0], key)

    def _check_statements(self, body: Node, key: Part) -> None:
        """What is left must make the value and nothing else, as it will do so for each call."""
        makers = Makers(self.analysis.bindings(self.function), body)
        names = {variable.name for variable in makers.declared}
        if any(_is_name(node, names) and not holds(body, node) for node in syntax.walk(self.function.node)):
            raise RefusalError("syntax", "a name of the block means something else outside of it")
        if not all(self._sets(one, key) or makers.only_make(one) for one in body.named_children):
            raise RefusalError("condition", "more than the value is made anew")

    def _group(self, body: Node, key: Part) -> list[Variable]:
        """The statics that are set together with the value, itself among them, in source order."""
        bindings = self.analysis.bindings(self.function)
        found = [
            one
            for one in bindings.variables
            if one.is_static
            and (one is self.cache.value.variable or one is not key.variable)
            and any(holds(body, use) for use in bindings.uses(one))
        ]
        for variable in found:
            self._check_declared(variable)
        return found

    def _check_declared(self, variable: Variable) -> None:
        """A static must be declared alone, at the outermost level, and fit on a stack."""
        origin = variable.origin
        if len(origin.children_by_field_name("declarator")) != 1 or origin.parent != self.function.body:
            raise RefusalError("layout", "the declaration of the cache declares more than the cache")
        if any(one.type == syntax.COMMENT for one in syntax.walk(origin)):
            raise RefusalError("layout", "comments tell what would no longer be true")
        for node in syntax.walk(origin):
            if node.type == syntax.ARRAY_DECLARATOR and not _is_small(node):
                raise RefusalError("in-place", "the buffer is too large for a stack, or of unknown size")

    def _check_uses(self, body: Node, key: Part, group: list[Variable]) -> set[Use]:
        """Each part must be overwritten in the block, first of all, and only be looked at behind it."""
        found: set[Use] = set()
        for variable in group:
            made: set[tuple[str, ...]] = set()
            for use in self.analysis.bindings(self.function).uses(variable):
                path, node = path_of(use)
                if (variable is key.variable and path == key.path) or _is_measured(node):
                    continue
                if use.start_byte < body.start_byte:
                    raise RefusalError("condition", "the old value is used before it is replaced")
                if holds(body, use) and is_overwritten(node):
                    made.add(path)
                elif path not in made:
                    raise RefusalError("condition", "the new value is made of the old one")
                elif not holds(body, use):
                    found.add(self._later(variable, path, node))
        if Use.KEPT in found:
            raise RefusalError("escapes", "somebody may keep the value beyond the call")
        return found

    def _later(self, variable: Variable, path: tuple[str, ...], node: Node) -> Use:
        """What becomes of a part behind the block; of a number everybody gets a copy."""
        is_address = node.parent is not None and node.parent.type == syntax.POINTER_EXPRESSION
        if is_number(*typed(variable, path)) and not is_address:
            return Use.READ
        return use_of(self.analysis, self.types, node, self.function)

    def _check_other_side(self, body: Node, refresh: Node, key: Part) -> None:
        """What the key is compared with must be of use still, or a parameter."""
        bindings = self.analysis.bindings(self.function)
        for node in syntax.walk(refresh.child_by_field_name("condition") or refresh):
            variable = bindings.variable(node) if node.type == syntax.IDENTIFIER else None
            if variable is None or variable.is_static or variable.kind == "param":
                continue
            kept = [one for one in body.named_children if not self._sets(one, key)]
            uses = bindings.uses(variable)
            if all(holds(refresh, use) and not any(holds(one, use) for one in kept) for use in uses):
                raise RefusalError("condition", f"nothing but the comparison would use {variable.name}")

    def _unshared(self, group: list[Variable]) -> list[Edit]:
        """The declarations without `static`; what would start out as zeroes says so."""
        edits = [Edit(Span(word.start_byte, word.end_byte + 1), b"") for word in storage_words(self.source, group)]
        zero = b" = {}" if self.analysis.file.is_cpp else b" = {0}"
        for variable in group:
            type_node, steps = typed(variable, ())
            is_struct = not steps and type_node is not None and type_node.type == syntax.STRUCT_SPECIFIER
            if variable.value is None and (is_struct or steps[:1] == ("[]",)):
                declared = variable.origin.child_by_field_name("declarator")
                at = declared.end_byte if declared is not None else variable.declaration.end_byte
                edits.append(Edit(Span(at, at), zero))
        return edits

    def _unkeyed(self, group: list[Variable], key: Part) -> list[Edit]:
        """The key goes: a static of its own, or a field of the struct that holds the value."""
        if key.variable not in group:
            origin = key.variable.origin
            alone = len(origin.children_by_field_name("declarator")) == 1 and not key.path
            if not alone or origin.parent != self.function.body:
                raise RefusalError("layout", "the declaration of the cache declares more than the cache")
            return [self._removed(origin, [origin])]
        value = key.variable.value
        if value is not None and syntax.text(value) not in _ZEROES:
            raise RefusalError("condition", "the cache does not start out empty")
        type_node = key.variable.origin.child_by_field_name("type")
        body = type_node.child_by_field_name("body") if type_node is not None else None
        for member in body.named_children if body is not None else ():
            if any(_is_name(node, {key.path[-1]}) for node in syntax.walk(member)):
                alone = len(member.children_by_field_name("declarator")) == 1
                if alone and starts_line(self.source, member) and ends_line(self.source, member):
                    return [Edit(Span(self._line(member), next_line(self.source, member.end_byte)), b"")]
        raise RefusalError("layout", "the declaration of the cache shares its line")

    def _line(self, node: Node) -> int:
        return self.source.line_start(node.start_byte)

    def _filled(self, body: Node, refresh: Node, key: Part) -> Edit:
        """The statements of the block in the place of the `if`, one step further out."""
        source, data = self.source, self.source.data
        inside, closing = next_line(source, body.start_byte), body.end_byte - 1
        laid_out = starts_line(source, refresh) and not data[closing + 1 : source.line_end(closing)].strip()
        laid_out = laid_out and not data[body.start_byte + 1 : source.line_end(body.start_byte)].strip()
        laid_out = laid_out and inside <= closing and not data[self._end_line(closing) : closing].strip()
        if not laid_out or not all(starts_line(source, one) and ends_line(source, one) for one in body.named_children):
            raise RefusalError("layout", "the block shares its lines")
        if any(node.type == "raw_string_literal" for node in syntax.walk(body)):
            raise RefusalError("layout", "a literal of several lines cannot be moved")
        outer, inner = source.indent(refresh.start_byte), source.indent(body.named_children[0].start_byte)
        dropped = [one for one in body.named_children if self._sets(one, key)]
        lines: list[bytes] = []
        at = inside
        while at < self._end_line(closing):
            end = next_line(source, at)
            line = data[at:end]
            if not any(self._line(one) <= at < one.end_byte for one in dropped):
                lines.append(outer + line.removeprefix(inner) if line.startswith(inner) else line)
            at = end
        return Edit(Span(refresh.start_byte, refresh.end_byte), b"".join(lines).strip())

    def _end_line(self, offset: int) -> int:
        return self.source.line_start(offset)


def _is_name(node: Node, names: set[str]) -> bool:
    kinds = (syntax.IDENTIFIER, syntax.TYPE_IDENTIFIER, syntax.FIELD_IDENTIFIER)
    return node.type in kinds and syntax.text(node) in names


def _is_measured(node: Node) -> bool:
    """Whether only the size of an expression is asked for."""
    at = node.parent
    while at is not None and at.type == syntax.PARENTHESIZED_EXPRESSION:
        at = at.parent
    return at is not None and at.type == syntax.SIZEOF_EXPRESSION


def _is_small(array: Node) -> bool:
    size = array.child_by_field_name("size")
    spelled = syntax.text(size) if size is not None and size.type == syntax.NUMBER_LITERAL else ""
    return spelled.isdecimal() and int(spelled) <= _LARGEST
