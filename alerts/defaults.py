"""The rules that a site has without having written any: each promises its own rate of false alarms.

Fixed limits on calls waiting, longest wait or service level are not among them: on a queue staffed
exactly to its target they fire dozens to hundreds of times a week.
"""

from alerts.rules import (
    AdapterRule,
    AgentRule,
    CollapseRule,
    ComponentRule,
    DroppedRule,
    MassEndRule,
    MassSignOutRule,
    NoAnswerRule,
    Rule,
    SilenceRule,
    SurgeRule,
)
from alerts.words import Severity

_MINUTE_MS = 60_000
_CAUSE_MS = 5_000
"""So long the cause, a line or a feed, has to speak before its effect does."""

DEFAULTS: tuple[Rule, ...] = (
    SurgeRule(
        id="surge",
        names={"zh": "突发话务高峰", "en": "Traffic surge"},
        keep_ms=5 * _MINUTE_MS,
        playbook="surge",
    ),
    CollapseRule(
        id="collapse",
        names={"zh": "话务骤降", "en": "Traffic collapse"},
        for_ms=3 * _MINUTE_MS,
        keep_ms=5 * _MINUTE_MS,
        playbook="collapse",
    ),
    SilenceRule(
        id="silence",
        names={"zh": "无来电", "en": "No calls at all"},
        severity=Severity.CRITICAL,
        playbook="collapse",
    ),
    DroppedRule(
        id="dropped",
        names={"zh": "电话频繁掉线", "en": "Frequently dropped calls"},
        severity=Severity.CRITICAL,
        for_ms=_CAUSE_MS,
        playbook="dropped",
    ),
    NoAnswerRule(
        id="no_answer",
        names={"zh": "有来电、无人接听", "en": "Calls arrive, nobody answers"},
        severity=Severity.CRITICAL,
        playbook="no_answer",
    ),
    MassEndRule(
        id="mass_end",
        names={"zh": "通话同时中断", "en": "Calls cut off all at once"},
        severity=Severity.CRITICAL,
        for_ms=_CAUSE_MS,
        playbook="dropped",
    ),
    MassSignOutRule(
        id="mass_sign_out",
        names={"zh": "坐席集体离线", "en": "Agents leave all at once"},
        playbook="mass_sign_out",
    ),
    ComponentRule(
        id="component",
        names={"zh": "线路或部件故障", "en": "Line or component down"},
        severity=Severity.CRITICAL,
        # The last one is many phones at once; each of them alone is nobody's emergency.
        scopes=("trunk:*", "registration:*", "link:*", "node:*", "channel:*", "endpoint:[*]"),
        playbook="component",
    ),
    AdapterRule(
        id="adapter",
        names={"zh": "数据源中断", "en": "Feed lost"},
        severity=Severity.CRITICAL,
        playbook="adapter",
    ),
    AgentRule(
        id="unreachable",
        names={"zh": "已签入但话机不可达", "en": "Signed in, phone unreachable"},
        severity=Severity.NOTICE,
        unreachable=True,
        for_ms=30_000,
        playbook="agent",
    ),
    AgentRule(
        id="ring_no_answer",
        names={"zh": "连续振铃不接", "en": "Does not pick up"},
        severity=Severity.NOTICE,
        unanswered=3,
        playbook="agent",
    ),
)
