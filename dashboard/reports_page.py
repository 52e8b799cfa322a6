"""The manager's page as a Panel component: a day, compared, charted, and opened to its calls."""

import param

from dashboard.page import SHARED, Page, joined, words_of

SCRIPTS = (
    *(*SHARED, "road.js", "incidents.js", "drill.js"),
    *("reports_figure.js", "reports_tiles.js", "reports_table.js", "reports_trouble.js"),
    *("reports_charts.js", "reports_kinds.js", "reports_paper.js", "reports_mails.js"),
    *("reports_head.js", "reports.js"),
)
STYLES = ("design.css", "drill.css", "reports.css", "reports_paper.css")
DOMAINS = ("shared", "drill", "reports", "papers")


class Reports(Page):
    """The page of a manager."""

    feed = param.String(default="feed")
    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
