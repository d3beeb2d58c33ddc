"""Small files that ask for much: each opens within its budget or is refused by it, and no work grows faster than it."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from rnnviz.checkpoints import File, detect, open_bytes, open_files
from rnnviz.checkpoints.checkpoint import _checkpoint
from rnnviz.checkpoints.conversion import MOST_ROWS
from rnnviz.checkpoints.native.model_archive import pack
from rnnviz.errors import DamagedFileError, FileError, LimitError
from rnnviz.limits import UNLIMITED, Limits

from ..raising import raises
from . import hostile_files
from .hostile_files import CASES, card, keras_file, own_zip, small_model, zipped

ROOT = Path(__file__).parents[2]
# Of which names are made that make patterns try again and again.
PIECES = ["emb", "emb_", "in_", "fc", "w_", "lstm_cell_1.", "_l0", "a.", "0_", "module.", " ", "w_ih_", "weight_hh_l1"]


@pytest.fixture(scope="module")
def guarded():
    """Opens a file in a process with little time and memory, and says what came of it."""
    command = [sys.executable, "-m", "tests.checkpoints.guarded_opening"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as opener:

        def open_guarded(path):
            print(path, file=opener.stdin, flush=True)
            return json.loads(opener.stdout.readline())

        yield open_guarded


@pytest.mark.parametrize("name", CASES)
def test_a_small_file_costs_little_time_and_memory(name, guarded, tmp_path):
    path = tmp_path / CASES[name].name
    path.write_bytes(CASES[name].make(CASES[name].size))
    found = guarded(path)
    assert "killed" not in found and "escaped" not in found
    assert found.get("code") == CASES[name].code, found
    assert found["letters"] < (2000 if "code" in found else 10_000_000)


# ---- work grows with the file ------------------------------------------------------------------------------

GROWING = {
    "blanks_in_an_activation": 40, "long_name": 40, "many_long_names": 40, "many_axes": 400, "shape_as_a_constant": 400,
    "empty_objects": 400, "nested_lists": 50, "additions_over_a_chain": 800, "empty_nodes": 1000, "keras_layers": 40,
    "keras_layers_without_weights": 400, "groups_with_long_lists": 3, "stacked_layers": 40, "split_into_many": 100,
    "many_steps_of_a_pickle": 2000, "one_keras_layer_named_often": 10, "nodes_on_one_weight": 10,
    "functions_with_branches": 3, "histories_in_a_row": 100, "deep_mentions": 100, "large_fills": 10,
    "very_many_tokens": 400, "many_texts": 40, "one_layer_listed_often": 400, "tables_in_two_precisions": 4,
    "objects_that_share_a_list": 40, "objects_in_objects": 12, "words_under_many_names": 10, "arrays_in_json": 40,
    "quantised_nodes_on_one_weight": 10,
    "packed_layers": 40, "packed_in_itself": 10, "one_configuration_often": 40, "vocabularies_of_many_text_layers": 40,
    "many_words_of_a_text_layer": 400, "one_vocabulary_for_many_stacks": 5
}  # fmt: skip


def operations(case, size, limits=UNLIMITED):
    """The functions that are called, Python's own included, to open a file, to make its model and to describe it."""
    data = case.make(size)
    count = 0

    def watch(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(watch)
    try:
        found = open_bytes(case.name, data, limits=limits)
        found.model(found.stacks[0].name)
        str(found)
    except FileError:
        pass
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", GROWING)
def test_operations_grow_no_faster_than_the_file(name):
    """Twice the size takes at most twice the operations, and a rest that is the same for all files."""
    case, size = CASES[name], GROWING[name]
    operations(case, 1)  # what is imported and compiled once
    once, twice, four = (operations(case, factor * size) for factor in (1, 2, 4))
    assert four - twice <= 2.3 * (twice - once) + 200, (once, twice, four)


@pytest.mark.parametrize("name", ["joint_matrices", "layers_beside_arrays"])
def test_what_is_refused_for_its_work_takes_no_more_than_its_budget(name):
    """Some work grows with the square of the number of arrays: all of it must be paid for."""
    limits = Limits()
    assert operations(CASES[name], CASES[name].size, limits) <= 3 * limits.work


@pytest.mark.parametrize("piece", PIECES)
def test_patterns_over_names_of_the_greatest_length_end(piece, guarded, tmp_path):
    """Time alone can tell for patterns: a process that has little of it opens thousands of such names."""
    long = (piece * 1000)[:980]
    arrays = {f"{long}{k}.weight": np.ones((2, 2), np.float32) for k in range(2000)}
    path = tmp_path / "x.safetensors"
    path.write_bytes(save(hostile_files.RNN | arrays))
    found = guarded(path)
    assert found.get("stacks") or found.get("code"), found


# ---- budgets ---------------------------------------------------------------------------------------------------


def spent(name, data, **limits):
    """What a file's opening spends."""
    file = File(name, data, limits=Limits(**limits))
    format = detect(file)
    _checkpoint(file, format, format.open(file))
    return file.budget.spent


def test_every_use_of_an_array_counts_as_unpacked():
    sizes = [spent("x.keras", keras_file(["lstm0"] * uses, 1))["unpacked"] for uses in (1, 2, 5)]
    assert sizes[2] - sizes[0] == 4 * (sizes[1] - sizes[0]) > 0
    sizes = [spent("x.onnx", hostile_files.nodes_on_one_weight(uses))["unpacked"] for uses in (1, 2, 5)]
    assert sizes[2] - sizes[0] == 4 * (sizes[1] - sizes[0]) > 0


def test_every_call_of_a_function_counts_as_a_node():
    with raises(LimitError, code="nodes", limit=100):
        open_bytes("x.onnx", hostile_files.doubling_functions(12), limits=Limits(nodes=100))


@pytest.mark.parametrize(
    ("name", "data", "limits"),
    [
        ("x.safetensors", hostile_files.stacked_layers(5), {"layers": 4}),
        ("x.keras", hostile_files.keras_layers(5), {"layers": 4}),
        ("x.onnx", hostile_files.nodes_on_one_weight(5), {"layers": 4}),
        ("x.keras", hostile_files.keras_layers_without_weights(5), {"nodes": 9}),
        ("x.onnx", hostile_files.additions_over_a_chain(5), {"nodes": 100}),
        ("x.h5", hostile_files.groups_with_long_lists(1), {"work": 1000}),
        ("x.pt", hostile_files.many_steps_of_a_pickle(5), {"file": 5}),
        ("x.safetensors", hostile_files.stacked_layers(5), {"unpacked": 1000}),
        ("x.safetensors", hostile_files.stacked_layers(5), {"arrays": 19}),
    ],
)
def test_a_refusal_names_its_budget_and_what_is_asked_for(name, data, limits):
    (limit, allowed), = limits.items()  # fmt: skip
    with raises(LimitError, code=limit, file=name, limit=allowed) as caught:
        open_bytes(name, data, limits=Limits(**limits))
    assert caught.value.actual > allowed
    assert name in caught.value.message


def test_an_embedding_of_too_many_rows_can_be_left_out():
    found = open_bytes("x.npz", CASES["very_many_tokens"].make(MOST_ROWS + 1))
    with raises(LimitError, code="rows", limit=MOST_ROWS, actual=MOST_ROWS + 1):
        found.model()
    assert found.model(embedding="none").network.embedding is None
    assert len(open_bytes("x.npz", CASES["very_many_tokens"].make(100)).model().vocabulary) == 100


def test_reading_ends_when_its_time_is_over():
    with raises(LimitError, code="seconds", file="x.safetensors"):
        open_bytes("x.safetensors", hostile_files.stacked_layers(200), limits=Limits(seconds=0.0001))


def test_files_that_are_opened_together_share_a_budget():
    model = small_model()
    archives = {f"{k}.zip": own_zip(model) for k in range(3)}
    assert len(open_files(archives).stacks) == 3
    one = spent("x.zip", own_zip(model))["unpacked"]
    with raises(LimitError, code="unpacked"):
        open_files(archives, Limits(unpacked=round(2.5 * one)))


# ---- zips of our own ---------------------------------------------------------------------------------------------


def test_weights_and_card_of_two_folders_are_not_put_together():
    with raises(FileError, code="missing"):
        open_bytes("x.zip", own_zip(small_model(), folders=("one/", "two/")))


def test_models_of_one_name_in_two_folders_are_both_there():
    first, second = small_model(3), small_model(5)
    parts = {}
    for folder, model in (("one", first), ("two", second)):
        files = open_zip(own_zip(model))
        parts |= {f"{folder}/{name}": data for name, data in files.items()}
    found = open_bytes("x.zip", zipped(parts))
    assert [found.models[stack.name].network.hidden_size for stack in found.stacks] == [3, 5]
    together = open_files({"a.zip": own_zip(first), "b.zip": own_zip(second)})
    assert sorted(model.network.hidden_size for model in together.models.values()) == [3, 5]


def open_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.mark.parametrize("name", ["x.zip", "x.npz", "x.pt", "x.keras"])
def test_a_file_without_a_name_in_a_zip_is_refused(name):
    data = own_zip(small_model(name="nameless"))
    place = data.index(b"PK\x01\x02")
    damaged = bytearray(data)
    damaged[place + 28 : place + 30] = b"\0\0"
    with raises(DamagedFileError, file=name):
        open_bytes(name, bytes(damaged))


@pytest.mark.parametrize("letters", ["\U0001f600" * 80, "a" * 300, "a\0b", "..", "con", "a/b\\c"])
def test_models_of_any_name_are_packed_and_opened_again(letters, tmp_path, monkeypatch):
    """No file of such a name is ever made."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    found = open_bytes("x.zip", pack([small_model(name=letters)]))
    assert [model.name for model in found.models.values()] == [letters]
    assert not list(tmp_path.iterdir())


def test_a_card_whose_words_do_not_fit_the_arrays_is_refused():
    arrays = save(small_model().network.parameters)
    for changes in (
        {"cell": "x" * 5000}, {"name": "x" * 5000}, {"options": {"activation": 3}}, {"merge": ["sum"]}, {"longest": 0},
        {"options": []}, {"longest": 10**30}, {"labels": [1]}, {"vocabulary": {}},
    ):  # fmt: skip
        with raises(FileError, code="card") as caught:
            open_bytes("x.zip", zipped({"m.safetensors": arrays, "m.json": card(**changes)}))
        assert len(caught.value.message) < 1000
