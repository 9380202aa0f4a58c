"""What comparisons tell of what a call gave."""

import pytest

from leakfix.flow import Outcome, Place
from leakfix.languages.c.lower_tests import compared, failure


@pytest.mark.parametrize("fails", ["negative", "MAP_FAILED"])
def test_what_was_acquired_is_not_below_zero(fails: str) -> None:
    place = Place(1)
    success, _ = failure(fails)
    below, _ = compared(place, "<", 0)
    contradicted = {test.place.path for test in below if test.outcome is Outcome.TRUE} & {
        path for path, outcome in success if outcome is Outcome.FALSE
    }
    assert contradicted
