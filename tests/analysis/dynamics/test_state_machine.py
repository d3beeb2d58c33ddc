"""Machines against the networks they come from, against each other by brute force, and known languages."""

from functools import lru_cache
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz import Model, zoo
from rnnviz.analysis import state_machine
from rnnviz.errors import ArgumentError, InputError
from rnnviz.network import Network
from rnnviz.text.tokens import END, UNKNOWN, Vocabulary
from rnnviz.training import TASKS

from ...raising import raises
from ...strategies import CHARACTERS, draw_network, seeds

CELLS, SEEDS = ("rnn", "gru", "lstm"), range(5)
TOKENS = {"parity": (UNKNOWN, "0", "1"), "brackets": (UNKNOWN, "(", ")")}
LABELS = {"parity": ["even", "odd"], "brackets": [*"012345"]}
COUNTED = ["a" * n + "b" * n for n in range(1, 13)]  # what the counters were trained on


@lru_cache
def small_model(task, cell, seed):
    """A network of parity or brackets as `python -m rnnviz.training` trains it, in half precision."""
    with np.load(Path(__file__).with_name("small_networks.npz")) as file:
        prefix = f"{task}/{cell}/{seed}/"
        arrays = {name.removeprefix(prefix): file[name] for name in file.files if name.startswith(prefix)}
    network = Network.from_parameters({name: array.astype(np.float32) for name, array in arrays.items()}, cell)
    return Model(task, network, Vocabulary("characters", TOKENS[task]), LABELS[task])


@lru_cache
def counters(cell):
    return zoo.seeds(f"counter-{cell}")


def answers(model, word):
    return [model.labels[k] for k in model.trace(word).logits.argmax(axis=1)]


def machine_answers(machine, word):
    return [machine.answers[state] for state in machine.read(word)]


def beginnings(texts):
    return {text[:length] for text in texts for length in range(1, len(text) + 1)}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cell", CELLS)
def test_parity_is_a_machine_of_two_states_and_a_start(cell, seed):
    model = small_model("parity", cell, seed)
    for texts in (None, TASKS["parity"]().sample_texts(60)):
        machine = state_machine(model, texts=texts)
        assert machine.alphabet == ("0", "1") and machine.transitions.tolist() == [[1, 2], [1, 2], [2, 1]]
        assert machine.answers == ("", "even", "odd") and machine.is_taken.all()
        assert machine.on_texts.agreement == 1 and machine.on_others.agreement > 0.99
    rng = np.random.default_rng(0)
    for _ in range(5):
        bits = rng.integers(2, size=20)
        expected = ["even" if ones % 2 == 0 else "odd" for ones in bits.cumsum()]
        assert machine_answers(machine, "".join(map(str, bits))) == expected


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cell", CELLS)
def test_brackets_are_counted_by_one_state_for_each_depth(cell, seed):
    machine = state_machine(small_model("brackets", cell, seed), texts=TASKS["brackets"]().sample_texts(40))
    assert machine.answers == ("", "1", "2", "0", "3", "4", "5") and machine.on_texts.agreement == 1
    assert machine.is_taken.sum() == 11  # nothing closes at the start and at depth 0, nothing opens at depth 5
    rng = np.random.default_rng(1)
    for _ in range(20):
        depth, word, depths = 0, "", []
        for _ in range(30):
            opens = depth == 0 or (depth < 5 and rng.random() < 0.5)
            depth += 1 if opens else -1
            word += "(" if opens else ")"
            depths.append(str(depth))
        assert machine_answers(machine, word) == depths


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_counter_is_a_machine_with_a_state_for_each_count_on_the_way_up_and_on_the_way_down(cell, seed):
    machine = state_machine(counters(cell)[seed], texts=COUNTED)
    assert len(machine) == machine.needed == 1 + 12 + 12
    assert machine.on_texts.agreement == 1 and machine.on_texts.words == machine.visited == 12 + 78
    states = {}
    for word in beginnings(COUNTED):
        place = ("b" in word, word.count("a") - word.count("b"))
        states.setdefault(place, set()).add(machine.read(word)[-1])
    assert len(states) == 24 and sorted(state for (state,) in states.values()) == [*range(1, 25)]


@pytest.mark.parametrize("seed", SEEDS)
def test_for_longer_texts_an_lstm_needs_more_states_and_an_rnn_and_a_gru_do_not(seed):
    counts = {
        cell: [
            state_machine(counters(cell)[seed], texts=["a" * n + "b" * n for n in range(1, longest + 1)]).needed
            for longest in (18, 24)
        ]
        for cell in CELLS
    }
    for cell in ("rnn", "gru"):
        assert counts[cell][0] == counts[cell][1] <= 33
    assert 34 <= counts["lstm"][0] < 46 <= counts["lstm"][1]


def test_a_machine_with_too_few_states_says_how_far_it_goes():
    model = rnnviz.load("counter-lstm")
    machine = state_machine(model, texts=COUNTED, most=5)
    assert len(machine) <= 1 + machine.groups <= 6 and machine.needed == 25
    right = [answers(model, word)[-1] == machine_answers(machine, word)[-1] for word in beginnings(COUNTED)]
    assert machine.on_texts.agreement == pytest.approx(np.mean(right)) and not all(right)


