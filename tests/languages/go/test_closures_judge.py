"""Which loops pile up what they defer, and whether an iteration may release it at its end."""

from pathlib import Path

import pytest

from leakfix.languages.go.closures_judge import Plea, judge
from leakfix.languages.go.closures_loops import Pile, piles
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.models import Models

_PREAMBLE = """
package p

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"elsewhere.example/lib"
)

var last *os.File

type Server struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	file  *os.File
	conns map[string]net.Conn
	count int
}

func (s *Server) keep(f *os.File)           { s.file = f }
func (s *Server) putAll(r io.Reader)        { io.Copy(io.Discard, r) }
func (s *Server) lock(name string)          {}
func (s *Server) unlock(name string)        {}
func (s *Server) serve(ctx context.Context) { go func() { <-ctx.Done() }() }
func (s *Server) Close() error              { return nil }

type Parser struct{ r io.Reader }

func newParser(r io.Reader) *Parser     { return &Parser{r} }
func (p *Parser) word() string          { return "" }
func (p *Parser) run()                  { go p.word() }
func size(f *os.File) (int64, error)    { info, err := f.Stat(); return info.Size(), err }
func closeIn(mu *sync.RWMutex, c io.Closer) {}
func finish(c io.Closer, err *error)     { *err = c.Close() }
func remember(f *os.File)               { p := &Parser{f}; parsers = append(parsers, p) }
func ask(ctx context.Context) error     { return ctx.Err() }
func each(f *os.File, visit func())     { visit() }
func lockAll(name string) (func(), bool) { return func() {}, true }

var parsers []*Parser
"""

_LOOP = """
func f(t *testing.T, s *Server, paths []string, out chan<- *os.File) (n int, err error) {{
	var kept []any
	var outer *os.File
	total := 0
	_, _ = kept, total
	for i, path := range paths {{
		_ = i
{body}
	}}
	return n, nil
}}
"""

_OPEN = """
f, err := os.Open(path)
if err != nil {
	return 0, err
}
defer f.Close()
"""


def found(directory: Path, code: str) -> list[Pile]:
    """The piles of a file."""
    path = directory / "code.go"
    path.write_text((_PREAMBLE + code).lstrip(), encoding="utf-8")
    program = Program(World(), Models.load("go"))
    return list(piles(program, program.world.file(path)))


