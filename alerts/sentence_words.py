"""The words that sentences about alerts are made of, by language."""

from collections.abc import Mapping

from alerts.words import Kind, Severity

Words = Mapping[str, str]

LANGUAGES = ("zh", "en")

KINDS: Mapping[str, Mapping[Kind, str]] = {
    "zh": {
        Kind.SURGE: "突发话务高峰",
        Kind.COLLAPSE: "话务骤降",
        Kind.SILENCE: "无来电",
        Kind.DROPPED: "电话频繁掉线",
        Kind.NO_ANSWER: "有来电、无人接听",
        Kind.MASS_END: "通话同时中断",
        Kind.MASS_SIGN_OUT: "坐席集体离线",
        Kind.COMPONENT: "线路或部件故障",
        Kind.ADAPTER: "数据源中断",
        Kind.THRESHOLD: "指标越限",
        Kind.AGENT: "坐席异常",
    },
    "en": {
        Kind.SURGE: "Traffic surge",
        Kind.COLLAPSE: "Traffic collapse",
        Kind.SILENCE: "No calls at all",
        Kind.DROPPED: "Frequently dropped calls",
        Kind.NO_ANSWER: "Calls arrive, nobody answers",
        Kind.MASS_END: "Calls cut off all at once",
        Kind.MASS_SIGN_OUT: "Agents leave all at once",
        Kind.COMPONENT: "Line or component down",
        Kind.ADAPTER: "Feed lost",
        Kind.THRESHOLD: "Figure beyond its limit",
        Kind.AGENT: "Agent needs a look",
    },
}

SEVERITIES: Mapping[str, Mapping[Severity, str]] = {
    "zh": {Severity.CRITICAL: "紧急", Severity.WARNING: "警告", Severity.NOTICE: "提醒"},
    "en": {Severity.CRITICAL: "Critical", Severity.WARNING: "Warning", Severity.NOTICE: "Notice"},
}

SCOPES: Mapping[str, Words] = {
    "zh": {
        "": "全场",
        "queue": "队列",
        "group": "队列组",
        "trunk": "中继",
        "team": "班组",
        "agent": "坐席",
        "feed": "数据源",
        "channel": "通知通道",
        "endpoint": "话机",
        "registration": "注册",
        "link": "链路",
        "node": "节点",
    },
    "en": {
        "": "whole floor",
        "queue": "queue",
        "group": "group",
        "trunk": "trunk",
        "team": "team",
        "agent": "agent",
        "feed": "feed",
        "channel": "channel",
        "endpoint": "phone",
        "registration": "registration",
        "link": "link",
        "node": "node",
    },
}

MANY: Words = {"zh": "多个{}", "en": "many {}s"}
"""A scope that names no single thing."""

STATUSES: Mapping[str, Words] = {
    "zh": {
        "up": "正常",
        "degraded": "降级",
        "down": "中断",
        "unknown": "状态未知",
        "starting": "正在启动",
        "resync": "正在重新同步",
        "silent": "无消息",
        "stale": "无消息",
        "gap": "数据有缺口",
    },
    "en": {
        "up": "up",
        "degraded": "degraded",
        "down": "down",
        "unknown": "in an unknown state",
        "starting": "still starting",
        "resync": "resyncing",
        "silent": "silent",
        "stale": "silent",
        "gap": "missing events",
    },
}

CAUSES: Mapping[str, Words] = {
    "zh": {
        "network": "网络",
        "congestion": "拥塞",
        "device": "终端",
        "protocol": "协议",
        "system": "系统",
        "unknown": "不明",
    },
    "en": {},
}

DOWNS: Mapping[str, Words] = {
    "zh": {
        "unreachable": "不可达",
        "lagged": "响应过慢",
        "unregistered": "未注册",
        "rejected": "注册被拒",
        "timeout": "超时",
        "request sent": "注册请求无应答",
        "registration timeout": "注册超时",
        "removed": "已移除",
    },
    "en": {},
}
"""Why a component is down, as Asterisk and the simulator say it; all else is said as it came."""

PHASES: Mapping[str, Words] = {
    "zh": {"waiting": "排队中", "ringing": "振铃中", "talking": "通话中"},
    "en": {"waiting": "while waiting", "ringing": "while ringing", "talking": "while talking"},
}

