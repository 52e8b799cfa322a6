"""Incidents in a report: reaction times, the alerts' budget, read from the memory of a running site."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alerts.defaults import DEFAULTS
from alerts.incident import Closed, Done, Incident
from alerts.incidents_sqlite import SqliteIncidents
from alerts.notices import Entry
from alerts.words import Kind, Severity, Station
from floorwatch import report_sources
from floorwatch.settings_types import Settings, SiteSettings, StoreSettings
from floorwatch.urls import Url
from reports.basis import Basis, Happened, Request
from reports.build import basis_of
from reports.section_incidents import section
from reports.source import Source
from reports.span import bounds, parsed
from reports.words import Wording
from stream.intervals import Calendar
from stream.sites import QueueCard, Site

SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    queues={"sales": QueueCard(id="sales", names={"zh": "销售", "en": "Sales"})},
)
START = Calendar("Asia/Shanghai").begin(date(2026, 11, 20))
MIN = 60_000
RULE = next(rule for rule in DEFAULTS if rule.kind is Kind.SILENCE)


def incident(number: int, **more: Any) -> Incident:
    at = START + number * 10 * MIN
    told: dict[str, Any] = {
        "id": f"i{number}",
        "number": number,
        "rule": RULE.id,
        "kind": RULE.kind,
        "scope": "queue:sales",
        "severity": Severity.CRITICAL,
        "state": Station.FIRING,
        "since": at - MIN,
        "fired_at": at,
        "evidence": {},
        "peak": {},
        "notify_at": at,
        "joined_at": at,
        "steps": (),
        "repeat_ms": 0,
    }
    return Incident(**(told | more))


@pytest.fixture
def two() -> list[Incident]:
    """One acknowledged after three minutes, over after five and closed; one that nobody looked at."""
    at = START + 10 * MIN
    first = incident(
        1,
        state=Station.ENDED,
        acked=Done(by="Li Na", at=at + 3 * MIN),
        ended_at=at + 5 * MIN,
        closed=Closed(by="Li Na", at=at + 6 * MIN, cause="carrier", measure="rerouted"),
    )
    return [first, incident(2, severity=Severity.WARNING)]


def basis(happened: Happened) -> Basis:
    request = Request(period=parsed("2026-11-20"), now=START + 40 * 86_400_000)
    return basis_of(request, Source(SITE, None, None), happened)


def test_reactions_are_counted_from_the_firing(two: list[Incident]) -> None:
    rules = {RULE.id: RULE}
    told = {
        table.key: table for table in section(basis(Happened(incidents=two, rules=rules))).tables
    }
    later, first = told["incidents"].rows
    assert (first["to_acknowledge"], first["to_end"]) == (3 * MIN, 5 * MIN)
    assert (first["cause"], first["measure"]) == ("carrier", "rerouted")
    assert later["to_acknowledge"] is later["to_end"] is None
    assert Wording("zh", "UTC").name(first["scope"]) == "销售"
    assert first["what"]["en"] != first["what"]["zh"]
    total = told["reactions"].total
    assert total is not None
    assert total["mean_to_acknowledge"] == [3 * MIN, 1]
    assert (total["incidents"], total["ended"]) == (2, 1)
    assert "alert_budget" not in told


def test_the_memory_of_a_running_site_is_read_beside_it(
    two: list[Incident], tmp_path: Path
) -> None:
    entries = [
        Entry(at=START + 10 * MIN, incident="i1", what="fired", rule=RULE.id, scope="queue:sales"),
        Entry(at=START + 10 * MIN, incident="i1", what="told", rule=RULE.id, scope="queue:sales"),
        Entry(at=START + 13 * MIN, incident="i1", what="acknowledged", who="Li Na"),
    ]
    site = SiteSettings(site=SITE, sources=())
    stores = StoreSettings(journal=Url(scheme="file", path=str(tmp_path)))
    settings = Settings(sites=(site,), stores=stores)
    with SqliteIncidents(tmp_path / "hq" / "alerts.db") as store:
        store.commit(b"", entries, (), two)
        span = bounds(parsed("2026-11-20"), Calendar("Asia/Shanghai"))
        happened = report_sources.happened(settings, site, {}, span, span[1])
    assert [each.id for each in happened.incidents] == ["i2", "i1"]
    told = {table.key: table for table in section(basis(happened)).tables}
    (budget,) = told["alert_budget"].rows
    assert (budget["alerts"], budget["alarms"]) == (1, 1)
    assert budget["median_to_acknowledge"] == 3 * MIN
    (rule,) = told["alert_rules"].rows
    assert rule["unjudged"] == 1
