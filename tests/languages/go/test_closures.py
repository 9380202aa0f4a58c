"""Wrapping the tail of a loop's body: the text before and after, and what stands in the way."""

import textwrap
from pathlib import Path

import pytest

from leakfix.languages.go.closures import Obstacle, Site, Wrapped, wrap
from leakfix.languages.go.closures_control import enclosing_loops, nested, statements_of
from leakfix.languages.go.closures_errors import Errors
from leakfix.languages.go.infer import Types
from leakfix.languages.go.packages import World
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.syntax import DEFER_STATEMENT, F_BODY, owner_of, text
from leakfix.text import apply_edits


def outcome(directory: Path, code: str, start: str = "h := open") -> tuple[bytes, Wrapped | Obstacle]:
    """What comes of wrapping the loop around the first defer, from the statement on that starts with ``start``."""
    path = directory / "code.go"
    source = f"package p\n\n{textwrap.dedent(code).strip()}\n".replace("    ", "\t")
    path.write_text(source, encoding="utf-8")
    file = World().file(path)
    for function in file.functions:
        assert function.body is not None
        for node in nested([function.body]):
            if node.kind_id != DEFER_STATEMENT:
                continue
            loop, owner = enclosing_loops(node)[0], owner_of(node)
            assert owner is not None
            body = statements_of(loop.child_by_field_id(F_BODY))
            first = next(statement for statement in body if text(statement).startswith(start))
            bindings = Bindings.of_function(function)
            errors = Errors(file, bindings, Types.of_function(function))
            site = Site(file, bindings, owner, loop, first, errors.is_error, errors.zero)
            return file.data, wrap(site)
    raise AssertionError("nothing is deferred")


def wrapped(directory: Path, code: str, start: str = "h := open") -> str:
    """The functions after wrapping, indented by four spaces."""
    data, found = outcome(directory, code, start)
    assert isinstance(found, Wrapped), found
    return apply_edits(data, found.edits).decode().removeprefix("package p\n\n").replace("\t", "    ")


def obstacle(directory: Path, code: str, start: str = "h := open") -> str:
    """The code of the refusal."""
    _, found = outcome(directory, code, start)
    assert isinstance(found, Obstacle), found
    return found.code


def dedented(code: str) -> str:
    return textwrap.dedent(code).strip() + "\n"


def test_nothing_but_continue_is_a_plain_literal(tmp_path: Path) -> None:
    assert wrapped(
        tmp_path,
        """
        func f(xs []int) {
            for _, x := range xs {
                h := open(x)
                if h == nil {
                    continue
                }
                defer h.Close()
                use(h)
            }
        }
        """,
    ) == dedented(
        """
        func f(xs []int) {
            for _, x := range xs {
                func() {
                    h := open(x)
                    if h == nil {
                        return
                    }
                    defer h.Close()
                    use(h)
                }()
            }
        }
        """
    )


def test_errors_alone_need_no_flag(tmp_path: Path) -> None:
    assert wrapped(
        tmp_path,
        """
        import "fmt"

        func f(xs []int) (string, error) {
            for _, x := range xs {
                log(x)
                h := open(x)
                defer h.Close()
                if err := use(h); err != nil {
                    return "", err
                }
                if x > 1 {
                    return "", fmt.Errorf("bad %d", x)
                }
            }
            return "fine", nil
        }
        """,
    ) == dedented(
        """
        import "fmt"

        func f(xs []int) (string, error) {
            for _, x := range xs {
                log(x)
                if err := func() error {
                    h := open(x)
                    defer h.Close()
                    if err := use(h); err != nil {
                        return err
                    }
                    if x > 1 {
                        return fmt.Errorf("bad %d", x)
                    }
                    return nil
                }(); err != nil {
                    return "", err
                }
            }
            return "fine", nil
        }
        """
    )


