"""The texts whose states a text is seen among: those of the task, the corpus of an atlas, or the reader's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from ....analysis import Components, components
from ....analysis.progress_meter import ProgressMeter, Tick
from ....atlas import Atlas
from ....atlas.passages import draw_passages
from ....cells.activations import Array
from ....model import Model
from ....trace import Trace
from ....wording import counted
from ....zoo import BUNDLED
from ...shared.catalogue import TaskModels
from ...shared.model_atlases import BUNDLED_ATLAS, model_atlases
from ...shared.text_box import TOKENS

PASSAGE, PASSAGES = 60, 80  # characters of a passage of running text, and passages
UNITS, LEAST = 25_600, 20  # texts times units of a layer, and texts at least
READ, TOKENS_AND_UNITS, READ_LEAST = 3000, 384_000, 500  # tokens; times units of a layer; tokens at least
MOST_LINES, MOST_CHARACTERS = 500, 50_000  # of the reader's own texts
OWN = "own"  # their name in links


@dataclass(frozen=True)
class Reading:
    """A run over a text, and its steps that count, the last one exclusive."""

    trace: Trace
    first: int
    last: int

    def hidden(self, layer: int, direction: str) -> Array:
        """The hidden states that count, (n, H)."""
        return self.trace["hidden", layer, direction][self.first : self.last]


@dataclass(frozen=True)
class Readings:
    """What a model has read.

    runs: a reading for each text. unread: how many texts are not what the model reads. left_out: how many were too
    many.
    """

    runs: list[Reading]
    unread: int = 0
    left_out: int = 0

    @property
    def traces(self) -> list[Trace]:
        """The runs."""
        return [reading.trace for reading in self.runs]


class ReferenceTexts(ABC):
    """Texts that tell what the states of a model are usually like.

    name: that in links. title: what pickers call them. sampled: what they are where only some are read. key: tells them
    apart from others of a model. is_private: whether results belong to the session alone.
    """

    name: str
    title: str
    key: Hashable
    is_private = False

    @property
    def sampled(self) -> str:
        """What was read of them, in words."""
        return self.title

    @abstractmethod
    def readings(self, model: Model, tick: Tick | None = None) -> Readings:
        """Let a model read them, or some of them."""

    def components(self, model: Model, readings: Readings, layer: int, direction: str) -> Components:
        """The principal components of a layer's hidden states."""
        return components(readings.traces, layer, direction)

    def offers(self, model: Model, layer: int, direction: str) -> bool:
        """Whether they are there for a model and a layer."""
        return True

    @abstractmethod
    def account(self, found: Components, readings: Readings, dots: int) -> str:
        """Say how many states of how many texts these are, in sentences."""


