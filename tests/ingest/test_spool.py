import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.spool import Spool, SpoolError


async def filled(folder, payloads, **options):
    spool = Spool(folder, **options)
    spool.append(payloads)
    await spool.commit()
    return spool


async def rest(spool, position=None):
    start = spool.acknowledged if position is None else position
    return [record.payload for record in await spool.unsent(start, 10_000)]


async def test_what_goes_in_comes_out_in_its_order(tmp_path):
    spool = await filled(tmp_path, [b"one", b"two"])
    spool.append([b"three"])
    await spool.commit()
    assert await rest(spool) == [b"one", b"two", b"three"]
    spool.close()


async def test_what_is_not_committed_is_not_given_out(tmp_path):
    spool = Spool(tmp_path)
    spool.append([b"one"])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await spool.unsent(0, 1)
    await spool.commit()
    assert await rest(spool) == [b"one"]
    spool.close()


async def test_a_new_start_goes_on_after_what_the_broker_acknowledged(tmp_path):
    spool = await filled(tmp_path, [b"one", b"two", b"three"])
    records = await spool.unsent(0, 2)
    spool.acknowledge(records[-1].after)
    spool.close()
    spool = Spool(tmp_path)
    assert await rest(spool) == [b"three"]
    spool.close()


async def test_an_acknowledgement_is_remembered_only_after_a_commit(tmp_path):
    spool = await filled(tmp_path, [b"one", b"two"])
    spool.acknowledge((await spool.unsent(0, 1))[0].after)
    assert not (tmp_path / "position").exists()
    await spool.commit()
    assert (tmp_path / "position").exists()
    spool.close()


@pytest.mark.parametrize("torn", range(1, 14))
async def test_a_torn_tail_is_cut_off_and_the_rest_stays(tmp_path, torn):
    spool = await filled(tmp_path, [b"whole", b"torn!!"])
    spool.close()
    segment = next(tmp_path.glob("*.spool"))
    segment.write_bytes(segment.read_bytes()[:-torn])
    spool = Spool(tmp_path)
    assert spool.cut_off == 14 - torn
    assert await rest(spool) == [b"whole"]
    spool.append([b"after"])
    await spool.commit()
    assert await rest(spool) == [b"whole", b"after"]
    spool.close()


async def test_zeros_that_a_crash_left_are_not_records(tmp_path):
    (await filled(tmp_path, [b"whole"])).close()
    segment = next(tmp_path.glob("*.spool"))
    segment.write_bytes(segment.read_bytes() + bytes(4096))
    spool = Spool(tmp_path)
    assert spool.cut_off == 4096
    assert await rest(spool) == [b"whole"]
    spool.close()


async def test_a_record_spoilt_in_the_middle_is_an_error_and_no_silent_loss(tmp_path):
    (await filled(tmp_path, [b"first", b"second", b"third"])).close()
    segment = next(tmp_path.glob("*.spool"))
    raw = bytearray(segment.read_bytes())
    raw[8 + 5 + 8] ^= 1
    segment.write_bytes(bytes(raw))
    with pytest.raises(SpoolError, match=r"spool: the record at byte 13 is spoilt: move"):
        Spool(tmp_path)


async def test_a_spoilt_older_segment_is_an_error_when_it_is_read(tmp_path):
    spool = await filled(tmp_path, [b"a" * 100], segment_bytes=64)
    spool.append([b"b" * 100])
    await spool.commit()
    first = min(tmp_path.glob("*.spool"))
    first.write_bytes(first.read_bytes()[:-1] + b"?")
    with pytest.raises(SpoolError, match="spoilt"):
        await rest(spool, 0)
    spool.close()


async def test_a_spoilt_position_sends_again_rather_than_too_little(tmp_path):
    spool = await filled(tmp_path, [b"one", b"two"])
    spool.acknowledge((await spool.unsent(0, 1))[0].after)
    spool.close()
    (tmp_path / "position").write_bytes(b"\xff" * 12)
    spool = Spool(tmp_path)
    assert await rest(spool) == [b"one", b"two"]
    spool.close()


async def test_segments_go_when_the_broker_has_had_them_for_long(tmp_path):
    spool = Spool(tmp_path, segment_bytes=100, keep_bytes=300)
    for number in range(20):
        spool.append([b"%03d" % number * 30])
        await spool.commit()
    assert len(list(tmp_path.glob("*.spool"))) > 5
    last = (await spool.unsent(0, 100))[-1].after
    spool.acknowledge(last)
    await spool.commit()
    assert last - 600 < spool.oldest <= last - 300
    kept = await rest(spool, spool.oldest)
    assert kept[-1] == b"019" * 30
    spool.close()


async def test_when_too_much_waits_it_is_full_until_the_broker_has_taken_some(tmp_path):
    spool = await filled(tmp_path, [b"x" * 100], largest_bytes=200)
    assert not spool.full
    spool.append([b"y" * 100])
    await spool.commit()
    assert spool.full
    waiting = asyncio.ensure_future(spool.below_full())
    spool.acknowledge((await spool.unsent(0, 1))[0].after)
    async with asyncio.timeout(1):
        await waiting
    assert not spool.full
    spool.close()


async def test_two_bridges_cannot_share_a_spool(tmp_path):
    spool = Spool(tmp_path)
    with pytest.raises(SpoolError, match="another bridge uses this spool"):
        Spool(tmp_path)
    spool.close()
    Spool(tmp_path).close()


async def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="cannot be used as a spool"):
        Spool(tmp_path / "file")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.lists(st.binary(max_size=40), max_size=4),
            st.just("commit"),
            st.just("acknowledge"),
            st.just("restart"),
        ),
        max_size=25,
    )
)
async def test_whatever_happens_nothing_is_lost_and_nothing_changes_places(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, segment_bytes=64, keep_bytes=0)
    appended, taken = [], 0
    for step in steps:
        if isinstance(step, list):
            spool.append(step)
            appended += step
        elif step == "commit":
            await spool.commit()
        elif step == "acknowledge" and taken < len(appended):
            await spool.commit()
            record = (await spool.unsent(spool.acknowledged, 1))[0]
            assert record.payload == appended[taken]
            spool.acknowledge(record.after)
            taken += 1
        elif step == "restart":
            spool.close()
            spool = Spool(folder, segment_bytes=64, keep_bytes=0)
    await spool.commit()
    if taken < len(appended):
        assert await rest(spool) == appended[taken:]
    else:
        assert spool.waiting_bytes == 0
    spool.close()
