"""Where a request comes from: our own proxies are believed, nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.http11 import Request

from dashboard.proxies import Proxies, Whence, home

TRUSTED = Proxies(("127.0.0.1", "10.0.0.0/8", "::1"), "https://floor.example.com/sub")


def whence(peer: str, proxies: Proxies = TRUSTED, **headers: str) -> Whence:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return proxies.whence(Request("/", Headers(named)), peer)


@pytest.mark.parametrize(
    ("peer", "chain", "address"),
    [
        ("127.0.0.1", "198.51.100.4", "198.51.100.4"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.4", "198.51.100.4"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.4, 10.2.3.4", "198.51.100.4"),
        ("127.0.0.1", "10.2.3.4", "10.2.3.4"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("127.0.0.1", "evil, 10.2.3.4", "10.2.3.4"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("::ffff:127.0.0.1", "198.51.100.4", "198.51.100.4"),
        ("198.51.100.4", "127.0.0.1", "198.51.100.4"),
        ("198.51.100.4", "8.8.8.8", "198.51.100.4"),
    ],
)
def test_the_last_one_that_is_no_proxy_of_ours_asks(peer: str, chain: str, address: str) -> None:
    assert whence(peer, X_Forwarded_For=chain).address == address


def test_without_trusted_proxies_nobody_is_believed() -> None:
    told = whence("127.0.0.1", Proxies(), X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="https")
    assert told == Whence("127.0.0.1", secure=False)


@pytest.mark.parametrize(
    ("peer", "headers", "secure"),
    [
        ("127.0.0.1", {"X_Forwarded_Proto": "https"}, True),
        ("127.0.0.1", {"X_Forwarded_Proto": "HTTPS"}, True),
        ("127.0.0.1", {"X_Forwarded_Proto": "http", "Host": "floor.example.com"}, False),
        ("127.0.0.1", {"X_Forwarded_Proto": "https,http"}, False),
        ("198.51.100.4", {"X_Forwarded_Proto": "https"}, False),
        ("198.51.100.4", {"Host": "Floor.example.com"}, True),
        ("127.0.0.1", {"Host": "127.0.0.1:8787"}, False),
    ],
)
def test_what_came_over_tls(peer: str, headers: dict[str, str], secure: bool) -> None:
    assert whence(peer, **headers).secure is secure


sent = st.text(
    st.sampled_from([*map(chr, range(32, 127)), *map(chr, range(0x80, 0x100))]), max_size=60
).map(str.strip)


@given(sent, sent, st.text(max_size=60))
def test_no_header_raises(chain: str, scheme: str, peer: str) -> None:
    told = whence("127.0.0.1", X_Forwarded_For=chain, X_Forwarded_Proto=scheme)
    assert isinstance(told.address, str)
    assert isinstance(whence(peer, X_Forwarded_For=chain).address, str)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.4", "198.51.100.4"),
        ("::ffff:198.51.100.4", "198.51.100.4"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("", ""),
    ],
)
def test_all_addresses_of_a_home_count_as_one(address: str, counted: str) -> None:
    assert home(address) == counted