class TaskTexts(ReferenceTexts):
    """The bundled test texts of a task if there are any, fewer for a large model; else the examples.

    are_held_out: whether they are held out from training.
    """

    name = "task"

    def __init__(self, task: TaskModels) -> None:
        self._texts, self.are_held_out = _texts_of(task)
        self._owner = "model" if task.own else "task"
        self.key = ("task", *task.examples) if task.own else "task"
        self.title = f"the {self._owner}’s {'held-out texts' if self.are_held_out else 'examples'}"

    def readings(self, model: Model, tick: Tick | None = None) -> Readings:
        texts = self._texts[: max(LEAST, UNITS // model.network.hidden_size)]
        return _read(model, texts, tick)

    def account(self, found: Components, readings: Readings, dots: int) -> str:
        texts = counted(len(readings.runs), "held-out text" if self.are_held_out else "example")
        return (
            f"Dots are hidden states over {texts} of the {self._owner}; components are those of all their "
            f"{found.steps:,} states."
        )


class CorpusTexts(ReferenceTexts):
    """The corpus of an atlas: components are those of all its states, and passages of it are read again for the rest.

    Another model of the task has an atlas of its own over the same corpus, or none.
    """

    def __init__(self, name: str, title: str, atlas: Atlas, task: TaskModels) -> None:
        self.name, self.title, self._task, self._corpus = name, f"the corpus “{title}”", task, atlas.corpus
        self.key = ("corpus", self._corpus.digest)

    @property
    def sampled(self) -> str:
        return f"passages of {self.title}"

    def readings(self, model: Model, tick: Tick | None = None) -> Readings:
        passages = draw_passages(self._atlas(model), most_tokens(model))
        progress = ProgressMeter(tick, len(passages))
        runs = []
        for passage in passages:
            progress.add(1)
            runs.append(Reading(passage.read(model), passage.first, passage.last))
        return Readings(runs)

    def components(self, model: Model, readings: Readings, layer: int, direction: str) -> Components:
        return self._atlas(model).components("hidden", layer=layer, direction=direction)

    def offers(self, model: Model, layer: int, direction: str) -> bool:
        return any(("hidden", layer, direction) in atlas.recorded for atlas in self._atlases(model))

    def account(self, found: Components, readings: Readings, dots: int) -> str:
        texts = f"all {counted(self._corpus.documents, 'text')}" if self._corpus.documents > 1 else "the one text"
        return (
            f"Components are those of all {found.steps:,} hidden states over {texts} of {self.title}, from its atlas; "
            f"dots are {dots:,} of these states, from {counted(len(readings.runs), 'passage')}."
        )

    def _atlas(self, model: Model) -> Atlas:
        return next(self._atlases(model))

    def _atlases(self, model: Model) -> Iterator[Atlas]:
        known = model_atlases(self._task, model).values()
        return (each.atlas for each in known if each.atlas.corpus.digest == self._corpus.digest)


class OwnTexts(ReferenceTexts):
    """Texts that the reader has pasted, one a line."""

    name, title, is_private = OWN, "texts of your own", True

    def __init__(self, pasted: str) -> None:
        lines = [line for line in pasted[:MOST_CHARACTERS].splitlines() if line.strip()]
        self._lines, self._too_many = lines[:MOST_LINES], len(lines[MOST_LINES:])
        self._shortened = len(pasted) > MOST_CHARACTERS
        self.key = ("own", blake2b("\n".join(self._lines).encode(errors="surrogatepass")).hexdigest())

    def __bool__(self) -> bool:
        return bool(self._lines)

    @property
    def sampled(self) -> str:
        return "your own texts"

    def readings(self, model: Model, tick: Tick | None = None) -> Readings:
        return _read(model, self._lines, tick, most_tokens(model))

    def account(self, found: Components, readings: Readings, dots: int) -> str:
        words = (
            f"Dots are hidden states over {counted(len(readings.runs), 'text')} of your own; components are those of "
            f"all their {found.steps:,} states."
        )
        if readings.unread:
            words += f" {counted(readings.unread, 'line')} of yours cannot be read by this model."
        if left_out := readings.left_out + self._too_many:
            words += f" The last {counted(left_out, 'line')} were too many to be read here."
        if self._shortened:
            words += f" What follows the first {MOST_CHARACTERS:,} characters was too long."
        return words


def most_tokens(model: Model) -> int:
    """How many tokens of passages and pasted texts a model reads: fewer of a large one."""
    units = max(layer[0].units("hidden") for layer in model.network.layers)
    return min(READ, max(READ_LEAST, TOKENS_AND_UNITS // units))


def reference_texts(task: TaskModels, model: Model, layer: int, direction: str, pasted: str) -> list[ReferenceTexts]:
    """All texts among which the states of a layer can be seen, the usual ones first."""
    of_task = TaskTexts(task)
    corpora = [CorpusTexts(name, *known, task) for name, known in model_atlases(task, model).items()]
    texts = [each for each in (of_task, *corpora, OwnTexts(pasted)) if each.offers(model, layer, direction)]
    if not of_task.are_held_out:  # a few examples show less than the corpus of a bundled atlas
        texts.sort(key=lambda each: each.name != BUNDLED_ATLAS)
    return texts


def _read(model: Model, texts: Sequence[str], tick: Tick | None, most: int | None = None) -> Readings:
    """Let a model read texts, up to so many tokens, but for the first text."""
    runs, unread, tokens = list[Reading](), 0, 0
    progress = ProgressMeter(tick, len(texts))
    for number, text in enumerate(texts):
        progress.add(1)
        try:
            trace = model.trace(text, limit=TOKENS)
        except ValueError:  # a table that is not here, or a token that this model does not know
            unread += 1
            continue
        tokens += len(trace)
        if most is not None and runs and tokens > most:
            return Readings(runs, unread, len(texts) - number)
        runs.append(Reading(trace, 0, len(trace)))
    return Readings(runs, unread)


def _texts_of(task: TaskModels) -> tuple[list[str], bool]:
    """The texts of a task, and whether these are held out from training."""
    file = BUNDLED / "texts" / f"{task.name}-test.txt"
    if task.own or not file.is_file():
        return task.examples, False
    text = file.read_text(encoding="utf-8")
    if task.name == "shakespeare":  # one running text
        return [text[k * PASSAGE : (k + 1) * PASSAGE] for k in range(PASSAGES)], True
    return text.splitlines(), True
