"""Layers under PyTorch's dynamic quantisation: their weights are what PyTorch itself unpacks, and the file says so."""

import io
import warnings

import numpy as np
import pytest

from rnnviz.checkpoints import open_bytes
from rnnviz.checkpoints.torch.packed_parameters import EIGHT_BITS, HALF
from rnnviz.checkpoints.torch.state_dict import read_state_dict
from rnnviz.errors import DamagedFileError, UnsupportedFileError

from .. import hostile_files
from ..case_files import TOLERANCE, opened, states
from ..damaged_files import reader, refused
from ..written_pickles import Called, file_parts, mentioned, packed, rounded, tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
READ = reader(read_state_dict)


class Tagger(torch.nn.Module):
    def __init__(self, kind, **settings):
        super().__init__()
        self.embedding = torch.nn.Embedding(9, 5)
        self.rnn = kind(5, 6, **settings)
        self.fc = torch.nn.Linear(6 * (1 + settings.get("bidirectional", False)), 3)


def quantised(module, dtype="qint8"):
    kinds = {torch.nn.LSTM, torch.nn.GRU, torch.nn.LSTMCell, torch.nn.GRUCell, torch.nn.RNNCell, torch.nn.Linear}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.ao.quantization.quantize_dynamic(module.eval(), kinds, dtype=getattr(torch, dtype))


def saved(value):
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def unpacked(layer):
    """The weights and biases of a quantised layer as PyTorch unpacks them, by the names of the float layer."""
    if hasattr(layer, "_weight_bias"):
        parts = layer._weight_bias()
        both = {**parts["weight"], **parts["bias"]}
    else:
        both = {**layer.get_weight(), **layer.get_bias()}
    return {name: (t.dequantize() if t.is_quantized else t).detach().numpy() for name, t in both.items()}


