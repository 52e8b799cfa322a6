"""Scenario files: every key sets its field, every mistake is named, one file can be like another."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwatch.settings_values import ValueMistakeError
from floorwatch.settings_values import duration_ms as settings_duration_ms
from ingest.words import CauseClass, ComponentKind
from simulators import plans, scenario_keys, scenario_parts, scenario_values
from simulators.faults import Fault, FaultKind
from simulators.plans import (
    AgentPlan,
    Break,
    Cause,
    Habits,
    Length,
    Location,
    Meeting,
    Patience,
    Profile,
    QueuePlan,
    Shift,
    Trunk,
    Wander,
)
from simulators.scenario import Scenario
from simulators.scenario_file import load, parse
from simulators.scenario_keys import HABITS, Ids
from simulators.scenario_mistakes import MistakesError, Problem, ScenarioFileError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
MINUTE = 60_000

SMALL = """\
site = "north"
[profile]
step = "24h"
weights = [1]
[[teams]]
id = "front"
[[queues]]
id = "sales"
calls_per_hour = 60
patience = "3 min"
talk = { mean = "140s", variation = 0.7 }
wrap_up = "20s"
skills = ["sales"]
[[shifts]]
id = "day"
start = "08:00"
length = "9h"
[[agents]]
id = "1001"
team = "front"
skills = { sales = 1 }
shift = "day"
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


WHOLE = blocks("toml")[1]
"""The file of the documentation that gives every key."""


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioFileError) as raised:
        parse(text, "f.toml")
    return raised.value.problems


def test_a_small_file_is_a_scenario() -> None:
    assert parse(SMALL, "f.toml") == Scenario(
        site="north",
        names={},
        time_zone="UTC",
        profile=Profile(step_min=1_440, weights=(1.0,)),
        teams={"front": {}},
        queues=(
            QueuePlan(
                id="sales",
                names={},
                calls_per_hour=60.0,
                patience=Patience(3 * MINUTE),
                talk=Length(140_000, 0.7),
                wrap_up=Length(20_000, 0.0),
                did="",
                skills=("sales",),
            ),
        ),
        shifts=(Shift(id="day", start_min=480, length_min=540),),
        agents=(
            AgentPlan(
                id="1001",
                names={},
                team="front",
                queues=("sales",),
                shift="day",
                interface="PJSIP/1001",
            ),
        ),
    )


ALL = """\
site = "south"
names = { zh = "南方中心", en = "South" }
about = { en = "About it." }
time_zone = "Europe/London"
start = "2026-10-24 22:00"
day_start = "05:30"
heartbeat = "5s"
grain = "1s"
[profile]
step = "12h"
weights = [0.5, 1]
weekday_factors = [1, 2, 3, 4, 5, 6, 7.5]
[wander]
day_variation = 0.1
day_correlation = -0.2
step_variation = 0.3
step_correlation = 0.4
[[teams]]
id = "front"
names = { zh = "一线" }
[[queues]]
id = "sales"
names = { en = "Sales" }
calls_per_hour = 12.5
patience = "never"
talk = { mean = "1.5 min", variation = "exponential" }
wrap_up = { mean = "20s", variation = 0.5 }
did = "400"
skills = ["sales"]
priority = -3
capacity = 7
full_to = "care"
timeout = "2 min"
overflow_to = "care"
empty_to = "care"
transfer_to = ["care", "sales"]
profile = { step = "24h", weights = [2], weekday_factors = [0, 0, 0, 0, 0, 1, 1] }
target = "30s"
short_abandon = "3s"
[[queues]]
id = "care"
calls_per_hour = 1
patience = { hazard = [{ from = "0s", per_min = 0.5 }, { from = "30s", per_min = 0.25 }] }
talk = "1 min 30 s"
wrap_up = "0s"
[[shifts]]
id = "day"
start = 08:00:00
length = "9h"
every = "12h"
weekdays = ["sun", "mon"]
breaks = [{ reason = "meal", after = "3h45m", for = "45 min" }]
[[agents]]
id = "a"
names = { en = "Ann Ab" }
team = "front"
queues = ["care", "sales"]
shift = "day"
interface = "SIP/{id}"
offset = "7 min"
talk_factor = 1.25
no_answer_share = 0.5
short_call_share = 0
[[trunks]]
name = "line"
kind = "link"
share = 0.25
[[locations]]
id = "hall"
names = { en = "Hall" }
teams = ["front"]
trunks = ["line"]
[[meetings]]
team = "front"
at = "14:30"
for = "15 min"
reason = "talk"
weekdays = ["wed"]
[[faults]]
kind = "peak"
after = "90 min"
for = "30 min"
scope = "queue:care"
size = 2
ramp = "5 min"
[[faults]]
kind = "trunk_down"
at = "03:00"
for = "1 min"
scope = "trunk:line"
[[faults]]
kind = "clock_jump"
after = "0s"
for = "1h"
size = "-90s"
[[faults]]
kind = "stuck"
after = "0s"
for = "1h"
scope = "agent:a"
"""


