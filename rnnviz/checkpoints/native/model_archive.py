"""Several models in one file: a zip with NAME.safetensors and NAME.json for each of them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile

from ...errors import DamagedFileError, FileError, LimitError, UnsupportedFileError
from ...limits import DEFAULT_LIMITS, MILLION
from ...model import Model
from ...wording import printable
from ..file import File
from ..interface import Format, Opened
from ..io.opening_budget import OpeningBudget
from ..io.zip_archive import plain_name
from ..safetensors.tensor_file import read_tensors, write_tensors
from .card_checks import checked_card
from .card_json import from_json, to_json
from .model_files import not_a_model
from .network_stack import stack_from_model

LARGEST = min(64 * MILLION, DEFAULT_LIMITS.unpacked)  # bytes of all models, as each is kept for the session
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
    """A zip with two files for each model. Nothing is written to the disk, which has no room for every name."""
    packed = io.BytesIO()
    used: Counter[str] = Counter()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for model in sorted(models, key=lambda model: model.name):
            name = plain_name(model.name)
            used[name] += 1
            name += f" ({used[name]})" if used[name] > 1 else ""
            file.writestr(name + WEIGHTS, write_tensors(model.network.parameters))
            file.writestr(name + CARD, to_json(model, indent=1) + "\n")
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

    Nothing in them is executed. Weights and card belong together if they have one name in one folder. Raises FileError
    for files that are too large or hold no model that rnnviz can read.
    """
    inside: dict[str, bytes] = {}
    for file in files:
        if file.is_zip or file.has_suffix(ModelArchive.suffixes):
            folder = f"{file.name}/" if len(files) > 1 else ""
            inside |= {folder + entry: content for entry, content in _unzipped(file).items()}
        else:
            inside[file.name] = file.data
    name = files[0].name if files else ""
    _check_size(name, sum(map(len, inside.values())))
    stems = sorted({_stem(entry) for entry in inside if entry.endswith((WEIGHTS, CARD))})
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
    return [_loaded(inside, stem, files[0].budget) for stem in stems]


def _loaded(inside: Mapping[str, bytes], stem: str, budget: OpeningBudget) -> Model:
    called = printable(stem)
    for suffix in (WEIGHTS, CARD):
        if stem + suffix not in inside:
            raise FileError(
                f"{called}{suffix} is missing: weights and card belong together, under one name in one folder.",
                code="missing", file=called + suffix,
            )  # fmt: skip
    try:
        weights = File(called + WEIGHTS, inside[stem + WEIGHTS], limits=budget.limits, budget=budget)
        model = from_json(inside[stem + CARD], read_tensors(weights).arrays, budget)
    except FileError as error:
        raise not_a_model(called, error) from error
    return replace(model, card=checked_card(model.card))


def _stem(entry: str) -> str:
    """A name with its folders, but without its suffix."""
    return str(PurePosixPath(entry).with_suffix(""))


def _unzipped(file: File) -> dict[str, bytes]:
    """What a zip holds, by name."""
    inside, size = {}, 0
    for entry in file.zip.names:
        path = PurePosixPath(entry)
        if path.suffix in (WEIGHTS, CARD):
            name = str(path)
            if name in inside:
                raise DamagedFileError(
                    f"{file.name} contains two files named {printable(name)}.",
                    code="duplicate", file=file.name, part=name,
                )  # fmt: skip
            inside[name] = content = file.zip.read(entry, LARGEST - size + 1)
            size += len(content)
            _check_size(file.name, size)
    return inside


def _check_size(name: str, size: int) -> None:
    if size > LARGEST:
        raise LimitError(
            f"{name} holds {size / MILLION:,.1f} million bytes of models or more, and at most "
            f"{LARGEST / MILLION:,.0f} million can be opened at once.",
            code="unpacked", file=name, limit=LARGEST, actual=size,
        )  # fmt: skip
