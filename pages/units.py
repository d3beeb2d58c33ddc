"""Units: what each unit of a model responds to over a whole corpus, and how one knows."""

from rnnviz.ui.pages import units
from rnnviz.ui.shared import page_setup, share_panel

page_setup.enter()
with share_panel.beside_title("What does each unit respond to?"):
    units.page()
