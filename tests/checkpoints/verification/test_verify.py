"""Verify: a right model agrees, and every mistake that is planted is found and named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.checkpoints import ExamplePair, convert_stack, open_bytes, verify
from rnnviz.errors import ArgumentError, ArrayError, DtypeError, NotFiniteError

from ...raising import raises
from ..torch_models import KINDS, Reader, modules, torch, wide, written


def stack_of(module, end="pt"):
    (stack,) = open_bytes(f"mine.{end}", written(module, end)).stacks
    if stack.cell == "rnn":
        rnn = getattr(module, "rnn", module)
        return changed(stack, "activation", rnn.nonlinearity)
    return stack


def changed(stack, name, value):
    return replace(stack, settings=tuple(replace(f, value=value) if f.name == name else f for f in stack.settings))


def drawn(kind, seed=0, **more):
    """A layer whose gates are bent, over numbers, with its stack."""
    torch.manual_seed(seed)
    module = KINDS[kind](3, 8, **more)
    with torch.no_grad():
        for one in module.parameters():
            one.copy_(0.5 * torch.randn(one.shape))
    return module, stack_of(module)


def pair(module, *shape, seed=1, get=lambda found: found[0]):
    torch.manual_seed(seed)
    x = torch.randn(*shape)
    with torch.no_grad():
        return ExamplePair(x.numpy(), get(module(x)).numpy())


def with_array(stack, name, make, layer=0, way="forward"):
    """The stack with one of its arrays changed, as somebody would who wrote the file wrongly."""
    layers = [{w: dict(arrays) for w, arrays in ways.items()} for ways in stack.layers]
    source = layers[layer][way][name]
    layers[layer][way][name] = replace(source, array=make(source.array.copy()))
    return replace(stack, layers=tuple(layers))


def damaged(stack, name, row, **where):
    def other(array):
        array[row] += np.linspace(0.5, 1, array[row].size).reshape(array[row].shape)
        return array

    return with_array(stack, name, other, **where)


# ---- agreement --------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(modules(), st.sampled_from(["T", "TB", "BT"]), st.booleans(), st.integers(0, 99))
def test_pytorchs_own_outputs_agree(module, axes, last, seed):
    stack = stack_of(module)
    module = wide(module)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((6, module.input_size) if axes == "T" else (6, 3, module.input_size))
    with torch.no_grad():
        output = module(torch.as_tensor(x, dtype=next(module.parameters()).dtype))[0].numpy()
    output = output[-1] if last else output
    if axes == "BT":
        x, output = x.swapaxes(0, 1), output if last else output.swapaxes(0, 1)
    found = verify(stack, ExamplePair(x.astype(output.dtype), output))
    assert found.agrees
    assert (found.location, found.corrections) == (None, ())
    assert "hidden states" in found.quantity


@pytest.mark.parametrize("says", ["logits", "probabilities", "hidden"])
@pytest.mark.parametrize("axes", ["T", "TB", "BT"])
@pytest.mark.parametrize("last", [False, True])
def test_ids_and_what_the_network_says(says, axes, last):
    torch.manual_seed(0)
    reader = Reader("lstm", num_layers=2)
    ids = torch.randint(0, 7, (5,) if axes == "T" else (5, 3))
    with torch.no_grad():
        hidden = reader.rnn(reader.embedding(ids))[0]
        output = hidden if says == "hidden" else reader.fc(hidden)
        output = torch.softmax(output, -1) if says == "probabilities" else output
    output = output[-1] if last else output
    if axes == "BT":
        ids, output = ids.T, output if last else output.swapaxes(0, 1)
    found = verify(stack_of(reader), ExamplePair(ids.numpy(), output.numpy()))
    assert found.agrees
    assert {"hidden": "hidden states", "logits": "outputs of", "probabilities": "probabilities"}[says] in found.quantity
    floats = verify(stack_of(reader), ExamplePair(ids.numpy().astype(np.float32), output.numpy()))
    assert floats.agrees


def test_lower_layers_cells_and_single_directions_are_known_by_their_numbers():
    _, stack = drawn("lstm", num_layers=2, bidirectional=True)
    network = convert_stack(stack).network
    x = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    run = network.forward(x)
    for (layer, way, state), words in {
        (0, 0, "hidden"): "hidden states of layer 1, forward",
        (0, 1, "cell"): "cell states of layer 1, backward",
        (1, 1, "hidden"): "hidden states of the top layer, backward",
        (1, 0, "cell"): "cell states of the top layer, forward",
    }.items():
        values = run.records[layer][way][state][:: -1 if way else 1]
        found = verify(stack, ExamplePair(x, values))
        assert (found.agrees, found.quantity) == (True, words)


def test_the_last_states_that_keras_joins_are_known():
    """A Bidirectional of Keras without return_sequences hands on what each direction has read last."""
    module, stack = drawn("gru", bidirectional=True)
    one = pair(module, 6, 3)
    last = np.concatenate([one.output[-1, :8], one.output[0, 8:]])
    found = verify(stack, ExamplePair(one.input, last))
    assert found.agrees
    assert found.quantity == "hidden states of the top layer, each direction’s after the last step that it reads"


def test_large_numbers_are_compared_relative_to_their_size():
    torch.manual_seed(0)
    reader = Reader("gru")
    with torch.no_grad():
        reader.fc.weight.mul_(1e4)
        ids = torch.randint(0, 7, (20,))
        output = reader.double()(ids).float()
    found = verify(stack_of(reader.float()), ExamplePair(ids.numpy(), output.numpy()))
    assert found.agrees
    assert np.abs(output.numpy()).max() > 1000


# ---- planted mistakes ------------------------------------------------------------------------------------------


def best(found):
    assert not found.agrees
    return found.corrections[0]


def corrected(found, kind="setting", *arrays, **overrides):
    """The first correction is that of the mistake that was planted, and makes the numbers agree."""
    correction = best(found)
    assert (correction.kind, correction.arrays) == (kind, arrays)
    assert correction.largest <= found.tolerance
    assert (correction.overrides or {}) == overrides


@pytest.mark.parametrize(("kind", "order"), [("lstm", "iofg"), ("lstm", "gofi"), ("gru", "zrn"), ("gru", "nzr")])
def test_a_wrong_order_of_gates(kind, order):
    module, stack = drawn(kind)
    wrong = changed(stack, "order", order)
    right = stack.setting("order").value
    corrected(verify(wrong, pair(module, 9, 3)), order=right)
    corrected(verify(stack, pair(module, 9, 3), {"order": order}), order=right)


def test_a_wrong_placement_of_the_reset_gate():
    module, stack = drawn("gru")
    found = verify(changed(stack, "reset", "before"), pair(module, 9, 3))
    corrected(found, reset="after")


def test_a_wrong_activation():
    module, stack = drawn("rnn", nonlinearity="relu")
    corrected(verify(changed(stack, "activation", "tanh"), pair(module, 9, 3)), activation="relu")


@pytest.mark.parametrize("kind", [*KINDS])
def test_a_transposed_matrix(kind):
    module, stack = drawn(kind)

    def turned(array):
        return np.concatenate([block.T for block in np.split(array, len(array) // 8)])

    found = verify(with_array(stack, "weight_hh", turned), pair(module, 9, 3))
    corrected(found, "transposed", "weight_hh_l0")
    assert (found.location.first, found.location.cause) == (2, "later")
    assert found.location.arrays[0] == "weight_hh_l0"


def test_exchanged_biases_of_a_gru():
    module, stack = drawn("gru")
    way = stack.layers[0]["forward"]
    swapped = {**way, "bias_ih": way["bias_hh"], "bias_hh": way["bias_ih"]}
    found = verify(replace(stack, layers=({"forward": swapped},)), pair(module, 9, 3))
    corrected(found, "exchanged", "bias_hh_l0", "bias_ih_l0")


@pytest.mark.parametrize("name", ["bias_ih", "bias_hh"])
@pytest.mark.parametrize("kind", [*KINDS])
def test_a_bias_that_should_not_be_there_and_one_that_is_missing(kind, name):
    module, stack = drawn(kind)
    way = dict(stack.layers[0]["forward"])
    lacking = replace(stack, layers=({"forward": {k: v for k, v in way.items() if k != name}},))
    found = verify(lacking, pair(module, 9, 3))
    assert (found.location.first, found.location.cause) == (1, "start")
    assert "a bias that the file lacks" in found.location.words
    with torch.no_grad():
        getattr(module, f"{name}_l0").zero_()
    corrected(verify(stack, pair(module, 9, 3)), "left_out", f"{name}_l0")


@pytest.mark.parametrize("kind", [*KINDS])
@pytest.mark.parametrize("gate", [0, 1, -1])
@pytest.mark.parametrize("name", ["weight_hh", "weight_ih", "bias_ih"])
def test_one_damaged_row_is_named_by_its_array_and_unit(kind, gate, name):
    module, stack = drawn(kind)
    row = range(0, len(stack.layers[0]["forward"]["weight_hh"].array), 8)[gate if kind != "rnn" else 0] + 5
    found = verify(damaged(stack, name, row), pair(module, 12, 4, 3))
    assert not found.agrees
    assert found.location.units == (5,)
    assert f"{name}_l0" in found.location.arrays
    if name == "weight_hh" or (kind, gate) == ("lstm", 1):  # a forget gate has nothing to forget in the first step
        assert found.location.cause == "later"
    else:
        assert found.location.cause == "start"
        assert "weight_hh_l0" not in found.location.arrays


def test_a_damaged_row_of_a_backward_direction_or_an_upper_layer():
    module, stack = drawn("gru", bidirectional=True)
    found = verify(damaged(stack, "weight_hh", 11, way="backward"), pair(module, 9, 3))
    assert (found.location.first, found.location.arrays[0]) == (8, "weight_hh_l0_reverse")  # it reads step 9 first
    assert found.location.units == (3,)
    module, stack = drawn("lstm", num_layers=2)
    found = verify(damaged(stack, "weight_hh", 3, layer=1), pair(module, 9, 3))
    assert "weight_hh_l1" in found.location.arrays
    assert found.location.units == (3,)
    found = verify(damaged(stack, "weight_hh", 3, layer=0), pair(module, 9, 3))
    assert found.location.cause == "layers"


def test_a_damaged_row_of_the_embedding_or_the_readout():
    torch.manual_seed(0)
    reader = Reader("gru", hidden=8, classes=6)
    ids = torch.tensor([1, 2, 3, 4, 3, 2, 0, 5, 6])
    with torch.no_grad():
        hidden = reader.rnn(reader.embedding(ids))[0].numpy()
        logits = reader(ids).numpy()
    stack = stack_of(reader)
    table = stack.embeddings["embedding.weight"]
    other = table.array.copy()
    other[3] += 1
    wrong = replace(stack, embeddings={"embedding.weight": replace(table, array=other)})
    found = verify(wrong, ExamplePair(ids.numpy(), hidden))
    assert (found.location.first, found.location.tokens) == (3, (3,))
    readout = stack.readouts["fc.weight"]
    other = readout.weight.array.copy()
    other[2] += 1
    wrong = replace(stack, readouts={"fc.weight": replace(readout, weight=replace(readout.weight, array=other))})
    found = verify(wrong, ExamplePair(ids.numpy(), logits))
    assert (found.location.cause, found.location.units) == ("readout", (2,))
    assert verify(wrong, ExamplePair(ids.numpy(), hidden)).agrees


def test_inputs_of_ones_and_zeros_do_not_show_all_columns_at_once():
    module, stack = drawn("rnn")
    x = torch.eye(3)[[0, 0, 2, 1]]
    with torch.no_grad():
        one = ExamplePair(x.numpy(), module(x)[0].numpy())

    def other(array):
        array[:, 2] += 1
        return array

    found = verify(with_array(stack, "weight_ih", other), one)
    assert (found.location.first, found.location.cause) == (3, "later")
    assert "weight_ih_l0" in found.location.arrays


def test_rounding_that_adds_up_is_not_called_a_wrong_array():
    module, stack = drawn("rnn", nonlinearity="relu")
    with torch.no_grad():
        module.weight_hh_l0.mul_(0).add_(torch.eye(8))
        module.weight_ih_l0.abs_()
    stack = stack_of(module)
    found = verify(stack, replace(pair(module, 40, 3), output=_drifting(module)))
    assert found.location.cause == "rounding"


def _drifting(module, step=8e-6):
    """Outputs a little off at every step, so that only their sum is above the tolerance."""
    torch.manual_seed(1)
    with torch.no_grad():
        found, state = [], torch.zeros(8)
        for one in torch.randn(40, 3):
            state = module(one[None], state[None])[0][0] * (1 + step)
            found.append(state.numpy())
    return np.stack(found)


def test_the_last_step_alone_tells_how_far_but_not_where():
    module, stack = drawn("gru")
    whole = pair(module, 9, 3)
    found = verify(changed(stack, "reset", "before"), ExamplePair(whole.input, whole.output[-1]))
    assert (found.location.first, found.location.cause, found.step) == (None, "setting", 9)
    assert best(found).overrides == {"reset": "after"}
    found = verify(damaged(stack, "weight_ih", 3), ExamplePair(whole.input, whole.output[-1]))
    assert (found.location.first, found.location.cause, found.step) == (None, "last_step", 9)


def test_long_and_many_sequences_are_compared_whole_and_mistakes_tried_on_a_part():
    module, stack = drawn("gru", bidirectional=True)
    found = verify(changed(stack, "reset", "before"), pair(module, 300, 20, 3))
    assert best(found).overrides == {"reset": "after"}


# ---- what cannot be compared -------------------------------------------------------------------------------------

WRONG = {
    "names": ({"a": np.zeros(3)}, ArgumentError, {"code": "names", "value": ("a",)}),
    "nothing": ({}, ArgumentError, {"code": "names", "value": ()}),
    "NaN": ({"input": np.zeros((4, 3)), "output": np.full((4, 8), np.nan)}, NotFiniteError, {"name": "output"}),
    "NaN in": ({"input": np.full((4, 3), np.inf), "output": np.zeros((4, 8))}, NotFiniteError, {"name": "input"}),
    "integers": (
        {"input": np.zeros((4, 3)), "output": np.zeros((4, 8), int)}, DtypeError, {"name": "output", "dtype": "int64"},
    ),
    "text": ({"input": np.array(["a"]), "output": np.zeros((4, 8))}, DtypeError, {"name": "input", "dtype": "<U1"}),
    "empty": ({"input": np.zeros((0, 3)), "output": np.zeros((0, 8))}, ArrayError, {"code": "empty"}),
    "columns": ({"input": np.zeros((4, 5)), "output": np.zeros((4, 8))}, ArrayError, {"code": "input_shape"}),
    "axes": ({"input": np.zeros((4, 3)), "output": np.zeros((4, 1, 8))}, ArrayError, {"code": "axes"}),
    "width": (
        {"input": np.zeros((4, 3)), "output": np.zeros((4, 5))}, ArrayError, {"code": "output_shape", "shape": (4, 5)},
    ),
    "steps": (
        {"input": np.zeros((4, 3)), "output": np.zeros((3, 8))}, ArrayError, {"code": "output_shape", "shape": (3, 8)},
    ),
    "scalar": ({"input": np.float64(3), "output": np.float64(3)}, ArrayError, {"code": "input_shape"}),
    "too much": (
        {"input": np.zeros((900_000, 3), np.float32), "output": np.zeros((900_000, 1), np.float32)},
        ArgumentError, {"code": "too_many_steps", "value": 900_000},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_pairs_that_are_none_are_refused_in_one_sentence(what):
    arrays, error, fields = WRONG[what]
    _, stack = drawn("gru")
    with raises(error, **fields):
        verify(stack, ExamplePair.from_arrays(arrays))


@pytest.mark.parametrize("ids", [[0, 7], [-1, 2], [0.5, 1]])
def test_ids_outside_of_the_embedding_are_refused(ids):
    stack = stack_of(Reader())
    with raises(ArrayError, code="input_shape", name="input"):
        verify(stack, ExamplePair(np.array(ids), np.zeros((2, 5))))


def test_names_of_the_pairs_arrays():
    for names in (("input", "output"), ("X", "Y"), ("check.ids", "check.logits"), ("a/x", "a/hidden")):
        found = ExamplePair.from_arrays({names[0]: np.arange(3), names[1]: np.zeros((3, 2)), "other": np.zeros(1)})
        assert (found.input.shape, found.output.shape) == ((3,), (3, 2))
