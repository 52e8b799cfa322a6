"""The audience: every display that is connected, by what it is shown.

One encoding per view and frame, however many displays have it; a display too slow skips to a full
frame, and costs the others nothing.
"""

from collections.abc import Collection, Iterator
from typing import Protocol

from websockets.protocol import State

from dashboard.frames import Body, View, wired
from dashboard.screen import Screen
from dashboard.views import AnyLook
from ingest.events import Millis

BEAT_MS = 1_000
BEHIND_BYTES = 256 * 1024


class Groups(Protocol):
    """Who adds up totals over some of the queues and teams, into `groups` of the body, by name."""

    def group(
        self, name: str, queues: Collection[str] | None, teams: Collection[str] | None
    ) -> None:
        """Keep these totals from now on, in the place of what had this name; None is all."""
        ...


class Audience:
    """Takes in screens, and sends each what has changed for it."""

    def __init__(self, build: str = "") -> None:
        self.groups: Groups | None = None
        self.behind_bytes = BEHIND_BYTES
        self.views: dict[str, View] = {}
        self._build = build
        self._looks: dict[str, AnyLook] = {}
        self._screens: dict[str, set[Screen]] = {}
        self._grouped: dict[str, object] = {}

    @property
    def counts(self) -> dict[str, int]:
        """How many displays each view has."""
        return {name: len(screens) for name, screens in self._screens.items()}

    def everybody(self) -> Iterator[Screen]:
        """Every display that is connected."""
        return (screen for screens in list(self._screens.values()) for screen in list(screens))

    def join(self, look: AnyLook, screen: Screen) -> None:
        """Show this display what a look lets through, from the next frame on."""
        if look.name not in self._screens:
            self._looks[look.name] = look
            self._screens[look.name] = set()
        self._screens[look.name].add(screen)

    def leave(self, look: AnyLook, screen: Screen) -> None:
        """This display has gone. A view that nobody has costs nothing any more."""
        screens = self._screens.get(look.name, set())
        screens.discard(screen)
        if not screens:
            for kept in (self._screens, self._looks, self.views):
                kept.pop(look.name, None)

    def once(self, look: AnyLook, body: Body, now: Millis) -> bytes:
        """One full frame for somebody who only asks; numbered as for those who stay."""
        self._group(look, body)
        view = self.views.get(look.name)
        if view is None:
            view = View(look.name, look, self._build)
            view.follow(body)
        return view.full(now)

    def send(self, body: Body, now: Millis) -> None:
        """Send what changed, or a beat where it is due. Never waits for a display."""
        for name, screens in self._screens.items():
            look = self._looks[name]
            self._group(look, body)
            view = self.views.get(name)
            if view is None:
                view = self.views[name] = View(name, look, self._build)
            self._send(view, view.follow(body), screens, now)

    def _send(self, view: View, changes: Body, screens: set[Screen], now: Millis) -> None:
        silent_ms = now - view.sent_at
        due = bool(changes) or not 0 <= silent_ms < BEAT_MS  # a clock set back must not mute us
        news = full = b""
        for screen in screens:
            if screen.connection.state is not State.OPEN:
                continue
            unsent_bytes = screen.unsent_bytes
            if unsent_bytes > screen.room_bytes:
                screen.behind = True
            elif screen.behind and not unsent_bytes:
                full = full or wired(view.full(now))
                screen.write(full)
                screen.behind = False
                # A full frame of a large floor must not by itself count as being slow.
                screen.room_bytes = self.behind_bytes + len(full)
            elif due and not screen.behind:
                news = news or wired(view.delta(changes, now) if changes else view.beat(now))
                screen.write(news)
        if due:
            view.sent_at = now

    def _group(self, look: AnyLook, body: Body) -> None:
        """Have the totals of a look added up. Boards and scopes are few: none is given up again."""
        wanted = look.group(body)
        if self.groups is None or wanted is None or wanted == (None, None):
            return
        if self._grouped.get(look.name) != wanted:
            self._grouped[look.name] = wanted
            self.groups.group(look.name, *wanted)
