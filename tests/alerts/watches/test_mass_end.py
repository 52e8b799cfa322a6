"""Conversations that end all at once, and those that merely end."""

import random
from typing import Any

import msgspec
import pytest

from alerts.mass_end import MassEndWatch
from alerts.rules import MassEndRule
from ingest.events import Abandoned, Answered, Completed, Dropped, Queued
from ingest.words import Clock, Phase

RULE = MassEndRule(id="mass_end")


class Talks:
    """Conversations that last two minutes and a half in the mean, some on each line and queue."""

    def __init__(self, watched: Any) -> None:
        self.floor = watched(MassEndWatch, [RULE])
        self.draw = random.Random(7)
        self.number = 0
        self.ends: list[tuple[float, str, str, str]] = []

    def begin(self) -> None:
        self.number += 1
        visit, trunk = f"v{self.number}", self.draw.choice(("t1", "t2", "t3"))
        queue = self.draw.choice(("sales", "support"))
        self.floor.tell(Queued(visit=visit, queue=queue, trunk=trunk))
        self.floor.tell(Answered(visit=visit, queue=queue, agent=f"a{self.number % 40}"))
        talk_s = self.draw.lognormvariate(4.75, 0.7)
        self.ends.append((self.floor.second + talk_s, visit, queue, trunk))

    def go_on(self, seconds: int, per_second: float = 0.25) -> None:
        for _ in range(seconds):
            self.floor.until(self.floor.second + 1)
            if self.draw.random() < per_second:
                self.begin()
            due = [end for end in self.ends if end[0] <= self.floor.second]
            self.cut(due)

    def cut(self, ends: list[tuple[float, str, str, str]]) -> None:
        for end in ends:
            self.ends.remove(end)
            self.floor.tell(Completed(visit=end[1], queue=end[2]))


@pytest.fixture
def talks(watched: Any) -> Talks:
    talks = Talks(watched)
    talks.go_on(900)
    assert len(talks.ends) > 25
    assert talks.floor.story == []
    return talks


def test_all_ends_at_once(talks: Talks) -> None:
    count = len(talks.ends)
    talks.cut(list(talks.ends))
    talks.go_on(1)
    breach = talks.floor.breach("")
    assert breach.evidence["calls"] >= count
    assert breach.evidence["over_ms"] <= 5_000
    assert breach.queues == ("sales", "support")
    assert breach.at - breach.since <= 6_000


def test_a_line_whose_calls_end_is_named(talks: Talks) -> None:
    talks.cut([end for end in talks.ends if end[3] == "t2"])
    talks.go_on(1)
    assert talks.floor.scopes == ["trunk:t2"]


def test_a_queue_whose_calls_end_is_named(talks: Talks) -> None:
    talks.cut([end for end in talks.ends if end[2] == "support"])
    talks.go_on(1)
    assert talks.floor.scopes == ["queue:support"]


def test_it_ends_by_itself(talks: Talks) -> None:
    talks.cut(list(talks.ends))
    talks.go_on(1)
    talks.floor.restart()
    assert talks.floor.scopes == [""]
    talks.go_on(125)
    assert talks.floor.scopes == []


def test_ends_that_were_only_found_out_are_none(talks: Talks) -> None:
    for _, visit, queue, _ in talks.ends:
        stamp, at = talks.floor.stamps["pbx"], talks.floor.tell(Queued(visit="n", queue="sales"))
        event = stamp.event(Completed(visit=visit, queue=queue), time=at.time, recvtime=at.recvtime)
        talks.floor.put(msgspec.structs.replace(event, clock=Clock.ESTIMATED))
    talks.ends.clear()
    talks.go_on(2)
    assert talks.floor.scopes == []


def test_waiting_callers_who_leave_together_are_none(talks: Talks) -> None:
    for number in range(30):
        talks.floor.tell(Queued(visit=f"w{number}", queue="sales", trunk="t1"))
    for number in range(15):
        talks.floor.tell(Abandoned(visit=f"w{number}", queue="sales"))
    for number in range(15, 30):
        talks.floor.tell(Dropped(visit=f"w{number}", queue="sales", phase=Phase.WAITING))
    talks.go_on(2)
    assert talks.floor.scopes == []


def test_an_hour_of_ordinary_ends_is_nothing_to_tell(talks: Talks) -> None:
    talks.go_on(3_600, per_second=0.5)
    assert talks.floor.story == []
