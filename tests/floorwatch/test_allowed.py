"""How long a state may last: what the agent rules say, for the reasons that people give."""

from alerts.defaults import DEFAULTS
from alerts.rules import AgentRule
from floorwatch import invented
from floorwatch.allowed import allowed, merged
from floorwatch.premises import LOOK_MS, Premises
from ingest.events import AgentState
from ingest.stamp import Stamp
from ingest.words import AgentStatus
from stream.floor import Floor
from stream.sites import Site

T0 = 1_795_305_600_000
MINUTE = 60_000
BREAK = AgentRule(id="break", state="not_ready", reason="Break*", longer_ms=15 * MINUTE)
MEAL = AgentRule(id="meal", state="not_ready", reason="meal", longer_ms=45 * MINUTE)
ACW = AgentRule(id="acw", state="acw", longer_ms=2 * MINUTE)


def test_patterns_become_the_reasons_that_are_given() -> None:
    assert allowed([BREAK, MEAL, ACW], ["", "break", "break-short", "coaching"]) == {
        "not_ready": {"break": 15 * MINUTE, "break-short": 15 * MINUTE, "meal": 45 * MINUTE},
        "acw": {"": 2 * MINUTE},
    }


def test_of_several_rules_the_shortest_holds() -> None:
    long = AgentRule(id="any", state="not_ready", longer_ms=30 * MINUTE)
    assert allowed([MEAL, long], []) == {"not_ready": {"meal": 30 * MINUTE, "": 30 * MINUTE}}


def test_a_rule_for_some_says_nothing_of_all() -> None:
    narrow = AgentRule(id="one", state="acw", longer_ms=1, scopes=("team:night",))
    wide = AgentRule(id="all", state="acw", longer_ms=2, scopes=("team:*",))
    assert allowed([narrow], []) == {}
    assert allowed([narrow, wide], []) == {"acw": {"": 2}}


def test_rules_of_other_kinds_allow_nothing() -> None:
    assert allowed(DEFAULTS, ["break"]) == {}


def test_a_reason_is_known_once_somebody_gave_it() -> None:
    floor, stamp = Floor(Site(id="hq")), Stamp("/acd/hq/pbx", "1")
    premises = Premises(floor, None, lambda: [BREAK])
    assert premises.document(T0) == {}
    told = AgentState(agent="ann", state=AgentStatus.NOT_READY, reason="break")
    floor.apply(stamp.event(told, time=T0, recvtime=T0))
    known = premises.document(T0 + LOOK_MS)["allowed"]
    assert known == {"not_ready": {"break": 15 * MINUTE}}
    floor.apply(
        stamp.event(AgentState(agent="ann", state=AgentStatus.READY), time=T0 + 1, recvtime=T0 + 1)
    )
    assert premises.document(T0 + 2 * LOOK_MS)["allowed"] is known


def test_the_demo_allows_the_breaks_of_its_shifts_where_no_rule_speaks() -> None:
    breaks = invented.allowed_breaks(invented.scenario_for(Site(id="demo")))
    assert breaks["not_ready"] == {
        "break": 6 * MINUTE,
        "meal": 20 * MINUTE,
        "meeting": 9 * MINUTE,
        "coaching": 9 * MINUTE,
    }
    assert merged({"acw": {"": 1}}, breaks) == {"acw": {"": 1}, **breaks}
    assert merged({"not_ready": {"": 1}}, breaks) == {"not_ready": {"": 1}}
