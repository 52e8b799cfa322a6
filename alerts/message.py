"""What a person reads of notices: a title and lines, in the languages that the notices ask for.

The texts are plain. What a channel's own format reads as marks, the channel makes harmless.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from alerts.channel_text import fitted, size
from alerts.notices import Notice, Told, Word
from alerts.sentence_numbers import clock, duration, one_line
from alerts.sentence_words import LANGUAGES, SEVERITIES
from alerts.sentences import headline, sentence
from alerts.words import Severity

MOST_ITEMS = 100
"""Lines in one language: nobody reads more, and no service takes more."""
LONGEST_LINE = 600
LONGEST_NOTE = 150
"""Letters. A note must not crowd out what it is about; the console has the whole of it."""

_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_BRACKETS = {"zh": "【{}】", "en": "[{}] "}
_WORDS: Mapping[str, Mapping[Word, str]] = {
    "zh": {
        Word.FIRED: "{severity}",
        Word.GREW: "扩大·{severity}",
        Word.ESCALATED: "升级·{severity}",
        Word.REPEATED: "仍在持续·{severity}",
        Word.RESOLVED: "已恢复",
        Word.TEST: "测试",
    },
    "en": {
        Word.FIRED: "{severity}",
        Word.GREW: "Growing · {severity}",
        Word.ESCALATED: "Escalated · {severity}",
        Word.REPEATED: "Still going on · {severity}",
        Word.RESOLVED: "Resolved",
        Word.TEST: "Test",
    },
}
_WHY: Mapping[str, Mapping[Word, str]] = {
    "zh": {
        Word.ESCALATED: "无人确认，已上报至第 {level} 级",
        Word.REPEATED: "仍在持续，尚无人确认",
        Word.TEST: "这是测试通知，无需处理",
    },
    "en": {
        Word.ESCALATED: "Nobody has acknowledged it: passed on to level {level}",
        Word.REPEATED: "It still goes on and nobody has acknowledged it",
        Word.TEST: "This is a test: nothing needs to be done",
    },
}
_PHRASES: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "channel": "通知通道 {name}",
        "incident": "事件 {name}",
        "and": "{first}，另有 {count} 项",
        "several": "{count} 条通知",
        "more": "…还有 {count} 项",
        "note": "备注：{text}",
        "learning": "{text}（基线学习中）",
        "item": "{head}：{text}",
        "over": "已恢复",
        "lasted": "{start} 至 {end}，历时 {length}",
        "console": "打开控制台",
    },
    "en": {
        "channel": "channel {name}",
        "incident": "incident {name}",
        "and": "{first}, and {count} more",
        "several": "{count} notices",
        "more": "… and {count} more",
        "note": "Note: {text}",
        "learning": "{text} (still learning what is normal)",
        "item": "{head}: {text}",
        "over": "over",
        "lasted": "{start} to {end}, lasted {length}",
        "console": "Open the console",
    },
}


@dataclass(frozen=True, slots=True)
class Part:
    """The message in one language: what it is about, and a line for each alert, or notice.

    With `unsaid` the last of the items is the line that tells of so many others.
    """

    language: str
    head: tuple[str, ...]
    items: tuple[str, ...]
    unsaid: int = 0

    def more(self, count: int) -> str:
        """The line that stands for the last so many of the items."""
        return _more(self.language, count + max(0, self.unsaid - 1))


@dataclass(frozen=True, slots=True)
class Message:
    """Notices in words. `link` leads to the console, "" if nobody said where it is."""

    title: str
    parts: tuple[Part, ...]
    link: str
    link_text: str
    severity: Severity
    over: bool
    mentions: tuple[str, ...]

    def lines(self, limit: int, dressed: Callable[[str], str] = str) -> list[str]:
        """The lines, each as `dressed` makes it, in at most `limit` bytes with their line breaks.

        What does not fit is left out of each language alike, and how much it is is said.
        """
        whole = [dressed(line) for part in self.parts for line in (*part.head, *part.items)]
        if sum(size(line) + 1 for line in whole) <= limit:
            return whole
        room = limit // len(self.parts)
        return [
            line
            for part in self.parts
            for line in fitted(
                [dressed(line) for line in part.head],
                [dressed(line) for line in part.items],
                room,
                [dressed(part.more(count)) for count in range(len(part.items) + 1)],
            )
        ]

    def text(self, limit: int, dressed: Callable[[str], str] = str) -> str:
        """The lines as one text of at most `limit` bytes."""
        return "\n".join(self.lines(limit, dressed))


def compose(notices: Sequence[Notice], base_url: str = "") -> Message:
    """One message of one notice or several. `notices` must not be empty."""
    first = notices[0]
    languages = tuple(each for each in first.languages if each in LANGUAGES) or LANGUAGES
    parts = []
    for number, language in enumerate(languages):
        title = (_title(notices, language),) if number else ()
        parts.append(_part(notices, language, title))
    alarms = [each for each in notices if each.word is not Word.RESOLVED]
    return Message(
        title=_title(notices, languages[0]),
        parts=tuple(parts),
        link=console_link(base_url, first.incident if len(notices) == 1 else ""),
        link_text=_PHRASES[languages[0]]["console"],
        severity=min((each.severity for each in alarms or notices), key=_RANK.__getitem__),
        over=not alarms,
        mentions=tuple(dict.fromkeys(name for each in notices for name in each.mentions)),
    )


def console_link(base_url: str, incident: str = "") -> str:
    """Where a person sees the incident."""
    if not base_url:
        return ""
    page = f"{base_url.rstrip('/')}/floor"
    return f"{page}?incident={quote(incident, safe='')}" if incident else page


def _part(notices: Sequence[Notice], language: str, title: tuple[str, ...]) -> Part:
    first = notices[0]
    site = one_line(first.site_names.get(language, "") or first.site)
    at = clock(first.at, first.zone)
    head = [*title, " · ".join(each for each in (site, at) if each)]
    if len(notices) == 1:
        head += [_why(first, language), _note(first, language)]
        items = [_item(told, first, language) for told in first.alerts[:MOST_ITEMS]]
        unsaid = len(first.alerts) - len(items)
    else:
        items = [_line(notice, language) for notice in notices[:MOST_ITEMS]]
        unsaid = len(notices) - len(items)
    if unsaid:
        items.append(_more(language, unsaid))
    return Part(language, tuple(filter(None, head)), tuple(items), unsaid)


def _line(notice: Notice, language: str) -> str:
    """A notice among others: its worst alert, and how many it has beside."""
    subject, why = _subject(notice, language), _why(notice, language)
    worst = min(notice.alerts, key=lambda told: _RANK[told.severity], default=None)
    said = [] if worst is None else [_seen(worst, notice, language)]
    text = " · ".join(filter(None, (*said, why, _note(notice, language))))
    return _phrase(language, "item", head=subject, text=text) if text else subject


def _why(notice: Notice, language: str) -> str:
    return _WHY[language].get(notice.word, "").format(level=notice.level)


def _note(notice: Notice, language: str) -> str:
    text = one_line(notice.note, LONGEST_NOTE)
    return _phrase(language, "note", text=text) if text else ""


def _more(language: str, count: int) -> str:
    return _phrase(language, "more", count=count)


def _title(notices: Sequence[Notice], language: str) -> str:
    if len(notices) == 1:
        return _subject(notices[0], language)
    worst = min(notices, key=lambda each: (each.word is Word.RESOLVED, _RANK[each.severity]))
    count = _phrase(language, "several", count=len(notices))
    return f"{count} · {_subject(worst, language)}"


def _subject(notice: Notice, language: str) -> str:
    """`【紧急】突发话务高峰 · 销售，另有 2 项`."""
    severity = SEVERITIES[language][notice.severity]
    word = _BRACKETS[language].format(_WORDS[language][notice.word].format(severity=severity))
    if not notice.alerts:
        name = "channel" if notice.word is Word.TEST else "incident"
        value = notice.channel if notice.word is Word.TEST else notice.incident
        return word + _phrase(language, name, name=one_line(value))
    told = min(notice.alerts, key=lambda each: _RANK[each.severity])
    text = headline(told, language)
    if len(notice.alerts) > 1:
        text = _phrase(language, "and", first=text, count=len(notice.alerts) - 1)
    return word + text


def _item(told: Told, notice: Notice, language: str) -> str:
    text = _seen(told, notice, language)
    if len(notice.alerts) > 1:
        text = _phrase(language, "item", head=headline(told, language), text=text)
    return one_line(text, LONGEST_LINE)


def _seen(told: Told, notice: Notice, language: str) -> str:
    """What was seen, or how long it lasted."""
    if notice.word is Word.RESOLVED or told.ended_at is not None:
        text = _ended(told, notice, language)
    else:
        text = sentence(told, language, notice.zone)
    return _phrase(language, "learning", text=text) if told.learning else text


def _ended(told: Told, notice: Notice, language: str) -> str:
    over = _PHRASES[language]["over"]
    start = clock(told.since, notice.zone, notice.at)
    end = "" if told.ended_at is None else clock(told.ended_at, notice.zone, notice.at)
    if not start or not end or told.ended_at is None or told.ended_at < told.since:
        return over
    length = duration(told.ended_at - told.since, language)
    return _phrase(language, "lasted", start=start, end=end, length=length)


def _phrase(language: str, key: str, /, **words: object) -> str:
    return _PHRASES[language][key].format(**words)
