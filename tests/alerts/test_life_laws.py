"""Laws of the life of alerts: whatever happens, and whenever it restarts."""

from collections import Counter
from contextlib import suppress
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.actions import ActionError
from alerts.care import Care, Grouping
from alerts.incident import Incident
from alerts.notices import Word

KEYS = (
    ("surge", "queue:sales"),
    ("surge", ""),
    ("silence", "queue:sales"),
    ("dropped", "queue:support"),
    ("mass_end", ""),
    ("component", "trunk:a"),
    ("component", "channel:wecom"),
    ("adapter", "feed:pbx"),
    ("long_wait", "queue:sales"),
    ("unreachable", "agent:li"),
)
CHANNELS = ("wecom", "mail")
CARE = Care(channels=CHANNELS, grouping=Grouping(settle_ms=30_000))

_boards = st.tuples(st.sampled_from(("hold", "free")), st.sampled_from(KEYS))
_times = st.tuples(st.just("go"), st.sampled_from((0.5, 3, 20, 130, 700)))
_acts = st.tuples(
    st.just("act"),
    st.sampled_from(("acknowledge", "unacknowledge", "silence", "unsilence", "maintain", "close")),
)
_moves = st.lists(st.one_of(_boards, _boards, _times, _acts), max_size=25)


def play(line, move) -> None:
    what, which = move
    if what == "hold":
        line.hold(*which, what="unreachable", metric="longest_wait")
    elif what == "free":
        line.free(*which)
    elif what == "go":
        line.go(which, step=max(1, which / 10))
    else:
        act(line, which)


def act(line, do: str) -> None:
    """Do it to the latest incident or silence, if there is one."""
    state = line.life.state
    wish: dict[str, object] = {"reason": "r", "cause": "c", "measure": "m", "scope": "queue:*"}
    wish["until"] = line.now + 60_000
    wish["incident"] = next(reversed(state.incidents), "none")
    wish["silence"] = next(reversed(state.silences), "none")
    with suppress(ActionError):
        line.do(do, **wish)


@settings(max_examples=120, deadline=None)
@given(moves=_moves, restarts=st.sets(st.integers(0, 25)))
def test_a_restart_at_any_moment_changes_nothing(make_line, moves, restarts) -> None:
    steady, restarted = make_line(CARE), make_line(CARE)
    for number, move in enumerate(moves):
        play(steady, move)
        if number in restarts:
            restarted.restart()
        play(restarted, move)
    assert msgspec.to_builtins(restarted.life.state) == msgspec.to_builtins(steady.life.state)
    assert restarted.entries == steady.entries
    assert restarted.notices == steady.notices
    assert restarted.life.document(steady.now) == steady.life.document(steady.now)


@settings(max_examples=120, deadline=None)
@given(moves=_moves)
def test_what_is_told_is_told_once_and_to_its_end(make_line, moves) -> None:
    line = make_line(CARE)
    for move in moves:
        play(line, move)
    for key in KEYS:
        line.free(*key)
    line.go(1_500, step=15)
    assert [each for each in line.life.state.incidents.values() if each.open] == []
    assert len({notice.id for notice in line.notices}) == len(line.notices)
    told = Counter((n.incident, n.channel, n.word) for n in line.notices)
    for (incident, channel, word), times in told.items():
        if word in (Word.FIRED, Word.RESOLVED):
            assert times == 1
        begun = told[incident, channel, Word.FIRED] + told[incident, channel, Word.ESCALATED]
        assert begun
        assert told[incident, channel, Word.RESOLVED] == 1
    for notice in line.notices:
        assert not any(alert.scope == f"channel:{notice.channel}" for alert in notice.alerts)


@settings(max_examples=120, deadline=None)
@given(moves=_moves)
def test_the_journal_agrees_with_the_alerts(make_line, moves) -> None:
    line = make_line(CARE)
    for move in moves:
        play(line, move)
        check(line)
    last: dict[tuple[str, str], str] = {}
    for entry in line.entries:
        key = (entry.rule, entry.scope)
        before = last.get(key, "ended")
        if entry.what == "fired":
            assert before in ("ended", "uninhibited", "flapped")
        if entry.what in ("fired", "inhibited", "uninhibited", "ended", "flapped"):
            last[key] = entry.what
    assert all(one.at <= other.at for one, other in pairwise(line.entries))


def check(line) -> None:
    state = line.life.state
    held = line.board.held
    for key, alert in state.alerts.items():
        assert key == alert.name
        assert alert.open == (alert.ended_at is None and alert.station != "pending")
        if alert.station == "firing":
            assert (alert.rule, alert.scope) in held
            assert alert.inhibited_by or alert.fired_at is not None
            assert alert.incident or alert.inhibited_by == "maintenance"
        if alert.inhibited_by not in ("", "maintenance"):
            assert alert.inhibited_by in state.alerts
        if alert.telling and alert.fired_at is not None:
            assert open_incident(line, alert.incident)
    for rule, scope in held:
        assert state.alerts[f"{rule} {scope}"].station in ("pending", "firing")
    fired = {(e.rule, e.scope) for e in line.entries if e.what == "fired"}
    for incident in state.incidents.values():
        assert (incident.rule, incident.scope) in fired


def open_incident(line, id: str) -> bool:
    incident: Incident = line.life.state.incidents[id]
    return incident.open


@settings(max_examples=60, deadline=None)
@given(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=6, unique=True))
def test_what_fires_and_is_muted_by_nothing_is_told_once_on_each_channel(make_line, keys) -> None:
    line = make_line(CARE)
    for key in keys:
        line.hold(*key, ago=60, what="unreachable", metric="longest_wait")
    line.go(20)
    for incident in line.life.state.incidents.values():
        told = [n.channel for n in line.notices if (n.incident, n.word) == (incident.id, "fired")]
        alerts = [line.life.state.alerts[name] for name in incident.members]
        if any(alert.telling for alert in alerts):
            expected = {"mail"} if "channel:wecom" in incident.scopes else set(CHANNELS)
            assert sorted(told) == sorted(expected)
        else:
            assert told == []
