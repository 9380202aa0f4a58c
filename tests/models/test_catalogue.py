"""The built-in models, what users add to them, and what they answer."""

import pickle
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from leakfix.models import RECEIVER, ModelError, Models, Resource, catalogue


@pytest.fixture(scope="module")
def models() -> Models:
    return Models.load("go")


def extra(text: str) -> Mapping[str, object]:
    return tomllib.loads(text)


def test_acquires_a_result(models: Models) -> None:
    opened = models.acquire("os.Open")
    assert opened is not None
    assert (opened.resource, opened.result) == ("file", 0)
    assert models.resource("file").release == ("Close",)


def test_acquires_several_results(models: Models) -> None:
    assert [acquire.result for acquire in models.acquires("os.Pipe")] == [0, 1]
    assert models.acquire("os.Pipe") == models.acquires("os.Pipe")[0]


def test_acquires_for_the_receiver(models: Models) -> None:
    assert [acquire.result for acquire in models.acquires("os/exec.Cmd.Start")] == [RECEIVER]


@pytest.mark.parametrize(
    ("symbol", "writes", "flags"), [("os.Create", True, None), ("os.OpenFile", False, 1), ("os.Open", False, None)]
)
def test_opened_for_writing(models: Models, symbol: str, writes: bool, flags: int | None) -> None:
    acquire = models.acquire(symbol)
    assert acquire is not None
    assert (acquire.writes, acquire.flags) == (writes, flags)


def test_tickers_leak_below_a_version(models: Models) -> None:
    ticker = models.acquire("time.NewTicker")
    assert ticker is not None
    assert ticker.until == (1, 23)


@pytest.mark.parametrize("symbol", ["os.Remove", "strings.NewReader", "example.com/unknown.Open", "", "os"])
def test_nothing_is_known_of_other_symbols(models: Models, symbol: str) -> None:
    assert models.acquire(symbol) is None
    assert models.acquires(symbol) == ()
    assert models.released_argument(symbol) is None
    assert models.kept_argument(symbol) is None
    assert models.wrap(symbol) is None
    assert models.check(symbol) is None
    assert not (models.borrows(symbol) or models.never_returns(symbol) or models.lends(symbol))


def test_functions_that_release(models: Models) -> None:
    assert models.released_argument("net/http.Serve") == 0
    assert [release.symbol for release in models.releasing_functions("c-memory")] == ["C.free"]
    assert models.releasing_functions("c-memory")[0].convert == "unsafe.Pointer"
    assert models.releasing_functions("file") == ()


def test_arguments_that_are_kept_borrowed_or_wrapped(models: Models) -> None:
    assert models.kept_argument("net/http.NewRequestWithContext") == 3
    assert models.borrows("fmt.Println")
    tee, tls = models.wrap("io.TeeReader"), models.wrap("crypto/tls.Client")
    assert tee is not None
    assert tls is not None
    assert (tee.arguments, tee.closes) == ((0, 1), False)
    assert (tls.arguments, tls.closes) == ((0,), True)


def test_lent_results(models: Models) -> None:
    assert models.lends("net/http.Head")
    assert models.lends("github.com/gorilla/websocket.Dialer.Dial", 1)
    assert not models.lends("github.com/gorilla/websocket.Dialer.Dial", 0)
    assert models.lends("io.NopCloser", 7)


@pytest.mark.parametrize(
    "symbol", ["os.Exit", "log.Fatalf", "testing.T.FailNow", "go.uber.org/zap.Logger.Fatal", "k8s.io/klog/v2.Fatalf"]
)
def test_calls_that_never_return(models: Models, symbol: str) -> None:
    assert models.never_returns(symbol)


def test_calls_that_return_only_if_all_is_well(models: Models) -> None:
    check = models.check("github.com/stretchr/testify/require.NoError")
    assert check is not None
    assert (check.argument, check.holds) == (1, "nil")
    assert not models.never_returns("github.com/stretchr/testify/require.NoError")


@pytest.mark.parametrize(
    ("name", "resource"),
    [("os.File", "file"), ("net/http.Response", "response"), ("context.CancelFunc", "cancel"), ("bytes.Reader", None)],
)
def test_resource_of_a_type(models: Models, name: str, resource: str | None) -> None:
    found = models.resource_of_type(name)
    assert (found and found.name) == resource


def test_unknown_resource(models: Models) -> None:
    with pytest.raises(KeyError):
        models.resource("spaceship")


def test_last_components_of_releases(models: Models) -> None:
    assert {"Close", "Rollback", "Stop", "()"} <= models.release_methods
    assert "Body.Close" not in models.release_methods


