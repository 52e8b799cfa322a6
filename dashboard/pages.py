"""All pages: where each one is served, who may open it, and the component that it is."""

from importlib import import_module
from typing import Any, NamedTuple

from dashboard.access import Role


class Place(NamedTuple):
    """One page.

    `name` is its file; `component` where its Panel component is (`module:Class`). A path that ends in
    `/*` stands for any one word in that place. `role` is the least that opens it, None for everybody:
    a page holds no data, so this only sends people to where they can sign in.
    """

    name: str
    component: str
    paths: tuple[str, ...]
    role: Role | None = None

    def load(self) -> Any:
        """The component's class. Imports Panel."""
        module, _, name = self.component.partition(":")
        return getattr(import_module(module), name)


PLACES = (
    Place("wall", "dashboard.wall:Wall", ("/", "/wall", "/wall/*")),
    Place("sign-in", "dashboard.sign_in_page:SignInPage", ("/sign-in",)),
    Place("admin", "dashboard.admin_page:Admin", ("/admin",), Role.ADMIN),
    Place("floor", "dashboard.console:Console", ("/floor",), Role.SUPERVISOR),
    Place("walk", "dashboard.walk_page:Walk", ("/walk",), Role.SUPERVISOR),
    Place("me", "dashboard.me:Me", ("/me",), Role.AGENT),
    Place("boards", "dashboard.editor:Editor", ("/boards",), Role.MANAGER),
    Place("reports", "dashboard.reports_page:Reports", ("/reports",), Role.MANAGER),
)
_BY_PATH = {path: place for place in PLACES for path in place.paths}


def place_of(path: str) -> Place | None:
    """The page at a path, if there is one."""
    return _BY_PATH.get(path) or _BY_PATH.get(f"{path.rpartition('/')[0]}/*")
