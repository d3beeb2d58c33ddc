"""What surrounds a recurrent stack among named arrays: the embedding below it and the readout on top.

Shapes say what could be there and names what is. Where names speak against a candidate, nothing is assumed: a network
that reads vectors or ends with hidden states is less than the whole model, but true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...cells.activations import Array
from ...wording import counted
from ..settings import NONE, InferredSetting, inferred
from ..stack import Readout, SourceArray, Stack

OFFERED = 12  # arrays to choose from
_EMBEDDING = re.compile(r"emb|lookup|lut|wte|token|char|vocab|^encoder$", re.IGNORECASE)
_NOT_EMBEDDING = re.compile(r"proj|norm|linear|dense|pos|dropout|fc|out|conv", re.IGNORECASE)
_READOUT = re.compile(
    r"fc|out|linear|dense|decoder|classif|head|proj|logit|h2o|hidden2|2tag|2out|softmax|score|pred|label|generator|"
    r"^w_?(hy|y|hq|out|ya)$|^lin$|^v$",
    re.IGNORECASE,
)
_NOT_READOUT = re.compile(r"attn|attention|(?:^|[._/])att|q_proj|k_proj|v_proj|conv|norm|dropout|gate", re.IGNORECASE)
_INPUT_LAYER = re.compile(
    r"(^|[._/])(in|input|inp|pre)_?(proj|linear|fc|dense|layer)|proj_?in$|fc_?in$|(^|[._/])bridge|combine|fuse|fusion",
    re.IGNORECASE,
)
# Where a name says "emb", and the rest of that word: what follows is looked for in the word, not by the pattern, which
# would look at the rest of the name for each "emb" in it.
_FROM_EMBEDDING = re.compile(r"emb\w*")
_LINEAR = ("proj", "linear", "fc", "dense", "layer")
_NORM = re.compile(r"norm|(^|[._/])(ln|bn)", re.IGNORECASE)
_MIXING = re.compile(r"concat|combine|context|att|linear_out|output_proj|(^|[._/])w_?c([._/]|$)", re.IGNORECASE)
_CRF = re.compile(r"(^|[._/])crf|transitions?$|trans_?mat", re.IGNORECASE)
_WEIGHT = re.compile(
    r"(?P<stem>.*?)(?P<sep>[._/]?)(?P<word>weight|kernel|[wv]|w_?(?P<of>hy|y|hq|out|ya))(?P<end>:0)?",
    re.IGNORECASE | re.DOTALL,
)
_PARAMETER = ("weight", "kernel", "w", "bias", "b", "embeddings", "embedding")


@dataclass
class _FreeArrays:
    """The arrays that belong to no stack.

    matrices: those with two axes. tables: those with an embedding's name. inner: those with the name of a layer between
    the embedding and the recurrent ones. linear: those with the name of a linear layer's weight, as (C, N), with the
    parsed name and whether the file has them as (N, C). outputs: those with the name of an output layer.
    """

    arrays: Mapping[str, Array]
    dtypes: Mapping[str, str]
    used: set[str]
    matrices: dict[str, Array] = field(init=False)
    tables: set[str] = field(init=False)
    inner: set[str] = field(init=False)
    outputs: set[str] = field(init=False)
    linear: dict[str, tuple[re.Match[str], Array, bool]] = field(init=False)

    def __post_init__(self) -> None:
        self.matrices = {n: a for n, a in self.arrays.items() if n not in self.used and a.ndim == 2 and a.size}
        self.inner = {name for name in self.matrices if _is_called_input_layer(name)}
        named = {name for name in self.matrices if name not in self.inner and _is_called_embedding(name)}
        # A table of tokens has no bias; what has one is a linear layer on top, whatever its name.
        biased = {name for name in named if _has_bias(name, self.arrays)}
        self.tables = named - biased
        self.linear = {}
        for name, array in self.matrices.items():
            if (match := _WEIGHT.fullmatch(name)) is not None:
                transposed = match["word"].lower() == "kernel" or (match["of"] or "").lower() == "hq"
                self.linear[name] = match, array.T if transposed else array, transposed
        others = self.tables | self.inner
        self.outputs = {name for name in self.linear if name not in others and (_is_output(name) or name in biased)}

    def source(self, name: str, transposed: bool = False) -> SourceArray:
        """An array on its way into a network."""
        array = self.arrays[name]
        wide = array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
        dtype = self.dtypes.get(name, str(array.dtype))
        changes = "transposed" if transposed else ""
        return SourceArray(name, wide.T if transposed else wide, array.shape, dtype, changes)


def with_surroundings(
    stacks: Sequence[Stack], arrays: Mapping[str, Array], dtypes: Mapping[str, str]
) -> tuple[Stack, ...]:
    """The stacks with candidates for the embedding and the readout of each, and the settings that choose among them."""
    free = _FreeArrays(arrays, dtypes, set().union(*(stack.array_names for stack in stacks)))
    embeddings = [_embeddings(stack, free) for stack in stacks]
    readouts = [_readouts(stack, free) for stack in stacks]
    complete = []
    for k, stack in enumerate(stacks):
        others = [other.name for other in stacks if other is not stack]
        claims = [j for j, theirs in enumerate(readouts) if readouts[k] and next(iter(readouts[k])) in theirs]
        best = max(claims, key=lambda j: (_decoder_rank(stacks[j].name), j), default=k)
        settings = [*stack.settings]
        if embeddings[k]:
            settings.append(_embedding_setting(stack, embeddings[k], free, others))
        if readouts[k]:
            settings.append(_readout_setting(stack, readouts[k], free, others, stacks[best].name))
        offered = {*embeddings[k], *(name for readout in readouts[k].values() for name in readout.names)}
        left_out = (*stack.left_out, *_unknown_neighbours(stack, offered, free), *_path_over_outputs(readouts[k], free))
        complete.append(
            replace(stack, embeddings=embeddings[k], readouts=readouts[k], settings=tuple(settings), left_out=left_out)
        )
    return tuple(complete)


def layer_name(name: str) -> str:
    """The name of an array's layer: the last part of its name that is neither a number nor a parameter's name."""
    parts = [part for part in re.split(r"[./]", name.removesuffix(":0")) if not part.isdecimal()]
    if len(parts) > 1 and parts[-1].lower() in _PARAMETER:
        parts.pop()
    return parts[-1] if parts else name


def similarity(stack: str, name: str) -> float:
    """How much of a stack's name another name begins with, from 0 to 1: "enc_emb" is similar to "enc"."""
    stack, name = stack.lower(), name.lower()
    if stack[:2] != name[:2]:
        return 0.0
    shared = 0
    for letter, other in zip(stack, name, strict=False):
        if letter != other:
            break
        shared += 1
    return shared / len(stack) if shared > 1 else 0.0


