"""What the group robots of WeCom, DingTalk and Feishu have in common: a key in the URL, a code in
the answer.

They answer HTTP 200 whatever happened: only their own code says whether the group has the message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.channel_http import Answer, Poster, expect_taken
from alerts.channels import ChannelError
from ingest.events import Millis

SHUT_OUT_S = 60.0
"""How long a robot that was sent too much is left alone, at the least."""


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider answers: the names of its code and its words, and what the codes mean.

    `busy` are the codes after which the same message may be taken later; `mend` says of the others
    what to do.
    """

    name: str
    codes: tuple[str, ...]
    words: tuple[str, ...]
    busy: frozenset[int]
    mend: Mapping[int, str]

    def judge(self, answer: Answer, poster: Poster, now: Millis) -> None:
        """Raise `ChannelError` unless the robot took the message."""
        said = answer.json()
        code = None if said is None else _first(said, self.codes)
        if said is None or not isinstance(code, int) or isinstance(code, bool):
            expect_taken(answer, now)
            why = f"{self.name} did not answer as a robot does: is the URL that of a robot?"
            raise ChannelError(why, retry=True)
        if code == 0:
            expect_taken(answer, now)
            return
        words = _first(said, self.words)
        words = poster.scrubbed(words) if isinstance(words, str) else ""
        why = f"{self.name} refused it with code {code}" + (f" ({words})" if words else "")
        if code in self.busy or _too_fast(words):
            raise ChannelError(why, retry=True, after_s=SHUT_OUT_S)
        if mend := self.mend.get(code):
            why += f": {mend}"
        raise ChannelError(why, retry=False)


def _first(said: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((said[name] for name in names if said.get(name) is not None), None)


def _too_fast(words: str) -> bool:
    """Some limits are told in words only, under a code that means other things too."""
    return any(each in words.lower() for each in ("too many request", "too fast", "frequency lim"))
