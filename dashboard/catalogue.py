"""The words on screen: gettext catalogues, `locale/<language>/LC_MESSAGES/<domain>.po`, by key.

A message's id is a key (`queue.waiting`), not English: English is a translation like the other. A
page takes the domains that it speaks.
"""

from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("zh", "en")


def domains() -> list[str]:
    """Every domain that there is."""
    return sorted({path.stem for path in LOCALE.glob("*/LC_MESSAGES/*.po")})


def catalogues(*wanted: str) -> dict[str, dict[str, str]]:
    """Every language we speak, with the words of these domains; of all, if none is named."""
    return {
        language: {
            key: words for domain in (wanted or domains()) for key, words in _read(language, domain)
        }
        for language in LANGUAGES
    }


def _read(language: str, domain: str) -> list[tuple[str, str]]:
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, domain=domain, abort_invalid=True)
    return [(str(message.id), str(message.string)) for message in catalogue if message.id]
