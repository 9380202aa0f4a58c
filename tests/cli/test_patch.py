"""`leakfix patch`: a series that `git am` takes, and that tells a reviewer what it is about."""

from pathlib import Path

import pytest

from tests.console import Console, commit, git, leaking, write


@pytest.fixture
def base(tree: Path) -> str:
    """The commit that holds the tree."""
    write(
        tree, {"deep/more.go": leaking("More").replace("package store", "package deep").replace("errEmpty", "errMore")}
    )
    return commit(tree)


def _names(patches: str) -> list[Path]:
    return [Path(line) for line in patches.splitlines()]


def test_one_patch_a_finding_and_git_am_takes_them(console: Console, tree: Path, base: str) -> None:
    wanted = console.run("fix").stdout
    done = console.run("patch", "-o", "../series")
    assert done.returncode == 1
    assert [name.name[:4] for name in _names(done.stdout)] == ["0001", "0002", "0003"]
    assert git(tree, "rev-parse", "HEAD").strip() == base
    assert git(tree, "status", "--porcelain") == ""
    git(tree, "am", "--keep-cr", *(str(Path("..", "series", name.name)) for name in _names(done.stdout)))
    assert git(tree, "diff", "--no-ext-diff", base, "HEAD", "--", ".").count("+\t\tf.Close()") == 6
    assert console.run("fix").stdout == ""
    assert wanted.count("+\t\tf.Close()") == 6


def test_a_message_tells_what_leaks_where_and_what_was_done(console: Console, tree: Path, base: str) -> None:
    (name, *_) = _names(console.run("patch", "-o", "../series", "store.go").stdout)
    (finding,) = console.json("store.go")["findings"]
    text = (tree / name).read_text()
    assert "Subject: [PATCH] store: fix leak in Size\n" in text
    assert f"store.go:11, in Size: {finding['message']}." in " ".join(text.split())
    for step in finding["trace"]:
        assert f"line {step['line']}: {step['message']}" in text
    assert "Checked: " in text
    assert "\nLeakfix-Rule: go-unclosed\nLeakfix-Safety: safe\n" in text
    assert f"\nLeakfix-Fingerprint: {finding['fingerprint']}\n" in text
    assert base


@pytest.mark.parametrize(("split", "count"), [("finding", 3), ("file", 3), ("rule", 1), ("none", 1)])
def test_the_series_can_be_split_otherwise(console: Console, tree: Path, base: str, split: str, count: int) -> None:
    done = console.run("patch", "-o", "../series", "--split", split)
    assert len(_names(done.stdout)) == count
    git(tree, "am", "--keep-cr", *map(str, _names(done.stdout)))
    assert console.run("fix").stdout == ""
    assert git(tree, "rev-parse", "HEAD~" + str(count)).strip() == base


def test_split_by_rule_keeps_rules_apart_within_a_file(console: Console, tree: Path) -> None:
    both = (
        'package p\n\nimport (\n\t"context"\n\t"os"\n)\n\n'
        "func f(ctx context.Context, p string) error {\n\tctx, cancel := context.WithCancel(ctx)\n"
        "\tif ctx.Err() != nil {\n\t\treturn ctx.Err()\n\t}\n\tcancel()\n"
        "\tf, err := os.Open(p)\n\tif err != nil {\n\t\treturn err\n\t}\n\t_ = f.Name()\n\treturn nil\n}\n"
    )
    write(tree, {"p/p.go": both})
    commit(tree)
    names = _names(console.run("patch", "-o", "../series", "--split", "rule", "p").stdout)
    first, second = ((tree / name).read_text() for name in names)
    assert ("Leakfix-Rule: go-lost-cancel" in first, "Close()" in first) == (True, False)
    assert ("Leakfix-Rule: go-unclosed" in second, "+\tdefer f.Close()" in second) == (True, True)
    git(tree, "am", "--keep-cr", *map(str, names))


def test_without_findings_there_are_no_patches(console: Console, tree: Path, base: str) -> None:
    done = console.run("patch", "-o", "../series", "remove.go")
    assert (done.returncode, done.stdout) == (0, "")
    assert not (tree / "../series").exists()
    assert base


def test_work_that_is_not_committed_is_refused(console: Console, tree: Path, base: str) -> None:
    write(tree, {"store.go": leaking() + "\n// mine\n"})
    done = console.run("patch", "-o", "../series")
    assert (done.returncode, done.stdout) == (2, "")
    assert "store.go" in done.stderr
    assert base


def test_outside_of_a_repository_is_2(console: Console) -> None:
    done = console.run("patch", "-o", "../series")
    assert (done.returncode, done.stdout) == (2, "")
    assert len([line for line in done.stderr.splitlines() if line]) == 1


def test_equal_runs_make_equal_patches(console: Console, tree: Path, base: str) -> None:
    dated = Console(tree, console.home, {"SOURCE_DATE_EPOCH": "1700000000"})
    first = [(tree / name).read_bytes() for name in _names(dated.run("patch", "-o", "../a").stdout)]
    second = [(tree / name).read_bytes() for name in _names(dated.run("patch", "-o", "../b").stdout)]
    assert first == second != []
    assert base
