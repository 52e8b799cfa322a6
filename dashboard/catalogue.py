"""The words on screen: one file per language in `locale/`, by key."""

import json
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"


def catalogues() -> dict[str, dict[str, str]]:
    """Every language we speak, with all its words."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(LOCALE.glob("*.json"), reverse=True)
    }
