"""Verify: a right model agrees, and every mistake that is planted is found and named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.checkpoints.checkpoint import open_bytes
from rnnviz.checkpoints.conversion import build
from rnnviz.checkpoints.verification.agreement import verify
from rnnviz.checkpoints.verification.example_pair import Pair

from ..torch_models import KINDS, Reader, modules, torch, wide, written


def stack_of(module, end="pt"):
    (stack,) = open_bytes(f"mine.{end}", written(module, end)).stacks
    if stack.cell == "rnn":
        rnn = getattr(module, "rnn", module)
        return changed(stack, "activation", rnn.nonlinearity)
    return stack


def changed(stack, name, value):
    return replace(stack, facts=tuple(replace(f, value=value) if f.name == name else f for f in stack.facts))


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
        return Pair(x.numpy(), get(module(x)).numpy())


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
    found = verify(stack, Pair(x.astype(output.dtype), output))
    assert found.agrees
    assert (found.first, found.where, found.suspects) == (None, "", ())
    assert "hidden states" in found.what


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
    found = verify(stack_of(reader), Pair(ids.numpy(), output.numpy()))
    assert found.agrees
    assert {"hidden": "hidden states", "logits": "outputs of", "probabilities": "probabilities"}[says] in found.what
    floats = verify(stack_of(reader), Pair(ids.numpy().astype(np.float32), output.numpy()))
    assert floats.agrees


def test_lower_layers_cells_and_single_directions_are_known_by_their_numbers():
    _, stack = drawn("lstm", num_layers=2, bidirectional=True)
    network = build(stack).network
    x = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    run = network.forward(x)
    for (layer, way, state), words in {
        (0, 0, "hidden"): "hidden states of layer 0, forward",
        (0, 1, "cell"): "cell states of layer 0, backward",
        (1, 1, "hidden"): "hidden states of the top layer, backward",
        (1, 0, "cell"): "cell states of the top layer, forward",
    }.items():
        values = run.records[layer][way][state][:: -1 if way else 1]
        found = verify(stack, Pair(x, values))
        assert (found.agrees, found.what) == (True, words)


def test_the_last_states_that_keras_joins_are_known():
    """A Bidirectional of Keras without return_sequences hands on what each direction has read last."""
    module, stack = drawn("gru", bidirectional=True)
    one = pair(module, 6, 3)
    last = np.concatenate([one.output[-1, :8], one.output[0, 8:]])
    found = verify(stack, Pair(one.input, last))
    assert found.agrees
    assert found.what == "hidden states of the top layer, each direction’s after the last step that it reads"


def test_large_numbers_are_compared_relative_to_their_size():
    torch.manual_seed(0)
    reader = Reader("gru")
    with torch.no_grad():
        reader.fc.weight.mul_(1e4)
        ids = torch.randint(0, 7, (20,))
        output = reader.double()(ids).float()
    found = verify(stack_of(reader.float()), Pair(ids.numpy(), output.numpy()))
    assert found.agrees
    assert np.abs(output.numpy()).max() > 1000


# ---- planted mistakes ------------------------------------------------------------------------------------------


def best(found):
    assert not found.agrees
    return found.suspects[0]


def makes_good(found, words, **taken):
    """The first suspect is the mistake that was planted: making it good makes the numbers agree."""
    suspect = best(found)
    assert suspect.words == words
    assert suspect.worst <= found.tolerance
    assert (suspect.taken or {}) == taken


@pytest.mark.parametrize(("kind", "order"), [("lstm", "iofg"), ("lstm", "gofi"), ("gru", "zrn"), ("gru", "nzr")])
def test_a_wrong_order_of_gates(kind, order):
    module, stack = drawn(kind)
    words = {"lstm": "i, f, g, o", "gru": "r, z, n"}[kind]
    wrong = changed(stack, "order", order)
    right = stack.fact("order").value
    makes_good(verify(wrong, pair(module, 9, 3)), f"Order of the gates: {words}", order=right)
    makes_good(verify(stack, pair(module, 9, 3), {"order": order}), f"Order of the gates: {words}", order=right)


def test_a_wrong_placement_of_the_reset_gate():
    module, stack = drawn("gru")
    found = verify(changed(stack, "reset", "before"), pair(module, 9, 3))
    makes_good(found, f"Reset gate: {stack.fact('reset').words('after')}", reset="after")


def test_a_wrong_activation():
    module, stack = drawn("rnn", nonlinearity="relu")
    makes_good(verify(changed(stack, "activation", "tanh"), pair(module, 9, 3)), "Activation: relu", activation="relu")


@pytest.mark.parametrize("kind", [*KINDS])
def test_a_transposed_matrix(kind):
    module, stack = drawn(kind)

    def turned(array):
        return np.concatenate([block.T for block in np.split(array, len(array) // 8)])

    found = verify(with_array(stack, "weight_hh", turned), pair(module, 9, 3))
    makes_good(found, "weight_hh_l0: every gate’s matrix transposed")
    assert found.first == 2
    assert found.where.startswith("The first step is right and a later one is not: that points to weight_hh_l0.")


def test_exchanged_biases_of_a_gru():
    module, stack = drawn("gru")
    way = stack.layers[0]["forward"]
    swapped = {**way, "bias_ih": way["bias_hh"], "bias_hh": way["bias_ih"]}
    found = verify(replace(stack, layers=({"forward": swapped},)), pair(module, 9, 3))
    makes_good(found, "bias_hh_l0 and bias_ih_l0 exchanged")


@pytest.mark.parametrize("name", ["bias_ih", "bias_hh"])
@pytest.mark.parametrize("kind", [*KINDS])
def test_a_bias_that_should_not_be_there_and_one_that_is_missing(kind, name):
    module, stack = drawn(kind)
    way = dict(stack.layers[0]["forward"])
    lacking = replace(stack, layers=({"forward": {k: v for k, v in way.items() if k != name}},))
    found = verify(lacking, pair(module, 9, 3))
    assert found.first == 1
    assert "a bias that the file does not have is wrong" in found.where
    with torch.no_grad():
        getattr(module, f"{name}_l0").zero_()
    makes_good(verify(stack, pair(module, 9, 3)), f"{name}_l0 left out")


@pytest.mark.parametrize("kind", [*KINDS])
@pytest.mark.parametrize("gate", [0, 1, -1])
@pytest.mark.parametrize("name", ["weight_hh", "weight_ih", "bias_ih"])
def test_one_damaged_row_is_named_by_its_array_and_unit(kind, gate, name):
    module, stack = drawn(kind)
    row = range(0, len(stack.layers[0]["forward"]["weight_hh"].array), 8)[gate if kind != "rnn" else 0] + 5
    found = verify(damaged(stack, name, row), pair(module, 12, 4, 3))
    assert not found.agrees
    assert "only unit 5 comes out wrong: look at the rows there" in found.where
    assert f"{name}_l0" in found.where
    if name == "weight_hh" or (kind, gate) == ("lstm", 1):  # a forget gate has nothing to forget in the first step
        assert found.where.startswith("The first step is right")
    else:
        assert found.where.startswith("The very first step differs")
        assert "weight_hh_l0 has no part" in found.where


def test_a_damaged_row_of_a_backward_direction_or_an_upper_layer():
    module, stack = drawn("gru", bidirectional=True)
    found = verify(damaged(stack, "weight_hh", 11, way="backward"), pair(module, 9, 3))
    assert (found.first, found.where.count("weight_hh_l0_reverse")) == (8, 1)  # it reads step 9 first
    assert "only unit 3 comes out wrong" in found.where
    module, stack = drawn("lstm", num_layers=2)
    found = verify(damaged(stack, "weight_hh", 3, layer=1), pair(module, 9, 3))
    assert "weight_hh_l1" in found.where
    assert "only unit 3 comes out wrong" in found.where
    found = verify(damaged(stack, "weight_hh", 3, layer=0), pair(module, 9, 3))
    assert "All layers up to layer 1 can have a part in it" in found.where


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
    found = verify(wrong, Pair(ids.numpy(), hidden))
    assert found.first == 3
    assert "only the steps that read token 3 come out wrong" in found.where
    readout = stack.readouts["fc.weight"]
    other = readout.weight.array.copy()
    other[2] += 1
    wrong = replace(stack, readouts={"fc.weight": replace(readout, weight=replace(readout.weight, array=other))})
    found = verify(wrong, Pair(ids.numpy(), logits))
    assert found.where == "Only output 2 differs: look there in the readout."
    assert verify(wrong, Pair(ids.numpy(), hidden)).agrees


def test_inputs_of_ones_and_zeros_do_not_show_all_columns_at_once():
    module, stack = drawn("rnn")
    x = torch.eye(3)[[0, 0, 2, 1]]
    with torch.no_grad():
        one = Pair(x.numpy(), module(x)[0].numpy())

    def other(array):
        array[:, 2] += 1
        return array

    found = verify(with_array(stack, "weight_ih", other), one)
    assert found.first == 3
    assert "Or else columns of weight_ih_l0 for numbers that were still zero" in found.where


def test_rounding_that_adds_up_is_not_called_a_wrong_array():
    module, stack = drawn("rnn", nonlinearity="relu")
    with torch.no_grad():
        module.weight_hh_l0.mul_(0).add_(torch.eye(8))
        module.weight_ih_l0.abs_()
    stack = stack_of(module)
    found = verify(stack, replace(pair(module, 40, 3), output=_drifting(module)))
    assert "no array is wrong" in found.where


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
    found = verify(changed(stack, "reset", "before"), Pair(whole.input, whole.output[-1]))
    assert (found.first, found.step) == (None, 9)
    assert "Only the last step was given" in found.where
    assert best(found).taken == {"reset": "after"}


def test_long_and_many_sequences_are_compared_whole_and_mistakes_tried_on_a_part():
    module, stack = drawn("gru", bidirectional=True)
    found = verify(changed(stack, "reset", "before"), pair(module, 300, 20, 3))
    assert best(found).taken == {"reset": "after"}


# ---- what cannot be compared -------------------------------------------------------------------------------------

WRONG = {
    "names": ({"a": np.zeros(3)}, r"needs an array called input and one called output.*it has a \(3,\)"),
    "nothing": ({}, "it has no array"),
    "NaN": ({"input": np.zeros((4, 3)), "output": np.full((4, 8), np.nan)}, "The output holds numbers that are NaN"),
    "NaN in": ({"input": np.full((4, 3), np.inf), "output": np.zeros((4, 8))}, "The input holds numbers that are NaN"),
    "integers": ({"input": np.zeros((4, 3)), "output": np.zeros((4, 8), int)}, "The output holds int64, and must hold"),
    "text": ({"input": np.array(["a"]), "output": np.zeros((4, 8))}, "The input holds <U1, and must hold"),
    "empty": ({"input": np.zeros((0, 3)), "output": np.zeros((0, 8))}, "at least one step; one of them is empty"),
    "columns": ({"input": np.zeros((4, 5)), "output": np.zeros((4, 8))}, "this network reads vectors of 3 numbers"),
    "axes": ({"input": np.zeros((4, 3)), "output": np.zeros((4, 1, 8))}, "needs the same axes for steps and sequences"),
    "width": ({"input": np.zeros((4, 3)), "output": np.zeros((4, 5))},
              r"output has shape \(4, 5\), which fits nothing.*hidden states of the top layer, 8"),
    "steps": ({"input": np.zeros((4, 3)), "output": np.zeros((3, 8))}, r"shape \(3, 8\), which fits nothing"),
    "scalar": ({"input": np.float64(3), "output": np.float64(3)}, "this network reads vectors of 3 numbers"),
    "too much": ({"input": np.zeros((900_000, 3), np.float32), "output": np.zeros((900_000, 1), np.float32)},
                 "The input has 900,000 steps in all, which is too much to compare: bring at most"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_pairs_that_are_none_are_refused_in_one_sentence(what):
    arrays, says = WRONG[what]
    _, stack = drawn("gru")
    with pytest.raises(ValueError, match=says) as error:
        verify(stack, Pair.of(arrays))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("ids", [[0, 7], [-1, 2], [0.5, 1]])
def test_ids_outside_of_the_embedding_are_refused(ids):
    stack = stack_of(Reader())
    with pytest.raises(ValueError, match="this network reads token ids from 0 to 6"):
        verify(stack, Pair(np.array(ids), np.zeros((2, 5))))


def test_names_of_the_pairs_arrays():
    for names in (("input", "output"), ("X", "Y"), ("check.ids", "check.logits"), ("a/x", "a/hidden")):
        found = Pair.of({names[0]: np.arange(3), names[1]: np.zeros((3, 2)), "other": np.zeros(1)})
        assert (found.input.shape, found.output.shape) == ((3,), (3, 2))
