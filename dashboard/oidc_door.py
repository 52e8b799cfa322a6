"""The door for those whom a provider knows: to it, and back from it with a session.

GET sign-in/oidc?way=ID&to=floor -> the provider -> GET sign-in/back?state=...&code=... -> floor
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlencode

from msgspec import Struct
from websockets.http11 import Request

from dashboard.access import Caller
from dashboard.cookies import WAY, Cookies
from dashboard.desks import Audit, Wish
from dashboard.doors import Answer
from dashboard.oidc import Departure, Provider
from dashboard.oidc_roles import user_of
from dashboard.oidc_way import Mapped, OidcError
from dashboard.registry import Registry
from dashboard.sessions_sqlite import WHOLE_MS
from dashboard.tokens import digest, is_token, new_token
from ingest.events import Millis

AWAY, BACK = "/sign-in/oidc", "/sign-in/back"
AWAY_MS: Millis = 600_000
_LONGEST_CODE = 4_096

log = logging.getLogger(__name__)


class _Traveller(Struct, frozen=True, kw_only=True):
    """Somebody who is at the provider. `browser` is the digest of what his browser holds."""

    way: str
    departure: Departure
    browser: str
    to: str
    left_at: Millis


class OidcDoor:
    """`base` is our public address, with a `/` at its end. A state comes back once, and only with
    the browser that left with it. The last `most` who left are remembered."""

    def __init__(
        self,
        providers: Sequence[tuple[Provider, Mapped]],
        registry: Registry,
        audit: Audit,
        cookies: Cookies,
        base: str,
        *,
        most: int = 1_000,
    ) -> None:
        self._providers = {provider.way.id: (provider, mapped) for provider, mapped in providers}
        self._registry = registry
        self._audit = audit
        self._cookies = cookies
        self._base = base
        self._most = most
        self._away: OrderedDict[str, _Traveller] = OrderedDict()

    async def answer(
        self, request: Request, caller: Caller, now: Millis, secure: bool, address: str
    ) -> Answer | None:
        """See `dashboard.doors.Side`."""
        path, _, text = request.path.partition("?")
        if path not in {AWAY, BACK} or request.method != "GET":
            return None
        query = dict(parse_qsl(text))
        if path == AWAY:
            return await self._sent_away(query, now, secure)
        return await self._come_back(request, query, caller, now, secure, address)

    async def _sent_away(self, query: Mapping[str, str], now: Millis, secure: bool) -> Answer:
        to = inside(query.get("to", ""))
        way = query.get("way", "")
        if way not in self._providers:
            return self._sign_in(to, "provider_unknown")
        departure, state, browser = Departure.new(), new_token(), new_token()
        provider, _ = self._providers[way]
        try:
            address = await provider.address(departure, state, now)
        except OidcError as error:
            log.warning("nobody can sign in: %s", error.told)
            return self._sign_in(to, error.why)
        self._away[digest(state)] = _Traveller(
            way=way, departure=departure, browser=digest(browser), to=to, left_at=now
        )
        while len(self._away) > self._most:
            self._away.popitem(last=False)
        return _elsewhere(address, self._cookies.way(browser, secure, AWAY_MS // 1_000))

    async def _come_back(
        self,
        request: Request,
        query: Mapping[str, str],
        caller: Caller,
        now: Millis,
        secure: bool,
        address: str,
    ) -> Answer:
        to = ""
        told: dict[str, object] = {}
        try:
            traveller = self._arrived(request, query, now, secure)
            to, told["way"] = traveller.to, traveller.way
            provider, mapped = self._providers[traveller.way]
            if query.get("iss", provider.way.issuer) != provider.way.issuer:
                raise OidcError("provider_failed", f"{provider.way.id}: another issuer came back")
            code = query.get("code", "")
            if not 0 < len(code) <= _LONGEST_CODE:
                error = query.get("error", "")[:100]
                raise OidcError("provider_refused", f"{provider.way.id}: no code, but {error!r}")
            claims = await provider.claims(code, traveller.departure, now)
            told["user"] = id = f"{provider.way.id}:{claims['sub']}"
            known = self._registry.users.find(id)
            user = user_of(provider.way.id, mapped, claims, known, now)
        except OidcError as error:
            log.warning("somebody could not sign in: %s", error.told)
            self._note(caller, error.why, told | {"told": error.told}, now, address)
            return self._sign_in(to, error.why, self._cookies.way("", secure, 0))
        self._registry.users.save(user, now)
        self._registry.sessions.end(caller.session)
        token = self._registry.sessions.begin(user.id, now)
        self._note(caller, "", told, now, address)
        return _elsewhere(
            self._base + to,
            self._cookies.session(token, secure, WHOLE_MS // 1_000),
            self._cookies.way("", secure, 0),
        )

    def _arrived(
        self, request: Request, query: Mapping[str, str], now: Millis, secure: bool
    ) -> _Traveller:
        """Who left with this state, in this browser, not long ago; he cannot come back twice."""
        state = query.get("state", "")
        found = self._away.pop(digest(state), None) if is_token(state) else None
        held = {digest(token) for token in self._cookies.tokens(request, WAY, secure)}
        if found is None or found.browser not in held or not 0 <= now - found.left_at < AWAY_MS:
            raise OidcError("provider_late", "nobody left with this state in this browser lately")
        return found

    def _note(
        self, caller: Caller, why: str, data: Mapping[str, object], now: Millis, address: str
    ) -> None:
        wish = Wish(caller=caller, deed="session.sign_in", data={}, now=now, address=address)
        self._audit.note(wish, not why, why, data)

    def _sign_in(self, to: str, why: str, *headers: tuple[str, str]) -> Answer:
        query = urlencode({"why": why, "to": to} if to else {"why": why})
        return _elsewhere(f"{self._base}sign-in?{query}", *headers)


def inside(to: str) -> str:
    """A path of our own pages, to be joined to our address; "" for whatever could lead elsewhere."""
    page, _, fragment = to.partition("#")
    path, _, query = page.partition("?")
    fine = len(to) <= 1_000 and to.isprintable() and not path.startswith(("/", "."))
    if not fine or "\\" in to or ":" in path or "//" in path or ".." in path:
        return ""
    asked = f"?{quote(query, safe='=&%')}" if query else ""
    return quote(path, safe="/%") + asked + (f"#{quote(fragment, safe='?=&%')}" if fragment else "")


def _elsewhere(address: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status=HTTPStatus.FOUND, headers=(("Location", address), *headers))
