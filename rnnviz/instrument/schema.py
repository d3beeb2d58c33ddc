"""What Python sends to the browser, declared once.

Python builds the payload as these typed dictionaries. The browser's modules are checked against `payload.d.ts`, which
declarations.py writes from them; a test holds the two together. Arrays are little-endian, row by row; on the way to the
browser they are in base64 or beside the JSON (array_packing.py). In the docstrings, T is the number of steps, H of
units, C of labels, D of numbers in an input vector.
"""

from __future__ import annotations

from typing import Literal, TypedDict

import numpy as np

from .expression_schema import EquationData, ExpressionData


class QuantityData(TypedDict):
    """A quantity of the cell, the input vector included.

    Attributes
    ----------
    name, symbol, title : str
        As in the cell's definition.
    role : str
        "vector", "state", "gate" or "candidate".
    colour, negative_colour : str
        The hues of values above and below zero, as "#D55E00".
    activation : str or None
        The name of the activation.
    low, high : float or None
        The bounds of the values, None where there is none.
    """

    name: str
    symbol: str
    title: str
    role: Literal["vector", "state", "gate", "candidate"]
    colour: str
    negative_colour: str
    activation: str | None
    low: float | None
    high: float | None


class PhaseData(TypedDict):
    r"""A phase of a step.

    Attributes
    ----------
    name, title, description : str
        As in the cell's definition.
    computes : list of str
        The names of the quantities that are computed.
    equations : list of EquationData
        In the order of computation.
    """

    name: str
    title: str
    description: str
    computes: list[str]
    equations: list[EquationData]


class FactorData(TypedDict):
    """A factor in the equation of a gated state.

    Attributes
    ----------
    name : str
        The name of a quantity.
    complement : bool
        Whether the factor is 1 minus the quantity.
    """

    name: str
    complement: bool


class GatedStateData(TypedDict):
    """A state that a gate carries on: the product of factors times its old value, plus what is written.

    Attributes
    ----------
    state : str
        The name of the state.
    keep : list of FactorData
        What the old value is multiplied by.
    write : list of list of FactorData
        The products that are added.
    """

    state: str
    keep: list[FactorData]
    write: list[list[FactorData]]


class ActivationData(TypedDict):
    """An activation.

    Attributes
    ----------
    symbol : str
        How equations write it.
    curve : ExpressionData
        Its value as an expression in z, the sum.
    low, high : float or None
        The bounds of the values, None where there is none.
    """

    symbol: str
    curve: ExpressionData
    low: float | None
    high: float | None


class WeightsData(TypedDict):
    """The parameters of one layer and direction.

    Attributes
    ----------
    blocks : dict of str to list of str
        By the name of a parameter, the quantities that its blocks of rows belong to, in their order.
    arrays : dict of str to ndarray
        The parameters as float32, by name.
    """

    blocks: dict[str, list[str]]
    arrays: dict[str, np.ndarray]


class DefinitionData(TypedDict):
    """What of a layer is the same in every run.

    Attributes
    ----------
    quantities : list of QuantityData
        In the order of computation, the input vector first.
    phases : list of PhaseData
        In the order of computation.
    gated_states : list of GatedStateData
        The states that a gate carries on, the hidden state first.
    activations : dict of str to ActivationData
        By name.
    labels : list of str
        C labels of the readout; none where a run sends those that lead.
    readout : ndarray or None
        Array of shape (C, size of the hidden state): what each unit's hidden state adds to each logit, float32; None
        where it does not go to the readout as it is, and where there are very many labels.
    weights : WeightsData or None
        The layer's parameters; None where the model is not known.
    """

    quantities: list[QuantityData]
    phases: list[PhaseData]
    gated_states: list[GatedStateData]
    activations: dict[str, ActivationData]
    labels: list[str]
    readout: np.ndarray | None
    weights: WeightsData | None


class InputVectorsData(TypedDict):
    """The input vectors, each of them once.

    Attributes
    ----------
    rows : ndarray
        Array of shape (number of different vectors, D).
    row_of_step : list of int
        For each step, its row, from 0.
    """

    rows: np.ndarray
    row_of_step: list[int]


class PartData(TypedDict):
    """A named number at each step.

    Attributes
    ----------
    title : str
        What the number is.
    values : ndarray
        Array of shape (T,), float32.
    """

    title: str
    values: np.ndarray


class TokenValuesData(TypedDict):
    """A value of every token at every step; see `TokenValues`.

    Attributes
    ----------
    title : str
        What the values are.
    values : ndarray
        Array of shape (T, T), float32: [step, token].
    colour, negative_colour : str
        The hues of values above and below zero, as "#D55E00".
    limit : float
        The end of the colour scale.
    unit : str
        The unit that follows each value; "" for none.
    parts : list of PartData
        What is added to the sum of a row to give the total.
    total : PartData or None
        What a row adds up to.
    signed : bool
        Whether values can be negative.
    """

    title: str
    values: np.ndarray
    colour: str
    negative_colour: str
    limit: float
    unit: str
    parts: list[PartData]
    total: PartData | None
    signed: bool


