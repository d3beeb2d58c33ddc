"""What a page to type into holds, declared once for Python and the browser."""

from __future__ import annotations

from typing import Literal, TypedDict

from ..instrument.model_schema import ModelData
from ..instrument.schema import DefinitionData


class ReaderData(TypedDict):
    """How a model reads what is typed: its vocabulary, and what Python knows of characters.

    Attributes
    ----------
    kind : str
        "characters", "words", "pieces" or "numbers".
    tokens : list of str
        The tokens in the order of their ids; none for numbers.
    end : bool
        Whether an end mark is read after the last token.
    vector_size : int
        How many numbers a step has, where tokens are numbers.
    unknown, end_mark : str
        The tokens for what is unknown, and for the end.
    most : int
        How many tokens are read at most, without the end mark.
    most_characters : int
        How many characters of a text are kept.
    longest : int
        How many code points a token has at most.
    listed : int
        How many unknown tokens an error names.
    names : int
        How many unknown tokens a remark names.
    classes : dict of str to str
        Classes of code points by name: the lengths of ranges outside and inside the class by turns, in base 36.
    signs : dict of str to str
        What is written for tokens that cannot be seen.
    sentences : dict of str to str
        Templates by name; see `rnnviz.text.sentences`.
    numbers : NumbersData or None
        What is needed to read numbers; None for a text.
    """

    kind: Literal["characters", "words", "pieces", "numbers"]
    tokens: list[str]
    end: bool
    vector_size: int
    unknown: str
    end_mark: str
    most: int
    most_characters: int
    longest: int
    listed: int
    names: int
    classes: dict[str, str]
    signs: dict[str, str]
    sentences: dict[str, str]
    numbers: NumbersData | None


class NumbersData(TypedDict):
    """What is needed to read numbers.

    Attributes
    ----------
    largest : float
        The largest size of a number.
    look : int
        How many characters at the start of a text decide how it is read.
    name : int
        How many characters the name of a table has at most.
    few : int
        How many numbers fit into the label of a step.
    noise : list of list of float
        For each seed from 0 on, numbers that Python has drawn, step by step.
    """

    largest: float
    look: int
    name: int
    few: int
    noise: list[list[float]]


class EffectRules(TypedDict):
    """How the effects of units are measured and called; see `rnnviz.analysis.unit_effects`.

    Attributes
    ----------
    gate_values : int
        How many gate values a measurement may compute.
    lead, output : str
        What effects are about: the lead of the answer, or the only output.
    silenced, direct, first_order : str
        What the values are, by how they were measured.
    """

    gate_values: int
    lead: str
    output: str
    silenced: str
    direct: str
    first_order: str


class CellRules(TypedDict):
    """What a page needs of a cell, beside what the model computes.

    Attributes
    ----------
    title : str
        Its name for people.
    options : dict of str to str
        Its options.
    definition : DefinitionData
        What is the same in every run, without weights and readout.
    projected : str
        The quantity of which the hidden state is a projection; "hidden" if it is none.
    size : str
        What the size of a unit's values is called.
    unit_states : list of str
        The states that a silenced unit loses.
    """

    title: str
    options: dict[str, str]
    definition: DefinitionData
    projected: str
    size: str
    unit_states: list[str]


class RunRules(TypedDict):
    """What else makes a payload of a run.

    Attributes
    ----------
    asked : str
        After which steps the model was trained to answer: "every", "last", or "token" for those of `asked_token`.
    asked_token : str
        A token.
    share_within : float
        How much of the values of a quantity without bounds is within its scale, in per cent.
    least_limit : float
        Where such a scale ends at least.
    scale_steps : list of float
        Where such a scale may end, times a power of ten.
    most_labels : int
        Up to how many labels are all shown.
    leading : int
        How many of more are shown for each step.
    fewer_labels : str
        What is said of the others.
    is_double : bool
        Whether the network's own numbers are in double precision; else single or less.
    overflow, output : str
        The sentence about values beyond all numbers, and what it calls an output.
    """

    asked: Literal["every", "last", "token"]
    asked_token: str
    share_within: float
    least_limit: float
    scale_steps: list[float]
    most_labels: int
    leading: int
    fewer_labels: str
    is_double: bool
    overflow: str
    output: str


class ChangeRules(TypedDict):
    """What is said about changes of a run, the interventions; see `rnnviz.interventions`.

    Attributes
    ----------
    problems : dict of str to str
        Why a change does not fit, as templates.
    sentences : dict of str to str
        Other templates: "impossible", "invalid_token", "nothing_left", "contradiction", "unreadable" and "too_many".
    shown, shown_unreadable, shown_token : int
        How many characters of a change, of a text that is none, and of a token a sentence shows.
    listed : int
        How many units the text of a change can name.
    most, most_units : int
        How many changes a run has at most, and how many units they name together.
    directions : list of str
        Those in which any layer reads.
    ends : dict of str to str
        What the run ends on, as templates; see `rnnviz.analysis.effects.run_outcome`.
    value_ends : dict of str to str
        The same of outputs that are values.
    first : dict of str to dict of str to str
        Where the predictions first differ, as templates.
    no_prediction : str
        What stands for a label where outputs are no numbers.
    """

    problems: dict[str, str]
    sentences: dict[str, str]
    shown: int
    shown_unreadable: int
    shown_token: int
    listed: int
    most: int
    most_units: int
    directions: list[str]
    ends: dict[str, str]
    value_ends: dict[str, str]
    first: dict[str, dict[str, str]]
    no_prediction: str


class PlaygroundData(TypedDict):
    """A page to type into.

    Attributes
    ----------
    model : ModelData
        The model, which the browser runs.
    cells : list of CellRules
        Those of the model, in its order.
    reader : ReaderData
        How the model reads.
    effects : EffectRules
        How the effects of units are measured.
    changes : ChangeRules
        What is said about changes of a run.
    rules : RunRules
        What else makes a payload of a run.
    text : str
        The text at first.
    """

    model: ModelData
    cells: list[CellRules]
    reader: ReaderData
    effects: EffectRules
    changes: ChangeRules
    rules: RunRules
    text: str