STATES: Mapping[str, Words] = {
    "zh": {
        "talking": "通话",
        "hold": "保持",
        "ringing": "振铃",
        "acw": "话后",
        "unreachable": "失联",
        "not_ready": "未就绪",
        "ready": "就绪",
        "signed_out": "签出",
        "unknown": "状态未知",
    },
    "en": {
        "talking": "on call",
        "hold": "holding",
        "acw": "in ACW",
        "not_ready": "not ready",
        "signed_out": "signed out",
        "unknown": "in an unknown state",
    },
}

REASONS: Mapping[str, Words] = {
    "zh": {
        "signed_out": "签出",
        "not_ready": "未就绪",
        "unreachable": "话机失联",
        "break": "小休",
        "meal": "用餐",
        "lunch": "用餐",
        "training": "培训",
        "meeting": "会议",
    },
    "en": {"signed_out": "signed out", "not_ready": "not ready"},
}

METRICS: Mapping[str, Words] = {
    "zh": {
        "service_level": "服务水平",
        "abandon_rate": "放弃率",
        "answer_rate": "接通率",
        "occupancy": "占用率",
        "waiting": "排队人数",
        "longest_wait_ms": "最长等待",
        "asa_ms": "平均应答时长",
        "average_abandon_ms": "平均放弃时长",
        "att_ms": "平均通话时长",
        "aht_ms": "平均处理时长",
        "offered": "呼入",
        "answered": "接通",
        "abandoned": "放弃",
        "overflowed": "溢出",
        "blocked": "拒入",
        "dropped_waiting": "排队中掉话",
        "dropped_talking": "通话中掉话",
        "transferred": "转接",
        "ring_no_answer": "振铃未接",
        "ghosts": "无结束的通话",
        "answered_in_target": "目标内接通",
        "abandoned_short": "短放弃",
        "abandoned_in_target": "目标内放弃",
        "completed": "通话结束",
        "talking": "通话坐席",
        "hold": "保持坐席",
        "ringing": "振铃坐席",
        "acw": "话后坐席",
        "unreachable": "失联坐席",
        "not_ready": "未就绪坐席",
        "ready": "就绪坐席",
        "unknown": "状态未知坐席",
        "staffed": "在岗坐席",
    },
    "en": {
        "service_level": "service level",
        "abandon_rate": "abandon rate",
        "answer_rate": "answer rate",
        "waiting": "calls waiting",
        "longest_wait_ms": "longest wait",
        "asa_ms": "average speed of answer",
        "average_abandon_ms": "average abandon time",
        "att_ms": "average talk time",
        "aht_ms": "average handle time",
        "offered": "calls offered",
        "answered": "calls answered",
        "abandoned": "calls abandoned",
        "overflowed": "calls overflowed",
        "blocked": "calls blocked",
        "dropped_waiting": "calls dropped while waiting",
        "dropped_talking": "calls dropped while talking",
        "transferred": "calls transferred",
        "ring_no_answer": "rings without answer",
        "answered_in_target": "calls answered in target",
        "talking": "agents on call",
        "hold": "agents holding",
        "ringing": "agents ringing",
        "acw": "agents in ACW",
        "unreachable": "agents unreachable",
        "not_ready": "agents not ready",
        "ready": "agents ready",
        "unknown": "agents in an unknown state",
        "staffed": "agents signed in",
    },
}

PEOPLE = frozenset(
    {"talking", "hold", "ringing", "acw", "unreachable", "not_ready", "ready", "unknown", "staffed"}
)
"""Metrics that count agents, not calls."""

SHARES = frozenset({"service_level", "abandon_rate", "answer_rate", "occupancy"})
"""Metrics that are shares of one, and hence said in percent; those in `_ms` are durations."""

SPANS: Mapping[str, Words] = {
    "zh": {"now": "当前", "interval": "本时段", "day": "今日"},
    "en": {"now": "now", "interval": "this interval", "day": "today"},
}


def said(table: Mapping[str, Words], word: str, language: str) -> str:
    """The word in this language; itself, with blanks, where the table has none."""
    return table[language].get(word) or word.replace("_", " ")
