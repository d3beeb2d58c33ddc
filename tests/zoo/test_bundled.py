"""Every bundled model loads, its card is complete, and the card's claims can be measured again."""

import json

import numpy as np
import pytest

import rnnviz
from rnnviz import zoo
from rnnviz.cells import CELLS
from rnnviz.training import TASKS, Recipe
from rnnviz.training.median_models import median_seed

BUNDLED = [
    f"{task}-{cell}"
    for task in ("names", "reviews", "shakespeare", "counter", "recall")
    for cell in ("rnn", "gru", "lstm")
]
MIXED = sorted(zoo.BUNDLED.glob("curves/*.json"))


def test_all_fifteen_are_there_and_small_enough():
    assert set(BUNDLED) <= set(rnnviz.models())
    size = sum(file.stat().st_size for file in zoo.BUNDLED.rglob("*") if file.suffix in (".json", ".safetensors"))
    assert size <= 6e6


@pytest.fixture(params=BUNDLED)
def model(request):
    return rnnviz.load(request.param)


def test_it_reads_its_own_examples(model):
    assert model.card["examples"]
    for text in model.card["examples"]:
        trace = model.trace(text)
        assert np.isfinite(trace.probabilities).all()
        assert not trace.unknown.all()


def test_an_unknown_token_gets_finite_probabilities(model):
    assert "<unk>" in model.vocabulary.tokens
    trace = model.trace("☃")
    assert trace.unknown[0]
    np.testing.assert_allclose(trace.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_the_card_is_complete(model):
    card = model.card
    task = TASKS[card["task"]]
    for key, attribute in {
        "title": "title",
        "reads": "reads",
        "says": "predicts",
        "asked": "answer_due",
        "note": "note",
    }.items():
        assert card[key] == getattr(task, attribute)
    assert card["examples"] == list(task.examples)
    for source in card["data"]:
        assert source["name"] and source["licence"]
    assert all(source.get("address") and source.get("citation") for source in card["data"]) or task.name in (
        "counter",
        "recall",
    )
    architecture = card["architecture"]
    assert architecture["parameters"] == sum(array.size for array in model.network.parameters.values())
    assert architecture["cell"] == model.network.cell_name in CELLS
    assert (architecture["embedding"], architecture["hidden"]) == (model.network.input_size, model.network.hidden_size)
    training = card["training"]
    seed = f" --seed {training['seed']}" if training["seed"] != task.seed else ""
    assert training["command"] == f"python -m rnnviz.training {task.name} --cell {architecture['cell']}{seed}"
    assert Recipe(**training["hyperparameters"]) == task.recipe(task, architecture["cell"])
    assert 1 <= training["best_epoch"] <= training["epochs"] == len(card["curve"])
    assert training["seconds"] > 0
    for entry in card["curve"]:
        assert entry["epoch"] and np.isfinite([entry["loss"], entry["validation_loss"]]).all()
    scores = card["scores"]
    for key in ("metric", "test", "n", "validation", "chance", "chance_is"):
        assert scores[key] is not None
    assert "standard_error" in scores
    assert scores["baseline"]["name"] and np.isfinite(scores["baseline"]["value"])


def test_it_is_the_median_of_its_seeds(model):
    runs = {run["seed"]: run for run in model.card["seeds"]}
    assert list(runs) == list(range(TASKS[model.card["task"]].seeds))
    seed = model.card["training"]["seed"]
    assert seed == median_seed({k: run["validation"] for k, run in runs.items()})
    assert [runs[seed][part] for part in ("validation", "test")] == [
        model.card["scores"][part] for part in ("validation", "test")
    ]


def test_comparisons_agree_with_the_scores(model):
    card = model.card
    assert set(card["comparisons"]["with"]) == {"rnn", "gru", "lstm"} - {model.network.cell_name}
    for peer, entry in card["comparisons"]["with"].items():
        other = zoo.card(f"{card['task']}-{peer}")
        mirrored = other["comparisons"]["with"][model.network.cell_name]
        for test in ("models", "all_seeds"):
            assert (entry[test]["p"], entry[test]["corrected"]) == (mirrored[test]["p"], mirrored[test]["corrected"])
            assert entry[test]["p"] <= entry[test]["corrected"] <= min(1, 3 * entry[test]["p"]) + 1e-6
        means = [np.mean([run["test"] for run in each["seeds"]]) for each in (card, other)]
        assert entry["all_seeds"]["difference"] == pytest.approx(means[0] - means[1], abs=1e-5)
        found = entry["models"]
        difference = found.get("difference", (found.get("alone", 0) - found.get("peer_alone", 0)) / card["scores"]["n"])
        assert difference == pytest.approx(card["scores"]["test"] - other["scores"]["test"], abs=1e-5)


def test_no_card_names_the_machine_of_its_training(model):
    text = json.dumps(model.card | {"vocabulary": None})
    assert not any(sign in text for sign in ("/home", "/root", "/tmp", "/work", "\\\\"))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_counter_is_right_up_to_twelve(cell):
    model, task = rnnviz.load(f"counter-{cell}"), TASKS["counter"]()
    for n in range(1, 13):
        predicted = [model.labels[k] for k in model.trace("a" * n + "b" * n).probabilities.argmax(axis=1)]
        assert predicted[n:] == ["b"] * (n - 1) + ["end"]
    largest = model.card["scores"]["largest"]
    assert [task.is_right(model.network, n) for n in (largest, largest + 1)] == [True, False]


def test_a_model_set_by_hand_has_no_seeds():
    assert zoo.seeds("counting-lstm") == {}


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_all_seeds_of_the_counter_are_bundled(cell):
    task, card = TASKS["counter"](), zoo.card(f"counter-{cell}")
    models = zoo.seeds(f"counter-{cell}")
    assert list(models) == [run["seed"] for run in card["seeds"]] == list(range(5))
    for run in card["seeds"]:
        ends = task.ends(models[run["seed"]].network)
        assert ends[: run["largest"]] == list(range(1, run["largest"] + 1))
        assert ends[run["largest"]] != run["largest"] + 1
        if cell == "lstm":
            assert ends[49] >= 28  # it drifts, but goes on
        else:
            assert max(ends[13:]) <= 14  # it stops, however many a's there were
    chosen = models[card["training"]["seed"]]
    assert chosen.card == card


def test_one_unit_of_the_lstms_cell_state_counts():
    model = rnnviz.load("counter-lstm")
    claimed = model.card["scores"]["counts"]["cell"]
    values, counts = [], []
    for n in range(1, 13):
        trace = model.trace("a" * n + "b" * n)
        values.append(trace["cell"][:, claimed["unit"]])
        counts.append(np.cumsum([1 if token == "a" else -1 for token in trace.tokens]))
    correlation = np.corrcoef(np.concatenate(values), np.concatenate(counts))[0, 1]
    assert correlation == pytest.approx(claimed["correlation"], abs=1e-4)
    assert abs(correlation) >= 0.95


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_recall_is_as_good_on_fresh_sequences_as_the_card_says(cell):
    model, task = rnnviz.load(f"recall-{cell}"), TASKS["recall"]()
    for entry in model.card["scores"]["by_delay"]:
        fresh = task.accuracy(model.network, entry["delay"], seed=3)
        share = min(max(entry["accuracy"], 0.001), 0.999)
        assert abs(fresh - entry["accuracy"]) <= 5 * np.sqrt(2 * share * (1 - share) / entry["n"])


def test_recall_separates_the_cells():
    at_40 = {cell: rnnviz.load(f"recall-{cell}").card["scores"]["test"] for cell in ("rnn", "gru", "lstm")}
    assert min(at_40["gru"], at_40["lstm"]) >= 0.99
    assert at_40["rnn"] < 0.2


def test_learning_curves_of_both_regimes_are_stored():
    cards = {file.stem: json.loads(file.read_text()) for file in MIXED}
    assert set(cards) == {f"recall-mixed-{cell}" for cell in ("rnn", "gru", "lstm")}
    for card in cards.values():
        assert card["training"]["task_options"] == {"shortest": 1, "longest": 40}
        assert card["curve"][-1]["accuracy"] >= 0.99


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_note_on_negation_is_true_of_the_models(cell):
    model = rnnviz.load(f"reviews-{cell}")
    column = model.labels.index("positive")
    good, not_good, bad, not_bad = (
        model.trace(text).probabilities[-1, column] for text in ("good", "not good", "bad", "not bad")
    )
    assert good - not_good > 0.25
    assert max(bad, not_bad) < 0.15
