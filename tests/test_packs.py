"""A pack that another distribution brings is found and runs like the built-in one."""

from pathlib import Path

import pytest

from tests.console import Console, write

RULE = '''"""Calls of Legacy hold on to what they are given.

Use Modern instead.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from leakfix.rules import FileEdit, Finding, Fix, Form, Rule, Safety
from leakfix.text import Edit, Span


class Legacy(Rule[Any]):
    id: ClassVar[str] = "stranger-legacy"
    title: ClassVar[str] = "legacy call"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (Form("modern", "call Modern"),)
    triggers: ClassVar[tuple[bytes, ...]] = (b"Legacy()",)

    def find(self, subject: Any) -> Iterator[Finding]:
        source = subject.source
        at = source.data.find(b"Legacy()")
        while at >= 0:
            span = Span(at, at + len(b"Legacy"))
            edit = FileEdit(source.path, Edit(span, b"Modern"))
            fix = Fix("call Modern", "modern", Safety.SAFE, "It does the same.", (edit,))
            yield Finding.at(source, span, rule=self.id, function="f", message="Legacy is called", fixes=(fix,))
            at = source.data.find(b"Legacy()", at + 1)


RULE = Legacy()
'''
PROGRAM = "package p\n\nfunc f() {\n\tLegacy()\n\tprintln()\n\tLegacy()\n}\n"


def install(site: Path, name: str, modules: dict[str, str]) -> None:
    """What pip leaves of a distribution `name` that brings a pack of that name."""
    info = site / f"{name}-1.0.dist-info"
    write(site, {f"{name}/{path}": text for path, text in {"__init__.py": '"""A pack."""\n', **modules}.items()})
    write(
        info,
        {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            "entry_points.txt": f"[leakfix.codemods]\n{name} = {name}\n",
        },
    )


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """A tree with a program that concerns the stranger's rule, and the stranger's distribution on the path."""
    site = tmp_path / "site"
    install(site, "stranger_pack", {"legacy.py": RULE})
    (tmp_path / "home").mkdir()
    return Console(write(tmp_path / "tree", {"p.go": PROGRAM}), tmp_path / "home", {"PYTHONPATH": str(site)})


def test_its_rules_are_listed_and_explained(console: Console) -> None:
    assert "stranger-legacy" in console.run("rules").stdout
    assert "hold on to what they are given" in console.run("explain", "stranger-legacy").stdout


def test_its_findings_are_reported(console: Console) -> None:
    findings = console.json("--select", "stranger-legacy")["findings"]
    assert [(finding["line"], finding["message"]) for finding in findings] == [
        (4, "Legacy is called"),
        (6, "Legacy is called"),
    ]
    assert len({finding["fingerprint"] for finding in findings}) == 2


def test_its_fixes_are_applied(console: Console) -> None:
    assert console.run("fix", "--apply").returncode == 1
    assert (console.directory / "p.go").read_text() == PROGRAM.replace("Legacy", "Modern")


def test_a_pack_that_cannot_be_loaded_is_told_and_stops_no_other(console: Console) -> None:
    install(Path(console.environment["PYTHONPATH"]), "broken_pack", {"oops.py": "import nothing_of_that_name\n"})
    done = console.run("check", "--select", "stranger-legacy")
    assert done.returncode == 2
    assert "stranger-legacy" in done.stdout
    assert [line for line in done.stderr.splitlines() if "broken_pack" in line and "nothing_of_that_name" in line]


def test_a_rule_that_raises_is_told_and_stops_no_other(console: Console) -> None:
    raising = RULE.replace("source = subject.source", "raise KeyError('oops')").replace("stranger-legacy", "other-rule")
    install(Path(console.environment["PYTHONPATH"]), "raising_pack", {"raising.py": raising})
    done = console.run("check", "--select", "stranger-legacy,other-rule")
    assert done.returncode == 1
    assert done.stdout.count("stranger-legacy") == 2
    assert done.stderr.splitlines() == ["leakfix: p.go: other-rule failed: KeyError: 'oops'"]


@pytest.mark.parametrize(
    ("edited", "why"),
    [
        ("Modern() // Legacy", "the finding is still there afterwards"),
        ("Modern(", "no longer parses as well as before"),
        ("Legacy", "it changes nothing"),
    ],
)
def test_a_fix_that_does_not_hold_is_dropped_and_named(console: Console, edited: str, why: str) -> None:
    broken = RULE.replace('b"Modern"', f'b"{edited}"')
    install(Path(console.environment["PYTHONPATH"]), "stranger_pack", {"legacy.py": broken})
    done = console.run("fix", "--statistics")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("dropped") >= 2
    assert why in done.stderr
    assert "verify" in done.stderr


def test_one_bad_fix_does_not_cost_the_good_ones(console: Console) -> None:
    picky = RULE.replace('b"Modern"', 'b"Modern" if source.line(at) == 4 else b"Legacy("')
    install(Path(console.environment["PYTHONPATH"]), "stranger_pack", {"legacy.py": picky})
    console.run("fix", "--apply")
    assert (console.directory / "p.go").read_text() == PROGRAM.replace("Legacy", "Modern", 1)


@pytest.fixture
def twofold(console: Console) -> Console:
    """The same, with the rule for C too: one id, two languages."""
    site = Path(console.environment["PYTHONPATH"])
    for_c = RULE.replace('"go"', '"c"').replace("hold on to what they", "never free what they").replace('"f"', '"g"')
    install(site, "other_pack", {"legacy.py": for_c})
    write(console.directory, {"p.c": "int g(void)\n{\n    return Legacy();\n}\n"})
    return console


def test_an_id_may_stand_for_the_same_leak_in_several_languages(twofold: Console) -> None:
    findings = twofold.json("--select", "stranger-legacy")["findings"]
    assert [(finding["path"], finding["function"]) for finding in findings] == [
        ("p.c", "g"),
        ("p.go", "f"),
        ("p.go", "f"),
    ]
    assert twofold.json("--ignore", "stranger-legacy")["findings"] == []
    rows = [line.split()[:2] for line in twofold.run("rules").stdout.splitlines() if line.startswith("stranger")]
    assert rows == [["stranger-legacy", "c"], ["stranger-legacy", "go"]]
    told = twofold.run("explain", "stranger-legacy").stdout
    assert "stranger-legacy (c)" in told
    assert "never free what they are given" in told
    assert "hold on to what they are given" in told


def test_fixes_of_an_id_are_those_of_each_language(twofold: Console) -> None:
    assert twofold.run("fix", "--apply", "--select", "stranger-legacy").returncode == 1
    assert "Modern();" in (twofold.directory / "p.c").read_text()
    assert (twofold.directory / "p.go").read_text() == PROGRAM.replace("Legacy", "Modern")


def test_an_id_is_declared_once_in_a_language(console: Console) -> None:
    install(Path(console.environment["PYTHONPATH"]), "other_pack", {"legacy.py": RULE})
    done = console.run("check", "--select", "stranger-legacy")
    assert [line for line in done.stderr.splitlines() if "declared twice for go" in line]
