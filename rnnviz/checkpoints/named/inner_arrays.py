"""Arrays of a recurrent layer besides its matrices and biases: they change what the cell computes.

Peepholes, an intermediate state and a bias of the GRU's recurrent candidate make it another cell, which is run. A norm
inside the cell, or peepholes that are matrices, make it one that is not; it is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...cells.activations import Array
from ...errors import UnsupportedFileError
from ..settings import InferredSetting, inferred, inferred_order
from ..stack import Parameters, SourceArray

_SUFFIX = re.compile(r"_l(?P<layer>[0-9]{1,3})(?P<back>_reverse)?$", re.IGNORECASE)
_PEEPHOLE = re.compile(
    r"(?:w_?c|c|p|v|w_?p|w_?peep|peep|peephole|w_?peephole|weight_?c|weight_?peep|weight_?peephole)_?(?P<gate>[ifo])"
    r"(?:_diag|_weight)?"
    r"|w_(?P<of>[ifo])_(?:diag|peep|peephole)"
    r"|(?P<word>[ifo]|input|forget|output)_?(?:gate_?)?(?:peep|peephole)s?",
    re.IGNORECASE,
)
_PEEPHOLES = {
    "weight_peephole", "peephole", "peepholes", "weight_peep", "w_peephole", "w_peep", "weight_ch", "weight_peepholes",
    "peephole_weights", "w_peepholes",
}  # fmt: skip
_CANDIDATE_BIAS = {"bhn", "b_hn", "bias_n", "bias_hn", "b_rn", "recurrent_bias_n"}
_INTERMEDIATE = {
    "wmx": "ih", "w_mx": "ih", "w_mih": "ih", "weight_mih": "ih", "weight_mx": "ih", "w_xm": "ih", "weight_xm": "ih",
    "wmh": "hh", "w_mh": "hh", "w_mhh": "hh", "weight_mhh": "hh", "weight_mh": "hh", "w_hm": "hh", "weight_hm": "hh",
}  # fmt: skip
_LENGTHS = {"gx": "weight_ih", "gh": "weight_hh", "gmx": "ih", "gmh": "hh"}  # of rows, as OpenAI's mLSTM has them
_NORM = re.compile(r"norm|(?:^|[._/])(?:ln|bn)|gamma|beta|running_(?:mean|var)", re.IGNORECASE)
_NORM_OF_GATE = re.compile(r"(?:ln|bn|gamma|beta|(?:layer|batch)?_?norm)_?[ifogcrznh](?=[._/]|$)", re.IGNORECASE)
_NUMBERED_NORM = re.compile(r"(?:ln|bn|(?:layer|batch)?_?norm)s?[._/]?[0-9](?=[._/]|$)", re.IGNORECASE)
_FEW = 4


@dataclass
class InnerArrays:
    """What one direction of a layer has inside.

    order: of the gates, where the arrays' names suggest one. names: the prepared arrays that are used.
    """

    cell: str
    parameters: Parameters
    order: str = ""
    names: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)


def inner_arrays(
    cell: str, parameters: Parameters, head: str, place: tuple[int, str], free: Mapping[str, SourceArray]
) -> InnerArrays:
    """One direction of a layer with the arrays that are inside of it.

    head: what precedes the names of its arrays. place: its layer in these names, and its direction. free: arrays that
    belong to no layer. Raises UnsupportedFileError, code "cell", for a cell that is not run.
    """
    inner = InnerArrays(cell, dict(parameters))
    beside = _beside(head, place, free)
    hidden = _hidden_size(parameters)
    _refuse_norms(cell, parameters, hidden, beside, _NUMBERED_NORM if head else _NORM_OF_GATE)
    _report_others(inner, head, hidden, beside)
    _add_peepholes(inner, hidden, beside)
    _add_candidate_bias(inner, hidden, beside)
    _add_intermediate(inner, hidden, beside)
    return inner


def settings_of(
    cell: str, before: str, settings: tuple[InferredSetting, ...], bias: bool, suggested: str
) -> tuple[InferredSetting, ...]:
    """The settings of a cell that its inner arrays made another one.

    bias: whether one of them is a
    bias of the GRU's recurrent candidate. suggested: an order of the gates.
    """
    if bias:
        reason = "The recurrent candidate has a bias of its own, which is inside the product with the reset gate."
        return tuple(
            inferred("reset", "after", "fixed", reason) if setting.name == "reset" else setting for setting in settings
        )
    if cell == before or cell != "mlstm":
        return settings
    order = next((setting for setting in settings if setting.name == "order"), None)
    assert order is not None, "an LSTM has an order of its gates"
    kept = [setting for setting in settings if setting.name in ("joining", "orientation")]
    if suggested:
        reason = "The arrays are called as in OpenAI’s sentiment neuron, whose gates are stacked so."
        return (inferred_order("mlstm", suggested, "assumed", reason), *kept)
    return (inferred_order("mlstm", f"m{order.value}", order.basis, order.reason), *kept)


def _beside(head: str, place: tuple[int, str], free: Mapping[str, SourceArray]) -> dict[str, SourceArray]:
    """The arrays under a head that are of its layer and direction, by the rest of their names."""
    found = {}
    for name, source in free.items():
        if not name.startswith(head):
            continue
        rest = name[len(head) :].removesuffix(":0")
        last = rest.rpartition("/")[2].rpartition(".")[2]
        match = _SUFFIX.search(last)
        layer, direction = (
            (0, place[1]) if match is None else (int(match["layer"]), "backward" if match["back"] else "forward")
        )
        if match is None or (layer, direction) == place:
            found[rest[: len(rest) - len(match[0])] if match else rest] = source
    return found


def _hidden_size(parameters: Parameters) -> int:
    if "weight_hr" in parameters:
        return int(parameters["weight_hr"].array.shape[1])
    return int(parameters["weight_hh"].array.shape[1]) if "weight_hh" in parameters else 0


def _refuse_norms(
    cell: str, parameters: Parameters, hidden: int, beside: Mapping[str, SourceArray], numbered: re.Pattern[str]
) -> None:
    """Raises UnsupportedFileError for a norm of all gates' sums, or one of each gate's, by letter or number."""
    rows = len(parameters["weight_ih"].array)
    norms = {rest: source for rest, source in beside.items() if _NORM.search(rest)}
    of_gates = [s for s in norms.values() if rows > hidden and s.array.shape[-1:] == (rows,)]
    by_gate = {rest: s for rest, s in norms.items() if s.array.shape == (hidden,) and _is_of_gate(rest, numbered)}
    several = list(by_gate.values()) if len({_owner(rest) for rest in by_gate}) > 2 else []
    found = of_gates or several
    if not found:
        return
    kind = "batch norm" if any("running_" in rest for rest in norms) else "layer norm"
    names = ", ".join(dict.fromkeys(source.name for source in found[:_FEW]))
    title = {"lstm": "an LSTM", "gru": "a GRU", "rnn": "a simple RNN"}.get(cell, "a cell")
    raise UnsupportedFileError(
        f"{parameters['weight_ih'].name} belongs to {title} with {kind} inside the cell ({names}). Such a cell has "
        "other states than one without it and is not run here.",
        code="cell", part=found[0].name,
    )  # fmt: skip


def _is_of_gate(rest: str, numbered: re.Pattern[str]) -> bool:
    return bool(_NORM_OF_GATE.match(rest) or numbered.match(rest))


def _owner(rest: str) -> str:
    """A name without its last part, if it has several."""
    return rest[: max(rest.rfind("."), rest.rfind("/"))] if re.search("[./]", rest) else rest


def _report_others(inner: InnerArrays, head: str, hidden: int, beside: Mapping[str, SourceArray]) -> None:
    """What else is inside the module that has the layer's weights as its own, as PyTorch's layers have nothing.

    Raises UnsupportedFileError for a norm inside a cell.
    """
    own = inner.parameters["weight_ih"].name[len(head) :]
    if not head or not own.lower().startswith(("weight_ih", "w_ih")):
        return
    deeper = {rest: source for rest, source in beside.items() if "." in rest or "/" in rest}
    norm = next((s for r, s in deeper.items() if _NORM.search(r) and s.array.shape == (hidden,)), None)
    if norm is not None and not _SUFFIX.search(own):
        raise UnsupportedFileError(
            f"{norm.name} is a norm inside the cell of {inner.parameters['weight_ih'].name}. Such a cell has other "
            "states than one without it and is not run here.",
            code="cell", part=norm.name,
        )  # fmt: skip
    if deeper:
        names = list(deeper.values())
        more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
        listed = ", ".join(source.name for source in names[:_FEW]) + more
        inner.left_out.append(
            f"{listed} belong to the module that has the layer’s weights; what it does with them is not run."
        )


def _add_peepholes(inner: InnerArrays, hidden: int, beside: Mapping[str, SourceArray]) -> None:
    if inner.cell not in ("lstm", "lstmp") or not hidden:
        return
    by_gate: dict[str, SourceArray] = {}
    whole: SourceArray | None = None
    for rest, source in beside.items():
        plain = re.sub(r"[._/](?:weight|kernel)$", "", rest.lower()).replace(".", "_").replace("/", "_")
        match = _PEEPHOLE.fullmatch(plain)
        if match is not None and source.array.size == hidden:
            by_gate[(match["gate"] or match["of"] or match["word"])[0].lower()] = source
        elif match is not None and source.array.shape == (hidden, hidden) and hidden > 1:
            raise UnsupportedFileError(
                f"{source.name} is a whole matrix from the cell state to a gate; peepholes are run here with one "
                "weight for each unit.",
                code="cell", part=source.name,
            )  # fmt: skip
        elif plain in _PEEPHOLES and source.array.size == 3 * hidden:
            whole = source
    if not by_gate and whole is None:
        return
    if inner.cell == "lstmp":
        name = (whole or next(iter(by_gate.values()))).name
        raise UnsupportedFileError(
            f"{name} is a peephole of an LSTM with projection; only LSTMs with one or the other are run here.",
            code="cell", part=name,
        )  # fmt: skip
    if whole is not None:
        array, parts, changes = whole.array.reshape(-1), whole.names, "taken for i, f, o"
        inner.left_out.append(f"{whole.name} does not say for which gates it is; i, f and o in this order is assumed.")
    else:
        dtype = next(iter(by_gate.values())).array.dtype
        blocks = [by_gate[g].array.reshape(-1) if g in by_gate else np.zeros(hidden, dtype) for g in "ifo"]
        array, parts = np.concatenate(blocks), tuple(name for source in by_gate.values() for name in source.names)
        changes = "peepholes of i, f, o joined"
    inner.cell = "peephole"
    inner.names |= set(parts)
    dtype_name = (whole or next(iter(by_gate.values()))).dtype
    inner.parameters["weight_peephole"] = SourceArray(", ".join(parts), array, array.shape, dtype_name, changes, parts)


def _add_candidate_bias(inner: InnerArrays, hidden: int, beside: Mapping[str, SourceArray]) -> None:
    if inner.cell != "gru" or "bias_hh" in inner.parameters:
        return
    source = next((s for r, s in beside.items() if r.lower() in _CANDIDATE_BIAS and s.array.size == hidden), None)
    if source is not None:
        array = np.concatenate([np.zeros(2 * hidden, source.array.dtype), source.array.reshape(-1)])
        inner.parameters["bias_hh"] = replace(source, array=array, changes="for the candidate; zeros for the gates")
        inner.names |= set(source.names)


def _add_intermediate(inner: InnerArrays, hidden: int, beside: Mapping[str, SourceArray]) -> None:
    """The matrices of m, which all gates of a multiplicative LSTM see in place of the old hidden state."""
    parts: dict[str, SourceArray] = {}
    lengths: dict[str, SourceArray] = {}
    for rest, source in beside.items():
        plain = re.sub(r"[._/](?:weight|kernel)$", "", rest.lower())
        if plain in _INTERMEDIATE and source.array.ndim == 2:
            parts[_INTERMEDIATE[plain]] = source
            inner.order = "mifog" if plain.startswith("wm") else ""
        elif plain in _LENGTHS:
            lengths[_LENGTHS[plain]] = source
    if not parts or inner.cell != "lstm":
        return
    ih, hh = inner.parameters["weight_ih"], inner.parameters["weight_hh"]
    inputs = ih.array.shape[1]
    columns = "transposed" in ih.changes
    matrices = {end: source.array.T if columns else source.array for end, source in parts.items()}
    if (
        set(parts) != {"ih", "hh"}
        or matrices["ih"].shape != (hidden, inputs)
        or matrices["hh"].shape != (hidden, hidden)
    ):
        name = next(iter(parts.values())).name
        raise UnsupportedFileError(
            f"{name} seems to be one of the two matrices of a multiplicative LSTM, but the other is missing or has "
            "another shape.",
            code="cell", part=name,
        )  # fmt: skip
    for end, source in (("ih", ih), ("hh", hh)):
        rows, below = matrices[end], source.array
        names = (*parts[end].names, *source.names)
        for key, what in ((end, "rows"), (f"weight_{end}", "below")):
            if key in lengths:
                scaled = _with_lengths(rows if what == "rows" else below, lengths[key].array)
                rows, below = (scaled, below) if what == "rows" else (rows, scaled)
                names += lengths[key].names
        whole = np.concatenate([rows, below])
        inner.parameters[f"weight_{end}"] = SourceArray(
            ", ".join(names[:_FEW]),
            whole,
            whole.shape,
            source.dtype,
            "joined" + (", transposed" if columns else ""),
            names,
        )
        inner.names |= set(names)
    inner.cell = "mlstm"


def _with_lengths(rows: Array, lengths: Array) -> Array:
    """Rows with these lengths in place of their own, as weight normalisation stores them."""
    own = np.sqrt((rows.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.maximum(own, 1e-12) * lengths.reshape(-1, 1), rows.dtype)
