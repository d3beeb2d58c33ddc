"""The LSTM with projection (Sak et al. 2014): a small hidden state for a large memory.

A matrix maps what the output gate lets through, H values, to the P values of the hidden state. Gates, readout and the
layers above read these alone, so that their matrices are smaller.
"""

from ..cell import Cell
from ..shorthand import quantities, sigmoid, tanh, weighted_sum
from ..weight_nodes import Matrix

i, f, g, o, c, m, h = quantities("input forget candidate output cell cell_output hidden")


class ProjectedLSTM(Cell):
    """The LSTM with a projected hidden state, that of PyTorch's `nn.LSTM` with `proj_size`.

    Its hidden state is what the paper calls r. The paper's cell has peepholes as well, and at times a second projection
    that goes to the output alone.

    References
    ----------
    Sak, H., Senior, A. and Beaufays, F. (2014). Long short-term memory based recurrent neural network architectures for
    large vocabulary speech recognition. arXiv:1402.1128.
    """

    name, title = "lstmp", "Projected LSTM"
    reference = "Sak et al. 2014"
    summary = "An LSTM whose hidden state is a smaller vector, projected from what the output gate lets through."
    equations = {
        i: sigmoid(weighted_sum(i)),
        f: sigmoid(weighted_sum(f)),
        g: tanh(weighted_sum(g)),
        c: f * c.before + i * g,
        o: sigmoid(weighted_sum(o)),
        m: o * tanh(c),
        h: Matrix("weight_hr", h, m),
    }
    sizes = {h: "P"}
    symbols = {m: "m"}
    descriptions = {m: "What the output gate lets through of the cell state; the hidden state is made of it alone."}
