"""Named arrays, as the readers of single formats hand them on."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...cells.activations import Array

ALONE = "array"  # the name of an array that has none
WORDS = 4_000_000  # letters of all words beside the arrays


@dataclass(frozen=True)
class Arrays:
    """The arrays of a file by name, dots between the levels of what was nested.

    format: in words, "PyTorch state dict". arrays: of numbers; float16 and bfloat16 come as float32, which holds
    them exactly, all else in its own dtype. dtypes: as the file has them, "bfloat16". metadata: words that the
    file keeps beside them. notes: sentences on what was passed over.
    """

    format: str
    arrays: dict[str, Array]
    dtypes: dict[str, str]
    metadata: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
