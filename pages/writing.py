"""The page of the chapter in writing.md."""

from rnnviz.ui.pages.guide import show_chapter

show_chapter(__file__)
