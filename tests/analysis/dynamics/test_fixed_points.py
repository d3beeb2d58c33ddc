"""Fixed points against known ones, long iteration, and an independent Newton method with finite differences."""

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import fixed_points
from rnnviz.cells import LSTM, RNN
from rnnviz.errors import ArgumentError, ArrayError, InputError, UnknownNameError
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

from ...raising import raises
from ...strange_networks import strange_tasks
from ...strategies import CHARACTERS, draw_network

LETTERS = Vocabulary("characters", ("a", "b"))
STEP = 1e-6


def lone_unit(weight, bias=0.0):
    """h = tanh(weight * h + bias + x), where x is -1 for a and 1 for b."""
    one = np.ones((1, 1))
    cell = RNN(weight_ih=one, weight_hh=weight * one, bias_ih=np.array([bias]))
    return Model("one unit", Network([[cell]], np.array([[-1.0], [1.0]])), LETTERS, [])


def draw_model(cell, seed, scale=1.6, hidden=3):
    """A random model whose recurrent weights are large enough for several fixed points."""
    network = draw_network(cell, LETTERS, seed=seed, hidden=hidden, dtype=np.float64)
    for layer in network.layers:
        layer[0].weight_hh[...] *= scale * hidden**0.5
    return Model("drawn", network, LETTERS, [*"1234"])


def step_of(model, token):
    """One step of the first layer under a token, by the network's own forward pass."""
    cell = model.network.layers[0][0]
    x = model.network.embedding[[model.vocabulary.tokens.index(token)]]

    def step(state):
        parts = np.split(state, len(cell.states))
        final = cell.forward(x, dict(zip(cell.states, parts, strict=True))).final
        return np.concatenate([final[name] for name in cell.states])

    return step


def slopes(step, state):
    """The Jacobian of a step by central differences."""
    nudges = STEP * np.eye(len(state))
    return np.stack([(step(state + nudge) - step(state - nudge)) / (2 * STEP) for nudge in nudges], axis=1)


def solved(step, starts):
    """The fixed points that Newton's method with finite differences finds, each once."""
    found = []
    for state in starts:
        for _ in range(40):
            moved = step(state) - state
            if np.abs(moved).max() < 1e-10:
                break
            state = state - np.linalg.lstsq(slopes(step, state) - np.eye(len(state)), moved)[0]
        is_found = np.abs(step(state) - state).max() < 1e-10 and np.abs(state).max() < 1e3
        if is_found and all(np.linalg.norm(state - other) > 0.01 for other in found):
            found.append(state)
    return found


def test_the_three_points_of_one_bistable_unit():
    points = fixed_points(lone_unit(3.0), np.zeros(1), np.linspace(-0.9, 0.9, 19)[:, None])
    order = np.argsort(points.states[:, 0])
    root = 1.0
    for _ in range(100):
        root = np.tanh(3 * root)
    np.testing.assert_allclose(points.states[order, 0], [-root, 0, root], atol=1e-5)
    np.testing.assert_allclose(points.eigenvalues[order, 0], [3 * (1 - root**2), 3, 3 * (1 - root**2)], atol=1e-4)
    assert points.stable[order].tolist() == [True, False, True]
    assert points.unstable_directions[order].tolist() == [0, 1, 0]
    assert points.fixed.all() and points.reached.sum() == points.seeds == 19
    np.testing.assert_allclose(points.time_constants[order[1], 0], 1 / np.log(3), rtol=1e-6)
    np.testing.assert_array_equal(points.q, points.residual**2 / 2)


