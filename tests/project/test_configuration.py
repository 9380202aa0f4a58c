import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from leakfix.project import Configuration, ConfigurationError, find_configuration, read_configuration

RULES = ("go-unclosed", "go-response-body", "go-lost-cancel", "go-defer-in-loop", "cpp-early-return", "c-early-return")


def written(directory: Path, text: str, name: str = "leakfix.toml") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text)
    return directory / name


def test_every_key_is_read(tmp_path: Path) -> None:
    written(tmp_path / "rules", "", "leak-models.toml")
    path = written(
        tmp_path,
        """
        select = ["go", "c-early-return"]
        ignore = ["go-ticker-stop"]
        exclude = ["*.pb.go"]
        models = ["rules/leak-models.toml"]
        max-file-size = 1000
        tests = false

        [per-path-ignores]
        "cmd/**" = ["go-unclosed"]

        [prefer]
        go-unclosed = ["close-before-exit", "defer"]

        [[resource]]
        name = "lease"

        [[acquire]]
        call = ["db.Lease"]
        resource = "lease"
        """,
    )
    assert read_configuration(path) == Configuration(
        root=tmp_path,
        path=path,
        select=("go", "c-early-return"),
        ignore=("go-ticker-stop",),
        per_path_ignores={"cmd/**": ("go-unclosed",)},
        exclude=("*.pb.go",),
        models=(tmp_path / "rules/leak-models.toml",),
        extra_models={"resource": [{"name": "lease"}], "acquire": [{"call": ["db.Lease"], "resource": "lease"}]},
        prefer={"go-unclosed": ("close-before-exit", "defer")},
        max_file_size=1000,
        tests=False,
    )


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    configuration = find_configuration(tmp_path)
    assert configuration == Configuration(tmp_path)
    assert (configuration.max_file_size, configuration.tests, configuration.select) == (4 << 20, True, None)


def test_the_nearest_file_upwards_counts_alone(tmp_path: Path) -> None:
    written(tmp_path, 'ignore = ["outer"]\nselect = ["go"]\n')
    written(tmp_path / "a", 'ignore = ["inner"]\n')
    (tmp_path / "a/b/c").mkdir(parents=True)
    configuration = find_configuration(tmp_path / "a/b/c")
    assert (configuration.root, configuration.ignore, configuration.select) == (tmp_path / "a", ("inner",), None)


def test_leakfix_toml_comes_before_pyproject_toml_in_one_directory(tmp_path: Path) -> None:
    written(tmp_path, 'ignore = ["own"]\n')
    written(tmp_path, '[tool.leakfix]\nignore = ["shared"]\n', "pyproject.toml")
    assert find_configuration(tmp_path).ignore == ("own",)


@pytest.mark.parametrize("text", ["[tool.other]\n", "# leakfix\n[tool]\n", "{{ template }}\n"])
def test_a_pyproject_without_our_table_is_passed_over(text: str, tmp_path: Path) -> None:
    written(tmp_path, '[tool.leakfix]\nignore = ["outer"]\n', "pyproject.toml")
    written(tmp_path / "a", text, "pyproject.toml")
    assert find_configuration(tmp_path / "a").ignore == ("outer",)


