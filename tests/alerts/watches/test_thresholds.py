"""Limits that somebody set on a figure."""

from typing import Any

import pytest

from alerts.hours import Hours, Span
from alerts.rules import ThresholdRule
from alerts.threshold_metrics import METRICS, Gauge
from alerts.thresholds import ThresholdWatch
from ingest.events import (
    Abandoned,
    Adapter,
    AgentMembership,
    AgentState,
    Answered,
    Completed,
    Queued,
)
from ingest.words import AdapterStatus, AgentStatus, MembershipAction
from stream.figures import Figures

T0 = 1_795_305_600_000


def threshold(**keys: Any) -> ThresholdRule:
    return ThresholdRule(**{"id": "t", "scopes": ("queue:*",), **keys})


def call(each: Any, name: str, queue: str = "sales") -> None:
    each.tell(Queued(visit=name, queue=queue, call=name))


def answered(each: Any, name: str, after: float, queue: str = "sales") -> None:
    call(each, name, queue)
    each.until(each.second + after)
    each.tell(Answered(visit=name, queue=queue, call=name, agent="li"))


def test_waiting_above_a_limit_until_below_the_recovery(watched: Any) -> None:
    each = watched(ThresholdWatch, (threshold(metric="waiting", limit=3, recover=1),))
    for n in range(5):
        each.until(n * 10)
        call(each, f"v{n}")
    each.until(60)
    assert each.times("held", "queue:sales") == [31]
    breach = each.breach("queue:sales")
    assert breach.queues == ("sales",)
    assert dict(breach.evidence) == {
        "metric": "waiting",
        "value": 5,
        "limit": 3,
        "over": "now",
        "of": 5,
    }
    for n in range(3):
        each.tell(Abandoned(visit=f"v{n}", queue="sales", call=f"v{n}"))
    each.until(62)
    assert each.scopes == ["queue:sales"]
    each.tell(Abandoned(visit="v3", queue="sales", call="v3"))
    each.until(63)
    assert each.scopes == []


def test_the_longest_wait_grows_by_itself(watched: Any) -> None:
    each = watched(ThresholdWatch, (threshold(metric="longest_wait_ms", limit=60_000),))
    call(each, "v")
    each.until(100)
    assert each.times("held", "queue:sales") == [61]


def test_service_level_of_the_interval_with_a_least_sample(watched: Any) -> None:
    rule = threshold(metric="service_level", limit=0.8, below=True, over="interval", least=5)
    each = watched(ThresholdWatch, (rule,))
    for n in range(4):
        answered(each, f"v{n}", 30)
    each.until(130)
    assert each.story == []
    answered(each, "v4", 30)
    each.until(each.second + 1)
    breach = each.breach("queue:sales")
    assert (breach.evidence["value"], breach.evidence["of"]) == (0, 5)
    # The next interval begins with no calls: it is kept, but not for ever.
    each.until(1_700)
    assert each.scopes == ["queue:sales"]
    each.until(1_801)
    assert each.scopes == []


@pytest.mark.parametrize(("once", "expected"), [(True, [6, 901]), (False, [6, 106, 206, 906])])
def test_once_per_interval_or_at_each_crossing(
    watched: Any, once: bool, expected: list[float]
) -> None:
    each = watched(ThresholdWatch, (threshold(metric="waiting", limit=0, once=once),))
    for n, second in enumerate((5, 105, 205, 905)):
        each.until(second)
        call(each, f"v{n}")
        each.until(second + 50)
        each.tell(Abandoned(visit=f"v{n}", queue="sales", call=f"v{n}"))
    each.until(1_000)
    held = each.times("held", "queue:sales")
    if once:
        assert held[0] == 6
        assert len(held) == 2
        assert 900 <= held[1] <= 906
    else:
        assert held == expected


