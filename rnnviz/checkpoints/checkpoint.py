"""Any file that holds recurrent layers: which format it is, what was found in it, and models made of that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import NoReturn

from ..cells import CELLS
from ..cells.activations import Array
from ..limits import DEFAULT_LIMITS, Limits
from ..model import Model
from ..text.tokens import Vocabulary
from ..wording import printable
from . import keras, onnx, torch
from .conversion import build, model_from_stack
from .detection import READ, format_of
from .keras.layer_stacks import stacks as keras_stacks
from .named.array_stacks import stacks as named_stacks
from .named.named_arrays import Arrays
from .named.surroundings import NONE
from .native import model_files
from .native.card_checks import tidy
from .native.network_stack import as_stack
from .numpy import numpy_archive
from .onnx import onnx_writer as onnx_write
from .safetensors import tensor_file
from .stack import Fact, Stack, one_of

LISTED = 20  # arrays in a line
_ATTENDS = re.compile(r"attn|attention|(?:^|[._/])[qkv]_proj|qkv|in_proj_weight", re.IGNORECASE)


@dataclass(frozen=True)
class Left:
    """An array of the file that no stack uses or could use: its name, shape and dtype."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Checkpoint:
    """What a file was understood to hold.

    name: of the file. format: in words. stacks: every recurrent stack in it, see `layouts.Stack`. left: arrays that
    belong to none. notes: sentences on what was passed over. whole: the model itself, where rnnviz wrote the file.
    """

    name: str
    format: str
    stacks: tuple[Stack, ...]
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()
    whole: Model | None = field(default=None, repr=False)

    def model(
        self,
        stack: str | None = None,
        *,
        name: str | None = None,
        vocabulary: Vocabulary | None = None,
        labels: Sequence[str] | None = None,
        **taken: str,
    ) -> Model:
        """The model of one stack (the only one if left out). taken: facts by name that are to be taken otherwise.

        Raises ValueError, in one sentence, if there are several stacks and none is named, or for what does not fit.
        """
        chosen, whole = one_of(self.stacks, stack), self.whole
        if whole is not None:
            vocabulary = whole.vocabulary if vocabulary is None else vocabulary
            if labels is None and taken.get("readout") != NONE:
                labels = whole.labels
            if not taken:
                return replace(whole, name=name or whole.name, vocabulary=vocabulary, labels=list(labels or []))
        return model_from_stack(chosen, taken, name=name or stem(self.name), vocabulary=vocabulary, labels=labels)

    def __str__(self) -> str:
        """The report in plain words, what was assumed marked with a question mark."""
        lines = [f"{self.name}: {self.format}"]
        for stack in self.stacks:
            lines += [f"  {stack.name}: {described(stack)}", *(f"    {line}" for line in _report(stack))]
        if self.left:
            more = f" and {len(self.left) - LISTED} more" if len(self.left) > LISTED else ""
            lines.append(f"  not used: {', '.join(f'{one.name} {one.shape}' for one in self.left[:LISTED])}{more}")
        return "\n".join(lines + [f"  {note}" for note in self.notes])


def _report(stack: Stack) -> Iterator[str]:
    """What a stack was taken for, what else it could be, and what became of its arrays."""
    try:
        built = build(stack)
    except ValueError as error:
        facts: tuple[Fact, ...] = stack.facts
        mapped = [f"  It cannot be run: {error}"]
    else:
        facts = built.facts
        mapped = [f"  {one.source} {one.shape} {one.dtype} -> {one.target}: {one.how}" for one in built.mapped]
    for fact in facts:
        others = [repr(value) for value in fact.options if value != fact.value]
        also = f", or {' or '.join(others)}" if others else ""
        mark = "?" if fact.how == "assumed" else " "
        yield f"{mark} {fact.title}: {fact.words()}  [{fact.name}={fact.value!r}{also}]"
        yield f"    {fact.why}"
    yield from mapped
    yield from stack.notes


def described(stack: Stack) -> str:
    """A stack's cell, layers, directions and sizes in words: "GRU, 2 layers, both ways, 32 inputs, 64 units"."""
    count, ways = len(stack.layers), {tuple(layer) for layer in stack.layers}
    told = {("forward",): "forward", ("backward",): "backward", ("forward", "backward"): "both ways"}
    sizes = [stack.hidden_size(k) for k in range(count)]
    return ", ".join(
        [
            CELLS[stack.cell].title,
            f"{count} layer{'s' * (count > 1)}",
            " then ".join(told[tuple(layer)] for layer in stack.layers) if len(ways) > 1 else told[ways.pop()],
            f"{stack.input_size} inputs",
            f"{' then '.join(map(str, sizes)) if len(set(sizes)) > 1 else sizes[0]} units",
            *([f"directions merged by {stack.merge}"] if stack.merge != "concat" else []),
        ]
    )


