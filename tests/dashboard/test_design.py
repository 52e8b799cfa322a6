"""The roles of the design system: read by tired eyes, and by eyes that do not tell red from green."""

import re

import pytest

from dashboard.page import STATIC

CSS = (STATIC / "design.css").read_text(encoding="utf-8")
STATES = ("ready", "talking", "hold", "ringing", "acw", "not_ready", "unreachable")
THEMES = ("dark", "light")
GROUNDS = ("ground", "tile", "raised")
TEXTS = ("ink", "soft", "quiet", "good", "warn", "bad", "calm", "violet", "faded")
MARKS = ("bar", "bar-lost")
PAIRS = [
    *(("good", "good-fill"), ("warn", "warn-fill"), ("bad", "bad-fill"), ("calm", "calm-fill")),
    *(("ink", "good-fill"), ("ink", "warn-fill"), ("ink", "bad-fill"), ("ink", "calm-fill")),
    *(
        ("on-alarm", "alarm"),
        ("on-warn", "warn"),
        ("on-caution", "caution"),
        ("faded", "hatch"),
        ("ink", "sunken"),
    ),
]
# How red and green look to those who lack one kind of cone (Viénot, Brettel, Mollon 1999), in linear light.
LACKING = {
    "no red": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "no green": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}
Colour = tuple[float, float, float]


def roles(theme: str) -> dict[str, Colour]:
    """The roles of a theme that are plain colours, in linear light."""
    blocks = re.findall(rf'\[data-theme="{theme}"\]\s*\{{(.*?)\n\}}', CSS, re.DOTALL)
    found = dict(re.findall(r"--([\w-]+):\s*#([0-9a-f]{6});", "".join(blocks)))
    return {name: linear(value) for name, value in found.items()}


def linear(value: str) -> Colour:
    shares = [int(value[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return red, green, blue


def brightness(colour: Colour) -> float:
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: Colour) -> Colour:
    """CIE L*a*b* under D65, in which distances are as people see them."""
    red, green, blue = (min(1.0, max(0.0, part)) for part in colour)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: Colour, other: Colour, kind: str) -> float:
    def seen(colour: Colour) -> Colour:
        rows = LACKING[kind]
        red, green, blue = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in rows)
        return red, green, blue

    pairs = zip(lab(seen(one)), lab(seen(other)), strict=True)
    total: float = sum((a - b) ** 2 for a, b in pairs) ** 0.5
    return total


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_is_read_on_every_ground(theme: str) -> None:
    known = roles(theme)
    weak = {
        (text, ground): round(ratio, 2)
        for text in TEXTS
        for ground in GROUNDS
        if (ratio := contrast(known[text], known[ground])) < 4.5
    }
    weak |= {
        pair: round(ratio, 2)
        for pair in PAIRS
        if (ratio := contrast(known[pair[0]], known[pair[1]])) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("theme", THEMES)
def test_marks_stand_out_from_what_they_lie_on(theme: str) -> None:
    known = roles(theme)
    marks = [(mark, "tile") for mark in MARKS]
    marks += [(mark, ground) for mark in ("good", "warn", "bad", "calm") for ground in GROUNDS]
    weak = {pair: contrast(known[pair[0]], known[pair[1]]) for pair in marks}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", LACKING)
def test_meanings_differ_for_who_does_not_see_red_from_green(theme: str, kind: str) -> None:
    known = roles(theme)
    told_apart = [("good", "warn"), ("good", "bad"), ("warn", "bad"), ("bar", "bar-lost")]
    near = {pair: distance(known[pair[0]], known[pair[1]], kind) for pair in told_apart}
    assert {pair: round(far, 1) for pair, far in near.items() if far < 10} == {}


def test_both_themes_have_the_same_roles() -> None:
    dark, light = (roles(theme).keys() for theme in THEMES)
    assert dark == light


def test_what_a_person_does_has_one_shape_and_one_colour_on_every_page() -> None:
    shapes = (STATIC / "shapes.js").read_text(encoding="utf-8")
    for state in STATES:
        assert len(re.findall(rf'\b{state}: "\w+"', shapes)) == 1
        assert CSS.count(f'[data-agents="{state}"]') == 1
    for sheet in STATIC.glob("*.css"):
        if sheet.name != "design.css":
            own = re.findall(r'\[data-agents="\w+"\]\)? \{ --hue', sheet.read_text("utf-8"))
            assert not own, sheet.name
