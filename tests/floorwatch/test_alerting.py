"""Alerts beside a floor: judged, written down before they are answered, told on, and kept over a restart."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from alerts.care import Care
from alerts.channels import ChannelError
from alerts.courier import Courier
from alerts.defaults import DEFAULTS
from alerts.engine import Engine
from alerts.incident_store import IncidentStoreError
from alerts.incidents_sqlite import SqliteIncidents
from alerts.notices import Notice
from alerts.playbooks import load
from dashboard.concern import Sees, everything
from floorwatch.alerting import Alerting
from ingest.events import Component, Data, Heartbeat, Queued
from ingest.stamp import Stamp
from ingest.words import ComponentKind, ComponentStatus
from stream.floor import Floor
from stream.sites import Site

T0 = 1_795_305_600_000
SITE = Site(id="hq")
DOWN = Component(kind=ComponentKind.TRUNK, name="carrier", status=ComponentStatus.DOWN)
UP = Component(kind=ComponentKind.TRUNK, name="carrier", status=ComponentStatus.UP)


class Moved:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.at = T0

    def now(self) -> int:
        return self.at

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.Event().wait()


class Road:
    """A channel that keeps what it is given, or takes nothing."""

    per_minute = 0

    def __init__(self) -> None:
        self.taken: list[Notice] = []
        self.tries = 0
        self.broken = False

    async def send(self, notices: Any) -> None:
        self.tries += 1
        if self.broken:
            raise ChannelError("it is shut", retry=True)
        self.taken += notices


class Office:
    """A floor and its alerts, which can be killed and started again on the same memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Moved()
        self.roads = {"wecom": Road(), "mail": Road()}
        self.seen: dict[str, Any] = {}
        self.stamp = Stamp("pbx", "1")
        self.floor = Floor(SITE)
        self.start()

    def start(self) -> None:
        """As `up` does it."""
        self.store = SqliteIncidents(self.folder / "alerts.db")
        care = Care(channels=("wecom", "mail"))
        engine = Engine(self.floor, DEFAULTS, care, state=self.store.load())
        self.courier = Courier(self.store, self.roads, self.clock)
        self.alerts = Alerting(engine, self.store, self.courier, self.clock, load())
        self.alerts.recover(self.clock.at)

    def kill(self) -> None:
        """Without a goodbye: what is not on disk is gone."""
        self.store.close()

    def tell(self, data: Data) -> None:
        event = self.stamp.event(data, time=self.clock.at, recvtime=self.clock.at)
        if self.floor.apply(event):
            self.alerts.take(event)

    def go(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.at += 1_000
            if self.clock.at // 1_000 % 5 == 0:
                self.tell(Heartbeat())
            for key, value in self.alerts.tick(self.clock.at).items():
                self.seen[key] = value

    def wish(self, **wish: object) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.alerts.obey(json.dumps(wish), self.clock.at))
        return answer

    @property
    def incidents(self) -> dict[str, Any]:
        told: dict[str, Any] = self.alerts.document["incidents"]
        return told

    async def carry(self, done: Callable[[], bool]) -> None:
        """Let the courier work until this is so."""
        task = asyncio.create_task(self.courier.run())
        try:
            async with asyncio.timeout(10):
                while not done():  # noqa: ASYNC110 - the courier has its turns, no time passes
                    await asyncio.sleep(0)  # noqa: TID251
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.tell(UP)
    office.go(3)
    yield office
    with closing(office.store):
        pass


async def test_a_trunk_that_dies_is_shown_told_acknowledged_and_over(office: Office) -> None:
    office.tell(DOWN)
    office.go(2)
    [(id, shown)] = office.incidents.items()
    assert (shown["scope"], shown["state"]) == ("trunk:carrier", "firing")
    assert "carrier" in shown["sentence"]["zh"]
    office.go(10)
    roads = office.roads.values()
    await office.carry(lambda: all(road.taken for road in roads))
    assert {road.taken[0].incident for road in roads} == {id}
    answer = office.wish(do="acknowledge", incident=id, who="Wang", note="calling them")
    assert answer == {"v": 1, "kind": "answer", "done": True, "incident": id}
    office.tell(UP)
    office.go(120)
    assert office.incidents[id]["state"] == "ended"
    assert office.wish(do="close", incident=id, who="Wang", cause="c", measure="m")["done"]
    story: Any = office.alerts.ask("/incident", {"id": id}, everything)
    words = [entry.what for entry in story["story"]]
    assert words[:2] == ["fired", "told"]
    assert {"acknowledged", "ended", "closed"} <= set(words)
    assert story["incident"]["closed"]["cause"] == "c"


def test_what_is_answered_is_on_disk(office: Office) -> None:
    office.tell(DOWN)
    office.go(8)
    [id] = office.incidents
    office.wish(do="acknowledge", incident=id, who="Wang", note="")
    office.kill()
    office.start()
    office.go(1)
    assert office.incidents[id]["acked"]["by"] == "Wang"
    assert office.incidents[id]["state"] == "firing"
    office.go(600)
    escalated = [e.what for e in office.store.story(id) if e.what == "escalated"]
    assert escalated == [], "it was acknowledged before the crash"


