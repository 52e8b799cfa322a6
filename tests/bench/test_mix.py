"""The bench's mix is a floor: valid, whole, the same for the same seed, and dated when it is sent."""

from collections import Counter

from bench import mix
from bench.mix import Mix
from ingest.events import AgentState
from ingest.wire import decode
from stream.floor import Floor

NOW = 1_800_000_000_000


def test_the_floor_takes_every_event_and_refuses_none() -> None:
    made = Mix("1")
    floor = Floor(mix.site(NOW))
    messages = [*made.members(), *made.events(20_000, every=50)]
    for number, (_, payload) in enumerate(messages):
        floor.apply(decode(mix.at(payload, NOW + number), NOW))
    assert floor.state.counters.taken == len(messages) == made.count
    assert floor.state.counters.repeated == 0
    assert floor.state.visits.out_of_step == 0
    assert sum(floor.state.ledger.queues[mix.MARKER].cells.popitem()[1]) >= 400 == made.markers


def test_more_than_half_of_the_events_are_of_agents() -> None:
    kinds = Counter(type(decode(payload, NOW).data) for _, payload in Mix("1").events(30_000))
    assert 0.5 < kinds[AgentState] / 30_000 < 0.65
    assert len(kinds) == 5


def test_the_same_seed_and_epoch_make_the_same_bytes() -> None:
    assert list(Mix("1").events(500)) == list(Mix("1").events(500))
    assert list(Mix("1").events(500)) != list(Mix("2").events(500))


def test_a_payload_carries_the_moment_it_is_sent_at() -> None:
    _, payload = next(Mix("1").events(1))
    event = decode(mix.at(payload, NOW + 7), 0)
    assert event.time == event.recvtime == NOW + 7
    assert decode(mix.at(payload, NOW), 0).time == NOW


def test_no_business_day_of_the_site_ends_within_the_next_hours() -> None:
    for now in (NOW, NOW + 3_600_000, NOW + 86_399_000):
        calendar = Floor(mix.site(now)).calendar
        assert now - calendar.day(now) > 11 * 3_600_000
        assert calendar.next_day(now) - now > 11 * 3_600_000
