"""A relay between browser and server that counts what passes: also the frames of a websocket as they are packed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Relay:
    """Passes connections on to a server of this machine. sent: bytes to the browser so far."""

    def __init__(self, port: int) -> None:
        self.sent, self._server, self._lock = 0, port, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept nobody else."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                threading.Thread(target=self._pass_on, args=(browser, server, False), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(server, browser, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                if counts:
                    with self._lock:
                        self.sent += len(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(address: str) -> Iterator[Relay]:
    """A relay to the server at an address."""
    passing = Relay(int(address.rsplit(":", 1)[1]))
    try:
        yield passing
    finally:
        passing.close()
