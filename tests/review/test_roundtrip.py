"""Whatever the messages, the bytes and the names: `git am --keep-cr` makes of the patches what the series holds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from leakfix.review import Change
from tests.review.sandbox import Sandbox, applied, delivered, made

# Each example runs git twenty times; the rare ones were found with far more examples and are pinned below.
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

CONTENT_LINES = rb"""
--- a/x
+++ b/x
@@ -1 +1 @@
diff --git a/x b/x
\ No newline at end of file
From e6807f3efca28b30decfecb1732a56c7db1137ee Mon Sep 17 00:00:00 2001
From: x@y
>From x
.
-- >8 --
GIT binary patch
$Id$
"""
LINES = st.one_of(
    st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")),
    st.sampled_from(CONTENT_LINES.split(b"\n")),
    st.sampled_from([b"-- ", b"\xff\xfe", b"caf\xe9", b"\xc3\xa9", b"\ttab ", b"\x0c", b"\0", b"a\rb"]),
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b""])
CONTENTS = st.one_of(
    st.lists(st.tuples(LINES, ENDS), max_size=12).map(lambda parts: b"".join(line + end for line, end in parts)),
    # git looks for a NUL in the first 8000 bytes only to tell text from binary.
    LINES.map(lambda line: b"x" * 79 + (b"\n" + b"y" * 79) * 120 + b"\n" + line + b"\0\r\n"),
)
ODD_NAMES = (
    "-x.go",
    "--",
    "a b.go",
    " x",
    "x ",
    'q"uote.go',
    "t\tab",
    "new\nline",
    "a\r",
    "back\\slash",
    "*",
    ":(top)x",
)
NAMES = st.one_of(
    st.binary(min_size=1, max_size=30),
    st.text(min_size=1, max_size=20).map(lambda name: name.encode("utf-8", "replace")),
    st.sampled_from(ODD_NAMES).map(str.encode),
    st.sampled_from(["a => b", "{a => b}", "\u65e5\u672c.go", "dev", "null", ".gitignore"]).map(str.encode),
).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(b"/".join)
MESSAGE_LINES = """
---
--- a/x
diff --git a/x b/x
Index: x
From e6807f3efca28b30decfecb1732a56c7db1137ee Mon Sep 17 00:00:00 2001
From: a@b
Date: now
Subject: x
[PATCH] x
[x]
-- >8 --
8<--------
>From x
# x
plain
 set in
Re: x
caf\u00e9
=?UTF-8?q?x?=
Content-Type: text/plain; boundary=x
Signed-off-by: a <a@b>
\ud800
\ufffe
"""
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*MESSAGE_LINES.split("\n"), "x" * 90]), max_size=6).map("\n".join),
)


def is_safe(path: bytes) -> bool:
    """Names that git itself refuses to check out are no files of a repository."""
    parts = path.split(b"/")
    folded = [
        "".join(character for character in part.decode("utf-8", "ignore") if character.isprintable()) for part in parts
    ]
    return all(part not in {b".", b".."} for part in parts) and not any(
        part.casefold().startswith((".git", "git~")) and part != ".gitignore" for part in folded
    )


def fit(paths: list[bytes]) -> list[str]:
    """Those of the paths that can be files beside each other."""
    kept: list[bytes] = []
    for path in paths:
        clash = any(path == other or path.startswith(other + b"/") or other.startswith(path + b"/") for other in kept)
        if is_safe(path) and not clash:
            kept.append(path)
    return [path.decode("utf-8", "surrogateescape") for path in kept]


def check(base: dict[str, bytes], changes: list[Change]) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name).resolve()
        sandbox = Sandbox.created(directory / "project")
        sandbox.git("config", "core.autocrlf", "false")
        commit = sandbox.commit({"keep": b"x"} | base)
        with sandbox.open() as repository:
            series = made(repository, changes, base)
            patches = delivered(series, directory / "out")
        expected = [(made.tree, made.message) for made in series.commits]
        options = ["-c", "mailinfo.scissors=true", "-c", "core.safecrlf=false", "-c", "user.useConfigOnly=false"]
        assert applied(sandbox.root, commit, patches, directory / "clone", *options) == expected


def in_turn(base: dict[str, bytes], contents: list[list[bytes]]) -> list[Change]:
    """Changes that each change something."""
    current, changes = dict(base), []
    for number, versions in enumerate(contents):
        files = {path: data for path, data in zip(base, versions, strict=False) if current[path] != data}
        if files:
            current |= files
            changes.append(Change(f"Change {number}", files=files))
    return changes


@QUICK
@given(st.lists(CONTENTS, min_size=1, max_size=3), st.lists(st.lists(CONTENTS, min_size=1, max_size=3), max_size=3))
@example([b"a\r\nb\r\n"], [[b"a\r\nb\nc\r\n"], [b"a"], [b""], [b"\r"]])
@example([b"x\n" * 5000 + b"\0\n"], [[b"x\n" * 5000 + b"\0\r\0\ny\n"]])
@example([b"-- \n-- \n"], [[b"-- \n"], [b"-- \n-- \r\n-- "]])
def test_any_bytes(old: list[bytes], new: list[list[bytes]]) -> None:
    base = {f"f{number}.go": data for number, data in enumerate(old)}
    changes = in_turn(base, new)
    assume(changes)
    check(base, changes)


@QUICK
@given(st.lists(PATHS, min_size=1, max_size=6), st.booleans())
@example([b"-x", b"a b", b'"', b"\t", b"\n", b"\\", b"\xff", b" ", b"a\r"], True)
def test_any_names(paths: list[bytes], added: bool) -> None:
    names = fit(paths)
    assume(names)
    base = {} if added else dict.fromkeys(names, b"package x\n")
    check(base, [Change("Close it", files={name: b"package x\n\n// %d\n" % at}) for at, name in enumerate(names)])


@QUICK
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
@example(
    [
        ("\u00e9" * 71, "\u00e9", "\u00e9"),
        ("a" * 71, "From: x", ""),
        ("x y " * 18, "", "-->8"),
        ("x", "\u00e9a8<", "---"),
    ]
)
def test_any_messages(texts: list[tuple[str, str, str]]) -> None:
    changes = [
        Change(subject, body, (("Leakfix-Rule", value), ("Leakfix-Safety", "safe")), {"a.go": b"%d\n" % number})
        for number, (subject, body, value) in enumerate(texts)
    ]
    check({"a.go": b"package a\n"}, changes)
