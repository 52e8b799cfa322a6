"""Alerts in plain words: one line that a supervisor understands at once.

What comes from outside (names, causes, reasons) is in them as it is, but for line breaks: whoever
shows a sentence escapes it for his own format.
"""

from collections.abc import Callable, Mapping

from alerts.notices import Told
from alerts.sentence_facts import (
    Facts,
    capital,
    in_brackets,
    joined,
    known,
    listed,
    named,
    scope_name,
)
from alerts.sentence_numbers import count, duration, one_line, share
from alerts.sentence_words import (
    CAUSES,
    DOWNS,
    KINDS,
    METRICS,
    PEOPLE,
    PHASES,
    REASONS,
    SCOPES,
    SHARES,
    SPANS,
    STATES,
    STATUSES,
    said,
)
from alerts.words import Kind

_DIGITS = (1, 2, 3, 4)


def sentence(told: Told, language: str, zone: str = "UTC") -> str:
    """What was seen, with its numbers; clock times are of `zone`.

    Never raises: what the evidence does not hold is left out, and without any of it the kind of the
    alert is all that is said. A `language` that is not known is English.
    """
    facts = Facts(told, known(language), zone)
    return _FORMS[told.kind](facts) or KINDS[facts.language][told.kind]


def headline(told: Told, language: str) -> str:
    """Which rule speaks of what: `突发话务高峰 · 销售`."""
    language = known(language)
    rule = named(told.rule_names, language) or KINDS[language][told.kind]
    return f"{rule} · {scope_name(told, language)}"


def kind_name(told: Told, language: str) -> str:
    """The kind of trouble."""
    return KINDS[known(language)][told.kind]


def _traffic(facts: Facts) -> str:
    calls, over, ratio = facts.number("calls"), facts.number("over_ms"), facts.number("ratio")
    expected = facts.number("expected")
    if ratio is None and calls is not None and expected:
        ratio = calls / expected
    surge = facts.told.kind is Kind.SURGE
    usual = ""
    if surge and calls is not None and over is not None and expected:
        usual = duration(over * calls / expected, facts.language)
    elif facts.count("expected"):
        usual = facts.calls("expected")
    span, calls_said = facts.lasting("over_ms"), facts.calls("calls")
    if facts.zh:
        head = joined(facts.since, span, f"来电 {calls_said}" if calls_said else facts.kind)
        tail = usual and (f"正常需 {usual}" if surge else f"正常应有 {usual}")
        said_ratio = "" if ratio is None else _times(ratio, "约预测的 {} 倍", "约预测的 {}")
        return in_brackets(listed(facts, head, tail), said_ratio, facts)
    head = joined(calls_said or facts.kind, span and f"in {span}", facts.since)
    tail = usual and f"usually {usual}"
    said_ratio = "" if ratio is None else _times(ratio, "{} × forecast", "{} of forecast")
    return in_brackets(listed(facts, head, tail), said_ratio, facts)


def _silence(facts: Facts) -> str:
    quiet, missed = facts.lasting("quiet_ms"), facts.calls("expected")
    if facts.zh:
        head = joined(facts.since, quiet, "无来电")
        return listed(facts, head, missed and f"正常应有 {missed}")
    head = joined("No call", quiet and f"for {quiet}", facts.since)
    return listed(facts, head, missed and f"usually {missed} in that time")


def _dropped(facts: Facts) -> str:
    short = facts.number("short") is not None
    bad, of = facts.count("short" if short else "dropped"), facts.count("of")
    cause, phase = facts.word("cause", CAUSES), facts.word("phase", PHASES)
    over, rate, normal = facts.lasting("over_ms"), facts.share("share"), facts.share("normal_share")
    if facts.zh:
        what = "极短通话" if short else f"{phase}掉线"
        head = joined(
            facts.since, over, of and f"{of} 通电话中", f"{what} {bad} 通" if bad else facts.kind
        )
        brackets = listed(facts, rate, normal and f"正常 {normal}")
        return listed(facts, in_brackets(head, brackets, facts), cause and f"原因：{cause}")
    what = "very short" if short else joined("dropped", phase)
    counted = f"{bad} of {of} calls" if bad and of else facts.calls("short" if short else "dropped")
    head = joined(
        joined(counted, what) if counted else facts.kind, over and f"in {over}", facts.since
    )
    brackets = listed(facts, rate, normal and f"normally {normal}")
    return listed(facts, in_brackets(head, brackets, facts), cause and f"cause: {cause}")


