"""A layer of Keras as its files describe it, and what its shapes say where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..stack import SourceArray

GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}  # blocks of columns in a kernel
CELLS = {"SimpleRNN": "rnn", "GRU": "gru", "LSTM": "lstm"}  # Keras's names, and ours
OF_CELL = {"SimpleRNNCell": "SimpleRNN", "GRUCell": "GRU", "LSTMCell": "LSTM"}
OF_CUDNN = {"CuDNNGRU": "GRU", "CuDNNLSTM": "LSTM"}
# Layers that pass on their input when a network is used, not trained.
TRANSPARENT = {
    "InputLayer", "Masking", "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization", "Identity",
}  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """One layer, as its file or the live object describes it.

    name: what distinguishes it from others, "encoder/lstm". kind: Keras's class, "LSTM"; empty if unknown. A custom
    class has a dot or > in it. config: as Keras writes it, None if there is none. arrays: by Keras's names: kernel,
    recurrent_kernel, bias, embeddings; as in the file, not transposed yet. halves: the forward and the backward layer
    of a Bidirectional. below: the layers whose outputs it reads, the sequence first; None where only the order of the
    layers is known. starts: layers whose states it starts from. uses: how often the network uses it. version: of the
    Keras that wrote it, "3.15.1", empty if unknown. loose: whether not even its place among the others is known.
    own: the author's class, where `kind` is only what its name and its arrays look like. of_cell: whether it is Keras's
    general RNN, of whose cell only the arrays are known.
    """

    name: str
    kind: str
    config: Mapping[str, Any] | None = None
    arrays: Mapping[str, SourceArray] = field(default_factory=dict)
    halves: tuple[Layer, Layer] | None = None
    below: tuple[str, ...] | None = None
    starts: tuple[str, ...] = ()
    uses: int = 1
    version: str = ""
    loose: bool = False
    own: str = ""
    of_cell: bool = False

    def setting(self, name: str, default: Any = None) -> Any:
        """An entry of the configuration."""
        return default if self.config is None else self.config.get(name, default)

    @property
    def base(self) -> str:
        """The class whose arithmetic it has: LSTM for a CuDNNLSTM as well."""
        return OF_CUDNN.get(self.kind, self.kind)

    @property
    def recurrent(self) -> bool:
        """Whether it is a recurrent layer that can be shown, as far as its class tells."""
        return all(half.base in GATES for half in self.halves) if self.halves else self.base in GATES

    @property
    def transparent(self) -> bool:
        """Whether it passes on its input."""
        if self.kind == "Activation":
            return self.setting("activation") == "linear"
        return self.kind in TRANSPARENT or not (self.kind or self.arrays or self.halves)

    @property
    def reads(self) -> int | None:
        """The size of the vectors that it reads; None if no array tells it."""
        first = self.halves[0] if self.halves else self
        kernel = first.arrays.get("kernel")
        return None if kernel is None or len(kernel.shape) != 2 else kernel.shape[0]

    @property
    def units(self) -> int:
        """H, the units of one direction of a recurrent layer."""
        first = self.halves[0] if self.halves else self
        return first.arrays["recurrent_kernel"].shape[0]


def arrays_by_name(kind: str, sources: Sequence[SourceArray]) -> dict[str, SourceArray]:
    """A layer's arrays, given in Keras's order, by Keras's names; those that fit none get numbers or are left out."""
    wide = [source for source in sources if len(source.shape) == 2]
    if OF_CUDNN.get(kind, kind) in GATES:
        matrices = dict(zip(("kernel", "recurrent_kernel"), wide, strict=False))
        rest = [source for source in sources if all(source is not other for other in matrices.values())]
        return matrices | ({"bias": rest[0]} if rest else {})
    if kind == "Embedding":
        return {"embeddings": wide[0]} if wide else {}
    if kind == "Dense":
        bias = [source for source in sources if len(source.shape) == 1]
        return ({"kernel": wide[0]} | ({"bias": bias[0]} if bias else {})) if wide else {}
    return {str(place): source for place, source in enumerate(sources)}


def kind_of(sources: Sequence[SourceArray], hint: str = "") -> str:
    """Which class arrays in Keras's order belong to, by their shapes; empty if they fit none.

    hint: the class that the layer's name suggests, which decides where shapes alone cannot.
    """
    shapes = [source.shape for source in sources]
    if len(shapes) in (2, 3) and all(len(shape) == 2 and min(shape) > 0 for shape in shapes[:2]):
        (_, columns), (units, blocks) = shapes[:2]
        gates = {count: kind for kind, count in GATES.items()}.get(columns // units if columns % units == 0 else 0)
        if gates and columns == blocks:
            cudnn = len(shapes) == 3 and gates != "SimpleRNN" and shapes[2] == (2 * columns,)
            return f"CuDNN{gates}" if cudnn else gates
    if len(shapes) == 1 and len(shapes[0]) == 2:
        return "Dense" if hint == "Dense" else "Embedding"
    if len(shapes) == 2 and len(shapes[0]) == 2 and shapes[1] == shapes[0][1:]:
        return "Dense"
    return ""
