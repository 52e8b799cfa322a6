"""Which words a section speaks with."""

from reports.model import Kind, Section


def said(section: Section) -> set[str]:
    """Every key that a section speaks with."""
    keys = {f"report.section.{section.key}", *(f"report.note.{note.key}" for note in section.notes)}
    for each in section.tables:
        keys.add(f"report.table.{each.key}")
        for column in each.columns:
            keys.add(f"report.column.{column.key}")
            keys |= {f"report.of.{column.of}"} if column.of else set()
            if column.kind is Kind.WORD:
                keys |= {str(row[column.key]) for row in each.rows if row.get(column.key)}
    return keys
