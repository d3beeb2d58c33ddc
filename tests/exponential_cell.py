"""A cell whose equations need primitives, a quotient and numbers: exponential gates with a normaliser.

The sLSTM of Beck et al. (2024, xLSTM) without its stabiliser, in whose place sums are bounded.
"""

from rnnviz.cells import Cell, quantities, sigmoid, tanh, weighted_sum
from rnnviz.cells.primitives import exp, maximum, minimum

i, f, g, c, n, o, h = quantities("input forget candidate cell normaliser output hidden")


class ExponentialLSTM(Cell):
    """c_t = f * c_{t-1} + i * g, n_t = f * n_{t-1} + i and h_t = o * c_t / max(n_t, 1)."""

    name, title = "exponential", "Exponential LSTM"
    equations = {
        i: exp(minimum(weighted_sum(i), 2)),
        f: sigmoid(weighted_sum(f)),
        g: tanh(weighted_sum(g)),
        c: f * c.before + i * g,
        n: f * n.before + 0.5 * i,
        o: sigmoid(weighted_sum(o)),
        h: o * (c / maximum(n, 1)),
    }
    offered = False
