"""What building an atlas will take, known before it starts."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from ..bounded_json import parse_json
from ..errors import ArgumentError, FileError
from ..model import Model
from ..network import Network
from ..text.tokens import visible
from ..whole_numbers import check_whole
from ..wording import counted, printable
from .bit_planes import LEVELS
from .corpus import Corpus
from .corpus_properties import FITTING, CorpusProperties, Wanted
from .encoded_corpus import EncodedCorpus, encode
from .network_digest import network_digest
from .one_thread import one_thread
from .reading import MOST_STEPS, without_outputs
from .reading_settings import BATCH, CHUNK, LISTED, Key, ReadingSettings, recorded_keys
from .shard_summary import ShardSummary, summarise, unit_facts
from .shards import Shards
from .stored_states import STORED, stored_bytes
from .summary import UnitFacts

FORMAT = 2
PROBE = BATCH * CHUNK  # steps that are read to measure the time, and as many before
CORPUS, SHARDS, PLAN = "corpus", "shards", "plan.json"


@dataclass(frozen=True)
class Plan:
    """What is to be read, how, and what it takes.

    Parameters
    ----------
    model : Model
        The model.
    corpus : EncodedCorpus
        The tokens of the corpus.
    settings : ReadingSettings
        How it is read.
    folder : Path
        Where the atlas will be.
    properties : CorpusProperties
        The properties that its units are compared with.
    seconds : float
        How long one worker takes for all of it, by a measurement on its beginning.
    shard_bytes : int
        The size of what is kept of one shard.
    keeper : object, default None
        What keeps a temporary folder from being removed.
    """

    model: Model
    corpus: EncodedCorpus
    settings: ReadingSettings
    folder: Path
    properties: CorpusProperties
    seconds: float = 0.0
    shard_bytes: int = 0
    keeper: Any = field(default=None, repr=False, compare=False)  # of a temporary folder

    @cached_property
    def network(self) -> Network:
        """The recurrent layers."""
        return without_outputs(self.model.network)

    @cached_property
    def keys(self) -> list[Key]:
        """What is recorded: quantity, layer and direction."""
        return recorded_keys(self.model, self.settings.quantities)

    @cached_property
    def stored(self) -> dict[Key, int]:
        """The number of units by the quantity, layer and direction whose values are stored."""
        return {
            key: self.network.cell(key[1], key[2]).units(key[0])
            for key in self.keys
            if key[0] in (self.settings.states or ())
        }

    @cached_property
    def listed(self) -> np.ndarray:
        """The rows of the embedding whose means are kept, the commonest first."""
        corpus = self.corpus
        if corpus.kind == "numbers":
            return np.empty(0, np.int32)
        counts = np.zeros(len(self.model.vocabulary), np.int64)
        np.add.at(counts, corpus.rows, corpus.counts)
        order = np.argsort(-counts, kind="stable")[:LISTED]
        return order[counts[order] > 0].astype(np.int32)

    @cached_property
    def shards(self) -> Shards:
        """The parts that are read one by one."""
        both_ways = "backward" in self.model.network.directions
        return Shards(self.corpus, self.settings, both_ways, self.listed, self.properties)

    @cached_property
    def facts(self) -> dict[Key, UnitFacts]:
        """What summaries must know of the units of each quantity."""
        return unit_facts(self.network, self.keys, len(self.listed), self.settings, len(self.properties))

    @property
    def tokens(self) -> int:
        """N, the tokens of the corpus."""
        return len(self.corpus)

    @property
    def bytes(self) -> int:
        """The size of the finished atlas, about; while it is built, that of every shard comes on top."""
        corpus = self.corpus
        values = sum(self.network.cell(k, d).units(q) for q, k, d in self.keys) * len(self.shards.sample)
        own = corpus.tokens.nbytes + corpus.borders.nbytes + corpus.numbers.nbytes + self.shard_bytes + 4 * values
        states = stored_bytes(self.stored.values(), self.tokens)
        return own + states + states * len(LEVELS) // (8 * STORED.itemsize)

    @property
    def memory(self) -> int:
        """The memory of one worker, about, beside that of Python and its libraries."""
        units = [self.network.cell(k, d).units(q) for q, k, d in self.keys]
        longest = int((self.shards.pieces.ends - self.shards.pieces.begins).max())
        forward_only = self.model.network.directions == ("forward",)
        steps = BATCH * min(CHUNK, longest) if forward_only else max(MOST_STEPS, longest)
        shard = 12 * max(self.shards.tokens(0), self.settings.shard)
        return 4 * steps * (4 * sum(units) + 10 * max(units)) + 3 * self.shard_bytes + shard

    def minutes(self, workers: int = 1) -> float:
        """Estimate the time.

        Parameters
        ----------
        workers : int, default 1
            How many processes or machines read at once.

        Returns
        -------
        float
            Minutes.

        Raises
        ------
        ArgumentError
            If there is no worker.
        """
        check_whole("workers", workers, 1)
        rounds = ceil(len(self.shards) / workers) / len(self.shards)
        return self.seconds * max(rounds, 1 / workers) / 60

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything that the atlas depends on."""
        model = self.model
        facts = [
            FORMAT, model.vocabulary.to_json(), self.settings.to_json(), self.corpus.digest, self.properties.digest,
        ]  # fmt: skip
        digest = blake2b(json.dumps(facts).encode(), digest_size=16)
        digest.update(self.weights.encode())
        return digest.hexdigest()

    @cached_property
    def weights(self) -> str:
        """The digest of the network, see `network_digest`."""
        return network_digest(self.model.network)

    def describe(self, workers: int = 1) -> str:
        """Say in a few lines what will be read, how, and what it takes.

        Parameters
        ----------
        workers : int, default 1
            How many processes or machines read at once.

        Returns
        -------
        str
            Lines of text.

        Raises
        ------
        ArgumentError
            If there is no worker.
        """
        corpus, settings, pieces = self.corpus, self.settings, self.shards.pieces
        lines = [
            f"{self.model.name} reads {printable(corpus.name)}: {counted(self.tokens, 'token')} in "
            f"{counted(corpus.documents, 'document')}"
            + (f" ({counted(corpus.empty, 'empty one')} left out)." if corpus.empty else ".")
        ]
        if corpus.unknown_tokens:
            share = 100 * corpus.unknown_tokens / self.tokens
            words = ", ".join(f"“{printable(visible(token), 20)}”" for token in corpus.commonest_unknown)
            lines.append(
                f"{counted(corpus.unknown_tokens, 'token')} ({share:.2g} %) outside the vocabulary, read as <unk>: "
                f"{words}."
            )
        units = {(k, d): self.network.cell(k, d).hidden_size for _, k, d in self.keys}
        lines.append(
            f"Recorded: {', '.join(settings.quantities)} of {counted(sum(units.values()), 'unit')} at every token."
        )
        if self.properties.properties:
            lines.append(f"Compared with: {', '.join(one.name for one in self.properties.properties)}.")
        lengths = np.diff(corpus.borders)
        long = int((lengths > settings.segment).sum())
        if long and not settings.carry_on:
            segments = len(pieces) - (corpus.documents - long)
            around = "before and after" if "backward" in self.model.network.directions else "before"
            lines.append(
                f"{counted(long, 'document')} of more than {settings.segment:,} tokens in {segments:,} segments, "
                f"each read with the {settings.burn_in:,} tokens {around} it, whose states are not counted."
                if settings.burn_in
                else f"{counted(long, 'document')} of more than {settings.segment:,} tokens in {segments:,} segments, "
                "each read by itself."
            )
        if settings.states:
            size = _size(stored_bytes(self.stored.values(), self.tokens))
            lines.append(f"Stored at every token, so that spans can be matched: {', '.join(settings.states)} ({size}).")
        minutes = self.minutes(workers)
        time = f"{60 * minutes:.0f} seconds" if minutes < 2 else f"{minutes:.0f} minutes"
        by = f" by {workers} workers" if workers > 1 else ""
        extra = self.shard_bytes * len(self.shards)
        lines.append(
            f"{counted(len(self.shards), 'shard')}, about {time}{by}; {_size(self.bytes)} on disk "
            f"(and {_size(extra)} until it is finished), {_size(self.memory)} of memory a worker."
        )
        return "\n".join(lines)

    __str__ = describe


