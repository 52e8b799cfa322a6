"""The wall as a Panel component: the same on a display without a session, and inside a console.

Its figures come from the gateway's feed, not from Panel: no session is paid for a frame.
"""

import param

from dashboard.page import SHARED, Page, joined, words_of

SCRIPTS = (
    *(*SHARED, "trend.js", "incidents.js", "bell.js", "tiles.js", "finding.js", "training.js"),
    *("crier.js", "banner.js", "wall.js"),
)
"""One module of several files, in this order."""
STYLES = ("design.css", "wall.css", "training.css", "banner.css")
DOMAINS = ("shared", "wall", "training")


class Wall(Page):
    """The wallboard page."""

    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
