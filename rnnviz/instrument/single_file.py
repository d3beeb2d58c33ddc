"""A page in a single HTML file: style, data and code are in it, compressed, in base64.

The page's policy allows its own two scripts, by their hashes, and nothing from elsewhere.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from ..colours import THEMES
from .bundle import SCRIPTS, script, style

__all__ = ["page_head", "plain", "single_file"]

THEME = """
:root { color-scheme: light dark; %(light)s }
@media (prefers-color-scheme: dark) { :root { %(dark)s } }
"""


def single_file(title: str, body: str, own_style: str, data: bytes, entry: Path) -> str:
    """Write a page that shows the instrument.

    Parameters
    ----------
    title : str
        Its title.
    body : str
        What is on it before its scripts have run, in HTML.
    own_style : str
        The style of what is around the instrument.
    data : bytes
        What the code finds as `rnnvizData`.
    entry : Path
        The module of the instrument that runs.

    Returns
    -------
    str
        The page.
    """
    return "\n".join(
        [
            *page_head(title, own_style, (_unpacker(), script(entry))),
            body,
            _part("style", _packed_style()),
            _part("data", _packed(data)),
            _part("code", _packed_code(entry)),
            f'<script type="module">{_unpacker()}</script>',
            "</html>",
            "",
        ]
    )


def page_head(title: str, own_style: str, scripts: tuple[str, ...] = ()) -> list[str]:
    """Write the lines of a page up to its content.

    Parameters
    ----------
    title : str
        Its title.
    own_style : str
        Its style, to which the colours of both themes are added.
    scripts : tuple of str, default ()
        The scripts that it may run.

    Returns
    -------
    list of str
        Lines of HTML.
    """
    return [
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{plain(title)}</title>",
        f"<style>{_theme()}{own_style}</style>",
    ]


def plain(text: str) -> str:
    """Write a text as HTML.

    Parameters
    ----------
    text : str
        Any text; half a pair of surrogates, which fits into no file, is replaced.

    Returns
    -------
    str
        HTML that shows the text.
    """
    return escape(text.encode("utf-8", "replace").decode())


def _part(name: str, packed: str) -> str:
    """A part that the page's script unpacks."""
    return f'<script type="text/plain" data-part="{name}">{packed}</script>'


def _packed(data: bytes) -> str:
    """Data as the page's script unpacks it."""
    return b64encode(zlib.compress(data, 9)).decode()


@cache
def _unpacker() -> str:
    """The script that unpacks the parts."""
    return script(SCRIPTS / "unpacker.js")


@cache
def _packed_code(entry: Path) -> str:
    return _packed(script(entry).encode())


@cache
def _packed_style() -> str:
    return _packed(style().encode())


@cache
def _policy(scripts: tuple[str, ...]) -> str:
    """What the page may load: its own scripts, its own styles, and pictures that it makes itself."""
    hashes = (f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts)
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(hashes) or "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@cache
def _theme() -> str:
    """The colours of a page in both themes."""
    names = {
        theme: "".join(f"--theme-{name}: {colour}; " for name, colour in colours.items())
        for theme, colours in THEMES.items()
    }
    return THEME % names
