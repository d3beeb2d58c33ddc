"""From a stack as another framework wrote it to a network: gates in our order, every array accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..cells import CELLS
from ..cells.activations import Array
from ..cells.cell_kind import CellKind
from ..cells.definition import UNITS
from ..errors import (
    ArgumentError,
    DamagedFileError,
    LimitError,
    NotFiniteError,
    UnknownNameError,
    UnsupportedFileError,
)
from ..model import Model
from ..network import Network
from ..network.parameter_names import name_suffix
from ..text.tokens import Vocabulary
from ..wording import printable
from .gate_orders import ORDERS, block_places
from .head_settings import follow_readout, with_head_settings
from .settings import NONE, InferredSetting
from .stack import Parameters, Readout, SourceArray, Stack, of_run
from .words import Words, file_vocabulary, given_labels, given_vocabulary

MOST_ROWS = 1_000_000  # of an embedding or a readout: each becomes a token or a label, a hundred bytes and more


@dataclass(frozen=True)
class MappedArray:
    """How an array of the file was mapped to a parameter of the network.

    Parameters
    ----------
    source : str
        Its name in the file.
    shape : tuple of int
        Its shape in the file.
    dtype : str
        Its type in the file.
    target : str
        The name of the parameter that it became.
    changes : str
        What was done to it, in words: "transposed"; "unchanged" if nothing.
    """

    source: str
    shape: tuple[int, ...]
    dtype: str
    target: str
    changes: str


@dataclass(frozen=True)
class Conversion:
    """A network made from a stack.

    Parameters
    ----------
    network : Network
        The network.
    arrays : tuple of MappedArray
        How each array was mapped.
    values : dict of str to str
        The value in use of every setting, overrides included.
    settings : tuple of InferredSetting
        The settings with these values.
    """

    network: Network
    arrays: tuple[MappedArray, ...]
    values: dict[str, str]
    settings: tuple[InferredSetting, ...]


def convert_stack(
    stack: Stack, overrides: Mapping[str, str] | None = None, widened: dict[tuple[int, str], Array] | None = None
) -> Conversion:
    """Convert a stack to a network.

    Parameters
    ----------
    stack : Stack
        The stack, as a file's reader returned it.
    overrides : mapping of str to str, optional
        Values by setting that replace the inferred ones.
    widened : dict, optional
        Arrays that stacks of the file share, in another precision, by their `id` and dtype; receives those of this one.

    Returns
    -------
    Conversion
        The network, and how each array was mapped.

    Raises
    ------
    UnknownNameError
        If the stack has no setting of an override's name.
    ArgumentError
        If a setting cannot have an override's value.
    NotFiniteError
        If an array holds NaN or infinite values.
    DamagedFileError
        If arrays contradict each other; code "contradiction".
    LimitError
        If the embedding has more rows, or the readout more outputs, than there can be tokens or labels; code "rows".
    UnsupportedFileError
        If it is a layer of an author's own class, and nobody says that it computes what one of Keras's does.
    """
    chosen = dict(overrides or {})
    stack = with_head_settings(stack.chosen(chosen))
    known = tuple(setting.name for setting in stack.settings)
    if unknown := [name for name in chosen if name not in known]:
        raise UnknownNameError(
            f"{stack.name} has no setting {unknown[0]!r} to override; its settings are: {', '.join(known) or 'none'}.",
            kind="setting", name=unknown[0], allowed=known,
        )  # fmt: skip
    changed = {setting.name: _overridden(setting, chosen, stack) for setting in stack.settings}
    settings = tuple(_followed(setting, changed) for setting in changed.values())
    settings = follow_readout(stack, settings, chosen)
    values = {setting.name: setting.value for setting in settings}
    for own in changed.values():
        if of_run(own.name)[0] == "cell" and own.value == NONE:
            like = next(name for name in own.choices if name != NONE)
            raise UnsupportedFileError(
                f"{stack.name} is of the class {own.describe()}. If it computes {own.describe(like)}, say so: "
                f"{own.name}={like!r}.",
                code="unsupported_layer", part=stack.name,
            )  # fmt: skip
    stack = stack.arranged(values)
    settings, values = _fitting(stack, settings, values, chosen)
    parameters: dict[str, tuple[SourceArray, Array, str]] = {}
    kinds: list[CellKind] = []
    for layer, directions in enumerate(stack.layers):
        run, own_values = stack.run_of(layer, values)
        kinds.append(CellKind(run.cell, cell_options(run.cell, own_values)))
        for direction, sources in directions.items():
            for name, source in sources.items():
                source, joint = _rejoined(run, own_values, name, source, sources)
                array, changes = _rearranged(run, own_values, name, source, sources)
                changes = "; ".join(filter(None, (joint, changes)))
                parameters[f"rnn.{name}{name_suffix(layer, direction)}"] = source, array, changes
    if (name := values.get("embedding", NONE)) != NONE:
        parameters["embedding.weight"] = stack.embeddings[name], stack.embeddings[name].array, ""
    head: dict[str, Any] = {}
    if (name := values.get("readout", NONE)) != NONE:
        readout: Readout = stack.readouts[name]
        parameters["readout.weight"] = readout.weight, readout.weight.array, ""
        if readout.bias is not None:
            parameters["readout.bias"] = readout.bias, readout.bias.array, ""
        for k, part in enumerate(readout.layers):
            bias = part.bias or _zeros(f"{part.weight.name}, no bias", len(part.weight.array))
            parameters[f"head.{k}.weight"] = part.weight, part.weight.array, ""
            parameters[f"head.{k}.bias"] = bias, bias.array, ""
        head = {
            "activation": values["outputs"],
            "reading": values["reading"],
            "layers": [part.activation for part in readout.layers],
        }
    for name in ("embedding.weight", "readout.weight"):
        if name in parameters:
            _check_rows(name.partition(".")[0], parameters[name][0])
    for (layer, direction, state), source in stack.initial.items():
        parameters[f"initial.{state}{name_suffix(layer, direction)}"] = source, source.array, ""
    for source, _, _ in parameters.values():
        _check_finite(source)
    dtype = np.result_type(*(array for _, array, _ in parameters.values()))
    shared = {} if widened is None else widened
    arrays: dict[str, Array] = {}
    for target, (source, array, _) in parameters.items():
        if array is source.array and array.dtype != dtype:
            key = id(array), dtype.name
            if key not in shared:
                shared[key] = np.ascontiguousarray(array, dtype)
            arrays[target] = shared[key]
        else:
            arrays[target] = np.ascontiguousarray(array, dtype)
    mapped = tuple(
        MappedArray(source.name, source.shape, source.dtype, target, _described(source, changes, dtype))
        for target, (source, _, changes) in parameters.items()
    )
    merge = values.get("merge", stack.merge)
    network = Network.from_parameters(arrays, kinds, merge=merge, head=head)
    return Conversion(network, mapped, values, settings)


def _fitting(
    stack: Stack, settings: tuple[InferredSetting, ...], values: dict[str, str], chosen: Mapping[str, str]
) -> tuple[tuple[InferredSetting, ...], dict[str, str]]:
    """Settings without the embedding or the readout that other layers have. Raises ArgumentError if it was chosen."""
    for name, offered in (("embedding", stack.embeddings), ("readout", stack.readouts)):
        value = values.get(name, NONE)
        if value == NONE or value in offered:
            continue
        if name in chosen:
            raise ArgumentError(
                f"{value} does not fit the layers of {stack.name} as they are arranged.",
                name=name, value=value, allowed=(*offered, NONE),
            )  # fmt: skip
        reason = f"{value} does not fit the layers as they are arranged."
        settings = tuple(replace(s, value=NONE, reason=reason) if s.name == name else s for s in settings)
        values = {**values, name: NONE}
    return settings, values


def model_from_stack(
    stack: Stack,
    overrides: Mapping[str, str] | None = None,
    *,
    name: str | None = None,
    vocabulary: Vocabulary | Words | None = None,
    labels: Words | None = None,
) -> Model:
    """Make a model from a stack of recurrent layers.

    Parameters
    ----------
    stack : Stack
        The stack.
    overrides : mapping of str to str, optional
        Values by setting that replace the inferred ones.
    name : str, optional
        The model's name; the stack's if left out.
    vocabulary : Vocabulary, sequence of str, mapping, str or Path, optional
        The vocabulary of the embedding: words in the order of its rows, a map from word to row or from row to word, the
        path of a file with either, or the name of a list in the model's own file. If left out, such a list where one
        fits, else the numbers of the rows, "12 5 7"; without an embedding, the model reads vectors.
    labels : sequence of str, mapping, str or Path, optional
        The labels of the readout's outputs, in the same forms. If left out, a list in the file that fits, else the
        vocabulary's tokens where there are as many, else numbers.

    Returns
    -------
    Model
        The model; its card lists what was inferred.

    Raises
    ------
    ArgumentError
        If the vocabulary or the labels do not fit the network. See `convert_stack` for other errors.
    """
    return model_from_conversion(
        convert_stack(stack, overrides), stack, name=name, vocabulary=vocabulary, labels=labels
    )


def model_from_conversion(
    conversion: Conversion,
    stack: Stack,
    *,
    name: str | None = None,
    vocabulary: Vocabulary | Words | None = None,
    labels: Words | None = None,
) -> Model:
    """As `model_from_stack`, for a stack that has been converted."""
    network, stack = conversion.network, stack.chosen(conversion.values)
    rows = None if network.embedding is None else len(network.embedding)
    vocabulary = given_vocabulary(vocabulary, rows, stack)
    if rows is None:
        vocabulary = Vocabulary("numbers", vector_size=network.input_size)
    elif vocabulary is None:
        vocabulary = file_vocabulary(stack, conversion.values.get("vocabulary", NONE), rows)
        vocabulary = vocabulary or Vocabulary("pieces", tuple(map(str, range(rows))))
    elif len(vocabulary) != rows:
        raise ArgumentError(
            f"The vocabulary has {len(vocabulary):,} tokens, but the embedding {conversion.values['embedding']} has "
            f"{rows:,} rows: it needs one token per row, in the order of the rows.",
            code="vocabulary_size", name="vocabulary", value=len(vocabulary), allowed=rows,
        )  # fmt: skip
    classes = 0 if network.readout_weight is None else len(network.readout_weight)
    labels = given_labels(labels, classes, stack)
    if labels is None and (words := stack.words.get(conversion.values.get("labels", NONE))) is not None:
        labels = words.fitted(classes)
    if labels is None:
        same = vocabulary.tokens if len(vocabulary) == classes else ()
        labels = [*same] or [str(k) for k in range(classes)]
    listed = (s for s in conversion.settings if not s.follows and s.value != NONE and of_run(s.name)[0] != "initial")
    card: dict[str, object] = {"understood": {setting.title: setting.describe() for setting in listed}}
    assumed = {s.title: s.describe() for s in conversion.settings if s.basis == "assumed" and not s.follows}
    if assumed:
        card["assumed"] = assumed
    if stack.left_out:
        card["left_out"] = list(stack.left_out)
    return Model(name or stack.name, network, vocabulary, list(labels), card, stack.max_steps)


def cell_options(cell: str, values: Mapping[str, str]) -> dict[str, str]:
    """A cell's options among the values of settings; unless they say more, `squash` is what `activation` is."""
    known = CELLS[cell].resolve_options({})
    options = {name: value for name, value in values.items() if name in known}
    if "squash" in known and "squash" not in options and "activation" in options:
        options["squash"] = options["activation"]
    return options


