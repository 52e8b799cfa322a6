"""Alerts on MQTT, at a real Mosquitto."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.channel_mqtt import alert_topic
from alerts.channel_opening import open_channel
from alerts.channels import ChannelError, Hidden, MqttSettings
from alerts.notices import Notice, Word
from ingest.clock import SystemClock

pytestmark = pytest.mark.broker


def send(mosquitto: Any, **settings: Any) -> Any:
    url = settings.pop("broker", mosquitto.url)
    return open_channel(MqttSettings(name="bus", broker=url, **settings), SystemClock()).send


def retained(broker: Any, count: int = 1) -> list[Any]:
    """What somebody who comes now is told, at most `count` messages; none after a second."""
    done = subprocess.run(
        [
            *("mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-V", "mqttv5"),
            *("-t", "acd/v1/+/alert/#", "-C", str(count), "-W", "1", "-F", "%j"),
        ],
        capture_output=True,
        timeout=10,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def listener(broker: Any) -> subprocess.Popen[bytes]:
    """Somebody who has heard what is retained, and now waits for one message more."""
    listening = subprocess.Popen(
        [
            *("mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-V", "mqttv5"),
            *("-t", "acd/v1/hq/alert/i-1", "-C", "2", "-W", "10", "-q", "1"),
        ],
        stdout=subprocess.PIPE,
    )
    assert listening.stdout is not None
    listening.stdout.readline()
    return listening


def guarded(broker: Any, folder: Path) -> str:
    """Start the broker with one user, who may write the alerts of one site only; its address."""
    users, access = folder / "users", folder / "access"
    users.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(users), "floor", "right"], check=True, timeout=10)
    access.write_text("user floor\ntopic readwrite acd/v1/hq/alert/#\n")
    access.chmod(0o600)
    broker.start(f"allow_anonymous false\npassword_file {users}\nacl_file {access}")
    return f"mqtt://floor@127.0.0.1:{broker.port}"


async def test_what_goes_on_is_retained_and_its_end_clears_it(
    mosquitto: Any, make_notice: Callable[..., Notice]
) -> None:
    await send(mosquitto)([make_notice()])
    (message,) = retained(mosquitto)
    assert message["topic"] == "acd/v1/hq/alert/i-1"
    assert message["retain"] == 1
    said = json.loads(message["payload"])
    assert (said["id"], said["word"], said["status"]) == ("n-1", "fired", "firing")
    assert said["alerts"][0]["annotations"]["summary"] == "突发话务高峰 · 销售"
    listening = listener(mosquitto)
    await send(mosquitto)([make_notice(id="n-2", word=Word.RESOLVED)])
    heard, _ = listening.communicate(timeout=10)
    assert json.loads(heard.splitlines()[0])["status"] == "resolved"
    assert retained(mosquitto) == []


async def test_a_test_leaves_nothing_behind(mosquitto: Any, make_notice: Any) -> None:
    await send(mosquitto)([make_notice(word=Word.TEST, alerts=(), incident="test")])
    assert retained(mosquitto) == []


def test_names_stay_in_their_segment() -> None:
    assert alert_topic("a/b", "#+/x") == "acd/v1/a%2Fb/alert/%23%2B%2Fx"


async def test_a_wrong_password_is_for_good_and_not_shown(
    stopped_mosquitto: Any, make_notice: Any, tmp_path: Path
) -> None:
    url = guarded(stopped_mosquitto, tmp_path)
    with pytest.raises(ChannelError) as caught:
        await send(stopped_mosquitto, broker=url, password=Hidden("wrong-one"))([make_notice()])
    assert not caught.value.retry
    assert "wrong-one" not in caught.value.why
    sender = send(stopped_mosquitto, broker=url, password=Hidden("right"))
    await sender([make_notice()])
    with pytest.raises(ChannelError, match="write access") as caught:
        await sender([make_notice(site="other")])
    assert not caught.value.retry


async def test_a_broker_that_is_away_is_tried_again(
    stopped_mosquitto: Any, make_notice: Any
) -> None:
    with pytest.raises(ChannelError, match="cannot be reached") as caught:
        await send(stopped_mosquitto)([make_notice()])
    assert caught.value.retry
