"""Plain answers: text, JSON, a file, a way elsewhere. Each with the safety headers, none kept."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from urllib.parse import quote

from websockets.http11 import Request, Response

from dashboard import assets
from dashboard.admission import Refusal
from dashboard.desks import File
from dashboard.doors import Answer


def text(
    request: Request, status: HTTPStatus, told: str, headers: Mapping[str, str] | None = None
) -> Response:
    fields = {"Cache-Control": assets.NEVER, **(headers or {})}
    return assets.response(status, f"{told}\n".encode(), request=request, headers=fields)


def refused(request: Request, refusal: Refusal) -> Response:
    return text(request, refusal.status, refusal.told, refusal.headers)


def json(
    request: Request, status: HTTPStatus, body: bytes, origins: Collection[str] = ()
) -> Response:
    """JSON; pages of the `origins` may read it too."""
    headers = {"Cache-Control": assets.NEVER, "Vary": "Origin"}
    origin = ",".join(request.headers.get_all("Origin")).lower()
    if origin in origins:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return assets.response(
        status, body, request=request, headers=headers, content_type="application/json"
    )


def file(request: Request, given: File) -> Response:
    """A file; one with a name is a download."""
    headers = {"Cache-Control": assets.NEVER}
    if given.name:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(given.name)}"
    return assets.response(
        HTTPStatus.OK,
        given.body,
        request=request,
        headers=headers,
        content_type=given.content_type,
    )


def elsewhere(request: Request, address: str) -> Response:
    return text(request, HTTPStatus.FOUND, "see there", {"Location": address})


def given(request: Request, answer: Answer) -> Response:
    """What the doors answer, with the cookies they set."""
    headers = {"Cache-Control": assets.NEVER}
    response = assets.response(answer.status, answer.body, request=request, headers=headers)
    for name, value in answer.headers:
        response.headers[name] = value
    return response
