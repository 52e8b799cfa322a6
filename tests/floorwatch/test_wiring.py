"""The wiring: every scheme that the settings permit has something behind it, or a sentence."""

from pathlib import Path

import pytest

from floorwatch import urls, wiring
from floorwatch.settings_types import SourceSettings
from floorwatch.settings_values import ValueMistakeError
from ingest.clock import SystemClock
from stream.sites import Site


def place(url: str, folder: Path) -> wiring.Place:
    return wiring.Place(
        site=Site(id="hq"),
        source=SourceSettings(name="one", url=urls.parse(url, urls.SOURCES)),
        folder=folder,
        clock=SystemClock(),
        environ={},
    )


def test_every_source_runs_or_replays() -> None:
    assert {*wiring.SOURCES, *wiring.REPLAYS} == set(urls.SOURCES)
    assert set(wiring.REPLAYS) == set(urls.REPLAYS)
    assert set(wiring.JOURNALS) == set(urls.JOURNALS)


@pytest.mark.parametrize("scheme", sorted(wiring.SOURCES))
def test_each_example_makes_a_source(scheme: str, tmp_path: Path) -> None:
    (made,) = wiring.sources(place(urls.SOURCES[scheme].example, tmp_path))
    assert callable(made.run)


@pytest.mark.parametrize("scheme", sorted(set(wiring.REPLAYS) - set(wiring.SOURCES)))
def test_a_recording_as_a_source_says_what_to_do(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(ValueMistakeError, match="floorwatch replay"):
        wiring.sources(place(urls.SOURCES[scheme].example, tmp_path))
