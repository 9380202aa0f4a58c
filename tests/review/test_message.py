from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leakfix.review import compose
from leakfix.review.message import SUBJECT_WIDTH

TRAILERS = (("Leakfix-Rule", "go-unclosed"), ("Leakfix-Safety", "safe"), ("Leakfix-Fingerprint", "5f3a:1"))


def body_of(message: str) -> str:
    return message.partition("\n\n")[2].removesuffix("\n")


def test_a_message_is_a_subject_a_body_and_trailers() -> None:
    message = compose(
        "server: close the snapshot file", "It leaks when the copy fails.\n\nOpened in line 12.", TRAILERS
    )
    assert message == (
        "server: close the snapshot file\n\n"
        "It leaks when the copy fails.\n\nOpened in line 12.\n\n"
        "Leakfix-Rule: go-unclosed\nLeakfix-Safety: safe\nLeakfix-Fingerprint: 5f3a:1\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "---",
        "--- a/file.go",
        "---8<---",
        "+++ b/file.go",
        "@@ -1,2 +1,3 @@",
        "diff --git a/file.go b/file.go",
        "diff -u old new",
        "Index: file.go",
        "From 2b1f0c Mon Sep 17 00:00:00 2001",
        "From: someone@example.com",
        ">From here on",
        ">>From here on",
        "from: below",
        "Date: yesterday",
        "Subject: another",
        "[PATCH] another",
        "# lost in an editor",
    ],
)
def test_a_line_that_means_something_to_git_is_set_in(line: str) -> None:
    assert body_of(compose("Close it", f"{line}\nand {line}")) == f" {line}\nand {line}".replace("8<", "8 <")


@pytest.mark.parametrize(
    "line", ["Fromage", "Dates: two", "-- ", "--", "a --- b", "if count>8 {", "  --- set in already"]
)
def test_other_lines_stay(line: str) -> None:
    assert body_of(compose("Close it", f"{line}\nend")) == f"{line.rstrip()}\nend"


@pytest.mark.parametrize(
    "line",
    ["-- >8 --", "  ---- 8< ----", ">8>8>8>8", "- - >% - - cut here", "if n>8 {", "Leakfix-Rule: -->8", "8<>8<>8<-"],
)
def test_scissors_are_pulled_apart(line: str) -> None:
    text = body_of(compose("Close it", line))
    assert text.replace(" ", "") == line.replace(" ", "")
    assert not any(mark in text for mark in (">8", "8<", ">%", "%<"))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("[net] close it", "(net) close it"),
        ("[unclosed", "(unclosed"),
        ("Re: re:RE: close it", "close it"),
        (": close it", "close it"),
        ("  close\tit \n now ", "close it now"),
        ("#12: close it", "12: close it"),
        ("--- close it", "close it"),
        ("Re: [x]", "(x)"),
        ("", "(no subject)"),
        ("re:", "(no subject)"),
        ("a\0b\x1b[31m\x07", "a\ufffdb\ufffd[31m\ufffd"),
        ("close\r\nit", "close it"),
        ("schlie\u00dfe \u65e5\u672c", "schlie\u00dfe \u65e5\u672c"),
        ("lone \udcff \ud800", "lone \ufffd \ufffd"),
        ("\u202eevil \u2066x", "\ufffdevil \ufffdx"),
        ("not \ufffe a \U0001ffff \ufdd0 character", "not \ufffd a \ufffd \ufffd character"),
    ],
)
def test_the_subject_is_one_line_that_mail_leaves_alone(subject: str, expected: str) -> None:
    assert compose(subject) == expected + "\n"


def test_an_overlong_subject_is_cut_and_stands_in_full_below() -> None:
    subject = "server: " + "close the file of every snapshot " * 3
    title, _, rest = compose(subject, "It leaks.").partition("\n\n")
    assert title == "server: close the file of every snapshot close the file of every..."
    assert rest == f"{subject.strip()}\n\nIt leaks.\n"


def test_an_overlong_word_is_cut_inside() -> None:
    assert compose("x" * 200).partition("\n")[0] == "x" * 69 + "..."


def test_blank_lines_and_trailing_blanks_go() -> None:
    assert compose("Close it", "\n\n  a  \t\r\n\r\n\r\n\rb\u2028c\n\n") == "Close it\n\n  a\n\nb\nc\n"


def test_a_trailer_is_one_line_and_an_empty_one_is_left_out() -> None:
    message = compose("Close it", "", [("Leakfix-Rule", "go\nFrom: x\n---\n"), ("Leakfix-Safety", " ")])
    assert message == "Close it\n\nLeakfix-Rule: go From: x ---\n"


def test_a_trailer_is_no_scissors() -> None:
    assert compose("Close it", "", [("Leakfix-Rule", "-->8")]) == "Close it\n\nLeakfix-Rule: --> 8\n"


@pytest.mark.parametrize("key", ["From", "date", "Subject", "Index", "two words", "", "a:b", "a\nb", "-a", "\u00e4"])
def test_a_key_that_is_none_is_an_error(key: str) -> None:
    with pytest.raises(ValueError, match="trailer"):
        compose("Close it", "", [(key, "x")])


@given(st.text(), st.text(), st.text())
@example("--- a", "", "x")
@example("x", "a\n---\nb", "y")
def test_a_composed_message_is_stable_and_bounded(subject: str, body: str, value: str) -> None:
    message = compose(subject, body, [("Leakfix-Rule", value), ("Leakfix-Safety", "safe")])
    title, _, rest = message.partition("\n")
    assert 0 < len(title) <= SUBJECT_WIDTH
    assert message.encode().decode() == message
    assert not rest or rest.startswith("\n")
    assert all(line == line.rstrip() for line in message.split("\n"))
    again = compose(title, rest[: rest.rindex("\n\n")] if "\n\n" in rest.strip("\n") else "")
    assert message.startswith(again.rstrip("\n"))


@pytest.mark.parametrize(
    "body", ["", "Text.", "Signed-off-by: nobody <n@example.com>", "a\n---\nb", "-- >8 --\nx", "# x\ny: z"]
)
@pytest.mark.parametrize("subject", ["Close it", "---", "fix: close it"])
def test_git_reads_the_trailers_back(subject: str, body: str) -> None:
    trailers = (*TRAILERS, ("Leakfix-Note", "caf\u00e9: (a) [b]"))
    parsed = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=compose(subject, body, trailers).encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert parsed.splitlines() == [f"{key}: {value}" for key, value in trailers]


@settings(deadline=None)
@given(
    st.lists(st.text("->8<%[]: aF\u00e9\t", max_size=24), max_size=4).map("\n".join),
    st.text("->8<%: a\u00e9", max_size=12),
)
def test_git_reads_the_body_of_a_mail_back(body: str, value: str) -> None:
    """Also with scissors on, as a user can configure it."""
    text = body_of(compose("Close it", body, [("Leakfix-Rule", value)]))
    mail = f"From: a <a@b.c>\nSubject: [PATCH] Close it\n\n{text}\n---\ndiff --git a/x b/x\n"
    with tempfile.TemporaryDirectory() as place:
        command = ["git", "mailinfo", "--scissors", "message", "patch"]
        subprocess.run(command, cwd=place, input=mail.encode(), capture_output=True, check=True)
        assert Path(place, "message").read_text("utf-8").rstrip("\n") == text