def test_an_error_that_may_be_nil_needs_a_flag(tmp_path: Path) -> None:
    assert wrapped(
        tmp_path,
        """
        func f(xs []int) (string, error) {
            for _, x := range xs {
                h := open(x)
                defer h.Close()
                if x > 1 {
                    return "", use(h)
                }
            }
            return "fine", nil
        }
        """,
    ) == dedented(
        """
        func f(xs []int) (string, error) {
            for _, x := range xs {
                if done, err := func() (bool, error) {
                    h := open(x)
                    defer h.Close()
                    if x > 1 {
                        return true, use(h)
                    }
                    return false, nil
                }(); done {
                    return "", err
                }
            }
            return "fine", nil
        }
        """
    )


def test_every_way_out_has_its_flag(tmp_path: Path) -> None:
    assert wrapped(
        tmp_path,
        """
        func f(xs []int) int {
        outer:
            for _, y := range xs {
                for _, x := range xs {
                    h := open(x)
                    defer h.Close()
                    switch {
                    case x > y:
                        break outer
                    case x == y:
                        return h.n
                    case h == nil:
                        continue
                    }
                    if x == 0 {
                        break
                    }
                }
            }
            return -1
        }
        """,
    ) == dedented(
        """
        func f(xs []int) int {
        outer:
            for _, y := range xs {
                for _, x := range xs {
                    if done, stop, halt, v := func() (bool, bool, bool, int) {
                        h := open(x)
                        defer h.Close()
                        switch {
                        case x > y:
                            return false, false, true, 0
                        case x == y:
                            return true, false, false, h.n
                        case h == nil:
                            return false, false, false, 0
                        }
                        if x == 0 {
                            return false, true, false, 0
                        }
                        return false, false, false, 0
                    }(); done {
                        return v
                    } else if stop {
                        break
                    } else if halt {
                        break outer
                    }
                }
            }
            return -1
        }
        """
    )


def test_no_statement_is_added_behind_a_terminating_one(tmp_path: Path) -> None:
    after = wrapped(
        tmp_path,
        """
        func f(xs []int) (err error) {
            for _, x := range xs {
                h := open(x)
                defer h.Close()
                for {
                    select {
                    case <-h.done:
                        return h.err
                    case <-h.next:
                    }
                    if x == 1 {
                        continue
                    }
                    if x == 2 {
                        return
                    }
                }
            }
            return nil
        }
        """,
    )
    assert "return true, h.err\n" in after
    assert "return true, err\n" in after
    assert after.count("return ") == 4


def test_named_results_behind_naked_returns_are_handed_out_by_name(tmp_path: Path) -> None:
    after = wrapped(
        tmp_path,
        """
        func f(xs []int) (n int, _ string, ok bool) {
            for _, x := range xs {
                h := open(x)
                defer h.Close()
                if n = h.n; n > 1 {
                    return
                }
                if x == 3 {
                    return x, "x", true
                }
            }
            return
        }
        """,
    )
    assert "if done, n, v, ok := func() (bool, int, string, bool) {" in after
    assert 'return true, n, "", ok\n' in after
    assert 'return true, x, "x", true\n' in after
    assert "return n, v, ok\n" in after


def test_a_result_that_lasts_is_not_handed_out(tmp_path: Path) -> None:
    after = wrapped(
        tmp_path,
        """
        func f(xs []int) (int, error) {
            count := 0
            for _, x := range xs {
                h := open(x)
                defer h.Close()
                if err := h.use(); err != nil {
                    return count, err
                }
                count++
            }
            return count, nil
        }
        """,
    )
    assert "if err := func() error {" in after
    assert "return count, err\n" in after


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("type T struct{ a int }", "T{}"),
        ("type T [3]int", "T{}"),
        ("type T []int", "nil"),
        ("type T interface{ M() }", "nil"),
        ("type T int", "0"),
        ("type T string", '""'),
        ("type T bool", "false"),
        ("type U struct{}\n\ntype T = *U", "nil"),
        ('import "elsewhere.example/t"\n\ntype T = t.Unknown', "*new(T)"),
    ],
)
def test_the_next_round_returns_zero_values(tmp_path: Path, head: str, value: str) -> None:
    after = wrapped(
        tmp_path,
        f"""
{head}

func f(xs []int) T {{
    for _, x := range xs {{
        h := open(x)
        defer h.Close()
        if x > 1 {{
            return h.t
        }}
    }}
    panic("none")
}}
""",
    )
    assert f"return false, {value}\n" in after