def test_tables_stand_below_tool_in_a_pyproject(tmp_path: Path) -> None:
    written(tmp_path, '[tool.leakfix]\nprefer = ["bind"]\n[[tool.leakfix.borrow]]\ncall = ["x.Y"]\n', "pyproject.toml")
    configuration = find_configuration(tmp_path)
    assert configuration.extra_models == {"borrow": [{"call": ["x.Y"]}]}
    assert configuration.preferred("go-unclosed") == ("bind",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('slect = ["go"]', "unknown key 'slect' (did you mean 'select'?)"),
        ("per_path_ignores = {}", "unknown key 'per_path_ignores' (did you mean 'per-path-ignores'?)"),
        ("[[aquire]]", "unknown key 'aquire' (did you mean 'acquire'?)"),
        ("xyzzy = 1", "unknown key 'xyzzy'"),
        ('select = "go"', "select: expected a list of strings, found a string"),
        ('ignore = ["go", 3]', "ignore[1]: expected a string, found the integer 3"),
        ("exclude = true", "exclude: expected a list of strings, found true"),
        ('exclude = ["a", "!"]', "exclude[1]: not a gitignore pattern: '!'"),
        ("per-path-ignores = []", "per-path-ignores: expected a table, found a list"),
        ('[per-path-ignores]\n"*.go" = "go"', 'per-path-ignores."*.go": expected a list of strings, found a string'),
        ('[per-path-ignores]\n"a[" = []', "per-path-ignores.\"a[\": not a gitignore pattern: 'a['"),
        ('models = ["none.toml"]', "models[0]: no such file: {root}/none.toml"),
        ("models = [{}]", "models[0]: expected a string, found a table"),
        ("prefer = 1.5", "prefer: expected a list of form names, or a table from rules to such lists, found a float"),
        ("[prefer]\ngo-unclosed = 1", "prefer.go-unclosed: expected a list of strings, found the integer 1"),
        ("max-file-size = 0", "max-file-size: expected a positive number of bytes, found the integer 0"),
        ("max-file-size = true", "max-file-size: expected a positive number of bytes, found true"),
        ("tests = 2020-01-01", "tests: expected true or false, found a date or time"),
        ("[acquire]\ncall = []", "acquire: expected tables, each headed [[acquire]], found a table"),
        ("keep = [1]", "keep: expected tables, each headed [[keep]], found a list"),
        ("a = \n", "is not TOML: Invalid value (at line 1, column 5)"),
        ("a = 1\na = 2\n", "is not TOML: Cannot overwrite a value (at line 2, column 6)"),
        ("max-file-size = " + "9" * 5000, "is not TOML: Exceeds the limit"),
        ("a = " + "[" * 100_000, "is nested too deeply"),
    ],
)
def test_mistakes_are_told_in_one_line_with_file_and_key(text: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as refused:
        find_configuration(tmp_path)
    assert str(refused.value).startswith(f"{path}: {message.format(root=tmp_path)}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tool.leakfix]\nslect = ["go"]', "unknown key 'tool.leakfix.slect' (did you mean 'select'?)"),
        ("[tool.leakfix]\nselect = 1", "tool.leakfix.select: expected a list of strings, found the integer 1"),
        (
            "[tool.leakfix]\nkeep = 1",
            "tool.leakfix.keep: expected tables, each headed [[tool.leakfix.keep]], found the integer 1",
        ),
        ("[tool]\nleakfix = 1", "tool.leakfix: expected a table, found the integer 1"),
    ],
)
def test_mistakes_in_a_pyproject_name_the_whole_key(text: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, text, "pyproject.toml")
    with pytest.raises(ConfigurationError) as refused:
        find_configuration(tmp_path)
    assert str(refused.value) == f"{path}: {message}"


def test_a_file_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "leakfix.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"leakfix\.toml: is not UTF-8 \(byte 5\)"):
        find_configuration(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "leakfix.toml").write_bytes(b"\xef\xbb\xbftests = false\r\n")
    assert not find_configuration(tmp_path).tests


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml: does not exist"):
        read_configuration(tmp_path / "none.toml")
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(ConfigurationError, match=r"pipe\.toml: is not a regular file"):
        read_configuration(tmp_path / "pipe.toml")


@pytest.mark.parametrize(
    ("select", "ignore", "enabled"),
    [
        (None, (), {"go-unclosed", "go-response-body"}),
        (("go-lost-cancel",), (), {"go-lost-cancel"}),
        (("go",), (), {"go-unclosed", "go-response-body", "go-lost-cancel", "go-defer-in-loop"}),
        (("go-",), ("go-defer-in-loop",), {"go-unclosed", "go-response-body", "go-lost-cancel"}),
        (("*-early-return",), (), {"cpp-early-return", "c-early-return"}),
        (("c",), (), {"c-early-return"}),
        (("ALL",), ("go",), {"cpp-early-return", "c-early-return"}),
        (("*",), ("*",), set()),
        (("go-unclosed",), ("go",), {"go-unclosed"}),
        (("go",), ("go",), set()),
        (("go",), ("go-*",), set()),
        (None, ("go-unclosed",), {"go-response-body"}),
        (None, ("ALL",), set()),
        ((), (), set()),
    ],
)
def test_the_closest_selector_decides(
    select: tuple[str, ...] | None, ignore: tuple[str, ...], enabled: set[str], tmp_path: Path
) -> None:
    configuration = Configuration(tmp_path, select=select, ignore=ignore)
    by_default = {"go-unclosed", "go-response-body"}
    assert {rule for rule in RULES if configuration.enabled(rule, default=rule in by_default)} == enabled


