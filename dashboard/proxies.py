"""Whose word we take for where a request comes from: proxies that the operator named.

Pure. Everybody can write `X-Forwarded-For`; only a proxy of ours is believed.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from websockets.http11 import Request

_LONGEST = 4_096
_PER_HOME = 64
"""An IPv6 home or office has so many bits of its own, and as many addresses as it likes."""


class Whence(NamedTuple):
    """Where a request comes from: the address of who asks, and whether he came over TLS."""

    address: str
    secure: bool


class Proxies:
    """`trusted` are addresses (`127.0.0.1`) and networks (`10.0.0.0/8`) of our own proxies.

    `public_url` is where people find us: who calls us by its name came by its scheme, unless a
    trusted proxy says otherwise. Raises ValueError for what is no network.
    """

    def __init__(self, trusted: Collection[str] = (), public_url: str = "") -> None:
        self._trusted = tuple(ip_network(each, strict=False) for each in trusted)
        public = urlsplit(public_url)
        self._tls_host = public.netloc.lower() if public.scheme == "https" else ""

    def whence(self, request: Request, peer: str) -> Whence:
        """Where a request comes from that the other end `peer` of the connection hands over."""
        host = ",".join(request.headers.get_all("Host")).lower()
        secure = bool(self._tls_host) and host == self._tls_host
        if not self._is_trusted(_address(peer)):
            return Whence(peer, secure)
        scheme = ",".join(request.headers.get_all("X-Forwarded-Proto")).strip().lower()
        if scheme in {"http", "https"}:
            secure = scheme == "https"
        chain = ",".join(request.headers.get_all("X-Forwarded-For"))[-_LONGEST:]
        return Whence(self._first_stranger(chain, peer), secure)

    def _first_stranger(self, chain: str, peer: str) -> str:
        """Each proxy appends whom it heard: the last one that is none of ours is who asks."""
        for word in reversed(chain.split(",")):
            address = _address(word.strip())
            if address is None:
                return peer
            peer = str(address)
            if not self._is_trusted(address):
                return peer
        return peer

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def home(address: str) -> str:
    """What to count an address under: itself, or the IPv6 network of 64 bits that it is one of."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found), _PER_HOME), strict=False))
    return address if found is None else str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
