"""A life of alerts on a clock that is moved by hand, with a board to hold breaches on."""

from collections.abc import Callable, Mapping

import msgspec
import pytest

from alerts.breach import CLEAR, Board, Breach, Sight
from alerts.care import Care
from alerts.defaults import DEFAULTS
from alerts.life import Life
from alerts.life_state import LifeState
from alerts.notices import Entry, Notice
from alerts.rules import Rule, ThresholdRule
from stream.sites import AgentCard, QueueCard, Site

START = 1_700_000_000_000
RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        *DEFAULTS,
        ThresholdRule(id="long_wait", metric="longest_wait", limit=60_000.0, for_ms=10_000),
    )
}
SITE = Site(
    id="hq",
    queues={"sales": QueueCard(id="sales", names={"zh": "销售", "en": "Sales"})},
    agents={"li": AgentCard(id="li", team="red")},
)


class Lifeline:
    """Everything that has come out of a life since its beginning. Times are seconds."""

    def __init__(self, care: Care | None = None, rules: Mapping[str, Rule] = RULES) -> None:
        self.rules = rules
        self.care = care or Care(channels=("wecom",))
        self.board = Board()
        self.life = Life(SITE, self.rules, self.care)
        self.sight: Sight = CLEAR
        self.seconds = 0.0
        self.entries: list[Entry] = []
        self.notices: list[Notice] = []

    @property
    def now(self) -> int:
        return START + round(self.seconds * 1_000)

    def hold(
        self,
        rule: str,
        scope: str = "",
        queues: tuple[str, ...] = (),
        ago: float = 0,
        **evidence: int | float | str,
    ) -> None:
        """A breach begins (`ago` seconds ago) or brings new evidence."""
        breach = Breach(
            rule=rule,
            kind=self.rules[rule].kind,
            scope=scope,
            since=self.now - round(ago * 1_000),
            at=self.now,
            evidence=evidence,
            queues=queues,
        )
        self.board.hold(breach)
        self.judge()

    def free(self, rule: str, scope: str = "") -> None:
        self.board.free(rule, scope)
        self.judge()

    def judge(self) -> None:
        self.life.judge(self.now, self.board, self.sight)
        self._collect()

    def go(self, seconds: float, *, step: float = 1) -> None:
        """Let time pass."""
        end = self.seconds + seconds
        while self.seconds + step <= end:
            self.seconds += step
            self.judge()
        self.seconds = end
        self.judge()

    def do(self, what: str, **wish: object) -> dict[str, object]:
        """Somebody called Wang wishes something."""
        try:
            return self.life.act(self.now, {"do": what, "who": "Wang", **wish})
        finally:
            self._collect()

    def restart(self) -> None:
        state = LifeState.load(self.life.state.dump())
        assert msgspec.to_builtins(state) == msgspec.to_builtins(self.life.state)
        self.life = Life(SITE, self.rules, self.care, state)

    def words(self) -> list[str]:
        """What the journal says so far: `what rule scope`."""
        return [f"{e.what} {e.rule} {e.scope}".strip() for e in self.entries]

    def told(self) -> list[str]:
        """The notices so far, with the second in which each came."""
        return [f"{(n.at - START) // 1_000} {n.word} {n.channel}" for n in self.notices]

    @property
    def incidents(self) -> dict[str, dict[str, object]]:
        shown = self.life.document(self.now)["incidents"]
        assert isinstance(shown, dict)
        return shown

    @property
    def only(self) -> dict[str, object]:
        (incident,) = self.incidents.values()
        return incident

    @property
    def only_id(self) -> str:
        (id,) = self.incidents
        return id

    def _collect(self) -> None:
        news = self.life.has_news
        outcome = self.life.outcome()
        assert news == bool(outcome)
        self.entries += outcome.entries
        self.notices += outcome.notices


@pytest.fixture
def line() -> Lifeline:
    """With one channel, which everybody is told on."""
    return Lifeline()


@pytest.fixture(scope="session")
def make_line() -> Callable[..., Lifeline]:
    return Lifeline
