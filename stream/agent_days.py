"""An agent's day: his calls and his time in each state, since the business day began."""

from operator import add

from ingest.events import Millis
from ingest.words import AgentStatus
from stream.agents import Agents
from stream.figure_row import Row
from stream.ledger import Account, Bookkeeper, Cell
from stream.metrics import AGENT_NAMES

AT_ONCE = 10
"""Days added up anew for one frame, at the most: each is told as of when it counts."""
_ZERO = [0] * len(AGENT_NAMES)
_ANSWERED, _TALK, _HOLD, _ACW, _UNANSWERED, _TRANSFERRED = map(
    AGENT_NAMES.index,
    ("answered", "talk_ms", "hold_ms", "acw_ms", "ring_no_answer", "transferred"),
)
_READY, _NOT_READY = AgentStatus.READY.value, AgentStatus.NOT_READY.value
_AWAY = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)


class AgentDays:
    """The days of a floor's agents, added up when something was entered for them, in turns."""

    def __init__(self, books: Bookkeeper, agents: Agents) -> None:
        self._books = books
        self._agents = agents
        self._rows: dict[str, Row] = {}
        self._older: dict[str, tuple[tuple[Millis, int], Cell]] = {}
        self._day: Millis = 0

    def begin(self, day: Millis) -> None:
        """A business day begins: all of them begin anew."""
        self._day = day
        self._older.clear()
        self._books.dirty_agents.clear()
        self._rows = {id: self._added_up(id) for id in self._books.ledger.agents}

    def refresh(self) -> set[str]:
        """Add up those whose turn it is; who they are."""
        changed = self._books.dirty_agents
        turn = {changed.pop() for _ in range(min(len(changed), AT_ONCE))}
        for id in turn & self._books.ledger.agents.keys():
            self._rows[id] = self._added_up(id)
        return turn

    def row(self, id: str) -> Row | None:
        """The day of an agent; None for one of whom nothing was ever entered.

        It is the same object until it changes.
        """
        return self._rows.get(id)

    def _added_up(self, id: str) -> Row:
        account = self._books.ledger.agents[id]
        cell, spans = self._cell(id, account), account.spans.get(self._day, {})
        signed_in = ready = not_ready = 0
        by: dict[str, int] = {}
        for key, ms in spans.items():
            state, _, reason = key.partition(":")
            if state not in _AWAY:
                signed_in += ms
            if state == _READY:
                ready += ms
            elif state == _NOT_READY and ms:
                not_ready += ms
                by[reason] = by.get(reason, 0) + ms
        agent = self._agents.state.agents.get(id)
        now = agent.now if agent is not None else None
        return {
            "at": max(self._day, now.time) if now is not None else self._day,
            "answered": cell[_ANSWERED],
            "transferred": cell[_TRANSFERRED],
            "unanswered": cell[_UNANSWERED],
            "talk_ms": cell[_TALK],
            "hold_ms": cell[_HOLD],
            "acw_ms": cell[_ACW],
            "signed_in_ms": signed_in,
            "ready_ms": ready,
            "not_ready_ms": not_ready,
            "not_ready_by": by,
        }

    def _cell(self, id: str, account: Account) -> Cell:
        """The sums of the day; its older intervals are added up once, and again when corrected."""
        newest, key = account.newest, (account.newest, account.corrected)
        kept = self._older.get(id)
        if kept is None or kept[0] != key:
            older = list(_ZERO)
            for at, cell in account.cells.items():
                if self._day <= at < newest:
                    older = list(map(add, older, cell))
            kept = self._older[id] = (key, older)
        if newest < self._day or newest not in account.cells:
            return kept[1]
        return list(map(add, kept[1], account.cells[newest]))
