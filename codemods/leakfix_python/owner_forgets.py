"""`close`, `stop` or `__exit__` of a class forgets an attribute that the class acquires.

Nothing else closes it: the garbage collector does when it finds the object, if ever, and not in time.

Example:

    def close(self):                             def close(self):
        self._index.close()                          self._index.close()
                                                     self._data.close()

    # __init__
    self._data = open(path, "rb")
    self._index = open(path + ".index", "rb")

What is found: an attribute to which the file only ever assigns None or what is acquired there, of a class with a
method that ends its objects, that no code of the file releases or gives away. One whose name does not start with an
underscore may be closed from outside: confidence is low. A `__del__` that is the only end is told of as well.

Silent are attributes that are set to a parameter or to what belongs to somebody else, returned, passed to a callee
that may keep them, used in a with statement, released anywhere in the file, or looked up by their names; classes that
derive from something unknown. Sessions of HTTP clients are for `py-unstopped-timer`.

Forms:
- `release`: the release stands at the end of the method, before those of what was acquired earlier; under a test for
  None where the attribute may be empty.

Refusals: `early-return`, `no-release`, `no-owner` (asynchronous methods), `layout`.

Fix safety: review. Who still uses the attribute when the method runs finds it closed.

References: https://docs.python.org/3/library/io.html#io.IOBase.close; CWE-772; pylint R1732.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from leakfix.languages.python.analysis import Analysis
from leakfix.rules import Confidence, Finding, Form, Rule
from leakfix.rules.python.owners import RELEASE, ForgottenAttribute, forgotten_attributes, is_shown, released
from leakfix.rules.python.plain import finding
from leakfix.rules.python.unstopped import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator


class OwnerForgets(Rule[Analysis]):
    """``owner-forgets`` for Python."""

    id: ClassVar[str] = "owner-forgets"
    title: ClassVar[str] = "an attribute that its class acquires is forgotten when the object is closed"
    language: ClassVar[str] = "python"
    forms: ClassVar[tuple[Form, ...]] = (RELEASE,)
    sources: ClassVar[tuple[str, ...]] = ("https://cwe.mitre.org/data/definitions/772",)

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The forgotten attributes of a file, in order."""
        for found in forgotten_attributes(subject):
            obligation = found.told.acquired.obligation
            if obligation is None or obligation.resource not in SESSIONS:
                yield self._finding(subject, found)

    def _finding(self, analysis: Analysis, found: ForgottenAttribute) -> Finding:
        acquired, method = found.told.acquired, found.method
        noun = acquired.obligation.noun if acquired.obligation is not None else "resource"
        node = analysis.file.root.named_descendant_for_byte_range(acquired.span.start, acquired.span.end)
        at = node if node is not None else method.node
        is_last_resort = method.last_name == "__del__"
        confidence = Confidence.LOW if is_shown(found) or is_last_resort else Confidence.MEDIUM
        message = f"{method.name} forgets the {noun} in the attribute {found.name}"
        steps = (
            (at, f"{found.name} takes what is acquired here"),
            (method.node, "ends the object without releasing it"),
        )
        return finding(self, analysis, at, message, steps, ((RELEASE, partial(released, analysis, found)),), confidence)


RULE = OwnerForgets()
