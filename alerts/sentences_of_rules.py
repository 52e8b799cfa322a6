"""Rules in plain words: what each promises and watches, and what follows from it.

"At most 1 false alarm a week for the whole floor; from ×1.5; Mon-Fri 08:00-20:00": so at 60 calls
an hour a doubling is seen in about 18 min, and nobody could promise less.
"""

from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Any

from alerts.bounds import calls_to_tell_share, delay_s, silence_s
from alerts.hours import DAY_MIN, EVERY_DAY, Hours, Span
from alerts.rules import (
    DAY_MS,
    WEEK_MS,
    AdapterRule,
    AgentRule,
    Budget,
    CollapseRule,
    ComponentRule,
    DroppedRule,
    MassEndRule,
    MassSignOutRule,
    NoAnswerRule,
    Rule,
    ShortCallsRule,
    SilenceRule,
    SurgeRule,
    ThresholdRule,
)
from alerts.sentence_numbers import count, duration, one_line, share
from alerts.sentence_words import METRICS, SCOPES, SHARES, SPANS, STATES, said
from ingest.events import Millis

EXAMPLE_RATES = (6, 60, 600)
"""Calls an hour for which a consequence is told where a site's own are not known."""
DOUBLING = 2.0
_FIVE_FOLD = 5
_PERIODS: tuple[tuple[Millis, str, str], ...] = (
    (3_600_000, "小时", "an hour"),
    (DAY_MS, "天", "a day"),
    (WEEK_MS, "周", "a week"),
    (30 * DAY_MS, "月", "a month"),
    (91 * DAY_MS, "季度", "a quarter"),
    (365 * DAY_MS, "年", "a year"),
)
_DAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_TEXTS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "floor": "全场每{period}最多 {alarms} 次误报",
        "each": "每个对象每{period}最多 {alarms} 次误报",
        "from": "从 {ratio} 倍起报",
        "to": "降到 {ratio} 倍以下起报",
        "normal": "{share}以内属正常",
        "short": "短于 {ms}的通话",
        "within": "{ms}内",
        "component": "状态为断开",
        "degraded": "状态为断开或降级",
        "adapter": "断开、无心跳或有数据缺口",
        "above": "{metric}（{over}）高于 {limit}",
        "below": "{metric}（{over}）低于 {limit}",
        "recover": "回到 {limit} 才算恢复",
        "least": "至少 {least} 通才判断",
        "once": "每时段只报一次",
        "state": "{state}超过 {ms}",
        "reason": "原因“{reason}”",
        "unanswered": "连续 {n} 次振铃不接",
        "unreachable": "已签入但话机不可达",
        "for": "持续 {ms}才报",
        "keep": "消失 {ms}后才算结束",
        "scopes": "范围：{scopes}",
        "sees": "每小时 {rate} 通时，{what}约 {time}可见",
        "never": "每小时 {rate} 通时，{what}与日常波动无法区分",
        "doubling": "来电翻倍",
        "more": "来电增至 {ratio} 倍",
        "half": "来电降到 {ratio} 倍",
        "none": "来电全无",
        "drops": "掉线率升到 {share} 后约 {calls} 通可见",
    },
    "en": {
        "floor": "at most {alarms} false {alarm} {period} for the whole floor",
        "each": "at most {alarms} false {alarm} {period} in each scope",
        "from": "from ×{ratio}",
        "to": "down to ×{ratio}",
        "normal": "up to {share} is normal",
        "short": "conversations shorter than {ms}",
        "within": "within {ms}",
        "component": "down",
        "degraded": "down or degraded",
        "adapter": "down, without heartbeats, or with a gap",
        "above": "{metric} {over} above {limit}",
        "below": "{metric} {over} below {limit}",
        "recover": "over again at {limit}",
        "least": "not judged below {least} calls",
        "once": "told once per interval",
        "state": "{state} for more than {ms}",
        "reason": "reason “{reason}”",
        "unanswered": "{n} offers in a row unanswered",
        "unreachable": "phone unreachable while signed in",
        "for": "once it lasts {ms}",
        "keep": "over once it is gone for {ms}",
        "scopes": "of {scopes}",
        "sees": "at {rate} calls/h {what} is seen in about {time}",
        "never": "at {rate} calls/h {what} cannot be told from ordinary days",
        "doubling": "a doubling",
        "more": "×{ratio}",
        "half": "a fall to ×{ratio}",
        "none": "total silence",
        "drops": "drops at {share} are seen after about {calls} calls",
    },
}


