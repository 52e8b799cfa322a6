"""Sends notices as Alertmanager does (webhook version 4), signed, so that its receivers take them.

Each request has `X-Floorwatch-Id`, the same however often a notice is sent. With a secret it has
`X-Floorwatch-Timestamp` (seconds) and `X-Floorwatch-Signature`: `sha256=` and the HMAC-SHA256, in
hexadecimal, of the timestamp, a dot and the body.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from alerts.channel_http import Poster, expect_taken
from alerts.channels import WebhookSettings
from alerts.message import Message, console_link
from alerts.notices import Notice, Told, Word
from alerts.sentence_words import LANGUAGES
from alerts.sentences import headline, sentence
from ingest.events import Millis
from ingest.ports import Clock

NEVER = "0001-01-01T00:00:00Z"
"""How Alertmanager writes the end of what has not ended."""

LONGEST_TOLD = 4_000
"""Bytes of a message that is of no incident."""

Labels = dict[str, str]

_PLAIN_ID = re.compile(r"[!-~]{1,128}")


class WebhookChannel:
    """One receiver."""

    def __init__(self, settings: WebhookSettings, clock: Clock, base_url: str = "") -> None:
        self.per_minute = settings.per_minute
        self._poster = Poster(settings.url, secrets=(settings.sign,), ca_file=settings.ca_file)
        self._sign = settings.sign.reveal().encode()
        self._clock = clock
        self._base_url = base_url

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`; the form knows one group, so each notice is a request."""
        for notice in notices:
            await self._post(notice.id, payload(notice, self._base_url))

    async def tell(self, message: Message, id: str) -> None:
        """See `Tells.tell`: as an alert that is over, so that no receiver waits for its end."""
        await self._post(id, told(message, id, self._clock.now(), self._base_url))

    async def _post(self, id: str, content: Mapping[str, Any]) -> None:
        now = self._clock.now()
        body = msgspec.json.encode(content)
        answer = await self._poster.post(body, self._headers(id, body, now))
        expect_taken(answer, now)

    def _headers(self, id: str, body: bytes, now: Millis) -> dict[str, str]:
        if not _PLAIN_ID.fullmatch(id):
            id = hashlib.sha256(id.encode("utf-8", "replace")).hexdigest()[:32]
        headers = {"X-Floorwatch-Id": id}
        if self._sign:
            at = str(now // 1_000)
            signature = hmac.new(self._sign, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            headers["X-Floorwatch-Timestamp"] = at
            headers["X-Floorwatch-Signature"] = f"sha256={signature}"
        return headers


def payload(notice: Notice, base_url: str = "") -> dict[str, Any]:
    """The notice as a group of alerts; one without alerts (a test) is one of its own."""
    link = console_link(base_url, notice.incident)
    alerts = [_alert(told, notice, link) for told in notice.alerts] or [_bare(notice, link)]
    group = {"site": notice.site, "incident": notice.incident}
    return {
        "version": "4",
        "groupKey": f"{{}}:{{incident={notice.incident!r}, site={notice.site!r}}}",
        "truncatedAlerts": 0,
        "status": "resolved" if notice.word is Word.RESOLVED else "firing",
        "receiver": notice.channel,
        "groupLabels": group,
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
        "externalURL": base_url,
        "alerts": alerts,
    }


def told(message: Message, id: str, now: Millis, base_url: str = "") -> dict[str, Any]:
    """A message that is of no incident, as one alert."""
    labels = {"alertname": "floorwatch_report", "severity": message.severity.value}
    annotations = {"summary": message.title, "description": message.text(LONGEST_TOLD)}
    alert = {
        "status": "resolved",
        "labels": labels,
        "annotations": annotations,
        "startsAt": _time(now),
        "endsAt": _time(now),
        "generatorURL": message.link,
        "fingerprint": _fingerprint(id),
    }
    return {
        "version": "4",
        "groupKey": f"{{}}:{{report={id!r}}}",
        "truncatedAlerts": 0,
        "status": "resolved",
        "receiver": "floorwatch",
        "groupLabels": labels,
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": base_url,
        "alerts": [alert],
    }


def _alert(told: Told, notice: Notice, link: str) -> dict[str, Any]:
    labels = _labels(notice) | {
        "alertname": told.rule,
        "kind": told.kind.value,
        "scope": told.scope,
        "severity": told.severity.value,
    }
    languages = [each for each in notice.languages if each in LANGUAGES] or list(LANGUAGES)
    annotations = _annotations(notice) | {
        "summary": headline(told, languages[0]),
        "description": sentence(told, languages[0], notice.zone),
    }
    for language in languages[1:]:
        annotations[f"summary_{language}"] = headline(told, language)
        annotations[f"description_{language}"] = sentence(told, language, notice.zone)
    over = notice.word is Word.RESOLVED or told.ended_at is not None
    ended = notice.at if told.ended_at is None else told.ended_at
    return {
        "status": "resolved" if over else "firing",
        "labels": labels,
        "annotations": annotations,
        "startsAt": _time(told.since),
        "endsAt": _time(ended) if over else NEVER,
        "generatorURL": link,
        "fingerprint": _fingerprint(notice.site, told.rule, told.scope),
    }


def _bare(notice: Notice, link: str) -> dict[str, Any]:
    name = f"floorwatch_{notice.word.value}"
    over = notice.word is Word.RESOLVED
    return {
        "status": "resolved" if over else "firing",
        "labels": _labels(notice) | {"alertname": name, "severity": notice.severity.value},
        "annotations": _annotations(notice) | {"summary": name.replace("_", " ")},
        "startsAt": _time(notice.at),
        "endsAt": _time(notice.at) if over else NEVER,
        "generatorURL": link,
        "fingerprint": _fingerprint(notice.site, name, ""),
    }


def _labels(notice: Notice) -> Labels:
    return {"site": notice.site, "incident": notice.incident}


def _annotations(notice: Notice) -> Labels:
    said = {"word": notice.word.value, "note": notice.note}
    if notice.level:
        said["level"] = str(notice.level)
    return {name: value for name, value in said.items() if value}


def _common(tables: Sequence[Mapping[str, str]]) -> Labels:
    """What all of them say alike."""
    first, *others = tables
    return {k: v for k, v in first.items() if all(other.get(k) == v for other in others)}


def _time(at: Millis) -> str:
    try:
        return f"{datetime.fromtimestamp(at / 1_000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1_000:03}Z"
    except (OSError, OverflowError, ValueError):
        return NEVER


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
