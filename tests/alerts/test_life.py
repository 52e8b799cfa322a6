"""The life of alerts, told as time lines on a clock that is moved by hand."""

import pytest

from alerts.actions import ActionError
from alerts.breach import Sight
from alerts.care import Care, Grouping, Maintenance
from alerts.hours import Hours, Span


def test_a_fault_fires_is_told_once_and_resolves(line) -> None:
    line.hold("silence", "queue:sales")
    assert line.only["state"] == "firing"
    line.go(4)
    assert line.notices == []
    line.go(1)
    line.go(55)
    line.free("silence", "queue:sales")
    line.go(120)
    assert line.words() == [
        "fired silence queue:sales",
        "told",
        "ended silence queue:sales",
        "resolved",
    ]
    assert line.told() == ["5 fired wecom", "120 resolved wecom"]
    fired, resolved = line.notices
    assert fired.id != resolved.id
    assert fired.alerts[0].ended_at is None
    assert resolved.alerts[0].ended_at == resolved.at - 60_000
    assert resolved.alerts[0].scope_names == {"zh": "销售", "en": "Sales"}
    assert line.only["ended_at"] == resolved.alerts[0].ended_at


def test_what_ends_within_the_grouping_wait_is_not_told(line) -> None:
    line.hold("surge", "queue:sales")
    line.go(10)
    line.free("surge", "queue:sales")
    line.go(900)
    assert line.told() == []
    assert line.words()[0] == "fired surge queue:sales"
    assert line.only["state"] == "ended"


def test_a_condition_must_hold_for_its_time(line) -> None:
    line.hold("long_wait", "queue:sales")
    line.go(9)
    line.free("long_wait", "queue:sales")
    line.go(60)
    assert line.entries == []
    line.hold("long_wait", "queue:sales", ago=4)
    line.go(5)
    assert line.entries == []
    line.go(1)
    assert line.words() == ["fired long_wait queue:sales"]


def test_a_breach_during_recovery_goes_back_silently(line) -> None:
    line.hold("surge", "queue:sales")
    line.go(60)
    line.free("surge", "queue:sales")
    line.go(100)
    assert line.only["state"] == "recovering"
    line.hold("surge", "queue:sales")
    assert line.only["state"] == "firing"
    line.go(60)
    line.free("surge", "queue:sales")
    line.go(361)
    assert line.told() == ["15 fired wecom", "180 escalated wecom", "580 resolved wecom"]
    assert [word.split()[0] for word in line.words()] == [
        *("fired", "told", "flapped", "escalated", "ended", "resolved"),
    ]


def test_a_line_that_flaps_is_one_incident(line) -> None:
    for _ in range(5):
        line.hold("component", "trunk:a")
        line.go(20)
        line.free("component", "trunk:a")
        line.go(20)
    line.go(60)
    assert [told.split()[1] for told in line.told()] == ["fired", "escalated", "resolved"]
    assert len(line.incidents) == 1


def test_the_worst_evidence_is_kept(line) -> None:
    line.hold("surge", "", ratio=1.8)
    line.hold("surge", "", ratio=3.1)
    line.hold("surge", "", ratio=2.2)
    line.free("surge")
    line.go(300)
    (ended,) = [entry for entry in line.entries if entry.what == "ended"]
    assert ended.details["peak"] == {"ratio": 3.1}
    assert ended.details["evidence"] == {"ratio": 2.2}


