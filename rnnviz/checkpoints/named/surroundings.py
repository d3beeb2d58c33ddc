"""What stands around a recurrent stack among named arrays: the embedding below it and the readout on top.

Shapes say what could stand there and names what does. Where names speak against it, nothing is taken: vectors in or
hidden states out are less than the whole network, but true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...cells.activations import Array
from ..stack import Fact, Readout, Source, Stack

NONE = "none"
OFFERED = 12  # arrays that one can choose from
_EMBEDS = re.compile(r"emb|lookup|lut|wte|token|char|vocab|^encoder$", re.IGNORECASE)
_NO_TABLE = re.compile(r"proj|norm|linear|dense|pos|dropout|fc|out|conv", re.IGNORECASE)
_READS_OUT = re.compile(
    r"fc|out|linear|dense|decoder|classif|head|proj|logit|h2o|hidden2|2tag|2out|softmax|score|pred|label|generator|"
    r"^w_?(hy|y|hq|out)$",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"attn|attention|(?:^|[._/])att|q_proj|k_proj|v_proj|conv|norm|dropout|gate", re.IGNORECASE)
_LEADS_IN = re.compile(
    r"(^|[._/])(in|input|inp|pre|emb\w*)_?(proj\w*|linear|fc|dense|layer)|proj_?in$|fc_?in$|emb\w*2|(^|[._/])bridge",
    re.IGNORECASE,
)
_NORM = re.compile(r"norm|(^|[._/])(ln|bn)", re.IGNORECASE)
_WEIGHT = re.compile(
    r"(?P<stem>.*?)(?P<sep>[._/]?)(?P<word>weight|kernel|w|w_?(?P<of>hy|y|hq|out))(?P<end>:0)?",
    re.IGNORECASE | re.DOTALL,
)
_PARAMETER = ("weight", "kernel", "w", "bias", "b", "embeddings", "embedding")


@dataclass
class _Free:
    """The arrays that belong to no stack.

    flat: matrices. tables: those called like an embedding. weights: those called like a linear layer's, their names
    taken apart, as (C, N), and whether the file has them as (N, C).
    """

    arrays: Mapping[str, Array]
    dtypes: Mapping[str, str]
    used: set[str]
    flat: dict[str, Array] = field(init=False)
    tables: set[str] = field(init=False)
    weights: dict[str, tuple[re.Match[str], Array, bool]] = field(init=False)

    def __post_init__(self) -> None:
        self.flat = {n: a for n, a in self.arrays.items() if n not in self.used and a.ndim == 2 and a.size}
        self.tables = {
            n for n in self.flat if _EMBEDS.search(called(n)) and not (_NO_TABLE.search(called(n)) or _leads_in(n))
        }
        self.weights = {}
        for name, array in self.flat.items():
            if (match := _WEIGHT.fullmatch(name)) is not None:
                lying = match["word"].lower() == "kernel"
                self.weights[name] = match, array.T if lying else array, lying

    def says_out(self, name: str) -> bool:
        """Whether an array is called like an output layer."""
        own = called(name)
        return bool(_READS_OUT.search(own)) and not (_INSIDE.search(name) or name in self.tables or _leads_in(name))

    def source(self, name: str, transposed: bool = False) -> Source:
        array = self.arrays[name]
        wide = array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
        dtype = self.dtypes.get(name, str(array.dtype))
        return Source(name, wide.T if transposed else wide, array.shape, dtype, "transposed" if transposed else "")


def with_outside(stacks: Sequence[Stack], arrays: Mapping[str, Array], dtypes: Mapping[str, str]) -> tuple[Stack, ...]:
    """The stacks with what could stand below and on top of each, and facts that say what is taken."""
    free = _Free(arrays, dtypes, set().union(*(stack.names for stack in stacks)))
    below = [_embeddings(stack, free) for stack in stacks]
    above = [_readouts(stack, free) for stack in stacks]
    found = []
    for k, stack in enumerate(stacks):
        others = [one.name for one in stacks if one is not stack]
        claimed = [j for j, one in enumerate(above) if above[k] and next(iter(above[k])) in one]
        better = max(claimed, key=lambda j: (_decodes(stacks[j].name), j), default=k)
        facts = [*stack.facts]
        if below[k]:
            facts.append(_embedding_fact(stack, below[k], free, others))
        if above[k]:
            facts.append(_readout_fact(stack, above[k], free, others, stacks[better].name))
        offered = {*below[k], *(name for one in above[k].values() for name in one.names)}
        notes = (*stack.notes, *_unused(stack, offered, free))
        found.append(replace(stack, embeddings=below[k], readouts=above[k], facts=tuple(facts), notes=notes))
    return tuple(found)


def called(name: str) -> str:
    """What an array's layer is called: the last part of its name that is no number and no parameter's name."""
    parts = [part for part in re.split(r"[./]", name.removesuffix(":0")) if not part.isdecimal()]
    if len(parts) > 1 and parts[-1].lower() in _PARAMETER:
        parts.pop()
    return parts[-1] if parts else name


def near(stack: str, name: str) -> float:
    """How much of a stack's name another name begins with, from 0 to 1: "enc_emb" is near to "enc"."""
    shared = 0
    for one, other in zip(stack.lower(), name.lower(), strict=False):
        if one != other:
            break
        shared += 1
    return shared / max(len(stack), 1) if shared > 1 else 0.0


def _leads_in(name: str) -> bool:
    """Whether an array is called like a layer between the embedding and the recurrent ones."""
    return bool(_LEADS_IN.search(called(name)))


def _of_another(stack: Stack, name: str, others: Sequence[str]) -> str | None:
    """The stack to whose name an array's is nearer than to this one's, None if there is none."""
    own = near(stack.name, name)
    return next((other for other in others if near(other, name) > own), None)


