"""The table of formulas says what `stream.metrics` computes, and what the glossary writes."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formulas
from dashboard.drill_words import Said, definition, sentence, shown
from dashboard.formulas import COUNTS, RATIOS, SERVICE_LEVELS, formula, missed, written
from ingest.words import Overflow
from stream import metrics
from stream.metrics import NAMES, Sums
from stream.sites import ServiceLevel

GLOSSARY = (Path(__file__).parents[3] / "docs" / "glossary.md").read_text(encoding="utf-8")
SUMS = st.fixed_dictionaries({name: st.integers(0, 10_000) for name in NAMES})


@given(SUMS)
def test_every_ratio_is_what_the_metrics_say(sums: Sums) -> None:
    for variant in ServiceLevel:
        assert SERVICE_LEVELS[variant].of(sums) == metrics.service_level(sums, variant)
    for name, of in RATIOS.items():
        assert of.of(sums) == getattr(metrics, name)(sums), name
    assert COUNTS["overflowed"].of(sums) == metrics.overflowed(sums)
    for name in COUNTS.keys() & set(NAMES):
        assert COUNTS[name].of(sums) == sums[name]


@given(SUMS)
def test_what_was_missed_is_what_is_below_and_not_above(sums: Sums) -> None:
    for variant in ServiceLevel:
        of = SERVICE_LEVELS[variant]
        below = sum(term.of(sums) for term in of.under) - sum(term.of(sums) for term in of.over)
        assert sum(sign * sums[name] for name, sign in missed(of).items()) == below


def test_the_glossary_writes_the_same_formulas() -> None:
    for variant in ServiceLevel:
        [row] = re.findall(rf"^\| `{variant.value}`.*\| ([^|]+) \|$", GLOSSARY, re.M)
        assert row == written(SERVICE_LEVELS[variant])
    names = {
        "asa_ms": "ASA, average speed of answer",
        "average_abandon_ms": "average abandon time",
        "abandon_rate": "abandon rate",
        "att_ms": "ATT, average talk time",
        "aht_ms": "AHT, average handle time",
        "csat": r"satisfaction \(CSAT\)",
        "quality": "quality",
    }
    assert names.keys() == RATIOS.keys()
    for name, word in names.items():
        [row] = re.findall(rf"^\| {word} \|[^|]*\| ([^|]+) \|$", GLOSSARY, re.M)
        assert row.partition(":")[0] == written(RATIOS[name])


def test_a_service_level_in_words_with_its_sums() -> None:
    sums = dict.fromkeys(NAMES, 0) | {
        "answered_in_target": 412,
        "answered": 480,
        "abandoned": 30,
        "abandoned_short": 8,
    }
    said = Said("service_level", "short_excluded", 20_000, 5_000)
    told = sentence(said, SERVICE_LEVELS[ServiceLevel.SHORT_EXCLUDED], sums)
    level = "(412 answered within 20 s) ÷ (480 answered + 22 abandoned at or after 5 s) = 82.0%"
    assert told["en"] == level
    assert told["zh"] == "（20 秒内接通 412）÷（接通 480 + 满 5 秒后放弃 22）= 82.0%"
    asa = sentence(Said("asa_ms"), RATIOS["asa_ms"], sums | {"wait_ms_answered": 4_000_000})
    assert asa["en"] == "(1:06:40 waited before an answer, in all) ÷ (480 answered) = 0:08"


@pytest.mark.parametrize("variant", ServiceLevel)
def test_every_figure_can_be_said(variant: ServiceLevel) -> None:
    sums = dict.fromkeys(NAMES, 0)
    for name in formulas.NAMES:
        said = Said(name, variant.value, 20_000, 5_000)
        for told in definition(said).values():
            assert told
            assert "{" not in told
        of = formula(name, variant)
        if of is not None and of.under:
            assert all(told.endswith("= —") for told in sentence(said, of, sums).values())
    assert "—" in definition(Said("answered_in_target"))["en"]


def test_a_promise_is_not_kept_before_it_is() -> None:
    assert shown(0.7996, "share", "en") == "79.9%"
    assert shown(0.8, "share", "en") == "80.0%"
    assert shown(None, "share", "zh") == "—"
    assert shown(12_345, "count", "zh") == "12,345"


def test_every_reason_has_a_word() -> None:
    assert {f"overflowed_{reason.value}" for reason in Overflow} == set(
        COUNTS["overflowed"].over[0].share
    )
