"""The chapter of the guide whose words stand in words.md."""

from rnnviz.ui.pages.guide import chapter

chapter(__file__)
