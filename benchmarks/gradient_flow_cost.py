"""All gradients of a run, d s_t / d s_k for every pair of steps, in CPU time on one thread and in float32.

It is compared with two methods for the same norms in PyTorch. "autograd" records the states of a run with a graph and
takes one backward pass from every step, with the identity as a batch of gradients, which yields the Jacobians with
respect to all steps before it. "jacrev" computes the one-step Jacobians with torch.func, vmapped over all steps, and
then all of their products, those of the same length in one batched multiplication. It is the fastest method that we
know of in PyTorch.

Run alone, `python -m benchmarks gradient_flow_cost`, it also prints how the cost grows with T and H.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from benchmarks import HEADER, Row
from rnnviz import Model, Trace
from rnnviz.analysis import gradient_flow
from rnnviz.cells import CELLS
from rnnviz.network import Network
from rnnviz.text.tokens import Vocabulary

CELLS_TIMED = ("rnn", "gru", "lstm")
STEPS, HIDDEN = 128, 64
TARGET = 100.0  # milliseconds of CPU time
ROUNDS = 7
LETTERS = "abcdefgh"
MODULES = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}


def run() -> list[Row]:
    """Ours against both methods in PyTorch, in turns."""
    return [row for cell in CELLS_TIMED for row in _against_torch(cell)]


def _against_torch(cell: str) -> Iterator[Row]:
    trace = _trace(cell, STEPS, HIDDEN)
    network = _in_torch(trace)

    def ours() -> np.ndarray:
        return gradient_flow(trace).norms

    for name, method in {"jacrev": _jacobian_products, "autograd": _backward_passes}.items():
        theirs = partial(method, *network)
        np.testing.assert_allclose(ours(), theirs(), rtol=1e-3, atol=1e-20)  # where PyTorch's squares underflow
        with _one_thread():
            rounds = [(_cpu(ours), _cpu(theirs)) for _ in range(ROUNDS)]
        our_ms, their_ms = (median(times) for times in zip(*rounds, strict=True))
        size, ratio = f"T={STEPS}, H={HIDDEN}, 1 thread, CPU", median(a / b for a, b in rounds)
        what = f"gradients of all pairs of steps, {CELLS[cell].title}"
        yield Row(what, size, our_ms, f"PyTorch, {name}", their_ms, f"{TARGET:g} ms", ratio)


def main() -> None:
    print(HEADER, flush=True)
    for row in run():
        print(row.line, flush=True)
    for dtype in (np.float32, np.float64):
        print(f"\nCPU milliseconds, {np.dtype(dtype).name}\n\n| cell | T | H | ms |\n|---|---|---|---|")
        for cell in CELLS_TIMED:
            for steps, hidden in [(t, HIDDEN) for t in (32, 64, 128, 256)] + [(STEPS, h) for h in (16, 32, 128)]:
                trace = _trace(cell, steps, hidden, dtype)
                with _one_thread():
                    cpu_ms = median(_cpu(lambda trace=trace: gradient_flow(trace)) for _ in range(ROUNDS))
                print(f"| {cell} | {steps} | {hidden} | {cpu_ms:.3g} |", flush=True)


def _trace(cell: str, steps: int, hidden: int, dtype: type = np.float32) -> Trace:
    """A random text read by an untrained network."""
    rng, vocabulary = np.random.default_rng(0), Vocabulary("characters", ("<unk>", *LETTERS))
    network = Network.random(cell, hidden=hidden, vocabulary=len(vocabulary), embedding=16, rng=rng, dtype=dtype)
    return Model("random", network, vocabulary, []).trace("".join(rng.choice(list(LETTERS), steps)))


def _in_torch(trace: Trace) -> tuple[Callable, torch.Tensor, torch.Tensor]:
    """One step in PyTorch, (s, x) -> s, the states (T + 1, S) from the initial one on, and the inputs (T, D)."""
    cell, names = trace.network.layers[0][0], trace.definition.states
    module = MODULES[trace.cell](cell.input_size, cell.hidden_size)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in cell.parameters.items()})
    module.requires_grad_(False)

    def step(state: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        parts = state[None].chunk(len(names), 1)
        return torch.cat(module(x[None], parts), 1)[0] if len(names) > 1 else module(x[None], parts[0])[0]

    after = np.concatenate([trace[name] for name in names], axis=1)
    first = np.concatenate([trace.initial[name, 0, "forward"] for name in names])
    return step, torch.from_numpy(np.vstack([first, after])), torch.from_numpy(trace["input_vector"].copy())


def _jacobian_products(step: Callable, states: torch.Tensor, inputs: torch.Tensor) -> np.ndarray:
    """The norms |d s_t / d s_k|, (T, T), by products of the one-step Jacobians."""
    one_step = torch.func.vmap(torch.func.jacrev(step))(states[:-1], inputs)
    steps, size = one_step.shape[:2]
    norms, products = torch.eye(steps), torch.eye(size).expand(steps, size, size)
    for lag in range(1, steps):
        products = torch.bmm(one_step[lag:], products[:-1])
        torch.diagonal(norms, -lag).copy_(torch.linalg.matrix_norm(products) / size**0.5)
    return norms.numpy()


def _backward_passes(step: Callable, states: torch.Tensor, inputs: torch.Tensor) -> np.ndarray:
    """The same norms by one backward pass from every step, with the identity as a batch of gradients."""
    steps, size = len(inputs), states.shape[1]
    run = [states[0].clone().requires_grad_()]
    for x in inputs:
        run.append(step(run[-1], x))
    norms, identity = torch.zeros(steps, steps), torch.eye(size)
    for t in range(steps):
        jacobians = torch.autograd.grad(run[t + 1], run[1 : t + 2], identity, retain_graph=True, is_grads_batched=True)
        norms[t, : t + 1] = torch.linalg.matrix_norm(torch.stack(jacobians)) / size**0.5
    return norms.numpy()


def _cpu(call: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    start = time.process_time()
    call()
    return 1000 * (time.process_time() - start)


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
    torch.set_num_threads(threads)


if __name__ == "__main__":
    main()
