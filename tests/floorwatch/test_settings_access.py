"""`[access]`: who has to sign in, and with whom; mistakes are named where they stand."""

from pathlib import Path

import pytest

from dashboard.access import Role
from dashboard.users_sqlite import User
from floorwatch.access_wiring import access, registry
from floorwatch.settings import parse
from floorwatch.settings_problems import Problem, SettingsError, Severity
from floorwatch.settings_secret import SecretError

PROVIDER = """
[gateway]
public_url = "https://floor.example.com/sub"
[access]
trusted_proxies = ["127.0.0.1", "10.1.2.3/8"]
[[access.oidc]]
id = "company"
issuer = "https://login.example.com/realm"
client_id = "floorwatch"
secret_env = "PROVIDERS_SECRET"
roles = { leads = "supervisor", it = "admin" }
"""


def warned(text: str) -> list[str]:
    return [each.what for each in parse(text).warnings if each.key.startswith("access")]


@pytest.mark.parametrize(
    ("gateway", "mode"),
    [
        ("", "open"),
        ('listen = "[::1]:80"', "open"),
        ('listen = "0.0.0.0:80"', "sign-in"),
        ('listen = "192.168.1.5:80"', "sign-in"),
        ('public_url = "https://floor.example.com"', "sign-in"),
    ],
)
def test_nobody_signs_in_only_where_this_machine_alone_is_served(gateway: str, mode: str) -> None:
    assert parse(f"[gateway]\n{gateway}").access.mode == mode
    for written in ("open", "sign-in"):
        text = f'[gateway]\n{gateway}\n[access]\nmode = "{written}"'
        assert parse(text).access.mode == written


def test_open_to_a_network_is_a_warning() -> None:
    (told,) = warned('[gateway]\nlisten = "0.0.0.0:80"\n[access]\nmode = "open"')
    assert "everybody" in told


def test_a_proxy_that_is_not_named_is_a_warning() -> None:
    text = '[gateway]\npublic_url = "https://a.example.com"\n[access]\n'
    (told,) = warned(text)
    assert "one address" in told
    assert warned(text + 'trusted_proxies = ["127.0.0.1"]') == []


def test_a_provider_is_read() -> None:
    found = parse(PROVIDER).access
    assert found.trusted_proxies == ("127.0.0.1/32", "10.0.0.0/8")
    (company,) = found.oidc
    assert (company.id, company.client_id) == ("company", "floorwatch")
    assert company.mapped.role_claim == "groups"
    assert company.mapped.roles == {"leads": Role.SUPERVISOR, "it": Role.ADMIN}


def problem(text: str) -> Problem:
    with pytest.raises(SettingsError) as raised:
        parse(text, "f.toml")
    (found,) = [each for each in raised.value.problems if each.severity is Severity.ERROR]
    return found


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ('"company"', '"a:b"', "access.oidc[1].id", "cannot be used as a name"),
        ("https://login", "http://login", "access.oidc[1].issuer", "no address of an issuer"),
        ("realm", "realm?x=1", "access.oidc[1].issuer", "no address of an issuer"),
        ('"supervisor"', '"king"', "access.oidc[1].roles.leads", "is no role"),
        ('"supervisor"', '"display"', "access.oidc[1].roles.leads", "is no role"),
        ('"supervisor"', "3", "access.oidc[1].roles.leads", "is no role"),
        (
            'roles = { leads = "supervisor", it = "admin" }',
            "",
            "access.oidc[1]",
            "roles is missing",
        ),
        ('{ leads = "supervisor", it = "admin" }', '["it"]', "access.oidc[1].roles", "a list"),
        ("client_id", "# client_id", "access.oidc[1]", "client_id is missing"),
        ("10.1.2.3/8", "nginx", "access.trusted_proxies[2]", "no address of a proxy"),
        ("public_url", "# public_url", "access", "where to send people back to"),
        ("trusted_proxies", 'mode = "open"\ntrusted_proxies', "access.mode", "there are providers"),
        ("trusted_proxies", 'mode = "shut"\ntrusted_proxies', "access.mode", "no mode of access"),
        ("secret_env", "secret", "access.oidc[1].secret", "no such key"),
        ("/sub", "/sub;x", "gateway.public_url", "no address of a page"),
    ],
)
def test_mistakes_are_named_where_they_stand(old: str, new: str, key: str, told: str) -> None:
    text = PROVIDER.replace(old, new, 1)
    if key == "gateway.public_url":
        text = text.partition("[[access.oidc]]")[0]
    found = problem(text)
    assert found.key == key
    assert told in found.what


def test_two_providers_need_two_names() -> None:
    twice = PROVIDER + PROVIDER.partition("[[access.oidc]]")[2].join(["[[access.oidc]]", ""])
    assert problem(twice).what == 'two providers are called "company"'


def test_a_provider_without_its_secret_stops_the_start(tmp_path: Path) -> None:
    with (
        pytest.raises(SecretError, match="provider company: the variable PROVIDERS_SECRET"),
        access(parse(PROVIDER), tmp_path, {}),
    ):
        pass


def test_a_provider_that_can_send_an_admin_is_advice_enough(tmp_path: Path) -> None:
    environ = {"PROVIDERS_SECRET": "x"}
    with access(parse(PROVIDER), tmp_path, environ) as found:
        assert found.advice == ""
    with access(parse(PROVIDER.replace("admin", "manager")), tmp_path, environ) as found:
        assert "users add" in found.advice


def test_users_of_a_provider_that_is_gone_are_put_out_at_the_start(tmp_path: Path) -> None:
    with registry(tmp_path) as known:
        for provider in ("company", "former"):
            id = f"{provider}:1"
            known.users.save(User(id=id, name="", role=Role.ADMIN, provider=provider), 0)
            known.sessions.begin(id, 0)
    with access(parse(PROVIDER), tmp_path, {"PROVIDERS_SECRET": "x"}):
        pass
    with registry(tmp_path) as known:
        (left,) = known.file.rows("select user from sessions")
    assert left == {"user": "company:1"}
