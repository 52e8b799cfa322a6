"""Whatever comes from outside is text: in every field markup, scripts, turned and endless words, and
every page in both languages. Nothing runs, nothing leaves the screen, nothing asks elsewhere."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from msgspec import structs

from dashboard.access import Role
from dashboard.gateway import Gateway
from floorwatch import app, invented
from simulators.scenario import Scenario
from tests.dashboard.guarded_site import GuardedSite, said
from tests.e2e.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.chromium
MARK = "<img src=x onerror=window.hurt=1>"
EVIL = (
    f"{MARK}<script>window.hurt=1</script>",
    f"\"'><svg onload=window.hurt=1>{MARK}",
    f"javascript:window.hurt=1//{MARK}",
    f"\u202e{MARK} مرحبا بالعالم \u202c",
    f"\u200b\ufeff\u200d{MARK}\u0301\u0302\u0303\u0304\u0305",
    f"{MARK}{'W' * 180}",
    f"{MARK}{'超' * 90}",
    f"{MARK}</style></textarea></title><iframe src=//evil.example></iframe>",
    f"{MARK}${{window.hurt=1}}{{{{7*7}}}}%s{{who}}\\u003cimg",
)
LONG = f"{MARK}{'a' * 80}"
NAMED = {"names", "rule_names", "scope_names", "sentence"}
SAID = {"reason", "cause", "caller", "text", "by", "note", "why", "said", "assigned", "name"}
"""Keys of the document whose values are somebody's words."""
GATHER = """() => {
    const found = {text: [], images: 0, wide: document.documentElement.scrollWidth - innerWidth};
    const gather = (node) => {
        if (node.nodeType === 3) found.text.push(node.data);
        if (/^(IMG|IFRAME|OBJECT|EMBED|SVG)$/.test(node.nodeName)) {
            found.images += /evil|^x$/.test(node.getAttribute("src") ?? "") || node.hasAttribute("onload");
        }
        for (const child of node.shadowRoot?.childNodes ?? []) gather(child);
        if (!/^(STYLE|SCRIPT)$/.test(node.nodeName)) for (const child of node.childNodes) gather(child);
    };
    gather(document.body);
    return {...found, text: found.text.join("\\n"), hurt: window.hurt ?? null, title: document.title};
}"""
Words = Callable[[], str]


def words() -> Words:
    """One evil text after the other, each another."""
    numbers = itertools.count()
    return lambda: f"{EVIL[(n := next(numbers)) % len(EVIL)]} {n}"


def named(say: Words) -> dict[str, str]:
    return {"zh": say(), "en": say()}


def tainted(part: Any, say: Words, key: str = "") -> Any:
    """The same with somebody's words in every place for words."""
    if isinstance(part, Mapping):
        if key in NAMED:
            return {language: say() for language in part}
        return {name: tainted(value, say, name) for name, value in part.items()}
    return say() if isinstance(part, str) and key in SAID else part


def strangers(body: dict[str, Any], say: Words) -> dict[str, Any]:
    """Rows whose very ids are evil, as a telephone system might send them."""
    now = body["at"]
    queue = next(iter(body["queues"].values()))
    id = f"{MARK}{'q' * 120}"
    agents = {
        f"{LONG}{state}": {
            "names": named(say),
            "team": id,
            "state": state,
            "reason": f"{MARK}{'W' * 180}",
            "since": now - 3_600_000,
            "queues": {id: True},
            "queue": id,
        }
        for state in ("ready", "talking", "not_ready", "unreachable", MARK)
    }
    incident = {
        **{"number": 1, "rule": MARK, "kind": MARK, "scope": f"queue:{id}", "severity": "critical"},
        **{"state": "firing", "since": now, "fired_at": now, "level": 1, "next_to": MARK},
        **{"rule_names": named(say), "scope_names": named(say), "sentence": named(say)},
        **{"evidence": {MARK: say()}, "others": [id, MARK], "playbook": MARK, "steps": {}},
        **{"learning": False, "acked": {"by": say(), "at": now, "note": say()}, "assigned": say()},
    }
    part = {"kind": "trunk", "name": say(), "status": "down", "cause": say(), "since": now}
    feed = {"status": "down", "state": "stale", "heard_at": now, "since": now, "reason": say()}
    call = {"queue": id, "since": now - 9_000, "caller": say(), "ringing": [MARK]}
    command = {
        **{"kind": "pause", "agent": MARK, "queue": id, "by": say(), "reason": say()},
        **{"state": "refused", "why": MARK, "at": now, "told_at": now},
    }
    return {
        "queues": {id: {**queue, "names": named(say), "waiting": 7, "longest_since": now}},
        "agents": agents,
        "feeds": {f"/acd/demo/{MARK}": {**feed, "gaps": 3}},
        "parts": {f"trunk:{MARK}": part, MARK: {**part, "kind": MARK, "status": MARK}},
        "calls": {MARK: call},
        "commands": {MARK: command},
        "alerts": {"incidents": {MARK: incident}, "muted": {f"{MARK} {id}": {"by": MARK}}},
    }


