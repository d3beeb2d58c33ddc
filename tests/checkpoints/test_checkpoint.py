"""Files of state dicts, whole: what `rnnviz.load` makes of them computes what PyTorch does."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.checkpoints import open_bytes
from rnnviz.errors import (
    ArgumentError,
    DamagedFileError,
    FileError,
    MissingLibraryError,
    NotFiniteError,
    UnknownNameError,
    UnsupportedFileError,
)

from ..raising import raises
from .torch_models import CELLS, WRITTEN, Reader, modules, says, states, to_npz, torch, wide, written


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def top(model, x):
    """What a model's top layer hands on."""
    return model.network.forward(np.asarray(x, model.network.dtype)).top


@given(
    modules(),
    st.sampled_from([*WRITTEN]),
    st.sampled_from(["", "module.", "encoder.rnn.", "model.module.net.lstm_3."]),
    st.integers(0, 99),
)
def test_states_are_pytorchs_own(module, end, prefix, seed):
    found = open_bytes(f"mine.{end}", written(module, end, prefix))
    (stack,) = found.stacks
    overrides = {"activation": module.nonlinearity} if stack.cell == "rnn" else {}
    model = found.model(**overrides)
    x = np.random.default_rng(seed).standard_normal((6, module.input_size))
    module = wide(module)
    close(top(model, x), states(module, x))
    assert model.network.dtype == str(next(module.parameters()).dtype).removeprefix("torch.")
    assert [setting.name for setting in stack.assumed] == (["activation"] if stack.cell == "rnn" else [])
    assert found.unused == ()


@settings(max_examples=20)
@given(
    st.sampled_from(["rnn", "gru", "lstm"]),
    st.sampled_from([*WRITTEN]),
    st.integers(1, 2),
    st.booleans(),
    st.integers(1, 5),
    st.integers(1, 6),
    st.integers(0, 99),
)
def test_a_whole_network_says_what_it_says_in_pytorch(kind, end, layers, both, width, hidden, seed):
    torch.manual_seed(seed)
    reader = Reader(kind, width=width, hidden=hidden, num_layers=layers, bidirectional=both)
    model = open_bytes(f"mine.{end}", written(reader, end)).model(outputs="softmax")
    ids = np.random.default_rng(seed).integers(0, 7, 9)
    logits = model.network.forward(ids).logits
    close(logits, says(reader, ids))
    trace = model.trace(" ".join(map(str, ids)))
    close(np.log(trace.probabilities), torch.log_softmax(torch.as_tensor(logits), -1).numpy())
    assert trace.labels == ["0", "1", "2"]


@pytest.mark.parametrize("kind", [*CELLS])
def test_a_cell_alone_and_the_path_of_a_file(kind, tmp_path):
    cell = CELLS[kind](3, 4)
    path = tmp_path / "cell.pt"
    path.write_bytes(written(cell, "pt"))
    x = torch.randn(5, 3)
    state, expected = None, []
    with torch.no_grad():
        for one in x:
            state = cell(one, state)
            expected.append((state[0] if kind == "lstm" else state).numpy())
    model = rnnviz.load(path)
    close(top(model, x.numpy()), np.stack(expected))
    assert model.name == "cell"
    assert rnnviz.load(str(path), name="other").name == "other"
    np.testing.assert_array_equal(model.trace(x.numpy())["hidden"], top(model, x.numpy()))


class EncoderDecoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.ModuleDict({"embedding": torch.nn.Embedding(9, 4), "rnn": torch.nn.GRU(4, 5)})
        self.decoder = torch.nn.ModuleDict(
            {"embedding": torch.nn.Embedding(7, 4), "rnn": torch.nn.GRU(4, 5), "out": torch.nn.Linear(5, 7)}
        )


def test_encoder_and_decoder_in_one_file_each_have_what_is_theirs():
    module = EncoderDecoder()
    found = open_bytes("seq.safetensors", written(module, "safetensors"))
    with raises(ArgumentError, code="several_stacks", allowed=("decoder.rnn", "encoder.rnn")):
        found.model()
    with raises(UnknownNameError, kind="stack", name="nonsense", allowed=("decoder.rnn", "encoder.rnn")):
        found.model("nonsense")
    encoder, decoder = (found.model(name) for name in ("encoder.rnn", "decoder.rnn"))
    assert (len(encoder.vocabulary), encoder.labels) == (9, [])
    assert (len(decoder.vocabulary), len(decoder.labels)) == (7, 7)
    ids = np.array([1, 6, 0, 3])
    for model, part in ((encoder, module.encoder), (decoder, module.decoder)):
        with torch.no_grad():
            expected = part["rnn"](part["embedding"](torch.as_tensor(ids)))[0]
        close(model.network.forward(ids).top, expected.numpy())
    with torch.no_grad():
        close(decoder.network.forward(ids).logits, module.decoder["out"](expected).numpy())


