"""The fixtures of go-defer-in-loop return the same before and after, over all short lists of some odd files."""

import os
import subprocess
from pathlib import Path

from tests.fixtures.cases import BEFORE, Case, all_cases

# What is called for each list of paths, by the name of the case; p is the package of a variant.
_CALLS = {
    "comments": 'p.Stale(list, []byte("key"))',
    "crlf": "p.Lines(list)",
    "digests": "p.Digests(list, func(int) {})",
    "first-match": 'p.Lookup(list, "key")',
    "goto-within": "p.Warm(list)",
    "inner-loop-once": "p.Themes(names, []string{list[0], dir})",
    "inside-if": "p.Hosts(list)",
    "mixed-returns": 'p.Find(list, []byte("="))',
    "multi-value-return": "p.Version(list)",
    "naked-return": "p.Sizes(list)",
    "nested-loops": "p.Join(list)",
    "outer-label": "p.Usable([]string{dir, list[0], dir}, names)",
    "outer-variables": "p.Measure(list)",
    "own-label": "p.Quoted(list)",
    "sentinel-errors": "p.Feeds(list)",
    "temporary-files": 'p.Format("cat", list)',
    "type-parameter": "p.Newest[int](list)",
}

_MAIN = """package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

%s
)

var contents = []string{
	"", "key=value\\n", "a\\nkey = 2\\n", "> quoted\\n-- \\n", "3.14\\n",
	"<rss><channel><title>t</title></channel></rss>",
	"a\\nb\\nmissing\\n", "\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x02",
}

func lists(paths []string, length int) [][]string {
	all := [][]string{}
	for _, path := range paths {
		all = append(all, []string{path})
		if length > 1 {
			for _, rest := range lists(paths, length-1) {
				all = append(all, append([]string{path}, rest...))
			}
		}
	}
	return all
}

func main() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	paths := []string{filepath.Join(dir, "missing"), dir}
	for i, content := range contents {
		path := filepath.Join(dir, string(rune('a'+i)))
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			panic(err)
		}
		paths = append(paths, path)
	}
	os.Mkdir(filepath.Join(dir, "hosts"), 0o700)
	shown := func(values ...any) string { return strings.ReplaceAll(fmt.Sprintf("%%+v", values), dir, "DIR") }
	for _, list := range lists(paths, 2) {
		names := []string{}
		for _, path := range list {
			names = append(names, filepath.Base(path))
		}
%s
	}
}
"""

_COMPARISON = """		if before, after := shown({before}), shown({after}); before != after {{
			fmt.Println("{name}", names, before, after)
		}}"""


def _variants(case: Case) -> list[str]:
    return [variant for variant in case.variants if variant != BEFORE]


def _alias(case: Case, variant: str) -> str:
    return f"{case.name}_{variant}".replace("-", "_").replace(".", "_")


def test_fixtures_return_the_same(go_tool: Path, tmp_path: Path) -> None:
    cases = [case for case in all_cases() if case.codemod == "go-defer-in-loop" and case.name in _CALLS]
    assert {case.name for case in cases} == _CALLS.keys()
    imports, comparisons = [], []
    for case in cases:
        for variant in case.variants:
            folder = tmp_path / case.name / variant
            folder.mkdir(parents=True)
            for name, data in case.files(variant).items():
                (folder / name).write_bytes(data)
            imports.append(f'\t{_alias(case, variant)} "compared/{case.name}/{variant}"')
        for variant in _variants(case):
            before, after = (_CALLS[case.name].replace("p.", f"{_alias(case, one)}.", 1) for one in (BEFORE, variant))
            comparisons.append(_COMPARISON.format(before=before, after=after, name=f"{case.name}/{variant}"))
    (tmp_path / "main.go").write_text(_MAIN % ("\n".join(imports), "\n".join(comparisons)), encoding="utf-8")
    (tmp_path / "go.mod").write_text("module compared\n\ngo 1.22\n", encoding="utf-8")
    alone = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", "GOPROXY": "off"}
    done = subprocess.run(
        [go_tool, "run", "."], cwd=tmp_path, env=alone, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.stdout + done.stderr)[:3000] == ""
