"""The LSTM whose gates look at the cell state itself, through peepholes (Gers & Schmidhuber 2000).

In an LSTM without them the gates see the cell state only as far as the output gate lets it into the hidden state.
"""

from __future__ import annotations

from ..expressions import Value
from ..lstm import LSTM


class PeepholeLSTM(LSTM):
    """The LSTM with peepholes.

    Parameters
    ----------
    weight_ih : ndarray of shape (4*H, D)
        The input weights.
    weight_hh : ndarray of shape (4*H, H)
        The recurrent weights.
    bias_ih, bias_hh : ndarray of shape (4*H,) or None, default None
        The biases; zeros if left out.
    weight_peephole : ndarray of shape (3*H,) or None, default None
        The weights p of the input, the forget and the output gate; zeros if left out.
    **options : str
        Options of the cell, those of `LSTM`.

    Notes
    -----
    The sums of i and f have a further term p * c_{t-1}, and that of o has p * c_t, unit by unit.

    References
    ----------
    Gers, F. A. and Schmidhuber, J. (2000). Recurrent nets that time and count. Proceedings of the International Joint
    Conference on Neural Networks.
    """

    name = "peephole"
    title = "Peephole LSTM"
    reference = "Gers and Schmidhuber 2000"
    summary = "An LSTM whose gates see the cell state as well."
    peepholes = {"input": Value("cell").before, "forget": Value("cell").before, "output": Value("cell")}
