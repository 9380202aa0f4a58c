"""Paths in a repository: posix, relative to its root, undecodable bytes as surrogates (`os.fsencode`)."""

from __future__ import annotations

from leakfix.review.errors import PathRefusedError

_ESCAPED = {0x22: b'\\"', 0x5C: b"\\\\"}


def checked(path: str) -> str:
    """The path as given; raises PathRefusedError for one that names no file inside a repository."""
    parts = path.split("/")
    if not path or "\0" in path or any(part in {"", ".", ".."} for part in parts):
        raise PathRefusedError(f"{path!r} is not a path inside the repository")
    if any(part.casefold() == ".git" for part in parts):
        raise PathRefusedError(f"{path!r} is inside of a .git directory")
    return path


def quoted(name: bytes) -> bytes:
    """A name in double quotes with C escapes, as git's plumbing reads it (git's quote.c)."""
    return b'"' + b"".join(_ESCAPED.get(byte) or _octal(byte) for byte in name) + b'"'


def _octal(byte: int) -> bytes:
    return bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte


def ancestors(path: str) -> list[str]:
    """The directories above a path, the outermost first, without the root."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
