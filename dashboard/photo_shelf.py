"""Photos as files of random names in a folder of their own. Blocking: call it in a thread."""

import os
import re
import secrets
from pathlib import Path

from dashboard.photo import Photo

_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}
_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png)")


class PhotoShelf:
    """Raises OSError where the folder cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, photo: Photo) -> str:
        """Put a photo on the disk; under this name it is found again."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16) + _ENDINGS[photo.content_type]
        file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as writing:
            writing.write(photo.body)
            writing.flush()
            os.fsync(writing.fileno())
        return name

    def read(self, name: str) -> Photo | None:
        """The photo of this name; None if it is not, or no more."""
        if not _NAME.fullmatch(name):
            return None
        types = {ending: content_type for content_type, ending in _ENDINGS.items()}
        try:
            return Photo((self._folder / name).read_bytes(), types[name[32:]])
        except FileNotFoundError:
            return None

    def drop(self, name: str) -> None:
        if _NAME.fullmatch(name):
            (self._folder / name).unlink(missing_ok=True)
