"""Rows of a queue_log as events: each visit ends once, each agent is in one state."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Data,
    Dropped,
    Event,
    Overflowed,
    Queued,
    RingEnded,
    Transferred,
)
from ingest.queue_log_lines import parse
from ingest.queue_log_mapping import QueueLogMapping, masked
from ingest.queue_log_translate import Memory, Translator
from ingest.stamp import Stamp
from ingest.wire import decode, encode
from ingest.words import (
    Block,
    CauseClass,
    EndedBy,
    MembershipAction,
    Overflow,
    Phase,
    RingEnd,
    TransferKind,
)

T0 = 1_800_000_000


class Log:
    """A log that grows by a line a second, translated as it grows."""

    def __init__(self, mapping: QueueLogMapping | None = None) -> None:
        self.translator = Translator(Stamp("/acd/hq/ql", "1"), mapping)
        self.second = T0
        self.events: list[Event] = []

    def add(self, *lines: str, at: int | None = None) -> list[Data]:
        """What these lines say, `epoch|` in front of each."""
        new: list[Event] = []
        for line in lines:
            self.second = self.second + 1 if at is None else T0 + at
            row = parse(f"{self.second}|{line}".encode())
            new += self.translator.take(row, f"log:{len(self.events) + len(new)}", 5)
        self.events += new
        return [event.data for event in new]

    def states(self) -> list[str]:
        """The agents' states in the order in which they were told, as `Ann ready`."""
        told = [e.data for e in self.events if isinstance(e.data, AgentState)]
        return [" ".join(filter(None, [s.agent, s.state, s.reason])) for s in told]


@pytest.fixture
def log() -> Log:
    return Log()


V = {"visit": "c1/sales/1", "queue": "sales", "call": "c1"}
ENTER = "c1|sales|NONE|ENTERQUEUE||5550100|2"
CONNECT = "c1|sales|Ann|CONNECT|8|c1.9|7"


def test_an_answered_call_from_its_entry_to_its_end(log: Log) -> None:
    queued, answered, talking, completed, ready = log.add(
        ENTER, CONNECT, "c1|sales|Ann|COMPLETEAGENT|8|50|2"
    )
    assert queued == Queued(**V, position=2, caller="•••100")
    assert answered == Answered(**V, agent="Ann", wait_ms=8000, ring_ms=7000)
    assert completed == Completed(
        **V, agent="Ann", ended_by=EndedBy.AGENT, talk_ms=50_000, wait_ms=8000
    )
    assert (talking, ready) == (log.events[2].data, log.events[4].data)
    assert log.states() == ["Ann talking", "Ann ready"]
    assert [event.seq for event in log.events] == [1, 2, 3, 4, 5]
    assert log.events[0].time == (T0 + 1) * 1000


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("NONE|ABANDON|1|2|20", Abandoned(**V, wait_ms=20_000, position=1)),
        ("Ann|ABANDON|1|2|9", Abandoned(**V, wait_ms=9000, position=1, phase=Phase.RINGING)),
        ("NONE|EXITWITHTIMEOUT|1|2|60", Overflowed(**V, reason=Overflow.TIMEOUT, wait_ms=60_000)),
        ("NONE|EXITEMPTY|1|2|6", Overflowed(**V, reason=Overflow.EMPTY, wait_ms=6000)),
        ("NONE|EXITWITHKEY|5|1|2|6", Overflowed(**V, reason=Overflow.KEY, wait_ms=6000)),
        ("NONE|WITHDRAW|1|2|6|x", Overflowed(**V, reason=Overflow.WITHDRAWN, wait_ms=6000)),
        (
            "Ann|SYSCOMPAT|",
            Dropped(
                **V,
                phase=Phase.WAITING,
                cause="SYSCOMPAT",
                cause_class=CauseClass.PROTOCOL,
                agent="Ann",
            ),
        ),
    ],
)
def test_every_end_of_a_wait(log: Log, line: str, end: Data) -> None:
    log.add(ENTER)
    assert log.add(f"c1|sales|{line}") == [end]


@pytest.mark.parametrize(
    ("line", "kind", "to"),
    [
        ("BLINDTRANSFER|1014|x|8|9|1", TransferKind.BLIND, "1014"),
        ("ATTENDEDTRANSFER|BRIDGE|b|8|9|1", TransferKind.ATTENDED, ""),
        ("TRANSFER|1014|x|8|9|1", TransferKind.UNKNOWN, "1014"),
    ],
)
def test_every_kind_of_transfer(log: Log, line: str, kind: TransferKind, to: str) -> None:
    log.add(ENTER, CONNECT)
    end, _ = log.add(f"c1|sales|Ann|{line}")
    assert end == Transferred(**V, agent="Ann", kind=kind, to=to, talk_ms=9000, wait_ms=8000)


