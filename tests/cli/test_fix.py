"""`leakfix fix`: the diff, writing it, and what it refuses to touch."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.console import CLEAN, Console, commit, git, leaking, write

FIXED = (
    leaking()
    .replace("\t\treturn 0, err\n\t}\n\tif info", "\t\tf.Close()\n\t\treturn 0, err\n\t}\n\tif info")
    .replace("\t\treturn 0, errEmpty", "\t\tf.Close()\n\t\treturn 0, errEmpty")
)
DISCARDED = 'package p\n\nimport "os"\n\nfunc f(p string) error {\n\t_, err := os.Open(p)\n\treturn err\n}\n'


class TestDryRun:
    def test_it_prints_a_diff_that_git_applies_and_writes_nothing(self, console: Console, tree: Path) -> None:
        commit(tree)
        done = console.run("fix")
        assert done.returncode == 1
        assert git(tree, "status", "--porcelain") == ""
        subprocess.run(["git", "apply", "-"], cwd=tree, input=done.stdout, text=True, check=True)
        assert (tree / "store.go").read_text() == FIXED
        assert git(tree, "diff", "--name-only").split() == ["deep/deep.go", "store.go"]

    def test_nothing_but_the_diff_is_on_stdout(self, console: Console) -> None:
        done = console.run("fix", "--statistics", "store.go")
        assert done.stdout.startswith("diff --git a/store.go b/store.go\n--- a/store.go\n+++ b/store.go\n@@ ")
        assert done.stderr.startswith("leakfix: 1 fix in 1 file, nothing left\n")
        assert "close-before-exit" in done.stderr

    def test_a_clean_tree_is_0_and_empty(self, console: Console) -> None:
        done = console.run("fix", "remove.go")
        assert (done.returncode, done.stdout) == (0, "")

    def test_the_diff_of_a_tree_elsewhere_applies_there(self, console: Console, tree: Path, tmp_path: Path) -> None:
        commit(tree)
        done = console.run("fix", tree, cwd=tmp_path / "home")
        subprocess.run(["git", "apply", "-"], cwd=tree, input=done.stdout, text=True, check=True)
        assert (tree / "store.go").read_text() == FIXED

    def test_it_applies_below_the_root_of_the_repository(self, console: Console, tree: Path) -> None:
        commit(tree)
        done = console.run("fix", cwd=tree / "deep")
        subprocess.run(["git", "apply", "-"], cwd=tree / "deep", input=done.stdout, text=True, check=True)
        assert git(tree, "diff", "--name-only").split() == ["deep/deep.go"]


class TestForms:
    def test_the_preferred_form_is_taken(self, console: Console) -> None:
        write(console.directory, {"p/p.go": DISCARDED})
        usual = console.run("fix", "p").stdout
        assert console.run("fix", "--prefer", "bind", "p").stdout == usual

    @pytest.mark.parametrize("form", ["nonsense", "go-nothing=defer", "go-unclosed=wrap"])
    def test_a_form_that_no_rule_has_is_2(self, console: Console, form: str) -> None:
        done = console.run("fix", "--prefer", form)
        assert (done.returncode, done.stdout) == (2, "")
        assert "--prefer" in done.stderr

    def test_the_configuration_prefers_too(self, console: Console, tree: Path) -> None:
        program = (
            'package p\n\nimport "context"\n\nfunc f(ctx context.Context, g func(context.Context) bool) {\n'
            "\tctx, cancel := context.WithCancel(ctx)\n\tif g(ctx) {\n\t\treturn\n\t}\n\tcancel()\n}\n"
        )
        write(tree, {"p/p.go": program})
        forms = {
            form: console.run("fix", "--prefer", form, "p").stdout
            for form in ("defer", "go-lost-cancel=close-before-exit")
        }
        assert len(set(forms.values())) == 2
        write(tree, {"leakfix.toml": '[prefer]\ngo-lost-cancel = ["defer"]\n'})
        assert console.run("fix", "p").stdout == forms["defer"]
        write(tree, {"leakfix.toml": 'prefer = ["close-before-exit"]\n'})
        assert console.run("fix", "p").stdout == forms["go-lost-cancel=close-before-exit"]
        assert console.run("fix", "--prefer", "defer", "p").stdout == forms["defer"], "the command line comes first"

    def test_fixes_to_review_are_taken_on_demand_only(self, console: Console, tree: Path) -> None:
        program = (
            'package p\n\nimport "database/sql"\n\nfunc f(db *sql.DB) error {\n'
            '\t_, err := db.Query("DELETE FROM t")\n\treturn err\n}\n'
        )
        write(tree, {"p/p.go": program})
        assert ".Exec(" not in console.run("fix", "--prefer", "exec", "p").stdout
        assert ".Exec(" in console.run("fix", "--prefer", "exec", "--unsafe", "p").stdout


class TestApply:
    def test_it_writes_and_a_second_run_is_empty(self, console: Console, tree: Path) -> None:
        commit(tree)
        done = console.run("fix", "--apply")
        assert (done.returncode, done.stdout) == (1, "")
        assert "2 files written" in done.stderr
        assert (tree / "store.go").read_text() == FIXED
        again = console.run("fix")
        assert (again.returncode, again.stdout) == (0, "")

    def test_the_mode_of_a_file_stays(self, console: Console, tree: Path) -> None:
        (tree / "store.go").chmod(0o751)
        console.run("fix", "--apply")
        assert stat.S_IMODE((tree / "store.go").stat().st_mode) == 0o751
        assert sorted(entry.name for entry in tree.iterdir()) == ["deep", "go.mod", "remove.go", "store.go"]

    @pytest.mark.parametrize("staged", [False, True])
    def test_a_dirty_tree_is_refused(self, console: Console, tree: Path, staged: bool) -> None:
        commit(tree)
        write(tree, {"store.go": leaking() + "\n// mine\n"})
        if staged:
            git(tree, "add", "store.go")
        done = console.run("fix", "--apply")
        assert (done.returncode, done.stdout) == (2, "")
        assert "not committed: store.go" in done.stderr
        assert "--allow-dirty" in done.stderr
        assert (tree / "deep/deep.go").read_text().count("f.Close()") == 1
        assert console.run("fix", "--apply", "--allow-dirty").returncode == 1
        assert (tree / "store.go").read_text() == FIXED + "\n// mine\n"

    def test_a_file_that_git_does_not_know_is_work_too(self, console: Console, tree: Path) -> None:
        commit(tree)
        write(tree, {"new.go": leaking("New")})
        assert console.run("fix", "--apply").returncode == 2

    def test_a_repository_inside_of_the_tree_has_its_own_work(self, console: Console, tree: Path) -> None:
        commit(tree / "deep")
        write(tree, {".gitignore": "deep/\n"})
        commit(tree)
        assert console.run("fix", ".", "deep", "--apply").returncode == 1
        write(tree, {"deep/more.go": "package deep\n"})
        done = console.run("fix", ".", "deep", "--apply")
        assert (done.returncode, "not committed" in done.stderr) == (0, False), "nothing is to be written any more"

    def test_without_a_repository_it_writes(self, console: Console, tree: Path) -> None:
        assert console.run("fix", "--apply").returncode == 1
        assert (tree / "store.go").read_text() == FIXED

    def test_a_file_that_cannot_be_written_is_told_and_the_others_are_written(
        self, console: Console, tree: Path
    ) -> None:
        if not os.geteuid():
            pytest.skip("root may write everywhere")
        (tree / "store.go").chmod(0o444)
        done = console.run("fix", "--apply")
        assert done.returncode == 2
        assert "leakfix: store.go: was not written: it is not writable" in done.stderr
        assert (tree / "store.go").read_text() == leaking()
        assert "1 file written" in done.stderr


class TestHostileLinks:
    """Nothing outside of the tree is written, however the tree is laid out."""

    def test_a_file_that_is_a_link_out_of_the_tree_is_not_followed(self, console: Console, tree: Path) -> None:
        outside = write(tree.parent / "outside", {"victim.go": leaking()})
        (tree / "link.go").symlink_to(outside / "victim.go")
        (tree / "sub").symlink_to(outside)
        console.run("fix", "--apply")
        assert (outside / "victim.go").read_text() == leaking()
        assert (tree / "link.go").is_symlink()

    def test_not_even_when_it_is_named(self, console: Console, tree: Path) -> None:
        outside = write(tree.parent / "outside", {"victim.go": leaking()})
        (tree / "link.go").symlink_to(outside / "victim.go")
        done = console.run("fix", "--apply", "link.go")
        assert done.returncode == 2
        assert "leads out of the tree" in done.stderr
        assert (outside / "victim.go").read_text() == leaking()

    def test_a_link_inside_of_the_tree_stays_a_link(self, console: Console, tree: Path) -> None:
        (tree / "link.go").symlink_to("store.go")
        console.run("fix", "--apply", "link.go")
        assert (tree / "link.go").is_symlink()
        assert (tree / "store.go").read_text() == FIXED

    def test_a_configured_hook_or_filter_does_not_run(self, console: Console, tree: Path) -> None:
        commit(tree)
        (tree / ".gitattributes").write_text("*.go filter=evil\n")
        git(tree, "config", "filter.evil.clean", "touch ../ran; cat")
        git(tree, "config", "core.fsmonitor", "touch ../ran")
        console.run("fix", "--apply")
        assert not (tree.parent / "ran").exists()


class TestInteractive:
    def answers(self, console: Console, given: str) -> "subprocess.CompletedProcess[str]":
        return console.run("fix", "--interactive", given=given)

    def test_each_fix_is_shown_and_asked_for(self, console: Console) -> None:
        done = self.answers(console, "n\ny\n")
        assert done.stderr.count("Apply (") == 2
        assert "deep/deep.go:11:12: go-unclosed" in done.stderr
        assert "a/store.go" in done.stdout
        assert "a/deep/deep.go" not in done.stdout

    def test_a_takes_all_that_follow(self, console: Console) -> None:
        done = self.answers(console, "a\n")
        assert done.stderr.count("Apply (") == 1
        assert done.stdout.count("diff --git") == 2

    @pytest.mark.parametrize("given", ["q\n", "", "y\nq\n"])
    def test_q_or_the_end_of_the_answers_takes_none_of_the_rest(self, console: Console, given: str) -> None:
        done = self.answers(console, given)
        assert done.stdout.count("diff --git") == given.count("y")
        assert done.returncode == (1 if "y" in given else 0)

    def test_another_form_can_be_looked_at_and_taken(self, console: Console, tree: Path) -> None:
        program = (
            'package p\n\nimport "context"\n\nfunc f(ctx context.Context, g func(context.Context) bool) {\n'
            "\tctx, cancel := context.WithCancel(ctx)\n\tif g(ctx) {\n\t\treturn\n\t}\n\tcancel()\n}\n"
        )
        write(tree, {"p/p.go": program})
        first = console.run("fix", "-i", "p", given="1\ny\n").stdout
        second = console.run("fix", "-i", "p", given="2\ny\n").stdout
        assert first != second
        assert console.run("fix", "-i", "p", given="what?\ny\n").stdout == first

    def test_what_was_taken_is_written_on_demand(self, console: Console, tree: Path) -> None:
        console.run("fix", "--interactive", "--apply", given="n\ny\n")
        assert (tree / "store.go").read_text() == FIXED
        assert (tree / "deep/deep.go").read_text().count("f.Close()") == 1


class TestVerify:
    def test_fixes_that_pass_are_kept(self, console: Console, tree: Path) -> None:
        done = console.run("fix", "--verify", "test -f store.go && pwd > ../where", "--apply")
        assert (tree / "store.go").read_text() == FIXED
        assert "succeeds with the fixes" in done.stderr
        assert not (tree / "where").exists()

    def test_the_ones_that_break_it_are_singled_out(self, console: Console, tree: Path) -> None:
        files = {f"p{number}.go": leaking(f"F{number}").replace("errEmpty", f"err{number}") for number in range(5)}
        write(tree, files)
        done = console.run("fix", "--verify", "test $(grep -c 'f.Close()' p3.go) = 1", "--apply")
        assert (tree / "p3.go").read_text() == files["p3.go"]
        assert all((tree / f"p{number}.go").read_text().count("f.Close()") == 3 for number in (0, 1, 2, 4))
        assert "leakfix: p3.go:11: go-unclosed: fix 'close-before-exit' dropped" in done.stderr
        assert "1 finding left" in done.stderr

    def test_a_command_that_fails_by_itself_is_2_and_nothing_is_written(self, console: Console, tree: Path) -> None:
        done = console.run("fix", "--verify", "echo broken anyway; false", "--apply")
        assert done.returncode == 2
        assert "broken anyway" in done.stderr
        assert (tree / "store.go").read_text() == leaking()

    def test_a_configured_command_is_not_run(self, console: Console, tree: Path) -> None:
        write(tree, {"leakfix.toml": 'verify = "touch ran"\n'})
        assert console.run("fix").returncode == 2
        assert not (tree / "ran").exists()


def test_several_leaks_in_a_function_are_all_fixed(console: Console, tree: Path) -> None:
    program = (
        'package p\n\nimport "os"\n\nfunc f(p, q, r string) error {\n'
        + "".join(
            f"\t{name}, err := os.Open({name[0]})\n\tif err != nil {{\n\t\treturn err\n\t}}\n\t_ = {name}.Name()\n"
            for name in ("pf", "qf", "rf")
        )
        + "\treturn nil\n}\n"
    )
    write(tree, {"p/p.go": program})
    console.run("fix", "--apply", "p")
    fixed = (tree / "p/p.go").read_text()
    assert [name for name in ("pf", "qf", "rf") if f"defer {name}.Close()" in fixed] == ["pf", "qf", "rf"]
    assert console.json("p")["findings"] == []


def test_clean_code_is_left_alone(console: Console, tree: Path) -> None:
    write(tree, {"p/p.go": CLEAN})
    assert console.run("fix", "--apply", "p").returncode == 0
    assert (tree / "p/p.go").read_text() == CLEAN
