"""The guide's Markdown where it cannot be shown as such."""

from __future__ import annotations

import re


def without_markup(markdown: str) -> str:
    """The text without markup, for screen readers and labels."""
    return re.sub(r"\]\([^)]*\)|[\[\]*`$\\]", "", markdown)


def without_positions(markdown: str) -> str:
    """The text without its links to positions and terms, for a page that has no instrument and no glossary."""
    return re.sub(r"\[([^\]]*)\]\((?:<#[^>]*>|#[^)]*)\)", r"\1", markdown)
