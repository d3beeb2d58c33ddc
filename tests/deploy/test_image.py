"""The image is built and started as any user on a file system that it cannot write to, and does its work there."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from benchmarks._visitor import SERVER_SETTINGS, Visitor
from benchmarks.soak import FILES

pytestmark = pytest.mark.image

ROOT = Path(__file__).parents[2]
NAME = "localhost/rnnviz-tested"
# Without a daemon, and where no other container could be started.
BUILDAH = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"}
# What pip needs of this machine to find packages.
OURS = [path for path in ("/etc/pip.conf", "/etc/ssl/certs") if Path(path).exists()]
ANY_USER = 23456


def buildah(*arguments: str) -> str:
    """The output of a command of Buildah."""
    done = subprocess.run(
        ["buildah", *arguments], cwd=ROOT, env=os.environ | BUILDAH, capture_output=True, text=True, check=False
    )
    assert not done.returncode, f"buildah {shlex.join(arguments)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout.strip()


@dataclass(frozen=True)
class Image:
    """What was built. settings: what it says about itself. root: its files, which nothing may write to."""

    settings: dict
    root: Path

    @property
    def variables(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.settings["Env"])


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    volumes = [f"--volume={path}:{path}:ro" for path in OURS]
    base = f"--build-arg=BASE={os.environ['RNNVIZ_BASE']}"
    buildah("build", "--format=docker", "--quiet", base, *volumes, "--file=deploy/Dockerfile", f"--tag={NAME}", ".")
    container = buildah("from", "--pull-never", NAME)
    try:
        settings = json.loads(buildah("inspect", "--type=image", NAME))["Docker"]["config"]
        yield Image(settings, Path(buildah("mount", container)))
    finally:
        buildah("rm", container)
        buildah("rmi", NAME)


@contextmanager
def started(image: Image, log: Path, **variables: str) -> Iterator[tuple[str, Callable[..., int]]]:
    """The image's own command, running. Its address, and a function that runs another command there for its status."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = image.variables | {"PORT": str(port)} | variables
    root = shlex.quote(str(image.root))
    places = (
        f"mount --bind {root} {root} && mount -o remount,bind,ro {root} && mount -t tmpfs tmpfs {root}/tmp && "
        f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev"
    )

    def run(command: list[str]) -> list[str]:
        there = f"cd {image.settings['WorkingDir']} && exec {shlex.join(command)}"
        settings = shlex.join(f"{name}={value}" for name, value in environment.items())
        inside = f"exec chroot --userspec={ANY_USER}:0 {root} env -i {settings} sh -c {shlex.quote(there)}"
        return ["unshare", "--mount", "sh", "-c", f"{places} && {inside}"]

    def status(*command: str) -> int:
        return subprocess.run(run(list(command)), capture_output=True, check=False).returncode

    with log.open("w") as output:
        server = subprocess.Popen(
            run(image.settings["Cmd"]), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/{variables.get('STREAMLIT_SERVER_BASE_URL_PATH', '')}".rstrip("/"), server, log)
            yield address, status
            server.terminate()
            server.wait(timeout=20)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < end:
        with suppress(OSError), urlopen(f"{address}/_stcore/health") as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the image did not start:\n{log.read_text()}")


def test_it_does_its_work_as_any_user_on_files_that_cannot_be_written_to(image: Image, tmp_path: Path):
    with started(image, tmp_path / "log.txt", **SERVER_SETTINGS) as (address, status):
        assert status("touch", "/srv/rnnviz/new") != 0 and status("touch", "/tmp/new") == 0
        assert status("sh", "-c", image.settings["Healthcheck"]["Test"][1]) == 0
        asyncio.run(_use(address))
    log = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in log and "external IP" not in log, log


async def _use(address: str) -> None:
    visitor = await Visitor.enter(address)
    await visitor.type("Schmidhuber")
    await visitor.open("models")
    for name, data in FILES.items():
        await visitor.upload("A file with", name, data)
        assert "Open in Explore" in visitor.widgets, name
    other = await Visitor.enter(address, "models", "part=inside")
    assert len(other.downloads) >= 3
    for label in other.downloads:
        assert len((await other.download(label))[1]) > 1000, label
    assert visitor.failures == other.failures == 0
    await asyncio.gather(visitor.leave(), other.leave())


def test_it_is_healthy_below_a_path(image: Image, tmp_path: Path):
    with started(image, tmp_path / "log.txt", STREAMLIT_SERVER_BASE_URL_PATH="course") as (address, status):
        assert status("sh", "-c", image.settings["Healthcheck"]["Test"][1]) == 0
        with urlopen(f"{address}/course/") as answer:
            assert answer.status == 200


def test_it_runs_as_nobody_special(image: Image):
    user, group = image.settings["User"].split(":")
    assert int(user) >= 1000 and int(group) >= 1000


def test_it_says_where_it_listens(image: Image):
    assert image.settings["ExposedPorts"] == {f"{image.variables['PORT']}/tcp": {}}


def test_it_holds_what_a_server_needs_and_nothing_else(image: Image):
    project = {path.name for path in (image.root / image.settings["WorkingDir"].lstrip("/")).iterdir()}
    assert project - {"__pycache__"} == {"app.py", ".streamlit", "pages", "rnnviz"}
    packages = next((image.root / "opt/rnnviz/lib").glob("python3*/site-packages"))
    assert not [*packages.rglob("tests/__init__.py"), *packages.glob("pip*")]
    # Each module is compiled once at most.
    assert not [*packages.rglob("*.opt-?.pyc")]


def test_nobody_but_root_can_change_its_code(image: Image):
    for folder in ("opt/rnnviz", "srv/rnnviz"):
        for path in (image.root / folder).rglob("*"):
            mode = path.lstat().st_mode
            assert path.is_symlink() or (mode & 0o022 == 0 and mode & 0o004), path
