"""Reviews: read a sentence word by word, predict whether it is positive or negative."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

from ...network import Network
from ...text.tokens import normalise, split
from ..baselines import NaiveBayes, TunedNaiveBayes, tune_naive_bayes
from ..recipe import Recipe
from .data_source import DataSource
from .labelled_texts import LabelledTexts
from .task import Scores

NEUTRAL = 0.5  # sentences whose mean score is nearer to zero are neither positive nor negative


class Reviews(LabelledTexts):
    """Sentences from reviews of products, restaurants and films; duplicates (in lower case) removed."""

    name = "reviews"
    title = "Reviews: praise or complaint?"
    reads = "the words and punctuation marks of a review"
    predicts = "negative or positive"
    answer_due = "at the last word"
    examples = (
        "not good at all, but the ending was brilliant",
        "The food was great, but the service was not.",
        "I wanted to like this film, but it is a complete waste of time.",
        "It works perfectly and I would buy it again!",
        "I can not recommend it enough",
        "not bad",
        "A brilliant cast wasted on a stupid story.",
    )
    note = (
        "A naive Bayes classifier over words and word pairs, which knows nothing of order beyond two words, does about "
        "as well as these networks: there are only 12,811 reviews to learn from. The networks learn well how much "
        "single words weigh, but only in part how words change each other's meaning: 'not good' comes out far less "
        "positive than 'good', but 'not bad' stays as negative as 'bad'. The sentences are from 2014 or earlier and "
        "are about films, shops and restaurants. Words seen fewer than three times in training are read as <unk>."
    )
    sources = (
        DataSource(
            "Sentiment Labelled Sentences (Amazon, IMDb, Yelp)",
            "CC BY 4.0",
            "Kotzias, Denil, de Freitas & Smyth, From Group to Individual Labels Using Deep Features, KDD 2015",
            "https://archive.ics.uci.edu/dataset/331",
            "uci_sentiment",
        ),
        DataSource(
            "review snippets rated for VADER (Amazon, films)",
            "MIT (package vaderSentiment); the snippets are third-party",
            "Hutto & Gilbert, VADER: A Parsimonious Rule-based Model for Sentiment Analysis, ICWSM 2014",
            "Python package vaderSentiment 3.3.2, additional_resources in its source archive",
            "hutto_reviews",
        ),
    )
    items = "reviews"
    token_kind = "words"
    probe_example = ("The food was great, but the service was not.", "negative")
    max_tokens = 80
    min_count = 3  # halves the file, and validation is no worse
    base_recipe = Recipe(
        embedding=32,
        hidden=64,
        epochs=10,
        learning_rate=2e-3,
        embedding_scale=0.1,
        dropout_inputs=0.5,
        dropout_top=0.5,
        patience=4,
    )
    cell_changes = {"rnn": {"learning_rate": 1e-3}}

    def load(self, folders: dict[str, Path]) -> None:
        unique: dict[str, tuple[str, bool, str]] = {}
        for row in (*read_uci(folders["uci_sentiment"]), *read_hutto(folders["hutto_reviews"])):
            unique.setdefault(row[0].lower(), row)
        texts, are_positive, self.origins = zip(*unique.values(), strict=True)
        self.prepare(texts, ["positive" if is_positive else "negative" for is_positive in are_positive])

    def held_out_scores(self, network: Network) -> Scores:
        test = self.indices.test
        logits = self.final_logits(network, test)
        is_right = logits.argmax(-1) == self.classes[test]
        origins = np.array(self.origins)[test]
        bayes = self.naive_bayes
        best = max(bayes, key=lambda name: bayes[name].validation)
        common = self.common_scores(network, logits)
        return {
            "metric": "accuracy at the last word",
            **common,
            "chance_is": f"{common['chance_is']}; a coin: 50 %",
            "baseline": {
                "name": f"naive Bayes over {best}, alpha {bayes[best].alpha:g}, both chosen on validation",
                "value": bayes[best].test,
                "validation": bayes[best].validation,
            },
            "baselines": [
                {"name": f"naive Bayes over {name}, alpha {b.alpha:g} chosen on validation", "value": b.test}
                for name, b in bayes.items()
            ],
            "by_source": {
                origin: {"n": int((origins == origin).sum()), "accuracy": float(is_right[origins == origin].mean())}
                for origin in dict.fromkeys(self.origins)
            },
        }

    @cached_property
    def naive_bayes(self) -> dict[str, TunedNaiveBayes]:
        """Naive Bayes models, by what they count."""
        parts = self.texts_by_part()
        bayes = {}
        for name, features, once in (
            ("words, each counted once per review", words, True),
            ("words", words, False),
            ("words and word pairs, each counted once per review", words_and_pairs, True),
        ):
            model = NaiveBayes(features, *parts["train"], len(self.labels), once)
            bayes[name] = tune_naive_bayes(model, parts["validation"], parts["test"])
        return bayes


def read_uci(folder: Path) -> Iterator[tuple[str, bool, str]]:
    """Text, whether it is positive, and its origin. Each line is a sentence, a tab, and 0 or 1."""
    for site in ("amazon_cells", "imdb", "yelp"):
        for line in (folder / f"{site}_labelled.txt").read_text(encoding="utf-8").split("\n"):
            text, tab, label = line.rpartition("\t")
            if tab:
                yield text.strip(), label.strip() == "1", "uci"


def read_hutto(folder: Path) -> Iterator[tuple[str, bool, str]]:
    """The same for the rated snippets, without the neutral ones. Each line is a number, a score (-4 to 4), a text."""
    for kind in ("amazon", "movie"):
        for line in (folder / f"{kind}ReviewSnippets_GroundTruth.txt").read_text(encoding="latin-1").split("\n"):
            fields = line.strip("\r").split("\t")
            if len(fields) >= 3 and abs(float(fields[1])) >= NEUTRAL:
                yield fields[2].strip(), float(fields[1]) > 0, f"hutto {kind}"


def words(text: str) -> list[str]:
    """The words and punctuation marks of a text, in lower case."""
    return [normalise("words", token) for token in split("words", text)]


def words_and_pairs(text: str) -> list[str]:
    """Words, and pairs of neighbouring words."""
    single = words(text)
    return single + [f"{a} {b}" for a, b in pairwise(single)]
