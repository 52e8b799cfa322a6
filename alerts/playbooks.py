"""What to do about an alert (应急预案): a Markdown text per playbook and language, with steps to tick off.

    # Title
    What this is, and what matters most.
    - [ ] a step
    - [ ] another step
    What to note at closing.

`**…**` is the only mark within a line. Ours are in the folder `playbooks`; a site's own replace those
of the same name.
"""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

LANGUAGES = ("zh", "en")

_FILE = re.compile(r"(.+)\.([^.]+)\.md", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TITLE = re.compile(r"#\s+(\S.*)")
_STEP = re.compile(r"\s*[-*]\s+\[[ xX]\]\s+(\S.*)")
_OTHER_LIST = re.compile(r"\s*(?:[-*]|\d+[.)])\s+\S.*")


class PlaybookError(ValueError):
    """A playbook cannot be taken: the message names the file and what to change."""


class Playbook(Struct, frozen=True, kw_only=True):
    """One playbook in one language. `text` is the whole of it as it was written."""

    name: str
    title: str
    intro: str
    steps: tuple[str, ...]
    closing: str
    text: str


Playbooks = Mapping[str, Mapping[str, Playbook]]
"""By name, then by language."""


def parse(name: str, text: str, file: str) -> Playbook:
    """The playbook of this text; `file` is for messages. Raises `PlaybookError`."""
    title = ""
    intro: list[str] = []
    steps: list[str] = []
    closing: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        said = line.strip()
        if found := _STEP.fullmatch(line):
            if closing:
                raise PlaybookError(
                    f"{file}:{number}: a step after the closing words. Move it above them"
                )
            steps.append(found[1].strip())
        elif _OTHER_LIST.fullmatch(line):
            raise PlaybookError(f'{file}:{number}: a list that nobody can tick. Write "- [ ] …"')
        elif (found := _TITLE.fullmatch(said)) and not title:
            title = found[1].strip()
        elif said and steps and line[:1].isspace():
            steps[-1] += f" {said}"
        elif said:
            (closing if steps else intro).append(said)
    if not title:
        raise PlaybookError(f'{file}: no title. Begin it with a line "# Title"')
    if not steps:
        raise PlaybookError(f'{file}: no steps. Write each as a line "- [ ] what to do"')
    return Playbook(
        name=name,
        title=title,
        intro=" ".join(intro),
        steps=tuple(steps),
        closing=" ".join(closing),
        text=text.removeprefix("\ufeff"),
    )


def load(own: Path | None = None) -> Playbooks:
    """Our playbooks, and those in the folder `own` of a site, which replace ours of that name in
    every language. Raises `PlaybookError`, and `OSError` if the folder cannot be read."""
    ours = files("alerts") / "playbooks"
    found = _read((file.name, file.read_bytes()) for file in ours.iterdir())
    if own is None:
        return found
    theirs = sorted(file for file in own.iterdir() if file.is_file())
    return found | _read((file.name, file.read_bytes()) for file in theirs if _told_apart(file))


def as_document(playbooks: Playbooks) -> dict[str, dict[str, str]]:
    """For screens: by name and language the Markdown text, which they must escape."""
    return {
        name: {language: playbook.text for language, playbook in by_language.items()}
        for name, by_language in playbooks.items()
    }


def _told_apart(file: Path) -> bool:
    """Whether this is meant to be a playbook: a folder may hold a read-me and editors' files, too."""
    return _FILE.fullmatch(file.name) is not None and not file.name.startswith(".")


def _read(texts: Iterable[tuple[str, bytes]]) -> dict[str, dict[str, Playbook]]:
    found: dict[str, dict[str, Playbook]] = {}
    for file, content in texts:
        match = _FILE.fullmatch(file)
        if match is None or match[2] not in LANGUAGES or not _NAME.fullmatch(match[1]):
            wanted = " or ".join(f"NAME.{language}.md" for language in LANGUAGES)
            raise PlaybookError(
                f"{file}: not a playbook's name. Call it {wanted}, of a-z, 0-9, _ and -"
            )
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise PlaybookError(
                f"{file}: byte {error.start + 1} is no UTF-8. Save it as UTF-8"
            ) from None
        found.setdefault(match[1], {})[match[2]] = parse(match[1], text, file)
    for name, by_language in found.items():
        _same_steps(name, by_language)
    return found


def _same_steps(name: str, by_language: Mapping[str, Playbook]) -> None:
    """A step ticked off in one language is the same step in the other."""
    counts = {f"{name}.{lang}.md": len(book.steps) for lang, book in sorted(by_language.items())}
    if len(set(counts.values())) > 1:
        told = " and ".join(f"{count} in {file}" for file, count in counts.items())
        raise PlaybookError(f"{name}: {told} steps. Write the same steps in each language")
