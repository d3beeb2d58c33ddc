"""A model as one file in a format that others read too, its card inside, from which it loads back bit for bit."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from safetensors.numpy import save

from ...model import Model
from ..onnx.onnx_writer import dump
from . import model_files


def to_safetensors(model: Model) -> bytes:
    """A .safetensors file: PyTorch's `load_state_dict` takes its arrays, for members embedding, rnn and readout."""
    arrays = {name: np.ascontiguousarray(array) for name, array in model.network.parameters.items()}
    return save(arrays, metadata={model_files.KEY: model_files.to_json(model)})


def to_npz(model: Model) -> bytes:
    """A .npz file with the same arrays, and the card as text in an array of its own."""
    file = io.BytesIO()
    np.savez(
        file, allow_pickle=False, **{model_files.KEY: np.array(model_files.to_json(model))}, **model.network.parameters
    )
    return file.getvalue()


# By ending: how a model is written.
WRITERS: dict[str, Callable[[Model], bytes]] = {"safetensors": to_safetensors, "npz": to_npz, "onnx": dump}
