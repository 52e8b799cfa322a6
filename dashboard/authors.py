"""Who signs what is written down: the caller, or where nobody signs in, whoever he says he is."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from dashboard.access import OPEN, Caller
from dashboard.desks import UNREADABLE, RefusedError, Wish
from dashboard.writing import line

LONGEST_NAME = 60
T = TypeVar("T")


class Author(NamedTuple):
    """A user's id, and the name under which he is shown."""

    id: str
    name: str


def author(caller: Caller, data: Mapping[str, Any]) -> Author:
    """Who signs. `who` in the data counts only where nobody has to sign in."""
    if caller.id != OPEN.id:
        return Author(caller.id, caller.name or caller.id)
    said = data.get("who")
    return Author(caller.id, line(said)[:LONGEST_NAME] if isinstance(said, str) else caller.name)


def read(wish: Wish, form: type[T]) -> T:
    """The data of a wish as `form`, without the signature. Raises RefusedError if it is not that."""
    data = {key: value for key, value in wish.data.items() if key != "who"}
    try:
        return msgspec.convert(data, form)
    except msgspec.ValidationError as error:
        raise RefusedError(UNREADABLE, told=str(error)) from None
