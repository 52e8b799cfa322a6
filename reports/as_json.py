"""A report as JSON, for programs: the very data, with keys instead of words."""

import msgspec

from reports.model import Report


def as_json(report: Report) -> bytes:
    """One object, as docs/reports.md describes it."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
