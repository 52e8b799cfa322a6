"""Lines of a queue_log, of every age and dialect, and whatever else lies in such a file."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import queue_log_rows as rows
from ingest.queue_log_lines import _READERS, LONGEST, QueueLogError, identity, parse
from ingest.words import EndedBy, Overflow, TransferKind

HEAD = "1800000000|c1|sales|"
AT = 1_800_000_000_000


def row(rest: str) -> rows.Row:
    return parse(f"{HEAD}{rest}\n".encode())


@pytest.mark.parametrize(
    ("line", "caller", "position"),
    [
        ("NONE|ENTERQUEUE||5550100|3", "5550100", 3),
        ("NONE|ENTERQUEUE||5550100", "5550100", None),
        ("NONE|ENTERQUEUE|", "", None),
        ("NONE|ENTERQUEUE||5550100|1|Zoë | Sons", "5550100", 1),
        ("NONE|ENTERQUEUE||555|0100|1", "555", 100),
    ],
)
def test_enterqueue_of_any_age(line: str, caller: str, position: int | None) -> None:
    found = row(line)
    assert found == rows.Entered(AT, "c1", "sales", "", "ENTERQUEUE", caller, position)


@pytest.mark.parametrize(
    ("line", "wait_ms", "ring_ms"),
    [
        ("Ann|CONNECT|8|c1.9|7", 8000, 7000),
        ("Ann|CONNECT|8|c1.9", 8000, None),
        ("Ann|CONNECT|8", 8000, None),
        ("Ann|CONNECT|-3|c1.9|7", None, 7000),
        ("Ann|CONNECT|99999999999999999999|c1.9|7", None, 7000),
    ],
)
def test_connect_tells_wait_and_ring_in_seconds(
    line: str, wait_ms: int | None, ring_ms: int | None
) -> None:
    assert row(line) == rows.Connected(AT, "c1", "sales", "Ann", "CONNECT", wait_ms, ring_ms)


@pytest.mark.parametrize(
    ("line", "why", "wait_ms", "position"),
    [
        ("NONE|ABANDON|1|2|20", None, 20_000, 1),
        ("Ann|ABANDON|1|2|20", None, 20_000, 1),
        ("NONE|EXITWITHTIMEOUT|4|5|60", Overflow.TIMEOUT, 60_000, 4),
        ("NONE|EXITWITHTIMEOUT|4", Overflow.TIMEOUT, None, 4),
        ("NONE|EXITEMPTY|4|5|6", Overflow.EMPTY, 6000, 4),
        ("NONE|EXITWITHKEY|2|4|5|6", Overflow.KEY, 6000, 4),
        ("NONE|EXITWITHKEY|#|4", Overflow.KEY, None, 4),
        ("NONE|WITHDRAW|1|2|3|call back | later", Overflow.WITHDRAWN, 3000, 1),
    ],
)
def test_exits_tell_why_and_how_long(
    line: str, why: Overflow | None, wait_ms: int | None, position: int
) -> None:
    found = row(line)
    assert isinstance(found, rows.Gone)
    assert (found.why, found.wait_ms, found.position) == (why, wait_ms, position)


@pytest.mark.parametrize(
    ("line", "kind", "to"),
    [
        ("BLINDTRANSFER|1014|from-in|4|9|1", TransferKind.BLIND, "1014"),
        ("ATTENDEDTRANSFER|BRIDGE|ea71-c7|4|9|1", TransferKind.ATTENDED, ""),
        ("ATTENDEDTRANSFER|APP|VoiceMail|4|9|1", TransferKind.ATTENDED, "VoiceMail"),
        ("ATTENDEDTRANSFER|LINK|PJSIP/1|PJSIP/2|4|9|1", TransferKind.ATTENDED, "PJSIP/2"),
        ("TRANSFER|1014|from-in|4|9|1", TransferKind.UNKNOWN, "1014"),
    ],
)
def test_transfers_have_their_numbers_at_the_end(line: str, kind: TransferKind, to: str) -> None:
    found = row(f"Ann|{line}")
    assert isinstance(found, rows.Transferred)
    assert (found.kind, found.to, found.wait_ms, found.talk_ms) == (kind, to, 4000, 9000)


def test_a_transfer_of_old_tells_no_durations() -> None:
    found = row("Ann|TRANSFER|1014|from-in")
    assert isinstance(found, rows.Transferred)
    assert (found.to, found.wait_ms, found.talk_ms) == ("1014", None, None)


def test_who_hung_up_and_how_long_they_talked() -> None:
    by_caller, by_agent = row("Ann|COMPLETECALLER|3|40|1"), row("Ann|COMPLETEAGENT|3|40")
    assert isinstance(by_caller, rows.Completed)
    assert isinstance(by_agent, rows.Completed)
    assert (by_caller.ended_by, by_agent.ended_by) == (EndedBy.CALLER, EndedBy.AGENT)
    assert by_caller.talk_ms == by_agent.talk_ms == 40_000


def test_ringing_without_an_answer_is_told_in_milliseconds() -> None:
    for line, ring_ms in (("RINGNOANSWER|15000", 15_000), ("RINGCANCELED|397", 397)):
        found = row(f"Ann|{line}")
        assert isinstance(found, rows.RingFailed)
        assert found.ring_ms == ring_ms
    assert row("Ann|AGENTDUMP|") == rows.RingFailed(AT, "c1", "sales", "Ann", "AGENTDUMP")


def test_pauses_with_and_without_a_queue() -> None:
    one = parse(b"1800000000|NONE|sales|Ann|PAUSE|lunch|long")
    every = parse(b"1800000000|NONE|NONE|Ann|UNPAUSEALL|")
    assert one == rows.Paused(AT, "", "sales", "Ann", "PAUSE", True, "lunch|long")
    assert every == rows.Paused(AT, "", "", "Ann", "UNPAUSEALL", False, "")


def test_members_and_logins() -> None:
    added = parse(b"1800000000|MANAGER|sales|Ann|ADDMEMBER|PAUSED")
    assert added == rows.Member(AT, "MANAGER", "sales", "Ann", "ADDMEMBER", True, True)
    login = parse(b"1800000000|c9|NONE|Agent/7|AGENTLOGIN|PJSIP/7-1")
    assert login == rows.Login(AT, "c9", "", "Agent/7", "AGENTLOGIN", True)


def test_a_name_with_a_bar_keeps_its_line_readable() -> None:
    found = row("Ann|Bob|CONNECT|8|c1.9|7")
    assert found == rows.Connected(AT, "c1", "sales", "Ann|Bob", "CONNECT", 8000, 7000)


def test_unknown_verbs_are_kept_as_they_are() -> None:
    found = row("Ann|CALLSTATUS|ok|PAUSE")
    assert found == rows.Other(AT, "c1", "sales", "Ann", "CALLSTATUS", ("ok", "PAUSE"), False)
    known = row("Ann|PENALTY|3")
    assert isinstance(known, rows.Other)
    assert known.known


def test_names_that_are_not_utf8_stay_readable_and_apart() -> None:
    names = {parse(b"1800000000|c|q|M%cller|AGENTDUMP|" % byte).agent for byte in (0xFC, 0xF6)}
    assert names == {r"M\xfcller", r"M\xf6ller"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "1 of 5 fields"),
        (b"hello world\n", "1 of 5 fields"),
        (b"|c1|q|NONE|ABANDON|1|1|1", "epoch"),
        (b"12x|c1|q|NONE|ABANDON|1|1|1", "epoch is '12x'"),
        ("１８|c1|q|NONE|ABANDON|1|1|1".encode(), "epoch"),
        (b"1_8|c1|q|NONE|ABANDON|1|1|1", "epoch"),
        (b"99999999999999|c1|q|NONE|ABANDON|1|1|1", "epoch"),
        (b"\x00\x00\x00|c1|q|NONE|ABANDON|1|1|1", "epoch"),
        (b"18|NONE|q|NONE|ENTERQUEUE||1|1", "without a call"),
        (b"18|c1|NONE|NONE|ENTERQUEUE||1|1", "without a queue"),
        (b"18|c1|q|NONE|CONNECT|1|x|1", "without an agent"),
        (b"18|c1|q|NONE|ABANDON|1|1|soon", "wait is 'soon'"),
        (b"18|c1|q|Ann|COMPLETECALLER|1|1.5|1", "talk is '1.5'"),
        (b"18|" + b"c" * 300 + b"|q|NONE|ENTERQUEUE||1|1", "longer"),
        (b"18|c1|q|NONE|ENTERQUEUE||1|" + b"1" * LONGEST, "bytes"),
    ],
)
def test_what_cannot_be_taken_says_why(line: bytes, reason: str) -> None:
    with pytest.raises(QueueLogError, match=reason):
        parse(line)


VERBS = st.sampled_from(sorted(_READERS)) | st.sampled_from(["LEAVEEMPTY", "FULL", "X"])
FIELD = st.text(max_size=12) | st.integers().map(str) | st.sampled_from(["", "NONE", "1", "LINK"])


@given(st.tuples(FIELD, FIELD, FIELD, FIELD, VERBS | FIELD, st.lists(FIELD, max_size=7)))
def test_any_fields_give_a_row_or_the_error(
    fields: tuple[str, str, str, str, str, list[str]],
) -> None:
    *head, data = fields
    row_or_error("|".join([*head, *data]).encode("utf-8", "surrogatepass"))
    row_or_error("|".join(["1800000000", *head[1:], *data]).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_row_or_the_error(line: bytes) -> None:
    row_or_error(line)
    row_or_error(b"1800000000|c|q|a|" + line)


def row_or_error(line: bytes) -> None:
    with contextlib.suppress(QueueLogError):
        assert isinstance(parse(line), rows.Row)


def test_a_log_is_named_after_its_first_line() -> None:
    assert identity(b"18|a\n") == identity(b"18|a") == identity(b"18|a\r\n")
    assert identity(b"18|a") != identity(b"19|a")
