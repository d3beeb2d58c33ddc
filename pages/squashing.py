"""The chapter of the guide whose words stand in squashing.md."""

from rnnviz.ui.pages.guide import chapter

chapter(__file__)
