"""Posts to a web service, and takes its answer with suspicion: bounded, timed, never redirected."""

import asyncio
import logging
import math
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec

from alerts.channels import ChannelError, Hidden
from alerts.sentence_numbers import one_line
from ingest.events import Millis

TIMEOUT_S = 10.0
"""For each step: connecting, sending, the next bytes of the answer."""
WHOLE_S = 30.0
"""For all of it: a service that answers a byte at a time is no use either."""
LARGEST_ANSWER = 65_536
LONGEST_WAIT_S = 3_600.0
"""We try again within this time even if a service asks for more."""

_LONGEST_WHY = 200
_SHORTEST_SECRET = 6
_AGAIN = frozenset({408, 425, 429})

# Their lines show whole URLs, and a robot's URL holds its key.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said. `retry_after` is its header of that name."""

    status: int
    body: bytes
    retry_after: str

    def json(self) -> dict[str, Any] | None:
        """The body as a JSON object, or None if it is none."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


class Poster:
    """Posts JSON to one URL. Nothing that it raises shows the URL's path, its query or a secret."""

    def __init__(
        self, url: Hidden, *, secrets: Sequence[Hidden] = (), ca_file: Path | None = None
    ) -> None:
        self._url = url.reveal()
        self._secrets = _secrets(self._url, secrets)
        self._ca_file = ca_file

    async def post(
        self, body: bytes, headers: Mapping[str, str] | None = None, query: str = ""
    ) -> Answer:
        """Send this body; `query` is added to the URL. Raises `ChannelError` if no answer comes."""
        url = self._url
        if query:
            url += ("&" if "?" in url else "?") + query
        try:
            async with asyncio.timeout(WHOLE_S):
                return await self._exchange(url, body, dict(headers or {}))
        except (httpx.TimeoutException, TimeoutError):
            raise ChannelError(f"no answer within {TIMEOUT_S:.0f} s", retry=True) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            raise ChannelError("this is not a URL that can be posted to", retry=False) from None
        except httpx.HTTPError as error:
            why = self.scrubbed(str(error) or type(error).__name__)
            raise ChannelError(f"the service cannot be reached ({why})", retry=True) from None

    async def _exchange(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Accept-Encoding": "identity",
            "User-Agent": "floorwatch",
        } | headers
        async with (
            httpx.AsyncClient(
                verify=self._tls(), timeout=TIMEOUT_S, follow_redirects=False
            ) as client,
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            taken = bytearray()
            async for piece in response.aiter_raw():
                taken += piece[: LARGEST_ANSWER - len(taken)]
                if len(taken) >= LARGEST_ANSWER:
                    break
            return Answer(
                response.status_code, bytes(taken), response.headers.get("Retry-After", "")
            )

    def _tls(self) -> ssl.SSLContext:
        try:
            return _trusting(self._ca_file)
        except (OSError, ssl.SSLError):
            why = f"{self._ca_file} cannot be read as certificates (PEM)"
            raise ChannelError(why, retry=False) from None

    def scrubbed(self, text: str) -> str:
        """What a service says, on one line and without any secret of ours."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return one_line(text, _LONGEST_WHY)


def expect_taken(answer: Answer, now: Millis) -> None:
    """Raise `ChannelError` unless the HTTP status says that it was taken."""
    status = answer.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        why = f"the service answered HTTP {status}, a redirect: write the address it leads to"
        raise ChannelError(why, retry=False)
    if status in _AGAIN or status >= 500:
        after_s = wait_s(answer.retry_after, now)
        raise ChannelError(f"the service answered HTTP {status}", retry=True, after_s=after_s)
    raise ChannelError(f"the service refused it: HTTP {status}", retry=False)


def wait_s(retry_after: str, now: Millis) -> float | None:
    """The seconds that a `Retry-After` asks for, in either of its forms; None if it asks for none."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            when = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        seconds = when.replace(tzinfo=when.tzinfo or UTC).timestamp() - now / 1_000
    return min(max(seconds, 0.0), LONGEST_WAIT_S) if math.isfinite(seconds) else None


def within(limit: int, body: Callable[[int], bytes]) -> bytes:
    """The largest body of at most `limit` bytes; `body(room)` builds one with `room` bytes of text."""
    room = limit
    while True:
        built = body(room)
        if len(built) <= limit or room <= 0:
            return built
        room -= len(built) - limit


@cache
def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Whom to believe; read once, for it takes long."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()


def _secrets(url: str, others: Sequence[Hidden]) -> tuple[str, ...]:
    """What must never be shown, longest first: the URL, what its query and path hold, the rest."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    found = {url, parts.query, parts.path, parts.password or ""}
    found |= {value for _, value in parse_qsl(parts.query)}
    found |= {parts.path.rpartition("/")[2], *(other.reveal() for other in others)}
    long = {each for each in found if len(each) >= _SHORTEST_SECRET}
    return tuple(sorted(long, key=len, reverse=True))
