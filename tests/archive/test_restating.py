"""What stands of a day, whatever the archive and the daybook know of it."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import rows
from archive.restating import restated, with_callers_of, without_callers
from stream.daybook import Entry, standing
from stream.facts import ArrivalFact, Fact, SpanFact
from stream.intervals import Calendar

CALENDAR = Calendar("UTC")


def drawn(rng: random.Random, *, again: bool) -> list[Entry]:
    """Facts that are stated and taken back; with `again`, some are stated once more."""
    entries: list[Entry] = []
    for n in range(rng.randrange(1, 12)):
        at = rng.randrange(80_000_000)
        fact: Fact = ArrivalFact(at, "sales", f"v{n}")
        if n % 2:
            fact = SpanFact(at + rng.randrange(1, 3_000_000), at, f"a{n}", "", "ready", "")
        entries.append((1, fact))
        if rng.random() < 0.4:
            entries.append((-1, fact))
            if again and rng.random() < 0.5:
                entries.append((1, fact))
    return entries


def table(entries: list[Entry], sign: int | None = None) -> pl.DataFrame:
    facts = standing(entries) if sign is None else [f for s, f in entries if s == sign]
    return rows.frame(facts, {}, CALENDAR)


@settings(max_examples=15, deadline=None)
@given(rng=st.randoms(use_true_random=False), again=st.booleans())
def test_a_whole_daybook_says_it_all(rng: random.Random, again: bool) -> None:
    entries = drawn(rng, again=again)
    archived = table(entries[: rng.randrange(len(entries) + 1)])
    found = restated(archived, table(entries, 1), table(entries, -1))
    assert found.equals(table(entries))


@settings(max_examples=15, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_a_daybook_begun_anew_adds_and_takes_back_what_it_knows(rng: random.Random) -> None:
    entries = drawn(rng, again=False)
    before = rng.randrange(len(entries) + 1)
    archived, rest = table(entries[:before]), entries[before:]
    found = restated(archived, table(rest, 1), table(rest, -1))
    assert found.equals(table(entries))


@pytest.fixture
def two_calls() -> pl.DataFrame:
    facts = [ArrivalFact(1, "sales", "a"), ArrivalFact(2, "sales", "b")]
    return rows.frame(facts, {"a": "•••111", "b": "•••222"}, CALENDAR)


def test_an_erased_caller_stays_so_and_a_new_one_is_known(two_calls: pl.DataFrame) -> None:
    erased = pl.when(pl.col("visit") == "a").then(None).otherwise("caller")
    old = two_calls.with_columns(caller=erased)
    late = rows.frame([ArrivalFact(3, "sales", "c")], {"c": "•••333"}, CALENDAR)
    new = with_callers_of(old, pl.concat([two_calls, late]))
    assert new["caller"].to_list() == [None, "•••222", "•••333"]
    assert without_callers(new)["caller"].null_count() == 3


def test_what_the_archive_knows_of_a_caller_the_daybook_may_have_forgotten(
    two_calls: pl.DataFrame,
) -> None:
    nobody = rows.SCHEMA.to_frame()
    assert restated(two_calls, without_callers(two_calls), nobody).equals(two_calls)
