"""The guide: chapters whose words stand in Markdown files, and whose figures are the real ones."""

from . import blocks
from .chapter_page import chapter, terms_page

__all__ = ["blocks", "chapter", "terms_page"]
