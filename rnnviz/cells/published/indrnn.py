"""The independently recurrent network (Li et al. 2018): each unit remembers only itself."""

from ..cell import Cell
from ..shorthand import input_sum, quantities, relu
from ..weight_nodes import Diagonal

(h,) = quantities("hidden")


class IndRNN(Cell):
    """The simple recurrent cell with a vector u of recurrent weights in place of the matrix.

    References
    ----------
    Li, S., Li, W., Cook, C., Zhu, C. and Gao, Y. (2018). Independently recurrent neural network (IndRNN): building a
    longer and deeper RNN. CVPR. (Equation 2, with relu as its activation.)
    """

    name, title = "indrnn", "IndRNN"
    reference = "Li et al. 2018"
    summary = "A simple network in which each unit sees of the old state only its own value."
    equations = {h: relu(input_sum(h) + Diagonal("weight_u", h, h.before))}