class Tainted(Gateway):
    """The gateway of a floor whose every word is evil."""

    def publish(self, full: Callable[[], Mapping[str, Any]], patch: Mapping[str, Any]) -> None:
        def whole() -> Mapping[str, Any]:
            say = words()
            body = tainted(dict(full()), say)
            for key, rows in strangers(body, words()).items():
                body[key] = {**body.get(key, {}), **rows}
            return body

        super().publish(whole, tainted(patch, words()))


class HostileSite(GuardedSite):
    """A site that is called so, with people and queues that are."""

    def dress(self, patch: pytest.MonkeyPatch) -> None:
        say, real = words(), invented.scenario_for

        def evil(site: Any) -> Scenario:
            scenario = real(site)
            return replace(
                scenario,
                names=named(say),
                queues=tuple(replace(plan, names=named(say)) for plan in scenario.queues),
                agents=tuple(replace(plan, names=named(say)) for plan in scenario.agents),
                teams={id: named(say) for id in scenario.teams},
            )

        patch.setattr(invented, "scenario_for", evil)
        patch.setattr(app, "Gateway", Tainted)


@pytest.fixture(scope="module")
def site(pages: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileSite]:
    folder = tmp_path_factory.mktemp("hostile")
    with HostileSite(folder, pages) as site:
        boss = site.user("boss", Role.ADMIN, queues=None)
        fill(site, boss)
        yield site


def fill(site: HostileSite, boss: str) -> None:
    """Everything that people write, written as evilly as it is taken."""
    say, now = words(), site.clock.now()

    def done(deed: str, **data: object) -> dict[str, Any]:
        answer = site.wish(deed, boss, **data)
        assert answer["done"], f"{deed}: {answer.get('why')} {answer.get('told')}"
        return answer

    tiles = [{"kind": kind} for kind in ("queues", "counts", "agents", "clock", "trend", "notice")]
    for id in ("lobby", "evil"):
        names = {"zh": say()[:200], "en": say()[:200]}
        done("board.save", board={"id": id, "names": names, "pages": [{"tiles": tiles}]})
    for tone in ("info", "good", "warn"):
        done("notice.send", text=say()[:90], tone=tone)
    user = {"role": "supervisor", "queues": [MARK], "teams": [MARK], "agent": MARK}
    done("user.save", user="evil", name=say()[:80], password="plain hens lay eggs", **user)
    asked = done("display.ask")
    done("display.confirm", code=asked["code"], name=say()[:80], board="evil")
    site.wish("session.sign_in", name=f"{MARK}{say()}", password=MARK)
    itself = site.known.users.find("boss")
    assert itself is not None
    site.known.users.save(structs.replace(itself, name=say()), now)
    choices = site.get("/walk-choices", boss).json()
    measure = next(each["id"] for each in choices["measures"] if each.get("stays_open"))
    for number, place in enumerate(choices["places"]):
        note = {"note": say(), "kind": choices["kinds"][0]["id"], "measure": measure}
        at = {"walk": "walk-of-evil", "at": now, "finding": f"finding-{number:04}"}
        done("walk.note", **at, place=place["id"], agent="1001", **note)
    points = [{"text": say()[:100]}, {"text": say()[:100]}]
    done("handover.write", handover="handover-evil", shift=say()[:30], text=say(), points=points)
    for act in ("pause", "unpause"):
        for agent in ("1001", "1011", "1012"):
            site.wish(f"action.{act}", boss, agent=agent, reason=say()[:100])
    body = site.until("view=floor", boss, lambda body: len(body["alerts"]["incidents"]) > 1)
    incident = next(id for id in body["alerts"]["incidents"] if id != MARK)
    with site.road("/alerts", boss) as road:
        for do in ("note", "acknowledge", "assign"):
            assert said(road, {"do": do, "incident": incident, "note": say(), "to": say()})["done"]
        until = {"until": now + 3_600_000, "reason": say(), "rule": MARK, "scope": MARK}
        assert said(road, {"do": "silence", **until})["done"]


