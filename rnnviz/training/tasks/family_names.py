"""Names: read a family name letter by letter, predict which of 18 languages it comes from."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path

import numpy as np

from ...cells.activations import Array
from ...network import Network
from ..baselines import NaiveBayes, TunedNaiveBayes, tune_naive_bayes
from ..batches import logits_per_sequence
from ..recipe import Recipe
from .data_source import DataSource
from .labelled_texts import LabelledTexts
from .task import Scores

LONGEST_RUN = 4  # of letters that naive Bayes counts


class FamilyNames(LabelledTexts):
    """The names of the PyTorch tutorial "NLP From Scratch", one file per language, duplicates removed."""

    name = "names"
    title = "Names: which language?"
    reads = "the characters of a family name, then an end mark"
    predicts = "one of 18 languages"
    answer_due = "at the end mark"
    examples = (
        "Schmidhuber",
        "Nakamura",
        "O'Connor",
        "Papadopoulos",
        "Dostoevsky",
        "Kowalski",
        "Rossi",
        "Fernandez",
        "MacDonald",
        "Hochreiter",
    )
    note = (
        "A naive Bayes classifier over short runs of letters is about as good as these networks; what a network "
        "adds is that it reads in order and can be asked after every letter. Half of the names are Russian, and "
        "several languages have only a handful of test names, so macro-F1 and the recall of these languages are noisy. "
        "Some names occur in several languages, so no network can get all of them right. Letters seen only once in "
        "training are read as <unk>."
    )
    sources = (
        DataSource(
            "family names in 18 languages",
            "MIT",
            "S. Robertson, NLP From Scratch: Classifying Names with a Character-Level RNN (PyTorch tutorial)",
            "https://github.com/spro/practical-pytorch, data/names",
            "names_by_language",
        ),
    )
    items = "names"
    token_kind = "characters"
    has_end_mark = True
    probe_example = ("Schmidhuber", "German")
    base_recipe = Recipe(
        embedding=32, hidden=64, epochs=20, learning_rate=3e-3, dropout_inputs=0.15, dropout_top=0.3, patience=8
    )
    cell_changes = {
        "rnn": {"dropout_inputs": 0.0, "dropout_top": 0.0},
        "lstm": {"learning_rate": 1e-2},
    }

    def load(self, folders: dict[str, Path]) -> None:
        pairs = {
            (line.strip(), file.stem)
            for file in folders["names_by_language"].glob("*.txt")
            for line in file.read_text(encoding="utf-8").splitlines()
            if line.strip()
        }
        names, languages = zip(*sorted(pairs), strict=True)
        self.prepare(names, languages)

    def held_out_scores(self, network: Network) -> Scores:
        test = self.indices.test
        truth = self.classes[test]
        logits = logits_per_sequence(network, [self.sequences[k] for k in test])
        last = np.array([steps[-1] for steps in logits])
        longest, bayes = self.naive_bayes
        return {
            "metric": "accuracy at the end mark",
            **self.common_scores(network, last),
            "baseline": {
                "name": f"naive Bayes over runs of 1 to {longest} letters, alpha {bayes.alpha:g}, both chosen on "
                "validation",
                "value": bayes.test,
                "validation": bayes.validation,
                "macro_f1": macro_f1(bayes.predicted, truth, len(self.labels)),
            },
            "macro_f1": macro_f1(last.argmax(-1), truth, len(self.labels)),
            "accuracy_after": [accuracy_after(logits, truth, k) for k in range(1, 9)],
        }

    @cached_property
    def naive_bayes(self) -> tuple[int, TunedNaiveBayes]:
        """The naive Bayes model that does best on validation, after the length of its longest runs of letters."""
        parts = self.texts_by_part()
        tuned = {}
        for longest in range(1, LONGEST_RUN + 1):
            model = NaiveBayes(partial(letter_runs, longest), *parts["train"], len(self.labels))
            tuned[longest] = tune_naive_bayes(model, parts["validation"], parts["test"])
        best = max(tuned, key=lambda longest: tuned[longest].validation)
        return best, tuned[best]


def accuracy_after(logits: list[Array], truth: Array, k: int) -> dict[str, float]:
    """The accuracy after k letters, among names with at least k letters, the end mark not counted."""
    is_right = [steps[k - 1].argmax() == c for steps, c in zip(logits, truth, strict=True) if len(steps) > k]
    return {"characters": k, "n": len(is_right), "accuracy": float(np.mean(is_right))}


def macro_f1(predicted: Array, truth: Array, classes: int) -> float:
    """The mean over classes of F1 = 2 TP / (2 TP + FP + FN); every class counts the same, however rare."""
    scores = []
    for c in range(classes):
        hits = int(((predicted == c) & (truth == c)).sum())
        mentions = int((predicted == c).sum() + (truth == c).sum())
        scores.append(2 * hits / mentions if mentions else 0.0)
    return float(np.mean(scores))


def letter_runs(longest: int, name: str) -> list[str]:
    """Runs of one letter, of two and so on, with ^ and $ at the ends: the features of naive Bayes."""
    framed = f"^{name}$"
    return [framed[k : k + n] for n in range(1, longest + 1) for k in range(len(framed) - n + 1)]
