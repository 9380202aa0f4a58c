"""What import statements bind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_PYTHON_2: Final = frozenset(
    (
        *("__builtin__", "_winreg", "BaseHTTPServer", "CGIHTTPServer", "ConfigParser", "Cookie", "HTMLParser", "Queue"),
        *("SimpleHTTPServer", "SimpleXMLRPCServer", "SocketServer", "StringIO", "Tkinter", "anydbm", "cPickle"),
        *("cStringIO", "commands", "cookielib", "copy_reg", "dummy_thread", "dumbdbm", "gdbm", "htmlentitydefs"),
        *("httplib", "mimetools", "robotparser", "sets", "thread", "urllib2", "urlparse", "xmlrpclib"),
        *("itertools.ifilter", "itertools.imap", "itertools.izip", "os.getcwdu", "urllib.pathname2url", "urllib.quote"),
        *("urllib.unquote", "urllib.url2pathname", "urllib.urlencode", "urllib.urlopen", "urllib.urlretrieve"),
    )
)
"""Modules of the standard library, and members of some, that Python 3 has not."""


def is_of_python_2(target: str) -> bool:
    """Whether importing what a dotted name means fails in Python 3."""
    return target.partition(".")[0] in _PYTHON_2 or ".".join(target.split(".", 2)[:2]) in _PYTHON_2


@record
class Import:
    """One name that an import binds: `import a.b` binds `a`; `name` is "" for the star of `from m import *`.

    `target` is what the name means, dotted; of a star the module. `node` is the identifier that is bound.
    """

    name: str
    target: str
    node: Node
    statement: Node


def imported(statement: Node, package: str) -> Iterator[Import]:
    """Yield what an import statement binds; `package` is what relative imports start from."""
    if statement.type == syntax.IMPORT_STATEMENT:
        for node in statement.children_by_field_name("name"):
            yield from _module(node, statement)
    elif statement.type == syntax.IMPORT_FROM_STATEMENT:
        source = statement.child_by_field_name("module_name")
        base = _base(source, package) if source is not None else ""
        if any(child.type == syntax.WILDCARD_IMPORT for child in statement.named_children):
            yield Import("", base, statement, statement)
        for node in statement.children_by_field_name("name"):
            yield from _member(node, base, statement)


def _module(node: Node, statement: Node) -> Iterator[Import]:
    if node.type == syntax.ALIASED_IMPORT:
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        if name is not None and alias is not None:
            yield Import(syntax.text(alias), _dotted(name), alias, statement)
    elif node.named_children:
        first = node.named_children[0]
        yield Import(syntax.text(first), syntax.text(first), first, statement)


def _member(node: Node, base: str, statement: Node) -> Iterator[Import]:
    name: Node | None = node
    alias = None
    if node.type == syntax.ALIASED_IMPORT:
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    if name is None or not name.named_children:
        return
    bound = alias if alias is not None else name.named_children[0]
    dotted = _dotted(name)
    # A base that ends in a dot has left the tree: nothing is known of what it gives.
    target = f"{base}{dotted}" if base.endswith(".") else f"{base}.{dotted}" if base else dotted
    yield Import(syntax.text(bound), target, bound, statement)


def _base(source: Node, package: str) -> str:
    """The module that an import takes names from; dots that lead out of the outermost package stay in front."""
    if source.type != syntax.RELATIVE_IMPORT:
        return _dotted(source)
    dots = sum(
        child.text.count(b".") for child in source.named_children if child.type == syntax.IMPORT_PREFIX and child.text
    )
    rest = next((_dotted(child) for child in source.named_children if child.type == syntax.DOTTED_NAME), "")
    parts = package.split(".") if package else []
    if dots > len(parts):
        return "." * dots + rest
    base = ".".join(parts[: len(parts) - (dots - 1)])
    return ".".join(part for part in (base, rest) if part) or "." * dots


def _dotted(node: Node) -> str:
    return ".".join(syntax.text(child) for child in node.named_children if child.type == syntax.IDENTIFIER)
