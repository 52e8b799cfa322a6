"""What mutes what, and for how long."""

import pytest

from alerts.alert import Alert
from alerts.inhibition import AFTER_MS, ECHO_MS, GUESS_MS, REDIAL_MS, mutes
from alerts.words import Kind, Severity, Station

LINGER = 120_000


def alert(kind: str, scope: str, queues: tuple[str, ...] = (), at: int = 0, **evidence) -> Alert:
    return Alert(
        rule=kind,
        kind=Kind(kind),
        scope=scope,
        severity=Severity.WARNING,
        station=Station.FIRING,
        since=at,
        at=at,
        evidence=evidence,
        peak=evidence,
        queues=queues,
    )


def ended(cause: Alert, at: int) -> Alert:
    cause.station, cause.ended_at = Station.ENDED, at
    return cause


FEED = alert("adapter", "feed:pbx")
FEED_OF_SALES = alert("adapter", "feed:pbx", ("sales",))
TRUNK = alert("component", "trunk:a")
TRUNK_OF_SALES = alert("component", "trunk:a", ("sales",))
NODE = alert("component", "node:pbx")
SALES = "queue:sales"
SUPPORT = "queue:support"


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        (FEED, alert("silence", SALES)),
        (FEED, alert("surge", "")),
        (FEED, alert("agent", "agent:li", what="state_too_long")),
        (FEED, TRUNK),
        (FEED, NODE),
        (FEED_OF_SALES, alert("surge", SALES)),
        (FEED_OF_SALES, alert("surge", "")),
        *((TRUNK, alert(kind, SALES)) for kind in ("dropped", "mass_end", "collapse", "silence")),
        (TRUNK, alert("no_answer", "")),
        (TRUNK, alert("dropped", "agent:li")),
        (TRUNK, alert("agent", "agent:li", what="unreachable")),
        (TRUNK, alert("surge", SALES, at=1)),
        (TRUNK, alert("component", "registration:a")),
        (TRUNK_OF_SALES, alert("silence", SALES)),
        (NODE, TRUNK),
        (NODE, alert("mass_sign_out", "team:red")),
        (alert("component", "registration:a"), alert("dropped", SALES)),
        (alert("component", "endpoint:*"), alert("dropped", SALES)),
        (alert("component", "endpoint:*"), alert("mass_sign_out", "")),
        (alert("component", "endpoint:1001"), alert("agent", "agent:li", what="unreachable")),
        (alert("component", "link:ami"), alert("dropped", SALES)),
        (alert("mass_end", ""), alert("dropped", SALES)),
        (alert("mass_end", ""), alert("surge", SALES, at=1)),
        (alert("mass_sign_out", "team:red", ("sales",)), alert("no_answer", SALES)),
        (
            alert("mass_sign_out", "team:red", ("sales",)),
            alert("threshold", SALES, metric="longest_wait"),
        ),
        (alert("mass_sign_out", "team:red"), alert("agent", "agent:li", what="state_too_long")),
        (alert("surge", SALES), alert("threshold", SALES, metric="service_level")),
        (alert("surge", ""), alert("threshold", SALES, metric="waiting")),
        (alert("surge", ""), alert("surge", SALES)),
        (alert("surge", "group:a", ("sales", "support")), alert("surge", SALES)),
        (alert("silence", ""), alert("silence", SALES)),
        (alert("silence", SALES), alert("collapse", SALES)),
        (alert("dropped", "trunk:a"), alert("dropped", SALES)),
    ],
)
def test_a_cause_mutes_its_effect_and_never_the_other_way(cause: Alert, effect: Alert) -> None:
    assert mutes(cause, effect, 1, LINGER)
    assert not mutes(effect, cause, 1, LINGER)


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        (FEED, alert("component", "channel:wecom")),
        (FEED, alert("adapter", "feed:other")),
        (FEED_OF_SALES, alert("silence", SUPPORT)),
        (TRUNK, alert("component", "trunk:b")),
        (TRUNK, alert("component", "registration:b")),
        (TRUNK, alert("threshold", SALES, metric="longest_wait")),
        (TRUNK, alert("agent", "agent:li", what="state_too_long")),
        (TRUNK, alert("mass_sign_out", "team:red")),
        (TRUNK_OF_SALES, alert("silence", SUPPORT)),
        (alert("component", "endpoint:*"), TRUNK),
        (alert("component", "endpoint:1001"), alert("dropped", SALES)),
        (alert("component", "channel:wecom"), alert("dropped", SALES)),
        (alert("surge", SALES), alert("threshold", SUPPORT, metric="waiting")),
        (alert("surge", SALES), alert("threshold", SALES, metric="occupancy")),
        (alert("surge", SALES), alert("surge", SUPPORT)),
        (alert("surge", SALES), alert("dropped", SALES)),
        (alert("surge", "group:a", ("sales", "support")), alert("surge", "queue:vip")),
        (alert("surge", SALES), alert("surge", SALES)),
        (alert("mass_sign_out", "team:red", ("sales",)), alert("no_answer", SUPPORT)),
        (alert("mass_sign_out", "team:red"), alert("surge", SALES)),
        (alert("dropped", SALES), alert("dropped", "agent:li")),
    ],
)
def test_what_has_nothing_to_do_with_each_other(cause: Alert, effect: Alert) -> None:
    assert not mutes(cause, effect, 1, LINGER)


