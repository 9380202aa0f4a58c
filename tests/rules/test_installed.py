"""Installed packs are found as `importlib.metadata` finds them."""

import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from leakfix.rules.installed import Pack, packs
from leakfix.rules.registry import GROUP


def test_the_built_in_ones_are_those_that_the_standard_library_tells_of() -> None:
    told = {Pack(entry.name, entry.value) for entry in entry_points(group=GROUP)}
    assert told >= {Pack("c", "leakfix_c"), Pack("go", "leakfix_go"), Pack("python", "leakfix_python")}
    assert set(packs(GROUP)) == told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("[leakfix.codemods]\nmine = my_codemods\n", [("mine", "my_codemods")], id="one"),
        pytest.param("[leakfix.codemods]\r\nmine=my_codemods\r\n", [("mine", "my_codemods")], id="crlf"),
        pytest.param("[a]\nx = y\n\n[ leakfix.codemods ]\nmine = m [more]\n\n[b]\nz = w\n", [("mine", "m")], id="more"),
        pytest.param("[leakfix.codemods]\n# mine = m\n; mine = m\nmine\n", [], id="comments"),
        pytest.param("[other]\nleakfix.codemods = m\n", [], id="another group"),
        pytest.param("", [], id="empty"),
    ],
)
@pytest.mark.parametrize("directory", ["mine-1.0.dist-info", "mine.egg-info"])
def test_what_a_distribution_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, directory: str, text: str, found: list[tuple[str, str]]
) -> None:
    (tmp_path / directory).mkdir()
    (tmp_path / directory / "entry_points.txt").write_text(text, newline="")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "absent")])
    assert packs(GROUP) == found


def test_archives_are_left_to_the_standard_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "packs.zip"
    archive.write_bytes(b"")
    monkeypatch.setattr(sys, "path", [*sys.path, str(archive)])
    assert set(packs(GROUP)) == {Pack(entry.name, entry.value) for entry in entry_points(group=GROUP)}
