"""The doctor: against a scripted PBX, a real broker and a real Redis."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from floorwatch.doctor import SOURCES, examine
from floorwatch.doctor_findings import Finding, Verdict
from floorwatch.doctor_pbx import PbxProbeError, probe
from floorwatch.settings import parse
from floorwatch.urls import SOURCES as SCHEMES
from floorwatch.urls import Url
from ingest.ami_protocol import md5_key
from ingest.clock import SystemClock

CLOCK = SystemClock()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Pbx:
    """An Asterisk of a few lines, in real bytes."""

    secret: str = "s3cret"
    banner: bytes = b"Asterisk Call Manager/9.0.0\r\n"
    timestamps: bool = True
    offset_s: float = 0.0
    booted: bool = True
    silent: bool = False
    closes: bool = False
    classes: Sequence[str] = ("call", "agent", "dialplan")
    commands: Sequence[str] = ("CoreShowChannels", "Ping")
    port: int = 0
    asked: list[str] = field(default_factory=list)
    guests: list[asyncio.Task[None] | None] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.guests.append(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(self.banner)
            while not self.silent:
                request = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(line.split(": ", 1) for line in request.strip().split("\r\n"))
                self.asked.append(headers["Action"])
                if self.closes:
                    break
                for frame in self.answer(headers):
                    writer.write(frame.replace("\n", "\r\n").encode() + b"\r\n")
                if headers["Action"] == "Logoff":
                    break
            else:
                await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def answer(self, headers: dict[str, str]) -> Iterator[str]:
        action = f"ActionID: {headers['ActionID']}\n"
        now = time.time() + self.offset_s  # noqa: TID251 - this is the other machine's clock
        stamp = f"Timestamp: {now:.6f}\n" if self.timestamps else ""
        match headers["Action"]:
            case "Challenge":
                yield f"Response: Success\n{action}Challenge: 231452\n"
            case "Login":
                right = md5_key("231452", self.secret) == headers.get("Key")
                if not right and headers.get("Secret") != self.secret:
                    yield f"Response: Error\n{action}Message: Authentication failed\n"
                    return
                yield f"Response: Success\n{action}Message: Authentication accepted\n"
                if self.booted:
                    yield f"Event: FullyBooted\nPrivilege: system,all\n{stamp}Status: Fully Booted\n"
            case "Ping":
                yield f"Response: Success\n{action}Ping: Pong\nTimestamp: {now:.6f}\n"
            case "ListCommands":
                lines = "".join(f"{name}: Does it. (Priv: all)\n" for name in self.commands)
                yield f"Response: Success\n{action}{lines}"
            case "QueueStatus":
                yield f"Response: Success\n{action}EventList: start\n"
                yield f"Event: QueueParams\n{action}Queue: sales\nMax: 0\n"
                yield (
                    f"Event: QueueMember\n{action}Queue: sales\nName: Li Na\n"
                    "Location: PJSIP/1001\nStatus: 1\n"
                )
                yield f"Event: QueueStatusComplete\n{action}EventList: Complete\n"
                for name in self.classes:
                    yield f"Event: QueueMemberStatus\nPrivilege: {name},all\n{stamp}Queue: sales\n"
                yield f"Event: Cdr\nPrivilege: cdr,all\n{stamp}"
            case _:
                yield f"Response: Success\n{action}"


@contextlib.asynccontextmanager
async def running(pbx: Pbx) -> AsyncIterator[Url]:
    server = await asyncio.start_server(pbx.serve, "127.0.0.1", 0)
    async with server:
        pbx.port = server.sockets[0].getsockname()[1]
        yield Url(scheme="ami", user="monitor", host="127.0.0.1", port=pbx.port)
        await asyncio.wait_for(asyncio.gather(*filter(None, pbx.guests)), 10)


async def seen(pbx: Pbx, tmp_path: Path, secret: str = "s3cret") -> list[Finding]:
    """What the doctor says about this PBX alone."""
    async with running(pbx) as url:
        settings = parse(
            f"""
            [[site.queue]]
            id = "sales"
            [[site.queue]]
            id = "slaes"
            [[site.source]]
            url = "{url}"
            secret_env = "PBX"
            """,
            folder=tmp_path,
        )
        found = await examine(settings, CLOCK, {"PBX": secret}, pbx=partial(probe, listen_s=0.3))
    return [finding for finding in found if finding.subject == "source demo/ami"]


def verdict(found: list[Finding], words: str) -> Verdict:
    (one,) = (finding for finding in found if words in finding.what)
    assert one.mend or one.verdict is Verdict.OK, one
    return one.verdict


async def test_a_pbx_in_good_order_has_nothing_to_mend(tmp_path: Path) -> None:
    found = await seen(Pbx(), tmp_path)
    bad = [finding for finding in found if finding.verdict is not Verdict.OK]
    assert [finding.what for finding in bad] == [
        'the settings name queues that it does not have: "slaes"'
    ]
    assert verdict(found, "Asterisk Call Manager/9.0.0") is Verdict.OK
    assert verdict(found, "timestampevents") is Verdict.OK
    assert verdict(found, "within 2 s") is Verdict.OK


@pytest.mark.parametrize(
    ("pbx", "words", "expected"),
    [
        (Pbx(secret="other"), "refuses the login of monitor", Verdict.FAIL),
        (Pbx(banner=b"SSH-2.0-OpenSSH_9.2\r\n"), "Asterisk Call Manager", Verdict.FAIL),
        (Pbx(closes=True), "closed the connection", Verdict.FAIL),
        (Pbx(timestamps=False), "no time of their own", Verdict.FAIL),
        (Pbx(offset_s=-90), "90.0 s behind ours", Verdict.WARN),
        (Pbx(offset_s=5), "ahead of ours", Verdict.WARN),
        (Pbx(booted=False), "FullyBooted", Verdict.FAIL),
        (Pbx(classes=("agent",)), "class call, dialplan came", Verdict.WARN),
        (Pbx(commands=("Ping",)), "may not list channels", Verdict.WARN),
        (
            Pbx(commands=("Originate", "CoreShowChannels")),
            "act on the PBX (originate)",
            Verdict.WARN,
        ),
    ],
)
async def test_what_is_wrong_with_a_pbx_is_told_with_its_cure(
    pbx: Pbx, words: str, expected: Verdict, tmp_path: Path
) -> None:
    assert verdict(await seen(pbx, tmp_path), words) is expected


async def test_a_pbx_that_says_nothing_is_given_up() -> None:
    async with running(Pbx(silent=True)) as url:
        with pytest.raises(PbxProbeError, match="does not answer the login"):
            await probe(url, "s3cret", CLOCK, timeout_s=0.2)
    with pytest.raises(PbxProbeError, match="does not answer"):
        await probe(Url(scheme="ami", host="127.0.0.1", port=free_port()), "x", CLOCK)
    async with running(Pbx()) as url:
        tls = Url(scheme="ami", host=url.host, port=url.port, options={"tls": "on"})
        with pytest.raises(PbxProbeError, match="no TLS with"):
            await probe(tls, "x", CLOCK, timeout_s=5)
        gone = Url(scheme="ami", host="h", port=1, options={"tls": "on", "ca": "/none.pem"})
        with pytest.raises(PbxProbeError, match=r"/none\.pem"):
            await probe(gone, "x", CLOCK)


async def test_the_queues_of_a_pbx_can_fill_the_settings() -> None:
    pbx = Pbx()
    async with running(pbx) as url:
        report = await probe(url, "s3cret", CLOCK)
    (queue,) = report.queues
    (member,) = queue.members
    assert (queue.name, member.name, member.interface) == ("sales", "Li Na", "PJSIP/1001")
    assert set(pbx.asked) <= {"Challenge", "Login", "Ping", "ListCommands", "QueueStatus", "Logoff"}


async def test_a_check_that_hangs_or_breaks_is_a_finding(tmp_path: Path) -> None:
    settings = parse("[[site.source]]\nurl='ami://u@h'\nsecret_env='PBX'", folder=tmp_path)

    async def hang(url: Url, secret: str, clock: object, /) -> None:
        await asyncio.Event().wait()

    async def fault(url: Url, secret: str, clock: object, /) -> None:
        raise ZeroDivisionError("x")

    for pbx, words in ((hang, "no answer within"), (fault, "ZeroDivisionError")):
        found = await examine(settings, CLOCK, {"PBX": "x"}, pbx=pbx, timeout_s=0.1)  # type: ignore[arg-type]
        assert verdict(found, words) is Verdict.FAIL
    found = await examine(settings, CLOCK, {})
    assert [each.verdict for each in found if "variable PBX" in each.what] == ["warn", "fail"]


async def test_a_clock_of_the_last_century_is_told() -> None:
    class Stopped(SystemClock):
        def now(self) -> int:
            return 0

    found = await examine(parse(""), Stopped(), {})
    assert verdict(found, "years behind") is Verdict.FAIL


async def test_the_folder_of_the_journal_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    here = parse("stores.journal = 'file:data'", folder=tmp_path)
    assert verdict(await examine(here, CLOCK, {}), "can be created") is Verdict.OK
    assert os.listdir(tmp_path) == []
    (tmp_path / "data").mkdir()
    found = await examine(here, CLOCK, {})
    assert verdict(found, "can be written") is Verdict.OK
    assert os.listdir(tmp_path / "data") == []
    (tmp_path / "data").rmdir()
    (tmp_path / "data").write_text("")
    assert verdict(await examine(here, CLOCK, {}), "is a file") is Verdict.FAIL
    assert sum("free on its disk" in each.what for each in found) == 1


async def test_a_queue_log_must_be_there_and_look_like_one(tmp_path: Path) -> None:
    settings = parse("[[site.source]]\nurl = 'queue_log:queue_log'", folder=tmp_path)
    found = await examine(settings, CLOCK, {})
    assert [each.verdict for each in found if "there is no" in each.what] == ["warn", "fail"]
    log = tmp_path / "queue_log"
    log.write_text("1785000000|c1|sales|NONE|ENTERQUEUE||5550100|1\n")
    found = [
        each for each in await examine(settings, CLOCK, {}) if each.subject.startswith("source")
    ]
    assert [each.verdict for each in found] == [Verdict.OK]
    log.write_bytes(b"\x7fELF")
    assert verdict(await examine(settings, CLOCK, {}), "does not look like") is Verdict.WARN


async def test_a_port_in_use_is_told() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        taken = parse(f"[gateway]\nlisten = '127.0.0.1:{port}'")
        assert verdict(await examine(taken, CLOCK, {}), "is in use") is Verdict.WARN
    assert verdict(await examine(taken, CLOCK, {}), "is free") is Verdict.OK
    foreign = parse("[gateway]\nlisten = '203.0.113.7:8787'")
    assert verdict(await examine(foreign, CLOCK, {}), "cannot be listened on") is Verdict.FAIL


def test_every_scheme_of_a_source_can_be_examined() -> None:
    assert set(SOURCES) == set(SCHEMES)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Starts a real program on a free port and waits until it takes connections."""
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str, *arguments: str) -> int:
        if shutil.which(program) is None:
            say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            say(f"{program} is not installed")
        port = free_port()
        command = [program, *(argument.replace("PORT", str(port)) for argument in arguments)]
        for file in tmp_path.glob("*.conf"):
            file.write_text(file.read_text().replace("PORT", str(port)))
        started.append(
            subprocess.Popen(
                command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return port
        pytest.fail(f"{program} did not start")

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


@pytest.mark.broker
async def test_a_real_broker_takes_us_or_refuses_us(
    server: Callable[..., int], tmp_path: Path
) -> None:
    conf = tmp_path / "mosquitto.conf"
    for anonymous, words, expected in (
        ("true", "takes our MQTT 5 connection", Verdict.OK),
        ("false", "cannot be used", Verdict.FAIL),
    ):
        conf.write_text(f"listener PORT 127.0.0.1\nallow_anonymous {anonymous}\n")
        port = server("mosquitto", "-c", str(conf))
        url = f"mqtt://127.0.0.1:{port}"
        settings = parse(f"[[site.source]]\nurl = '{url}'", folder=tmp_path)
        assert verdict(await examine(settings, CLOCK, {}), words) is expected
        settings = parse(f"[bridge]\nbroker = '{url}'", folder=tmp_path)
        bridge = [each for each in await examine(settings, CLOCK, {}) if each.subject == "bridge"]
        assert verdict(bridge, words) is expected
        assert verdict(bridge, "can be created") is Verdict.OK
    settings = parse(f"[[site.source]]\nurl = 'mqtt://127.0.0.1:{free_port()}'")
    assert verdict(await examine(settings, CLOCK, {}), "cannot be used") is Verdict.FAIL


@pytest.mark.redis
async def test_a_real_redis_must_write_to_disk_and_never_evict(
    server: Callable[..., int], tmp_path: Path
) -> None:
    plain = ("redis-server", "--port", "PORT", "--bind", "127.0.0.1", "--save", "")
    good = server(*plain, "--appendonly", "yes", "--requirepass", "s3cret/@")
    text = "[stores]\njournal = 'redis://127.0.0.1:{}'\nsecret_env = 'REDIS'"
    found = await examine(parse(text.format(good)), CLOCK, {"REDIS": "s3cret/@"})
    redis = [each for each in found if each.subject == "journal redis"]
    assert [each.verdict for each in redis] == ["ok", "ok", "ok"]
    assert "s3cret" not in "".join(map(str, found))
    wrong = await examine(parse(text.format(good)), CLOCK, {"REDIS": "guess"})
    assert verdict(wrong, "refuses the login") is Verdict.FAIL

    bad = server(*plain, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    text = "[stores]\njournal = 'redis://127.0.0.1:{}'"
    found = await examine(parse(text.format(bad)), CLOCK, {})
    assert verdict(found, "appendonly is off") is Verdict.FAIL
    assert verdict(found, "evicts keys (allkeys-lru)") is Verdict.FAIL
    found = await examine(parse(text.format(free_port())), CLOCK, {})
    assert verdict(found, "does not answer") is Verdict.FAIL
