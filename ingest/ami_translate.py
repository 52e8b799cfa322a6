"""AMI messages to events: the one place where Asterisk's words for a floor become ours.

    messages, in order --> Translator --> events, stamped and in order
                              |- Calls, Ends   visits: join, ring, answer, and how each ends
                              |- Roster        agents: one state per person
                              |- Components    trunks, phones, registrations, Asterisk itself
                              `- Snapshots     who is there after a login

Told the time: every call passes `now`, our clock. A Translator does no I/O and asks no clock.
"""

from collections.abc import Mapping

from ingest.ami_agents import Roster
from ingest.ami_calls import Calls
from ingest.ami_components import Components
from ingest.ami_ends import Ends
from ingest.ami_legs import Legs
from ingest.ami_message import Message
from ingest.ami_snapshot import Lists, Snapshots
from ingest.ami_telling import Telling, Timer
from ingest.ami_visits import Stage, VisitBook
from ingest.events import Adapter, Event, Gap, Heartbeat, Millis
from ingest.stamp import Stamp
from ingest.words import AdapterStatus, ComponentStatus

LISTS_WINDOW_MS = 5_000
"""How long the answers to the questions after a login are waited for."""

CRASHED = "crashed"


class Translator:
    """One Asterisk's messages, in order, to events. Each method gives the events that follow from it."""

    def __init__(
        self,
        stamp: Stamp,
        *,
        wrap_up_ms: Mapping[str, Millis] | None = None,
        agents: Mapping[str, str] | None = None,
    ) -> None:
        """`wrap_up_ms` per queue: AMI publishes none, so without it nobody is ever in ACW.

        `agents` maps interfaces (`PJSIP/400`, `Local/400@agents/n`) to agent ids, where the
        member names that Asterisk has are not the people.
        """
        self._telling = Telling(stamp)
        self._book = VisitBook()
        self._roster = Roster(self._telling, wrap_up_ms or {}, agents or {})
        self._ends = Ends(self._telling, self._book, self._roster)
        self._components = Components(self._telling)
        self._calls = Calls(self._telling, self._book, self._roster, self._ends, self._components)
        self._legs = Legs(self._telling, self._book, self._roster, self._ends)
        self._snapshots = Snapshots(self._telling, self._book, self._roster, self._ends)
        self._lists = Lists()
        self._linked = False
        self._syncing = False
        self._seen_before = False
        self._lost_at: Millis = 0
        self._heard_at: Millis = 0
        self._syncs = 0
        self._why = ""
        self._gap_why = ""
        self._shutdown = False
        self._startup = ""
        self._last_native_at: Millis | None = None

    @property
    def due_at(self) -> Millis | None:
        """When `tick` has something to do, by our clock; None if nothing waits."""
        return self._telling.due_at

    def started(self, now: Millis) -> list[Event]:
        """The adapter starts: told once, before anything else."""
        self._telling.pass_to(now)
        self._telling.read_arrival()
        self._telling.tell(Adapter(status=AdapterStatus.STARTING))
        return self._telling.take()

    def linked(self, now: Millis) -> list[Event]:
        """A login was accepted. The answers to QueueStatus and CoreShowChannels make the resync."""
        self._ring(now)
        if self._linked:
            self._lose("Asterisk booted anew on the same link")
        self._link()
        return self._telling.take()

    def lost(self, now: Millis, why: str, *, at: Millis | None = None) -> list[Event]:
        """The link is gone, since `at` if that was before `now`. The gap begins where we last heard."""
        self._ring(now)
        self._lose(why, at)
        return self._telling.take()

    def refused(self, now: Millis, why: str) -> list[Event]:
        """There is no link, for this reason: said at each attempt whose reason is another."""
        self._ring(now)
        self._telling.read_arrival()
        if why != self._why:
            self._why = why
            self._telling.tell(Adapter(status=AdapterStatus.DOWN, reason=why))
        return self._telling.take()

    def heartbeat(
        self,
        now: Millis,
        counters: Mapping[str, int],
        *,
        lag_ms: Millis = 0,
        offset_ms: Millis | None = None,
        backlog: int = 0,
    ) -> list[Event]:
        """Every ten seconds while the link lives. `offset_ms` is the PBX's clock minus ours, if measured."""
        self._ring(now)
        self._telling.read_arrival()
        if offset_ms is None and self._telling.stamped:
            offset_ms = -self._telling.behind_ms
        self._telling.tell(
            Heartbeat(
                clock_offset_ms=offset_ms,
                last_native_at=self._last_native_at,
                lag_ms=lag_ms,
                backlog=backlog,
                counters=dict(counters),
            )
        )
        return self._telling.take()

    def heard(self, now: Millis) -> None:
        """Something came in, if only what says nothing about the floor: no gap begins before it."""
        self._last_native_at = max(self._last_native_at or 0, now)

    def tick(self, now: Millis) -> list[Event]:
        """Let the timers ring that are due by `now`, in their order."""
        self._ring(now)
        return self._telling.take()

    def receive(self, message: Message, now: Millis) -> list[Event]:
        """The events that follow from this message, and from the timers due before it."""
        self._ring(now)
        self._telling.read(message, now)
        if not message.event:
            self._answered(message)
        else:
            self._read(message)
        self._last_native_at = self._telling.recvtime
        return self._telling.take()

    def _read(self, message: Message) -> None:
        match message.event:
            case "FullyBooted":
                self._booted(message)
            case "Shutdown":
                self._shut_down(message)
            case (
                "QueueMemberStatus" | "QueueMemberAdded" | "QueueMemberRemoved" | "QueueMemberPause"
            ):
                self._roster.receive(message)
            case (
                "QueueParams"
                | "QueueMember"
                | "QueueEntry"
                | "QueueStatusComplete"
                | "CoreShowChannel"
                | "CoreShowChannelsComplete"
            ):
                self._lists.receive(message)
                self._sync()
            case (
                "PeerStatus"
                | "ContactStatus"
                | "ContactList"
                | "EndpointList"
                | "PeerEntry"
                | "Registry"
                | "OutboundRegistrationDetail"
                | "RegistryEntry"
                | "Alarm"
                | "AlarmClear"
                | "SpanAlarm"
                | "SpanAlarmClear"
            ):
                self._components.receive(message)
            case _:
                self._calls.receive(message)
                self._legs.receive(message)

    def _answered(self, message: Message) -> None:
        started = message.text("corestartupdate") + " " + message.text("corestartuptime")
        if started != " ":
            if self._startup and started != self._startup:
                self._restarted(CRASHED)
            self._startup = started
        refused = message.text("response").lower() == "error"
        if refused and self._syncing and self._lists.queues_whole:
            self._finish()

    def _booted(self, message: Message) -> None:
        if not self._linked or (self._seen_before and not self._syncing):
            self._lose("the link was made anew", self._last_native_at)
            self._link()
        uptime_ms = message.seconds_ms("uptime")
        absent_ms = self._telling.recvtime - self._heard_at
        if self._shutdown or (uptime_ms is not None and uptime_ms < absent_ms):
            self._restarted(CRASHED)

    def _restarted(self, why: str) -> None:
        """Asterisk began anew while we were away: what was open ended when it went."""
        if not self._lost_at:
            return
        at = self._lost_at
        orderly, self._shutdown, self._lost_at = self._shutdown, False, 0
        for visit in list(self._book.open.values()):
            if visit.joined_at is None or visit.joined_at <= at:
                self._ends.cut(visit, at, "" if orderly else why)
        self._ends.legs.clear()
        self._ends.linked.clear()
        self._gap_why = "Asterisk restarted" if orderly else f"Asterisk {why}"
        if not orderly:
            self._components.node(ComponentStatus.DOWN, why, at)
        self._components.node(ComponentStatus.UP, "restarted")

    def _shut_down(self, message: Message) -> None:
        self._shutdown = True
        restart = message.text("restart").lower() == "true"
        self._components.node(ComponentStatus.DOWN, "restart" if restart else "shutdown")

    def _link(self) -> None:
        self._telling.read_arrival()
        self._linked = self._syncing = True
        self._lists = Lists()
        self._syncs += 1
        self._telling.tell(Adapter(status=AdapterStatus.RESYNC))
        self._telling.wait(LISTS_WINDOW_MS, Timer.RESYNC, str(self._syncs))

    def _lose(self, why: str, at: Millis | None = None) -> None:
        if not self._linked:
            return
        self._linked = self._syncing = False
        self._lost_at = self._telling.recvtime if at is None else at
        self._heard_at = self._last_native_at or self._telling.recvtime
        self._why = self._gap_why = why
        for visit in list(self._book.open.values()):
            if visit.stage is Stage.ENDING:
                self._ends.decide(visit)
            elif visit.stage is Stage.LEAVING and visit.abandoned:
                self._ends.gone(visit, visit.hanging_up)
            elif visit.stage is Stage.LEAVING:
                visit.stage = Stage.WAITING
        self._book.doubt()
        self._telling.read_arrival()
        self._telling.tell(Adapter(status=AdapterStatus.DOWN, reason=why))

    def _sync(self) -> None:
        if self._syncing and self._lists.queues_whole and self._lists.channels is not None:
            self._finish()
        elif not self._syncing and self._lists.queues_whole:
            self._snapshots.review(self._lists)
            self._lists = Lists()

    def _finish(self) -> None:
        """All answers are in, or will not come: tell what was missed and what is there now."""
        lists, self._lists = self._lists, Lists()
        self._syncing = False
        self._telling.read_arrival()
        if self._seen_before:
            end = self._telling.time
            start = min(self._heard_at, end)
            self._telling.tell(Gap(start_at=start, end_at=end, why=self._gap_why))
        if lists.queues_whole:
            self._snapshots.tell(lists)
        self._seen_before, self._why = True, ""
        self._telling.tell(Adapter(status=AdapterStatus.UP))

    def _ring(self, now: Millis) -> None:
        while (rung := self._telling.due(now)) is not None:
            timer, key = rung
            self._ring_one(timer, key)
        self._telling.pass_to(now)

    def _ring_one(self, timer: Timer, key: str) -> None:
        visit = self._book.open.get(key)
        match timer:
            case Timer.LEFT if visit is not None:
                self._ends.left(visit)
            case Timer.ENDED if visit is not None:
                self._ends.decide(visit)
            case Timer.MOVED if visit is not None:
                self._legs.moved(visit)
            case Timer.FREED:
                freed = self._roster.freed(key)
                if freed is not None:
                    self._roster.released(*freed)
            case Timer.SETTLED:
                self._roster.ring_off(key)
            case Timer.WRAPPED:
                self._roster.wrapped(key)
            case Timer.RESYNC if self._syncing and key == str(self._syncs):
                self._finish()
            case _:
                pass
