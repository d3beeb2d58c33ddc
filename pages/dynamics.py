"""Dynamics: the paths of the states, where they settle, what a word changes, what grows, and a machine in them."""

from rnnviz.ui.pages import dynamics
from rnnviz.ui.shared import page_setup, share_panel

page_setup.enter()
with share_panel.beside_title("How does the state move?"):
    dynamics.page()