def _no_answer(facts: Facts) -> str:
    over, arrivals, due = facts.lasting("over_ms"), facts.calls("arrivals"), facts.count("expected")
    waiting = facts.count("waiting")
    if facts.zh:
        head = joined(facts.since, over, arrivals and f"来电 {arrivals}")
        return listed(
            facts,
            head,
            "无一接听",
            due and f"正常应接 {due} 通",
            waiting and f"现排队 {waiting} 人",
        )
    head = joined(arrivals, over and f"in {over}", facts.since)
    return listed(
        facts,
        head,
        "none answered",
        due and f"usually {due} by now",
        waiting and f"{waiting} waiting",
    )


def _mass_end(facts: Facts) -> str:
    calls, of, over = facts.calls("calls"), facts.count("of"), facts.lasting("over_ms")
    if facts.zh:
        head = joined(facts.at, joined(over and f"{over}内", calls, "通话同时中断"))
        return in_brackets(head, of and f"共 {of} 通", facts)
    counted = f"{facts.count('calls')} of {of} calls" if calls and of else calls or "Calls"
    return joined(counted, "ended", "all at once" if not over else f"within {over}", facts.at)


def _mass_sign_out(facts: Facts) -> str:
    agents, of, over = facts.count("agents"), facts.count("of"), facts.lasting("over_ms")
    reason = facts.word("reason", REASONS)
    if facts.zh:
        head = joined(facts.at, over and f"{over}内", agents and f"{agents} 名坐席", "离线")
        return in_brackets(head, listed(facts, of and f"共 {of} 名", reason), facts)
    counted = f"{agents} of {of} agents" if agents and of else facts.of("agents", "", "agent")
    head = joined(counted or "Agents", "left", over and f"within {over}", facts.at)
    return in_brackets(head, reason, facts)


def _component(facts: Facts) -> str:
    name = facts.word("name")
    subject = facts.subject
    if name and name not in subject:
        sort = facts.word("component", SCOPES)
        subject = f"{sort} {name}".strip()
    state, cause = facts.word("status", STATUSES), facts.word("cause")
    cause = DOWNS[facts.language].get(cause.casefold(), cause)
    if name == "*" and facts.number("count") is not None:
        return _many(facts, state)
    return _down(facts, subject, state, cause)


def _many(facts: Facts, state: str) -> str:
    count, of, sort = facts.count("count"), facts.count("of"), facts.word("component", SCOPES)
    if facts.zh:
        head = joined(facts.at and f"自 {facts.at}", f"{count} 个{sort}{state or '中断'}")
        return in_brackets(head, of and f"共 {of} 个", facts)
    counted = f"{count} of {of}" if of else count
    return joined(counted, sort and f"{sort}s", "are", state or "down", facts.since)


def _adapter(facts: Facts) -> str:
    state = facts.word("status", STATUSES)
    told_already = facts.told.evidence.get("status") == "silent"
    silent = "" if told_already else facts.lasting("silent_ms")
    source = facts.word("source")
    subject = facts.subject
    if facts.told.scope == "" and source:
        subject = f"{said(SCOPES, 'feed', facts.language)} {source}"
    quiet = silent and (joined(f"已 {silent}", "无消息") if facts.zh else f"silent for {silent}")
    return listed(facts, _down(facts, subject, state, facts.word("reason")), quiet)


