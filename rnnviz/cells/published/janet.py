"""JANET, just another network (van der Westhuizen and Lasenby 2018): an LSTM of which only the forget gate is left."""

from ..cell import Cell
from ..shorthand import quantities, sigmoid, tanh, weighted_sum

f, g, h = quantities("forget candidate hidden")


class JANET(Cell):
    """The LSTM with the forget gate alone, whose cell state is its hidden state.

    References
    ----------
    van der Westhuizen, J. and Lasenby, J. (2018). The unreasonable effectiveness of the forget gate. arXiv:1804.04849.
    (Without the constant beta, which the authors take from the sum of the writing gate.)
    """

    name, title = "janet", "JANET"
    reference = "van der Westhuizen and Lasenby 2018"
    summary = "An LSTM of which only the forget gate is left; its cell state is its hidden state."
    equations = {
        f: sigmoid(weighted_sum(f)),
        g: tanh(weighted_sum(g)),
        h: f * h.before + (1 - f) * g,
    }
