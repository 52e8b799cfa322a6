"""From the settings of a channel to the sender that it wants."""

from collections.abc import Mapping, Sequence

from alerts.channel_apprise import AppriseChannel
from alerts.channel_dingtalk import DingtalkChannel
from alerts.channel_feishu import FeishuChannel
from alerts.channel_mqtt import MqttChannel
from alerts.channel_smtp import SmtpChannel
from alerts.channel_webhook import WebhookChannel
from alerts.channel_wecom import WecomChannel
from alerts.channels import (
    AppriseSettings,
    Channel,
    ChannelError,
    ChannelSettings,
    DingtalkSettings,
    FeishuSettings,
    MqttSettings,
    SmtpSettings,
    WebhookSettings,
    WecomSettings,
)
from alerts.notices import Notice
from ingest.ports import Clock


def open_channels(
    settings: Mapping[str, ChannelSettings], clock: Clock, base_url: str = ""
) -> dict[str, Channel]:
    """A sender for each, by name. `base_url` is where people find the pages, for links to them.

    Nothing is connected to yet, and none is refused: one that lacks its secret says so when it is
    to send, so that the others work.
    """
    return {name: open_channel(each, clock, base_url) for name, each in settings.items()}


def open_channel(settings: ChannelSettings, clock: Clock, base_url: str = "") -> Channel:
    """The sender for these settings."""
    if settings.missing:
        return Mute(settings)
    match settings:
        case WecomSettings():
            return WecomChannel(settings, clock, base_url)
        case DingtalkSettings():
            return DingtalkChannel(settings, clock, base_url)
        case FeishuSettings():
            return FeishuChannel(settings, clock, base_url)
        case WebhookSettings():
            return WebhookChannel(settings, clock, base_url)
        case SmtpSettings():
            return SmtpChannel(settings, clock, base_url)
        case MqttSettings():
            return MqttChannel(settings, clock, base_url)
        case AppriseSettings():
            return AppriseChannel(settings, clock, base_url)
        case _:
            raise TypeError(f"no sender for {type(settings).__name__}")


class Mute:
    """A channel whose secret could not be had."""

    def __init__(self, settings: ChannelSettings) -> None:
        self.per_minute = settings.per_minute
        self._why = settings.missing

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`: it never can."""
        raise ChannelError(self._why, retry=False)
