"""What a model document may say, and how it is told that it says something wrong."""

import tomllib

import pytest

from leakfix.models import (
    CALL,
    CONTEXT,
    OUT,
    RECEIVER,
    Acquire,
    Borrow,
    Check,
    Duplicate,
    Keep,
    Leave,
    Lend,
    ModelError,
    Release,
    Wrap,
)
from leakfix.models.decode import Document, decode

RESOURCE = """
[[resource]]
name = "lease"
noun = "lease"
family = "closer"
release = ["Done"]
"""


def document(text: str) -> Document:
    return decode("team.toml", tomllib.loads(text), {})


def test_resource_says_only_what_it_must() -> None:
    (lease,) = document(RESOURCE).resources
    assert (lease.name, lease.noun, lease.family, lease.release) == ("lease", "lease", "closer", ("Done",))
    assert (lease.severity, lease.confidence) == (None, "high")
    assert not (lease.idempotent or lease.flush or lease.long_lived or lease.types or lease.arguments)


def test_resource_says_all_it_can() -> None:
    (session,) = document(
        """
        [[resource]]
        name = "session"
        noun = "session"
        family = "closer"
        release = ["End", "Conn.Close"]
        arguments = ["context", "0", "0"]
        idempotent = true
        severity = "info"
        confidence = "low"
        types = ["example.com/db.Session"]
        flush = true
        long_lived = true
        drained_by = ["Next"]
        stubs = ["New*Client"]
        address = ["URL"]
        """
    ).resources
    assert session.release == ("End", "Conn.Close")
    assert session.arguments == (CONTEXT, "0", "0")
    assert (session.severity, session.confidence) == ("info", "low")
    assert session.types == ("example.com/db.Session",)
    assert session.drained_by == ("Next",)
    assert session.stubs == ("New*Client",)
    assert session.address == ("URL",)
    assert session.idempotent
    assert session.flush
    assert session.long_lived


def test_acquisition_of_a_result() -> None:
    (acquire,) = document(RESOURCE + '[[acquire]]\ncall = ["db.Lease"]\nresource = "lease"').facts
    assert isinstance(acquire, Acquire)
    assert (acquire.symbol, acquire.resource, acquire.result, acquire.error) == ("db.Lease", "lease", 0, None)
    assert (acquire.writes, acquire.flags, acquire.until, acquire.discard) == (False, None, None, "")


def test_acquisition_says_all_it_can() -> None:
    (acquire,) = document(
        RESOURCE
        + """
        [[acquire]]
        call = ["example.com/db.DB.Lease"]
        resource = "lease"
        result = 1
        error = 2
        flags = 0
        until = "1.23"
        discard = "Touch"
        severity = "error"
        confidence = "medium"
        """
    ).facts
    assert acquire == Acquire(
        symbol="example.com/db.DB.Lease",
        resource="lease",
        result=1,
        error=2,
        writes=False,
        flags=0,
        until=(1, 23),
        discard="Touch",
        severity="error",
        confidence="medium",
    )


def test_acquisition_has_the_severity_and_confidence_of_its_resource() -> None:
    (acquire,) = document(
        RESOURCE + 'severity = "info"\nconfidence = "low"\n[[acquire]]\ncall = ["db.Lease"]\nresource = "lease"'
    ).facts
    assert isinstance(acquire, Acquire)
    assert (acquire.severity, acquire.confidence) == ("info", "low")


@pytest.mark.parametrize(
    ("result", "positions"),
    [("3", [3]), ("[0, 1]", [0, 1]), ('"receiver"', [RECEIVER])],
    ids=["one", "two", "receiver"],
)
def test_acquired_results(result: str, positions: list[int]) -> None:
    facts = document(RESOURCE + f'[[acquire]]\ncall = ["db.Lease"]\nresource = "lease"\nresult = {result}').facts
    assert [fact.result for fact in facts if isinstance(fact, Acquire)] == positions


def test_alias_stands_for_each_of_its_packages() -> None:
    found = document(
        """
        [packages]
        db = ["example.com/db/v2", "example.com/db"]
        [[noreturn]]
        call = ["{db}.Abort", "os.Exit"]
        """
    )
    assert [fact.symbol for fact in found.facts] == ["example.com/db/v2.Abort", "example.com/db.Abort", "os.Exit"]
    assert found.packages == {"example.com/db", "example.com/db/v2"}


