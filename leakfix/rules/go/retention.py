"""The rule that the Go codemods for parts which keep their whole alive share: ask the detector, copy what is stored."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from leakfix.detectors.retention import Evidence, Kept, evidence, kept
from leakfix.flow.memory import Size
from leakfix.languages.go import syntax, types
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.sharing import sharings
from leakfix.languages.go.sharing_look import may_keep_parts
from leakfix.languages.go.sharing_values import is_memory
from leakfix.languages.go.statements import node_at
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Severity, Step
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.rule import Form, Rule
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.types import Type

_CONFIDENCE = {Evidence.STRONG: Confidence.HIGH, Evidence.FAIR: Confidence.MEDIUM, Evidence.WEAK: Confidence.LOW}


@record
class Part:
    """A part that is stored at one or more places, and the expression that a fix copies."""

    analysis: Analysis
    function: Function
    kept: tuple[Kept, ...]
    node: Node
    """The expression of the stored value: where it is cut, if it is stored more than once, else where it is stored."""
    type: Type | None
    is_converted: bool = False
    """Whether the expression is the operand of a conversion to another type of the same kind."""

    @property
    def is_key(self) -> bool:
        """Whether it is the key of a map."""
        parent = self.node.parent
        is_index = parent is not None and parent.kind_id == syntax.INDEX_EXPRESSION
        return is_index and parent is not None and parent.child_by_field_id(syntax.F_INDEX) == self.node

    @property
    def is_target(self) -> bool:
        """Whether it is where the result of a call is stored, for want of an expression of its own."""
        held = self.node.parent
        statement = held.parent if held is not None else None
        return statement is not None and statement.child_by_field_id(syntax.F_LEFT) == held

    @property
    def first(self) -> Kept:
        """Where it is stored first."""
        return self.kept[0]

    @property
    def text(self) -> str:
        """The expression as it is written."""
        return syntax.text(self.node)

    @property
    def is_own(self) -> bool:
        """Whether the function itself had the whole made, and nobody fills it again."""
        return self.first.source.size is not Size.UNKNOWN and self.first.source.made

    def replaced(self, text: str) -> Edit:
        """The edit that puts another expression in its place."""
        return Edit(Span(self.node.start_byte, self.node.end_byte), text.encode())


Writer = Callable[[Part], list[Edit]]


class RetentionRule(Rule[Analysis]):
    """A codemod for one kind of memory that is cut."""

    language: ClassVar[str] = "go"
    noun: ClassVar[str]
    triggers: ClassVar[tuple[bytes, ...]] = (b"[", b"strings.", b"bytes.")

    def may_fire(self, data: bytes) -> bool:
        """Whether a function of a file cuts something, and stores something, where something large may be at hand."""
        return may_keep_parts(data)

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The parts of this kind, with the fixes that can be written."""
        for part in parts_of(subject):
            if self.is_kind(types.core(part.type)) and not self.is_meant(part):
                yield self._finding(part)

    @abstractmethod
    def is_kind(self, core: Type | None) -> bool:
        """Whether the rule is about values of this core type."""

    @abstractmethod
    def writers(self, part: Part) -> Sequence[tuple[Form, Writer, Safety, str]]:
        """The forms that suit, the preferred one first, each with its safety and why it keeps behaviour."""

    def is_meant(self, part: Part) -> bool:
        """Whether the code shows that the memory is shared on purpose."""
        del part
        return False

    def refuse(self, part: Part) -> Refusal | None:
        """A reason not to edit at all, whatever the form."""
        if part.analysis.file.is_generated:
            return Refusal("generated", "the file is generated: its generator is the place for the fix")
        if part.is_target:
            return Refusal(
                "results", "it is one of several results of a call, which need a name before they are stored"
            )
        return None

    def message(self, part: Part) -> str:
        """What is kept alive by what, in one sentence."""
        kept = part.first
        name = kept.store.name
        where = "here" if "\n" in name else f"{'by' if name.endswith('()') else 'in'} {name}"
        if isinstance(types.core(part.type), types.Pointer):
            return f"the pointer to a field that is stored {where} keeps {kept.source.noun} alive"
        if kept.reused:
            return f"the {self.noun} that is stored {where} lies in memory which is overwritten later"
        if kept.source.unmanaged:
            return f"the {self.noun} that is stored {where} lies in {kept.source.noun}, which may end before it"
        if kept.source.held:
            return f"the {self.noun} that is stored {where} keeps the memory of what was cut off alive"
        return f"the {self.noun} that is stored {where} keeps {kept.source.noun} alive"

    def _finding(self, part: Part) -> Finding:
        fixes, refusal = self._fixes(part)
        strength = max(found for one in part.kept if (found := evidence(one)) is not None)
        severity = Severity.ERROR if part.first.reused else self.severity
        return Finding.at(
            part.analysis.source,
            Span(part.node.start_byte, part.node.end_byte),
            rule=self.id,
            function=part.function.name,
            message=self.message(part),
            severity=Severity.INFO if part.analysis.file.is_test else severity,
            confidence=_CONFIDENCE[strength],
            trace=_trace(part),
            fixes=fixes,
            refusal=refusal,
        )

    def _fixes(self, part: Part) -> tuple[tuple[Fix, ...], Refusal | None]:
        refusal = self.refuse(part)
        if refusal is not None:
            return (), refusal
        fixes: list[Fix] = []
        reasons: list[Refusal] = []
        path = part.analysis.source.path
        for form, writer, safety, why in self.writers(part):
            try:
                edits = tuple(FileEdit(path, edit) for edit in writer(part))
            except RefusalError as error:
                reasons.append(error.refusal)
            else:
                fixes.append(Fix(form.title, form.name, safety, why, edits, form.requires))
        if fixes:
            return tuple(fixes), None
        return (), reasons[0] if reasons else Refusal("no-owner", "no form of the fix suits this code")


