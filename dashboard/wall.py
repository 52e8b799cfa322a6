"""The wall as a Panel component: the same on a display without a session, and inside a console.

Its figures come from the gateway's feed, not from Panel: no session is paid for a frame.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import param
from panel.custom import JSComponent

from dashboard.catalogue import catalogues

STATIC = Path(__file__).parent / "static"
SHARED = ("dom.js", "words.js", "feed.js", "newer.js", "trend.js", "incidents.js", "bell.js")
SCRIPTS = (*SHARED, "tiles.js", "finding.js", "training.js", "crier.js", "banner.js", "wall.js")
"""One module of several files, in this order; it imports nothing, from nowhere."""
STYLES = ("palette.css", "wall.css", "training.css", "banner.css")


def joined(names: Iterable[str]) -> str:
    """Some of our files as one: an ES module, for scripts."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


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

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
