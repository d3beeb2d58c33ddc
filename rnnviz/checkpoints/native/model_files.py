"""A model as two files: NAME.safetensors with the weights, NAME.json with the card beside it.

The arrays have the names of a PyTorch module with members `embedding`, `rnn` and `readout`, so `load_state_dict` takes
them as they are.
"""

from __future__ import annotations

from pathlib import Path

from safetensors.numpy import save_file

from ...errors import FileError, LimitError, MissingFileError
from ...limits import DEFAULT_LIMITS
from ...model import Model
from ..file import File
from ..safetensors.tensor_file import read_tensors
from .card_json import from_json, to_json


def save_pair(model: Model, path: str | Path) -> None:
    """Write a model to PATH.safetensors and its card to PATH.json, each replaced in one go."""
    weights, card = _files(path)
    weights.parent.mkdir(parents=True, exist_ok=True)
    for target, write in (
        (weights, lambda file: save_file(model.network.parameters, file)),
        (card, lambda file: file.write_text(to_json(model, indent=1) + "\n", encoding="utf-8")),
    ):
        partial = target.with_name(target.name + ".part")
        write(partial)
        partial.replace(target)


def load_pair(path: str | Path) -> Model:
    """Read a model that `save_pair` wrote. Nothing in the files is executed.

    Raises MissingFileError if a file is missing, FileError if one is invalid.
    """
    weights, card = _files(path)
    for file in (weights, card):
        if not file.is_file():
            raise MissingFileError(f"There is no file {file}.", code="missing", file=str(file))
    try:
        DEFAULT_LIMITS.check_file(card.name, card.stat().st_size)
        return from_json(card.read_bytes(), read_tensors(File(weights.name, weights.read_bytes())).arrays)
    except FileError as error:
        raise not_a_model(str(weights.with_suffix("")), error) from error


def not_a_model(name: str, error: Exception) -> FileError:
    """The error for a file or a pair of files from which no model can be made."""
    if isinstance(error, LimitError) and error.file:  # the budget of the whole opening
        return error
    message = f"{name} is not a model that rnnviz can read: {str(error).removesuffix('.')}."
    if isinstance(error, FileError):
        return error.with_message(message, file=name)
    return FileError(message, code="card", file=name)


def _files(path: str | Path) -> tuple[Path, Path]:
    path = Path(path)
    stem = path.with_suffix("") if path.suffix in (".safetensors", ".json") else path
    return stem.with_name(stem.name + ".safetensors"), stem.with_name(stem.name + ".json")