def test_models_go_to_other_processes(models: Models) -> None:
    copy = pickle.loads(pickle.dumps(models))
    assert copy.symbols() == models.symbols()
    assert copy.acquires("os.Pipe") == models.acquires("os.Pipe")
    assert copy.release_methods == models.release_methods


def test_unknown_language() -> None:
    with pytest.raises(ModelError, match='no models for the language "cobol"'):
        Models.load("cobol")


LEASE = """
[[resource]]
name = "lease"
noun = "lease"
family = "closer"
release = ["Done"]
[[acquire]]
call = ["example.com/db.Lease"]
resource = "lease"
"""


def test_users_add_their_own() -> None:
    models = Models.load("go", [extra(LEASE)])
    lease = models.acquire("example.com/db.Lease")
    assert lease is not None
    assert models.resource(lease.resource).release == ("Done",)
    assert "Done" in models.release_methods
    assert models.acquire("os.Open") is not None


def test_users_build_on_built_in_resources() -> None:
    models = Models.load("go", [extra('[[acquire]]\ncall = ["example.com/disk.Open"]\nresource = "file"')])
    opened = models.acquire("example.com/disk.Open")
    assert opened is not None
    assert opened.resource == "file"


def test_users_replace_all_that_is_known_of_a_symbol() -> None:
    models = Models.load("go", [extra('[[lend]]\ncall = ["os.Open"]')])
    assert models.acquire("os.Open") is None
    assert models.lends("os.Open")
    assert models.acquire("os.Create") is not None


def test_users_cannot_redefine_a_resource() -> None:
    with pytest.raises(ModelError, match=r'^configured models 2: \[\[resource\]\] "file": name: defined twice$'):
        Models.load("go", [extra(LEASE), extra(LEASE.replace('"lease"', '"file"'))])


def test_mistake_of_a_user_names_the_file() -> None:
    with pytest.raises(ModelError, match=r"^rules/leak-models\.toml: \[\[keep\]\] number 1: call: missing$"):
        Models.load("go", [("rules/leak-models.toml", extra("[[keep]]"))])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[borrow]]\ncall = ["a.B"]\n[[borrow]]\ncall = ["a.B"]', '[[borrow]] "a.B": call: stated twice'),
        ('[[keep]]\ncall = ["a.B"]\n[[keep]]\ncall = ["a.B"]\nargument = 1', '[[keep]] "a.B": call: stated twice'),
        (LEASE + LEASE[LEASE.index("[[acquire]]") :], '[[acquire]] "example.com/db.Lease": call: stated twice'),
    ],
    ids=["same", "other argument", "same result"],
)
def test_statement_is_made_once(text: str, complaint: str) -> None:
    with pytest.raises(ModelError) as caught:
        Models.load("go", [("team.toml", extra(text))])
    assert str(caught.value) == f"team.toml: {complaint}"


def test_two_results_of_one_call_may_be_two_resources() -> None:
    more = '[[acquire]]\ncall = ["example.com/db.Lease"]\nresource = "file"\nresult = 1'
    models = Models.load("go", [extra(LEASE + more)])
    assert [acquire.resource for acquire in models.acquires("example.com/db.Lease")] == ["lease", "file"]


def test_libraries_are_narrowed_to_what_is_imported() -> None:
    bolt = Models.load("go", imports={"os", "go.etcd.io/bbolt"})
    assert bolt.acquire("go.etcd.io/bbolt.Open") is not None
    assert bolt.acquire("google.golang.org/grpc.NewClient") is None
    assert bolt.acquire("os.Open") is not None


def test_narrowing_loses_nothing_of_what_is_imported(models: Models) -> None:
    for path in sorted((Path(catalogue.__file__).parent / "go").glob("*.toml")):
        for package in (item for paths in packages(path).values() for item in paths):
            narrowed = Models.load("go", imports=[package])
            for symbol in models.symbols():
                if symbol.startswith(f"{package}."):
                    assert narrowed.acquires(symbol) == models.acquires(symbol)
                    assert narrowed.never_returns(symbol) == models.never_returns(symbol)


def packages(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads(path.read_text()).get("packages", {})
    return found


@pytest.mark.parametrize("data", [b"[[acquire", b"\xff"], ids=["syntax", "encoding"])
def test_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    (tmp_path / "go").mkdir()
    (tmp_path / "go/std.toml").write_bytes(data)
    monkeypatch.setattr(catalogue, "_DATA", tmp_path)
    with pytest.raises(ModelError, match=r"^go/std\.toml: "):
        Models.load("go")


def test_resources_come_in_the_order_of_the_files(models: Models) -> None:
    found = models.resources()
    assert all(isinstance(resource, Resource) for resource in found)
    assert found[0].name == "closer"
    assert len({resource.name for resource in found}) == len(found)