def test_the_report_names_everything():
    module = EncoderDecoder()
    tensors = {**module.state_dict(), "conv.weight": torch.zeros(2, 2, 2), "steps": torch.tensor(3)}
    report = str(open_bytes("seq.safetensors", WRITTEN["safetensors"](tensors)))
    for said in (
        "seq.safetensors: safetensors",
        "encoder.rnn: GRU, 1 layer, forward, 4 inputs, 5 units",
        "decoder.rnn: GRU",
        "  Order of the gates: r, z, n (PyTorch)",
        "? Embedding: encoder.embedding.weight, 9 tokens  [embedding='encoder.embedding.weight', or ",
        "? Readout: decoder.out.weight, 7 outputs",
        "encoder.rnn.weight_hh_l0 (15, 5) float32 -> rnn.weight_hh_l0: unchanged",
        "unused: steps (), conv.weight (2, 2, 2)",
    ):
        assert said in report
    for name in module.state_dict():
        assert name in report


def test_the_report_of_what_cannot_be_run_says_so():
    tensors = {name: torch.full_like(one, torch.nan) for name, one in torch.nn.GRU(2, 3).state_dict().items()}
    report = str(open_bytes("nan.pt", WRITTEN["pt"](tensors)))
    assert "It cannot be run: weight_ih_l0 holds 18 NaN or infinite values" in report


