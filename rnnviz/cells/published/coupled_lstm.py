"""The LSTM with coupled gates, CIFG (Greff et al. 2017): what is not written is kept."""

from ..cell import Cell
from ..shorthand import quantities, sigmoid, tanh, weighted_sum

i, f, g, o, c, h = quantities("input forget candidate output cell hidden")


class CoupledLSTM(Cell):
    """The LSTM with coupled input and forget gates, here without the paper's peepholes.

    References
    ----------
    Greff, K., Srivastava, R. K., Koutnik, J., Steunebrink, B. R. and Schmidhuber, J. (2017). LSTM: a search space
    odyssey. IEEE Transactions on Neural Networks and Learning Systems 28. (CIFG: f = 1 - i.)
    """

    name, title = "cifg", "Coupled-gate LSTM"
    reference = "Greff et al. 2017"
    summary = "An LSTM whose forget gate is 1 minus its input gate."
    equations = {
        i: sigmoid(weighted_sum(i)),
        f: 1 - i,
        g: tanh(weighted_sum(g)),
        c: f * c.before + i * g,
        o: sigmoid(weighted_sum(o)),
        h: o * tanh(c),
    }
    descriptions = {f: "Keeps as much of the old cell state as the input gate does not overwrite."}
