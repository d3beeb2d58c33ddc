"""The minGRU (Feng et al. 2024): a GRU whose gate and candidate see the input alone.

Neither depends on the state. The gradient by the state before a step is therefore 1 - z and nothing else: what the
gate keeps is the whole Jacobian, and all steps can be computed at once by a parallel scan.
"""

from ..cell import Cell
from ..shorthand import input_sum, quantities, sigmoid

z, g, h = quantities("update candidate hidden")


class MinGRU(Cell):
    """The minGRU.

    The authors' code also puts the candidate through a positive function, for a scan over logarithms.

    References
    ----------
    Feng, L., Tung, F., Ahmed, M. O., Bengio, Y. and Hajimirsadeghi, H. (2024). Were RNNs all we needed?
    arXiv:2410.01201. (Section 3.)
    """

    name, title = "mingru", "minGRU"
    reference = "Feng et al. 2024"
    summary = "A GRU without a reset gate, whose gate and candidate see the input alone."
    equations = {
        z: sigmoid(input_sum(z)),
        g: input_sum(g),
        h: (1 - z) * h.before + z * g,
    }
