"""The page for teachers: the lessons in teaching.md."""

from rnnviz.ui.pages.guide import show_teaching

show_teaching(__file__)
