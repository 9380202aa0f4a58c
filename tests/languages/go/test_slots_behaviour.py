"""Containers that cut their slices in every known way show the same before and after the fix, and lose nothing after.

Random operations are run on both; all that can be seen of a container is compared. Behind the visible part of each
array every slot is then looked at: after the fix all of them are nil.
"""

import subprocess
from pathlib import Path

import pytest
from leakfix_go.lost_slots import RULE as LOST_SLOTS
from leakfix_go.pool_reset import RULE as POOL_RESET

from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.models import Models
from leakfix.text import apply_edits

_CONTAINER = """
type box%(n)d struct{ items []*int }

func (b *box%(n)d) show() []*int { return append([]*int(nil), b.items...) }
func (b *box%(n)d) all() *[]*int { return &b.items }
func (b *box%(n)d) push(x *int)  { b.items = append(b.items, x) }

func (b *box%(n)d) op(i, j int, keep func(*int) bool) (x *int) {
%(body)s
	return x
}
"""

_BODIES = {
    "back": "\tx = b.items[len(b.items)-1]\n\tb.items = b.items[:len(b.items)-1]",
    "back-alias": "\told := b.items\n\tn := len(old)\n\tx = old[n-1]\n\tb.items = old[0 : n-1]",
    "back-step": "\tn := len(b.items)\n\tn--\n\tx = b.items[n]\n\tb.items = b.items[:n]",
    "back-tuple": "\tx, b.items = b.items[len(b.items)-1], b.items[:len(b.items)-1]",
    "back-read-behind": (
        "\told := b.items\n\tb.items = old[:len(old)-1]\n\treturn old[len(old)-1]\n}\n\n"
        "func (b *box%(n)d) unused() (x *int) {"
    ),
    "back-some": "\tb.items = b.items[:len(b.items)-(j-i)]",
    "delete": "\tx = b.items[i]\n\tb.items = append(b.items[:i], b.items[i+1:]...)",
    "delete-range": "\tb.items = append(b.items[:i], b.items[j:]...)",
    "delete-front": "\tb.items = append(b.items[:0], b.items[i:]...)",
    "delete-copy": "\tcopy(b.items[i:], b.items[i+1:])\n\tb.items = b.items[:len(b.items)-1]",
    "delete-in-bound": "\tb.items = b.items[:i+copy(b.items[i:], b.items[i+1:])]",
    "delete-swap": "\tlast := len(b.items) - 1\n\tb.items[i] = b.items[last]\n\tb.items = b.items[:last]",
    "delete-moved": "\tcopy(b.items[i:], b.items[j:])\n\tb.items = b.items[:len(b.items)-j+i]",
    "moved-count": "\tm := copy(b.items, b.items[i:])\n\tb.items = b.items[:m]",
    "filter": (
        "\tkept := b.items[:0]\n\tfor _, y := range b.items {\n"
        "\t\tif keep(y) {\n\t\t\tkept = append(kept, y)\n\t\t}\n\t}\n"
        "\tb.items = kept"
    ),
    "filter-and-more": (
        "\tkept := b.items[:0]\n\tfor _, y := range b.items {\n"
        "\t\tif keep(y) {\n\t\t\tkept = append(kept, y)\n\t\t}\n\t}\n"
        "\tkept = append(kept, &i)\n\tb.items = kept"
    ),
    "filter-counter": (
        "\tn := 0\n\tfor _, y := range b.items {\n\t\tif keep(y) {\n\t\t\tb.items[n] = y\n\t\t\tn++\n\t\t}\n\t}\n"
        "\tb.items = b.items[:n]"
    ),
    "cut-guarded": "\tif len(b.items) > j {\n\t\tb.items = b.items[:j]\n\t}",
    "loop-alias": (
        "\titems := b.items\n\tfor len(items) > j {\n\t\titems = items[:len(items)-1]\n\t}\n\tb.items = items"
    ),
    "reset": "\tb.reset()\n\treturn nil\n}\n\nfunc (b *box%(n)d) reset() (x *int) {\n\tb.items = b.items[:0]",
    "reset-loop": (
        "\tb.reset()\n\treturn nil\n}\n\nfunc (b *box%(n)d) reset() (x *int) {\n"
        "\tfor k := range b.items {\n\t\t_ = b.items[k]\n\t}\n\tb.items = b.items[:0]"
    ),
}

_MAIN = """package main

import (
	"fmt"
	"math/rand"
)

type box interface {
	show() []*int
	all() *[]*int
	push(*int)
	op(i, j int, keep func(*int) bool) *int
}

func main() {
	boxes := []box{%(boxes)s}
	for n, b := range boxes {
		r := rand.New(rand.NewSource(int64(n)))
		lost := 0
		for turn := 0; turn < 300; turn++ {
			for k := r.Intn(4); k > 0 || len(b.show()) == 0; k-- {
				v := r.Intn(100)
				b.push(&v)
			}
			i := r.Intn(len(b.show()))
			j := i + r.Intn(len(b.show())-i+1)
			limit := r.Intn(100)
			x := b.op(i, j, func(y *int) bool { return *y < limit })
			if x != nil {
				fmt.Print(n, " ", *x, ":")
			}
			for _, y := range b.show() {
				fmt.Print(" ", *y)
			}
			fmt.Println()
			all := *b.all()
			for _, y := range all[len(all):cap(all)] {
				if y != nil {
					lost++
				}
			}
		}
		fmt.Println("LOST", n, lost > 0)
	}
}
"""


def _program() -> str:
    boxes = [
        _CONTAINER % {"n": n, "body": body % {"n": n} if "%" in body else body}
        for n, body in enumerate(_BODIES.values())
    ]
    made = ", ".join(f"&box{n}{{}}" for n in range(len(_BODIES)))
    return _MAIN % {"boxes": made} + "".join(boxes)


def _mended(path: Path, form: str) -> str:
    models = Models.load("go")
    data = path.read_bytes()
    for _ in range(3 * len(_BODIES)):
        world = World()
        analysis = Analysis(Program(world, models), world.file(path, data))
        fixes = [finding.fixes for rule in (LOST_SLOTS, POOL_RESET) for finding in rule.find(analysis) if finding.fixes]
        if not fixes:
            return data.decode()
        chosen = next((fix for fix in fixes[0] if fix.form == form), fixes[0][0])
        data = apply_edits(data, [edit.edit for edit in chosen.edits])
    raise AssertionError("the fixes come to no end")


def _run(go_tool: Path, path: Path) -> list[str]:
    done = subprocess.run([go_tool, "run", path.name], cwd=path.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(("version", "form"), [("1.22", "delete"), ("1.22", "move-down"), ("1.20", "")])
def test_containers_show_the_same_and_lose_nothing(version: str, form: str, tmp_path: Path, go_tool: Path) -> None:
    (tmp_path / "go.mod").write_text(f"module boxes\n\ngo {version}\n")
    path = tmp_path / "main.go"
    path.write_text(_program())
    before = _run(go_tool, path)
    path.write_text(_mended(path, form))
    assert not subprocess.run([go_tool.parent / "gofmt", "-l", path], capture_output=True, text=True, check=True).stdout
    after = _run(go_tool, path)
    names = list(_BODIES)
    shown = [line for line in before if not line.startswith("LOST")]
    assert [line for line in after if not line.startswith("LOST")] == shown
    assert {names[int(line.split()[1])] for line in before if line.endswith(" true")} == set(names)
    assert [names[int(line.split()[1])] for line in after if line.endswith(" true")] == []
