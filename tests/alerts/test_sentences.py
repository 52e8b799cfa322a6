"""Every kind of alert in one line, Chinese and English, whatever its evidence holds."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.notices import Told
from alerts.sentence_numbers import clock, count, duration, one_line, share
from alerts.sentences import headline, kind_name, scope_name, sentence
from alerts.words import Kind, Severity

SINCE = 1_790_000_520_000
ZONE = "Asia/Shanghai"
"""There it is 22:22 then."""


def told(kind: Kind, scope: str = "", **evidence: Any) -> Told:
    return Told(
        rule="r",
        kind=kind,
        scope=scope,
        severity=Severity.WARNING,
        since=SINCE,
        fired_at=SINCE + 60_000,
        evidence=evidence,
    )


@pytest.mark.parametrize(
    ("alert", "zh", "en"),
    [
        (
            told(Kind.SURGE, calls=12, expected=3.8, over_ms=38_000, ratio=3.16),
            "22:22 起 38 秒来电 12 通，正常需 120 秒（约预测的 3.2 倍）",
            "12 calls in 38 s since 22:22, usually 120 s (3.2 × forecast)",
        ),
        (
            told(Kind.COLLAPSE, calls=1, expected=8.0, over_ms=600_000, ratio=0.125),
            "22:22 起 10 分钟来电 1 通，正常应有 8 通（约预测的 12.5%）",
            "1 call in 10 min since 22:22, usually 8 calls (12.5% of forecast)",
        ),
        (
            told(Kind.SILENCE, expected=9.2, quiet_ms=553_000),
            "22:22 起 9 分 13 秒无来电，正常应有 9.2 通",
            "No call for 9 min 13 s since 22:22, usually 9.2 calls in that time",
        ),
        (
            told(
                Kind.DROPPED, "trunk:t1", dropped=7, of=20, over_ms=720_000, share=0.35,
                normal_share=0.01, cause="network", phase="talking",
            ),
            "22:22 起 12 分钟 20 通电话中通话中掉线 7 通（35%，正常 1%），原因：网络",
            "7 of 20 calls dropped while talking in 12 min since 22:22 (35%, normally 1%), "
            "cause: network",
        ),
        (
            told(Kind.DROPPED, "agent:7", short=3, of=9, share=1 / 3, normal_share=0.03),
            "22:22 起 9 通电话中极短通话 3 通（33.3%，正常 3%）",
            "3 of 9 calls very short since 22:22 (33.3%, normally 3%)",
        ),
        (
            told(Kind.NO_ANSWER, arrivals=12, over_ms=480_000, expected=9.5, waiting=1),
            "22:22 起 8 分钟来电 12 通，无一接听，正常应接 9.5 通，现排队 1 人",
            "12 calls in 8 min since 22:22, none answered, usually 9.5 by now, 1 waiting",
        ),
        (
            told(Kind.MASS_END, calls=14, of=20, over_ms=2_000),
            "22:22 2 秒内 14 通通话同时中断（共 20 通）",
            "14 of 20 calls ended within 2 s at 22:22",
        ),
        (
            told(Kind.MASS_END, calls=14, of=20, over_ms=0),
            "22:22 14 通通话同时中断（共 20 通）",
            "14 of 20 calls ended all at once at 22:22",
        ),
        (
            told(Kind.MASS_SIGN_OUT, agents=8, of=20, over_ms=60_000, reason="signed_out"),
            "22:22 60 秒内 8 名坐席离线（共 20 名，签出）",
            "8 of 20 agents left within 60 s at 22:22 (signed out)",
        ),
        (
            told(
                Kind.COMPONENT, "trunk:carrier-a", component="trunk", name="carrier-a",
                status="down", cause="no reply to OPTIONS",
            ),
            "中继 carrier-a 自 22:22 中断，原因：no reply to OPTIONS",
            "Trunk carrier-a is down since 22:22: no reply to OPTIONS",
        ),
        (
            told(
                Kind.COMPONENT, "trunk:trunk-a", component="trunk", name="trunk-a",
                status="down", cause="Unreachable",
            ),
            "中继 trunk-a 自 22:22 中断，原因：不可达",
            "Trunk-a is down since 22:22: Unreachable",
        ),
        (
            told(
                Kind.COMPONENT, "endpoint:*", component="endpoint", name="*", status="down",
                cause="", count=12, of=40,
            ),
            "自 22:22 12 个话机中断（共 40 个）",
            "12 of 40 phones are down since 22:22",
        ),
        (
            told(Kind.COMPONENT, "channel:ops", component="channel", name="ops", status="down"),
            "通知通道 ops 自 22:22 中断",
            "Channel ops is down since 22:22",
        ),
        (
            told(
                Kind.ADAPTER, "feed:/acd/hq/pbx", source="/acd/hq/pbx", status="silent",
                reason="", silent_ms=25_000,
            ),
            "数据源 /acd/hq/pbx 自 22:22 无消息",
            "Feed /acd/hq/pbx is silent since 22:22",
        ),
        (
            told(Kind.ADAPTER, "feed:pbx", status="down", reason="link lost", silent_ms=25_000),
            "数据源 pbx 自 22:22 中断，原因：link lost，已 25 秒无消息",
            "Feed pbx is down since 22:22: link lost, silent for 25 s",
        ),
        (
            told(
                Kind.THRESHOLD, metric="service_level", value=0.7996, limit=0.8, over="interval",
                of=41,
            ),
            "本时段服务水平 79.96%，低于 80%（共 41 通）",
            "Service level 79.96% this interval, below 80% (of 41 calls)",
        ),
        (
            told(Kind.THRESHOLD, metric="longest_wait_ms", value=130_000, limit=120_000, over="now"),
            "当前最长等待 2 分 10 秒，超过 120 秒",
            "Longest wait 2 min 10 s now, above 120 s",
        ),
        (
            told(Kind.THRESHOLD, metric="ready", value=1, limit=2, over="now", of=8),
            "当前就绪坐席 1，低于 2（共 8 名）",
            "Agents ready 1 now, below 2 (of 8 agents)",
        ),
        (
            told(Kind.THRESHOLD, metric="waiting", value=9, limit=5, over="now", of=9),
            "当前排队人数 9，超过 5",
            "Calls waiting 9 now, above 5",
        ),
        (
            told(
                Kind.AGENT, "agent:1001", agent="1001", what="state_too_long", state="not_ready",
                reason="break", for_ms=1_500_000, allowed_ms=900_000,
            ),
            "坐席 1001 未就绪（小休）已 25 分钟，允许 15 分钟",
            "Agent 1001 is not ready (break) for 25 min, allowed 15 min",
        ),
        (
            told(Kind.AGENT, "agent:1001", agent="1001", what="ring_no_answer", count=3),
            "坐席 1001 连续 3 次振铃未接",
            "Agent 1001 did not pick up 3 × in a row",
        ),
        (
            told(Kind.AGENT, "agent:1001", agent="1001", what="unreachable", for_ms=30_000),
            "坐席 1001 已签入，话机不可达已 30 秒",
            "Agent 1001 is signed in, phone unreachable for 30 s",
        ),
    ],
)  # fmt: skip
def test_a_kind_in_words(alert: Told, zh: str, en: str) -> None:
    assert sentence(alert, "zh", ZONE) == zh
    assert sentence(alert, "en", ZONE) == en


def test_the_headline_has_the_given_names_or_ours() -> None:
    plain = told(Kind.SURGE, "queue:sales")
    assert headline(plain, "zh") == "突发话务高峰 · 队列 sales"
    assert headline(plain, "en") == "Traffic surge · queue sales"
    assert headline(told(Kind.SILENCE), "zh") == "无来电 · 全场"
    named = Told(
        rule="mine", kind=Kind.SURGE, scope="queue:sales", severity=Severity.NOTICE, since=0,
        fired_at=0, evidence={}, rule_names={"zh": "我的规则"}, scope_names={"en": "Sales"},
    )  # fmt: skip
    assert headline(named, "en") == "我的规则 · Sales"
    assert scope_name(told(Kind.COMPONENT, "endpoint:*"), "en") == "many phones"
    assert kind_name(named, "zh") == "突发话务高峰"


def test_a_trouble_of_yesterday_has_its_date() -> None:
    old = Told(
        rule="r", kind=Kind.SILENCE, scope="", severity=Severity.NOTICE, since=SINCE,
        fired_at=SINCE + 7_200_000, evidence={},
    )  # fmt: skip
    assert sentence(old, "en", ZONE) == "No call since 09-21 22:22"


@pytest.mark.parametrize(
    ("ms", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (1_540, "1.5 秒", "1.5 s"),
        (9_940, "9.9 秒", "9.9 s"),
        (9_960, "10 秒", "10 s"),
        (59_999, "60 秒", "60 s"),
        (120_000, "120 秒", "120 s"),
        (121_000, "2 分 1 秒", "2 min 1 s"),
        (180_000, "3 分钟", "3 min"),
        (599_400, "9 分 59 秒", "9 min 59 s"),
        (599_600, "10 分钟", "10 min"),
        (7_169_000, "119 分钟", "119 min"),
        (7_170_000, "2 小时", "2 h"),
        (12_000_000, "3 小时 20 分", "3 h 20 min"),
        (172_799_000, "2 天", "2 d"),
        (183_600_000, "2 天 3 小时", "2 d 3 h"),
    ],
)
def test_durations(ms: int, zh: str, en: str) -> None:
    assert (duration(ms, "zh"), duration(ms, "en")) == (zh, en)


def test_numbers() -> None:
    assert [count(n) for n in (0, 1, 12.4, 3.14, 0.041, 12_345)] == [
        "0", "1", "12", "3.1", "0.04", "12345",
    ]  # fmt: skip
    assert [share(n) for n in (0, 0.005, 0.35, 0.996, 1)] == ["0%", "0.5%", "35%", "99.6%", "100%"]


def test_a_name_is_one_line() -> None:
    assert one_line("a\r\nb\u2028c\x1b[0m\u202ed") == "a b c [0m d"
    assert one_line("x" * 100) == "x" * 79 + "…"
    assert clock(10**20, "UTC") == clock(0, "Nowhere/Land") == ""


KEYS = re.split(
    " ",
    "calls expected over_ms ratio quiet_ms dropped short of share normal_share cause phase arrivals"
    " waiting agents reason component name status source silent_ms metric value limit over agent"
    " what state for_ms allowed_ms count",
)
WORDS = (
    "down", "ring_no_answer", "unreachable", "state_too_long", "service_level", "longest_wait_ms",
    "now", "*", "endpoint", "talking", "",
)  # fmt: skip
VALUES = st.one_of(st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(WORDS))


@settings(max_examples=150)
@given(
    kind=st.sampled_from(Kind),
    scope=st.text(max_size=20) | st.sampled_from(["", "queue:a", "endpoint:*", "trunk:"]),
    evidence=st.dictionaries(st.sampled_from(KEYS), VALUES),
    since=st.integers(),
    names=st.dictionaries(st.sampled_from(["zh", "en", "fr"]), st.text(max_size=8)),
    language=st.sampled_from(["zh", "en", "fr", ""]),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "Nowhere", "../etc", ""]),
)
def test_there_is_always_one_line_to_say(
    kind: Kind,
    scope: str,
    evidence: dict[str, Any],
    since: int,
    names: dict[str, str],
    language: str,
    zone: str,
) -> None:
    alert = Told(
        rule="r", kind=kind, scope=scope, severity=Severity.NOTICE, since=since, fired_at=SINCE,
        evidence=evidence, rule_names=names, scope_names=names,
    )  # fmt: skip
    for text in (sentence(alert, language, zone), headline(alert, language)):
        assert text.strip()
        assert len(text) < 1_000
        assert not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in text)
