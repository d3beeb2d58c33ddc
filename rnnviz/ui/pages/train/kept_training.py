"""The trained models, which the reader's browser keeps once a training is over: with the session they are gone."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ....checkpoints.native import model_archive
from ....wording import counted
from ...shared import catalogue, kept_models
from ...shared.kept_models import Keep
from ...shared.opened_file import content_id
from . import training_session
from .training_group import Training


def keep(training: Training | None) -> None:
    """Let the browser keep the models of a training that is over, and say so; or ask what it has of those before."""
    is_over = training is not None and training.ended
    if not is_over and not training_session.was_lost():
        return
    report = kept_models.report()
    wanted = None
    if training is not None and is_over and (report is None or report.on):
        wanted = _to_keep(training)
    kept_models.talk(wanted)
    if wanted is not None and report is not None and any(model.id == wanted.id for model in report.models):
        link()


def link() -> None:
    """Show a link to what the browser keeps, if it keeps anything."""
    report = kept_models.report()
    if report is not None and report.models:
        st.page_link(
            "pages/models.py", label=f"Kept in this browser: {counted(len(report.models), 'model')}",
            icon=":material/inventory_2:",
        )  # fmt: skip


def _to_keep(training: Training) -> Keep | None:
    """The models in a file, packed once for each name; their scores are in it if they were measured before."""
    name = catalogue.slug(training.name)
    tasks = [catalogue.free_name(name) if training.opened is None else training.opened[0]]
    file, before = f"{name}.zip", training.kept
    if before is not None and file in before.sizes:
        training.kept = replace(before, tasks=tasks)
        return training.kept
    models = training.models(name, measure=False)
    if not models:
        return None
    packed = model_archive.pack([*models.values()])
    title = f"{training.name}: {training.task.title} With {', '.join(models)}"
    replaces = "" if before is None else before.id
    training.kept = Keep(content_id({file: packed}), title, tasks, "{}", {file: len(packed)}, packed, replaces)
    return training.kept
