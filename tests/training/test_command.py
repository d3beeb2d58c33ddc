"""The command line, from its first word to a model that can be loaded."""

import json
import shlex
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from rnnviz.errors import ArgumentError, TrainingError
from rnnviz.training import TASKS, MissingDataError
from rnnviz.training import __main__ as command_line

from ..raising import raises


def run(*words):
    return command_line.main([str(word) for word in words])


def prepare(*words):
    return command_line.make_trainer(command_line.argument_parser().parse_args([str(word) for word in words]))


def is_one_line(text):
    return text.strip() and text.count("\n") == 1 and "Traceback" not in text


def test_counter_from_the_command_to_a_trace(tmp_path, capsys):
    assert run("counter", "--cell", "gru", "--epochs", 2, "--out", tmp_path) == 0
    model = rnnviz.load(tmp_path / "counter-gru.safetensors")
    assert model.trace("aabb")["update"].shape == (4, 8)
    assert model.card["training"]["command"] == "python -m rnnviz.training counter --cell gru --epochs 2"
    assert [entry["epoch"] for entry in model.card["curve"]] == [1, 2]
    assert model.card["scores"]["metric"] in capsys.readouterr().out
    assert sorted(file.name for file in tmp_path.iterdir()) == ["counter-gru.json", "counter-gru.safetensors"]


def test_the_cards_command_trains_the_same_model_again(tmp_path):
    words = shlex.split("counter --cell lstm --seed 5 --learning-rate 0.02 --epochs 2 --keep-bias 1 --name twice")
    for folder in ("one", "two"):
        assert run(*words, "--out", tmp_path / folder) == 0
        card = json.loads((tmp_path / folder / "twice.json").read_text())
        words = shlex.split(card["training"]["command"])[3:]
    one, two = (rnnviz.load(tmp_path / folder / "twice.json") for folder in ("one", "two"))
    assert all(np.array_equal(a, b) for a, b in zip(*(m.network.parameters.values() for m in (one, two)), strict=True))
    assert one.card["scores"] == two.card["scores"]


def test_options_of_the_task_and_of_the_cell_reach_the_card(tmp_path):
    words = ["brackets", "--cell", "gru", "--option", "reset=before", "--length", 6, "--depth", 2, "--epochs", 1]
    assert run(*words, "--out", tmp_path) == 0
    card = json.loads((tmp_path / "brackets-gru.json").read_text())
    assert card["architecture"]["options"] == {"reset": "before"}
    assert card["training"]["task_options"] == {"length": 6, "depth": 2}
    expected = "python -m rnnviz.training brackets --cell gru --option reset=before --epochs 1 --length 6 --depth 2"
    assert card["training"]["command"] == expected


def test_ctrl_c_and_the_same_command_again(tmp_path, monkeypatch, capsys):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    words = ["counter", "--cell", "rnn", "--epochs", 3, "--out"]
    assert run(*words, whole) == 0
    follow = command_line.train_with_progress_bar

    def interrupted(trainer):
        for progress in trainer.run():
            if (progress.epoch, progress.step) == (2, 40):
                raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "train_with_progress_bar", interrupted)
    assert run(*words, parts) == 130
    assert capsys.readouterr().out
    continued_after = []

    def recorded(trainer):
        continued_after.append(trainer.epochs_finished)
        follow(trainer)

    monkeypatch.setattr(command_line, "train_with_progress_bar", recorded)
    assert run(*words, parts) == 0
    assert continued_after == [1]
    assert (whole / "counter-rnn.safetensors").read_bytes() == (parts / "counter-rnn.safetensors").read_bytes()


def test_an_interrupted_run_with_other_options_is_not_mixed_up(tmp_path, monkeypatch, capsys):
    follow = command_line.train_with_progress_bar

    def interrupted(trainer):
        for progress in trainer.run():
            if progress.epoch == 2:
                raise KeyboardInterrupt

    words = ["counter", "--cell", "rnn", "--epochs", 3, "--out", tmp_path]
    monkeypatch.setattr(command_line, "train_with_progress_bar", interrupted)
    assert run(*words) == 130
    monkeypatch.setattr(command_line, "train_with_progress_bar", follow)
    assert run(*words, "--seed", 1) == 2
    assert is_one_line(capsys.readouterr().err)
    with raises(TrainingError, code="other_run", setting="seed"):
        prepare(*words, "--seed", 1)
    assert run(*words, "--seed", 1, "--fresh") == 0


