"""The page of an agent as a Panel component: himself, his day, his queues; he asks for breaks there."""

import param

from dashboard.page import SHARED, Page, joined, words_of

SCRIPTS = (
    *(*SHARED, "road.js", "console_states.js"),
    *("me_parts.js", "me_state.js", "me_break.js", "me_day.js", "me_queues.js", "me_notices.js"),
    "me.js",
)
STYLES = ("design.css", "me.css", "breaks.css")
DOMAINS = ("shared", "console", "me", "breaks")


class Me(Page):
    """The page of one agent."""

    feed = param.String(default="feed?view=me")
    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