def _is_called_embedding(name: str) -> bool:
    layer = layer_name(name)
    return bool(_EMBEDDING.search(layer)) and not _NOT_EMBEDDING.search(layer)


def _has_bias(name: str, arrays: Mapping[str, Array]) -> bool:
    """Whether a bias for each of its rows or columns stands beside a matrix."""
    stem = name.removesuffix(":0")
    end = next((end for end in ("weight", "kernel", "w") if stem.lower().endswith(end)), None)
    if end is None:
        return False
    bias = arrays.get(f"{stem[: -len(end)]}{'b' if end == 'w' else 'bias'}{name[len(stem) :]}")
    return bias is not None and bias.ndim == 1 and len(bias) in arrays[name].shape


def _is_called_input_layer(name: str) -> bool:
    """Whether an array has the name of a layer between the embedding and the recurrent ones."""
    layer = layer_name(name)
    return bool(_INPUT_LAYER.search(layer)) or _is_after_embedding(layer.lower())


def _is_after_embedding(layer: str) -> bool:
    """Whether a layer is called something like "emb2rnn" or "embedding_proj"."""
    for match in _FROM_EMBEDDING.finditer(layer):
        word = match[0]
        if "2" in word[3:]:
            return True
        begins = match.start() == 0 or layer[match.start() - 1] in "._/"
        start = 0 if begins else word.find("_emb") + 1
        if (begins or start) and any(linear in word[start + 3 :] for linear in _LINEAR):
            return True
    return False


def _is_output(name: str) -> bool:
    """Whether an array has the name of an output layer."""
    return bool(_READOUT.search(layer_name(name))) and not _NOT_READOUT.search(name)


