"""The supervisor's console as a Panel component.

Like the wall, it lives on the gateway's feed; what it asks for goes by the gateway's roads.
"""

import param

from dashboard.page import SHARED, Page, joined, words_of

SCRIPTS = (
    *(*SHARED, "trend.js", "incidents.js", "bell.js"),
    *("crier.js", "desk.js", "ask.js", "bounds.js", "facts.js", "playbook.js", "card.js"),
    *("whatif.js", "rail.js", "story.js", "person.js", "console.js"),
)
STYLES = ("design.css", "console.css")
DOMAINS = ("shared", "alerts")


class Console(Page):
    """The page of a supervisor."""

    feed = param.String(default="feed?view=floor")
    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
