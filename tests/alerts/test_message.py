"""Notices as messages: what is said when, in which languages, and how it is cut."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channel_text import cut, fitted, harmless, size
from alerts.message import compose
from alerts.notices import Notice, Told, Word
from alerts.words import Kind, Severity

AT = 1_790_000_520_000
"""22:22 in Shanghai."""


def surge(**changes: Any) -> Told:
    told = Told(
        rule="surge",
        kind=Kind.SURGE,
        scope="queue:sales",
        severity=Severity.WARNING,
        since=AT - 60_000,
        fired_at=AT,
        evidence={"calls": 12, "expected": 4.0, "over_ms": 40_000},
        scope_names={"zh": "销售", "en": "Sales"},
    )
    return msgspec.structs.replace(told, **changes)


def notice(**changes: Any) -> Notice:
    plain = Notice(
        id="n",
        at=AT,
        word=Word.FIRED,
        channel="floor",
        incident="i 1",
        severity=Severity.WARNING,
        site="hq",
        site_names={"zh": "总部"},
        zone="Asia/Shanghai",
        alerts=(surge(),),
    )
    return msgspec.structs.replace(plain, **changes)


def test_it_is_written_in_the_languages_asked_for_in_their_order() -> None:
    said = "22:21 起 40 秒来电 12 通，正常需 120 秒（约预测的 3 倍）"
    in_english = "12 calls in 40 s since 22:21, usually 120 s (3 × forecast)"
    both = compose([notice()])
    assert both.title == "【警告】突发话务高峰 · 销售"
    assert both.lines(10_000) == [
        "总部 · 22:22", said, "[Warning] Traffic surge · Sales", "hq · 22:22", in_english,
    ]  # fmt: skip
    english = compose([notice(languages=("en", "fr"))])
    assert english.title == "[Warning] Traffic surge · Sales"
    assert english.lines(10_000) == ["hq · 22:22", in_english]
    other = compose([notice(languages=("en", "zh"))])
    assert other.title == english.title
    assert other.lines(10_000)[2] == both.title
    assert compose([notice(languages=())]).lines(10_000) == both.lines(10_000)


@pytest.mark.parametrize(
    ("word", "title", "second"),
    [
        (Word.GREW, "【扩大·警告】突发话务高峰 · 销售", None),
        (Word.ESCALATED, "【升级·警告】突发话务高峰 · 销售", "无人确认，已上报至第 2 级"),
        (Word.REPEATED, "【仍在持续·警告】突发话务高峰 · 销售", "仍在持续，尚无人确认"),
    ],
)
def test_why_it_is_said_again(word: Word, title: str, second: str | None) -> None:
    message = compose([notice(word=word, level=2, note="请看\n大屏", languages=("zh",))])
    assert message.title == title
    lines = message.lines(10_000)
    assert (second is None) or lines[1] == second
    assert lines[-2] == "备注：请看 大屏"


def test_the_end_says_how_long_it_was() -> None:
    over = notice(word=Word.RESOLVED, alerts=(surge(ended_at=AT + 720_000),))
    message = compose([over])
    assert message.over
    assert message.title == "【已恢复】突发话务高峰 · 销售"
    assert message.lines(10_000)[1] == "22:21 至 22:34，历时 13 分钟"
    assert message.lines(10_000)[-1] == "22:21 to 22:34, lasted 13 min"
    assert compose([notice(word=Word.RESOLVED)]).lines(10_000)[1] == "已恢复"


def test_several_alerts_are_a_line_each_and_the_worst_gives_the_title() -> None:
    worse = surge(kind=Kind.DROPPED, scope="", scope_names={}, severity=Severity.CRITICAL)
    message = compose([notice(severity=Severity.CRITICAL, alerts=(surge(learning=True), worse))])
    assert message.title == "【紧急】电话频繁掉线 · 全场，另有 1 项"
    lines = message.lines(10_000)
    assert lines[1].startswith("突发话务高峰 · 销售：")
    assert lines[1].endswith("（基线学习中）")
    assert lines[2].startswith("电话频繁掉线 · 全场：")


def test_several_notices_are_one_message() -> None:
    over = notice(id="m", word=Word.RESOLVED, mentions=("b", "a"), alerts=())
    message = compose([notice(mentions=("a",)), over], "https://floor.example/")
    assert message.title == "2 条通知 · 【警告】突发话务高峰 · 销售"
    assert not message.over
    assert message.mentions == ("a", "b")
    assert message.lines(10_000)[1].startswith("【警告】突发话务高峰 · 销售：22:21 起")
    assert message.lines(10_000)[2] == "【已恢复】事件 i 1"
    assert message.link == "https://floor.example/floor"
    assert compose([over], "https://floor.example").link.endswith("?incident=i%201")
    assert compose([over]).link == ""


def test_a_test_says_that_it_is_one() -> None:
    message = compose([notice(word=Word.TEST, alerts=())])
    assert message.title == "【测试】通知通道 floor"
    assert "这是测试通知，无需处理" in message.lines(1_000)


def test_a_long_message_is_cut_in_both_languages_alike() -> None:
    alerts = tuple(surge(scope=f"queue:{n}", scope_names={}) for n in range(30))
    message = compose([notice(alerts=alerts)])
    text = message.text(1_200)
    assert 900 < size(text) <= 1_200
    assert "…还有 2" in text
    assert text.splitlines()[-1].startswith("… and 2")
    whole = message.text(100_000)
    assert "还有" not in whole
    assert whole.count("起 40 秒") == 30


@given(count=st.integers(2, 260), limit=st.integers(300, 30_000), several=st.booleans())
@settings(max_examples=30)
def test_what_is_left_out_is_counted(count: int, limit: int, several: bool) -> None:
    alerts = tuple(surge(scope=f"queue:{n}", scope_names={}) for n in range(count))
    if several:
        message = compose([notice(id=str(n), alerts=(told,)) for n, told in enumerate(alerts)])
    else:
        message = compose([notice(alerts=alerts)])
    text = message.text(limit)
    assert size(text) <= limit
    shown = len(re.findall(r"队列 \d+：", text))
    left = re.search(r"…还有 (\d+) 项", text)
    assert shown + (int(left[1]) if left else 0) == count


def test_marks_become_harmless() -> None:
    assert harmless("[x](http://y) *b* <@all> `c`") == "［x］(http：//y) ＊b＊ ＜＠all＞ ｀c｀"


@given(text=st.text(), limit=st.integers(0, 60))
def test_a_cut_is_short_enough_and_whole_characters(text: str, limit: int) -> None:
    kept = cut(text, limit)
    assert size(kept) <= limit
    kept.encode("utf-8")
    assert kept == text or (kept.removesuffix("…") == text[: max(0, len(kept) - 1)])


LINES = st.lists(st.text(max_size=30), max_size=8)


@given(head=LINES, items=LINES, limit=st.integers(0, 400))
def test_lines_that_fit_leave_none_out_unsaid(
    head: list[str], items: list[str], limit: int
) -> None:
    more = [f"({count} more)" for count in range(len(items) + 1)]
    lines = fitted(head, items, limit, more)
    assert sum(size(line) + 1 for line in lines) <= max(limit, 0)
    if sum(size(line) + 1 for line in (*head, *items)) <= limit:
        assert [each for each in lines if each] == [each for each in (*head, *items) if each]


HOSTILE = st.text(alphabet=st.characters(), max_size=40)


@given(
    names=st.lists(HOSTILE, min_size=1, max_size=12),
    note=HOSTILE,
    limit=st.integers(60, 3_000),
    word=st.sampled_from(Word),
)
def test_no_text_from_outside_breaks_the_message(
    names: list[str], note: str, limit: int, word: Word
) -> None:
    alerts = tuple(surge(scope=f"queue:{name}", scope_names={"zh": name}) for name in names)
    message = compose([notice(alerts=alerts, note=note, word=word)], "https://floor.example")
    text = message.text(limit, harmless)
    assert size(text) <= limit
    assert "\r" not in message.title + text
    assert "\n" not in message.title