def _owner(stack: Stack, name: str, others: Sequence[str]) -> str | None:
    """The stack whose name is more similar to an array's than this stack's is, None if there is none."""
    own = similarity(stack.name, name)
    return next((other for other in others if similarity(other, name) > own), None)


def _decoder_rank(stack: str) -> int:
    """1 for a stack with a decoder's name, -1 for an encoder, 0 for any other."""
    return bool(re.search(r"dec", stack, re.IGNORECASE)) - bool(re.search(r"enc", stack, re.IGNORECASE))


# ---- the embedding -------------------------------------------------------------------------------------


def _embeddings(stack: Stack, free: _FreeArrays) -> dict[str, SourceArray]:
    """Tables with as many columns as the first layer reads, those named like an embedding and like the stack first."""
    fitting = [name for name, array in free.matrices.items() if array.shape[1] == stack.input_size]
    ranked = sorted(fitting, key=lambda name: (name not in free.tables, -similarity(stack.name, name)))
    return {name: free.source(name) for name in ranked[:OFFERED]}


def _embedding_setting(
    stack: Stack, embeddings: Mapping[str, SourceArray], free: _FreeArrays, others: Sequence[str]
) -> InferredSetting:
    """Which table is the embedding; none where names speak against it."""
    size = stack.input_size
    choices = {name: f"{name}, {source.shape[0]:,} tokens" for name, source in embeddings.items()}
    choices[NONE] = f"none: the input is vectors of size {size}"
    value = next(iter(embeddings))
    between = next((n for n, a in free.arrays.items() if _turns_into(n, a, size)), None)
    if value not in free.tables:
        table = next(iter(free.tables), None)
        also = f", and {table} has {free.matrices[table].shape[1]}" if table else ""
        value, reason = NONE, f"No array with {size} columns is named like an embedding{also}."
    elif between is not None:
        value, reason = NONE, f"{value} would fit, but {between} seems to come between it and the first layer."
    elif (owner := _owner(stack, value, others)) is not None and similarity(stack.name, value) == 0:
        value, reason = NONE, f"{value} would fit, but by its name it belongs to {owner}."
    else:
        same = [name for name in embeddings if name in free.tables and name != value]
        also = f", as {'does' if len(same) == 1 else 'do'} {' and '.join(same)}" if same else ""
        reason = f"It is named like an embedding and has the {size} columns that the first layer reads{also}."
    return inferred("embedding", value, "assumed", reason, choices)


def _turns_into(name: str, array: Array, size: int) -> bool:
    """Whether an array is of a layer between an embedding and the first layer, and gives vectors of a size.

    It may be a linear layer, its bias alone, or a convolution over a text.
    """
    if array.ndim not in (1, 2, 3) or array.shape[0] != size:
        return False
    return array.ndim == 3 or _is_called_input_layer(name)


# ---- the readout ---------------------------------------------------------------------------------------


def _readouts(stack: Stack, free: _FreeArrays) -> dict[str, Readout]:
    """Linear layers that read what the stack passes on, those named like an output and like the stack first."""
    fitting = [name for name, (_, weight, _) in free.linear.items() if weight.shape[1] == stack.width]

    def rank(name: str) -> tuple[bool, bool, float]:
        return name not in free.outputs, name in free.tables, -similarity(stack.name, name)

    readouts = {}
    for name in sorted(fitting, key=rank)[:OFFERED]:
        match, weight, transposed = free.linear[name]
        bias = _bias_name(match, len(weight), free.arrays)
        readouts[name] = Readout(free.source(name, transposed), None if bias is None else free.source(bias))
    return readouts


def _bias_name(match: re.Match[str], classes: int, arrays: Mapping[str, Array]) -> str | None:
    """The name of the bias that belongs to a weight, by name and shape."""
    word, of = match["word"], "y" if (match["of"] or "").lower() == "ya" else match["of"]
    alone = ["c", "b_y", "by"] if word.lower() == "v" else ["b"]
    ends = [f"b_{of[-1]}", f"b{of[-1]}", f"b_{of}", f"b{of}"] if of else ["bias"] if len(word) > 1 else alone
    for end in ends:
        for spelling in (end, end.upper()):
            name = f"{match['stem']}{match['sep']}{spelling}{match['end'] or ''}"
            if name in arrays and arrays[name].shape == (classes,):
                return name
    return None


