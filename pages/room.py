"""The page on which a class answers a question of the guide."""

from rnnviz.ui.pages.guide import show_room

show_room(__file__)
