"""The chapter of the guide whose words stand in forgetting.md."""

from rnnviz.ui.pages.guide import chapter

chapter(__file__)
