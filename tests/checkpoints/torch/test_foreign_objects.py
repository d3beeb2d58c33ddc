"""Objects of other programs beside the tensors, and modules saved whole: read as names and plain dictionaries."""

import datetime
import enum
import functools
import io
import operator
import pickle
import sys
import types
from collections import OrderedDict, defaultdict, deque

import numpy as np
import pytest

from rnnviz.checkpoints import open_bytes
from rnnviz.checkpoints.torch.state_dict import read_state_dict
from rnnviz.errors import UnsupportedFileError

from ..case_files import TOLERANCE, opened, states
from ..damaged_files import reader, refused

READ = reader(read_state_dict)
ARRAYS = {"rnn.weight_ih_l0": np.ones((3, 2), np.float32), "rnn.weight_hh_l0": np.eye(3, dtype=np.float32)}


@pytest.mark.parametrize("case", ["foreign_vocab", "scaler", "whole"])
def test_a_file_with_a_stranger_in_it(case):
    checkpoint, right = opened("foreign_object_beside_tensors", case)
    assert np.abs(states(checkpoint.model(), right["x"]) - right["y"]).max() < TOLERANCE


# ---- objects beside the arrays ------------------------------------------------------------------------------


@pytest.fixture
def strangers(monkeypatch):
    """A module of classes that exist when a pickle is written, and no longer when it is read."""
    module = types.ModuleType("strangers")

    class Vocab:
        def __init__(self):
            self.itos, self.stoi, self.me = ["<pad>", "a", "b"], {"<pad>": 0, "a": 1, "b": 2}, [self]

    class Words(list):
        pass

    class Config(dict):
        pass

    class Slots:
        __slots__ = ("size",)

    class Encoder:
        def __init__(self):
            self.classes_ = np.array(["no", "yes"], dtype=object)

    class Meter:
        def __init__(self):
            self.losses, self.last = np.zeros((3, 2)), np.float64(0.5)

        def update(self):
            raise AssertionError("a method was called")

    class Keyworded:
        def __getnewargs_ex__(self):
            return (1,), {"size": 2}

        def __getstate__(self):
            return {"size": 2}

    kinds = [Vocab, Words, Config, Slots, Encoder, Meter, Keyworded]
    Colour = enum.Enum("Colour", ["RED", "BLUE"], module="strangers")
    for kind in (*kinds, Colour):
        kind.__module__, kind.__qualname__ = "strangers", kind.__name__
        setattr(module, kind.__name__, kind)
    monkeypatch.setitem(sys.modules, "strangers", module)
    return module


def beside(strangers):
    """What people keep beside their arrays, by name."""
    slots = strangers.Slots()
    slots.size = 3
    config = strangers.Config(cell="lstm", sizes=[1, 2])
    config.parent = strangers.Vocab()
    return {
        "vocab": strangers.Vocab(), "words": strangers.Words(["a", "b"]), "config": config, "slots": slots,
        "encoder": strangers.Encoder(), "meter": strangers.Meter(), "method": strangers.Meter().update,
        "keyworded": strangers.Keyworded(), "colour": strangers.Colour.RED, "class": strangers.Vocab,
        "callbacks": {strangers.Vocab: {"best": 0.5}}, "when": datetime.datetime.now(datetime.UTC),
        "took": datetime.timedelta(3), "slice": slice(1, 2), "range": range(3), "last": deque([1, 2], 5),
        "partial": functools.partial(strangers.Vocab, size=2), "first": operator.itemgetter(0), "many": {1: (2, None)},
        "default": defaultdict(strangers.Words), "random": np.random.RandomState(0), "kind": type(None),
    }  # fmt: skip


@pytest.mark.parametrize("protocol", range(2, 6))
def test_whatever_is_beside_the_arrays_is_a_name(strangers, protocol, monkeypatch):
    values = beside(strangers)
    if protocol < 4:  # which writes it as a call of object.__new__
        del values["keyworded"]
    written = {name: pickle.dumps(ARRAYS | {name: value}, protocol) for name, value in values.items()}
    written["all"] = pickle.dumps(values | ARRAYS, protocol)
    monkeypatch.delitem(sys.modules, "strangers")
    for name, data in written.items():
        assert READ(data).arrays.keys() >= ARRAYS.keys(), name
        assert [stack.name for stack in open_bytes("m.pkl", data).stacks] == ["rnn"], name
    assert "strangers" not in sys.modules


def test_what_strangers_hold_is_found(strangers):
    found = READ(pickle.dumps(beside(strangers) | ARRAYS))
    assert found.metadata["vocab.itos"] == '["<pad>", "a", "b"]'
    assert found.metadata["vocab.stoi"] == '{"<pad>": 0, "a": 1, "b": 2}'
    assert found.metadata["encoder.classes_"] == '["no", "yes"]'
    assert found.metadata["words"] == '["a", "b"]'
    assert found.metadata["config.cell"] == "lstm"
    assert found.arrays["meter.losses"].shape == (3, 2)
    assert any("strangers.Vocab" in note for note in found.notes)