def test_it_lingers_after_the_cause_and_longer_for_redials() -> None:
    trunk = ended(alert("component", "trunk:a"), 1_000)
    silence, surge = alert("silence", SALES), alert("surge", SALES)
    assert mutes(trunk, silence, 1_000 + LINGER - 1, LINGER)
    assert not mutes(trunk, silence, 1_000 + LINGER, LINGER)
    assert mutes(trunk, surge, 1_000 + ECHO_MS - 1, LINGER)
    assert not mutes(trunk, surge, 1_000 + ECHO_MS, LINGER)


def test_what_begins_when_the_cause_is_gone_is_no_effect_of_it() -> None:
    trunk = ended(alert("component", "trunk:a"), 1_000)
    late = alert("silence", SALES, at=1_000 + AFTER_MS + 1)
    assert mutes(trunk, alert("silence", SALES, at=1_000 + AFTER_MS), late.at, LINGER)
    assert not mutes(trunk, late, late.at, LINGER)


def test_who_was_not_served_calls_again_after_some_minutes() -> None:
    gone = alert("mass_sign_out", "")
    assert not mutes(gone, alert("surge", SALES, at=120_000), 120_000, LINGER)
    assert mutes(gone, alert("surge", SALES, at=240_000), 240_000, LINGER)


def test_what_begins_as_redials_is_held_for_redials_and_what_begins_later_is_not() -> None:
    over = 4_000_000
    gone = ended(alert("mass_sign_out", ""), over)
    echo = alert("surge", SALES, at=over + REDIAL_MS - 1)
    assert mutes(gone, echo, over + ECHO_MS - 1, LINGER)
    assert not mutes(gone, echo, over + ECHO_MS, LINGER)
    later = alert("surge", SALES, at=over + REDIAL_MS)
    assert not mutes(gone, later, later.at, LINGER)


def test_more_calls_before_the_fault_are_no_redials() -> None:
    trunk = alert("component", "trunk:a", at=5_000)
    assert not mutes(trunk, alert("surge", SALES, at=4_999), 6_000, LINGER)


def test_a_line_that_is_dead_for_days_does_not_mute_the_floor_for_days() -> None:
    effect = alert("dropped", SALES, at=GUESS_MS + 1)
    assert not mutes(TRUNK, effect, GUESS_MS + 1, LINGER)
    assert mutes(TRUNK_OF_SALES, effect, GUESS_MS + 1, LINGER)
    assert mutes(FEED, effect, GUESS_MS + 1, LINGER)


def test_what_is_pending_mutes_nothing() -> None:
    trunk = alert("component", "trunk:a")
    trunk.station = Station.PENDING
    assert not mutes(trunk, alert("dropped", SALES), 1, LINGER)


def test_drops_go_on_only_if_another_call_was_dropped_since() -> None:
    trunk = ended(alert("component", "trunk:a"), 1_000)
    dropped = alert("dropped", SALES)
    assert mutes(trunk, dropped, 1_000 + REDIAL_MS - 1, LINGER)
    dropped.worse_at = 1_001
    assert mutes(trunk, dropped, 1_000 + LINGER - 1, LINGER)
    assert not mutes(trunk, dropped, 1_000 + LINGER, LINGER)
