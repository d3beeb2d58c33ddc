"""The compiled steps of every cell, against the tree itself: each equation evaluated, and pulled back, in its turn."""

import pickle
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.cells import CELLS, LSTM, Cell, Edit, quantities, relu, sigmoid, tanh, weighted_sum
from rnnviz.cells.primitives import maximum
from rnnviz.cells.step_source import backward_source, forward_source
from rnnviz.cells.weight_nodes import Diagonal

from ..exponential_cell import ExponentialLSTM
from ..strategies import PUBLISHED, UNUSUAL, VARIANTS, Case, draw_run, seeds
from ..tied_lstm import TiedLSTM

i, f, g, c, s, h = quantities("input forget candidate cell squashed hidden")


class Tangled(Cell):
    """What no paper has: one expression in two equations, products of three, a state read twice, unequal blocks."""

    name, title = "tangled", "Tangled"
    equations = {
        i: sigmoid(weighted_sum(i, Diagonal("weight_peephole", i, c.before))),
        f: sigmoid(weighted_sum(f, recurrent=i * h.before)),
        c: f * c.before * i + (1 - i) * tanh(weighted_sum(c) + f * c.before),
        s: tanh(c),
        g: relu(weighted_sum(g) + s * tanh(c)),
        h: (1 - f) * tanh(c) + f * g,
    }


z, d, size, module, curves, rules, gate = quantities("z d H np curves rules gate_1")


class Awkward(Cell):
    """Quantities with names that the source of a step uses itself."""

    name, title = "awkward", "Awkward"
    equations = {
        z: sigmoid(weighted_sum(z)),
        d: tanh(weighted_sum(d, recurrent=z * h.before)),
        size: 1 - z,
        module: tanh(size * d.before),
        curves: relu(module),
        rules: maximum(curves, module),
        gate: sigmoid(weighted_sum(gate, rules)),
        h: z * h.before + gate * d,
    }


for kind in (Tangled, Awkward):
    del CELLS[kind.name]  # of this file alone
OWN = [(TiedLSTM, {}), (Tangled, {}), (Awkward, {}), (ExponentialLSTM, {})]
EVERY = [*VARIANTS, *UNUSUAL, *OWN, *((CELLS[name], {}) for name in PUBLISHED)]
EVERY_ID = ["-".join([kind.name, *options.values()]) for kind, options in EVERY]
every_cell = pytest.mark.parametrize(("kind", "options"), EVERY, ids=EVERY_ID)
cases = st.builds(
    Case,
    steps=st.integers(1, 4),
    batch=st.none() | st.integers(1, 3),
    inputs=st.integers(1, 4),
    hidden=st.integers(2, 5),
    seed=seeds,
)
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
# Relative to the largest value. Two units that are almost equal have no normalised form that float32 can tell.
CLOSE = {np.float32: 2e-4, np.float64: 1e-9}


@dataclass
class Interpreter:
    """One step of a cell, node by node. Vectors are rows, (B, N), which the compiled steps do not use."""

    cell: Cell
    now: dict
    before: dict
    unit_axis: int = -1
    of_values: dict = field(default_factory=dict)
    of_parameters: dict = field(default_factory=dict)

    def value(self, name, before):
        return (self.before if before else self.now)[name]

    def parameter(self, name, block):
        return self.cell.rows_of(name, block)

    def times(self, matrix, vectors):
        return vectors @ matrix.T

    def outer(self, left, right):
        return left.T @ right

    def spread(self, vector):
        return np.broadcast_to(vector, (len(self.now["input_vector"]), len(vector)))

    def total(self, vectors):
        return vectors.sum(0)

    def add_value(self, name, before, gradient):
        self.of_values[name, before] = self.of_values.get((name, before), 0) + gradient

    def add_parameter(self, name, block, gradient):
        self.of_parameters[name, block] = self.of_parameters.get((name, block), 0) + gradient


def interpreted(cell, x, initial, edits=()):
    """All steps of x (T, B, D): for each its interpreter and the caches of its equations."""
    steps, before = [], initial
    for t, x_t in enumerate(x):
        env, caches = Interpreter(cell, {"input_vector": x_t}, before), {}
        for name, right in cell.definition.equations.items():
            caches[name] = {}
            value = right.evaluate(env, caches[name]).copy()
            for edit in edits:
                if edit.quantity == name and edit.first <= t < edit.end:
                    value[:, edit.where] = before[name][:, edit.where] if edit.value is None else edit.value
            env.now[name] = value
        steps.append((env, caches))
        before = {state: env.now[state] for state in cell.states}
    return steps


def pulled_back(cell, steps, d_states):
    """The gradients of all parameters, inputs and initial states, from those by the states of every step."""
    of_parameters, of_inputs, passed = {}, [], dict.fromkeys(cell.states, 0)
    for t, (env, caches) in reversed([*enumerate(steps)]):
        for state in cell.states:
            env.add_value(state, False, d_states[state][t] + passed[state])
        for name, right in reversed(cell.definition.equations.items()):
            gradient = env.of_values.get((name, False), 0) + np.zeros_like(env.now[name])
            right.pull_back(env, env, gradient, caches[name])
        for place, gradient in env.of_parameters.items():
            of_parameters[place] = of_parameters.get(place, 0) + gradient
        of_inputs.insert(0, env.of_values.get(("input_vector", False), 0))
        passed = {state: env.of_values.get((state, True), 0) for state in cell.states}
    return of_parameters, np.stack(of_inputs), passed


