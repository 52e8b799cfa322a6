"""The real apprise library, against a local server."""

import sys
from typing import Any

import pytest

from alerts.channel_opening import open_channel
from alerts.channels import AppriseSettings, ChannelError, Hidden

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def channel(url: str, clock: Any) -> Any:
    return open_channel(AppriseSettings(name="other", url=Hidden(url)), clock)


async def test_apprise_carries_it(service: Any, clock: Any, make_notice: Any, answer: Any) -> None:
    sender = channel(f"json://127.0.0.1:{service.port}/path-with-a-key", clock)
    await sender.send([make_notice()])
    (asked,) = service.asked
    assert asked.json["title"] == "【紧急】突发话务高峰 · 销售"
    assert "12 calls in 38 s" in asked.json["message"]
    service.answers(answer(b"", 500))
    with pytest.raises(ChannelError) as caught:
        await sender.send([make_notice()])
    assert caught.value.retry
    assert "path-with-a-key" not in str(caught.value)


async def test_a_url_that_apprise_does_not_know(clock: Any, make_notice: Any) -> None:
    with pytest.raises(ChannelError, match="does not know") as caught:
        await channel("nonsense-that-is-secret", clock).send([make_notice()])
    assert not caught.value.retry
    assert "nonsense" not in str(caught.value)


async def test_without_apprise_it_says_how_to_get_it(
    clock: Any, make_notice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ChannelError, match=r"pip install 'floorwatch\[apprise\]'") as caught:
        await channel("json://127.0.0.1", clock).send([make_notice()])
    assert not caught.value.retry
