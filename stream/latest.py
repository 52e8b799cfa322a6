"""The latest word on things of which only the present is kept: memberships, components, adapters.

Calls and agents have a history, into which a late event is put where it belongs. Of these things
only the last word counts, and the last is the one that its source numbered last, not the one that
came last.
"""

from collections.abc import Callable

from msgspec import Struct

from ingest.events import (
    Adapter,
    AgentMembership,
    Component,
    Data,
    Event,
    Millis,
    SnapshotMember,
)


class Word(Struct, array_like=True):
    """The number of the last word on something, and when it came."""

    seq: int
    recvtime: Millis


class Latest(Struct):
    """The last words, by run and by what they are about."""

    words: dict[str, Word] = {}

    def hear(self, event: Event) -> bool:
        """True if this is the last word now; False if its source has told something later before.

        A source that cannot count is believed in the order in which it is heard. Raises `KeyError`
        for data that has a history.
        """
        if not event.seq:
            return True
        key = f"{event.source}\n{event.epoch}\n{_ABOUT[type(event.data)](event.data)}"
        word = self.words.get(key)
        if word is not None and word.seq > event.seq:
            return False
        self.words[key] = Word(event.seq, event.recvtime)
        return True

    def forget_before(self, before: Millis) -> None:
        """Forget the words that came before this time."""
        for key in [key for key, word in self.words.items() if word.recvtime < before]:
            del self.words[key]


def _membership(data: AgentMembership | SnapshotMember) -> str:
    return f"member\n{data.agent}\n{data.queue}"


def _component(data: Component) -> str:
    return f"component\n{data.kind}:{data.name}"


def _adapter(_: Adapter) -> str:
    return "adapter"


_ABOUT: dict[type[Data], Callable[..., str]] = {
    AgentMembership: _membership,
    SnapshotMember: _membership,
    Component: _component,
    Adapter: _adapter,
}
"""What each kind of data is about, where only the last word counts."""