def test_cause_after_effect_is_one_incident_with_the_cause_as_its_head(line) -> None:
    line.hold("mass_end", "", calls=9, of=10)
    line.go(3)
    for queue in ("queue:sales", "queue:support"):
        line.hold("dropped", queue)
    line.go(30)
    line.hold("component", "trunk:a", component="trunk", name="a", status="down")
    line.go(60)
    assert line.only["scope"] == "trunk:a"
    assert line.only["kind"] == "component"
    assert line.only["playbook"] == "component"
    assert line.only["others"] == ["", "queue:sales", "queue:support"]
    assert line.life.document(line.now)["muted"] == {
        "mass_end ": {"by": "component trunk:a"},
        "dropped queue:sales": {"by": "mass_end "},
        "dropped queue:support": {"by": "mass_end "},
    }
    line.free("component", "trunk:a")
    line.free("mass_end", "")
    line.go(60)
    line.free("dropped", "queue:sales")
    line.free("dropped", "queue:support")
    line.hold("surge", "queue:sales")
    line.go(60)
    line.free("surge", "queue:sales")
    line.go(500)
    assert [word for word in line.words() if word.startswith("fired")] == [
        *("fired mass_end", "fired component trunk:a"),
    ]
    assert [told.split()[1] for told in line.told()] == ["fired", "resolved"]


def test_an_effect_that_outlives_its_cause_fires(line) -> None:
    line.hold("component", "trunk:a")
    line.go(10)
    line.hold("no_answer", "queue:sales")
    line.go(10)
    line.free("component", "trunk:a")
    line.go(119)
    assert "fired no_answer queue:sales" not in line.words()
    line.go(1)
    assert line.words()[-3:] == [
        "uninhibited no_answer queue:sales",
        "fired no_answer queue:sales",
        "grew",
    ]
    assert len(line.incidents) == 1
    line.free("no_answer", "queue:sales")
    line.go(60)
    assert [told.split()[1] for told in line.told()] == ["fired", "grew", "resolved"]


def test_a_dead_feed_mutes_what_depends_on_it(line) -> None:
    line.hold("surge", "queue:sales")
    line.go(20)
    line.hold("adapter", "feed:pbx")
    for queue in ("queue:sales", "queue:support"):
        line.hold("silence", queue)
    line.hold("unreachable", "agent:li", what="unreachable")
    line.go(3_600)
    assert [word for word in line.words() if word.startswith("fired")] == [
        *("fired surge queue:sales", "fired adapter feed:pbx"),
    ]
    about_surge = [n for n in line.notices if n.alerts[0].kind == "surge"]
    assert [n.word for n in about_surge] == ["fired"]


def test_a_dead_feed_mutes_only_its_own_queues(line) -> None:
    line.hold("adapter", "feed:pbx", queues=("support",))
    line.hold("silence", "queue:sales")
    line.hold("silence", "queue:support")
    assert [word for word in line.words() if "silence" in word] == [
        *("fired silence queue:sales", "inhibited silence queue:support"),
    ]


def test_unrelated_troubles_are_two_incidents(line) -> None:
    line.hold("surge", "queue:sales")
    line.hold("mass_sign_out", "team:red")
    assert len(line.incidents) == 2


def test_many_of_a_kind_at_once_are_one_notice(line) -> None:
    for agent in ("li", "wu", "xu"):
        line.hold("unreachable", f"agent:{agent}", ago=30)
        line.go(4)
    line.go(20)
    line.hold("unreachable", "agent:an", ago=30)
    assert line.told() == ["15 fired wecom"]
    assert [alert.scope for alert in line.notices[0].alerts] == ["agent:li", "agent:wu", "agent:xu"]
    assert len(line.incidents) == 2


def test_an_incident_grows_when_it_becomes_worse(line) -> None:
    line.hold("collapse", "queue:sales")
    line.go(200)
    line.hold("silence", "queue:sales")
    line.go(1)
    assert line.told() == ["195 fired wecom", "200 grew wecom"]
    assert line.only["severity"] == "critical"


def test_a_silence_mutes_the_notices_and_not_the_alert(line) -> None:
    line.do("silence", rule="surge", scope="queue:*", until=line.now + 600_000, reason="campaign")
    line.hold("surge", "queue:sales")
    line.go(599)
    assert line.told() == []
    assert line.only["state"] == "firing"
    assert line.only["silenced_until"] == line.now + 1_000
    line.go(1)
    assert line.told() == ["600 fired wecom"]
    assert "silenced_until" not in line.only


