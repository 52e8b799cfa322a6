"""When shifts begin and end, and when their breaks and meetings fall, by the site's own clock."""

from collections.abc import Iterator

from ingest.events import Millis
from simulators.local_time import last_start, local_ms, next_start
from simulators.plans import DAY_MIN, MINUTE, AgentPlan, Break, Shift, weekday
from simulators.scenario import Scenario


class Timetable:
    """The hours of one scenario's people."""

    def __init__(self, scenario: Scenario) -> None:
        self._zone = scenario.zone
        self._meetings = scenario.meetings

    def running(self, shift: Shift, now: Millis) -> Millis | None:
        """When the shift began that runs now, None if none does."""
        began = last_start(self._zone, shift.start_min, shift.period_min, now)
        runs = now < self.end(shift, began) and self._works(shift, began)
        return began if runs else None

    def next(self, shift: Shift, after: Millis) -> Millis:
        """When this shift next begins."""
        while True:
            after = next_start(self._zone, shift.start_min, shift.period_min, after)
            if self._works(shift, after):
                return after

    def end(self, shift: Shift, began: Millis) -> Millis:
        """When a shift that began then is over."""
        return began + shift.length_min * MINUTE

    def breaks(
        self, agent: AgentPlan, shift: Shift, began: Millis
    ) -> Iterator[tuple[Millis, Break]]:
        """The breaks and meetings of an agent whose shift began then."""
        for off in shift.breaks:
            yield began + (off.at_min + agent.offset_min) * MINUTE, off
        for meeting in self._meetings:
            at = next_start(self._zone, meeting.at_min, DAY_MIN, began - 1)
            today = weekday(local_ms(self._zone, at)) in meeting.weekdays
            if meeting.team == agent.team and today and at < self.end(shift, began):
                yield at, Break(reason=meeting.reason, at_min=0, minutes=meeting.minutes)

    def _works(self, shift: Shift, began: Millis) -> bool:
        return weekday(local_ms(self._zone, began)) in shift.weekdays