def verdict(directory: Path, body: str) -> str:
    """The code of the refusal for a loop with this body; "review" or "safe" when there is none; "" without a pile."""
    listed = found(directory, _LOOP.format(body=body))
    if not listed:
        return ""
    answer = judge(listed[0])
    if not isinstance(answer, Plea):
        return answer.code
    return "review" if answer.review else "safe"


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        pytest.param("io.Copy(io.Discard, f)", "safe", id="read"),
        pytest.param("data, _ := io.ReadAll(f)\nkept = append(kept, data)", "safe", id="data that was read"),
        pytest.param("lines := bufio.NewScanner(f)\nkept = append(kept, lines.Text())", "safe", id="text of a reader"),
        pytest.param("kept = append(kept, f)", "escapes", id="appended"),
        pytest.param("kept = append(kept, bufio.NewReader(f))", "escapes", id="a reader over it appended"),
        pytest.param(
            "own := []any{f}\nown = append(own, bufio.NewReader(f))", "safe", id="in a slice of the iteration"
        ),
        pytest.param("kept[i] = f", "escapes", id="element"),
        pytest.param("s.file = f", "escapes", id="field"),
        pytest.param("last = f", "escapes", id="package variable"),
        pytest.param("outer = f", "safe", id="a variable that nothing else uses"),
        pytest.param(
            "if outer != nil {\n\tlog.Print(outer.Name())\n}\nouter = f", "escapes", id="variable of the last round"
        ),
        pytest.param("out <- f", "escapes", id="sent"),
        pytest.param("go io.Copy(io.Discard, f)", "escapes", id="argument of a goroutine"),
        pytest.param("go func() {\n\tio.Copy(io.Discard, f)\n}()", "escapes", id="captured by a goroutine"),
        pytest.param("kept = append(kept, func() { f.Seek(0, 0) })", "escapes", id="captured by a kept literal"),
        pytest.param("read := func() { io.Copy(io.Discard, f) }\nread()", "safe", id="captured by a called literal"),
        pytest.param("t.Cleanup(func() { f.Seek(0, 0) })", "escapes", id="captured by a registered literal"),
        pytest.param("t.Run(path, func(t *testing.T) { io.Copy(io.Discard, f) })", "safe", id="a subtest"),
        pytest.param(
            "t.Run(path, func(t *testing.T) {\n\tt.Parallel()\n\tio.Copy(io.Discard, f)\n})",
            "escapes",
            id="a parallel subtest",
        ),
        pytest.param("var once sync.Once\nonce.Do(func() { f.Seek(0, 0) })", "safe", id="called at once"),
        pytest.param("each(f, func() { f.Seek(0, 0) })", "safe", id="a visitor"),
        pytest.param("size(f)", "safe", id="a function that borrows"),
        pytest.param("remember(f)", "escapes", id="a function that keeps it in another object"),
        pytest.param("s.keep(f)", "escapes", id="a method that keeps it"),
        pytest.param("mine := &Server{}\nmine.keep(f)", "safe", id="kept by an object of the iteration"),
        pytest.param("mine := &Server{}\nmine.keep(f)\nkept = append(kept, mine)", "escapes", id="and that is kept"),
        pytest.param("log.Print(newParser(f).word())", "safe", id="a parser over it"),
        pytest.param("parser := newParser(f)\nparser.run()", "escapes", id="a parser left running"),
        pytest.param("lib.Feed(f)", "escapes", id="an unknown function"),
        pytest.param("s.putAll(f)", "safe", id="a method that puts what it reads"),
        pytest.param("dec := lib.NewDecoder(f)\nlog.Print(dec.Next())", "review", id="an unknown constructor"),
        pytest.param("dec := lib.NewDecoder(f)\nkept = append(kept, dec)", "escapes", id="and its result is kept"),
        pytest.param('if path == "" {\n\treturn int(f.Fd()), nil\n}', "safe", id="returned from"),
        pytest.param("", "outlives-iteration", id="not used"),
        pytest.param("if f == nil {\n\tcontinue\n}", "outlives-iteration", id="only tested"),
    ],
)
def test_what_an_iteration_does_with_a_file(tmp_path: Path, use: str, expected: str) -> None:
    assert verdict(tmp_path, _OPEN + use) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("c := s.conns[path]\ndefer c.Close()\nc.Write(nil)", "outlives-iteration", id="element"),
        pytest.param("defer s.Close()\ns.lock(path)", "outlives-iteration", id="from outside"),
        pytest.param("c := s\ndefer c.Close()\nc.lock(path)", "outlives-iteration", id="alias"),
        pytest.param("c := lib.Current()\ndefer c.Close()\nc.Ping()", "outlives-iteration", id="a getter"),
        pytest.param("c := lib.NewClient()\ndefer c.Close()\nc.Ping()", "review", id="a constructor"),
        pytest.param(
            "c, err := lib.Client(path)\nif err != nil {\n\tcontinue\n}\ndefer c.Close()\nc.Ping()",
            "review",
            id="fails",
        ),
        pytest.param("mine := &Server{}\ndefer mine.Close()\nmine.lock(path)", "review", id="made in place"),
        pytest.param(
            "if c, err := net.Dial(path, path); err == nil {\n\tdefer c.Close()\n\tc.Write(nil)\n}",
            "safe",
            id="in an if",
        ),
        pytest.param(
            "outer, err = os.Open(path)\ndefer outer.Close()\nouter.Stat()", "safe", id="variable from outside"
        ),
        pytest.param("defer log.Print(path)", "no-owner", id="only talks"),
        pytest.param("defer s.unlock(path)", "outlives-iteration", id="a method with data"),
        pytest.param(
            "unlock, ok := lockAll(path)\nif !ok {\n\tcontinue\n}\ndefer unlock()\ns.count++", "review", id="a guard"
        ),
        pytest.param(
            "unlock, ok := lockAll(path)\nif !ok {\n\tcontinue\n}\ndefer unlock()", "outlives-iteration", id="held on"
        ),
        pytest.param("defer os.Remove(path)\nlog.Print(path)", "outlives-iteration", id="a path from outside"),
        pytest.param(
            "tmp := filepath.Join(os.TempDir(), path)\ndefer os.Remove(tmp)\nos.Create(tmp)", "review", id="a path"
        ),
        pytest.param('tmp := path + "~"\ndefer os.Remove(tmp)\nkept = append(kept, tmp)', "escapes", id="a path kept"),
    ],
)
def test_whose_it_is(tmp_path: Path, body: str, expected: str) -> None:
    assert verdict(tmp_path, body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("ask(ctx)", "safe", id="a function that asks"),
        pytest.param("s.serve(ctx)", "escapes", id="a method that leaves something running"),
        pytest.param("lib.Ask(ctx, path)", "escapes", id="an unknown function that gives nothing"),
        pytest.param("_, err := lib.Ask(ctx, path)\nlog.Print(err)", "safe", id="an unknown function"),
        pytest.param("changes := lib.Watch(ctx, path)\nlog.Print(<-changes)", "escapes", id="an unknown watcher"),
        pytest.param(
            "req, _ := http.NewRequestWithContext(ctx, path, path, nil)\nkept = append(kept, req)",
            "escapes",
            id="kept in a request",
        ),
        pytest.param(
            "inner, stop := context.WithCancel(ctx)\ndefer stop()\nask(inner)", "safe", id="a context under it"
        ),
        pytest.param("go ask(ctx)", "escapes", id="a goroutine"),
    ],
)
def test_contexts(tmp_path: Path, body: str, expected: str) -> None:
    made = "ctx, cancel := context.WithTimeout(context.Background(), time.Second)\ndefer cancel()\n"
    assert verdict(tmp_path, made + body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("kept = append(kept, srv.URL)", "escapes", id="its address kept"),
        pytest.param('at := srv.URL + "/x"\nkept = append(kept, at)', "escapes", id="an address made from it"),
        pytest.param("resp, _ := http.Get(srv.URL)\nlog.Print(resp.Status)", "safe", id="its address used"),
    ],
)
def test_servers_are_found_by_their_address(tmp_path: Path, body: str, expected: str) -> None:
    assert verdict(tmp_path, "srv := httptest.NewServer(nil)\ndefer srv.Close()\n" + body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("s.mu.Lock()\ndefer s.mu.Unlock()\ns.count++", "safe", id="the same mutex"),
        pytest.param("s.rw.RLock()\ndefer s.rw.RUnlock()\ntotal += s.count", "review", id="for reading"),
        pytest.param("defer s.mu.Unlock()\ns.count++", "no-owner", id="not locked here"),
        pytest.param(
            "other := &Server{}\nother.mu.Lock()\ndefer other.mu.Unlock()\nother.count++", "safe", id="a new mutex"
        ),
    ],
)
def test_locks(tmp_path: Path, body: str, expected: str) -> None:
    assert verdict(tmp_path, body) == expected


