"""Explore: type a sequence, choose a model, and see everything that happens inside it."""

from rnnviz.ui.pages import explore
from rnnviz.ui.shared import page_setup

page_setup.enter()
page_setup.spoken_title("Watch a recurrent network read")
explore.page()
