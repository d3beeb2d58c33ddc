"""A full recorded trace of an LSTM against PyTorch, unbatched and in float32.

`torch.nn.LSTMCell` in a loop keeps the states of every step, though no gate; `torch.nn.LSTM`
keeps the hidden states alone. Our trace records all gates and states.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks import Row
from benchmarks._timing import compare, in_processes, print_rows
from rnnviz.cells import LSTM

SIZES = [(64, 32, 32), (512, 64, 128), (512, 256, 512)]  # T, D, H


def run() -> list[Row]:
    return in_processes("benchmarks.trace_speed")


def measure() -> list[Row]:
    rows, threads = [], torch.get_num_threads()
    for steps, inputs, hidden in SIZES:
        rng = np.random.default_rng(0)
        cell = LSTM.random(inputs, hidden, rng)
        x = rng.standard_normal((steps, inputs)).astype(np.float32)
        x_torch = torch.from_numpy(x)
        weights = {name: torch.from_numpy(array) for name, array in cell.parameters.items()}
        one, all_steps = torch.nn.LSTMCell(inputs, hidden), torch.nn.LSTM(inputs, hidden)
        one.load_state_dict(weights)
        all_steps.load_state_dict({f"{name}_l0": array for name, array in weights.items()})

        def trace(cell=cell, x=x):
            return cell.forward(x)

        @torch.no_grad()
        def loop(one=one, x_torch=x_torch):
            state, kept = None, []
            for x_t in x_torch:
                state = one(x_t, state)
                kept.append(state)
            return kept

        @torch.no_grad()
        def whole(all_steps=all_steps, x_torch=x_torch):
            return all_steps(x_torch)

        np.testing.assert_allclose(trace()["hidden"], whole()[0].numpy(), atol=1e-5)
        size = f"T={steps}, D={inputs}, H={hidden}, {threads} thread{'s' * (threads > 1)}"
        for peer, call, aim in (
            ("torch.nn.LSTMCell loop", loop, "0.25"),
            ("torch.nn.LSTM", whole, "1.5" if hidden >= 128 else "none"),
        ):
            ours, theirs, ratio = compare(trace, call)
            rows.append(Row("full trace, LSTM", size, ours, peer, theirs, aim, ratio))
    return rows


if __name__ == "__main__":
    print_rows(measure())