def parts_of(analysis: Analysis) -> tuple[Part, ...]:
    """The parts that a file stores, one for each expression to copy, in the order of the file."""
    known = analysis.cache.get("stored parts")
    if not isinstance(known, tuple):
        known = analysis.cache["stored parts"] = tuple(_parts(analysis))
    return known


def _parts(analysis: Analysis) -> list[Part]:
    by_place: defaultdict[Span, list[tuple[Function, Kept]]] = defaultdict(list)
    stored = ((function, one) for function, sharing in sharings(analysis) for one in kept(sharing))
    found = [(function, one) for function, one in stored if evidence(one) is not None]
    entries: defaultdict[Span, set[Span]] = defaultdict(set)
    for _, one in found:
        entries[one.cuts[-1].span].add(one.entry)
    for function, one in found:
        cut = one.cuts[-1].span
        by_place[cut if len(entries[cut]) > 1 and _is_bound(analysis, cut) else one.entry].append((function, one))
    parts = []
    for span, stores in sorted(by_place.items()):
        function = stores[0][0]
        node = node_at(function.node, span)
        if node is None:
            continue
        outer = _expression(node)
        node = _converted(analysis, function, outer)
        of = analysis.types(function).of(node)
        ordered = sorted((one for _, one in stores), key=lambda one: one.entry)
        parts.append(Part(analysis, function, tuple(ordered), node, of, node != syntax.unparen(outer)))
    return parts


def _expression(node: Node) -> Node:
    """The one expression of a list, and every other node itself."""
    while node.kind_id in (syntax.EXPRESSION_LIST, syntax.LITERAL_ELEMENT) and len(syntax.operands(node)) == 1:
        node = syntax.operands(node)[0]
    return node


def _converted(analysis: Analysis, function: Function, node: Node) -> Node:
    """What a conversion to another name for the same memory converts: the copy is made inside of it."""
    inferred = analysis.types(function)
    while True:
        node = syntax.unparen(node)
        callee = inferred.callee(node) if node.kind_id == syntax.CALL_EXPRESSION else None
        arguments = node.child_by_field_id(syntax.F_ARGUMENTS)
        operands = syntax.operands(arguments) if arguments is not None else []
        if callee is None or callee.kind != "conversion" or len(operands) != 1:
            return node
        if types.core(inferred.of(operands[0])) != types.core(inferred.of(node)):
            return node
        node = operands[0]


def _is_bound(analysis: Analysis, span: Span) -> bool:
    """Whether the expression where a part is cut is one value, so that the copy can be made there for all stores."""
    function = analysis.function_at(span.start)
    node = node_at(function.node, span) if function is not None else None
    if node is None or function is None:
        return False
    return is_memory(types.core(analysis.types(function).of(_expression(node))))


def _trace(part: Part) -> tuple[Step, ...]:
    """Where the memory comes from, where it is cut, and where the part is stored."""
    source = part.analysis.source
    kept = part.first
    steps: list[Step] = []
    if not kept.source.held and not kept.reused:
        steps.append(Step(source.path, source.line(kept.source.span.start), f"{kept.source.noun} is at hand here"))
    steps.append(
        Step(source.path, source.line(kept.cuts[-1].span.start), "a part is taken here, which shares its memory")
    )
    stores = dict.fromkeys(source.line(one.store.span.start) for one in part.kept)
    steps.extend(Step(source.path, line, "it is stored here, where it outlives the call") for line in stores)
    return tuple(steps)
