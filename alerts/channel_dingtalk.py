"""Sends to a custom robot of DingTalk 钉钉, signed if it has a secret (加签)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from alerts.channel_http import Poster, within
from alerts.channel_robot import Provider
from alerts.channel_text import cut, harmless
from alerts.channels import DingtalkSettings
from alerts.message import Message, compose
from alerts.notices import Notice
from ingest.events import Millis
from ingest.ports import Clock

LONGEST_BODY = 20_000
"""Bytes of the whole request; above it the robot answers 460101."""
LONGEST_TITLE = 200

PROVIDER = Provider(
    name="DingTalk",
    codes=("errcode",),
    words=("errmsg",),
    busy=frozenset({-1, 90018, 90030, 130101, 302033, 410100, 660026}),
    mend={
        310000: "its security settings do not let it in: check the secret of 加签, the keyword, "
        "the list of addresses, and this machine's clock",
        300001: "the token in its URL is wrong",
        300005: "the token in its URL is wrong",
        400013: "the group is gone",
        400101: "the token in its URL is wrong",
        400102: "the robot is stopped",
        460101: "DingTalk found the message too long",
    },
)

_MOBILE = re.compile(r"\+?[0-9-]{7,20}")
_USER = re.compile(r"[A-Za-z0-9$][A-Za-z0-9@._$-]{0,63}")


class DingtalkChannel:
    """One custom robot."""

    def __init__(self, settings: DingtalkSettings, clock: Clock, base_url: str = "") -> None:
        self.per_minute = settings.per_minute
        self._sign = settings.sign.reveal()
        self._poster = Poster(settings.url, secrets=(settings.sign,))
        self._clock = clock
        self._base_url = base_url

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`."""
        await self.tell(compose(notices, self._base_url), "")

    async def tell(self, message: Message, id: str) -> None:
        """See `Tells.tell`."""
        body = within(LONGEST_BODY, lambda room: _body(message, room))
        now = self._clock.now()
        query = _signature(self._sign, now) if self._sign else ""
        PROVIDER.judge(await self._poster.post(body, query=query), self._poster, now)


def _signature(secret: str, now: Millis) -> str:
    digest = hmac.new(secret.encode(), f"{now}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={now}&sign={quote(base64.b64encode(digest), safe='')}"


def _body(message: Message, room: int) -> bytes:
    everybody = "@all" in message.mentions
    mobiles = [each for each in message.mentions if _MOBILE.fullmatch(each)]
    users = [each for each in message.mentions if each not in mobiles and _USER.fullmatch(each)]
    title = cut(harmless(message.title), LONGEST_TITLE)
    # Two blanks at its end break a line in DingTalk's Markdown.
    text = message.text(max(0, room), lambda line: f"{harmless(line)}  ")
    calls = " ".join(f"@{each}" for each in (*mobiles, *users))
    link = f"[{message.link_text}]({message.link})" if message.link else ""
    whole = "\n\n".join(filter(None, (f"#### {title}", text, link, calls)))
    return msgspec.json.encode(
        {
            "msgtype": "markdown",
            "markdown": {"title": title, "text": whole},
            "at": {"atMobiles": mobiles, "atUserIds": users, "isAtAll": everybody},
        }
    )
