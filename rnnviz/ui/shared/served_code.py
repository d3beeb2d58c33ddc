"""The instrument's code as files of the server, which a browser fetches once.

A component sends its code with every run of a page. Where app.py has added `routes` to the server, the component sends
code_loader.js instead, which imports these files. Their address holds a hash of their content, so that a browser may
keep them for good.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...instrument import script, style

HERE = Path(__file__).parent
KEEP = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
_served = False


@cache
def component_script() -> str:
    """The script of the instrument as a component."""
    return script(HERE / "streamlit.js")


@cache
def component_style() -> str:
    """Its style, with Streamlit's theme."""
    return style() + (HERE / "instrument_theme.css").read_text()


@cache
def loader() -> str:
    """What a component sends in place of its script and style."""
    return script(HERE / "code_loader.js")


@cache
def chart_script() -> str:
    """The script for pictures of charts, which a page needs without an instrument too."""
    return script(HERE / "chart_pictures.js")


@cache
def chart_loader() -> str:
    """HTML that loads it. Streamlit's own script, by its address, says where the app is."""
    # In a block: it runs again on every page, beside what it has declared before.
    code = f"""{{
  const script = document.querySelector("script[src*='/static/js/']");
  if (script) import(new URL("../../{folder()}/chart-pictures.js", script.src).href);
}}"""
    return f"<script>{code}</script>"


@cache
def folder() -> str:
    """The folder of the files, below the address of the app."""
    content = component_script() + component_style() + chart_script()
    return f"rnnviz/{blake2b(content.encode(), digest_size=8).hexdigest()}"


def routes() -> list[Route]:
    """The files' routes, for `st.App`. The component relies on them from now on."""
    global _served
    _served = True
    # Streamlit puts `server.baseUrlPath` before its own routes only. Here any path may stand before them: reading the
    # option now would fix the configuration before Streamlit knows the app's folder.
    return [Route(f"/{{base:path}}{folder()}/{{name}}", _answer)]


def is_served() -> bool:
    """Whether this server has the files."""
    return _served


async def _answer(request: Request) -> Response:
    """One of the files; nothing else has an address here."""
    match request.path_params["name"]:
        case "instrument.js":
            return Response(component_script(), media_type="text/javascript", headers=KEEP)
        case "instrument.css":
            return Response(component_style(), media_type="text/css", headers=KEEP)
        case "chart-pictures.js":
            return Response(chart_script(), media_type="text/javascript", headers=KEEP)
    raise HTTPException(404)
