"""Asterisk over AMI, `ami://user@host:5038`: the sockets and the waiting around `ami_link`.

One task only reads: Asterisk hangs up on a client that does not read for a tenth of a second. What
it read waits in a bounded backlog for the task that translates; if that one cannot keep up because
the stream is behind, the link is given up and taken up again, which shows as a gap, never silently.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from ingest.ami_link import AmiLink, Over, Verdict
from ingest.ami_protocol import AmiProtocol
from ingest.ami_translate import Translator
from ingest.events import Event, Millis
from ingest.ports import Batch, Clock, Inbox
from ingest.stamp import Stamp
from ingest.wire import encode

READ_BYTES = 65_536
BACKLOG_BYTES = 64 * 1_048_576
TICK_S = 0.25
CONNECT_S = 10.0
RETRY_S = (1.0, 30.0)
REFUSED_RETRY_S = (5.0, 300.0)
"""First and longest pause. A wrong password must not look like an attack to the PBX's fail2ban."""


class AmiAddressError(ValueError):
    """The address cannot be used; the message says which part and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiAddress:
    """Where the PBX is and who we are there. `login` is md5 or plain; `tls` is off, on or unverified.

    `ca_file` is the PEM file of the authority that signed the PBX's certificate.
    """

    host: str
    username: str
    secret: str = field(repr=False)
    port: int = 5038
    login: str = "md5"
    tls: str = "off"
    ca_file: str | None = None

    def context(self) -> ssl.SSLContext | None:
        """The TLS to speak, None for none. Raises `AmiAddressError` if `ca_file` is no certificate."""
        if self.tls == "off":
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise AmiAddressError(
                f"ca={self.ca_file}: {error.strerror or error}; name the PEM file of the authority"
            ) from None
        if self.tls == "unverified":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def greet(self, protocol: AmiProtocol) -> None:
        """Queue the login."""
        protocol.login(self.username, self.secret, md5=self.login != "plain")


class _LinkOver(Exception):
    """The connection is over; carries the verdict."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict


@dataclass(slots=True)
class _Pause:
    """How long to wait before the next attempt: doubling, apart for refusals and for lost links."""

    next_s: dict[Over, float] = field(
        default_factory=lambda: {Over.BROKEN: RETRY_S[0], Over.REFUSED: REFUSED_RETRY_S[0]}
    )

    def after(self, over: Over, *, synced: bool) -> float:
        if synced:
            self.next_s = _Pause().next_s
        longest = REFUSED_RETRY_S[1] if over is Over.REFUSED else RETRY_S[1]
        pause = self.next_s[over]
        self.next_s[over] = min(pause * 2, longest)
        return pause


@dataclass(slots=True)
class _Tick:
    """Time passed."""


class AmiSource:
    """A `Source` that keeps one link to one Asterisk and tells what happens on its floor."""

    def __init__(
        self,
        address: AmiAddress,
        stamp: Stamp,
        clock: Clock,
        *,
        wrap_up_ms: Mapping[str, Millis] | None = None,
        agents: Mapping[str, str] | None = None,
    ) -> None:
        """`wrap_up_ms` per queue and `agents` by interface, as `Translator` takes them."""
        self._address = address
        self._clock = clock
        self._translator = Translator(stamp, wrap_up_ms=wrap_up_ms, agents=agents)
        self._via = f"ami {address.host}:{address.port}"
        self._links = 0

    async def run(self, inbox: Inbox, /) -> None:
        """Connect, tell, reconnect, until cancelled. Raises `AmiAddressError` for a bad `ca_file`."""
        tls = self._address.context()
        pause = _Pause()
        await self._put(inbox, self._translator.started(self._clock.now()))
        while True:
            verdict, synced = await self._connect(inbox, tls)
            now = self._clock.now()
            events = self._translator.lost(now, verdict.why)
            await self._put(inbox, events + self._translator.refused(now, verdict.why))
            await self._wait(inbox, pause.after(verdict.over, synced=synced))

    async def _wait(self, inbox: Inbox, seconds: float) -> None:
        """Pause; what still has to be decided is decided meanwhile."""
        until = self._clock.now() + round(seconds * 1000)
        while (left_ms := until - self._clock.now()) > 0:
            await self._clock.sleep(min(left_ms / 1000, 1.0))
            await self._put(inbox, self._translator.tick(self._clock.now()))

    async def _connect(self, inbox: Inbox, tls: ssl.SSLContext | None) -> tuple[Verdict, bool]:
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(
                    self._address.host, self._address.port, ssl=tls
                )
        except (OSError, TimeoutError) as error:
            return Verdict(Over.BROKEN, f"cannot connect: {error.strerror or 'no answer'}"), False
        self._links += 1
        link = AmiLink(self._translator, self._links, self._address.greet, self._clock.now())
        verdict = Verdict(Over.BROKEN, "the link ended")
        try:
            async with asyncio.TaskGroup() as tasks:
                backlog = _Backlog()
                tasks.create_task(self._read(reader, backlog))
                tasks.create_task(self._ticks(backlog))
                tasks.create_task(self._work(link, backlog, writer, inbox))
        except* _LinkOver as over:
            verdict = next(e.verdict for e in over.exceptions if isinstance(e, _LinkOver))
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()
        return verdict, link.synced

    async def _read(self, reader: asyncio.StreamReader, backlog: "_Backlog") -> None:
        """Only reads, so that the PBX never waits for us."""
        try:
            while data := await reader.read(READ_BYTES):
                backlog.add(data, self._clock.now())
            backlog.add(b"", self._clock.now())
        except OSError as error:
            raise _LinkOver(Verdict(Over.BROKEN, error.strerror or str(error))) from None

    async def _ticks(self, backlog: "_Backlog") -> None:
        while True:
            await self._clock.sleep(TICK_S)
            backlog.tick()

    async def _work(
        self, link: AmiLink, backlog: "_Backlog", writer: asyncio.StreamWriter, inbox: Inbox
    ) -> None:
        """Translates what was read, in order, and answers."""
        while True:
            item = await backlog.next()
            if isinstance(item, _Tick):
                events = link.tick(self._clock.now(), len(backlog))
            else:
                data, now = item
                if not data:
                    link.ended()
                events = link.receive(data, now) if data else []
            out = link.data_to_send()
            if out:
                writer.write(out)
            await self._put(inbox, events)
            if link.verdict is not None:
                raise _LinkOver(link.verdict)

    async def _put(self, inbox: Inbox, events: list[Event]) -> None:
        if events:
            payloads = [encode(event) for event in events]
            await inbox.put(Batch(payloads, self._clock.now(), self._via))


class _Backlog:
    """What was read and not yet translated. At most one tick waits in it."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[tuple[bytes, Millis] | _Tick] = asyncio.Queue()
        self._bytes = 0
        self._ticking = False

    def __len__(self) -> int:
        return self._items.qsize()

    def add(self, data: bytes, now: Millis) -> None:
        """Keep what was read at `now`; gives up the link if too much waits."""
        self._bytes += len(data)
        if self._bytes > BACKLOG_BYTES:
            why = f"{BACKLOG_BYTES // 1_048_576} MiB unread: the stream is behind"
            raise _LinkOver(Verdict(Over.BROKEN, why))
        self._items.put_nowait((data, now))

    def tick(self) -> None:
        """Have the worker look at the clock."""
        if not self._ticking:
            self._ticking = True
            self._items.put_nowait(_Tick())

    async def next(self) -> tuple[bytes, Millis] | _Tick:
        """The oldest item."""
        item = await self._items.get()
        if isinstance(item, _Tick):
            self._ticking = False
        else:
            self._bytes -= len(item[0])
        return item
