"""What docs/send-events.md tells people to type must work."""

import asyncio
import re
import sys
from pathlib import Path

import pytest
import yaml

from ingest.clock import SystemClock
from ingest.mqtt_address import MqttAddress
from ingest.source_mqtt import MqttSource
from ingest.topics import event_filter, heartbeat_topic, status_filter, status_topic
from ingest.wire import WireError, decode

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "send-events.md").read_text()
ASYNCAPI = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


async def ran(*command):
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()


async def received(inbox, mosquitto, until, commands):
    source = MqttSource(MqttAddress.parse(mosquitto.url), "hq", SystemClock(), epoch="1")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(source.run(inbox))
        await until(lambda: inbox.batches)
        for command, count in commands:
            await ran(*command)
            await until(lambda count=count: len(inbox.of("/acd/hq/my-pbx")) >= count)
        task.cancel()
    return [type(event.data).__name__ for event in inbox.of("/acd/hq/my-pbx")]


async def test_each_line_of_the_page_sends_an_event(mosquitto, collector, until):
    lines = blocks("sh")
    assert len(lines) == 7
    commands = [
        (("sh", "-c", line.replace("localhost -p 1883", f"127.0.0.1 -p {mosquitto.port}")), n + 1)
        for n, line in enumerate(lines)
    ]
    kinds = await received(collector(), mosquitto, until, commands)
    assert kinds == [
        *("Queued", "Answered", "Completed", "AgentState", "Component", "Adapter", "Heartbeat")
    ]


async def test_the_program_of_the_page_sends_a_call(mosquitto, collector, until):
    (program,) = blocks("python")
    program = program.replace('"localhost", 1883', f'"127.0.0.1", {mosquitto.port}')
    assert str(mosquitto.port) in program
    commands = [((sys.executable, "-c", program), 4)]
    kinds = await received(collector(), mosquitto, until, commands)
    assert kinds == ["Adapter", "Queued", "Answered", "Completed"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ('{"type":"call.queued","source":"s","id":"1"}', "Invalid value 'call.queued' - at"),
        (
            '{"type":"acd.call.queued.v1","source":"s","id":"1","data":{"queue":"q"}}',
            "Object missing required field `visit` - at `$.data`",
        ),
        (
            '{"type":"acd.system.heartbeat.v1","source":"s","id":"1","data":{},'
            '"time":"2026-01-01T00:00:00"}',
            "Expected `datetime` with a timezone component - at `$.time`",
        ),
        (
            '{"type":"acd.call.abandoned.v1","source":"s","id":"1",'
            '"data":{"visit":"v","queue":"q","wait_ms":1.5}}',
            "Expected `int | null`, got `float` - at `$.data.wait_ms`",
        ),
    ],
)
def test_the_reasons_on_the_page_are_the_ones_we_give(event, reason):
    with pytest.raises(WireError, match=re.escape(reason)):
        decode(event.encode(), 0)
    plain = reason.replace("`", "").replace(" | null", "").replace(" - at", "")
    assert plain.split(" - ")[0] in PAGE.replace("`", "").replace(" - at", "")


def test_the_asyncapi_tree_is_the_one_of_the_code():
    addresses = {channel["address"] for channel in ASYNCAPI["channels"].values()}
    assert addresses == {
        event_filter("{site}").replace("#", leaf)
        for leaf in ("call/{queue}", "agent/{agent}", "system/{kind}")
    } | {status_topic("{site}", "{adapter}"), heartbeat_topic("{site}", "{adapter}")}
    assert status_filter("{site}") in str(ASYNCAPI)


def test_every_reference_of_the_asyncapi_leads_somewhere():
    schema = yaml.safe_load((DOCS / "events.schema.json").read_text())
    references = re.findall(r"\$ref: '([^']+)'", (DOCS / "asyncapi.yaml").read_text())
    assert len(references) > 10
    for reference in references:
        file, _, pointer = reference.partition("#")
        node = schema if file.endswith("events.schema.json") else ASYNCAPI
        for step in filter(None, pointer.split("/")):
            node = node[step]
        assert node
