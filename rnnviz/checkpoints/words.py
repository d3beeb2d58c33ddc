"""Words for a model's inputs and outputs: those in its file, where they fit, and those that a person gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import ArgumentError, DtypeError, InputError, MissingFileError
from ..text.decoding import decode_text
from ..text.tokens import Vocabulary
from ..text.vocabularies import build_vocabulary, guess_settings, parse_tokens
from ..text.word_lists import WordList, by_row
from ..wording import printable
from .joined_stacks import everywhere
from .settings import NONE, InferredSetting, inferred
from .stack import Stack

OFFERED = 12  # lists to choose from
LARGEST = 20_000_000  # bytes of a file of words

# What `load` takes as a vocabulary or as labels, besides a `Vocabulary`.
Words = Sequence[str] | Mapping[str, int] | Mapping[int, str] | str | Path


def with_words(stacks: Sequence[Stack], lists: Sequence[WordList]) -> tuple[Stack, ...]:
    """The stacks with the lists of words that fit their embeddings and readouts, and the settings that choose them."""
    return everywhere(stacks, lambda stack: _with_words(stack, lists)) if lists else tuple(stacks)


def _with_words(stack: Stack, lists: Sequence[WordList]) -> Stack:
    vocabulary, chosen = _setting(
        stack, lists, "vocabulary", {name: len(table.array) for name, table in stack.embeddings.items()}
    )
    outputs = {name: len(readout.weight.array) for name, readout in stack.readouts.items()}
    labels, more = _setting(stack, lists, "labels", outputs, vocabulary.value if vocabulary else NONE)
    settings = [setting for setting in (vocabulary, labels) if setting is not None]
    return replace(stack, settings=(*stack.settings, *settings), words={**chosen, **more}) if settings else stack


def _setting(
    stack: Stack, lists: Sequence[WordList], name: str, sizes: Mapping[str, int], taken: str = NONE
) -> tuple[InferredSetting | None, dict[str, WordList]]:
    """Which list names the rows of an embedding or the outputs of a readout, and the lists that could.

    sizes: of the arrays that could be it. taken: the list that names the inputs.
    """
    part = "embedding" if name == "vocabulary" else "readout"
    of_labels = name == "labels"
    fitting = [words for words in lists if any(words.fits(size) for size in sizes.values())]
    setting = stack.setting(part)
    current = setting.value if setting is not None else NONE
    size = sizes.get(current)

    def rank(words: WordList) -> tuple[bool, bool, bool, int]:
        exact = size is not None and len(words.tokens) == size
        return size is None or not words.fits(size), not exact, words.is_labels != of_labels, words.gaps

    fitting = sorted(fitting, key=rank)[:OFFERED]
    if not fitting:
        return None, {}
    choices = {words.name: f"{words.name}, {len(words.tokens):,} words" for words in fitting}
    other = "the words of the vocabulary where there are as many, else numbers" if of_labels else "numbers of rows"
    choices[NONE] = f"none: {other}"
    best, value = fitting[0], NONE
    what = f"{'outputs' if of_labels else 'rows'} of {current}"
    if size is None:
        reason = f"The network has no {part}."
    elif not best.fits(size):
        reason = f"None of the lists of words in the file has one for each of the {size:,} {what}."
    elif of_labels and not best.is_labels and taken != NONE and stack_words(lists, taken, size):
        reason = f"{taken} has as many words as there are {what}, and names them."
    else:
        value, rest = best.name, size - len(best.tokens)
        short = f", except for the last {rest}" if rest else ""
        reason = f"Its words are as many as the {size:,} {what}{short}; that they belong together is inferred."
    return inferred(name, value, "assumed", reason, choices), {words.name: words for words in fitting}


def stack_words(lists: Sequence[WordList], name: str, size: int) -> bool:
    """Whether the list of that name has a word for each of so many rows."""
    return any(words.name == name and len(words.tokens) == size for words in lists)


def file_vocabulary(stack: Stack, name: str, rows: int) -> Vocabulary | None:
    """The vocabulary of a list in the file, by its name, for so many rows; None if it does not fit."""
    words = stack.words.get(name)
    tokens = None if words is None else words.fitted(rows)
    if tokens is None:
        return None
    kind, unknown, _ = guess_settings(tokens)
    return build_vocabulary(tokens, kind, unknown)


def given_vocabulary(value: Vocabulary | Words | None, rows: int | None, stack: Stack) -> Vocabulary | None:
    """The vocabulary that somebody gives, in any form. rows: of the embedding, None without one.

    Raises ArgumentError, DtypeError, InputError or MissingFileError, which say what is wrong with it.
    """
    if value is None or isinstance(value, Vocabulary):
        return value
    if isinstance(value, str) and value == NONE:
        return None if rows is None else Vocabulary("pieces", tuple(map(str, range(rows))))
    if rows is None:
        raise ArgumentError(
            f"{stack.name} reads vectors of {stack.input_size} numbers, and has no embedding for a vocabulary.",
            code="no_embedding", name="vocabulary",
        )  # fmt: skip
    if isinstance(value, str) and value in stack.words:
        found = file_vocabulary(stack, value, rows)
        if found is None:
            raise _wrong_size("vocabulary", len(stack.words[value].tokens), rows)
        return found
    tokens = _given("vocabulary", value, rows, stack)
    kind, unknown, end = guess_settings(tokens)
    return build_vocabulary(tokens, kind, unknown, end)


def given_labels(value: Words | None, classes: int, stack: Stack) -> list[str] | None:
    """The labels that somebody gives, in any form. classes: the outputs. Raises what `given_vocabulary` raises."""
    if value is None or (isinstance(value, Sequence) and not isinstance(value, str) and _are_texts(value)):
        return None if value is None else list(value)
    if isinstance(value, str) and value == NONE:
        return [str(k) for k in range(classes)]
    if isinstance(value, str) and value in stack.words:
        tokens = stack.words[value].fitted(classes)
        if tokens is None:
            raise _wrong_size("labels", len(stack.words[value].tokens), classes)
        return list(tokens)
    return _given("labels", value, classes, stack)


def _are_texts(values: Sequence[object]) -> bool:
    return all(isinstance(entry, str) for entry in values)


def _given(name: str, value: object, size: int, stack: Stack) -> list[str]:
    """Words in the order of their rows, from a list, a map or a file."""
    if isinstance(value, str | Path):
        return _from_file(name, value, size, stack)
    if hasattr(value, "tolist"):  # an array of texts
        value = value.tolist()
    if isinstance(value, Sequence | Mapping) and not isinstance(value, bytes):
        found = by_row(value)
        if found is None:
            raise ArgumentError(f"{_subject(name)} {_fault(value)}", code="words", name=name)
        words = WordList(name, *found)
        tokens = words.fitted(size)
        if tokens is None:
            raise _wrong_size(name, len(words.tokens), size)
        return list(tokens)
    kinds = "a list of words, a dict from word to row or from row to word, or the path of a file"
    raise DtypeError(
        f"{name} takes {kinds}, not {type(value).__name__}.", name=name, dtype=type(value).__name__, expected=kinds
    )


def _from_file(name: str, value: str | Path, size: int, stack: Stack) -> list[str]:
    path = Path(value)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # a text that no path can be
        is_file = False
    if not is_file:
        known = f"; the lists of words in the file are {', '.join(stack.words)}" if stack.words else ""
        raise MissingFileError(
            f"There is no file {printable(str(value), 200)} for {name}{known}.", code="missing", file=str(value)
        )
    if path.stat().st_size > LARGEST:
        raise ArgumentError(f"{path.name} is too large to be a list of words.", code="too_large", name=name)
    what, of = ("tokens", "rows") if name == "vocabulary" else ("labels", "outputs")
    try:
        return parse_tokens(decode_text(path.read_bytes()), size, what, of)
    except InputError as error:
        raise error.with_message(f"{path.name}: {error}", file=path.name) from error


def _subject(name: str) -> str:
    return "The vocabulary is" if name == "vocabulary" else "The labels are"


def _fault(value: Sequence[object] | Mapping[object, object]) -> str:
    """What is wrong with a list or a map of words, as the end of a sentence."""
    if not value:
        return "empty: it needs one word for each row."
    if isinstance(value, Mapping):
        return (
            "a dict that gives one number to two words, leaves out many, or maps neither words to rows nor rows to "
            "words."
        )
    other = next((entry for entry in value if not isinstance(entry, str)), None)
    if other is not None:
        return f"a list with {printable(repr(other), 40)} in it, and each word is a text."
    twice = next((entry for entry, count in Counter(value).items() if count > 1), "")
    return f"a list in which {printable(repr(twice), 40)} occurs twice, or with a word that is too long."


def _wrong_size(name: str, count: int, size: int) -> ArgumentError:
    of = "the embedding has {:,} rows" if name == "vocabulary" else "the readout has {:,} outputs"
    what = "tokens" if name == "vocabulary" else "labels"
    return ArgumentError(
        f"{'The vocabulary has' if name == 'vocabulary' else 'There are'} {count:,} {what}, but {of.format(size)}: it "
        "needs one for each, in their order.",
        code="vocabulary_size" if name == "vocabulary" else "label_count", name=name, value=count, allowed=size,
    )  # fmt: skip
