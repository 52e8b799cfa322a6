"""OpenID Connect: what a provider is asked, and what of its answers is believed.

Authorization code with PKCE. An ID token counts only with a signature of the provider's own keys,
for us, from it, for this very sign-in, and in time. Never follows a redirect; every answer is bounded.
"""

import asyncio
import ssl
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, TypeGuard, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from dashboard.oidc_way import OidcError, Way, is_endpoint
from dashboard.tokens import new_token
from ingest.events import Millis

T = TypeVar("T")

TIMEOUT_S, WHOLE_S = 10.0, 20.0
LARGEST = 1_048_576
LEEWAY_S = 60
"""By so much the provider's clock may differ from ours."""
KNOWN_MS: Millis = 3_600_000
_KEYS_AGAIN_MS: Millis = 30_000
_FAILED_MS: Millis = 5_000
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""None that a public key could be abused as the secret of."""


class Departure(Struct, frozen=True, kw_only=True):
    """What must come back with somebody who was sent to the provider."""

    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Departure":
        return cls(nonce=new_token(), verifier=new_token())


class _Metadata(Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Tokens(Struct, frozen=True):
    id_token: str


class Provider:
    """One provider. What it tells of itself is asked again after an hour."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self._metadata: tuple[_Metadata, Millis] | None = None
        self._keys: tuple[KeySet, Millis] | None = None
        self._failure: tuple[OidcError, Millis] | None = None
        self._asking = asyncio.Lock()

    async def address(self, departure: Departure, state: str, now: Millis) -> str:
        """Where to send somebody who wants to sign in. Raises OidcError."""
        metadata = await self._about(now)
        challenge = _unpadded(sha256(departure.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self.way.client_id,
            "redirect_uri": self.way.redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": departure.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        place = metadata.authorization_endpoint
        return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(query)}"

    async def claims(self, code: str, departure: Departure, now: Millis) -> dict[str, Any]:
        """What the provider says of who came back with this code. Raises OidcError."""
        metadata = await self._about(now)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.way.redirect_uri,
            "code_verifier": departure.verifier,
        }
        login = None
        if not self.way.client_secret:
            form["client_id"] = self.way.client_id
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            names = (quote_plus(each) for each in (self.way.client_id, self.way.client_secret))
            login = httpx.BasicAuth(*names)
        else:
            form |= {"client_id": self.way.client_id, "client_secret": self.way.client_secret}
        body = await self._asked("POST", metadata.token_endpoint, form=form, login=login)
        tokens = _read(body, _Tokens, "its answer to the code")
        return self._checked(await self._verified(tokens.id_token, now), departure, now)

    async def _verified(self, id_token: str, now: Millis) -> dict[str, Any]:
        """The claims of a token that the provider has signed."""
        keys = await self._signing_keys(now, at_least=now - KNOWN_MS)
        try:
            return _claims(id_token, keys)
        except (JoseError, ValueError, TypeError, KeyError):
            # It may sign with a new key already; nobody may have us ask for keys all the time.
            keys = await self._signing_keys(now, at_least=now - _KEYS_AGAIN_MS)
        try:
            return _claims(id_token, keys)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise self._failed(f"its ID token has no valid signature ({error})") from None

    def _checked(self, claims: dict[str, Any], departure: Departure, now: Millis) -> dict[str, Any]:
        way, now_s = self.way, now // 1_000
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        subject = claims.get("sub")
        expires, issued = claims.get("exp"), claims.get("iat")
        wrong = {
            "another issuer": claims.get("iss") != way.issuer,
            "another audience": way.client_id not in audiences,
            "another party": claims.get("azp", way.client_id) != way.client_id
            or (len(audiences) > 1 and "azp" not in claims),
            "another sign-in": claims.get("nonce") != departure.nonce,
            "no subject": not isinstance(subject, str) or not 0 < len(subject) <= 255,
            "its time": not _is_time(expires) or expires + LEEWAY_S <= now_s,
            "a time to come": not _is_time(issued) or issued - LEEWAY_S > now_s,
        }
        found = [what for what, is_so in wrong.items() if is_so]
        if found:
            raise self._failed(f"its ID token is wrong in: {', '.join(found)}")
        return claims

    async def _about(self, now: Millis) -> _Metadata:
        """What it tells of itself. One that fails is left alone for a moment, whoever knocks."""
        async with self._asking:
            if self._metadata is not None and 0 <= now - self._metadata[1] < KNOWN_MS:
                return self._metadata[0]
            if self._failure is not None and 0 <= now - self._failure[1] < _FAILED_MS:
                raise self._failure[0]
            try:
                metadata = await self._told()
            except OidcError as error:
                self._failure = error, now
                raise
            self._metadata = metadata, now
            return metadata

    async def _told(self) -> _Metadata:
        issuer = self.way.issuer
        place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        told = _read(await self._asked("GET", place), _Metadata, "what it tells of itself")
        if told.issuer != issuer:
            raise self._failed(f"it calls itself {told.issuer!r}")
        for endpoint in (told.authorization_endpoint, told.token_endpoint, told.jwks_uri):
            if not is_endpoint(endpoint, issuer):
                raise self._failed(f"its endpoint {endpoint!r} is not to be trusted")
        return told

    async def _signing_keys(self, now: Millis, at_least: Millis) -> KeySet:
        """Its keys, as they were at some time not before `at_least`."""
        if self._keys is not None and at_least < self._keys[1] <= now:
            return self._keys[0]
        body = await self._asked("GET", (await self._about(now)).jwks_uri)
        told = _read(body, dict[str, Any], "its keys")
        usable = [key for key in told.get("keys", []) if _is_usable(key)]
        try:
            keys = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise self._failed(f"its keys cannot be read ({error})") from None
        self._keys = keys, now
        return keys

    async def _asked(
        self,
        method: str,
        place: str,
        form: Mapping[str, str] | None = None,
        login: httpx.BasicAuth | None = None,
    ) -> bytes:
        headers = {"Accept": "application/json", "User-Agent": "floorwatch"}
        try:
            async with (
                asyncio.timeout(WHOLE_S),
                httpx.AsyncClient(verify=_tls(), timeout=TIMEOUT_S) as client,
                client.stream(method, place, data=form, auth=login, headers=headers) as response,
            ):
                body = bytearray()
                async for piece in response.aiter_bytes(65_536):
                    body += piece
                    if len(body) > LARGEST:
                        raise self._failed(f"{place} answers without an end")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise self._failed(f"{place} cannot be reached ({type(error).__name__})") from None
        if response.status_code != httpx.codes.OK:
            raise self._failed(f"{place} answers {response.status_code}")
        return bytes(body)

    def _failed(self, told: str) -> OidcError:
        return OidcError("provider_failed", f"{self.way.id}: {told}")


def _claims(id_token: str, keys: KeySet) -> dict[str, Any]:
    return dict(jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims)


def _read(body: bytes, form: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise OidcError("provider_failed", f"{what} cannot be read: {error}") from None


def _is_usable(key: object) -> bool:
    """A public key for signatures; others may stand beside it."""
    return isinstance(key, dict) and key.get("kty") in {"RSA", "EC"} and key.get("use") != "enc"


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unpadded(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