LAYERS = {
    "lstm": (torch.nn.LSTM, {"num_layers": 2}),
    "both directions": (torch.nn.LSTM, {"num_layers": 2, "bidirectional": True}),
    "gru": (torch.nn.GRU, {"num_layers": 3}),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("dtype", ["qint8", "float16"])
@pytest.mark.parametrize("whole", [False, True])
def test_layers_have_the_weights_that_pytorch_unpacks(layer, dtype, whole):
    kind, settings = LAYERS[layer]
    module = quantised(Tagger(kind, **settings), dtype)
    data = saved(module if whole else module.state_dict())
    found = READ(data)
    for name, right in unpacked(module.rnn).items():
        np.testing.assert_allclose(found.arrays[f"rnn.{name}"], right, rtol=0, atol=1e-7, err_msg=name)
    weight = module.fc.weight()
    right = (weight.dequantize() if weight.is_quantized else weight).detach().numpy()
    np.testing.assert_allclose(found.arrays["fc.weight"], right, rtol=0, atol=1e-6)
    (stack,) = open_bytes("m.pt", data).stacks
    assert (EIGHT_BITS if dtype == "qint8" else HALF) in stack.left_out
    assert stack.setting("readout").value == "fc.weight"


@pytest.mark.parametrize("kind", ["LSTMCell", "GRUCell", "RNNCell"])
@pytest.mark.parametrize("whole", [False, True])
def test_cells_have_the_weights_that_pytorch_unpacks(kind, whole):
    module = quantised(torch.nn.ModuleDict({"cell": getattr(torch.nn, kind)(5, 6), "fc": torch.nn.Linear(6, 3)}))
    found = READ(saved(module if whole else module.state_dict()))
    for name, right in unpacked(module["cell"]).items():
        np.testing.assert_allclose(found.arrays[f"cell.{name}"], right, rtol=0, atol=1e-6)


def test_scales_of_each_row():
    weight = torch.randn(18, 5)
    scales, zeros = torch.rand(18).double() / 100 + 0.01, torch.arange(18) - 9
    rounded = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
    found = READ(saved({"weight": rounded}))
    np.testing.assert_allclose(found.arrays["weight"], rounded.dequantize().numpy(), rtol=0, atol=1e-6)
    assert found.dtypes["weight"] == "qint8"


@pytest.mark.parametrize("hidden", [5, 6])
@pytest.mark.parametrize("both", [False, True])
def test_two_packed_entries_are_layers_or_directions_as_their_sizes_say(hidden, both):
    """With as many inputs as units nothing but what reads them tells, so that it is marked."""
    layers = torch.nn.LSTM(5, hidden, num_layers=1 if both else 2, bidirectional=both)
    module = quantised(torch.nn.ModuleDict({"rnn": layers, "fc": torch.nn.Linear(hidden * (1 + both), 3)}))
    (stack,) = open_bytes("m.pt", saved(module.state_dict())).stacks
    assert (len(stack.layers), len(stack.layers[0])) == ((1, 2) if both else (2, 1))
    assert any("two layers or the two" in words for words in stack.left_out) == (hidden == 5)
    (stated,) = open_bytes("m.pt", saved(module)).stacks
    assert len(stated.layers) == len(stack.layers)
    assert not any("two layers or the two" in words for words in stated.left_out)


def test_older_packings():
    """PyTorch 1.4 and 1.5 kept an entry for each weight; linear layers had weight and bias under two other names."""
    state = {}
    for k, weight in enumerate((torch.randn(24, 5), torch.randn(24, 6))):
        state[f"rnn._all_weight_values.{k}.weight"] = torch.quantize_per_tensor(weight, 0.02, 0, torch.qint8)
        state[f"rnn._all_weight_values.{k}.bias"] = torch.ones(24) * k
    state["fc._packed_params.weight"] = torch.quantize_per_tensor(torch.randn(3, 6), 0.02, 3, torch.qint8)
    state["fc._packed_params.bias"] = torch.zeros(3)
    (stack,) = open_bytes("m.pt", saved(state)).stacks
    assert (stack.cell, stack.input_size, stack.hidden_size()) == ("lstm", 5, 6)
    found = stack.layers[0]["forward"]
    assert (found["bias_hh"].array == 1).all()
    right = state["rnn._all_weight_values.0.weight"].dequantize()
    np.testing.assert_allclose(found["weight_ih"].array, right, rtol=0, atol=1e-6)


def test_weights_that_are_no_more_than_an_address():
    state = {f"lstm.w_{side}_l0": torch.zeros(8, dtype=torch.uint8) for side in ("ih", "hh")}
    refused(READ, saved(state), DamagedFileError, code="packed_address", part="lstm.w_ih_l0")


SCALES = tensor("2", (12,))
BESIDE = {"s0": bytes(range(60)), "s1": bytes(240), "s2": bytes(48)}
UNITS = {"rnn.weight_hh_l0": rounded("0", (12, 3), size=60)}


@pytest.mark.parametrize(
    ("beside", "code"),
    [
        ({"w": rounded("0", (12, 5), float("nan"))}, "scale"),
        ({"w": rounded("0", (12, 5), 1.0, float("inf"))}, "scale"),
        ({"w": rounded("0", (12, 5), 1e300)}, "scale"),
        ({"w": rounded("0", (12, 5), 2**1024 - 1)}, "scale"),
        ({"w": rounded("0", (12, 5), kind="FloatStorage")}, "pickle"),
        ({"w": rounded("0", (12, 5), size=10**12)}, "cut_off"),
        ({"w": rounded("0", (12, 50), size=60)}, "outside"),
        ({"w": rounded("0", (5, 12), SCALES, tensor("2", (12,)))}, "pickle"),
        ({"w": rounded("0", (12, 5), SCALES, tensor("2", (12,))), "w\0scale": SCALES}, "pickle"),
        ({"fc._packed_params": packed(rounded("0", (12, 5))), "fc.weight": tensor("1", (12, 5))}, "duplicate"),
        ({"fc": packed(b"]q\5h\5a")}, "pickle"),
        ({"rnn._all_weight_values.1.weight": rounded("0", (12, 3), size=60)}, None),
    ],
)
def test_packed_weights_that_contradict_themselves(beside, code):
    data = hostile_files.zipped(file_parts(beside, **BESIDE))
    if code is None:
        READ(data)
    else:
        refused(READ, data, DamagedFileError, code=code)


@pytest.mark.parametrize("name", ["os.system", "torch.load", "builtins.eval", "stranger.run_code"])
def test_nothing_within_packed_weights_is_called(name):
    inner = {"fc": packed(Called(name, ("true",)))}
    refused(READ, hostile_files.zipped(file_parts(inner, **BESIDE)), UnsupportedFileError, code="code")


def test_a_stranger_within_packed_weights_is_left_alone():
    inner = {"fc": packed(Called("stranger.Thing", ("a",))), "gc": packed(mentioned("stranger.run")), **UNITS}
    found = READ(hostile_files.zipped(file_parts(inner, **BESIDE)))
    assert list(found.arrays) == ["rnn.weight_hh_l0"]


def test_packed_layers_without_arrays_hide_no_others():
    """What is made for one of them must not be taken for what was made for another at the same address."""
    weights = packed(tensor("1", (12, 5)))
    inner = {f"e{k}": [packed([])] for k in range(50)} | {f"m{k}": [weights] for k in range(50)}
    found = READ(hostile_files.zipped(file_parts(inner, **BESIDE)))
    assert list(found.arrays) == [f"m{k}.0.weight" for k in range(50)]


def test_a_case_without_pytorch():
    checkpoint, right = opened("reparametrised_weights", "quantised")
    assert np.abs(states(checkpoint.model(), right["x"]) - right["y"]).max() < TOLERANCE
    assert EIGHT_BITS in checkpoint.stacks[0].left_out
