"""PyTorch's networks as tests need them: drawn at random, saved in every way, and what they compute."""

import io

import numpy as np
import pytest
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
to_safetensors = pytest.importorskip("safetensors.torch").save

KINDS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
CELLS = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}


class Reader(torch.nn.Module):
    """An embedding, recurrent layers and a linear layer."""

    def __init__(self, kind="gru", tokens=7, width=4, hidden=5, classes=3, **more):
        super().__init__()
        self.embedding = torch.nn.Embedding(tokens, width)
        self.rnn = KINDS[kind](width, hidden, **more)
        self.fc = torch.nn.Linear(hidden * (2 if more.get("bidirectional") else 1), classes)

    def forward(self, ids):
        return self.fc(self.rnn(self.embedding(ids))[0])


@st.composite
def modules(draw, kinds=tuple(KINDS)):
    """Recurrent layers of any kind and size, weights large enough to bend the gates."""
    kind = draw(st.sampled_from(kinds))
    more = {"nonlinearity": draw(st.sampled_from(["tanh", "relu"]))} if kind == "rnn" else {}
    inputs, hidden = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    if kind == "lstm":
        more["proj_size"] = draw(st.integers(0, hidden - 1))  # 0 for none
    torch.manual_seed(draw(st.integers(0, 1000)))
    module = KINDS[kind](
        inputs,
        hidden,
        num_layers=draw(st.integers(1, 3)),
        bidirectional=draw(st.booleans()),
        bias=draw(st.booleans()),
        dtype=draw(st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16])),
        **more,
    )
    with torch.no_grad():
        for one in module.parameters():
            one.copy_(0.5 * torch.randn(one.shape))
    return module


def wide(module):
    """The module in a precision in which PyTorch can run it everywhere; halves fit into it exactly."""
    return module.float() if next(module.parameters()).dtype in (torch.float16, torch.bfloat16) else module


def states(module, x):
    """What recurrent layers hand on for (T, D) numbers, as NumPy's array."""
    with torch.no_grad():
        dtype = next(module.parameters()).dtype
        return module(torch.as_tensor(x, dtype=dtype))[0].numpy()


def says(module, ids):
    with torch.no_grad():
        return module(torch.as_tensor(ids)).numpy()


def _zip(tensors):
    file = io.BytesIO()
    torch.save(tensors, file)
    return file.getvalue()


def _old(tensors):
    file = io.BytesIO()
    torch.save(tensors, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def to_npz(tensors):
    """NumPy knows no bfloat16: such numbers go as float32."""
    file = io.BytesIO()
    np.savez(file, **{n: (t.float() if t.dtype == torch.bfloat16 else t).numpy() for n, t in tensors.items()})
    return file.getvalue()


def _optimiser(tensors):
    """The state of an Adam that has made a step, with arrays of the same shapes as the weights."""
    parameters = [torch.nn.Parameter(one.detach().clone()) for one in tensors.values()]
    optimiser = torch.optim.Adam(parameters)
    for one in parameters:
        one.grad = torch.ones_like(one)
    optimiser.step()
    return optimiser.state_dict()


# By a file's ending: how a state dict is written.
WRITTEN = {
    "safetensors": lambda tensors: to_safetensors({name: one.contiguous() for name, one in tensors.items()}),
    "pt": _zip,
    "old.pt": _old,
    "nested.pth": lambda tensors: _zip({"epoch": 3, "model_state_dict": tensors, "optimizer": _optimiser(tensors)}),
    "npz": to_npz,
}


def written(module, end, prefix=""):
    """The bytes of a file with a module's state dict, names behind a prefix."""
    return WRITTEN[end]({prefix + name: one.detach().clone() for name, one in module.state_dict().items()})
