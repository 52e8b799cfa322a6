"""Scores: what callers and reviewers said of a call, hours or days after it."""

from ingest.events import Event, QualityScored, SurveyScored
from stream.facts import ScoreFact
from stream.ledger import Bookkeeper
from stream.sequence import Sequences
from stream.visit import Visit
from stream.visits import Visits


class Scores:
    """Enters scores into the books, each once: it belongs to the moment when it was given."""

    def __init__(self, sequences: Sequences, books: Bookkeeper, visits: Visits) -> None:
        self._sequences = sequences
        self._books = books
        self._visits = visits

    def take(self, event: Event) -> None:
        """Enter one score. One that is not on its own scale is out of step.

        Who hands in scores may hand them in again in another run: they are known by their ids too.
        """
        data = event.data
        assert isinstance(data, SurveyScored | QualityScored)
        if event.seq and not self._sequences.admit_id(event):
            return
        if data.low >= data.high or not data.low <= data.score <= data.high:
            self._visits.state.out_of_step += 1
            return
        queue, agent = data.queue, data.agent
        if not (queue and agent):
            visit = judged(self._visits.of_call(data.call), queue, agent)
            if visit is not None and visit.answer is not None:
                queue, agent = visit.queue, visit.answer.agent
        survey = isinstance(data, SurveyScored)
        scale = (data.score, data.low, data.high)
        self._books.enter(ScoreFact(event.time, queue, agent, data.call, survey, *scale))
        if queue:
            self._visits.dirty.add(queue)


def judged(visits: list[Visit], queue: str, agent: str) -> Visit | None:
    """Which of a call's visits a score speaks of: the last that was answered, here and by him."""
    answered = [
        visit
        for visit in visits
        if visit.answer is not None
        and queue in ("", visit.queue)
        and agent in ("", visit.answer.agent)
    ]
    return max(answered, key=lambda v: v.answer.time if v.answer else 0, default=None)
