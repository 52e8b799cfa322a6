"""Feeds that die, fall silent, lose events, or come and go."""

from typing import Any

import pytest

from alerts.adapters import BEAT_MS, AdapterWatch
from alerts.rules import AdapterRule
from ingest.events import Adapter, Gap, Heartbeat, Queued
from ingest.words import AdapterStatus

RULES = (AdapterRule(id="adapter", scopes=("*",)),)
FEED = "feed:pbx"
T0 = 1_795_305_600_000


@pytest.fixture
def feed(watched: Any) -> Any:
    """A feed that is up, beats, and told of one queue."""
    each = watched(AdapterWatch, RULES)
    each.tell(Adapter(status=AdapterStatus.STARTING))
    each.tell(Adapter(status=AdapterStatus.RESYNC))
    each.tell(Adapter(status=AdapterStatus.UP))
    each.tell(Queued(visit="1", queue="sales", call="1"))
    each.tell(Heartbeat())
    return each


def beat(feed: Any, until: float) -> None:
    while feed.second + 10 <= until:
        feed.until(feed.second + 10)
        feed.tell(Heartbeat())
    feed.until(until)


def test_a_feed_that_starts_and_beats_is_no_trouble(feed: Any) -> None:
    beat(feed, 300)
    assert feed.story == []


def test_one_that_says_it_is_down_is_told_at_once_until_it_is_up(feed: Any) -> None:
    beat(feed, 20)
    feed.tell(Adapter(status=AdapterStatus.DOWN, reason="eof"))
    breach = feed.breach(FEED)
    assert dict(breach.evidence) == {
        "source": "pbx",
        "status": "down",
        "reason": "eof",
        "silent_ms": 0,
    }
    assert breach.queues == ("sales",)
    feed.until(50)
    feed.tell(Adapter(status=AdapterStatus.RESYNC))
    assert feed.scopes == [FEED]
    feed.tell(Adapter(status=AdapterStatus.UP))
    assert feed.scopes == []


def test_one_lost_heartbeat_is_nothing_two_are_silence(feed: Any) -> None:
    beat(feed, 20)
    feed.until(42)
    assert feed.scopes == []
    feed.until(43)
    breach = feed.breach(FEED)
    assert breach.since == T0 + 20_000
    assert (breach.evidence["reason"], breach.evidence["silent_ms"]) == ("silent", 23_000)
    assert int(breach.evidence["silent_ms"]) > 2 * BEAT_MS
    feed.tell(Heartbeat())
    feed.until(44)
    assert feed.scopes == []


def test_silence_of_a_source_without_heartbeats_says_nothing(watched: Any) -> None:
    log = watched(AdapterWatch, RULES)
    log.tell(Queued(visit="1", queue="sales", call="1"))
    log.until(3_600)
    assert log.story == []


def test_one_that_never_comes_up_is_told_after_a_minute(watched: Any) -> None:
    never = watched(AdapterWatch, RULES)
    never.tell(Adapter(status=AdapterStatus.STARTING))
    never.until(60)
    assert never.scopes == []
    never.until(62)
    assert never.scopes == [FEED]


def test_the_gap_of_an_outage_that_was_told_is_no_news(feed: Any) -> None:
    beat(feed, 20)
    feed.tell(Adapter(status=AdapterStatus.DOWN, reason="eof"))
    feed.until(40)
    feed.tell(Adapter(status=AdapterStatus.RESYNC))
    feed.tell(Gap(start_at=T0 + 19_000, end_at=T0 + 40_000, why="eof"))
    feed.tell(Adapter(status=AdapterStatus.UP))
    feed.tell(Gap(start_at=T0 + 19_000, end_at=T0 + 40_000, why="eof"))
    beat(feed, 120)
    assert [what for _, what, _ in feed.story] == ["held", "freed"]


def test_a_gap_by_itself_is_told_for_a_minute(feed: Any) -> None:
    beat(feed, 20)
    feed.tell(Gap(start_at=T0 + 5_000, end_at=T0 + 9_000, why="overrun"))
    assert feed.breach(FEED).evidence["reason"] == "gap"
    beat(feed, 79)
    assert feed.scopes == [FEED]
    beat(feed, 81)
    assert feed.scopes == []


def test_lost_events_are_a_gap_and_those_that_come_late_are_not(feed: Any) -> None:
    beat(feed, 20)
    late = feed.stamps["pbx"].event(Heartbeat(), time=T0 + 20_000, recvtime=T0 + 23_000)
    feed.until(21)
    feed.tell(Heartbeat())
    feed.until(23)
    feed.put(late)
    beat(feed, 40)
    assert feed.story == []
    feed.stamps["pbx"].event(Heartbeat(), time=T0, recvtime=T0)  # it never arrives
    feed.tell(Heartbeat())
    beat(feed, 50)
    assert feed.breach(FEED).evidence["reason"] == "gap"
    beat(feed, 180)
    assert [what for _, what, _ in feed.story] == ["held", "freed"]


def test_one_that_comes_and_goes_is_one_trouble(feed: Any) -> None:
    for second in (20, 80, 140, 200, 260):
        beat(feed, second)
        feed.tell(Adapter(status=AdapterStatus.DOWN, reason="reset"))
        feed.until(second + 5)
        feed.tell(Adapter(status=AdapterStatus.UP))
    assert len(feed.times("held", FEED)) == 3
    assert feed.breach(FEED).evidence["reason"] == "flapping"
    beat(feed, 1_200)
    assert len(feed.times("freed", FEED)) == 3
    assert feed.scopes == []


def test_one_that_was_stopped_in_good_order_has_half_a_minute(feed: Any) -> None:
    beat(feed, 20)
    feed.tell(Adapter(status=AdapterStatus.DOWN, reason="stopped"))
    feed.until(50)
    assert feed.scopes == []
    feed.until(52)
    assert feed.scopes == [FEED]


def test_a_source_that_was_replaced_is_forgotten(feed: Any) -> None:
    feed.tell(Adapter(status=AdapterStatus.DOWN, reason="the connection was lost"))
    feed.tell(Queued(visit="2", queue="sales", call="2"), source="pbx-2")
    assert feed.scopes == [FEED]
    feed.until(3_602)
    assert feed.scopes == []


def test_a_restart_of_ours_holds_what_was_held(feed: Any) -> None:
    feed.tell(Adapter(status=AdapterStatus.DOWN, reason="eof"))
    since = feed.breach(FEED).since
    feed.until(30)
    feed.restart()
    feed.until(31)
    assert feed.breach(FEED).since == since


@pytest.mark.parametrize(
    ("name", "outages"),
    [("A", [(1_110, 1_138)]), ("B", [(240, 280), (560, 562)])],
)
def test_outages_of_the_real_link_are_told_within_a_minute(
    watched: Any, recorded: Any, name: str, outages: list[tuple[int, int]]
) -> None:
    events, begin = recorded(name)
    link = watched(AdapterWatch, RULES)
    link.play(events)
    scope = "feed:/acd/replay/ami"
    held = [at + (T0 - begin) / 1000 for at in link.times("held", scope)]
    freed = [at + (T0 - begin) / 1000 for at in link.times("freed", scope)]
    assert link.scopes == []
    assert len(held) == len(freed) == len(outages)
    for (start, end), told, over in zip(outages, held, freed, strict=True):
        assert start <= told <= start + 60
        assert end <= over <= end + 60
