"""The head of a Go file: its package name, and the comments above with build constraints and marks of generated code.

Read by a scanner of comments alone, so that a file can be sorted into its package without being parsed.
"""

from __future__ import annotations

from leakfix.text.records import record

_SPACE = b" \t\r\n;"
_LETTERS_END = b" \t\r\n;/"


@record
class Header:
    """The head of a file: `package` is "" when no package clause was found; `comments` are its `//` lines, stripped."""

    package: str
    comments: tuple[str, ...]

    @property
    def is_generated(self) -> bool:
        """Whether a line reads `// Code generated ... DO NOT EDIT.`, as go/ast.IsGenerated asks."""
        return any(line.startswith("// Code generated ") and line.endswith(" DO NOT EDIT.") for line in self.comments)


def read_header(data: bytes) -> Header:
    """Read the head of a Go file; stops at the first token that is neither comment nor package clause."""
    comments: list[str] = []
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    length = len(data)
    while position < length:
        if data[position] in _SPACE:
            position += 1
        elif data.startswith(b"//", position):
            end = data.find(b"\n", position)
            end = length if end < 0 else end
            comments.append(data[position:end].rstrip().decode("utf-8", "replace"))
            position = end
        elif data.startswith(b"/*", position):
            end = data.find(b"*/", position)
            position = length if end < 0 else end + 2
        else:
            break
    return Header(_package_name(data, position), tuple(comments))


def _package_name(data: bytes, position: int) -> str:
    if not data.startswith(b"package", position):
        return ""
    start = position + len(b"package")
    while start < len(data) and data[start] in b" \t":
        start += 1
    end = start
    while end < len(data) and data[end] not in _LETTERS_END:
        end += 1
    return data[start:end].decode("utf-8", "replace")
