"""The recurrent cells. Every file of this folder is imported, and every cell in it registers itself in `CELLS`."""

from importlib import import_module
from pkgutil import iter_modules

from .cell import CELLS, Cell, cell_class
from .definition import Definition, Phase, Quantity
from .edits import Edit
from .gru import GRU
from .lstm import LSTM
from .record import Record
from .rnn import RNN

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["CELLS", "GRU", "LSTM", "RNN", "Cell", "Definition", "Edit", "Phase", "Quantity", "Record", "cell_class"]
