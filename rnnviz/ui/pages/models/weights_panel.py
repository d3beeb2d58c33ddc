"""The weights of one model: its card, each gate's matrices, biases and spectra, and downloads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ....analysis import origin_stability, spectra, weight_statistics
from ....analysis.weights.weight_spectra import Spectrum
from ....figures import eigenvalue_chart, gate_biases, weight_maps, weight_spectrum
from ....model import Model
from ...shared import lesson_link, model_card
from ...shared.charts import chart
from ...shared.long_work import Progress, cached, stoppable
from ...shared.markdown import plain
from ...shared.model_card import score_line
from ...shared.pickers import pick_layer
from . import model_table, save_panel, use_panel

DEFAULT = "names-lstm"


def show() -> None:
    """Show all models in a table, and the weights of one."""
    model_table.table("model", DEFAULT)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        entry = model_table.pick("model", "Model", DEFAULT)
        model = model_table.model_of(entry)
        layer, direction = pick_layer(model)
    score_line(model)
    if lesson_link.shows("about"):
        model_card.show(model)
    use_panel.links(entry.task.name, entry.cell)
    cell = model.network.cell(layer, direction)
    key = ("spectra", layer, direction)
    progress = Progress("Computing the spectra.", (model.name, *key))
    with stoppable():
        gate_spectra = cached(model.network, key, lambda: spectra(cell, progress))
        progress.end()
        _show_weights(model, layer, direction, gate_spectra)
    table = st.expander("Every array in numbers", icon=":material/table_rows:", key="models-numbers", on_change="rerun")
    if table.open:
        words = f"Norm, mean, standard deviation and largest value of every array of {model.name}."
        table.dataframe(weight_statistics(model.network), hide_index=True, alt=words)
    if lesson_link.shows("downloads"):
        save_panel.show(model, entry)


def _show_weights(model: Model, layer: int, direction: str, gate_spectra: Sequence[Spectrum]) -> None:
    """Matrices, biases and spectra of a layer."""
    cell = model.network.cell(layer, direction)
    where = (layer, direction)
    recurrent = [spectrum for spectrum in gate_spectra if spectrum.recurrent_of]
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        st.header("Every gate’s matrices", anchor=False)
        words = f"Heatmaps of the input and the recurrent weights of every gate of {model.name}, on one scale."
        chart(weight_maps.ready(model, *where), words, "weights")
        if not recurrent:
            st.caption(
                f"The {plain(cell.title)} has no recurrent weights: its gates see the input alone, and the old state "
                "enters only where a gate multiplies it."
            )
        else:
            words = "The singular values of every gate’s recurrent matrix, in descending order; "
            largest = "; ".join(f"{s.gate.title} {s.recurrent[0]:.3g}" for s in recurrent)
            figure = weight_spectrum.ready(model, *where, known=gate_spectra)
            chart(figure, f"{words}the largest is {largest}.", "spectrum")
    with right:
        st.header("Biases", anchor=False)
        chart(gate_biases.ready(model, *where), f"The bias of every unit in every gate of {model.name}.", "biases")
        square = [s for s in recurrent if len(s.eigenvalues)]
        if recurrent:
            st.header("Eigenvalues", anchor=False)
        if square:
            words = "The eigenvalues of every gate’s recurrent matrix around the unit circle; spectral radius: "
            radii = "; ".join(f"{s.gate.title} {s.radius:.3g}" for s in square)
            figure = eigenvalue_chart.ready(model, *where, known=gate_spectra)
            chart(figure, f"{words}{radii}.", "eigenvalues")
            origin = origin_stability(cell, gate_spectra[0])
            if origin is not None:
                st.caption(plain(origin.description))
        elif recurrent:
            st.caption("The recurrent matrices are not square, and so have no eigenvalues.")
