"""Small files as people have them, with the right values: `cases/<kind>/<case>/`, each with a line on how it was made.

`expected.npz` has `x` (T, D) or `ids` (T,), what a framework or a formula computes from it as `y` (hidden states) and
`out` (the model's answer), and words where the case is about these.
"""

from pathlib import Path

import numpy as np

from rnnviz.checkpoints import open_file

FOLDER = Path(__file__).parent / "cases"
TOLERANCE = 1e-4


def path_of(kind, case):
    """The model's file of a case."""
    (path,) = (path for path in (FOLDER / kind / case).iterdir() if path.name not in ("expected.npz", "README.txt"))
    return path


def expected(kind, case):
    """The right values of a case."""
    with np.load(FOLDER / kind / case / "expected.npz", allow_pickle=False) as values:
        return dict(values)


def opened(kind, case):
    """What is found in the file of a case, and its right values."""
    return open_file(path_of(kind, case)), expected(kind, case)


def states(model, inputs):
    """The hidden states of the top layer of a model, directions side by side."""
    trace = model.trace(inputs)
    top = len(model.network.layers) - 1
    return np.hstack([trace["hidden", top, direction] for direction in model.network.directions_by_layer[top]])
