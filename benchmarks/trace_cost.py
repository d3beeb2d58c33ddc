"""A full recorded trace of an LSTM against PyTorch, unbatched and in float32.

`torch.nn.LSTMCell` in a loop records the states of every step but no gate; `torch.nn.LSTM` records the hidden states
alone. Our trace records all gates and states.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks import Row
from benchmarks._timing import compare, in_processes, print_rows, thread_label
from rnnviz.cells import LSTM

SIZES = [(64, 32, 32), (512, 64, 128), (512, 256, 512)]  # T, D, H


def run() -> list[Row]:
    return in_processes("benchmarks.trace_cost")


def measure() -> list[Row]:
    rows = []
    for steps, inputs, hidden in SIZES:
        rng = np.random.default_rng(0)
        cell = LSTM.random(inputs, hidden, rng)
        x = rng.standard_normal((steps, inputs)).astype(np.float32)
        x_torch = torch.from_numpy(x)
        weights = {name: torch.from_numpy(array) for name, array in cell.parameters.items()}
        torch_cell, torch_lstm = torch.nn.LSTMCell(inputs, hidden), torch.nn.LSTM(inputs, hidden)
        torch_cell.load_state_dict(weights)
        torch_lstm.load_state_dict({f"{name}_l0": array for name, array in weights.items()})

        def trace(cell=cell, x=x):
            return cell.forward(x)

        @torch.no_grad()
        def loop_over_steps(torch_cell=torch_cell, x_torch=x_torch):
            state, states = None, []
            for x_t in x_torch:
                state = torch_cell(x_t, state)
                states.append(state)
            return states

        @torch.no_grad()
        def whole_sequence(torch_lstm=torch_lstm, x_torch=x_torch):
            return torch_lstm(x_torch)

        np.testing.assert_allclose(trace()["hidden"], whole_sequence()[0].numpy(), atol=1e-5)
        size = f"T={steps}, D={inputs}, H={hidden}, {thread_label(torch.get_num_threads())}"
        for peer, call, target in (
            ("torch.nn.LSTMCell in a loop", loop_over_steps, "0.25"),
            ("torch.nn.LSTM", whole_sequence, "1.5" if hidden >= 128 else "none"),
        ):
            ours, theirs, ratio = compare(trace, call)
            rows.append(Row("full trace, LSTM", size, ours, peer, theirs, target, ratio))
    return rows


if __name__ == "__main__":
    print_rows(measure())
