"""Conversations that are over as soon as they begin: somebody, or some phone, hangs up on callers.

The share of them per agent, against that of all agents; calls that were passed on or cut off by a
fault are none of it.
"""

from alerts.breach import Evidence
from alerts.conversation_book import End
from alerts.rules import ShortCallsRule
from alerts.share_judge import Found, Judgement, ShareJudge, Trial
from alerts.share_watch import ShareWatch
from ingest.events import Completed, Event

FAMILIES = 1


class ShortCallsWatch(ShareWatch[ShortCallsRule]):
    """Watches the share of each agent's conversations that are short."""

    def _judge(self, rule: ShortCallsRule, state: Judgement) -> ShareJudge:
        return ShareJudge(rule.normal_share, rule.budget, FAMILIES, state, compared=True)

    def _trial(self, event: Event, end: End, rule: ShortCallsRule) -> Trial | None:
        if end.talk_ms is None or not isinstance(event.data, Completed):
            return None
        agent = self._floor.agents.name(end.agent) if end.agent else ""
        scope = f"agent:{agent}"
        mine = (scope,) if agent and rule.speaks_of(scope) else ()
        return Trial(end.at, end.talk_ms < rule.short_ms, mine, end.queue)

    def _alive(self, rule: ShortCallsRule) -> list[Trial]:
        return []  # How long a conversation will be is not known before its end.

    def _evidence(self, found: Found) -> Evidence:
        return {
            "short": found.hits,
            "of": found.calls,
            "share": round(found.hits / found.calls, 4),
            "normal_share": round(found.normal, 4),
        }
