"""Holds what leakfix infers against what go/types found (see oracle/main.go for the facts it prints)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.languages.go import types
from leakfix.languages.go.infer import Types
from leakfix.languages.go.packages import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.types import Type

_DEPTH = 20


@dataclass
class Score:
    """How many facts of one kind were known, and of how many."""

    known: int = 0
    total: int = 0

    @property
    def share(self) -> float:
        return self.known / self.total if self.total else 1.0


@dataclass
class Comparison:
    """Scores of call results, callees, receivers and other values, and every contradiction."""

    calls: Score = field(default_factory=Score)
    callees: Score = field(default_factory=Score)
    receivers: Score = field(default_factory=Score)
    values: Score = field(default_factory=Score)
    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: int = 0

    def __str__(self) -> str:
        shares = {name: getattr(self, name) for name in ("calls", "callees", "receivers", "values")}
        shown = ", ".join(f"{name} {score.share:.2%} of {score.total}" for name, score in shares.items())
        return f"{shown}, wrong {len(self.wrong)}, no node {self.missing}"


def canonical(t: Type | None, depth: int = 0) -> str:
    """Spell a type as the oracle does."""
    if t is None or depth > _DEPTH:
        return "?" if t is None else "..."
    depth += 1
    match t:
        case types.Basic():
            return t.name
        case types.Named():
            args = f"[{','.join(canonical(arg, depth) for arg in t.args)}]" if t.args else ""
            return f"{t.package}.{t.name}{args}" if t.package else t.name
        case types.Tuple():
            return f"({', '.join(canonical(item, depth) for item in t.types)})"
        case types.Signature():
            return "func" + _signature(t, depth)
        case types.Struct():
            return f"struct{{{'; '.join(_field(item, depth) for item in t.fields)}}}"
        case types.Interface():
            return _interface(t, depth)
        case _:
            return _composite(t, depth)


def _composite(t: Type, depth: int) -> str:
    match t:
        case types.Pointer():
            return "*" + canonical(t.element, depth)
        case types.Slice():
            return "[]" + canonical(t.element, depth)
        case types.Array():
            return f"[{'?' if t.length is None else t.length}]{canonical(t.element, depth)}"
        case types.Map():
            return f"map[{canonical(t.key, depth)}]{canonical(t.value, depth)}"
        case types.Chan():
            element = canonical(t.element, depth)
            prefix = {"send": "chan<- ", "receive": "<-chan ", "both": "chan "}[t.direction]
            return f"{prefix}({element})" if element.startswith("<-") and t.direction == "both" else prefix + element
        case _:
            return str(t)


def _field(field_: types.Field, depth: int) -> str:
    shown = canonical(field_.type, depth)
    return shown if field_.embedded else f"{field_.name} {shown}"


def _interface(t: types.Interface, depth: int) -> str:
    if not t.methods and not t.embedded:
        return "any"
    methods = sorted(t.methods, key=lambda method: method.name)
    parts = [m.name + _signature(m.signature, depth) if m.signature else "?" for m in methods]
    return f"interface{{{'; '.join([*parts, *(canonical(item.type, depth) for item in t.embedded)])}}}"


def _signature(t: types.Signature, depth: int) -> str:
    params = [canonical(param, depth) for param in t.params]
    if t.variadic:
        params[-1] = "..." + params[-1].removeprefix("[]")
    results = [canonical(item, depth) for item in t.results]
    tail = "" if not results else f" {results[0]}" if len(results) == 1 else f" ({', '.join(results)})"
    return f"{'[...]' if t.type_params else ''}({', '.join(params)}){tail}"


def compare(facts: Iterable[str], world: World | None = None, keep: Path | None = None) -> Comparison:
    """Compare all facts; `keep` limits it to files below a directory."""
    result = Comparison()
    world = world or World()
    checker: _Checker | None = None
    for line in facts:
        tag, *fields = line.rstrip("\n").split("\t")
        if tag == "F":
            path = Path(fields[0])
            checker = _Checker(world.file(path), result) if keep is None or path.is_relative_to(keep) else None
        elif checker is not None:
            start, end = int(fields[0]), int(fields[1])
            if tag == "E":
                checker.expression(start, end, fields[2], fields[3] == "c", fields[4])
            else:
                checker.callee(start, end, fields[2])
    return result


class _Checker:
    def __init__(self, file: File, result: Comparison) -> None:
        self.file = file
        self.result = result
        self.nodes = _expressions(file.root)
        self.tops = [(child.start_byte, child) for child in file.root.children]
        self.types: dict[int, Types] = {}

    def owner(self, node: Node) -> Types:
        top = next(child for start, child in reversed(self.tops) if start <= node.start_byte)
        if top.id not in self.types:
            function = self.file.function_from(top.start_byte)
            self.types[top.id] = (
                Types.of_function(function) if function is not None else Types.of_declaration(self.file, node)
            )
        return self.types[top.id]

    def place(self, node: Node) -> str:
        source = self.file.source
        text = self.file.data[node.start_byte : node.end_byte][:60].decode(errors="replace")
        return f"{source.path}:{source.line(node.start_byte)}:{source.column(node.start_byte)}: {text!r}"

    def expression(self, start: int, end: int, kinds: str, constant: bool, expected: str) -> None:
        node = self.nodes.get((start, end))
        if node is None:
            self.result.missing += 1
            if "c" in kinds or "r" in kinds:
                self.result.unknown.append(f"no node {self.file.source.path}:{start}")
            return
        found = self.owner(node).of(node)
        verdict = agrees(canonical(found), expected, constant)
        if verdict is False and names_absent(found):
            verdict = None
        if verdict is False:
            self.result.wrong.append(f"{self.place(node)} is {expected}, not {canonical(found)}")
        for kind, score in (("c", self.result.calls), ("r", self.result.receivers), ("v", self.result.values)):
            if kind in kinds:
                score.total += 1
                score.known += verdict is not None
        if verdict is None:
            self.result.unknown.append(f"{kinds} {self.place(node)} is {expected}, not {canonical(found)}")

    def callee(self, start: int, end: int, expected: str) -> None:
        node = self.nodes.get((start, end))
        if node is None:
            return
        found = self.owner(node).callee(node)
        self.result.callees.total += 1
        spelled_only = found is not None and found.kind in ("func", "method") and found.signature is None
        if found is None or (spelled_only and found.symbol != expected):
            self.result.unknown.append(f"C {self.place(node)} calls {expected}")
            return
        self.result.callees.known += 1
        symbol = {"builtin": f"builtin {found.symbol}", "func": found.symbol, "method": found.symbol}
        if symbol.get(found.kind, found.kind) != expected:
            self.result.wrong.append(f"{self.place(node)} calls {expected}, not {found.kind} {found.symbol}")


def names_absent(t: Type | None, depth: int = 0) -> bool:
    """Whether a type names one of a package whose source is not there: its name as written may be an alias."""
    if t is None or depth > _DEPTH:
        return False
    match t:
        case types.Named():
            return t.declaration is None or any(names_absent(arg, depth + 1) for arg in t.args)
        case types.Pointer() | types.Slice() | types.Array() | types.Chan():
            return names_absent(t.element, depth + 1)
        case types.Map():
            return names_absent(t.key, depth + 1) or names_absent(t.value, depth + 1)
        case types.Tuple():
            return any(names_absent(item, depth + 1) for item in t.types)
        case types.Signature():
            return any(names_absent(item, depth + 1) for item in (*t.params, *t.results))
        case types.Struct():
            return any(names_absent(item.type, depth + 1) for item in t.fields)
        case _:
            return False


def agrees(found: str, expected: str, constant: bool) -> bool | None:
    """Whether a type agrees with the oracle's; None when it is unknown, in whole or in part."""
    if found == expected:
        return True
    if found.startswith("untyped ") and (constant or found != "untyped nil"):
        return True
    if "?" in found:
        return None
    return False


def _expressions(root: Node) -> dict[tuple[int, int], Node]:
    found: dict[tuple[int, int], Node] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        found[node.byte_range] = node
        waiting.extend(node.named_children)
    return found
