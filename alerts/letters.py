"""What channels carry besides notices: a message that is of no incident, and a letter with files."""

from typing import Protocol, runtime_checkable

from msgspec import Struct

from alerts.message import Message


class Attachment(Struct, frozen=True, kw_only=True):
    """A file of a letter."""

    name: str
    content_type: str
    body: bytes


class Letter(Struct, frozen=True, kw_only=True):
    """A mail of our own. `id` is the same however often it is sent; `to` are bare addresses."""

    id: str
    subject: str
    text: str
    to: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()


@runtime_checkable
class Tells(Protocol):
    """A channel that says a few lines to a group."""

    async def tell(self, message: Message, id: str) -> None:
        """Say this; returns once the provider took it. Raises `ChannelError`."""
        ...


@runtime_checkable
class Mails(Protocol):
    """A channel that carries letters."""

    async def mail(self, letter: Letter) -> None:
        """Send it to all whom it is for; returns once the server took it. Raises `ChannelError`."""
        ...