def _overridden(setting: InferredSetting, chosen: Mapping[str, str], stack: Stack) -> InferredSetting:
    if setting.name not in chosen or chosen[setting.name] == setting.value:
        return setting
    value = chosen[setting.name]
    base, first = of_run(setting.name)
    if base == "order" and isinstance(value, str):
        block_places(stack.cells[first or 0], value)  # every order of its gates is possible
    elif value not in list(setting.choices):
        raise ArgumentError(
            f"{setting.title} cannot be {printable(repr(value))}; it can be {', '.join(setting.choices)}.",
            name=setting.name, value=value, allowed=tuple(setting.choices),
        )  # fmt: skip
    return replace(setting, value=value, basis="stated", reason="Chosen by you.")


def _followed(setting: InferredSetting, changed: Mapping[str, InferredSetting]) -> InferredSetting:
    """A setting that follows another one, with the value of that one."""
    return replace(setting, value=changed[setting.follows].value) if setting.follows in changed else setting


def _rejoined(
    stack: Stack, values: Mapping[str, str], name: str, source: SourceArray, sources: Parameters
) -> tuple[SourceArray, str]:
    """A matrix with the columns of a joint one that it has in the chosen order, and what was done."""
    setting = stack.setting("joining")
    if setting is None or name not in ("weight_ih", "weight_hh") or values["joining"] == setting.value:
        return source, ""
    parts = [sources["weight_hh"].array, sources["weight_ih"].array]
    whole = np.concatenate(parts if setting.value == "hx" else parts[::-1], axis=1)
    first = values["joining"] == ("xh" if name == "weight_ih" else "hx")
    size = source.array.shape[1]
    part = whole[:, :size] if first else whole[:, whole.shape[1] - size :]
    return replace(source, array=part), f"the {'first' if first else 'last'} {size} columns of the joint matrix"


