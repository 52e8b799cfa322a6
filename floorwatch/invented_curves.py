"""The curves of a simulated floor: its scenario's plan, and a same weekday drawn from that plan.

The past of a simulated floor is invented, as its present is: nobody called last week.
"""

import math
import random
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from alerts.forecast import Forecast
from dashboard.arrival_days import Calls
from floorwatch import forecast_file
from floorwatch.curves import date_of, intervals_of
from ingest.events import Millis
from simulators import forecast_text
from simulators.scenario import Scenario
from stream.floor import Floor


class InventedOutlook:
    """What a simulated floor expects, whatever the day."""

    def __init__(self, floor: Floor, scenario: Scenario) -> None:
        self._floor = floor
        self._scenario = scenario
        self._day: Millis = -1
        self._plan = Forecast({})

    def basis(self, day: Millis) -> tuple[object, ...]:
        if day != self._day:
            self._day, self._plan = day, self._planned(day)
        return (self._plan,)

    def expected(self, queue: str, start_at: Millis, end_at: Millis) -> float | None:
        return self._plan.expected(queue, start_at, end_at)

    def instead(self, day: date) -> Mapping[str, Calls] | None:
        """A day as the plan might have brought it: the same one every time it is asked for."""
        start_at = self._day
        while date_of(self._floor, start_at) > day:
            start_at = self._floor.calendar.day(start_at - 1)
        plan, found = self._planned(start_at), {}
        for queue in self._scenario.queues:
            dice = random.Random(f"{day.isoformat()} {queue.id}")
            drawn = {
                interval.number: poisson(
                    dice, plan.expected(queue.id, interval.start_at, interval.end_at) or 0.0
                )
                for interval in intervals_of(self._floor, start_at)
            }
            found[queue.id] = {number: calls for number, calls in drawn.items() if calls}
        return found

    def _planned(self, day: Millis) -> Forecast:
        end = self._floor.calendar.next_day(day)
        plan = forecast_text.text(self._scenario, day, end)
        return forecast_file.parse(plan, forecast_text.FILE, ZoneInfo(self._floor.site.time_zone))


def poisson(dice: random.Random, mean: float) -> int:
    """A number of calls of this mean."""
    if mean > 500.0:  # far enough out for the bell, and no sum of exponentials to wait for
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    calls, left = 0, dice.expovariate(1.0)
    while left < mean:
        calls += 1
        left += dice.expovariate(1.0)
    return calls
