"""The courier on a hand-moved clock: order, limits, retries, and no channel in the way of another."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels import ChannelError
from alerts.courier import GIVE_UP_MS, LAST_IN_LINE, OVER_MS, Courier
from alerts.courier_bucket import Bucket, wait_ms
from alerts.notices import Notice, Waiting, Word


class Drawer:
    """An outbox in memory; every change of state is noted."""

    def __init__(self) -> None:
        self.kept: dict[str, Waiting] = {}
        self.gone: dict[str, str] = {}
        self.tried: list[tuple[str, int]] = []

    def put(self, *notices: Notice) -> None:
        for notice in notices:
            self.kept[notice.id] = Waiting(notice=notice)

    def due(self, now: int, limit: int = 100) -> list[Waiting]:
        return [each for each in self.kept.values() if each.due_at <= now][:limit]

    def sent(self, id: str, now: int) -> None:
        del self.kept[id]
        self.gone[id] = "sent"

    def again(self, id: str, due_at: int, trouble: str) -> None:
        was = self.kept[id]
        self.tried.append((id, due_at))
        self.kept[id] = Waiting(
            notice=was.notice, tries=was.tries + 1, due_at=due_at, trouble=trouble
        )

    def given_up(self, id: str, now: int, trouble: str) -> None:
        del self.kept[id]
        self.gone[id] = trouble


class Road:
    """A channel that notes what it was given, and fails as it is told."""

    def __init__(self, clock: Any, per_minute: int = 0) -> None:
        self.per_minute = per_minute
        self.messages: list[tuple[int, list[str]]] = []
        self.tries: list[int] = []
        self.trouble: Callable[[Sequence[Notice]], Exception | None] = lambda notices: None
        self.open = asyncio.Event()
        self.open.set()
        self._clock = clock

    async def send(self, notices: Sequence[Notice]) -> None:
        self.tries.append(self._clock.now())
        await self.open.wait()
        error = self.trouble(notices)
        if error is not None:
            raise error
        self.messages.append((self._clock.now(), [each.id for each in notices]))

    @property
    def told(self) -> list[str]:
        return [id for _, ids in self.messages for id in ids]


def busy(why: str = "busy", after_s: float | None = None) -> Callable[..., Exception]:
    return lambda notices: ChannelError(why, retry=True, after_s=after_s)


@asynccontextmanager
async def carrying(
    outbox: Drawer, clock: Any, over: Callable[[str], int | None] = lambda _: None, **roads: Road
) -> AsyncIterator[Courier]:
    courier = Courier(outbox, roads, clock, over=over, draw=random.Random(1))
    task = asyncio.create_task(courier.run())
    try:
        await clock.pass_by(0.5)
        yield courier
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_notices_go_out_in_order_and_at_once_when_it_is_woken(
    clock: Any, make_notice: Any
) -> None:
    outbox, floor = Drawer(), Road(clock)
    outbox.put(make_notice(id="2", at=clock.now()), make_notice(id="1", at=clock.now() - 5))
    async with carrying(outbox, clock, floor=floor) as courier:
        assert floor.told == ["1", "2"]
        outbox.put(make_notice(id="3"))
        courier.wake()
        await clock.pass_by(0.001)
        assert floor.told == ["1", "2", "3"]
    assert set(outbox.gone.values()) == {"sent"}


async def test_a_channel_that_hangs_holds_up_no_other(clock: Any, make_notice: Any) -> None:
    outbox, slow, quick = Drawer(), Road(clock), Road(clock)
    slow.open.clear()
    # More than one look at the outbox shows, all in front of the others.
    outbox.put(*(make_notice(id=f"s{n}", channel="slow") for n in range(900)))
    outbox.put(make_notice(id="q1", channel="quick"))
    async with carrying(outbox, clock, slow=slow, quick=quick):
        await clock.pass_by(2)
        assert quick.told == ["q1"]
        outbox.put(make_notice(id="q2", channel="quick"))
        await clock.pass_by(1)
        assert quick.told == ["q1", "q2"]
        assert len(slow.tries) == 1
        slow.open.set()
        await clock.pass_by(20)
        assert len(slow.told) == 900


async def test_failures_are_tried_again_more_and_more_rarely(clock: Any, make_notice: Any) -> None:
    outbox, floor = Drawer(), Road(clock)
    floor.trouble = busy()
    outbox.put(make_notice())
    async with carrying(outbox, clock, floor=floor):
        await clock.pass_by(600, step=0.25)
    gaps = [(b - a) / 1_000 for a, b in zip(floor.tries, floor.tries[1:], strict=False)]
    for number, gap in enumerate(gaps):
        usual = min(2.0 * 2**number, 60.0)
        assert 0.75 * usual <= gap <= 1.25 * usual + 1
    assert len(set(gaps)) > 3


async def test_a_failing_channel_is_named_until_it_works(clock: Any, make_notice: Any) -> None:
    outbox, floor, other = Drawer(), Road(clock), Road(clock)
    floor.trouble = busy("HTTP 503")
    began = clock.now() + 500
    outbox.put(make_notice(), make_notice(id="o", channel="other"))
    async with carrying(outbox, clock, floor=floor, other=other) as courier:
        assert courier.failing == {}
        await clock.pass_by(12)
        assert len(floor.tries) >= 3
        assert courier.failing == {"floor": (began, "HTTP 503")}
        floor.trouble = lambda notices: None
        await clock.pass_by(30)
        assert courier.failing == {}
        assert floor.told == ["n-1"]


async def test_what_the_provider_asks_for_is_waited_for(clock: Any, make_notice: Any) -> None:
    outbox, floor = Drawer(), Road(clock)
    floor.trouble = busy("slow down", after_s=90.0)
    outbox.put(make_notice())
    async with carrying(outbox, clock, floor=floor):
        await clock.pass_by(89)
        assert len(floor.tries) == 1
        await clock.pass_by(3)
        assert len(floor.tries) == 2


async def test_what_is_refused_for_good_is_put_aside_and_the_channel_named(
    clock: Any, make_notice: Any
) -> None:
    outbox, floor = Drawer(), Road(clock)
    floor.trouble = lambda notices: ChannelError("the key is wrong", retry=False)
    outbox.put(make_notice())
    async with carrying(outbox, clock, floor=floor) as courier:
        await clock.pass_by(5)
        assert outbox.gone == {"n-1": "the key is wrong"}
        assert courier.failing["floor"][1] == "the key is wrong"
        assert len(floor.tries) == 1


async def test_the_beginning_is_told_before_the_end_even_after_an_outage(
    clock: Any, make_notice: Any
) -> None:
    outbox, floor = Drawer(), Road(clock)
    floor.trouble = busy()
    outbox.put(make_notice(id="began"))
    async with carrying(outbox, clock, floor=floor):
        await clock.pass_by(10)
        outbox.put(make_notice(id="ended", word=Word.RESOLVED, at=clock.now()))
        await clock.pass_by(10)
        floor.trouble = lambda notices: None
        await clock.pass_by(60)
        assert floor.told == ["began", "ended"]


async def test_one_that_cannot_be_taken_lets_the_others_pass(clock: Any, make_notice: Any) -> None:
    outbox, floor = Drawer(), Road(clock, per_minute=20)
    bad = {"bad"}
    floor.trouble = lambda notices: (
        ChannelError("500", retry=True) if bad & {each.id for each in notices} else None
    )
    outbox.put(make_notice(id="bad"))
    async with carrying(outbox, clock, floor=floor) as courier:
        outbox.put(*(make_notice(id=f"g{n}", at=clock.now()) for n in range(9)))
        await clock.pass_by(600, step=1)
        assert sorted(floor.told) == [f"g{n}" for n in range(9)]
        assert outbox.kept["bad"].tries > LAST_IN_LINE
        outbox.put(make_notice(id="new", at=clock.now()))
        await clock.pass_by(5)
        assert "new" in floor.told
        assert courier.failing == {}


async def test_what_cannot_be_written_down_stops_nothing(clock: Any, make_notice: Any) -> None:
    outbox, floor = Drawer(), Road(clock)
    floor.trouble = lambda notices: (
        UnicodeEncodeError("utf-8", "\udc80", 0, 1, "surrogates")
        if notices[0].id == "bad"
        else None
    )
    outbox.put(make_notice(id="bad"), make_notice(id="good"))
    async with carrying(outbox, clock, floor=floor):
        await clock.pass_by(2)
    assert floor.told == ["good"]
    assert "UnicodeEncodeError" in outbox.gone["bad"]


async def test_old_news_is_not_told(clock: Any, make_notice: Any) -> None:
    outbox, floor = Drawer(), Road(clock)
    floor.trouble = busy("away")
    ended = {"over": clock.now() + 60_000}
    outbox.put(make_notice(id="lasts"), make_notice(id="over", incident="over"))
    outbox.put(make_notice(id="lost", channel="nobody"))
    async with carrying(outbox, clock, over=ended.get, floor=floor):
        assert outbox.gone == {"lost": "no channel has this name"}
        await clock.pass_by(OVER_MS / 1_000 + 300, step=10)
        assert "lasts" in outbox.kept
        assert outbox.gone["over"] == "its incident is long over: away"
        floor.trouble = lambda notices: None
        await clock.pass_by(90, step=10)
        assert floor.told == ["lasts"]
    old = make_notice(id="old", at=clock.now() - GIVE_UP_MS - 1)
    outbox.put(old)
    async with carrying(outbox, clock, floor=floor):
        assert outbox.gone["old"] == "not taken within a day"


async def test_what_was_under_way_at_the_end_is_sent_again(clock: Any, make_notice: Any) -> None:
    outbox, floor = Drawer(), Road(clock)
    floor.open.clear()
    outbox.put(make_notice())
    async with carrying(outbox, clock, floor=floor):
        assert len(floor.tries) == 1
    assert "n-1" in outbox.kept
    floor.open.set()
    async with carrying(outbox, clock, floor=floor):
        assert floor.told == ["n-1"]


def busiest_minute(times: Sequence[int]) -> int:
    return max((sum(at <= other < at + 60_000 for other in times) for at in times), default=0)


@pytest.mark.parametrize("per_minute", [1, 2, 20, 60])
async def test_a_flood_is_told_in_few_messages_and_soon(
    per_minute: int, clock: Any, make_notice: Any
) -> None:
    outbox, floor = Drawer(), Road(clock, per_minute)
    draw = random.Random(7)
    put: dict[str, int] = {}
    async with carrying(outbox, clock, floor=floor):
        for number in range(240):
            for part in range(draw.choice((0, 0, 1, 1, 3, 9))):
                id = f"{number}-{part}"
                put[id] = clock.now()
                outbox.put(make_notice(id=id, at=clock.now()))
            await clock.pass_by(0.5)
        await clock.pass_by(300)
    assert sorted(floor.told) == sorted(put)
    assert busiest_minute([at for at, _ in floor.messages]) <= per_minute
    late = [at - put[id] for at, ids in floor.messages for id in ids]
    assert max(late) <= {1: 180_000, 2: 90_000, 20: 6_000, 60: 3_000}[per_minute]


@settings(max_examples=60)
@given(
    per_minute=st.integers(1, 60),
    pauses=st.lists(st.integers(0, 20_000), min_size=1, max_size=200),
)
def test_no_minute_has_more_messages_than_allowed(per_minute: int, pauses: list[int]) -> None:
    now, went = 0, []
    bucket = Bucket(per_minute, now)
    for pause in pauses:
        now += pause
        while bucket.left(now):
            bucket.take()
            went.append(now)
    assert busiest_minute(went) <= per_minute
    assert went


def test_an_endless_bucket_and_a_clock_set_back() -> None:
    assert Bucket(0, 0).left(0) is None
    bucket = Bucket(4, 1_000_000)
    bucket.left(1_000_000)
    bucket.take()
    assert bucket.left(0) == 0
    assert bucket.left(20_000) == 1


@given(failures=st.integers(1, 5_000), seed=st.integers(), least=st.none() | st.floats(0, 3_600))
def test_waits_stay_in_bounds(failures: int, seed: int, least: float | None) -> None:
    wait = wait_ms(failures, random.Random(seed), least)
    assert 1_500 <= wait <= 3_600_000
    assert wait <= 75_000 or wait == round((least or 0) * 1_000)
    assert wait >= round((least or 0) * 1_000)


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "pass", "fail", "work", "restart"]), st.integers(1, 40)),
    min_size=3,
    max_size=30,
)


@settings(max_examples=15)
@given(steps=STEPS, per_minute=st.sampled_from([0, 3, 20]))
async def test_whatever_happens_each_notice_is_told_once_and_in_order(
    make_clock: Any, make_notice: Any, steps: list[tuple[str, int]], per_minute: int
) -> None:
    clock = make_clock()
    outbox, floor = Drawer(), Road(clock, per_minute)
    put: list[str] = []
    rest = iter([*steps, ("work", 1), ("pass", 400)])
    running = True
    while running:
        running = False
        async with carrying(outbox, clock, floor=floor):
            for what, number in rest:
                if what == "put":
                    fresh = [f"{len(put) + each}" for each in range(number)]
                    put += fresh
                    outbox.put(*(make_notice(id=id, at=clock.now() + int(id)) for id in fresh))
                elif what == "pass":
                    await clock.pass_by(number, step=2)
                elif what == "restart":
                    running = True
                    break
                else:
                    floor.trouble = busy() if what == "fail" else lambda notices: None
    assert floor.told == put
    assert outbox.kept == {}
    if per_minute:
        assert len(floor.messages) <= len(put)
