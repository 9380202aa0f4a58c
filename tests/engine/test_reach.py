"""A result hangs on all source that it can reach, and on no other."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given
from hypothesis import strategies as st

from leakfix.engine.components import components
from leakfix.engine.inputs import Input
from leakfix.engine.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Graph = dict[str, frozenset[str]]

GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.fixed_dictionaries(
        {f"d{number}": st.frozensets(st.sampled_from([f"d{other}" for other in range(size)])) for number in range(size)}
    )
)


class Words:
    """A language whose files name directories, and nothing else."""

    suffixes = (".words",)

    def imports(self, data: bytes) -> list[str]:
        return data.decode().split()

    def surroundings(self, _: Iterable[Path]) -> Words:
        return self

    def contents(self) -> Iterator[tuple[str, bytes]]:
        return iter(())

    def neighbours(self, directory: str, imports: Iterable[str]) -> list[str]:
        return [f"{directory.rpartition('/')[0]}/{name}" for name in imports]


def reached(graph: Graph, start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


@given(GRAPHS)
def test_components_hold_what_leads_to_each_other_behind_all_that_they_lead_to(graph: Graph) -> None:
    known: set[str] = set()
    for start in graph:
        for component in components(start, graph.__getitem__, known):
            behind = reached(graph, component[0])
            assert set(component) == {one for one in behind if component[0] in reached(graph, one)}
            assert behind <= known.union(component)
            known.update(component)
    assert known == set(graph)


@given(GRAPHS, st.data())
def test_a_digest_changes_with_what_is_reached(graph: Graph, data: st.DataObject) -> None:
    changed = data.draw(st.sampled_from(sorted(graph)))
    with TemporaryDirectory() as tree:
        before = digests(Path(tree), graph)
        (Path(tree) / changed / "more.words").touch()
        after = digests(Path(tree), graph)
    for directory in graph:
        assert (before[directory] != after[directory]) == (changed in reached(graph, directory))


def digests(tree: Path, graph: Graph) -> dict[str, str]:
    for name, others in graph.items():
        (tree / name).mkdir(exist_ok=True)
        (tree / name / "a.words").write_text(" ".join(sorted(others)))
    inputs = [Input(str(file), file.name, "words", file.read_bytes()) for file in sorted(tree.rglob("*.words"))]
    reach = Reach(inputs, {"words": cast("Any", Words())})
    return {name: reach.digest("words", f"{tree}/{name}") for name in graph}
