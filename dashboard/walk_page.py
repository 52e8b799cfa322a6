"""The page of a floor walk as a Panel component: for a supervisor's phone, also where it has no network.

The panels of notices, hand-overs and walks stand on the console as well.
"""

import param

from dashboard.page import SHARED, Page, joined, words_of

PANELS = ("life.js", "notices.js", "handover_draft.js", "handover.js", "walks.js")
"""What a page takes that has these panels; `life.css` and the words of `life` belong to them."""
SCRIPTS = (
    *(*SHARED, "road.js", *PANELS),
    *("walk_outbox.js", "walk_photo.js", "walk_tour.js", "walk_note.js", "walk.js"),
)
STYLES = ("design.css", "life.css", "walk.css")
DOMAINS = ("shared", "life")


class Walk(Page):
    """The page of somebody who walks the floor."""

    feed = param.String(default="feed?view=floor")
    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
