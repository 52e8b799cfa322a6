"""Pages and scripts, read once into memory: what is not in the table is not there.

No request ever becomes a path on disk.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from dashboard.pages import PLACES

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
# A page, and everything it needs, comes from us alone. `blob:` is how Panel imports a component's
# module; `unsafe-inline` is for styles only, which BokehJS writes into the page.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)
SAFETY = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NEVER = "no-store"
_WORTH_PACKING_BYTES = 512
_PACKED_SUFFIX = ".gz"


class AssetsError(Exception):
    """The folder of pages is not one that `dashboard.export` wrote."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One thing to serve: its bytes, plain and packed (empty if packing does not pay)."""

    body: bytes
    packed: bytes
    content_type: str
    etag: str
    caching: str


@dataclass(frozen=True, slots=True)
class Assets:
    """Everything that we serve over plain HTTP, by path; `build` names this set of pages.

    `root` is the path under which browsers find it.
    """

    build: str
    table: Mapping[str, Asset]
    root: str = "/"

    def at(self, path: str) -> Asset | None:
        """What is served at a path; the last word of `/wall/lobby` may be any."""
        found = self.table.get(path)
        return found or self.table.get(f"{path.rpartition('/')[0]}/*")


NOTHING = Assets(build="", table={})


def load(folder: Path, root: str = "/") -> Assets:
    """Read an exported folder: pages (by the paths of `dashboard.pages`), `static/` and `pcdn/`.

    `root` is the path under which browsers find us, ours behind a proxy. A file `x.gz` beside `x` is
    its packed form. Raises AssetsError if there are no pages in it.
    """
    try:
        build = (folder / "build").read_text(encoding="utf-8").strip()
        table = {}
        for place in PLACES:
            page = _page(folder / f"{place.name}.html", root)
            table.update(dict.fromkeys(place.paths, page))
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and path.suffix in TYPES and inside.parts[0] in {"static", "pcdn"}:
                table[f"/{inside.as_posix()}"] = _asset(path)
    except OSError as error:
        raise AssetsError(
            f"{folder} holds no pages: run `python -m dashboard.export {folder}` ({error})"
        ) from error
    return Assets(build, table, root)


def _page(path: Path, root: str) -> Asset:
    """A page whose addresses begin at `root`."""
    body = re.sub(rb'"/(static/|pcdn/|")', b'"%s\\1' % root.encode(), path.read_bytes())
    return _made(body, packed_form(body), ".html")


def _asset(path: Path) -> Asset:
    packed_path = path.with_name(path.name + _PACKED_SUFFIX)
    packed = packed_path.read_bytes() if packed_path.is_file() else b""
    return _made(path.read_bytes(), packed, path.suffix)


def _made(body: bytes, packed: bytes, suffix: str) -> Asset:
    return Asset(
        body=body,
        packed=packed,
        content_type=TYPES[suffix],
        etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        caching=ASK_AGAIN if suffix == ".html" else FOR_EVER,
    )


def packed_form(body: bytes) -> bytes:
    """The body under gzip, always the same bytes; empty if that would save nothing."""
    if len(body) < _WORTH_PACKING_BYTES:
        return b""
    packed = gzip.compress(body, 9, mtime=0)
    return packed if len(packed) < len(body) else b""


def answer(asset: Asset, request: Request) -> Response:
    """The response for an asset: 304 if the browser has it, packed if the browser takes that."""
    headers = {"ETag": asset.etag, "Cache-Control": asset.caching, "Vary": "Accept-Encoding"}
    known = {tag.strip().removeprefix("W/") for tag in _all(request, "If-None-Match").split(",")}
    if asset.etag in known or "*" in known:
        return response(HTTPStatus.NOT_MODIFIED, b"", request=request, headers=headers)
    body = asset.body
    if asset.packed and accepts_gzip(_all(request, "Accept-Encoding")):
        body, headers["Content-Encoding"] = asset.packed, "gzip"
    return response(
        HTTPStatus.OK, body, request=request, headers=headers, content_type=asset.content_type
    )


def _all(request: Request, name: str) -> str:
    return ",".join(request.headers.get_all(name))


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip; `gzip;q=0` forbids it."""
    for offer in header.split(","):
        coding, *parameters = (part.strip().lower() for part in offer.split(";"))
        if coding in {"gzip", "x-gzip", "*"}:
            return not any(re.fullmatch(r"q\s*=\s*0(\.0*)?", parameter) for parameter in parameters)
    return False


def response(
    status: HTTPStatus,
    body: bytes,
    *,
    request: Request,
    headers: Mapping[str, str] | None = None,
    content_type: str = "text/plain; charset=utf-8",
) -> Response:
    """A response with the safety headers on it; without the body if the request was HEAD."""
    fields = Headers(SAFETY)
    if status is not HTTPStatus.NOT_MODIFIED:
        fields["Content-Type"] = content_type
        fields["Content-Length"] = str(len(body))
    for name, value in (headers or {}).items():
        fields[name] = value
    fields["Connection"] = "close"
    return Response(status.value, status.phrase, fields, b"" if request.method == "HEAD" else body)