def rule_sentence(rule: Rule, language: str) -> str:
    """What the rule promises and watches, in one line."""
    language = _known(language)
    parts = [*_SAYS[type(rule)](rule, language), *_common(rule, language)]
    text = ("；" if language == "zh" else "; ").join(parts)
    return text[:1].upper() + text[1:]


def rule_name(rule: Rule, language: str) -> str:
    """What the rule is called; its id if it has no name."""
    named = rule.names.get(_known(language)) or next(iter(rule.names.values()), rule.id)
    return one_line(named)


def consequence(
    rule: Rule, language: str, rates: tuple[float, ...] = EXAMPLE_RATES, scopes: int = 1
) -> str:
    """How long it takes, at the best, until trouble is seen at so many calls an hour; "" for a rule
    that sees it at once. The promise is shared by so many `scopes`."""
    language = _known(language)
    texts = _TEXTS[language]
    if isinstance(rule, DroppedRule | ShortCallsRule):
        # A share has no speed of its own: it is told per call.
        worse = min(1.0, max(0.05, _FIVE_FOLD * rule.normal_share))
        week = max(1.0, rates[-1] * 168.0 / _alarms_a_week(rule.budget, scopes))
        calls = calls_to_tell_share(week, max(rule.normal_share, 1e-4), worse)
        return texts["drops"].format(share=share(worse), calls=count(calls))
    if not isinstance(rule, SurgeRule | CollapseRule | SilenceRule):
        return ""
    told = [_seen(rule, language, rate, scopes) for rate in rates]
    return ("；" if language == "zh" else "; ").join(told)


def open_hours(hours: Hours, language: str) -> str:
    """`Mon-Fri 08:00-20:00, Sat 09:00-17:00`, `周一至周五 08:00-20:00`; "" for always."""
    spans = [_span(span, _known(language)) for span in hours.spans]
    return ("、" if _known(language) == "zh" else ", ").join(spans)


def false_alarms_a_week(rules: tuple[Rule, ...]) -> float:
    """What the promises of these rules come to together, each for the whole floor."""
    budgets = [budget for rule in rules if (budget := getattr(rule, "budget", None)) is not None]
    return sum(_alarms_a_week(budget, 1) for budget in budgets)


def _known(language: str) -> str:
    return language if language in _TEXTS else "en"


def _seen(rule: Rule, language: str, rate: float, scopes: int) -> str:
    """How soon it is seen at this many calls an hour."""
    texts = _TEXTS[language]
    assert isinstance(rule, SurgeRule | CollapseRule | SilenceRule)
    alarms, hours = _alarms_a_week(rule.budget, scopes), _hours_a_week(rule.hours)
    if isinstance(rule, SilenceRule):
        what, seconds = texts["none"], silence_s(rate, alarms, hours)
    elif isinstance(rule, SurgeRule):
        ratio = max(DOUBLING, rule.from_ratio)
        name = "doubling" if ratio == DOUBLING else "more"
        what = texts[name].format(ratio=count(ratio))
        seconds = delay_s(rate, ratio, alarms, hours_per_week=hours)
    else:
        what = texts["half"].format(ratio=count(rule.to_ratio))
        seconds = delay_s(rate, rule.to_ratio, alarms, hours_per_week=hours)
    if seconds == inf:
        return texts["never"].format(rate=count(rate), what=what)
    time = duration(seconds * 1_000, language)
    return texts["sees"].format(rate=count(rate), what=what, time=time)


def _alarms_a_week(budget: Budget, scopes: int) -> float:
    alarms = budget.alarms * WEEK_MS / budget.period_ms
    return alarms if budget.each_scope else alarms / max(1, scopes)


def _hours_a_week(hours: Hours) -> float:
    lasting = sum(
        len(span.days) * ((span.end_min - span.start_min) % DAY_MIN or DAY_MIN)
        for span in hours.spans
    )
    return lasting / 60 if lasting else 168.0


def _promise(rule: Any, language: str) -> str:
    budget: Budget = rule.budget
    _, chinese, english = min(_PERIODS, key=lambda each: abs(each[0] - budget.period_ms))
    return _TEXTS[language]["each" if budget.each_scope else "floor"].format(
        alarms=count(budget.alarms),
        alarm="alarm" if budget.alarms == 1 else "alarms",
        period=chinese if language == "zh" else english,
    )


def _surge(rule: Any, language: str) -> Iterator[str]:
    yield _promise(rule, language)
    yield _TEXTS[language]["from"].format(ratio=count(rule.from_ratio))
    yield from _open(rule, language)