class EffectsData(TypedDict):
    """What each unit adds to the answer; see `rnnviz.analysis.unit_effects`.

    Attributes
    ----------
    values : ndarray
        Array of shape (H,), float32.
    label : str
        The answer; "" where the values are about no label.
    measure : str
        What the values are, in words.
    """

    values: np.ndarray
    label: str
    measure: str


class OutputsData(TypedDict):
    """The outputs of a network where they are no probabilities.

    Attributes
    ----------
    values : ndarray
        Array of shape (T, C), float32.
    unchanged : ndarray or None
        The same of the run without interventions; None if there are none.
    limits : tuple of two floats
        The ends of their colour scale.
    activation : str
        The name of the activation that they are after, such as "linear".
    """

    values: np.ndarray
    unchanged: np.ndarray | None
    limits: tuple[float, float]
    activation: str


class UnchangedData(TypedDict):
    """The run without interventions, at the T steps that they leave.

    Attributes
    ----------
    values : dict of str to ndarray
        For each quantity that differs anywhere, an array of its units at each step, in the precision of the trace.
    probabilities : ndarray or None
        Array of shape (T, C), float32; None without a readout.
    effects : EffectsData
        What each unit added to the answer of this run.
    end : str
        How the ends of the two runs differ, in a sentence; "" without a readout.
    first : str
        Where their predictions first differ, in a sentence; "" if nothing is to be said.
    """

    values: dict[str, np.ndarray]
    probabilities: np.ndarray | None
    effects: EffectsData
    end: str
    first: str


class Payload(TypedDict):
    """The trace of one layer and direction.

    Attributes
    ----------
    id : str
        Identifies everything in the payload but `token_values` and `token_values_id`.
    fingerprint : str
        Identifies the trace.
    model : str
        The model's name.
    model_key : str
        Identifies the definition.
    definition : DefinitionData or None
        None if the browser has it.
    layer : int
        From 0.
    direction : str
        "forward" or "backward".
    cell, title : str
        The cell's name, and its name for people.
    options : dict of str to str
        The cell's options.
    token_kind : str
        "characters", "words", "pieces" or "numbers".
    token_width : int
        How many numbers make one token, where tokens are numbers.
    tokens : list of str
        T tokens, as shown.
    typed_steps : list of int
        For each step, the step of the text as typed, from 1.
    swapped_steps : list of int
        The steps of the text as typed whose token an intervention swapped.
    unknown_steps : list of int
        The steps, from 0, whose token the vocabulary lacks.
    units : dict of str to int
        For each quantity, the input vector included, how many values it has at each step.
    asked_steps : list of int or None
        The steps, from 0, after which the model was trained to answer; None for all.
    limits : dict of str to tuple of two floats
        For each quantity, the ends of the colour scale.
    half_precision : bool
        Whether `values` are float16 rather than float32.
    values : dict of str to ndarray
        For each quantity but the input vector, an array of its units at each step.
    input_vectors : InputVectorsData or None
        None if they were left out.
    initial : dict of str to ndarray
        For each state, its value before the first step, float32.
    holds : dict of str to ndarray
        For quantities that an intervention holds, an array of their units at each step, uint8: 0 where the cell
        computed the value, 1 where it is held at a value, 2 where it is frozen.
    labels : list of str or None
        Of a very large readout the C labels that are sent: those that lead at some step. None for all.
    probabilities : ndarray or None
        Array of shape (T, C), float32; None without a readout, and where its outputs are no probabilities.
    outputs : OutputsData or None
        The outputs where they are no probabilities.
    effects : EffectsData
        What each unit adds to the answer.
    unchanged : UnchangedData or None
        The run without the interventions; None if there are none.
    reductions : list of str
        How the trace was reduced to keep the page fast.
    token_values : dict of str to TokenValuesData
        By the names that slots ask for.
    token_values_id : str
        Identifies the token values.
    """

    id: str
    fingerprint: str
    model: str
    model_key: str
    definition: DefinitionData | None
    layer: int
    direction: str
    cell: str
    title: str
    options: dict[str, str]
    token_kind: Literal["characters", "words", "pieces", "numbers"]
    token_width: int
    tokens: list[str]
    typed_steps: list[int]
    swapped_steps: list[int]
    unknown_steps: list[int]
    units: dict[str, int]
    asked_steps: list[int] | None
    limits: dict[str, tuple[float, float]]
    half_precision: bool
    values: dict[str, np.ndarray]
    input_vectors: InputVectorsData | None
    initial: dict[str, np.ndarray]
    holds: dict[str, np.ndarray]
    labels: list[str] | None
    probabilities: np.ndarray | None
    outputs: OutputsData | None
    effects: EffectsData
    unchanged: UnchangedData | None
    reductions: list[str]
    token_values: dict[str, TokenValuesData]
    token_values_id: str
