"""How often somebody may try: after some failures each next try waits longer.

Pure: time is an argument. Of the names and addresses that fail, the last so many are remembered.
"""

from collections import OrderedDict
from dataclasses import dataclass

from ingest.events import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`free` failures cost nothing; the next waits `first_ms`, each further one twice as long, up to
    `longest_ms`. What failed is forgotten when nothing has for `window_ms`."""

    free: int
    first_ms: Millis
    longest_ms: Millis
    window_ms: Millis


@dataclass(slots=True)
class _Record:
    failures: int
    at: Millis


class Attempts:
    """Failures by key; at most `most` keys, the one that failed longest ago goes first."""

    def __init__(self, patience: Patience, most: int = 10_000) -> None:
        self._patience = patience
        self._most = most
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def wait_ms(self, key: str, now: Millis) -> Millis:
        """For how long this key may not try yet; 0 if it may."""
        record = self._records.get(key)
        if record is None:
            return 0
        since = max(0, now - record.at)  # a clock set back must lock nobody out for longer
        if since >= self._patience.window_ms:
            del self._records[key]
            return 0
        return max(0, self._delay(record.failures) - since)

    def tried(self, key: str, now: Millis) -> None:
        """Count a try, before it is known whether it fails: many at once must not all be free."""
        self.wait_ms(key, now)
        record = self._records.pop(key, None) or _Record(0, now)
        self._records[key] = _Record(record.failures + 1, now)
        while len(self._records) > self._most:
            self._records.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """What failed before was a slip of his own: forget it."""
        self._records.pop(key, None)

    def taken_back(self, key: str) -> None:
        """The last try did not fail. What others with this key failed at stays."""
        record = self._records.get(key)
        if record is None:
            return
        record.failures -= 1
        if record.failures <= 0:
            del self._records[key]

    def _delay(self, failures: int) -> Millis:
        beyond = failures - self._patience.free
        if beyond < 0:
            return 0
        # A shift by a million failures would itself take long.
        return min(self._patience.first_ms << min(beyond, 40), self._patience.longest_ms)


NAME = Patience(free=5, first_ms=2_000, longest_ms=300_000, window_ms=900_000)
ADDRESS = Patience(free=30, first_ms=1_000, longest_ms=300_000, window_ms=900_000)
"""A whole call centre may come from one address."""


class Knocks:
    """Tries at the door, by the name that is said and by the address that they come from."""

    def __init__(self) -> None:
        self._names = Attempts(NAME)
        self._addresses = Attempts(ADDRESS)

    def wait_ms(self, name: str, address: str, now: Millis) -> Millis:
        """For how long this name, or this address, may not try yet; 0 if it may."""
        return max(self._names.wait_ms(name, now), self._addresses.wait_ms(address, now))

    def tried(self, name: str, address: str, now: Millis) -> None:
        """Count a try of both, before it is known whether it fails."""
        self._names.tried(name, now)
        self._addresses.tried(address, now)

    def succeeded(self, name: str, address: str) -> None:
        """Others at his address have not succeeded with him: their failures stay."""
        self._names.succeeded(name)
        self._addresses.taken_back(address)

    def taken_back(self, name: str, address: str) -> None:
        """The last try was none after all."""
        self._names.taken_back(name)
        self._addresses.taken_back(address)
