"""Findings of Python rules that follow no flow: one place in a file, and the forms that mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.python import syntax
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Step
from leakfix.rules.python.indenting import LayoutError, starts_line
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.suites import Suite
from leakfix.text import Edit, OverlapError, Span, apply_edits
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.rules.finding import Safety
    from leakfix.rules.rule import Form, Rule
    from leakfix.text import Source


@record
class Mended:
    """What a form gives: the edits, why they keep behaviour, and how sure that is (None: as the form says)."""

    edits: tuple[Edit, ...]
    why: str
    safety: Safety | None = None


def finding(
    rule: Rule[Analysis],
    analysis: Analysis,
    node: Node,
    message: str,
    steps: Iterable[tuple[Node, str]],
    forms: Sequence[tuple[Form, Callable[[], Mended]]],
    confidence: Confidence = Confidence.HIGH,
    general: Form | None = None,
) -> Finding:
    """Make the finding at a node: `steps` are its trace, `forms` what may mend it, the preferred one first.

    A form that raises `RefusalError` is left out; when all do, the reason of the `general` one is told, or the first.
    """
    source = analysis.source
    fixes, refusal = _fixes(analysis, forms, general)
    return Finding.at(
        source,
        Span(node.start_byte, node.end_byte),
        rule=rule.id,
        function=analysis.function_at(node.start_byte).name,
        message=message,
        severity=rule.severity,
        confidence=confidence,
        trace=tuple(Step(source.path, source.line(at.start_byte), said) for at, said in steps),
        fixes=fixes,
        refusal=refusal,
    )


def _fixes(
    analysis: Analysis, forms: Sequence[tuple[Form, Callable[[], Mended]]], general: Form | None
) -> tuple[tuple[Fix, ...], Refusal | None]:
    fixes: list[Fix] = []
    reasons: dict[str, Refusal] = {}
    source = analysis.source
    for form, write in forms:
        try:
            mended = write()
            apply_edits(source.data, mended.edits)
        except RefusalError as why:
            reasons[form.name] = why.refusal
        except (LayoutError, OverlapError) as why:
            reasons[form.name] = Refusal("layout", str(why))
        else:
            edits = tuple(FileEdit(source.path, edit) for edit in mended.edits)
            fixes.append(Fix(form.title, form.name, mended.safety or form.safety, mended.why, edits, form.requires))
    if fixes:
        return tuple(fixes), None
    told = general.name if general is not None else next(iter(reasons), "")
    return (), reasons.get(told)


def own_line(analysis: Analysis, statement: Node) -> bytes:
    """Return the indentation of a statement that shares its lines with no other. Raises `RefusalError`."""
    block = syntax.block_of(statement)
    if block is None or not starts_line(analysis.source, statement.start_byte):
        raise RefusalError("layout", "the statement shares its line with others")
    suite = Suite(analysis.source, analysis.file.root, block)
    if suite.is_inline or len(suite.chain(statement)) > 1:
        raise RefusalError("layout", "the statement shares its line with others")
    return suite.indent


def lines_behind(source: Source, node: Node, indent: bytes, lines: Iterable[bytes]) -> Edit:
    """Return the edit that puts lines behind the one on which a node ends, and behind the comment on it."""
    end = source.line_end(node.end_byte)
    return Edit(Span(end, end), b"".join(source.newline + indent + line for line in lines))


def lines_before(source: Source, node: Node, indent: bytes, lines: Iterable[bytes]) -> Edit:
    """Return the edit that puts lines before a node that starts its line."""
    return Edit(Span(node.start_byte, node.start_byte), b"".join(line + source.newline + indent for line in lines))


def free_name(analysis: Analysis, wanted: Iterable[str], within: Node | None = None) -> str:
    """Return the first name that means nothing in a node, nor in all of the file without one. Raises `RefusalError`."""
    source = analysis.source
    span = Span(within.start_byte, within.end_byte) if within is not None else Span(0, len(source.data))
    taken = _words(source.slice(span))
    names = list(wanted)
    for name in (*names, *(f"{names[0]}_{number}" for number in range(2, 10))):
        if name.encode() not in taken:
            return name
    raise RefusalError("name-taken", f"no name like `{names[0]}` is free")


def _words(data: bytes) -> set[bytes]:
    import re

    return set(re.findall(rb"\w+", data))


def module_line(analysis: Analysis, line: bytes) -> Edit:
    """Return the edit that adds a line of the module's own: behind its constants, else behind its imports.

    Raises `RefusalError` when there is nothing that it could stand behind.
    """
    source = analysis.source
    anchor: Node | None = None
    for statement in syntax.statements(analysis.file.root):
        kind = syntax.definition(statement).type
        if kind in (syntax.FUNCTION_DEFINITION, syntax.CLASS_DEFINITION) or not _is_head(statement):
            break
        if starts_line(source, statement.start_byte):
            anchor = statement
    if anchor is None:
        raise RefusalError("layout", "the file has no head in which a variable of the module could stand")
    end = source.line_end(anchor.end_byte)
    apart = source.newline * (1 if anchor.type == syntax.EXPRESSION_STATEMENT and _is_assignment(anchor) else 2)
    return Edit(Span(end, end), apart + line)


def _is_head(statement: Node) -> bool:
    """Whether a statement of the module may stand before its definitions: docstring, imports, constants."""
    if statement.type in (syntax.IF_STATEMENT, syntax.TRY_STATEMENT):
        return all(_is_head(one) for block in _blocks(statement) for one in syntax.statements(block))
    if statement.type == syntax.EXPRESSION_STATEMENT:
        return _is_assignment(statement) or syntax.named(statement)[0].type == syntax.STRING
    return statement.type in _IMPORTS


def _is_assignment(statement: Node) -> bool:
    return syntax.named(statement)[0].type == syntax.ASSIGNMENT


def _blocks(statement: Node) -> list[Node]:
    return [node for node in syntax.walk(statement) if node.type == syntax.BLOCK]


_IMPORTS = frozenset(
    (
        syntax.IMPORT_STATEMENT,
        syntax.IMPORT_FROM_STATEMENT,
        syntax.FUTURE_IMPORT_STATEMENT,
        syntax.PASS_STATEMENT,
        syntax.RAISE_STATEMENT,
    )
)