def test_hours_and_blindness(watched: Any) -> None:
    minute = T0 // 60_000 % 1_440
    hours = Hours((Span((minute + 5) % 1_440, (minute + 10) % 1_440),))
    each = watched(ThresholdWatch, (threshold(metric="waiting", limit=0, hours=hours),))
    call(each, "v")
    each.until(299)
    assert each.story == []
    each.until(310)
    assert each.scopes == ["queue:sales"]
    each.until(610)
    assert each.scopes == []

    blind = watched(ThresholdWatch, (threshold(metric="longest_wait_ms", limit=30_000),))
    call(blind, "v")
    blind.tell(Adapter(status=AdapterStatus.DOWN))
    blind.until(100)
    assert blind.story == []
    blind.tell(Adapter(status=AdapterStatus.UP))
    blind.until(101)
    assert blind.scopes == ["queue:sales"]


def test_scopes_of_every_sort(watched: Any) -> None:
    rule = threshold(metric="waiting", limit=1, scopes=("", "group:*", "queue:*"))
    each = watched(ThresholdWatch, (rule,))
    call(each, "v1", "sales")
    call(each, "v2", "support")
    each.until(2)
    assert each.scopes == ["", "group:front"]
    assert each.breach("group:front").queues == ("sales", "support")


def test_a_restart_remembers_what_was_told(watched: Any) -> None:
    each = watched(ThresholdWatch, (threshold(metric="waiting", limit=0, once=True),))
    call(each, "v")
    each.until(10)
    since = each.breach("queue:sales").since
    each.restart()
    each.until(12)
    assert each.breach("queue:sales").since == since


@pytest.fixture
def busy(watched: Any) -> Any:
    """A floor on which a little of everything has happened."""
    each = watched(ThresholdWatch, ())
    for agent, queue in (("li", "sales"), ("wang", "support"), ("zoe", "support")):
        each.tell(AgentState(agent=agent, state=AgentStatus.READY))
        each.tell(AgentMembership(agent=agent, queue=queue, action=MembershipAction.ADDED))
    for n in range(6):
        answered(each, f"a{n}", 5 + 5 * n)
        each.until(each.second + 40)
        each.tell(Completed(visit=f"a{n}", queue="sales", call=f"a{n}", agent="li"))
    call(each, "b")
    each.until(each.second + 12)
    each.tell(Abandoned(visit="b", queue="sales", call="b"))
    call(each, "w", "support")
    each.tell(AgentState(agent="zoe", state=AgentStatus.NOT_READY, reason="lunch"))
    each.until(each.second + 9)
    return each


def test_figures_are_those_of_the_wall(busy: Any) -> None:
    now = T0 + round(busy.second * 1000)
    gauge, figures = Gauge(busy.floor), Figures(busy.floor)
    figures.patch(now)
    document = figures.document
    for scope, row in (("queue:sales", document["queues"]["sales"]), ("", document["totals"])):
        for metric in ("offered", "answered", "abandoned", "blocked", "overflowed"):
            reading = gauge.read(metric, scope, "day", now)
            assert reading is not None
            assert reading.value == row[metric]
        for metric in ("service_level", "abandon_rate", "asa_ms", "aht_ms", "average_abandon_ms"):
            reading = gauge.read(metric, scope, "day", now)
            if metric in row:
                assert reading is not None
                assert reading.value == pytest.approx(row[metric], abs=0.5)
                assert reading.of > 0
            else:
                assert reading is None
    assert gauge.read("waiting", "queue:support", "now", now) == (1, 1)
    assert gauge.read("longest_wait_ms", "", "now", now) == (9_000, 1)


