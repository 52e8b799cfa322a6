"""Days of an archive, drawn and made up, for every test that wants some."""

from collections.abc import Callable
from datetime import date

import pytest

from archive.about import About, Why
from stream.facts import DEFINITION, ArrivalFact, Fact, SpanFact, WaitFact

DAY = date(2026, 11, 20)
START = 1_795_104_000_000
"""Midnight in Shanghai, as that day begins."""


@pytest.fixture
def day() -> date:
    return DAY


@pytest.fixture
def about_a_day() -> Callable[..., About]:
    def made(**changes: object) -> About:
        told = {
            "site": "hq",
            "day": DAY,
            "start": START,
            "end": START + 86_400_000,
            "time_zone": "Asia/Shanghai",
            "day_start_min": 0,
            "interval_ms": 900_000,
            "definition": DEFINITION,
            "written_at": START + 2 * 86_400_000,
            "why": Why.CLOSED,
        }
        return About(**(told | changes))  # type: ignore[arg-type]

    return made


@pytest.fixture
def some_facts() -> list[Fact]:
    return [
        ArrivalFact(START + 1_000, "sales", "v1"),
        ArrivalFact(START + 2_000, "sales", "v2"),
        WaitFact(START + 9_000, "sales", "v1", "ann", 8_000, 20_000, 5_000, answered=True),
        SpanFact(START + 2_000_000, START + 100, "ann", "sales", "acw", ""),
    ]