def test_a_slow_point_is_where_the_speed_is_least():
    # With a bias of -0.075, h = tanh(1.2 h - 0.075) has one solution, below 0; above 0 a state creeps down.
    grid = np.linspace(0.0, 0.99, 200001)
    falls = grid - np.tanh(1.2 * grid - 0.075)
    seeds = np.array([[0.3], [0.6]])
    points = fixed_points(lone_unit(1.2, -0.075), np.zeros(1), seeds, slow=0.1)
    assert falls.min() > 0 and len(points) == 1 and not points.fixed[0]
    np.testing.assert_allclose(points.states[0, 0], grid[falls.argmin()], atol=1e-4)
    np.testing.assert_allclose(points.residual[0], falls.min(), rtol=1e-6)
    assert len(fixed_points(lone_unit(1.2, -0.075), np.zeros(1), seeds, slow=1e-5)) == 0


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("seed", range(3))
def test_an_independent_solver_finds_the_same_points(cell, seed):
    model = draw_model(cell, seed)
    step, size = step_of(model, "b"), (2 if cell == "lstm" else 1) * 3
    starts = np.random.default_rng(seed).uniform(-0.9, 0.9, (20, size))
    points = fixed_points(model, "b", starts, slow=0)
    others = [state for state in solved(step, starts) if np.abs(state[:3]).max() < 1]
    assert len(others) > 0
    for state in others:
        assert np.linalg.norm(points.states - state, axis=1).min() < 1e-5
    for state, eigenvalues in zip(points.states, points.eigenvalues, strict=True):
        np.testing.assert_allclose(step(state), state, atol=1e-6)
        expected = np.linalg.eigvals(slopes(step, state))
        for value in eigenvalues:
            assert np.abs(expected - value).min() < 1e-4
        assert (np.diff(np.abs(eigenvalues)) <= 1e-12).all()
    apart = np.linalg.norm(points.states[:, None] - points.states[None], axis=2)[~np.eye(len(points), dtype=bool)]
    assert (apart > points.radius).all()


@pytest.mark.parametrize("name", ["reviews-rnn", "counter-rnn", "counter-gru", "counter-lstm", "recall-rnn"])
def test_reading_on_for_long_ends_at_a_stable_point(name):
    model = rnnviz.load(name)
    token = model.vocabulary.tokens[-1]
    points = fixed_points(model, token)
    trace = model.trace([token] * 3000)
    end = np.concatenate([trace[state][-1] for state in trace.definition.states])
    nearest = np.linalg.norm(points.states - end, axis=1).argmin()
    np.testing.assert_allclose(points.states[nearest], end, atol=1e-3)
    assert points.stable[nearest] and points.fixed[nearest]


def test_the_mean_input_is_that_of_the_runs():
    model = rnnviz.load("reviews-rnn")
    runs = [model.trace("good"), model.trace("a long bad film")]
    mean = np.concatenate([run["input_vector"] for run in runs]).mean(0)
    np.testing.assert_allclose(fixed_points(model, None, runs).vector, mean, rtol=1e-6)
    held = fixed_points(model, mean.astype(float), runs)
    assert len(held) == len(fixed_points(model, None, runs))


def test_the_layers_above_read_what_those_below_settle_on():
    model = Model("stack", draw_network("gru", layers=2), CHARACTERS, [*"1234"])
    points, end = fixed_points(model, "a", layer=1), model.trace("a" * 2000)
    np.testing.assert_allclose(points.vector, end["hidden", 0][-1], atol=1e-5)
    assert np.linalg.norm(points.hidden - end["hidden", 1][-1], axis=1).min() < 1e-3


def test_backward_layers_and_cells_with_a_projection():
    network = draw_network("lstmp", hidden=4, bidirectional=True)
    model = Model("both", network, CHARACTERS, [*"1234"])
    points = fixed_points(model, "a", direction="backward")
    assert points.states.shape[1] == 4 + 2 and points.hidden.shape[1] == 2
    end = model.trace("a" * 500)["hidden", 0, "backward"][0]
    assert np.linalg.norm(points.hidden - end, axis=1).min() < 1e-3


def test_states_stay_within_their_bounds():
    points = fixed_points(rnnviz.load("counter-gru"))
    assert (np.abs(points.states) <= 1).all()


