"""The gateway: one feed of frames for any number of screens, the pages that read it, and the roads
to the desks.

    stream's ticker -> publish(full, patch) -> one frame per view -> every screen

Everything is sent from `publish`. A stream that stands still therefore sends no beat either, and
the screens say so: the gateway cannot keep old numbers looking alive.

The feed only speaks. Who may say something is a page of our own, on a road for that: to the desks,
to the alerts, and to a trainer's desk where there is one. Every request is somebody's: the doors say
whose, and what he may is asked anew with every wish.
"""

from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qsl, quote

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from dashboard import alerting, assets, replies
from dashboard.access import Caller, Role
from dashboard.admission import Admission, Refusal, own_page
from dashboard.alerting import AlertDesk
from dashboard.arrival import Arrival
from dashboard.assets import Assets
from dashboard.audience import Audience, Groups
from dashboard.desks import Desks, File, Question, RefusedError
from dashboard.doors import Doors, OpenDoors
from dashboard.frames import Body, difference, merged
from dashboard.guests import Guest, Guests
from dashboard.pages import place_of
from dashboard.roads import DESK_BYTES, NOBODY_BEHIND, Behind, Roads
from dashboard.screen import Screen, bound_backlog, messages
from dashboard.usher import NOT_YOURS, SIGN_IN, look_for, shut_out
from dashboard.views import AnyLook
from ingest.events import Millis
from ingest.ports import Clock

STALLED_MS = 5_000
_MESSAGE_BYTES = 1_024
_OWN_ONLY = Refusal(HTTPStatus.FORBIDDEN, "only the pages that we serve ourselves may do this")
_NOTHING = Refusal(HTTPStatus.NOT_FOUND, "there is nothing here")

ANSWER_S = 120.0
"""How long a question may take, until its answer is read: a year's report takes its time."""


class GatewayError(Exception):
    """The gateway could not open its port."""


