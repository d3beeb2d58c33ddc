"""A model as one file in a format that other programs read too, its card inside, from which it loads bit for bit."""

from __future__ import annotations

from pathlib import Path

from ..errors import UnknownNameError
from ..model import Model
from .formats import writable


def save(model: Model, path: str | Path) -> None:
    """Save a model, complete with vocabulary, labels and card. `rnnviz.load` reads it back bit for bit.

    Parameters
    ----------
    model : Model
        The model.
    path : str or Path
        The file, which is replaced in one go. Its suffix is the format: .safetensors, .npz or .onnx.

    Raises
    ------
    UnknownNameError
        If models cannot be saved in a format of that suffix.
    UnsupportedFileError
        If the format cannot express the model.

    Examples
    --------
    >>> import rnnviz
    >>> model = rnnviz.load("counter-rnn")
    >>> rnnviz.save(model, "counter.safetensors")  # doctest: +SKIP
    >>> rnnviz.load("counter.safetensors").name  # doctest: +SKIP
    'counter-rnn'
    """
    path = Path(path)
    by_suffix = {suffix: format for format in writable() for suffix in format.suffixes}
    if path.suffix.lower() not in by_suffix:
        *rest, last = by_suffix
        raise UnknownNameError(
            f"Models cannot be saved as {path.name}: the suffix must be {', '.join(rest)} or {last}.",
            kind="suffix", name=path.suffix, allowed=tuple(by_suffix),
        )  # fmt: skip
    data = by_suffix[path.suffix.lower()].save(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)
