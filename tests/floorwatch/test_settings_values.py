"""Durations, times of day, addresses and URLs as people write them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwatch import urls
from floorwatch.settings_values import ValueMistakeError, address, day_start_min, duration_ms


@pytest.mark.parametrize(
    ("text", "span_ms"),
    [
        ("500ms", 500),
        ("20s", 20_000),
        ("20 s", 20_000),
        (" 5 min ", 300_000),
        ("1.5 h", 5_400_000),
        ("1 min 30 s", 90_000),
        ("1m30s", 90_000),
        ("0s", 0),
        ("0.001s", 1),
        ("20 秒", 20_000),
        ("5分钟", 300_000),
        ("2 S", 2_000),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, span_ms: int) -> None:
    assert duration_ms(text) == span_ms


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("20", '"20s"'),
        (20, '"20s"'),
        ("", "not a duration"),
        ("  ", "not a duration"),
        ("s", "not a duration"),
        ("-5s", "not a duration"),
        ("5 days", "ms, s, min or h"),
        ("0.5ms", "finer"),
        ("9999999h", "year"),
        ("9" * 400 + "h", "year"),
        ("٣s", "not a duration"),
        (True, "not a duration"),
        (None, "not a duration"),
        ("1 min 30", "not a duration"),
    ],
)
def test_what_is_no_duration_is_told_what_to_write(value: object, said: str) -> None:
    with pytest.raises(ValueMistakeError, match=said):
        duration_ms(value)


@given(st.integers(0, 10**9))
def test_whole_milliseconds_are_read_exactly(span_ms: int) -> None:
    assert duration_ms(f"{span_ms}ms") == span_ms
    assert duration_ms(f"{span_ms // 1000}.{span_ms % 1000:03}s") == span_ms


def complaint(reader: Callable[[str], object], text: str) -> str:
    """What the reader says against the text: only its own error is let through."""
    try:
        reader(text)
    except ValueMistakeError as mistake:
        return str(mistake)
    return "none"


@given(st.text() | st.text(alphabet="0123456789.:smh []-", max_size=12))
def test_no_text_raises_anything_but_a_value_mistake(text: str) -> None:
    assert all(complaint(reader, text) for reader in (duration_ms, day_start_min, address))
    for prefix in ("", "ami://", "redis:", "mqtt://u@h:1?", "redis://:"):
        assert complaint(lambda url: urls.parse(url, urls.SOURCES), prefix + text)
        assert complaint(lambda url: urls.parse(url, urls.JOURNALS), prefix + text)


@pytest.mark.parametrize(
    "text",
    [
        "ami://monitor@pbx:5038",
        "ami://monitor@[::1]:5039?tls=on&login=plain",
        "mqtts://broker.example.com:8883",
        "queue_log:/var/log/asterisk/queue_log",
        "ami+file:day 1.jsonl.gz",
        "simulate:demo",
    ],
)
def test_a_source_url_is_shown_as_it_was_written(text: str) -> None:
    assert str(urls.parse(text, urls.SOURCES)) == text


def test_the_port_comes_from_the_scheme() -> None:
    assert urls.parse("ami://m@pbx", urls.SOURCES).address == "pbx:5038"
    assert urls.parse("mqtts://[::1]", urls.SOURCES).address == "[::1]:8883"
    assert urls.parse("redis://h/3", urls.JOURNALS).path == "/3"
    assert urls.parse("queue_log:///var/log/q", urls.SOURCES).path == "/var/log/q"


@pytest.mark.parametrize(
    "text",
    [
        "pbx",
        "ami:",
        "ami://",
        "ami:pbx",
        "ami://pbx",
        "ami://m@pbx:0",
        "ami://m@pbx:70000",
        "ami://m%0d%0aAction:%20x@pbx",
        "ami://m@p bx",
        "ami://m@pbx/queue",
        "ami://m@pbx?tsl=on",
        "ami://m@pbx?tls=maybe",
        "ami://m@pbx?tls=on&tls=off",
        "queue_log:",
        "queue_log://host/file",
        "simulate:quiet",
        "http://h",
    ],
)
def test_a_url_that_names_nothing_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(urls.UrlError) as raised:
        urls.parse(text, urls.SOURCES)
    assert raised.value.mend


def test_a_database_of_redis_is_a_number() -> None:
    with pytest.raises(urls.UrlError, match="database"):
        urls.parse("redis://h/main", urls.JOURNALS)


@pytest.mark.parametrize("scheme", [*urls.SOURCES, *urls.JOURNALS])
def test_the_example_of_every_scheme_is_valid(scheme: str) -> None:
    for forms in (urls.SOURCES, urls.JOURNALS):
        if scheme in forms:
            assert urls.parse(forms[scheme].example, forms).scheme == scheme