def _rearranged(
    stack: Stack, values: Mapping[str, str], name: str, source: SourceArray, sources: Parameters
) -> tuple[Array, str]:
    """A parameter with its blocks of gates in our order and in the chosen orientation, and what was done."""
    order = values.get("order", next(iter(ORDERS.get(stack.cell, {"": ""}))))
    cell = CELLS[stack.cell]
    rows = cell.parameter_blocks()[name]
    if name in cell.extra_blocks() or stack.cell not in ORDERS:  # its rows come in our order
        places = list(range(len(rows)))
    else:
        places = block_places(stack.cell, order)
        if rows != cell.rows:  # some of the cell's, in the same order
            kept = sorted(places[cell.rows.index(row)] for row in rows)
            places = [kept.index(places[cell.rows.index(row)]) for row in rows]
    recurrent = sources["weight_hh" if "weight_hh" in sources else "weight_ih"]
    size = len(recurrent.array) // len(cell.parameter_blocks().get("weight_hh", cell.rows))
    if set(cell.layouts()[name].rows) == {UNITS} and len(source.array) != size * len(rows):
        raise DamagedFileError(
            f"{source.name} has shape {source.shape}, but {recurrent.name} with shape {recurrent.shape} requires "
            f"{size * len(rows)} rows: they contradict each other.",
            code="contradiction", part=source.name,
        )  # fmt: skip
    blocks, changes = np.split(source.array, len(places)), []
    orientation = stack.setting("orientation")
    if orientation is not None and values["orientation"] != orientation.value and blocks[0].shape == (size, size):
        blocks = [block.T for block in blocks]
        changes.append("each gate transposed")
    if places != list(range(len(places))):
        blocks = [blocks[place] for place in places]
        changes.append(f"gates {', '.join(order)} reordered")
    if name == "bias_ih" and (added := float(values.get("forget_bias", 0))):
        row = rows.index("forget")
        blocks = [block + block.dtype.type(added) if k == row else block for k, block in enumerate(blocks)]
        changes.append(f"{added:g} added to the forget gate’s")
    return (np.concatenate(blocks), "; ".join(changes)) if changes else (source.array, "")


