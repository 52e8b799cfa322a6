"""The life of alerts: what the board holds becomes alerts, incidents, a journal and notices.

    board, time -> stations -> muting -> groups -> escalation -> entries, notices
    wishes of people ----------------------^

It is pure: told the time, the board and what people wish. docs/alerts.md tells it in words.
"""

from collections.abc import Mapping

from alerts.actions import Actions
from alerts.breach import CLEAR, Board, Sight
from alerts.care import Care
from alerts.document import Document
from alerts.escalation import Escalation
from alerts.incident import Incident
from alerts.inhibition import ECHO_MS
from alerts.life_groups import Groups
from alerts.life_muting import Muting
from alerts.life_outcome import Outcome
from alerts.life_state import KEEP, LifeState
from alerts.life_stations import Stations
from alerts.naming import Names
from alerts.rules import Rule
from alerts.words import Station
from ingest.events import Millis
from stream.sites import Site

__all__ = ["Life", "Outcome"]


class Life:
    """All alerts of one site. `state` is everything that a restart needs.

    `learning` is set by whoever knows whether some base is still being learnt. `next_at` is when
    `judge` has something to do by time alone; None if never.
    """

    def __init__(
        self, site: Site, rules: Mapping[str, Rule], care: Care, state: LifeState | None = None
    ) -> None:
        self.care = care
        self.state = state or LifeState()
        self.learning = False
        self.next_at: Millis | None = 0 if state else None
        self._outcome = out = Outcome()
        self._stations = Stations(rules, self.state, out, restored=state is not None)
        self._muting = Muting(care, self.state, out)
        self._groups = Groups(rules, care, self.state, out)
        names = Names(site, rules)
        self._escalation = Escalation(site, care, self.state, out, names, self._groups.alerts_of)
        self._actions = Actions(self.state, out, self._escalation)
        self._document = Document(site, names, self.state, self._escalation)

    def judge(self, now: Millis, board: Board, sight: Sight = CLEAR) -> None:
        """Take what is new on the board, and do what is due. Cheap when there is nothing of either."""
        moved = self._stations.take(board, now, sight)
        if moved or (self.next_at is not None and now >= self.next_at):
            self._settle(now)

    def act(self, now: Millis, wish: Mapping[str, object]) -> dict[str, object]:
        """What a person wishes (docs/alerts.md); raises `ActionError`, whose text is one word."""
        answer = self._actions.act(now, wish)
        self._settle(now)
        return answer

    @property
    def has_news(self) -> bool:
        """Whether `outcome` has something to give."""
        return bool(self._outcome)

    def outcome(self) -> Outcome:
        """What is to be written down and sent since the last call."""
        spoken_of = dict.fromkeys(entry.incident for entry in self._outcome.entries)
        incidents = [self.state.incidents[id] for id in spoken_of if id in self.state.incidents]
        taken = Outcome(list(self._outcome.entries), list(self._outcome.notices), incidents)
        self._outcome.entries.clear()
        self._outcome.notices.clear()
        return taken

    def document(self, now: Millis) -> dict[str, object]:
        """What the screens show."""
        return self._document.shown(now, self.learning)

    def shown(self, incident: Incident, now: Millis) -> dict[str, object]:
        """One incident as in the document, also a past one out of the store."""
        return self._document.incident(incident, now)

    def _settle(self, now: Millis) -> None:
        self._expire(now)
        self._stations.wait(now)
        muted = self._muting.judge(now)
        self._groups.fire(now)
        self._groups.inhibit(now, muted)
        over = self._groups.settle(now)
        for incident in over:
            self._escalation.over(incident, now)
        self._escalation.judge(now)
        self._forget(now)
        self.next_at = self._next_at(now)

    def _expire(self, now: Millis) -> None:
        for silence in list(self.state.silences.values()):
            if silence.until <= now:
                del self.state.silences[silence.id]
                self._outcome.of_incident(now, "silence_ended", "", silence=silence.id)

    def _forget(self, now: Millis) -> None:
        """Ended alerts are kept while their incident is open, or may still be the cause of others."""
        incidents, alerts = self.state.incidents, self.state.alerts
        needed = {name for each in incidents.values() if each.open for name in each.members}
        for alert in list(alerts.values()):
            past = alert.station is Station.ENDED and now >= (alert.ended_at or 0) + ECHO_MS
            if past and alert.name not in needed:
                del alerts[alert.name]
        over = [each.id for each in incidents.values() if not each.open]
        for id in over[: max(len(over) - KEEP, 0)]:
            del incidents[id]

    def _next_at(self, now: Millis) -> Millis | None:
        due = [
            *self._stations.due(),
            *self._muting.due(now),
            *self._groups.due(),
            *self._escalation.due(now),
            *(silence.until for silence in self.state.silences.values()),
        ]
        return min((at for at in due if at > now), default=None)
