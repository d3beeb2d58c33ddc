"""Explore: type a sequence, choose a model, and see everything that happens inside."""

import streamlit as st

from rnnviz.ui import about, downloads, explore, links, reading

explore.style()
st.title("Watch a recurrent network read", anchor=False)
task, model, layer, direction = explore.pick_model()
text = reading.text_box(task)
notices = st.container()
trace = reading.read(model, text)
if trace is not None:
    explore.inside(trace, model, layer, direction)
    downloads.downloads(trace, layer, direction)
about.about(model)
with notices:
    links.show_notices()
