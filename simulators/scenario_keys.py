"""The keys of a scenario file: which there are, which field each one sets, and how it is read.

docs/scenarios.md describes each of them. Keys carry no units, because their values do; apart from
that they are the fields of simulators/plans.py.
"""

from collections.abc import Collection
from dataclasses import dataclass

from ingest.words import ComponentKind
from simulators import scenario_parts as parts
from simulators import scenario_values as values
from simulators.scenario_mistakes import each, mistaken
from simulators.scenario_parts import Key, Keys
from simulators.scenario_values import Reader

_ID = values.text
_MOST = 1_000_000.0


@dataclass(slots=True)
class Ids:
    """What the scenario has, by id: what other parts of the file may name."""

    queues: Collection[str] = ()
    teams: Collection[str] = ()
    shifts: Collection[str] = ()
    trunks: Collection[str] = ()
    locations: Collection[str] = ()
    agents: Collection[str] = ()
    skills: Collection[str] = ()


WANDER: Keys = {
    "day_variation": Key("day_variation", values.number(0, 10)),
    "day_correlation": Key("day_correlation", values.number(-1, 1)),
    "step_variation": Key("step_variation", values.number(0, 10)),
    "step_correlation": Key("step_correlation", values.number(-1, 1)),
}


def queue(ids: Ids) -> Keys:
    """The keys of a queue in a scenario that has these `ids`."""
    other = values.known("queue", ids.queues, none=True)
    return {
        "id": Key("id", _ID),
        "names": Key("names", values.names),
        "calls_per_hour": Key("calls_per_hour", values.number(0, _MOST)),
        "patience": Key("patience", parts.patience),
        "talk": Key("talk", parts.length),
        "wrap_up": Key("wrap_up", parts.length),
        "did": Key("did", values.maybe_text),
        "skills": Key("skills", values.listed(values.text)),
        "priority": Key("priority", values.whole(-1_000_000, 1_000_000)),
        "capacity": Key("capacity", values.whole(0, 1_000_000)),
        "full_to": Key("full_to", other),
        "timeout": Key("timeout_ms", values.maybe_ms),
        "overflow_to": Key("overflow_to", other),
        "empty_to": Key("empty_to", other),
        "transfer_to": Key("transfer_to", values.listed(values.known("queue", ids.queues))),
        "profile": Key("profile", parts.profile),
        "target": Key("target_ms", values.duration_ms),
        "short_abandon": Key("short_ms", values.duration_ms),
    }


TEAM: Keys = {"id": Key("id", _ID), "names": Key("names", values.names)}

SHIFT: Keys = {
    "id": Key("id", _ID),
    "start": Key("start_min", values.clock_min),
    "length": Key("length_min", values.some_min),
    "every": Key("period_min", values.some_min),
    "breaks": Key("breaks", values.listed(parts.off)),
    "weekdays": Key("weekdays", parts.some(values.listed(values.weekday))),
}

TRUNK: Keys = {
    "name": Key("name", _ID),
    "kind": Key("kind", values.word(ComponentKind)),
    "share": Key("share", values.number(0, _MOST)),
}


def location(ids: Ids) -> Keys:
    """The keys of a location."""
    return {
        "id": Key("id", _ID),
        "names": Key("names", values.names),
        "teams": Key("teams", values.listed(values.known("team", ids.teams))),
        "trunks": Key("trunks", values.listed(values.known("trunk", ids.trunks))),
    }


def meeting(ids: Ids) -> Keys:
    """The keys of a meeting."""
    return {
        "team": Key("team", values.known("team", ids.teams)),
        "at": Key("at_min", values.clock_min),
        "for": Key("minutes", values.some_min),
        "reason": Key("reason", values.text),
        "weekdays": Key("weekdays", values.listed(values.weekday)),
    }


def agent(ids: Ids) -> Keys:
    """The keys of an agent, or of many alike; `AgentPlan` lacks those that stand for several."""
    return {
        "id": Key("id", _ID),
        "count": Key("count", values.whole(1, 10_000)),
        "names": Key("names", values.names),
        "names_from": Key("names_from", _language),
        "team": Key("team", values.known("team", ids.teams)),
        "queues": Key("queues", parts.some(values.listed(values.known("queue", ids.queues)))),
        "skills": Key("skills", _levels(ids)),
        "shift": Key("shift", values.known("shift", ids.shifts)),
        "shifts": Key("shifts", parts.some(values.listed(values.known("shift", ids.shifts)))),
        "interface": Key("interface", values.text),
        "offset": Key("offset_min", values.duration_min),
        "offsets": Key("offsets", parts.some(values.listed(values.duration_min))),
        "talk_factor": Key("talk_factor", values.number(0.01, 100)),
        "no_answer_share": Key("no_answer_share", values.share),
        "short_call_share": Key("short_call_share", values.share),
    }