def _down(facts: Facts, subject: str, state: str, cause: str) -> str:
    if facts.zh:
        head = joined(subject, facts.at and f"自 {facts.at}", state or "中断")
        return listed(facts, head, cause and f"原因：{cause}")
    head = joined(capital(subject), "is", state or "down", facts.since)
    return f"{head}: {cause}" if cause else head


def _threshold(facts: Facts) -> str:
    metric = facts.told.evidence.get("metric")
    metric = metric if isinstance(metric, str) else ""
    value, limit = facts.number("value"), facts.number("limit")
    span, of = facts.word("over", SPANS), _denominator(facts, metric, value)
    name = one_line(said(METRICS, metric, facts.language)) if metric else ""
    here, there = _apart(metric, value, limit, facts.language)
    below = value is not None and limit is not None and value < limit
    if facts.zh:
        beyond = there and (f"低于 {there}" if below else f"超过 {there}")
        head = joined(span, name, here)
        return in_brackets(listed(facts, head, beyond), of and f"共 {of}", facts)
    beyond = there and (f"below {there}" if below else f"above {there}")
    head = capital(joined(name, here, span))
    return in_brackets(listed(facts, head, beyond), of and f"of {of}", facts)


def _denominator(facts: Facts, metric: str, value: float | None) -> str:
    """What the figure is of; a count is of itself."""
    if value is not None and value == facts.number("of"):
        return ""
    return facts.of("of", "名", "agent") if metric in PEOPLE else facts.calls("of")


def _agent(facts: Facts) -> str:
    who, lasting = facts.subject, facts.lasting("for_ms")
    allowed, times = facts.lasting("allowed_ms"), facts.count("count")
    state = in_brackets(facts.word("state", STATES), facts.word("reason", REASONS), facts)
    what = facts.told.evidence.get("what")
    match what if isinstance(what, str) else "":
        case "ring_no_answer" if facts.zh:
            return joined(who, times and f"连续 {times} 次", "振铃未接")
        case "ring_no_answer":
            return joined(capital(who), "did not pick up", times and f"{times} × in a row")
        case "unreachable" if facts.zh:
            return joined(who, "已签入，话机不可达", lasting and f"已 {lasting}")
        case "unreachable":
            return joined(
                capital(who), "is signed in, phone unreachable", lasting and f"for {lasting}"
            )
        case _:
            if not state and not lasting:
                return facts.kind
    if facts.zh:
        head = joined(who, state, lasting and f"已 {lasting}")
        return listed(facts, head, allowed and f"允许 {allowed}")
    head = joined(capital(who), state and f"is {state}", lasting and f"for {lasting}")
    return listed(facts, head, allowed and f"allowed {allowed}")


_FORMS: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.SURGE: _traffic,
    Kind.COLLAPSE: _traffic,
    Kind.SILENCE: _silence,
    Kind.DROPPED: _dropped,
    Kind.NO_ANSWER: _no_answer,
    Kind.MASS_END: _mass_end,
    Kind.MASS_SIGN_OUT: _mass_sign_out,
    Kind.COMPONENT: _component,
    Kind.ADAPTER: _adapter,
    Kind.THRESHOLD: _threshold,
    Kind.AGENT: _agent,
}


def _apart(metric: str, value: float | None, limit: float | None, lang: str) -> tuple[str, str]:
    """Value and limit with enough digits to be told apart: 79.96 % is not "80%, below 80%"."""
    texts = ("", "")
    for digits in _DIGITS:
        here, there = (_figure(metric, number, digits, lang) for number in (value, limit))
        texts = (here, there)
        if here != there or value == limit:
            break
    return texts


def _figure(metric: str, number: float | None, digits: int, language: str) -> str:
    if number is None:
        return ""
    if metric in SHARES:
        return share(number, digits)
    if metric.endswith("_ms"):
        return duration(number, language)
    return count(number)


def _times(ratio: float, many: str, few: str) -> str:
    return many.format(count(ratio)) if ratio >= 1 else few.format(share(ratio))
