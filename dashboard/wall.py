"""The wall as a Panel component: the same on a display without a session, and inside a console.

Its figures come from the gateway's feed, not from Panel: no session is paid for a frame. What draws a
board stands apart from the page, so that the page where boards are edited shows them as they are.
"""

import msgspec
import param

from dashboard.board import MAIN
from dashboard.page import SHARED, Page, joined, words_of

BOARD_SCRIPTS = (
    *("trend.js", "incidents.js", "crier.js", "banner.js", "board_fit.js", "board_layout.js"),
    *("board_table.js", "tiles.js", "tile_figure.js", "tile_counts.js", "tile_trend.js"),
    *("tile_queues.js", "tile_queue.js", "tile_notice.js", "board_head.js", "board_screen.js"),
)
"""What draws a board into any box (`board_screen.js`), after `dashboard.page.SHARED`."""
BOARD_STYLES = ("board.css", "board_tiles.css", "trend.css", "banner.css")
"""How it looks, after `design.css`."""
BOARD_DOMAINS = ("shared", "wall")
"""What it says."""

SCRIPTS = (
    *(*SHARED, *BOARD_SCRIPTS, "bell.js", "finding.js", "training.js"),
    *("kiosk.js", "wall_controls.js", "road.js", "pairing.js", "wall.js"),
)
"""One module of several files, in this order."""
STYLES = ("design.css", *BOARD_STYLES, "wall.css", "training.css", "pairing.css")
DOMAINS = (*BOARD_DOMAINS, "training", "pairing")


class Wall(Page):
    """The wallboard page. `board` is what stands on it until the feed tells which board it is."""

    catalogues = param.String(default=words_of(*DOMAINS))
    board = param.String(default=msgspec.json.encode(MAIN).decode())

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
