"""A cell that rnnviz does not have: an LSTM whose gates are tied, f = 1 - i, so that its state needs no squash.

It stands for the cell that a reader adds: this file is all there is of it, and everything that shows cells must show
this one too.
"""

from rnnviz.cells import Cell, quantities, sigmoid, tanh, weighted_sum

i, g, f, c, o, h = quantities("input candidate forget cell output hidden")


class TiedLSTM(Cell):
    """c_t = (1 - i) * c_{t-1} + i * g and h_t = o * c_t."""

    name, title = "tied", "Tied LSTM"
    equations = {
        i: sigmoid(weighted_sum(i)),
        g: tanh(weighted_sum(g)),
        f: 1 - i,
        c: f * c.before + i * g,
        o: sigmoid(weighted_sum(o)),
        h: o * c,
    }