def plan(
    model: Model,
    corpus: Any,
    quantities: Sequence[str] = (),
    *,
    out: str | Path | None = None,
    fresh: bool = False,
    progress: Callable[[int], None] | None = None,
    column: str | None = None,
    properties: Wanted = FITTING,
    **settings: Any,
) -> Plan:
    """Read a corpus, count its tokens, and measure what building its atlas will take.

    Parameters
    ----------
    model : Model
        The model.
    corpus : Corpus, path, or iterable
        The documents; anything but a `Corpus` goes through `Corpus.of`.
    quantities : sequence of str, default ()
        What is recorded: "hidden", "cell", "forget", ...; everything that the cells compute if left out.
    out : str, Path or None, default None
        A folder for the atlas: new, empty, or that of an unfinished atlas of the same model, corpus and settings, which
        is then continued. If left out, a temporary one that lives as long as the atlas.
    fresh : bool, default False
        Whether an atlas in the folder is discarded, whatever it is of.
    progress : callable or None, default None
        Called with the number of tokens that have been counted so far.
    column : str or None, default None
        The column of a table that holds the documents.
    properties : str, TextProperty, or sequence of these, default "fitting"
        What is computed from the text to be compared with the units: keys of `PROPERTIES`, or what `own_property` and
        others make; none if empty. "fitting" stands for those that say something about the beginning of the corpus.
    **settings : int or bool
        Settings by name, see `ReadingSettings`.

    Returns
    -------
    Plan
        What `build_plan` takes; printed, it is a few lines of text.

    Raises
    ------
    ArgumentError
        If a setting is outside its range, or the folder holds something else.
    UnknownQuantityError
        If the model does not compute a quantity.
    InputError
        If the corpus is empty, or holds what the model cannot read.
    UnknownNameError
        If there is no property of a name.
    ArrayError
        If the values of a property are not aligned with the tokens.
    """
    chosen = ReadingSettings(quantities=tuple(quantities), **settings).fitted(model)
    keeper = tempfile.TemporaryDirectory(prefix="rnnviz-atlas-") if out is None else None
    folder = Path(keeper.name if keeper else out)  # type: ignore[arg-type]
    _check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    scanned = folder / f"{CORPUS}.new"
    shutil.rmtree(scanned, ignore_errors=True)
    try:
        encoded = encode(model, Corpus.of(corpus, column=column), scanned, progress)
        chosen = chosen.storing(model, len(encoded))
        made = Plan(model, encoded, chosen, folder, CorpusProperties(encoded, properties), keeper=keeper)
        _enter(made, fresh)
        encoded.save(scanned)
        shutil.rmtree(folder / CORPUS, ignore_errors=True)
        scanned.rename(folder / CORPUS)
    finally:
        shutil.rmtree(scanned, ignore_errors=True)
    stored = EncodedCorpus.load(folder / CORPUS)
    made = replace(made, corpus=stored, properties=CorpusProperties(stored, made.properties.properties))
    seconds, size = _probe(made)
    return replace(made, seconds=seconds, shard_bytes=size)


