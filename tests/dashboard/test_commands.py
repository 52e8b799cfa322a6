"""The states of a command: no answer and no floor brings it anywhere but where it belongs."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.commands import (
    AGAIN_MS,
    TIMEOUT_MS,
    UNDO_MS,
    Command,
    OpenCall,
    Person,
    State,
    answered,
    may_undo,
    refused,
    restarted,
    return_failed,
    reverse,
    row,
    seen,
    sent,
    undone,
)
from ingest.orders import AWAY, Act, Outcome, Receipt

NOW = 1_795_000_000_000
HE = Person(id="1001", signed_in=True, queues={"sales": False, "vip": False})
ENDS = {State.CONFIRMED, State.REFUSED, State.TIMED_OUT, State.UNDONE}


def command(act: Act, **known: object) -> Command:
    fields = {"id": "c1", "act": act, "by": "lead", "agent": "1001", "at": NOW, "told_at": NOW}
    return msgspec.convert({**fields, **known}, Command)


def under_way(act: Act, **known: object) -> Command:
    return sent(command(act, **known), NOW + 10)


def queues(**paused: bool) -> Person:
    return Person(id="1001", signed_in=bool(paused), queues=paused)


TALK = OpenCall(id="v1", source="", queue="sales", system_id="1.2", agent="1001")
SHOWN = [
    (Act.PAUSE, {}, queues(sales=True, vip=True), queues(sales=True, vip=False)),
    (Act.PAUSE, {"queue": "vip"}, queues(sales=False, vip=True), queues(sales=True, vip=False)),
    (Act.UNPAUSE, {}, queues(sales=False), queues(sales=True)),
    (Act.MOVE, {"queue": "sales", "to": "vip"}, queues(vip=False), queues(sales=False, vip=False)),
    (Act.SIGN_OUT, {}, queues(), queues(vip=False)),
]


@pytest.mark.parametrize(("act", "known", "done", "half"), SHOWN)
def test_what_the_floor_shows_confirms_it_and_nothing_less(
    act: Act, known: dict[str, object], done: Person, half: Person
) -> None:
    one = under_way(act, **known)
    assert seen(one, half, None, NOW + 500) == one
    told = seen(one, done, None, NOW + 500)
    assert (told.state, told.told_at) == (State.CONFIRMED, NOW + 500)


def test_who_is_on_a_break_is_paused_and_not_resumed() -> None:
    away = Person(id="1001", signed_in=True, away=True, queues={"sales": False})
    assert seen(under_way(Act.PAUSE), away, None, NOW).state is State.CONFIRMED
    assert seen(under_way(Act.UNPAUSE), away, None, NOW).state is State.SENT


def test_a_call_that_is_over_is_hung_up_and_one_that_left_the_agent_taken_over() -> None:
    assert seen(under_way(Act.HANG_UP, call="v1"), HE, TALK, NOW).state is State.SENT
    assert seen(under_way(Act.HANG_UP, call="v1"), HE, None, NOW).state is State.CONFIRMED
    talks = replace(HE, call="v1")
    rings = under_way(Act.TAKE_OVER, call="v1")
    assert seen(rings, HE, None, NOW).state is State.SENT
    taken = answered(rings, Receipt(Outcome.DONE), NOW)
    assert seen(taken, talks, TALK, NOW).state is State.SENT
    assert seen(taken, HE, TALK, NOW).state is State.CONFIRMED


@pytest.mark.parametrize("act", [Act.LISTEN, Act.WHISPER, Act.BARGE])
def test_only_the_telephone_system_knows_who_listens(act: Act) -> None:
    one = under_way(act, call="v1")
    assert seen(one, queues(), None, NOW).state is State.SENT
    assert answered(one, Receipt(Outcome.DONE), NOW).state is State.CONFIRMED
    assert answered(under_way(Act.PAUSE), Receipt(Outcome.DONE), NOW).state is State.SENT


def test_a_refusal_tells_the_telephone_systems_own_words() -> None:
    receipt = Receipt(Outcome.REFUSED, said="Interface not found")
    told = answered(under_way(Act.PAUSE), receipt, NOW + 99)
    assert row(told)["said"] == "Interface not found"
    assert told.state is State.REFUSED


def test_without_an_answer_nobody_knows_after_ten_seconds() -> None:
    one = under_way(Act.HANG_UP, call="v1")
    assert seen(one, HE, TALK, one.told_at + TIMEOUT_MS - 1).state is State.SENT
    told = seen(one, HE, TALK, one.told_at + TIMEOUT_MS)
    assert told.state is State.TIMED_OUT
    assert answered(told, Receipt(Outcome.DONE), NOW + 60_000) == told


def test_what_can_be_taken_back_can_be_for_a_minute() -> None:
    done = seen(under_way(Act.PAUSE), queues(sales=True), None, NOW)
    assert done.undo_until == NOW + UNDO_MS
    assert may_undo(done, NOW + UNDO_MS - 1)
    assert not may_undo(done, NOW + UNDO_MS)
    back = reverse(done, "c2", NOW, by="lead")
    assert (back.act, back.of, back.agent) == (Act.UNPAUSE, "c1", "1001")
    assert seen(sent(back, NOW), queues(sales=False), None, NOW).undo_until == 0
    for act in (Act.HANG_UP, Act.TAKE_OVER):
        cut = seen(under_way(act, call="v1"), HE, None, NOW)
        assert not may_undo(cut, NOW)


def test_a_move_back_is_the_move_the_other_way_round() -> None:
    moved = seen(
        under_way(Act.MOVE, queue="sales", to="vip", return_at=NOW + 900_000),
        queues(vip=False),
        None,
        NOW,
    )
    assert moved.due_at == NOW + 900_000
    assert may_undo(moved, NOW + UNDO_MS + 1)
    back = reverse(moved, "c2", NOW)
    assert (back.queue, back.to, back.by) == ("vip", "sales", "")
    assert not undone(moved, NOW).live


def test_a_pause_that_was_ended_comes_back_with_its_reason() -> None:
    assert reverse(command(Act.UNPAUSE, was="meal"), "c2", NOW).reason == "meal"


def test_a_return_is_tried_again_only_if_it_was_never_sent() -> None:
    moved = command(Act.MOVE, queue="sales", to="vip", state="confirmed")
    back = reverse(moved, "c2", NOW)
    away = answered(sent(back, NOW), Receipt(Outcome.REFUSED, AWAY), NOW)
    assert return_failed(moved, away, NOW).due_at == NOW + AGAIN_MS
    unsaid = answered(sent(back, NOW), Receipt(Outcome.REFUSED, said="No such queue"), NOW)
    assert not return_failed(moved, unsaid, NOW).live


def test_a_restart_gives_up_what_was_never_sent_and_time_to_the_rest() -> None:
    assert restarted(command(Act.PAUSE), NOW).state is State.REFUSED
    one = restarted(under_way(Act.PAUSE), NOW + 3_600_000)
    assert seen(one, HE, None, NOW + 3_600_001).state is State.SENT
    assert seen(one, HE, None, NOW + 3_600_000 + TIMEOUT_MS).state is State.TIMED_OUT


people = st.builds(
    Person,
    id=st.just("1001"),
    signed_in=st.booleans(),
    away=st.booleans(),
    queues=st.dictionaries(st.sampled_from(["sales", "vip", "support"]), st.booleans()),
)
receipts = st.builds(Receipt, st.sampled_from(list(Outcome)), st.sampled_from(["", AWAY]))
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("sent"), st.none()),
        st.tuples(st.just("answered"), receipts),
        st.tuples(st.just("seen"), people),
        st.tuples(st.just("restarted"), st.none()),
        st.tuples(st.just("refused"), st.none()),
    ),
    max_size=12,
)
ALLOWED = {
    State.REQUESTED: {State.REQUESTED, State.SENT, State.REFUSED},
    State.SENT: {State.SENT, State.CONFIRMED, State.REFUSED, State.TIMED_OUT},
}


@given(st.sampled_from(list(Act)), happenings, st.lists(st.integers(0, 4_000), min_size=12))
def test_a_command_only_ever_goes_on_and_an_end_is_an_end(
    act: Act, told: list[tuple[str, object]], steps: list[int]
) -> None:
    one, now = command(act, queue="sales", to="vip", call="v1"), NOW
    for (what, said), step in zip(told, steps, strict=False):
        now, before = now + step, one
        if what == "sent" and one.state is State.REQUESTED:
            one = sent(one, now)
        elif what == "answered":
            assert isinstance(said, Receipt)
            one = answered(one, said, now)
        elif what == "seen":
            assert isinstance(said, Person)
            one = seen(one, said, TALK, now)
        elif what == "restarted":
            one = restarted(one, now)
        elif one.state is State.REQUESTED:
            one = refused(one, "away", now)
        assert one.state in ALLOWED.get(before.state, {before.state})
        assert one.under_way == (one.state not in ENDS)
        if before.state in ENDS:
            assert one == before
    if one.state is State.SENT:
        assert seen(one, HE, TALK, one.told_at + TIMEOUT_MS).state in ENDS
