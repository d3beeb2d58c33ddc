"""Memory: how far back a network reaches, who wrote what it remembers, and what a change would do."""

from rnnviz.ui.pages import memory
from rnnviz.ui.shared import page_setup, share_panel

page_setup.enter()
with share_panel.beside_title("What does it remember?"):
    memory.page()