def _check_folder(folder: Path) -> None:
    """Raise ArgumentError for a folder that is not ours."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / PLAN).is_file())):
        raise ArgumentError(
            f"{printable(str(folder), 200)} holds something else than an atlas: name a new or an empty folder.",
            code="not_empty", name="out", value=str(folder),
        )  # fmt: skip


def _enter(plan: Plan, fresh: bool) -> None:
    """Make a folder that of the plan."""
    facts = {"format": FORMAT, "fingerprint": plan.fingerprint}
    file = plan.folder / PLAN
    known = _known(file) if file.is_file() else facts
    if known != facts:
        if not fresh:
            raise ArgumentError(
                f"{printable(str(plan.folder), 200)} holds an atlas of another model, corpus or other settings: name "
                "another folder, or build it afresh.",
                code="other_atlas", name="out", value=str(plan.folder),
            )  # fmt: skip
        fresh = True
    if fresh:
        for old in plan.folder.iterdir():
            if old.name != f"{CORPUS}.new":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
    (plan.folder / SHARDS).mkdir(exist_ok=True)
    file.write_text(json.dumps(facts), encoding="utf-8")


def _known(file: Path) -> Any:
    """What the file of a plan says; None if it says nothing."""
    try:
        return parse_json(PLAN, file.read_bytes())
    except FileError:
        return None


def _probe(plan: Plan) -> tuple[float, int]:
    """The seconds that one worker needs for everything, and the bytes of a shard's summary."""
    pieces = plan.shards.pieces
    steps = np.cumsum(pieces.ends - pieces.begins)
    stop = int(np.clip(np.searchsorted(steps, min(PROBE, steps[-1] // 8)), 1, len(pieces)))
    seconds, summary = 0.0, ShardSummary({})
    shard = plan.shards.make(0, 0, stop)
    with one_thread():
        for _ in range(2):  # the first time, memory is set aside and equations are compiled
            start = perf_counter()
            summary = summarise(plan.network, shard, plan.keys, len(plan.listed), plan.settings)
            seconds = perf_counter() - start
    sample = sum(part["sample"].arrays["values"].nbytes for part in summary.parts.values())
    return seconds * float(steps[-1] / steps[stop - 1]), summary.nbytes - sample


def _size(count: float) -> str:
    """A number of bytes for a sentence."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB"