def test_every_key_sets_its_field() -> None:
    hour = 60 * MINUTE
    assert parse(ALL, "f.toml") == Scenario(
        site="south",
        names={"zh": "南方中心", "en": "South"},
        about={"en": "About it."},
        time_zone="Europe/London",
        start="2026-10-24 22:00",
        day_start_min=330,
        heartbeat_ms=5_000,
        grain_ms=1_000,
        profile=Profile(step_min=720, weights=(0.5, 1.0), weekdays=(1, 2, 3, 4, 5, 6, 7.5)),
        wander=Wander(
            day_variation=0.1, day_correlation=-0.2, step_variation=0.3, step_correlation=0.4
        ),
        teams={"front": {"zh": "一线"}},
        queues=(
            QueuePlan(
                id="sales",
                names={"en": "Sales"},
                calls_per_hour=12.5,
                patience=Patience(None),
                talk=Length(90_000, None),
                wrap_up=Length(20_000, 0.5),
                did="400",
                skills=("sales",),
                priority=-3,
                capacity=7,
                full_to="care",
                timeout_ms=2 * MINUTE,
                overflow_to="care",
                empty_to="care",
                transfer_to=("care", "sales"),
                profile=Profile(step_min=1_440, weights=(2.0,), weekdays=(0, 0, 0, 0, 0, 1, 1)),
                target_ms=30_000,
                short_ms=3_000,
            ),
            QueuePlan(
                id="care",
                names={},
                calls_per_hour=1.0,
                patience=Patience(None, ((0, 0.5), (30_000, 0.25))),
                talk=Length(90_000, 0.0),
                wrap_up=Length(0, 0.0),
                did="",
            ),
        ),
        shifts=(
            Shift(
                id="day",
                start_min=480,
                length_min=540,
                period_min=720,
                weekdays=(6, 0),
                breaks=(Break(reason="meal", at_min=225, minutes=45),),
            ),
        ),
        agents=(
            AgentPlan(
                id="a",
                names={"en": "Ann Ab"},
                team="front",
                queues=("care", "sales"),
                shift="day",
                interface="SIP/a",
                offset_min=7,
                talk_factor=1.25,
                no_answer_share=0.5,
                short_call_share=0.0,
            ),
        ),
        trunks=(Trunk(name="line", kind=ComponentKind.LINK, share=0.25),),
        locations=(Location(id="hall", names={"en": "Hall"}, teams=("front",), trunks=("line",)),),
        meetings=(Meeting(team="front", at_min=870, minutes=15, reason="talk", weekdays=(2,)),),
        faults=(
            Fault(
                kind=FaultKind.PEAK,
                after_ms=90 * MINUTE,
                length_ms=30 * MINUTE,
                scope="queue:care",
                size=2.0,
                ramp_ms=5 * MINUTE,
            ),
            Fault(  # five hours on the clock, and the hour that this night has twice
                kind=FaultKind.TRUNK_DOWN,
                after_ms=6 * hour,
                length_ms=MINUTE,
                scope="trunk:line",
            ),
            Fault(kind=FaultKind.CLOCK_JUMP, after_ms=0, length_ms=hour, size=-90_000.0),
            Fault(kind=FaultKind.STUCK, after_ms=0, length_ms=hour, scope="agent:a"),
        ),
    )


