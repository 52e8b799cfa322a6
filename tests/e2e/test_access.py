"""In and out in a real Chromium: by password and by code, back to where one wanted to go, and no further
than one's scope."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect

from dashboard.access import Role
from simulators.demo import DEMO
from tests.dashboard.guarded_site import GuardedSite
from tests.e2e.visitor import (
    FORBIDDEN,
    FULL_HD,
    LEFT,
    NEEDS_SIGN_IN,
    NOBODY_THERE,
    UNKNOWN,
    Stranger,
    Visitor,
    becomes,
)

pytestmark = pytest.mark.chromium
PASSWORD = "plain hens lay eggs"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
PLANS = {plan.id: plan for plan in DEMO.agents}
NORTH = [plan for plan in DEMO.agents if plan.team == "north"]
OTHERS = [plan for plan in DEMO.agents if plan.team != "north" and "sales" not in plan.queues]
ASTRAY = (
    "//evil.example",
    "https://evil.example",
    "javascript:window.hurt=1",
    "/\\evil.example",
    "\\\\evil.example\\x",
    "..//evil.example",
    "%2F%2Fevil.example",
    "data:text/html,<script>window.hurt=1</script>",
    "//[",
    "#//evil.example",
)


def sign_in(page: Any, name: str, password: str = PASSWORD) -> None:
    form = page.locator(".door-form.sign_in")
    form.get_by_label("User name", exact=True).fill(name)
    form.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def cookie_of(visitor: Visitor) -> str:
    return next((c["value"] for c in visitor.context.cookies() if c["name"] == "floorwatch"), "")


def shown(page: Any) -> str:
    """All the text on a page, also what is folded away."""
    text: str = page.evaluate("""() => {
        const told = [];
        const gather = (node) => {
            if (node.nodeType === 3) told.push(node.data);
            else if (!(node instanceof HTMLStyleElement || node instanceof HTMLScriptElement)) {
                for (const child of node.shadowRoot?.childNodes ?? []) gather(child);
                for (const child of node.childNodes) gather(child);
            }
        };
        gather(document.body);
        return told.join("\\n");
    }""")
    return text


def test_in_by_a_password_to_where_one_wanted_to_go_and_out_again(
    guarded: GuardedSite, browser: Any
) -> None:
    guarded.user("li", Role.SUPERVISOR, password=HASHED)
    with Stranger(browser, guarded.url) as visitor:
        page = visitor.open("floor?lang=en", ".door")
        assert page.url == f"{guarded.url}/sign-in?to=floor%3Flang%3Den"
        sign_in(page, "li", "plain hens lay none")
        page.get_by_role("alert").get_by_text("not right").wait_for()
        assert cookie_of(visitor) == ""
        secret = page.get_by_role("textbox", name="Password")
        expect(secret).to_have_value("")
        sign_in(page, "nobody at all")
        expect(secret).to_have_value("")
        page.get_by_role("alert").get_by_text("not right").wait_for()
        sign_in(page, "li")
        page.wait_for_selector("[data-link=live]")
        assert page.url.startswith(f"{guarded.url}/floor?lang=en")
        token = cookie_of(visitor)
        kept = next(c for c in visitor.context.cookies() if c["name"] == "floorwatch")
        assert kept["httpOnly"]
        assert kept["sameSite"] == "Strict"
        assert guarded.get("/session", token).json()["id"] == "li"

        visitor.go(page, "sign-in?lang=en", ".door-inside")
        page.get_by_text("signed in as Li").wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("User name", exact=True).wait_for()
        assert cookie_of(visitor) == ""
        assert guarded.get("/session", token).json()["role"] == "nobody"
        visitor.go(page, "floor?lang=en", ".door")
        assert page.url.startswith(f"{guarded.url}/sign-in?")


def test_a_door_whose_site_does_not_answer_says_so_and_opens_when_it_does(
    guarded: GuardedSite, browser: Any
) -> None:
    asked: list[Any] = []

    def once(route: Any) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    with Stranger(browser, guarded.url) as visitor:
        visitor.forgiven.append("ERR_FAILED")
        page = visitor.context.new_page()
        page.route(re.compile("/session$"), once)
        page.goto(f"{guarded.url}/sign-in?lang=en")
        expect(page.locator(".door-lead")).to_have_text("One moment…")
        expect(page.locator(".door-form.sign_in")).to_be_hidden()
        becomes(page, lambda: len(asked), 1)
        asked[0].abort()
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        assert len(asked) == 2


def test_no_address_leads_away_from_us(guarded: GuardedSite, browser: Any) -> None:
    guarded.user("wang", Role.SUPERVISOR, password=HASHED)
    with Stranger(browser, guarded.url) as visitor:
        visitor.forgiven.append(UNKNOWN)  # the way back is to us, if to nothing of ours
        page = visitor.open(f"sign-in?lang=en&to={quote(ASTRAY[0], safe='')}", ".door-form.sign_in")
        sign_in(page, "wang")
        page.wait_for_function("() => !location.pathname.endsWith('/sign-in')")
        assert page.url.startswith(f"{guarded.url}/")
        for to in ASTRAY:
            visitor.go(page, f"sign-in?lang=en&to={quote(to, safe='')}", ".door-inside")
            onward = page.get_by_role("link", name="Go on")
            href = onward.evaluate("(link) => link.href")
            assert href.startswith(f"{guarded.url}/"), to
            assert page.evaluate("() => window.hurt") is None
        onward.click()
        page.wait_for_function("() => !location.pathname.endsWith('/sign-in')")
        assert page.url.startswith(f"{guarded.url}/")


def test_a_television_is_paired_by_its_code_sees_its_board_alone_and_is_revoked(
    guarded: GuardedSite, browser: Any
) -> None:
    boss = guarded.user("boss", Role.ADMIN)
    tile = {"pages": [{"tiles": [{"kind": "queues", "size": 4}]}]}
    board = {"id": "lobby", "names": {"en": "Lobby", "zh": "大厅"}, "queues": ["sales"], **tile}
    assert guarded.wish("board.save", boss, board=board)["done"]
    with (
        Stranger(browser, guarded.url, viewport=FULL_HD) as television,
        Visitor(browser, guarded.url, boss) as admin,
    ):
        tv = television.open("wall?lang=en", ".pair-code:has-text(' ')")
        assert "Sales" not in shown(tv)
        code = tv.locator(".pair-code").inner_text()
        desk = admin.open("admin?lang=en#displays", ".admin-pair")
        desk.locator(".admin-pair input").nth(0).fill(code.lower())
        desk.locator(".admin-pair input").nth(1).fill("Hall 2")
        desk.locator(".admin-pair select").select_option("lobby")
        desk.locator(".admin-pair button[type=submit]").click()
        desk.locator("table").get_by_text("Hall 2").wait_for()
        tv.get_by_text("Sales").first.wait_for()
        text = shown(tv)
        assert "Billing" not in text
        assert not [plan.id for plan in DEMO.agents if plan.names["en"] in text]
        for page in ("floor", "admin", "me", "reports", "boards", "walk"):
            answer = tv.context.request.get(f"{guarded.url}/{page}")
            assert answer.status == 403, page
        for view in ("board=main", "view=floor", "view=me&agent=1001"):
            assert tv.context.request.get(f"{guarded.url}/frame?{view}").status == 403
        sure = desk.locator("table .fw-button")
        sure.click()
        sure.click()
        tv.wait_for_selector(".pair-code:has-text(' ')")
        assert tv.locator(".pair-code").inner_text() != code


def test_a_supervisor_of_a_part_sees_his_part_on_every_view(
    guarded: GuardedSite, browser: Any
) -> None:
    token = guarded.user("part", Role.SUPERVISOR, queues=("sales",), teams=("north",))
    with Visitor(browser, guarded.url, token) as visitor:
        page = visitor.open("floor?lang=en&sound=0", "[data-link=live]")
        page.wait_for_selector(".view.now:visible")
        seen = ""
        for number, view in enumerate(
            ("now", "queues", "people", "waiting", "plan", "break", "alerts", "shift"), start=1
        ):
            page.keyboard.press(str(number))
            page.wait_for_selector(f".workplace[data-view={view}] .view.{view}:visible")
            if view == "people":
                page.wait_for_selector(".space .person:visible")
            text = shown(page)
            seen += text
            assert not [plan.id for plan in OTHERS if plan.names["en"] in text], view
            if view in {"queues", "people"}:
                assert "Billing" not in text
        assert "Sales" in seen
        assert [plan.id for plan in NORTH if plan.names["en"] in seen]
        for path in ("admin", "reports", "boards"):
            assert page.context.request.get(f"{guarded.url}/{path}").status == 403


def test_an_agent_sees_himself_and_nobody_else(guarded: GuardedSite, browser: Any) -> None:
    token = guarded.user("anna", Role.AGENT, agent="1001")
    with Visitor(browser, guarded.url, token) as visitor:
        page = visitor.open("me?lang=en", f"text={PLANS['1001'].names['en']}")
        text = shown(page)
        assert not [
            plan.id for plan in DEMO.agents if plan.id != "1001" and plan.names["en"] in text
        ]
        for path in ("floor", "walk", "admin", "reports", "boards"):
            assert page.context.request.get(f"{guarded.url}/{path}").status == 403
        told = page.evaluate("""async () => {
            const said = {};
            for (const view of ["view=me&agent=1002", "view=floor", "view=me"]) {
                said[view] = (await fetch(`frame?${view}`)).status;
            }
            return said;
        }""")
        assert told == {"view=me&agent=1002": 403, "view=floor": 403, "view=me": 200}
        visitor.forgiven.append(FORBIDDEN)


def test_a_stranger_comes_to_the_view_that_his_address_named(
    guarded: GuardedSite, browser: Any
) -> None:
    guarded.user("zhao", Role.SUPERVISOR, password=HASHED)
    wanted = "floor?lang=en&sound=0#people?state=ready"
    with Visitor(browser, guarded.url) as visitor:
        page = visitor.open(wanted, ".door-form.sign_in")
        sign_in(page, "zhao")
        page.wait_for_selector(".workplace[data-view=people][data-link=live]")
        assert page.url == f"{guarded.url}/{wanted}"


def test_whoever_was_signed_out_comes_back_to_where_he_was(
    guarded: GuardedSite, browser: Any
) -> None:
    token = guarded.user("qian", Role.ADMIN, password=HASHED)
    wanted, there = "admin?lang=en#audit", ".admin-view.audit:visible"
    with Visitor(browser, guarded.url, token) as visitor:
        visitor.forgiven += [NEEDS_SIGN_IN, NOBODY_THERE, LEFT]
        page = visitor.open(wanted, there)
        guarded.known.sessions.end_all("qian")
        page.wait_for_selector(".door-form.sign_in")
        sign_in(page, "qian")
        page.wait_for_selector(there)
        assert page.url == f"{guarded.url}/{wanted}"


def test_who_looks_after_a_part_is_offered_to_silence_that_alone(
    guarded: GuardedSite, browser: Any
) -> None:
    boss = guarded.user("boss", Role.ADMIN)
    part = guarded.user("part", Role.SUPERVISOR, queues=("sales",), teams=("north",))
    with (
        Visitor(browser, guarded.url, boss) as over_all,
        Visitor(browser, guarded.url, part) as over_part,
    ):
        whole = over_all.open("floor?lang=en&sound=0#alerts", ".card")
        page = over_part.open("floor?lang=en&sound=0#alerts", ".card")
        for each, asked in ((whole, True), (page, False)):
            card = each.locator(".card", has_text="Sales").first
            card.locator("[data-do=silence]").click()
            card.locator("[data-ask=silence] [name=reason]").fill("planned")
            assert card.locator("[data-ask=silence] [data-field=which]").is_visible() is asked
        whole_card = whole.locator(".card", has_text="Sales").first
        whole_card.locator("[data-ask=silence] [name=which]").select_option("rule")
        whole_card.locator("[data-ask=silence] [type=submit]").click()
        everywhere = page.locator(".panel.silences li", has_text="everywhere")
        everywhere.wait_for()
        assert not everywhere.get_by_role("button").is_visible()
        page.locator(".card [data-ask=silence]:visible [type=submit]").click()
        own = page.locator(".panel.silences li:not(:has-text('everywhere'))", has_text="Sales")
        own.get_by_role("button", name="End now").click()
        own.wait_for(state="detached")
        assert page.locator(".card .trouble:visible").count() == 0
