"""The minimal gated unit (Zhou et al. 2016): a GRU with one gate for both reset and update."""

from ..cell import Cell
from ..shorthand import quantities, sigmoid, tanh, weighted_sum

f, g, h = quantities("forget candidate hidden")


class MGU(Cell):
    """The minimal gated unit.

    References
    ----------
    Zhou, G.-B., Wu, J., Zhang, C.-L. and Zhou, Z.-H. (2016). Minimal gated unit for recurrent neural networks.
    International Journal of Automation and Computing 13. (Table 1, with the two biases of PyTorch in place of one.)
    """

    name, title = "mgu", "Minimal gated unit"
    reference = "Zhou et al. 2016"
    summary = "A GRU with one gate for both reset and update."
    equations = {
        f: sigmoid(weighted_sum(f)),
        g: tanh(weighted_sum(g, recurrent=f * h.before)),
        h: (1 - f) * h.before + f * g,
    }