def open_file(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> Checkpoint:
    """What a file holds; files that belong to it (a card, ONNX's external data) are looked for beside it.

    Nothing in it is executed. Raises FileNotFoundError if there is no such file, ValueError, in one sentence that says
    what was found and what to do, if it holds no recurrent layer that can be run here.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    limits.check_file(path.name, path.stat().st_size)
    beside = _Folder(path.parent, limits)
    return open_bytes(path.name, path.read_bytes(), beside, limits)


def open_bytes(
    name: str, data: bytes, beside: Mapping[str, bytes] | None = None, limits: Limits = DEFAULT_LIMITS
) -> Checkpoint:
    """As `open_file`, for the contents of a file. beside: others that came with it, by name.

    Raises ModuleNotFoundError, naming it, if a library that such files are read with is not installed.
    """
    try:
        return _opened(name, data, beside, limits)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{name} is read with {error.name}, which is not installed: pip install {error.name}", name=error.name
        ) from error


def _opened(name: str, data: bytes, beside: Mapping[str, bytes] | None, limits: Limits) -> Checkpoint:
    limits.check_file(name, len(data))
    others = {} if beside is None else beside
    kind = format_of(name, data)
    if kind == "onnx":
        stacks, notes, words = onnx.read(name, data, others, limits)
        return Checkpoint(name, words, stacks, (), notes, onnx_write.restore(name, data, others, limits))
    if kind == "keras":
        layers, notes, words = keras.read(name, data, limits)
        try:
            return Checkpoint(name, words, keras_stacks(layers), (), notes)
        except ValueError as error:
            raise ValueError(f"{name} ({words}) cannot be read: {error}") from error
    reader = {"safetensors": tensor_file.read, "torch": torch.read, "npz": numpy_archive.read}[kind]
    arrays: Arrays = reader(name, data, limits)
    whole = _own_arrays(name, arrays, others)
    if whole is not None:
        return Checkpoint(name, arrays.format, (as_stack(whole),), (), arrays.notes, whole)
    try:
        stacks = named_stacks(arrays.arrays, arrays.dtypes)
    except ValueError as error:
        raise ValueError(f"{name} cannot be read: {error}") from error
    if not stacks:
        _nothing(name, arrays)
    return Checkpoint(name, arrays.format, stacks, _left(arrays, stacks), arrays.notes)


def stem(name: str) -> str:
    """A file's name without its endings: "model" for "model.weights.h5"."""
    found = PurePath(name).name
    for end in (".weights.h5", *READ, ".json", ".npy"):
        if found.lower().endswith(end):
            return found[: -len(end)] or found
    return found


class _Folder(Mapping[str, bytes]):
    """The other files of a folder by plain name, each read when it is asked for."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits

    def __getitem__(self, name: str) -> bytes:
        path = self.folder / name
        if PurePath(name).name != name or not path.is_file() or path.is_symlink():
            raise KeyError(name)
        self.limits.check_file(name, path.stat().st_size)
        return path.read_bytes()

    def __iter__(self) -> Iterator[str]:
        return (path.name for path in self.folder.iterdir() if path.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _own_arrays(name: str, found: Arrays, beside: Mapping[str, bytes]) -> Model | None:
    """The model itself, if rnnviz wrote the file: its card stands inside or, for weights, beside it."""
    card = found.metadata.get(model_files.KEY)
    if card is None and name.lower().endswith(".safetensors") and f"{stem(name)}.json" in beside:
        card = beside[f"{stem(name)}.json"].decode("utf-8", "replace")
    return None if card is None else _from_card(name, card, found.arrays)


def _from_card(name: str, card: str, arrays: Mapping[str, Array]) -> Model | None:
    """The model of a card and its arrays. A card that is not rnnviz's own counts as none."""
    try:
        model = model_files.from_json(card, arrays)
    except ValueError as error:
        if '"format"' in card and '"vocabulary"' in card:
            raise ValueError(f"{name} was written by rnnviz, but its card does not fit: {error}") from error
        return None
    return replace(model, card=tidy(model.card))


def _left(found: Arrays, stacks: Sequence[Stack]) -> tuple[Left, ...]:
    """The arrays that no stack uses or could use."""
    used: set[str] = set()
    for stack in stacks:
        used |= stack.names | set(stack.embeddings)
        used |= {one for readout in stack.readouts.values() for one in readout.names}
    return tuple(
        Left(name, array.shape, found.dtypes.get(name, str(array.dtype)))
        for name, array in found.arrays.items()
        if name not in used
    )


def _nothing(name: str, found: Arrays) -> NoReturn:
    """Raises ValueError for a file without a recurrent layer: what it holds instead, and what to do."""
    arrays = found.arrays
    listed = ", ".join(f"{printable(one)} {array.shape}" for one, array in list(arrays.items())[:4])
    there = f" Its {len(arrays):,} arrays are {listed}{' and others' if len(arrays) > 4 else ''}." if arrays else ""
    if len(arrays) == 1:
        there = f" Its only array is {listed}."
    attends = any(_ATTENDS.search(one) for one in arrays)
    advice = (
        "It looks like a transformer, which carries no state from step to step: bring a recurrent network."
        if attends
        else "Bring a file with a simple RNN, a GRU or an LSTM in it, under the names of its framework."
    )
    raise ValueError(f"{name} ({found.format}) holds no recurrent layer.{there} {advice}")
