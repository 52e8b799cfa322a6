"""Where keys stand in a TOML text."""

import tomllib
from collections.abc import Iterator

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from floorwatch.settings_positions import Path, Position, Positions

TEXT = '''\
# comment with [brackets] and "quotes"
top.dotted = 1
[site] # one
"names" = { zh = "客服 # }", en = 'a"b' }
long = """
[[not]]
key = "none" \\"""
"""
list = [
  "a", # ]
  { id = "b" },
]
[[site.queue]]
id = "q"
[site.queue.deep]
x = 1979-05-27T07:32:00Z
[[site.queue]]
id = "r"
'''


def test_keys_and_values_are_found_where_they_stand() -> None:
    positions = Positions.of(TEXT)
    assert positions.key(("top", "dotted")) == Position(2, 1)
    assert positions.value(("top", "dotted")) == Position(2, 14)
    assert positions.key(("site",)) == Position(3, 1)
    assert positions.value(("site", "names", "en")) == Position(4, 33)
    assert positions.key(("site", "list")) == Position(9, 1)
    assert positions.value(("site", "list", 0)) == Position(10, 3)
    assert positions.value(("site", "list", 1, "id")) == Position(11, 10)
    assert positions.value(("site", "queue", 0, "id")) == Position(14, 6)
    assert positions.value(("site", "queue", 0, "deep", "x")) == Position(16, 5)
    assert positions.key(("site", "queue", 1)) == Position(17, 1)
    assert positions.value(("site", "queue", 1, "id")) == Position(18, 6)


def test_a_key_that_is_absent_is_looked_for_in_its_table() -> None:
    positions = Positions.of(TEXT)
    assert positions.key(("site", "queue", 1, "goal")) == Position(17, 1)
    assert positions.value(("nothing", "here")) == Position(1, 1)


SCALARS = st.text() | st.integers(-9, 99) | st.booleans() | st.floats(allow_nan=False) | st.times()
TABLES = st.recursive(
    st.dictionaries(st.text(max_size=6), SCALARS, max_size=3),
    lambda inner: st.dictionaries(
        st.text(max_size=6),
        SCALARS | inner | st.lists(inner, min_size=1, max_size=3) | st.lists(SCALARS, max_size=3),
        max_size=3,
    ),
    max_leaves=8,
)


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    match value:
        case dict():
            for key, each in value.items():
                yield from leaves(each, (*path, key))
        case list():
            for number, each in enumerate(value):
                yield from leaves(each, (*path, number))
        case _:
            yield path, value


@given(TABLES)
def test_every_value_of_any_document_is_found_where_it_begins(table: dict[str, object]) -> None:
    text = tomlkit.dumps(table).replace("\r\n", "\n")
    positions = Positions.of(text)
    lines = text.split("\n")
    for path, value in leaves(tomllib.loads(text)):
        assert path in positions.values
        place = positions.value(path)
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        match value:
            case str():
                assert rest[0] in "\"'"
            case bool():
                assert rest.startswith(str(value).lower())
            case int():
                assert rest.startswith(str(value))
            case _:
                assert rest[0] in "-0123456789.i"
