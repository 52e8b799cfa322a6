"""Sends notices by the apprise library to services that we have no sender for (extra `apprise`).

The library says only yes or no; for some services it says yes whatever they answered.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from alerts.channels import AppriseSettings, ChannelError
from alerts.message import compose
from alerts.notices import Notice
from ingest.ports import Clock

TIMEOUT_S = 60.0
LONGEST_BODY = 30_000

# Its lines show what the service's URL holds.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class AppriseChannel:
    """One service by its apprise URL."""

    def __init__(self, settings: AppriseSettings, clock: Clock, base_url: str = "") -> None:
        self.per_minute = settings.per_minute
        self._url = settings.url
        self._base_url = base_url

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`."""
        # Its hundred services take seconds to load; nothing else must wait for that.
        apprise = await asyncio.to_thread(_library)
        service = apprise.Apprise()
        if not service.add(self._url.reveal()):
            raise ChannelError("apprise does not know such a URL", retry=False)
        message = compose(notices, self._base_url)
        body = message.text(LONGEST_BODY) + (f"\n{message.link}" if message.link else "")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                taken = await service.async_notify(
                    title=message.title, body=body, body_format=apprise.NotifyFormat.TEXT
                )
        except TimeoutError:
            raise ChannelError(f"no answer within {TIMEOUT_S:.0f} s", retry=True) from None
        if not taken:
            why = "the service did not take it (apprise does not say why)"
            raise ChannelError(why, retry=True)


def _library() -> Any:
    try:
        import apprise
    except ImportError:
        why = "apprise is not installed: pip install 'floorwatch[apprise]'"
        raise ChannelError(why, retry=False) from None
    return apprise
