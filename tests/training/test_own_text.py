"""The task over a text of the user's: its split, characters, chance, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.errors import InputError
from rnnviz.text.tokens import Vocabulary
from rnnviz.training import TASKS, Settings, Trainer
from rnnviz.training.tasks.own_text import example_lines, index_characters, stands_alone

from ..raising import raises

LATIN = "Où est passé l'été, à côté du chêne? Les élèves ont reçu leurs livres; le maître, très fâché, a crié. " * 40


def own(text=LATIN, **options):
    return TASKS["own"](text=text, **options)


def test_the_text_is_cut_in_order():
    task = own()
    parts = np.concatenate([task.train, task.validation, task.test])
    assert "".join(task.vocabulary.tokens[k] for k in parts) == LATIN
    sizes = [len(task.train), len(task.validation), len(task.test)]
    assert sizes == [task.split[part] for part in ("train", "validation", "test")]
    assert sizes[0] == int(0.8 * len(LATIN))


def test_an_epoch_reads_consecutive_segments_and_predicts_the_next_characters():
    task = own(length=10)
    batches = list(task.batches(np.random.default_rng(0), 4))
    assert len(batches) == task.steps_per_epoch(4)
    assert [batch.continues for batch in batches] == [False] + [True] * (len(batches) - 1)
    row = (len(task.train) - 1) // 4
    for b in range(4):
        read = np.concatenate([batch.inputs[:, b] for batch in batches])
        follows = np.concatenate([batch.targets[:, b] for batch in batches])
        assert np.array_equal(read, task.train[b * row : b * row + len(read)])
        assert np.array_equal(follows, task.train[b * row + 1 : b * row + 1 + len(read)])
    assert batches[0].weights.sum() == pytest.approx(1, abs=1e-5)


def test_a_short_text_is_cut_into_fewer_rows():
    task = own("To be, or not to be. " * 50, length=300)
    assert task.row_layout(32)[0] < 32
    assert task.steps_per_epoch(32) >= 1
    assert next(task.batches(np.random.default_rng(0), 32)).inputs.shape == task.row_layout(32)[::-1]


def test_rare_characters_are_read_as_unknown():
    rare = "".join(chr(0x4E00 + k) for k in range(400))
    task = own(LATIN + rare + LATIN)
    assert len(task.vocabulary) == 251
    assert (task.train == 0).any()
    common = {token for token in task.vocabulary.tokens if token < "\u0400"}
    assert set(LATIN) <= common


def test_chance_is_that_of_the_training_texts_shares():
    task = own()
    counts = np.bincount(task.train, minlength=len(task.vocabulary))
    often = counts.argmax()
    assert task.chance.accuracy == pytest.approx((task.validation == often).mean())
    shares = np.maximum(counts, 1) / np.maximum(counts, 1).sum()
    assert task.chance.loss == pytest.approx(-np.log(shares[task.validation]).mean())
    assert (task.best.accuracy, task.best.loss) == (None, None)


def test_characters_are_grapheme_clusters():
    text = "noe\u0308l 👩‍👩‍👧 e\u0301te\u0301 " * 10
    pieces, ids = index_characters(text)
    read = Vocabulary.collect("characters", [text]).encode(text).tokens
    assert len(ids) == len(read)
    assert "👩‍👩‍👧" in pieces
    assert "é" in pieces and "e\u0301" not in pieces


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_the_fast_and_the_general_method_agree(text):
    text = text.replace("\r", "\n")
    pieces, ids = index_characters(text)
    vocabulary = Vocabulary("characters", ("<unk>", *pieces))
    if not text.strip():
        return
    reading = vocabulary.encode(text)
    spelled = [vocabulary.tokens[k] for k in reading.inputs]
    assert spelled == [pieces[k] for k in ids]


@pytest.mark.parametrize(
    ("point", "alone"), [("a", True), ("\u0301", False), ("ᄀ", False), ("🇩", False), ("語", True)]
)
def test_which_code_points_stand_alone(point, alone):
    assert stands_alone(point) is alone


def test_the_probe_and_the_examples_come_from_the_held_out_text():
    task = own()
    reading = task.vocabulary.encode(task.probe.text)
    assert len(reading.inputs) == len(task.probe.targets)
    whole = "".join(task.vocabulary.tokens[k] for k in task.validation).lstrip()
    assert whole.startswith(task.probe.text)
    assert [task.vocabulary.tokens[k] for k in task.probe.targets] == list(whole[1 : len(task.probe.targets) + 1])
    assert all(example in whole for example in task.examples)
    assert list(example_lines("short\na line that is long enough to show\n")) == ["a line that is long enough to show"]


def test_it_learns_a_text_that_repeats_itself():
    task = own("the quick brown fox jumps over the lazy dog. " * 60, length=20)
    settings = Settings.for_task(task, "gru", epochs=8, hidden=32, batch=8)
    trainer = Trainer(task, "gru", settings.recipe)
    for _ in trainer.run():
        pass
    assert trainer.curve[-1]["validation_loss"] < 0.3 * task.chance.loss
    scores = task.held_out_scores(trainer.best_network())
    assert scores["test"] < 0.3 * scores["chance"]
    assert scores["accuracy"] > 0.8


@pytest.mark.parametrize(
    ("text", "code"),
    [("aaaa" * 500, "nothing_to_learn"), ("a\u0301\u0301\u0301\u0301\u0301\u0301\u0301" * 200, "too_short")],
)
def test_texts_with_nothing_to_learn_are_refused(text, code):
    with raises(InputError, code=code):
        own(text)
