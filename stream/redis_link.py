"""A connection to Redis that asks until there is an answer, and says in words what is wrong."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript

from ingest.ports import Clock
from stream.ports import JournalError

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_TIMEOUT_S = 5.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


class RedisLink:
    """One Redis, by URL. `where` names it without its password; `site=` in the query is ours.

    While `patience_s` is a number, a Redis that stays away so long is an error; None waits for ever.
    """

    def __init__(self, url: str, clock: Clock, patience_s: float | None = 10.0) -> None:
        try:
            self.redis = Redis.from_url(
                _without_site(url),
                decode_responses=False,
                socket_timeout=_TIMEOUT_S,
                socket_connect_timeout=_TIMEOUT_S,
                retry=Retry(NoBackoff(), 0),  # we try again ourselves, and say so
            )
        except (ValueError, TypeError) as error:
            raise JournalError(f"{error}: write redis://host:port/db?site=hq") from error
        settings = self.redis.connection_pool.connection_kwargs
        self.where = f"{settings.get('host', 'localhost')}:{settings.get('port', 6379)}"
        self.patience_s = patience_s
        self._clock = clock
        self._scripts: dict[str, AsyncScript] = {}

    async def run(
        self, script: str, keys: Sequence[str], arguments: Sequence[str | int | bytes]
    ) -> Any:
        """Run this Lua script once; to be called through `ask`."""
        known = self._scripts.get(script)
        if known is None:
            known = self._scripts[script] = self.redis.register_script(script)
        return await known(keys=keys, args=arguments)

    async def ask(self, question: Callable[[], Awaitable[_T]]) -> _T:
        """Ask until there is an answer, which may mean more than once: only what bears repetition."""
        begun = self._clock.now()
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await question()
            except (exceptions.AuthenticationError, exceptions.AuthorizationError) as error:
                raise JournalError(f"{self.where}: {error}: mend user and password") from error
            except (
                exceptions.ConnectionError,
                exceptions.TimeoutError,
                exceptions.ReadOnlyError,
                OSError,
            ) as error:
                away_s = (self._clock.now() - begun) / 1000
                if self.patience_s is not None and away_s >= self.patience_s:
                    raise JournalError(
                        f"no Redis at {self.where} ({error}): start it, or mend the URL"
                    ) from error
                if pause_s == _FIRST_PAUSE_S:
                    _log.warning("%s does not answer (%s): trying again", self.where, error)
            except exceptions.RedisError as error:
                raise JournalError(f"{self.where}: {error}: {_advice(error)}") from error
            await self._clock.sleep(pause_s)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    async def risks(self) -> list[str]:
        """Which settings of this Redis put data at risk, in whole sentences."""
        wanted = ("appendonly", "appendfsync", "maxmemory-policy")
        try:
            found: Any = await self.ask(lambda: self.redis.config_get(*wanted))
        except JournalError as error:
            return [f"whether {self.where} keeps its data cannot be seen ({error})"]
        told = {_text(name): _text(value) for name, value in found.items()}
        risks = []
        if told.get("appendonly") != "yes":
            risks.append(f"{self.where} loses everything when it stops: set appendonly yes")
        elif told.get("appendfsync") != "always":
            risks.append(
                f"{self.where} may lose the last second when its machine stops: "
                "set appendfsync always"
            )
        if told.get("maxmemory-policy", "noeviction") != "noeviction":
            risks.append(f"{self.where} may throw data away: set maxmemory-policy noeviction")
        return risks

    async def close(self) -> None:
        """Hang up."""
        await self.redis.aclose()


def _without_site(url: str) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "site"]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _advice(error: exceptions.RedisError) -> str:
    if isinstance(error, exceptions.OutOfMemoryError):
        return "give it more memory, or keep fewer events; nothing that waits is lost"
    if isinstance(error, exceptions.NoPermissionError):
        return "give this user all commands on the keys fw:*"
    if str(error).startswith("MISCONF"):
        return "it cannot write its disk: free some space there; nothing that waits is lost"
    return "mend that, and start again"
