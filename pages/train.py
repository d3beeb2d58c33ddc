"""Train: choose a task and cells, and watch them learn it together."""

from rnnviz.ui.pages import train
from rnnviz.ui.shared import page_setup, share_panel

page_setup.enter()
with share_panel.beside_title("Watch networks learn"):
    train.page()
