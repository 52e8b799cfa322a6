"""The supervisor's console as a Panel component.

Like the wall, it lives on the gateway's feed; what it asks for goes by the gateway's roads.
"""

import param

from dashboard.page import SHARED, Page, joined, words_of
from dashboard.walk_page import PANELS

SCRIPTS = (
    *(*SHARED, "road.js", "incidents.js", "bell.js", "crier.js"),
    *("ask.js", "bounds.js", "facts.js", "playbook.js", "card.js", "whatif.js", "rail.js"),
    *("story.js", "person.js", "console_states.js", "console_floor.js", "console_route.js"),
    *("console_grid.js", "queues_table.js", "calls_list.js", "people_filter.js", "people_rows.js"),
    *("people.js", "people_sheet.js", "plan_view.js", "console_alerts.js", "trend.js"),
    "console_now.js",
    *("break_lanes.js", "break_board.js", "moves_panel.js"),
    *("console_break.js", "console_shift.js", "console_head.js", "console_nav.js"),
    *("console_strip.js", "console_help.js", "actions.js", "actions_menu.js", "actions_form.js"),
    *("actions_sure.js", "actions_tray.js", *PANELS, "drill.js", "console.js"),
)
STYLES = (
    *("design.css", "console.css", "console_cards.css", "console_views.css", "people.css"),
    "trend.css",
    *("life.css", "actions.css", "drill.css", "breaks.css"),
)
DOMAINS = ("shared", "alerts", "console", "life", "actions", "drill", "breaks")


class Console(Page):
    """The page of a supervisor."""

    feed = param.String(default="feed?view=floor")
    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
