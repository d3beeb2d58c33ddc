"""The choice among seeds, and the comparison of cells, on networks whose answers are counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.model import Model
from rnnviz.network import Network
from rnnviz.training import TASKS
from rnnviz.training.median_models import compare, median_models, median_seed
from rnnviz.training.paired_tests import holm, mcnemar, signed_rank

CELLS = ("rnn", "gru", "lstm")


@pytest.fixture(scope="module")
def task():
    return TASKS["counter"](longest=4)


def candidates(task, seeds):
    """Untrained models by cell and seed."""
    found = {}
    for cell in CELLS:
        for seed in seeds:
            network = Network.random(
                cell, hidden=3, vocabulary=len(task.vocabulary), embedding=2, classes=3, rng=np.random.default_rng(seed)
            )
            network.readout_bias[:] = np.eye(3)[seed % 3]
            model = Model(f"counter-{cell}", network, task.vocabulary, task.labels, {"training": {"seed": seed}})
            found.setdefault(cell, {})[seed] = model
    return found


@pytest.mark.parametrize(
    ("scores", "seed"),
    [
        ({0: 0.5}, 0),
        ({0: 0.5, 1: 0.5, 2: 0.5}, 0),
        ({0: 0.1, 1: 0.9, 2: 0.5}, 2),
        ({0: 0.1, 1: 0.9}, 0),
        ({3: 0.2, 1: 0.2, 2: 0.1, 0: 0.9, 4: 0.9}, 1),
    ],
)
def test_the_median_and_the_lowest_seed_where_several_have_it(scores, seed):
    assert median_seed(scores) == seed


@given(st.lists(st.integers(0, 5), min_size=1, max_size=7))
def test_as_many_seeds_are_better_as_are_worse(scores):
    by_seed = dict(enumerate(scores))
    median = by_seed[median_seed(by_seed)]
    assert sum(score < median for score in scores) <= len(scores) / 2
    assert sum(score > median for score in scores) <= len(scores) / 2


def test_the_median_model_gets_the_scores_of_all_seeds(task):
    given = candidates(task, range(3))
    for cell, model in median_models(task, given).items():
        card = model.card
        assert [run["seed"] for run in card["seeds"]] == [0, 1, 2]
        for run in card["seeds"]:
            assert run["validation"] == task.held_out_scores(given[cell][run["seed"]].network)["validation"]
        assert card["training"]["seed"] == median_seed({run["seed"]: run["validation"] for run in card["seeds"]})
        assert model.network is given[cell][card["training"]["seed"]].network
        assert set(card["comparisons"]["with"]) == set(CELLS) - {cell}


def test_shares_are_compared_as_mcnemar_does(task):
    rng = np.random.default_rng(0)
    shares = {"rnn": 0.2, "gru": 0.6, "lstm": 0.7}
    results = {cell: {seed: rng.random(30) < share for seed in range(2)} for cell, share in shares.items()}
    found = compare(task, results, {"rnn": 1, "gru": 0, "lstm": 1})
    chosen = {"rnn": results["rnn"][1], "gru": results["gru"][0], "lstm": results["lstm"][1]}
    p_values = [mcnemar(chosen[a], chosen[b]).p for a, b in (("rnn", "gru"), ("rnn", "lstm"), ("gru", "lstm"))]
    entries = [found["rnn"]["with"]["gru"], found["rnn"]["with"]["lstm"], found["gru"]["with"]["lstm"]]
    assert [entry["models"]["p"] for entry in entries] == pytest.approx(p_values, rel=1e-5)
    assert [entry["models"]["corrected"] for entry in entries] == pytest.approx(holm(p_values), rel=1e-5)
    one, other = found["rnn"]["with"]["gru"], found["gru"]["with"]["rnn"]
    assert one["models"]["alone"] == other["models"]["peer_alone"] == (chosen["rnn"] & ~chosen["gru"]).sum()
    means = {cell: np.mean([*by_seed.values()]) for cell, by_seed in results.items()}
    assert one["all_seeds"]["difference"] == pytest.approx(means["rnn"] - means["gru"], rel=1e-5)
    assert other["all_seeds"]["difference"] == -one["all_seeds"]["difference"]
    assert (found["rnn"]["n"], found["rnn"]["seeds"]) == (30, 2)


def test_losses_are_compared_by_their_ranks(task):
    rng = np.random.default_rng(0)
    results = {cell: {seed: rng.normal(size=20) for seed in range(3)} for cell in CELLS}
    found = compare(task, results, dict.fromkeys(CELLS, 2))["gru"]["with"]["lstm"]
    pooled = signed_rank(*(np.mean([*results[cell].values()], axis=0) for cell in ("gru", "lstm")))
    assert found["all_seeds"]["p"] == pytest.approx(pooled.p, rel=1e-5)
    assert found["models"]["p"] == pytest.approx(signed_rank(results["gru"][2], results["lstm"][2]).p, rel=1e-5)
