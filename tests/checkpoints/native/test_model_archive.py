"""Models packed into one file and brought back: bit for bit, or refused in a sentence."""

import io
import json
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from safetensors.numpy import save

import rnnviz
from rnnviz.checkpoints import File, open_files
from rnnviz.checkpoints.io.zip_archive import plain_name
from rnnviz.checkpoints.native import model_archive
from rnnviz.checkpoints.native.card_checks import checked_card
from rnnviz.errors import FileError

from ...raising import raises

NAMES = ["counter-rnn", "counter-gru", "counter-lstm"]


@pytest.fixture(scope="module")
def packed():
    return model_archive.pack([rnnviz.load(name) for name in NAMES])


def zipped(**files):
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name.replace("__", "."), data)
    return made.getvalue()


def bare():
    """Weights without a card."""
    return save({"rnn.weight_hh_l0": np.ones((1, 1), np.float32)})


def unpack(files):
    return model_archive.unpack([File(name, data) for name, data in files.items()])


def contents(packed):
    with ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name) for name in file.namelist()}


def same(model, other):
    assert (model.name, model.labels, model.vocabulary) == (other.name, other.labels, other.vocabulary)
    assert model.network.parameters.keys() == other.network.parameters.keys()
    return all(np.array_equal(a, other.network.parameters[n]) for n, a in model.network.parameters.items())


def test_there_and_back(packed):
    found = {model.name: model for model in unpack({"mine.zip": packed})}
    assert sorted(found) == sorted(NAMES)
    for name, model in found.items():
        assert same(model, rnnviz.load(name))
        assert model.card["scores"] == rnnviz.load(name).card["scores"]


def test_the_two_files_themselves_do_as_well(packed):
    files = contents(packed)
    pair = {name: data for name, data in files.items() if name.startswith("counter-gru.")}
    (model,) = unpack(pair)
    assert same(model, rnnviz.load("counter-gru"))


@pytest.mark.parametrize(
    ("files", "code", "file"),
    [
        ({}, "no_model", ""),
        ({"a.zip": b"not a zip"}, "zip", "a.zip"),
        ({"a.zip": zipped(readme="hello")}, "no_model", "a.zip"),
        ({"a.safetensors": b"\0" * 100}, "missing", "a.json"),
        ({"a.json": b"{}"}, "missing", "a.safetensors"),
        ({"a.json": b"{}", "a.safetensors": b"x" * 9}, "header", "a"),
        ({"a.json": b"[" * 100_000, "a.safetensors": bare()}, "json_depth", "a"),
        ({"a.json": b"\xff\xfe", "a.safetensors": bare()}, "json_text", "a"),
        ({"a.zip": zipped(**{f"m{k}__json": "{}" for k in range(20)})}, "models", "a.zip"),
        ({"a.zip": zipped(bomb__json="0" * (model_archive.LARGEST + 1))}, "unpacked", "a.zip"),
    ],
)
def test_all_else_is_refused_in_a_sentence(files, code, file):
    with raises(FileError, code=code, file=file):
        unpack(files)


def test_a_name_cannot_leave_its_folder(packed, tmp_path):
    files = contents(packed)
    sneaky = zipped(**{f"../../{name}": data for name, data in files.items()})
    assert {model.name for model in unpack({"x.zip": sneaky})} == set(NAMES)
    assert plain_name("..\\..\\a.json") == "a.json"
    assert "/" not in plain_name("/etc/") and plain_name("..").strip(".") == ""


def test_a_card_for_another_network_is_refused(packed):
    files = contents(packed)
    card = json.loads(files["counter-gru.json"])
    card["labels"] = ["a"]
    with raises(FileError, code="card", file="a"):
        unpack({"a.json": json.dumps(card).encode(), "a.safetensors": files["counter-gru.safetensors"]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"scores": {"test": "all"}},
        {"scores": 3},
        {"examples": [1, 2]},
        {"examples": []},
        {"reads": ["a"]},
        {"training": {"command": None}},
        {"data": [{"licence": 3}]},
        {"architecture": []},
    ],
)
def test_parts_of_a_card_that_no_page_could_show_are_left_out(packed, wrong):
    files = contents(packed)
    card = json.loads(files["counter-gru.json"]) | wrong
    (model,) = unpack(
        {"counter-gru.json": json.dumps(card).encode(), "counter-gru.safetensors": files["counter-gru.safetensors"]}
    )
    assert not set(wrong) & set(model.card)
    assert same(model, rnnviz.load("counter-gru"))


@pytest.mark.parametrize("wrong", [{"name": 3}, {"labels": [1, 2, 3]}])
def test_a_model_whose_words_are_none_is_refused(packed, wrong):
    files = contents(packed)
    card = json.loads(files["counter-gru.json"]) | wrong
    with raises(FileError, code="card", part=next(iter(wrong))):
        unpack({"a.json": json.dumps(card).encode(), "a.safetensors": files["counter-gru.safetensors"]})


def test_the_bundled_cards_are_tidy():
    for name in NAMES:
        card = rnnviz.load(name).card
        assert checked_card(card) == card


def test_an_archive_is_a_checkpoint_of_several_stacks(packed):
    found = open_files({"mine.zip": packed})
    assert [stack.name for stack in found.stacks] == sorted(NAMES) == sorted(found.models)
    assert same(found.model("counter-lstm"), rnnviz.load("counter-lstm"))
    twice = open_files({"mine.zip": packed, "again.zip": model_archive.pack([rnnviz.load("recall-rnn")])})
    assert [*sorted(found.models), "recall-rnn"] == sorted(twice.models)