def _zeros(name: str, size: int) -> SourceArray:
    """What stands for a bias that a layer of the head does not have."""
    return SourceArray(name, np.zeros(size, np.float32), (size,), "float32", "zeros")


def _check_rows(name: str, source: SourceArray) -> None:
    """Raises LimitError if an array has more rows than there can be words for."""
    if len(source.array) > MOST_ROWS:
        raise LimitError(
            f"{source.name} has {len(source.array):,} rows, and at most {MOST_ROWS:,} tokens or labels are read: leave "
            f"it out with {name}={NONE!r}.",
            code="rows", part=source.name, limit=MOST_ROWS, actual=len(source.array),
        )  # fmt: skip


def _described(source: SourceArray, changes: str, dtype: np.dtype) -> str:
    """All that was done to an array. Half precision is widened to float32 without saying so twice."""
    rounded = source.dtype.startswith("q")
    widened = f"{source.dtype} {'times its scale' if rounded else f'widened to {dtype}'}"
    widened = widened if source.dtype != dtype.name else ""
    return "; ".join(filter(None, (source.changes, changes, widened))) or "unchanged"


def _check_finite(source: SourceArray) -> None:
    count = source.array.size - int(np.isfinite(source.array).sum())
    if count:
        raise NotFiniteError(
            f"{source.name} holds {count:,} NaN or infinite value{'s' * (count > 1)}, so nothing computed with it "
            "would be a number. The training has probably diverged: open an earlier checkpoint.",
            name=source.name, shape=source.shape, count=count,
        )  # fmt: skip
