"""A report that uses every kind of cell, with names that are hostile to each form it is told in."""

from typing import Any

import pytest

from reports.model import Chart, Column, Kind, Note, Report, Section, Table

DAY_MS = 86_400_000
START = 1_795_276_800_000  # 2026-11-22 00:00 in Shanghai
HOSTILE = (
    '=cmd|"/c calc"!A1',
    "@SUM(1+1)*2",
    "+1-2",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "a\x00b\x08c\ud800d\ufffee\nf\tg",
    "'; drop table",
    "&amp;{{7*7}}%s{0}",
    "龙" * 40_000,
    "\u202egnp.exe",
)


def queue_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    names: list[object] = [{"zh": "销售", "en": "Sales"}, {"zh": "技术支持热线", "en": "Support"}]
    for number, name in enumerate([*names, *HOSTILE]):
        offered = 1_200 + 37 * number
        rows.append(
            {
                "queue": name,
                "offered": offered,
                "answered": offered - 100,
                "abandoned": 100,
                "service_level": [offered - 400, offered - 60] if number != 3 else [0, 0],
                "asa": [17_345 * (offered - 100), offered - 100],
                "longest_wait": 754_321 + number,
                "talk_time": 3_600_000 * (offered + 5),
                "agents": 12.5 + number if number != 4 else None,
                "satisfaction": [4 * offered + 3, offered],
            }
        )
    return rows


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    def added(key: str) -> int:
        return sum(row[key] for row in rows)

    def pairs(key: str) -> list[int]:
        return [sum(row[key][place] for row in rows) for place in (0, 1)]

    return {
        **{key: added(key) for key in ("offered", "answered", "abandoned", "talk_time")},
        **{key: pairs(key) for key in ("service_level", "asa", "satisfaction")},
        "longest_wait": max(row["longest_wait"] for row in rows),
        "agents": None,
    }


def interval_rows() -> list[dict[str, Any]]:
    rows = []
    for number in range(48):
        offered = 10 + (number * 37) % 90
        rows.append(
            {
                "interval": START + number * 1_800_000,
                "offered": offered,
                "abandoned": offered // 9,
                "service_level": [offered - offered // 5, offered],
                "asa": [offered * 12_345, offered],
            }
        )
    return rows


@pytest.fixture(scope="session")
def sample() -> Report:
    queues = queue_rows()
    share, mean, score = Kind.SHARE, Kind.MEAN, Kind.SCORE
    figures = [
        Column(key="offered", kind=Kind.COUNT),
        Column(key="abandoned", kind=Kind.COUNT),
        Column(key="service_level", kind=share, of="offered"),
        Column(key="asa", kind=mean, of="answered"),
    ]
    by_queue = Table(
        key="queues",
        columns=[
            Column(key="queue", kind=Kind.TEXT),
            *figures[:1],
            Column(key="answered", kind=Kind.COUNT),
            *figures[1:],
            Column(key="longest_wait", kind=Kind.DURATION),
            Column(key="talk_time", kind=Kind.DURATION),
            Column(key="agents", kind=Kind.NUMBER),
            Column(key="satisfaction", kind=score, of="answered"),
        ],
        rows=queues,
        total=totals(queues),
    )
    by_interval = Table(
        key="intervals",
        columns=[Column(key="interval", kind=Kind.INSTANT), *figures],
        rows=interval_rows(),
        chart=Chart(x="interval", bars=["offered", "abandoned"], lines=["service_level"]),
    )
    lost = Table(
        key="abandoned_calls",
        columns=[
            Column(key="at", kind=Kind.INSTANT),
            Column(key="date", kind=Kind.DATE),
            Column(key="caller", kind=Kind.TEXT),
            Column(key="end", kind=Kind.WORD),
            Column(key="wait", kind=Kind.DURATION),
        ],
        rows=[
            {
                "at": START + 3_723_000 + number * 60_000,
                "date": "2026-11-22",
                "caller": f"0138****{number:04}",
                "end": "report.end.abandoned",
                "wait": 12_000 + number * 1_500,
            }
            for number in range(5)
        ],
        more=1_234,
    )
    change = Table(
        key="change",
        columns=[
            Column(key="queue", kind=Kind.TEXT),
            Column(key="offered", kind=Kind.COUNT),
            Column(key="wait", kind=Kind.DURATION),
        ],
        rows=[
            {"queue": "sales", "offered": -12, "wait": -4_500},
            {"queue": "support", "offered": 3, "wait": 61_000},
        ],
    )
    whole = Table(key="figures", columns=by_queue.columns[1:], rows=[totals(queues)])
    return Report(
        title="day",
        site="north",
        site_names={"zh": "北方客服中心 & Söhne <b>", "en": 'North & Sons <b>"'},
        time_zone="Asia/Shanghai",
        first="2026-11-22",
        last="2026-11-22",
        start=START,
        end=START + DAY_MS,
        as_of=START + DAY_MS + 61_000,
        live=False,
        definition=3,
        sections=[
            Section(key="figures", tables=[whole]),
            Section(
                key="queues",
                tables=[by_queue],
                notes=[
                    Note(
                        key="sample",
                        values={"a_ms": 65_000, "b": HOSTILE[3], "c": [1, 3]},
                        tone="warn",
                    )
                ],
            ),
            Section(key="intervals", tables=[by_interval]),
            Section(
                key="abandoned",
                tables=[lost, change, Table(key="none", columns=lost.columns, rows=[])],
            ),
        ],
    )
