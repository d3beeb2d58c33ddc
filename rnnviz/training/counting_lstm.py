"""An LSTM that counts exactly, by weights that are set by hand: one unit counts, the other remembers the last letter.

python -m rnnviz.training.counting_lstm FOLDER      writes the bundled model
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from ..checkpoints.native.model_files import save_pair
from ..model import Model
from ..network import Network
from ..text.tokens import Vocabulary
from .tasks.counter import Counter
from .training_card import architecture

__all__ = ["counting_lstm"]

NAME = "counting-lstm"
SHUT, OPEN = -20.0, 20.0  # a sigmoid of 20 is 1 in single precision, and so is tanh; of -20 it is 2e-9


def counting_lstm() -> Model:
    """Build an LSTM that reads n a's and n b's and predicts the end after the last b, with weights set by hand.

    Every letter is one number: +1 for a, -1 for b, 0 for others. Unit 0 keeps all and writes all, so its cell state is
    the number of a's less that of b's. Unit 1 forgets at every step, so its cell state is the last letter.
    Single precision holds every integer up to 2^24, so the count is exact so far.

    Returns
    -------
    Model
        The model that `rnnviz.load("counting-lstm")` reads from a file.

    Examples
    --------
    >>> trace = counting_lstm().trace("aaabb")
    >>> trace["cell"][:, 0].tolist()
    [1.0, 2.0, 3.0, 2.0, 1.0]
    """
    gates = np.zeros((4, 2, 1), np.float32)  # i, f, g, o by unit
    gates[2] = OPEN  # the candidate is the letter
    biases = np.array([[OPEN, OPEN], [OPEN, SHUT], [0, 0], [OPEN, OPEN]], np.float32)
    letter = np.tanh(1.0)  # what unit 1 shows after an a
    readout = np.array([[0, 10 / letter], [0, 0], [-40, 0]], np.float32)  # a, b, end by unit
    parameters = {
        "embedding.weight": np.array([[0], [1], [-1]], np.float32),
        "rnn.weight_ih_l0": gates.reshape(8, 1),
        "rnn.weight_hh_l0": np.zeros((8, 2), np.float32),
        "rnn.bias_ih_l0": biases.reshape(8),
        "rnn.bias_hh_l0": np.zeros(8, np.float32),
        "readout.weight": readout,
        # After an a, a and b are as probable. After a b, the end is 15 above b at a count of 0, and 15 below it at 1.
        "readout.bias": np.array([0, 10, 25], np.float32),
    }
    network = Network.from_parameters(parameters, "lstm")
    card = {
        "task": "counting",
        "title": "Counter, weights set by hand",
        "reads": Counter.reads,
        "says": Counter.predicts,
        "asked": Counter.answer_due,
        "examples": ["aaaaabbbbb", "a" * 30 + "b" * 30, "a" * 80 + "b" * 80, "aabbb"],
        "note": "Weights set by hand, not trained. The forget gate and the input gate of unit 0 are 1, and its "
        "candidate is 1 after an a and −1 after a b, so that its cell state counts exactly, to 10,000 and beyond.",
        "architecture": architecture(network),
        "data": [],
    }
    return Model(NAME, network, Vocabulary("characters", ("<unk>", "a", "b")), ["a", "b", "end"], card)


if __name__ == "__main__":
    save_pair(counting_lstm(), Path(sys.argv[1]) / NAME)
