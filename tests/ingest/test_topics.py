import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.inspect import EnumType, IntType, type_info

from ingest.events import (
    Adapter,
    AgentState,
    Component,
    Heartbeat,
    Offered,
    Queued,
    SnapshotBegin,
)
from ingest.topics import (
    LONGEST,
    event_filter,
    heartbeat_topic,
    segment,
    status_filter,
    status_topic,
    topic_of,
)
from ingest.wire import TYPES
from ingest.words import AdapterStatus, AgentStatus, ComponentKind, ComponentStatus


@pytest.mark.parametrize(
    ("data", "topic"),
    [
        (Queued(visit="v", queue="Sales"), "acd/v1/hq/evt/call/Sales"),
        (Offered(call="c"), "acd/v1/hq/evt/call/-"),
        (AgentState(agent="SIP/777", state=AgentStatus.READY), "acd/v1/hq/evt/agent/SIP%2F777"),
        (
            Component(kind=ComponentKind.TRUNK, name="t", status=ComponentStatus.UP),
            "acd/v1/hq/evt/system/trunk",
        ),
        (Adapter(status=AdapterStatus.UP), "acd/v1/hq/evt/system/adapter"),
        (Heartbeat(), "acd/v1/hq/evt/system/heartbeat"),
        (SnapshotBegin(snapshot="s"), "acd/v1/hq/evt/system/snapshot"),
    ],
)
def test_an_event_goes_to_the_topic_of_what_it_is_about(data, topic):
    assert topic_of(data, "hq") == topic


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_no_kind_of_event_is_without_a_place_in_the_tree(kind):
    values = {}
    for field in type_info(kind).fields:
        if field.required and isinstance(field.type, EnumType):
            values[field.name] = next(iter(field.type.cls)).value
        elif field.required:
            values[field.name] = 1 if isinstance(field.type, IntType) else "x"
    data = msgspec.convert(values, kind)
    assert topic_of(data, "hq").split("/")[:4] == ["acd", "v1", "hq", "evt"]
    assert not topic_of(data, "hq").endswith("/other")


def test_the_segment_of_a_chinese_queue_is_readable():
    assert segment("售后 一组") == "售后%20一组"


def test_two_long_names_that_begin_alike_have_two_segments():
    one, two = segment("客服" * 40 + "1"), segment("客服" * 40 + "2")
    assert one != two
    assert one.startswith("客服客服")


def test_one_name_in_two_spellings_of_unicode_has_one_segment():
    assert segment("Cafe\u0301") == segment("Café")


@given(st.text())
def test_a_segment_is_always_one_segment(name):
    made = segment(name)
    assert 0 < len(made.encode()) <= LONGEST
    assert not set(made) & set("/+# \0\n\t")
    assert unicodedata.is_normalized("NFC", made)


def test_the_stream_listens_to_all_events_and_to_the_status_of_all_adapters():
    assert event_filter("hq") == "acd/v1/hq/evt/#"
    assert status_filter("hq") == "acd/v1/hq/adapter/+/status"
    assert status_topic("hq", "pbx 1") == "acd/v1/hq/adapter/pbx%201/status"
    assert heartbeat_topic("hq", "pbx") == "acd/v1/hq/adapter/pbx/heartbeat"
