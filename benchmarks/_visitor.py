"""A visitor who speaks to the app as a browser does, over a websocket, but draws nothing.

On one machine thirty real browsers would measure themselves.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

TEXT_BOX = "Type a sequence"
WIDGETS = ("text_input", "button", "file_uploader")
PAUSE = 0.5  # seconds between two attempts to come back, as a browser's first ones
# What Streamlit asks of whoever uploads without a browser's cookie: turned off for a server that is measured.
SERVER_SETTINGS = {"STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "false", "STREAMLIT_SERVER_ENABLE_CORS": "true"}


class Visitor:
    """One session.

    received: bytes that came. failures: exceptions that a page showed. cookies: as the browser has them by now.
    downloads: what to ask for by label. texts: of the text boxes by label. notices: what the page says in boxes.
    components: their data as JSON, by id.
    bar_after: the seconds after which a bar first showed that work goes on; NaN if none did.
    """

    socket: ClientConnection

    def __init__(self, address: str, page: str = "", query: str = "") -> None:
        self.address, self.page, self.query, self.session = address, page, query, ""
        self.widgets: dict[str, tuple[str, str]] = {}  # by label: its id, and that of the part of the page that it runs
        self.downloads: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.notices: list[str] = []
        self.cookies: dict[str, str] = {}
        self.received = self.failures = 0
        self.components: dict[str, str] = {}
        self.part = ""  # the last part of the page that can be run alone
        self.began, self.bar_after = 0.0, float("nan")
        self.repeats = ""  # the part of the page that asks to be run again and again, as a training does

    @classmethod
    async def enter(cls, address: str, page: str = "", query: str = "") -> Visitor:
        """Open a page, and wait until it is there."""
        visitor = cls(address, page, query)
        await visitor._connect()
        await visitor.open(page, query)
        return visitor

    @classmethod
    async def follow(cls, address: str, page: str = "", query: str = "", **cookies: str) -> Visitor:
        """Open a page as a browser does that has these cookies: it asks for the page before it connects."""
        visitor = cls(address, page, query)
        visitor.cookies |= cookies
        await visitor.fetch(f"/{page}?{query}")
        await visitor._connect()
        await visitor.open(page, query)
        return visitor

    async def come_back(self, patience: float = 60) -> float:
        """Connect anew, after the connection was lost, as a browser does; the milliseconds until the page is there."""
        began = time.perf_counter()
        while True:
            try:
                await self.fetch("/_stcore/health")
                await self._connect()
                await self.open(self.page, self.query)
                return 1000 * (time.perf_counter() - began)
            except (OSError, WebSocketException):
                if time.perf_counter() - began > patience:
                    raise
                await asyncio.sleep(PAUSE)

    async def _connect(self) -> None:
        stream = self.address.replace("http", "ws") + "/_stcore/stream"
        # The third is the session that a browser had.
        protocols: Any = ["streamlit", *(["none", self.session] if self.session else [])]
        self.socket = await connect(stream, subprotocols=protocols, additional_headers=self._headers(), max_size=None)

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    async def fetch(self, path: str) -> bytes:
        """What the server has at an address, such as a download's."""
        return await asyncio.to_thread(self._ask, Request(f"{self.address}{path}", headers=self._headers()))

    def _ask(self, request: Request) -> bytes:
        """The answer to a request, whose cookies are kept."""
        with urlopen(request, timeout=30) as answer:
            for line in answer.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            content: bytes = answer.read()
            return content

    async def leave(self) -> None:
        """Close the browser."""
        await self.socket.close()

    async def open(self, page: str, query: str = "") -> float:
        """Go to a page; the milliseconds until it is there."""
        self.page, self.query, self.widgets, self.repeats = page, query, {}, ""
        self.downloads, self.texts, self.notices = {}, {}, []
        return await self._run()

    async def type(self, text: str, label: str = TEXT_BOX) -> float:
        """Write into a text box; the milliseconds until the page is done."""
        if label != TEXT_BOX:
            return await self._run(label, string_value=text)
        with self._link(text=text):
            return await self._run(label, string_value=text)

    async def step(self, step: int) -> float:
        """Open the link to a step, from 1; on Explore a browser asks nobody for a step."""
        with self._link(step=str(step)):
            return await self._run()

    @contextmanager
    def _link(self, **parameters: str) -> Iterator[None]:
        """What the instrument does with a browser's address: it writes into it, and again after a run of the page."""
        self.query = urlencode({**dict(parse_qsl(self.query)), **parameters})
        try:
            yield
        finally:
            self.query = urlencode({**dict(parse_qsl(self.query)), **parameters})

    async def press(self, label: str) -> float:
        """Press a button."""
        return await self._run(label, trigger_value=True)

    async def unfold(self, label: str) -> float:
        """Open a menu."""
        return await self._run(label, bool_value=True)

    async def hurry(self, texts: Iterable[str], pause: float) -> float:
        """Write texts one after another, without waiting for what comes of each; the milliseconds until all is done."""
        began, asked = time.perf_counter(), None
        for text in texts:
            if asked is not None:
                asked.cancel()
            asked = asyncio.create_task(self.type(text))
            await asyncio.sleep(pause)
        if asked is not None:
            await asked
        return 1000 * (time.perf_counter() - began)

    async def watch(self) -> float:
        """Run what asks to be run again and again, once."""
        return await self._run(again=True)

    async def run_part(self) -> float:
        """Run the last part of the page that can be run alone, as a component in it or a timer does."""
        self.repeats = self.part
        return await self._run(again=True)

    async def upload(self, label: str, name: str, data: bytes) -> float:
        """Bring a file."""
        began, file = time.perf_counter(), str(uuid.uuid4())
        address = f"{self.address}/_stcore/upload_file/{self.session}/{file}"
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        headers = {"Content-Type": "multipart/form-data; boundary=x", **self._headers()}
        await asyncio.to_thread(self._ask, Request(address, head + data + b"\r\n--x--\r\n", headers, method="PUT"))
        info = UploadedFileInfo(name=name, size=len(data), file_id=file)
        info.file_urls.file_id, info.file_urls.upload_url, info.file_urls.delete_url = file, address, address
        state = WidgetState()
        state.file_uploader_state_value.uploaded_file_info.append(info)
        await self._run(label, file_uploader_state_value=state.file_uploader_state_value)
        return 1000 * (time.perf_counter() - began)

    async def download(self, label: str) -> tuple[str, bytes]:
        """Press a download button: the address that the server gives, and what is there."""
        message = BackMsg()
        asked = message.backend_operation_request
        asked.request_id, asked.session_id = str(uuid.uuid4()), self.session
        asked.deferred_file.file_id = self.downloads[label]
        await self.socket.send(message.SerializeToString())
        while True:
            data = await self.socket.recv()
            assert isinstance(data, bytes)
            answer = ForwardMsg.FromString(data)
            if answer.WhichOneof("type") == "backend_operation_response":
                address = answer.backend_operation_response.deferred_file.url
                return address, await self.fetch(address)

    async def _run(self, label: str | None = None, again: bool = False, **value: Any) -> float:
        """Let the page run, after a change of a widget, and wait for its end."""
        began, message = time.perf_counter(), BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.page
        message.rerun_script.fragment_id = self.repeats if again else ""
        if label is not None:
            widget, message.rerun_script.fragment_id = self._widget(label)
            message.rerun_script.widget_states.widgets.append(WidgetState(id=widget, **value))
        self.began = began
        await self.socket.send(message.SerializeToString())
        while True:
            data = await self.socket.recv()
            assert isinstance(data, bytes)
            self.received += len(data)
            if self._ends(ForwardMsg.FromString(data)):
                return 1000 * (time.perf_counter() - began)

    def _widget(self, label: str) -> tuple[str, str]:
        found = [there for name, there in self.widgets.items() if name.startswith(label)]
        if not found:
            raise LookupError(f"no widget {label!r} on the page {self.page!r}; there are {sorted(self.widgets)}")
        return found[0]

    def _ends(self, answer: ForwardMsg) -> bool:
        kind = answer.WhichOneof("type")
        if kind == "page_info_changed":
            self.query = answer.page_info_changed.query_string
        elif kind == "new_session":
            self.session = answer.new_session.initialize.session_id or self.session
        elif kind == "auto_rerun":
            self.repeats = answer.auto_rerun.fragment_id
        elif kind == "delta":
            element = answer.delta.new_element
            self.part = answer.delta.fragment_id or self.part
            name = element.WhichOneof("type")
            self.failures += name == "exception"
            if name == "bidi_component":
                self.components[element.bidi_component.id] = element.bidi_component.json
            if name == "progress" and self.bar_after != self.bar_after:
                self.bar_after = time.perf_counter() - self.began
            if answer.delta.add_block.HasField("popover"):
                menu = answer.delta.add_block.popover
                self.widgets[menu.label] = menu.id, answer.delta.fragment_id
            if name in WIDGETS:
                widget = getattr(element, name)
                self.widgets[widget.label] = widget.id, answer.delta.fragment_id
            if name == "text_input":
                given = element.text_input
                self.texts[given.label] = given.value if given.set_value else given.default
            elif name == "download_button":
                button = element.download_button
                self.downloads[button.label] = button.deferred_file_id or button.url
            elif name == "alert":
                self.notices.append(element.alert.body)
        return kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
