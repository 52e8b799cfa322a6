"""An agent's page in a real Chromium: himself, his day, his queues, and nobody's name but his own."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from dashboard.assets import Assets
from dashboard.catalogue import catalogues
from dashboard.desks import Desks
from dashboard.roads import Behind
from floorwatch.access_wiring import access
from floorwatch.settings import parse
from tests.e2e.floor_server import HOSTILE, FloorServer
from tests.e2e.visitor import PHONE, Visitor

pytestmark = pytest.mark.chromium
MINUTE = 60_000
WORDS = catalogues("shared", "console", "me")


class Floor(FloorServer):
    """A floor that nobody signs in to."""

    def __init__(self, pages: Assets, folder: Path) -> None:
        super().__init__(pages, queues=3)
        self.folder = folder
        document, now = self.document, self.clock.now()
        self.first, self.second, self.third = document["queues"]
        document["queues"][self.first] |= {"waiting": 5, "longest_since": now - 65_000}
        document["queues"][self.first] |= {"service_level": 0.5, "agents": {"ready": 4}}
        document["allowed"] = {"not_ready": {"meal": 30 * MINUTE}}
        document["notices"] = {
            "n1": {
                "text": HOSTILE,
                "tone": "warn",
                "at": now - 5 * MINUTE,
                "boards": [],
                "by": "Lead Zhou",
            },
            "n2": {
                "text": "gone",
                "tone": "info",
                "at": now - 9 * MINUTE,
                "until": now - 1,
                "boards": [],
            },
        }
        document["agents"] = {
            "1001": {
                "names": {"zh": "李娜", "en": "Li Na"},
                "state": "not_ready",
                "reason": "meal",
                "since": now - 10 * MINUTE,
                "queues": {self.first: True, self.second: False},
                "day": {
                    **{"at": now - 10 * MINUTE, "answered": 31, "transferred": 4, "unanswered": 2},
                    **{"talk_ms": 90 * MINUTE, "hold_ms": 0, "acw_ms": 20 * MINUTE},
                    **{"signed_in_ms": 180 * MINUTE, "ready_ms": 40 * MINUTE},
                    **{"not_ready_ms": 15 * MINUTE, "not_ready_by": {"break": 15 * MINUTE}},
                },
            },
            "1002": {
                "names": {"en": "Secret Colleague"},
                "state": "ready",
                "queues": {self.first: True},
            },
            "evil": {"names": {"zh": HOSTILE, "en": HOSTILE}, "state": "ready", "reason": HOSTILE},
        }

    def furnish(self, stack: ExitStack) -> Mapping[str, Any]:
        door = stack.enter_context(access(parse(""), self.folder, {}))
        return {"doors": door.doors, "behind": Behind(desks=Desks(door.desks, door.audit))}


@pytest.fixture
def floor(pages: Assets, tmp_path: Path) -> Iterator[Floor]:
    with Floor(pages, tmp_path) as floor:
        yield floor


@pytest.fixture
def page(browser: Any, floor: Floor) -> Iterator[Any]:
    """A phone that complains of nothing."""
    with Visitor(browser, floor.url, viewport=PHONE, locale="en") as visitor:
        page = visitor.context.new_page()
        yield page
        assert page.evaluate("window.hurt === undefined")


def opened(page: Any, floor: Floor, agent: str, language: str = "en") -> Any:
    page.goto(f"{floor.url}/me?agent={agent}&lang={language}")
    page.wait_for_selector(".me-link[data-tone=good]")
    return page


def figures(page: Any, part: str) -> dict[str, str]:
    """What stands in a part, by its labels."""
    rows = page.locator(f"{part} > div")
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows.all()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_agent_sees_himself_ticking_and_what_is_left(
    floor: Floor, page: Any, language: str
) -> None:
    opened(page, floor, "1001", language)
    words = WORDS[language]
    assert page.locator("h1").inner_text() == {"zh": "李娜", "en": "Li Na"}[language]
    assert page.locator(".me-doing b").inner_text() == words["reason.meal"]
    time_node = page.locator(".me-time")
    before = time_node.inner_text()
    assert before.startswith("10:")
    page.locator(f".me-time:not(:text-is('{before}'))").wait_for()
    assert page.locator(".me-left").get_attribute("data-tone") == "well"
    assert "19:" in page.locator(".me-said").inner_text()
    assert figures(page, ".me-calls") == {
        words["me_calls.answered"]: "31",
        words["me_calls.unanswered"]: "2",
        words["me_calls.transferred"]: "4",
    }


def test_the_day_goes_on_with_the_state(floor: Floor, page: Any) -> None:
    opened(page, floor, "1001")
    assert figures(page, ".me-times") == {
        "Signed in": "3 h 10 min",
        "Ready": "40 min",
        "On calls": "1 h 30 min",
        "After-call work": "20 min",
        "Not ready": "25 min",
    }
    assert figures(page, ".me-rows") == {
        "Break": "15 min",
        "Meal": "10 min · at most 30 min each",
    }
    since = floor.clock.now() - 35 * MINUTE
    floor.tell(lambda body: body["agents"]["1001"].update(since=since))
    page.locator(".me-left[data-tone=over]").wait_for()
    assert "over" in page.locator(".me-said").inner_text()


def test_own_queues_are_shown_and_no_colleague_is_named(floor: Floor, page: Any) -> None:
    frames: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda text: frames.append(str(text))),
    )
    opened(page, floor, "1001")
    rows = page.locator(".me-queue")
    assert rows.count() == 2
    names = [floor.document["queues"][id]["names"]["en"] for id in (floor.first, floor.second)]
    assert [row.locator(".me-queue-head b").inner_text() for row in rows.all()] == names
    first = rows.first
    assert [dd.inner_text() for dd in first.locator("dd").all()][0::2] == ["5", "50.0%"]
    assert first.locator("dd").nth(3).inner_text() == "4"
    assert first.locator(".fw-tag").inner_text() == WORDS["en"]["me.below"]
    assert rows.nth(1).locator(".fw-tag").inner_text() == WORDS["en"]["me.paused"]
    assert page.locator(".me-notice").count() == 1
    assert HOSTILE in page.locator(".me-notice").inner_text()
    assert frames
    assert not any("Secret Colleague" in frame or "Lead Zhou" in frame for frame in frames)


def test_hostile_names_stay_text(floor: Floor, page: Any) -> None:
    opened(page, floor, "evil")
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator(".me-queues .fw-note").first.inner_text() == WORDS["en"]["me.no_queue"]


def test_where_nobody_signs_in_one_says_who_one_is(floor: Floor, page: Any) -> None:
    page.goto(f"{floor.url}/me?lang=en")
    page.locator(".me-ask input").fill("9999")
    page.locator(".me-ask button").click()
    page.locator(".me-unheard").wait_for()
    page.locator(".me-ask input").fill("1001")
    page.locator(".me-ask button").click()
    page.locator(".me-time").wait_for()
    assert page.locator("h1").inner_text() == "Li Na"
    page.locator(".me-foot button").click()
    page.locator(".me-ask").wait_for()
    assert page.locator(".me-state").is_hidden()


def test_nothing_on_a_phone_sticks_out(floor: Floor, page: Any) -> None:
    opened(page, floor, "1001", "en")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
