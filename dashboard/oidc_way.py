"""A provider of OpenID Connect, as the operator sets it up."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from dashboard.access import Role


class OidcError(Exception):
    """Nobody comes in this way now. `why` is a word for the page, `told` is for the operator."""

    def __init__(self, why: str, told: str) -> None:
        super().__init__(told)
        self.why = why
        self.told = told


class Way(Struct, frozen=True, kw_only=True):
    """A provider, as it is set up. `redirect_uri` is where it sends people back to."""

    id: str
    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str = ""


class Mapped(Struct, frozen=True, kw_only=True):
    """Which claims say what. `roles`: the value of `role_claim` to a role; of several the highest.

    A claim may lie deeper: `realm_access.roles`. Where no claim is named for queues, teams or the
    agent, an admin says them here.
    """

    role_claim: str
    roles: Mapping[str, Role]
    queues_claim: str = ""
    teams_claim: str = ""
    agent_claim: str = ""


def is_endpoint(place: str, issuer: str) -> bool:
    """Whether an address is encrypted; a provider on this machine need not be."""
    try:
        parts, base = urlsplit(place), urlsplit(issuer)
        host = parts.hostname or ""
        plain = parts.scheme == base.scheme == "http" and is_local(host)
    except ValueError:
        return False
    printable = place.isascii() and place.isprintable() and " " not in place
    return (parts.scheme == "https" or plain) and bool(host) and printable and not parts.fragment


def is_local(host: str) -> bool:
    """Whether what is said to this host stays on this machine."""
    return host in {"localhost", "127.0.0.1", "::1"}
