"""The types of expressions, and what calls call."""

from pathlib import Path

import pytest

from tests.languages.c.programs import c, callee, cpp, function, tree, type_of

C = """
typedef unsigned long size;
typedef struct node node_t, *node_p;
struct node { int key; char *name; node_t *next; node_p other;
  struct { int deep; } in; int (*compare)(int); FILE *fp[2]; };
typedef struct { int x; } anon_t;
enum color { RED, BLUE };
static struct node *first;
node_t *find(const char *name);
struct node make(void);
int f(node_t *n, node_p m, char **argv, struct node s, anon_t a, int (*fn)(void), void *v, int table[4]) {
  int i; size z; const char *name = n->name; FILE *file, *files[3];
  EXPRESSION;
}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("i", "int"),
        ("z", "size"),
        ("name", "const char *"),
        ("n->key", "int"),
        ("n->next->name", "char *"),
        ("m->next", "node_t *"),
        ("m->other->key", "int"),
        ("s.in.deep", "int"),
        ("s.fp[1]", "FILE *"),
        ("a.x", "int"),
        ("*argv", "char *"),
        ("argv[0][1]", "char"),
        ("&i", "int *"),
        ("&n->name", "char **"),
        ("(char *)v", "char *"),
        ("((node_t *)v)->key", "int"),
        ("first->next", "node_t *"),
        ("find(name)", "node_t *"),
        ("find(name)->key", "int"),
        ("make().name", "char *"),
        ("n + 1", "node_t *"),
        ("i ? n : 0", "node_t *"),
        ("(i, n)", "node_t *"),
        ("n = m", "node_t *"),
        ("RED", "int"),
        ('"text"', "const char *"),
        ("files[1]", "FILE *"),
        ("table", "int *"),
        ("unknown", "None"),
        ("unknown(1)", "None"),
        ("n->missing", "None"),
    ],
)
def test_types_of_c(expression: str, expected: str) -> None:
    assert type_of(c(C.replace("EXPRESSION", expression)), expression) == expected


CPP = """
namespace a { class Base { public: int id; Base *self(); }; }
class P : public a::Base { public: P(int n); int *get() const { return data; }
  static P *make(); int *data; std::unique_ptr<P> inner; };
P global;
P *P::make() { return new P(1); }
int f(P &r, const P *q, std::vector<int> v) {
  auto made = P::make(); auto *raw = new P(2); auto ptr = std::make_unique<P>(3); std::unique_ptr<P> up(raw);
  auto cast = static_cast<P *>(raw); P value(1); auto copy = value;
  EXPRESSION;
}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("r", "P &"),
        ("r.data", "int *"),
        ("q->id", "int"),
        ("q->self()", "Base *"),
        ("made", "P *"),
        ("raw->get()", "int *"),
        ("ptr", "std::unique_ptr<P>"),
        ("ptr->data", "int *"),
        ("up.get()", "P *"),
        ("up.release()", "P *"),
        ("*up", "P"),
        ("cast", "P *"),
        ("copy.inner->data", "int *"),
        ("new P[3]", "P *"),
        ("std::move(up)", "std::unique_ptr<P>"),
        ("global.data", "int *"),
        ("v", "std::vector<int>"),
        ("dynamic_cast<P *>(raw)", "P *"),
    ],
)
def test_types_of_cpp(expression: str, expected: str) -> None:
    assert type_of(cpp(CPP.replace("EXPRESSION", expression)), expression) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("malloc(1)", ("function", "malloc", ("malloc",))),
        ("find(name)", ("function", "find", ("find",))),
        ("fn()", ("value", "fn", ())),
        ("n->compare(1)", ("value", "compare", ())),
        ("(*fn)()", ("value", "", ())),
    ],
)
def test_callees_of_c(call: str, expected: tuple[str, str, tuple[str, ...]]) -> None:
    found = callee(c(C.replace("EXPRESSION", call)), call)
    assert (found.kind, found.symbol, found.symbols) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("std::fopen(p, m)", ("function", "std::fopen", ("std::fopen", "fopen"))),
        ("::close(1)", ("function", "close", ("close",))),
        ("r.get()", ("method", "P::get", ("P::get",))),
        ("q->self()", ("method", "Base::self", ("Base::self",))),
        ("P::make()", ("function", "P::make", ("P::make",))),
        ("up.reset(raw)", ("method", "std::unique_ptr::reset", ("std::unique_ptr::reset",))),
        ("static_cast<P *>(raw)", ("cast", "static_cast", ())),
        ("std::make_unique<P>(9)", ("function", "std::make_unique", ("std::make_unique", "make_unique"))),
    ],
)
def test_callees_of_cpp(call: str, expected: tuple[str, str, tuple[str, ...]]) -> None:
    found = callee(cpp(CPP.replace("EXPRESSION", call)), call)
    assert (found.kind, found.symbol, found.symbols) == expected


def test_a_call_without_a_receiver_in_a_method_is_one_on_this() -> None:
    file = cpp("class P { void run(); void stop() {} int (*hook)(); };\nvoid P::run() { stop(); hook(); close(1); }\n")
    found = callee(file, "stop()", name="P::run")
    assert (found.kind, found.symbol, found.implicit) == ("method", "P::stop", True)
    assert found.function is function(file, "P::stop")
    assert callee(file, "hook()", name="P::run").kind == "value"
    assert callee(file, "close(1)", name="P::run").kind == "function"


def test_macros_are_told_from_functions(tmp_path: Path) -> None:
    world = tree(
        tmp_path,
        {
            "a.h": "#define sw_free free\n#define CHECK(x) do { if (x) return; } while (0)\n"
            "void xfree(void *p);\n#define nfree xfree\n",
            "a.c": '#include "a.h"\nvoid f(void *p) { sw_free(p); CHECK(p); nfree(p); }\n',
            "b.c": '#include "a.h"\nvoid xfree(void *p) { free(p); }\n',
        },
    )
    file = world.file(tmp_path / "a.c")
    check = callee(file, "CHECK(p)", world)
    assert check.macro is not None
    assert (check.kind, check.macro.params) == ("macro", ("x",))
    alias = callee(file, "nfree(p)", world)
    assert alias.function is not None
    assert alias.function.name == "xfree"
    plain = callee(file, "sw_free(p)", world).macro
    assert plain is not None
    assert plain.body == b"free"


def test_a_type_of_another_file(tmp_path: Path) -> None:
    world = tree(
        tmp_path,
        {
            "include/pool.h": "typedef struct pool pool_t;\nstruct pool { struct block *first; };\n"
            "pool_t *pool_new(void);\n",
            "src/block.h": "struct block { char *start; };\n",
            "src/a.c": """
#include <pool.h>
#include "block.h"
int f(void) { pool_t *p = pool_new(); return p->first->start[0]; }
""",
        },
    )
    assert type_of(world.file(tmp_path / "src/a.c"), "p->first->start", world) == "char *"


def test_branches_that_declare_a_variable_differently_leave_its_type_open() -> None:
    text = "int f(void) {\n#ifdef A\n  int x = 1;\n#else\n  long x = 2;\n#endif\n  return x;\n}\n"
    assert type_of(c(text), "x") == "None"
    assert type_of(c(text.replace("long", "int")), "x") == "int"
