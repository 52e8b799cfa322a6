"""`[[channel]]` of the alerts file: what is read, and what each mistake is told."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from alerts.channels import (
    AppriseSettings,
    ChannelSettings,
    DingtalkSettings,
    FeishuSettings,
    Hidden,
    MqttSettings,
    SmtpSettings,
    WebhookSettings,
    WecomSettings,
)
from floorwatch import toml_file
from floorwatch.alert_channels import CHANNEL_KEYS, read_channels
from floorwatch.settings_reader import Table

ROBOT = "https://robot.example/send?key=the-key"
ENVIRON = {
    "ROBOT": ROBOT,
    "SIGN": "SEC123",
    "PASSWORD": "of-the-mail",
    "HERE": "http://127.0.0.1:9/x",
}
DOCS = Path(__file__).parents[2] / "docs" / "channels.md"


def read(
    text: str, environ: Mapping[str, str] = ENVIRON, folder: Path = Path()
) -> tuple[dict[str, ChannelSettings], list[str]]:
    values, findings = toml_file.values_of(text, "alerts.toml", folder.absolute())
    channels = read_channels(
        Table("", (), values, findings, {"": ("channel",), **CHANNEL_KEYS}), environ
    )
    return channels, [str(problem) for problem in findings.problems]


def one(text: str) -> ChannelSettings:
    channels, problems = read(f'[[channel]]\nname = "floor"\n{text}')
    assert problems == []
    return channels["floor"]


def test_every_kind_is_read(tmp_path: Path) -> None:
    hidden = Hidden(ROBOT)
    assert one('kind = "wecom"\nurl_env = "ROBOT"') == WecomSettings(
        name="floor", url=hidden, per_minute=20
    )
    assert one('kind = "dingtalk"\nurl_env = "ROBOT"\nsecret_env = "SIGN"') == DingtalkSettings(
        name="floor", url=hidden, sign=Hidden("SEC123"), per_minute=20
    )
    assert one('kind = "feishu"\nurl_env = "ROBOT"\nper_minute = 5') == FeishuSettings(
        name="floor", url=hidden, per_minute=5
    )
    assert one('kind = "webhook"\nurl = "https://a.example/hook"') == WebhookSettings(
        name="floor", url=Hidden("https://a.example/hook")
    )
    assert one('kind = "webhook"\nurl_env = "HERE"').per_minute == 0
    assert one('kind = "apprise"\nurl_env = "ROBOT"') == AppriseSettings(
        name="floor", url=hidden, per_minute=20
    )
    assert one('kind = "mqtt"\nurl = "mqtts://me@b.example"\nsecret_env = "PASSWORD"') == (
        MqttSettings(name="floor", broker="mqtts://me@b.example", password=Hidden("of-the-mail"))
    )
    mail = 'kind = "smtp"\nurl = "smtp://alerts@m.example"\nsecret_env = "PASSWORD"\n'
    people = 'from = "Floor <floor@m.example>"\nto = ["a@m.example", "b@m.example"]'
    assert one(mail + people) == SmtpSettings(
        name="floor",
        per_minute=20,
        host="m.example",
        port=587,
        security="starttls",
        username="alerts",
        password=Hidden("of-the-mail"),
        sender="Floor <floor@m.example>",
        to=("a@m.example", "b@m.example"),
    )


@pytest.mark.parametrize(
    ("url", "port", "security", "user"),
    [
        ("smtps://x@m.example", 465, "tls", "x"),
        ("smtp+plain://m.example", 25, "plain", ""),
        ("smtp://a@b.example@m.example:2525", 2525, "starttls", "a@b.example"),
        ("smtp://[::1]", 587, "starttls", ""),
    ],
)
def test_a_mail_server_by_its_url(url: str, port: int, security: str, user: str) -> None:
    settings = one(f'kind = "smtp"\nurl = "{url}"\nfrom = "f@m.example"\nto = ["a@m.example"]')
    assert isinstance(settings, SmtpSettings)
    assert (settings.port, settings.security, settings.username) == (port, security, user)


def test_a_secret_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "robot"
    file.write_text(f"{ROBOT}\n")
    file.chmod(0o600)
    text = '[[channel]]\nname = "a"\nkind = "wecom"\nurl_file = "robot"'
    channels, problems = read(text, folder=tmp_path)
    assert problems == []
    assert channels["a"] == WecomSettings(name="a", url=Hidden(ROBOT), per_minute=20)
    assert "the-key" not in repr(channels)


def test_a_secret_that_is_not_there_is_a_warning_and_the_channel_knows() -> None:
    channels, problems = read('[[channel]]\nname = "a"\nkind = "wecom"\nurl_env = "NONE"')
    assert "the variable NONE is not set" in channels["a"].missing
    (problem,) = problems
    assert "warning" in problem
    assert "alerts.toml:4" in problem


MAIL = 'kind = "smtp"\nfrom = "f@m.example"\nto = ["a@m.example"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('kind = "wecom"', "url_env is missing"),
        ('url_env = "ROBOT"', "kind is missing"),
        ('kind = "wecon"\nurl_env = "ROBOT"', 'Did you mean "wecom"?'),
        ('kind = "wecom"\nurl = "https://robot.example?key=the-key"', "holds its key"),
        ('kind = "wecom"\nurl_env = "ROBOT"\nto = ["a@b.c"]', 'a "wecom" channel has no "to"'),
        ('kind = "wecom"\nurl_env = "ROBOT"\nsecret = "x"', "Never write it into this file"),
        ('kind = "wecom"\nurl_env = "ROBOT"\nper_minute = 1.5', "a whole number"),
        ('kind = "wecom"\nurl_env = "ROBOT"\nper_minute = 1000', "make no sense"),
        ('kind = "wecom"\nurl_env = "https://x?key=1"', "not the name of an environment variable"),
        ('kind = "feishu"\nurl_env = "PASSWORD"', "not a web address"),
        ('kind = "webhook"\nurl = "http://far.example/x"', "unencrypted"),
        ('kind = "webhook"\nurl = "https://[::1"', "not a URL"),
        ('kind = "webhook"\nurl = 5', "a whole number"),
        (MAIL, "url is missing"),
        (MAIL + 'url = "https://m.example"', "not a mail server"),
        (MAIL + 'url = "smtp://u:the-key@m.example"', "a password does not belong here"),
        (MAIL + 'url = "smtp://m.example"\nsecret_env = "PASSWORD"', "no user"),
        (MAIL + 'url = "smtp+plain://u@m.example"\nsecret_env = "PASSWORD"', "unencrypted"),
        ('kind = "smtp"\nurl = "smtp://m.example"\nto = ["a@m.example"]', "from is missing"),
        ('kind = "smtp"\nurl = "smtp://m.example"\nfrom = "f@m.example"', "to is missing"),
        (MAIL.replace("f@m", "f@@m") + 'url = "smtp://m.example"', "not a mail address"),
        (MAIL.replace("a@m", "A <a@m") + 'url = "smtp://m.example"', "not a mail address"),
        ('kind = "mqtt"\nurl = "http://b.example"', "not a broker"),
        ('kind = "mqtt"\nurl = "mqtt://u:the-key@b.example"', "a password does not belong here"),
        ('kind = "apprise"\nurl = "slack://the-key"', 'a "apprise" channel has no "url"'),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_cure_and_without_secrets(text: str, says: str) -> None:
    _, problems = read(f'[[channel]]\nname = "floor"\n{text}')
    told = "\n".join(problems)
    assert says in told
    assert "error" in told
    assert "the-key" not in told


def test_names_are_needed_and_differ() -> None:
    _, problems = read('[[channel]]\nkind = "wecom"\nurl_env = "ROBOT"')
    assert "name is missing" in problems[0]
    twice = '[[channel]]\nname = "a"\nkind = "wecom"\nurl_env = "ROBOT"\n' * 2
    assert 'two channels are called "a"' in read(twice)[1][0]
    assert "cannot be used as a name" in read('[[channel]]\nname = "a b"\nkind = "wecom"')[1][0]


def test_the_page_describes_every_key_and_its_example_is_valid(tmp_path: Path) -> None:
    page = DOCS.read_text(encoding="utf-8")
    for key in CHANNEL_KEYS["channel"]:
        assert f"`{key}`" in page, key
    example = page.partition("```toml\n")[2].partition("```")[0]
    for name in ("mail-password", "internal-ca.pem"):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600)
    environ = {
        name: "https://robot.example/x" for name in (
            "FLOORWATCH_WECOM_URL", "FLOORWATCH_DINGTALK_URL", "FLOORWATCH_DINGTALK_SECRET",
            "FLOORWATCH_FEISHU_URL", "FLOORWATCH_FEISHU_SECRET", "FLOORWATCH_HOOK_SECRET",
            "FLOORWATCH_MQTT_PASSWORD", "FLOORWATCH_APPRISE_URL",
        )
    }  # fmt: skip
    channels, problems = read(example, environ, tmp_path)
    assert problems == []
    assert len(channels) == 7
    assert not any(channel.missing for channel in channels.values())
