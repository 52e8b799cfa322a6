"""axe-core finds no serious fault on any page, within our strict content policy and without a network."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.access import Role
from tests.dashboard.guarded_site import GuardedSite
from tests.e2e.visitor import FULL_HD, PHONE, Stranger, Visitor

pytestmark = pytest.mark.chromium
AXE = Axe()
ONLY_FAULTS = {"resultTypes": ["violations"]}
GRAVE = {"serious", "critical"}
VIEWS = ("now", "queues", "people", "waiting", "plan", "break", "alerts", "shift")
PAGES = {
    **{view: (f"floor?lang=en&sound=0#{view}", f".view.{view}") for view in VIEWS},
    "reports": ("reports?lang=en", ".r-table, .r-body table"),
    "boards": ("boards?lang=en", "text=Main board"),
    "board editor": ("boards?lang=en&board=lobby", ".preview .tile"),
    "users": ("admin?lang=en#users", ".admin-view.users tbody tr"),
    "displays": ("admin?lang=en#displays", ".admin-view.displays tbody tr"),
    "audit": ("admin?lang=en#audit", ".admin-view.audit tbody tr"),
    "inside": ("sign-in?lang=en", ".door-inside"),
    "walk": ("walk?lang=en", ".walk-note [data-choice]"),
    "me": ("me?lang=en&agent=1001", ".me-time"),
}


def faults(page: Any, name: str) -> list[str]:
    """The grave ones: where, what, and on which nodes."""
    told = AXE.run(page, options=ONLY_FAULTS).response["violations"]
    return [
        f"{name}: {each['id']} ({each['impact']}) {node['target']} {node['html'][:160]}"
        f" {[check['message'][:140] for check in (*node['any'], *node['all'], *node['none'])][:1]}"
        for each in told
        if each["impact"] in GRAVE
        for node in each["nodes"][:4]
    ]


@pytest.fixture(scope="module")
def boss(guarded: GuardedSite) -> str:
    token = guarded.user("boss", Role.ADMIN)
    board = {"id": "lobby", "names": {"en": "Lobby"}, "pages": [{"tiles": [{"kind": "queues"}]}]}
    assert guarded.wish("board.save", token, board=board)["done"]
    assert guarded.wish("notice.send", token, text="Tea at four", tone="good")["done"]
    asked = guarded.wish("display.ask")
    told = {"code": asked["code"], "name": "Hall", "board": "lobby"}
    assert guarded.wish("display.confirm", token, **told)["done"]
    guarded.user("li", Role.SUPERVISOR, queues=("sales",))
    handover = {"handover": "handover-1", "shift": "early", "points": [{"text": "a lamp"}]}
    assert guarded.wish("handover.write", token, **handover)["done"]
    return token


def test_no_grave_fault_on_any_page(guarded: GuardedSite, browser: Any, boss: str) -> None:
    found = []
    with Visitor(browser, guarded.url, boss) as visitor:
        page = visitor.context.new_page()
        for name, (path, ready) in PAGES.items():
            visitor.go(page, path, ready)
            found += faults(page, name)
    assert found == []


def test_no_grave_fault_on_a_wall(guarded: GuardedSite, browser: Any, boss: str) -> None:
    found = []
    with Visitor(browser, guarded.url, boss, viewport=FULL_HD) as visitor:
        page = visitor.context.new_page()
        for theme in ("dark", "light"):
            visitor.go(page, f"wall?lang=en&theme={theme}", "text=Sales")
            found += faults(page, theme)
    assert found == []


def test_no_grave_fault_for_a_stranger_and_on_a_phone(
    guarded: GuardedSite, browser: Any, boss: str
) -> None:
    found = []
    with Stranger(browser, guarded.url) as visitor:
        page = visitor.open("sign-in?lang=en", ".door-form.sign_in")
        found += faults(page, "sign-in")
        # And it looks where everything of ours is: below a shadow root, at colours too.
        page.evaluate("""() => {
            const root = document.querySelector("[data-root-id]").firstElementChild.shadowRoot;
            const lead = root.querySelector("h1");
            lead.append(document.createElement("img"));
            lead.style.color = getComputedStyle(lead).getPropertyValue("--ground") || "#222";
        }""")
        planted = " ".join(faults(page, "planted"))
        assert "image-alt" in planted
        assert "color-contrast" in planted
    with Visitor(browser, guarded.url, boss, viewport=PHONE, has_touch=True) as visitor:
        page = visitor.context.new_page()
        for name in ("now", "walk", "me"):
            path, ready = PAGES[name]
            visitor.go(page, path, ready)
            found += faults(page, f"{name} on a phone")
    assert found == []
