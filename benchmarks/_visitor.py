"""A visitor who speaks to the app as a browser does, over a websocket, but draws nothing.

On one machine thirty real browsers would measure themselves.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

TEXT_BOX = "Type a sequence"
WIDGETS = ("text_input", "button", "file_uploader")
# What Streamlit asks of whoever uploads without a browser's cookie: turned off for a server that is measured.
SERVER_SETTINGS = {"STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "false", "STREAMLIT_SERVER_ENABLE_CORS": "true"}


class Visitor:
    """One session.

    received: bytes that came. failures: exceptions that a page showed.
    """

    def __init__(self, address: str, socket: ClientConnection) -> None:
        self.address, self.socket = address, socket
        self.session = self.page = self.query = ""
        self.widgets: dict[str, tuple[str, str]] = {}  # by label: its id, and that of the part of the page that it runs
        self.received = self.failures = 0
        self.repeats = ""  # the part of the page that asks to be run again and again, as a training does

    @classmethod
    async def enter(cls, address: str, page: str = "", query: str = "") -> Visitor:
        """Open a page, and wait until it is there."""
        stream = address.replace("http", "ws") + "/_stcore/stream"
        visitor = cls(address, await connect(stream, subprotocols=["streamlit"], max_size=None))  # type: ignore[list-item]
        await visitor.open(page, query)
        return visitor

    async def leave(self) -> None:
        """Close the browser."""
        await self.socket.close()

    async def open(self, page: str, query: str = "") -> float:
        """Go to a page; the milliseconds until it is there."""
        self.page, self.query, self.widgets, self.repeats = page, query, {}, ""
        return await self._run()

    async def type(self, text: str, label: str = TEXT_BOX) -> float:
        """Write into a text box; the milliseconds until the page is done."""
        return await self._run(label, string_value=text)

    async def press(self, label: str) -> float:
        """Press a button."""
        return await self._run(label, trigger_value=True)

    async def watch(self) -> float:
        """Run what asks to be run again and again, once."""
        return await self._run(again=True)

    async def upload(self, label: str, name: str, data: bytes) -> float:
        """Bring a file."""
        began, file = time.perf_counter(), str(uuid.uuid4())
        address = f"{self.address}/_stcore/upload_file/{self.session}/{file}"
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        request = Request(address, head + data + b"\r\n--x--\r\n", method="PUT")
        request.add_header("Content-Type", "multipart/form-data; boundary=x")
        (await asyncio.to_thread(urlopen, request)).close()
        info = UploadedFileInfo(name=name, size=len(data), file_id=file)
        info.file_urls.file_id, info.file_urls.upload_url, info.file_urls.delete_url = file, address, address
        state = WidgetState()
        state.file_uploader_state_value.uploaded_file_info.append(info)
        await self._run(label, file_uploader_state_value=state.file_uploader_state_value)
        return 1000 * (time.perf_counter() - began)

    async def _run(self, label: str | None = None, again: bool = False, **value: Any) -> float:
        """Let the page run, after a change of a widget, and wait for its end."""
        began, message = time.perf_counter(), BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.page
        message.rerun_script.fragment_id = self.repeats if again else ""
        if label is not None:
            widget, message.rerun_script.fragment_id = self._widget(label)
            message.rerun_script.widget_states.widgets.append(WidgetState(id=widget, **value))
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
        if kind == "new_session":
            self.session = answer.new_session.initialize.session_id or self.session
        elif kind == "auto_rerun":
            self.repeats = answer.auto_rerun.fragment_id
        elif kind == "delta":
            element = answer.delta.new_element
            name = element.WhichOneof("type")
            self.failures += name == "exception"
            if name in WIDGETS:
                widget = getattr(element, name)
                self.widgets[widget.label] = widget.id, answer.delta.fragment_id
        return kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
