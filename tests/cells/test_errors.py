"""Bad arrays: each is refused with a message that names the array, its shape and what was expected."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnnviz.cells import GRU, LSTM, RNN

D, H = 3, 4


def arrays(kind=LSTM, dtype=np.float32):
    rows = len(kind.rows) * H
    shapes = {"weight_ih": (rows, D), "weight_hh": (rows, H), "bias_ih": (rows,), "bias_hh": (rows,)}
    return {name: np.ones(shape, dtype) for name, shape in shapes.items()}


def refused(error, *words):
    """The call raises this error, and its message holds all of these words."""
    return pytest.raises(error, match="".join(f"(?=.*{re.escape(str(word))})" for word in words))


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("weight_hh", (4 * H + 1, H), "(16, 4)"),  # not four blocks
        ("weight_hh", (3 * H, H), "(16, 4)"),  # the blocks of a GRU
        ("weight_hh", (H, 4 * H), "(64, 16)"),  # transposed, as Keras stores it
        ("weight_hh", (4 * H,), "(4*H, H)"),
        ("weight_hh", (0, 0), "(4*H, H)"),
        ("weight_ih", (D, 4 * H), "(16, D)"),
        ("weight_ih", (4 * H, 0), "(16, D)"),
        ("weight_ih", (4 * H, D, 1), "(16, D)"),
        ("bias_ih", (H,), "(16,)"),
        ("bias_hh", (4 * H, 1), "(16,)"),
    ],
)
def test_wrong_shapes(name, shape, expected):
    with refused(ValueError, name, shape, f"LSTM expects {expected}", "4 blocks", "input, forget, candidate, output"):
        LSTM(**arrays() | {name: np.ones(shape, np.float32)})


@given(kind=st.sampled_from([RNN, GRU, LSTM]), name=st.sampled_from([*arrays()]), data=st.data())
def test_no_shape_but_the_right_one_is_taken(kind, name, data):
    """Whatever shape one array has: a clear error, or it is a shape that fits the other three."""
    good = arrays(kind)
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=17))
    try:
        cell = kind(**good | {name: np.ones(shape, np.float32)})
    except ValueError as error:
        assert "expects" in str(error)
        assert any(f"{n} has shape" in str(error) for n in good)
    else:
        assert shape == good[name].shape or (name == "weight_ih" and shape[0] == len(good[name]))
        assert cell.input_size == cell.weight_ih.shape[1]


@pytest.mark.parametrize("name", [*arrays()])
@pytest.mark.parametrize("dtype", [np.int64, np.float16, np.complex128, np.bool_, ">f4", object])
def test_dtypes_that_no_cell_computes_in(name, dtype):
    bad = np.ones(arrays()[name].shape).astype(dtype)
    with refused(TypeError, name, bad.shape, bad.dtype, "float32 or float64"):
        LSTM(**arrays() | {name: bad})


@pytest.mark.parametrize("name", ["weight_ih", "bias_ih", "bias_hh"])
def test_mixed_dtypes(name):
    bad = arrays()[name].astype(np.float64)
    with refused(TypeError, name, bad.shape, "float64", "expected float32 as in weight_hh"):
        LSTM(**arrays() | {name: bad})


@pytest.mark.parametrize("name", [*arrays()])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite(name, value):
    bad = arrays()[name]
    bad.flat[[0, 5]] = value
    with refused(ValueError, name, bad.shape, "2 NaN or infinite", "finite"):
        LSTM(**arrays() | {name: bad})


@pytest.mark.parametrize("name", [*arrays()])
def test_lists_are_not_arrays(name):
    with refused(TypeError, name, "list", "NumPy array"):
        LSTM(**arrays() | {name: arrays()[name].tolist()})


def test_a_weight_that_is_missing():
    with refused(TypeError, "weight_hh", "NoneType"):
        LSTM(arrays()["weight_ih"], None)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        (GRU, {"reset": "between"}, ["reset='between'", "reset (after or before)"]),
        (GRU, {"update": "forgets"}, ["update='forgets'", "update (keeps or writes)"]),
        (GRU, {"gates": "swish"}, ["gates='swish'", "there are sigmoid, tanh, relu"]),
        (GRU, {"activation": 3}, ["activation=3", "gates and activation (any of sigmoid, tanh"]),
        (RNN, {"activation": "hard_sigmoid(1, 2, 3)"}, ["activation='hard_sigmoid(1, 2, 3)'", "at most 2 numbers"]),
        (LSTM, {"peephole": "yes"}, ["peephole='yes'", "gates, activation and squash (any of sigmoid"]),
    ],
)
def test_unknown_options(kind, options, words):
    with refused(ValueError, kind.title, *words):
        kind(**arrays(kind), **options)
    with refused(ValueError, kind.title, *words):
        kind.define(**options)
    with refused(ValueError, kind.title, *words):
        kind(**arrays(kind)).with_options(**options)


@pytest.mark.parametrize("shape", [(0, D), (2, 0, D), (0, 2, D), (5,), (5, D + 1), (5, 2, D, 1), ()])
def test_inputs_of_a_wrong_shape(shape):
    with refused(ValueError, "x has shape", shape, "(T, 3) or (T, B, 3)", "at least one step"):
        LSTM(**arrays()).forward(np.zeros(shape, np.float32))


def test_inputs_that_are_no_numbers_of_the_cell():
    cell = LSTM(**arrays())
    with refused(TypeError, "x", "list"):
        cell.forward([[1.0, 2.0, 3.0]])
    with refused(TypeError, "x", (2, D), "float64", "expected float32"):
        cell.forward(np.zeros((2, D)))
    with refused(TypeError, "x", (2, D), "int64"):
        cell.forward(np.zeros((2, D), int))
    with refused(ValueError, "x", (2, D), "6 NaN or infinite"):
        cell.forward(np.full((2, D), np.nan, np.float32))


@pytest.mark.parametrize(("batch", "shape"), [(None, (1, H)), (None, (H + 1,)), (2, (H,)), (2, (3, H)), (2, (H, 2))])
def test_initial_states_of_a_wrong_shape(batch, shape):
    cell = LSTM(**arrays())
    x = np.zeros((5, D) if batch is None else (5, batch, D), np.float32)
    with refused(ValueError, "initial cell", shape, (H,) if batch is None else (batch, H)):
        cell.forward(x, {"cell": np.zeros(shape, np.float32)})


def test_initial_states_that_the_cell_lacks_or_cannot_use():
    x = np.zeros((5, D), np.float32)
    with refused(ValueError, "GRU has no state 'cell'", "hidden"):
        GRU(**arrays(GRU)).forward(x, {"cell": np.zeros(H, np.float32)})
    with refused(TypeError, "initial hidden", "float64"):
        GRU(**arrays(GRU)).forward(x, {"hidden": np.zeros(H)})
    with refused(ValueError, "initial hidden", "1 NaN"):
        GRU(**arrays(GRU)).forward(x, {"hidden": np.array([0, 0, 0, np.nan], np.float32)})


def test_gradients_that_fit_no_state():
    cell = LSTM(**arrays())
    record = cell.forward(np.zeros((5, D), np.float32))
    zeros = np.zeros((5, H), np.float32)
    with refused(ValueError, "gradient by hidden", (4, H), (5, H)):
        cell.backward(record, zeros[:4])
    with refused(ValueError, "gradient by cell", (5, 1), (5, H)):
        cell.backward(record, zeros, {"cell": zeros[:, :1]})
    with refused(ValueError, "no state 'forget'", "hidden, cell"):
        cell.backward(record, zeros, {"forget": zeros})
    with refused(TypeError, "gradient by hidden", "list"):
        cell.backward(record, zeros.tolist())


def test_a_quantity_that_the_cell_does_not_record():
    with refused(KeyError, "GRU", "cell", "reset", "update"):
        GRU(**arrays(GRU)).forward(np.zeros((5, D), np.float32))["cell"]