def _decodes(stack: str) -> int:
    """1 for a stack that is called a decoder, -1 for an encoder, 0 for any other."""
    return bool(re.search(r"dec", stack, re.IGNORECASE)) - bool(re.search(r"enc", stack, re.IGNORECASE))


# ---- below ---------------------------------------------------------------------------------------------


def _embeddings(stack: Stack, free: _Free) -> dict[str, Source]:
    """Tables with as many columns as the first layer reads, those named like an embedding and like the stack first."""
    fitting = [name for name, array in free.flat.items() if array.shape[1] == stack.input_size]
    ranked = sorted(fitting, key=lambda name: (name not in free.tables, -near(stack.name, name)))
    return {name: free.source(name) for name in ranked[:OFFERED]}


def _embedding_fact(stack: Stack, below: Mapping[str, Source], free: _Free, others: Sequence[str]) -> Fact:
    options = {name: f"{name}, {source.shape[0]:,} tokens" for name, source in below.items()}
    options[NONE] = f"none: the input is vectors of {stack.input_size} numbers"
    first = next(iter(below))
    between = next((n for n, a in free.flat.items() if _leads_in(n) and a.shape[0] == stack.input_size), None)
    if first not in free.tables:
        narrow = next(iter(free.tables), None)
        told = f", and {narrow} has rows of {free.flat[narrow].shape[1]}" if narrow else ""
        first, why = NONE, f"No array with rows of {stack.input_size} numbers is called an embedding{told}."
    elif between is not None:
        first, why = NONE, f"{first} would fit, but {between} seems to stand between it and the first layer."
    elif (owner := _of_another(stack, first, others)) is not None and near(stack.name, first) == 0:
        first, why = NONE, f"{first} would fit, but by its name it belongs to {owner}."
    else:
        also = [name for name in below if name in free.tables and name != first]
        told = f"; so does {' and '.join(also)}" if also else ""
        why = f"It is called an embedding and has the {stack.input_size} columns that the first layer reads{told}."
    return Fact("embedding", "Embedding", first, options, "assumed", why)


# ---- on top --------------------------------------------------------------------------------------------


def _readouts(stack: Stack, free: _Free) -> dict[str, Readout]:
    """Linear layers that take what the stack hands on, those named like an output and like the stack first."""
    fitting = [name for name, (_, weight, _) in free.weights.items() if weight.shape[1] == stack.width]
    ranked = sorted(fitting, key=lambda name: (not free.says_out(name), name in free.tables, -near(stack.name, name)))
    found = {}
    for name in ranked[:OFFERED]:
        match, weight, lying = free.weights[name]
        bias = _bias_of(match, len(weight), free.arrays)
        found[name] = Readout(free.source(name, lying), None if bias is None else free.source(bias))
    return found


def _bias_of(match: re.Match[str], classes: int, arrays: Mapping[str, Array]) -> str | None:
    """The bias that belongs to a weight, by name and shape."""
    word, of = match["word"], match["of"]
    ends = [f"b_{of[-1]}", f"b{of[-1]}", f"b_{of}", f"b{of}"] if of else ["bias"] if len(word) > 1 else ["b"]
    for end in ends:
        for spelled in (end, end.upper()):
            name = f"{match['stem']}{match['sep']}{spelled}{match['end'] or ''}"
            if name in arrays and arrays[name].shape == (classes,):
                return name
    return None


def _readout_fact(stack: Stack, above: Mapping[str, Readout], free: _Free, stacks: Sequence[str], better: str) -> Fact:
    """Which linear layer reads the stack; none where another follows it or a later stack has the better claim."""
    options = {name: f"{name}, {len(readout.weight.array):,} outputs" for name, readout in above.items()}
    options[NONE] = "none: the network ends with its hidden states"
    first = next(iter(above))
    classes = len(above[first].weight.array)
    others = {name: weight for name, (_, weight, _) in free.weights.items() if name != first and free.says_out(name)}
    following = next((name for name, weight in others.items() if weight.shape[1] == classes), None)
    norm = next(
        (n for n, a in free.arrays.items() if a.shape == (stack.width,) and n not in free.used and _NORM.search(n)),
        None,
    )
    if not free.says_out(first):
        first, why = NONE, f"No array that takes {stack.width} numbers is called like an output layer."
    elif following is not None:
        why = f"{first} takes the {stack.width} numbers that the top layer hands on, but {following} may follow it."
        first = NONE
    elif norm is not None:
        first, why = NONE, f"{first} would fit, but {norm} may stand between it and the top layer."
    elif better != stack.name and near(stack.name, first) == 0:
        first, why = NONE, f"{first} would fit, but {better} has the better claim to it."
    elif (owner := _of_another(stack, first, stacks)) is not None and near(stack.name, first) == 0:
        first, why = NONE, f"{first} would fit, but by its name it belongs to {owner}."
    else:
        why = f"It is called like an output layer and takes the {stack.width} numbers that the top layer hands on."
    return Fact("readout", "Readout", first, options, "assumed", why)


def _unused(stack: Stack, taken: set[str], free: _Free) -> tuple[str, ...]:
    """A note on arrays that stand among the stack's own ones and are none of a recurrent layer's."""
    homes = {home for name in stack.names if (home := _home(name))}
    strange = [name for name in free.arrays if name not in taken and name not in free.used and _home(name) in homes]
    if not strange:
        return ()
    few = ", ".join(strange[:4]) + (f" and {len(strange) - 4} more" if len(strange) > 4 else "")
    return (f"Beside its weights stand {few}, which are not used: a layer that computes with them has other states.",)


def _home(name: str) -> str:
    """What stands before the last part of a name."""
    return name[: max(name.rfind("."), name.rfind("/"), 0)]
