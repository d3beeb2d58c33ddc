"""The recurrent cells. Every file of this folder is imported, and every cell in it registers itself in `CELLS`.

`published` has further cells from the literature, each a file with its equations. The environment variable RNNVIZ_CELLS
names files with cells of one's own (see `cell_files`).
"""

import os
from importlib import import_module
from pkgutil import iter_modules

from .cell import Cell
from .cell_files import VARIABLE, load_cells
from .cell_registry import CELLS, cell_class
from .definition import Definition, Equation, Phase, Quantity
from .edits import Edit
from .gru import GRU
from .lstm import LSTM
from .record import Record
from .rnn import RNN
from .shorthand import input_sum, quantities, relu, sigmoid, tanh, weighted_sum

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
load_cells(os.environ.get(VARIABLE, ""))

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "RNN",
    "Cell",
    "Definition",
    "Edit",
    "Equation",
    "Phase",
    "Quantity",
    "Record",
    "cell_class",
    "input_sum",
    "quantities",
    "relu",
    "sigmoid",
    "tanh",
    "weighted_sum",
]
