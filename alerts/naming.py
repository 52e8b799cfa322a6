"""What rules and scopes are called on screen."""

from collections.abc import Mapping

from alerts.alert import Alert
from alerts.notices import Told
from alerts.rules import Rule
from stream.sites import Site


class Names:
    """The names that the site and its rules give."""

    def __init__(self, site: Site, rules: Mapping[str, Rule]) -> None:
        self._site = site
        self._rules = rules

    def rule(self, id: str) -> dict[str, str]:
        """By language; empty if it has none."""
        rule = self._rules.get(id)
        return dict(rule.names) if rule else {}

    def scope(self, scope: str) -> dict[str, str]:
        """By language; empty if it has none."""
        sort, _, id = scope.partition(":")
        if sort == "queue" and id in self._site.queues:
            return dict(self._site.queues[id].names)
        if sort == "agent" and id in self._site.agents:
            return dict(self._site.agents[id].names)
        if sort == "team" and id in self._site.teams:
            return dict(self._site.teams[id])
        return {}

    def team(self, scope: str) -> str:
        """The team that a scope belongs to; "" if none."""
        sort, _, id = scope.partition(":")
        if sort == "team":
            return id
        return self._site.agents[id].team if sort == "agent" and id in self._site.agents else ""

    def told(self, alert: Alert) -> Told:
        """As a notice tells it."""
        rule = self._rules.get(alert.rule)
        return alert.told(
            self.rule(alert.rule), self.scope(alert.scope), rule.playbook if rule else ""
        )
