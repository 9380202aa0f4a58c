"""Values that outlive the calls of their function: which of them threads share, or leave behind."""

import pytest

from leakfix.detectors.shared import Content, Fault, Reach, Store, fault


@pytest.mark.parametrize(
    ("store", "found"),
    [
        (Store(Reach.PROCESS, Content.BLOCK, is_released=True), Fault.SHARED_BLOCK),
        (Store(Reach.PROCESS, Content.BLOCK, is_released=True, is_keyed=True), Fault.SHARED_BLOCK),
        (Store(Reach.PROCESS, Content.OBJECT, is_keyed=True), Fault.SHARED_OBJECT),
        (Store(Reach.PROCESS, Content.BYTES, is_keyed=True), Fault.SHARED_BYTES),
        (Store(Reach.THREAD, Content.BLOCK, is_released=True), Fault.UNRELEASED),
    ],
)
def test_what_is_replaced_is_at_fault(store: Store, found: Fault) -> None:
    assert fault(store, has_threads=True) is found


@pytest.mark.parametrize(
    "store",
    [
        Store(Reach.PROCESS, Content.BLOCK),
        Store(Reach.PROCESS, Content.BLOCK, is_keyed=True),
        Store(Reach.PROCESS, Content.OBJECT),
        Store(Reach.PROCESS, Content.BYTES),
        Store(Reach.PROCESS, Content.BLOCK, is_released=True, is_guarded=True),
        Store(Reach.THREAD, Content.BLOCK, is_released=True, is_guarded=True),
        Store(Reach.THREAD, Content.OBJECT, is_keyed=True),
        Store(Reach.THREAD, Content.BYTES, is_keyed=True),
    ],
    ids=["once", "never released", "object", "bytes", "guarded", "guarded in a thread", "own object", "own bytes"],
)
def test_what_is_made_once_or_guarded_or_ends_itself_is_sound(store: Store) -> None:
    assert fault(store, has_threads=True) is None


def test_a_program_without_threads_shares_nothing() -> None:
    store = Store(Reach.PROCESS, Content.BLOCK, is_released=True)
    assert fault(store, has_threads=False) is None