def test_a_call_with_several_results_is_bound_under_free_names(tmp_path: Path) -> None:
    after = wrapped(
        tmp_path,
        """
        func f(xs []int) (int, error) {
            for _, x := range xs {
                h := open(x)
                defer h.Close()
                v, err := h.first()
                if err != nil {
                    continue
                }
                log(v)
                return h.second() // both
            }
            return 0, nil
        }
        """,
    )
    assert "v2, err2 := h.second()\n" in after
    assert "return true, v2, err2 // both\n" in after


def test_a_redeclared_variable_becomes_two(tmp_path: Path) -> None:
    after = wrapped(
        tmp_path,
        """
        func f(xs []int) {
            for _, x := range xs {
                p, err := path(x)
                log(p, err)
                h, err := open(p)
                log(err)
                defer h.Close()
            }
        }
        """,
        "h, err",
    )
    assert after.index("log(p, err)") < after.index("func() {") < after.index("h, err := open")


@pytest.mark.parametrize(
    "between",
    [
        pytest.param("defer func() { log(err) }()", id="captured"),
        pytest.param("log(&err)", id="address taken"),
        pytest.param("log(p)", id="only assigned before"),
    ],
)
def test_a_redeclared_variable_that_is_seen_from_elsewhere_moves_with_its_declaration(
    tmp_path: Path, between: str
) -> None:
    after = wrapped(
        tmp_path,
        f"""
        func f(xs []int) {{
            for _, x := range xs {{
                p, err := path(x)
                {between}
                h, err := open(p)
                log(err)
                defer h.Close()
            }}
        }}
        """,
        "h, err",
    )
    assert after.index("func() {\n") < after.index("p, err := path")


@pytest.mark.parametrize(
    ("label", "jumps", "kept"),
    [
        ("each:", "continue each", False),
        ("each: // all of them", "continue each", None),
        ("each:\n            // all of them", "continue each", False),
        ("each:", "break each", True),
        ("each:", "if x > 2 {\n                    continue each\n                }\n                break each", True),
    ],
)
def test_a_label_without_jumps_goes(tmp_path: Path, label: str, jumps: str, kept: bool | None) -> None:
    code = f"""
        func f(xs []int) {{
        {label}
            for _, x := range xs {{
                h := open(x)
                defer h.Close()
                if x > 1 {{
                    {jumps}
                }}
            }}
        }}
        """
    if kept is None:
        assert obstacle(tmp_path, code) == "label"
    else:
        assert ("each:\n" in wrapped(tmp_path, code)) == kept


@pytest.mark.parametrize(
    ("comment", "moved"),
    [
        ("// about x", True),
        ("/* about x */", True),
        ("// about x\n\n", False),
    ],
)
def test_comments_directly_above_move_along(tmp_path: Path, comment: str, moved: bool) -> None:
    after = wrapped(
        tmp_path,
        f"""
        func f(xs []int) {{
            for _, x := range xs {{
                {comment}
                h := open(x)
                defer h.Close()
            }}
        }}
        """,
    )
    assert (after.index("func() {") < after.index("about x")) == moved


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        pytest.param("if x > 1 {\n goto end\n}", "goto", id="goto out of the loop"),
        pytest.param("if x > 1 {\n return /* why */ 1\n}", "layout", id="comment within a return"),
        pytest.param("if x > 1 {\n return x +\n}", "syntax-error", id="broken"),
        pytest.param("true := false\nif true {\n return x\n}", None, id="shadowed further down"),
    ],
)
def test_obstacles_in_the_body(tmp_path: Path, code: str, refused: str | None) -> None:
    whole = f"""
func f(xs []int) int {{
    for _, x := range xs {{
        h := open(x)
        defer h.Close()
        {code}
    }}
end:
    return 0
}}
"""
    if refused is None:
        wrapped(tmp_path, whole)
    else:
        assert obstacle(tmp_path, whole) == refused