def test_rings_that_failed(log: Log) -> None:
    log.add(ENTER)
    for line, result, ring_ms in (
        ("RINGNOANSWER|12000", RingEnd.NO_ANSWER, 12_000),
        ("RINGCANCELED|397", RingEnd.CANCELLED, 397),
        ("AGENTDUMP|", RingEnd.REJECTED, None),
    ):
        told = log.add(f"c1|sales|Ann|{line}")
        assert told[0] == RingEnded(**V, agent="Ann", result=result, ring_ms=ring_ms)


def test_a_caller_who_gives_up_while_a_phone_rings_for_him(log: Log) -> None:
    log.add(ENTER)
    log.add("c1|sales|Ann|RINGCANCELED|900", at=9)
    (abandoned,) = log.add("c1|sales|NONE|ABANDON|1|1|9", at=9)
    assert abandoned == Abandoned(**V, wait_ms=9000, position=1, phase=Phase.RINGING)


def test_a_call_that_comes_back_visits_again(log: Log) -> None:
    told = log.add(
        ENTER,
        "c1|sales|NONE|EXITWITHTIMEOUT|1|1|9",
        "c1|help|NONE|ENTERQUEUE||5550100|1",
        "c1|help|NONE|EXITWITHKEY|1|1|1|4",
        ENTER,
        "c1|sales|NONE|ABANDON|1|1|3",
    )
    assert [data.visit for data in told] == [
        *["c1/sales/1"] * 2,
        *["c1/help/1"] * 2,
        *["c1/sales/2"] * 2,
    ]


def test_ends_of_calls_from_before_the_log_carry_their_own_durations(log: Log) -> None:
    told = log.add(
        "c1|sales|Ann|COMPLETECALLER|8|50|1",
        "c2|sales|NONE|ABANDON|1|1|30",
        "c3|sales|Bob|CONNECT|4|x|2",
    )
    assert told[0] == Completed(
        **V, agent="Ann", ended_by=EndedBy.CALLER, talk_ms=50_000, wait_ms=8000
    )
    assert [data.visit for data in told if not isinstance(data, AgentState)] == [
        "c1/sales/1",
        "c2/sales/1",
        "c3/sales/1",
    ]


def test_when_asterisk_begins_anew_every_open_visit_is_dropped(log: Log) -> None:
    log.add(ENTER, "c2|sales|NONE|ENTERQUEUE||1|2", CONNECT)
    talking, waiting, node, ready = log.add("NONE|NONE|NONE|QUEUESTART|")
    assert talking == Dropped(
        **V,
        phase=Phase.TALKING,
        cause="QUEUESTART",
        cause_class=CauseClass.SYSTEM,
        agent="Ann",
        wait_ms=8000,
    )
    assert isinstance(waiting, Dropped)
    assert (waiting.visit, waiting.phase) == ("c2/sales/1", Phase.WAITING)
    assert isinstance(node, Component)
    assert isinstance(ready, AgentState)
    assert log.states() == ["Ann talking", "Ann ready"]
    assert len({event.id for event in log.events}) == len(log.events)


def test_refused_calls_of_products_that_log_them(log: Log) -> None:
    told = log.add("c1|sales|NONE|FULL|", "c2|sales|NONE|JOINEMPTY|", "c3|sales|NONE|CLOSED|")
    reasons = [Block.FULL, Block.NO_AGENTS, Block.CLOSED]
    assert told == [
        Blocked(call=f"c{n}", queue="sales", reason=reason) for n, reason in enumerate(reasons, 1)
    ]
    other = Log(QueueLogMapping(blocked={"HOLIDAY": Block.CLOSED}))
    assert other.add("c1|sales|NONE|FULL|", "c2|sales|NONE|HOLIDAY|") == [
        Blocked(call="c2", queue="sales", reason=Block.CLOSED)
    ]
    assert other.translator.memory.unknown == {"FULL": 1}


def test_the_overflow_chain_of_wazo_ends_each_visit_once(log: Log) -> None:
    told = log.add(ENTER, "c1|sales|NONE|EXITEMPTY|1|1|0", "c1|sales|NONE|LEAVEEMPTY|")
    assert [type(data) for data in told] == [Queued, Overflowed]
    told = log.add("c2|sales|NONE|ENTERQUEUE||1|1", "c2|sales|NONE|LEAVEEMPTY|")
    assert [type(data) for data in told] == [Queued, Overflowed]


