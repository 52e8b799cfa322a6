"""The scenarios that come with the program, as the text of their files."""

from importlib.resources import files

PRESETS = (
    "quiet-day",
    "monday-rush",
    "promotion-surge",
    "trunk-failure",
    "system-outage",
    "bad-line-day",
    "lunch-collapse",
    "multi-site",
)
"""Their ids, the plainest first."""


def preset_text(id_: str) -> str:
    """The file of this preset, one of `PRESETS`."""
    return (files("simulators") / "presets" / f"{id_}.toml").read_text(encoding="utf-8")
