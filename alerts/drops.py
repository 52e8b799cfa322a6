"""Frequently dropped calls: faults cut off a larger share of calls than is normal.

What is counted: every conversation that ended (completed, transferred, or cut off), and every
waiting caller who was cut off. Callers who gave up, or were led away, are none of it: that is
queueing. See `alerts.share_judge` for which scope is named.
"""

from alerts.breach import Evidence
from alerts.conversation_book import End
from alerts.rules import DroppedRule
from alerts.share_judge import FLOOR, Found, Judgement, ShareJudge, Trial
from alerts.share_watch import ShareWatch
from ingest.events import Event

FAMILIES = 4
"""A call counts for the floor, its queue, its line and its agent."""


class DropWatch(ShareWatch[DroppedRule]):
    """Watches the share of calls that are cut off."""

    def _judge(self, rule: DroppedRule, state: Judgement) -> ShareJudge:
        return ShareJudge(rule.normal_share, rule.budget, FAMILIES, state)

    def _trial(self, event: Event, end: End, rule: DroppedRule) -> Trial:
        return self._as_trial(end, rule)

    def _alive(self, rule: DroppedRule) -> list[Trial]:
        return [self._as_trial(end, rule) for end in self._state.book.alive(self._floor)]

    def _as_trial(self, end: End, rule: DroppedRule) -> Trial:
        agent = self._floor.agents.name(end.agent) if end.agent else ""
        named = {"trunk": end.trunk, "agent": agent, "queue": end.queue}
        scopes = [f"{kind}:{name}" for kind, name in named.items() if name]
        word = f"{end.cause_class} {end.phase.value}"
        mine = tuple(scope for scope in (*scopes, FLOOR) if rule.speaks_of(scope))
        return Trial(end.at, end.dropped, mine, end.queue, word)

    def _evidence(self, found: Found) -> Evidence:
        words = found.words
        cause, _, phase = max(words, key=lambda word: (words[word], word)).partition(" ")
        return {
            "dropped": found.hits,
            "of": found.calls,
            "over_ms": found.last_hit_at - found.since,
            "share": round(found.hits / found.calls, 4),
            "normal_share": round(found.normal, 4),
            "cause": cause,
            "phase": phase,
        }