def test_unknown_verbs_are_counted_and_known_ones_are_not(log: Log) -> None:
    assert log.add("c1|sales|Ann|HOWL|", "c1|sales|Ann|HOWL|", "NONE|sales|Ann|PENALTY|1") == []
    assert log.translator.memory.unknown == {"HOWL": 2}


def test_an_agent_signs_in_with_his_first_queue_and_out_with_his_last(log: Log) -> None:
    told = log.add(
        "MANAGER|sales|Ann|ADDMEMBER|",
        "MANAGER|help|Ann|ADDMEMBER|",
        "MANAGER|sales|Ann|REMOVEMEMBER|",
        "MANAGER|help|Ann|REMOVEMEMBER|",
    )
    actions = [data.action for data in told if isinstance(data, AgentMembership)]
    assert actions == [MembershipAction.ADDED] * 2 + [MembershipAction.REMOVED] * 2
    assert log.states() == ["Ann ready", "Ann signed_out"]


def test_an_agent_is_not_ready_only_when_he_paused_everywhere(log: Log) -> None:
    log.add("M|sales|Ann|ADDMEMBER|", "M|help|Ann|ADDMEMBER|")
    log.add("NONE|sales|Ann|PAUSE|lunch")
    assert log.states() == ["Ann ready"]
    log.add("NONE|help|Ann|PAUSE|lunch", "NONE|help|Ann|PAUSE|tea", "NONE|sales|Ann|UNPAUSE|")
    assert log.states() == ["Ann ready", "Ann not_ready lunch", "Ann not_ready tea", "Ann ready"]


def test_a_pause_of_all_queues_counts_once(log: Log) -> None:
    log.add("M|sales|Ann|ADDMEMBER|", "M|help|Ann|ADDMEMBER|")
    told = log.add(
        "NONE|NONE|Ann|PAUSEALL|lunch", "NONE|sales|Ann|PAUSE|lunch", "NONE|help|Ann|PAUSE|lunch"
    )
    assert [type(data) for data in told] == [AgentState, AgentMembership, AgentMembership]
    told = log.add("NONE|NONE|Ann|UNPAUSEALL|", "NONE|sales|Ann|UNPAUSE|", "NONE|help|Ann|UNPAUSE|")
    assert [type(data) for data in told] == [AgentState, AgentMembership, AgentMembership]
    assert log.states() == ["Ann ready", "Ann not_ready lunch", "Ann ready"]


def test_an_agent_removed_in_mid_call_signs_out_when_it_ends() -> None:
    log = Log(QueueLogMapping(wrap_up_ms={"sales": 5000}))
    log.add("M|sales|Ann|ADDMEMBER|", ENTER, CONNECT, "M|sales|Ann|REMOVEMEMBER|")
    assert log.states()[-1] == "Ann talking"
    log.add("c1|sales|Ann|COMPLETECALLER|8|1|1")
    assert log.states()[-1] == "Ann signed_out"


def test_after_call_work_lasts_to_the_millisecond_it_was_set_to() -> None:
    log = Log(QueueLogMapping(wrap_up_ms={"sales": 5000}))
    log.add(ENTER, CONNECT)
    log.add("c1|sales|Ann|COMPLETECALLER|8|1|1", at=10)
    assert log.states()[-1] == "Ann acw"
    assert log.translator.tick((T0 + 15) * 1000 - 1, 5) == []
    (over,) = log.translator.tick((T0 + 40) * 1000, 5)
    assert over.time == (T0 + 15) * 1000
    assert isinstance(over.data, AgentState)
    assert over.seq == 0  # a timer takes no number from the rows
    assert log.translator.tick((T0 + 40) * 1000, 5) == []


def test_a_later_line_ends_after_call_work_as_a_tick_would() -> None:
    log = Log(QueueLogMapping(wrap_up_ms={"sales": 5000}))
    log.add(ENTER, CONNECT)
    log.add("c1|sales|Ann|COMPLETECALLER|8|1|1", at=10)
    log.add("c2|sales|NONE|ENTERQUEUE||1|1", at=30)
    assert [(event.time, event.id[-8:]) for event in log.events[-2:]] == [
        ((T0 + 15) * 1000, "#wrapped"),
        ((T0 + 30) * 1000, log.events[-1].id[-8:]),
    ]