class Gateway:
    """Serves `/feed` (WebSocket), `/frame`, `/healthz`, the roads and the pages on one port.

    `allowed_origins` are the origins (`https://wall.example`) of pages not served by us that may
    read the feed, and the public names under which a proxy shows us. `port` 0 takes a free one;
    `port` then says which. What stands `behind` it is told in the body, takes wishes on its road,
    and answers questions. Without `doors` nobody has to sign in. Enter it to listen; leave it to
    close every connection. Raises GatewayError if the port cannot be had.
    """

    def __init__(
        self,
        clock: Clock,
        host: str,
        port: int,
        pages: Assets = assets.NOTHING,
        *,
        allowed_origins: Collection[str] = (),
        doors: Doors | None = None,
        behind: Behind = NOBODY_BEHIND,
    ) -> None:
        self.host = host
        self.port = port
        self.published_at: Millis | None = None
        self.audience = Audience(pages.build)
        self._clock = clock
        self._pages = pages
        self._admission = Admission(allowed_origins)
        self._behind = behind
        self._doors = doors if doors is not None else OpenDoors()
        self._guests = Guests(self._doors)
        self._roads = Roads(clock, self._guests, behind)
        self._body: Body | None = None
        self._told: Body = {}
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        # Compression is off: per message and client it costs a hundred times the frame itself.
        try:
            self._server = await serve(
                self._serve_connection,
                self.host,
                self.port,
                process_request=self._answer,
                compression=None,
                open_timeout=ANSWER_S,
                create_connection=Arrival,
                max_size=DESK_BYTES,
                max_queue=4,
                server_header=None,
            )
        except OSError as error:
            raise GatewayError(
                f"cannot listen on {self.host}:{self.port} ({error.strerror}):"
                " is it running already? Choose another port."
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        for screen in self.audience.everybody():
            if screen.unsent_bytes:  # it would keep us waiting for its goodbye
                screen.connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the wall."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return f"http://{host}:{self.port}/"

    @property
    def screens(self) -> int:
        """How many displays are connected."""
        return sum(self.audience.counts.values())

    def group_by(self, groups: Groups) -> None:
        """Let these add up what a board or a scope has of the totals."""
        self.audience.groups = groups

    def publish(
        self, full: Callable[[], Mapping[str, object]], patch: Mapping[str, object]
    ) -> None:
        """Show the figures: `patch` is what changed since the last call, and may be empty.

        Call it at least once a second, at most ten times. `full` is asked for the whole document on
        the first call only; from then on the patches are the truth. Never waits for a screen.
        """
        now = self._clock.now()
        body = cast(Body, merged({}, full()) if self._body is None else merged(self._body, patch))
        self._body = body = self._with_desks(body, now)
        self.published_at = now
        self._roads.body = body
        self._guests.look_again(now)
        self.audience.send(body, now)

    def _with_desks(self, body: Body, now: Millis) -> Body:
        """The body with what the desks tell; what they told before and do not any more goes."""
        desks, training = self._behind.desks, self._behind.training
        told: Body = desks.document(now) if desks is not None else {}
        if training is not None:
            told["training"] = training.document()
        changes = difference(self._told, told)
        self._told = told
        return cast(Body, merged(body, changes)) if changes else body

    async def _serve_connection(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        guest = self._guests.arrived(connection)
        try:
            if _path(connection.request) == "/feed":
                await self._serve_screen(connection, guest)
            else:
                await self._roads.serve(_path(connection.request), connection, guest)
        except ConnectionClosed:
            pass  # it went away without a goodbye, as a screen does when it is switched off
        finally:
            self._guests.left(connection)

    async def _serve_screen(self, connection: ServerConnection, guest: Guest) -> None:
        assert connection.request is not None
        look = look_for(guest.caller, _query(connection.request))
        if isinstance(look, Refusal):
            return
        bound_backlog(connection)
        screen = Screen(connection, self.audience.behind_bytes)
        self.audience.join(look, screen)
        try:
            async for _ in messages(connection, _MESSAGE_BYTES):
                pass  # screens have nothing to tell us, and may not make us remember anything
        finally:
            self.audience.leave(look, screen)

    async def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer plain HTTP; None lets a WebSocket through."""
        refusal = self._admission.refusal(request)
        if refusal is not None:
            return replies.refused(request, refusal)
        peer = str((connection.remote_address or ("",))[0])
        address, secure = self._doors.whence(request, peer)
        now = self._clock.now()
        caller = self._doors.caller(request, now, secure)
        path = _path(request)
        if path == "/feed" or path in self._roads.paths:
            return self._admitted(connection, request, caller, address)
        given = await self._doors.answer(request, caller, now, secure, address)
        if given is not None:
            return replies.given(request, given)
        if path == "/frame":
            return self._frame(request, caller)
        if path == "/healthz":
            return self._health(request)
        alerts, desks = self._behind.alerts, self._behind.desks
        if path in alerting.QUESTIONS and alerts is not None:
            return self._asked_alerts(alerts, request, caller)
        if desks is not None and path in desks.paths:
            return await self._asked(desks, request, caller)
        return self._page(request, caller, secure)

    def _admitted(
        self, connection: ServerConnection, request: Request, caller: Caller, address: str
    ) -> Response | None:
        """Let a connection in to a road or the feed, or say why not."""
        path = _path(request)
        if path != "/feed" and not own_page(request):
            return replies.refused(request, _OWN_ONLY)
        look = look_for(caller, _query(request)) if path == "/feed" else None
        refusal = look if isinstance(look, Refusal) else self._roads.refusal(path, caller)
        if refusal is not None:
            return replies.refused(request, refusal)
        if request.method != "GET":
            return replies.refused(request, _NOTHING)
        self._guests.expect(connection, caller, address)
        return None

    async def _asked(self, desks: Desks, request: Request, caller: Caller) -> Response:
        if not own_page(request):
            return replies.refused(request, _OWN_ONLY)
        question = Question(
            caller=caller, path=_path(request), query=_query(request), now=self._clock.now()
        )
        try:
            told = await desks.ask(question)
        except RefusedError as refusal:
            if caller.role is Role.NOBODY:
                return replies.refused(request, SIGN_IN)
            body = msgspec.json.encode({"why": refusal.why, **refusal.told})
            return replies.json(request, HTTPStatus.FORBIDDEN, body)
        if told is None:
            return replies.refused(request, _NOTHING)
        if isinstance(told, File):
            return replies.file(request, told)
        return replies.json(request, HTTPStatus.OK, msgspec.json.encode(told))

    def _asked_alerts(self, desk: AlertDesk, request: Request, caller: Caller) -> Response:
        refusal = shut_out(caller, Role.SUPERVISOR) or (not own_page(request) and _OWN_ONLY)
        if refusal:
            return replies.refused(request, refusal)
        told = desk.ask(_path(request), _query(request), self._roads.sight(caller).sees)
        if told is None:
            return replies.refused(request, _NOTHING)
        return replies.json(request, HTTPStatus.OK, msgspec.json.encode(told))

    def _frame(self, request: Request, caller: Caller) -> Response:
        look: AnyLook | Refusal = look_for(caller, _query(request))
        if isinstance(look, Refusal):
            return replies.refused(request, look)
        if self._body is None or self.published_at is None:
            told = "no figures yet: ask again"
            return replies.text(request, HTTPStatus.SERVICE_UNAVAILABLE, told)
        frame = self.audience.once(look, self._body, self.published_at)
        return replies.json(request, HTTPStatus.OK, frame, origins=self._admission.origins)

    def _page(self, request: Request, caller: Caller, secure: bool) -> Response:
        path = _path(request)
        asset = self._pages.at(path)
        if asset is None:
            return replies.refused(request, _NOTHING)
        place = place_of(path)
        role = place.role if place is not None else None
        if role is not None and not caller.at_least(role):
            if caller.role is not Role.NOBODY:
                return replies.refused(request, NOT_YOURS)
            wanted = quote(request.path.removeprefix("/"), safe="")
            return replies.elsewhere(request, f"{self._pages.root}sign-in?to={wanted}")
        page = assets.answer(asset, request)
        if place is not None:
            for name, value in self._doors.kept(request, caller, secure):
                page.headers[name] = value
        return page

    def _health(self, request: Request) -> Response:
        now = self._clock.now()
        health: dict[str, object] = {"status": "starting", "at": now, "build": self._pages.build}
        if self.published_at is not None:
            silent_ms = abs(now - self.published_at)
            health["status"] = "up" if silent_ms < STALLED_MS else "stalled"
            health["published_at"] = self.published_at
        health["screens"] = self.screens
        up = health["status"] == "up"
        status = HTTPStatus.OK if up else HTTPStatus.SERVICE_UNAVAILABLE
        return replies.json(request, status, msgspec.json.encode(health))


def _path(request: Request) -> str:
    return request.path.partition("?")[0]


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.path.partition("?")[2]))
