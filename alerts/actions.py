"""What people do to incidents: acknowledge, pass on, silence, check off, judge, close."""

from collections.abc import Callable, Mapping

from alerts.escalation import Escalation
from alerts.incident import Closed, Done, Incident
from alerts.life_outcome import Outcome
from alerts.life_state import LifeState
from alerts.silences import Silence
from ingest.events import Millis

LONGEST_TEXT = 2_000
VERDICTS = ("useful", "false")
STEPS = 100

Wish = Mapping[str, object]
Answer = dict[str, object]


class ActionError(ValueError):
    """A wish that cannot be done. The text is one word of docs/alerts.md."""


class Actions:
    """Does what people wish, and writes down who wished it."""

    def __init__(self, state: LifeState, outcome: Outcome, escalation: Escalation) -> None:
        self._state = state
        self._outcome = outcome
        self._escalation = escalation
        self._known: dict[str, Callable[[Millis, Wish, str], Answer]] = {
            "acknowledge": self._acknowledge,
            "unacknowledge": self._unacknowledge,
            "assign": self._assign,
            "silence": self._silence,
            "unsilence": self._unsilence,
            "maintain": self._silence,
            "step": self._step,
            "note": self._note,
            "verdict": self._verdict,
            "close": self._close,
        }

    def act(self, now: Millis, wish: Wish) -> Answer:
        """Do it; what is to be answered beside `done`. Raises `ActionError`."""
        do = self._known.get(str(wish.get("do")))
        if do is None:
            raise ActionError("unknown_action")
        return do(now, wish, _text(wish, "who"))

    def _acknowledge(self, now: Millis, wish: Wish, who: str) -> Answer:
        incident = self._incident(wish)
        if not incident.open:
            raise ActionError("over")
        if incident.acked is not None:
            raise ActionError("acknowledged_already")
        note = _text(wish, "note", needed=False)
        incident.acked = Done(by=who, at=now, note=note)
        self._escalation.acknowledged(incident)
        self._write(now, "acknowledged", incident, who, note=note)
        return {"incident": incident.id}

    def _unacknowledge(self, now: Millis, wish: Wish, who: str) -> Answer:
        incident = self._incident(wish)
        if not incident.open:
            raise ActionError("over")
        if incident.acked is None:
            raise ActionError("not_acknowledged")
        incident.acked = None
        self._escalation.unacknowledged(incident, now)
        self._write(now, "unacknowledged", incident, who)
        return {"incident": incident.id}

    def _assign(self, now: Millis, wish: Wish, who: str) -> Answer:
        incident = self._incident(wish)
        incident.assigned = _text(wish, "to")
        self._write(now, "assigned", incident, who, to=incident.assigned)
        return {"incident": incident.id}

    def _silence(self, now: Millis, wish: Wish, who: str) -> Answer:
        until = wish.get("until")
        if isinstance(until, bool) or not isinstance(until, int) or until <= now:
            raise ActionError("bad_until")
        # Wished at an incident, it is part of that one's story.
        about = self._incident(wish).id if "incident" in wish else ""
        number = 1
        while (id := f"s{now // 1_000:x}-{number}") in self._state.silences:
            number += 1
        silence = Silence(
            id=id,
            rule=_text(wish, "rule", needed=False) or "*",
            # An empty scope is the whole floor, so it is not the same as none.
            scope=_pattern(wish, "scope"),
            until=until,
            reason=_text(wish, "reason"),
            by=who,
            at=now,
            maintenance=wish.get("do") == "maintain",
        )
        self._state.silences[id] = silence
        self._outcome.of_incident(
            now,
            "maintenance_began" if silence.maintenance else "silenced",
            about,
            who,
            silence=id,
            rule=silence.rule,
            scope=silence.scope,
            until=until,
            reason=silence.reason,
        )
        return {"silence": id}

    def _unsilence(self, now: Millis, wish: Wish, who: str) -> Answer:
        silence = self._state.silences.pop(_text(wish, "silence"), None)
        if silence is None:
            raise ActionError("unknown_silence")
        self._outcome.of_incident(now, "unsilenced", "", who, silence=silence.id)
        return {"silence": silence.id}

    def _step(self, now: Millis, wish: Wish, who: str) -> Answer:
        incident = self._incident(wish)
        step = wish.get("step")
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < STEPS:
            raise ActionError("bad_step")
        done = wish.get("done", True)
        if done is True:
            incident.checked[str(step)] = Done(by=who, at=now)
        elif done is False:
            incident.checked.pop(str(step), None)
        else:
            raise ActionError("bad_step")
        self._write(now, "step_done" if done else "step_undone", incident, who, step=step)
        return {"incident": incident.id}

    def _note(self, now: Millis, wish: Wish, who: str) -> Answer:
        incident = self._incident(wish)
        self._write(now, "noted", incident, who, note=_text(wish, "note"))
        return {"incident": incident.id}

    def _verdict(self, now: Millis, wish: Wish, who: str) -> Answer:
        incident = self._incident(wish)
        verdict = _text(wish, "verdict")
        if verdict not in VERDICTS:
            raise ActionError("bad_verdict")
        incident.verdict = verdict
        self._write(now, "judged", incident, who, verdict=verdict, rule=incident.rule)
        return {"incident": incident.id}

    def _close(self, now: Millis, wish: Wish, who: str) -> Answer:
        incident = self._incident(wish)
        if incident.open:
            raise ActionError("still_open")
        closed = Closed(by=who, at=now, cause=_text(wish, "cause"), measure=_text(wish, "measure"))
        incident.closed = closed
        self._write(now, "closed", incident, who, cause=closed.cause, measure=closed.measure)
        return {"incident": incident.id}

    def _incident(self, wish: Wish) -> Incident:
        incident = self._state.incidents.get(_text(wish, "incident"))
        if incident is None:
            raise ActionError("unknown_incident")
        return incident

    def _write(
        self, now: Millis, what: str, incident: Incident, who: str, **details: object
    ) -> None:
        self._outcome.of_incident(now, what, incident.id, who, **details)


def _text(wish: Wish, key: str, *, needed: bool = True) -> str:
    value = wish.get(key, "")
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ActionError(f"bad_{key}")
    if needed and not value.strip():
        raise ActionError(f"missing_{key}")
    return value.strip()


def _pattern(wish: Wish, key: str) -> str:
    return "*" if key not in wish else _text(wish, key, needed=False)