def test_people_are_counted_once_and_where_they_are(busy: Any) -> None:
    now = T0 + round(busy.second * 1000)
    gauge = Gauge(busy.floor)
    assert gauge.read("ready", "", "now", now) == (2, 3)
    assert gauge.read("not_ready", "queue:support", "now", now) == (1, 2)
    assert gauge.read("staffed", "team:a", "now", now) == (2, 2)
    assert gauge.read("ready", "group:front", "now", now) == (2, 3)
    assert gauge.read("answered", "agent:li", "day", now) == (6, 6)
    assert gauge.read("att_ms", "team:a", "day", now) == (40_000, 6)
    assert gauge.read("asa_ms", "agent:li", "day", now) is None
    assert gauge.read("waiting", "agent:li", "now", now) is None


def test_every_metric_can_be_read_everywhere(busy: Any) -> None:
    now = T0 + round(busy.second * 1000)
    gauge = Gauge(busy.floor)
    scopes = gauge.scopes()
    assert {"", "queue:billing", "group:front", "team:a", "agent:zoe"} <= set(scopes)
    read = {
        m: [gauge.read(m, s, o, now) for s in scopes for o in ("interval", "day")] for m in METRICS
    }
    assert all(any(found is not None for found in readings) for readings in read.values())


def test_queues_of_different_targets_have_no_common_service_level(busy: Any) -> None:
    now = T0 + round(busy.second * 1000)
    assert Gauge(busy.floor).read("service_level", "", "day", now) is not None
    answered(busy, "x", 5, "billing")
    now = T0 + round(busy.second * 1000)
    assert Gauge(busy.floor).read("service_level", "", "day", now) is None
    assert Gauge(busy.floor).read("service_level", "group:front", "day", now) is not None


def test_the_recovery_band_is_kept_below_as_well(watched: Any) -> None:
    rule = threshold(metric="ready", limit=2, below=True, recover=3)
    each = watched(ThresholdWatch, (replace_scopes(rule, ""),))
    for n in range(4):
        each.tell(AgentState(agent=f"a{n}", state=AgentStatus.READY))
    each.until(5)
    assert each.story == []
    for n in range(3):
        each.tell(AgentState(agent=f"a{n}", state=AgentStatus.NOT_READY))
    each.until(6)
    assert each.scopes == [""]
    each.tell(AgentState(agent="a0", state=AgentStatus.READY))
    each.until(7)
    assert each.scopes == [""]
    each.tell(AgentState(agent="a1", state=AgentStatus.READY))
    each.until(8)
    assert each.scopes == []


def replace_scopes(rule: ThresholdRule, *scopes: str) -> ThresholdRule:
    from msgspec.structs import replace

    return replace(rule, scopes=scopes)


def test_a_day_adds_up_over_intervals_and_corrections(watched: Any) -> None:
    each = watched(ThresholdWatch, ())
    gauge = Gauge(each.floor)
    for n in range(8):
        each.second = n * 400.0
        call(each, f"v{n}")
        now = T0 + n * 400_000
        assert gauge.read("offered", "queue:sales", "day", now) == (n + 1, n + 1)
        if not n:
            lost = Abandoned(visit="v0", queue="sales", call="v0")
            late = each.stamps["pbx"].event(lost, time=T0 + 30_000, recvtime=T0 + 2_800_000)
    # It comes when its interval is over.
    each.put(late)
    assert gauge.read("abandoned", "queue:sales", "day", now + 1) == (1, 1)
    assert gauge.read("abandoned", "queue:sales", "interval", now + 1) == (0, 0)
    assert gauge.read("offered", "", "day", now + 1) == (8, 8)
    assert gauge.read("offered", "", "day", now + 86_400_000) == (0, 0)


def test_people_of_a_blind_source_are_not_judged(watched: Any) -> None:
    rule = threshold(metric="ready", limit=0, scopes=("team:*", "agent:*"))
    each = watched(ThresholdWatch, (rule,))
    each.tell(AgentState(agent="li", state=AgentStatus.READY))
    each.tell(Adapter(status=AdapterStatus.DOWN))
    each.until(5)
    assert each.story == []
    each.tell(Adapter(status=AdapterStatus.UP))
    each.until(6)
    assert each.scopes == ["agent:li", "team:a"]
