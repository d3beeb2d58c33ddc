"""The glossary page: the terms of glossary.md and of the cells' definitions."""

from rnnviz.ui.pages.guide import show_glossary

show_glossary(__file__)