def rows(array, batched):
    """With a batch axis, whether it had one or not."""
    return array if batched else np.expand_dims(array, -2)


def draw(kind, options, case, dtype):
    cell, x, initial = draw_run(kind, options, case, dtype)
    batched = case.batch is not None
    return cell, x, initial, rows(x, batched), {state: rows(array, batched) for state, array in initial.items()}


def close(actual, expected, dtype, kind, what):
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    tolerance = CLOSE[dtype] if kind.name != "lnlstm" or dtype is np.float64 else 5e-2
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance * scale, err_msg=what)


@every_cell
@dtypes
@settings(max_examples=12)
@given(case=cases)
def test_forward_evaluates_the_equations(kind, options, dtype, case):
    check_forward(kind, options, case, dtype)


def check_forward(kind, options, case, dtype):
    cell, x, initial, x_rows, starts = draw(kind, options, case, dtype)
    record, steps = cell.forward(x, initial), interpreted(cell, x_rows, starts)
    for name in cell.definition.by_name:
        ours = rows(record[name], case.batch is not None)
        assert ours.dtype == dtype
        close(ours, np.stack([env.now[name] for env, _ in steps]), dtype, kind, name)


@every_cell
@settings(max_examples=25)
@given(case=cases, data=st.data())
def test_forward_evaluates_the_equations_on_edited_values(kind, options, case, data):
    cell, x, initial, x_rows, starts = draw(kind, options, case, np.float64)
    edits = []
    for _ in range(data.draw(st.integers(1, 3))):
        quantity = data.draw(st.sampled_from(cell.definition.quantities))
        value = data.draw(st.sampled_from([0.0, 0.25, 1.0]))
        kept = quantity.role == "state" and data.draw(st.booleans())
        first = data.draw(st.integers(0, case.steps - 1))
        where = slice(None) if data.draw(st.booleans()) else data.draw(st.integers(0, cell.units(quantity.name) - 1))
        edits.append(
            Edit(quantity.name, where, None if kept else value, first, data.draw(st.integers(first, case.steps)))
        )
    record, steps = cell.forward(x, initial, edits), interpreted(cell, x_rows, starts, edits)
    for name in cell.definition.by_name:
        ours = rows(record[name], case.batch is not None)
        close(ours, np.stack([env.now[name] for env, _ in steps]), np.float64, kind, name)


@every_cell
@dtypes
@settings(max_examples=12)
@given(case=cases)
def test_backward_pulls_the_equations_back(kind, options, dtype, case):
    check_backward(kind, options, case, dtype)


def check_backward(kind, options, case, dtype):
    cell, x, initial, x_rows, starts = draw(kind, options, case, dtype)
    rng, batched = np.random.default_rng(case.seed), case.batch is not None
    d = {s: rng.standard_normal((case.steps, *case.shape(cell.units(s)))).astype(dtype) for s in cell.states}
    ours = cell.backward(cell.forward(x, initial), d["hidden"], {k: v for k, v in d.items() if k != "hidden"})
    steps = interpreted(cell, x_rows, starts)
    parameters, inputs, passed = pulled_back(cell, steps, {state: rows(array, batched) for state, array in d.items()})
    for name, blocks in cell.parameter_blocks().items():
        zeros = np.zeros_like(np.split(cell.parameters[name], len(blocks))[0])  # of what no loss depends on
        expected = np.concatenate([parameters.get((name, block), zeros) for block in blocks])
        close(ours[name], expected, dtype, kind, name)
        assert ours[name].dtype == dtype
    close(rows(ours["x"], batched), inputs + np.zeros_like(x_rows), dtype, kind, "x")
    for state in cell.states:
        expected = passed[state] + np.zeros_like(starts[state])
        close(rows(ours[f"initial_{state}"], batched), expected, dtype, kind, state)


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_of_many_sequences_are_the_same_bit_for_bit(kind, options, dtype, monkeypatch):
    """Half of a sum, from half of the weights and biases, is exact."""
    rng = np.random.default_rng(0)
    cell = kind.random(5, 7, rng, dtype, **options)
    x = rng.standard_normal((4, 9, 5)).astype(dtype)
    few = cell.forward(x)
    monkeypatch.setattr("rnnviz.cells.cell.MANY", 1)
    many = cell.forward(x)
    np.testing.assert_array_equal(many.z, few.z)
    for name, values in many.values.items():
        np.testing.assert_array_equal(values, few.values[name])


@every_cell
def test_the_source_can_be_read(kind, options):
    """Lines of Python that name the quantities, and no line that a reader has to take apart."""
    cell = kind.random(2, 3, np.random.default_rng(0), **options)
    forward, backward = forward_source(cell.plan), backward_source(cell.plan)
    many = forward_source(cell.plan, many=True)
    assert forward.startswith("def step(self, z, before, now):")
    assert many.startswith("def step_many(self, z, before, now, weight_hh):")
    assert backward.startswith("def step_back(self, z, before, now, d, dz):")
    assert max(map(len, f"{forward}\n{many}\n{backward}".splitlines())) < 160


@pytest.mark.parametrize("kind", [LSTM, CELLS["peephole"]])
def test_a_cell_that_ran_can_be_sent_to_another_process(kind):
    cell = kind.random(2, 3, np.random.default_rng(0))
    x = np.ones((4, 2), np.float32)
    hidden = cell.forward(x)["hidden"]
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(cell)).forward(x)["hidden"], hidden)
