"""Models: open a checkpoint of your own, look at the weights of any model, compare two, and take them with you."""

from rnnviz.ui.pages import models
from rnnviz.ui.shared import page_setup, share_panel

page_setup.enter()
with share_panel.beside_title("Look inside any model"):
    models.page()
