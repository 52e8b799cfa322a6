"""What a report is made from in an installation, running or not: archive, daybook, alerts.

Everything is read beside whoever writes it.
"""

from collections.abc import Mapping
from contextlib import closing

from alerts.budget_report import budget_report
from alerts.incidents_sqlite import SqliteIncidents
from floorwatch import alert_wiring, archive_wiring, invented, wiring
from floorwatch.settings_types import Settings, SiteSettings
from ingest.events import Millis
from reports.basis import Happened
from reports.source import Book, Source


def source(settings: Settings, site: SiteSettings) -> Source:
    """The facts of a site. Raises ShelfError, DaybookError."""
    known = invented.as_it_runs(site)
    book = None
    kept = archive_wiring.kept_daybook(settings, known)
    if kept is not None:
        marks = kept.marks(kept.days())
        book = Book(kept.reading(), marks)
    return Source(known, archive_wiring.shelf(settings), book)


def happened(
    settings: Settings,
    site: SiteSettings,
    environ: Mapping[str, str],
    span: tuple[Millis, Millis],
    now: Millis,
) -> Happened:
    """The incidents that fired in a span, and the alerts' budget.

    Raises SettingsError, IncidentStoreError.
    """
    path = wiring.data_folder(settings.stores) / site.site.id / alert_wiring.FILE
    setup = alert_wiring.setup_of(site, environ)
    rules = {rule.id: rule for rule in setup.rules.rules}
    if not path.exists():
        return Happened(rules=rules)
    start, end = span
    with closing(SqliteIncidents(path, reading=True)) as store:
        # Lines after the end may acknowledge or judge incidents of that time.
        entries = store.journal(start, max(now + 1, end))
        incidents = store.incidents(start, end)
    budget = budget_report(entries, rules, setup.care, start, min(end, max(now, start)))
    return Happened(incidents=incidents, budget=budget, rules=rules)
