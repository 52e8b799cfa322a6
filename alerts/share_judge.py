"""Where a share of calls is too high: one answer for the whole floor, its queues, lines and people.

Every call is weighed in each scope that it belongs to. When the evidence is enough in one of them,
the scope that explains all of it best is named, and its calls are kept from the others' evidence as
long as it lasts: one fault, one alarm.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from math import inf, log

from msgspec import Struct

from alerts.bernoulli import BernoulliMixture, threshold
from alerts.pace import Pace
from alerts.reverse import ReverseBernoulli
from alerts.rules import Budget
from alerts.usual_share import UsualShare
from ingest.events import Millis

FLOOR = ""
RECENT = 2_000
FEW_HITS = 3
QUIET_MS = 2 * 60_000
QUIET_CALLS = 20
QUIET_GAPS = 8
LONGEST_QUIET_MS = 2 * 3_600_000
SURE = 0.98
MOMENT_MS = 1_000
LOOK_AGAIN = 1.25
"""With a quarter more hits it is asked again which scope explains them."""
NARROW = 2.0
"""A part of the floor must explain what was seen so much better than all of it, in nats."""
NARROW_LINE = 0.5
"""A line needs less: lines are what drops calls."""


class Trial(Struct, frozen=True, gc=False):
    """One call that ended: whether the bad thing is true of it, and the scopes it belongs to.

    `word` says more of a hit, for the evidence; `queue` is where it belongs.
    """

    at: Millis
    hit: bool
    scopes: tuple[str, ...]
    queue: str = ""
    word: str = ""


class Weighed(Struct):
    """One scope: the evidence in it, and what is usual there."""

    mixture: BernoulliMixture
    usual: UsualShare


class Found(Struct):
    """A scope in which the share is too high, since when, and what was counted there.

    `interval_ms` is how far apart its calls ordinarily end.
    """

    since: Millis
    found_at: Millis
    normal: float
    reverse: ReverseBernoulli
    hits: int
    calls: int
    last_hit_at: Millis
    interval_ms: float
    words: dict[str, int]
    queues: dict[str, int]
    over: bool = False
    looked: int = 0
    """With how many hits it was last asked whether this is the right name."""

    def take(self, trial: Trial, now: Millis) -> None:
        """One more call of it; `over` when the share has been normal for long enough."""
        self.calls += 1
        if trial.hit:
            self.hits += 1
            self.last_hit_at = now
            self.words[trial.word] = self.words.get(trial.word, 0) + 1
            self.queues[trial.queue] = self.queues.get(trial.queue, 0) + 1
        # Against what was seen so far: a burst is soon over, a slow fault is not for one good hour.
        self.reverse.share = min(SURE, max(2 * self.normal, self.hits / self.calls))
        self.over = self.reverse.update(trial.hit, self.normal)

    def quiet(self, now: Millis) -> bool:
        """Whether nothing bad came for so long that it is over, though few calls came, or none."""
        gap_ms = (self.last_hit_at - self.since) / self.hits
        usual = max(QUIET_MS, QUIET_CALLS * self.interval_ms, QUIET_GAPS * gap_ms)
        longest = min(LONGEST_QUIET_MS, usual)
        return now - self.last_hit_at > longest


class Judgement(Struct):
    """What a judge remembers."""

    pace: Pace
    everywhere: UsualShare
    weighed: dict[str, Weighed] = {}
    found: dict[str, Found] = {}


class ShareJudge:
    """Weighs calls. `families` is how many scopes a call belongs to at the most.

    A call counts in that many scopes, so the budget is split so often: however many queues and
    people there are, false alarms stay within it. `compared` scopes are held against what is usual
    everywhere, not against their own past.
    """

    def __init__(
        self,
        least: float,
        budget: Budget,
        families: int,
        state: Judgement,
        *,
        compared: bool = False,
    ) -> None:
        self.state = state
        self._least = least
        self._budget = budget
        self._families = families
        self._compared = compared
        self._recent: list[Trial] = []
        self._crossed: tuple[str, Millis] | None = None

    def take(self, trial: Trial, now: Millis) -> bool:
        """Weigh one call; True if what was found has changed."""
        state = self.state
        self._recent.append(trial)
        if len(self._recent) > RECENT:
            del self._recent[: RECENT // 4]
        state.pace.take(now)
        if self._compared:
            state.everywhere.take(trial.hit)
        for scope in trial.scopes:
            if scope in state.found:
                return self._go_on(scope, trial, now)
        for scope in trial.scopes:
            if self._weigh(scope, trial) and self._crossed is None:
                self._crossed = (scope, now)
        return False

    def tick(self, now: Millis, alive: Callable[[], list[Trial]]) -> bool:
        """Name what has been crossed, end what has been quiet for long; True if any of it changed.

        It is named when the moment is over: a fault cuts many off at once, and in no fair order.
        `alive` gives the calls that go on: they tell whom it spared.
        """
        named = self._crossed is not None and now - self._crossed[1] >= MOMENT_MS
        if self._crossed is not None and named:
            self._name(self._crossed[0], now, alive())
        over = [scope for scope, found in self.state.found.items() if found.quiet(now)]
        for scope in over:
            del self.state.found[scope]
        if over:
            self.forget()
        return named or bool(over)

    def forget(self) -> None:
        """Something was not seen: the evidence begins anew; what is usual is kept."""
        self._recent.clear()
        self._reset()

    def _weigh(self, scope: str, trial: Trial) -> bool:
        weighed = self.state.weighed.get(scope)
        if weighed is None:
            weighed = self.state.weighed[scope] = Weighed(BernoulliMixture(), UsualShare())
        level = weighed.mixture.update(trial.hit, self._normal(scope))
        weighed.usual.take(trial.hit)
        return trial.hit and level >= self._enough(scope)

    def _enough(self, scope: str) -> float:
        """The evidence that a scope must give, by how many calls come in the budget's period."""
        budget = self._budget
        calls = self.state.pace.expected(budget.period_ms)
        if not budget.each_scope:
            return threshold(calls * self._families, budget.alarms)
        mine = sum(scope in trial.scopes for trial in self._recent)
        return threshold(max(1.0, calls * mine / len(self._recent)), budget.alarms)

    def _go_on(self, scope: str, trial: Trial, now: Millis) -> bool:
        found = self.state.found[scope]
        found.take(trial, now)
        if found.over:
            del self.state.found[scope]
            self.forget()
        elif found.hits >= LOOK_AGAIN * found.looked:
            self._rename(scope, found, now)
        return trial.hit or found.over

    def _rename(self, scope: str, found: Found, now: Millis) -> None:
        """With more calls another scope may turn out to explain all of it."""
        found.looked = found.hits
        others = [known for known in self.state.found if known != scope]
        trials = [
            trial
            for trial in self._recent
            if trial.at >= found.since and not any(other in trial.scopes for other in others)
        ]
        if sum(trial.hit for trial in trials) < found.hits:
            return  # Some of them are remembered no more, or were not seen by this run of ours.
        worth = self._worth(trials)
        best = max(worth, key=lambda each: (worth[each], each))
        if best not in self.state.found and worth[best] > worth.get(scope, 0.0) + NARROW:
            del self.state.found[scope]
            self._find(best, trials, now)

    def _name(self, crossed: str, now: Millis, alive: list[Trial]) -> None:
        """Name the scope that explains best what was seen since it began."""
        state = self.state
        trials = self._since_it_began(crossed)
        normal = self._normal(FLOOR)
        apart = [t for t in trials if not any(scope in state.found for scope in t.scopes)]
        scope, gain = self._best([*apart, *alive])
        if state.found:
            both = [*trials, *alive]
            parts = gain + sum(_gain(both, known, normal) for known in state.found)
            if _gain(both, FLOOR, normal) >= parts and self._speaks_of_floor(trials):
                scope = FLOOR
        if scope == FLOOR:
            state.found.clear()
        self._find(scope, trials, now)
        self._reset()

    def _speaks_of_floor(self, trials: list[Trial]) -> bool:
        return all(FLOOR in trial.scopes for trial in trials)

    def _best(self, trials: list[Trial]) -> tuple[str, float]:
        """The scope by which the hits are explained best, and by how much."""
        worth = self._worth(trials)
        if not worth:
            hits = [trial for trial in trials if trial.hit]
            return hits[0].scopes[0], -inf
        best = max(sorted(worth), key=lambda scope: worth[scope])
        return best, worth[best]

    def _worth(self, trials: list[Trial]) -> dict[str, float]:
        """How well each scope with enough hits explains them, in nats; a narrow one has to do so
        better than the many others of its kind might by chance."""
        hits = Counter(scope for trial in trials if trial.hit for scope in trial.scopes)
        rivals = Counter(_family(scope) for scope in {s for t in trials for s in t.scopes})
        worth: dict[str, float] = {}
        for scope, count in hits.items():
            if count >= FEW_HITS or len(hits) == 1:
                gain = _gain(trials, scope, self._normal(scope))
                narrow = 0.0 if scope == FLOOR else log(rivals[_family(scope)]) + _narrow(scope)
                worth[scope] = gain - narrow
        return worth

    def _find(self, scope: str, trials: list[Trial], now: Millis) -> None:
        mine = [trial for trial in trials if scope in trial.scopes]
        hits = [trial for trial in mine if trial.hit]
        normal = self._normal(scope)
        self.state.found[scope] = Found(
            since=hits[0].at,
            found_at=now,
            normal=normal,
            reverse=ReverseBernoulli(2 * normal),
            hits=len(hits),
            calls=len(mine),
            last_hit_at=hits[-1].at,
            interval_ms=self._interval_ms(scope),
            looked=len(hits),
            words=dict(Counter(trial.word for trial in hits)),
            queues=dict(Counter(trial.queue for trial in hits)),
        )

    def _interval_ms(self, scope: str) -> float:
        """How far apart the calls of a scope ordinarily end."""
        recent = self._recent
        mine = sum(scope in trial.scopes for trial in recent)
        return max(0, recent[-1].at - recent[0].at) / max(1, mine)

    def _since_it_began(self, scope: str) -> list[Trial]:
        """The calls since the moment from which the evidence of this scope is the strongest."""
        recent, normal = self._recent, self._normal(scope)
        share = min(SURE, max(2 * normal, self.state.weighed[scope].mixture.likeliest))
        for_hit, for_miss = log(share / normal), log((1 - share) / (1 - normal))
        total, most, begin = 0.0, -inf, len(recent) - 1
        for index in _backwards(recent, scope):
            total += for_hit if recent[index].hit else for_miss
            if total > most:
                most, begin = total, index
        return recent[begin:]

    def _normal(self, scope: str) -> float:
        """The share that is nothing to tell here."""
        if self._compared:
            return self.state.everywhere.normal(self._least)
        weighed = self.state.weighed.get(scope)
        return self._least if weighed is None else weighed.usual.normal(self._least)

    def _reset(self) -> None:
        self._crossed = None
        for weighed in self.state.weighed.values():
            weighed.mixture.reset()


def _narrow(scope: str) -> float:
    return NARROW_LINE if _family(scope) == "trunk" else NARROW


def _backwards(recent: list[Trial], scope: str) -> Iterator[int]:
    return (i for i in range(len(recent) - 1, -1, -1) if scope in recent[i].scopes)


def _family(scope: str) -> str:
    return scope.partition(":")[0]


def _gain(trials: list[Trial], scope: str, normal: float) -> float:
    """How much better this scope's own share explains its calls than the normal one does: a
    logarithm of likelihoods."""
    mine = [trial.hit for trial in trials if scope in trial.scopes]
    hits, misses = sum(mine), len(mine) - sum(mine)
    if not mine or hits / len(mine) <= normal:
        return 0.0
    share = hits / len(mine)
    gain = hits * log(share / normal)
    return gain + misses * log((1 - share) / (1 - normal)) if misses else gain
