"""The roles that are read off equations, against what happens when gates are held."""

import numpy as np
import pytest

from rnnviz.cells import CELLS, GRU, LSTM, RNN, Cell, Edit, quantities, relu, sigmoid, tanh, weighted_sum
from rnnviz.cells.equation_roles import ROLE_COLOURS, equation_roles, role_factors

from ..tied_lstm import TiedLSTM
from .variants import VARIANT_IDS, VARIANTS

OTHERS = [cell for cell in CELLS.values() if cell not in (RNN, GRU, LSTM)]
i, f, g, c, h, a, b, n = quantities("input forget candidate cell hidden alpha beta news")


def roles(definition):
    return equation_roles(definition.equations, {q.name: q.role for q in definition.quantities})


@pytest.fixture
def own():
    """Cells that a test adds are forgotten after it."""
    before = dict(CELLS)
    yield lambda equations: type("Own", (Cell,), {"name": "own", "title": "Own", "equations": equations}).define()
    CELLS.clear()
    CELLS.update(before)


@pytest.mark.parametrize(
    ("kind", "options"),
    [*VARIANTS, *((cell, {}) for cell in OTHERS)],
    ids=[*VARIANT_IDS, *(cell.name for cell in OTHERS)],
)
def test_gates_do_what_their_roles_say(kind, options):
    by_role = {role: [] for role in ROLE_COLOURS}
    for name, role in roles(kind.define(**options)).items():
        by_role[role].append(name)
    if not by_role["proposes"]:
        assert (kind.name, by_role["keeps"], by_role["writes"]) in [("rnn", [], []), ("indrnn", [], [])]
        return
    steps, rng = 3, np.random.default_rng(0)
    cell = kind.random(2, 4, rng, **options)
    x, state = rng.normal(size=(steps, 2)).astype(np.float32), "cell" if by_role["memory"] else "hidden"

    def values(keeps, writes, shows=1.0):
        held = {"keeps": keeps, "writes": writes, "shows": shows, "proposes": 0.25}
        edits = [Edit(name, slice(None), held[role], 0, steps) for role in held for name in by_role[role]]
        return cell.forward(x, {state: np.full(4, 0.75, np.float32)}, edits)

    np.testing.assert_array_equal(values(1.0, 0.0)[state], np.full((steps, 4), 0.75))  # all is kept
    np.testing.assert_array_equal(values(0.0, 1.0)[state], np.full((steps, 4), 0.25))  # what is proposed is written
    if by_role["shows"]:
        assert not values(1.0, 0.0, shows=0.0)["hidden"].any()
        assert values(1.0, 0.0, shows=1.0)["hidden"].all()


def test_the_same_role_has_the_same_colour_in_all_cells():
    lstm, gru, tied = (kind.define().by_name for kind in (LSTM, GRU, TiedLSTM))
    assert lstm["forget"].colour == gru["update"].colour == tied["forget"].colour == ROLE_COLOURS["keeps"]
    assert lstm["input"].colour == GRU.define(update="writes").by_name["update"].colour == ROLE_COLOURS["writes"]
    assert lstm["candidate"].colour == gru["candidate"].colour == ROLE_COLOURS["proposes"]
    assert lstm["hidden"].colour == gru["hidden"].colour == RNN.define().by_name["hidden"].colour
    assert gru["reset"].colour == ROLE_COLOURS["other"]
    for cell in CELLS.values():
        definition = cell.define()
        for name, role in roles(definition).items():
            assert definition.by_name[name].colour == ROLE_COLOURS[role]


def test_a_role_follows_from_the_equations_and_not_from_the_name(own):
    misnamed = own({
        i: sigmoid(weighted_sum(i)),
        f: sigmoid(weighted_sum(f)),
        n: tanh(weighted_sum(n)),
        c: i * c.before + f * n,
        h: tanh(c),
    })  # fmt: skip
    assert roles(misnamed) == {
        "input": "keeps", "forget": "writes", "news": "proposes", "cell": "memory", "hidden": "hidden"
    }  # fmt: skip


def test_a_gate_inside_the_candidate_has_no_role_in_the_state(own):
    inside = own({
        a: sigmoid(weighted_sum(a)),
        b: sigmoid(weighted_sum(b)),
        h: a * h.before + (1 - a) * tanh(weighted_sum(h, recurrent=b * h.before)),
    })  # fmt: skip
    assert roles(inside) == {"alpha": "keeps", "beta": "other", "hidden": "hidden"}


def test_a_gate_with_two_roles_has_first_the_one_that_it_has_as_it_is():
    for update, role in (("keeps", "keeps"), ("writes", "writes")):
        definition = GRU.define(update=update)
        kinds = {q.name: q.role for q in definition.quantities}
        found = role_factors(definition.equations, kinds)
        assert {(f.role, f.complement) for f in found if f.gate == "update"} == {
            ("keeps", update == "writes"), ("writes", update == "keeps")
        }  # fmt: skip
        assert equation_roles(definition.equations, kinds)["update"] == role


def test_a_state_that_goes_through_an_activation_has_gates_all_the_same(own):
    squashed = own({
        f: sigmoid(weighted_sum(f)),
        g: weighted_sum(g),
        c: f * c.before + (1 - f) * relu(g),
        h: f * tanh(c),
    })  # fmt: skip
    assert roles(squashed) == {"forget": "keeps", "candidate": "proposes", "cell": "memory", "hidden": "hidden"}
