"""A week of a floor as one document at a time: days that turn over, a rush and a quiet night, alerts that
come and go, notices, boards that are edited, queues that appear and vanish. Made up from the time alone."""

from dashboard.frames import Body
from ingest.events import Millis

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
STEP_MS = 900_000
ROTATING = "turns"
_ZONE_MS = 8 * HOUR_MS
_QUEUES = 8
_NAMES = ("销售 Sales", "技术支持 Support", "账务 Billing", "投诉 Claims")
_STATES = ("ready", "talking", "hold", "ringing", "acw", "not_ready", "unreachable")
_RULES = (("surge", "critical"), ("drops", "warning"), ("silent", "critical"))


def day_start(now: Millis) -> Millis:
    """When the site's day began."""
    return (now + _ZONE_MS) // DAY_MS * DAY_MS - _ZONE_MS


def document(now: Millis, tick: int, *, calm: bool = False) -> Body:
    """The floor at this moment, as a gateway publishes it. `tick` makes each one differ from the last.

    `calm` is the same floor with nothing going on: what pages are measured at, so that each time they
    have the same to show.
    """
    hour = (now - day_start(now)) // HOUR_MS
    count = _QUEUES if calm else _QUEUES + hour // 3 % 4
    queues = {f"q{place}": _queue(now, tick, place) for place in range(count)}
    body: Body = {
        "at": now,
        "site": {
            "id": "week",
            "names": {"zh": "总部客服中心", "en": "Head office"},
            "time_zone": "Asia/Shanghai",
            "day_start_at": day_start(now),
            "interval_ms": STEP_MS,
        },
        "feeds": {"/acd/week/a": {"status": "up", "state": "live", "heard_at": now, "gaps": 0}},
        "health": {"taken": tick, "gaps": 0 if calm else hour % 5, "ghosts": 0},
        "parts": {} if calm or hour % 6 else {"trunk:a": _trunk(now)},
        "queues": queues,
        "totals": _queue(now, tick, 0) | {"offered": tick},
        "curves": _curves(now),
        "boards": {
            "main": _main(0 if calm else hour // 8),
            ROTATING: _rotating(not calm and hour > 18),
        },
        "alerts": {"incidents": {} if calm else _incidents(now), "learning": False},
        "notices": {} if calm else _notices(now),
    }
    return body


def _load(now: Millis, place: int) -> int:
    """How busy it is at this time of the day: nearly nothing at night."""
    hour = (now - day_start(now)) // HOUR_MS
    return 1 + place % 3 + (0 if hour < 7 or hour > 21 else 4 + hour * 7 % 5)


def _queue(now: Millis, tick: int, place: int) -> Body:
    load, passed = _load(now, place), now - day_start(now)
    waiting = (tick * 7 + place * 3) % (2 * load + 1)
    offered = passed // 60_000 * load // 2
    queue: Body = {
        "names": {"zh": _NAMES[place % 4].split()[0], "en": _NAMES[place % 4].split()[1]},
        "order": place,
        "state": "late" if (tick // 200 + place) % 17 == 0 else "live",
        "state_since": now - 5_000,
        "feed": "/acd/week/a",
        "target_ms": 20_000,
        "short_ms": 5_000,
        "variant": "short_excluded",
        "goal": 0.8,
        "waiting": waiting,
        "offered": offered,
        "answered": offered * 9 // 10,
        "abandoned": offered // 10,
        "overflowed": offered // 50,
        "dropped_waiting": offered // 400,
        "dropped_talking": offered // 500,
        "service_level": 0.7 + (tick + place) % 30 / 100,
        "asa_ms": 4_000 + tick % 90 * 100,
        "agents": {state: (tick + step * 3 + place) % 20 for step, state in enumerate(_STATES)},
        "trend": _trend(now, place),
    }
    if waiting:
        queue["longest_since"] = now - 1_000 * (3 + (tick + place * 11) % 90)
    return queue


def _trend(now: Millis, place: int) -> Body:
    start = day_start(now)
    steps = range((now - start) // STEP_MS + 1)
    offered = {str(step): 5 * _load(start + step * STEP_MS, place) for step in steps}
    return {
        "start_at": start,
        "step_ms": STEP_MS,
        "offered": offered,
        "answered": {step: calls * 9 // 10 for step, calls in offered.items()},
        "abandoned": {step: calls // 10 for step, calls in offered.items()},
    }


def _curves(now: Millis) -> Body:
    start = day_start(now)
    usual = {str(step): 40 * _load(start + step * STEP_MS, 0) // 9 for step in range(96)}
    day = (start + _ZONE_MS) // DAY_MS % 28 + 1
    return {"": {"expected": usual, "weekday": usual, "weekday_day": f"2026-02-{day:02d}"}}


def _trunk(now: Millis) -> Body:
    return {"kind": "trunk", "name": "a", "status": "degraded", "cause": "", "since": now - 60_000}


def _incidents(now: Millis) -> Body:
    """One begins every half hour, fires for an hour, and is shown for another."""
    found: Body = {}
    first = now // (HOUR_MS // 2)
    for number in range(first - 3, first + 1):
        since = number * (HOUR_MS // 2)
        over = now - since > HOUR_MS
        rule, severity = _RULES[number % len(_RULES)]
        found[str(number)] = {
            "number": number % 1_000,
            "rule": rule,
            "scope": f"queue:q{number % _QUEUES}",
            "severity": severity,
            "state": "ended" if over else "firing",
            "since": since,
            "fired_at": since,
            **({"ended_at": since + HOUR_MS} if over else {}),
            "rule_names": {"zh": "话务高峰", "en": "Traffic surge"},
            "scope_names": {"zh": "销售", "en": "Sales"},
            "sentence": {
                "zh": f"5 分钟内呼入 {number % 90} 通。",
                "en": f"{number % 90} calls came.",
            },
        }
    return found


def _notices(now: Millis) -> Body:
    """A new one every two hours; each hangs for five."""
    first = now // (2 * HOUR_MS)
    tones = ("info", "good", "warn")
    return {
        str(number): {
            "text": f"第 {number} 条通知：今天 15:00 系统升级。 Notice {number}: "
            + "read me. " * (number % 7),
            "tone": tones[number % 3],
            "at": number * 2 * HOUR_MS,
            "until": number * 2 * HOUR_MS + 5 * HOUR_MS,
        }
        for number in range(first - 2, first + 1)
    }


def _main(edited: int) -> Body:
    """The main board, as it stands after so many edits of the day."""
    kinds = ("waiting", "longest", "service_level", "trend", "counts", "agents", "queues")
    kept = kinds if edited == 0 else kinds[edited:]
    board: Body = {"id": "main", "names": {"zh": "主看板", "en": "Main board"}}
    board["pages"] = [{"tiles": [{"kind": kind, "size": 2} for kind in kept]}]
    if edited == 1:
        board |= {"theme": "light", "language": "both", "limits": {"waiting": [3, 8]}}
    return board


def _rotating(edited: bool) -> Body:
    """A board of two pages, five seconds each."""
    one = ("waiting", "service_level", "notice", "alerts", "clock")
    tiles = [{"kind": "queue", "queue": f"q{place}", "size": 2} for place in range(4)]
    pages = [
        {"tiles": [{"kind": kind} for kind in one], "seconds": 5},
        {"tiles": tiles[:2] if edited else tiles, "seconds": 5},
    ]
    return {"id": ROTATING, "names": {"zh": "轮播", "en": "Turns"}, "pages": pages}