def _language(value: object) -> str:
    return values.known("list of names", values.LANGUAGES)(value)


def _levels(ids: Ids) -> Reader[dict[str, int]]:
    skill, level = values.known("queue with the skill", ids.skills), values.whole(1, 99)

    def read(value: object) -> dict[str, int]:
        if not isinstance(value, dict):
            raise mistaken(
                f"this is {values.kind_of(value)}",
                "Write skills and levels, 1 is best: { sales = 1, english = 2 }",
            )
        each(((name, name) for name in value), skill)
        return dict(zip(value, each(value.items(), level), strict=True))

    return read


HABITS: Keys = {
    "menu": Key("menu_ms", values.span_ms),
    "menu_quit_share": Key("menu_quit_share", values.share),
    "misdial_share": Key("misdial_share", values.share),
    "misdial": Key("misdial_ms", values.span_ms),
    "key_share": Key("key_share", values.share),
    "key_after": Key("key_after_ms", values.duration_ms),
    "callback_share": Key("callback_share", values.share),
    "callback_after": Key("callback_after_ms", values.duration_ms),
    "callback": Key("callback_ms", values.span_ms),
    "redial_share": Key("redial_share", values.share),
    "redial_after": Key("redial_after_ms", values.duration_ms),
    "redials_most": Key("redials_most", values.whole(0, 1_000)),
    "drop_waiting_share": Key("drop_waiting_share", values.share),
    "drop_talking_share": Key("drop_talking_share", values.share),
    "causes": Key("causes", parts.some(values.listed(parts.cause))),
    "ring": Key("ring", parts.length),
    "no_answer_share": Key("no_answer_share", values.share),
    "busy_share": Key("busy_share", values.share),
    "ring_timeout": Key("ring_timeout_ms", values.some_ms),
    "busy": Key("busy_ms", values.duration_ms),
    "missed": Key("missed_ms", values.duration_ms),
    "missed_reason": Key("missed_reason", values.maybe_text),
    "missed_set_by": Key("missed_set_by", values.maybe_text),
    "hold_share": Key("hold_share", values.share),
    "hold": Key("hold", parts.length),
    "short_call_share": Key("short_call_share", values.share),
    "short_call": Key("short_call", parts.length),
    "transfer_share": Key("transfer_share", values.share),
    "transfer_out_share": Key("transfer_out_share", values.share),
    "attended_share": Key("attended_share", values.share),
    "consult": Key("consult", parts.length),
    "extensions": Key("extensions", values.listed(values.text)),
    "passed_on": Key("passed_on", parts.length),
    "caller_hangs_up_share": Key("caller_hangs_up_share", values.share),
    "break_variation": Key("break_variation", values.number(0, 10)),
    "absent_share": Key("absent_share", values.share),
    "early_leave_share": Key("early_leave_share", values.share),
    "early_leave": Key("early_leave_ms", values.span_ms),
    "late": Key("late_ms", values.span_ms),
    "csat_share": Key("csat_share", values.share),
    "csat_weights": Key("csat_weights", parts.score_weights),
    "csat_after": Key("csat_after_ms", values.span_ms),
    "quality_share": Key("quality_share", values.share),
    "quality_mean": Key("quality_mean", values.whole(0, 100)),
    "quality_deviation": Key("quality_deviation", values.whole(0, 100)),
    "quality_after": Key("quality_after_ms", values.span_ms),
}

SITE: Keys = {
    "site": Key("site", values.identifier),
    "names": Key("names", values.names),
    "about": Key("about", values.names),
    "time_zone": Key("time_zone", values.zone),
    "start": Key("start", values.start),
    "day_start": Key("day_start_min", values.clock_min),
    "heartbeat": Key("heartbeat_ms", values.some_ms),
    "grain": Key("grain_ms", values.some_ms),
}
"""The keys that stand before every table."""
