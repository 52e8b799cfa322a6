"""What goes over the wire to a screen: a full frame, then deltas, and a beat when nothing changes.

    full    seq n      the whole body
    delta   seq n + 1  an RFC 7396 merge patch on the body of seq n
    beat    seq n      nothing changed, and we are still here

The format is public: docs/frames.md. Bodies are never changed in place: whatever did not change is
the same object as before, so that what did is found by looking at nothing else.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from websockets.frames import Frame, Opcode

from ingest.events import Millis

VERSION = 1
Body = dict[str, object]
Look = Callable[[Body], Body]
"""What one kind of display is shown of the body; the same objects wherever it changes nothing."""
_PLAIN = frozenset({int, str, float, bool})
_DEEP = (dict, list, tuple)
_ABSENT = object()


def merged(target: object, patch: object) -> object:
    """`target` after the merge patch (RFC 7396): null removes a key, objects merge, all else replaces.

    `target` is left as it was; what the patch does not touch is shared with it. Nothing of `patch` is
    kept by reference, so that whoever made it may go on changing it.
    """
    if not isinstance(patch, Mapping):
        return _own(patch)
    body = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if type(value) in _PLAIN:
            body[key] = value
        elif value is None:
            body.pop(key, None)
        else:
            body[key] = merged(body.get(key), value)
    return body


def _own(value: object) -> object:
    if isinstance(value, list | tuple):
        return [merged(None, item) if isinstance(item, _DEEP) else item for item in value]
    return value


def difference(old: Mapping[str, object], new: Mapping[str, object]) -> Body:
    """The merge patch that makes `old` into `new`; what is the same object is not looked into."""
    patch: Body = {}
    for key, value in new.items():
        was = old.get(key, _ABSENT)
        if was is value:
            continue
        if isinstance(value, dict) and isinstance(was, dict):
            below = difference(was, value)
            if below:
                patch[key] = below
        elif was != value:
            patch[key] = value
    if not old.keys() <= new.keys():
        patch.update(dict.fromkeys(old.keys() - new.keys()))
    return patch


def part_of(body: Mapping[str, object], key: str) -> dict[str, Any]:
    """A part of a body that is an object itself; an empty one where there is none."""
    part = body.get(key)
    return part if isinstance(part, dict) else {}


class View:
    """What one kind of display is shown, with its own numbers: the body as its `look` sees it.

    `seq` is 0 until the first body came. Each frame is encoded once, whoever asks for it; `encoded`
    counts that.
    """

    def __init__(self, name: str, look: Look, build: str = "") -> None:
        self.name = name
        self.seq = 0
        self.encoded = 0
        self.sent_at: Millis = 0
        self._look = look
        self._build = build
        self._shown: Body = {}

    def follow(self, body: Body) -> Body:
        """Look again; what changed for these displays, empty if nothing did."""
        shown = self._look(body)
        changes = difference(self._shown, shown)
        self._shown = shown
        if changes or not self.seq:
            self.seq += 1
        return changes

    def full(self, at: Millis) -> bytes:
        """The full frame for the present `seq`. It names the build of our own pages."""
        extra: Body = {"build": self._build} if self._build else {}
        return self._encode("full", at, {**extra, "body": self._shown})

    def delta(self, changes: Body, at: Millis) -> bytes:
        """The frame that brings a screen from `seq - 1` to `seq`."""
        return self._encode("delta", at, {"body": changes})

    def beat(self, at: Millis) -> bytes:
        """The frame that says that `seq` is still the truth."""
        return self._encode("beat", at, {})

    def _encode(self, kind: str, at: Millis, rest: Body) -> bytes:
        self.encoded += 1
        head: Body = {"v": VERSION, "kind": kind, "seq": self.seq, "at": at}
        return msgspec.json.encode({**head, **rest})


def wired(text: bytes) -> bytes:
    """A text as one unmasked WebSocket frame, to be written to any number of connections."""
    return Frame(Opcode.TEXT, text).serialize(mask=False, extensions=[])
