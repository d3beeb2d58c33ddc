"""The guide: chapters written in Markdown, with figures computed from the models while the reader watches."""

from . import blocks
from .chapter_page import show_chapter, show_glossary
from .room_page import show_room
from .teaching_page import show_teaching

__all__ = ["blocks", "show_chapter", "show_glossary", "show_room", "show_teaching"]
