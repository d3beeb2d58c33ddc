"""What quantities do, read from the equations, against what GRU and LSTM say of themselves."""

from itertools import product

import pytest

from rnnviz.cells import CELLS, GRU, LSTM, Cell, quantities, relu, sigmoid, tanh, weighted_sum
from rnnviz.cells.meanings import meanings, reading
from rnnviz.cells.published.peephole_lstm import PeepholeLSTM

from ..tied_lstm import TiedLSTM

OPTIONS = [{"reset": reset, "update": update} for reset, update in product(("after", "before"), ("keeps", "writes"))]
u, a, m, h = quantities("update proposal memory hidden")


@pytest.fixture
def own():
    """Cells that a test adds are forgotten after it."""
    before = dict(CELLS)

    def define(equations):
        return type("Own", (Cell,), {"name": "own", "title": "Own", "equations": equations}).define().by_name

    yield define
    CELLS.clear()
    CELLS.update(before)


@pytest.mark.parametrize(
    ("kind", "options"),
    [*((GRU, options) for options in OPTIONS), (LSTM, {}), (LSTM, {"activation": "relu"}), (PeepholeLSTM, {})],
)
def test_gru_and_lstm_say_of_themselves_what_their_equations_say(kind, options):
    definition = kind.define(**options)
    said = {q.name: q.description for q in definition.quantities}
    assert meanings(definition.equations, definition.by_name) == said


def test_a_gate_is_described_by_what_it_does_and_not_by_its_name(own):
    kept = own({u: sigmoid(weighted_sum(u)), a: tanh(weighted_sum(a)), h: u * h.before + (1 - u) * a})
    given_up = own({u: sigmoid(weighted_sum(u)), a: tanh(weighted_sum(a)), h: (1 - u) * h.before + u * a})
    for by_name, update in ((kept, "keeps"), (given_up, "writes")):
        told = GRU.define(update=update).by_name
        assert by_name["update"].description == told["update"].description.replace("candidate", "proposal")
        assert by_name["proposal"].description == told["candidate"].description
        assert by_name["hidden"].description == told["hidden"].description.replace("candidate", "proposal")


def test_what_matches_nothing_is_not_said_to_do_anything(own):
    (c, f) = quantities("cell forget")
    by_name = own({f: sigmoid(weighted_sum(f)), c: tanh(weighted_sum(c) + c.before), h: relu(c)})
    shown = LSTM.define().by_name
    for name in ("forget", "cell"):
        assert by_name[name].description != shown[name].description, name
    assert by_name["cell"].role == "state"


def test_a_gate_beyond_0_and_1_keeps_no_share(own):
    by_name = own({u: relu(weighted_sum(u)), h: u * h.before + (1 - u) * u})
    assert "how much" not in by_name["update"].description


def test_a_cell_joins_input_and_old_state_if_one_sum_has_a_matrix_for_each():
    read = {name: reading(cell.define().equations) for name, cell in CELLS.items()}
    joined = LSTM.define().phases[0]
    assert {name for name, phase in read.items() if phase != joined} == {"mingru", "indrnn", "mlstm", "lnlstm"}
    assert {name for name, phase in read.items() if "hidden state" not in phase.description} == {"mingru"}
    assert TiedLSTM.define().phases[0] == joined
