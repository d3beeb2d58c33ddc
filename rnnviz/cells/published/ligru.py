"""The light GRU (Ravanelli et al. 2018): no reset gate, and a candidate without an upper bound.

In training, the products with the input are normalised over the batch. At rest, that is a scale and a shift, and so
part of the input weights and their bias.
"""

from ..cell import Cell
from ..shorthand import input_sum, quantities, relu, sigmoid
from ..weight_nodes import Matrix

z, g, h = quantities("update candidate hidden")


class LiGRU(Cell):
    """The light GRU, without batch normalisation and with one bias, as the paper has none on the recurrent side.

    References
    ----------
    Ravanelli, M., Brakel, P., Omologo, M. and Bengio, Y. (2018). Light gated recurrent units for speech recognition.
    IEEE Transactions on Emerging Topics in Computational Intelligence 2. arXiv:1803.10225.
    """

    name, title = "ligru", "Light GRU"
    reference = "Ravanelli et al. 2018"
    summary = "A GRU without a reset gate, whose candidate has no upper bound."
    equations = {
        z: sigmoid(input_sum(z) + Matrix("weight_hh", z, h.before)),
        g: relu(input_sum(g) + Matrix("weight_hh", g, h.before)),
        h: z * h.before + (1 - z) * g,
    }