def _collapse(rule: Any, language: str) -> Iterator[str]:
    yield _promise(rule, language)
    yield _TEXTS[language]["to"].format(ratio=count(rule.to_ratio))
    yield from _open(rule, language)


def _promised(rule: Any, language: str) -> Iterator[str]:
    yield _promise(rule, language)
    yield from _open(rule, language)


def _dropped(rule: Any, language: str) -> Iterator[str]:
    yield _promise(rule, language)
    if isinstance(rule, ShortCallsRule):
        yield _TEXTS[language]["short"].format(ms=duration(rule.short_ms, language))
    yield _TEXTS[language]["normal"].format(share=share(rule.normal_share))


def _mass(rule: Any, language: str) -> Iterator[str]:
    yield _promise(rule, language)
    yield _TEXTS[language]["within"].format(ms=duration(rule.within_ms, language))


def _component(rule: Any, language: str) -> Iterator[str]:
    yield _TEXTS[language]["degraded" if rule.degraded else "component"]
    if rule.kinds:
        yield _list([said(SCOPES, kind, language) for kind in rule.kinds], language)


def _adapter(rule: Any, language: str) -> Iterator[str]:
    yield _TEXTS[language]["adapter"]


def _threshold(rule: Any, language: str) -> Iterator[str]:
    texts = _TEXTS[language]
    yield texts["below" if rule.below else "above"].format(
        metric=said(METRICS, rule.metric, language),
        over=said(SPANS, rule.over, language),
        limit=_figure(rule.metric, rule.limit, language),
    )
    if rule.recover is not None:
        yield texts["recover"].format(limit=_figure(rule.metric, rule.recover, language))
    if rule.least:
        yield texts["least"].format(least=rule.least)
    if rule.once:
        yield texts["once"]
    yield from _open(rule, language)


def _agent(rule: Any, language: str) -> Iterator[str]:
    texts = _TEXTS[language]
    if rule.state:
        state, ms = said(STATES, rule.state, language), duration(rule.longer_ms, language)
        yield texts["state"].format(state=state, ms=ms)
        if rule.reason != "*":
            yield texts["reason"].format(reason=one_line(rule.reason))
    if rule.unanswered:
        yield texts["unanswered"].format(n=rule.unanswered)
    if rule.unreachable:
        yield texts["unreachable"]


def _common(rule: Rule, language: str) -> Iterator[str]:
    """What every rule may say besides."""
    texts = _TEXTS[language]
    if rule.for_ms:
        yield texts["for"].format(ms=duration(rule.for_ms, language))
    if rule.keep_ms:
        yield texts["keep"].format(ms=duration(rule.keep_ms, language))
    if "*" not in rule.scopes:
        scopes = [one_line(scope) or said(SCOPES, "", language) for scope in rule.scopes]
        yield texts["scopes"].format(scopes=_list(scopes, language))


def _open(rule: Any, language: str) -> Iterator[str]:
    if rule.hours.spans:
        yield open_hours(rule.hours, language)


def _span(span: Span, language: str) -> str:
    clock = "-".join(f"{m // 60:02}:{m % 60:02}" for m in (span.start_min, span.end_min))
    if span.days == EVERY_DAY:
        return f"每天 {clock}" if language == "zh" else clock
    names, days = _DAYS[language], sorted(span.days)
    one, many = ("周{}", "周{}至周{}") if language == "zh" else ("{}", "{}-{}")
    whole = len(days) > 1 and days == list(range(days[0], days[-1] + 1))
    if whole:
        return f"{many.format(names[days[0]], names[days[-1]])} {clock}"
    return f"{_list([one.format(names[day]) for day in days], language)} {clock}"


def _figure(metric: str, value: float, language: str) -> str:
    if metric in SHARES:
        return share(value)
    return duration(value, language) if metric.endswith("_ms") else count(value)


def _list(items: list[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(items)


_SAYS: Mapping[type[Rule], Callable[[Rule, str], Iterator[str]]] = {
    SurgeRule: _surge,
    CollapseRule: _collapse,
    SilenceRule: _promised,
    NoAnswerRule: _promised,
    DroppedRule: _dropped,
    ShortCallsRule: _dropped,
    MassEndRule: _mass,
    MassSignOutRule: _mass,
    ComponentRule: _component,
    AdapterRule: _adapter,
    ThresholdRule: _threshold,
    AgentRule: _agent,
}
