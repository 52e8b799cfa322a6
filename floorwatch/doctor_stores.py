"""Looks at the parts that keep and carry events: folders, files, Redis, the broker, the port."""

import asyncio
import errno
import os
import shutil
import ssl
import tempfile
from pathlib import Path

import aiomqtt
from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from floorwatch.doctor_findings import Finding, Subject
from floorwatch.settings_values import Address
from floorwatch.urls import FILE_OPTION, Url
from ingest.ports import Clock

FEW_BYTES = 1_000_000_000
TOO_FEW_BYTES = 100_000_000
_LINE_BYTES = 4_096


def folder(subject: Subject, path: Path) -> list[Finding]:
    """Can this folder be written, and is there room? It is not created. Blocking."""
    if path.exists() and not path.is_dir():
        return [subject.fail(f"{path} is a file", "Name a folder, not a file")]
    there = path
    while not there.exists():
        there = there.parent
    found = [_writable(subject, path, there)]
    free = shutil.disk_usage(there).free
    if free < FEW_BYTES:
        said = f"{free // 1_000_000} MB are free on its disk"
        mend = "Make room, or name a folder on another disk"
        found.append((subject.fail if free < TOO_FEW_BYTES else subject.warn)(said, mend))
    else:
        found.append(subject.ok(f"{free // 1_000_000_000} GB are free on its disk"))
    return found


def _writable(subject: Subject, path: Path, there: Path) -> Finding:
    try:
        if there != path:
            if not os.access(there, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, f"no right to write in {there}")
            return subject.ok(f"{path} can be created")
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"floorwatch")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        mend = f"Give Floorwatch's account the folder: chown floorwatch {there}"
        return subject.fail(f"{path} cannot be written ({error.strerror})", mend)
    return subject.ok(f"{path} can be written")


def log_file(subject: Subject, path: Path) -> list[Finding]:
    """Can this queue_log be read, and does it look like one? Blocking."""
    found = readable(subject, path)
    if path.suffix == ".gz" or not path.is_file() or not os.access(path, os.R_OK):
        return found
    with path.open("rb") as file:
        line = file.read(_LINE_BYTES).partition(b"\n")[0]
    if line and line.count(b"|") < 4:
        mend = (
            "Name Asterisk's queue_log; in logger.conf queue_log_to_file=yes, not a database alone"
        )
        return [subject.warn(f"{path} does not look like a queue_log", mend)]
    return found


def readable(subject: Subject, path: Path) -> list[Finding]:
    """Is the file or folder there, and may we read it? Blocking."""
    if not path.exists():
        return [subject.fail(f"there is no {path}", "Check the path and where it is mounted")]
    if not os.access(path, os.R_OK):
        mend = f"Let Floorwatch's account read it: setfacl -m u:floorwatch:r {path}"
        return [subject.fail(f"{path} cannot be read", mend)]
    return [subject.ok(f"{path} can be read")]


async def redis(subject: Subject, url: Url, secret: str, clock: Clock) -> list[Finding]:
    """Does Redis answer, does it write to disk, does it evict, is its clock near ours?"""
    client = Redis.from_url(
        url.with_secret(secret), retry=Retry(NoBackoff(), 0), socket_connect_timeout=5
    )
    try:
        asked_at = clock.now()
        seconds, micros = await client.time()
        offset_ms = seconds * 1000 + micros // 1000 - (asked_at + clock.now()) // 2
        told = {**await client.info("persistence"), **await client.info("memory")}
    except exceptions.AuthenticationError as error:
        mend = "Check the user in stores.journal and its secret_env or secret_file"
        return [subject.fail(f"{url.address} refuses the login ({error})", mend)]
    except exceptions.RedisError as error:
        mend = "Is redis-server running there? Check host and port in stores.journal"
        return [subject.fail(f"{url.address} does not answer ({error})", mend)]
    finally:
        await client.aclose()
    return [
        subject.ok(f"{url.address} answers"),
        *_persistence(subject, told),
        subject.clock(offset_ms),
    ]


def _persistence(subject: Subject, told: dict[str, object]) -> list[Finding]:
    found = [subject.ok("it writes every change to disk (appendonly)")]
    if not told.get("aof_enabled"):
        mend = "Set appendonly yes in redis.conf: without it a power cut loses events"
        found = [subject.fail("appendonly is off", mend)]
    elif told.get("aof_last_write_status") != "ok":
        found = [subject.fail("its last write to disk failed", "Look at its disk and its log")]
    if told.get("maxmemory") and told.get("maxmemory_policy") != "noeviction":
        mend = "Set maxmemory-policy noeviction: otherwise it throws the journal away"
        found.append(subject.fail(f"it evicts keys ({told.get('maxmemory_policy')})", mend))
    return found


async def broker(subject: Subject, url: Url, secret: str) -> list[Finding]:
    """Does the broker take an MQTT 5 connection with this name and password?"""
    try:
        context = None
        if url.scheme == "mqtts":
            context = ssl.create_default_context(cafile=url.options.get(FILE_OPTION))
        async with aiomqtt.Client(
            url.host,
            url.port,
            username=url.user or None,
            password=secret or None,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=True,
            timeout=5,
            tls_context=context,
        ):
            return [subject.ok(f"{url.address} takes our MQTT 5 connection")]
    except (aiomqtt.MqttError, OSError) as error:
        mend = (
            "Check host, port, name and password, and that it speaks MQTT 5 (Mosquitto 1.6, EMQX 4)"
        )
        return [subject.fail(f"{url.address} cannot be used ({error})", mend)]


async def port(subject: Subject, listen: Address) -> list[Finding]:
    """Could the gateway listen there now?"""
    try:
        server = await asyncio.start_server(lambda reader, writer: None, listen.host, listen.port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            mend = f"If that is not Floorwatch itself, choose another port: ss -ltnp | grep {listen.port}"
            return [subject.warn(f"{listen} is in use", mend)]
        mend = "Name an address of this machine and a port above 1023 in gateway.listen"
        return [subject.fail(f"{listen} cannot be listened on ({error.strerror})", mend)]
    server.close()
    await server.wait_closed()
    return [subject.ok(f"{listen} is free")]
