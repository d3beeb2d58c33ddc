"""Layers of several cells among named arrays: joined where their names say so, else by choice."""

import numpy as np
import pytest

from rnnviz.checkpoints import open_file
from rnnviz.checkpoints.conversion import convert_stack
from rnnviz.checkpoints.named.array_stacks import stacks_from_arrays
from rnnviz.errors import UnknownNameError

from ...raising import raises

torch = pytest.importorskip("torch")


class Tagger(torch.nn.Module):
    """An LSTM below a GRU, between an embedding and a readout."""

    def __init__(self, lower="lstm", upper="gru"):
        super().__init__()
        self.embedding = torch.nn.Embedding(9, 3)
        self.names = lower, upper
        self.add_module(lower, torch.nn.LSTM(3, 4))
        self.add_module(upper, torch.nn.GRU(4, 5))
        self.fc = torch.nn.Linear(5, 2)

    def forward(self, ids):
        x = self.embedding(ids)
        for name in self.names:
            x, _ = getattr(self, name)(x)
        return self.fc(x)


def saved(module, folder):
    torch.save(module.state_dict(), folder / "m.pt")
    return open_file(folder / "m.pt")


def same_logits(module, model):
    ids = torch.tensor([1, 8, 2, 0])
    found = model.network.forward(ids.numpy())
    np.testing.assert_allclose(found.logits, module(ids).detach(), rtol=0, atol=1e-6)


def test_what_two_names_do_not_say_is_a_choice(tmp_path):
    module = Tagger()
    opened = saved(module, tmp_path)
    assert [(stack.name, stack.cells) for stack in opened.stacks] == [("lstm", ("lstm",)), ("gru", ("gru",))]
    for stack in opened.stacks:
        assert stack.setting("layers").basis == "assumed" and list(stack.alternatives) == ["lstm, gru"]
        model = opened.model(stack.name, layers="lstm, gru")
        assert model.network.cell_name == "lstm-gru" and model.title == "LSTM–GRU"
        same_logits(module, model)
        assert model.trace("1 8 2").outputs.shape == (3, 2)


def test_numbered_ones_are_joined_and_can_be_had_alone(tmp_path):
    module = Tagger("rnn1", "rnn2")
    opened = saved(module, tmp_path)
    (stack,) = opened.stacks
    assert stack.cells == ("lstm", "gru") and stack.setting("layers").basis == "assumed"
    same_logits(module, opened.model())
    for name, cell in (("rnn1", "lstm"), ("rnn2", "gru")):
        assert opened.model(layers=name).network.cell_name == cell


def test_settings_are_those_of_a_layer(tmp_path):
    opened = saved(Tagger("rnn1", "rnn2"), tmp_path)
    (stack,) = opened.stacks
    changed = convert_stack(stack, {"reset_l1": "before", "order_l0": "iofg"}).network
    assert changed.cell_kinds[1].options["reset"] == "before"
    usual = convert_stack(stack).network.cell(0, "forward")
    turned = np.concatenate([np.split(usual.weight_ih, 4)[k] for k in (0, 2, 3, 1)])
    np.testing.assert_array_equal(changed.cell(0, "forward").weight_ih, turned)
    with raises(UnknownNameError, kind="setting", name="reset"):
        convert_stack(stack, {"reset": "before"})


def test_one_module_with_layers_of_several_cells():
    arrays = {name: tensor.numpy() for name, tensor in torch.nn.GRU(2, 3).state_dict().items()}
    lstm = {name.replace("l0", "l1"): tensor.numpy() for name, tensor in torch.nn.LSTM(3, 4).state_dict().items()}
    (stack,) = stacks_from_arrays(arrays | lstm)
    assert stack.cells == ("gru", "lstm") and convert_stack(stack).network.cell_name == "gru-lstm"


def test_a_stated_nonlinearity_is_that_of_the_simple_layers(tmp_path):
    module = torch.nn.Sequential()
    module.add_module("rnn1", torch.nn.RNN(3, 4, nonlinearity="relu"))
    module.add_module("rnn2", torch.nn.LSTM(4, 5))
    torch.save(module, tmp_path / "m.pt")
    (stack,) = open_file(tmp_path / "m.pt").stacks
    assert stack.setting("activation_l0").value == "relu" and stack.setting("activation_l0").basis == "stated"
