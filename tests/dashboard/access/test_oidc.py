"""Signing in by a provider, against one that speaks real HTTP and signs with real keys."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from websockets.datastructures import Headers
from websockets.http11 import Request

from dashboard.access import NOBODY, Role
from dashboard.cookies import Cookies
from dashboard.oidc import Provider
from dashboard.oidc_door import AWAY_MS, OidcDoor, inside
from dashboard.oidc_way import Mapped, Way, is_endpoint

BASE = "https://floor.example.com/sub/"
SECRET = "s3cret & more"
SIGNING = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
FORGED = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
NEXT = ECKey.generate_key("P-256", {"kid": "k2", "use": "sig"})
MAPPED = Mapped(
    role_claim="groups",
    roles={"leads": Role.SUPERVISOR, "it": Role.ADMIN},
    queues_claim="queues",
    agent_claim="agent",
)


class LocalProvider:
    """A provider on this machine. What it tells, and signs with, a test may change."""

    def __init__(self) -> None:
        self.now_s = 0
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.published: list[Any] = [SIGNING]
        self.key: Any = SIGNING
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "k1"}
        self.raw_token: str | None = None
        self.token_status = 200
        self.asked: list[str] = []
        self.form: dict[str, str] = {}
        self.login = ""
        self.challenge = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                if self.path.endswith("openid-configuration"):
                    return self._tell(200, outer.described())
                keys = KeySet(outer.published).as_dict(private=False)
                return self._tell(200, keys)

            def do_POST(self) -> None:
                outer.asked.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.form = dict(parse_qsl(body))
                outer.login = self.headers.get("Authorization", "")
                status, told = outer.exchanged()
                self._tell(status, told)

            def _tell(self, status: int, told: Mapping[str, Any]) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}/realm"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?theme=dark",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.metadata,
        }

    def sent(self, address: str) -> dict[str, str]:
        """Somebody arrives with this address: he has an account, and is sent back."""
        assert address.startswith(f"{self.issuer}/authorize?theme=dark&")
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["redirect_uri"] == f"{BASE}sign-in/back"
        assert "openid" in query["scope"].split()
        self.challenge = query["code_challenge"]
        self.claims = {
            "iss": self.issuer,
            "aud": query["client_id"],
            "sub": "42",
            "nonce": query["nonce"],
            "iat": self.now_s,
            "exp": self.now_s + 300,
            "name": "赵敏",
            "groups": ["staff", "leads"],
            "queues": ["sales"],
            "agent": "Zhao Min",
        }
        return {"state": query["state"], "code": "c0de"}

    def exchanged(self) -> tuple[int, dict[str, Any]]:
        digest = hashlib.sha256(self.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != self.challenge or self.form["code"] != "c0de":
            return 400, {"error": "invalid_grant"}
        token = self.raw_token or jwt.encode(
            self.header, self.claims, self.key, algorithms=[self.header["alg"]]
        )
        return self.token_status, {"id_token": token, "access_token": "a", "token_type": "Bearer"}


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    local = LocalProvider()
    yield local
    local.close()


class Visitor:
    """A browser that goes to the provider and comes back."""

    def __init__(self, house: Any, provider: LocalProvider, mapped: Mapped, secret: str) -> None:
        self.house = house
        self.provider = provider
        provider.now_s = house.now // 1_000
        way = Way(
            id="company",
            issuer=provider.issuer,
            client_id="floor & watch",
            client_secret=secret,
            redirect_uri=f"{BASE}sign-in/back",
        )
        cookies = Cookies("/sub/", strict=False)
        house.cookies = cookies
        house.secure = True
        house.side = OidcDoor([(Provider(way), mapped)], house.registry, house.audit, cookies, BASE)
        house.reopen()
        self.cookie = ""

    async def leave(self, to: str = "floor") -> dict[str, str]:
        """Off to the provider; what it sends back."""
        answer = await self.house.get(f"/sign-in/oidc?way=company&to={to}")
        headers = dict(answer.headers)
        self.cookie = headers["Set-Cookie"].partition(";")[0]
        assert "SameSite=Lax" in headers["Set-Cookie"]
        assert "HttpOnly" in headers["Set-Cookie"]
        return self.provider.sent(headers["Location"])

    async def come_back(self, back: Mapping[str, str], cookie: str | None = None) -> Any:
        path = f"/sign-in/back?{urlencode(back)}"
        headers = Headers({"Cookie": self.cookie if cookie is None else cookie})
        answer = await self.house.doors.answer(
            Request(path, headers), NOBODY, self.house.now, True, "203.0.113.7"
        )
        assert answer is not None
        assert answer.status is HTTPStatus.FOUND
        return answer

    async def refused(self, back: Mapping[str, str], cookie: str | None = None) -> str:
        """Why he is not let in; nothing of his stays."""
        answer = await self.come_back(back, cookie)
        (location,) = [value for name, value in answer.headers if name == "Location"]
        assert location.startswith(f"{BASE}sign-in?")
        assert not [v for n, v in answer.headers if n == "Set-Cookie" and "Max-Age=0" not in v]
        assert self.house.registry.file.rows("select * from sessions") == []
        return parse_qs(urlsplit(location).query)["why"][0]

    def caller(self, answer: Any) -> Any:
        cookies = [v.partition(";")[0] for n, v in answer.headers if n == "Set-Cookie"]
        request = Request("/", Headers({"Cookie": "; ".join(cookies)}))
        return self.house.doors.caller(request, self.house.now, secure=True)


@pytest.fixture
def visitor(house: Any, provider: LocalProvider) -> Visitor:
    return Visitor(house, provider, MAPPED, SECRET)


async def test_who_has_an_account_there_comes_in_as_what_it_says(visitor: Visitor) -> None:
    answer = await visitor.come_back(await visitor.leave("reports?day=2026-11-22"))
    assert dict(answer.headers)["Location"] == f"{BASE}reports?day=2026-11-22"
    caller = visitor.caller(answer)
    assert (caller.id, caller.name, caller.role) == ("company:42", "赵敏", Role.SUPERVISOR)
    assert (caller.scope.queues, caller.agent) == (frozenset({"sales"}), "Zhao Min")
    cookie = next(v for _, v in answer.headers if v.startswith("__Secure-floorwatch="))
    assert cookie.endswith("; Path=/sub/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure")
    (note,) = visitor.house.notes()
    assert (note["deed"], note["done"]) == ("session.sign_in", True)
    assert note["data"] == '{"way":"company","user":"company:42"}'


async def test_we_prove_who_we_are(visitor: Visitor, provider: LocalProvider) -> None:
    await visitor.come_back(await visitor.leave())
    kind, _, login = provider.login.partition(" ")
    name, _, secret = base64.b64decode(login).decode().partition(":")
    assert (kind, unquote_plus(name), unquote_plus(secret)) == ("Basic", "floor & watch", SECRET)
    assert "client_secret" not in provider.form


async def test_or_in_the_form_or_by_pkce_alone(house: Any, provider: LocalProvider) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    visitor = Visitor(house, provider, MAPPED, SECRET)
    assert visitor.caller(await visitor.come_back(await visitor.leave())).id
    assert provider.login == ""
    assert provider.form["client_secret"] == SECRET
    visitor = Visitor(house, provider, MAPPED, "")
    assert visitor.caller(await visitor.come_back(await visitor.leave())).id
    assert provider.form["client_id"] == "floor & watch"
    assert "client_secret" not in provider.form


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ["floor & watch", "another"]},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": ""},
        {"sub": 42},
        {"sub": "x" * 256},
        {"exp": 0},
        {"exp": "tomorrow"},
        {"exp": None},
        {"iat": 2**40},
    ],
)
async def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    visitor: Visitor, provider: LocalProvider, claims: dict[str, Any]
) -> None:
    back = await visitor.leave()
    provider.claims |= claims
    assert await visitor.refused(back) == "provider_failed"
    (note,) = visitor.house.notes()
    assert (note["done"], note["why"]) == (False, "provider_failed")


async def test_times_may_differ_by_a_minute(visitor: Visitor, provider: LocalProvider) -> None:
    back = await visitor.leave()
    provider.claims |= {"exp": provider.now_s - 59, "iat": provider.now_s + 60}
    assert visitor.caller(await visitor.come_back(back)).id == "company:42"
    back = await visitor.leave()
    provider.claims |= {"exp": provider.now_s - 60}
    visitor.house.registry.sessions.end_all("company:42")
    assert await visitor.refused(back) == "provider_failed"


def unsigned(claims: Mapping[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return b".".join(text.rstrip(b"=") for text in texts).decode() + "."


def signed_by_the_public_key(claims: Mapping[str, Any]) -> str:
    """Where a library lets the token choose how it is checked, a public key is a shared secret."""
    secret = OctKey.import_key(base64.urlsafe_b64encode(SIGNING.as_pem(private=False)).decode())
    return jwt.encode({"alg": "HS256", "kid": "k1"}, dict(claims), secret, algorithms=["HS256"])


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("forgery", ["key", "none", "hmac", "cut", "other", "garbage", "changed"])
async def test_a_forged_token_lets_nobody_in(
    visitor: Visitor, provider: LocalProvider, forgery: str
) -> None:
    back = await visitor.leave()
    true = jwt.encode(provider.header, provider.claims, SIGNING)
    head, body, signature = true.split(".")
    bad = base64.urlsafe_b64encode(json.dumps(provider.claims | {"groups": ["it"]}).encode())
    provider.raw_token = {
        "key": jwt.encode(provider.header, provider.claims, FORGED),
        "none": unsigned(provider.claims),
        "hmac": signed_by_the_public_key(provider.claims),
        "cut": f"{head}.{body}.",
        "other": jwt.encode({"alg": "ES256", "kid": "k2"}, provider.claims, NEXT),
        "garbage": "…",
        "changed": f"{head}.{bad.rstrip(b'=').decode()}.{signature}",
    }[forgery]
    assert await visitor.refused(back) == "provider_failed"


async def test_a_state_comes_back_once(visitor: Visitor) -> None:
    back = await visitor.leave()
    await visitor.come_back(back)
    visitor.house.registry.sessions.end_all("company:42")
    assert await visitor.refused(back) == "provider_late"


async def test_a_state_of_another_browser_is_refused(visitor: Visitor) -> None:
    """Or somebody could have us sign in as him, and look at what we do there."""
    back = await visitor.leave()
    assert await visitor.refused(back, cookie="") == "provider_late"
    back, stolen = await visitor.leave(), visitor.cookie
    await visitor.leave()
    assert visitor.cookie != stolen
    assert await visitor.refused(back) == "provider_late"
    assert await visitor.refused({**back, "state": "x" * 43}) == "provider_late"
    assert await visitor.refused({}) == "provider_late"


async def test_who_stays_away_too_long_starts_anew(visitor: Visitor) -> None:
    back = await visitor.leave()
    visitor.house.now += AWAY_MS
    assert await visitor.refused(back) == "provider_late"


async def test_a_code_of_another_sign_in_is_worth_nothing(
    visitor: Visitor, provider: LocalProvider
) -> None:
    await visitor.leave()
    theirs = provider.challenge
    back = await visitor.leave()
    provider.challenge = theirs
    assert await visitor.refused(back) == "provider_failed"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"code": ""}, "provider_refused"),
        ({"code": "", "error": "access_denied"}, "provider_refused"),
        ({"code": "x" * 5_000}, "provider_refused"),
        ({"code": "wrong"}, "provider_failed"),
        ({"iss": "https://evil.example.com"}, "provider_failed"),
    ],
)
async def test_what_else_may_come_back(visitor: Visitor, change: dict[str, str], why: str) -> None:
    back = await visitor.leave()
    given = {key: value for key, value in {**back, **change}.items() if value}
    assert await visitor.refused(given) == why


@pytest.mark.parametrize("groups", [None, [], ["staff"], "staff", {"leads": True}, [["leads"]], 7])
async def test_who_has_no_role_here_is_refused(
    visitor: Visitor, provider: LocalProvider, groups: object
) -> None:
    back = await visitor.leave()
    provider.claims["groups"] = groups
    assert await visitor.refused(back) == "provider_no_role"
    assert visitor.house.registry.users.everybody() == []


async def test_role_and_reach_are_taken_anew_at_each_sign_in(
    visitor: Visitor, provider: LocalProvider
) -> None:
    back = await visitor.leave()
    provider.claims |= {"groups": ["leads", "it", "staff"], "queues": "sales"}
    first = visitor.caller(await visitor.come_back(back))
    assert first.role is Role.ADMIN
    back = await visitor.leave()
    del provider.claims["queues"]
    second = visitor.caller(await visitor.come_back(back))
    assert (second.role, second.scope.queues) == (Role.SUPERVISOR, frozenset())
    now = visitor.house.doors.still(first, visitor.house.now)
    assert now.role is Role.SUPERVISOR


async def test_without_claims_for_it_an_admin_says_what_he_looks_after(
    house: Any, provider: LocalProvider
) -> None:
    mapped = Mapped(role_claim="realm.roles", roles={"leads": Role.SUPERVISOR})
    visitor = Visitor(house, provider, mapped, SECRET)
    back = await visitor.leave()
    provider.claims["realm"] = {"roles": ["leads"]}
    caller = visitor.caller(await visitor.come_back(back))
    assert caller.scope.whole
    await house.user("company:42", "supervisor", queues=("night",), password="", agent="Z")
    back = await visitor.leave()
    provider.claims["realm"] = {"roles": ["leads"]}
    caller = visitor.caller(await visitor.come_back(back))
    assert (caller.scope.queues, caller.agent) == (frozenset({"night"}), "Z")


async def test_new_keys_are_asked_for_when_a_token_has_one_but_not_all_the_time(
    visitor: Visitor, provider: LocalProvider
) -> None:
    await visitor.come_back(await visitor.leave())
    visitor.house.now += 60_000
    provider.published = [NEXT]
    provider.key, provider.header = NEXT, {"alg": "ES256", "kid": "k2"}
    assert visitor.caller(await visitor.come_back(await visitor.leave())).id == "company:42"
    visitor.house.registry.sessions.end_all("company:42")
    before = provider.asked.count("/realm/keys")
    for _ in range(3):
        back = await visitor.leave()
        provider.raw_token = jwt.encode({"alg": "RS256", "kid": "k9"}, provider.claims, FORGED)
        assert await visitor.refused(back) == "provider_failed"
    assert provider.asked.count("/realm/keys") == before
    assert provider.asked.count("/realm/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example.com"},
        {"authorization_endpoint": "http://evil.example.com/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://x.example.com/\r\nSet-Cookie: a=b"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
        {"token_endpoint": None},
    ],
)
async def test_a_provider_that_cannot_be_trusted_is_left_alone(
    house: Any, provider: LocalProvider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    Visitor(house, provider, MAPPED, SECRET)
    for _ in range(3):
        answer = await house.get("/sign-in/oidc?way=company&to=floor")
        location = f"{BASE}sign-in?why=provider_failed&to=floor"
        assert answer.headers == (("Location", location),)
    assert len(provider.asked) == 1


async def test_a_provider_that_is_away_is_told_and_asked_again_later(
    house: Any, provider: LocalProvider
) -> None:
    visitor = Visitor(house, provider, MAPPED, SECRET)
    true, provider.metadata = provider.metadata, {"issuer": "x"}
    await house.get("/sign-in/oidc?way=company")
    provider.metadata = true
    house.now += 5_000
    assert visitor.caller(await visitor.come_back(await visitor.leave())).id == "company:42"


async def test_a_failing_token_endpoint_lets_nobody_in(
    visitor: Visitor, provider: LocalProvider
) -> None:
    provider.token_status = 500
    assert await visitor.refused(await visitor.leave()) == "provider_failed"


async def test_only_a_way_that_is_set_up_leads_anywhere(visitor: Visitor) -> None:
    answer = await visitor.house.get("/sign-in/oidc?way=evil&to=//evil.example.com")
    assert dict(answer.headers)["Location"] == f"{BASE}sign-in?why=provider_unknown"


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        ("floor", "floor"),
        ("wall/lobby?x=1&y=a%20b", "wall/lobby?x=1&y=a%20b"),
        ("wall/大厅", "wall/%E5%A4%A7%E5%8E%85"),
        ("floor?lang=en#people?q=a b", "floor?lang=en#people?q=a%20b"),
        ("//evil.example.com#floor", ""),
        ("", ""),
        ("//evil.example.com", ""),
        ("/evil", ""),
        ("https://evil.example.com", ""),
        ("javascript:alert(1)", ""),
        ("\\\\evil.example.com", ""),
        ("../../evil", ""),
        (".//evil", ""),
        ("floor\r\nSet-Cookie: a=b", ""),
        ("x" * 2_000, ""),
    ],
)
def test_after_signing_in_one_stays_with_us(to: str, kept: str) -> None:
    assert inside(to) == kept


@pytest.mark.parametrize(
    ("place", "issuer", "fine"),
    [
        ("https://a.example.com/x", "https://b.example.com", True),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:8", True),
        ("http://127.0.0.1:9/x", "https://b.example.com", False),
        ("http://b.example.com/x", "http://b.example.com", False),
        ("https://[::1", "https://b.example.com", False),
        ("https:///x", "https://b.example.com", False),
        ("https://a.example.com/#x", "https://b.example.com", False),
    ],
)
def test_endpoints_are_encrypted_unless_on_this_machine(
    place: str, issuer: str, fine: bool
) -> None:
    assert is_endpoint(place, issuer) is fine
