"""The alerts of one site, running: engine, memory, courier, and the desk that the pages ask.

runner --take--> engine --outcome--> memory (one transaction) --> courier --> channels
ticker --tick--> engine --document--> gateway
pages  --obey--> engine.act, durable before it is answered
"""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from alerts.actions import ActionError
from alerts.arrival_pace import Ground
from alerts.budget_report import budget_report
from alerts.courier import Courier
from alerts.engine import Engine
from alerts.incident import Incident
from alerts.incident_store import IncidentStore, IncidentStoreError
from alerts.life_outcome import Outcome
from alerts.notices import Entry
from alerts.playbooks import Playbooks, as_document
from alerts.rules import WEEK_MS, Rule
from alerts.sentences_of_rules import consequence, rule_sentence
from dashboard.concern import Sees, is_seen, own_part
from ingest.events import Event, Millis
from ingest.ports import Clock
from stream.figure_row import diff

log = logging.getLogger(__name__)

TICK_MS = 1_000
KEEP_S = 60.0
"""How often what the watches have learnt is kept; more would only wear the disk."""
LANGUAGES = ("zh", "en")
_HOUR_MS = 3_600_000


class Alerting:
    """Runs an engine that was made for a live floor. It is the desk of the gateway's alerts.

    `recover` first; then tell it every new event and every frame, and let `run` run.
    """

    def __init__(
        self,
        engine: Engine,
        store: IncidentStore,
        courier: Courier,
        clock: Clock,
        playbooks: Playbooks,
    ) -> None:
        self.engine = engine
        self._store = store
        self._courier = courier
        self._clock = clock
        self._playbooks = as_document(playbooks)
        self._shown: dict[str, Any] = {}
        self._unsaved = Outcome()
        self._ticked_at: Millis = 0

    def recover(self, now: Millis) -> list[str]:
        """Go on from what was learnt before; names the watches that have to begin anew."""
        return self.engine.load(self._store.blobs(), now)

    def take(self, event: Event) -> None:
        """A new event, which the floor has taken."""
        self.engine.take(event)

    def tick(self, now: Millis) -> dict[str, Any]:
        """Time has passed: what the screens have to be told anew, as a part of a merge patch."""
        engine = self.engine
        # A clock that was set back must not stop the watches.
        if not 0 <= now - self._ticked_at < TICK_MS:
            self._ticked_at = now
            engine.channels(self._courier.failing)
            engine.tick(now)
        elif not engine.life.has_news:
            return {}
        self._keep()
        return self._news(now)

    @property
    def document(self) -> dict[str, Any]:
        """The whole of what the screens were told."""
        return self._shown

    async def run(self) -> None:
        """Keep what is learnt, again and again, until cancelled; once more on the way out."""
        try:
            while True:
                await self._clock.sleep(KEEP_S)
                self._learn()
        finally:
            self._keep()
            self._learn()

    def obey(self, message: str | bytes, now: Millis) -> str:
        """Do what a message asks for. The answer says so only when it is written down."""
        try:
            answer = self.engine.act(now, msgspec.json.decode(message, type=dict[str, object]))
        except ActionError as error:
            return _answer(done=False, why=str(error))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return _answer(done=False, why="unreadable")
        if not self._keep():
            return _answer(done=False, why="not_kept")
        return _answer(done=True, **answer)

    def ask(self, path: str, query: Mapping[str, str], sees: Sees) -> object | None:
        """What stands at this path, of incidents that are seen; None if nothing does."""
        try:
            match path:
                case "/incident":
                    return self._story(query.get("id", ""), sees)
                case "/incidents":
                    return self._incidents(query, sees)
                case "/alerts/report":
                    return self._report(query, sees)
                case "/playbooks":
                    return self._playbooks
                case "/rules":
                    return [self._rule(rule) for rule in self.engine.rules.values()]
                case _:
                    return None
        except IncidentStoreError:
            log.exception("the memory of the incidents cannot be read")
            return None

    def _keep(self) -> bool:
        """Write down what came out; what could not be written is tried again. Whether all of it is."""
        out, unsaved = self.engine.outcome(), self._unsaved
        unsaved.entries += out.entries
        unsaved.notices += out.notices
        known = {incident.id: incident for incident in (*unsaved.incidents, *out.incidents)}
        unsaved.incidents = list(known.values())
        if not unsaved:
            return True
        try:
            state = self.engine.life.state.dump()
            self._store.commit(state, unsaved.entries, unsaved.notices, unsaved.incidents)
        except IncidentStoreError:
            log.exception("what happened to the alerts could not be written down; trying again")
            return False
        self._unsaved = Outcome()
        self._courier.wake()
        return True

    def _learn(self) -> None:
        try:
            for name, blob in self.engine.dump().items():
                self._store.save_blob(name, blob)
        except IncidentStoreError:
            log.exception("what the watches have learnt could not be kept")

    def _news(self, now: Millis) -> dict[str, Any]:
        document: dict[str, Any] = msgspec.to_builtins(self.engine.life.document(now))
        change = diff(self._shown, document)
        self._shown = document
        return {"alerts": change} if change else {}

    def _story(self, id: str, sees: Sees) -> object | None:
        incident = self._incident(id)
        if incident is None:
            return None
        shown = own_part(self.engine.life.shown(incident, self._clock.now()), sees)
        lines = [line for line in self._store.story(id) if sees(line.scope)]
        return {"incident": shown, "story": lines} if shown and lines else None

    def _incidents(self, query: Mapping[str, str], sees: Sees) -> object:
        now = self._clock.now()
        start, end = _moment(query, "from", now - WEEK_MS), _moment(query, "to", now + 1)
        life = self.engine.life
        return [
            {"id": incident.id, **shown}
            for incident in self._store.incidents(start, end)
            if (shown := own_part(life.shown(self._incident(incident.id) or incident, now), sees))
        ]

    def _report(self, query: Mapping[str, str], sees: Sees) -> object:
        """On the week that began at `from`, the last one if it is not said."""
        start = _moment(query, "from", self._clock.now() - WEEK_MS)
        end = min(start + WEEK_MS, self._clock.now() + 1)
        engine = self.engine
        entries = self._store.journal(start, self._clock.now() + 1)
        known = {id: self._incident(id) for id in {entry.incident for entry in entries}}
        entries = [entry for entry in entries if _is_seen(entry, known[entry.incident], sees)]
        report = budget_report(entries, engine.rules, engine.life.care, start, end)
        rules = report.rules
        noisiest = [{"rule": id, "count": rules[id].alarms} for id in report.noisiest]
        told: dict[str, Any] = msgspec.to_builtins(report)
        return {**told, "per_hour": report.alarms_per_hour, "noisiest": noisiest}

    def _incident(self, id: str) -> Incident | None:
        """The incident of this id, as it is now."""
        return self.engine.life.state.incidents.get(id) or self._store.incident(id)

    def _rule(self, rule: Rule) -> dict[str, object]:
        plain: dict[str, object] = msgspec.to_builtins(rule)
        rate = self._rate() * _HOUR_MS
        rates = (rate,) if rate > 1 else ()
        told = {language: rule_sentence(rule, language) for language in LANGUAGES}
        seen = {
            language: consequence(rule, language, rates) if rates else consequence(rule, language)
            for language in LANGUAGES
        }
        return {**plain, "kind": rule.kind, "sentence": told, "consequence": seen}

    def _rate(self) -> float:
        """Calls expected on the whole floor now, per millisecond; 0 if that is not known."""
        pace = self.engine.arrivals.streams[""].pace
        return 0.0 if pace.ground is Ground.NOTHING else pace.rate


def _is_seen(line: Entry, incident: Incident | None, sees: Sees) -> bool:
    if incident is None:
        return sees(line.scope)
    return is_seen(sees, incident.scope, incident.scopes)


def _answer(**told: object) -> str:
    return msgspec.json.encode({"v": 1, "kind": "answer", **told}).decode()


def _moment(query: Mapping[str, str], key: str, default: Millis) -> Millis:
    text = query.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else default
