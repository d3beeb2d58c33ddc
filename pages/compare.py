"""Compare: the trained cells of a task over one text, or two texts through one of them."""

from rnnviz.ui.pages import compare
from rnnviz.ui.shared import page_setup

page_setup.enter()
page_setup.spoken_title("Where do they part ways?")
compare.page()
