"""Fixed and slow points from 64 seeds, in CPU time on one thread, and how many seeds arrive.

The peer is what FixedPointFinder (Golub and Sussillo 2018) and most code of papers do: Adam on q, half the squared
speed, from the same seeds, in PyTorch and in float64, here for 1,000 steps with a learning rate that falls from 0.01.
Seeds have arrived where their speed is at most 0.01, that of a slow point. At H = 64 the models are those of reviews,
whose states settle; at H = 128 those of Shakespeare, where many searches take all of their steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from threadpoolctl import threadpool_limits

import rnnviz
from benchmarks import HEADER, Row
from rnnviz.analysis import fixed_points
from rnnviz.analysis.dynamics.held_input_map import HeldInputMap
from rnnviz.analysis.dynamics.layer_runs import example_runs, held_vector, spread_states
from rnnviz.cells import CELLS

TASKS = {64: "reviews", 128: "shakespeare"}
SEEDS, SLOW, STEPS, RATE = 64, 0.01, 1000, 0.01
TARGET = 1000.0  # milliseconds of CPU time, at H = 64
ROUNDS = 3
MODULES = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}


def run() -> list[Row]:
    """Ours against Adam on q, from the same seeds."""
    return [_against_adam(cell, hidden) for hidden in TASKS for cell in MODULES]


def _against_adam(cell: str, hidden: int) -> Row:
    model = rnnviz.load(f"{TASKS[hidden]}-{cell}")
    runs = example_runs(model)
    vector = held_vector(model, None, runs)
    seeds = spread_states(runs, SEEDS)
    moves = HeldInputMap(model.network.layers[0][0], vector)
    points = fixed_points(model, vector, seeds, slow=SLOW)
    with threadpool_limits(1):
        torch.set_num_threads(1)
        ours = median(_cpu(lambda: fixed_points(model, vector, seeds, slow=SLOW)) for _ in range(ROUNDS))
        found: list[np.ndarray] = []
        theirs = _cpu(lambda: found.append(_adam(cell, moves, seeds)))
    arrived = int((np.linalg.norm(moves.step(found[0]) - found[0], axis=1) <= SLOW).sum())
    what = f"points from {len(seeds)} seeds, {CELLS[cell].title} ({int(points.reached.sum())} arrive)"
    peer = f"Adam in PyTorch ({arrived} arrive)"
    target = f"{TARGET:g} ms" if hidden == min(TASKS) else "-"
    return Row(what, f"H={hidden}, 1 thread, CPU", ours, peer, theirs, target, ours / theirs)


def _adam(cell: str, moves: HeldInputMap, seeds: np.ndarray) -> np.ndarray:
    """Where Adam on q ends from the seeds (N, S)."""
    own = moves.cell
    module = MODULES[cell](own.input_size, own.hidden_size).double()
    module.load_state_dict({name: torch.from_numpy(array) for name, array in own.parameters.items()})
    x = torch.from_numpy(moves.vector).expand(len(seeds), -1)
    states = torch.from_numpy(seeds.copy()).requires_grad_()
    optimiser = torch.optim.Adam([states], lr=RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, STEPS)
    for _ in range(STEPS):
        optimiser.zero_grad()
        parts = states.chunk(len(own.states), 1)
        after = torch.cat(module(x, parts), 1) if len(parts) > 1 else module(x, parts[0])
        (((after - states) ** 2).sum() / 2).backward()
        optimiser.step()
        schedule.step()
    return states.detach().numpy()


def _cpu(call: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    start = time.process_time()
    call()
    return 1000 * (time.process_time() - start)


if __name__ == "__main__":
    print(HEADER)
    for row in run():
        print(row.line, flush=True)
