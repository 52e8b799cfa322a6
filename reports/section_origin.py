"""The section `origin`: where the figures come from, and what is missing or was corrected."""

from collections.abc import Mapping
from typing import Any

from archive.about import Erased, Why
from reports.basis import Basis
from reports.figures import Row
from reports.layout import DAY
from reports.model import Column, Kind, Note, Section, Table
from reports.source import Kept, Where
from stream.facts import DEFINITION

_COLUMNS = (
    DAY,
    Column(key="where", kind=Kind.WORD),
    Column(key="offered", kind=Kind.COUNT),
    Column(key="ghosts", kind=Kind.COUNT),
    Column(key="version", kind=Kind.COUNT),
    Column(key="definition", kind=Kind.COUNT),
    Column(key="why", kind=Kind.WORD),
    Column(key="added", kind=Kind.COUNT),
    Column(key="taken_back", kind=Kind.COUNT),
    Column(key="written", kind=Kind.INSTANT),
)


def section(basis: Basis) -> Section:
    """A row per day: archived or not, by which definition, and why it was written anew."""
    every = basis.sums_by("day")
    kept = basis.begun()
    rows = [_row(each, every.get(each.day, {})) for each in kept]
    return Section(
        key="origin",
        tables=[Table(key="origin", columns=_COLUMNS, rows=rows)],
        notes=_notes(basis, kept),
    )


def _row(kept: Kept, sums: Mapping[str, Any]) -> Row:
    row: Row = {"day": kept.day.isoformat(), "where": f"report.where.{kept.where.value}"}
    if kept.where is not Where.NOWHERE:
        row |= {"offered": sums.get("offered", 0), "ghosts": sums.get("ghosts", 0)}
    about = kept.about
    if kept.where is Where.DAYBOOK:
        row["definition"] = DEFINITION
    elif about is not None:
        row |= {
            "version": about.version,
            "definition": about.definition,
            "why": f"report.why.{about.why.name.lower()}",
            "added": about.added,
            "taken_back": about.taken_back,
            "written": about.written_at,
        }
    return row


def _notes(basis: Basis, kept: list[Kept]) -> list[Note]:
    notes = []
    missing = sum(each.where is Where.NOWHERE for each in kept)
    if missing:
        notes.append(
            Note(key="days_missing", values={"days": missing, "of": len(kept)}, tone="warn")
        )
    abouts = [each.about for each in kept if each.about is not None]
    corrected = sum(about.why is Why.LATE for about in abouts)
    if corrected:
        notes.append(Note(key="days_corrected", values={"days": corrected}))
    definitions = {about.definition for about in abouts}
    if len(definitions) > 1:
        notes.append(Note(key="definitions_differ", tone="warn"))
    if any(about.erased is not Erased.NONE for about in abouts):
        notes.append(Note(key="callers_erased"))
    ghosts = basis.sums()["ghosts"]
    if ghosts:
        notes.append(Note(key="ghosts", values={"ghosts": ghosts}, tone="warn"))
    if not notes:
        notes.append(Note(key="complete", tone="good"))
    return notes