def test_a_memory_that_cannot_be_written_is_not_answered_with_done_and_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.tell(DOWN)
    office.go(8)
    [id] = office.incidents
    full = IncidentStoreError("the disk is full")

    def refuse(*_: object) -> None:
        raise full

    with monkeypatch.context() as context:
        context.setattr(office.store, "commit", refuse)
        answer = office.wish(do="note", incident=id, who="Wang", note="kept all the same")
        assert (answer["done"], answer["why"]) == (False, "not_kept")
        office.go(2)
    office.go(2)
    notes = [e.details["note"] for e in office.store.story(id) if e.what == "noted"]
    assert notes == ["kept all the same"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"\xff", "unreadable"),
        ('{"do": "acknowledge"}', "missing_who"),
        ('{"do": "fly", "who": "Wang"}', "unknown_action"),
        ('{"do": "acknowledge", "who": "Wang", "incident": "nope"}', "unknown_incident"),
        ("[]", "unreadable"),
    ],
)
def test_wishes_that_cannot_be_done_say_why(office: Office, message: str | bytes, why: str) -> None:
    answer = json.loads(office.alerts.obey(message, office.clock.at))
    assert (answer["done"], answer["why"]) == (False, why)


async def test_a_channel_that_takes_nothing_is_an_alert_on_the_other_one(office: Office) -> None:
    wecom, mail = office.roads["wecom"], office.roads["mail"]
    wecom.broken = True
    office.tell(DOWN)
    office.go(8)
    for tries in (1, 2, 3):
        await office.carry(lambda tries=tries: wecom.tries >= tries)  # type: ignore[misc]
        office.clock.at += 600_000
        office.tell(Heartbeat())
    office.go(20)
    assert "wecom" in office.courier.failing
    before = len(mail.taken)
    await office.carry(lambda: len(mail.taken) > before)
    told = [alert.scope for notice in mail.taken for alert in notice.alerts]
    assert "channel:wecom" in told
    assert wecom.taken == []


def test_pages_are_told_what_they_ask_for(office: Office) -> None:
    office.tell(DOWN)
    office.go(8)
    ask = partial(office.alerts.ask, sees=everything)
    listed: Any = ask("/incidents", {"from": str(T0), "to": str(office.clock.at + 1)})
    assert [each["scope"] for each in listed] == ["trunk:carrier"]
    assert ask("/incidents", {"from": "x", "to": "-1"}) is not None
    report: Any = ask("/alerts/report", {})
    assert report["alarms"] == 1
    assert report["noisiest"] == [{"rule": "component", "count": 1}]
    rules: Any = ask("/rules", {})
    surge = next(rule for rule in rules if rule["id"] == "surge")
    assert "每周最多 1 次" in surge["sentence"]["zh"]
    assert "doubling" in surge["consequence"]["en"]
    playbooks: Any = ask("/playbooks", {})
    assert playbooks["surge"]["zh"]
    assert ask("/incident", {"id": "nope"}) is None
    assert ask("/nothing", {}) is None


def test_who_sees_a_part_is_told_of_incidents_that_have_something_in_it(office: Office) -> None:
    office.tell(DOWN)
    office.go(8)
    [id] = office.incidents
    office.alerts.engine.life.state.incidents[id].scopes.append("queue:sales")

    def sums(sees: Sees) -> Any:
        return office.alerts.ask("/alerts/report", {}, sees)

    whole, sales, support = (
        sums(everything),
        sums(lambda place: place in ("", "queue:sales")),
        sums(lambda place: place in ("", "queue:support")),
    )
    assert whole == sales
    assert (whole["alerts"], whole["alarms"]) == (1, 1)
    assert (support["alerts"], support["alarms"], support["noisiest"]) == (0, 0, [])
    for sees, many in ((everything, 1), (lambda place: place == "queue:support", 0)):
        listed: Any = office.alerts.ask("/incidents", {}, sees)
        story: Any = office.alerts.ask("/incident", {"id": id}, sees)
        assert (len(listed), story is not None) == (many, bool(many))


async def test_what_was_learnt_outlives_a_restart(office: Office) -> None:
    for _ in range(300):
        office.clock.at += 2_000
        office.tell(Queued(visit=f"v{office.clock.at}", queue="sales"))
        office.alerts.tick(office.clock.at)
    rate = office.alerts.engine.arrivals.streams["queue:sales"].pace.rate
    assert rate > 0
    task = asyncio.create_task(office.alerts.run())
    await asyncio.sleep(0)  # noqa: TID251 - it begins
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    office.kill()
    office.start()
    office.go(1)
    again = office.alerts.engine.arrivals.streams["queue:sales"].pace.rate
    assert again == pytest.approx(rate, rel=0.05)
