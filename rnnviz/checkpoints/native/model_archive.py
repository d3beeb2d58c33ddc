"""Several models in one file, to carry away and bring back: a zip with rnnviz's own files, two for each model."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from ...limits import Limits
from ...model import Model
from ..io.zip_archive import MARK, Zipped, plain
from . import model_files
from .card_checks import tidy

LARGEST = 64_000_000  # bytes, unpacked
MOST = 12  # models
ENDS = (".safetensors", ".json")


def pack(models: Sequence[Model]) -> bytes:
    """A zip with NAME.safetensors and NAME.json for each model."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for model in models:
            model_files.save(model, Path(folder) / f"{model.name}.safetensors")
        for path in sorted(Path(folder).iterdir()):
            file.write(path, path.name)
    return packed.getvalue()


def is_archive(name: str, data: bytes) -> bool:
    """Whether a file is a zip with models that rnnviz wrote."""
    if not data.startswith(MARK):
        return False
    try:
        ends = {Path(entry).suffix for entry in Zipped(name, data, Limits(unpacked=LARGEST)).names}
    except ValueError:
        return False
    return {".safetensors", ".json"} <= ends


def unpack(files: Mapping[str, bytes]) -> list[Model]:
    """The models in files that somebody brings, by file name: zips that `pack` made, or pairs of own files.

    Nothing in them is executed, and nothing of them stays on the disk. Raises ValueError, in a sentence for a
    person, for files that are too large or hold no model that rnnviz can read.
    """
    inside: dict[str, bytes] = {}
    for name, data in files.items():
        inside |= _unzipped(name, data) if name.lower().endswith(".zip") else {plain(name): data}
    if sum(map(len, inside.values())) > LARGEST:
        raise ValueError(f"The files hold more than {LARGEST // 1_000_000} million bytes, which is too much here.")
    stems = sorted({Path(name).stem for name in inside if name.endswith(ENDS)})
    if not stems:
        raise ValueError("There is no model here: bring a zip that rnnviz saved, or a .safetensors and its .json.")
    if len(stems) > MOST:
        raise ValueError(f"There are {len(stems)} models here, and at most {MOST} can be taken at once.")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in inside.items():
            if name.endswith(ENDS):
                (Path(folder) / name).write_bytes(data)
        return [_loaded(Path(folder), stem) for stem in stems]


def _loaded(folder: Path, stem: str) -> Model:
    for end in ENDS:
        if not (folder / f"{stem}{end}").is_file():
            raise ValueError(f"{stem}{end} is missing: weights and card belong together.")
    try:
        model = model_files.load(folder / f"{stem}.safetensors")
        return replace(model, card=tidy(model.card))
    except RecursionError as error:
        raise ValueError(f"{stem}.json is nested too deeply to be a card.") from error
    except (ValueError, OSError, AttributeError, IndexError) as error:
        raise ValueError(str(error).replace(f"{folder}/", "")) from error


def _unzipped(name: str, data: bytes) -> dict[str, bytes]:
    """What a zip holds, by name without folders; never more than LARGEST, whatever the zip says of itself."""
    file = Zipped(name, data, Limits(unpacked=LARGEST))
    return {plain(entry): file.read(entry) for entry in file.names if entry.endswith(ENDS)}
