"""How much work a page may do for one person, and how much it may show: every door asks here."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import LimitError
from ...model import Model
from ...network import Network

LARGEST_CELL = 4_500_000  # parameters of one cell: an LSTM of 1,024 units. The browser gets them for its arithmetic
TABLE_ROWS = 500_000  # of a trace as a table, one for each value: about a second's work
JACOBIANS = 2**25  # numbers in the Jacobians of all steps: 256 steps of an LSTM with 128 units need half of them

STATES = 512  # of a layer whose fixed points are looked for: an LSTM of 256 units, a minute's work


def check_cells(models: Iterable[Model]) -> None:
    """Raise LimitError if a layer of a model is too large for a browser; code "cell_too_large"."""
    for model in models:
        for cell in (cell for layer in model.network.layers for cell in layer):
            count = sum(array.size for array in cell.parameters.values())
            if count > LARGEST_CELL:
                raise LimitError(
                    f"One layer has {count:,} parameters, which is too much for a browser: the pages show layers of up "
                    f"to {LARGEST_CELL:,}. In Python the whole model can be traced.",
                    code="cell_too_large", limit=LARGEST_CELL, actual=count,
                )  # fmt: skip


def check_gradients(network: Network, layer: int, direction: str, steps: int) -> None:
    """Raise LimitError if the Jacobians of all steps need more memory than a shared server has; code "gradients"."""
    cell = network.cell(layer, direction)
    states = sum(cell.units(state) for state in cell.states)
    if steps * states**2 > JACOBIANS:
        most = JACOBIANS // states**2
        advice = f"Shorten the text to at most {most} steps. " if most > 1 else ""
        raise LimitError(
            f"A layer of {cell.hidden_size} units passes on {states} numbers at each step. The gradients between all "
            f"{steps} steps need more memory than this server has. {advice}In Python, rnnviz.analysis.gradient_flow "
            "has no such limit.",
            code="gradients", limit=JACOBIANS, actual=steps * states**2,
        )  # fmt: skip


def check_fixed_points(network: Network, layer: int, direction: str) -> None:
    """Raise LimitError if a layer has too many states for a search of fixed points; code "fixed_points"."""
    cell = network.cell(layer, direction)
    states = sum(cell.units(state) for state in cell.states)
    if states > STATES:
        raise LimitError(
            f"This layer passes on {states} numbers at each step, and fixed points are looked for in up to {STATES}. "
            "In Python, rnnviz.analysis.fixed_points has no such limit.",
            code="fixed_points", limit=STATES, actual=states,
        )  # fmt: skip


def allows_gradients(network: Network, layer: int, direction: str, steps: int) -> bool:
    """Whether `check_gradients` lets a network pass."""
    try:
        check_gradients(network, layer, direction, steps)
    except LimitError:
        return False
    return True
