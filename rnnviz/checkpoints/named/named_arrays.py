"""Named arrays, as the readers of state dicts, safetensors and npz files return them, and formats of such files."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...cells.activations import Array
from ...errors import FileError, LimitError, UnsupportedFileError
from ...model import Model
from ...text.word_lists import word_lists
from ...wording import printable
from ..file import File
from ..interface import Format, Opened, UnusedArray
from ..joined_stacks import everywhere
from ..native.card_checks import checked_card
from ..native.card_json import KEY, from_json, is_card
from ..native.network_stack import stack_from_model
from ..stack import Stack
from ..words import with_words
from .array_stacks import stacks_from_arrays
from .published_layers import unknown_cell
from .stated_modules import StatedModule, with_nonlinearity, with_stated

UNNAMED = "array"  # the name of an array that has none
LONGEST_METADATA = 4_000_000  # letters of all texts beside the arrays
LISTED = 5  # names in a sentence
_ATTENTION = re.compile(r"attn|attention|(?:^|[._/])[qkv]_proj|qkv|in_proj_weight", re.IGNORECASE)


@dataclass(frozen=True)
class NamedArrays:
    """The arrays of a file.

    Parameters
    ----------
    description : str
        The kind of file in words, such as "PyTorch state dict".
    arrays : dict of str to ndarray
        Arrays of numbers by name, with dots between the levels of what was nested. float16, bfloat16 and float8 come
        as float32, which holds them exactly; all else keeps its type.
    dtypes : dict of str to str
        The types in the file, such as "bfloat16".
    metadata : dict of str to str
        Texts that the file keeps beside its arrays.
    notes : tuple of str
        Sentences on what was skipped.
    modules : dict of str to StatedModule
        By the name that precedes the names of its arrays, what a module that was saved whole states about itself.
    marks : dict of str to str
        By an array's name, a sentence that pages show as long as a model that uses the array is open.
    """

    description: str
    arrays: dict[str, Array]
    dtypes: dict[str, str]
    metadata: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    modules: dict[str, StatedModule] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)


class ArrayFormat(Format):
    """A format whose files hold named arrays, and leave it to the names what these are."""

    @abstractmethod
    def read_arrays(self, file: File) -> NamedArrays:
        """Read the arrays of a file.

        Parameters
        ----------
        file : File
            A file of this format.

        Returns
        -------
        NamedArrays
            Its arrays, at least one.

        Raises
        ------
        FileError
            If it is damaged, holds no arrays of numbers, or is beyond a limit.
        """

    def open(self, file: File) -> Opened:
        named = self.read_arrays(file)
        model = _native_model(file, named)
        if model is not None:
            stack = stack_from_model(model)
            return Opened(named.description, (stack,), notes=named.notes, models={stack.name: model})
        try:
            stacks = with_stated(stacks_from_arrays(named.arrays, named.dtypes, file.budget), named.modules)
            stacks = with_nonlinearity(_marked(stacks, named.marks), named.metadata)
            stacks = with_words(stacks, word_lists(named.metadata, file.budget.work))
        except FileError as error:
            if error.file:
                raise
            raise error.with_message(f"{file.name} cannot be read: {error}", file=file.name) from error
        if not stacks:
            raise _no_recurrent_layer(file.name, named)
        return Opened(named.description, stacks, _unused(named, stacks), named.notes)


def ignored_arrays_note(names: Sequence[str]) -> tuple[str, ...]:
    """The note on arrays that are not read, each given as "name (type)"; empty if there are none."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    few = ", ".join(names[:LISTED])
    return (f"Ignored, because a recurrent network has no arrays of this type: {few}{more}.",) if names else ()


def no_arrays_error(name: str, notes: Sequence[str]) -> UnsupportedFileError:
    """The error for a file without any array that can be read."""
    message = " ".join([f"{name} holds no arrays of numbers that can be read.", *notes])
    return UnsupportedFileError(message, code="no_arrays", file=name)


def _native_model(file: File, named: NamedArrays) -> Model | None:
    """The model itself, if rnnviz wrote the file: its card is inside or, for weights, beside it."""
    card: str | bytes | None = named.metadata.get(KEY)
    if card is None and file.has_suffix([".safetensors"]):
        beside = f"{file.name[: -len('.safetensors')]}.json"
        card = file.beside.get(beside)
    if card is None:
        return None
    try:
        model = from_json(card, named.arrays, file.budget)
    except FileError as error:
        if isinstance(error, LimitError) and error.file:  # the budget of the whole opening
            raise
        if is_card(card):
            raise error.with_message(
                f"{file.name} was written by rnnviz, but its card does not fit: {str(error).removesuffix('.')}.",
                file=file.name,
            ) from error
        return None  # another program's
    return replace(model, card=checked_card(model.card))


def _marked(stacks: Sequence[Stack], marks: Mapping[str, str]) -> tuple[Stack, ...]:
    """The stacks with the sentences on the arrays that they use."""

    def sentences(stack: Stack) -> tuple[str, ...]:
        chosen = {setting.value for setting in stack.settings if setting.name in ("embedding", "readout")}
        return tuple(dict.fromkeys(marks[name] for name in sorted(stack.array_names | chosen) if name in marks))

    return everywhere(stacks, lambda stack: replace(stack, left_out=(*stack.left_out, *sentences(stack))))


def _unused(named: NamedArrays, stacks: Sequence[Stack]) -> tuple[UnusedArray, ...]:
    used: set[str] = set()
    for stack in stacks:
        used |= stack.array_names | set(stack.embeddings)
        used |= {name for readout in stack.readouts.values() for name in readout.names}
    return tuple(
        UnusedArray(name, array.shape, named.dtypes.get(name, str(array.dtype)))
        for name, array in named.arrays.items()
        if name not in used
    )


def _no_recurrent_layer(name: str, named: NamedArrays) -> UnsupportedFileError:
    """The error for a file without a recurrent layer: what it holds instead, and what to do."""
    arrays: Mapping[str, Array] = named.arrays
    listed = ", ".join(f"{printable(key)} {array.shape}" for key, array in list(arrays.items())[:4])
    if len(arrays) == 1:
        content = f"Its only array is {listed}."
    else:
        content = f"Its {len(arrays):,} arrays are {listed}{' and others' if len(arrays) > 4 else ''}."
    unknown = unknown_cell(arrays)
    transformer = unknown is None and any(_ATTENTION.search(key) for key in arrays)  # `check_name` bounds names
    advice = (
        "It looks like a transformer, which carries no state from step to step: open a recurrent network instead."
        if transformer
        else "Open a file that contains a simple RNN, a GRU or an LSTM, with the names of its framework."
    )
    if unknown is not None:
        return UnsupportedFileError(
            f"{name} ({named.description}) has no layer that is run here: its arrays are called like those of "
            f"{unknown}. {content} Simple RNNs, GRUs, LSTMs and some of their relatives are run.",
            code="cell", file=name, part=unknown,
        )  # fmt: skip
    return UnsupportedFileError(
        f"No array of {name} ({named.description}) is called as those of recurrent layers are. {content} {advice}",
        code="transformer" if transformer else "no_recurrent_layer", file=name,
    )  # fmt: skip
