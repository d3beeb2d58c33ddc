"""Vocabularies that somebody brings: a text with a token a line, a JSON list, or a JSON map from tokens to rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import regex

from ..tokens import END, UNKNOWN, Kind, Vocabulary

_UNKNOWN = ("<unk>", "<UNK>", "[UNK]", "<oov>", "<OOV>", "UNK", "unk")
_END = ("</s>", "<eos>", "<EOS>", "<end>", "[EOS]", "[SEP]", "<|endoftext|>")
_SPECIAL = re.compile(r"<[^<>]{1,30}>|\[[A-Z]{2,20}\]")


def tokens_of(text: str, rows: int, what: str = "tokens", of: str = "rows") -> list[str]:
    """The tokens of a vocabulary's text in the order of the embedding's rows, or the labels of a readout's outputs.

    A JSON list, a JSON map from token to row or from row to token, or a token a line; typed without line ends, tokens
    apart by blanks, or a run of `rows` characters. Raises ValueError, in one sentence, unless there are `rows` tokens.
    """
    found = _listed(text, rows)
    if len(found) != rows:
        raise ValueError(
            f"There are {len(found):,} {what} for {rows:,} {of}: each needs one, in their order. They begin with "
            f"{', '.join(map(repr, found[:3])) or 'nothing'}."
        )
    twice = [token for token, count in Counter(found).items() if count > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} is there twice: each of the {of} needs one of its own.")
    return found


def _listed(text: str, rows: int) -> list[str]:
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return _of_json(json.loads(text), rows)
        except json.JSONDecodeError as error:
            if not _looks_like_lines(text, rows):
                raise ValueError(f"The vocabulary begins like JSON but is none: {error}.") from error
        except RecursionError as error:
            raise ValueError("The vocabulary is JSON nested too deeply to be a list of tokens.") from error
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").removesuffix("\n").split("\n")
    if len(lines) > 1:
        return [line.split("\t")[0] if "\t" in line and line != "\t" else line for line in lines]
    words = text.split()
    return words if len(words) == rows or len(words) > 1 else regex.findall(r"\X", text)


def _looks_like_lines(text: str, rows: int) -> bool:
    return abs(text.count("\n") - rows) <= 1


def _of_json(data: Any, rows: int) -> list[str]:
    if isinstance(data, dict) and isinstance(data.get("model"), dict) and isinstance(data["model"].get("vocab"), dict):
        data = data["model"]["vocab"]  # a tokenizer.json of Hugging Face
    if isinstance(data, dict) and isinstance(data.get("word_index"), dict | str):  # a Keras Tokenizer
        data = json.loads(data["word_index"]) if isinstance(data["word_index"], str) else data["word_index"]
    if isinstance(data, list) and all(isinstance(one, str) for one in data):
        return list(data)
    if isinstance(data, dict) and data:
        if all(isinstance(value, int) and not isinstance(value, bool) for value in data.values()):
            return _by_row({row: token for token, row in data.items()}, len(data), rows)
        if all(isinstance(value, str) and key.isdecimal() for key, value in data.items()):
            return _by_row({int(row): token for row, token in data.items()}, len(data), rows)
    raise ValueError(
        "The vocabulary is JSON, but neither a list of tokens nor a map from token to row or from row to token."
    )


def _by_row(found: dict[int, str], count: int, rows: int) -> list[str]:
    if len(found) != count:
        raise ValueError("The vocabulary gives one row to several tokens: each row needs a token of its own.")
    if wrong := [row for row in found if not 0 <= row < rows]:
        raise ValueError(
            f"The vocabulary names row {wrong[0]} for {found[wrong[0]]!r}, but the embedding has rows 0 to {rows - 1}."
        )
    # Rows that nobody names, as Keras leaves row 0 to padding, get a name that cannot be typed by accident.
    return [found.get(row, f"<row {row}>") for row in range(rows)]


def guessed(tokens: Sequence[str]) -> tuple[Kind, str | None, str | None]:
    """How a text is cut into such tokens, the token that stands for unknown ones, and the one that ends a text."""
    unknown = next((one for one in _UNKNOWN if one in tokens), None)
    end = next((one for one in _END if one in tokens), None)
    plain = [token for token in tokens if not _SPECIAL.fullmatch(token) and token not in (unknown, end)]
    if plain and all(len(regex.findall(r"\X", token)) == 1 for token in plain):
        return "characters", unknown, end
    as_words = regex.compile(r"\w+(?:['’]\w+)*|(?!\s)\X")
    if plain and all(as_words.fullmatch(token) and token == token.lower() for token in plain):
        return "words", unknown, end
    return "pieces", unknown, end


def vocabulary(
    tokens: Sequence[str], kind: Kind | None = None, unknown: str | None = None, end: str | None = None
) -> Vocabulary:
    """A vocabulary of these tokens, in their order.

    kind: how a text is cut, guessed from the tokens if left out. unknown: the token that stands for those that the
    vocabulary lacks; without one such tokens are refused. end: the token that is read after the last one; without
    one nothing is. Raises ValueError, in one sentence, for a token that is not there.
    """
    listed = list(tokens)
    for role, token, ours in (("unknown tokens", unknown, UNKNOWN), ("the end", end, END)):
        if token is None:
            continue
        if token not in listed:
            raise ValueError(f"The vocabulary has no {token!r} to stand for {role}.")
        if ours in listed and token != ours:
            raise ValueError(f"The vocabulary has {ours!r} already, so {token!r} cannot stand for {role} as well.")
        listed[listed.index(token)] = ours
    if not end and END in listed:
        listed[listed.index(END)] = "<end> "  # an end mark that is only one token among others
    return Vocabulary(kind or guessed(tokens)[0], tuple(listed), end is not None)
