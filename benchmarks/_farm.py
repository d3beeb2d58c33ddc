"""Several servers behind HAProxy, with the configuration of deploy/, on this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

from benchmarks._visitor import SERVER_SETTINGS

ROOT = Path(__file__).parents[1]
CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"
COOKIE = "rnnviz_server"  # as the configuration names it
NAMES = "abcdefgh"
SECRET = "only for this machine, and known to everybody"
PATIENCE = 180.0  # seconds for servers to start, all at once on a busy machine


def haproxy() -> str | None:
    """The proxy's program, if it is installed: Debian has it where only root looks for programs."""
    return shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")


class Farm:
    """The proxy and its servers, by name. address: that of the proxy."""

    def __init__(self, folder: Path, count: int, **variables: str) -> None:
        self.folder, self._variables = folder, variables
        self.ports = {name: _free_port() for name in NAMES[:count]}
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        port, self._admin = _free_port(), folder / "admin.sock"
        self.address = f"http://127.0.0.1:{port}"
        self._proxy_variables = {
            "PORT": str(port),
            "ADMIN": str(self._admin),
            **{f"SERVER_{name.upper()}": f"127.0.0.1:{port}" for name, port in self.ports.items()},
        }
        self.proxy: subprocess.Popen[bytes] | None = None

    def start(self, name: str) -> None:
        """Start a server, without waiting for it."""
        variables = {
            **SERVER_SETTINGS,
            "RNNVIZ_METRICS": "1",
            "RNNVIZ_SERVER": name,
            "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE": "true",
            "STREAMLIT_SERVER_COOKIE_SECRET": SECRET,
            **self._variables,
        }
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.ports[name])]
        options = ["--server.headless", "true", "--server.address", "127.0.0.1"]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.servers[name] = subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env=os.environ | variables,
                stdout=log,
                stderr=log,
            )

    def start_proxy(self) -> None:
        """Start the proxy, without waiting for it."""
        program = haproxy()
        if program is None:
            raise RuntimeError("HAProxy is not installed")
        with (self.folder / "proxy.log").open("ab") as log:
            self.proxy = subprocess.Popen(
                [program, "-db", "-f", str(CONFIGURATION)],
                env=os.environ | self._proxy_variables,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        """End a server at once, as a fault does."""
        self.servers[name].kill()
        self.servers[name].wait()

    def order(self, command: str) -> str:
        """What the proxy answers to an order."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._admin))
            connection.sendall(f"{command}\n".encode())
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    def states(self) -> dict[str, str]:
        """What the proxy thinks of each server: UP, DOWN, DRAIN and so on."""
        head, *rows = self.order("show stat").removeprefix("# ").splitlines()
        columns = head.split(",")
        found = [dict(zip(columns, row.split(","), strict=False)) for row in rows if row]
        return {row["svname"]: row["status"].split()[0] for row in found if row["svname"] in self.ports}

    def wait_for(self, **states: str) -> None:
        """Wait until the proxy thinks so of these servers."""
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError):
                if states.items() <= self.states().items():
                    return
            dead = [name for name, server in self.servers.items() if states.get(name) == "UP" and server.poll()]
            if dead or time.monotonic() > end:
                logs = "\n".join(file.read_text()[-2000:] for file in self.folder.glob("*.log"))
                raise RuntimeError(f"wanted {states}, dead: {dead}\n{logs}")
            time.sleep(0.1)

    def connections(self) -> dict[str, int]:
        """How many sessions are connected to each server."""
        return {name: self._connections(port) for name, port in self.ports.items() if self.servers[name].poll() is None}

    def _connections(self, port: int) -> int:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith("active_sessions"))

    def megabytes(self) -> dict[str, int]:
        """The resident memory of each server and of the processes that it has started, in million bytes."""
        return {name: _resident(server.pid) for name, server in self.servers.items() if server.poll() is None}

    def stop(self) -> None:
        """End everything."""
        for process in [*self.servers.values(), *([self.proxy] if self.proxy else [])]:
            process.terminate()
        for process in [*self.servers.values(), *([self.proxy] if self.proxy else [])]:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()


def _resident(process: int) -> int:
    """The memory of a process and its children, what they share counted once for all."""
    total = 0
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            total += int(line.split()[1]) * 1024 // 1_000_000
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        total += sum(_resident(int(child)) for child in thread.read_text().split())
    return total


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def farm(folder: Path, count: int, **variables: str) -> Iterator[Farm]:
    """The proxy before some servers, all of them ready."""
    servers = Farm(folder, count, **variables)
    try:
        for name in servers.ports:
            servers.start(name)
        servers.start_proxy()
        servers.wait_for(**dict.fromkeys(servers.ports, "UP"))
        yield servers
    finally:
        servers.stop()
