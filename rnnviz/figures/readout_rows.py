"""Which outputs of a readout a heatmap shows, and what their rows are called."""

from __future__ import annotations

import numpy as np

from ..network import output_name
from ..network.head import SIGMOID
from ..trace import Trace

CLASSES = 6  # how many of the readout's outputs are shown at most


def readout_rows(*traces: Trace) -> tuple[np.ndarray, list[str]]:
    """Choose the outputs that a heatmap shows of runs of one kind of network, from the lowest row to the highest.

    Parameters
    ----------
    *traces : Trace
        The runs, with a readout.

    Returns
    -------
    columns : ndarray of int
        Of probabilities the likeliest labels, with the final prediction last; of other outputs the first ones.
    names : list of str
        What they are called.
    """
    labels = traces[0].labels
    tables = [trace.probabilities for trace in traces if trace.probabilities is not None]
    if len(tables) == len(traces):
        columns = likeliest_classes(*tables)
        return columns, [labels[k] for k in columns]
    columns = np.arange(min(CLASSES, len(labels)))[::-1]
    return columns, [output_name(labels, int(k)) for k in columns]


def likeliest_classes(*tables: np.ndarray) -> np.ndarray:
    """Classes that were the most likely at any step of any table (T, C), with the final one last, that is, on top."""
    finite = [np.nan_to_num(table) for table in tables]
    rank = np.max([table.max(axis=0) + (table[-1] == table[-1].max()) for table in finite], axis=0)
    return np.argsort(-rank, kind="stable")[:CLASSES][::-1]


def has_signs(trace: Trace) -> bool:
    """Whether outputs are values that can be negative; those of a softmax and a sigmoid are between 0 and 1."""
    return trace.probabilities is None and trace.head.activation != SIGMOID