HABIT = {
    "menu": ('["1s", "2s"]', (1_000, 2_000)),
    "menu_quit_share": ("0.5", 0.5),
    "misdial_share": ("0.5", 0.5),
    "misdial": ('["1s", "2s"]', (1_000, 2_000)),
    "key_share": ("0.5", 0.5),
    "key_after": ('"7s"', 7_000),
    "callback_share": ("0.5", 0.5),
    "callback_after": ('"7s"', 7_000),
    "callback": ('["1s", "2s"]', (1_000, 2_000)),
    "redial_share": ("0.5", 0.5),
    "redial_after": ('"7s"', 7_000),
    "redials_most": ("9", 9),
    "drop_waiting_share": ("0.5", 0.5),
    "drop_talking_share": ("0.5", 0.5),
    "causes": ('[{ cause = "27", class = "device" }]', (Cause("27", CauseClass.DEVICE),)),
    "ring": ('"7s"', Length(7_000, 0.0)),
    "no_answer_share": ("0.5", 0.5),
    "busy_share": ("0.5", 0.5),
    "ring_timeout": ('"7s"', 7_000),
    "busy": ('"7s"', 7_000),
    "missed": ('"7s"', 7_000),
    "missed_reason": ('"away"', "away"),
    "missed_set_by": ('""', ""),
    "hold_share": ("0.5", 0.5),
    "hold": ('"7s"', Length(7_000, 0.0)),
    "short_call_share": ("0.5", 0.5),
    "short_call": ('"7s"', Length(7_000, 0.0)),
    "transfer_share": ("0.5", 0.5),
    "transfer_out_share": ("0.5", 0.5),
    "attended_share": ("0.25", 0.25),
    "consult": ('"7s"', Length(7_000, 0.0)),
    "extensions": ('["9"]', ("9",)),
    "passed_on": ('"7s"', Length(7_000, 0.0)),
    "caller_hangs_up_share": ("0.5", 0.5),
    "break_variation": ("0.5", 0.5),
    "absent_share": ("0.5", 0.5),
    "early_leave_share": ("0.5", 0.5),
    "early_leave": ('["1s", "2s"]', (1_000, 2_000)),
    "late": ('["1s", "2s"]', (1_000, 2_000)),
    "csat_share": ("0.5", 0.5),
    "csat_weights": ("[1, 0, 0, 0, 2]", (1.0, 0.0, 0.0, 0.0, 2.0)),
    "csat_after": ('["1s", "2s"]', (1_000, 2_000)),
    "quality_share": ("0.5", 0.5),
    "quality_mean": ("70", 70),
    "quality_deviation": ("3", 3),
    "quality_after": ('["1s", "2s"]', (1_000, 2_000)),
}


@pytest.mark.parametrize("key", HABITS)
def test_every_habit_sets_its_field_and_no_other(key: str) -> None:
    text, value = HABIT[key]
    field = HABITS[key].field
    assert getattr(Habits(), field) != value
    habits = parse(f"{SMALL}[habits]\n{key} = {text}\n", "f.toml").habits
    assert habits == replace(Habits(), **{field: value})


