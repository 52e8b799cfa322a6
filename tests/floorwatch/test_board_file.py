"""A board's file: what it may say, what is said about one that is wrong, and the way back."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.board import MAIN, Board, BoardPage, Limits, Night, Tile
from floorwatch.board_file import parse, spoken, written
from floorwatch.settings_problems import Problem, SettingsError
from floorwatch.settings_values import duration_ms

PAGE = '[[page]]\ntiles = [{ kind = "waiting" }]\n'
titles = st.text(min_size=1, max_size=200).filter(lambda words: not words.isspace())
queues = st.lists(titles, max_size=5, unique=True).map(tuple)
hours = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
WIDE = ("waiting", "longest", "service_level", "trend", "queues", "notice", "alerts", "clock")


@st.composite
def boards(draw: st.DrawFn) -> Board:
    shown = draw(queues)
    of_one = st.sampled_from(shown) if shown else titles
    tile = st.one_of(
        st.builds(Tile, kind=st.sampled_from(WIDE), size=st.integers(1, 4)),
        st.builds(Tile, kind=st.sampled_from(("queue", "agents")), queue=of_one),
    )
    page = st.builds(
        BoardPage,
        tiles=st.lists(tile, min_size=1, max_size=12).map(tuple),
        seconds=st.integers(5, 3_600),
    )

    def pairs(most: int) -> st.SearchStrategy[tuple[int, int]]:
        return st.tuples(st.integers(0, most), st.integers(0, most)).map(
            lambda pair: (min(pair), max(pair))
        )

    night = st.tuples(hours, hours, st.floats(0.1, 1)).filter(lambda each: each[0] != each[1])
    return draw(
        st.builds(
            Board,
            id=st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True),
            names=st.dictionaries(st.sampled_from(("zh", "en")), titles),
            queues=st.just(shown),
            pages=st.lists(page, min_size=1, max_size=12).map(tuple),
            language=st.sampled_from(("", "zh", "en", "both")),
            theme=st.sampled_from(("dark", "light")),
            limits=st.builds(
                Limits,
                waiting=st.none() | pairs(100_000),
                longest_ms=st.none() | pairs(86_400_000),
            ),
            night=st.none() | night.map(lambda n: Night(start=n[0], end=n[1], brightness=n[2])),
            sound=st.booleans(),
        )
    )


@given(boards())
def test_a_board_written_and_read_is_the_same_board(board: Board) -> None:
    text = written(board)
    tomllib.loads(text)
    assert parse(text, board.id, "f.toml") == board
    assert written(parse(text, board.id, "f.toml")) == text


@given(st.integers(0, 86_400_000))
def test_a_duration_is_written_as_people_write_them(span_ms: int) -> None:
    assert duration_ms(spoken(span_ms)) == span_ms


def test_a_file_reads_like_something_a_person_wrote() -> None:
    board = Board(
        id="lobby",
        names={"zh": "大厅", "en": 'The "lobby"'},
        queues=("sales", "support"),
        pages=(
            BoardPage(tiles=(Tile(kind="waiting"), Tile(kind="trend", size=3)), seconds=90),
            BoardPage(tiles=(Tile(kind="queue", queue="sales", size=4),)),
        ),
        language="both",
        limits=Limits(waiting=(3, 6), longest_ms=(30_000, 60_000)),
        night=Night(start="21:00", end="07:00"),
        sound=False,
    )
    text = written(board)
    assert text.startswith(
        "# One wallboard of Floorwatch; the file's name is its address: /wall/lobby"
    )
    assert text.split("\n\n", 1)[1] == (
        """\
names = { zh = "大厅", en = "The \\"lobby\\"" }
queues = ["sales", "support"]
language = "both"
theme = "dark"
sound = false

[limits]
waiting = [3, 6]
longest = ["30s", "1min"]

[night]
start = "21:00"
end = "07:00"
brightness = 0.4

[[page]]
show_for = "1 min 30 s"
tiles = [
  { kind = "waiting" },
  { kind = "trend", size = 3 },
]

