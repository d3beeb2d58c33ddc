"""The page of the chapter in gru.md."""

from rnnviz.ui.pages.guide import show_chapter

show_chapter(__file__)
