"""A hand-moved clock, and a small invented floor whose figures change on demand."""

import asyncio
import copy
from collections.abc import Callable
from typing import Any

import pytest

DAY_START = 1_790_000_000_000
TREND_STEPS = 40


def course(values: list[int]) -> dict[str, int]:
    """A day's values by the number of their interval; intervals without any are left out."""
    return {str(number): value for number, value in enumerate(values) if value}


class HandClock:
    """Time stands still until a test moves it."""

    def __init__(self, now: int = DAY_START + 36_000_000) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        self.time += round(seconds * 1000)
        await asyncio.sleep(0)  # noqa: TID251 it is a clock


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The RFC 7396 merge patch from one document to another."""
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(key), dict):
            below = difference(old[key], value)
            if below:
                patch[key] = below
        elif key not in old or old[key] != value:
            patch[key] = value
    return patch


QUEUES = [
    ("sales", "销售", "Sales"),
    ("support", "技术支持", "Technical support"),
    ("billing", "账务", "Billing"),
    ("claims", "投诉与理赔", "Complaints and claims"),
    ("retention", "客户挽留", "Retention"),
    ("night", "夜间值守", "Night desk"),
    ("vip", "贵宾专线", "VIP line"),
    ("outbound", "回访", "Call-backs"),
]


class Story:
    """A floor that tells its figures as a plain document, and what changed since it was asked."""

    def __init__(self, now: int, queues: int = 4) -> None:
        self.now = now
        self.document = self._day(queues)
        self._told = copy.deepcopy(self.document)

    def full(self) -> dict[str, Any]:
        return copy.deepcopy(self.document)

    def news(self) -> dict[str, Any]:
        """The merge patch since the last call."""
        patch = difference(self._told, self.document)
        self._told = copy.deepcopy(self.document)
        return copy.deepcopy(patch)

    def tick(self, now: int) -> None:
        """A second passes on this floor: somebody is answered, somebody joins."""
        self.document["at"] = self.now = now
        for place, queue in enumerate(self.document["queues"].values()):
            queue["offered"] += 1
            queue["answered"] += 1
            queue["waiting"] = (queue["waiting"] + place + 1) % 7
            if queue["waiting"]:
                queue["longest_since"] = now - 1000 * (5 + 9 * queue["waiting"])
            else:
                queue.pop("longest_since", None)
        self.document["agents"]["Alice Ahern"]["since"] = now

    def _queue(self, place: int, name: str, zh: str, en: str) -> dict[str, Any]:
        offered = [max(0, 3 + (step * (7 + place)) % 23 - place) for step in range(TREND_STEPS)]
        abandoned = [count // 9 for count in offered]
        answered = [a - b for a, b in zip(offered, abandoned, strict=True)]
        waiting = (place * 3) % 7
        queue = {
            "names": {"zh": zh, "en": en},
            "order": place,
            "state": "live",
            "feed": "/acd/hq/asterisk-1",
            "target_ms": 20_000,
            "short_ms": 5_000,
            "variant": "short_excluded",
            "goal": 0.8,
            "waiting": waiting,
            "offered": sum(offered),
            "answered": sum(answered),
            "abandoned": sum(abandoned),
            "abandoned_short": 2,
            "overflowed": 1,
            "overflowed_by": {"timeout": 1},
            "blocked": 0,
            "dropped_waiting": 0,
            "dropped_talking": 1,
            "talking": 5,
            "service_level": round(0.93 - place * 0.04, 4),
            "asa_ms": 8123,
            "abandon_rate": 0.05,
            "agents": {
                "ready": 3,
                "talking": 5 + place,
                "hold": place % 2,
                "ringing": 1,
                "acw": 1,
                "not_ready": 2,
                "unreachable": 0,
            },
            "trend": {
                "start_at": DAY_START,
                "step_ms": 900_000,
                "offered": course(offered),
                "answered": course(answered),
                "abandoned": course(abandoned),
            },
        }
        if waiting:
            queue["longest_since"] = self.now - 1000 * (4 + waiting * 11)
        return queue

    def _day(self, count: int) -> dict[str, Any]:
        queues = {
            name: self._queue(place, name, zh, en)
            for place, (name, zh, en) in enumerate(QUEUES[:count])
        }
        parts = queues.values()
        sums = {
            key: sum(part[key] for part in parts)
            for key in ("waiting", "offered", "answered", "abandoned", "overflowed", "talking")
        }
        trends = [part["trend"] for part in parts]
        curves: dict[str, dict[str, int]] = {}
        for key in ("offered", "answered", "abandoned"):
            total = curves[key] = {}
            for trend in trends:
                for number, value in trend[key].items():
                    total[number] = total.get(number, 0) + value
        since = [part["longest_since"] for part in parts if "longest_since" in part]
        return {
            "at": self.now,
            "site": {
                "id": "hq",
                "names": {"zh": "总部客服中心", "en": "Head office"},
                "time_zone": "Asia/Shanghai",
                "day_start_at": DAY_START,
                "interval_ms": 900_000,
            },
            "feeds": {
                "/acd/hq/asterisk-1": {
                    "status": "up",
                    "state": "live",
                    "heard_at": self.now,
                    "since": self.now - 3_600_000,
                    "reason": "",
                    "gaps": 0,
                }
            },
            "health": {"taken": 4000, "repeated": 0, "late": 0, "rejected": 0, "gaps": 0},
            "queues": queues,
            "totals": {
                **sums,
                **({"longest_since": min(since)} if since else {}),
                "service_level": 0.871,
                "target_ms": 20_000,
                "variant": "short_excluded",
                "goal": 0.8,
                "asa_ms": 9100,
                "abandon_rate": 0.06,
                "agents": {
                    "ready": 9,
                    "talking": 21,
                    "hold": 2,
                    "ringing": 3,
                    "acw": 4,
                    "not_ready": 6,
                    "unreachable": 0,
                },
                "trend": {"start_at": DAY_START, "step_ms": 900_000, **curves},
            },
            "agents": {
                "Alice Ahern": {"names": {}, "team": "", "state": "ready", "since": self.now},
                "Bo Berg": {"names": {}, "team": "", "state": "talking", "since": self.now},
            },
        }


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def story(clock: HandClock) -> Story:
    return Story(clock.now())


@pytest.fixture
def make_story(clock: HandClock) -> Callable[[int], Story]:
    return lambda queues: Story(clock.now(), queues)
