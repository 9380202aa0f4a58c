"""The facts a model file can state, one frozen dataclass a kind of table.

A *symbol* is spelled as the language's type inference spells it: ``os.Open``, ``os.File.Close`` (no pointers, no
parentheses), ``io/fs.FS.Open`` for a method of an interface; where names have no dots ``fopen``, ``Pool::get``.
Positions of arguments and results are 0-based and count declared parameters and results: a variadic parameter stands
for every argument given to it.
"""

from __future__ import annotations

from typing import Final, Literal

from leakfix.text.records import record

Family = Literal["closer", "response-body", "cancel", "ticker", "memory", "handle"]
Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
Holds = Literal["nil", "not-nil", "true", "false"]
Share = Literal["part", "head", "tail", "most", "list"]
Bulk = Literal["large", "line", "mapping"]
Context = Literal["with", "closing", "async with"]
Exits = Literal["terminates", "waits", "removes", "talks"]

RECEIVER: Final = -1
"""The position that stands for the receiver of a method; ``"receiver"`` in a file."""

OUT: Final = -2
"""The result of an acquisition that is handed out through an argument, which `Acquire.argument` tells."""

CALL: Final = "()"
"""The release that calls the value itself, as a cancel function wants it."""

CONTEXT: Final = "context"
"""The argument of a release that stands for any ``context.Context`` at hand."""


class ModelError(ValueError):
    """A model file or table that does not say what it must; the message names the file, the table and the key."""


@record
class Resource:
    """Something that is acquired and must be released."""

    name: str
    """The key that other tables refer to, unique over all files."""
    noun: str
    """What messages call it, as in "the file opened here"."""
    family: Family
    """Which codemod owns its leaks."""
    release: tuple[str, ...]
    """What releases it, the one a fix writes first: a method ("Close"), a method of a field ("Body.Close") or CALL."""
    idempotent: bool
    """A second release is harmless and returns no error."""
    severity: Severity | None
    """How bad a leak of it is; None leaves that to the rule."""
    confidence: Confidence
    """How sure it is that losing it is a leak worth a change."""
    types: tuple[str, ...]
    """The types, without their pointer, whose values are this resource wherever they come from."""
    arguments: tuple[str, ...]
    """What a fix passes to the first release: expressions of the language ("nil", "0") or CONTEXT."""
    flush: bool
    """Releasing it writes out what is buffered: without the release data is lost, while nothing but memory leaks."""
    long_lived: bool
    """A pool or client that is made to live as long as the program: a program's main function need not release it."""
    stubs: tuple[str, ...]
    """Name patterns of generated functions, in whatever package, that work through it and never release it."""
    drained_by: tuple[str, ...]
    """Methods that release it on their own as soon as they return false (``rows.Next``)."""
    context: Context | None = None
    """How a with statement releases it: its own, ``closing`` around it, or ``async with``; None: none does."""
    exits: Exits | None = None
    """What the end of that with statement does besides: break work off, wait for it, remove files, talk to a peer."""
    in_place: bool = False
    """Whether a variable of the caller is the resource, and its functions are given the address of that."""
    raw: bool = False
    """Whether it is a block of bytes, whose release releases nothing of what stands in it."""
    address: tuple[str, ...] = ()
    """Fields and methods that tell where others reach it: who is given what they say means it to go on."""


@record
class Acquire:
    """A call after which a result (or the receiver) owns a resource."""

    symbol: str
    resource: str
    result: int
    """Position of the result that is the resource; RECEIVER when the call makes its receiver own something."""
    error: int | None
    """Position of the error result; None: the last result if its type is error, else there is none."""
    writes: bool
    """Opened for writing: a release whose error is dropped can lose a write error."""
    flags: int | None
    """Position of the argument that holds open flags: opened for writing if it names ``O_WRONLY`` or ``O_RDWR``."""
    until: tuple[int, int] | None
    """The leak is real only below this language version, as (major, minor)."""
    discard: str
    """The sibling method to call when the result is not wanted (``Exec`` for ``Query``); "" if there is none."""
    severity: Severity | None
    """As in the resource, which it overrides."""
    confidence: Confidence
    """As in the resource, which it overrides."""
    argument: int | None = None
    """Position of the argument through which the resource is handed out, where it is no result."""
    fails: str = ""
    """What the call returns when it acquired nothing: ``null``, ``negative``, ``nonzero``, a named constant; "" if it
    cannot fail, or tells so by its error."""
    when: str = ""
    """The arguments without which the call acquires nothing, as ``stream=True``, or several of which one is enough, as
    ``stdin=PIPE|stdout=PIPE``; what is not given is None. "" if it always acquires."""
    allocator: str = ""
    """The member of what is set up in place that tells who gives it memory: whoever that is set to owns that."""
    hooks: tuple[str, ...] = ()
    """What else than the call itself a program may replace, or has to call, so that the call gives what it likes."""


