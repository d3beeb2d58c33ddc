"""A link as a QR code, for a class that opens it with the cameras of its phones."""

from __future__ import annotations

from functools import lru_cache
from html import escape

import segno

LONGEST = 800  # characters of a link: beyond, the squares are too small for a phone at the back of a room
MARGIN = 4  # squares around the code that stay white, as the standard asks


def has_room(link: str) -> bool:
    """Whether a link is short enough for a code that phones can read."""
    return len(link) <= LONGEST


@lru_cache(maxsize=64)
def qr_code(link: str, words: str) -> str:
    """HTML with the code, black on white in every theme.

    Parameters
    ----------
    link : str
        What the code says; at most `LONGEST` characters.
    words : str
        What the picture is, for screen readers.

    Returns
    -------
    str
        A picture that is as wide as its place allows. Nothing of the link is in it but the squares.
    """
    # The fewest squares that hold the link are the largest; what room they leave goes into the correction of errors.
    code = segno.make_qr(link, error="l", boost_error=True)
    picture = code.svg_data_uri(border=MARGIN, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return f'<img class="rnnviz-qr" src="{escape(picture)}" alt="{escape(words)}">'
