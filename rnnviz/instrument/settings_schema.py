"""How the instrument shows a payload, declared once for Python and the browser."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from .schema import Payload

RowOrder = Literal["effect", "similar", "number"]


class Start(TypedDict):
    """Where the instrument begins, and what of it is shown.

    Attributes
    ----------
    step : int
        From 0.
    unit : int or None
        From 0; None if none was chosen.
    phase : int or None, optional
        The place of a phase among those of a step; None for the whole step.
    row_order : str, optional
        The order of the units in the heatmaps: "effect", "similar" or "number".
    all_rows : bool, optional
        Whether the heatmaps show all units.
    """

    step: int
    unit: int | None
    phase: NotRequired[int | None]
    row_order: NotRequired[RowOrder]
    all_rows: NotRequired[bool]


class ChangeData(TypedDict):
    """A change of the run, an intervention.

    Attributes
    ----------
    text : str
        As the link has it, such as "forget=1".
    words : str
        The same for people.
    """

    text: str
    words: str


class DrawnData(TypedDict):
    """A token that the model drew itself.

    Attributes
    ----------
    step : int
        The step after which it was drawn, from 0; it is the token of the next one, unless it ended the text.
    label : str
        The label that was drawn.
    share : float
        The model's probability of it.
    drawn_share : float
        Its probability in the draw, after temperature and the choice of the likeliest.
    """

    step: int
    label: str
    share: float
    drawn_share: float


class Notes(TypedDict):
    """What the page says about the run that is shown.

    Attributes
    ----------
    remarks : list of str
        Sentences, such as that a character is not in the vocabulary.
    changes : list of ChangeData
        The changes of the run.
    dimmed : bool
        Whether the run is an older one, because what was typed since cannot be read.
    drawn : list of DrawnData, optional
        What the model wrote itself.
    """

    remarks: list[str]
    changes: list[ChangeData]
    dimmed: bool
    drawn: NotRequired[list[DrawnData]]


class RunData(TypedDict):
    """A run beside the main one.

    Attributes
    ----------
    name : str
        What slots call it.
    payload : Payload
        The run. Like the main one it may lack its definition, which the browser then has.
    """

    name: str
    payload: Payload


class ComparisonData(TypedDict):
    """Two runs of one model, step by step: the main one, and the only one beside it.

    Attributes
    ----------
    columns : list of tuple of (int or None, int or None)
        The step of the first and of the second run in every column, from 0; None for a gap.
    titles : tuple of (str, str)
        What to call the first and the second run, for screen readers.
    main : int
        Which of them the main run is: 0 for the first, 1 for the second. It has a step in every column.
    """

    columns: list[tuple[int | None, int | None]]
    titles: tuple[str, str]
    main: int


class Settings(TypedDict):
    """How the instrument shows a payload.

    Attributes
    ----------
    start : Start, optional
        Where it begins; if missing, at the first step.
    default_unit : int or None, optional
        The unit that is shown until one is chosen; if missing or None, the one with the largest effect.
    text : str, optional
        The text as typed.
    views : list of str or None, optional
        The views to show; if missing or None all of them, "whatif" only if `editable`.
    follow : bool, optional
        Whether the page follows the position. Play then skips the phases.
    editable : bool, optional
        Whether values can be picked and overridden.
    value_word : str, optional
        What precedes the present value of the one that is picked; "now" if missing.
    notes : Notes, optional
        What the page says about the run.
    saved_page : str or None, optional
        The view as a page to save, after it was requested.
    runs : list of RunData, optional
        Runs that slots show by their names, under one step.
    comparison : ComparisonData or None, optional
        How the main run and the only one in `runs` are compared.
    """

    start: NotRequired[Start]
    default_unit: NotRequired[int | None]
    text: NotRequired[str]
    views: NotRequired[list[str] | None]
    follow: NotRequired[bool]
    editable: NotRequired[bool]
    value_word: NotRequired[str]
    notes: NotRequired[Notes]
    saved_page: NotRequired[str | None]
    runs: NotRequired[list[RunData]]
    comparison: NotRequired[ComparisonData | None]
