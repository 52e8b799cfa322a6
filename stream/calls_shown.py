"""Calls shown: those that wait, the longest of them first, and whose phones ring for them."""

from itertools import chain
from operator import itemgetter

from ingest.events import Millis
from stream.figure_row import Row, diff, known
from stream.floor import Floor

SHOWN = 200
"""So many calls are shown at the most: nobody reads further."""
_SINCE = itemgetter(1)


class CallsShown:
    """The rows of the calls that wait, by visit; a row that did not change is the same object."""

    def __init__(self, floor: Floor) -> None:
        self.rows: dict[str, Row] = {}
        self._floor = floor

    def refresh(self) -> Row:
        """Look again; the changes of `rows`, as a merge patch."""
        visits, was = self._floor.visits, self.rows
        waiting = list(chain.from_iterable(calls.items() for calls in visits.waiting.values()))
        if len(waiting) > SHOWN:
            waiting.sort(key=_SINCE)
            del waiting[SHOWN:]
        rows: dict[str, Row] = {}
        changes: Row = {}
        for key, since in waiting:
            row = was.get(key)
            if row is None or key in visits.touched:
                row = self._row(key, since)
                changes[key] = diff(was.get(key, {}), row)
            rows[key] = row
        changes.update(dict.fromkeys(was.keys() - rows.keys()))
        visits.touched.clear()
        self.rows = rows
        return {key: change for key, change in changes.items() if change != {}}

    def _row(self, key: str, since: Millis) -> Row:
        visit, name = self._floor.state.visits.open[key], self._floor.agents.name
        return known(
            queue=visit.queue,
            since=since,
            caller=visit.caller or None,
            priority=visit.priority,
            ringing=sorted(map(name, visit.ringing)) if visit.ringing else None,
        )