[[page]]
show_for = "20s"
tiles = [
  { kind = "queue", size = 4, queue = "sales" },
]
"""
    )


def test_what_a_file_leaves_out_is_as_by_default() -> None:
    assert parse(PAGE, "a", "f.toml") == Board(
        id="a", pages=(BoardPage(tiles=(Tile(kind="waiting"),)),)
    )
    assert parse(written(MAIN), "main", "f.toml") == MAIN


def mistakes(text: str) -> list[Problem]:
    with pytest.raises(SettingsError) as raised:
        parse(text, "a", "a.toml")
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("", 1, "page", "1 to 12 times [[page]]"),
        ("[[page]]\n", 1, "page[1].tiles", "1 to 12"),
        ('[[page]]\ntiles = [{ kind = "wating" }]', 2, "page[1].tiles[1].kind", '"waiting"'),
        ("[[page]]\ntiles = [{ size = 2 }]", 2, "page[1].tiles[1]", "kind is missing"),
        ('[[page]]\ntiles = [{ kind = "clock", size = 5 }]', 2, "page[1].tiles[1].size", "1 to 4"),
        (
            '[[page]]\ntiles = [{ kind = "clock", size = true }]',
            2,
            "page[1].tiles[1].size",
            "1 to 4",
        ),
        ('[[page]]\ntiles = [{ kind = "queue" }]', 2, "page[1].tiles[1].kind", "names none"),
        (f'{PAGE}show_for = "1s"', 3, "page[1].show_for", '"5s" to "1h"'),
        (f'{PAGE}show_for = "5500ms"', 3, "page[1].show_for", "whole seconds"),
        (f"{PAGE}show_for = 20", 3, "page[1].show_for", '"20s"'),
        (f"{PAGE}seconds = 20", 3, "page[1].seconds", "no such key"),
        (f"colour = 1\n{PAGE}", 1, "colour", "no such key"),
        (f'theme = "drak"\n{PAGE}', 1, "theme", '"dark"'),
        (f'language = "fr"\n{PAGE}', 1, "language", "site, zh, en, both"),
        (f'sound = "on"\n{PAGE}', 1, "sound", "true or false"),
        (f'names = {{ fr = "x" }}\n{PAGE}', 1, "names.fr", "zh for"),
        (f'queues = "sales"\n{PAGE}', 1, "queues", "Write a list"),
        (f"[limits]\nwaiting = [6, 3]\n{PAGE}", 2, "limits.waiting", "before it warns"),
        (f"[limits]\nwaiting = 3\n{PAGE}", 2, "limits.waiting", "two limits"),
        (f'[limits]\nlongest = ["30s", 60]\n{PAGE}', 2, "limits.longest", '"60s"'),
        (f'[limits]\nlongest = ["30s", "2 days"]\n{PAGE}', 2, "limits.longest", "unit of time"),
        (f'[night]\nstart = "21:00"\n{PAGE}', 1, "night", "end is missing"),
        (f'[night]\nstart = "9pm"\nend = "07:00"\n{PAGE}', 2, "night.start", "time of day"),
        (f'[night]\nstart = "21:00"\nend = "21:00"\n{PAGE}', 3, "night.end", "when it begins"),
        (f'night = "21:00"\n{PAGE}', 1, "night", "Begin it with [night]"),
        (
            f'[night]\nstart = "21:00"\nend = "07:00"\nbrightness = 40\n{PAGE}',
            4,
            "night.brightness",
            "0.4 is 40 %",
        ),
        (
            'queues = ["sales"]\n[[page]]\ntiles = [{ kind = "queue", queue = "sale" }]',
            3,
            "page[1].tiles[1].queue",
            'Did you mean "sales"',
        ),
        ("[[page]]\ntiles = [", 2, "", "not TOML"),
        ('queues = ["sales", "sales", 3]\n' + PAGE, 1, "queues[3]", "text in quotes"),
    ],
)
def test_a_mistake_is_named_with_its_line_its_key_and_its_cure(
    text: str, line: int, key: str, said: str
) -> None:
    problems = mistakes(text)
    found = next(each for each in problems if said in str(each))
    assert (found.line, found.key) == (line, key), problems
    assert found.mend


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = 'theme = "x"\nsound = 1\n[[page]]\nshow_for = "1s"\ntiles = [{ kind = "x", size = 9 }]'
    assert [each.line for each in mistakes(text)] == [1, 2, 4, 5, 5]


@given(st.text(max_size=200))
def test_no_text_does_worse_than_to_be_refused(text: str) -> None:
    told = 0
    try:
        parse(text, "a", "a.toml")
    except SettingsError as error:
        told = len(error.problems)
    assert told > 0  # no text that is made at random is a board
