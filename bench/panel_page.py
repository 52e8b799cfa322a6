"""A plain Panel page with a floor on it, as one would write it first: `pn.serve`d, in a process that
ends with us. What a display of ours costs is held against a session of it.

Eight tiles, a bar chart of the day and sixty cells for agents, all of them ordinary panes; one state for
everybody, which changes once a second; each session looks at it once a second.
"""

import sys
import threading
import time
from pathlib import Path

import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from tornado.ioloop import IOLoop, PeriodicCallback

from bench.board import CHANGE, Board
from bench.child import asked, say

PERIOD_MS = 1_000
QUEUES, AGENTS, INTERVALS = 8, 60, 96
_CHANGED_AGENTS = 8
_STATES = ("ready", "talking", "acw", "not_ready")


class State:
    """What all sessions show. The n-th change is stamped on the board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.changes = 0
        self.waiting = [0] * QUEUES
        self.offered = [0] * INTERVALS
        self.agents = ["ready"] * AGENTS

    def change(self) -> None:
        self.changes += 1
        number = self.changes
        self.waiting = [(number + queue) % 13 for queue in range(QUEUES)]
        self.offered[number % INTERVALS] = 20 + number % 60
        for agent in range(_CHANGED_AGENTS):
            self.agents[(number * _CHANGED_AGENTS + agent) % AGENTS] = _STATES[
                number % len(_STATES)
            ]
        self._board.stamps[number] = time.time()


class Page:
    """One session's page."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._bars = ColumnDataSource({"x": list(range(INTERVALS)), "top": list(state.offered)})
        self._tiles = [pn.pane.HTML("", width=200) for _ in range(QUEUES)]
        self._cells = [pn.pane.HTML("", width=60) for _ in range(AGENTS)]
        chart = figure(width=900, height=250, y_range=(0, 100), x_range=(0, INTERVALS))
        chart.vbar(x="x", top="top", width=0.8, source=self._bars)
        self.show()
        grid = pn.GridBox(*self._cells, ncols=12)
        self.view = pn.Column(pn.GridBox(*self._tiles, ncols=4), pn.pane.Bokeh(chart), grid)
        pn.state.add_periodic_callback(self.show, period=PERIOD_MS)

    def show(self) -> None:
        """Put what the state says into the panes: in one message, which is kinder to Panel."""
        state = self._state
        with pn.io.hold():
            for queue, (tile, waiting) in enumerate(zip(self._tiles, state.waiting, strict=True)):
                mark = f"<i hidden>{CHANGE}{state.changes};</i>" if queue == 0 else ""
                tile.object = f"<h3>Queue {queue}</h3><b>{waiting}</b> waiting{mark}"
            for agent, (cell, word) in enumerate(zip(self._cells, state.agents, strict=True)):
                told = f"<span class={word}>A{agent} {word}</span>"
                if cell.object != told:
                    cell.object = told
            last = state.changes % INTERVALS
            self._bars.patch({"top": [(last, state.offered[last])]})


def main() -> None:
    state = State(Board(Path(sys.argv[1])))
    server = pn.serve(
        lambda: Page(state).view,
        port=0,
        address="127.0.0.1",
        show=False,
        start=False,
        verbose=False,
    )
    server.start()
    loop = IOLoop.current()
    PeriodicCallback(state.change, PERIOD_MS).start()

    def end_with_our_parent() -> None:
        for _ in asked():
            pass  # it has nothing to be told
        loop.add_callback(loop.stop)

    threading.Thread(target=end_with_our_parent, daemon=True).start()
    say(port=server.port)
    loop.start()


if __name__ == "__main__":
    main()