def test_a_silence_taken_back_lets_the_notice_out(line) -> None:
    silence = line.do("silence", scope="queue:*", until=line.now + 600_000, reason="x")["silence"]
    line.hold("surge", "queue:sales")
    line.go(100)
    line.do("unsilence", silence=silence)
    assert line.told() == ["100 fired wecom"]


def test_a_silence_stops_escalation_and_the_end_is_told(line) -> None:
    line.hold("silence", "queue:sales")
    line.go(10)
    line.do("silence", rule="silence", until=line.now + 3_600_000, reason="known")
    line.go(3_000)
    line.free("silence", "queue:sales")
    line.go(60)
    assert line.told() == ["5 fired wecom", "3070 resolved wecom"]


def test_planned_work_mutes_the_alert_itself(make_line) -> None:
    start = make_line().now
    work = Maintenance(rule="component", scope="trunk:*", start=start, end=start + 600_000)
    line = make_line(Care(channels=("wecom",), maintenance=(work,)))
    line.hold("component", "trunk:a")
    line.go(500)
    assert line.words() == ["inhibited component trunk:a"]
    assert line.life.document(line.now)["muted"] == {"component trunk:a": {"by": "maintenance"}}
    assert line.incidents == {}
    line.go(200)
    assert "fired component trunk:a" in line.words()
    assert [told.split()[1] for told in line.told()] == ["fired"]


def test_planned_work_can_be_begun_by_hand(line) -> None:
    line.hold("component", "trunk:a")
    line.go(10)
    line.do("maintain", scope="trunk:a", until=line.now + 7_200_000, reason="new card")
    line.go(7_000)
    assert line.told() == ["5 fired wecom"]
    line.free("component", "trunk:a")
    line.go(60)
    assert line.told()[-1].split()[1] == "resolved"


def test_quiet_hours_let_only_critical_ones_out_and_every_end(make_line) -> None:
    # The clock begins at 22:13:20 UTC.
    quiet = Hours((Span(22 * 60 + 20, 22 * 60 + 40),))
    line = make_line(Care(channels=("wecom",), quiet=quiet))
    line.hold("surge", "queue:sales")
    line.go(460)
    line.free("surge", "queue:sales")
    line.hold("mass_sign_out", "team:red")
    line.go(400)
    line.hold("silence", "queue:support")
    line.go(1_000)
    assert line.told() == [
        *("15 fired wecom", "180 escalated wecom", "820 resolved wecom"),
        *("865 fired wecom", "1040 escalated wecom", "1460 escalated wecom", "1600 fired wecom"),
        "1780 escalated wecom",
    ]


def test_nothing_ends_while_nobody_can_see(line) -> None:
    line.hold("surge", "queue:sales")
    line.go(20)
    line.free("surge", "queue:sales")
    line.sight = Sight(frozenset(("pbx",)), frozenset(("sales",)))
    line.go(1_000)
    assert line.only["state"] == "recovering"
    line.sight = Sight()
    line.go(1)
    line.go(60)
    assert line.only["state"] == "ended"


def test_acknowledging_stops_escalation_and_repeats(line) -> None:
    line.hold("silence", "queue:sales")
    line.go(60)
    line.do("acknowledge", incident=line.only_id, note="on it")
    assert line.only["acked"] == {"by": "Wang", "at": line.now, "note": "on it"}
    line.go(7_200, step=10)
    assert line.told() == ["5 fired wecom"]
    line.do("unacknowledge", incident=line.only_id)
    line.go(180)
    assert line.told()[1:] == ["7440 escalated wecom"]
    with pytest.raises(ActionError, match=r"^not_acknowledged$"):
        line.do("unacknowledge", incident=line.only_id)


