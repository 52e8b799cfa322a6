"""The page of boards as a Panel component: what walls show is changed here, before one's eyes.

Its previews are drawn by the wall's own code from the live feed of the floor.
"""

import param

from dashboard.page import SHARED, Page, joined, words_of
from dashboard.wall import BOARD_DOMAINS, BOARD_SCRIPTS, BOARD_STYLES

SCRIPTS = (
    *(*SHARED, "road.js", *BOARD_SCRIPTS),
    *("editor_board.js", "editor_body.js", "editor_preview.js", "editor_parts.js"),
    *("editor_queues.js", "editor_tiles.js", "editor_looks.js", "editor_stage.js"),
    *("editor_list.js", "editor_dialogs.js", "editor_draft.js", "editor_bar.js", "editor.js"),
)
STYLES = ("design.css", *BOARD_STYLES, "editor.css", "editor_form.css")
DOMAINS = (*BOARD_DOMAINS, "boards")


class Editor(Page):
    """The page of boards."""

    feed = param.String(default="feed?view=floor")
    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
