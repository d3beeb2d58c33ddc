"""Machines against the networks they come from, against each other by brute force, and known languages."""

from functools import lru_cache
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

import rnnviz
from rnnviz import Model
from rnnviz.analysis import state_machine
from rnnviz.errors import ArgumentError, InputError
from rnnviz.network import Network
from rnnviz.text.tokens import UNKNOWN, Vocabulary

from ...raising import raises
from ...strategies import CHARACTERS, draw_network

CELLS, SEEDS = ("rnn", "gru", "lstm"), range(5)
TOKENS = {"parity": (UNKNOWN, "0", "1"), "brackets": (UNKNOWN, "(", ")")}
LABELS = {"parity": ["even", "odd"], "brackets": [*"012345"]}


@lru_cache
def small_model(task, cell, seed):
    """A network of parity or brackets as `python -m rnnviz.training` trains it, in half precision."""
    with np.load(Path(__file__).with_name("small_networks.npz")) as file:
        prefix = f"{task}/{cell}/{seed}/"
        arrays = {name.removeprefix(prefix): file[name] for name in file.files if name.startswith(prefix)}
    network = Network.from_parameters({name: array.astype(np.float32) for name, array in arrays.items()}, cell)
    return Model(task, network, Vocabulary("characters", TOKENS[task]), LABELS[task])


def answers(model, word):
    return [model.labels[k] for k in model.trace(word).logits.argmax(axis=1)]


def machine_answers(machine, word):
    return [machine.answers[state] for state in machine.read(word)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cell", CELLS)
def test_parity_is_a_machine_of_two_states_and_a_start(cell, seed):
    machine = state_machine(small_model("parity", cell, seed))
    assert machine.alphabet == ("0", "1") and machine.transitions.tolist() == [[1, 2], [1, 2], [2, 1]]
    assert machine.answers[1:] == ("even", "odd")
    assert machine.agreement > 0.99
    rng = np.random.default_rng(0)
    for _ in range(5):
        bits = rng.integers(2, size=20)
        expected = ["even" if ones % 2 == 0 else "odd" for ones in bits.cumsum()]
        assert machine_answers(machine, "".join(map(str, bits))) == expected


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cell", CELLS)
def test_brackets_are_counted_by_one_state_for_each_depth(cell, seed):
    machine = state_machine(small_model("brackets", cell, seed))
    rng = np.random.default_rng(1)
    for _ in range(20):
        depth, word, depths = 0, "", []
        for _ in range(30):
            opens = depth == 0 or (depth < 5 and rng.random() < 0.5)
            depth += 1 if opens else -1
            word += "(" if opens else ")"
            depths.append(str(depth))
        assert machine_answers(machine, word) == depths


@pytest.mark.parametrize("name", ["counter-rnn", "counter-gru", "counter-lstm", "counting-lstm"])
def test_disagreements_are_the_first_steps_at_which_they_differ(name):
    model = rnnviz.load(name)
    machine = state_machine(model)
    assert 0.8 < machine.agreement <= 1
    assert [len(each.word) for each in machine.disagreements] == sorted(
        len(each.word) for each in machine.disagreements
    )
    for each in machine.disagreements:
        *same, (network, machines) = zip(answers(model, each.word), machine_answers(machine, each.word), strict=True)
        assert (network, machines) == (each.network, each.machine) and network != machines
        assert all(a == b for a, b in same)


def test_all_short_words_are_compared():
    model = small_model("parity", "rnn", 1)
    machine = state_machine(model)
    assert machine.agreement == 1 and machine.disagreements == ()
    for word in product("01", repeat=5):
        assert machine_answers(machine, word) == answers(model, "".join(word))


@pytest.mark.parametrize("name", ["counter-rnn", "counter-gru"])
def test_no_two_states_answer_alike_whatever_follows(name):
    machine = state_machine(rnnviz.load(name))

    def differ(one, other):
        waiting, seen = [(one, other)], {(one, other)}
        while waiting:
            a, b = waiting.pop()
            for pair in zip(machine.transitions[a].tolist(), machine.transitions[b].tolist(), strict=True):
                if machine.answers[pair[0]] != machine.answers[pair[1]]:
                    return True
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        return False

    for one, other in combinations(range(1, len(machine)), 2):
        assert machine.answers[one] != machine.answers[other] or differ(one, other)


def test_the_number_of_groups_is_bounded():
    machine = state_machine(rnnviz.load("counter-lstm"), most=5)
    assert len(machine) <= machine.groups <= 6


def test_what_has_no_machine():
    with raises(ArgumentError, code="alphabet"):
        state_machine(rnnviz.load("names-rnn"))
    with raises(ArgumentError, code="alphabet"):
        state_machine(rnnviz.load("counter-rnn"), [])
    letter = Vocabulary("characters", ("a",))
    with raises(InputError):
        state_machine(Model("a", draw_network("rnn", letter), letter, [*"1234"]), ["b"])
    with raises(ArgumentError, code="form"):
        state_machine(Model("stack", draw_network("gru", layers=2), CHARACTERS, [*"1234"]), ["a"])
    with raises(ArgumentError, name="tokens"):
        state_machine(rnnviz.load("counter-rnn")).read("abc")