def test_what_cannot_be_searched():
    model = lone_unit(1.0)
    with raises(ArgumentError, code="no_runs"):
        fixed_points(model, None, np.zeros((1, 1)))
    with raises(ArrayError, name="seeds"):
        fixed_points(model, "a", np.zeros((1, 2)))
    with raises(ArgumentError, name="token"):
        fixed_points(model, np.zeros(3))
    with raises(InputError):
        fixed_points(model, "?")
    with raises(InputError, code="not_one_token", token="Ada"):
        fixed_points(rnnviz.load("names-rnn"), "Ada")
    assert len(fixed_points(rnnviz.load("names-rnn"), "§")), "a text is read with it as well"
    with raises(UnknownNameError):
        fixed_points(model, "a", layer=1)
    for wrong in ({"slow": np.nan}, {"radius": -1}, {"tolerance": np.inf}, {"slow": "x"}, {"steps": 2.5}):
        with raises(ArgumentError, code="out_of_range", name=next(iter(wrong))):
            fixed_points(model, "a", np.zeros((1, 1)), **wrong)
    network = Network([[RNN.random(2, 3, np.random.default_rng(0))]])
    numbers = Model("numbers", network, Vocabulary("numbers", vector_size=2), [])
    with raises(ArgumentError, code="no_tokens"):
        fixed_points(numbers, "a")
    assert fixed_points(numbers).states.shape[1] == 3


@pytest.mark.filterwarnings("error")
def test_seeds_that_run_away_find_nothing():
    points = fixed_points(strange_tasks()["grows"].models["rnn"], "a", np.array([[1e30] * 5, [3e307] * 5]))
    assert len(points) == 0 and points.seeds == 2
    model = Model("runaway", Network([[RNN(weight_ih=np.ones((1, 1)), weight_hh=np.full((1, 1), 1e9),
        bias_ih=np.ones(1), activation="relu")]], np.array([[1.0], [2.0]])), LETTERS, [])  # fmt: skip
    assert len(fixed_points(model, "a", [model.trace("ab")])) == 0


@pytest.mark.filterwarnings("error")
def test_layers_below_that_overflow_are_refused():
    below = RNN(weight_ih=np.ones((2, 1)), weight_hh=np.full((2, 2), 9.0), activation="relu")
    above = RNN(weight_ih=np.eye(2), weight_hh=np.zeros((2, 2)))
    model = Model("overflowing", Network([[below], [above]], np.array([[0.1], [0.2]])), LETTERS, [])
    with raises(ArgumentError, code="unsettled"):
        fixed_points(model, "a", layer=1)


def test_layers_below_that_never_settle_are_refused():
    turning = np.array([[0.0, -3.0], [3.0, 0.0]])  # a quarter of a turn in each step
    below = RNN(weight_ih=np.ones((2, 1)), weight_hh=turning)
    above = RNN(weight_ih=np.eye(2), weight_hh=np.zeros((2, 2)))
    model = Model("turning", Network([[below], [above]], np.array([[0.1], [0.2]])), LETTERS, [])
    with raises(ArgumentError, code="unsettled"):
        fixed_points(model, "a", layer=1)


def test_bounds_do_not_end_a_search():
    """Each unit keeps its sign, and steps towards its points would leave the bounds."""
    size = 12
    rng = np.random.default_rng(0)
    weight = 4 * np.eye(size) + 0.1 * rng.standard_normal((size, size))
    cell = RNN(weight_ih=np.eye(size), weight_hh=weight, bias_ih=np.zeros(size))
    model = Model("signs", Network([[cell]]), Vocabulary("numbers", (), vector_size=size), [])
    points = fixed_points(model, np.zeros(size), rng.uniform(-1, 1, (40, size)))
    assert points.reached.sum() == 40 and points.fixed.all()


def test_the_cell_state_of_an_lstm_may_rest_far_from_where_it_began():
    bias = np.array([0.0, 12.0, 1.0, 0.0])  # it writes sigmoid(0) * tanh(1) and keeps all but 6e-6
    cell = LSTM(weight_ih=np.zeros((4, 1)), weight_hh=np.zeros((4, 1)), bias_ih=bias)
    model = Model("keeps", Network([[cell]], np.ones((2, 1))), LETTERS, [])
    points = fixed_points(model, "a", np.zeros((1, 2)))
    np.testing.assert_allclose(points.states, [[0.5, 0.5 * np.tanh(1) * (1 + np.exp(12))]], rtol=1e-6)
    assert points.stable.all() and points.fixed.all()