def test_part_of_a_word_selects_nothing(tmp_path: Path) -> None:
    assert not Configuration(tmp_path, select=("go-un",)).enabled("go-unclosed")


@pytest.mark.parametrize(
    ("glob", "path", "ignored"),
    [
        ("*_test.go", "pkg/a_test.go", True),
        ("*_test.go", "pkg/a.go", False),
        ("cmd/", "cmd/tool/main.go", True),
        ("cmd/", "cmd.go", False),
        ("/cmd/*.go", "x/cmd/main.go", False),
        ("cmd/**", "cmd/a/b.go", True),
        ("cmd", "x/cmd/a.go", True),
        ("*", "../elsewhere.go", False),
    ],
)
def test_rules_are_left_out_by_path(glob: str, path: str, ignored: bool, tmp_path: Path) -> None:
    root = tmp_path / "root"
    configuration = Configuration(root, per_path_ignores={"none.go": ("go",), glob: ("go-unclosed",)})
    file = Path(os.path.normpath(root / path))
    assert configuration.ignored_at("go-unclosed", file) is ignored
    assert not configuration.ignored_at("go-response-body", file)


def test_forms_are_preferred_by_the_closest_selector(tmp_path: Path) -> None:
    prefer = {"*": ("defer",), "go": ("bind",), "go-unclosed": ("close-before-exit", "defer")}
    configuration = Configuration(tmp_path, prefer=prefer)
    assert configuration.preferred("go-unclosed") == ("close-before-exit", "defer")
    assert configuration.preferred("go-response-body") == ("bind",)
    assert configuration.preferred("cpp-early-return") == ("defer",)
    assert Configuration(tmp_path).preferred("go-unclosed") == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"select": ("go-unclose",)}, "select: unknown rule 'go-unclose' (did you mean 'go-unclosed'?)"),
        ({"ignore": ("go", "rust")}, "ignore: unknown rule 'rust'"),
        ({"per_path_ignores": {"*.go": ("goo-*",)}}, "per-path-ignores.\"*.go\": unknown rule 'goo-*'"),
        ({"prefer": {"go-unclosd": ("defer",)}}, "prefer: unknown rule 'go-unclosd' (did you mean 'go-unclosed'?)"),
    ],
)
def test_selectors_of_no_known_rule_are_told(changes: dict[str, object], message: str, tmp_path: Path) -> None:
    configuration = replace(Configuration(tmp_path, path=tmp_path / "leakfix.toml"), **changes)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError) as refused:
        configuration.check_rules(RULES)
    assert str(refused.value).startswith(f"{tmp_path}/leakfix.toml: {message}")


def test_selectors_of_known_rules_pass(tmp_path: Path) -> None:
    Configuration(tmp_path, select=("ALL", "go", "cpp-*"), ignore=("*",), prefer={"*": ("defer",)}).check_rules(RULES)


def test_models_are_read_in_order_and_their_own_tables_last(tmp_path: Path) -> None:
    written(tmp_path, '[[borrow]]\ncall = ["a.B"]\n', "one.toml")
    written(tmp_path, '[[keep]]\ncall = ["c.D"]\nargument = 1\n', "two.toml")
    path = written(tmp_path, 'models = ["two.toml", "one.toml"]\n[[noreturn]]\ncall = ["e.F"]\n')
    assert read_configuration(path).read_models() == (
        {"keep": [{"call": ["c.D"], "argument": 1}]},
        {"borrow": [{"call": ["a.B"]}]},
        {"noreturn": [{"call": ["e.F"]}]},
    )


def test_a_model_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    written(tmp_path, "[[", "one.toml")
    path = written(tmp_path, 'models = ["one.toml"]\n')
    with pytest.raises(ConfigurationError, match=r"one\.toml: is not TOML"):
        read_configuration(path).read_models()


def test_a_configuration_can_be_sent_to_a_worker(tmp_path: Path) -> None:
    configuration = Configuration(tmp_path, exclude=("*.pb.go",), per_path_ignores={"cmd/": ("go",)})
    assert configuration.ignored_at("go-unclosed", tmp_path / "cmd/a.go")
    assert configuration.exclude_patterns.verdict(f"{tmp_path}/a.pb.go", is_directory=False)
    received = pickle.loads(pickle.dumps(configuration))
    assert received == configuration
    assert received.ignored_at("go-unclosed", tmp_path / "cmd/a.go")
