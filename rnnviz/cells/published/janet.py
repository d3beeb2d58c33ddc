"""JANET, just another network (van der Westhuizen and Lasenby 2018): an LSTM of which only the forget gate is left.

What is written depends on the sum of the forget gate as well, and its cell state is its hidden state.
"""

from ..cell import Cell
from ..shorthand import quantities, sigmoid, tanh, weighted_sum

s, f, i, g, h = quantities("sum forget input candidate hidden")


class JANET(Cell):
    """The LSTM with the forget gate alone.

    The paper writes the candidate with 1 - sigmoid(s - 1), which is sigmoid(1 - s): its constant beta is 1, and so a
    little more is written than was forgotten.

    References
    ----------
    van der Westhuizen, J. and Lasenby, J. (2018). The unreasonable effectiveness of the forget gate. arXiv:1804.04849.
    (The same in the authors' code, https://github.com/JosvanderWesthuizen/janet.)
    """

    name, title = "janet", "JANET"
    reference = "van der Westhuizen and Lasenby 2018"
    summary = "An LSTM of which only the forget gate is left; its cell state is its hidden state."
    equations = {
        s: weighted_sum(s),
        f: sigmoid(s),
        i: sigmoid(1 - s),
        g: tanh(weighted_sum(g)),
        h: f * h.before + i * g,
    }
    descriptions = {
        s: "What the input and the old hidden state say about keeping: both gates are functions of it.",
        i: "Decides how much of the candidate is written; it opens as the forget gate closes, and a little earlier.",
    }
