"""What the page sends to the instrument beside the payload, declared once for Python and for streamlit.js."""

from __future__ import annotations

from typing import TypedDict

from ...instrument.settings_schema import ComparisonData, Notes, RunData, Start


class PageData(TypedDict):
    """The settings of the instrument, and what a fresh page would show.

    Attributes
    ----------
    start : Start
        Where the instrument begins.
    text : str
        The text as typed.
    views : list of str or None
        The views to show; None for all.
    follow : bool
        Whether the page follows the position.
    editable : bool
        Whether values can be picked and overridden.
    value_word : str
        What precedes the present value of the one that is picked.
    notes : Notes
        What the page says about the run.
    default_step : int or None
        The step of a fresh page, from 0, which the link leaves out; None for the last one.
    default_unit : int or None
        The unit that is shown until one is chosen; None for the one with the largest effect.
    default_text : str or None
        The text of a fresh page; None if the link does not hold the text.
    opened_at_position : bool
        Whether a link to a position has just opened the page.
    saved_page : str or None
        The view as a page to save, after it was requested.
    runs : list of RunData
        Runs that slots show by their names. A run that the browser has is sent as its id alone.
    comparison : ComparisonData or None
        How the main run and the only one in `runs` are compared.
    """

    start: Start
    text: str
    views: list[str] | None
    follow: bool
    editable: bool
    value_word: str
    notes: Notes
    default_step: int | None
    default_unit: int | None
    default_text: str | None
    opened_at_position: bool
    saved_page: str | None
    runs: list[RunData]
    comparison: ComparisonData | None
