"""Several models in one file: a zip with NAME.safetensors and NAME.json for each of them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from ...errors import FileError, LimitError, UnsupportedFileError
from ...limits import MILLION, Limits
from ...model import Model
from ..file import File
from ..interface import Format, Opened
from ..io.zip_archive import plain_name
from ..safetensors.tensor_file import read_tensors
from .card_checks import checked_card
from .card_json import from_json
from .model_files import not_a_model, save_pair
from .network_stack import stack_from_model

LIMITS = Limits(unpacked=64 * MILLION)
MOST = 12  # models
WEIGHTS, CARD = ".safetensors", ".json"


class ModelArchive(Format):
    """A zip of models that rnnviz saved."""

    title = "rnnviz archives"
    suffixes = (".zip",)

    def matches(self, file: File) -> bool:
        return file.is_zip and {WEIGHTS, CARD} <= {Path(entry).suffix for entry in file.zip.names}

    def open(self, file: File) -> Opened:
        return open_archives([file])


def pack(models: Sequence[Model]) -> bytes:
    """A zip with two files for each model."""
    packed = io.BytesIO()
    with TemporaryDirectory() as folder, ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for model in models:
            save_pair(model, Path(folder) / f"{model.name}{WEIGHTS}")
        for path in sorted(Path(folder).iterdir()):
            file.write(path, path.name)
    return packed.getvalue()


def open_archives(files: Sequence[File]) -> Opened:
    """The models in archives and pairs of files, each as a stack. Raises as `unpack`."""
    models = unpack(files)
    seen: Counter[str] = Counter()
    stacks, by_stack = [], {}
    for model in models:
        stack = stack_from_model(model)
        seen[stack.name] += 1
        if seen[stack.name] > 1:
            stack = replace(stack, name=f"{stack.name} ({seen[stack.name]})")
        stacks.append(stack)
        by_stack[stack.name] = model
    return Opened("models saved by rnnviz", tuple(stacks), models=by_stack)


def unpack(files: Sequence[File]) -> list[Model]:
    """The models in files: zips that `pack` made, or pairs of weights and card.

    Nothing in them is executed. Raises FileError for files that are too large or hold no model that rnnviz can read.
    """
    inside: dict[str, bytes] = {}
    for file in files:
        inside |= (
            _unzipped(file)
            if file.is_zip or file.has_suffix(ModelArchive.suffixes)
            else {plain_name(file.name): file.data}
        )
    name = files[0].name if files else ""
    LIMITS.check_unpacked(name, sum(map(len, inside.values())))
    stems = sorted({Path(entry).stem for entry in inside if entry.endswith((WEIGHTS, CARD))})
    if not stems:
        raise UnsupportedFileError(
            "No model was found: provide a zip that rnnviz saved, or a .safetensors file and its .json.",
            code="no_model", file=name,
        )  # fmt: skip
    if len(stems) > MOST:
        raise LimitError(
            f"There are {len(stems)} models, but at most {MOST} can be opened at once.",
            code="models", file=name, limit=MOST, actual=len(stems),
        )  # fmt: skip
    return [_loaded(inside, stem) for stem in stems]


def _loaded(inside: Mapping[str, bytes], stem: str) -> Model:
    for suffix in (WEIGHTS, CARD):
        if stem + suffix not in inside:
            raise FileError(
                f"{stem}{suffix} is missing: weights and card belong together.", code="missing", file=stem + suffix
            )
    try:
        text = inside[stem + CARD].decode("utf-8")
        model = from_json(text, read_tensors(File(stem + WEIGHTS, inside[stem + WEIGHTS])).arrays)
    except (FileError, UnicodeDecodeError) as error:
        raise not_a_model(stem, error) from error
    return replace(model, card=checked_card(model.card))


def _unzipped(file: File) -> dict[str, bytes]:
    """What a zip holds, by name without folders."""
    inside, size = {}, 0
    for entry in file.zip.names:
        if entry.endswith((WEIGHTS, CARD)):
            inside[plain_name(entry)] = content = file.zip.read(entry, LIMITS.unpacked - size + 1)
            size += len(content)
            LIMITS.check_unpacked(file.name, size)
    return inside