@pytest.mark.parametrize(
    ("plan", "keys", "elsewhere"),
    [
        (plans.Habits, HABITS, set()),
        (plans.Wander, scenario_keys.WANDER, set()),
        (plans.Profile, scenario_parts.PROFILE, set()),
        (plans.QueuePlan, scenario_keys.queue(Ids()), set()),
        (plans.Shift, scenario_keys.SHIFT, set()),
        (plans.Trunk, scenario_keys.TRUNK, set()),
        (plans.Location, scenario_keys.location(Ids()), set()),
        (plans.Meeting, scenario_keys.meeting(Ids()), set()),
        (plans.AgentPlan, scenario_keys.agent(Ids()), set()),
        (
            Scenario,
            scenario_keys.SITE,
            {"queues", "teams", "shifts", "agents", "trunks", "locations", "meetings"}
            | {"profile", "habits", "wander", "faults"},
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_field_has_a_key(plan: type, keys: scenario_parts.Keys, elsewhere: set[str]) -> None:
    named = {key.field for key in keys.values()}
    assert {field.name for field in fields(plan)} <= named | elsewhere


def test_the_documented_file_gives_every_key_and_true_defaults() -> None:
    scenario = parse(WHOLE, "whole.toml")
    assert scenario.habits == Habits()
    sales, _ = scenario.queues
    kept = QueuePlan(
        id="sales",
        names=sales.names,
        calls_per_hour=60.0,
        patience=sales.patience,
        talk=sales.talk,
        wrap_up=sales.wrap_up,
        did=sales.did,
        skills=("sales",),
        transfer_to=("english",),
    )
    assert sales == kept
    early, late = scenario.shifts
    assert early == replace(late, id="early", start_min=450, breaks=early.breaks)
    assert (scenario.day_start_min, scenario.heartbeat_ms) == (0, 10_000)
    ids = Ids()
    keys = {"like", *HABITS, *scenario_keys.WANDER, *scenario_keys.SITE, *scenario_parts.PROFILE}
    for table in (scenario_keys.queue, scenario_keys.location, scenario_keys.agent):
        keys |= table(ids).keys()
    keys |= {*scenario_keys.SHIFT, *scenario_keys.TRUNK, *scenario_keys.meeting(ids)}
    keys |= {"kind", "at", "after", "for", "scope", "size", "ramp", "busier", "hazard"}
    for key in keys:
        assert re.search(rf"(^|[{{,\s]){key} = ", "\n".join(blocks("toml"))), f"{key} is not there"


def test_the_short_file_of_the_documentation_is_read() -> None:
    scenario = parse(blocks("toml")[0], "short.toml")
    assert scenario.names["en"] == "A busier Monday"
    assert scenario.habits.absent_share == 0.08


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_fault_is_documented(kind: FaultKind) -> None:
    assert f"| `{kind}` |" in PAGE


@pytest.mark.parametrize(
    ("was", "now", "line", "key", "what", "mend"),
    [
        ('site = "north"', 'site = "nor th"', 1, "site", "cannot stand in", '"north"'),
        ('site = "north"', "sight = 1", 1, "sight", "no such key", 'Did you mean "site"'),
        ('site = "north"', "", None, "site", "missing", "quiet-day"),
        ('"24h"', '"7h"', 4, "profile.weights", "make 420 min", "whole part"),
        ('"24h"', '"90s"', 3, "profile.step", "finer than a minute", "whole minutes"),
        ("[1]", "[1, -1]", 4, "profile.weights[2]", "out of range", "0 to"),
        ("[1]", "[nan]", 4, "profile.weights[1]", "out of range", "0 to"),
        ("[1]", "1", 4, "profile.weights", "a whole number", "brackets"),
        ("calls_per_hour", "calls_per_our", 9, "queues[1].calls_per_our", "no such", "per_hour"),
        ("= 60", '= "60"', 9, "queues[1].calls_per_hour", "a text", "no quotes"),
        ('"3 min"', '"3"', 10, "queues[1].patience", "not a duration", "90s"),
        ('"3 min"', "180", 10, "queues[1].patience", "no unit", '"180s"'),
        ('"3 min"', '"0s"', 10, "queues[1].patience", "no time at all", "above nought"),
        ('"3 min"', '"3 fortnights"', 10, "queues[1].patience", "fortnights", "ms, s, min"),
        ('"3 min"', '"9000h"', 10, "queues[1].patience", "longer than a year", "shorter"),
        ('"3 min"', "{ haz = 1 }", 10, "queues[1].patience.haz", "no such", '"hazard"'),
        ("= 0.7", '= "exp"', 11, "queues[1].talk.variation", "no variation", "exponential"),
        (", variation = 0.7", "", 11, "queues[1].talk", "variation is missing", "Add"),
        ('"20s"', '"0.1ms"', 12, "queues[1].wrap_up", "finer than", "whole milliseconds"),
        ('"20s"', '"20s"\ntimeout = "0s"', 13, "queues[1].timeout", "no time", "above nought"),
        ('"20s"', '"20s"\nfull_to = "x"', 13, "queues[1].full_to", 'no queue "x"', "sales"),
        ('id = "day"', 'id = ""', 15, "shifts[1].id", "0 letters", "1 to 255"),
        ('"08:00"', '"8"', 16, "shifts[1].start", "not a time of day", "08:30"),
        ('"9h"', '"9h"\nweekdays = ["mo"]', 18, "shifts[1].weekdays[1]", "weekday", "mon"),
        ('"9h"', '"9h"\nweekdays = []', 18, "shifts[1].weekdays", "empty", "at least one"),
        ('team = "front"', 'team = "fron"', 20, "agents[1].team", "no team", '"front"'),
        ("{ sales = 1 }", "{ sale = 1 }", 21, "agents[1].skills.sale", "skill", '"sales"'),
        ("{ sales = 1 }", "{ sales = 0 }", 21, "agents[1].skills.sales", "range", "1 to 99"),
        ("{ sales = 1 }", "{ }", 18, "agents", "enough for no queue", "skills"),
        ('shift = "day"', 'shifts = ["day"]', 22, "agents[1].shifts", "many", "count"),
        ('shift = "day"', "", 18, "agents[1]", "shift or shifts is missing", "shift = "),
        ('shift = "day"', 'shift = "day"\nqueues = ["sales"]', 23, "agents[1].queues", "exc", "o"),
        ('id = "1001"', 'id = "ann"\ncount = 2', 19, "agents[1].id", "counted on", '"1001"'),
        (
            'id = "1001"',
            'id = "1"\nnames = { fr = "A" }',
            20,
            "agents[1].names.fr",
            "language",
            "zh",
        ),
        ("[[shifts]]", '[[teams]]\nid = "front"\n[[shifts]]', 15, "teams[2].id", "before", "own"),
        ("[[teams]]", "[teams]", 5, "teams", "a table", "[[teams]]"),
        ("[1]", "= 1", 4, "", "not TOML", "Mend"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    was: str, now: str, line: int | None, key: str, what: str, mend: str
) -> None:
    assert was in SMALL
    problem = problems(SMALL.replace(was, now, 1))[-1 if "no such" in what else 0]
    assert (problem.line, problem.key) == (line, key)
    assert what in problem.what
    assert mend in problem.mend
    assert str(problem).startswith(f"f.toml:{line}: " if line else "f.toml: ")


@pytest.mark.parametrize(
    ("fault", "key", "what", "mend"),
    [
        ('kind = "peek"\nafter = "1h"\nfor = "1m"', "kind", "not known", '"peak"'),
        ('kind = "peak"\nafter = "1h"\nfor = "1m"', "", "size is missing", "three times"),
        ('kind = "peak"\nafter = "1h"\nsize = 2', "", "for is missing", "for = "),
        ('kind = "peak"\nfor = "1m"\nsize = 2', "", "begins at", 'at = "10:30"'),
        ('kind = "drops"\nafter = "1h"\nfor = "1m"\nsize = 6', "size", "range", "share"),
        ('kind = "outage"\nafter = "1h"\nfor = "1m"\nsize = 1', "size", "no size", "Take it out"),
        ('kind = "outage"\nafter = "1h"\nfor = "0s"', "for", "no time at all", "above"),
        ('kind = "outage"\nat = "25:00"\nfor = "1m"', "at", "not a time of day", "08:30"),
        ('kind = "outage"\nat = "10:00"\nfor = "1m"', "at", "no first day", "start = "),
        ('kind = "stuck"\nafter = "1h"\nfor = "1m"\nscope = "a:1"', "scope", "scope", "agent:"),
        ('kind = "stuck"\nafter = "1h"\nfor = "1m"\nscope = "agent:1"', "scope", "agent", "1001"),
        ('kind = "clock_jump"\nafter = "1h"\nfor = "1m"\nsize = 9', "size", "unit", '"90s"'),
    ],
)
def test_a_mistaken_fault_says_what_to_write(fault: str, key: str, what: str, mend: str) -> None:
    problem = problems(f"{SMALL}[[faults]]\n{fault}\n")[0]
    assert problem.key == "faults[1]" + (f".{key}" if key else "")
    assert what in problem.what
    assert mend in problem.mend
    rows = f"{SMALL}[[faults]]\n{fault}\n".splitlines()
    assert problem.line is not None
    assert rows[problem.line - 1].startswith(key or "[[faults]]")


def test_all_mistakes_are_told_at_once_from_the_top() -> None:
    text = SMALL.replace("08:00", "8").replace("= 60", "= -1").replace('"20s"', '"20"')
    text = text.replace('"front"\nskills', '"back"\nskills').replace('"24h"', '"7h"')
    assert [problem.line for problem in problems(text)] == [4, 9, 12, 16, 20]


def test_lines_are_right_after_values_of_several_lines_and_with_windows_line_ends() -> None:
    text = 'site = """\nn n"""\nabout = {}\n[profile]\nstep = "24h"\nweights = [ # a\n\n1, ]\n'
    text += SMALL[SMALL.index("[[teams]]") :].replace('"3 min"', '"3"')
    lines = {problem.key: problem.line for problem in problems(text.replace("\n", "\r\n"))}
    assert lines == {"site": 1, "queues[1].patience": 14}


LINES = WHOLE.splitlines()
VALUES = st.one_of(
    st.sampled_from(['"90s"', '"x"', '""', "{}", "[]", "[{}]", "[[1]]", "1e400", "-inf", "true"]),
    st.sampled_from(["1979-05-27", "07:32:00", "9" * 5_000, '"never"', '"sales"', '"trunk:x"']),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from([row.partition(" = ")[2] for row in LINES if " = " in row]),
)


def read_or_refused(text: str) -> None:
    try:
        assert isinstance(parse(text, "f.toml"), Scenario)
    except ScenarioFileError as error:
        found = error.problems
    else:
        return
    assert found
    assert all(problem.what and problem.mend for problem in found)


@given(st.text())
def test_any_text_is_a_scenario_or_has_problems(text: str) -> None:
    read_or_refused(text)


@given(st.data())
def test_a_spoilt_file_is_a_scenario_or_has_problems(data: st.DataObject) -> None:
    rows = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(rows) - 1))
        key, equals, _ = rows[at].partition(" = ")
        rows[at] = f"{key}{equals}{data.draw(VALUES)}" if equals else data.draw(st.text(max_size=9))
    read_or_refused("\n".join(rows))


def test_brackets_without_end_are_refused() -> None:
    read_or_refused("a = " + "[" * 100_000)


@pytest.mark.parametrize(
    "text",
    ["20s", "5 min", "500ms", "1.5 h", "1 min 30 s", "2 分钟", "1小时", "3", "x", "", "-1s", "1 d"],
)
def test_durations_are_written_as_in_the_settings(text: str) -> None:
    try:
        expected: int | None = settings_duration_ms(text)
    except ValueMistakeError:
        expected = None
    try:
        read: int | None = scenario_values.duration_ms(text)
    except MistakesError:
        read = None
    assert read == expected


def test_many_agents_have_distinct_names_and_are_dealt_to_shifts_and_offsets() -> None:
    many = SMALL.replace('id = "1001"', 'id = "0998"\ncount = 40')
    many = many.replace('shift = "day"', 'shifts = ["day", "late"]\noffsets = ["0 min", "9 min"]')
    many += '[[shifts]]\nid = "late"\nstart = "12:00"\nlength = "9h"\n'
    agents = parse(many, "f.toml").agents
    assert [agent.id for agent in agents[:4]] == ["0998", "0999", "1000", "1001"]
    assert [agent.shift for agent in agents[:4]] == ["day", "late", "day", "late"]
    assert [agent.offset_min for agent in agents[:5]] == [0, 0, 9, 9, 0]
    assert agents[1].interface == "PJSIP/0999"
    for language in ("zh", "en"):
        assert len({agent.names[language] for agent in agents}) == 40
    english = parse(many.replace("count", 'names_from = "en"\ncount'), "f.toml").agents
    assert all(re.fullmatch("[A-Z][a-z]+ [A-Z][a-z]+", agent.names["en"]) for agent in english)


def test_an_agent_serves_the_queues_that_his_skills_suffice_for_best_first() -> None:
    queue = SMALL[SMALL.index("[[queues]]") : SMALL.index("[[shifts]]")]
    text = SMALL.replace('skills = ["sales"]', 'skills = ["sales", "english"]', 1)
    for id_ in ("vip", "chat", "care"):
        text += queue.replace('"sales"', f'"{id_}"')
    text = text.replace("{ sales = 1 }", "{ vip = 4, sales = 1, english = 2, care = 3 }")
    (agent,) = parse(text, "f.toml").agents
    assert agent.queues == ("sales", "care", "vip")


def test_a_file_is_like_another_beside_it(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text("\ufeff" + SMALL + 'names = { en = "Day" }\n')
    (tmp_path / "more.toml").write_text(
        'like = "ours.toml"\nbusier = 1.5\n[habits]\nlate = ["0s", "0s"]'
    )
    ours, more = load(tmp_path / "ours.toml"), load(tmp_path / "more.toml")
    (queue,) = ours.queues
    busier = replace(queue, calls_per_hour=90.0, capacity=75)
    assert more == replace(ours, queues=(busier,), habits=Habits(late_ms=(0, 0)))


def test_a_file_that_is_like_itself_or_like_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('like = "a.toml"\n')
    (tmp_path / "b.toml").write_text('\nlike = "quite-day"\n')
    with pytest.raises(ScenarioFileError, match="too many files"):
        load(tmp_path / "a.toml")
    with pytest.raises(ScenarioFileError, match=r'b\.toml:2: like: .*Did you mean "quiet-day"'):
        load(tmp_path / "b.toml")
    with pytest.raises(ScenarioFileError, match=r"c\.toml: cannot be read"):
        load(tmp_path / "c.toml")
    (tmp_path / "d.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioFileError, match="UTF-8"):
        load(tmp_path / "d.toml")


def test_what_is_like_another_changes_only_what_it_gives() -> None:
    base = parse('like = "quiet-day"', "f.toml")
    text = """
        like = "quiet-day"
        start = "2026-12-01 07:00"
        faults = []
        [profile]
        weekday_factors = [1, 1, 1, 1, 1, 0, 0]
        [[queues]]
        id = "vip"
        timeout = "never"
        skills = []
        [[teams]]
        id = "new"
        [[agents]]
        id = "1001"
        offset = "3 min"
        [[agents]]
        id = "1801"
        count = 2
        team = "new"
        [[agents]]
        id = "9001"
        count = 2
        team = "new"
        skills = { sales = 1 }
        shift = "day"
    """
    made = parse(text, "f.toml")
    people = {agent.id: agent for agent in base.agents}
    assert made.profile.weights == base.profile.weights
    assert made.profile.weekdays == (1, 1, 1, 1, 1, 0, 0)
    vip = made.queues[3]
    assert vip == replace(base.queues[3], timeout_ms=None, skills=())
    now = {agent.id: agent for agent in made.agents}
    assert now["1001"] == replace(people["1001"], offset_min=3)
    assert now["1102"].queues == ("sales",)
    assert people["1102"].queues == ("sales", "vip")
    assert [now[id_].team for id_ in ("1801", "1802", "1803")] == ["new", "new", "night"]
    assert now["1801"].names == people["1801"].names
    assert len(now) == len(people) + 2


def test_a_fault_keeps_its_time_of_day_when_the_start_is_another() -> None:
    (fault,) = parse('like = "trunk-failure"', "f.toml").faults
    (later,) = parse('like = "trunk-failure"\nstart = "2026-11-25 10:00"', "f.toml").faults
    (next_day,) = parse('like = "trunk-failure"\nstart = "2026-11-25 12:30"', "f.toml").faults
    assert [each.after_ms // MINUTE for each in (fault, later, next_day)] == [60, 30, 22 * 60]
