"""The multiplicative LSTM (Krause et al. 2016): its recurrent matrix depends on the input.

In place of the old hidden state, gates and candidate see m, its product with the input, which the paper calls the
intermediate state.
"""

from ..cell import Cell
from ..shorthand import quantities, sigmoid, tanh, weighted_sum
from ..weight_nodes import Matrix

m, i, f, g, o, c, h = quantities("intermediate_state input forget candidate output cell hidden")
(x,) = quantities("input_vector")


class MultiplicativeLSTM(Cell):
    """The multiplicative LSTM, with the biases of PyTorch's LSTM.

    Candidate and hidden state are squashed as in the authors' code for Chainer. Their earlier code, for MATLAB, leaves
    the candidate as it is and squashes the product with the output gate: h = tanh(o * c).

    References
    ----------
    Krause, B., Lu, L., Murray, I. and Renals, S. (2016). Multiplicative LSTM for sequence modelling. arXiv:1609.07959.
    (Equation 18 is that of m; code at https://github.com/benkrause/mLSTM.)
    """

    name, title = "mlstm", "Multiplicative LSTM"
    reference = "Krause et al. 2016"
    summary = "An LSTM whose recurrent matrix depends on the input."
    equations = {
        m: Matrix("weight_ih", m, x) * Matrix("weight_hh", m, h.before),
        i: sigmoid(weighted_sum(i, recurrent=m)),
        f: sigmoid(weighted_sum(f, recurrent=m)),
        g: tanh(weighted_sum(g, recurrent=m)),
        c: f * c.before + i * g,
        o: sigmoid(weighted_sum(o, recurrent=m)),
        h: o * tanh(c),
    }
    symbols = {m: "m"}
    descriptions = {m: "What the old hidden state means for this input: all gates see it in place of the state."}
