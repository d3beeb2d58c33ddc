"""Models packed into one file and brought back: bit for bit, or refused in a sentence."""

import io
import json
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

import rnnviz
from rnnviz.checkpoints.io import zip_archive as zipped_files
from rnnviz.checkpoints.native import card_checks, model_archive

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


def contents(packed):
    with ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name) for name in file.namelist()}


def same(model, other):
    assert (model.name, model.labels, model.vocabulary) == (other.name, other.labels, other.vocabulary)
    assert model.network.parameters.keys() == other.network.parameters.keys()
    return all(np.array_equal(a, other.network.parameters[n]) for n, a in model.network.parameters.items())


def test_there_and_back(packed):
    found = {model.name: model for model in model_archive.unpack({"mine.zip": packed})}
    assert sorted(found) == sorted(NAMES)
    for name, model in found.items():
        assert same(model, rnnviz.load(name))
        assert model.card["scores"] == rnnviz.load(name).card["scores"]


def test_the_two_files_themselves_do_as_well(packed):
    files = contents(packed)
    pair = {name: data for name, data in files.items() if name.startswith("counter-gru.")}
    (model,) = model_archive.unpack(pair)
    assert same(model, rnnviz.load("counter-gru"))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "no model here"),
        ({"a.zip": b"not a zip"}, "a.zip is not a zip file"),
        ({"a.zip": zipped(readme="hello")}, "no model here"),
        ({"a.safetensors": b"\0" * 100}, "a.json is missing"),
        ({"a.json": b"{}"}, "a.safetensors is missing"),
        ({"a.json": b"{}", "a.safetensors": b"x" * 9}, "a is not a model that rnnviz can read"),
        ({"a.json": b"[" * 100_000, "a.safetensors": b"x" * 9}, "a"),
        ({"a.json": b"\xff\xfe", "a.safetensors": b"x" * 9}, "a is not a model"),
        ({"a.zip": zipped(**{f"m{k}__json": "{}" for k in range(20)})}, "at most 12"),
        ({"a.zip": zipped(bomb__json="0" * (model_archive.LARGEST + 1))}, "more than 64 million bytes"),
    ],
)
def test_all_else_is_refused_in_a_sentence(files, says):
    with pytest.raises(ValueError, match=says) as refused:
        model_archive.unpack(files)
    assert "/tmp" not in str(refused.value)


def test_a_name_cannot_leave_its_folder(packed, tmp_path):
    files = contents(packed)
    sneaky = zipped(**{f"../../{name}": data for name, data in files.items()})
    assert {model.name for model in model_archive.unpack({"x.zip": sneaky})} == set(NAMES)
    assert zipped_files.plain("..\\..\\a.json") == "a.json"
    assert "/" not in zipped_files.plain("/etc/") and zipped_files.plain("..").strip(".") == ""


def test_a_card_for_another_network_is_refused(packed):
    files = contents(packed)
    card = json.loads(files["counter-gru.json"])
    card["labels"] = ["a"]
    with pytest.raises(ValueError, match="labels"):
        model_archive.unpack({"a.json": json.dumps(card).encode(), "a.safetensors": files["counter-gru.safetensors"]})


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
    (model,) = model_archive.unpack(
        {"counter-gru.json": json.dumps(card).encode(), "counter-gru.safetensors": files["counter-gru.safetensors"]}
    )
    assert not set(wrong) & set(model.card)
    assert same(model, rnnviz.load("counter-gru"))


@pytest.mark.parametrize("wrong", [{"name": 3}, {"labels": [1, 2, 3]}])
def test_a_model_whose_words_are_none_is_refused(packed, wrong):
    files = contents(packed)
    card = json.loads(files["counter-gru.json"]) | wrong
    with pytest.raises(ValueError, match="no text"):
        model_archive.unpack({"a.json": json.dumps(card).encode(), "a.safetensors": files["counter-gru.safetensors"]})


def test_the_bundled_cards_are_tidy():
    for name in NAMES:
        card = rnnviz.load(name).card
        assert card_checks.tidy(card) == card
