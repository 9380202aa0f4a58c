"""`leakfix check`: what it finds, how it says so, and what its exit code means."""

import json
import os
from pathlib import Path

import pytest

from tests.console import CLEAN, Console, leaking, write


def test_a_clean_tree_is_0(console: Console) -> None:
    done = console.run("check", "remove.go")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No leaks found, 1 file looked at.\n"


def test_a_finding_is_1_and_shows_place_source_trace_and_fix(console: Console) -> None:
    done = console.run("check", "store.go")
    assert done.returncode == 1
    assert done.stderr == ""
    first, bar, source, marks, *rest = done.stdout.splitlines()
    assert first.startswith("store.go:11:12: go-unclosed ")
    assert bar.strip() == "|"
    assert source == "11 |     f, err := os.Open(path)"
    assert marks == "   |               ^^^^^^^^^^^^^"
    assert next(line for line in rest if line.startswith("   = ")).startswith("   = 11: ")
    assert any(line.strip().startswith("fix (") for line in rest)
    assert any(line.strip() == "+        f.Close()" for line in rest)
    assert rest[-1] == "1 finding in 1 file, 1 with a fix, 1 file looked at."


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.go"],
        ["go.mod"],
        ["--select", "go-nothing"],
        ["--select", ""],
        ["--ignore", "go-nothing"],
        ["--exclude", "!"],
        ["--config", "nowhere.toml"],
        ["--config", "go.mod"],
        ["--format", "xml"],
        ["--jobs", "-1"],
        ["--jobs", "many"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_2_and_says_why_on_stderr(console: Console, arguments: list[str]) -> None:
    done = console.run("check", *arguments)
    if arguments == ["--select", ""]:
        assert done.returncode == 1, "no name at all is as if the option was not there"
        return
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["explain"], ["explain", "go-nothing"], ["patch"]], ids=" ".join
)
def test_other_commands_fail_with_2_too(console: Console, arguments: list[str]) -> None:
    done = console.run(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_a_named_file_that_cannot_be_looked_at_is_2_and_the_rest_is_reported(console: Console, tree: Path) -> None:
    (tree / "binary.go").write_bytes(b"package p\n\0")
    done = console.run("check", "store.go", "binary.go")
    assert done.returncode == 2
    assert "store.go:11:12" in done.stdout
    assert done.stderr == "leakfix: binary.go: is binary\n"


class TestBadInput:
    """A folder of things that are no sound Go source: one line each, and the rest goes on."""

    @pytest.fixture
    def bad(self, tree: Path) -> Path:
        bad = tree / "bad"
        write(
            bad,
            {
                "binary.go": b"\x7fELF\0\0\0" * 100,
                "utf16.go": leaking("Wide").encode("utf-16"),
                "huge.go": b"package p\n" + b"// x\n" * (1 << 20),
                "latin1.go": leaking("Latin").replace('"empty"', '"vac\u00edo"').encode("latin-1"),
                "broken.go": "package p\n\nfunc f() {\n\tif x {\n",
                "conflict.go": "package p\n\n<<<<<<< HEAD\nvar a = 1\n=======\nvar a = 2\n>>>>>>> other\n",
                "empty.go": "",
                "blank.go": "\n\n\n",
                "garbage.go": bytes(range(1, 256)) * 20,
                "deep.go": "package p\n\nvar x = " + "(" * 20000 + "1" + ")" * 20000 + "\n",
                "lone-cr.go": leaking("Cr").replace("\n", "\r"),
                "bom.go": b"\xef\xbb\xbf" + leaking("Bom").encode(),
                "crlf.go": leaking("Crlf").replace("\n", "\r\n"),
            },
        )
        (bad / "broken-link.go").symlink_to("nothing.go")
        (bad / "loop.go").symlink_to("loop.go")
        (bad / "ring").symlink_to(".")
        (bad / "directory.go").mkdir()
        os.mkfifo(bad / "pipe.go")
        if os.geteuid():
            (bad / "unreadable.go").write_text(CLEAN)
            (bad / "unreadable.go").chmod(0)
        return bad

    def test_each_is_one_line_and_the_findings_are_there(self, console: Console, bad: Path) -> None:
        done = console.run("check", bad)
        assert done.returncode == 1
        lines = done.stderr.splitlines()
        told = {line.split(": ")[1] for line in lines}
        assert len(told) == len(lines), "one line each"
        wanted = {"binary", "utf16", "huge", "latin1", "broken", "conflict", "garbage", "broken-link", "loop", "pipe"}
        assert {f"bad/{name}.go" for name in wanted} <= told
        assert all(line.startswith("leakfix: bad/") for line in lines)
        for name in ("latin1", "bom", "crlf"):
            assert f"bad/{name}.go:11:12: go-unclosed" in done.stdout

    def test_they_are_in_the_errors_of_the_json(self, console: Console, bad: Path) -> None:
        errors = {entry["path"]: entry["message"] for entry in console.json(bad)["errors"]}
        assert errors["bad/loop.go"] == "is a symbolic link that leads in a circle"
        assert errors["bad/binary.go"] == "is binary"
        assert "syntax error" in errors["bad/broken.go"]

    def test_fix_keeps_every_byte_that_it_does_not_mean_to_change(self, console: Console, bad: Path) -> None:
        before = {path.name: path.read_bytes() for path in bad.glob("*.go") if path.is_file() and not path.is_symlink()}
        console.run("fix", "--apply", bad)
        for name, data in before.items():
            after = (bad / name).read_bytes()
            newline = b"\r\n" if name == "crlf.go" else b"\n"
            assert after.replace(b"\t\tf.Close()" + newline, b"") == data
            assert (after != data) == (name in ("latin1.go", "bom.go", "crlf.go"))


class TestJson:
    def test_it_is_one_object_with_exactly_these_keys(self, console: Console) -> None:
        report = console.json("store.go")
        assert list(report) == ["version", "findings", "errors"]
        (finding,) = report["findings"]
        assert list(finding) == [
            "rule",
            "path",
            "line",
            "column",
            "end_line",
            "end_column",
            "function",
            "message",
            "severity",
            "confidence",
            "trace",
            "fixes",
            "fingerprint",
        ]
        assert (finding["rule"], finding["path"], finding["line"], finding["column"]) == (
            "go-unclosed",
            "store.go",
            11,
            12,
        )
        assert (finding["end_line"], finding["end_column"], finding["function"]) == (11, 25, "Size")
        assert [list(step) for step in finding["trace"]] == [["path", "line", "message"]] * len(finding["trace"])
        assert finding["trace"][0]["line"] == 11
        for fix in finding["fixes"]:
            assert list(fix) == ["title", "safety", "requires", "edits"]
            assert fix["safety"] in ("safe", "review")
            for edit in fix["edits"]:
                assert list(edit) == ["path", "start", "end", "text"]

    def test_the_edits_are_byte_offsets(self, console: Console, tree: Path) -> None:
        (tree / "store.go").write_text(leaking().replace('"empty"', '"leer \u00fc\U0001f600"'))
        (finding,) = console.json("store.go")["findings"]
        data = (tree / "store.go").read_bytes()
        for edit in sorted(finding["fixes"][0]["edits"], key=lambda edit: -edit["start"]):
            data = data[: edit["start"]] + edit["text"].encode() + data[edit["end"] :]
        assert data.count(b"\t\tf.Close()\n\t\treturn") == 2

    def test_without_findings_it_is_still_an_object(self, console: Console) -> None:
        assert console.json("remove.go")["findings"] == []

    def test_names_that_are_no_text_survive(self, console: Console, tree: Path) -> None:
        name = os.fsdecode(b"caf\xe9 \n\x1b.go")
        write(tree, {name: leaking("Odd")})
        (finding,) = console.json(name)["findings"]
        assert finding["path"] == name

    def test_the_fingerprint_survives_moved_lines_and_another_directory(self, console: Console, tree: Path) -> None:
        (first,) = console.json("deep/deep.go")["findings"]
        write(tree, {"leakfix.toml": "", "deep/deep.go": "// A comment.\n\n" + (tree / "deep/deep.go").read_text()})
        (moved,) = console.json("deep/deep.go")["findings"]
        (elsewhere,) = json.loads(console.run("check", "--format", "json", ".", cwd=tree / "deep").stdout)["findings"]
        assert moved["line"] == first["line"] + 2
        assert first["fingerprint"] == moved["fingerprint"] == elsewhere["fingerprint"]

    def test_equal_leaks_in_one_function_have_fingerprints_of_their_own(self, console: Console, tree: Path) -> None:
        twice = 'package p\n\nimport "os"\n\nfunc f(p string) {\n\t_, _ = os.Open(p)\n\t_, _ = os.Open(p)\n}\n'
        write(tree, {"twice.go": twice})
        findings = console.json("twice.go")["findings"]
        assert [finding["line"] for finding in findings] == [6, 7]
        assert len({finding["fingerprint"] for finding in findings}) == 2


class TestSelection:
    def test_order_is_by_path_and_place(self, console: Console) -> None:
        places = [(finding["path"], finding["line"]) for finding in console.json()["findings"]]
        assert places == sorted(places)
        assert [path for path, _ in places] == ["deep/deep.go", "store.go"]

    def test_select_and_ignore(self, console: Console) -> None:
        assert console.json("--select", "go-lost-cancel")["findings"] == []
        assert console.json("--ignore", "go-unclosed")["findings"] == []
        assert len(console.json("--select", "go-unclosed,go-lost-cancel")["findings"]) == 2
        assert len(console.json("--select", "go", "--ignore", "go-lost-*")["findings"]) == 2

    def test_a_misspelt_rule_gets_a_hint(self, console: Console) -> None:
        assert "did you mean 'go-unclosed'" in console.run("check", "--select", "go-uncloset").stderr

    def test_exclude(self, console: Console) -> None:
        assert [finding["path"] for finding in console.json("--exclude", "deep/")["findings"]] == ["store.go"]

    def test_a_test_file_is_looked_at_unless_told(self, console: Console, tree: Path) -> None:
        write(tree, {"store_test.go": leaking("Tested")})
        assert "store_test.go" in {finding["path"] for finding in console.json()["findings"]}
        assert "store_test.go" not in {finding["path"] for finding in console.json("--no-tests")["findings"]}

    def test_generated_code_is_left_out_unless_named_and_then_not_fixed(self, console: Console, tree: Path) -> None:
        write(tree, {"gen.go": "// Code generated by hand. DO NOT EDIT.\n\n" + leaking("Made")})
        assert "gen.go" not in {finding["path"] for finding in console.json()["findings"]}
        (finding,) = console.json("gen.go")["findings"]
        assert finding["fixes"] == []
        assert "no fix (generated)" in console.run("check", "gen.go").stdout
        assert console.run("fix", "gen.go").stdout == ""


class TestConfiguration:
    def test_the_nearest_one_counts(self, console: Console, tree: Path) -> None:
        write(tree, {"leakfix.toml": 'ignore = ["go-unclosed"]\n'})
        assert console.json()["findings"] == []
        assert console.json("deep/deep.go")["findings"] == []
        write(tree, {"deep/leakfix.toml": ""})
        assert [finding["path"] for finding in console.json("deep")["findings"]] == ["deep/deep.go"]
        assert len(console.json("--config", "deep/leakfix.toml")["findings"]) == 2

    def test_rules_may_be_left_out_for_a_path(self, console: Console, tree: Path) -> None:
        write(tree, {"pyproject.toml": '[tool.leakfix.per-path-ignores]\n"deep/" = ["go-unclosed"]\n'})
        assert [finding["path"] for finding in console.json()["findings"]] == ["store.go"]

    def test_models_of_the_project(self, console: Console, tree: Path) -> None:
        program = """package p

type Handle struct{}

func (*Handle) Quit() {}

func Grab() *Handle { return nil }

func use(wait bool) {
	h := Grab()
	if wait {
		return
	}
	h.Quit()
}
"""
        models = """
[[resource]]
name = "handle"
noun = "handle"
family = "closer"
release = ["Quit"]

[[acquire]]
call = ["example.com/store/own.Grab"]
resource = "handle"
"""
        write(tree, {"own/own.go": program, "leakfix.toml": models})
        (finding,) = console.json("own")["findings"]
        assert (finding["line"], finding["rule"]) == (10, "go-unclosed")

    @pytest.mark.parametrize(
        "text",
        ["select = 1", "selct = []", "[[acquire]]\ncall = 1", 'select = ["go-nothing"]', "x = [", 'exclude = ["!"]'],
    )
    def test_a_broken_one_is_2_and_one_line(self, console: Console, tree: Path, text: str) -> None:
        write(tree, {"leakfix.toml": text + "\n"})
        done = console.run("check")
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert "leakfix.toml" in line or "configured models" in line


class TestSuppression:
    def test_a_comment_keeps_a_finding_quiet(self, console: Console, tree: Path) -> None:
        quiet = leaking().replace("os.Open(path)", "os.Open(path) // leakfix: ignore[go-unclosed] closed elsewhere")
        write(tree, {"store.go": quiet})
        assert console.json("store.go")["findings"] == []
        assert console.run("fix", "store.go").stdout == ""
        assert "1 findings suppressed" in console.run("check", "--statistics", "store.go").stdout

    def test_one_that_is_of_no_use_is_a_finding(self, console: Console, tree: Path) -> None:
        write(tree, {"remove.go": CLEAN.replace("func", "// leakfix: ignore[go-unclosed] once it leaked\nfunc")})
        (finding,) = console.json("remove.go")["findings"]
        assert (finding["rule"], finding["severity"], finding["line"]) == ("unused-suppression", "info", 5)
        assert console.run("check", "--ignore", "unused-suppression", "remove.go").returncode == 0
        assert console.json("--select", "go-lost-cancel", "remove.go")["findings"] == []

    def test_one_that_says_nothing_is_a_warning(self, console: Console, tree: Path) -> None:
        write(tree, {"remove.go": CLEAN.replace("func", "// leakfix: silence\nfunc")})
        done = console.run("check", "remove.go")
        assert done.returncode == 0
        assert done.stderr.startswith("leakfix: remove.go: line 5: expected 'leakfix: ignore'")

    def test_the_comment_of_another_linter_counts(self, console: Console, tree: Path) -> None:
        write(tree, {"store.go": leaking().replace("os.Open(path)", "os.Open(path) //nolint:leakfix")})
        assert console.json("store.go")["findings"] == []


class TestBaseline:
    def test_known_findings_are_left_out(self, console: Console, tree: Path) -> None:
        (tree / "known.json").write_text(console.run("check", "--format", "json", "store.go").stdout)
        left = console.json("--baseline", "known.json")["findings"]
        assert [finding["path"] for finding in left] == ["deep/deep.go"]
        assert console.run("check", "--baseline", "known.json", "store.go").returncode == 0

    @pytest.mark.parametrize("text", [None, "", "[]", '{"findings": [1]}', "[" * 100_000])
    def test_what_is_no_report_is_2(self, console: Console, tree: Path, text: str | None) -> None:
        if text is not None:
            (tree / "known.json").write_text(text)
        done = console.run("check", "--baseline", "known.json")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("leakfix: known.json: ")


class TestTerminal:
    def test_colours_are_for_terminals_or_when_forced(self, console: Console, tree: Path) -> None:
        assert "\x1b[" not in console.run("check").stdout
        forced = Console(tree, console.home, {"FORCE_COLOR": "1"})
        assert "\x1b[" in forced.run("check").stdout
        assert "\x1b[" not in Console(tree, console.home, {"FORCE_COLOR": "1", "NO_COLOR": "1"}).run("check").stdout

    def test_a_hostile_source_cannot_control_the_terminal(self, console: Console, tree: Path) -> None:
        write(tree, {"hostile.go": leaking().replace("os.Open(path)", "os.Open(path) // \x1b[2J\x07\u202e")})
        shown = console.run("check", "hostile.go").stdout
        assert not set("\x1b\x07\u202e") & set(shown)

    def test_the_marks_stand_below_wide_characters(self, console: Console, tree: Path) -> None:
        wide = leaking().replace("\tf, err := os.Open(path)", "\t/* \u6f22\u5b57 */ f, err := os.Open(path)")
        write(tree, {"wide.go": wide})
        source, marks = console.run("check", "wide.go").stdout.splitlines()[2:4]
        before = source.index("os.Open") + 2
        assert marks.index("^") == before


def test_sarif(console: Console) -> None:
    report = json.loads(console.run("check", "--format", "sarif", "store.go").stdout)
    assert report["version"] == "2.1.0"
    (run,) = report["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    (result,) = run["results"]
    assert rule["id"] == result["ruleId"] == "go-unclosed"
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (11, 12, 25)
    assert result["fixes"][0]["artifactChanges"][0]["replacements"]


def test_statistics_count_rules_forms_and_refusals(console: Console) -> None:
    shown = console.run("check", "--statistics").stdout
    assert "  2  go-unclosed" in shown
    assert "  2  close-before-exit" in shown


def test_the_rules_are_listed(console: Console) -> None:
    listed = json.loads(console.run("rules", "--format", "json").stdout)
    rules = {rule["id"]: rule for rule in listed}
    assert rules["go-unclosed"]["language"] == "go"
    assert {form["safety"] for rule in listed for form in rule["forms"]} <= {"safe", "review"}
    assert "go-unclosed" in console.run("rules").stdout


def test_a_rule_is_explained(console: Console) -> None:
    done = console.run("explain", "go-unclosed")
    assert done.returncode == 0
    assert "descriptor" in done.stdout


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"], ["fix", "-h"]], ids=" ".join)
def test_help_and_version_are_0(console: Console, arguments: list[str]) -> None:
    done = console.run(*arguments)
    assert done.returncode == 0
    assert "leakfix" in done.stdout