@pytest.mark.parametrize(
    "harm",
    [
        b"cos\nsystem\n", b"cposix\nsystem\n", b"c__builtin__\neval\n", b"csubprocess\nPopen\n",
        b"cimportlib\nimport_module\n",
        b"ccommands\ngetoutput\n", b"cstrangers\nNet.__reduce__\n", b"cstrangers\n__import__\n",
        b"ctypes\nFunctionType\n",
        b"cfunctools\nreduce\n", b"ccode\nInteractiveInterpreter\n", b"cpickle\nloads\n", b"csys\nmodules\n",
        # functions of others that act: they may be named, but a file that calls one is refused
        b"ctorch\nload\n(tR", b"cnumpy\nload\n(tR", b"ctorch.hub\nload\n(tR", b"cjoblib\nload\n(tR",
        b"cpip\nmain\n(tR",
        b"cnumpy.testing._private.utils\nrunstring\n(tR", b"cpandas\nread_pickle\n(tR",
        b"cdill._dill\n_create_code\n(tR",
        # attributes: of classes they are names, which cannot be called; of anything else they are refused
        b"c__builtin__\ngetattr\n(cstrangers\nNet\nS'fit'\ntR(tR", b"c__builtin__\ngetattr\n(S'x'\nS'join'\ntR",
        b"c__builtin__\ngetattr\n(cstrangers\nNet\nS'__class__'\ntR", b"c__builtin__\ntype\n(S'x'\ntR",
        b"cfunctools\npartial\n(cos\nsystem\ntR", b"cstrangers\nNet\n(cos\nsystem\ntR",
    ],
)  # fmt: skip
def test_harm_beside_arrays_is_refused(harm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = b"\x80\x02}(X\1\0\0\0a" + pickle.dumps(np.ones(2), 2)[2:-1] + b"X\1\0\0\0b" + harm + b"u."
    refused(READ, data)
    assert not list(tmp_path.iterdir())


def test_objects_in_objects_end(strangers):
    deep = strangers.Vocab()
    for _ in range(200):
        deep = functools.partial(strangers.Vocab, deep)
    ring = strangers.Vocab()
    ring.again = {"ring": [ring]}
    for value in (deep, ring):
        assert READ(pickle.dumps(ARRAYS | {"x": value})).arrays.keys() == ARRAYS.keys()


# ---- whole modules ------------------------------------------------------------------------------------------


def saved(value, old=False):
    torch = pytest.importorskip("torch")
    made = io.BytesIO()
    torch.save(value, made, _use_new_zipfile_serialization=not old)
    return made.getvalue()


def modules():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    nn = torch.nn
    return {
        "lstm": nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True), "relu": nn.RNN(3, 4, nonlinearity="relu"),
        "projected": nn.LSTM(3, 4, 2, proj_size=2), "gru": nn.GRU(3, 4, bias=False),
    }  # fmt: skip


WRAPPED = {
    "bare": lambda module, nn: module,
    "sequential": lambda module, nn: nn.Sequential(OrderedDict(rnn=module)),
    "in a dict": lambda module, nn: {"epoch": 3, "model": nn.ModuleDict({"rnn": module})},
    "parallel": lambda module, nn: nn.DataParallel(nn.Sequential(module, nn.Tanh())),
}


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize("name", ["lstm", "relu", "projected", "gru"])
def test_a_whole_module_computes_what_pytorch_computes(name, wrapped, old):
    torch = pytest.importorskip("torch")
    module = modules()[name]
    checkpoint = open_bytes("m.pt", saved(WRAPPED[wrapped](module, torch.nn), old))
    x = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    batched = torch.tensor(x)[None] if module.batch_first else torch.tensor(x)[:, None]
    right = module(batched)[0].detach().numpy().reshape(7, -1)
    assert np.abs(states(checkpoint.model(), x) - right).max() < 1e-6
    (stack,) = checkpoint.stacks
    assert any(f"{type(module).__name__}(3, 4" in note for note in stack.notes)


def test_a_whole_module_states_what_a_state_dict_leaves_open():
    module = modules()["relu"]
    (stated,) = open_bytes("m.pt", saved(module)).stacks
    (assumed,) = open_bytes("m.pt", saved(module.state_dict())).stacks
    assert (stated.setting("activation").value, stated.setting("activation").basis) == ("relu", "stated")
    assert (assumed.setting("activation").value, assumed.setting("activation").basis) == ("tanh", "assumed")


def test_a_module_beside_a_state_dict_is_not_the_file():
    torch = pytest.importorskip("torch")
    loss = torch.nn.CrossEntropyLoss(weight=torch.ones(3))
    found = open_bytes("m.pt", saved({"model": modules()["lstm"].state_dict(), "loss": loss}))
    assert found.description == open_bytes("m.pt", saved(modules()["lstm"].state_dict())).description
    assert found.description != open_bytes("m.pt", saved(modules()["lstm"])).description


def test_what_a_module_keeps_beside_its_weights_is_found():
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Embedding(3, 2), torch.nn.LSTM(2, 3))
    module.char2id, module.act, module.hook = {"a": 0, "b": 1, "c": 2}, torch.tanh, torch.nn.functional.relu
    found = READ(saved(module))
    assert found.arrays.keys() == module.state_dict().keys()
    assert found.metadata["char2id"] == '{"a": 0, "b": 1, "c": 2}'
    assert found.modules["1"].settings["num_layers"] == 1


def test_a_cell_of_an_own_class_is_assumed_to_be_what_its_names_say(strangers):
    torch = pytest.importorskip("torch")

    class MyCell(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight_ih, self.weight_hh = (torch.nn.Parameter(torch.ones(12, 3)) for _ in range(2))

    MyCell.__module__, MyCell.__qualname__ = "strangers", "MyCell"
    strangers.MyCell = MyCell
    (stack,) = open_bytes("m.pt", saved(torch.nn.ModuleDict({"cell": MyCell()}))).stacks
    assert {setting.basis for setting in stack.settings} == {"assumed"}
    assert any("strangers.MyCell" in note for note in stack.notes)


def test_a_file_of_objects_alone_is_refused(strangers):
    refused(READ, pickle.dumps({"vocab": strangers.Vocab()}), UnsupportedFileError, code="code", part="strangers.Vocab")
