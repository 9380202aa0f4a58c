"""What the cache keeps comes back as it was, and nothing else does."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakfix.engine.codec import CodecError, decode, encode
from leakfix.engine.work import Report
from leakfix.project import Problem
from leakfix.rules import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Severity, Step
from leakfix.text import Edit, Span

TEXT = st.text(st.characters(), max_size=8) | st.just("caf\udce9.go")
COUNT = st.integers(0, 1 << 40)
SPANS = st.tuples(COUNT, COUNT).map(lambda ends: Span(*sorted(ends)))
EDITS = st.builds(FileEdit, TEXT, st.builds(Edit, SPANS, st.binary(max_size=8)))
FIXES = st.builds(
    Fix,
    title=TEXT,
    form=TEXT,
    safety=st.sampled_from(Safety),
    why=TEXT,
    edits=st.lists(EDITS, max_size=2).map(tuple),
    requires=TEXT,
)
FINDINGS = st.builds(
    Finding,
    rule=TEXT,
    path=TEXT,
    span=SPANS,
    line=COUNT,
    column=COUNT,
    end_line=COUNT,
    end_column=COUNT,
    function=TEXT,
    message=TEXT,
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    trace=st.lists(st.builds(Step, TEXT, COUNT, TEXT), max_size=2).map(tuple),
    fixes=st.lists(FIXES, max_size=2).map(tuple),
    refusal=st.none() | st.builds(Refusal, TEXT, TEXT),
    fingerprint=TEXT,
    text=TEXT,
)
REPORTS = st.builds(
    Report,
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    suppressed=COUNT,
    errors=st.just(()),
    warnings=st.lists(st.builds(Problem, TEXT, TEXT), max_size=2).map(tuple),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(REPORTS)
def test_a_report_comes_back(report: Report) -> None:
    assert decode(json.loads(json.dumps(encode(report)))) == report


@UNHURRIED
@given(REPORTS, st.data())
def test_a_damaged_one_is_refused_or_still_a_report(report: Report, data: st.DataObject) -> None:
    """One value, anywhere, is replaced by another."""
    value = json.loads(json.dumps(encode(report)))
    holder: object = value
    while isinstance(holder, dict | list) and holder:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = data.draw(st.sampled_from(keys))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            holder[key] = data.draw(JSON)
            break
        holder = inner
    try:
        decoded = decode(value)
    except CodecError:
        return
    assert encode(decoded) == encode(decode(json.loads(json.dumps(encode(decoded)))))


@pytest.mark.parametrize("value", [None, [], 1, "x", {}, {"findings": 1}, {"findings": [[]], "suppressed": 0}])
def test_what_is_no_report_is_refused(value: object) -> None:
    with pytest.raises(CodecError):
        decode(value)