@pytest.mark.parametrize(
    ("deferred", "expected"),
    [
        pytest.param("func() { f.Close() }()", "safe", id="plain"),
        pytest.param("func(f *os.File) { f.Close() }(f)", "safe", id="argument"),
        pytest.param("func() {\n\tif e := f.Close(); e != nil {\n\t\tlog.Print(e)\n\t}\n}()", "safe", id="logs"),
        pytest.param("func() {\n\tf.Close()\n\ts.unlock(path)\n}()", "review", id="calls something else too"),
        pytest.param("func() {\n\tf.Close()\n\ts.count--\n}()", "outer-state", id="writes a field"),
        pytest.param("func() {\n\tf.Close()\n\tlog.Print(total)\n}()", "outer-state", id="reads what changes"),
        pytest.param("func() {\n\tf.Close()\n\tlog.Print(n)\n}()", "named-result", id="reads a result"),
        pytest.param("func() {\n\tif err != nil {\n\t\tf.Close()\n\t}\n}()", "named-result", id="depends on the error"),
        pytest.param(
            "func() {\n\tif e := f.Close(); err == nil {\n\t\terr = e\n\t}\n}()", "review", id="keeps the error"
        ),
        pytest.param("func() { err = errors.Join(err, f.Close()) }()", "review", id="joins the error"),
        pytest.param(
            "func() {\n\tif e := f.Close(); err == nil {\n\t\terr = e\n\t\ts.lock(path)\n\t}\n}()",
            "named-result",
            id="and more",
        ),
        pytest.param("finish(f, &err)", "named-result", id="is given the address of a result"),
        pytest.param("finish(f, &s.failed)", "outer-state", id="is given the address of a field"),
        pytest.param("func() { finish(f, &err) }()", "named-result", id="hands it on"),
        pytest.param("closeIn(&s.rw, f)", "review", id="is given an object from outside"),
        pytest.param("func() {\n\tf.Close()\n\trecover()\n}()", "recover", id="recovers"),
    ],
)
def test_deferred_literals(tmp_path: Path, deferred: str, expected: str) -> None:
    opened = "f, e := os.Open(path)\nif e != nil {\n\treturn 0, e\n}\n"
    assert verdict(tmp_path, f"{opened}defer {deferred}\ntotal++\nio.Copy(io.Discard, f)") == expected


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        pytest.param("return n, err", "named-result", id="read behind the loop"),
        pytest.param("return", "named-result", id="read by a naked return"),
        pytest.param("err = nil\n\treturn n, nil", "review", id="only set"),
    ],
)
def test_an_error_that_is_kept_must_not_be_read_elsewhere(tmp_path: Path, behind: str, expected: str) -> None:
    opened = "f, e := os.Open(path)\nif e != nil {\n\treturn 0, e\n}\n"
    body = opened + "defer func() { err = errors.Join(err, f.Close()) }()\nsize(f)"
    listed = found(tmp_path, _LOOP.format(body=body).replace("return n, nil", behind))
    answer = judge(listed[0])
    assert (("review" if answer.review else "safe") if isinstance(answer, Plea) else answer.code) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("runtime.Caller(1)", "caller-frame", id="looks at the stack"),
        pytest.param("t.Helper()", "review", id="a helper"),
        pytest.param("fmt.Print(f.Name())", "safe", id="neither"),
    ],
)
def test_frames(tmp_path: Path, body: str, expected: str) -> None:
    assert verdict(tmp_path, _OPEN + "size(f)\n" + body) == expected


