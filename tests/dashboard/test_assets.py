"""The pages over plain HTTP, as the gateway serves them."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import assets
from dashboard.assets import AssetsError, accepts_gzip, packed_form
from dashboard.gateway import Gateway
from dashboard.pages import PLACES

SCRIPT = b"const queues = [];\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("not for the world")
    folder = tmp_path / "pages"
    (folder / "static" / "b1").mkdir(parents=True)
    (folder / "pcdn" / "1").mkdir(parents=True)
    for place in PLACES:
        page = f'<!DOCTYPE html><base href="/"><title>{place.name}</title>'
        (folder / f"{place.name}.html").write_text(page)
    (folder / "build").write_text("b1\n")
    (folder / "private.json").write_text("{}")
    (folder / "static" / "b1" / "wall.js").write_bytes(SCRIPT)
    (folder / "static" / "b1" / "wall.js.gz").write_bytes(packed_form(SCRIPT))
    (folder / "pcdn" / "1" / "theme.css").write_text(":host{}")
    return folder


@pytest.fixture
async def port(clock: Any, folder: Path) -> AsyncIterator[int]:
    async with Gateway(clock, "127.0.0.1", 0, assets.load(folder)) as gateway:
        yield gateway.port


async def fetch(port: int, target: str, *lines: str, method: str = "GET") -> Any:
    """One raw HTTP exchange: status, headers by lower-case name, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", *lines, "", ""]
    writer.write("\r\n".join(head).encode())
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    top, _, body = answer.partition(b"\r\n\r\n")
    if not top:
        return 0, {}, b""
    status, *rest = top.decode().split("\r\n")
    return (
        int(status.split()[1]),
        {k.lower(): v for k, _, v in (x.partition(": ") for x in rest)},
        body,
    )


@pytest.mark.parametrize(
    ("path", "content_type", "caching"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/wall", "text/html; charset=utf-8", "no-cache"),
        ("/wall?lang=zh", "text/html; charset=utf-8", "no-cache"),
        ("/static/b1/wall.js", "text/javascript; charset=utf-8", assets.FOR_EVER),
        ("/pcdn/1/theme.css?v=1", "text/css; charset=utf-8", assets.FOR_EVER),
    ],
)
async def test_each_thing_comes_as_what_it_is(
    port: int, path: str, content_type: str, caching: str
) -> None:
    status, headers, body = await fetch(port, path)
    assert status == 200
    assert headers["content-type"] == content_type
    assert headers["cache-control"] == caching
    assert int(headers["content-length"]) == len(body) > 0


async def test_what_is_packed_goes_packed_to_who_takes_it(port: int) -> None:
    _, plain, body = await fetch(port, "/static/b1/wall.js")
    assert "content-encoding" not in plain
    assert body == SCRIPT
    _, packed, small = await fetch(port, "/static/b1/wall.js", "Accept-Encoding: br, gzip")
    assert packed["content-encoding"] == "gzip"
    assert gzip.decompress(small) == SCRIPT
    assert len(small) < len(SCRIPT) / 5
    assert packed["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("*", True),
        ("GZIP", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("identity, gzip;q=0.001", True),
    ],
)
def test_gzip_is_taken_only_if_it_is_offered(header: str, takes: bool) -> None:
    assert accepts_gzip(header) is takes


async def test_what_the_browser_has_is_not_sent_again(port: int) -> None:
    _, headers, _ = await fetch(port, "/wall")
    for known in (headers["etag"], f"W/{headers['etag']}", f'"x", {headers["etag"]}', "*"):
        status, again, body = await fetch(port, "/wall", f"If-None-Match: {known}")
        assert (status, body) == (304, b"")
        assert again["etag"] == headers["etag"]
    assert (await fetch(port, "/wall", 'If-None-Match: "other"'))[0] == 200


async def test_head_tells_what_get_would_send(port: int) -> None:
    _, get, body = await fetch(port, "/static/b1/wall.js")
    status, head, nothing = await fetch(port, "/static/b1/wall.js", method="HEAD")
    assert (status, nothing) == (200, b"")
    assert head["content-length"] == get["content-length"] == str(len(body))
    assert head["etag"] == get["etag"]


@pytest.mark.parametrize("path", ["/wall", "/static/b1/wall.js", "/healthz", "/frame", "/nowhere"])
async def test_every_answer_is_fenced_in(port: int, path: str) -> None:
    _, headers, _ = await fetch(port, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' blob:"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert "http" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/static/../../secret.txt",
        "/static/%2e%2e/%2e%2e/secret.txt",
        "/static/..%2f..%2fsecret.txt",
        "/static/b1/../../private.json",
        "//static/b1/wall.js",
        "/static//b1/wall.js",
        "/static/b1/",
        "/static/b1/wall.js/",
        "/static/b1/wall.js%00.html",
        "/static\\b1\\wall.js",
        "/private.json",
        "/build",
        "/wall.html",
        "/static/b1/wall.js.gz",
        "/etc/passwd",
        "//[",
        "http://elsewhere.example/wall",
        "*",
    ],
)
async def test_only_what_is_in_the_table_exists(port: int, target: str) -> None:
    status, _, body = await fetch(port, target)
    assert status == 404
    assert body == b"there is nothing here\n"


def test_a_folder_without_pages_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(AssetsError, match=r"python -m dashboard\.export"):
        assets.load(tmp_path)


def test_pages_behind_a_proxy_find_what_is_theirs_under_its_path(folder: Path) -> None:
    page = '<base href="/"><script src="/static/b1/wall.js"></script>{"a": "/pcdn/1/theme.css"}'
    (folder / "wall.html").write_text(page)
    pages = assets.load(folder, "/centre/floor/")
    assert pages.root == "/centre/floor/"
    assert pages.table["/wall"].body.decode() == page.replace('"/', '"/centre/floor/')


def test_the_last_word_of_a_board_may_be_any(folder: Path) -> None:
    pages = assets.load(folder)
    assert pages.at("/wall/lobby") is pages.at("/wall")
    assert pages.at("/wall/lobby/more") is pages.at("/floor/x") is None
