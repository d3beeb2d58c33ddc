"""The Train page: choose what to train, watch the cells learn, and open the results on other pages."""

from __future__ import annotations

import streamlit as st

from ...shared import link_state, notices
from . import kept_training, results_panel, run_panel, settings_panel, start_panel, task_panel, training_session

__all__ = ["page"]


def page() -> None:
    """Show everything under the title."""
    training_session.note_absence()
    with link_state.one_step():
        next_run, button_row = settings_panel.show()
    task = start_panel.show(next_run, button_row)
    messages = st.container()
    training = training_session.shown()
    if training is not None:
        run_panel.show(training)
    elif task is not None:
        task_panel.show(task)
    kept_training.keep(training)
    results_panel.show_upload_link()
    training_session.save_to_link()
    with messages:
        notices.show()
