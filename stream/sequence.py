"""Which events are new, which repeat, and which were lost: the row that each source numbers."""

from collections.abc import Iterator

from msgspec import Struct

from ingest.events import Event, Millis

REMEMBERED_IDS = 200_000
"""Ids kept of events without a number; older repeats of those can no longer be told."""
REMEMBERED_RUNS = 8
"""Runs (epochs) kept per source; an older run's events would all count as new."""

REMEMBERED_HOLES = 1_000
"""Holes kept per run; what an older one still missed is lost for good."""
JOINED_LATE = 64
"""A run first heard at a higher number than this began before we listened."""
NEVER = 1 << 62


class Hole(Struct, array_like=True):
    """Numbers `start` to `end` (both missing) that had not come by `noticed_at`."""

    start: int
    end: int
    noticed_at: Millis


class Run(Struct, array_like=True):
    """One run of one source: the next number expected, and what is missing before it."""

    epoch: str
    next: int = 1
    holes: list[Hole] = []
    lost: int = 0


class Sequences(Struct):
    """The numbering of all sources. `admit` is asked once for every event, in order of arrival."""

    runs: dict[str, list[Run]] = {}
    ids: dict[str, None] = {}

    def admit(self, event: Event) -> bool:
        """True for an event that was not seen before; it will not be new again."""
        if not event.seq:
            return self.admit_id(event)
        runs = self.runs.get(event.source)
        latest = runs[-1] if runs else None
        if latest is None or latest.epoch != event.epoch:
            latest = self._run(event.source, event.epoch)
        run = latest
        seq, expected = event.seq, run.next
        if seq == expected:
            run.next = seq + 1
            return True
        if seq > expected:
            # Coming in late into a run is no loss on the way: that hole may fill, but is not told.
            joined = expected == 1 and seq > JOINED_LATE
            run.holes.append(Hole(expected, seq - 1, NEVER if joined else event.recvtime))
            run.next = seq + 1
            if len(run.holes) > REMEMBERED_HOLES:
                given_up = run.holes.pop(0)
                run.lost += 0 if given_up.noticed_at == NEVER else given_up.end - given_up.start + 1
            return True
        return _fill(run.holes, seq)

    def newest(self, event: Event) -> bool:
        """True of an event, just admitted, that nothing its source told since has overtaken."""
        runs = self.runs.get(event.source)
        if not event.seq or not runs:
            return False
        return runs[-1].epoch == event.epoch and runs[-1].next == event.seq + 1

    def lost(self, before: Millis) -> int:
        """Events missing from holes that were noticed before this time and are still open."""
        return sum(
            run.lost + sum(h.end - h.start + 1 for h in run.holes if h.noticed_at < before)
            for run in self._all_runs()
        )

    def holes(self, before: Millis) -> int:
        """Holes that were noticed before this time and are still open."""
        return sum(h.noticed_at < before for run in self._all_runs() for h in run.holes)

    def _all_runs(self) -> Iterator[Run]:
        for runs in self.runs.values():
            yield from runs

    def admit_id(self, event: Event) -> bool:
        """True for an event whose id its source has not used yet, as far as ids are remembered."""
        id = f"{event.source}\n{event.id}"
        if id in self.ids:
            return False
        self.ids[id] = None
        if len(self.ids) > REMEMBERED_IDS:
            del self.ids[next(iter(self.ids))]
        return True

    def _run(self, source: str, epoch: str) -> Run:
        runs = self.runs.setdefault(source, [])
        for run in runs:
            if run.epoch == epoch:
                return run
        run = Run(epoch)
        runs.append(run)
        del runs[:-REMEMBERED_RUNS]
        return run


def _fill(holes: list[Hole], seq: int) -> bool:
    """Take one number out of the hole it lies in; False if it lies in none."""
    for i, hole in enumerate(holes):
        if hole.start <= seq <= hole.end:
            parts = [
                Hole(hole.start, seq - 1, hole.noticed_at),
                Hole(seq + 1, hole.end, hole.noticed_at),
            ]
            holes[i : i + 1] = [part for part in parts if part.start <= part.end]
            return True
    return False
