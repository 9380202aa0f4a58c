"""Types of expressions and what calls call."""

import pytest

from tests.languages.go.programs import body, callee_of, program, type_of

DECLARATIONS = """
import (
	"bufio"
	"context"
	"database/sql"
	"io"
	nethttp "net/http"
	"os"
	"slices"
	"time"
	"unsafe"
)

type Kind int

const (
	first Kind = iota
	second
)

const (
	limit  = 1 << 4
	ratio  = 0.5
	letter = 'x'
	word   = "w"
)

type Inner struct {
	name string
	file *os.File
}

func (i Inner) Name() string   { return i.name }
func (i *Inner) Reset() error  { return nil }

type Outer struct {
	*Inner
	io.ReadCloser
	list  []Inner
	table map[string]*Inner
	done  chan error
	call  func(int) (string, error)
	grid  [limit][2]byte
}

type Alias = *os.File

type Stack[T any] struct{ items []T }

func (s *Stack[E]) Pop() (E, bool)       { panic("") }
func (s *Stack[E]) Each(yield func(int, E) bool) {}

func Map[S ~[]E, E, R any](s S, f func(E) R) []R { return nil }
func Zero[T any]() (t T)                          { return }
func Keep[T io.Closer](t T, err error) T          { return t }

type Number interface{ ~int | ~float64 }

func Sum[N Number](ns ...N) N { panic("") }

type Opener interface {
	io.Closer
	Open(name string) (Inner, error)
}

var (
	global       = make(map[string][]int)
	a, b         = pair()
	cyclic       = cyclic2
	cyclic2      = cyclic
	handlers     = map[string]func(int) error{}
	o            *Outer
	op           Opener
	stack        Stack[*Inner]
	rows         *sql.Rows
)

func pair() (*os.File, error) { return nil, nil }
func many(xs ...string) int   { return 0 }
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("limit", "untyped int"),
        ("ratio", "untyped float"),
        ("letter", "untyped rune"),
        ("word", "untyped string"),
        ("second", "p.Kind"),
        ("limit + ratio", "untyped float"),
        ("second + 1", "p.Kind"),
        ("1 + second", "p.Kind"),
        ("2 * time.Second", "time.Duration"),
        ("a == nil", "untyped bool"),
        ("1 << 3", "untyped int"),
        ("a", "*os.File"),
        ("b", "error"),
        ("cyclic", "?"),
        ("global", "map[string][]int"),
        ('global["k"]', "[]int"),
        ('global["k"][0]', "int"),
        ("o.Inner", "*p.Inner"),
        ("o.name", "string"),
        ("o.file", "*os.File"),
        ("o.file.Name()", "string"),
        ("o.Name()", "string"),
        ("o.Close()", "error"),
        ("o.list[0]", "p.Inner"),
        ("o.list[1:]", "[]p.Inner"),
        ("o.grid", "[16][2]byte"),
        ("o.grid[1]", "[2]byte"),
        ("o.grid[1][:]", "[]byte"),
        ('o.table["x"].file', "*os.File"),
        ("<-o.done", "error"),
        ("o.call(1)", "(string, error)"),
        ("o.nothing", "?"),
        ("*o", "p.Outer"),
        ("&o.list[0]", "*p.Inner"),
        ("&Inner{}", "*p.Inner"),
        ("[]Inner{{}, {}}[0]", "p.Inner"),
        ("[...]string{2: word, word}", "[4]string"),
        ("Alias(nil)", "*os.File"),
        ("Kind(1)", "p.Kind"),
        ("[]byte(word)", "[]byte"),
        ("string(letter)", "string"),
        ("(*Inner)(nil)", "*p.Inner"),
        ("(<-chan int)(nil)", "<-chan int"),
        ("*(*[]byte)(nil)", "[]byte"),
        ("word[0]", "byte"),
        ("word[1:]", "string"),
        ("op.Close", "func() error"),
        ("op.Open(word)", "(p.Inner, error)"),
        ("(*Inner).Reset", "func(*p.Inner) error"),
        ("Inner.Name", "func(p.Inner) string"),
        ("func(x int) error { return nil }", "func(int) error"),
        ("any(a).(io.Closer)", "io.Closer"),
        ("os.Open(word)", "(*os.File, error)"),
        ("os.ErrNotExist", "error"),
        ("os.Args", "[]string"),
        ("os.ModePerm", "io/fs.FileMode"),
        ("nethttp.DefaultClient.Get(word)", "(*net/http.Response, error)"),
        ("nethttp.StatusOK", "untyped int"),
        ("context.WithCancel(context.Background())", "(context.Context, context.CancelFunc)"),
        ("bufio.NewReader(a)", "*bufio.Reader"),
        ("rows.Next()", "bool"),
        ("time.NewTicker(1).C", "<-chan time.Time"),
        ("unsafe.Pointer(a)", "unsafe.Pointer"),
        ("unsafe.Sizeof(a)", "uintptr"),
        ("unsafe.Slice(&word[0], 2)", "[]byte"),
        ("len(word)", "int"),
        ("cap(o.list)", "int"),
        ("append(o.list, Inner{})", "[]p.Inner"),
        ("make(chan<- int, 1)", "chan<- int"),
        ("make([]Kind, 3)", "[]p.Kind"),
        ("new(Inner)", "*p.Inner"),
        ("new(second)", "*p.Kind"),
        ("new(word + word)", "*string"),
        ("min(1, second)", "p.Kind"),
        ("min(1, 2.5)", "untyped float"),
        ("complex(ratio, 1)", "untyped complex"),
        ("recover()", "any"),
        ("close(o.done)", "()"),
        ("many()", "int"),
        ("stack.Pop()", "(*p.Inner, bool)"),
        ("stack.items[0].file", "*os.File"),
        ("Stack[int]{}", "p.Stack[int]"),
        ("Map(o.list, func(i Inner) error { return nil })", "[]error"),
        ("Map(o.list, Inner.Name)", "[]string"),
        ("Zero[Kind]()", "p.Kind"),
        ("Zero[map[string]Kind]()", "map[string]p.Kind"),
        ("Zero()", "?"),
        ("Keep(os.Open(word))", "*os.File"),
        ("Sum(1, 2.5)", "float64"),
        ("Sum(second)", "p.Kind"),
        ("slices.Clone(o.list)", "[]p.Inner"),
        ("slices.Collect(slices.Values(o.list))", "[]p.Inner"),
        ('handlers["k"](1)', "error"),
        ("handlers[word](1)", "error"),
        ("missing", "?"),
        ("missing.Close()", "?"),
    ],
)
def test_type_of_an_expression(expression: str, expected: str) -> None:
    assert type_of(body(f"use({expression})", declarations=DECLARATIONS), expression) == expected


@pytest.mark.parametrize(
    ("lines", "name", "expected"),
    [
        (["x, err := os.Open(word)", "_ = x"], "x", "*os.File"),
        (["x, err := os.Open(word)", "_ = err"], "err", "error"),
        (["x := 1", "_ = x"], "x", "int"),
        (["x := second == first", "_ = x"], "x", "bool"),
        (["x := nil", "_ = x"], "x", "?"),
        (["var x float32 = 1", "_ = x"], "x", "float32"),
        (["var x, y = 1, word", "_ = y"], "y", "string"),
        (["x, ok := o.table[word]", "_ = ok"], "ok", "bool"),
        (["x, ok := (<-o.done)", "_ = ok"], "ok", "bool"),
        (["x, ok := any(o).(*Inner)", "_ = x"], "x", "*p.Inner"),
        (["for x := range 3 {", "_ = x", "}"], "x", "int"),
        (["for x := range second {", "_ = x", "}"], "x", "p.Kind"),
        (["for i, x := range o.list {", "_ = x", "}"], "x", "p.Inner"),
        (["for i, x := range &o.grid {", "_ = x", "}"], "x", "[2]byte"),
        (["for k, x := range o.table {", "_ = k", "}"], "k", "string"),
        (["for k, x := range o.table {", "_ = x", "}"], "x", "*p.Inner"),
        (["for x := range o.done {", "_ = x", "}"], "x", "error"),
        (["for i, x := range word {", "_ = x", "}"], "x", "rune"),
        (["for i, x := range stack.Each {", "_ = x", "}"], "x", "*p.Inner"),
        (["for x := range slices.Values(o.list) {", "_ = x", "}"], "x", "p.Inner"),
        (["select {", "case x := <-o.done:", "_ = x", "}"], "x", "error"),
        (["switch x := any(o).(type) {", "case *os.File:", "_ = x", "}"], "x", "*os.File"),
        (["switch x := op.(type) {", "case nil, *Inner:", "_ = x", "}"], "x", "p.Opener"),
        (["switch x := op.(type) {", "case nil:", "_ = x", "}"], "x", "p.Opener"),
        (["switch x := op.(type) {", "default:", "_ = x", "}"], "x", "p.Opener"),
        (["const x = second", "_ = x"], "x", "p.Kind"),
        (["type local struct{ f *os.File }", "x := local{}", "_ = x"], "x", "p.local"),
        (["type local struct{ f *os.File }", "x := local{}.f", "_ = x"], "x", "*os.File"),
        (["error := 1", "x := error", "_ = x"], "x", "int"),
        (["os := o", "x := os.file", "_ = x"], "x", "*os.File"),
        (["x := func() (int, error) { return 0, nil }", "y, err := x()", "_ = err"], "err", "error"),
    ],
)
def test_type_of_a_variable(lines: list[str], name: str, expected: str) -> None:
    assert type_of(body(*lines, declarations=DECLARATIONS), name) == expected


@pytest.mark.parametrize(
    ("call", "kind", "symbol"),
    [
        ("os.Open(word)", "func", "os.Open"),
        ("a.Close()", "method", "os.File.Close"),
        ("o.file.Close()", "method", "os.File.Close"),
        ("o.Close()", "method", "io.Closer.Close"),
        ("o.Reset()", "method", "p.Inner.Reset"),
        ("op.Close()", "method", "io.Closer.Close"),
        ("op.Open(word)", "method", "p.Opener.Open"),
        ("b.Error()", "method", "error.Error"),
        ("nethttp.DefaultClient.Do(nil)", "method", "net/http.Client.Do"),
        ("(*os.File).Close(a)", "method", "os.File.Close"),
        ("(a).Close()", "method", "os.File.Close"),
        ("any(a).(io.Closer).Close()", "method", "io.Closer.Close"),
        ("interface{ Done() }(nil).Done()", "method", "interface.Done"),
        ("many()", "func", "p.many"),
        ("Sum(1)", "func", "p.Sum"),
        ("Zero[int]()", "func", "p.Zero"),
        ("stack.Pop()", "method", "p.Stack.Pop"),
        ("slices.Clone(o.list)", "func", "slices.Clone"),
        ("append(o.list)", "builtin", "append"),
        ("unsafe.Sizeof(a)", "builtin", "unsafe.Sizeof"),
        ("Kind(1)", "conversion", "p.Kind"),
        ("Alias(nil)", "conversion", "*os.File"),
        ("[]byte(word)", "conversion", "[]byte"),
        ("o.call(1)", "value", "p.Outer.call"),
        ("handlers[word](1)", "value", ""),
        ("func() {}()", "value", ""),
    ],
)
def test_callee_of_a_call(call: str, kind: str, symbol: str) -> None:
    found = callee_of(body(f"use({call})", declarations=DECLARATIONS), call)
    assert found is not None
    assert (found.kind, found.symbol) == (kind, symbol)


def test_callee_leads_to_its_declaration_where_the_source_is_there() -> None:
    file = body("many()", "os.Exit(1)", "o.Reset()", declarations=DECLARATIONS)
    mine, standard, method = (callee_of(file, call) for call in ("many()", "os.Exit(1)", "o.Reset()"))
    assert mine is not None and mine.function is file.functions[-2]
    assert standard is not None and standard.function is None
    assert method is not None and method.function is not None and method.function.name == "Inner.Reset"


@pytest.mark.parametrize(
    ("imports", "call", "symbol"),
    [
        ('import "C"', "C.CString(x)", "C.CString"),
        ('import "gopkg.in/yaml.v3"', "yaml.Marshal(x)", "gopkg.in/yaml.v3.Marshal"),
        ('import "example.com/go-thing/v2"', "thing.Do()", "example.com/go-thing/v2.Do"),
        ('import db "example.com/whatever"', "db.Open()", "example.com/whatever.Open"),
    ],
)
def test_of_packages_without_source_the_symbol_alone_is_known(imports: str, call: str, symbol: str) -> None:
    found = callee_of(body(call, declarations=imports), call)
    assert found is not None
    assert (found.symbol, found.signature, found.function) == (symbol, None, None)
    assert type_of(body(call, declarations=imports), call) == "?"


def test_guessed_names_of_packages_give_way_to_what_is_known() -> None:
    imports = (
        'import (\n\t"net/http"\n\t"example.com/go-http-auth"\n\t"example.com/taken"\n)\nvar taken struct{ n int }'
    )
    file = body("http.Get(x)", "use(taken.n)", declarations=imports)
    found = callee_of(file, "http.Get(x)")
    assert found is not None
    assert found.symbol == "net/http.Get"
    assert type_of(file, "taken.n") == "int"


def test_types_of_packages_without_source_are_known_by_name() -> None:
    file = program('package p\nimport "example.com/ws"\nfunc f(c *ws.Conn) { c.Close(); _ = c.Field }\n')
    found = callee_of(file, "c.Close()")
    assert found is not None
    assert (found.kind, found.symbol, found.signature) == ("method", "example.com/ws.Conn.Close", None)
    assert type_of(file, "c") == "*example.com/ws.Conn"
    assert type_of(file, "c.Field") == "?"


@pytest.mark.parametrize(
    ("source", "expression", "expected"),
    [
        ("type G[T any] struct{ v T }\nfunc (g *G[E]) f() { use(g.v) }", "g.v", "E"),
        ("func f[T interface{ Close() error }](t T) { use(t.Close()) }", "t.Close()", "error"),
        ("func f[T ~[]E, E any](t T) { use(t[0]) }", "t[0]", "E"),
        ("func f[T any](t T) { use(new(T)) }", "new(T)", "*T"),
        ("func f[K comparable, V any](m map[K]V) { for _, v := range m { use(v) } }", "v", "V"),
        ("func f[B string | []byte](b B) { use(b[0]) }", "b[0]", "byte"),
        ("func f(xs ...string) { use(xs) }", "xs", "[]string"),
        ("type close int\nfunc f(c close) { use(close(c)) }", "close(c)", "p.close"),
        ("func min(a, b string) string { return a }\nfunc f() { use(min(x, y)) }", "min(x, y)", "string"),
        ("type T struct{ next *T }\nfunc f(t *T) { use(t.next.next) }", "t.next.next", "*p.T"),
        ("type A struct{ B }\ntype B struct{ *A; n int }\nfunc f(a A) { use(a.n) }", "a.n", "int"),
        ("type A struct{ B; C }\ntype B struct{ n int }\ntype C struct{ n int }\nfunc f(a A) { use(a.n) }", "a.n", "?"),
        ("type X Y\ntype Y X\nfunc f(x X) { use(x.n) }", "x.n", "?"),
        ("type I interface{ I }\nfunc f(i I) { use(i.Close()) }", "i.Close()", "?"),
        ("var v = func() int { return v() }()\nfunc f() { use(v) }", "v", "int"),
    ],
)
def test_generic_recursive_and_shadowing_declarations(source: str, expression: str, expected: str) -> None:
    assert type_of(program(f"package p\n{source}\n"), expression) == expected
