"""What leakfix infers, held against go/types: nothing wrong, and nearly everything known."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from leakfix.languages.go.packages import World
from tests.languages.go.comparison import Comparison, compare

SOURCE = Path(__file__).parent / "oracle"
GROUPS = {
    "files and processes": ("os", "os/exec", "io/...", "bufio", "bytes", "strings"),
    "archives and encodings": ("archive/...", "compress/...", "encoding/..."),
    "network": ("net", "net/http", "crypto/tls", "database/sql"),
    "compiler libraries": ("go/...", "text/template", "slices", "maps", "iter", "sync"),
}
MODULES = ("github.com/spf13/cobra@v1.10.1", "github.com/prometheus/client_golang@v1.23.2")
ENOUGH = 0.95


@pytest.fixture(scope="session")
def oracle(go_tool: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled oracle."""
    binary = tmp_path_factory.mktemp("oracle") / "oracle"
    subprocess.run([go_tool, "build", "-o", binary, "."], cwd=SOURCE, check=True, env=environment(go_tool))
    return binary


def environment(go_tool: Path) -> dict[str, str]:
    """What go runs with: itself first on PATH, no toolchain fetched."""
    path = os.pathsep.join((str(go_tool.parent), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path, "GOTOOLCHAIN": "local", "GOWORK": "off"}


def facts(oracle: Path, go_tool: Path, directory: Path, *patterns: str) -> list[str]:
    """What the oracle finds in packages of a module."""
    command = (str(oracle), str(directory), *patterns)
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(go_tool))
    return found.stdout.splitlines()


def go_env(go_tool: Path, name: str) -> Path:
    """A directory that go knows."""
    found = subprocess.run([go_tool, "env", name], capture_output=True, text=True, check=True, env=environment(go_tool))
    return Path(found.stdout.strip())


def assert_agrees(result: Comparison) -> None:
    assert not result.wrong, "\n".join([str(result), *result.wrong[:20]])
    shares = {"calls": result.calls, "callees": result.callees, "receivers": result.receivers}
    low = {name: f"{score.share:.2%}" for name, score in shares.items() if score.share < ENOUGH}
    assert not low, "\n".join([str(result), *result.unknown[:20]])
    assert result.calls.total > 500, "too little was compared to mean anything"


@pytest.mark.parametrize("group", GROUPS)
def test_standard_library_is_inferred_as_the_compiler_does(oracle: Path, go_tool: Path, group: str) -> None:
    root = go_env(go_tool, "GOROOT") / "src"
    assert_agrees(compare(facts(oracle, go_tool, root, *GROUPS[group])))


@pytest.fixture
def module(request: pytest.FixtureRequest, go_tool: Path, tmp_path: Path) -> Path:
    """A copy of a published module outside of the cache, whose dependencies are in the cache."""
    env = environment(go_tool)
    name, _, version = request.param.partition("@")
    subprocess.run([go_tool, "mod", "download", request.param], cwd=tmp_path, check=True, env=env)
    copy = tmp_path / "module"
    shutil.copytree(go_env(go_tool, "GOMODCACHE") / f"{name}@{version}", copy)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    subprocess.run([go_tool, "mod", "download"], cwd=copy, check=True, env=env)
    return copy


@pytest.mark.parametrize("module", MODULES, indirect=True)
def test_module_with_dependencies_is_inferred_as_the_compiler_does(oracle: Path, go_tool: Path, module: Path) -> None:
    world = World(environment={**os.environ, "GOMODCACHE": str(go_env(go_tool, "GOMODCACHE"))})
    assert_agrees(compare(facts(oracle, go_tool, module, "./..."), world))


@pytest.mark.parametrize("module", MODULES, indirect=True)
def test_module_without_its_dependencies_is_known_less_but_not_wrong(
    oracle: Path, go_tool: Path, module: Path, tmp_path: Path
) -> None:
    world = World(environment={"HOME": str(tmp_path)})
    result = compare(facts(oracle, go_tool, module, "./..."), world)
    assert not result.wrong, "\n".join(result.wrong[:20])
    assert result.callees.share > 0.9
