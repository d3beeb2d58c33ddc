"""The chapter of the guide whose words stand in lstm.md."""

from rnnviz.ui.pages.guide import chapter

chapter(__file__)
