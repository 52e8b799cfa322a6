"""A formula in words, in every language that we speak, with its sums put in."""

from collections.abc import Mapping
from functools import cache
from math import floor
from typing import NamedTuple

from babel.numbers import format_decimal, format_percent

from dashboard.catalogue import LANGUAGES, catalogues
from dashboard.formulas import SERVICE_LEVEL, Formula, Term, Unit
from ingest.events import Millis
from stream.metrics import Sums

NOTHING = "—"
_ORDER = {"zh": "{term} {value}", "en": "{value} {term}"}
_BRACKETS = {"zh": "（{}）", "en": "({})"}
_DIVIDED = {"zh": "{over}÷{under}= {value}", "en": "{over} ÷ {under} = {value}"}


class Said(NamedTuple):
    """A figure of queues that share a target; without one, nothing is said that depends on it."""

    name: str
    variant: str = ""
    target_ms: Millis | None = None
    short_ms: Millis | None = None

    def blanks(self, language: str) -> Mapping[str, str]:
        """What is put into the words: seconds."""
        return {
            "target": _seconds(self.target_ms, language),
            "short": _seconds(self.short_ms, language),
        }


def definition(said: Said, *, mixed: bool = False) -> dict[str, str]:
    """What a figure means, by language."""
    key = "mixed" if mixed else said.variant if said.name == SERVICE_LEVEL else said.name
    return {
        language: words[f"definition.{key}"].format(**said.blanks(language))
        for language, words in _words().items()
    }


def sentence(said: Said, of: Formula, sums: Sums) -> dict[str, str]:
    """A ratio's formula with its sums put in, by language."""
    return {language: _sentence(said, of, sums, language) for language in LANGUAGES}


def _sentence(said: Said, of: Formula, sums: Sums, language: str) -> str:
    over = _sum(of.over, said, sums, language)
    value = shown(of.of(sums), of.unit, language)
    under = _sum(of.under, said, sums, language)
    return _DIVIDED[language].format(over=over, under=under, value=value)


def _sum(terms: tuple[Term, ...], said: Said, sums: Sums, language: str) -> str:
    words, blanks = _words()[language], said.blanks(language)
    parts = [
        _ORDER[language].format(
            term=words[f"term.{term.name}"].format(**blanks),
            value=shown(term.of(sums), _unit(term), language),
        )
        for term in terms
    ]
    return _BRACKETS[language].format(" + ".join(parts))


def _unit(term: Term) -> Unit:
    if term.calls:
        return "count"
    return "points" if any("_points" in name for name in term.share) else "ms"


def shown(value: float | None, unit: Unit, language: str) -> str:
    """A figure as the screens write it. A promise is not kept before it is: 79.96 % is not 80 %."""
    if value is None:
        return NOTHING
    if unit == "share":
        kept = floor(value * 1000 + 1e-9) / 1000
        return str(format_percent(kept, format="0.0%", locale=language))
    if unit == "count":
        return str(format_decimal(value, locale=language))
    if unit == "points":
        return str(format_decimal(value / 10, format="#,##0.0", locale=language))
    return wait(value)


def wait(ms: float) -> str:
    """A duration as the screens write it: 0:49, 12:05, 1:00:07."""
    minutes, seconds = divmod(max(0, floor(ms / 1000)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _seconds(ms: Millis | None, language: str) -> str:
    return NOTHING if ms is None else str(format_decimal(ms / 1000, locale=language))


@cache
def _words() -> dict[str, dict[str, str]]:
    return catalogues("drill")
