"""The journal in Redis or Valkey: one stream entry per commit, one writer by a lease.

    fw:{site}:journal      stream; an entry's id is the position of its last payload
    fw:{site}:top          the last position written, and the writer's token
    fw:{site}:checkpoint   hash: state, position
    fw:{site}:lease        the writer's token, while he renews it

Every write is a script that checks the lease and the last position: a writer that was replaced
cannot write, and one that asks again because an answer got lost does not write twice.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from ingest.events import Millis
from ingest.ports import Clock
from stream import blocks
from stream.blocks import BlockError
from stream.journal_redis_scripts import APPEND, RELEASE, RENEW, SAVE
from stream.ports import Checkpoint, JournalError, LeaseLostError, Position, Stored
from stream.redis_link import RedisLink
from stream.segments import missing

_log = logging.getLogger(__name__)
_SALT = 0
_ENTRY_BYTES = 1024 * 1024
_READ_AT_ONCE = 8
_WARNINGS = 100
_STANDBY_S = 0.25
_LINGER_S = 0.005
_CLOSING_S = 2.0


class RedisJournal:
    """A site's journal in Redis: `async with RedisJournal(url, "hq", clock) as journal`.

    Entering takes the lease, waiting for another writer's to end (or refusing at once, with
    `wait=False`). It lasts `lease_s` from the last sign of life. When Redis is away, calls try
    again until it is back; only entering gives up, after ten seconds. The last `keep` events are
    kept, and all that are past the checkpoint. With `read_only` no lease is taken.
    """

    def __init__(
        self,
        url: str,
        site: str,
        clock: Clock,
        *,
        read_only: bool = False,
        wait: bool = True,
        lease_s: float = 5.0,
        keep: int = 1_000_000,
    ) -> None:
        if not site or "{" in site or "}" in site:
            raise JournalError(f"site={site!r}: name the site, without braces: redis://…?site=hq")
        self._link = RedisLink(url, clock)
        self._where = f"{self._link.where} site {site}"
        self._clock = clock
        self._read_only = read_only
        self._wait = wait
        self._lease_ms = round(lease_s * 1000)
        self._linger_s = _LINGER_S
        self._keep = keep
        keys = [f"fw:{{{site}}}:{name}" for name in ("lease", "top", "journal", "checkpoint")]
        self._lease, self._top, self._journal, self._checkpoint = keys
        self._token = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
        self._warnings: list[str] = []
        self._appended: Position = 0
        self._committed: Position = 0
        self._waiting: list[tuple[Millis, Sequence[bytes]]] = []
        self._some = asyncio.Event()
        self._in_flight: tuple[Position, bytes] | None = None
        self._lost = False

    async def __aenter__(self) -> Self:
        try:
            if not self._read_only:
                await self._acquire()
                self._committed = self._appended = await self._last_position()
            for risk in await self._link.risks():
                self._warn(risk)
        except BaseException:
            await self._link.close()
            raise
        self._link.patience_s = None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit what is still waiting if Redis answers soon, give the lease back, hang up."""
        self._linger_s = 0
        try:
            async with asyncio.timeout(_CLOSING_S):
                while self._committed < self._appended and not (
                    self._lost or isinstance(error, JournalError)
                ):
                    await self.commit()
                if not self._read_only:
                    await self._run(RELEASE)
        except TimeoutError:
            _log.warning("%s did not answer: the lease ends by itself", self._where)
        except JournalError as problem:
            if error is None:
                raise
            _log.error("while closing: %s", problem)
        finally:
            await self._link.close()

    @property
    def warnings(self) -> Sequence[str]:
        """Settings of this Redis that risk data, and damage found; whole sentences."""
        return tuple(self._warnings)

    def append(self, recvtime: Millis, payloads: Sequence[bytes], /) -> Position:
        """Take these payloads; see `Journal.append`."""
        if payloads:
            self._waiting.append((recvtime, payloads))
            self._appended += len(payloads)
            self._some.set()
        return self._appended

    async def commit(self) -> Position:
        """Write what is appended, up to some 1 MiB of it, as one entry; see `Journal.commit`.

        Renews the lease while there is nothing to write. Raises `LeaseLostError`.
        """
        if self._read_only:
            raise JournalError(f"the journal at {self._where} is open for reading only")
        if self._in_flight is None:
            await self._until_appended()
            if self._linger_s:
                await self._clock.sleep(self._linger_s)
            self._in_flight = self._pack()
        last, data = self._in_flight
        lowest = int(await self._run(APPEND, last, data))
        if lowest < self._committed:
            self._warn(
                f"{self._where} has forgotten positions {lowest + 1} to {self._committed}: it "
                "restarted without them; set appendfsync always, or live with it"
            )
        self._in_flight = None
        self._committed = last
        return last

    async def read(self, after: Position, /) -> AsyncIterator[Stored]:
        """All that is stored after this position; see `Journal.read`."""
        last = after
        at = after + 1
        while entries := await self._entries(at):
            for key, fields in entries:
                at = int(key.split(b"-")[0]) + 1
                for block in self._decode(key, fields):
                    if (rest := blocks.after(block, last)) is None:
                        continue
                    if sentence := missing(last, rest.first):
                        self._warn(f"{self._where}: {sentence}")
                    last = rest.last
                    yield rest
            if not self._read_only:
                await self._run(RENEW)

    async def save(self, state: bytes, position: Position, /) -> None:
        """Keep this state, then trim what lies far enough below it; see `Journal.save`."""
        if position > self._committed:
            raise ValueError(f"position {position} is not committed yet ({self._committed} is)")
        await self._run(SAVE, position, state, max(0, position - self._keep))

    async def load(self) -> Checkpoint | None:
        """The latest state that was saved; see `Journal.load`."""
        answer: Any = await self._link.ask(
            lambda: self._link.redis.hmget(self._checkpoint, ["state", "position"])
        )
        state, position = answer
        return None if state is None else Checkpoint(state, int(position))

    async def _until_appended(self) -> None:
        while not self._some.is_set():
            try:
                async with asyncio.timeout(self._lease_ms / 3000):
                    await self._some.wait()
            except TimeoutError:
                await self._run(RENEW)

    def _pack(self) -> tuple[Position, bytes]:
        last, parts, size, taken = self._committed, [], 0, 0
        for recvtime, payloads in self._waiting:
            part = blocks.encode(last + 1, recvtime, payloads, _SALT)
            parts.append(part)
            last += len(payloads)
            size += len(part)
            taken += 1
            if size >= _ENTRY_BYTES:
                break
        del self._waiting[:taken]
        if not self._waiting:
            self._some.clear()
        return last, b"".join(parts)

    def _decode(self, key: bytes, fields: dict[bytes, bytes]) -> list[Stored]:
        try:
            return list(blocks.decode(fields.get(b"blocks", b""), _SALT))
        except BlockError as error:
            self._warn(f"{self._where}, entry {key.decode()}: {error}; skipped")
            return []

    async def _entries(self, at: Position) -> list[tuple[bytes, dict[bytes, bytes]]]:
        found: Any = await self._link.ask(
            lambda: self._link.redis.xrange(self._journal, f"{at}-0", "+", count=_READ_AT_ONCE)
        )
        return list(found)

    async def _last_position(self) -> Position:
        top: Any = await self._link.ask(lambda: self._link.redis.get(self._top))
        newest: Any = await self._link.ask(
            lambda: self._link.redis.xrevrange(self._journal, count=1)
        )
        saved = await self.load()
        return max(
            0 if top is None else int(top.split(b" ")[0]),
            int(newest[0][0].split(b"-")[0]) if newest else 0,
            0 if saved is None else saved.position,
        )

    async def _acquire(self) -> None:
        told = False
        while not await self._link.ask(
            lambda: self._link.redis.set(self._lease, self._token, nx=True, px=self._lease_ms)
        ):
            holder: Any = await self._link.ask(lambda: self._link.redis.get(self._lease))
            if holder == self._token.encode():
                return  # our own request, whose answer was lost
            name = (holder or b"another process").decode(errors="replace")
            if not self._wait:
                raise JournalError(
                    f"the journal at {self._where} is being written by {name} (host:process): "
                    "stop that one, or wait: its lease ends when it dies"
                )
            if not told:
                _log.info("standing by: the journal at %s is written by %s", self._where, name)
                told = True
            await self._clock.sleep(min(_STANDBY_S, self._lease_ms / 10_000))

    async def _run(self, script: str, *arguments: int | bytes) -> Any:
        keys = [self._lease, self._top, self._journal, self._checkpoint]
        told = [self._token, self._lease_ms, self._committed, *arguments]
        verdict, detail = await self._link.ask(lambda: self._link.run(script, keys, told))
        if verdict == b"lost":
            self._lost = True
            raise LeaseLostError(
                f"the journal at {self._where} was taken over by {detail.decode()} (host:process) "
                "after our lease ended: start this process anew, and it will stand by"
            )
        return detail

    def _warn(self, sentence: str) -> None:
        if sentence not in self._warnings and len(self._warnings) < _WARNINGS:
            self._warnings.append(sentence)
        _log.warning("%s", sentence)
