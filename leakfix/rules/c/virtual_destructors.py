"""Classes whose objects are destroyed through a base that does not lead to their destructors, and what mends them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import declarators, syntax
from leakfix.languages.cpp.classes import (
    Classes,
    Endings,
    destructor,
    is_abstract,
    is_final,
    is_polymorphic,
    is_readable,
    members,
)
from leakfix.languages.cpp.deletions import Deletion, Deletions
from leakfix.rules import Confidence, FileEdit, Finding, Fix, Form, Rule, Safety, Step
from leakfix.rules.c.layout import ends_line, starts_line
from leakfix.rules.c.repair import RefusalError
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Struct
    from leakfix.languages.cpp.classes import Member
    from leakfix.text import Source

DEFAULTED = Form("default", "a virtual destructor that is defaulted", requires="c++11")
EMPTY_BODY = Form("empty-body", "a virtual destructor with an empty body")
VIRTUAL = Form("virtual", "the destructor becomes virtual")

_FOREIGN: Final = frozenset(("third_party", "thirdparty", "third-party", "3rdparty", "external", "externals", "vendor"))
_PUBLIC: Final = frozenset(("include", "inc"))
_SMART: Final = ("unique_ptr", "scoped_ptr", "auto_ptr")
_UNMOVABLE: Final = ("atomic", "mutex", "once_flag", "condition_variable")
_SHOWN: Final = 3


@record
class _Project:
    """What is asked of the whole program."""

    classes: Classes
    endings: Endings
    deletions: Deletions


def unsafe_bases(rule: Rule[Analysis], analysis: Analysis) -> Iterator[Finding]:
    """The classes of a file that objects of derived classes are deleted through, in order."""
    classes = Classes(analysis.world)
    project = _Project(classes, Endings(classes), Deletions.of_program(analysis.program))
    for struct in analysis.file.structs.values():
        if _may_lose(struct, project):
            found = _judged(rule, analysis, struct, project)
            if found is not None:
                yield found


def _may_lose(struct: Struct, project: _Project) -> bool:
    """Whether a class has virtual functions, and a destructor that anybody may call and that is not one of them."""
    if struct.kind not in ("class", "struct") or not struct.name or struct.is_template:
        return False
    if not is_polymorphic(struct) or is_final(struct) or not is_readable(struct):
        return False
    own = destructor(struct)
    if own is not None and (own.is_virtual or own.access != "public"):
        return False
    above = project.classes.ancestors(struct)
    if above is None or any(not is_readable(one) or _has_virtual_destructor(one) for one in above):
        return False
    if own is None and any(_hides_destructor(one) for one in above):
        return False
    return not any(project.classes.has_unknown_members(one) for one in (struct, *above))


def _has_virtual_destructor(struct: Struct) -> bool:
    own = destructor(struct)
    return own is not None and own.is_virtual


def _hides_destructor(struct: Struct) -> bool:
    own = destructor(struct)
    return own is not None and own.access == "private"


def _judged(rule: Rule[Analysis], analysis: Analysis, struct: Struct, project: _Project) -> Finding | None:
    heirs = [heir for heir in project.classes.heirs(struct) if is_readable(heir)]
    if not heirs:
        return None
    deleted = project.deletions.of(struct)
    if not deleted:
        return None
    is_seen = True
    if not is_abstract(struct):
        homes = [one.file for one in deleted]
        makings = sorted(project.deletions.makings(struct), key=lambda one: one.file not in homes)
        if not makings:
            return None
        made = makings[0].made
        heirs = [made, *(heir for heir in heirs if heir is not made)]
        is_seen = makings[0].file in homes
    losing = [(heir, lost) for heir in heirs if (lost := project.endings.release(heir)) is not None]
    name = struct.node.child_by_field_name("name") or struct.node
    heir, lost = losing[0] if losing else (heirs[0], heirs[0].node.child_by_field_name("name") or heirs[0].node)
    fixes: tuple[Fix, ...] = ()
    refusal = None
    try:
        fixes = tuple(_fixes(analysis, struct, heirs))
    except RefusalError as error:
        refusal = error.refusal
    return Finding.at(
        analysis.source,
        Span(name.start_byte, name.end_byte),
        rule=rule.id,
        function=struct.name,
        message=_message(struct, heir, deleted[0], is_losing=bool(losing)),
        severity=rule.severity,
        confidence=Confidence.HIGH if losing and is_seen else Confidence.MEDIUM,
        trace=_trace(analysis, struct, heir, lost, deleted, is_losing=bool(losing)),
        fixes=fixes,
        refusal=refusal,
    )


def _message(struct: Struct, heir: Struct, deletion: Deletion, *, is_losing: bool) -> str:
    how = "held by a smart pointer to it" if deletion.is_smart else "deleted through it"
    what = f"what {heir.name} owns is never released" if is_losing else f"the destructor of {heir.name} never runs"
    return f"{struct.name} has virtual functions but no virtual destructor, and is {how}: {what}"


def _trace(
    analysis: Analysis, struct: Struct, heir: Struct, lost: Node, deleted: tuple[Deletion, ...], *, is_losing: bool
) -> tuple[Step, ...]:
    own = destructor(struct)
    start = own.node if own is not None else struct.node.child_by_field_name("name") or struct.node
    says = "its destructor is not virtual" if own is not None else "its destructor is implicit, so not virtual"
    told = f"{heir.name} owns something that its destructor releases" if is_losing else f"{heir.name} derives from it"
    steps = [
        Step(analysis.source.path, analysis.source.line(start.start_byte), says),
        Step(heir.file.path, heir.file.source.line(lost.start_byte), told),
    ]
    for one in deleted[:_SHOWN]:
        how = "destroyed here with the pointer that holds it" if one.is_smart else "deleted here"
        steps.append(Step(one.file.path, one.file.source.line(one.node.start_byte), how))
    return tuple(steps)


def _fixes(analysis: Analysis, struct: Struct, heirs: list[Struct]) -> Iterator[Fix]:
    """Every form that suits. Raises `RefusalError`."""
    path = PurePosixPath(analysis.source.path)
    if not _FOREIGN.isdisjoint(path.parts):
        raise RefusalError("foreign", "the class belongs to another project")
    for heir in heirs:
        _check_heir(heir)
    why = "Whoever destroys an object through the base now runs its own destructor."
    safety = Safety.SAFE
    if not _PUBLIC.isdisjoint(path.parts):
        safety = Safety.REVIEW
        why += " The table of virtual functions changes: all that use this public header have to be compiled anew."
    own = destructor(struct)
    if own is not None:
        edits = (FileEdit(analysis.source.path, _made_virtual(own)),)
        yield Fix(VIRTUAL.title, VIRTUAL.name, safety, why, edits)
        return
    _check_implicit(struct)
    last = struct.name.rpartition("::")[2]
    texts = {DEFAULTED: f"virtual ~{last}() = default;", EMPTY_BODY: f"virtual ~{last}() {{}}"}
    for form in _in_order(analysis.source.data):
        edits = (FileEdit(analysis.source.path, _inserted(analysis.source, struct, texts[form])),)
        yield Fix(form.title, form.name, safety, why, edits, form.requires)


def _in_order(data: bytes) -> tuple[Form, ...]:
    """Both forms, the one that the file itself writes first."""
    compact = b"".join(data.split())
    if b"(){}" in compact and b"()=default;" not in compact and b"virtual~" in compact:
        return (EMPTY_BODY, DEFAULTED)
    return (DEFAULTED, EMPTY_BODY)


def _check_heir(heir: Struct) -> None:
    own = destructor(heir)
    if own is None:
        return
    text = syntax.text(own.node).partition("{")[0].replace(" ", "")
    if "throw(" in text or "noexcept(" in text or text.endswith("=delete;"):
        raise RefusalError("exceptions", f"the destructor of {heir.name} promises less than that of its base would")


def _made_virtual(own: Member) -> Edit:
    text = syntax.text(own.node)
    if own.is_conditional:
        raise RefusalError("preprocessor", "the destructor stands between #if and #endif")
    if not text.startswith(("~", "inline ")):
        raise RefusalError("syntax", "the destructor is declared in an unusual way")
    return Edit(Span(own.node.start_byte, own.node.start_byte), b"virtual ")


def _check_implicit(struct: Struct) -> None:
    """A destructor that is declared ends implicit moves; nothing may have relied on them, or on constant objects."""
    if any("constexpr" in syntax.text(member.node) for member in members(struct)):
        raise RefusalError("constexpr", "objects of the class may be constants")
    fields = [member.node for member in members(struct) if _is_field(member.node)]
    spelled = [syntax.text(node) for node in fields]
    if any(word in text for text in spelled for word in _SMART):
        raise RefusalError("incomplete", "a member holds an object whose class may not be known in the header")
    if fields and not _has_no_moves(struct, spelled) and not all(_is_plain(node) for node in fields):
        raise RefusalError("moves", "the class may be moved, which a declared destructor would turn into copies")


def _is_field(node: Node) -> bool:
    if node.type != syntax.FIELD_DECLARATION or any(child.type == syntax.STORAGE_CLASS for child in node.children):
        return False
    return not any(one.is_function for one in declarators.declarators(node))


def _is_plain(node: Node) -> bool:
    """Whether a member is a number or a pointer, of which a copy is a move."""
    type_node = node.child_by_field_name("type")
    if type_node is None:
        return False
    if type_node.type in (syntax.PRIMITIVE_TYPE, syntax.SIZED_TYPE):
        return True
    if syntax.text(type_node).rpartition("::")[2].endswith("_t"):
        return True
    return all("*" in one.steps or "&" in one.steps for one in declarators.declarators(node))


def _has_no_moves(struct: Struct, fields: list[str]) -> bool:
    """Whether the class says itself how it is copied, or cannot be copied nor moved."""
    last = struct.name.rpartition("::")[2]
    for member in members(struct):
        text = "".join(syntax.text(member.node).partition("{")[0].split())
        if f"{last}(const{last}&" in text or f"{last}({last}&&" in text or "operator=(" in text:
            return True
        if text.startswith(("DISALLOW_COPY", "DISABLE_COPY", "Q_DISABLE_COPY")):
            return True
    if any(base.rpartition("::")[2].lower().startswith("noncopyable") for base in struct.bases):
        return True
    return any(word in text for text in fields for word in _UNMOVABLE)


def _inserted(source: Source, struct: Struct, text: str) -> Edit:
    """The line of a new destructor: behind the last constructor, else first among what is public."""
    public = [member for member in members(struct) if member.access == "public"]
    shown = [member for member in public if not member.is_conditional]
    model = next((one for one in shown if starts_line(source, one.node)), None)
    if model is None or source.line(struct.body.start_byte) == source.line(struct.body.end_byte - 1):
        raise RefusalError("layout", "nothing public stands on a line of its own")
    last = struct.name.rpartition("::")[2]
    makers = [one.node for one in shown if one.name is not None and syntax.text(one.name) == last]
    if makers and starts_line(source, makers[-1]):
        at = makers[-1].end_byte
        behind = source.data[at : source.line_end(at)].strip(b"; \t\r")
        if behind and not ends_line(source, makers[-1]):
            raise RefusalError("layout", "something stands behind the constructor on its line")
    else:
        at = _head_of(source, struct, model)
    indent = source.indent(model.node.start_byte)
    end = source.line_end(at)
    return Edit(Span(end, end), source.newline + indent + text.encode())


def _head_of(source: Source, struct: Struct, model: Member) -> int:
    """The end of the line before the first public member and its comments: of `public:` or of the brace."""
    at: Node | None = model.node
    while at is not None and (at == model.node or at.type == syntax.COMMENT):
        at = at.prev_named_sibling
    if at is None:
        start = struct.body.start_byte + 1
    elif at.type == "access_specifier":
        start = at.end_byte
    else:
        return source.line_start(model.node.start_byte) - 1
    behind = source.data[start : source.line_end(start)].strip(b": \t\r")
    if behind and not behind.startswith((b"//", b"/*")):
        raise RefusalError("layout", "members stand on the line of the brace")
    return start
