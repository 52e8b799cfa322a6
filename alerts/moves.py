"""Who went and who came lately: of each person his last moves alone, however often he moves."""

from msgspec import Struct

from ingest.events import Millis


class Moves(Struct):
    """`gone` is when somebody last went, `moved` when he last went or came."""

    gone: dict[str, Millis] = {}
    moved: dict[str, Millis] = {}

    def note(self, agent: str, at: Millis, *, gone: bool) -> None:
        """Somebody goes, or comes. Moves may be told out of their order."""
        self.moved[agent] = max(at, self.moved.get(agent, at))
        if gone:
            self.gone[agent] = max(at, self.gone.get(agent, at))

    def since(self, at: Millis) -> tuple[set[str], set[str]]:
        """Who has gone since then, and who has only come."""
        gone = {agent for agent, when in self.gone.items() if when >= at}
        return gone, {agent for agent, when in self.moved.items() if when >= at} - gone

    def forget(self, before: Millis) -> None:
        """What was before this is asked for no more."""
        self.gone = {agent: when for agent, when in self.gone.items() if when >= before}
        self.moved = {agent: when for agent, when in self.moved.items() if when >= before}

    def clear(self) -> None:
        """Nobody has moved."""
        self.gone.clear()
        self.moved.clear()