def test_an_incident_is_passed_on_checked_off_judged_and_closed(line) -> None:
    line.hold("silence", "queue:sales")
    id = line.only_id
    line.do("assign", incident=id, to="Li")
    line.do("step", incident=id, step=0, done=True)
    line.do("step", incident=id, step=2)
    line.do("step", incident=id, step=0, done=False)
    line.do("note", incident=id, note="called the carrier")
    with pytest.raises(ActionError, match=r"^still_open$"):
        line.do("close", incident=id, cause="carrier", measure="none")
    line.free("silence", "queue:sales")
    line.go(61)
    line.do("verdict", incident=id, verdict="useful")
    line.go(3_600, step=60)
    assert line.only["assigned"] == "Li"
    assert line.only["steps"] == {"2": {"by": "Wang", "at": line.now - 3_661_000}}
    assert line.only["verdict"] == "useful"
    line.do("close", incident=id, cause="carrier", measure="rerouted")
    line.go(1)
    assert line.incidents == {}
    said = [(e.what, e.who) for e in line.entries if e.who]
    assert said == [
        (what, "Wang")
        for what in (
            "assigned",
            "step_done",
            "step_done",
            "step_undone",
            "noted",
            "judged",
            "closed",
        )
    ]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"do": "dance", "who": "x"}, "unknown_action"),
        ({"who": "x"}, "unknown_action"),
        ({"do": "acknowledge", "incident": "1"}, "missing_who"),
        ({"do": "acknowledge", "incident": "1", "who": "x"}, "unknown_incident"),
        ({"do": "acknowledge", "incident": 1, "who": "x"}, "bad_incident"),
        ({"do": "note", "who": "x" * 3_000}, "bad_who"),
        ({"do": "silence", "who": "x", "reason": "r", "until": 5}, "bad_until"),
        ({"do": "silence", "who": "x", "reason": "r", "until": "1"}, "bad_until"),
        ({"do": "silence", "who": "x", "until": 1 << 50}, "missing_reason"),
        ({"do": "unsilence", "who": "x", "silence": "s"}, "unknown_silence"),
    ],
)
def test_a_wish_that_cannot_be_done(line, wish: dict[str, object], why: str) -> None:
    with pytest.raises(ActionError, match=f"^{why}$"):
        line.life.act(line.now, wish)
    assert line.life.outcome().entries == []


def test_what_is_over_stays_to_be_closed_and_the_list_is_bounded(make_line) -> None:
    line = make_line(Care(grouping=Grouping(settle_ms=1_000)))
    for number in range(90):
        line.hold("unreachable", f"agent:{number}", ago=60)
        line.free("unreachable", f"agent:{number}")
        line.go(2)
    assert len(line.incidents) == 20
    assert len(line.life.state.incidents) <= 61
    assert line.life.next_at is None or line.life.next_at > line.now
    line.go(2_700, step=100)
    line.hold("surge")
    assert list(line.life.state.alerts) == ["surge "]


def test_after_a_restart_a_watch_has_time_to_say_it_again(line) -> None:
    line.hold("silence", "queue:sales")
    line.go(10)
    line.restart()
    line.board.held.clear()
    line.go(119)
    assert line.only["state"] == "firing"
    line.go(2)
    line.go(60)
    assert line.only["state"] == "ended"


def test_an_alert_whose_rule_was_taken_out_ends(line) -> None:
    line.hold("surge", "queue:sales")
    line.go(20)
    line.rules = {id: rule for id, rule in line.rules.items() if id != "surge"}
    line.restart()
    line.judge()
    line.go(61)
    assert line.words()[-2:] == ["ended surge queue:sales", "resolved"]


def test_judging_is_idle_until_something_is_due(line) -> None:
    line.judge()
    assert line.life.next_at is None
    line.hold("silence", "queue:sales")
    assert line.life.next_at == line.now + 5_000
    line.go(5)
    assert line.life.next_at == line.now - 5_000 + 180_000
