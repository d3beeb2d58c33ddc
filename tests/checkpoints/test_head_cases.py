"""Files as people have them, in `cases/`: heads that are no softmax of every step, with the right answers beside."""

from pathlib import Path

import numpy as np
import pytest

from rnnviz.checkpoints import open_file

CASES = Path(__file__).parent / "cases"

# By file: what has to be said for the right answer, and what the file leaves open about its head.
RIGHT = {
    "readout_is_not_softmax/k_regress/m.keras": ({}, set()),
    "readout_is_not_softmax/k_regress/m.h5": ({}, set()),
    "readout_is_not_softmax/k_twodense/m.keras": ({}, set()),
    "readout_is_not_softmax/lightning/epoch=3.ckpt": ({}, {"outputs", "reading"}),
    "answer_from_last_or_pooled_state/bihn_torch/m.pt": ({"reading": "last states"}, {"outputs", "reading"}),
    "answer_from_last_or_pooled_state/o_bihn/m.onnx": ({}, {"outputs"}),
}


@pytest.mark.parametrize("file", RIGHT)
def test_the_answer_is_that_of_the_file_s_own_network(file):
    overrides, left_open = RIGHT[file]
    right = np.load(CASES / Path(file).parent / "expected.npz")
    checkpoint = open_file(CASES / file)
    (stack,) = checkpoint.stacks
    assert {setting.name for setting in stack.assumed} & {"outputs", "reading"} == left_open
    trace = checkpoint.model(**overrides).trace(right["x"])
    answer = right["out"] if "out" in right else right["pred"][-1]
    np.testing.assert_allclose(trace.answer, answer, rtol=0, atol=1e-5)
    if "pred" in right:
        np.testing.assert_allclose(trace.outputs, right["pred"], rtol=0, atol=1e-5)
