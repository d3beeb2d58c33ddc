"""What Python sends of a whole model that the browser can run, declared once, as `schema` declares a trace.

In the docstrings, D is the number of numbers in an input vector.
"""

from __future__ import annotations

from typing import Literal, TypedDict

import numpy as np

from .expression_schema import EquationData
from .schema import ActivationData, WeightsData


class TableData(TypedDict):
    """A matrix.

    Attributes
    ----------
    rows, columns : int
        Its shape.
    values : ndarray
        The values as float32, row by row.
    """

    rows: int
    columns: int
    values: np.ndarray


class CellData(TypedDict):
    """A cell under its options.

    Attributes
    ----------
    name : str
        Its name.
    states : list of str
        What is passed on from step to step, the hidden state first.
    equations : list of EquationData
        In the order of computation.
    """

    name: str
    states: list[str]
    equations: list[EquationData]


class LayerData(TypedDict):
    """One layer and direction.

    Attributes
    ----------
    cell : int
        Which of the model's cells it has.
    direction : str
        "forward" or "backward".
    units : dict of str to int
        How many each quantity has.
    input_size : int
        D.
    weights : WeightsData
        Its parameters.
    initial : dict of str to ndarray
        The states that a run starts from, as float32; zeros where missing.
    """

    cell: int
    direction: Literal["forward", "backward"]
    units: dict[str, int]
    input_size: int
    weights: WeightsData
    initial: dict[str, np.ndarray]


class HeadLayerData(TypedDict):
    """A linear layer with an activation, between the hidden states and the readout.

    Attributes
    ----------
    weight : TableData
        Its weights.
    bias : ndarray
        Its biases as float32.
    activation : str
        The name of its activation.
    """

    weight: TableData
    bias: np.ndarray
    activation: str


class HeadData(TypedDict):
    """How a network comes from hidden states to its answer; see `rnnviz.network.Head`.

    Attributes
    ----------
    activation : str
        "softmax", or the name of the activation of the outputs.
    reading : str
        Which hidden states are read.
    layers : list of HeadLayerData
        The layers between them and the readout, from below.
    """

    activation: str
    reading: Literal["every step", "last step", "last states", "sum", "mean", "max"]
    layers: list[HeadLayerData]


class ModelData(TypedDict):
    """A model that the browser can run.

    Attributes
    ----------
    name : str
        The name of the model.
    cells : list of CellData
        Each of its cells once.
    activations : dict of str to ActivationData
        Those of the cells and of the head, by name.
    embedding : TableData or None
        A vector for each token id; None for a model that reads vectors.
    layers : list of list of LayerData
        By layer, one or two directions.
    merge : str
        How two directions become one vector: "concat", "sum", "mul" or "ave".
    head : HeadData
        What the readout reads, and what becomes of its sums.
    readout : TableData or None
        The weights of the outputs; None for a model without outputs.
    readout_bias : ndarray or None
        The biases of the outputs as float32, if there are any.
    labels : list of str
        What the outputs stand for.
    """

    name: str
    cells: list[CellData]
    activations: dict[str, ActivationData]
    embedding: TableData | None
    layers: list[list[LayerData]]
    merge: Literal["concat", "sum", "mul", "ave"]
    head: HeadData
    readout: TableData | None
    readout_bias: np.ndarray | None
    labels: list[str]