# By case: the arrays, and the class, code and part of the error.
REFUSED = {
    "projection": (
        lambda: torch.nn.LSTM(3, 5, proj_size=2).state_dict() | {"weight_hr_l0": torch.zeros(3, 5)},
        DamagedFileError, "contradiction", "weight_hr_l0",
    ),
    "projection of one layer": (
        lambda: {n: w for n, w in torch.nn.LSTM(3, 5, 2, proj_size=2).state_dict().items() if n != "weight_hr_l1"},
        UnsupportedFileError, "cell", "weight_hh_l1",
    ),
    "none": (lambda: torch.nn.Linear(3, 4).state_dict(), UnsupportedFileError, "no_recurrent_layer", ""),
    "transformer": (
        lambda: torch.nn.TransformerEncoderLayer(4, 2, 8).state_dict(), UnsupportedFileError, "transformer", "",
    ),
    "five gates": (
        lambda: {"rnn.weight_ih_l0": torch.zeros(10, 3), "rnn.weight_hh_l0": torch.zeros(10, 2)},
        UnsupportedFileError, "cell", "rnn.weight_hh_l0",
    ),
    "rows": (
        lambda: {"rnn.weight_ih_l0": torch.zeros(8, 3), "rnn.weight_hh_l0": torch.zeros(12, 4)},
        DamagedFileError, "contradiction", "rnn.weight_ih_l0",
    ),
    "bias": (
        lambda: torch.nn.GRU(2, 3).state_dict() | {"bias_hh_l0": torch.zeros(5)},
        DamagedFileError, "contradiction", "bias_hh_l0",
    ),
    "layers": (
        lambda: torch.nn.GRU(2, 3, 2).state_dict() | {"weight_ih_l1": torch.zeros(9, 4)},
        DamagedFileError, "contradiction", "weight_ih_l1",
    ),
    "directions": (
        lambda: {**torch.nn.GRU(2, 3).state_dict(),
                 **{f"{name}_reverse": one for name, one in torch.nn.GRU(2, 4).state_dict().items()}},
        UnsupportedFileError, "direction_sizes", "weight_hh_l0_reverse",
    ),
    "missing": (
        lambda: {n: t for n, t in torch.nn.GRU(2, 3, 2).state_dict().items() if n != "weight_hh_l1"},
        DamagedFileError, "missing_array", "the network",
    ),
    "no layer 0": (
        lambda: {n: t for n, t in torch.nn.GRU(2, 3, 2).state_dict().items() if "_l1" in n},
        DamagedFileError, "missing_layer", "the network",
    ),
    "mixed": (
        lambda: torch.nn.GRU(2, 3).state_dict()
        | {n.replace("l0", "l0_reverse"): t for n, t in torch.nn.LSTM(2, 3).state_dict().items()},
        UnsupportedFileError, "mixed_cells", "the network",
    ),
    "mixed sizes": (
        lambda: torch.nn.GRU(2, 3).state_dict()
        | {n.replace("l0", "l1"): t for n, t in torch.nn.LSTM(4, 3).state_dict().items()},
        DamagedFileError, "contradiction", "the network",
    ),
    "quantised": (
        lambda: {n: t.to(torch.int8) for n, t in torch.nn.GRU(2, 3).state_dict().items()},
        UnsupportedFileError, "quantised", "weight_ih_l0",
    ),
    "empty": (
        lambda: {"rnn.weight_ih_l0": torch.zeros(0, 3), "rnn.weight_hh_l0": torch.zeros(0, 0)},
        UnsupportedFileError, "cell", "rnn.weight_hh_l0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_run_is_refused_in_one_sentence(what):
    tensors, error, code, part = REFUSED[what]
    with raises(error, code=code, part=part, file="mine.pt") as caught:
        open_bytes("mine.pt", WRITTEN["pt"](tensors()))
    assert "mine.pt" in caught.value.message


def test_numbers_that_are_none_are_refused_where_they_are_used():
    reader = Reader("lstm")
    with torch.no_grad():
        reader.embedding.weight[3, 1] = torch.inf
        reader.rnn.weight_hh_l0[2, 0] = torch.nan
    found = open_bytes("mine.pt", written(reader, "pt"))
    with raises(NotFiniteError, name="rnn.weight_hh_l0", count=1):
        found.model()
    with torch.no_grad():
        reader.rnn.weight_hh_l0[2, 0] = 0
    found = open_bytes("mine.pt", written(reader, "pt"))
    with raises(NotFiniteError, name="embedding.weight", count=1):
        found.model()
    assert found.model(embedding="none").network.embedding is None


CHOICES = {
    "activation": ("rnn", "relu"),
    "order": ("lstm", "ofgi"),
    "reset": ("gru", "before"),
    "update": ("gru", "writes"),
    "embedding": ("gru", "none"),
    "readout": ("gru", "none"),
}


@pytest.mark.parametrize("setting", CHOICES)
def test_an_override_changes_the_network_as_it_says(setting):
    kind, value = CHOICES[setting]
    reader = Reader(kind)
    found = open_bytes("mine.npz", written(reader, "npz"))
    usual, other = found.model().network, found.model(**{setting: value}).network
    if setting in ("embedding", "readout"):
        assert (usual.embedding is None, usual.readout_weight is None) == (False, False)
        assert (other.embedding is None, other.readout_weight is None) == (setting == "embedding", setting == "readout")
    elif setting == "order":  # theirs is o, f, g, i; ours i, f, g, o
        i, f, g, o = np.split(usual.layers[0][0].weight_hh, 4)
        np.testing.assert_array_equal(other.layers[0][0].weight_hh, np.concatenate([o, f, g, i]))
    else:
        assert other.layers[0][0].options[setting] == value != usual.layers[0][0].options[setting]
        np.testing.assert_array_equal(other.layers[0][0].weight_hh, usual.layers[0][0].weight_hh)


@pytest.mark.parametrize(
    ("overrides", "error", "fields"),
    [
        ({"order": "iff"}, ArgumentError, {"name": "order", "value": "iff"}),
        ({"order": 5}, ArgumentError, {"name": "order", "value": 5}),
        (
            {"colour": "red"},
            UnknownNameError,
            {"name": "colour", "allowed": ("order", "direction", "embedding", "readout", "outputs", "reading")},
        ),
        ({"embedding": "fc.bias"}, ArgumentError, {"name": "embedding", "value": "fc.bias"}),
        ({"embedding": ["x"]}, ArgumentError, {"name": "embedding", "value": ["x"]}),
    ],
)
def test_overrides_that_do_not_exist_are_refused(overrides, error, fields):
    with raises(error, **fields):
        open_bytes("mine.npz", written(Reader("lstm"), "npz")).model(**overrides)


def test_precisions_of_parts_may_differ():
    reader = Reader("gru")
    reader.fc.double()
    reader.embedding.half()
    model = open_bytes("mine.safetensors", written(reader, "safetensors")).model()
    assert model.network.dtype == np.float64
    report = str(open_bytes("mine.safetensors", written(reader, "safetensors")))
    assert "embedding.weight (7, 4) float16 -> embedding.weight: float16 widened to float64" in report
    assert "fc.weight (3, 5) float64 -> readout.weight: unchanged" in report


def test_arrays_of_an_npz_may_have_other_shapes_than_they_must():
    data = to_npz({"rnn.weight_ih_l0": torch.zeros(3), "rnn.weight_hh_l0": torch.zeros(1, 3, 1), "x": torch.zeros(2)})
    with raises(FileError, code="no_recurrent_layer", file="mine.npz"):
        open_bytes("mine.npz", data)


@pytest.mark.parametrize(
    ("name", "data", "library"), [("a.h5", b"\x89HDF\r\n\x1a\n", "h5py"), ("a.onnx", b"\x08", "onnx")]
)
def test_a_library_that_is_missing_is_named(monkeypatch, name, data, library):
    monkeypatch.setitem(sys.modules, library, None)
    with raises(MissingLibraryError, library=library, file=name):
        open_bytes(name, data)
