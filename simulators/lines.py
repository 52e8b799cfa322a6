"""The lines to the network: which calls are up, seized and released, whatever becomes of them inside."""

from ingest.events import Offered
from ingest.words import EndedBy
from simulators.agenda import Agenda
from simulators.notes import Arrived, Gone
from simulators.truth import CallTruth, Truth
from simulators.visit import Call

NORMAL, BUSY = 16, 17
"""The Q.850 causes of a normal end, and of a call that found everything taken."""


class Lines:
    """All calls that are up, by id."""

    def __init__(self, agenda: Agenda, truth: Truth) -> None:
        self.up: dict[str, Call] = {}
        self._agenda, self._truth = agenda, truth

    def seize(self, call: Call) -> None:
        """A call reaches the system."""
        self.up[call.id] = call
        self._truth.lines_up += 1
        if self._truth.keep:
            call.record = self._truth.calls[call.id] = CallTruth(
                call=call.id,
                uniqueid=f"{self._agenda.now // 1_000}.{call.line}",
                trunk=call.trunk,
                did=call.did,
                arrived_at=self._agenda.now,
                redial_of=call.redial_of,
                callback=call.callback,
            )
        self._agenda.tell(
            Arrived(
                call=call.id,
                line=call.line,
                trunk=call.trunk,
                number=call.number,
                did=call.did,
                callback=call.callback,
            )
        )
        self._agenda.tell(Offered(call=call.id, did=call.did))

    def lose(self, call: Call, cause: int) -> None:
        """A fault ends a call that is in no queue: in the menu, or passed on outside."""
        self.release(call, EndedBy.SYSTEM, cause)

    def release(self, call: Call, by: EndedBy, cause: int = NORMAL) -> None:
        """The call is over; a call that is over already stays as it is."""
        if not call.up:
            return
        call.up = False
        del self.up[call.id]
        self._truth.lines_up -= 1
        if call.record is not None:
            call.record.ended_at, call.record.cause = self._agenda.now, cause
        self._agenda.tell(Gone(call=call.id, cause=cause, by=by))
