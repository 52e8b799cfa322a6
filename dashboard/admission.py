"""Who may ask the gateway for something: by method, by the name we are called, by the page's origin."""

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.http11 import Request


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered; `told` says what to change."""

    status: HTTPStatus
    told: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Admission:
    """Lets in our own pages and those of the `allowed_origins` (`https://wall.example`).

    The names in them are also the public names under which a proxy may show us.
    """

    def __init__(self, allowed_origins: Collection[str]) -> None:
        self.origins = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)
        self._public_names = frozenset(_hostname(urlsplit(o).netloc) for o in self.origins)

    def refusal(self, request: Request) -> Refusal | None:
        """Why this request is not answered; None if it is."""
        if request.method not in {"GET", "HEAD"}:
            allow = {"Allow": "GET, HEAD"}
            return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "this only gives", allow)
        host = _all(request, "Host")
        if not self._known_host(_hostname(host)):
            told = f"we are not known as {host!r}: add its origin to the allowed origins"
            return Refusal(HTTPStatus.MISDIRECTED_REQUEST, told)
        origin = _all(request, "Origin")
        if origin not in self.origins and not own_page(request):
            told = f"pages of {origin!r} may not read this: add it to the allowed origins"
            return Refusal(HTTPStatus.FORBIDDEN, told)
        return None

    def _known_host(self, name: str) -> bool:
        # A public name that was made to point at us (DNS rebinding) would turn any web page into
        # one of "ours". An address, or a name without dots, cannot be had from a public DNS; and
        # who sends no name at all is no browser.
        if "." not in name and ":" not in name:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name.endswith((".localhost", ".local")) or name in self._public_names
        return True


def own_page(request: Request) -> bool:
    """Whether a page that we serve ourselves asks, or a program, which names no origin."""
    origin = _all(request, "Origin")
    return not origin or urlsplit(origin).netloc == _all(request, "Host")


def _all(request: Request, name: str) -> str:
    return ",".join(request.headers.get_all(name)).lower()


def _hostname(netloc: str) -> str:
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0]
    return netloc.partition(":")[0]
