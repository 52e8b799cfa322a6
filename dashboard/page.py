"""A page: a Panel component that lives on the gateway's feed, not on a session of Panel's.

It is written out as plain files (`dashboard.export`); the same component can stand in a Panel app.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import param
from panel.custom import JSComponent

from dashboard.catalogue import catalogues

STATIC = Path(__file__).parent / "static"
SHARED = (
    *("dom.js", "shapes.js", "memory.js", "address.js"),
    *("words.js", "feed.js", "newer.js", "theme.js"),
)
"""What the script of every page begins with."""


def joined(names: Iterable[str]) -> str:
    """Some of our files as one: an ES module, for scripts, which imports nothing from nowhere."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


def words_of(*domains: str) -> str:
    """The catalogues of these domains, as a page's parameter carries them."""
    return json.dumps(catalogues(*domains), ensure_ascii=False)


class Page(JSComponent):
    """What every page of ours takes.

    `feed` is the gateway's WebSocket, by path under the page's base address. `build` names the
    pages: one that hears of another build from the gateway loads itself anew; empty in a Panel
    session. `language` (`zh`, `en`) is what the site speaks, if the viewer does not choose.
    """

    __abstract = True

    feed = param.String(default="feed")
    build = param.String(default="")
    language = param.String(default="")
    catalogues = param.String(default="{}")

    _esm = ""