def test_a_pause_and_a_call_during_after_call_work() -> None:
    log = Log(QueueLogMapping(wrap_up_ms={"sales": 5000}))
    log.add("M|sales|Ann|ADDMEMBER|", ENTER, CONNECT)
    log.add("c1|sales|Ann|COMPLETECALLER|8|1|1", at=10)
    log.add("NONE|sales|Ann|PAUSE|tea", at=11)
    assert log.states()[-1] == "Ann acw"
    log.add("c2|sales|NONE|ENTERQUEUE||1|1", at=20)
    assert log.states()[-1] == "Ann not_ready tea"
    log.add("c2|sales|Ann|CONNECT|1|x|1", at=21)
    assert log.states()[-1] == "Ann talking"


def test_after_call_work_that_the_log_tells_itself(log: Log) -> None:
    log.add(ENTER, CONNECT, "c1|sales|Ann|COMPLETECALLER|8|1|1", "c1|sales|Ann|WRAPUPSTART|10")
    assert log.states()[-2:] == ["Ann ready", "Ann acw"]


def test_logins_for_no_queue_in_particular(log: Log) -> None:
    log.add("c9|NONE|Agent/7|AGENTLOGIN|PJSIP/7-1", "c9|NONE|Agent/7|AGENTLOGOFF|PJSIP/7-1|60")
    assert log.states() == ["Agent/7 ready", "Agent/7 signed_out"]


def test_interfaces_are_the_agents_they_belong_to() -> None:
    log = Log(QueueLogMapping(aliases={"PJSIP/1001": "Ann"}))
    log.add(ENTER, CONNECT.replace("Ann", "PJSIP/1001"))
    assert log.states() == ["Ann talking"]


def test_calls_that_never_end_in_the_log_set_their_agent_free_after_a_day(log: Log) -> None:
    log.add(ENTER, CONNECT)
    log.add("c2|sales|NONE|ENTERQUEUE||1|1", at=2 * 86_400)
    assert log.states() == ["Ann talking", "Ann ready"]
    assert list(log.translator.memory.visits.calls) == ["c2"]


@pytest.mark.parametrize(
    ("caller", "kept"),
    [("5550100", "•••100"), ("123", "•••"), ("", ""), ("anonymous", ""), ("+49 555-010", "•••010")],
)
def test_of_a_caller_only_three_digits_are_kept(caller: str, kept: str) -> None:
    assert masked(caller) == kept


LINES = st.lists(
    st.builds(
        "{}|{}|{}|{}".format,
        st.sampled_from(["c1", "c2", "c3"]),
        st.sampled_from(["sales", "help"]),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(
            [
                "ENTERQUEUE||1|1",
                "CONNECT|1|x|1",
                "COMPLETEAGENT|1|2|1",
                "ABANDON|1|1|1",
                "RINGCANCELED|9",
                "BLINDTRANSFER|1|x|1|2|1",
                "SYSCOMPAT|",
                "PAUSE|tea",
                "UNPAUSE|",
                "PAUSEALL|",
                "ADDMEMBER|",
                "REMOVEMEMBER|",
                "QUEUESTART|",
                "FULL|",
                "WRAPUPSTART|3",
            ]
        ),
    ),
    max_size=40,
)


@given(LINES, st.integers(0, 40))
def test_a_restart_at_any_line_changes_nothing(lines: list[str], at: int) -> None:
    """The memory, written down and read back, gives the same events, numbers and ids."""
    mapping = QueueLogMapping(wrap_up_ms={"sales": 3000})
    whole, halved = Log(mapping), Log(mapping)
    whole.add(*lines)
    halved.add(*lines[:at])
    memory = msgspec.json.decode(msgspec.json.encode(halved.translator.memory), type=Memory)
    stamp = Stamp("/acd/hq/ql", "1", halved.translator.stamp.seq)
    halved.translator = Translator(stamp, mapping, memory=memory)
    halved.add(*lines[at:])
    assert halved.events == whole.events


@given(LINES)
def test_any_lines_give_sound_events(lines: list[str]) -> None:
    """Ids are unique, states change with every telling, every event has a wire form."""
    log = Log(QueueLogMapping(wrap_up_ms={"sales": 3000}))
    log.add(*lines)
    assert len({event.id for event in log.events}) == len(log.events)
    assert [e.seq for e in log.events if e.seq] == list(range(1, log.translator.stamp.seq + 1))
    told: dict[str, tuple[str, str]] = {}
    for event in log.events:
        assert decode(encode(event), 0) == event
        if isinstance(event.data, AgentState):
            state = (event.data.state, event.data.reason)
            assert told.get(event.data.agent) != state
            told[event.data.agent] = state
