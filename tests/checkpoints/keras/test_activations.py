"""Keras's activations: those that a configuration says, and those that a person chooses for a file that does not.

States are Keras's own, with every function that cells and Keras share.
"""

import numpy as np
import pytest

from rnnviz.checkpoints import File
from rnnviz.checkpoints.keras.keras_file import read_layers
from rnnviz.checkpoints.keras.layer_stacks import stacks_from_layers
from rnnviz.checkpoints.keras.live_layers import live_layers

from ..keras_models import BOTH, outputs, package_of, sequence, sequential
from ..published_packages import package_file
from ..stack_runs import run

pytestmark = pytest.mark.peers

SEQ = {"return_sequences": True}
TEXTS = {
    "tanh": "tanh",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "linear": "linear",
    "elu": "elu(1)",
    "softsign": "softsign",
    "softplus": "softplus",
}
HARD = {"keras": "hard_sigmoid(0.16666667, 0.5)", "tf_keras": "hard_sigmoid(0.2, 0.5)"}


def holds(stack, model, **chosen):
    _, top = run(stack, sequence(), **chosen)
    np.testing.assert_allclose(top, outputs(model, sequence())["one"], rtol=0, atol=1e-5)


@BOTH
@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU", "LSTM"])
@pytest.mark.parametrize("name", [*TEXTS, "hard_sigmoid"])
def test_the_candidate_and_the_way_out(package, kind, name):
    model = sequential(package, lambda L: [getattr(L, kind)(4, activation=name, name="one", **SEQ)])
    (stack,) = stacks_from_layers(live_layers(model))
    setting = stack.setting("activation")
    assert (setting.value, setting.basis) == ((TEXTS | {"hard_sigmoid": HARD[package]})[name], "stated")
    if kind == "LSTM":
        assert stack.setting("squash").value == setting.value
    holds(stack, model)


@BOTH
@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_the_gates(package, kind):
    make = lambda L: [getattr(L, kind)(4, recurrent_activation="hard_sigmoid", name="one", **SEQ)]  # noqa: E731
    model = sequential(package, make)
    (stack,) = stacks_from_layers(live_layers(model))
    assert (stack.setting("gates").value, stack.setting("gates").basis) == (HARD[package], "stated")
    holds(stack, model)


@BOTH
def test_what_a_file_of_weights_leaves_open_can_be_chosen(package, tmp_path):
    make = lambda L: [L.LSTM(4, activation="relu", recurrent_activation="hard_sigmoid", name="one", **SEQ)]  # noqa: E731
    model = sequential(package, make)
    path = tmp_path / "m.weights.h5"
    model.save_weights(path)
    (stack,) = stacks_from_layers(read_layers(File(path.name, path.read_bytes()))[0])
    assert HARD[package] in stack.setting("gates").choices and "relu" in stack.setting("activation").choices
    holds(stack, model, gates=HARD[package], activation="relu")


@BOTH
def test_chars2vec_with_the_gates_of_the_keras_that_wrote_it(package):
    data = package_file("chars2vec/trained_models/eng_50/weights.h5").read_bytes()
    layers, _, _ = read_layers(File("weights.h5", data))
    (stack,) = stacks_from_layers(layers)
    hard = {"recurrent_activation": "hard_sigmoid", **SEQ}
    L = package_of(package).layers
    model = sequential(package, lambda _: [L.LSTM(50, **hard), L.LSTM(50, **hard)], inputs=59)
    for layer, found in zip(model.layers, layers[1:], strict=True):
        layer.set_weights([found.arrays[name].array for name in ("kernel", "recurrent_kernel", "bias")])
    x = np.eye(59, dtype=np.float32)[np.random.default_rng(0).integers(0, 59, 6)]
    _, top = run(stack, x, gates=HARD[package])
    np.testing.assert_allclose(top, outputs(model, x)[model.layers[-1].name], rtol=0, atol=1e-5)