@pytest.mark.parametrize(
    ("table", "fact"),
    [
        ('[[release]]\ncall = ["db.Free"]', Release("db.Free", 0, "", "")),
        (
            '[[release]]\ncall = ["db.Free"]\nargument = 1\nresource = "lease"\nconvert = "unsafe.Pointer"',
            Release("db.Free", 1, "lease", "unsafe.Pointer"),
        ),
        ('[[borrow]]\ncall = ["db.Show"]', Borrow("db.Show", "")),
        ('[[borrow]]\ncall = ["db.Record"]\nuntil = "db.Stop"', Borrow("db.Record", "db.Stop")),
        ('[[keep]]\ncall = ["db.Own"]\nargument = 2', Keep("db.Own", (2,))),
        (
            '[[release]]\ncall = ["db.Free"]\nnull = true\nwritable = false',
            Release("db.Free", 0, "", "", "", null=True, writable=False),
        ),
        ('[[keep]]\ncall = ["db.Own"]\nargument = [1, 2]\nfails = "nonzero"', Keep("db.Own", (1, 2), "nonzero")),
        ('[[leave]]\ncall = ["db.RETURN"]', Leave("db.RETURN", ())),
        ('[[leave]]\ncall = ["db.RETURN"]\nargument = 0', Leave("db.RETURN", (0,))),
        ('[[keep]]\ncall = ["db.T.Own"]\nargument = "receiver"', Keep("db.T.Own", (RECEIVER,))),
        ('[[wrap]]\ncall = ["db.Tee"]\nargument = [0, 1]', Wrap("db.Tee", (0, 1), closes=False, closes_on_error=False)),
        (
            '[[wrap]]\ncall = ["db.Over"]\ncloses = true\ncloses_on_error = true',
            Wrap("db.Over", (0,), closes=True, closes_on_error=True),
        ),
        ('[[duplicate]]\ncall = ["db.Copy"]', Duplicate("db.Copy", 1, 0)),
        ('[[duplicate]]\ncall = ["db.Put"]\nfrom = 0\nto = 2', Duplicate("db.Put", 0, 2)),
        ('[[lend]]\ncall = ["db.Shared"]', Lend("db.Shared", ())),
        ('[[lend]]\ncall = ["db.Shared"]\nresult = 1', Lend("db.Shared", (1,))),
        ('[[check]]\ncall = ["db.Must"]\nargument = 1\nholds = "nil"', Check("db.Must", 1, "nil")),
    ],
)
def test_other_facts(table: str, fact: object) -> None:
    assert document(RESOURCE + table).facts == (fact,)


def test_first_wrapped_argument() -> None:
    assert Wrap("io.TeeReader", (0, 1), closes=False, closes_on_error=False).argument == 0


