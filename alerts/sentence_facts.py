"""The evidence of one alert, read in the words of one language, and how such words are put together."""

import unicodedata
from collections.abc import Mapping

from alerts.notices import Told
from alerts.sentence_numbers import clock, count, duration, finite, one_line, share
from alerts.sentence_words import KINDS, LANGUAGES, MANY, SCOPES, Words, said


def scope_name(told: Told, language: str) -> str:
    """What the alert speaks of, by its name if it has one, else by what sort of thing it is."""
    language = known(language)
    sort, _, name = told.scope.partition(":")
    if given := named(told.scope_names, language):
        return given
    word = one_line(said(SCOPES, sort, language))
    if name == "*":
        return MANY[language].format(word)
    name = one_line(name)
    if word and name.casefold().startswith(word.casefold()):
        return name  # "trunk trunk-a" says nothing more
    return f"{word} {name}".strip() or one_line(told.rule)


class Facts:
    """The evidence of one alert, read as the words of one language."""

    def __init__(self, told: Told, language: str, zone: str) -> None:
        self.told = told
        self.language = language
        self.zh = language == "zh"
        self._zone = zone

    def number(self, key: str) -> float | None:
        return finite(self.told.evidence.get(key))

    def count(self, key: str) -> str:
        number = self.number(key)
        return "" if number is None else count(number)

    def share(self, key: str) -> str:
        number = self.number(key)
        return "" if number is None else share(number)

    def lasting(self, key: str) -> str:
        """A span of time; none at all is nothing to tell."""
        number = self.number(key)
        return "" if number is None or number <= 0 else duration(number, self.language)

    def word(self, key: str, table: Mapping[str, Words] | None = None) -> str:
        value = self.told.evidence.get(key)
        if not isinstance(value, str) or not value.strip():
            return ""
        return one_line(value if table is None else said(table, value, self.language))

    @property
    def kind(self) -> str:
        """The kind of trouble, for want of figures."""
        return KINDS[self.language][self.told.kind]

    @property
    def since(self) -> str:
        """`10:42 起`, `since 10:42`."""
        at = clock(self.told.since, self._zone, self.told.fired_at)
        return at and (f"{at} 起" if self.zh else f"since {at}")

    @property
    def at(self) -> str:
        """`10:42`, `at 10:42`."""
        at = clock(self.told.since, self._zone, self.told.fired_at)
        return at if self.zh else at and f"at {at}"

    @property
    def subject(self) -> str:
        """Who or what it is, with its sort: `中继 carrier-a`."""
        return scope_name(self.told, self.language)

    def calls(self, key: str) -> str:
        """`12 通`, `12 calls`."""
        return self.of(key, "通", "call")

    def of(self, key: str, zh: str, one: str, many: str = "") -> str:
        """A number with what it counts; "" if it is not known."""
        text = self.count(key)
        if not text or self.zh:
            return text and f"{text} {zh}"
        return f"{text} {one if text == '1' else many or one + 's'}"


def known(language: str) -> str:
    """The language, English for one that we do not speak."""
    return language if language in LANGUAGES else "en"


def named(names: Mapping[str, str], language: str) -> str:
    """The name in this language, else in any."""
    return one_line(names.get(language) or next(iter(names.values()), ""))


def joined(*parts: str) -> str:
    """The parts as one phrase; Chinese characters stand together without a blank."""
    phrase = ""
    for part in filter(None, parts):
        phrase += part if not phrase or _wide(phrase[-1], part[0]) else f" {part}"
    return phrase


def listed(facts: Facts, *parts: str) -> str:
    """The parts that there are, with commas."""
    return ("，" if facts.zh else ", ").join(part for part in parts if part)


def in_brackets(head: str, inside: str, facts: Facts) -> str:
    """`head (inside)`, or the one of the two that there is."""
    if not inside or not head:
        return head or inside
    return f"{head}（{inside}）" if facts.zh else f"{head} ({inside})"


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def _wide(left: str, right: str) -> bool:
    return all(unicodedata.east_asian_width(letter) in "WF" for letter in (left, right))
