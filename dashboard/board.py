"""A board: what one wall shows. Plain data, as its TOML file, its editor and its screens read it.

What a board cannot mean is refused where it is made, by one of the words of `MISTAKES`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z")]
Name = Annotated[str, Meta(max_length=200)]
Title = Annotated[str, Meta(max_length=200, pattern=r"\S")]
Language = Annotated[str, Meta(pattern=r"^(zh|en)\Z")]
People = Annotated[int, Meta(ge=0, le=100_000)]
Span = Annotated[int, Meta(ge=0, le=86_400_000)]
Seconds = Annotated[int, Meta(ge=5, le=3_600)]
Hour = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]

TileKind = Literal[
    "waiting",
    "longest",
    "service_level",
    "counts",
    "agents",
    "trend",
    "queues",
    "queue",
    "notice",
    "alerts",
    "clock",
]
"""waiting, longest, service_level: one large figure of the board's queues together (or of `queue`).
counts: offered, answered, abandoned, overflowed, dropped, ASA. agents: distinct people by state.
trend: the day by interval, with the expected curve and the same weekday. queues: a row for each
queue. queue: one queue as a tile of its own. notice: the notices of the day. alerts: what is going on.
clock: the time, large."""

NOT_RISING, NO_QUEUE, NOT_HERE, NO_NIGHT = "not_rising", "no_queue", "not_here", "no_night"
MISTAKES = frozenset({NOT_RISING, NO_QUEUE, NOT_HERE, NO_NIGHT})
"""A limit that is bad before it warns; a tile of one queue that names none; a tile of a queue that the
board does not show; a night that ends when it begins."""


class Tile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One tile. `size` 1 to 4 is its share of the page; `queue` narrows it to one of the board's."""

    kind: TileKind
    size: Annotated[int, Meta(ge=1, le=4)] = 1
    queue: Name = ""

    def __post_init__(self) -> None:
        if self.kind == "queue" and not self.queue:
            raise ValueError(NO_QUEUE)


class BoardPage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What stands on the screen at once, in this order; the next page comes after `seconds`."""

    tiles: Annotated[tuple[Tile, ...], Meta(min_length=1, max_length=12)]
    seconds: Seconds = 20


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """From when on a figure warns, and is bad. Durations in milliseconds; None never does."""

    waiting: tuple[People, People] | None = None
    longest_ms: tuple[Span, Span] | None = None

    def __post_init__(self) -> None:
        if any(pair and pair[0] > pair[1] for pair in (self.waiting, self.longest_ms)):
            raise ValueError(NOT_RISING)


class Night(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Dimmed between these hours of the site, to this share of its brightness."""

    start: Hour
    end: Hour
    brightness: Annotated[float, Meta(ge=0.1, le=1)] = 0.4

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError(NO_NIGHT)


class Board(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One board. `queues` empty means all of the site, in its order. `language` empty is the site's;
    `both` takes turns. `sound` lets the banner ring."""

    id: Id
    names: dict[Language, Title] = {}
    queues: Annotated[tuple[Title, ...], Meta(max_length=500)] = ()
    pages: Annotated[tuple[BoardPage, ...], Meta(min_length=1, max_length=12)]
    language: Literal["", "zh", "en", "both"] = ""
    theme: Literal["dark", "light"] = "dark"
    limits: Limits = Limits()
    night: Night | None = None
    sound: bool = True

    def __post_init__(self) -> None:
        tiles = (tile for page in self.pages for tile in page.tiles)
        if self.queues and any(tile.queue and tile.queue not in self.queues for tile in tiles):
            raise ValueError(NOT_HERE)


MAIN = Board(
    id="main",
    names={"zh": "主看板", "en": "Main board"},
    pages=(
        BoardPage(
            tiles=(
                Tile(kind="waiting"),
                Tile(kind="longest"),
                Tile(kind="service_level", size=2),
                Tile(kind="trend", size=3),
                Tile(kind="counts", size=2),
                Tile(kind="agents", size=2),
                Tile(kind="queues", size=4),
            )
        ),
    ),
)
"""The board of a site that has made none: all of its queues."""
