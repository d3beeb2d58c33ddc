"""All words of the guide, from glossary.md and the cells themselves."""

from rnnviz.ui.pages.guide import terms_page

terms_page(__file__)