def _readout_setting(
    stack: Stack, readouts: Mapping[str, Readout], free: _FreeArrays, others: Sequence[str], best: str
) -> InferredSetting:
    """Which linear layer reads the stack; none where another layer follows it or another stack has a better claim."""
    choices = {name: f"{name}, {counted(len(readout.weight.array), 'output')}" for name, readout in readouts.items()}
    choices[NONE] = "none: the network ends with its hidden states"
    value = next(iter(readouts))
    classes = len(readouts[value].weight.array)
    following = next(
        (
            name
            for name, (_, weight, _) in free.linear.items()
            if name != value and name in free.outputs and weight.shape[1] == classes
        ),
        None,
    )
    norm = next(
        (
            n
            for n, a in free.arrays.items()
            if a.shape == (stack.width,) and n not in free.used and (_NORM.search(n) or _is_norm_beside(n, value))
        ),
        None,
    )
    after = next((n for n, a in free.arrays.items() if a.shape == (classes,) and _is_norm_beside(n, value)), None)
    mixing = next((n for n, a in free.matrices.items() if _mixes(n, a, stack.width)), None)
    if value not in free.outputs:
        value, reason = NONE, f"No array that reads vectors of size {stack.width} is named like an output layer."
    elif following is not None:
        reason = f"{value} reads the {stack.width} values that the top layer passes on, but {following} may follow it."
        value = NONE
    elif mixing is not None and value != mixing:
        value, reason = NONE, f"{value} would fit, but {mixing} seems to join the states with something else before it."
    elif after is not None:
        reason = f"{value} reads the {stack.width} values that the top layer passes on, but {after} may follow it."
        value = NONE
    elif norm is not None:
        value, reason = NONE, f"{value} would fit, but {norm} may come between it and the top layer."
    elif best != stack.name and similarity(stack.name, value) == 0:
        value, reason = NONE, f"{value} would fit, but it fits {best} better."
    elif (owner := _owner(stack, value, others)) is not None and similarity(stack.name, value) == 0:
        value, reason = NONE, f"{value} would fit, but by its name it belongs to {owner}."
    else:
        reason = f"It is named like an output layer and reads the {stack.width} values that the top layer passes on."
    return inferred("readout", value, "assumed", reason, choices)


def _mixes(name: str, array: Array, width: int) -> bool:
    """Whether a matrix reads states beside as many other values or more and passes on as many, as in attention."""
    return array.shape[0] == width and array.shape[1] in (2 * width, 3 * width) and bool(_MIXING.search(name))


def _is_norm_beside(name: str, readout: str) -> bool:
    """Whether an array is of a norm in the same module as a readout: "head.1.running_mean" beside "head.0.weight"."""
    module = _parent(_parent(readout))
    return _parent(_parent(name)) == module and bool(_NORM.search(name) or name.endswith("running_mean"))


def _path_over_outputs(readouts: Mapping[str, Readout], free: _FreeArrays) -> tuple[str, ...]:
    """That a CRF chooses among the outputs of all steps, if its scores from each output to the next are in the file."""
    classes = {len(readout.weight.array) for name, readout in readouts.items() if name in free.outputs}
    name = next(
        (n for n, a in free.matrices.items() if len(set(a.shape)) == 1 and len(a) in classes and _CRF.search(n)), None
    )
    if name is None:
        return ()
    return (
        f"{name} are a CRF’s scores from each output to the next: the network answers with the best path over all "
        "steps. That is not run; the outputs are those of each step alone.",
    )


def _unknown_neighbours(stack: Stack, offered: set[str], free: _FreeArrays) -> tuple[str, ...]:
    """What is not run of the arrays beside the stack's own, which no recurrent layer has."""
    parents = {parent for name in stack.array_names if (parent := _parent(name))}
    unknown = [
        name for name in free.arrays if name not in offered and name not in free.used and _parent(name) in parents
    ]
    if not unknown:
        return ()
    few = ", ".join(unknown[:4]) + (f" and {len(unknown) - 4} more" if len(unknown) > 4 else "")
    return (f"Not used, although beside the layer's weights: {few}. A layer that uses them has other states.",)


def _parent(name: str) -> str:
    """What precedes the last part of a name."""
    return name[: max(name.rfind("."), name.rfind("/"), 0)]
