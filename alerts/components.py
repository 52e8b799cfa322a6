"""Parts of the telephone system that are down: trunks, registrations, links, nodes, phones."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from alerts.breach import Board, Breach, Evidence, Key, Sight
from alerts.phones import MANY, Phones, many, phones, queues_of
from alerts.rules import ComponentRule
from alerts.words import Kind
from ingest.events import AgentState, Component, Event, Millis, Queued
from ingest.words import AgentStatus, ComponentKind, ComponentStatus
from stream.floor import Floor, Part

TOGETHER_MS = 60_000
"""Phones that fail within this time of each other fail for one reason."""
AGAIN_MS = 30_000
"""Lines register anew after a restart of their node: so long they are not told of apart."""
LINES_MS = 86_400_000
"""A queue that got a call by a line within this time depends on it."""
REVIEW_MS = 60_000
"""How often all is looked at where nothing is amiss."""
MANY_PHONES = "endpoint:*"
"""The scope of many phones at once."""
_ENDPOINT, _NODE = ComponentKind.ENDPOINT.value, ComponentKind.NODE.value
_DOWN, _DEGRADED = ComponentStatus.DOWN.value, ComponentStatus.DEGRADED.value
_UNREACHABLE = AgentStatus.UNREACHABLE.value
_ORDER = tuple(kind.value for kind in ComponentKind)


class Parts(Struct):
    """What is remembered: who told of each part, since when its status is as it is by our clock,
    which queues each line feeds, which phones could be reached, which went together, what is held."""

    sources: dict[str, str] = {}
    turned: dict[str, Millis] = {}
    queues: dict[str, dict[str, Millis]] = {}
    reached: set[str] = set()
    phones: dict[str, Millis] = {}
    held: set[Key] = set()


class ComponentWatch:
    """Holds one breach per part that is down, and one for many phones; see `alerts.breach.Watch`.

    A trunk and its registration are one line: whichever fell first is told. What fell while its
    node restarts is told if it stays down.
    """

    def __init__(self, floor: Floor, rules: Sequence[ComponentRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._state = Parts()
        self._sight = Sight()
        self._found = Phones()
        self._broken = False
        self._looked_at: Millis = 0

    def take(self, event: Event, now: Millis) -> None:
        data = event.data
        if isinstance(data, Component):
            key = f"{data.kind}:{data.name}"
            part = self._floor.state.parts.get(key)
            if key not in self._state.sources or (part is not None and part.since == event.time):
                self._state.turned[key] = now
            self._state.sources[key] = event.source
            self._look(now)
        elif isinstance(data, Queued) and data.trunk:
            self._state.queues.setdefault(data.trunk, {})[data.queue] = now
        elif isinstance(data, AgentState) and (self._state.phones or data.state == _UNREACHABLE):
            self._look(now)

    def tick(self, now: Millis, sight: Sight) -> None:
        blinded = sight.blind_sources != self._sight.blind_sources
        self._sight = sight
        if blinded or self._troubled or now - self._looked_at >= REVIEW_MS:
            self._look(now)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, state: bytes, now: Millis) -> None:
        self._state = msgspec.msgpack.decode(state, type=Parts)

    @property
    def _troubled(self) -> bool:
        unreachable = self._floor.agents.counts.get(_UNREACHABLE, 0)
        return bool(self._broken or unreachable or self._state.held)

    def _look(self, now: Millis) -> None:
        """Hold all that is down, free what is not."""
        self._looked_at = now
        self._found = phones(self._floor)
        parts = self._floor.state.parts.values()
        self._broken = any(part.status in (_DOWN, _DEGRADED) for part in parts)
        self._gather(now)
        wanted: dict[Key, Breach] = {}
        for rule in self._rules:
            for breach in (*self._of_lines(rule, now), *self._of_phones(rule, now)):
                wanted[breach.key] = breach
        for breach in wanted.values():
            held = self._board.held.get(breach.key)
            if held is not None:
                breach = msgspec.structs.replace(breach, at=held.at)
            self._board.hold(breach)
        for rule_id, scope in self._state.held - wanted.keys():
            self._board.free(rule_id, scope)
        self._state.held = set(wanted)

    def _of_lines(self, rule: ComponentRule, now: Millis) -> Iterator[Breach]:
        """One breach per line that is down for this rule."""
        lines: dict[str, list[tuple[str, Part]]] = defaultdict(list)
        for key, part in self._floor.state.parts.items():
            if part.kind in rule.kinds or not rule.kinds:
                broken = part.status == _DOWN or (rule.degraded and part.status == _DEGRADED)
                if broken and rule.speaks_of(key) and self._told_apart(rule, key, part, now):
                    lines[part.name.partition("@")[0]].append((key, part))
        for same in lines.values():
            key, part = min(same, key=lambda one: (one[1].since, _ORDER.index(one[1].kind)))
            evidence: Evidence = {
                "component": str(part.kind),
                "name": part.name,
                "status": str(part.status),
                "cause": part.cause,
            }
            yield _breach(rule, key, part.since, now, evidence, self._fed_by(same, now))

    def _told_apart(self, rule: ComponentRule, key: str, part: Part, now: Millis) -> bool:
        if (rule.id, key) in self._state.held:
            return True
        source = self._state.sources.get(key, "")
        if source in self._sight.blind_sources:
            return False
        if part.kind == _ENDPOINT and self._state.phones:
            return False
        return part.kind == _NODE or not self._restarts(source, now)

    def _restarts(self, source: str, now: Millis) -> bool:
        """Whether a node of this source (of any, if it is empty) is down, or came up just now."""
        state = self._state
        return any(
            part.status == _DOWN or now - state.turned.get(key, 0) < AGAIN_MS
            for key, part in self._floor.state.parts.items()
            if part.kind == _NODE and source in ("", state.sources.get(key))
        )

    def _fed_by(self, parts: list[tuple[str, Part]], now: Millis) -> tuple[str, ...]:
        """The queues that got calls by these lines."""
        fed = {
            queue
            for _, part in parts
            for queue, at in self._state.queues.get(part.name, {}).items()
            if now - at < LINES_MS
        }
        return tuple(sorted(fed))

    def _gather(self, now: Millis) -> None:
        """Enter the phones that went together; forget them when most are back."""
        found, gone = self._found, self._state.phones
        # One that was never seen to work did not fail now.
        reached = self._state.reached = (self._state.reached & found.known) | found.up
        for phone in [phone for phone in gone if phone not in found.down]:
            del gone[phone]
        if gone and (len(gone) < MANY or not many(2 * len(gone), len(found.known))):
            gone.clear()
        if self._sight.blind_sources and not gone:
            return
        # The newest ones: those that failed within one minute of the last to fail.
        failed = {name: at for name, at in found.down.items() if name in reached}
        newest = max(failed.values(), default=0)
        together = {name: at for name, at in failed.items() if newest - at <= TOGETHER_MS}
        fresh = now - newest <= TOGETHER_MS and not self._restarts("", now)
        if gone or (fresh and many(len(together), len(found.known))):
            gone.update(together)

    def _of_phones(self, rule: ComponentRule, now: Millis) -> Iterator[Breach]:
        gone = self._state.phones
        mine = not rule.kinds or _ENDPOINT in rule.kinds
        if not gone or not mine or not rule.speaks_of(MANY_PHONES):
            return
        held = self._board.held.get((rule.id, MANY_PHONES))
        count = max(len(gone), int(held.evidence["count"]) if held is not None else 0)
        evidence: Evidence = {
            "component": _ENDPOINT,
            "name": "*",
            "status": _DOWN,
            "cause": "",
            "count": count,
            "of": len(self._found.known),
        }
        since = held.since if held is not None else min(gone.values())
        yield _breach(rule, MANY_PHONES, since, now, evidence, queues_of(self._floor, gone))


def _breach(
    rule: ComponentRule,
    scope: str,
    since: Millis,
    now: Millis,
    evidence: Evidence,
    queues: tuple[str, ...],
) -> Breach:
    return Breach(
        rule=rule.id,
        kind=Kind.COMPONENT,
        scope=scope,
        since=since,
        at=now,
        evidence=evidence,
        queues=queues,
    )
