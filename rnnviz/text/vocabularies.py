"""Vocabularies from texts: a token a line, a JSON list, or a JSON map from tokens to rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import regex

from ..bounded_json import parse_json
from ..errors import ArgumentError, FileError, InputError
from ..limits import LONGEST_NAME
from ..wording import printable, without_surrogates
from .tokens import END, UNKNOWN, TokenKind, Vocabulary, visible

FEW = 20  # characters for each other token that a vocabulary of characters may have, such as PAD
LONGEST_CHARACTER = 50  # code points of a grapheme cluster, on average
_UNKNOWN = ("<unk>", "<UNK>", "[UNK]", "<oov>", "<OOV>", "UNK", "unk")
_END = ("</s>", "<eos>", "<EOS>", "<end>", "[EOS]", "[SEP]", "<|endoftext|>")
_JSON = re.compile(r'\s*(\[\s*["\]\[{0-9-]|\{\s*["}])')  # "[PAD]" begins another kind of file
_SPECIAL = re.compile(r"<[^<>]{1,30}>|\[[A-Z]{2,20}\]")


def parse_tokens(text: str, rows: int, what: str = "tokens", of: str = "rows") -> list[str]:
    """Read the tokens of a vocabulary, or the labels of a readout's outputs.

    Parameters
    ----------
    text : str
        A JSON list, a JSON map from token to row or from row to token, or a token a line; on a single line, tokens
        separated by spaces, or a run of `rows` characters.
    rows : int
        How many there must be.
    what : str, default "tokens"
        What they are called in errors.
    of : str, default "rows"
        What they belong to, in errors.

    Returns
    -------
    list of str
        One token for each row of the embedding, in their order.

    Raises
    ------
    InputError
        If there are not `rows` distinct tokens.
    """
    tokens = [without_surrogates(token) for token in _list_tokens(text.removeprefix("\ufeff"), rows, of)]
    if len(tokens) != rows:
        begin = ", ".join(f"“{printable(visible(token))}”" for token in tokens[:3]) or "nothing"
        raise InputError(
            f"There are {len(tokens):,} {what} for {rows:,} {of}: each needs one, in their order. They begin with "
            f"{begin}.",
            code="count",
            expected=rows,
        )
    long = next((token for token in tokens if len(token) > LONGEST_NAME), None)
    if long is not None:
        raise InputError(
            f"One of the {what} has {len(long):,} letters, {printable(long, 40)!r}, and at most {LONGEST_NAME:,} are "
            "read.",
            code="too_long", token=long,
        )  # fmt: skip
    duplicates = [token for token, count in Counter(tokens).items() if count > 1]
    if duplicates:
        raise InputError(
            f"“{printable(visible(duplicates[0]))}” occurs twice: each of the {of} needs one of its own.",
            code="duplicate", token=duplicates[0],
        )  # fmt: skip
    return tokens


def _list_tokens(text: str, rows: int, of: str) -> list[str]:
    """The tokens of a text in any of its forms, whatever their number."""
    if _JSON.match(text):
        try:
            return _from_json(parse_json("The vocabulary, as JSON,", text), rows, of)
        except FileError as error:
            if error.code != "json" or not _looks_like_lines(text, rows):
                raise InputError(error.message, code=error.code) from error
    characters = _characters(text, rows)
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) > 1:
        plain = [line.split("\t")[0] if "\t" in line and line != "\t" else line for line in lines]
        return characters if len(characters) == rows != len(plain) else plain  # a line end may be one of them
    words = text.split()
    if len(words) == rows:
        return words
    typed = _characters(lines[0], rows)
    fitting = (tokens for tokens in (typed, characters) if len(tokens) == rows)
    return next(fitting, words if len(words) > 1 or not typed else typed)


def _characters(text: str, rows: int) -> list[str]:
    """The characters of a text; none of a text that is far too long to be a run of as many as there are rows."""
    return regex.findall(r"\X", text) if len(text) <= LONGEST_CHARACTER * (rows + 10) else []


def _looks_like_lines(text: str, rows: int) -> bool:
    """Whether a text has about as many lines as there are rows."""
    return abs(text.count("\n") - rows) <= 1


def _from_json(data: Any, rows: int, of: str) -> list[str]:
    """The tokens of JSON data."""
    data = _unwrap(data)
    if isinstance(data, list) and all(isinstance(entry, str) for entry in data):
        return list(data)
    if isinstance(data, dict) and data:
        if all(isinstance(value, int) and not isinstance(value, bool) for value in data.values()):
            return _by_row({row: token for token, row in data.items()}, len(data), rows, of)
        if all(isinstance(value, str) and key.isdecimal() and len(key) < 10 for key, value in data.items()):
            return _by_row({int(row): token for row, token in data.items()}, len(data), rows, of)
    raise InputError(
        "The vocabulary is JSON, but neither a list of tokens nor a map from token to row or from row to token.",
        code="json_form",
    )


def _unwrap(data: Any) -> Any:
    """The list or map inside the files of common tokenizers."""
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
        more = [entry for entry in added if isinstance(entry, dict)] if isinstance(added, list) else []
        return vocab | {
            entry["content"]: entry["id"] for entry in more if _is_text(entry.get("content")) and "id" in entry
        }
    if isinstance(config, dict) and isinstance(config.get("word_index"), dict | str):  # a Tokenizer of Keras
        index = config["word_index"]
        words = parse_json("The word index", index) if isinstance(index, str) else index
        most = config.get("num_words")
        if isinstance(words, dict) and isinstance(most, int):  # it stores rarer words as well, but never returns them
            words = {token: row for token, row in words.items() if isinstance(row, int) and row < most}
        return words
    return data


def _is_text(value: Any) -> bool:
    """Whether a value is a text."""
    return isinstance(value, str)


def _by_row(tokens: dict[int, str], count: int, rows: int, of: str) -> list[str]:
    """The tokens in the order of their rows; `count` is how many the map lists."""
    if len(tokens) != count:
        raise InputError(
            f"The vocabulary gives one number to several tokens: each of the {of} needs one of its own.",
            code="duplicate_row",
        )
    if wrong := [row for row in tokens if not 0 <= row < rows]:
        raise InputError(
            f"The vocabulary gives number {wrong[0]} to {printable(tokens[wrong[0]])!r}, but the {of} are only 0 to "
            f"{rows - 1}.",
            code="unknown_row", token=tokens[wrong[0]],
        )  # fmt: skip
    # Rows without a token, as Keras leaves row 0 to padding, get a name that cannot be typed by accident.
    return [tokens.get(row, f"<row {row}>") for row in range(rows)]


def guess_settings(tokens: Sequence[str]) -> tuple[TokenKind, str | None, str | None]:
    """Guess how a text is split into such tokens.

    Parameters
    ----------
    tokens : sequence of str
        The tokens of a vocabulary.

    Returns
    -------
    kind : {"characters", "words", "pieces"}
        How a text is split.
    unknown : str or None
        The token that stands for unknown ones.
    end : str or None
        The token that ends a text.
    """
    unknown = next((token for token in _UNKNOWN if token in tokens), None)
    end = next((token for token in _END if token in tokens), None)
    plain = [token for token in tokens if not _SPECIAL.fullmatch(token) and token not in (unknown, end)]
    longer = sum(len(regex.findall(r"\X", token)) != 1 for token in plain)
    if plain and longer <= len(plain) // FEW:
        return "characters", unknown, end
    as_words = regex.compile(r"\w+(?:['’]\w+)*|(?!\s)\X")
    if plain and all(as_words.fullmatch(token) and token == token.lower() for token in plain):
        return "words", unknown, end
    return "pieces", unknown, end


def build_vocabulary(
    tokens: Sequence[str], kind: TokenKind | None = None, unknown: str | None = None, end: str | None = None
) -> Vocabulary:
    """Build a vocabulary of tokens in their order.

    Parameters
    ----------
    tokens : sequence of str
        The V tokens.
    kind : {"characters", "words", "pieces"} or None, default None
        How a text is split; guessed from the tokens if left out.
    unknown : str or None, default None
        The token that stands for unknown ones; without one, unknown tokens are refused.
    end : str or None, default None
        The token that is read after the last one; without one, nothing is.

    Returns
    -------
    Vocabulary
        The vocabulary.

    Raises
    ------
    ArgumentError
        If `unknown` or `end` is not among the tokens, or cannot have that role.
    """
    names = list(tokens)
    if unknown is not None and unknown == end:
        raise ArgumentError(
            f"{unknown!r} cannot stand for both unknown tokens and the end.", code="same", name="end", value=end
        )
    for name, role, token, ours in (
        ("unknown", "unknown tokens", unknown, UNKNOWN),
        ("end", "the end", end, END),
    ):
        if token is None:
            if ours in names:
                names[names.index(ours)] = f"{ours} "  # an ordinary token, which no typing produces
            continue
        if token not in names:
            raise ArgumentError(
                f"The vocabulary has no {token!r} to stand for {role}.", code="missing", name=name, value=token
            )
        if ours in names and token != ours:
            raise ArgumentError(
                f"The vocabulary already has {ours!r}, so {token!r} cannot stand for {role} as well.",
                code="conflict", name=name, value=token,
            )  # fmt: skip
        names[names.index(token)] = ours
    return Vocabulary(kind or guess_settings(tokens)[0], tuple(names), end is not None)
