"""`[site.walks]`: what can be chosen on a floor walk, as the settings say, and of the floor itself."""

import pytest

from dashboard.walk_choices import KINDS, MEASURES, Choice, WalkChoices
from dashboard.walks import Whereabouts
from floorwatch.settings import parse
from floorwatch.settings_problems import SettingsError
from floorwatch.walk_wiring import Floorplan
from stream.floor import Floor
from stream.sites import AgentCard, QueueCard, Site


def walks(text: str) -> WalkChoices:
    return parse(text).sites[0].walks


def test_without_a_word_about_them_walks_have_our_choices() -> None:
    assert walks("") == WalkChoices(kinds=KINDS, measures=MEASURES)
    assert {choice.id for choice in MEASURES if choice.stays_open} == {
        *("coaching", "repair", "reported", "follow_up")
    }


def test_a_list_that_is_given_replaces_ours_and_ours_keep_their_names() -> None:
    read = walks("""
        [site.walks]
        photos_kept = "24h"
        [[site.walks.place]]
        id = "hall"
        names = { zh = "大厅", en = "Hall" }
        [[site.walks.kind]]
        id = "noise"
        [[site.walks.kind]]
        id = "headset"
        [[site.walks.measure]]
        id = "repair"
        [[site.walks.measure]]
        id = "order"
        names = { en = "New one ordered" }
        stays_open = true
    """)
    assert read == WalkChoices(
        places=(Choice(id="place:hall", names={"zh": "大厅", "en": "Hall"}, group="place"),),
        kinds=(Choice(id="noise"), Choice(id="headset", names={"zh": "headset", "en": "headset"})),
        measures=(
            Choice(id="repair", stays_open=True),
            Choice(id="order", names={"en": "New one ordered"}, stays_open=True),
        ),
        photos_ms=86_400_000,
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('kind = [{ id = "none" }]', "is ours already"),
        ('kind = [{ id = "a" }, { id = "a" }]', "is given twice"),
        ('place = [{ names = { en = "Hall" } }]', "id is missing"),
        ('place = [{ id = "the hall" }]', "cannot be used as a name"),
        ('measure = [{ id = "a", stays_open = "yes" }]', "this is a text"),
        ('kind = [{ id = "a", stays_open = true }]', "knows no such key"),
        ("photos_kept = 90", "has no unit"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(f"[site.walks]\n{text}")
    mistake = caught.value.problems[-1]
    assert what in mistake.what
    assert mistake.line == 2


def test_places_are_those_of_the_site_and_its_plan() -> None:
    site = Site(
        id="hq",
        teams={"a": {"zh": "一组", "en": "Team A"}, "b": {}},
        queues={"sales": QueueCard(id="sales", names={"en": "Sales"})},
        agents={"Li Na": AgentCard(id="Li Na", team="a")},
    )
    areas = (
        Choice(id="area:1", names={"zh": "一组", "en": "Team A"}, group="area"),
        Choice(id="area:2", names={"en": "Window side"}, group="area"),
    )
    own = WalkChoices(places=(Choice(id="place:hall", group="place"),))
    ways = Floorplan(Floor(site), own, areas).ways
    places = {place.id: place.names for place in ways.choices().places}
    assert list(places) == ["place:hall", "area:2", "team:a", "team:b", "queue:sales"]
    assert places["team:b"] == {"zh": "b", "en": "b"}
    assert ways.agent("Li Na") == Whereabouts("a", ())
    assert ways.agent("nobody") is None
