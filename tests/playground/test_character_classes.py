"""Classes of code points are those of Python and its libraries."""

import regex
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.playground.character_classes import CATEGORIES, NEEDED, PATTERNS, character_classes


def members(lengths: str) -> set[int]:
    """The code points of a class."""
    found: set[int] = set()
    end, inside = 0, False
    for length in lengths.split():
        first, end = end, end + int(length, 36)
        if inside:
            found |= set(range(first, end))
        inside = not inside
    return found


CLASSES = {name: members(lengths) for kind in NEEDED for name, lengths in character_classes(kind).items()}


@given(st.characters(exclude_categories=[]) | st.sampled_from("\x00 a\u0301\u200d🇩👩가क्\U0010ffff"))
def test_a_class_has_the_code_points_that_it_should(letter):
    for name, code_points in CLASSES.items():
        belongs = CATEGORIES[name](letter) if name in CATEGORIES else bool(regex.match(PATTERNS[name], letter))
        assert (ord(letter) in code_points) == belongs, name


def test_every_kind_is_told_what_it_needs_and_no_more():
    assert {name for names in NEEDED.values() for name in names} == {*CATEGORIES, *PATTERNS}
    assert "word" not in character_classes("characters")
