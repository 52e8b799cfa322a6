"""Publishes notices to an MQTT broker, for other programs: `acd/v1/<site>/alert/<incident>`.

What is going on is retained there, so that whoever comes later learns of it; the end is published
once and clears the topic. A retained notice fades after a day, should its end never come.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from alerts.channel_webhook import payload
from alerts.channels import ChannelError, MqttSettings
from alerts.notices import Notice, Word
from alerts.sentence_numbers import one_line
from ingest.mqtt_address import MqttAddress, MqttAddressError
from ingest.mqtt_link import Session, open_link
from ingest.mqtt_message import MqttError, MqttRefusedError, Publication
from ingest.ports import Clock
from ingest.topics import ROOT, segment

EXPIRY_S = 86_400
TIMEOUT_S = 10.0


def alert_topic(site: str, incident: str) -> str:
    """Where the notices of one incident are published."""
    return f"{ROOT}/{segment(site)}/alert/{segment(incident)}"


class MqttChannel:
    """One broker; it is connected to for each notice, for there are few."""

    def __init__(self, settings: MqttSettings, clock: Clock, base_url: str = "") -> None:
        self.per_minute = settings.per_minute
        self._settings = settings
        self._clock = clock
        self._base_url = base_url

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`; each notice is a message of its own, at QoS 1."""
        try:
            address = MqttAddress.parse(
                self._settings.broker,
                password=self._settings.password.reveal() or None,
                ca_file=self._settings.ca_file,
            )
            async with asyncio.timeout(2 * TIMEOUT_S):
                link, _ = await open_link(address, self._session(), self._clock)
                try:
                    for publication in self._publications(notices):
                        await link.room()
                        link.publish([publication])
                    async with asyncio.timeout(TIMEOUT_S):
                        await link.settle()
                finally:
                    link.close()
        except TimeoutError:
            raise ChannelError("the broker did not acknowledge it in time", retry=True) from None
        except (MqttRefusedError, MqttAddressError) as error:
            raise ChannelError(self._said(error), retry=False) from None
        except MqttError as error:
            raise ChannelError(self._said(error), retry=True) from None

    def _publications(self, notices: Sequence[Notice]) -> Iterator[Publication]:
        for notice in notices:
            topic = alert_topic(notice.site, notice.incident)
            lasting = notice.word not in (Word.RESOLVED, Word.TEST)
            yield Publication(
                topic,
                msgspec.json.encode(self._body(notice)),
                retain=lasting,
                expiry_s=EXPIRY_S,
                content_type="application/json",
            )
            if notice.word is Word.RESOLVED:
                yield Publication(topic, b"", retain=True)

    def _body(self, notice: Notice) -> dict[str, Any]:
        """The webhook's form, with what the webhook has in its headers."""
        return {"id": notice.id, "word": notice.word.value, **payload(notice, self._base_url)}

    def _session(self) -> Session:
        name = hashlib.sha256(self._settings.name.encode()).hexdigest()[:12]
        return Session(client_id=f"floorwatch-alert-{name}", expiry_s=0)

    def _said(self, error: Exception) -> str:
        password = self._settings.password.reveal()
        text = str(error)
        return one_line(text.replace(password, "…") if password else text, 240)
