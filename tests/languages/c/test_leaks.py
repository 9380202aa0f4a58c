"""What is lost in C and C++ functions, and what is not: each program says at which lines its acquisitions are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakfix.detectors.lifecycle import leaks
from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.workspace import CWorkspace
from leakfix.models import Models

if TYPE_CHECKING:
    from pathlib import Path

MODELS = Models.load("c")


def lost(tmp_path: Path, **texts: str) -> list[str]:
    """What leaks, as "acquired>lost,lost": lines that carry a comment `// N` are called by that number."""
    paths = {name.replace("__", "."): text for name, text in texts.items()}
    for name, text in paths.items():
        (tmp_path / name).write_text(text)
    files = [(str(tmp_path / name), text.encode()) for name, text in paths.items()]
    workspace = CWorkspace(MODELS, LANGUAGE.survey(files, MODELS))
    found = []
    for path, data in files:
        analysis = workspace.open(tmp_path / path, data).subject
        for function in analysis.units():
            graph = analysis.graph(function)
            for leak in leaks(graph) if graph is not None else ():
                places = ",".join(_mark(data, loss.span.start) for loss in leak.losses)
                found.append(f"{_mark(data, leak.site.span.start)}>{places}")
    return found


def _mark(data: bytes, offset: int) -> str:
    line = data[data.rfind(b"\n", 0, offset) + 1 :].partition(b"\n")[0]
    return line.rpartition(b"// ")[2].decode() if b"// " in line else line.decode().strip()


LOST = {
    "what a loop acquires behind the call that releases it": (
        "void end(char *p) { free(p); }\nint f(int n) { char *p = NULL;\n while (n--) { if (n != 7) { end(p); }\n"
        " p = malloc(n); // A\n } // B\n end(p); return 0; }",
        ["A>A"],
    ),
    "a flag that a callee sets, tested behind it": (
        "void set(int *ok) { *ok = 1; }\nint f(int n) { int ok = 0; char *p = malloc(n); // A\n set(&ok);\n"
        " if (ok) { free(p); }\n return 0; }",
        [],
    ),
    "a callee of a callee releases": (
        "void end(char *p) { free(p); }\nvoid finish(int n, char *p) { if (n) log_it(n); end(p); }\n"
        "int f(int n) { char *p = malloc(n); // A\n if (n > 5)\n return 1; // B\n finish(n, p); return 0; }",
        ["A>B"],
    ),
    "an early return": (
        "int f(int n) { char *p = malloc(n); // A\n if (!p) return -1;\n if (n > 5)\n return 1; // "
        "B\n free(p); return 0; }",
        ["A>B"],
    ),
    "a descriptor after a check": (
        "int f(const char *n) { int fd = open(n, 0); // A\n if (fd < 0) return -1;\n char *q = malloc(9);\n"
        " if (q == NULL)\n return -2; // B\n free(q); close(fd); return 0; }",
        ["A>B"],
    ),
    "a descriptor that is compared with -1": (
        "int f(const char *n) { int fd = open(n, 0); // A\n if (fd == -1) return -1;\n if (n[0])\n return 2; // B\n"
        " close(fd); return 0; }",
        ["A>B"],
    ),
    "a mapping": (
        "int f(int n) { void *m = mmap(0, n, 1, 2, -1, 0); // A\n if (m == MAP_FAILED) return -1;\n if (n > 9)\n"
        " return 1; // B\n munmap(m, n); return 0; }",
        ["A>B"],
    ),
    "an overwritten pointer": (
        "void f(void) { char *p = malloc(1); // A\n p = malloc(2); // B\n free(p); }",
        ["A>B"],
    ),
    "a realloc that fails": (
        "void f(void) { char *p = malloc(1); // A\n p = realloc(p, 100); // B\n if (p) free(p);\n } // C",
        ["A>C"],
    ),
    "a turn of a loop": (
        "void f(int n) { for (int i = 0; i < n; i++) {\n char *p = malloc(i); // A\n if (i == 3)\n continue; // B\n"
        " free(p); } }",
        ["A>B"],
    ),
    "an out-parameter": (
        'int f(void) { char *s; if (asprintf(&s, "x") < 0) // A\n return -1;\n return 0; // B\n }',
        ["A>B"],
    ),
    "an address list": (
        "int f(char *h) { struct addrinfo *r; if (getaddrinfo(h, 0, 0, &r) != 0) // A\n return -1;\n if (!r->ai_next)\n"
        " return 2; // B\n freeaddrinfo(r); return 0; }",
        ["A>B"],
    ),
    "a label that frees the other one": (
        "int f(int n) { char *a = malloc(1), *b = NULL; // A\n if (!a) return -1;\n b = malloc(2); if (!b) goto out;\n"
        " n = 0;\nout:\n free(b);\n return n; // B\n }",
        ["A>B"],
    ),
    "a wrapper that allocates": (
        "void *xmalloc(int n) { void *p = malloc(n); if (!p) abort(); return p; }\n"
        "int f(int n) { char *p = xmalloc(n); // A\n if (n)\n return 1; // B\n free(p); return 0; }",
        ["A>B"],
    ),
    "a wrapper that hands out": (
        "int make(char **out) { char *p = malloc(3); if (!p) return -1; *out = p; return 0; }\n"
        "int f(int n) { char *p; if (make(&p) < 0) // A\n return -1;\n if (n)\n return 1; // B\n free(p); return 0; }",
        ["A>B"],
    ),
    "a macro that hides the return": (
        "#define CHECK(x) do { if (!(x)) return -1; } while (0)\n"
        "int f(int n) { char *p = malloc(n); // A\n CHECK(p);\n CHECK(n > 3); // B\n free(p); return 0; }",
        ["A>B"],
    ),
    "what a structure held that is freed": (
        "struct s { char *b; };\nint f(void) { struct s *p = malloc(8); if (!p) return -1;\n"
        " p->b = malloc(3); // A\n free(p); // B\n return 0; }",
        ["A>B"],
    ),
    "a condition that always holds": (
        "static const int ON = 1;\nint f(void) { char *p = 0;\n if (ON) p = malloc(3); // A\n if (!ON) free(p);\n"
        " return 0; // B\n }",
        ["A>B"],
    ),
}

SAFE = {
    "released on every path": "int f(int n) { char *p = malloc(n); if (!p) return -1; free(p); return 0; }",
    "returned": "char *f(int n) { char *p = malloc(n); if (!p) return 0; return p; }",
    "stored": "struct s { char *b; };\nint f(struct s *s) { s->b = malloc(3); return s->b ? 0 : -1; }",
    "handed out": "int f(char **out) { char *p = malloc(3); if (!p) return -1; *out = p; return 0; }",
    "one label for all": (
        "int f(char *n) { int rc = -1; char *q = NULL; int fd = open(n, 0); if (fd == -1) goto out;\n"
        " q = malloc(10); if (!q) goto out; rc = 0;\nout: if (fd >= 0) close(fd); free(q); return rc; }"
    ),
    "the same condition twice": (
        "void f(int flag) { char *p = 0; if (flag) p = malloc(3); use(); if (flag) free(p); }"
    ),
    "the stack on one branch": (
        "int f(int n) { char b[64], *p = b; if (n > 64) { p = malloc(n); if (!p) return -1; }\n"
        " p[0] = 1; if (p != b) free(p); return 0; }"
    ),
    "freed by another function": "void drop(char *p) { if (p) free(p); }\nvoid f(void) { char *p = "
    "malloc(3); drop(p); }",
    "cleared by another function": (
        "void drop(char **p) { free(*p); *p = NULL; }\nint f(void) { char *p = malloc(3); drop(&p); return 0; }"
    ),
    "kept by one only if it succeeds": (
        "struct l { char *x; };\nint add(struct l *l, char *p) { if (l->x) return -1; l->x = p; return 0; }\n"
        "int f(struct l *l) { char *p = malloc(3); if (!p) return -1; if (add(l, p) < 0) { free(p); "
        "return -1; } return 0; }"
    ),
    "given to one whose answer nobody asks for": (
        "struct l { char *x; };\nint add(struct l *l, char *p) { if (l->x) return -1; l->x = p; return 0; }\n"
        "int f(struct l *l) { char *p = malloc(3); if (!p) return -1; add(l, p); return 0; }"
    ),
    "given to somebody unknown": "int f(void) { char *p = malloc(3); return keep(p); }",
    "a descriptor that a stream owns": (
        'int f(char *n) { int fd = open(n, 0); if (fd < 0) return -1; FILE *s = fdopen(fd, "r");\n'
        " if (!s) { close(fd); return -1; } fclose(s); return 0; }"
    ),
    "the process ends": "int main(void) { char *p = malloc(3); return p ? 0 : 1; }",
    "it exits": "void f(int n) { char *p = malloc(n); if (!p) exit(1); if (n > 3) { abort(); } free(p); }",
    "a static": "char *f(void) { static char *p; if (!p) p = malloc(3); return 0; }",
    "a list that grows": (
        "struct n { struct n *next; };\nvoid f(struct n **head) { struct n *e = malloc(8); if (!e) return;\n"
        " e->next = *head; *head = e; }"
    ),
    "dead code": "int f(void) { char *p = malloc(3); if (0) return 1; free(p); return 0; }",
    "a branch of the preprocessor": (
        "void f(void) {\n#ifdef A\n char *p = malloc(3);\n#endif\n use();\n#ifdef A\n free(p);\n#endif\n}"
    ),
    "allocation on the stack": "void f(int n) { char *p = alloca(n); p[0] = 1; }",
    "cleaned up by an attribute": ("void f(void) { __attribute__((cleanup(drop))) char *p = malloc(3); p[0] = 1; }"),
}

LOST_CPP = {
    "new": ("int f(int n) { int *p = new int(3); // A\n if (n)\n return 1; // B\n delete p; return 0; }", ["A>B"]),
    "new of an array": (
        "int f(int n) { int *p = new int[n]; // A\n if (n)\n return 1; // B\n delete[] p; return 0; }",
        ["A>B"],
    ),
    "an object that does not release its member": (
        "class T { public: T() { b = new char[3]; } ~T() { } char *b; };\nvoid f() { T t; // A\n } // B",
        ["A>B"],
    ),
    "a reference": (
        "void make(int *&p) { p = new int; }\nvoid f() { int *p; make(p); // A\n } // B",
        ["A>B"],
    ),
    "a container of pointers": (
        "void f() { std::vector<int *> v; v.push_back(new int(1)); // A\n } // B",
        ["A>B"],
    ),
}

SAFE_CPP = {
    "a smart pointer": "int f(int n) { std::unique_ptr<int> p(new int(3)); if (n) return 1; return 0; }",
    "an object that releases": (
        "class T { public: T() { b = new char[3]; } ~T() { delete[] b; } char *b; };\nvoid f() { T t; }"
    ),
    "a guard of the project": (
        "class Guard { public: explicit Guard(int fd) : fd_(fd) {} ~Guard() { if (fd_ >= 0) "
        "::close(fd_); } int fd_; };\n"
        "int f(char *n) { int fd = open(n, 0); Guard g(fd); if (fd < 0) return -1; return 0; }"
    ),
    "placement": "void f(void *m) { int *p = new (m) int(3); *p = 4; }",
    "captured": "void f() { int *p = new int(1); run([p] { delete p; }); }",
}


@pytest.mark.parametrize(("text", "expected"), LOST.values(), ids=LOST)
def test_lost_in_c(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert lost(tmp_path, f__c=text) == expected


@pytest.mark.parametrize("text", SAFE.values(), ids=SAFE)
def test_safe_in_c(tmp_path: Path, text: str) -> None:
    assert lost(tmp_path, f__c=text) == []


@pytest.mark.parametrize(("text", "expected"), LOST_CPP.values(), ids=LOST_CPP)
def test_lost_in_cpp(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert lost(tmp_path, f__cpp=text) == expected


@pytest.mark.parametrize("text", SAFE_CPP.values(), ids=SAFE_CPP)
def test_safe_in_cpp(tmp_path: Path, text: str) -> None:
    assert lost(tmp_path, f__cpp=text) == []


def test_callees_in_other_files(tmp_path: Path) -> None:
    sink = "void sink(char *p) { next(p); }\n"
    last = "void next(char *p) { free(p); }\n"
    user = "void sink(char *);\nvoid f(void) { char *p = malloc(1); // A\n sink(p);\n } // B"
    assert lost(tmp_path, f__c=user, g__c=sink, h__c=last) == []
    assert lost(tmp_path, f__c=user, g__c=sink, h__c="void next(char *p) { p[0] = 1; }\n") == ["A>B"]


def test_functions_of_one_name_are_told_apart_by_their_namespace(tmp_path: Path) -> None:
    user = "namespace a { void sink(int *);\nvoid f() { int *p = new int; // A\n sink(p);\n } // B\n }"
    other = "namespace b { void sink(int *p) { delete p; } }"
    assert lost(tmp_path, f__cpp=user, g__cpp="namespace a { void sink(int *p) { *p = 1; } }", h__cpp=other) == ["A>B"]


def test_a_variable_that_somebody_assigns_is_no_constant(tmp_path: Path) -> None:
    user = "extern int on;\nvoid f(void) { char *p = malloc(1); if (on) free(p);\n }"
    assert lost(tmp_path, f__c=user, g__c="int on = 1;\n") == []
    assert lost(tmp_path, f__c=user, g__c="int on = 1;\nvoid g(void) { on = 0; }\n") != []
