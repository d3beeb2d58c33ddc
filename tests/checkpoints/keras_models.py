"""Keras's models as tests need them: small, of both generations, every number of their weights drawn anew.

A test that uses one is marked `peers`: it is skipped where the peers are not installed.
"""

import os
from importlib import import_module

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

BOTH = pytest.mark.parametrize("package", ["keras", "tf_keras"])
T, D = 6, 3


def package_of(name):
    """Keras 3 ("keras", on PyTorch) or Keras 2 ("tf_keras")."""
    package = import_module(name)
    if name == "tf_keras":
        import tensorflow

        tensorflow.config.run_functions_eagerly(True)  # no graph is compiled for a model that runs once
    return package


def sequential(package, make, name=None, inputs=D, seed=0):
    """A Sequential of the layers that `make(layers)` lists, over (T, inputs) numbers or, with inputs=0, T ids."""
    keras = package_of(package)
    start = keras.Input((T, inputs)) if inputs else keras.Input((T,), dtype="int32")
    return drawn(keras.Sequential([start, *make(keras.layers)], name=name), seed)


def drawn(model, seed=0):
    """The model with weights N(0, 1/4), biases too, so that nothing hides behind a zero."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        arrays = layer.get_weights()
        layer.set_weights([(rng.standard_normal(a.shape) / 2).astype(np.float32) for a in arrays])
    return model


def sequence(size=D, seed=1):
    return np.random.default_rng(seed).standard_normal((T, size)).astype(np.float32)


def outputs(model, x):
    """What each layer of a chain hands on for one sequence, by the layer's name, the batch left off."""
    found, value = {}, x[None]
    for layer in model.layers:
        if type(layer).__name__ != "InputLayer":
            value = layer(value)
            found[layer.name] = plain(value)[0]
    return found


def plain(tensor):
    """As NumPy's array."""
    return tensor.detach().numpy() if hasattr(tensor, "detach") else np.asarray(tensor)
