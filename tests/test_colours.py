"""Colours: enough contrast on light and dark pages, and no two things in one hue."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from rnnviz import colours
from rnnviz.cells import CELLS
from rnnviz.cells.equation_roles import ROLE_COLOURS
from rnnviz.colours import (
    CELL_STYLES,
    EXPLODING,
    GRADIENT,
    NEGATIVE,
    NEGATIVE_OF_GREY,
    OTHER_STYLES,
    PREDICTION,
    SECOND_PREDICTION,
    TEXT_SHARE,
    rgb,
)

THEMES = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())["theme"]
EACH_THEME = pytest.mark.parametrize("theme", [THEMES["light"], THEMES["dark"]], ids=["light", "dark"])
STYLES = [style.colour for style in (*CELL_STYLES.values(), *OTHER_STYLES)]
OTHERS = [PREDICTION, SECOND_PREDICTION, GRADIENT, EXPLODING, NEGATIVE, NEGATIVE_OF_GREY]


def linear(colour):
    """A colour as shares of linear red, green and blue."""
    share = np.array(rgb(colour)) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Of two colours, by the web's accessibility guidelines."""
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def as_words(colour, theme):
    """The colour of words about what has a colour, as pages mix it."""
    shares = np.array([TEXT_SHARE, 100 - TEXT_SHARE]) / 100
    mixed = shares @ np.array([rgb(colour), rgb(theme["textColor"])])
    return "#" + "".join(f"{round(channel):02X}" for channel in mixed)


def test_streamlits_theme_is_ours():
    names = {"textColor": "text", "primaryColor": "primary"}
    names |= {"backgroundColor": "background", "secondaryBackgroundColor": "secondary-background"}
    assert {theme: {names[key]: colour for key, colour in THEMES[theme].items()} for theme in colours.THEMES} == (
        colours.THEMES
    )


@EACH_THEME
@pytest.mark.parametrize("colour", dict.fromkeys([*ROLE_COLOURS.values(), *OTHERS, *STYLES]))
def test_marks_stand_out(colour, theme):
    assert contrast(colour, theme["backgroundColor"]) >= 3


@EACH_THEME
@pytest.mark.parametrize("colour", ROLE_COLOURS.values(), ids=ROLE_COLOURS)
def test_words_can_be_read(colour, theme):
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(as_words(colour, theme), theme[ground]) >= 4.5


# What eyes without one kind of cone see, as matrices on linear RGB: Viénot, Brettel and Mollon (1999) for the first two
# in the simplified form of one matrix each.
BLIND = {
    "none": np.eye(3),
    "protan": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deutan": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
}


def seen(colour, kind):
    """A colour in CIE L*a*b* as it is seen."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ (
        BLIND[kind] @ linear(colour)
    )
    x, y, z = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one, other, kind="none"):
    return float(np.linalg.norm(seen(one, kind) - seen(other, kind)))


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_shown_together_can_be_told_apart(cell):
    shown = {q.colour for q in CELLS[cell].define().by_name.values()} | {PREDICTION}
    for pair in combinations(shown, 2):
        assert difference(*pair) > 18
        assert min(difference(*pair, kind) for kind in BLIND) > 10


@EACH_THEME
def test_what_is_selected_has_no_colour_of_what_is_shown(theme):
    for colour in (*ROLE_COLOURS.values(), PREDICTION, *STYLES):
        assert difference(theme["primaryColor"], colour) > 20
    assert max(np.abs(seen(theme["primaryColor"], "none")[1:])) < 12  # it is close to grey, as text is


def test_each_role_and_the_prediction_have_hues_of_their_own():
    shown = [*ROLE_COLOURS.values(), PREDICTION]
    assert len(set(shown)) == len(shown) and not set(shown) & set(STYLES)
    assert min(difference(*pair) for pair in combinations(shown, 2)) > 18


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("pair", [(GRADIENT, EXPLODING), (PREDICTION, SECOND_PREDICTION)])
def test_hues_that_are_set_against_each_other_differ_for_the_colour_blind(pair, kind):
    assert difference(*pair, kind) > 30


def test_other_hues_belong_to_no_role_and_no_cell():
    assert not {GRADIENT, EXPLODING, SECOND_PREDICTION} & {*ROLE_COLOURS.values(), *STYLES, PREDICTION}