ACQUIRE = RESOURCE + '[[acquire]]\ncall = ["db.Lease"]\nresource = "lease"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param('colour = "red"', "team.toml: colour: unknown key", id="unknown table"),
        pytest.param("acquire = 1", "team.toml: acquire: expected [[acquire]] tables, got 1", id="no table"),
        pytest.param(
            "acquire = [1]", "team.toml: [[acquire]] number 1: expected a table, got 1", id="no table in list"
        ),
        pytest.param("packages = 1", "team.toml: [packages]: expected a table, got 1", id="packages no table"),
        pytest.param("[packages]\ndb = []", "team.toml: [packages]: db: names no import path", id="empty alias"),
        pytest.param(
            '[packages]\ndb = ["a b"]', 'team.toml: [packages]: db: "a b" is not an import path', id="bad import path"
        ),
        pytest.param(
            "[packages]\ndb = [1]",
            "team.toml: [packages]: db: expected a list of strings, got [1]",
            id="alias of numbers",
        ),
        # Resources
        pytest.param('[[resource]]\nnoun = "x"\nfamily = "closer"', "number 1: name: missing", id="no name"),
        pytest.param(
            '[[resource]]\nname = " "\nnoun = "x"\nfamily = "closer"', '" ": name: must not be empty', id="empty name"
        ),
        pytest.param('[[resource]]\nname = "x"\nfamily = "closer"', '"x": noun: missing', id="no noun"),
        pytest.param('[[resource]]\nname = "x"\nnoun = "x"', '[[resource]] "x": family: missing', id="no family"),
        pytest.param(
            '[[resource]]\nname = "x"\nnoun = "x"\nfamily = "lock"',
            '"x": family: "lock" is none of closer, response-body, cancel, ticker',
            id="unknown family",
        ),
        pytest.param(
            '[[resource]]\nname = "x"\nnoun = "x"\nfamily = "closer"',
            '"x": release: missing, and no [[release]] names this resource',
            id="no release",
        ),
        pytest.param(
            '[[resource]]\nname = "x"\nnoun = "x"\nfamily = "closer"\nrelease = "Close"',
            '"x": release: expected a list of strings, got "Close"',
            id="release no list",
        ),
        pytest.param(
            '[[resource]]\nname = "x"\nnoun = "x"\nfamily = "closer"\nrelease = ["Close()"]',
            '"x": release: "Close()" is not a method, a path to one or "()"',
            id="release with parentheses",
        ),
        pytest.param(
            '[[resource]]\nname = "x"\nnoun = "x"\nfamily = "cancel"\nrelease = ["()", "Stop"]',
            '"x": release: "()" stands alone',
            id="call and method",
        ),
        pytest.param(RESOURCE + RESOURCE, '[[resource]] "lease": name: defined twice', id="defined twice"),
        pytest.param(RESOURCE + "colour = 1", '[[resource]] "lease": colour: unknown key', id="unknown key"),
        pytest.param(
            RESOURCE + 'idempotent = "yes"', 'idempotent: expected true or false, got "yes"', id="flag of text"
        ),
        pytest.param(
            RESOURCE + 'severity = "fatal"', 'severity: "fatal" is none of error, warning, info', id="severity"
        ),
        pytest.param(RESOURCE + "confidence = 1", "confidence: expected a string, got 1", id="confidence"),
        pytest.param(
            RESOURCE + 'types = ["*os.File"]',
            'types: "*os.File" is no symbol, which is spelled like',
            id="pointer type",
        ),
        pytest.param(RESOURCE + 'drained_by = ["a.B"]', 'drained_by: "a.B" is not a method', id="drained by a path"),
        pytest.param(
            RESOURCE + 'stubs = ["pb.New*"]', 'stubs: "pb.New*" is not a name in which', id="stub of a package"
        ),
        # Calls
        pytest.param(
            '[[borrow]]\nargument = 0\ncall = ["a.B"]', '[[borrow]] "a.B": argument: unknown key', id="borrow"
        ),
        pytest.param(
            '[[borrow]]\ncall = ["a.B"]\nuntil = "Stop"',
            'until: "Stop" is no symbol, which is spelled like',
            id="until",
        ),
        pytest.param("[[noreturn]]", "[[noreturn]] number 1: call: missing", id="no call"),
        pytest.param("[[noreturn]]\ncall = []", "[[noreturn]] number 1: call: names no function", id="empty call"),
        pytest.param(
            '[[noreturn]]\ncall = "os.Exit"',
            'number 1: call: expected a list of strings, got "os.Exit"',
            id="call of text",
        ),
        pytest.param(
            '[[noreturn]]\ncall = ["a.B", "a.B"]', '[[noreturn]] "a.B": call: names something twice', id="call twice"
        ),
        pytest.param(
            '[[noreturn]]\ncall = ["(*os.File).Close"]',
            'call: "(*os.File).Close" is no symbol, which is spelled like os.Open or os.File.Close',
            id="symbol as go prints it",
        ),
        pytest.param('[[noreturn]]\ncall = ["Exit"]', 'call: "Exit" is no symbol', id="no package"),
        pytest.param(
            '[[noreturn]]\ncall = ["{db}.Abort"]',
            'call: "{db}.Abort": [packages] does not name "db"',
            id="unknown alias",
        ),
        pytest.param('[[noreturn]]\ncall = ["{db}"]', 'call: "{db}" is no symbol', id="bare alias"),
        # Acquisitions
        pytest.param('[[acquire]]\ncall = ["db.Lease"]', '"db.Lease": resource: missing', id="no resource"),
        pytest.param(
            '[[acquire]]\ncall = ["db.Lease"]\nresource = "lease"',
            'resource: no [[resource]] is named "lease"',
            id="unknown resource",
        ),
        pytest.param(ACQUIRE + "result = -1", "result: expected a position from 0 on", id="negative result"),
        pytest.param(ACQUIRE + "result = true", "result: expected a position from 0 on", id="result of truth"),
        pytest.param(ACQUIRE + 'result = "self"', 'result: expected a position from 0 on or "receiver"', id="self"),
        pytest.param(ACQUIRE + "result = []", "result: expected positions that differ", id="no result"),
        pytest.param(ACQUIRE + "result = [1, 1]", "result: expected positions that differ", id="equal results"),
        pytest.param(
            ACQUIRE + 'error = "receiver"', 'error: expected a position from 0 on, got "receiver"', id="error"
        ),
        pytest.param(ACQUIRE + "error = 0", "error: is the result too", id="error is result"),
        pytest.param(ACQUIRE + "writes = true\nflags = 1", "flags: says nothing when writes is true", id="flags"),
        pytest.param(ACQUIRE + 'until = "1.23.4"', 'until: "1.23.4" is no version like 1.23', id="version"),
        pytest.param(ACQUIRE + "until = 1.23", "until: expected a string, got 1.23", id="version of a number"),
        pytest.param(ACQUIRE + 'discard = "a.B"', 'discard: "a.B" is not a method', id="discard"),
        # The others
        pytest.param(
            '[[release]]\ncall = ["a.B"]\nresource = "lease"',
            'no [[resource]] is named "lease"',
            id="release of unknown",
        ),
        pytest.param(
            '[[release]]\ncall = ["a.B"]\nconvert = "Pointer"',
            'convert: "Pointer" is no symbol, which is spelled like os.Open or unsafe.Pointer',
            id="convert",
        ),
        pytest.param('[[keep]]\ncall = ["a.B"]\nargument = 1.5', "argument: expected a position from 0 on", id="half"),
        pytest.param('[[wrap]]\ncall = ["a.B"]\ncloses = 1', "closes: expected true or false, got 1", id="closes"),
        pytest.param(
            '[[lend]]\ncall = ["a.B"]\nresult = "receiver"', "result: expected a position from 0 on", id="lend"
        ),
        pytest.param('[[check]]\ncall = ["a.B"]', '[[check]] "a.B": holds: missing', id="check of nothing"),
        pytest.param(
            '[[check]]\ncall = ["a.B"]\nholds = "zero"',
            'holds: "zero" is none of nil, not-nil, true, false',
            id="holds",
        ),
    ],
)
def test_mistake_is_named_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(ModelError) as caught:
        document(text)
    assert str(caught.value).startswith("team.toml: ")
    assert complaint in str(caught.value)


