"""What every answer of the server tells a browser: where code and data may come from, and who may frame the pages."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...errors import ArgumentError

FRAME_ANCESTORS = "RNNVIZ_FRAME_ANCESTORS"  # such as "'self' https://course.example.org"
# Streamlit puts its settings, and this app its loader, into scripts in the page, makes components from blobs, and tries
# whether it can compile WebAssembly.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "media-src": "'self' blob:",
    "frame-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_ANCESTORS = re.compile(r"[\w:/.*'\- ]{1,2000}", re.ASCII)


def headers(environment: Mapping[str, str]) -> dict[str, str]:
    """The headers by name. Raises ArgumentError for ancestors that would be another directive."""
    ancestors = environment.get(FRAME_ANCESTORS, "'self'")
    if not _ANCESTORS.fullmatch(ancestors):
        raise ArgumentError(
            f"{FRAME_ANCESTORS} is {ancestors[:100]!r}; it must be addresses separated by spaces.",
            name=FRAME_ANCESTORS, value=ancestors,
        )  # fmt: skip
    policy = POLICY | {"frame-ancestors": ancestors}
    found = {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if ancestors == "'self'":
        found["X-Frame-Options"] = "SAMEORIGIN"  # for browsers that do not know the other; it can name no address
    return found


class ResponseHeaders:
    """Adds the headers to every answer that does not have its own; a middleware for `st.App`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = headers(os.environ)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    given.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, add if scope["type"] == "http" else send)
