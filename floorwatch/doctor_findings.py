"""What the doctor finds: a verdict on one subject, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.events import Millis

LARGEST_OFFSET_MS: Millis = 2_000
"""By how much another machine's clock may differ from ours before numbers suffer."""


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one `subject`, and how to `mend` it (empty if all is well)."""

    verdict: Verdict
    subject: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.verdict:<4} {self.subject}: {self.what}{'. ' * bool(self.mend)}{self.mend}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at, by the name that the findings carry."""

    name: str

    def ok(self, what: str) -> Finding:
        """All is well."""
        return Finding(Verdict.OK, self.name, what)

    def warn(self, what: str, mend: str) -> Finding:
        """It runs, but not as well as it could, or the answer stays open."""
        return Finding(Verdict.WARN, self.name, what, mend)

    def fail(self, what: str, mend: str) -> Finding:
        """It cannot work like this."""
        return Finding(Verdict.FAIL, self.name, what, mend)

    def clock(self, offset_ms: Millis) -> Finding:
        """A finding on another machine's clock, `offset_ms` ahead of ours."""
        if abs(offset_ms) <= LARGEST_OFFSET_MS:
            return self.ok(f"its clock is within {LARGEST_OFFSET_MS / 1000:g} s of ours")
        way = "ahead of" if offset_ms > 0 else "behind"
        return self.warn(
            f"its clock is {abs(offset_ms) / 1000:.1f} s {way} ours",
            "Run chrony or another NTP client on both machines",
        )