def test_resource_of_another_document_is_known() -> None:
    known = {resource.name: resource for resource in document(RESOURCE).resources}
    data = tomllib.loads('[[acquire]]\ncall = ["db.Lease"]\nresource = "lease"')
    (acquire,) = decode("more.toml", data, known).facts
    assert isinstance(acquire, Acquire)
    assert acquire.resource == "lease"


def test_resource_of_another_document_is_not_defined_again() -> None:
    known = {resource.name: resource for resource in document(RESOURCE).resources}
    with pytest.raises(ModelError, match=r'^more.toml: \[\[resource\]\] "lease": name: defined twice'):
        decode("more.toml", tomllib.loads(RESOURCE), known)


def test_call_releases_the_value_itself() -> None:
    (stop,) = document(RESOURCE.replace("Done", CALL)).resources
    assert stop.release == (CALL,)


def test_names_without_dots() -> None:
    text = """
        names = "scoped"
        [[resource]]
        name = "memory"
        noun = "memory"
        family = "memory"
        [[acquire]]
        call = ["make", "Pool::get"]
        resource = "memory"
        result = "argument 1"
        fails = "negative"
        [[release]]
        call = ["grow"]
        resource = "memory"
        unless = "null"
        """
    first, second, release = document(text).facts
    assert isinstance(first, Acquire)
    assert (first.symbol, first.result, first.argument, first.fails) == ("make", OUT, 1, "negative")
    assert second.symbol == "Pool::get"
    assert release == Release("grow", 0, "memory", "", "null")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('call = ["make"]', "is no symbol"),
        ('call = ["db.Make"]\nfails = "maybe"', "is none of null, negative, nonzero"),
    ],
)
def test_what_an_acquisition_must_not_say(table: str, problem: str) -> None:
    with pytest.raises(ModelError, match=problem):
        document(RESOURCE + f'[[acquire]]\nresource = "lease"\n{table}')
