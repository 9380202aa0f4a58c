"""Which Go version a file's code already needs: evidence where go.mod is missing or older than the truth."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tree_sitter import QueryCursor

from leakfix.languages.go import syntax
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from leakfix.languages.go.files import File
    from leakfix.languages.go.versions import Version

_MEMBERS: Final = """
    (selector_expression operand: (identifier) field: (field_identifier)) @member
    (qualified_type) @member
"""


class Features:
    """The releases that brought packages, functions and types of the standard library (std/since.txt, from GOROOT/api).

    Methods are left out: what they belong to is not told by their name.
    """

    def __init__(self, table: Path | None = None) -> None:
        """Take the table's file; it is read when the first file is asked about."""
        self._table = table if table is not None else Path(__file__).parent / "std" / "since.txt"

    @cached_property
    def _since(self) -> Mapping[str, Mapping[str, Version]]:
        since: dict[str, dict[str, Version]] = {}
        for line in self._table.read_text("ascii").splitlines():
            release, path, *names = line.split()
            version = parse_version(release)
            if version is not None:
                since.setdefault(path, {}).update(dict.fromkeys(names, version))
        return since

    def used_at_least(self, file: File) -> Version | None:
        """Return the newest release whose standard library a file uses; None when nothing tells."""
        return max(self._evidence(file), default=None)

    def _evidence(self, file: File) -> Iterator[Version]:
        wanted: dict[bytes, Mapping[str, Version]] = {}
        for name, path in file.imports.items():
            brought = self._since.get(path, {})
            if "*" in brought:
                yield brought["*"]
            if any(member.encode() in file.data for member in brought):
                wanted[name.encode()] = brought
        for member in QueryCursor(syntax.query(_MEMBERS)).captures(file.root).get("member", ()) if wanted else ():
            package, name_node = member.named_children[0], member.named_children[-1]
            found = wanted.get(package.text or b"", {}).get(syntax.text(name_node))
            if found is not None and not _is_local(file, package):
                yield found


def _is_local(file: File, identifier: Node) -> bool:
    top = next((child for child in file.root.children if child.end_byte > identifier.start_byte), None)
    return top is not None and Bindings(top, file).entity(identifier) is not None
