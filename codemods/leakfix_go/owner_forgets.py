"""`Close`, `Stop` or `Shutdown` of a type forgets a field that the type acquires.

The value is unreachable when its owner goes, but the file, connection, process or context behind it lives on.

Example:

    func (t *Tail) Close() error {              func (t *Tail) Close() error {
        t.lines = 0                                 t.lines = 0
        return nil                                  return t.file.Close()
    }                                           }

    t := &Tail{file: file}      // what os.Open gave

What is found: an unexported field of a struct type with a method that ends it, to which the package only ever assigns
nil or what it acquires there, through a local variable too, and that no code of the package releases or gives away.

Silent are fields that are set to a parameter or to what belongs to somebody else, returned, passed to a callee that
may keep them, put into another value, or released anywhere in the package; exported fields; test files. Tickers are
`go-ticker-stop`'s matter.

Forms:
- `release`: the release stands at the end of the method, before its return; the first error wins; under a test for nil
  where not every value of the type has the field set.

Refusals: `early-return`, `return` (what the method returns is not plain), `no-release`, `unresolved`, `no-owner`,
`named-result`, `generated`, `layout`.

Fix safety: review. Who still uses the field when the method runs finds it released.

References: https://pkg.go.dev/io#Closer; CWE-772.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.languages.go.analysis import Analysis
from leakfix.rules import Finding, Form, Rule
from leakfix.rules.go.owner_forms import RELEASE
from leakfix.rules.go.owner_reports import reports

if TYPE_CHECKING:
    from collections.abc import Iterator


class OwnerForgets(Rule[Analysis]):
    """``owner-forgets`` for Go."""

    id: ClassVar[str] = "owner-forgets"
    title: ClassVar[str] = "a field that its type acquires is forgotten when the value is closed"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (RELEASE,)
    sources: ClassVar[tuple[str, ...]] = ("https://pkg.go.dev/io#Closer", "https://cwe.mitre.org/data/definitions/772")

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The forgotten fields of a file, in order."""
        yield from reports(self, subject)


RULE = OwnerForgets()
