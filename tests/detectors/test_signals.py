"""Which waits of goroutines nothing ends, told by who is at the other end and who gives the signal."""

import pytest

from leakfix.detectors.signals import (
    Cause,
    Channel,
    Party,
    Scene,
    Signal,
    Verdict,
    Wait,
    judge,
    judge_all,
    judge_client,
)

LOOP = Party("loop", is_goroutine=True)
CLIENT = Party("put", is_goroutine=False)
WARY = Party("offer", is_goroutine=False, watches=frozenset({"done"}))
WORKER = Party("work", is_goroutine=True)
DONE = Signal("done", givers=frozenset({"close"}), ends=True)
OWN = Signal("done", givers=frozenset({"loop"}), ends=True, is_farewell=True)
CONTEXT = Signal("ctx", given_elsewhere=True, ends=True)

RECEIVE = Wait(LOOP, is_send=False)
ENDLESS = Wait(LOOP, is_send=False, is_endless=True, is_final=True)
SEND = Wait(LOOP, is_send=True)
RANGE = Wait(LOOP, is_send=False, is_endless=True)


def cause(verdict: Verdict | None) -> Cause | None:
    return verdict.cause if verdict is not None else None


@pytest.mark.parametrize(
    ("wait", "channel", "scene", "expected"),
    [
        pytest.param(RECEIVE, Channel((WARY,)), Scene((DONE,)), Cause.ABANDONED, id="all senders give up"),
        pytest.param(RECEIVE, Channel((WARY, CLIENT)), Scene((DONE,)), Cause.UNANSWERED, id="clients alone send"),
        pytest.param(RECEIVE, Channel((WARY, WORKER)), Scene((DONE,)), None, id="a goroutine may have to answer"),
        pytest.param(RECEIVE, Channel((CLIENT,)), Scene((OWN,)), Cause.SELF_GIVEN, id="its own signal"),
        pytest.param(RECEIVE, Channel((CLIENT,)), Scene(), None, id="no signal"),
        pytest.param(RECEIVE, Channel(()), Scene((DONE,)), None, id="nobody is seen to send"),
        pytest.param(RECEIVE, Channel((LOOP,)), Scene((DONE,)), None, id="a semaphore"),
        pytest.param(RECEIVE, Channel((CLIENT,), closers=frozenset({"close"})), Scene((DONE,)), None, id="closed"),
        pytest.param(RECEIVE, Channel((CLIENT,), sent_elsewhere=True), Scene((DONE,)), None, id="strangers send"),
        pytest.param(ENDLESS, Channel((CLIENT,), sent_elsewhere=True), Scene((DONE,)), Cause.ENDLESS, id="endless"),
        pytest.param(SEND, Channel(received_elsewhere=True), Scene((DONE,)), Cause.UNANSWERED, id="handed out"),
        pytest.param(SEND, Channel((), (), frozenset(), True, True), Scene((DONE,)), None, id="somebody's channel"),
        pytest.param(SEND, Channel(received_elsewhere=True), Scene((CONTEXT,)), None, id="a context of all"),
        pytest.param(RANGE, Channel((CLIENT,), sent_elsewhere=True), Scene((DONE,)), None, id="strangers may close"),
        pytest.param(RANGE, Channel((CLIENT, WORKER)), Scene((CONTEXT,)), Cause.ENDLESS, id="a range, with a context"),
        pytest.param(RANGE, Channel((CLIENT,)), Scene((), True), Cause.UNSIGNALLED, id="an object that closes"),
        pytest.param(RANGE, Channel((CLIENT,)), Scene((), False), None, id="an object that lives on"),
    ],
)
def test_a_wait_of_a_goroutine(wait: Wait, channel: Channel, scene: Scene, expected: Cause | None) -> None:
    assert cause(judge(wait, channel, scene)) is expected


def test_what_watches_a_signal_is_left_alone() -> None:
    wait = Wait(Party("loop", True, frozenset({"done"})), is_send=False)
    assert judge(wait, Channel((CLIENT,)), Scene((DONE,))) is None


def test_the_last_message_of_a_closing_method_is_a_signal_too() -> None:
    farewell = Party("close", is_goroutine=False, is_farewell=True)
    quits = Signal("done", givers=frozenset({"quit"}), ends=True)
    assert judge(RECEIVE, Channel((CLIENT, farewell)), Scene((quits,))) is None


@pytest.mark.parametrize(
    ("signal", "receiver", "expected"),
    [
        pytest.param(OWN, LOOP, Cause.ABANDONED, id="the goroutine gives it last"),
        pytest.param(DONE, LOOP, None, id="nobody else gives up upon it"),
        pytest.param(Signal("done", ends=True, is_heeded=True), LOOP, Cause.ABANDONED, id="other clients give up"),
        pytest.param(OWN, CLIENT, None, id="no goroutine receives"),
    ],
)
def test_a_send_of_a_client(signal: Signal, receiver: Party, expected: Cause | None) -> None:
    wait = Wait(CLIENT, is_send=True)
    channel = Channel((CLIENT,), (receiver,)) if receiver is not CLIENT else Channel((CLIENT,), (WARY,))
    assert cause(judge_client(wait, channel, Scene((signal,)))) is expected


def test_a_select_is_stuck_when_each_of_its_channels_is() -> None:
    stuck, open_ended = Channel((WARY,)), Channel((WARY, WORKER))
    assert cause(judge_all(RECEIVE, [stuck, stuck], Scene((DONE,)), judge)) is Cause.ABANDONED
    assert judge_all(RECEIVE, [stuck, open_ended], Scene((DONE,)), judge) is None
    assert judge_all(RECEIVE, [Channel((CLIENT,)), Channel((CLIENT,))], Scene((DONE,)), judge) is None
    assert cause(judge_all(ENDLESS, [stuck, open_ended], Scene((DONE,)), judge)) is Cause.ENDLESS
