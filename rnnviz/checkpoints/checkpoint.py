"""A file that holds recurrent layers, opened: what was found in it, and models made of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..cells.activations import Array
from ..cells.cell_kind import joint_title
from ..errors import FileError, MissingFileError, RnnvizError
from ..limits import DEFAULT_LIMITS, Limits
from ..model import Model
from ..text.tokens import Vocabulary
from ..wording import counted, printable
from .conversion import Conversion, convert_stack, model_from_conversion
from .file import File, Folder
from .formats import detect, main_file, stem, suffixes
from .head_settings import with_head_settings
from .interface import Format, Opened, UnusedArray
from .io.opening_budget import OpeningBudget
from .io.reading_errors import reading_errors
from .known_files import folder_error, missing_checkpoint
from .native.model_archive import ModelArchive, open_archives
from .settings import NONE, InferredSetting
from .stack import Stack, select_stack
from .words import Words, given_labels, given_vocabulary

LISTED = 20  # arrays in a line


@dataclass(frozen=True)
class Checkpoint:
    """What was found in a file. Printed, it is a full report.

    Parameters
    ----------
    name : str
        The file's name.
    format : Format
        The format that opened it.
    description : str
        The kind of file in words, such as "Keras 3.15.1 (.keras)".
    stacks : tuple of Stack
        Every recurrent stack, at least one.
    unused : tuple of UnusedArray
        Arrays that belong to no stack, as far as the format lists them.
    notes : tuple of str
        Sentences on what was skipped.
    models : mapping of str to Model
        By stack, the complete model, where rnnviz wrote the file.
    """

    name: str
    format: Format
    description: str
    stacks: tuple[Stack, ...]
    unused: tuple[UnusedArray, ...] = ()
    notes: tuple[str, ...] = ()
    models: Mapping[str, Model] = field(default_factory=dict, repr=False)
    _conversions: dict[str, tuple[Mapping[str, str], Conversion]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _widened: dict[tuple[int, str], Array] = field(default_factory=dict, init=False, repr=False, compare=False)

    def convert(self, stack: str | None = None, **overrides: str) -> Conversion:
        """Convert a stack to a network. The last conversion of each stack is cached.

        Parameters
        ----------
        stack : str, optional
            The stack's name; needed only if there are several.
        **overrides : str
            Values by setting that replace the inferred ones: order="ifog", reset="before".

        Returns
        -------
        Conversion
            The network, and how each array was mapped.

        Raises
        ------
        ArgumentError
            If there are several stacks and none is named, or an override is invalid.
        UnknownNameError
            If there is no such stack or setting.
        NotFiniteError
            If an array holds NaN or infinite values.
        DamagedFileError
            If arrays contradict each other.
        """
        chosen = select_stack(self.stacks, stack)
        latest, conversion = self._conversions.get(chosen.name, (None, None))
        if conversion is None or latest != overrides:
            with reading_errors(self.name):
                conversion = convert_stack(chosen, overrides, self._widened)
            self._conversions[chosen.name] = overrides, conversion
        return conversion

    def model(
        self,
        stack: str | None = None,
        *,
        name: str | None = None,
        vocabulary: Vocabulary | Words | None = None,
        labels: Words | None = None,
        **overrides: str,
    ) -> Model:
        """Make a model of one stack.

        Parameters
        ----------
        stack : str, optional
            The stack's name; needed only if there are several.
        name : str, optional
            The model's name; by default the file's.
        vocabulary : Vocabulary, sequence of str, mapping, str or Path, optional
            The vocabulary of the embedding: words in the order of its rows, a map from word to row or from row to word,
            the path of a file with either, or the name of a list in the model's own file. By default such a list where
            one fits, else the numbers of the rows.
        labels : sequence of str, mapping, str or Path, optional
            The labels of the readout's outputs, in the same forms. By default a list in the file that fits, else the
            vocabulary's tokens if there are as many, else numbers.
        **overrides : str
            Values by setting that replace the inferred ones: order="ifog", reset="before".

        Returns
        -------
        Model
            The model. If rnnviz wrote the file, vocabulary, labels and card are those of the saved model.

        Raises
        ------
        ArgumentError
            If there are several stacks and none is named, or an argument does not fit.
        UnknownNameError
            If there is no such stack or setting.
        """
        chosen = select_stack(self.stacks, stack)
        whole = self.models.get(chosen.name)
        if whole is not None:
            table, readout = whole.network.embedding, whole.network.readout_weight
            rows, classes = (0 if array is None else len(array) for array in (table, readout))
            vocabulary = given_vocabulary(vocabulary, rows or None, chosen) or whole.vocabulary
            labels = given_labels(labels, classes, chosen)
            if labels is None and overrides.get("readout") != NONE:
                labels = whole.labels
            if not overrides:
                return replace(whole, name=name or whole.name, vocabulary=vocabulary, labels=list(labels or []))
        return model_from_conversion(
            self.convert(chosen.name, **overrides),
            chosen,
            name=name or stem(self.name),
            vocabulary=vocabulary,
            labels=labels,
        )

    def __str__(self) -> str:
        """The report, with a question mark before what was assumed."""
        lines = [f"{self.name}: {self.description}"]
        for stack in self.stacks:
            lines += [f"  {stack.name}: {summary(stack)}", *(f"    {line}" for line in self._report(stack))]
        if self.unused:
            more = f" and {len(self.unused) - LISTED} more" if len(self.unused) > LISTED else ""
            lines.append(f"  unused: {', '.join(f'{a.name} {a.shape}' for a in self.unused[:LISTED])}{more}")
        return "\n".join(lines + [f"  {note}" for note in self.notes])

    def _report(self, stack: Stack) -> Iterator[str]:
        """What was inferred about a stack, what else could be, and how its arrays were mapped."""
        settings: tuple[InferredSetting, ...] = stack.settings
        try:
            conversion = self.convert(stack.name)
        except RnnvizError as error:
            mapping = [f"  It cannot be run: {error}"]
        else:
            settings = conversion.settings
            mapping = [f"  {a.source} {a.shape} {a.dtype} -> {a.target}: {a.changes}" for a in conversion.arrays]
        for setting in settings:
            others = [repr(value) for value in setting.choices if value != setting.value]
            also = f", or {' or '.join(others)}" if others else ""
            mark = "?" if setting.basis == "assumed" else " "
            yield f"{mark} {setting.title}: {setting.describe()}  [{setting.name}={setting.value!r}{also}]"
            yield f"    {setting.reason}"
        yield from mapping
        yield from (f"! {sentence}" for sentence in stack.left_out)
        yield from stack.notes


def open_file(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> Checkpoint:
    """Open a file of any supported format. Nothing in it is executed.

    Files that belong to it (a card, arrays that ONNX keeps outside) are looked for beside it.

    Parameters
    ----------
    path : str or Path
        The file.
    limits : Limits, optional
        Bounds on what is read.

    Returns
    -------
    Checkpoint
        What was found.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileError
        If it holds no recurrent layer that can be run here; the message states what was found and what to do.
    MissingLibraryError
        If the library that reads such files is not installed.
    """
    path = Path(path)
    with reading_errors(path.name):
        if path.is_dir():
            raise folder_error(path, suffixes())
        if not path.is_file():
            if (error := missing_checkpoint(path)) is not None:
                raise error
            raise MissingFileError(f"There is no file {path}.", code="missing", file=str(path))
        limits.check_file(path.name, path.stat().st_size)
        return _open(File(path.name, path.read_bytes(), Folder(path.parent, limits), limits))


def open_bytes(
    name: str, data: bytes, beside: Mapping[str, bytes] | None = None, limits: Limits = DEFAULT_LIMITS
) -> Checkpoint:
    """Open the content of a file. See `open_file`.

    Parameters
    ----------
    name : str
        The file's name.
    data : bytes
        Its content.
    beside : mapping of str to bytes, optional
        The content of files that came with it, by name.
    limits : Limits, optional
        Bounds on what is read.

    Returns
    -------
    Checkpoint
        What was found.

    Raises
    ------
    FileError
        If it holds no recurrent layer that can be run here.
    MissingLibraryError
        If the library that reads such files is not installed.
    """
    with reading_errors(name):
        return _open(File(name, data, beside or {}, limits))


def open_files(files: Mapping[str, bytes], limits: Limits = DEFAULT_LIMITS) -> Checkpoint:
    """Open files that belong together: a model with its card or with arrays kept outside, or archives of models.

    Parameters
    ----------
    files : mapping of str to bytes
        The content of the files, by name.
    limits : Limits, optional
        Bounds on what is read from all of them together; the size of each is bounded by itself.

    Returns
    -------
    Checkpoint
        What was found.

    Raises
    ------
    FileError
        If it is not clear which file is the model, or it holds no recurrent layer that can be run here.
    MissingLibraryError
        If the library that reads such files is not installed.
    """
    name = next(iter(files), "")
    with reading_errors(name):
        budget = OpeningBudget(printable(name), limits)
        listed = [
            File(name, data, {other: files[other] for other in files if other != name}, limits, budget)
            for name, data in files.items()
        ]
        archive = next((file for file in listed if _is_archive(file)), None)
        if archive is not None:
            budget.name = archive.name
            return _checkpoint(archive, ModelArchive(), open_archives(listed))
        main = main_file(listed)
        budget.name = main.name
        return _open(main)


def summary(stack: Stack) -> str:
    """Describe a stack in one line: "GRU, 2 layers, bidirectional, 32 inputs, 64 units".

    Parameters
    ----------
    stack : Stack
        The stack.

    Returns
    -------
    str
        Its cell, layers, directions and sizes.
    """
    count, directions = len(stack.layers), [tuple(layer) for layer in stack.layers]
    words = {("forward",): "forward", ("backward",): "backward", ("forward", "backward"): "bidirectional"}
    units, outputs = ([size(k) for k in range(count)] for size in (stack.hidden_size, stack.output_size))
    return ", ".join(
        [
            joint_title(stack.cells),
            f"{count} layer{'s' * (count > 1)}",
            " then ".join(map(words.__getitem__, directions if len(set(directions)) > 1 else directions[:1])),
            counted(stack.input_size, "input"),
            f"{_in_turn(units)} unit{'' if set(units) == {1} else 's'}",
            *([f"projected to {_in_turn(outputs)}"] if outputs != units else []),
            *([f"directions merged by {stack.merge}"] if stack.merge != "concat" else []),
        ]
    )


def _in_turn(sizes: Sequence[int]) -> str:
    """The sizes of all layers: "4 then 5", or one number where they are the same."""
    return " then ".join(map(str, sizes if len(set(sizes)) > 1 else sizes[:1]))


def _open(file: File) -> Checkpoint:
    with reading_errors(file.name):
        format = detect(file)
        return _checkpoint(file, format, format.open(file))


def _checkpoint(file: File, format: Format, opened: Opened) -> Checkpoint:
    stacks = tuple(map(with_head_settings, opened.stacks))
    return Checkpoint(file.name, format, opened.description, stacks, opened.unused, opened.notes, opened.models)


def _is_archive(file: File) -> bool:
    try:
        return ModelArchive().matches(file)
    except FileError:
        return False