@pytest.mark.parametrize("name", ["counter-rnn", "counter-gru", "counter-lstm", "counting-lstm"])
@pytest.mark.parametrize(("texts", "most"), [(None, 30), (COUNTED, 30), (COUNTED, 6)])
def test_disagreements_are_the_first_steps_at_which_they_differ(name, texts, most):
    model = rnnviz.load(name)
    machine = state_machine(model, texts=texts, most=most)
    shown = [*machine.on_texts.disagreements, *machine.on_others.disagreements]
    assert machine.on_others.disagreements and 0.2 < machine.on_others.agreement < 1
    for check in (machine.on_texts, machine.on_others):
        sizes = [len(each.word) for each in check.disagreements]
        assert sizes == sorted(sizes) and bool(sizes) == (check.agreement < 1)
    for each in shown:
        *same, (network, machines) = zip(answers(model, each.word), machine_answers(machine, each.word), strict=True)
        assert (network, machines) == (each.network, each.machine) and network != machines
        assert all(a == b for a, b in same)
    if texts:
        assert beginnings(texts).isdisjoint("".join(each.word) for each in machine.on_others.disagreements)


@given(cell=st.sampled_from(CELLS), seed=seeds, texts=st.lists(st.text("xyz", min_size=1, max_size=12), min_size=1))
def test_on_its_texts_the_machine_answers_as_the_network_does(cell, seed, texts):
    vocabulary = Vocabulary("characters", ("x", "y", "z"))
    network = draw_network(cell, vocabulary, seed, dtype=np.float64)
    for array in network.parameters.values():
        array *= 4  # so that answers change
    model = Model("random", network, vocabulary, [*"1234"])
    machine = state_machine(model, texts=texts, most=300)
    assert machine.on_texts.agreement == 1 and machine.on_texts.words == len(beginnings(texts))
    taken = set()
    for text in texts:
        assert machine_answers(machine, text) == answers(model, text)
        states = [0, *machine.read(text)]
        taken |= {(state, machine.alphabet.index(token)) for state, token in zip(states, text, strict=False)}
    assert taken == {*zip(*np.nonzero(machine.is_taken), strict=True)}
    for state, word in enumerate(machine.shortest[1:], 1):
        leads = [text for text in beginnings(texts) if machine.read(text)[-1] == state]
        assert "".join(word) == min(leads, key=lambda text: (len(text), text))


def test_what_no_text_takes_leads_to_the_nearest_state_with_the_same_answer():
    model = rnnviz.load("counter-lstm")
    machine = state_machine(model, texts=COUNTED)

    def last(word):
        trace = model.trace(word)
        return np.concatenate([trace["hidden"][-1], trace["cell"][-1]]), trace.answer.argmax()

    visited = {word: last(word) for word in sorted(beginnings(COUNTED))}
    for state, token in np.argwhere(~machine.is_taken):
        place, answer = last((*machine.shortest[state], machine.alphabet[token]))
        distances = {word: np.linalg.norm(at - place) for word, (at, given) in visited.items() if given == answer}
        assert machine.transitions[state, token] == machine.read(min(distances, key=distances.get))[-1]


def test_all_short_words_are_read_by_default():
    model = small_model("parity", "rnn", 1)
    machine = state_machine(model)
    assert machine.on_texts.agreement == machine.on_others.agreement == 1 and machine.on_others.disagreements == ()
    assert machine.on_texts.words == sum(2**length for length in range(1, 10))
    for word in product("01", repeat=5):
        assert machine_answers(machine, word) == answers(model, "".join(word))


@pytest.mark.parametrize("name", ["counter-rnn", "counter-gru"])
@pytest.mark.parametrize("texts", [None, COUNTED])
def test_no_two_states_answer_alike_and_lead_on_alike(name, texts):
    machine = state_machine(rnnviz.load(name), texts=texts)

    def differ(one, other):
        waiting, seen = [(one, other)], {(one, other)}
        while waiting:
            a, b = waiting.pop()
            if machine.answers[a] != machine.answers[b] or (machine.is_taken[a] != machine.is_taken[b]).any():
                return True
            for pair in zip(machine.transitions[a].tolist(), machine.transitions[b].tolist(), strict=True):
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        return False

    assert all(differ(one, other) for one, other in combinations(range(1, len(machine)), 2))


def test_the_end_mark_is_not_read():
    vocabulary = Vocabulary("characters", ("a", "b", END), end=True)
    model = Model("ends", draw_network("gru", vocabulary), vocabulary, [*"1234"])
    machine = state_machine(model, texts=["ab", "ba"])
    assert machine.alphabet == ("a", "b") and machine.on_texts.words == 4


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


@pytest.mark.parametrize("texts", [[], ["abc"], ["ab", "?"]])
def test_texts_that_no_machine_can_be_found_on(texts):
    with raises(ArgumentError, name="texts"):
        state_machine(rnnviz.load("counter-rnn"), texts=texts)


def test_a_machine_has_a_state():
    with raises(ArgumentError, name="most"):
        state_machine(rnnviz.load("counter-rnn"), most=0)
