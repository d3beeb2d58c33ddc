"""The LSTM with layer norm (Ba et al. 2016): each gate's sums have the same mean and spread at every step."""

from ..cell import Cell
from ..expressions import Sum, Value
from ..layer_norm import LayerNorm
from ..shorthand import quantities, sigmoid, tanh
from ..weight_nodes import Bias, Matrix

i, f, g, o, c, h = quantities("input forget candidate output cell hidden")
(x,) = quantities("input_vector")


def normalised_sum(block: Value) -> Sum:
    """LN(W_i x_t) + b_i + LN(W_h h_{t-1}) + b_h."""
    return Sum(
        (
            LayerNorm("norm_ih", block, Matrix("weight_ih", block, x)),
            Bias("bias_ih", block),
            LayerNorm("norm_hh", block, Matrix("weight_hh", block, h.before)),
            Bias("bias_hh", block),
        )
    )


class NormalisedLSTM(Cell):
    """The LSTM with layer norm.

    The vectors of each gate are normalised by themselves, H units at a time, where the paper normalises those of all
    four gates at once. As in the paper, those from the input and from the hidden state are normalised apart, and the
    cell state is only normalised on its way to the hidden state; each pair of offsets is one bias.

    References
    ----------
    Ba, J. L., Kiros, J. R. and Hinton, G. E. (2016). Layer normalization. arXiv:1607.06450. (Equations 20 to 22.)
    """

    name, title = "lnlstm", "Layer-norm LSTM"
    reference = "Ba et al. 2016"
    summary = "An LSTM in which the sums of each gate are normalised at every step."
    equations = {
        i: sigmoid(normalised_sum(i)),
        f: sigmoid(normalised_sum(f)),
        g: tanh(normalised_sum(g)),
        c: f * c.before + i * g,
        o: sigmoid(normalised_sum(o)),
        h: o * tanh(LayerNorm("norm_cell", h, c) + Bias("bias_cell", h)),
    }