@pytest.mark.parametrize(
    ("head", "refused"),
    [
        pytest.param("func f(xs []int) (int, error) {\n    error := 1\n    log(error)", "name-taken", id="error"),
        pytest.param("func nil() {}\n\nfunc f(xs []int) (int, error) {", "name-taken", id="nil in the package"),
        pytest.param("type T int\n\nfunc f(xs []int, T int) (int, error) {", None, id="another name"),
    ],
)
def test_predeclared_names_must_mean_what_they_say(tmp_path: Path, head: str, refused: str | None) -> None:
    whole = f"""
{head}
    for _, x := range xs {{
        h := open(x)
        defer h.Close()
        if x > 1 {{
            return x, h.err
        }}
    }}
    return 0, nil
}}
"""
    if refused is None:
        wrapped(tmp_path, whole)
    else:
        assert obstacle(tmp_path, whole) == refused


def test_more_than_three_ways_out_are_too_many(tmp_path: Path) -> None:
    code = """
        func f(xs []int) int {
        outer:
            for _, y := range xs {
                for _, x := range xs {
                    h := open(x)
                    defer h.Close()
                    switch x {
                    case 1:
                        continue outer
                    case 2:
                        break outer
                    case 3:
                        return y
                    }
                    if x > 4 {
                        break
                    }
                }
            }
            return 0
        }
        """
    assert obstacle(tmp_path, code) == "label"


def test_a_body_on_one_line_is_left_alone(tmp_path: Path) -> None:
    assert obstacle(tmp_path, "func f(xs []int) {\n    for range xs { h := open(1); defer h.Close() }\n}") == "layout"


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ("if err := use(h); err != nil {\nreturn err\n}", True),
        ("if err := use(h); err == nil {\nlog(x)\n} else {\nreturn err\n}", True),
        ("if err := use(h); x > 1 && err != nil {\nreturn err\n}", True),
        ("if err := use(h); x > 1 || err != nil {\nreturn err\n}", False),
        ("switch err := use(h); {\ncase err != nil:\nreturn err\n}", True),
        ("switch err := use(h); {\ncase x > 1:\nfallthrough\ncase err != nil:\nreturn err\n}", False),
        ("if err := use(h); err != nil {\nerr = other(h)\nreturn err\n}", False),
        ("if err := use(h); err != nil {\nreset(&err)\nreturn err\n}", False),
        ("if err := use(h); err != nil {\nfor {\nif x > 1 {\nreturn err\n}\nerr = other(h)\n}\n}", False),
        ("if x > 1 {\nreturn errOdd\n}", True),
        ("if x > 1 {\nreturn errNone\n}", False),
        ("if x > 1 {\nreturn io.EOF\n}", True),
        ("if x > 1 {\nreturn &os.PathError{Op: h.name}\n}", True),
        ("if x > 1 {\nreturn problem{x}\n}", True),
        ('if x > 1 {\nreturn fmt.Errorf("%d", x)\n}', True),
        ("if err := use(h); err != nil {\nreturn wrapped(err)\n}", False),
    ],
)
def test_errors_that_cannot_be_nil(tmp_path: Path, body: str, known: bool) -> None:
    head = 'import (\n"errors"\n"fmt"\n"io"\n"os"\n)\n\nvar errOdd = errors.New("odd")\n\nvar errNone error\n'
    loop = f"for _, x := range xs {{\nh := open(x)\ndefer h.Close()\n{body}\n}}"
    code = f"{head}\nfunc f(xs []int) error {{\n{loop}\nreturn nil\n}}"
    assert ("if err := func() error {" in wrapped(tmp_path, code)) == known


def test_a_result_type_on_several_lines_is_left_alone(tmp_path: Path) -> None:
    code = """
        func f(xs []int) struct {
            n int
        } {
            for _, x := range xs {
                h := open(x)
                defer h.Close()
                if x > 1 {
                    return h.n
                }
            }
            panic(1)
        }
        """
    assert obstacle(tmp_path, code) == "layout"
