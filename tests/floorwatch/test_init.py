"""The settings file that init writes."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwatch.settings import check, load, parse
from floorwatch.settings_reader import KEYS
from floorwatch.template import (
    FoundMember,
    FoundQueue,
    TemplateError,
    filled,
    quoted,
    template,
    write,
)

HOSTILE = st.text(max_size=300) | st.sampled_from(
    [
        '"',
        "'''",
        '"""',
        "\\",
        "a\nb",
        "\r\n[site]",
        "# x",
        "客服 一组",
        "\x00",
        "\x7f",
        "\ud800",
        " ",
    ]
)
QUEUES = st.lists(
    st.builds(
        FoundQueue,
        HOSTILE,
        st.lists(st.builds(FoundMember, HOSTILE, HOSTILE), max_size=4).map(tuple),
    ),
    max_size=4,
)


def test_what_init_writes_is_valid_and_runs_the_demo(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    write(file, template(time_zone="Europe/London"))
    assert check(file, {}) == []
    settings = load(file, {})
    assert settings.sites[0].site.time_zone == "Europe/London"
    assert [str(source.url) for source in settings.sites[0].sources] == ["simulate:demo"]


def test_its_active_lines_say_what_holds_anyway() -> None:
    written = parse(template(site="demo", time_zone="UTC"))
    silent = parse("")
    assert written.stores == silent.stores
    assert written.gateway == silent.gateway
    assert written.sites[0].site.default_queue == silent.sites[0].site.default_queue
    assert written.sites[0].site.stale_ms == silent.sites[0].site.stale_ms


def test_its_comments_are_valid_settings_too() -> None:
    text = template()
    opened = re.sub(r"^# (?=\[[a-z\[]|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    assert opened.count("\n[[site.source]]") == 4
    values = tomllib.loads(opened)
    assert {"queue", "team", "agent", "source"} <= set(values["site"])
    settings = parse(opened.replace('"file:./data"', '"redis://127.0.0.1:6379/0"'))
    assert settings.sites[0].site.agents["Li Na"].team == "team-a"
    assert settings.bridge
    assert settings.bridge.broker.user == "pbx-1"


def test_it_mentions_every_key() -> None:
    text = template()
    for kind, keys in KEYS.items():
        for key in keys:
            assert re.search(rf"\b{key}\b", text), f"{kind}.{key}"


def test_the_queues_and_people_of_the_pbx_are_filled_in() -> None:
    text = filled(
        [
            FoundQueue(
                "sales", (FoundMember("Li Na", "PJSIP/1001"), FoundMember("", "PJSIP/1002"))
            ),
            FoundQueue("support", (FoundMember("Li Na", "Local/1001@agents"),)),
        ],
        source="ami://floorwatch@pbx.example.com:5038",
    )
    settings = parse(text)
    site = settings.sites[0].site
    assert list(site.queues) == ["sales", "support"]
    assert site.agents["Li Na"].interfaces == ("PJSIP/1001", "Local/1001@agents")
    assert site.agents["PJSIP/1002"].interfaces == ("PJSIP/1002",)
    (source,) = settings.sites[0].sources
    assert (source.url.user, source.secret.env) == ("floorwatch", "FLOORWATCH_PBX_SECRET")


@given(QUEUES)
def test_hostile_names_come_back_as_they_were(queues: list[FoundQueue]) -> None:
    site = parse(filled(queues, source="ami://u@h")).sites[0].site
    usable = {queue.name for queue in queues if queue.name.strip() and len(queue.name) <= 255}
    assert set(site.queues) == {name.replace("\ud800", "\ufffd") for name in usable}
    phones = [phone for agent in site.agents.values() for phone in agent.interfaces]
    assert len(phones) == len(set(phones))


@given(st.text())
def test_any_text_can_be_quoted_in_one_line(text: str) -> None:
    line = quoted(text)
    assert "\n" not in line
    assert "\r" not in line
    assert tomllib.loads(f"x = {line}") == {"x": text}


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    file.write_text("mine")
    with pytest.raises(TemplateError, match="exists already"):
        write(file, template())
    assert file.read_text() == "mine"
    with pytest.raises(TemplateError, match="Create its folder"):
        write(tmp_path / "no" / "f.toml", template())
