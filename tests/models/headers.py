"""What the headers of C libraries really declare, told by gcc's preprocessor and a parser."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_c
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_c.language()))


@dataclass(frozen=True, slots=True)
class Declared:
    """A function or a macro of a header."""

    name: str
    params: int | None
    """How many parameters it has; None when that is open, or it is a macro without any."""
    pointer: bool | None
    """Whether it gives back a pointer, by the way it is written; None when a type's name hides that."""


def folders() -> tuple[str, ...]:
    """The folders besides the system's that headers are looked for in: LEAKFIX_C_HEADERS, parted by colons."""
    return tuple(folder for folder in os.environ.get("LEAKFIX_C_HEADERS", "").split(":") if folder)


def declared(headers: Sequence[str]) -> dict[str, Declared]:
    """All functions and macros of those headers that are there; empty when none is."""
    flags = [flag for folder in folders() for flag in ("-I", folder)]
    there = [header for header in headers if _preprocessed([header], flags, "-E") is not None]
    if not there:
        return {}
    found = {one.name: one for one in _macros(_preprocessed(there, flags, "-E", "-dM") or "")}
    tree = _PARSER.parse((_preprocessed(there, flags, "-E", "-P") or "").encode())
    for node in _functions(tree.root_node):
        name = node.child_by_field_name("declarator")
        params = node.child_by_field_name("parameters")
        if name is not None and name.type == "identifier" and name.text is not None and params is not None:
            text = name.text.decode()
            found[text] = Declared(text, _count(params), _gives_pointer(node))
    found |= {name: Declared(name, None, None) for name in _variables(tree.root_node)}
    return found


def _variables(root: Node) -> Iterator[str]:
    """The variables that a header declares: a function may be called through one."""
    for node in root.named_children:
        name = node.child_by_field_name("declarator") if node.type == "declaration" else None
        if name is not None and name.type == "identifier" and name.text is not None:
            yield name.text.decode()


def _preprocessed(headers: Sequence[str], flags: Sequence[str], *modes: str) -> str | None:
    source = "".join(f"#include <{header}>\n" for header in headers)
    command = ["gcc", *modes, *flags, "-D_GNU_SOURCE", "-x", "c", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, errors="replace", check=False)
    return done.stdout if done.returncode == 0 else None


def _functions(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "function_declarator":
            yield node
        # What cannot be parsed may draw all that stands behind it into a body.
        waiting.extend(node.named_children)


def _count(params: Node) -> int | None:
    given = params.named_children
    if any(one.type == "variadic_parameter" for one in given):
        return None
    return 0 if len(given) == 1 and given[0].text == b"void" else len(given)


def _gives_pointer(node: Node) -> bool | None:
    if node.parent is not None and node.parent.type == "pointer_declarator":
        return True
    at = node.parent
    of = at.child_by_field_name("type") if at is not None else None
    return False if of is not None and of.type == "primitive_type" else None


def _macros(text: str) -> Iterator[Declared]:
    for line in text.splitlines():
        head = line.removeprefix("#define ")
        name, opened, rest = head.partition("(")
        if opened and " " not in name:
            inner = rest.partition(")")[0]
            count = None if "..." in inner else len([one for one in inner.split(",") if one.strip()])
            yield Declared(name, count, None)
        else:
            yield Declared(head.partition(" ")[0], None, None)


def folder_of_models() -> Path:
    """Where the models of C lie."""
    import leakfix.models

    return Path(leakfix.models.__file__).parent / "c"
