"""Makes the reports that `floorwatch report` is asked for, and puts them where they were wished."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console

from floorwatch import report_people, report_sources, report_walks
from floorwatch.report_table import print_report
from floorwatch.settings import load
from floorwatch.settings_types import Settings, SiteSettings
from floorwatch.settings_values import ValueMistakeError
from ingest.events import Millis
from ingest.ports import Clock
from reports.as_csv import as_csv
from reports.basis import MOST_ROWS, Focus, Request
from reports.build import build, build_sites
from reports.model import Report
from reports.span import Period, bounds
from stream.sites import Site

MOST_IN_FILES = 100_000
"""Rows of a list in a file; a terminal and a page have fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line; one form at the most, else tables on the terminal."""

    period: Period
    config: Path
    site: str = ""
    queues: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    language: str = "en"
    json: bool = False
    csv: bool = False
    xlsx: Path | None = None
    html: Path | None = None
    pdf: Path | None = None
    walks: bool = False


def run(wishes: Wishes, clock: Clock, environ: Mapping[str, str], out: Console) -> None:
    """Make and print or write them. Raises SettingsError, ShelfError, DaybookError, OSError and others."""
    settings = load(wishes.config, environ)
    now = clock.now()
    chosen = _chosen(settings, wishes.site)
    if wishes.walks:
        walks = [report_walks.walks(settings, site, wishes.period, now) for site in chosen]
        _hand_out(walks, wishes, environ, out)
        return
    sources = [report_sources.source(settings, site) for site in chosen]
    requests = [_request(wishes, source.site, now) for source in sources]
    happened = {
        site.site.id: report_sources.happened(
            settings, site, environ, bounds(wishes.period, source.calendar), now
        )
        for site, source in zip(chosen, sources, strict=True)
    }
    further = report_people.further(zip(chosen, sources, strict=True))
    if len(sources) == 1:
        (request,), (source,) = requests, sources
        reports = [build(request, source, happened[source.site.id], further)]
    else:
        reports = build_sites(requests, sources, happened, further)
    _hand_out(reports, wishes, environ, out)


def _hand_out(
    reports: Sequence[Report], wishes: Wishes, environ: Mapping[str, str], out: Console
) -> None:
    if wishes.json:
        _print_json(reports)
    elif wishes.csv:
        for report in reports:
            sys.stdout.buffer.write(as_csv(report, wishes.language))
    elif not _written(reports, wishes, environ, out):
        for report in reports:
            print_report(report, wishes.language, out)


def _chosen(settings: Settings, name: str) -> Sequence[SiteSettings]:
    found = [site for site in settings.sites if not name or site.site.id == name]
    if not found:
        known = ", ".join(site.site.id for site in settings.sites)
        raise ValueMistakeError(f"--site {name}: there is none", f"Name one of {known}")
    return found


def _request(wishes: Wishes, site: Site, now: Millis) -> Request:
    _known("--queue", wishes.queues, site.queues)
    _known("--team", wishes.teams, site.teams)
    members = {id for id, card in site.agents.items() if card.team in wishes.teams}
    people = frozenset(members | wishes.agents)
    asked = bool(wishes.teams or wishes.agents)
    focus = Focus.PEOPLE if asked else Focus.QUEUES if wishes.queues else Focus.SITE
    in_files = any((wishes.json, wishes.csv, wishes.xlsx, wishes.html, wishes.pdf))
    return Request(
        period=wishes.period,
        now=now,
        queues=wishes.queues or None,
        agents=people if asked else None,
        focus=focus,
        most=MOST_IN_FILES if in_files else MOST_ROWS,
    )


def _known(option: str, names: Iterable[str], known: Mapping[str, object]) -> None:
    """A queue that nobody has set up may have calls all the same; one that nobody knows is a slip."""
    for name in names:
        if known and name not in known:
            raise ValueMistakeError(
                f"{option} {name}: there is none", f"Name one of {', '.join(known)}"
            )


def _print_json(reports: Sequence[Report]) -> None:
    told = reports[0] if len(reports) == 1 else reports
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")


def _written(
    reports: Sequence[Report], wishes: Wishes, environ: Mapping[str, str], out: Console
) -> bool:
    """Write the file that was wished, one per site; False if none was."""
    path = wishes.xlsx or wishes.html or wishes.pdf
    if path is None:
        return False
    for report in reports:
        own = path if len(reports) == 1 else path.with_stem(f"{path.stem}-{report.site}")
        own.write_bytes(_content(report, wishes, environ))
        out.print(f"{own} is written", markup=False, highlight=False, soft_wrap=True)
    return True


def _content(report: Report, wishes: Wishes, environ: Mapping[str, str]) -> bytes:
    # Each of these takes a while to load.
    if wishes.xlsx is not None:
        from reports.as_xlsx import as_xlsx

        return as_xlsx(report, wishes.language)
    if wishes.html is not None:
        from reports.as_html import as_html

        return as_html(report, wishes.language).encode()
    from reports.as_pdf import as_pdf

    return as_pdf(report, wishes.language, environ)
