"""The gateway: one feed of frames for any number of screens, and the pages that read it.

    stream's ticker -> publish(full, patch) -> one frame per view -> every screen

Everything is sent from `publish`. A stream that stands still therefore sends no beat either, and
the screens say so: the gateway cannot keep old numbers looking alive.

The feed only speaks. Who may say something is a page of our own, on a road for that: a trainer's,
where there is a training desk, and a supervisor's, where there is one for alerts.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, parse_qsl

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from dashboard import alerting, assets, training
from dashboard.admission import Admission, own_page
from dashboard.alerting import AlertDesk
from dashboard.assets import Assets
from dashboard.frames import Body, View, merged, wired
from dashboard.screen import Screen, bound_backlog, messages
from ingest.events import Millis
from ingest.ports import Clock
from simulators.training import Desk

BEAT_MS = 1_000
STALLED_MS = 5_000
BEHIND_BYTES = 256 * 1024
_MESSAGE_BYTES = 1_024
_FLOOR_ONLY = frozenset({"agents"})
_LESSENED = {"alerts": alerting.for_walls}
_OWN_ONLY = "only the pages that we serve ourselves may do this"


class GatewayError(Exception):
    """The gateway could not open its port."""


class Gateway:
    """Serves `/feed` (WebSocket), `/frame`, `/healthz` and the pages on one port.

    `allowed_origins` are the origins (`https://wall.example`) of pages not served by us that may
    read the feed, and the public names under which a proxy shows us. `port` 0 takes a free one;
    `port` then says which. With a `desk`, its faults are shown in the body as `training`, and
    `/training` (WebSocket) takes wishes for them, from our own pages only. With `alerts`, so does
    `/alerts` for what the published body tells of them, and the desk's `QUESTIONS` are answered.
    A screen with more than `behind_bytes` unsent is behind. Enter it to listen; leave it to close
    every connection. Raises GatewayError if the port cannot be had.
    """

    def __init__(
        self,
        clock: Clock,
        host: str,
        port: int,
        pages: Assets = assets.NOTHING,
        *,
        allowed_origins: Collection[str] = (),
        desk: Desk | None = None,
        alerts: AlertDesk | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.views = {
            "wall": View("wall", hidden=_FLOOR_ONLY, lessened=_LESSENED, build=pages.build),
            "floor": View("floor", build=pages.build),
        }
        self.published_at: Millis | None = None
        self._clock = clock
        self._pages = pages
        self._admission = Admission(allowed_origins)
        self.behind_bytes = BEHIND_BYTES
        self._desk = desk
        self._alerts = alerts
        self._body: Body | None = None
        self._screens: dict[str, set[Screen]] = {name: set() for name in self.views}
        self._sent_at: dict[str, Millis] = dict.fromkeys(self.views, 0)
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
                max_size=alerting.MESSAGE_BYTES,
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
        for screen in self._all_screens():
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
        return sum(len(screens) for screens in self._screens.values())

    def publish(
        self, full: Callable[[], Mapping[str, object]], patch: Mapping[str, object]
    ) -> None:
        """Show the figures: `patch` is what changed since the last call, and may be empty.

        Call it at least once a second, at most ten times. `full` is asked for the whole document on
        the first call only; from then on the patches are the truth. Never waits for a screen.
        """
        now = self._clock.now()
        if self._body is None:
            self._body = cast(Body, merged({}, full()))
            merged(self._body, self._training_news(None))
            patch = self._body
        else:
            patch = {**patch, **self._training_news(self._body.get("training"))}
            merged(self._body, patch)
        self.published_at = now
        for view in self.views.values():
            self._send(view, view.shown(patch, self._body), self._body, now)

    def _training_news(self, shown: object) -> Body:
        """What screens have not been shown yet of the training desk, if there is one."""
        training = self._desk.document() if self._desk is not None else None
        return {} if training is None or training == shown else {"training": training}

    def _send(self, view: View, changes: Body, body: Body, now: Millis) -> None:
        silent_ms = now - self._sent_at[view.name]
        if changes:
            view.seq += 1
        due = bool(changes) or not 0 <= silent_ms < BEAT_MS  # a clock set back must not mute us
        news = full = b""
        for screen in self._screens[view.name]:
            if screen.connection.state is not State.OPEN:
                continue
            unsent_bytes = screen.unsent_bytes
            if unsent_bytes > screen.room_bytes:
                screen.behind = True
            elif screen.behind and not unsent_bytes:
                full = full or wired(view.full(body, now))
                screen.write(full)
                screen.behind = False
                # A full frame of a large floor must not by itself count as being slow.
                screen.room_bytes = self.behind_bytes + len(full)
            elif due and not screen.behind:
                news = news or wired(view.delta(changes, now) if changes else view.beat(now))
                screen.write(news)
        if due:
            self._sent_at[view.name] = now

    async def _serve_connection(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        try:
            match _path(connection.request):
                case "/training":
                    await self._serve_trainer(connection)
                case "/alerts":
                    await self._serve_supervisor(connection)
                case _:
                    await self._serve_screen(connection, connection.request)
        except ConnectionClosed:
            pass  # it went away without a goodbye, as a screen does when it is switched off

    async def _serve_trainer(self, connection: ServerConnection) -> None:
        assert self._desk is not None
        async for message in messages(connection, _MESSAGE_BYTES):
            answer = training.obeyed(self._desk, message, self._clock.now())
            await connection.send(answer, text=True)

    async def _serve_supervisor(self, connection: ServerConnection) -> None:
        assert self._alerts is not None
        async for message in messages(connection, alerting.MESSAGE_BYTES):
            await connection.send(alerting.obeyed(self._alerts, message, self._clock.now()))

    async def _serve_screen(self, connection: ServerConnection, request: Request) -> None:
        screens = self._screens[_view_name(request)]
        bound_backlog(connection)
        screen = Screen(connection, self.behind_bytes)
        screens.add(screen)
        try:
            async for _ in messages(connection, _MESSAGE_BYTES):
                pass  # screens have nothing to tell us, and may not make us remember anything
        finally:
            screens.discard(screen)

    def _all_screens(self) -> Iterable[Screen]:
        return [screen for screens in self._screens.values() for screen in screens]

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer plain HTTP; None lets a WebSocket through to the feed."""
        path = _path(request)
        refusal = self._admission.refusal(request)
        if refusal is not None:
            return _text(request, refusal.status, refusal.told, refusal.headers)
        if path in {"/feed", "/frame"} and _view_name(request) not in self.views:
            names = ", ".join(self.views)
            return _text(request, HTTPStatus.NOT_FOUND, f"no such view; there are: {names}")
        if path == "/feed" and request.method == "GET":
            return None
        if path in self._roads and not own_page(request):
            return _text(request, HTTPStatus.FORBIDDEN, _OWN_ONLY)
        if path in self._roads and request.method == "GET":
            return None
        if path in alerting.QUESTIONS and self._alerts is not None:
            return self._asked(self._alerts, request)
        if path == "/frame":
            return self._frame(request)
        if path == "/healthz":
            return self._health(request)
        asset = self._pages.at(path)
        if asset is None:
            return _text(request, HTTPStatus.NOT_FOUND, "there is nothing here")
        return assets.answer(asset, request)

    @property
    def _roads(self) -> Collection[str]:
        """Where wishes are taken."""
        desks = {"/training": self._desk, "/alerts": self._alerts}
        return [road for road, desk in desks.items() if desk is not None]

    def _asked(self, desk: AlertDesk, request: Request) -> Response:
        if not own_page(request):
            return _text(request, HTTPStatus.FORBIDDEN, _OWN_ONLY)
        path, _, query = request.path.partition("?")
        told = desk.ask(path, dict(parse_qsl(query)))
        if told is None:
            return _text(request, HTTPStatus.NOT_FOUND, "there is no such thing")
        return _json(request, HTTPStatus.OK, msgspec.json.encode(told))

    def _frame(self, request: Request) -> Response:
        view = self.views[_view_name(request)]
        if self._body is None or self.published_at is None:
            return _text(request, HTTPStatus.SERVICE_UNAVAILABLE, "no figures yet: ask again")
        text = view.full(self._body, self.published_at)
        return _json(request, HTTPStatus.OK, text, origins=self._admission.origins)

    def _health(self, request: Request) -> Response:
        now = self._clock.now()
        health: dict[str, object] = {"status": "starting", "at": now, "build": self._pages.build}
        if self.published_at is not None:
            silent_ms = abs(now - self.published_at)
            health["status"] = "up" if silent_ms < STALLED_MS else "stalled"
            health["published_at"] = self.published_at
        health["screens"] = {name: len(screens) for name, screens in self._screens.items()}
        up = health["status"] == "up"
        status = HTTPStatus.OK if up else HTTPStatus.SERVICE_UNAVAILABLE
        return _json(request, status, json.dumps(health).encode())


def _path(request: Request) -> str:
    return request.path.partition("?")[0]


def _view_name(request: Request) -> str:
    return parse_qs(request.path.partition("?")[2]).get("view", ["wall"])[0]


def _text(
    request: Request, status: HTTPStatus, text: str, headers: Mapping[str, str] | None = None
) -> Response:
    fields = {"Cache-Control": assets.NEVER, **(headers or {})}
    return assets.response(status, f"{text}\n".encode(), request=request, headers=fields)


def _json(
    request: Request, status: HTTPStatus, text: bytes, origins: Collection[str] = ()
) -> Response:
    headers = {"Cache-Control": assets.NEVER, "Vary": "Origin"}
    origin = ",".join(request.headers.get_all("Origin")).lower()
    if origin in origins:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return assets.response(
        status, text, request=request, headers=headers, content_type="application/json"
    )
