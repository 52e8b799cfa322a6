"""The page where people sign in, and out, as a Panel component. It reads no feed."""

import param

from dashboard.page import SHARED, Page, joined, words_of

SCRIPTS = (*SHARED, "road.js", "sign_in_form.js", "sign_in.js")
STYLES = ("design.css", "sign_in.css")
DOMAINS = ("shared", "access")


class SignInPage(Page):
    """The page of the door."""

    catalogues = param.String(default=words_of(*DOMAINS))

    _esm = joined(SCRIPTS)
    _stylesheets = [joined(STYLES)]  # noqa: RUF012 Panel's way
