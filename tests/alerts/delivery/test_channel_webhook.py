"""The webhook against a receiver that knows Alertmanager's form and checks the signature itself."""

import hashlib
import hmac
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from alerts.channel_http import wait_s
from alerts.channel_opening import open_channel
from alerts.channels import Channel, ChannelError, Hidden, WebhookSettings
from alerts.notices import Notice, Word

SECRET = "shared-with-the-receiver"


class Alert(Struct, forbid_unknown_fields=True):
    """What `template.Alert` of Alertmanager has, all texts but the tables."""

    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: datetime
    endsAt: datetime
    generatorURL: str
    fingerprint: str


class Payload(Struct, forbid_unknown_fields=True):
    version: str
    groupKey: str
    truncatedAlerts: int
    status: str
    receiver: str
    groupLabels: dict[str, str]
    commonLabels: dict[str, str]
    commonAnnotations: dict[str, str]
    externalURL: str
    alerts: list[Alert]


def channel(service: Any, clock: Any, sign: str = SECRET) -> Channel:
    settings = WebhookSettings(name="ops", url=Hidden(service.url), sign=Hidden(sign))
    return open_channel(settings, clock, "https://floor.example")


async def test_a_receiver_of_alertmanager_can_read_it(
    service: Any, clock: Any, make_notice: Callable[..., Notice], make_told: Any
) -> None:
    other = make_told(rule="dropped", scope="trunk:t1", scope_names={})
    await channel(service, clock).send([make_notice(alerts=(make_told(), other), note="seen")])
    (asked,) = service.asked
    said = msgspec.json.decode(asked.body, type=Payload)
    assert (said.version, said.status, said.receiver) == ("4", "firing", "floor")
    assert said.groupLabels == {"site": "hq", "incident": "i-1"}
    assert said.commonLabels == {
        "site": "hq", "incident": "i-1", "kind": "surge", "severity": "critical"
    }  # fmt: skip
    assert said.commonAnnotations["note"] == "seen"
    first, second = said.alerts
    assert first.labels["alertname"] == "surge"
    assert first.labels["scope"] == "queue:sales"
    assert first.annotations["summary"] == "突发话务高峰 · 销售"
    assert first.annotations["summary_en"] == "Traffic surge · Sales"
    assert first.startsAt.timestamp() * 1000 == clock.now() - 40_000
    assert first.endsAt.year == 1
    assert first.generatorURL == "https://floor.example/floor?incident=i-1"
    assert len({first.fingerprint, second.fingerprint}) == 2


async def test_the_end_has_the_same_fingerprint(
    service: Any, clock: Any, make_notice: Any, make_told: Any
) -> None:
    sender = channel(service, clock)
    over = make_told(ended_at=clock.now() + 5_000, evidence={})
    await sender.send([make_notice()])
    await sender.send([make_notice(id="n-2", word=Word.RESOLVED, alerts=(over,))])
    began, ended = [msgspec.json.decode(asked.body, type=Payload) for asked in service.asked]
    assert (ended.status, ended.alerts[0].status) == ("resolved", "resolved")
    assert ended.alerts[0].endsAt.timestamp() * 1000 == clock.now() + 5_000
    assert ended.alerts[0].fingerprint == began.alerts[0].fingerprint
    assert ended.groupKey == began.groupKey


async def test_the_signature_is_over_time_and_body(
    service: Any, clock: Any, make_notice: Any
) -> None:
    await channel(service, clock).send([make_notice()])
    await channel(service, clock, sign="").send([make_notice(id="two\r\nlines: 1")])
    signed, bare = service.asked
    stamp = signed.headers["x-floorwatch-timestamp"]
    assert stamp == str(clock.now() // 1000)
    digest = hmac.digest(SECRET.encode(), stamp.encode() + b"." + signed.body, hashlib.sha256)
    assert signed.headers["x-floorwatch-signature"] == f"sha256={digest.hex()}"
    assert signed.headers["x-floorwatch-id"] == "n-1"
    assert "x-floorwatch-signature" not in bare.headers
    assert "lines" not in bare.headers


async def test_a_test_is_an_alert_of_its_own(service: Any, clock: Any, make_notice: Any) -> None:
    await channel(service, clock).send([make_notice(word=Word.TEST, alerts=())])
    (alert,) = msgspec.json.decode(service.asked[0].body, type=Payload).alerts
    assert alert.labels["alertname"] == "floorwatch_test"


async def test_hostile_names_stay_texts(service: Any, clock: Any, hostile: Notice) -> None:
    await channel(service, clock).send([hostile])
    said = msgspec.json.decode(service.asked[0].body, type=Payload)
    assert said.alerts[0].labels["scope"].startswith("agent:**[点我]")
    assert "\n" not in said.alerts[0].annotations["description"]


@pytest.mark.parametrize(
    ("status", "retry", "after"),
    [(200, None, None), (204, None, None), (429, True, 30.0), (500, True, 30.0), (503, True, 30.0),
     (408, True, 30.0), (400, False, None), (401, False, None), (301, False, None)],
)  # fmt: skip
async def test_what_each_status_means(
    status: int, retry: Any, after: Any, service: Any, clock: Any, make_notice: Any, answer: Any
) -> None:
    service.answers(answer(b"not json at all", status, Retry_After="30"))
    sender = channel(service, clock)
    if retry is None:
        await sender.send([make_notice()])
        return
    with pytest.raises(ChannelError, match=str(status)) as caught:
        await sender.send([make_notice()])
    assert (caught.value.retry, caught.value.after_s) == (retry, after)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("0", 0.0), ("-5", 0.0), ("999999999", 3600.0), ("soon", None), ("", None),
     ("nan", None), (format_datetime(datetime.fromtimestamp(1_790_000_060, UTC), True), 60.0),
     (format_datetime(datetime.fromtimestamp(1_780_000_000, UTC), True), 0.0)],
)  # fmt: skip
def test_how_long_a_service_asks_us_to_wait(header: str, seconds: float | None) -> None:
    assert wait_s(header, 1_790_000_000_000) == seconds


async def test_over_tls_only_a_service_that_we_trust_is_told(
    clock: Any, make_notice: Any, certificate: tuple[Path, Path]
) -> None:
    import asyncio

    told = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    url = Hidden(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook")
    async with server:
        wary = open_channel(WebhookSettings(name="a", url=url), clock)
        with pytest.raises(ChannelError, match="certificate"):
            await wary.send([make_notice()])
        assert told == []
        trusting = WebhookSettings(name="a", url=url, ca_file=certificate[0])
        await open_channel(trusting, clock).send([make_notice()])
        assert len(told) == 1
    broken = WebhookSettings(name="a", url=url, ca_file=certificate[1])
    with pytest.raises(ChannelError, match="PEM"):
        await open_channel(broken, clock).send([make_notice()])
