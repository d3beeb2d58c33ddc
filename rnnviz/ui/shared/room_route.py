"""Where a browser asks whether anything has changed in a room, for a few bytes in place of a run of the page."""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ...errors import UnknownNameError
from .rooms import ROOMS, Standing

PATH = "rnnviz/room"


def watch_path(code: str, standing: Standing) -> str:
    """The path, below the address of the app, at which a room's state is told. It names the room, for a proxy."""
    return f"{PATH}?{urlencode({'room': code, 'watch': standing.watch})}"


def state(standing: Standing) -> str:
    """What is told: the turn, and how many have voted."""
    return f"{standing.turn} {standing.votes}"


def routes() -> list[Route]:
    """The route, for `st.App`; any path may stand before it, as in `served_code.routes`."""
    return [Route(f"/{{base:path}}{PATH}", _answer)]


async def _answer(request: Request) -> PlainTextResponse:
    """The state of a room, to who has been told its random name: nobody finds out here which codes there are."""
    given = request.query_params
    try:
        standing = ROOMS.standing(given.get("room", ""))
    except UnknownNameError:
        standing = None
    if standing is None or not compare_digest(standing.watch.encode(), given.get("watch", "").encode()):
        return PlainTextResponse("There is no such room.", 404)
    return PlainTextResponse(state(standing), headers={"Cache-Control": "no-store"})
