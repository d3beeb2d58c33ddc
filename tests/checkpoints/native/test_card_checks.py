"""Cards of strangers: what pages read is there and of its kind, or not at all."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import zoo
from rnnviz.checkpoints.native.card_checks import ENTRIES, MORE, checked_card

BUNDLED = {name: zoo.card(name) for name in rnnviz.models()}
CARD = BUNDLED["names-lstm"]
numbers = st.sampled_from([-5, 0, 1e300, 10**99, -(10**99), True, 0.5, "1", None])
anything = st.recursive(
    numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", BUNDLED)
def test_cards_that_rnnviz_writes_stay_as_they_are(name):
    card = BUNDLED[name]
    assert checked_card(card) == card


def places(value, path=()):
    """The path of every part of a value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from places(part, (*path, key))


PLACES = [path for path in places({name: CARD[name] for name in ENTRIES if name in CARD}) if path]


@given(st.sampled_from(PLACES), anything, st.booleans())
def test_a_card_with_one_other_part_is_what_pages_expect(path, value, gone):
    card = copy.deepcopy(CARD)
    inside = card
    for key in path[:-1]:
        inside = inside[key]
    if gone:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    checked = checked_card(json.loads(json.dumps(card)))
    for name, check in ENTRIES.items():
        assert name not in checked or check(checked[name])
    for name, more in MORE.items():
        assert all(part not in checked.get(name, {}) or check(checked[name][part]) for part, check in more.items())
    assert "scores" not in checked or {"reads", "says"} <= set(checked)
    assert "seeds" not in checked or "seed" in checked["training"]
    assert checked_card(checked) == checked


@pytest.mark.parametrize(
    "wrong",
    [
        {"scores": CARD["scores"] | {"test": 10**99}},
        {"scores": CARD["scores"] | {"n": -5}},
        {"scores": CARD["scores"] | {"n": 1802.5}},
        {"scores": CARD["scores"] | {"metric": "x" * 20_000}},
        {"training": CARD["training"] | {"seconds": -1}},
        {"architecture": CARD["architecture"] | {"parameters": 1e300}},
        {"seeds": 5},
        {"seeds": [1, 2]},
        {"split": "random"},
        {"understood": {"a": 3}},
        {"comparisons": {"with": {}}},
        {"comparisons": CARD["comparisons"] | {"tests": {"models": "Wilcoxon", "all_seeds": "sign flips"}}},
    ],
    ids=str,
)
def test_entries_out_of_range_or_of_another_form_are_left_out(wrong):
    (name,) = wrong
    assert name not in checked_card(CARD | wrong)


def test_the_figures_of_a_card_need_all_their_parts():
    for wrong in ({"bins": []}, {"error": 2}, {"confident_when_right": "often"}):
        scores = CARD["scores"] | {"calibration": CARD["scores"]["calibration"] | wrong}
        assert "calibration" not in checked_card(CARD | {"scores": scores})["scores"]
    scores = CARD["scores"] | {"by_label": {"Arabic": {"n": 12}}}
    assert "calibration" not in checked_card(CARD | {"scores": scores})["scores"]