def test_the_zoo_is_trained_once_and_its_median_models_are_saved(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(TASKS["counter"], "base_recipe", replace(TASKS["counter"].base_recipe, epochs=1))
    words = ["zoo", "--tasks", "counter", "--seeds", 2, "--out", tmp_path]
    assert run(*words) == 0
    assert len(list(tmp_path.glob("seed-*/counter-*.safetensors"))) == 6
    for cell in ("rnn", "gru", "lstm"):
        model = rnnviz.load(tmp_path / f"counter-{cell}.safetensors")
        seed = model.card["training"]["seed"]
        same = rnnviz.load(tmp_path / f"seed-{seed}" / f"counter-{cell}.safetensors").network.parameters
        assert all(np.array_equal(array, same[name]) for name, array in model.network.parameters.items())
        assert [entry["seed"] for entry in model.card["seeds"]] == [0, 1]
        assert model.card["comparisons"]["seeds"] == 2
    monkeypatch.setattr(command_line, "train", None)  # a second time, nothing is left to train
    assert run(*words) == 0


@pytest.mark.parametrize("task", ["names", "reviews", "shakespeare"])
def test_missing_data_is_named_with_its_address(task, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("RNNVIZ_DATA", raising=False)
    source = TASKS[task].sources[0]
    for words in ([], ["--data", tmp_path]):
        assert run(task, *words, "--out", tmp_path) == 2
        message = capsys.readouterr().err
        assert source.address in message and "RNNVIZ_DATA" in message and is_one_line(message)
        with raises(MissingDataError, code="missing_data", task=task, folder=source.folder):
            prepare(task, *words, "--out", tmp_path)


@pytest.mark.parametrize("words", [["--hidden", "0"], ["--option", "reset"], ["--option", "reset=sideways"]])
def test_invalid_requests_are_answered_in_one_line(words, tmp_path, capsys):
    assert run("counter", *words, "--out", tmp_path) == 2
    assert is_one_line(capsys.readouterr().err)


def test_invalid_requests_name_the_option(tmp_path):
    with raises(ArgumentError, code="out_of_range", name="hidden", value=0):
        prepare("counter", "--hidden", 0, "--out", tmp_path)
    with raises(ArgumentError, code="not_a_pair", name="option", value="reset"):
        prepare("counter", "--option", "reset", "--out", tmp_path)


def test_the_command_line_needs_no_screen():
    code = (
        "import sys, rnnviz.training.__main__ as m; m.argument_parser();"
        "print(sorted({'streamlit', 'plotly', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_initialisation_reaches_the_card(tmp_path):
    words = ["parity", "--cell", "rnn", "--recurrent", "orthogonal", "--truncate", 5, "--clip", 0, "--length", 12]
    assert run(*words, "--epochs", 1, "--out", tmp_path) == 0
    card = json.loads((tmp_path / "parity-rnn.json").read_text())
    assert card["training"]["hyperparameters"]["recurrent"] == "orthogonal"
    expected = "parity --cell rnn --epochs 1 --clip 0 --recurrent orthogonal --truncate 5 --length 12"
    assert card["training"]["command"] == f"python -m rnnviz.training {expected}"
    with pytest.raises(SystemExit):
        run("parity", "--recurrent", "diagonal")


def test_own_text_is_read_from_a_file(tmp_path, capsys):
    file = tmp_path / "my poem.txt"
    file.write_text("où est passé l'été, à côté du chêne? " * 60, encoding="utf-16")
    assert run("own", "--text", file, "--cell", "gru", "--epochs", 1, "--out", tmp_path) == 0
    model = rnnviz.load(tmp_path / "own-gru.safetensors")
    assert np.isfinite(model.trace("où est-il?").probabilities).all()
    command = "python -m rnnviz.training own --cell gru --text 'my poem.txt' --epochs 1"
    assert model.card["training"]["command"] == command
    capsys.readouterr()
    file.write_bytes(b"\0\1\2" * 999)
    assert run("own", "--text", file, "--out", tmp_path) == 2
    assert is_one_line(capsys.readouterr().err)
    assert run("own", "--text", tmp_path / "none.txt", "--out", tmp_path) == 2


def test_every_task_has_help(capsys):
    for task in TASKS:
        with pytest.raises(SystemExit) as ended:
            run(task, "--help")
        assert ended.value.code == 0
        assert "--recurrent" in capsys.readouterr().out
