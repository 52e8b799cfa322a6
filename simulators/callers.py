"""The people who call: when they call, and when they call again.

Calls arrive by a Poisson process whose rate is the profile's, times what the day and a fault make of
it, exactly: it forgets the past, so at each change of the rate the waiting simply starts anew.
"""

from functools import partial

from ingest.events import Millis
from simulators.agenda import Agenda
from simulators.draws import Draws
from simulators.local_time import local_ms
from simulators.plans import QueuePlan
from simulators.scenario import Scenario
from simulators.truth import Truth
from simulators.visit import Call
from simulators.wander import Strayed

HOUR_MS = 3_600_000
_LINES_APART = 10
"""How far the numbers of two calls' channels lie apart: the agents' channels lie between."""


class Callers:
    """All callers. `arrived` are the calls, with the queue they ask for, that came since the floor
    last looked; the floor clears it. Call ids begin with `world`.

    `rates` are the factors that faults put on each queue's rate: call `replan` after a change.
    `dead` are the trunks by which nobody can come. `closed` ends all arrivals.
    """

    def __init__(
        self, scenario: Scenario, seed: int, agenda: Agenda, truth: Truth, world: str
    ) -> None:
        self._scenario, self._agenda, self._truth, self.world = scenario, agenda, truth, world
        self._habits = scenario.habits
        self._gaps = {queue.id: Draws(seed, f"arrivals {queue.id}") for queue in scenario.queues}
        self._strayed = Strayed(scenario.wander, seed, scenario.profile.step_min)
        self._people = Draws(seed, "people")
        self._plans = dict.fromkeys(self._gaps, 0)
        self._shares = [trunk.share for trunk in scenario.trunks]
        self.rates = dict.fromkeys(self._gaps, 1.0)
        self.dead: set[str] = set()
        self.closed = False
        self.arrived: list[tuple[Call, QueuePlan]] = []

    def begin(self) -> None:
        """Start the arrivals of each queue."""
        for queue in self._scenario.queues:
            self.replan(queue)

    def replan(self, queue: QueuePlan) -> None:
        """The rate has changed: what was planned for this queue's next call is void."""
        self._plans[queue.id] += 1
        self._plan_next(queue, self._plans[queue.id])

    def may_redial(self, call: Call, queue: QueuePlan) -> None:
        """The caller was not served: some call again later, a few times."""
        habits = self._habits
        if call.misdialled or call.redials >= habits.redials_most:
            return
        if self._people.chance(habits.redial_share):
            after_ms = round(self._people.exponential(habits.redial_after_ms))
            self._agenda.after(after_ms, partial(self._redial, call, queue))

    def call_back(self, call: Call, queue: QueuePlan, after_ms: Millis) -> None:
        """The system is to call this caller itself."""
        self._agenda.after(after_ms, partial(self._come, queue, call, callback=True))

    def _redial(self, call: Call, queue: QueuePlan) -> None:
        if not self.closed:
            self._truth.redials += 1
            self._come(queue, call)

    def _plan_next(self, queue: QueuePlan, plan: int) -> None:
        if self.closed or plan != self._plans[queue.id]:
            return
        profile = self._scenario.profile_of(queue)
        local = local_ms(self._scenario.zone, self._agenda.now)
        per_hour = queue.calls_per_hour * profile.weight(local)
        per_hour *= self._strayed.factor(local) * self.rates[queue.id]
        left_ms = min(profile.left_ms(local), self._scenario.profile.left_ms(local))
        gap_ms = self._gaps[queue.id].exponential(HOUR_MS / per_hour) if per_hour else left_ms
        if gap_ms < left_ms:
            self._agenda.after(round(gap_ms), partial(self._arrive, queue, plan))
        else:
            self._agenda.after(left_ms, partial(self._plan_next, queue, plan))

    def _arrive(self, queue: QueuePlan, plan: int) -> None:
        if plan == self._plans[queue.id]:
            self._come(queue)
            self._plan_next(queue, plan)

    def _come(self, queue: QueuePlan, again: Call | None = None, *, callback: bool = False) -> None:
        people, trunks = self._people, self._scenario.trunks
        trunk = trunks[people.weighted(self._shares)].name if trunks else ""
        number = f"1390000{int(people.share() * 10_000):04}"
        misdialled = people.chance(self._habits.misdial_share)
        if self.closed or trunk in self.dead:
            return
        self._truth.arrived += 1
        nth = self._truth.arrived
        self.arrived.append(
            (
                Call(
                    id=f"{self.world}-{nth}",
                    line=nth * _LINES_APART,
                    number=again.number if again else number,
                    trunk=trunk,
                    did=queue.did,
                    misdialled=misdialled and again is None,
                    redials=again.redials + 1 if again and not callback else 0,
                    redial_of=again.id if again else "",
                    callback=callback,
                ),
                queue,
            )
        )
