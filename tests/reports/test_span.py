"""What a reader types is a span of business days; what it is compared with, and how much of that."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.model import Span
from reports.span import Period, SpanError, around, as_far, bounds, parsed, previous, same_weekdays
from stream.intervals import Calendar

HOUR = 3_600_000
SHANGHAI = Calendar("Asia/Shanghai")
dates = st.dates(date(1980, 1, 1), date(2090, 12, 31))
spans = st.sampled_from(list(Span))


@given(dates, spans)
@settings(max_examples=30)
def test_a_span_is_typed_as_it_is_named(day: date, span: Span) -> None:
    period = around(span, day)
    assert period.first <= day <= period.last
    assert parsed(period.name) == parsed(period.name, span) == period
    assert parsed(day.isoformat(), span) == period


@given(dates, spans)
@settings(max_examples=30)
def test_spans_follow_one_another_without_a_gap(day: date, span: Span) -> None:
    period = around(span, day)
    before = previous(period)
    assert before.span is span
    assert before.last + timedelta(days=1) == period.first
    like = same_weekdays(period)
    if like is not None:
        assert [each.weekday() for each in like.days()] == [day.weekday() for day in period.days()]
        assert like.last < period.first


def test_what_is_compared_has_the_same_weekdays() -> None:
    assert same_weekdays(parsed("2026-11-22")) == parsed("2026-11-15")
    assert same_weekdays(parsed("2026-W47")) == parsed("2025-W47")
    assert same_weekdays(parsed("2026")) is None


def test_a_week_lies_in_the_month_and_year_of_its_thursday() -> None:
    assert parsed("2026-W01", Span.YEAR).name == "2026"
    assert parsed("2026-W53", Span.MONTH).name == "2026-12"


@pytest.mark.parametrize(
    ("text", "span", "said"),
    [
        ("2026-13", None, "2026-13 is not in the calendar"),
        ("2026-02-30", None, "2026-02-30 is not in the calendar"),
        ("2025-W53", None, "2025-W53 is not in the calendar"),
        ("yesterday", None, "yesterday is no date"),
        ("", Span.WEEK, "nothing is no date: a week is written 2026-W47"),
        ("2026-11", Span.DAY, "2026-11 is a month, not a day"),
        ("0000", None, "0000 is not in the calendar"),
        ("9999-W01", None, "too far away"),
        ("２０２６", None, "is no date"),
    ],
)
def test_what_is_no_span_is_told(text: str, span: Span | None, said: str) -> None:
    with pytest.raises(SpanError, match=said):
        parsed(text, span)


def test_a_running_month_is_compared_with_as_much_of_the_one_before() -> None:
    march, february = parsed("2026-03"), parsed("2026-02")
    start = SHANGHAI.begin(date(2026, 3, 10))
    assert as_far(march, february, start + 5 * HOUR, SHANGHAI) == (
        SHANGHAI.begin(date(2026, 2, 10)) + 5 * HOUR
    )
    # February has no 30th: all of it is compared.
    late = SHANGHAI.begin(date(2026, 3, 30)) + HOUR
    assert as_far(march, february, late, SHANGHAI) == bounds(february, SHANGHAI)[1]
    over = bounds(march, SHANGHAI)[1]
    assert as_far(march, february, over, SHANGHAI) == bounds(february, SHANGHAI)[1]


def test_the_hour_that_a_night_skips_is_not_compared() -> None:
    berlin = Calendar("Europe/Berlin")
    today, before = parsed("2026-03-30"), parsed("2026-03-29")
    start, short = berlin.begin(today.first), bounds(before, berlin)
    assert short[1] - short[0] == 23 * HOUR
    assert as_far(today, before, start + 10 * HOUR, berlin) == short[0] + 10 * HOUR
    assert as_far(today, before, start + 23 * HOUR + 1, berlin) == short[1]


def test_a_period_has_its_days() -> None:
    period = Period(Span.MONTH, date(2028, 2, 1), date(2028, 2, 29))
    assert around(Span.MONTH, date(2028, 2, 10)) == period
    assert len(list(period.days())) == 29