@record
class Release:
    """A function that releases the resource it is given."""

    symbol: str
    argument: int
    resource: str
    """The resource whose fix calls this function; "" when it only counts as a release."""
    convert: str
    """The conversion that the argument needs (``unsafe.Pointer``); "" if it is passed as it is."""
    unless: str = ""
    """What the call returns when it released nothing, as in `Acquire.fails`; "" if it always releases."""
    null: bool = False
    """Whether it takes null, and does nothing then."""
    writable: bool = True
    """Whether a fix can write it; False of one that needs more than the resource, or gives what is to be released."""


@record
class Borrow:
    """A call that keeps none of its arguments and releases none."""

    symbol: str
    until: str
    """The call that ends its use of the arguments, when that goes on after it has returned; "" if it does not."""


@record
class Keep:
    """A call that takes over arguments: whoever passes them need no longer release them."""

    symbol: str
    arguments: tuple[int, ...]
    fails: str = ""
    """What the call returns when it took over nothing, as in `Acquire.fails`; "" if it always does."""

    @property
    def argument(self) -> int:
        """The first of the arguments that it takes over."""
        return self.arguments[0]


@record
class Leave:
    """A macro that returns from the function that uses it."""

    symbol: str
    arguments: tuple[int, ...]
    """Positions of what it hands to the caller; often none."""


@record
class Wrap:
    """A call whose first result reads or writes through arguments, and so lives and escapes as they do."""

    symbol: str
    arguments: tuple[int, ...]
    closes: bool
    """Releasing the result releases the arguments too."""
    closes_on_error: bool
    """A call that fails has released them by then; else they are still the caller's."""
    fails: str = ""
    """What the call returns when it failed, as in `Acquire.fails`; "" if it cannot, or tells so by its error."""

    @property
    def argument(self) -> int:
        """The first of the wrapped arguments."""
        return self.arguments[0]


@record
class Duplicate:
    """A call that copies the bytes behind an argument to where another one leads, with all pointers among them."""

    symbol: str
    source: int
    target: int


@record
class Lend:
    """A call whose result looks like a resource, yet belongs to somebody else or holds nothing: not to be released."""

    symbol: str
    results: tuple[int, ...]
    """Positions of the lent results; empty means every result."""


@record
class NoReturn:
    """A call that never comes back."""

    symbol: str


@record
class Check:
    """A call that comes back only if an argument is as expected (``require.NoError``): a test without a branch."""

    symbol: str
    argument: int
    holds: Holds
    """What the argument is on return."""


@record
class View:
    """A call with a result that shares the memory of an argument."""

    symbol: str
    argument: int
    """Position of the argument; RECEIVER possible."""
    result: int
    share: Share
    """What the result is: any part of it, its beginning, its end, all but what surrounds it, or a list of its parts."""
    reused: bool
    """The memory belongs to the receiver, which overwrites it with its next operation."""


@record
class Large:
    """A call with a result that is a block of memory of its own, without a bound."""

    symbol: str
    result: int
    size: Bulk
    """Whether it is all of a file, body or output, a line or record of it, or memory outside of the heap."""
    noun: str
    """What messages call it, with its article."""
    parts: bool
    """Whether the result is not the block itself, but a list of its parts."""


@record
class Store:
    """A method that keeps arguments in its receiver."""

    symbol: str
    arguments: tuple[int, ...]


@record
class Returns:
    """A call whose result is of a class, by the dotted name of that class."""

    symbol: str
    type: str


@record
class Signature:
    """The names of a call's parameters that can be passed by keyword, in order; "" of one that cannot."""

    symbol: str
    parameters: tuple[str, ...]


Fact = (
    Acquire
    | Release
    | Borrow
    | Keep
    | Leave
    | Wrap
    | Duplicate
    | Lend
    | NoReturn
    | Check
    | View
    | Large
    | Store
    | Returns
    | Signature
)
