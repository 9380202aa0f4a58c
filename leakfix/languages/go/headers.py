"""The head of a Go file: its package name, and the comments above with build constraints and marks of generated code.

Read by a scanner of comments alone, so that a file can be sorted into its package without being parsed.
"""

from __future__ import annotations

import re
from typing import Final

from leakfix.text.records import record

_COMMENT: Final = rb"//[^\n]*|/\*.*?(?:\*/|\Z)"
_ABOVE: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t\r\n;]+|%b)*" % _COMMENT, re.DOTALL)
_COMMENTS: Final = re.compile(_COMMENT, re.DOTALL)
_TELLING: Final = (b"build", b"Code generated")
_PACKAGE: Final = re.compile(rb"package[ \t]*([^ \t\r\n;/]*)")


@record
class Header:
    """The head of a file: `package` is "" when no package clause was found; `comments` are its `//` lines, stripped.

    Where none of them says anything about builds or generated code, they are left out.
    """

    package: str
    comments: tuple[str, ...]

    @property
    def is_generated(self) -> bool:
        """Whether a line reads `// Code generated ... DO NOT EDIT.`, as go/ast.IsGenerated asks."""
        return any(line.startswith("// Code generated ") and line.endswith(" DO NOT EDIT.") for line in self.comments)


def read_header(data: bytes) -> Header:
    """Read the head of a Go file; stops at the first token that is neither comment nor package clause."""
    above = _ABOVE.match(data)
    end = above.end() if above is not None else 0
    head = data[:end]
    found = _COMMENTS.findall(head) if any(word in head for word in _TELLING) else ()
    comments = tuple(one.rstrip().decode("utf-8", "replace") for one in found if one.startswith(b"//"))
    clause = _PACKAGE.match(data, end)
    return Header(clause[1].decode("utf-8", "replace") if clause is not None else "", comments)
