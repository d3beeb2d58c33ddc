"""One training step of an LSTM, forward and backward, against torch.nn.LSTM with autograd, in float32.

Both compute the gradients of all parameters and of the inputs, for a loss on the hidden states of all steps.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks import Row
from benchmarks._timing import compare, in_processes, print_rows, thread_label
from rnnviz.cells import LSTM

SIZES = [(20, 32, 16, 32), (40, 64, 32, 64), (40, 64, 64, 128), (100, 64, 128, 256)]  # T, B, D, H


def run() -> list[Row]:
    return in_processes("benchmarks.training_step_cost")


def measure() -> list[Row]:
    rows = []
    for steps, batch, inputs, hidden in SIZES:
        rng = np.random.default_rng(0)
        cell = LSTM.random(inputs, hidden, rng)
        x = rng.standard_normal((steps, batch, inputs)).astype(np.float32)
        d_hidden = rng.standard_normal((steps, batch, hidden)).astype(np.float32)
        module = torch.nn.LSTM(inputs, hidden)
        module.load_state_dict({f"{name}_l0": torch.from_numpy(array) for name, array in cell.parameters.items()})
        x_torch, d_torch = torch.tensor(x, requires_grad=True), torch.from_numpy(d_hidden)

        def ours(cell=cell, x=x, d_hidden=d_hidden):
            return cell.backward(cell.forward(x), d_hidden)

        def theirs(module=module, x_torch=x_torch, d_torch=d_torch):
            module.zero_grad()
            x_torch.grad = None
            module(x_torch)[0].backward(d_torch)
            return x_torch.grad

        np.testing.assert_allclose(ours()["x"], theirs().numpy(), rtol=1e-3, atol=1e-3)
        size = f"T={steps}, B={batch}, D={inputs}, H={hidden}, {thread_label(torch.get_num_threads())}"
        our_ms, their_ms, ratio = compare(ours, theirs)
        rows.append(Row("training step, LSTM", size, our_ms, "torch.nn.LSTM with autograd", their_ms, "1", ratio))
    return rows


if __name__ == "__main__":
    print_rows(measure())
