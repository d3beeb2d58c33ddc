"""A page to type into: a model in a single HTML file that reads what is typed in the browser, without a server."""

from .playground_files import write_playground
from .playground_page import MOST_PARAMETERS, playground_page

__all__ = ["MOST_PARAMETERS", "playground_page", "write_playground"]
