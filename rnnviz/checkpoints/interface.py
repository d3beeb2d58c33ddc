"""The interface of a file format: one class, which recognises its files and opens them.

A new format is a folder with such a class, and one line in `formats.FORMATS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import UnsupportedFileError
from ..model import Model
from .file import File
from .stack import Stack


@dataclass(frozen=True)
class UnusedArray:
    """An array of a file that no stack uses or could use.

    Parameters
    ----------
    name : str
        Its name in the file.
    shape : tuple of int
        Its shape.
    dtype : str
        Its type in the file.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str


def unused_arrays(arrays: Iterable[UnusedArray], stacks: Iterable[Stack]) -> tuple[UnusedArray, ...]:
    """Those of a file's arrays that no stack uses or could use.

    Parameters
    ----------
    arrays : iterable of UnusedArray
        All arrays of the file.
    stacks : iterable of Stack
        Its stacks.

    Returns
    -------
    tuple of UnusedArray
        The rest, in their order, each name once.
    """
    used: set[str] = set()
    for stack in stacks:
        used |= stack.array_names
        used |= {name for table in stack.embeddings.values() for name in table.names}
        used |= {name for readout in stack.readouts.values() for name in readout.names}
    return tuple({array.name: array for array in arrays if array.name not in used}.values())


@dataclass(frozen=True)
class Opened:
    """What a format found in a file.

    Parameters
    ----------
    description : str
        The kind of file in words, such as "PyTorch state dict" or "Keras 3.15.1 (.keras)".
    stacks : tuple of Stack
        Every recurrent stack, at least one.
    unused : tuple of UnusedArray
        Arrays that belong to no stack, as far as the format lists them.
    notes : tuple of str
        Sentences on what was skipped.
    models : mapping of str to Model
        By stack, the complete model, where rnnviz wrote the file.
    """

    description: str
    stacks: tuple[Stack, ...]
    unused: tuple[UnusedArray, ...] = ()
    notes: tuple[str, ...] = ()
    models: Mapping[str, Model] = field(default_factory=dict, repr=False)


class Format(ABC):
    """A file format.

    Attributes
    ----------
    title : str
        What it is called: "PyTorch".
    suffixes : tuple of str
        The endings of its files' names, in lower case, the usual one first.
    """

    title: str
    suffixes: tuple[str, ...]

    @abstractmethod
    def matches(self, file: File) -> bool:
        """Recognise a file by its content.

        A file that no format recognises is opened by the format of its suffix, whose error explains what is wrong.

        Parameters
        ----------
        file : File
            Any file.

        Returns
        -------
        bool
            Whether the file is of this format.
        """

    @abstractmethod
    def open(self, file: File) -> Opened:
        """Open a file within its limits. Nothing in it is executed.

        Parameters
        ----------
        file : File
            A file that this format matches, or that has one of its suffixes.

        Returns
        -------
        Opened
            What was found.

        Raises
        ------
        FileError
            If nothing in it can be used: damaged, unsupported, or beyond a limit.
        """

    def companions(self, file: File) -> tuple[str, ...]:
        """The names of the files that a file keeps part of itself in.

        Parameters
        ----------
        file : File
            A file of this format.

        Returns
        -------
        tuple of str
            Plain names, without folders.
        """
        return ()


class WritableFormat(Format):
    """A format that models can be saved in, complete: a saved model loads back bit for bit.

    Attributes
    ----------
    label : str
        The label of a download: "ONNX, for any runtime".
    """

    label: str

    def obstacle(self, model: Model) -> UnsupportedFileError | None:
        """Say why the format cannot express a model.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        UnsupportedFileError or None
            What `save` would raise; None if it can save the model.
        """
        return None

    @abstractmethod
    def save(self, model: Model) -> bytes:
        """Write a model, its vocabulary, labels and card included.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        bytes
            The content of the file.

        Raises
        ------
        UnsupportedFileError
            If the format cannot express the model.
        """
