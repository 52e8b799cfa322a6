"""What goes over the wire to a screen: a full frame, then deltas, and a beat when nothing changes.

    full    seq n      the whole body
    delta   seq n + 1  an RFC 7396 merge patch on the body of seq n
    beat    seq n      nothing changed, and we are still here

The format is public: docs/frames.md.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec
from websockets.frames import Frame, Opcode

from ingest.events import Millis

VERSION = 1
Body = dict[str, object]
Lessen = Callable[[object, object], object]
_PLAIN = frozenset({int, str, float, bool})
_DEEP = (dict, list, tuple)


def merged(target: object, patch: object) -> object:
    """`target` after the merge patch (RFC 7396): null removes a key, objects merge, all else replaces.

    A `target` that is a dict is changed in place. Nothing of `patch` is kept by reference, so that
    whoever made it may go on changing it.
    """
    if not isinstance(patch, Mapping):
        return _own(patch)
    body = target if isinstance(target, dict) else {}
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


class View:
    """What one kind of display is shown: the body without `hidden`, with its own numbers.

    Of the keys in `lessened` only a part is shown: each has a function of a patch on its value and
    of the value with the patch in it, which gives the patch to show. `seq` is 0 until the first body
    came. Each frame is encoded once, whoever asks for it; `encoded` counts that.
    """

    def __init__(
        self,
        name: str,
        *,
        hidden: frozenset[str] = frozenset(),
        lessened: Mapping[str, Lessen] = MappingProxyType({}),
        build: str = "",
    ) -> None:
        self.name = name
        self.seq = 0
        self.encoded = 0
        self._hidden = hidden
        self._lessened = lessened
        self._build = build

    def shown(self, patch: Mapping[str, object], body: Mapping[str, object]) -> Body:
        """The part of a patch that this view lets through; `body` has the patch in it already."""
        shown = {key: value for key, value in patch.items() if key not in self._hidden}
        for key, lessen in self._lessened.items():
            if key in shown:
                shown[key] = lessen(shown[key], body.get(key))
        return shown

    def full(self, body: Mapping[str, object], at: Millis) -> bytes:
        """The full frame for the present `seq`. It names the build of our own pages."""
        extra: Body = {"build": self._build} if self._build else {}
        return self._encode("full", at, {**extra, "body": self.shown(body, body)})

    def delta(self, shown_patch: Body, at: Millis) -> bytes:
        """The frame that brings a screen from `seq - 1` to `seq`."""
        return self._encode("delta", at, {"body": shown_patch})

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
