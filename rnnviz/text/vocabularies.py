"""Vocabularies that somebody brings: a text with a token a line, a JSON list, or a JSON map from tokens to rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import regex

from ..wording import printable, without_surrogates
from .tokens import END, UNKNOWN, TokenKind, Vocabulary

_UNKNOWN = ("<unk>", "<UNK>", "[UNK]", "<oov>", "<OOV>", "UNK", "unk")
_END = ("</s>", "<eos>", "<EOS>", "<end>", "[EOS]", "[SEP]", "<|endoftext|>")
_JSON = re.compile(r'\s*(\[\s*["\]\[{0-9-]|\{\s*["}])')  # "[PAD]" begins another kind of file
_SPECIAL = re.compile(r"<[^<>]{1,30}>|\[[A-Z]{2,20}\]")


def parse_tokens(text: str, rows: int, what: str = "tokens", of: str = "rows") -> list[str]:
    """The tokens of a vocabulary's text in the order of the embedding's rows, or the labels of a readout's outputs.

    A JSON list, a JSON map from token to row or from row to token, or a token a line; typed without line ends, tokens
    apart by blanks, or a run of `rows` characters. Raises ValueError, in one sentence, unless there are `rows` tokens.
    """
    found = [without_surrogates(token) for token in _listed(text.removeprefix("\ufeff"), rows, of)]
    if len(found) != rows:
        raise ValueError(
            f"There are {len(found):,} {what} for {rows:,} {of}: each needs one, in their order. They begin with "
            f"{', '.join(repr(printable(token)) for token in found[:3]) or 'nothing'}."
        )
    twice = [token for token, count in Counter(found).items() if count > 1]
    if twice:
        raise ValueError(f"{printable(twice[0])!r} is there twice: each of the {of} needs one of its own.")
    return found


def _listed(text: str, rows: int, of: str) -> list[str]:
    if _JSON.match(text):
        try:
            return _of_json(json.loads(text), rows, of)
        except json.JSONDecodeError as error:
            if not _looks_like_lines(text, rows):
                raise ValueError(f"The vocabulary begins like JSON but is none: {error}.") from error
        except RecursionError as error:
            raise ValueError("The vocabulary is JSON nested too deeply to be a list of tokens.") from error
    characters = regex.findall(r"\X", text)
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) > 1:
        plain = [line.split("\t")[0] if "\t" in line and line != "\t" else line for line in lines]
        return characters if len(characters) == rows != len(plain) else plain  # a line end may be one of them
    words = text.split()
    if len(words) == rows:
        return words
    typed = regex.findall(r"\X", lines[0])
    return next((found for found in (typed, characters) if len(found) == rows), words if len(words) > 1 else typed)


def _looks_like_lines(text: str, rows: int) -> bool:
    return abs(text.count("\n") - rows) <= 1


def _of_json(data: Any, rows: int, of: str) -> list[str]:
    data = _unwrapped(data)
    if isinstance(data, list) and all(isinstance(one, str) for one in data):
        return list(data)
    if isinstance(data, dict) and data:
        if all(isinstance(value, int) and not isinstance(value, bool) for value in data.values()):
            return _by_row({row: token for token, row in data.items()}, len(data), rows, of)
        if all(isinstance(value, str) and key.isdecimal() and len(key) < 10 for key, value in data.items()):
            return _by_row({int(row): token for row, token in data.items()}, len(data), rows, of)
    raise ValueError(
        "The vocabulary is JSON, but neither a list of tokens nor a map from token to row or from row to token."
    )


def _unwrapped(data: Any) -> Any:
    """The list or map inside the files of usual tokenizers."""
    if not isinstance(data, dict):
        return data
    model, config = data.get("model"), data.get("config", data)
    if isinstance(model, dict) and isinstance(model.get("vocab"), dict | list):  # tokenizer.json of Hugging Face
        vocab = model["vocab"]
        if isinstance(vocab, list):  # with scores
            vocab = {
                pair[0]: k for k, pair in enumerate(vocab) if isinstance(pair, list) and pair and _is_text(pair[0])
            }
        added = data.get("added_tokens")
        more = [one for one in added if isinstance(one, dict)] if isinstance(added, list) else []
        return vocab | {one["content"]: one["id"] for one in more if _is_text(one.get("content")) and "id" in one}
    if isinstance(config, dict) and isinstance(config.get("word_index"), dict | str):  # a Tokenizer of Keras
        index = config["word_index"]
        found, most = json.loads(index) if isinstance(index, str) else index, config.get("num_words")
        if isinstance(found, dict) and isinstance(most, int):  # it keeps the rarer words, and never gives them out
            found = {token: row for token, row in found.items() if isinstance(row, int) and row < most}
        return found
    return data


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _by_row(found: dict[int, str], count: int, rows: int, of: str) -> list[str]:
    if len(found) != count:
        raise ValueError(f"The vocabulary gives one number to several tokens: each of the {of} needs one of its own.")
    if wrong := [row for row in found if not 0 <= row < rows]:
        raise ValueError(
            f"The vocabulary names number {wrong[0]} for {printable(found[wrong[0]])!r}, but there are only "
            f"the {of} 0 to {rows - 1}."
        )
    # Rows that nobody names, as Keras leaves row 0 to padding, get a name that cannot be typed by accident.
    return [found.get(row, f"<row {row}>") for row in range(rows)]


def guess_settings(tokens: Sequence[str]) -> tuple[TokenKind, str | None, str | None]:
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


def build_vocabulary(
    tokens: Sequence[str], kind: TokenKind | None = None, unknown: str | None = None, end: str | None = None
) -> Vocabulary:
    """A vocabulary of these tokens, in their order.

    kind: how a text is cut, guessed from the tokens if left out. unknown: the token that stands for those that the
    vocabulary lacks; without one such tokens are refused. end: the token that is read after the last one; without
    one nothing is. Raises ValueError, in one sentence, for a token that is not there.
    """
    listed = list(tokens)
    if unknown is not None and unknown == end:
        raise ValueError(f"{unknown!r} cannot stand for unknown tokens and for the end as well.")
    for role, token, ours in (("unknown tokens", unknown, UNKNOWN), ("the end", end, END)):
        if token is None:
            if ours in listed:
                listed[listed.index(ours)] = f"{ours} "  # only one token among others, which no typing meets
            continue
        if token not in listed:
            raise ValueError(f"The vocabulary has no {token!r} to stand for {role}.")
        if ours in listed and token != ours:
            raise ValueError(f"The vocabulary has {ours!r} already, so {token!r} cannot stand for {role} as well.")
        listed[listed.index(token)] = ours
    return Vocabulary(kind or guess_settings(tokens)[0], tuple(listed), end is not None)
