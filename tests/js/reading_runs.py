"""Texts as Python reads them, over what Hypothesis draws, for the test of the browser's reader."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import regex
from hypothesis import strategies as st

import rnnviz
from rnnviz.model import Model
from rnnviz.number_format import short_number
from rnnviz.playground.character_classes import ALL, CLUSTERS
from rnnviz.playground.playground_encoding import reader_data
from rnnviz.text.remarks import reading_remarks
from rnnviz.text.tokens import TokenKind, Vocabulary, normalise, split, visible
from tests.js.forward_runs import examples
from tests.strategies import ALPHABET, CHARACTERS, WORDS, draw_network, texts

DRAWN = 150
AT_RANDOM = 2000  # code points of each class of breaks
LONE = ["\ud800", "a\udfff", "x\ud83d\u0301"]
SHOWN = [
    *(chr(code) for code in range(0x250)),
    "",
    "<end>",
    "\u0301x",
    "\u200d\u200d",
    "\U000e0100",
    "\ue000",
    "\uffff",
]
KINDS: tuple[TokenKind, ...] = ("characters", "words", "pieces")

awkward = st.sampled_from(
    [*"क्षि\u200d\u0308\r\n\u1100\u1161\u11a8가각🇩🇪👩🏽🚀❤\ufe0f\u0600กำ'’ ab.\n⏎", "a'b", "l’x", "’’s"]
)
clusters = st.lists(awkward, max_size=20).map("".join)

numbers = st.one_of(
    st.floats(-1e3, 1e3, width=32).map(repr),
    st.floats().map(repr),
    st.integers(-99, 99).map(str),
    st.sampled_from(
        [
            "1_000",
            "−3",
            "'4'",
            "٣",
            "１.5",
            "1e400",
            "nan",
            "-inf",
            "0x1",
            "1__0",
            ".5",
            "5.",
            "1e5",
            "O.5",
            "0,5",
            "1,25",
        ]
    ),
)
separators = st.sampled_from(
    [" ", ", ", ",", ";", "; ", "\n", "\r\n", "\t", "  ", "]\n[", "\x85", "\x1c", "\n\n", "\v"]
)
headers = st.sampled_from(["", "", "a,b\n", "time value\n", "_x\ty\n", "\n\nüx ñ\n", "a.b c\n", "1 b\n", "ſ;'t'\n"])
number_texts = st.builds(
    lambda head, pairs: head + "".join(number + separator for number, separator in pairs),
    headers,
    st.lists(st.tuples(numbers, separators), max_size=12),
)
names_of_tables = st.sampled_from(["data.csv", " my data.NPY ", ".csv", "x.tſv", "a\nb.txt"])


def utf16(text: str) -> list[int]:
    """A text as a browser counts it."""
    return [int(unit) for unit in np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")]


def a_model(vocabulary: Vocabulary) -> Model:
    """A model that reads by a vocabulary."""
    return Model("reader", draw_network(vocabulary=vocabulary), vocabulary, [*"abcd"])


def a_reading(vocabulary: Vocabulary, text: str, limit: int) -> dict[str, Any]:
    """What Python makes of a text: what the network reads, or why not."""
    found: dict[str, Any] = {"text": utf16(text), "limit": limit}
    try:
        encoding = vocabulary.encode(text, limit)
    except ValueError as error:
        return found | {"error": utf16(str(error))}
    return found | {
        "tokens": [utf16(token) for token in encoding.tokens],
        "shown": [utf16(visible(token)) for token in encoding.tokens],
        "inputs": encoding.inputs.ravel().tolist(),
        "unknown": encoding.unknown.tolist(),
        "truncated": encoding.truncated,
        "remarks": [utf16(remark) for remark in reading_remarks(encoding, vocabulary, 256)],
    }


def readings() -> list[dict[str, Any]]:
    """Vocabularies, each with texts that were read by it."""
    drawn = [*examples(texts, DRAWN), *examples(clusters, DRAWN), *LONE, "", "  \n", "ab" * 200]
    models = [rnnviz.load(name) for name in ("names-lstm", "reviews-gru", "shakespeare-rnn", "recall-lstm")]
    own = [
        CHARACTERS,
        WORDS,
        Vocabulary("characters", tuple(ALPHABET)),
        Vocabulary("pieces", ("<unk>", "the", "é", "don't")),
        *(Vocabulary.collect(kind, drawn[::2], end=kind == "words") for kind in KINDS),
    ]
    found = [case(model, drawn) for model in (*models, *map(a_model, own))]
    by_numbers = [*examples(number_texts, 2 * DRAWN), *examples(names_of_tables, 5), "x", " ", "noise(1, 9)"]
    found += [case(a_model(Vocabulary("numbers", vector_size=size)), by_numbers) for size in (1, 2, 3, 5)]
    return found


def case(model: Model, drawn: list[str]) -> dict[str, Any]:
    """A vocabulary with texts; at times only their beginning is read."""
    limits = (256, 256, 256, 4)
    read = [a_reading(model.vocabulary, text, limits[k % len(limits)]) for k, text in enumerate(drawn)]
    return {"reader": reader_data(model), "readings": read}


def noises() -> dict[str, Any]:
    """Random numbers that a page holds, and how the values of a step are written."""
    vocabulary = Vocabulary("numbers", vector_size=2)
    held = [
        "noise(seed=0, steps=24)",
        "noise(1,3)",
        "noise(seed = 1, steps = 24, scale=0.5)",
        " NOISE(1, steps=2,scale=2)",
    ]
    missing = [
        "noise(seed=7, steps=3)",
        "noise(seed=1, steps=25)",
        "noise(",
        "noise(seed=0, steps=0)",
        "noise(1, 2, -1)",
    ]
    halves = [sign * (k + 0.5) * 10.0**e for k in range(123450, 123470) for e in (-9, -5, 0, 3) for sign in (1, -1)]
    drawn = [
        *examples(st.floats(allow_nan=False, allow_infinity=False), 300),
        0.0,
        -0.0,
        1e-5,
        123456.5,
        999999.5,
        *halves,
    ]
    return {
        "reader": reader_data(a_model(vocabulary)),
        "held": [a_reading(vocabulary, text, 256) for text in held],
        "missing": missing,
        "general": [[repr(value), f"{value:g}"] for value in (*drawn, math.inf, -math.inf, math.nan)],
        "short": [[repr(value), short_number(value)] for value in (*drawn, 1234.5, 1235.5, 9999.5, 12500.0, 0.0625)],
        "quoted": [[utf16(text), utf16(repr(text))] for text in (*examples(texts, 100), "it's", '"it\'s"', "\\'")],
    }


def splits() -> dict[str, Any]:
    """Texts of the letters that decide about breaks, split, spelled and shown."""
    rng = np.random.default_rng(0)
    letters = [c for name in CLUSTERS for c in _members(name)[:: max(1, len(_members(name)) // 40)]] + [*"ab \r\n"]
    joined = ["".join(rng.choice(letters, 8)) for _ in range(AT_RANDOM)]
    readers: dict[str, Any] = {kind: reader_data(a_model(Vocabulary(kind, ("<unk>",)))) for kind in KINDS}
    return {
        "readers": readers,
        "splits": [
            [kind, utf16(text), [utf16(piece) for piece in split(kind, text)]] for text in joined for kind in KINDS
        ],
        "spelled": [
            [kind, utf16(text), utf16(normalise(kind, text))]
            for text in (*joined[:300], *examples(texts, 200))
            for kind in KINDS
        ],
        "shown": [[utf16(token), utf16(visible(token))] for token in (*SHOWN, *joined[:50])],
    }


def _members(name: str) -> list[str]:
    """The code points of a class."""
    return regex.findall(CLUSTERS[name], ALL)
