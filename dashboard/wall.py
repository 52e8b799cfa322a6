"""The wall as a Panel component: the same on a display without a session, and inside a console.

Its figures come from the gateway's feed, not from Panel: no session is paid for a frame.
"""

import json
from pathlib import Path

import param
from panel.custom import JSComponent

from dashboard.catalogue import catalogues

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("words.js", "feed.js", "trend.js", "tiles.js", "finding.js", "training.js", "wall.js")
"""One module of several files, in this order; it imports nothing, from nowhere."""
STYLES = ("wall.css", "training.css")


def module() -> str:
    """The component's ES module."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)


class Wall(JSComponent):
    """The wallboard page.

    `feed` is the gateway's WebSocket, by address or by path on the page's own host. `build` names
    the pages: one that hears of another build from the gateway loads itself anew; empty in a Panel
    session. `language` (`zh`, `en`) is what the site speaks, if the viewer does not choose.
    """

    feed = param.String(default="/feed")
    build = param.String(default="")
    language = param.String(default="")
    catalogues = param.String(default=json.dumps(catalogues(), ensure_ascii=False))

    _esm = module()
    _stylesheets = [(STATIC / name).read_text(encoding="utf-8") for name in STYLES]  # noqa: RUF012 Panel's way
