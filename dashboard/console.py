"""The supervisor's console of alerts as a Panel component.

Like the wall, it lives on the gateway's feed; what it asks for goes by the gateway's road for alerts.
"""

import json

import param
from panel.custom import JSComponent

from dashboard.catalogue import catalogues
from dashboard.wall import SHARED, joined

SCRIPTS = (
    *SHARED,
    *("crier.js", "desk.js", "ask.js", "bounds.js", "facts.js", "playbook.js", "card.js"),
    *("whatif.js", "rail.js", "story.js", "person.js", "console.js"),
)
STYLES = ("palette.css", "console.css")


class Console(JSComponent):
    """The page of alerts: its parameters are those of the wall."""

    feed = param.String(default="/feed?view=floor")
    build = param.String(default="")
    language = param.String(default="")
    catalogues = param.String(default=json.dumps(catalogues(), ensure_ascii=False))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
