"""The admin's page as a Panel component: who may come in, which displays are paired, who did what."""

import param

from dashboard.page import SHARED, Page, joined, words_of

SCRIPTS = (
    *(*SHARED, "road.js", "admin_sheet.js", "admin_users.js", "admin_displays.js"),
    *("admin_audit.js", "admin.js"),
)
STYLES = ("design.css", "admin.css")
DOMAINS = ("shared", "admin")


class Admin(Page):
    """The page of the admin. The feed tells him which queues and teams there are."""

    feed = param.String(default="feed?view=floor")
    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
