"""The second account in the settings, and what the doctor says of it."""

from collections.abc import Collection

import pytest

from floorwatch.doctor import examine
from floorwatch.doctor_findings import Finding, Verdict
from floorwatch.doctor_pbx import PbxReport
from floorwatch.settings import parse
from floorwatch.settings_problems import SettingsError
from floorwatch.settings_types import Settings
from floorwatch.urls import Url
from ingest.clock import SystemClock
from ingest.orders import Act
from ingest.ports import Clock

SOURCE = """
[[site.source]]
name = "pbx"
url = "ami://floorwatch@127.0.0.1:5038"
secret_env = "PBX"
[site.source.actions]
"""
ENVIRON = {"PBX": "x", "ACT": "y"}


def read(text: str) -> Settings:
    return parse(SOURCE + text)


def test_nobody_acts_unless_it_is_turned_on() -> None:
    text = SOURCE.replace("[site.source.actions]", "")
    (site,) = parse(text).sites
    assert site.sources[0].actions is None


def test_the_second_account_is_read() -> None:
    (site,) = read("""
        user = "act"
        secret_env = "ACT"
        allow = ["pause", "take_over"]
        phones = { lead = "PJSIP/2001" }
    """).sites
    actions = site.sources[0].actions
    assert actions is not None
    assert (actions.user, actions.secret.reveal(ENVIRON)) == ("act", "y")
    assert actions.allow == (Act.PAUSE, Act.TAKE_OVER)
    assert actions.phones == {"lead": "PJSIP/2001"}


ACCOUNT = 'user = "act"\nsecret_env = "ACT"\n'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('secret_env = "ACT"\nallow = ["pause"]', "user is missing"),
        ('user = "act"\nallow = ["pause"]', "needs a password"),
        ('user = "floorwatch"\nsecret_env = "ACT"\nallow = ["pause"]', "only watches"),
        (ACCOUNT, "allow is missing"),
        (f'{ACCOUNT}allow = ["hangup"]', '"hangup" is no action'),
        (f'{ACCOUNT}allow = ["listen"]\nphones = {{ lead = "2001" }}', "this is no phone"),
        (f'{ACCOUNT}allow = ["listen"]\nphones = {{ lead = "a/b,c" }}', "this is no phone"),
        (f'{ACCOUNT}allow = ["pause"]\nphones = "x"', "this is a text"),
        (f'{ACCOUNT}allow = ["pause"]\nsecret = "y"', "knows no such key"),
    ],
)
def test_a_mistake_is_named(text: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(text)
    assert any(what in str(problem) for problem in caught.value.problems)


def test_a_phone_that_nobody_named_is_warned_of() -> None:
    settings = read(f'{ACCOUNT}allow = ["listen"]')
    assert any("need the phone" in warning.what for warning in settings.warnings)


def test_only_a_telephone_system_can_be_told_what_to_do() -> None:
    text = '[[site.source]]\nurl = "mqtt://127.0.0.1"\n[site.source.actions]\nallow = ["pause"]'
    with pytest.raises(SettingsError):
        parse(text)


async def examined(*may: str, seen: Collection[str] = ("call",)) -> list[Finding]:
    """What the doctor finds of an account that may do this."""
    users = []

    async def probe(url: Url, secret: str, clock: Clock, /) -> PbxReport:
        users.append((url.user, secret))
        acts = may if url.user == "act" else ()
        return PbxReport(banner="x", booted=True, may_act=acts, seen=frozenset(seen))

    settings = read(f'{ACCOUNT}allow = ["pause", "move", "hang_up", "listen"]')
    found = await examine(settings, SystemClock(), ENVIRON, pbx=probe)
    assert sorted(users) == [("act", "y"), ("floorwatch", "x")]
    return [finding for finding in found if str(finding).find("actions ") >= 0]


ALL = ("queuepause", "queueadd", "queueremove", "hangup", "originate")


async def test_the_doctor_is_content_with_the_rights_that_are_needed() -> None:
    assert [finding.verdict for finding in await examined(*ALL)] == [Verdict.OK]


async def test_the_doctor_names_what_the_account_may_not_do() -> None:
    (found,) = await examined("queuepause", "queueadd", "originate")
    assert found.verdict is Verdict.FAIL
    assert "move (queueremove), hang_up (hangup)" in str(found)


async def test_the_doctor_warns_of_too_many_rights_and_of_deaf_ears() -> None:
    found = await examined(*ALL, "command", seen=())
    assert [each.verdict for each in found] == [Verdict.OK, Verdict.WARN, Verdict.WARN]
