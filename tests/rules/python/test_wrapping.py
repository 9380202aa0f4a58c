"""A run of statements in a block of its own: the same statements, comments and blank lines; nothing else is touched."""

import ast
import io
import tokenize
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from leakfix.languages.python import syntax
from leakfix.rules.python.suites import Suite
from leakfix.rules.python.wrapping import Wrap
from leakfix.text import Source, apply_edits

_HEADER = b"with opened() as f:"

_SIMPLE = (
    "x = 1",
    "x = read(); y = 2",
    "x = read(); y = 2;",
    'text = """one\n  two\n\ttabbed\n    """ + f"""{x}\n{y!r:>{x}}\n  end"""',
    "x = 1 + \\\n  2 + \\\n        3",
    'x = "a\\\nb"',
    "call(\n  a,  # first\n\n  b,\n)",
    "x = [\n# at the edge\n    1,\n        2\n]",
    "pass  # trailing",
    "'''a string that stands alone\n  and goes on'''",
    "return x",
    "def inner():\n    '''Docstring.\n\n    More.\n    '''\n    return 1",
    "if x: y = 1; z = 2",
    "if x:\n    # only a comment before\n    y = 1\nelse:\n    y = 2\n    # and one behind",
    "for a in b:\n    try:\n        c()\n    except E: pass\n    finally:\n        d()",
    "with a as b, c as d:\n\n    e()",
)
_BETWEEN = ("", "\n", "# a comment\n", "\n\n# two\n\n", "  \n", "\f\n", "# fmt: off\n", "#!far left\n")
_statement = st.tuples(st.sampled_from(_BETWEEN), st.sampled_from(_SIMPLE))


def _program(parts: Sequence[tuple[str, str]], unit: str, newline: str, feed: bool) -> bytes:
    """A function of the parts, each behind what stands before it; nothing is moved that stands inside a string."""
    lines: list[str] = []
    for between, statement in parts:
        lines += [_commented(line, unit) for line in between.splitlines()]
        lines += _indented(statement, unit)
    if feed:
        lines[0] = "\f" + lines[0]
    text = "def function(a, b):\n" + "\n".join(lines) + "\n\n\ndef behind():\n    return 1  # outside\n"
    return text.replace("\n", newline).encode()


def _commented(line: str, unit: str) -> str:
    return line if line.startswith("#!") or not line.strip() else unit + line


def _indented(statement: str, unit: str) -> list[str]:
    root = syntax.parse(statement.encode()).root_node
    strings = [(n.start_byte, n.end_byte) for n in syntax.walk(root) if n.type == syntax.STRING]
    lines, at = [], 0
    for line in statement.split("\n"):
        inside = any(start < at < end for start, end in strings)
        deep = (len(line) - len(line.lstrip(" "))) // 4
        lines.append(line if inside or not line else unit + unit * deep + line[deep * 4 :])
        at += len(line) + 1
    return lines


def _comments(data: bytes) -> list[str]:
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _blank_lines(data: bytes) -> int:
    return sum(not line.strip() for line in data.split(b"\n"))


def _body(data: bytes) -> list[ast.stmt]:
    function = ast.parse(data).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function.body


def _dumped(statements: Sequence[ast.stmt]) -> list[str]:
    return [ast.dump(statement) for statement in statements]


@given(
    parts=st.lists(_statement, min_size=1, max_size=6),
    unit=st.sampled_from(("    ", "\t", "  ")),
    newline=st.sampled_from(("\n", "\r\n")),
    feed=st.booleans(),
    bom=st.booleans(),
    data=st.data(),
)
def test_a_run_goes_into_a_block(
    parts: Sequence[tuple[str, str]], unit: str, newline: str, feed: bool, bom: bool, data: st.DataObject
) -> None:
    old = (b"\xef\xbb\xbf" if bom else b"") + _program(parts, unit, newline, feed)
    source, root = Source("x.py", old), syntax.parse(old).root_node
    block = syntax.field(root.named_children[0], "body")
    assert block is not None
    suite = Suite(source, root, block)
    count = len(suite.statements)
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first, count - 1))

    edit = Wrap(suite, tuple(suite.statements[first : last + 1]), _HEADER).edit()
    new = apply_edits(old, [edit])

    before, after = _body(old), _body(new)
    entered = after[first]
    assert isinstance(entered, ast.With)
    assert _dumped(after[:first]) == _dumped(before[:first])
    assert _dumped(entered.body) == _dumped(before[first : last + 1])
    assert _dumped(after[first + 1 :]) == _dumped(before[last + 1 :])
    assert _comments(new) == _comments(old)
    assert _blank_lines(new) == _blank_lines(old)
    assert new.startswith(old[: edit.span.start])
    assert new.endswith(old[edit.span.end :])
    assert new.count(b"\r\n") == (new.count(b"\n") if newline == "\r\n" else 0)


@given(
    parts=st.lists(_statement, min_size=2, max_size=6),
    unit=st.sampled_from(("    ", "\t")),
    newline=st.sampled_from(("\n", "\r\n")),
    data=st.data(),
)
def test_a_header_takes_the_place_of_a_statement_and_others_go(
    parts: Sequence[tuple[str, str]], unit: str, newline: str, data: st.DataObject
) -> None:
    """What opens becomes the header, and what closes goes; its comment stays."""
    at = data.draw(st.integers(0, len(parts)))
    shared = data.draw(st.sampled_from(("f = opened()", "f = opened(); x = 1", "f = opened()  # why", "f = opened();")))
    closing = data.draw(st.sampled_from(("f.close()", "f.close()  # done", "f.close();")))
    whole = [*parts[:at], ("", shared), *parts[at:], ("# before\n", closing)]
    old = _program(whole, unit, newline, feed=False)
    source, root = Source("x.py", old), syntax.parse(old).root_node
    block = syntax.field(root.named_children[0], "body")
    assert block is not None
    suite = Suite(source, root, block)
    every = suite.statements
    first = next(number for number, node in enumerate(every) if node.text == b"f = opened()")

    edit = Wrap(suite, tuple(every[first + 1 :]), _HEADER, opening=every[first], gone=(every[-1],)).edit()
    new = apply_edits(old, [edit])

    before, after = _body(old), _body(new)
    entered = after[first]
    assert isinstance(entered, ast.With)
    wanted = _dumped(before[first + 1 : -1]) or _dumped([ast.Pass()])
    assert _dumped(entered.body) == wanted
    assert _dumped(after[:first]) == _dumped(before[:first])
    assert _comments(new) == _comments(old)
    assert _blank_lines(new) == _blank_lines(old)