VIEWS = ("now", "queues", "people", "waiting", "plan", "break", "alerts", "shift")
PAGES = {
    "wall": ("wall?lang={}", ".wallboard"),
    "board": ("wall/evil?lang={}", ".wallboard"),
    "sign-in": ("sign-in?lang={}", ".door-inside"),
    **{view: (f"floor?lang={{}}&sound=0#{view}", f".view.{view}") for view in VIEWS},
    "walk": ("walk?lang={}", "main"),
    "me": ("me?lang={}&agent=1001", "main"),
    "me away": (f"me?lang={{}}&agent={quote(f'{LONG}not_ready', safe='')}", "main"),
    "boards": ("boards?lang={}", "main"),
    "board editor": ("boards?lang={}&board=evil", ".preview .tile"),
    "reports": ("reports?lang={}", ".r-body"),
    "users": ("admin?lang={}#users", ".admin-view.users"),
    "displays": ("admin?lang={}#displays", ".admin-view.displays"),
    "audit": ("admin?lang={}#audit", ".admin-view.audit"),
}
EMPTY = {"walk"}
"""What shows no words of others before somebody touches it."""


def held(page: Any, name: str) -> dict[str, Any]:
    """What a page is like; and that nothing of it ran."""
    found: dict[str, Any] = page.evaluate(GATHER)
    assert found["hurt"] is None, name
    assert found["images"] == 0, name
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_shows_it_as_text(site: HostileSite, browser: Any, language: str) -> None:
    token = site.known.sessions.begin("boss", site.clock.now())
    wide = []
    with Visitor(browser, site.url, token) as visitor:
        page = visitor.context.new_page()
        for name, (path, ready) in PAGES.items():
            page.set_viewport_size(DESK)
            visitor.go(page, path.format(language), ready)
            if name not in EMPTY:
                page.get_by_text("onerror").first.wait_for(state="attached")
            for viewport in (DESK, PHONE):
                page.set_viewport_size(viewport)
                page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
                found = held(page, name)
                if found["wide"] > 0:
                    wide.append((name, viewport["width"], found["wide"]))
            if name not in EMPTY:
                assert MARK in found["text"], name
    assert not wide, str(wide)


def test_what_opens_on_a_touch_shows_it_as_text(site: HostileSite, browser: Any) -> None:
    token = site.known.sessions.begin("boss", site.clock.now())
    with Visitor(browser, site.url, token) as visitor:
        page = visitor.open("floor?lang=en&sound=0#people", ".space .person:visible")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").first.wait_for()
        assert MARK in held(page, "person")["text"]
        page.keyboard.press("Escape")
        for path, query in (
            ("calls", "what=offered"),
            ("formula", "name=service_level"),
            ("incidents", ""),
            ("day", ""),
        ):
            assert site.get(f"/{path}?{query}", token).headers["Content-Type"] == "application/json"
        for form in ("queues", "intervals"):
            file = site.get(f"/day/file?form={form}&lang=en", token)
            assert file.headers["Content-Disposition"].startswith("attachment")
            assert file.headers["X-Content-Type-Options"] == "nosniff"
            cells = [cell for row in file.text.splitlines() for cell in row.split(",")]
            assert not [cell for cell in cells if cell.strip('"')[:1] in {"=", "@"}]