_D = "defer f.Close()"


@pytest.mark.parametrize(
    ("code", "loop_line"),
    [
        pytest.param(f"for {{\n{_D}\nreturn\n}}", None, id="returns"),
        pytest.param(f"for {{\n{_D}\nbreak\n}}", None, id="breaks"),
        pytest.param(f"for {{\n{_D}\npanic(1)\n}}", None, id="panics"),
        pytest.param(f"for {{\n{_D}\nos.Exit(1)\n}}", None, id="exits"),
        pytest.param(f"for {{\n{_D}\nselect {{}}\n}}", None, id="blocks"),
        pytest.param(f"for {{\n{_D}\nfor {{\n}}\n}}", None, id="spins"),
        pytest.param(f"for {{\n{_D}\nfor {{\nif f == nil {{\nbreak\n}}\n}}\n}}", 0, id="an inner loop that ends"),
        pytest.param(f"for {{\n{_D}\nif f == nil {{\ncontinue\n}}\nreturn\n}}", 0, id="continues"),
        pytest.param(f"for {{\nif f == nil {{\n{_D}\nreturn\n}}\n}}", None, id="returns from a branch"),
        pytest.param(f"for {{\nif f == nil {{\n{_D}\n}}\nreturn\n}}", None, id="returns behind a branch"),
        pytest.param(f"for {{\nswitch {{\ncase f == nil:\n{_D}\nbreak\n}}\n}}", 0, id="breaks out of a switch"),
        pytest.param(
            f"for {{\nswitch {{\ncase f == nil:\n{_D}\nfallthrough\ndefault:\nreturn\n}}\n}}", None, id="falls through"
        ),
        pytest.param(
            f"for {{\nselect {{\ncase <-c:\n{_D}\nreturn\ncase <-c:\n}}\n}}", None, id="returns from a clause"
        ),
        pytest.param(f"for {{\nselect {{\ncase <-c:\n{_D}\ncase <-c:\nreturn\n}}\n}}", 0, id="a clause that ends"),
        pytest.param(f"a:\nfor {{\nfor {{\n{_D}\ncontinue a\n}}\n}}", 1, id="the outer loop goes on"),
        pytest.param(f"a:\nfor {{\nfor {{\n{_D}\nbreak a\n}}\n}}", None, id="the outer loop is left"),
        pytest.param(
            f"for {{\nfor {{\n{_D}\nif f == nil {{\nbreak\n}}\n}}\nbreak\n}}", 1, id="only the inner loop goes on"
        ),
        pytest.param(f"for {{\nfunc() {{\n{_D}\n}}()\n}}", None, id="a literal"),
        pytest.param(f"go func() {{\nfor range 3 {{\n{_D}\n}}\n}}()", 1, id="a loop in a literal"),
        pytest.param(f"a:\n{_D}\nif f == nil {{\ngoto a\n}}", 0, id="a loop made of goto"),
        pytest.param(f"{_D}\na:\nif f == nil {{\ngoto a\n}}", None, id="a goto that does not come back to it"),
        pytest.param(f"for {{\n{_D}\nif f == nil {{\ngoto a\n}}\nreturn\n}}\na:\nreturn", 0, id="a goto may go on"),
    ],
)
def test_whether_a_loop_goes_on(tmp_path: Path, code: str, loop_line: int | None) -> None:
    head = "\nfunc f(f *os.File, c chan int) {\n"
    listed = found(tmp_path, head + code + "\n}\n")
    if loop_line is None:
        assert listed == []
        return
    (pile,) = listed
    start = (_PREAMBLE.lstrip() + head).count("\n")
    at = pile.label if pile.label is not None else pile.round.loop
    assert pile.round.file.source.line(at.start_byte) - 1 - start == loop_line


@pytest.mark.parametrize(
    ("head", "rounds"),
    [
        ("i := 0; i < 3; i++", 3),
        ("i := 1; i <= 3; i++", 3),
        ("i := 0; i < n; i++", None),
        ("range 4", 4),
        ('range [...]string{"a", "b"}', 2),
        ("range []int{1, 2, 3}", 3),
        ("_, x := range list", 2),
        ("_, x := range other", None),
        ("range c", None),
        ("", None),
    ],
)
def test_plain_numbers_of_rounds(tmp_path: Path, head: str, rounds: int | None) -> None:
    lists = "list, other := []int{1, 2}, []int{1}\nother = nil\n"
    code = f"func f(f *os.File, n int, c chan int) {{\n{lists}for {head} {{\n{_D}\n}}\n}}"
    (pile,) = found(tmp_path, code)
    assert pile.rounds_at_most == rounds
